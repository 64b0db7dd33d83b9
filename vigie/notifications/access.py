"""Mail server and webhooks with the secrets their settings name files for."""

import importlib.util
from pathlib import Path

from vigie.errors import UsageError
from vigie.notifications.settings import Webhook
from vigie.notifications.smtp import MailAccess
from vigie.notifications.webhooks import WebhookAccess, secret_of
from vigie.settings import FILE_NAME
from vigie.workspace import Workspace


def mail_access(workspace: Workspace) -> MailAccess:
    """The mail server.

    Raises
    ------
    UsageError
        No mail server is set, or a file it names cannot be read.
    """
    smtp = workspace.settings.notifications.smtp
    if not smtp.host:
        raise UsageError(
            f"{workspace.root / FILE_NAME}: [notifications.smtp] host is not set; "
            'name the mail server, such as host = "smtp.service.example"'
        )
    where = "[notifications.smtp]"
    password = _read(workspace, smtp.password_file, f"{where} password_file").strip() if smtp.username else ""
    return MailAccess(smtp, password, _authority(workspace, smtp.ca_file, f"{where} ca_file"))


def webhook_access(workspace: Workspace) -> dict[str, WebhookAccess]:
    """The webhooks, by name.

    Raises
    ------
    UsageError
        A file one names cannot be read, or holds no secret.
    """
    webhooks = workspace.settings.notifications.webhook
    if webhooks and importlib.util.find_spec("httpx") is None:
        raise UsageError(
            f"{workspace.root / FILE_NAME}: [[notifications.webhook]] needs a part that is not installed; "
            "install it with: pip install 'vigie[webhooks]'"
        )
    return {webhook.name: _webhook(workspace, webhook) for webhook in webhooks}


def _webhook(workspace: Workspace, webhook: Webhook) -> WebhookAccess:
    where = f"[[notifications.webhook]] {webhook.name}"
    text = _read(workspace, webhook.secret_file, f"{where} secret_file").strip()
    try:
        secret = secret_of(text)
    except ValueError as error:
        raise UsageError(
            f"{workspace.root / webhook.secret_file}: {error}; {where} in {FILE_NAME} names it; make one with: "
            f'printf whsec_%s "$(openssl rand -base64 32)" > {webhook.secret_file}'
        ) from None
    return WebhookAccess(webhook.url, secret, _authority(workspace, webhook.ca_file, f"{where} ca_file"))


def _authority(workspace: Workspace, name: str, key: str) -> Path | None:
    if not name:
        return None
    _read(workspace, name, key)
    return workspace.root / name


def _read(workspace: Workspace, name: str, key: str) -> str:
    path = workspace.root / name
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); {key} in {FILE_NAME} names it") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is no text; {key} in {FILE_NAME} names it") from None
