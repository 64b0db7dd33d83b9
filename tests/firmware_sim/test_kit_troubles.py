"""From the words of a workplace file to what befalls a kit."""

from datetime import date
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import pytest
import yaml

from catalog.identifiers import QuantityId
from firmware_sim.errors import WorkplaceError
from firmware_sim.kit_battery import Cell
from firmware_sim.kit_buffer import Memory, Overflow
from firmware_sim.kit_clock import HOUR, Quartz, WhenOff
from firmware_sim.kit_life import UNTROUBLED, Jump, KitLife, Store
from firmware_sim.kit_settings import KitSettings
from firmware_sim.kit_troubles import kit_life
from firmware_sim.workplace_file import load_workplace
from firmware_sim.workplaces import packaged_workplace, virtual_kits
from firmware_sim.zones import Span, local_instant

PARIS = ZoneInfo("Europe/Paris")
FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)
BEFORE = [date(2026, 3, 1 + day) for day in range(31)]


def life(words: str, kit: str = "k7", days: list[date] | None = None, seed: int = 1) -> KitLife:
    settings = msgspec.convert({"id": kit, "model": "m", **(yaml.safe_load(words) or {})}, KitSettings)
    return kit_life(settings, kit, days or [FRIDAY, MONDAY], PARIS, seed)


def at(day: date, clock: str) -> int:
    return local_instant(day, clock, PARIS)


def test_a_file_that_says_nothing_of_it_has_a_kit_without_trouble() -> None:
    assert life("") == UNTROUBLED


def test_words_of_a_file_become_what_befalls_the_kit() -> None:
    found = life("""
        report: 300
        keep_alive: 60
        lost_network:
          - {day: 1, from: "22:00", to: "06:00", to_day: 2}
          - {day: 2, from: "14:00", to: "16:00"}
          - {day: 3, from: "14:00", to: "16:00"}
        reboots: {scripted: [{day: 2, at: "09:40"}], takes: 45}
        buffer: {samplings: 100, overflow: newest, memory: ram, batch: 5, pause: 2}
        clock: {drift: 20, synchronised_every: 6, error: 30, resolution: 1000, when_off: runs on,
                jumps: [{day: 1, at: "12:00", seconds: -90}]}
        battery: {capacity: 10, charge: 0.5, idle: 40, sampling: 1, message: 2, charger: 3}
        mains: [{from: "07:00", to: "12:00"}, {from: "13:00", to: "19:00"}]
    """)
    assert found == KitLife(
        period=300_000,
        outages=(Span(at(FRIDAY, "22:00"), at(MONDAY, "06:00")), Span(at(MONDAY, "14:00"), at(MONDAY, "16:00"))),
        reboots=(at(MONDAY, "09:40"),),
        boot_time=45_000,
        keep_alive=60_000,
        store=Store(100, Overflow.NEWEST, Memory.RAM, 5, 2000),
        mains=tuple(
            Span(at(day, start), at(day, end))
            for day in (FRIDAY, MONDAY)
            for start, end in (("07:00", "12:00"), ("13:00", "19:00"))
        ),
        battery=Cell(capacity=36_000, charge=18_000, idle=0.04, sampling=1, message=2, charger=3),
        clock=Quartz(20, 6 * HOUR, 30, 1000, WhenOff.RUNS_ON, seed=1),
        jumps=(Jump(at(FRIDAY, "12:00"), -90_000),),
    )


def test_an_outage_that_ends_after_the_last_day_ends_on_a_day_of_the_calendar() -> None:
    found = life('lost_network: {day: 2, from: "22:00", to: "06:00", to_day: 3}')
    assert found.outages == (Span(at(MONDAY, "22:00"), at(date(2026, 11, 24), "06:00")),)


def test_random_outages_and_restarts_come_as_often_and_last_as_long_as_the_file_says() -> None:
    words = "{random_outages: {per_day: 4, minutes: 10}, reboots: {per_day: 3}}"
    found = life(words, days=BEFORE)
    assert 80 <= len(found.outages) <= 160  # 124 on average; five standard deviations would be 56
    assert 7 <= np.mean([(outage.end - outage.start) / 60_000 for outage in found.outages]) <= 14
    assert 60 <= len(found.reboots) <= 130
    assert found == life(words, days=BEFORE)
    assert found != life(words, days=BEFORE, seed=2)
    assert found.outages != life(words, kit="k8", days=BEFORE).outages


