"""Outages, restarts, a full buffer: what a kit sends, what is lost, and that both are counted."""

import hashlib
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_sim.kit import VirtualKit
from firmware_sim.kit_account import added_up
from firmware_sim.kit_battery import Cell
from firmware_sim.kit_buffer import Memory, Overflow
from firmware_sim.kit_clock import Quartz, WhenOff
from firmware_sim.kit_life import UNTROUBLED, Jump, KitLife, Store, apart
from firmware_sim.payloads import PayloadFormat
from firmware_sim.zones import Span
from tests.firmware_sim.troubled_kits import CO2, MINUTE, START, came, kit, kit_at, minutes, numbers_sent, statuses

SOME = 40


def span(start: float, end: float) -> Span:
    return Span(minutes(start), minutes(end))


def digest(sender: VirtualKit) -> str:
    sha = hashlib.sha256()
    for message in sender.messages():
        sha.update(f"{message.topic} {message.instant} {message.retain}".encode() + message.payload)
    return sha.hexdigest()


spans = st.tuples(st.integers(-3, 70), st.integers(1, 40)).map(lambda drawn: span(drawn[0], drawn[0] + drawn[1]))
instants = st.integers(0, SOME * 60).map(lambda second: START + second * 1000)
stores = st.builds(
    Store,
    size=st.integers(1, 30),
    overflow=st.sampled_from(Overflow),
    memory=st.sampled_from(Memory),
    batch=st.integers(1, 12),
    pause=st.sampled_from([1, 250, 5_000, 90_000]),
)
cells = st.builds(
    Cell,
    capacity=st.just(2000.0),
    charge=st.floats(0, 2000),
    idle=st.floats(0, 2),
    sampling=st.floats(0, 40),
    message=st.floats(0, 40),
    charger=st.floats(0, 3),
)
quartzes = st.builds(
    Quartz,
    drift=st.floats(-20_000, 20_000),
    synchronised_every=st.floats(60_000, 3_600_000),
    error=st.floats(0, 500),
    resolution=st.sampled_from([1, 1000]),
    when_off=st.sampled_from(WhenOff),
    seed=st.integers(0, 9),
)
lives = st.builds(
    KitLife,
    outages=st.lists(spans, max_size=4).map(apart),
    reboots=st.lists(instants, max_size=4, unique=True).map(lambda drawn: tuple(sorted(drawn))),
    boot_time=st.sampled_from([0, 20_000, 200_000]),
    keep_alive=st.sampled_from([0, 60_000]),
    store=stores,
    mains=st.none() | st.lists(spans, max_size=3).map(apart),
    battery=st.none() | cells,
    clock=st.none() | quartzes,
    jumps=st.lists(st.builds(Jump, instants, st.floats(-200_000, 200_000)), max_size=2).map(tuple),
)


@given(lives, st.sampled_from(PayloadFormat), st.integers(1, 7), st.booleans())
@settings(max_examples=300, deadline=None)
def test_every_sampling_is_sent_once_or_counted_as_lost(
    life: KitLife, payload: PayloadFormat, together: int, switched_off_between: bool
) -> None:
    sender = kit(SOME, life, payload, together)
    if switched_off_between:
        sender = kit_at(
            np.concatenate((sender.instants[:25], sender.instants[25:] + 90 * MINUTE)), life, payload, together
        )
    account = sender.account()
    messages = came(sender)
    sent = [number for one in messages for number in one.numbers]
    assert len(set(sent)) == len(sent) == account.sent
    assert account.samplings == SOME == account.sent + account.silent + account.lost
    assert account.readings == sum(one.message.readings for one in messages) == 2 * account.sent
    assert sender.message_count == len(messages)
    departures = [one.message.instant for one in messages]
    assert departures == sorted(departures)
    assert sender.first_departure == (departures[0] if departures else 0)


