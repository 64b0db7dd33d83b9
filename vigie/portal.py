"""Serving the portal: an ASGI server in this process, until Ctrl-C or told to stop."""

import errno
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import uvicorn

from vigie.ending import wait_until_asked_to_end
from vigie.errors import UsageError
from vigie.workspace import Workspace

if TYPE_CHECKING:
    from dashboards.portal.config import PortalConfig
    from rules.rule import Pack


def serve_portal(workspace: Workspace, port: int | None = None) -> None:
    """Serve until Ctrl-C or SIGTERM.

    Raises
    ------
    UsageError
        The port is taken.
    """
    with portal_in_background(workspace, workspace.settings.portal.port if port is None else port) as address:
        sys.stdout.write(f"Portal: {address}\n")
        sys.stdout.flush()
        wait_until_asked_to_end()


@contextmanager
def portal_in_background(workspace: Workspace, port: int) -> Iterator[str]:
    """Serve in a thread; gives the address. Port 0 takes a free one.

    Raises
    ------
    UsageError
        The port is taken.
    """
    from dashboards.portal import create_app

    listening = _listen(workspace.settings.portal.host, port)
    app = create_app(portal_config(workspace))
    # In a thread the server leaves signals alone: whoever started it ends it, and what was begun with it, in order.
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="vigie-portal", daemon=True)
    with listening:
        thread.start()
        try:
            yield _address(listening)
        finally:
            server.should_exit = True
            thread.join()


def portal_config(workspace: Workspace) -> "PortalConfig":
    """What the portal must know of a workspace."""
    from dashboards.portal.config import PortalConfig, Privacy

    settings = workspace.settings
    _ = workspace.database  # migrated before anybody reads from it
    return PortalConfig(
        database_url=workspace.database_url,
        readings=workspace.readings_path,
        exposures=workspace.exposures_path,
        attachments=workspace.attachments.folder,
        live=workspace.live_path,
        packs=_packs(workspace),
        secret=workspace.portal_secret(),
        secure_cookies=settings.portal.secure_cookies,
        privacy=Privacy(settings.privacy.resolution, settings.privacy.minimum_group),
        service_timezone=settings.service.timezone,
    )


def _packs(workspace: Workspace) -> "tuple[Pack, ...]":
    """The rules in force; none where the service's own have mistakes: what is stored is shown all the same."""
    from rules.errors import PackError

    try:
        return workspace.packs
    except (PackError, UsageError) as error:
        sys.stderr.write(f"the portal shows no poly-exposure: {error}\n")
        return ()


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        if error.errno == errno.EADDRINUSE:
            raise UsageError(
                f"port {port} on {host} is taken; choose another with --port, or stop what uses it"
            ) from None
        raise UsageError(f"cannot listen on {host}:{port}: {error.strerror}") from None
    return listening


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()[:2]
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104 -- only what is printed
    return f"http://{shown}:{port}/"
