"""``vigie run``, ``collect`` and ``serve``: the service at work."""

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import WorkspaceOption
from vigie.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from vigie.service import Collecting

PortOption = Annotated[int | None, typer.Option("--port", help="Port of the portal; default: the settings.")]


def register(app: typer.Typer) -> None:
    """Add the verbs of this module."""
    app.command("run")(run)
    app.command("collect")(collect)
    app.command("serve")(serve)


def run(port: PortOption = None, workspace: WorkspaceOption = None) -> None:
    """Collect, compute, decide and show, in one process, until Ctrl-C.

    Example: vigie run --workspace my-service
    """
    from vigie.log import log_to_standard_error
    from vigie.portal import serve_portal
    from vigie.service import Computation, LiveUpdates, collecting, embedded_broker

    log_to_standard_error()
    place = find_workspace(workspace)
    _ = place.packs  # rules with mistakes are told now: nobody would be told of anything by them
    with ExitStack() as stack:
        broker = stack.enter_context(embedded_broker(place))
        at_work = stack.enter_context(collecting(place, broker))
        computation = Computation(place, place.settings.ingest.compute_seconds)
        computation.start()
        stack.callback(computation.stop)
        live = LiveUpdates(place)
        live.start()
        stack.callback(live.stop)
        _notify(place, stack)
        _announce(place, at_work)
        serve_portal(place, port)


def collect(workspace: WorkspaceOption = None) -> None:
    """Only collect: broker → inbox → table, until Ctrl-C.

    Example: vigie collect --workspace my-service
    """
    from vigie.ending import wait_until_asked_to_end
    from vigie.log import log_to_standard_error
    from vigie.service import LiveUpdates, collecting, embedded_broker

    log_to_standard_error()
    place = find_workspace(workspace)
    with embedded_broker(place) as broker, collecting(place, broker) as at_work:
        live = LiveUpdates(place)
        live.start()
        _announce(place, at_work)
        try:
            wait_until_asked_to_end()
        finally:
            live.stop()
    stats = at_work.writer.stats
    sys.stdout.write(f"Stopped: {stats.messages} messages, {stats.readings} readings, {stats.dead} dead letters\n")


def serve(port: PortOption = None, workspace: WorkspaceOption = None) -> None:
    """Only the portal, until Ctrl-C.

    Example: vigie serve --port 8080
    """
    from vigie.log import log_to_standard_error
    from vigie.portal import serve_portal

    log_to_standard_error()
    serve_portal(find_workspace(workspace), port)


def _notify(place: Workspace, stack: ExitStack) -> None:
    """Mail and webhooks, where the settings have some."""
    if not place.settings.notifications.enabled:
        return
    from vigie.notifications.worker import NotificationRounds, Notifier

    rounds = NotificationRounds(Notifier(place))
    rounds.start()
    stack.callback(rounds.stop)


def _announce(place: Workspace, at_work: "Collecting") -> None:
    state = at_work.collector.stats.protocol or "waiting for the broker"
    kind = "embedded broker" if place.settings.broker.embedded else "broker"
    sys.stdout.write(f"Collecting from {kind} {place.settings.broker.url} ({state}); Ctrl-C ends\n")
    sys.stdout.flush()
