"""The broker of a workspace: where it is, with which credentials, and who vouches for it."""

from urllib.parse import quote, urlsplit, urlunsplit

from ingest.mqtt import TlsFiles
from vigie.workspace import Workspace


def broker_address(workspace: Workspace) -> str:
    """The broker's address with the workspace's user and password in it; for connecting, never for showing."""
    broker = workspace.settings.broker
    password = workspace.broker_password()
    if not broker.username:
        return broker.url
    parts = urlsplit(broker.url)
    user = quote(broker.username, safe="")
    secret = f":{quote(password, safe='')}" if password is not None else ""
    return urlunsplit(parts._replace(netloc=f"{user}{secret}@{parts.netloc}"))


def broker_certificates(workspace: Workspace) -> TlsFiles:
    """Who may sign the broker's certificate: the settings' own authority, else the system's."""
    name = workspace.settings.broker.ca_file
    return TlsFiles(workspace.root / name) if name else TlsFiles()
