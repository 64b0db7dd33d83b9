"""``vigie notifications``: mail and webhooks about tickets: send, list, try out, send again."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import CsvOption, JsonOption, WorkspaceOption, form_of
from vigie.errors import RefusedError, UsageError
from vigie.output import show_rows
from vigie.settings import FILE_NAME
from vigie.times import now
from vigie.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from store.outbox import MessageState, StoredMessage
    from vigie.notifications.answer import Answer

notifications_app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Mail and webhooks about tickets.")
_FIELDS = (
    "id",
    "state",
    "channel",
    "recipient",
    "subject",
    "created",
    "attempts",
    "next_attempt",
    "sent_at",
    "last_error",
    "key",
)
_COLUMNS = ("id", "state", "recipient", "subject", "created", "attempts", "next_attempt", "last_error")


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.add_typer(notifications_app, name="notifications")


@notifications_app.command("send")
def send(workspace: WorkspaceOption = None) -> None:
    """Write and send everything that is due, once; vigie run does it every ten seconds.

    Exit code 1 when something could not be sent for good, or nobody knows whether it was.

    Example: vigie notifications send
    """
    from vigie.log import log_to_standard_error
    from vigie.notifications.worker import Notifier

    place = find_workspace(workspace)
    if not place.settings.notifications.enabled:
        raise UsageError(
            f"{place.root / FILE_NAME}: neither [notifications.smtp] host nor a [[notifications.webhook]] is set; "
            "nothing can be sent"
        )
    log_to_standard_error()
    done = Notifier(place).round()
    sys.stdout.write(f"{done}\n")
    if done.delivered.failed or done.delivered.uncertain:
        raise typer.Exit(1)


@notifications_app.command("list")
def list_messages(
    state: Annotated[
        str | None, typer.Option("--state", metavar="STATE", help="pending, sending, sent, failed or uncertain.")
    ] = None,
    limit: Annotated[int, typer.Option(help="At most so many, newest first.")] = 200,
    as_json: JsonOption = False,
    as_csv: CsvOption = False,
    workspace: WorkspaceOption = None,
) -> None:
    """The outbox: what was sent, what waits, what failed and why.

    Example: vigie notifications list --state failed
    """
    from store.outbox import MessageState, Outbox

    wanted = tuple(MessageState) if state is None else (_state(state),)
    messages = Outbox(find_workspace(workspace).database).messages(wanted, limit)
    show_rows(
        [_row(stored) for stored in messages],
        form_of(as_json, as_csv),
        title="Notifications, newest first",
        nothing="No messages.",
        columns=_FIELDS if as_csv else _COLUMNS,
    )


@notifications_app.command("resend")
def resend(
    number: Annotated[int, typer.Argument(metavar="ID", help="Of a failed or uncertain message.")],
    workspace: WorkspaceOption = None,
) -> None:
    """Send a failed or uncertain message again; of an uncertain one the recipient may then have two.

    Example: vigie notifications resend 12
    """
    from store.errors import OutboxError
    from store.outbox import Outbox

    try:
        stored = Outbox(find_workspace(workspace).database).resend(number, "vigie", now())
    except OutboxError as error:
        raise RefusedError(str(error)) from None
    sys.stdout.write(f"message {stored.id} to {stored.message.recipient} is sent with the next round\n")


@notifications_app.command("test")
def send_test(
    to: Annotated[str | None, typer.Option("--to", metavar="ADDRESS", help="Send a test mail there.")] = None,
    webhook: Annotated[
        str | None, typer.Option("--webhook", metavar="NAME", help="Post a test message to this webhook.")
    ] = None,
    workspace: WorkspaceOption = None,
) -> None:
    """Send a test message now and say what the server said; it does not go through the outbox.

    Example: vigie notifications test --to j.martin@service.example
    """
    place = find_workspace(workspace)
    if (to is None) == (webhook is None):
        raise UsageError("vigie notifications test needs --to ADDRESS or --webhook NAME, one of them")
    if to is not None:
        _tell(to, _test_mail(place, to))
    elif webhook is not None:
        _tell(f"webhook {webhook}", _test_webhook(place, webhook))


def _test_mail(place: Workspace, to: str) -> "Answer":
    from vigie.notifications.access import mail_access
    from vigie.notifications.smtp import MailServer
    from vigie.notifications.trial import trial_mail

    with MailServer(mail_access(place)) as server:
        return server.send(trial_mail(to, place.settings, now()))


def _test_webhook(place: Workspace, name: str) -> "Answer":
    from vigie.notifications.access import webhook_access
    from vigie.notifications.trial import trial_post
    from vigie.notifications.webhooks import Webhooks
    from vigie.toml_tables import meant

    known = webhook_access(place)
    if name not in known:
        expected = meant(name, known) if known else "there is none; add a [[notifications.webhook]]"
        raise UsageError(f"{place.root / FILE_NAME}: has no webhook {name!r}; {expected}")
    return Webhooks(known, now).send(trial_post(name, place.settings, now()))


def _tell(whom: str, answer: "Answer") -> None:
    from vigie.notifications.answer import Verdict

    if answer.verdict is not Verdict.ACCEPTED:
        raise RefusedError(f"{whom}: not sent: {answer.words}")
    sys.stdout.write(f"{whom}: accepted: {answer.words}\n")


def _state(text: str) -> "MessageState":
    from store.outbox import MessageState
    from vigie.toml_tables import meant

    words = [state.value for state in MessageState]
    if text not in words:
        raise UsageError(f'--state is "{text}"; {meant(text, words)}')
    return MessageState(text)


def _row(stored: "StoredMessage") -> dict[str, object]:
    from store.outbox import MessageState

    waiting = stored.state in (MessageState.PENDING, MessageState.SENDING)
    return {
        "id": stored.id,
        "state": stored.state.value,
        "channel": stored.message.channel.value,
        "recipient": stored.message.recipient,
        "subject": stored.message.subject,
        "created": _instant(stored.created),
        "attempts": stored.attempts,
        "next_attempt": _instant(stored.next_attempt) if waiting else None,
        "sent_at": None if stored.sent_at is None else _instant(stored.sent_at),
        "last_error": stored.last_error,
        "key": stored.message.key,
    }


def _instant(milliseconds: int) -> str:
    from vigie.times import as_datetime

    return as_datetime(milliseconds).strftime("%Y-%m-%dT%H:%M:%SZ")
