"""Which deployments new readings and the passing of time call for."""

from datetime import datetime
from zoneinfo import ZoneInfo

from catalog.registry import Registry, parse_registry
from store.touched import Span
from vigie.plan import plan

REGISTRY = """
employers:
  - id: menuiserie
    name: Menuiserie
    siret: "73282932000074"
    naf: 16.23Z
    establishments:
      - id: atelier
        name: Atelier
        timezone: Europe/Paris
        country: FR
        zones:
          - id: machines
            name: Machines
            kind: workshop
            headcount: 4
            work_unit: Usinage
            intensity: physical
            schedule:
              shifts:
                - {name: jour, days: [mon, tue, wed, thu, fri], start: "08:00", end: "16:00"}
kits:
  - {id: k1, model: generic, label: Kit 1}
deployments:
  - {id: d1, kit: k1, zone: machines, start: 2026-03-02 00:00, end: 2026-03-13 18:00}
  - {id: d2, kit: k1, zone: machines, start: 2026-03-16 00:00}
"""


def registry() -> Registry:
    return parse_registry(REGISTRY, "registry.yaml")


def instant(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris")).timestamp() * 1000)


def span(first: str, last: str, kit: str = "k1") -> Span:
    return Span(kit, instant(first), instant(last))


def planned(spans: list[Span], computed_at: str | None, now: str) -> list[str]:
    at = None if computed_at is None else instant(computed_at)
    return [deployment.id for deployment in plan(registry(), spans, at, instant(now))]


LATER = "2026-04-01 12:00"


def test_readings_of_closed_days_call_for_their_deployment() -> None:
    assert planned([span("2026-03-04 08:00", "2026-03-04 09:00")], None, LATER) == ["d1"]


def test_late_buffer_over_two_deployments_calls_for_both() -> None:
    assert planned([span("2026-03-13 08:00", "2026-03-16 09:00")], None, LATER) == ["d1", "d2"]


def test_readings_outside_any_deployment_belong_to_nobody() -> None:
    assert planned([span("2026-03-14 08:00", "2026-03-15 09:00")], None, LATER) == []


def test_readings_of_an_unknown_kit_call_for_nothing() -> None:
    assert planned([span("2026-03-04 08:00", "2026-03-04 09:00", kit="k9")], None, LATER) == []


def test_readings_of_the_running_shift_wait_until_it_closes() -> None:
    live = [span("2026-03-18 09:00", "2026-03-18 09:30")]

    assert planned(live, "2026-03-18 09:00", "2026-03-18 09:31") == []


def test_a_shift_that_just_ended_is_computed_though_no_reading_is_new() -> None:
    assert planned([], "2026-03-18 15:59", "2026-03-18 16:01") == ["d2"]


def test_a_shift_of_a_public_holiday_does_not_end() -> None:
    assert planned([], "2026-04-06 15:59", "2026-04-06 16:01") == []


def test_a_day_that_just_ended_is_computed() -> None:
    assert planned([], "2026-03-18 23:59", "2026-03-19 00:01") == ["d2"]


def test_nothing_is_computed_twice_while_no_window_closes() -> None:
    assert planned([], "2026-03-18 16:01", "2026-03-18 16:02") == []


def test_a_buffer_of_this_morning_that_comes_after_the_shift_calls_for_it() -> None:
    late = [span("2026-03-18 09:00", "2026-03-18 11:00")]

    assert planned(late, "2026-03-18 16:30", "2026-03-18 16:31") == ["d2"]


def test_the_last_reading_of_a_shift_may_come_within_the_hold_time_after_it() -> None:
    late = [span("2026-03-18 16:01", "2026-03-18 16:01")]

    assert planned(late, "2026-03-18 16:01", "2026-03-18 16:02") == ["d2"]


def test_a_deployment_that_ended_long_ago_has_nothing_left_to_close() -> None:
    assert "d1" not in planned([], "2026-03-20 12:00", LATER)


def test_the_day_a_deployment_ended_closes_after_its_end() -> None:
    assert planned([], "2026-03-13 18:30", "2026-03-14 00:30") == ["d1"]
