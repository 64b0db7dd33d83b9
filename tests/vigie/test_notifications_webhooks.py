"""Webhooks to a real HTTP server: signed as documented, known by their id, never redirected."""

import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from store.outbox import Channel, Message, MessageState, StoredMessage
from tests.mosquitto import free_port
from tests.vigie.mail_server import certificates
from tests.vigie.web_server import Receiver, web_server
from vigie.notifications import webhooks
from vigie.notifications.answer import Answer, Verdict
from vigie.notifications.webhooks import WebhookAccess, Webhooks, secret_of
from vigie.times import now

PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "notifications.md"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = json.dumps({"type": "ticket.acute", "data": {"title_fr": "Monoxyde de carbone – été"}}, ensure_ascii=False)
POST = Message("event:1:webhook:erp", Channel.WEBHOOK, "erp", "fr", "Sujet", BODY)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with web_server() as running:
        yield running


def post(url: str, ca_file: Path | None = None) -> Answer:
    stored = StoredMessage(1, POST, MessageState.SENDING, 0, 0, 1, "", None)
    return Webhooks({"erp": WebhookAccess(url, secret_of(SECRET), ca_file)}, now).send(stored)


def documented_verification() -> Callable[[str, dict[str, str], bytes], bool]:
    """The example of the page, as its reader would run it."""
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own page
    verify: Callable[[str, dict[str, str], bytes], bool] = names["verify"]
    return verify


def test_the_receiver_verifies_what_it_gets_as_the_page_says(receiver: Receiver) -> None:
    assert post(receiver.url) == Answer(Verdict.ACCEPTED, "204")

    (request,) = receiver.requests
    verify = documented_verification()
    assert (request.method, request.path) == ("POST", "/hooks/vigie?token=s3cret")
    assert request.body.decode() == BODY
    assert request.headers["content-type"] == "application/json; charset=utf-8"
    assert request.headers["webhook-id"] == request.headers["idempotency-key"] == POST.name
    assert verify(SECRET, request.headers, request.body)
    assert not verify(SECRET, request.headers, request.body.replace(b"carbone", b"azote"))
    assert not verify("whsec_" + "A" * 32, request.headers, request.body)
    assert not verify(SECRET, {**request.headers, "webhook-id": "another"}, request.body)
    late = {**request.headers, "webhook-timestamp": str(int(time.time()) - 400)}
    assert not verify(SECRET, late, request.body)


def test_another_attempt_has_the_same_id(receiver: Receiver) -> None:
    post(receiver.url)
    post(receiver.url)

    first, second = receiver.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_not_followed(receiver: Receiver, status: int) -> None:
    with web_server() as elsewhere:
        receiver.status, receiver.location = status, elsewhere.url
        answer = post(receiver.url)
        assert elsewhere.requests == []

    assert answer.verdict is Verdict.LATER
    assert f"answered {status}; redirects are not followed" in answer.words
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("status", [400, 401, 404, 408, 429, 500, 503])
def test_whatever_is_no_acceptance_is_tried_again(receiver: Receiver, status: int) -> None:
    receiver.status = status

    assert post(receiver.url) == Answer(Verdict.LATER, f"answered {status}")


def test_gone_is_for_good(receiver: Receiver) -> None:
    receiver.status = 410

    assert post(receiver.url).verdict is Verdict.REFUSED


def test_no_answer_is_tried_again(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "_PATIENCE", 0.3)
    receiver.status = 0

    answer = post(receiver.url)

    assert answer.verdict is Verdict.LATER
    assert "no answer within" in answer.words


def test_nobody_there_is_tried_again_and_the_address_is_not_told() -> None:
    answer = post(f"http://127.0.0.1:{free_port()}/hooks?token=s3cret")

    assert answer.verdict is Verdict.LATER
    assert "refused" in answer.words
    assert "s3cret" not in answer.words


def test_over_https_the_certificate_counts(tmp_path: Path) -> None:
    made = certificates(tmp_path)
    with web_server(made.server) as receiver:
        trusted = post(receiver.url, made.authority)
        unknown = post(receiver.url)

    assert trusted.verdict is Verdict.ACCEPTED
    assert unknown.verdict is Verdict.LATER
    assert "certificate" in unknown.words
    assert len(receiver.requests) == 1


def test_a_webhook_the_settings_no_longer_have_fails() -> None:
    stored = StoredMessage(1, POST, MessageState.SENDING, 0, 0, 1, "", None)

    answer = Webhooks({}, now).send(stored)

    assert answer == Answer(Verdict.REFUSED, "vigie.toml has no webhook 'erp' any more")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("correct horse battery staple", "expected whsec_ and 24 to 64 random bytes"),
        ("whsec_not base64!", "expected whsec_"),
        ("whsec_AAAA", "it has 3 bytes"),
        ("whsec_" + "A" * 88, "it has 66 bytes"),
        ("", "expected whsec_"),
    ],
)
def test_a_secret_that_is_none_is_told(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as raised:
        secret_of(text)
    assert not text or text not in str(raised.value)
