"""Notifications at work: what is to be told goes into the outbox, what is in the outbox goes out."""

import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from store.accounts import AccountStore
from store.outbox import Channel, Outbox
from vigie.notifications.access import mail_access, webhook_access
from vigie.notifications.answer import Carrier
from vigie.notifications.delivery import Delivered, deliver
from vigie.notifications.digest import DigestTime, tell_digest
from vigie.notifications.events import tell_events
from vigie.notifications.messages import Letterhead
from vigie.notifications.recipients import recipients
from vigie.notifications.reminders import tell_reminders
from vigie.notifications.smtp import MailAccess, MailServer
from vigie.notifications.webhooks import WebhookAccess, Webhooks
from vigie.output import counted
from vigie.settings import Settings
from vigie.times import now
from vigie.workspace import Workspace

logger = logging.getLogger(__name__)

_EVERY = 10.0
"""Seconds between two rounds."""


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did."""

    written: int
    delivered: Delivered

    def __str__(self) -> str:
        done = self.delivered
        parts = [f"{counted(self.written, 'new message')}, {done.sent} sent"]
        parts += [f"{done.again} to be tried again"] if done.again else []
        parts += [f"{done.failed} failed"] if done.failed else []
        parts += [f"{done.uncertain} uncertain"] if done.uncertain else []
        return ", ".join(parts)


class Notifier:
    """Tells and sends, one round after the other.

    Parameters
    ----------
    workspace : Workspace
    clock : callable
        Milliseconds UTC.

    Raises
    ------
    UsageError
        A file with a secret that the settings name cannot be read.
    """

    def __init__(self, workspace: Workspace, clock: Callable[[], int] = now) -> None:
        self._workspace = workspace
        self._clock = clock
        settings = workspace.settings.notifications
        self._mail: MailAccess | None = mail_access(workspace) if settings.mails else None
        self._webhooks: Mapping[str, WebhookAccess] = webhook_access(workspace)

    def round(self, ended: Callable[[], bool] = lambda: False) -> Round:
        """Write what is to be told, send what is due."""
        written = write_messages(self._workspace, self._clock())
        outbox = Outbox(self._workspace.database)
        if not outbox.waits(self._clock()):
            return Round(written, Delivered())
        with ExitStack() as stack:
            carriers: dict[Channel, Carrier] = {Channel.WEBHOOK: Webhooks(self._webhooks, self._clock)}
            if self._mail is not None:
                carriers[Channel.MAIL] = stack.enter_context(MailServer(self._mail))
            return Round(written, deliver(outbox, carriers, self._clock, ended))


class NotificationRounds:
    """Rounds of notifications, again and again, in a thread of its own.

    Parameters
    ----------
    notifier : Notifier
    """

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="vigie-notifications", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the message under way."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(_EVERY):
            try:
                done = self._notifier.round(self._stop.is_set)
            except Exception:  # the next round tries again; what is written stays written
                logger.exception("notifications failed; the next round is in %.0f s", _EVERY)
                continue
            if done != Round(0, Delivered()):
                logger.info("notifications: %s", done)


def write_messages(workspace: Workspace, at: int) -> int:
    """Turn what happened, what is due and what a day came to into messages in the outbox; how many.

    Parameters
    ----------
    at : int
        Milliseconds UTC.
    """
    settings = workspace.settings.notifications
    head = letterhead(workspace.settings)
    told = recipients(AccountStore(workspace.database).all(), settings)
    due = DigestTime(settings.digest_time, head.timezone, settings.due_soon_days)
    return (
        tell_events(workspace.database, told, head, at)
        + tell_reminders(workspace.database, told, head, at, settings.due_soon_days)
        + tell_digest(workspace.database, told, head, due, at)
    )


def letterhead(settings: Settings) -> Letterhead:
    """What all messages of a service have in common."""
    return Letterhead(settings.service.name, settings.notifications.portal, settings.service.timezone)
