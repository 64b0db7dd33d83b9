"""What a script does to messages: to the message the same with the same seed, and never more than it says."""

from collections import Counter
from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.identifiers import KitId, QuantityId
from firmware_sim.corruption import corrupted, heard
from firmware_sim.faults import CORRUPTIONS, Fault, FaultKind, FaultScript, LineEvent
from firmware_sim.faulty_line import FaultTally, FaultyLine
from firmware_sim.payloads import KitMessage, PayloadFormat, encode, readings_topic, status_topic
from ingest.codecs.records import Record

START = 1_700_000_000_000
K1, K2 = KitId("k1"), KitId("k2")


def message(kit: KitId, number: int, step: int = 1000) -> KitMessage:
    instant = START + number * step
    payload = encode(PayloadFormat.SENML_JSON, kit, [Record(QuantityId("co2"), instant, 400.0 + number, True)])
    return KitMessage(readings_topic(kit), payload, instant, readings=1)


def stream(count: int, kits: tuple[KitId, ...] = (K1,)) -> list[KitMessage]:
    return [message(kit, number) for number in range(count) for kit in kits]


class Passed:
    """What left a line."""

    def __init__(self, messages: Iterable[KitMessage], *faults: Fault, seed: int = 1) -> None:
        script = FaultScript(faults, seed)
        tally = FaultTally(script)
        self.items = list(FaultyLine(script, tally, [K1, K2]).through(messages))
        self.messages = [item for item in self.items if isinstance(item, KitMessage)]
        self.events = [item for item in self.items if isinstance(item, LineEvent)]
        self.counts = tally.counts()


def test_without_faults_everything_passes_as_it_came() -> None:
    assert Passed(stream(50)).items == stream(50)


def test_what_is_lost_is_counted_with_its_readings() -> None:
    passed = Passed(stream(2000), Fault(FaultKind.LOSS, probability=0.1))

    lost = len(stream(2000)) - len(passed.messages)
    assert (passed.counts[0].messages, passed.counts[0].readings) == (lost, lost)
    assert 150 < lost < 250
    assert set(passed.messages) < set(stream(2000))


def test_a_fault_comes_from_its_beginning_and_ends_with_its_time() -> None:
    passed = Passed(stream(100), Fault(FaultKind.LOSS, start=10_000, duration=20_000))

    assert passed.messages == [*stream(100)[:10], *stream(100)[30:]]


def test_a_fault_of_one_kit_leaves_the_others_alone() -> None:
    passed = Passed(stream(20, (K1, K2)), Fault(FaultKind.LOSS, kits=frozenset({K2})))

    assert passed.messages == stream(20)


def test_a_copy_is_the_same_message_later() -> None:
    passed = Passed(stream(10), Fault(FaultKind.DUPLICATE, copies=2, least=2500, most=2500))

    assert Counter(item.payload for item in passed.messages) == {item.payload: 3 for item in stream(10)}
    assert [item.instant for item in passed.messages] == sorted(item.instant for item in passed.messages)


def test_delayed_messages_leave_late_and_in_order_of_leaving() -> None:
    passed = Passed(stream(200), Fault(FaultKind.DELAY, probability=0.3, least=5_000, most=20_000))

    made = {item.payload: item.instant for item in stream(200)}
    late = {item.payload: item.instant - made[item.payload] for item in passed.messages}
    assert len(late) == 200
    assert sum(delay > 0 for delay in late.values()) == passed.counts[0].messages > 30
    assert {delay for delay in late.values() if not 5_000 <= delay <= 20_000} == {0}
    assert [item.instant for item in passed.messages] == sorted(item.instant for item in passed.messages)


def test_reordered_messages_are_overtaken_by_as_many_as_said() -> None:
    passed = Passed(stream(30), Fault(FaultKind.REORDER, start=5_000, duration=1_000, places=3))

    order = [item.payload for item in passed.messages]
    expected = [item.payload for item in stream(30)]
    assert order == [*expected[:5], *expected[6:9], expected[5], *expected[9:]]


