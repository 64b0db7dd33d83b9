"""The demo's kits: the same bytes every time, and numbers an engineer would recognise."""

import hashlib
from datetime import date
from importlib.resources import files
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import yaml

from catalog.registry import parse_registry
from catalog.schedule import shifts
from firmware_sim.errors import WorkplaceError
from firmware_sim.kit import VirtualKit
from firmware_sim.rooms import Floats
from firmware_sim.workplace_file import load_workplace
from firmware_sim.workplaces import (
    DEMO_WORKPLACES,
    demo,
    first_demo_day,
    packaged_workplace,
    virtual_kits,
    working_days,
)

WEDNESDAY = date(2026, 11, 18)
PARIS = ZoneInfo("Europe/Paris")
SEEDS = (1, 2, 3, 2026)


@pytest.fixture(scope="module")
def registry_text() -> str:
    return (files("vigie") / "data" / "demo-registry.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module", params=SEEDS)
def kits(request: pytest.FixtureRequest) -> dict[str, VirtualKit]:
    return {kit.truth.zone: kit for kit in demo(WEDNESDAY, request.param)}


def during_shifts(kit: VirtualKit, quantity: str, registry_text: str) -> list[Floats]:
    """Readings of each shift of the kit's zone."""
    registry = parse_registry(registry_text, "demo-registry.yaml")
    zone = registry.zones[kit.truth.zone]
    days = shifts(zone.schedule, registry.establishment_of(zone), WEDNESDAY, date(2026, 11, 20))
    return [
        np.concatenate(
            [kit.readings[quantity][(kit.instants > p.start) & (kit.instants <= p.end)] for p in shift.pieces]
        )
        for shift in days
    ]


def hourly(values: Floats) -> Floats:
    return np.convolve(values, np.ones(60) / 60, "valid")


def digest(kits: list[VirtualKit]) -> str:
    sha = hashlib.sha256()
    for kit in kits:
        for message in kit.messages():
            sha.update(f"{message.topic} {message.instant}".encode() + message.payload)
    return sha.hexdigest()


def test_same_seed_same_bytes_and_another_seed_others() -> None:
    workplace = packaged_workplace("joinery")
    days = working_days(WEDNESDAY, 2)
    once, again, other = (digest(virtual_kits(workplace, days, seed)) for seed in (7, 7, 8))
    assert once == again
    assert once != other


def test_the_demo_is_some_twenty_thousand_messages() -> None:
    kits = demo(WEDNESDAY, 1)
    count = sum(kit.message_count for kit in kits)
    assert 15_000 <= count <= 25_000
    assert count == sum(1 for kit in kits for _ in kit.messages())


def test_every_kit_of_the_demo_hangs_where_the_registry_says(registry_text: str) -> None:
    registry = parse_registry(registry_text, "demo-registry.yaml")
    for kit in demo(WEDNESDAY, 1):
        first = int(kit.instants[0])
        (deployment,) = (d for d in registry.deployments.values() if d.kit == kit.id and d.start < first)
        assert deployment.end is None or first <= deployment.end
        assert deployment.zone == kit.truth.zone
        assert registry.kits[kit.id].simulated
    assert len({employer.siret for employer in registry.employers.values()}) == 3


def test_the_machine_shop_is_too_loud_beyond_doubt(kits: dict[str, VirtualKit], registry_text: str) -> None:
    for levels in during_shifts(kits["joinery-machines"], "laeq", registry_text):
        # eight hours of work, so LEX,8h is Leq; 85 + 1.645 · 2.7 dB is what P >= 0.95 takes
        assert 89.5 < 10 * np.log10(np.mean(10 ** (levels / 10))) < 93.5


def test_the_machine_shop_has_peaks_above_the_lower_action_value(
    kits: dict[str, VirtualKit], registry_text: str
) -> None:
    peaks = np.concatenate(during_shifts(kits["joinery-machines"], "lcpeak", registry_text))
    assert 0 < np.count_nonzero(peaks > 135.0) < 100
    assert peaks.max() < 140.0


def test_the_machine_shop_is_dusty_enough_to_be_measured_properly(
    kits: dict[str, VirtualKit], registry_text: str
) -> None:
    for dust in during_shifts(kits["joinery-machines"], "pm10", registry_text):
        assert 2000 < dust.mean() < 4800


def test_the_open_plan_office_lacks_air_every_afternoon(kits: dict[str, VirtualKit], registry_text: str) -> None:
    for co2 in during_shifts(kits["office-open-plan"], "co2", registry_text):
        assert 1450 < hourly(co2).max() < 1750
        assert 0.3 < np.mean(co2 > 1000) < 0.6
        assert co2[:180].max() < 1000


def test_the_joinery_office_gives_no_cause_for_anything(kits: dict[str, VirtualKit], registry_text: str) -> None:
    kit = kits["joinery-office"]
    limits = {"co2": (350, 700), "laeq": (25, 65), "lcpeak": (40, 115), "pm10": (0, 30), "temperature": (19, 24)}
    limits |= {"humidity": (30, 65), "illuminance": (350, 2000), "voc_index": (60, 140)}
    for quantity, (low, high) in limits.items():
        for values in during_shifts(kit, quantity, registry_text):
            assert low < values.min(), quantity
            assert values.max() < high, quantity


