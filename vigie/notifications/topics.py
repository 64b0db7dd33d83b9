"""What somebody can be told about a ticket."""

from enum import Enum


class Topic(Enum):
    """A reason to write to somebody; the values stand in ``vigie.toml`` and in a webhook's ``type``."""

    ACUTE = "acute"
    """Urgent (priority 1): newly proposed, firing again, made urgent; for an employer: validated."""
    PROPOSED = "proposed"
    AGAIN = "again"
    """The rule of an open ticket fires again after it had recovered."""
    VALIDATED = "validated"
    ASSIGNED = "assigned"
    """To the one it is assigned to."""
    STARTED = "started"
    DONE = "done"
    VERIFIED = "verified"
    REOPENED = "reopened"
    DISMISSED = "dismissed"
    COMMENTED = "commented"
    """A comment or a file was added; what it says stays in the portal."""
    METROLOGY = "metrology"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    FOLLOW_UP = "follow_up"
    """Half a year after it was done: did it help."""
    SNOOZE_OVER = "snooze_over"


REMINDERS = frozenset({Topic.DUE_SOON, Topic.OVERDUE, Topic.FOLLOW_UP, Topic.SNOOZE_OVER})
"""What time brings, rather than an event of the log."""

FOR_EMPLOYERS = frozenset(
    {
        Topic.ACUTE,
        Topic.VALIDATED,
        Topic.STARTED,
        Topic.DONE,
        Topic.VERIFIED,
        Topic.REOPENED,
        Topic.COMMENTED,
        Topic.DUE_SOON,
        Topic.OVERDUE,
    }
)
"""What an employer can be told of, for tickets a professional validated; all else is the service's own."""
