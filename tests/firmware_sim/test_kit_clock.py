"""Clocks that drift, are set, jump, or stood still: what the kit stamps, and what the service makes of it."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from catalog.readings import Flag
from firmware_sim.kit import VirtualKit
from firmware_sim.kit_clock import HOUR, KitClock, Quartz, WhenOff
from firmware_sim.kit_life import Jump, KitLife
from firmware_sim.payloads import PayloadFormat
from firmware_sim.zones import Span
from ingest.inbox import Inbox, Message
from ingest.writer import Writer
from store.readings import ReadingStore
from tests.firmware_sim.troubled_kits import LATER, MINUTE, START, came, kit, minutes

DAY = 24 * HOUR


def stamps(sender: VirtualKit) -> dict[int, int]:
    """What each sampling was stamped [ms UTC]."""
    return {n: stamp for one in came(sender) for n, stamp in zip(one.numbers, one.stamps, strict=True)}


def errors(sender: VirtualKit) -> list[int]:
    """By how much each sampling was stamped too late [ms]."""
    return [stamp - int(sender.instants[n]) for n, stamp in sorted(stamps(sender).items())]


def test_a_quartz_that_runs_fast_by_twenty_ppm_gains_1728_ms_a_day() -> None:
    clock = KitClock(Quartz(drift=20, synchronised_every=7 * DAY), "k7", START)
    assert clock.stamp(START + DAY) - (START + DAY) == 1728


def test_a_synchronisation_sets_it_right_and_counts_as_a_step() -> None:
    clock = KitClock(Quartz(drift=-100, synchronised_every=2 * HOUR), "k7", START)
    before = clock.stamp(START + 2 * HOUR) - (START + 2 * HOUR)
    after = clock.stamp(START + 2 * HOUR + MINUTE) - (START + 2 * HOUR + MINUTE)
    assert (before, after, clock.steps) == (-720, -6, 1)


def test_a_synchronisation_that_nobody_answers_is_made_up_for_when_the_network_is_back() -> None:
    life = KitLife(outages=(Span(minutes(50), minutes(200)),), clock=Quartz(drift=1000, synchronised_every=HOUR))
    late = errors(kit(260, life))
    assert late[199] == 12_000  # minute 200: 200 minutes at 1 ms a second
    assert late[200] == 60  # set at minute 200, one minute ago


def test_what_a_synchronisation_leaves_is_drawn_with_the_seed_of_the_kit() -> None:
    life = KitLife(clock=Quartz(synchronised_every=10 * MINUTE, error=200, seed=1))
    once = errors(kit(60, life))
    assert once == errors(kit(60, life))
    assert once != errors(kit(60, replace(life, clock=Quartz(synchronised_every=10 * MINUTE, error=200, seed=2))))
    assert len(set(once)) == 6
    assert 50 < max(abs(error) for error in once) < 1000


def test_instants_are_cut_to_the_resolution_of_the_clock() -> None:
    life = KitLife(clock=Quartz(drift=30, resolution=1000))
    sender = kit(60, life)
    assert {stamp % 1000 for stamp in stamps(sender).values()} == {0}
    slow = kit(60, KitLife(clock=Quartz(drift=-30, resolution=1000)))
    assert errors(slow)[1:3] == [-1000, -1000]


def test_a_clock_set_back_repeats_instants_and_one_set_forward_leaves_a_hole() -> None:
    back = KitLife(clock=Quartz(synchronised_every=DAY), jumps=(Jump(minutes(10.5), -180_000.0),))
    assert [(stamp - START) // MINUTE for stamp in stamps(kit(15, back)).values()] == [
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 8, 9, 10, 11, 12,
    ]  # fmt: skip
    forward = replace(back, jumps=(Jump(minutes(10.5), 180_000.0),))
    assert [(stamp - START) // MINUTE for stamp in stamps(kit(12, forward)).values()] == [
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 15,
    ]  # fmt: skip


def test_a_kit_without_time_goes_on_from_when_it_died_until_it_is_synchronised() -> None:
    # dies at minute 20 for ten minutes, the network is away from minute 15 to 40
    life = KitLife(
        outages=(Span(minutes(15), minutes(40)),),
        reboots=(minutes(20),),
        boot_time=10 * MINUTE,
        clock=Quartz(synchronised_every=DAY),
    )
    sender = kit(50, life)
    said = {n + 1: (stamp - START) // MINUTE for n, stamp in stamps(sender).items()}
    assert [said[n] for n in (19, 20, 31, 32, 40, 41, 42)] == [19, 20, 21, 22, 30, 41, 42]
    runs_on = kit(50, replace(life, clock=Quartz(synchronised_every=DAY, when_off=WhenOff.RUNS_ON)))
    assert set(errors(runs_on)) == {0}


def test_a_kit_that_restarts_with_a_network_asks_for_the_time_at_once() -> None:
    life = KitLife(reboots=(minutes(20),), boot_time=10 * MINUTE, clock=Quartz(synchronised_every=DAY))
    assert set(errors(kit(50, life))) == {0}


@pytest.mark.parametrize("payload", list(PayloadFormat))
def test_a_jump_is_told_alike_in_all_formats(payload: PayloadFormat) -> None:
    life = KitLife(clock=Quartz(synchronised_every=DAY), jumps=(Jump(minutes(10.5), -90_000.0),))
    sender = kit(20, life, payload, together=4)
    assert errors(sender) == [0] * 10 + [-90_000] * 10


def test_a_frame_dates_its_first_sampling_and_ends_where_the_clock_was_set() -> None:
    life = KitLife(clock=Quartz(drift=500, synchronised_every=12 * MINUTE))
    sender = kit(20, life, PayloadFormat.FRAME, together=5)
    messages = came(sender)
    assert [one.numbers for one in messages] == [
        [0, 1, 2, 3, 4], [5, 6, 7, 8, 9], [10, 11], [12, 13, 14, 15, 16], [17, 18, 19],
    ]  # fmt: skip
    for one in messages:
        assert {later - earlier for earlier, later in pairwise(one.stamps)} <= {MINUTE}
    assert [one.stamps[0] - int(sender.instants[one.numbers[0]]) for one in messages] == [30, 180, 330, 30, 180]


@pytest.mark.parametrize("payload", list(PayloadFormat))
def test_repeated_instants_lose_nothing_silently(tmp_path: Path, payload: PayloadFormat) -> None:
    # through inbox, decoder and table of the collector: the clock goes back by three minutes after the tenth sampling
    life = KitLife(clock=Quartz(synchronised_every=DAY), jumps=(Jump(minutes(10.5), -180_000.0),))
    sender = kit(15, life, payload, together=4)
    table = ReadingStore(tmp_path / "readings")
    with Inbox(tmp_path / "inbox.db") as inbox:
        inbox.add([Message(one.topic, one.payload, LATER + n) for n, one in enumerate(sender.messages())])
        writer = Writer(inbox, table)
        writer.drain()
        assert inbox.dead() == 0
    assert writer.stats.readings == sender.account().readings == 30
    read = table.read_arrivals(quantities=["co2"])
    # of minutes 8, 9 and 10 there are two different values: the later one counts, and the conflict is told
    assert read.height == 12
    conflicts = read.filter("conflict")
    assert [(at.timestamp() * 1000 - START) / MINUTE for at in conflicts["instant"]] == [8, 9, 10]
    assert conflicts["value"].to_list() == [410.0, 411.0, 412.0]
    assert set(conflicts["flag"].to_list()) == {Flag.SUSPECT}
    assert set(read.filter(~read["conflict"])["flag"].to_list()) == {Flag.GOOD}
