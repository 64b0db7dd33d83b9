"""What a connection says of a kit that restarted, or died, while it stood."""

import time

import pytest

from catalog.identifiers import KitId
from firmware_sim.connection import Message
from firmware_sim.payloads import presence
from firmware_sim.publisher import Publisher
from tests.firmware_sim.listener import Listener
from tests.mosquitto import Mosquitto

FIRST = presence(KitId("k1"), "b1", simulated=True)
SECOND = presence(KitId("k1"), "b1-2", simulated=True)
OTHER = presence(KitId("k2"), "b9", simulated=True)


def test_a_kit_that_restarted_is_announced_with_its_new_boot_and_one_that_died_as_gone() -> None:
    assert FIRST.after(SECOND.birth) == SECOND
    gone = FIRST.after(SECOND.birth).after(SECOND.will)
    assert (gone.birth, gone.will) == (SECOND.will, SECOND.will)
    assert FIRST.after(OTHER.birth) == FIRST


@pytest.mark.parametrize("payload", [b"", b"online", b"[1]", b"\xff"])
def test_a_status_that_is_none_changes_nothing(payload: bytes) -> None:
    assert FIRST.after(Message(FIRST.birth.topic, payload, retain=True)) == FIRST


@pytest.mark.broker
def test_a_connection_that_comes_back_repeats_the_last_word_of_each_kit(broker: Mosquitto, listener: Listener) -> None:
    with Publisher(broker.url, "gateway", [FIRST, OTHER]) as publisher:
        for message in (FIRST.will, SECOND.birth, OTHER.will):
            publisher.deliver(message)
        publisher.drain()
        listener.wait_for_status(5)
        publisher.drop(0.0)
        publisher.wait(1.0)
        publisher.drain()
        assert publisher.reconnections == 1
        wait_for_last_words(listener, SECOND.birth, OTHER.will)
        assert FIRST.birth.payload not in [message.payload for message in listener.status()[5:]]
        assert OTHER.birth.payload not in [message.payload for message in listener.status()[5:]]
    wait_for_last_words(listener, SECOND.will, OTHER.will)


def wait_for_last_words(listener: Listener, *expected: Message) -> None:
    deadline = time.monotonic() + 10
    while True:
        last = {message.topic: message.payload for message in listener.status()}
        if last == {message.topic: message.payload for message in expected}:
            return
        assert time.monotonic() < deadline, last
        time.sleep(0.05)