@given(lives, st.integers(1, 7))
@settings(max_examples=100, deadline=None)
def test_nothing_leaves_without_a_network_or_before_it_was_measured(life: KitLife, together: int) -> None:
    sender = kit(SOME, life, together=together)
    for one in came(sender):
        left = one.message.instant
        if one.decoded.status is None:
            assert not any(outage.start < left < outage.end for outage in life.outages)
            assert all(sender.instants[number] <= left for number in one.numbers)


@given(lives)
@settings(max_examples=100, deadline=None)
def test_what_is_lost_while_off_is_what_fell_into_restarts_and_cuts_of_the_mains(life: KitLife) -> None:
    life = replace(life, battery=None)
    sender = kit(SOME, life)
    off = [any(gap.start < at <= gap.end for gap in life.off) for at in sender.instants.tolist()]
    assert sender.account().lost_while_off == sum(off)
    assert not set(numbers_sent(sender)) & {number for number, gone in enumerate(off) if gone}


@given(lives, st.sampled_from(PayloadFormat))
@settings(max_examples=50, deadline=None)
def test_the_same_kit_sends_the_same_bytes_every_time(life: KitLife, payload: PayloadFormat) -> None:
    assert digest(kit(SOME, life, payload, 3)) == digest(kit(SOME, life, payload, 3))


@pytest.mark.parametrize("payload", list(PayloadFormat))
def test_all_formats_say_the_same_of_a_kit_in_trouble(payload: PayloadFormat) -> None:
    life = KitLife(outages=(span(10, 25.5),), reboots=(minutes(40.5),), store=Store(size=12))
    sender = kit(SOME, life, payload)
    stamped = {number: stamp for one in came(sender) for number, stamp in zip(one.numbers, one.stamps, strict=True)}
    assert stamped == {number: int(sender.instants[number]) for number in range(SOME) if number not in {10, 11, 12}}


def test_a_full_buffer_loses_the_oldest_or_takes_no_more() -> None:
    outage = (span(10, 30),)
    oldest = kit(40, KitLife(outages=outage, store=Store(size=5, overflow=Overflow.OLDEST)))
    newest = kit(40, KitLife(outages=outage, store=Store(size=5, overflow=Overflow.NEWEST)))
    # samplings 10 to 29 (minutes 11 to 30) had no network
    assert sorted(set(range(40)) - set(numbers_sent(oldest))) == list(range(10, 25))
    assert sorted(set(range(40)) - set(numbers_sent(newest))) == list(range(15, 30))
    assert oldest.account().lost_in_overflow == newest.account().lost_in_overflow == 15


def test_a_long_outage_does_not_hold_up_what_is_live() -> None:
    # 600 samplings in messages of ten, one every 20 s: twenty minutes until the buffer is empty
    life = KitLife(outages=(span(60, 660),), store=Store(batch=10, pause=20_000))
    sender = kit(720, life)
    messages = came(sender)
    late = [one.message.instant for one in messages if len(one.numbers) == 10]
    assert [b - a for a, b in pairwise(late)] == [20_000] * 59
    for one in messages:
        if one.numbers and one.numbers[0] >= 660:
            assert one.message.instant == sender.instants[one.numbers[0]]
            assert len(one.numbers) == 1
    assert sender.account().sent_late == 600


def test_a_second_outage_stops_the_emptying_of_the_buffer_and_loses_nothing() -> None:
    life = KitLife(outages=(span(10, 40), span(40.1, 50)), store=Store(batch=10, pause=5_000))
    sender = kit(60, life)
    assert numbers_sent(sender) == list(range(60))
    assert [m.instant for m in sender.messages() if m.readings == 20][:2] == [minutes(40), minutes(40) + 5_000]
    assert sender.account().outages == 2


def test_samplings_that_waited_for_their_message_when_the_network_went_are_sent_afterwards() -> None:
    sender = kit(20, KitLife(outages=(span(7, 12),)), together=5)
    assert [one.numbers for one in came(sender)] == [
        [0, 1, 2, 3, 4], [5, 6, 7, 8, 9, 10, 11], [12, 13, 14, 15, 16], [17, 18, 19],
    ]  # fmt: skip