def test_the_salon_is_warm_and_smells_but_is_not_stuffy(kits: dict[str, VirtualKit], registry_text: str) -> None:
    kit = kits["salon-floor"]
    for co2, tvoc, warmth in zip(
        *(during_shifts(kit, quantity, registry_text) for quantity in ("co2", "tvoc", "temperature")), strict=True
    ):
        assert 550 < hourly(co2).max() < 900
        assert tvoc.mean() > 600
        assert 24 < hourly(warmth).max() < 27


def test_readings_are_physically_possible(kits: dict[str, VirtualKit]) -> None:
    for kit in kits.values():
        read = kit.readings
        for smaller, larger in (("pm1", "pm2_5"), ("pm2_5", "pm4"), ("pm4", "pm10"), ("laeq", "lafmax")):
            assert np.all(read[smaller] <= read[larger]), (kit.id, smaller)
        assert np.all(read["lcpeak"] >= read["lafmax"] + 3)
        assert np.all((read["humidity"] > 5) & (read["humidity"] < 95))


def test_every_working_minute_of_every_day_is_there_even_when_the_clocks_change() -> None:
    workplace = packaged_workplace("open_plan_office")
    (spring,) = virtual_kits(workplace, [date(2026, 3, 29)], 1)
    (autumn,) = virtual_kits(workplace, [date(2026, 10, 25)], 1)
    assert (spring.instants.size, autumn.instants.size) == (23 * 60, 25 * 60)


def test_kits_are_switched_off_on_days_nobody_works() -> None:
    kit = demo(date(2026, 11, 20), 1)[0]
    minutes = np.diff(kit.instants) / 60_000
    assert minutes.max() == 2 * 1440 + 1  # Saturday and Sunday are left out
    assert kit.instants.size == 3 * 1440


@pytest.mark.parametrize(
    ("today", "first"),
    [
        (date(2026, 11, 22), date(2026, 11, 18)),  # Sunday: Wednesday to Friday
        (date(2026, 11, 24), date(2026, 11, 19)),  # Tuesday: Thursday, Friday, Monday
        (date(2026, 11, 12), date(2026, 11, 6)),  # the day after Armistice Day
    ],
)
def test_the_demo_takes_the_last_three_working_days(today: date, first: date) -> None:
    assert first_demo_day(today) == first
    assert working_days(first, 3)[-1] < today


@pytest.mark.parametrize("name", DEMO_WORKPLACES)
def test_every_block_of_a_workplace_says_where_its_numbers_come_from(name: str) -> None:
    workplace = packaged_workplace(name)
    blocks = [workplace.outdoors, *(zone.room for zone in workplace.zones), *(z.people for z in workplace.zones)]
    sources = [block.source for block in blocks] + [a.source for z in workplace.zones for a in z.activities]
    assert all(len(source) > 15 or source == "engineering estimate" for source in sources)


def test_a_mistake_in_a_workplace_file_is_told_with_its_line() -> None:
    text = (files("firmware_sim") / "workplaces" / "joinery.yaml").read_text(encoding="utf-8")
    broken = text.replace("volume: 1200", "volume: big")
    line = broken[: broken.index("volume: big")].count("\n") + 1
    with pytest.raises(WorkplaceError, match=rf"mine\.yaml:{line}: zones\[0\]\.room\.volume is \"big\"; expected a n"):
        load_workplace(broken, "mine.yaml")


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("timezone",), "Europe/Nowhere", "expected an IANA name"),
        (("zones", 0, "kit", "model"), "vigie-9000", "expected one of"),
        (("zones", 0, "kit", "stopped_channel"), {"quantity": "radon", "day": 1, "at": "10:00"}, "expected a channel"),
        (("zones", 0, "kit", "lost_network"), {"day": 1, "from": "12:00", "to": "11:00"}, "ends before it starts"),
        (("zones", 0, "room", "heigth"), 3, "heigth"),
        (("zones", 0, "people", "presence", 0, "from"), "7h30", 'is "7h30"; expected a time of day'),
        (("outdoors", "particles"), {"pm1": 5, "pm2_5": 1, "pm4": 6, "pm10": 7}, "must not fall"),
    ],
)
def test_what_is_no_workplace_is_refused(path: tuple[str | int, ...], value: object, told: str) -> None:
    document = yaml.safe_load((files("firmware_sim") / "workplaces" / "joinery.yaml").read_text(encoding="utf-8"))
    target = document
    for part in path[:-1]:
        target = target[part]
    target[path[-1]] = value
    with pytest.raises(WorkplaceError, match=told):
        load_workplace(yaml.safe_dump(document, allow_unicode=True), "mine.yaml")


def test_an_unknown_workplace_is_told_which_there_are() -> None:
    with pytest.raises(WorkplaceError, match="hair_salon"):
        packaged_workplace("foundry")
