"""The way of a message out of the outbox: claim it, hand it over, record the answer; again later where that is safe."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from store.outbox import Channel, Outbox, StoredMessage
from vigie.notifications.answer import Answer, Carrier, Verdict

logger = logging.getLogger(__name__)

_MINUTE = 60_000
_HOUR = 60 * _MINUTE
LEASE = 15 * _MINUTE
"""Milliseconds a sender has for one message, longer than a server that answers at all can take."""
_LONGEST_PAUSE = 6 * _HOUR
_GIVE_UP_AFTER = 72 * _HOUR


@dataclass(frozen=True, slots=True)
class Delivered:
    """What came of a round."""

    sent: int = 0
    again: int = 0
    failed: int = 0
    uncertain: int = 0


def pause_after(attempts: int) -> int | None:
    """How long to wait after so many attempts [ms]: 1 min, twice as long each time, at most 6 h; None after 3 days.

    Examples
    --------
    >>> [pause_after(attempts) // 60_000 for attempts in (1, 2, 3, 9, 10, 11)]
    [1, 2, 4, 256, 360, 360]
    >>> pause_after(19), pause_after(20)
    (21600000, None)
    """
    pauses = [min(_MINUTE * 2 ** min(n, 20), _LONGEST_PAUSE) for n in range(attempts)]
    return pauses[-1] if sum(pauses) <= _GIVE_UP_AFTER else None


def deliver(
    outbox: Outbox,
    carriers: Mapping[Channel, Carrier],
    clock: Callable[[], int],
    ended: Callable[[], bool] = lambda: False,
) -> Delivered:
    """Send everything that is due.

    Parameters
    ----------
    outbox : Outbox
    carriers : mapping of Channel to Carrier
        Messages of other channels stay where they are.
    clock : callable
        Milliseconds UTC.
    ended : callable
        Asked before each message; True leaves the rest for another time.

    Notes
    -----
    A mail server that cannot be used costs one attempt of one message a round.
    """
    done = Delivered()
    channels = set(carriers)
    outbox.lapse(clock())
    while channels and not ended():
        at = clock()
        claimed = outbox.claim(at, at + LEASE, channels)
        if claimed is None:
            break
        answer = _hand_over(carriers[claimed.message.channel], claimed)
        done = _record(outbox, claimed, answer, clock(), done)
        if answer.verdict is Verdict.UNREACHABLE:
            channels.discard(claimed.message.channel)
    return done


def _hand_over(carrier: Carrier, claimed: StoredMessage) -> Answer:
    try:
        return carrier.send(claimed)
    except Exception as error:  # whatever went wrong in the middle: perhaps the server has it
        logger.exception("message %d: sending failed in an unforeseen way", claimed.id)
        return Answer(Verdict.UNKNOWN, f"{type(error).__name__}: {error}")


def _record(outbox: Outbox, claimed: StoredMessage, answer: Answer, at: int, done: Delivered) -> Delivered:
    verdict = answer.verdict
    if verdict is Verdict.ACCEPTED:
        outbox.sent(claimed, at)
        return replace(done, sent=done.sent + 1)
    if verdict is Verdict.UNKNOWN:
        logger.warning("message %d: nobody knows whether it arrived: %s", claimed.id, answer.words)
        outbox.uncertain(claimed, answer.words)
        return replace(done, uncertain=done.uncertain + 1)
    pause = None if verdict is Verdict.REFUSED else pause_after(claimed.attempts)
    if pause is not None:
        logger.info("message %d: tried again in %d min: %s", claimed.id, pause // _MINUTE, answer.words)
        outbox.try_again(claimed, at + pause, answer.words)
        return replace(done, again=done.again + 1)
    words = (
        answer.words if verdict is Verdict.REFUSED else f"given up after {claimed.attempts} attempts: {answer.words}"
    )
    logger.error("message %d: not sent: %s", claimed.id, words)
    outbox.failed(claimed, words)
    return replace(done, failed=done.failed + 1)
