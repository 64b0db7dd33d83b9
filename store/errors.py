"""Errors of the store: each says what was found, what was expected and how to mend it."""


class StoreError(RuntimeError):
    """Something the store cannot do as it is; the message is one line for a person."""


class RefusedReadingsError(StoreError, ValueError):
    """Readings that must not be stored, such as a value that is no number; nothing of the batch was written."""


class TableError(StoreError):
    """A table on disk that cannot be read or written."""


class SnapshotError(StoreError):
    """What a computation rested on is not, or no longer, what was kept of it."""


class OwnershipError(StoreError, ValueError):
    """A registry change that would move readings already taken to another employer."""


class UnknownError(StoreError, LookupError):
    """A thing that is asked for by a name the store does not have, or that the one who asks may not see."""


class TicketStateError(StoreError, ValueError):
    """A step a ticket cannot take from the state it is in."""


class NotAllowedError(StoreError, PermissionError):
    """A step somebody's role may not take."""


class AccountError(StoreError, ValueError):
    """An account that cannot be made or changed as asked."""


class MetrologyError(StoreError, ValueError):
    """A metrology result that cannot be entered as it is."""


class OutboxError(StoreError, ValueError):
    """A message that cannot be sent again as asked."""
