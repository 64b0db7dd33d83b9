"""Kits on a battery: how long it lasts, what dies with it, what comes back with the mains."""

from dataclasses import replace

import pytest

from firmware_sim.kit_battery import Battery, Cell, Supply
from firmware_sim.kit_life import KitLife
from firmware_sim.zones import Span
from tests.firmware_sim.troubled_kits import MINUTE, START, kit, kit_at, minutes, numbers_sent, statuses

CELL = Cell(capacity=600.0, charge=600.0, idle=0.5, sampling=10.0, message=20.0, charger=2.0)
"""On the battery a minute with one sampling and one message takes 60 J: it lasts ten."""


def test_a_full_battery_lasts_as_long_as_its_charge() -> None:
    sender = kit(20, KitLife(mains=(), battery=CELL))
    # the tenth message takes the last joule: it has left
    assert numbers_sent(sender) == list(range(10))
    account = sender.account()
    assert (account.deaths, account.lost_while_off, account.boots) == (1, 10, 1)


@pytest.mark.parametrize(("together", "sent"), [(1, 10), (2, 12)])
def test_sending_several_samplings_together_saves_the_battery(together: int, sent: int) -> None:
    assert kit(30, KitLife(mains=(), battery=CELL), together=together).account().sent == sent


def test_a_kit_that_dies_leaves_its_will_to_the_broker() -> None:
    life = KitLife(mains=(), battery=CELL, keep_alive=MINUTE)
    assert statuses(kit(20, life)) == ["11.5 offline b1"]


def test_nights_without_mains_are_bridged_by_a_battery_that_is_large_enough() -> None:
    day = (Span(minutes(-10), minutes(20)), Span(minutes(50), minutes(100)))
    large = replace(CELL, capacity=3600.0, charge=3600.0)
    assert numbers_sent(kit(80, KitLife(mains=day, battery=large))) == list(range(80))
    small = kit(80, KitLife(mains=day, battery=CELL, boot_time=20_000))
    # ten minutes after minute 20 it is empty; at minute 50 the mains come back, and twenty seconds later the kit
    assert sorted(set(range(80)) - set(numbers_sent(small))) == list(range(30, 50))
    assert (small.account().deaths, small.account().boots) == (1, 2)


def test_a_kit_without_a_battery_is_off_without_mains_and_starts_anew() -> None:
    life = KitLife(mains=(Span(minutes(5), minutes(20)), Span(minutes(50), minutes(100))), keep_alive=MINUTE)
    sender = kit(60, life)
    assert numbers_sent(sender) == [*range(5, 20), *range(50, 60)]
    assert statuses(sender) == ["5.33333 online b1", "21.5 offline b1", "50.3333 online b1-2"]
    assert sender.presence().birth == sender.presence().will
    assert kit(60).presence().birth != kit(60).presence().will


def test_mains_charge_the_battery_up_to_its_capacity() -> None:
    battery = Battery(replace(CELL, charge=100.0), START, Supply.MAINS)
    battery.run_to(START + 100_000)
    assert battery.charge == pytest.approx(300.0)
    battery.run_to(START + 1_000_000)
    assert battery.charge == 600.0
    battery.supply = Supply.BATTERY
    battery.run_to(START + 1_010_000)
    assert battery.charge == pytest.approx(595.0)


def test_a_kit_switched_off_by_hand_takes_nothing_from_its_battery() -> None:
    life = KitLife(mains=(), battery=CELL)
    sender = kit(8, life)
    weekend = sender.instants.copy()
    weekend[4:] += 48 * 60 * MINUTE
    assert numbers_sent(kit_at(weekend, life)) == list(range(8))