def test_troubles_of_one_kind_change_nothing_in_those_of_another() -> None:
    together = life("{random_outages: {per_day: 4, minutes: 10}, reboots: {per_day: 3}}")
    assert together.outages == life("{random_outages: {per_day: 4, minutes: 10}}").outages
    assert together.reboots == life("{reboots: {per_day: 3}}").reboots


@pytest.fixture(scope="module")
def joinery_text() -> str:
    return msgspec.yaml.encode(packaged_workplace("joinery")).decode()


def with_kit(text: str, **words: object) -> str:
    document = yaml.safe_load(text)
    document["zones"][0]["kit"] |= words
    return yaml.safe_dump(document, sort_keys=False)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"lost_network": [{"day": 1, "from": "12:00", "to": "11:00"}]}, "lost_network[0] ends before it starts"),
        (
            {"lost_network": {"day": 2, "from": "12:00", "to": "13:00", "to_day": 1}},
            "lost_network ends before it starts",
        ),
        ({"mains": [{"from": "19:00", "to": "07:00"}]}, "mains[0] ends before it starts (19:00 to 07:00)"),
        ({"sampling": 7}, "sampling is 7 s; expected a whole fraction or a multiple of 60 s"),
        ({"report": 90}, "report is 90 s; expected a whole fraction or a multiple of 60 s"),
        ({"sampling": 20, "report": 50}, "report is 50 s; expected a multiple of sampling, 20 s"),
        ({"buffer": {"samplings": 0}}, "zones[0].kit.buffer.samplings"),
        ({"clock": {"when_off": "melts"}}, "zones[0].kit.clock.when_off"),
        ({"batery": {}}, "batery"),
    ],
)
def test_settings_that_cannot_be_are_told_in_one_line(joinery_text: str, words: dict[str, object], told: str) -> None:
    with pytest.raises(WorkplaceError) as caught:
        load_workplace(with_kit(joinery_text, **words), "mine.yaml")
    assert told in str(caught.value)
    assert str(caught.value).startswith("mine.yaml:")
    assert "\n" not in str(caught.value)


def test_a_kit_that_samples_six_times_a_minute_says_less_noise_and_the_same_levels(joinery_text: str) -> None:
    plain = virtual_kits(load_workplace(joinery_text, "mine.yaml"), [FRIDAY], 1)[0]
    often = virtual_kits(load_workplace(with_kit(joinery_text, sampling=10), "mine.yaml"), [FRIDAY], 1)[0]
    assert often.instants.tolist() == plain.instants.tolist()
    co2, laeq = QuantityId("co2"), QuantityId("laeq")

    def roughness(values: np.ndarray) -> float:
        return float(np.std(np.diff(values)))

    assert roughness(often.readings[co2]) < 0.8 * roughness(plain.readings[co2])
    assert np.abs(np.median(often.readings[laeq] - plain.readings[laeq])) < 0.5


def test_the_same_file_days_and_seed_give_the_same_bytes_whatever_befalls_the_kit(joinery_text: str) -> None:
    words = yaml.safe_load("""
        keep_alive: 60
        random_outages: {per_day: 6, minutes: 20}
        reboots: {per_day: 6}
        buffer: {samplings: 10}
        clock: {drift: 100, synchronised_every: 1, error: 50}
        battery: {capacity: 0.3}
        mains: [{from: "07:00", to: "19:00"}]
    """)
    workplace = load_workplace(with_kit(joinery_text, **words), "mine.yaml")
    once, again, other = (list(virtual_kits(workplace, [FRIDAY], seed)[0].messages()) for seed in (5, 5, 6))
    assert once == again
    assert [message.instant for message in once] != [message.instant for message in other]


def test_a_kit_that_reports_every_five_minutes_has_a_fifth_of_the_messages(joinery_text: str) -> None:
    plain, *_ = virtual_kits(load_workplace(joinery_text, "mine.yaml"), [FRIDAY], 1)
    seldom, *_ = virtual_kits(load_workplace(with_kit(joinery_text, report=300, sampling=60), "mine.yaml"), [FRIDAY], 1)
    assert seldom.message_count == plain.message_count // 5
    assert set(np.diff(seldom.instants)) == {300_000}
