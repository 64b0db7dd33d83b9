"""Which windows new readings touch."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from catalog.identifiers import DeploymentId
from catalog.registry import Registry, parse_registry
from vigie.plan import Span, plan

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


NOW = instant("2026-04-01 12:00")


def test_readings_of_one_morning_touch_the_day_before_and_the_day_after() -> None:
    jobs = plan(registry(), [Span("k1", instant("2026-03-04 08:00"), instant("2026-03-04 09:00"))], None, NOW)

    assert [(job.deployment.id, job.first, job.last) for job in jobs] == [("d1", date(2026, 3, 3), date(2026, 3, 5))]


def test_readings_just_after_local_midnight_reach_two_days_back() -> None:
    jobs = plan(registry(), [Span("k1", instant("2026-03-04 00:10"), instant("2026-03-04 00:20"))], None, NOW)

    assert (jobs[0].first, jobs[0].last) == (date(2026, 3, 2), date(2026, 3, 5))


def test_late_buffer_over_two_deployments_touches_both() -> None:
    jobs = plan(registry(), [Span("k1", instant("2026-03-13 08:00"), instant("2026-03-16 09:00"))], None, NOW)

    assert [job.deployment.id for job in jobs] == [DeploymentId("d1"), DeploymentId("d2")]


def test_readings_outside_any_deployment_belong_to_nobody() -> None:
    assert plan(registry(), [Span("k1", instant("2026-03-14 08:00"), instant("2026-03-15 09:00"))], None, NOW) == []


def test_readings_of_an_unknown_kit_plan_nothing() -> None:
    assert plan(registry(), [Span("k9", instant("2026-03-04 08:00"), instant("2026-03-04 09:00"))], None, NOW) == []


def test_windows_that_closed_since_last_time_are_computed_without_new_readings() -> None:
    jobs = plan(registry(), [], instant("2026-03-17 12:00"), instant("2026-03-18 12:00"))

    assert [(job.deployment.id, job.first, job.last) for job in jobs] == [("d2", date(2026, 3, 16), date(2026, 3, 18))]


def test_a_deployment_that_ended_long_ago_has_nothing_left_to_close() -> None:
    assert [job.deployment.id for job in plan(registry(), [], instant("2026-03-20 12:00"), NOW)] == ["d2"]
