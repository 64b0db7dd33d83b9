"""A message that shows whether messages arrive."""

import json

from store.outbox import Channel, Message, MessageState, StoredMessage
from vigie.notifications.words import TEST_BODY, TEST_SUBJECT
from vigie.notifications.worker import letterhead
from vigie.settings import Settings


def trial_mail(to: str, settings: Settings, at: int) -> StoredMessage:
    """A test mail.

    Parameters
    ----------
    to : str
        Address.
    at : int
        Milliseconds UTC.
    """
    language = settings.notifications.language_of(to)
    head = letterhead(settings)
    link = f"{head.portal}\n\n" if head.portal else ""
    body = f"{TEST_BODY.in_language(language)}\n\n{link}{head.signature(language)}"
    subject = f"[Vigie] {TEST_SUBJECT.in_language(language)}"
    return _stored(Message(f"test:{at}:mail:{to}", Channel.MAIL, to, language.value, subject, body), at)


def trial_post(webhook: str, settings: Settings, at: int) -> StoredMessage:
    """A test message to a webhook, by its name."""
    body = json.dumps({"type": "test", "data": {"service": settings.service.name}}, ensure_ascii=False)
    return _stored(Message(f"test:{at}:webhook:{webhook}", Channel.WEBHOOK, webhook, "fr", "test", body), at)


def _stored(message: Message, at: int) -> StoredMessage:
    return StoredMessage(0, message, MessageState.SENDING, at, at, 1, "", None)
