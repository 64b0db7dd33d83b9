"""Webhooks: JSON by POST, signed as Standard Webhooks says, so that its receivers' libraries verify it.

References
----------
Standard Webhooks, specification 1.0.0: ``webhook-id``, ``webhook-timestamp`` and ``webhook-signature``, which is
``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.body``. https://www.standardwebhooks.com
"""

import base64
import binascii
import hashlib
import hmac
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from store.outbox import StoredMessage
from vigie.notifications.answer import Answer, Verdict

_PREFIX = "whsec_"
_PATIENCE = 20.0
"""Seconds to connect, and to wait for the answer."""
_GONE = 410


@dataclass(frozen=True, slots=True)
class WebhookAccess:
    """Where a webhook goes, and what signs it; for sending, never for showing."""

    url: str
    secret: bytes
    ca_file: Path | None


class Webhooks:
    """The webhooks of a workspace.

    Parameters
    ----------
    access : mapping of str to WebhookAccess
        By name.
    clock : callable
        Milliseconds UTC.
    """

    def __init__(self, access: Mapping[str, WebhookAccess], clock: Callable[[], int]) -> None:
        self._access = access
        self._clock = clock

    def send(self, stored: StoredMessage) -> Answer:
        """Post one message; redirects are not followed, a receiver that may have it already knows it by its id."""
        access = self._access.get(stored.message.recipient)
        if access is None:
            return Answer(Verdict.REFUSED, f"vigie.toml has no webhook {stored.message.recipient!r} any more")
        return _post(access, stored.message.name, stored.message.body.encode(), self._clock() // 1000)


def sign(secret: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of ``webhook-signature``.

    Parameters
    ----------
    timestamp : int
        Seconds UTC.
    body : bytes
        As sent.

    Examples
    --------
    The example of the specification:

    >>> sign(secret_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
    ...      b'{"test": 2432232314}')
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(secret, signed, hashlib.sha256)).decode()


def secret_of(text: str) -> bytes:
    """The key in a secret as it is written down.

    Raises
    ------
    ValueError
        It does not begin with ``whsec_``, is no base64, or has not 24 to 64 bytes.
    """
    try:
        if not text.startswith(_PREFIX):
            raise ValueError
        secret = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"expected {_PREFIX} and 24 to 64 random bytes in base64") from None
    if not 24 <= len(secret) <= 64:
        raise ValueError(f"it has {len(secret)} bytes; expected {_PREFIX} and 24 to 64 random bytes in base64")
    return secret


def _post(access: WebhookAccess, message_id: str, body: bytes, timestamp: int) -> Answer:
    import httpx

    headers = {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "vigie",
        "idempotency-key": message_id,
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": sign(access.secret, message_id, timestamp, body),
    }
    try:
        trust = ssl.create_default_context(cafile=access.ca_file)
        with (
            httpx.Client(verify=trust, follow_redirects=False, timeout=_PATIENCE) as client,
            client.stream("POST", access.url, content=body, headers=headers) as response,
        ):
            return _answer(response.status_code)
    except httpx.TimeoutException:
        return Answer(Verdict.LATER, f"no answer within {_PATIENCE:.0f} s")
    except (httpx.HTTPError, OSError) as error:
        return Answer(Verdict.LATER, " ".join(str(error).split()) or type(error).__name__)


def _answer(status: int) -> Answer:
    if 200 <= status < 300:
        return Answer(Verdict.ACCEPTED, str(status))
    if status == _GONE:
        return Answer(Verdict.REFUSED, f"{status}: the receiver wants no more")
    redirected = "; redirects are not followed, name the address itself" if 300 <= status < 400 else ""
    return Answer(Verdict.LATER, f"answered {status}{redirected}")
