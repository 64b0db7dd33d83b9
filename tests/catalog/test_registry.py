"""Registry files that are right, and the look-ups of what they say."""

import csv
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from catalog.identifiers import DeploymentId, KitId, QuantityId, ZoneId
from catalog.places import WorkIntensity, ZoneKind
from catalog.quantities import Uncertainty
from catalog.registry import Registry, parse_registry
from catalog.schedule import shifts
from tests.catalog.registry_text import WHOLE
from tests.shared_data import require_shared

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "uci-office" / "registry.yaml"
ANCHORED = "schedule: &day\n          shifts:\n            - name: jour"


@pytest.fixture(scope="module")
def office() -> Registry:
    return parse_registry(EXAMPLE.read_text("utf-8"), EXAMPLE.name)


@pytest.fixture(scope="module")
def whole() -> Registry:
    return parse_registry(WHOLE, "registry.yaml")


def utc(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def test_office_is_the_tenants_who_own_it(office: Registry) -> None:
    zone = office.zones[ZoneId("office")]
    assert (zone.kind, zone.headcount, zone.intensity) == (ZoneKind.OFFICE, 2, WorkIntensity.SEDENTARY)
    assert office.establishment_of(zone).timezone == "Europe/Brussels"
    assert office.employer_of(zone).siret == "99988877900017"
    assert [deployment.id for deployment in office.deployments_of(zone)] == [
        "uci-datatest",
        "uci-datatraining",
        "uci-datatest2",
    ]


def test_local_times_are_read_in_the_establishments_zone(office: Registry) -> None:
    deployment = office.deployments[DeploymentId("uci-datatest")]
    assert deployment.start == utc("2015-02-02 13:18")
    assert deployment.end == utc("2015-02-04 09:43")


def test_office_hours_leave_lunch_out(office: Registry) -> None:
    zone = office.zones[ZoneId("office")]
    found = shifts(zone.schedule, office.establishment_of(zone), date(2015, 2, 2), date(2015, 2, 8))
    assert [(shift.day.isoweekday(), shift.worked / 3_600_000) for shift in found] == [(n, 7.0) for n in range(1, 6)]


@pytest.mark.parametrize("name", ["datatest", "datatraining", "datatest2"])
def test_deployments_hold_the_recordings_to_the_minute(office: Registry, name: str) -> None:
    with require_shared(f"datasets/uci_occupancy/{name}.txt").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))[1:]
    first, last = (utc(row[1]) - 3_600_000 for row in (rows[0], rows[-1]))
    deployment = office.deployments[DeploymentId(f"uci-{name}")]
    assert deployment.start == first - 60_000, "the first reading stands for the minute before it"
    assert deployment.end == last


def test_kit_that_moves_at_an_instant_is_in_one_place_at_that_instant(whole: Registry) -> None:
    kit = KitId("kit-1")
    moved = utc("2026-03-09 07:00")
    left = next(d for d in whole.deployments.values() if d.kit == kit and d.end == moved)
    came = next(d for d in whole.deployments.values() if d.kit == kit and d.start == moved)
    assert (left.zone, came.zone) == ("saw", "desk")


def test_deployment_without_end_goes_on(whole: Registry) -> None:
    found = max((d for d in whole.deployments.values() if d.kit == "kit-1"), key=lambda d: d.start)
    assert found.end is None
    assert whole.zone_of(found).name == "Bureau"


def test_everything_a_file_may_say_is_read(whole: Registry) -> None:
    zone = whole.zones[ZoneId("saw")]
    night, day = zone.schedule.shifts
    assert (night.days, night.start, night.end) == (frozenset({1, 2, 3, 4, 7}), time(22), time(6))
    assert [(pause.start, pause.end) for pause in night.breaks] == [(time(2), time(2, 30))]
    assert night.breaks_count
    assert (day.days, day.end) == (frozenset({6}), time())
    assert zone.schedule.closed == {date(2026, 8, 14), date(2026, 12, 24)}
    assert zone.schedule.works_on_holidays
    (factor,) = zone.transfer_factors
    assert (factor.quantity, factor.factor, factor.uncertainty) == ("illuminance", 1.35, Uncertainty(0.08, 0.0))
    assert zone.place_uncertainty == {"laeq": Uncertainty(0.0, 2.0), "co2": Uncertainty(0.08, 5.0)}
    assert whole.establishment_of(zone).subdivision == "57"
    assert whole.employer_of(zone).naf == "16.23Z"
    assert whole.kits[KitId("kit-1")].label == "kit-1"
    assert whole.kits[KitId("kit-2")].simulated


def test_offset_in_the_file_wins_over_the_establishments_zone(whole: Registry) -> None:
    assert whole.deployments[DeploymentId("lent-2")].start == utc("2026-03-02 06:00")
    assert whole.deployments[DeploymentId("lent-1")].start == utc("2026-03-02 07:00")


def test_last_calibration_before_the_day_counts(whole: Registry) -> None:
    kit, co2 = KitId("kit-1"), QuantityId("co2")
    assert whole.calibrations_on(kit, date(2025, 1, 1)) == ()
    (first,), (second,) = (whole.calibrations_on(kit, day) for day in (date(2025, 6, 1), date(2026, 6, 1)))
    assert {first.quantity, second.quantity} == {co2}
    assert (first.offset, second.offset, second.gain) == (-12.0, 4.0, 1.0)


def test_a_calibration_is_overdue_from_the_day_after_it_was_due(whole: Registry) -> None:
    kit = KitId("kit-1")
    assert whole.calibrations_on(kit, date(2025, 1, 31)) == ()
    (last,) = whole.calibrations_on(kit, date(2026, 1, 31))
    assert last.due == date(2026, 2, 1)
    assert not last.is_overdue(date(2026, 2, 1))
    assert last.is_overdue(date(2026, 2, 2))
    assert [c.performed for c in whole.calibrations_on(kit, date(2026, 2, 1))] == [date(2026, 2, 1)]


def test_quoted_and_unquoted_texts_are_the_same() -> None:
    quoted = WHOLE.replace("22:00", '"22:00"').replace("country: FR", 'country: "FR"').replace("yes", "'true'")
    assert parse_registry(quoted, "registry.yaml") == parse_registry(WHOLE, "registry.yaml")


def test_norway_is_a_country() -> None:
    text = WHOLE.replace("country: FR", "country: NO").replace('    subdivision: "57"\n', "")
    assert {place.country for place in parse_registry(text, "r.yaml").establishments.values()} == {"NO"}


def test_zones_may_share_a_schedule_by_an_anchor() -> None:
    another = "      - {id: more, name: M, kind: shop, headcount: 1, work_unit: V, intensity: sedentary, "
    another += "schedule: *day}\n"
    before, after = WHOLE.replace(ANCHORED.replace(" &day", ""), ANCHORED).split("kits:\n", 1)
    zones = parse_registry(f"{before}{another}kits:\n{after}", "registry.yaml").zones
    assert zones[ZoneId("more")].schedule == zones[ZoneId("desk")].schedule


def test_registry_of_kits_alone() -> None:
    found = parse_registry("kits:\n  - id: a\n    model: generic\n", "registry.yaml")
    assert list(found.kits) == ["a"]