def test_a_message_nothing_can_overtake_any_more_is_not_lost() -> None:
    passed = Passed(stream(3), Fault(FaultKind.REORDER, start=2_000, places=5))

    assert passed.messages == stream(3)
    assert passed.counts[0].messages == 0


def test_status_messages_pass_a_line_that_loses_everything() -> None:
    status = KitMessage(status_topic(K1), b'{"state":"online"}', START)

    assert Passed([status, *stream(3)], Fault(FaultKind.LOSS)).messages == [status]


def test_a_storm_comes_again_and_again_until_it_is_over() -> None:
    passed = Passed(stream(60), Fault(FaultKind.DISCONNECT, start=5_000, duration=30_000, every=10_000))

    assert [event.instant - START for event in passed.events] == [5_000, 15_000, 25_000]
    assert [item.instant for item in passed.items] == sorted(item.instant for item in passed.items)


@given(
    st.lists(
        st.builds(
            Fault,
            st.sampled_from(sorted(FaultKind, key=lambda kind: kind.value)),
            probability=st.floats(0.05, 1.0),
            least=st.just(1_000),
            most=st.just(30_000),
            every=st.just(7_000),
            places=st.integers(1, 4),
        ),
        max_size=4,
    ),
    st.integers(0, 2**32),
)
@settings(max_examples=60, deadline=None)
def test_same_seed_same_faults_to_the_message(faults: list[Fault], seed: int) -> None:
    once = Passed(stream(60, (K1, K2)), *faults, seed=seed)
    again = Passed(stream(60, (K1, K2)), *faults, seed=seed)

    assert once.items == again.items
    assert once.counts == again.counts


def test_another_kit_or_another_fault_behind_changes_nothing() -> None:
    loss = Fault(FaultKind.LOSS, probability=0.2)
    alone = Passed(stream(300), loss).messages
    among = Passed(stream(300, (K1, K2)), loss, Fault(FaultKind.DISCONNECT, every=9_000)).messages

    assert [item for item in among if item.topic == readings_topic(K1)] == alone


def test_another_seed_gives_other_faults() -> None:
    loss = Fault(FaultKind.LOSS, probability=0.2)

    assert Passed(stream(300), loss, seed=1).messages != Passed(stream(300), loss, seed=2).messages


@pytest.mark.parametrize("payload_format", list(PayloadFormat))
@pytest.mark.parametrize("kind", sorted(CORRUPTIONS, key=lambda kind: kind.value))
@given(seed=st.integers(0, 2**32), simulated=st.booleans(), bits=st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_a_corrupted_message_is_noticed_and_says_nothing_that_was_not_sent(
    payload_format: PayloadFormat, kind: FaultKind, seed: int, simulated: bool, bits: int
) -> None:
    records = [
        Record(QuantityId(quantity), START + step * 1000, value + step, simulated)
        for step in range(3)
        for quantity, value in (("co2", 612.5), ("temperature", 21.0))
    ]
    payload = encode(payload_format, K1, records)

    broken = heard(corrupted(payload, K1, kind, bits, np.random.default_rng(seed)), K1)

    assert broken.problems
    sent = {(record.quantity, record.instant, record.value, record.simulated) for record in records}
    left = broken.readings
    assert set(zip(left.quantity, left.instant, left.value, left.simulated, strict=True)) <= sent


@pytest.mark.parametrize("payload", [b"", b"x", b"[]", b"[{}]", b"\xff"])
def test_what_is_hardly_a_message_can_be_corrupted_too(payload: bytes) -> None:
    for kind in CORRUPTIONS:
        assert heard(corrupted(payload, K1, kind, 1, np.random.default_rng(1)), K1).problems


def test_a_message_is_broken_once_however_many_faults_would() -> None:
    passed = Passed(stream(200), *(Fault(kind, probability=0.5) for kind in CORRUPTIONS))

    broken = [item for item in passed.messages if item not in stream(200)]
    assert len(broken) == sum(count.messages for count in passed.counts)