def test_a_restart_loses_the_samplings_of_its_time_and_begins_to_count_anew() -> None:
    life = KitLife(reboots=(minutes(5.5), minutes(8.9)), boot_time=90_000)
    sender = kit(12, life, PayloadFormat.FRAME)
    marks = {number: f"{one.decoded.boot} {one.decoded.sequence}" for one in came(sender) for number in one.numbers}
    assert marks == {
        0: "b1 0", 1: "b1 1", 2: "b1 2", 3: "b1 3", 4: "b1 4",
        7: "b1-2 0", 10: "b1-3 0", 11: "b1-3 1",
    }  # fmt: skip
    account = sender.account()
    assert (account.boots, account.lost_while_off) == (3, 4)


def test_a_restart_is_told_by_the_will_of_the_old_boot_and_the_birth_of_the_new_one() -> None:
    # nobody notices for a minute and a half: the broker learns of it when the kit comes back
    assert statuses(kit(10, KitLife(reboots=(minutes(5.5),), keep_alive=60_000))) == [
        "5.83333 offline b1", "5.83333 online b1-2",
    ]  # fmt: skip
    slow = KitLife(reboots=(minutes(4.5),), keep_alive=60_000, boot_time=150_000)
    assert statuses(kit(10, slow)) == ["6 offline b1", "7 online b1-2"]


def test_an_outage_is_noticed_after_one_and_a_half_keep_alives() -> None:
    life = KitLife(outages=(span(10, 11), span(20, 30)), keep_alive=60_000)
    assert statuses(kit(40, life)) == ["21.5 offline b1", "30 online b1"]
    assert statuses(kit(40, replace(life, keep_alive=0))) == []


def test_a_restart_without_a_network_is_told_when_there_is_one_again() -> None:
    life = KitLife(outages=(span(10, 30),), reboots=(minutes(15),), keep_alive=60_000)
    assert statuses(kit(40, life)) == ["11.5 offline b1", "30 online b1-2"]


@pytest.mark.parametrize(("memory", "lost"), [(Memory.FLASH, []), (Memory.RAM, [10, 11, 12, 13, 14])])
def test_what_was_kept_survives_a_restart_in_flash_only(memory: Memory, lost: list[int]) -> None:
    life = KitLife(outages=(span(10, 30),), reboots=(minutes(15.2),), store=Store(memory=memory))
    sender = kit(40, life)
    assert sorted(set(range(40)) - set(numbers_sent(sender))) == lost
    assert sender.account().lost_from_memory == len(lost)


def test_a_network_that_never_comes_back_leaves_the_samplings_in_the_kit() -> None:
    # the battery dies before the network is back
    life = KitLife(
        outages=(span(10, 100),),
        mains=(),
        battery=Cell(2000.0, 1000.0, idle=0.0, sampling=50.0, message=0.0, charger=0.0),
    )
    account = kit(40, life).account()
    assert (account.sent, account.never_sent, account.lost_while_off) == (10, 9, 21)


def test_a_sampling_of_which_no_channel_says_anything_is_counted_as_silent() -> None:
    sender = kit(10)
    for values in sender.readings.values():
        values[3] = np.nan
    sender.readings[CO2][5] = np.nan
    account = sender.account()
    assert (account.silent, account.sent, account.readings) == (1, 9, 17)
    assert sender.message_count == 9


def test_accounts_of_several_kits_add_up() -> None:
    some = [kit(10), kit(20, KitLife(outages=(span(5, 8),), store=Store(size=1)))]
    total = added_up(sender.account() for sender in some)
    assert (total.samplings, total.sent, total.lost_in_overflow, total.boots) == (30, 28, 2, 2)


def test_a_kit_that_was_never_switched_on_says_nothing() -> None:
    sender = kit_at(np.array([], dtype=np.int64))
    assert (list(sender.messages()), sender.first_departure, sender.account().samplings) == ([], 0, 0)
    assert kit(3, UNTROUBLED).account().sent == 3
