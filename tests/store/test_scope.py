"""No employer ever sees another's data: every method of the read model, by introspection, and the edges by name."""

import inspect
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from catalog.errors import UnknownQuantityError
from catalog.identifiers import RuleId, ZoneId
from catalog.readings import Flag, ReadingColumns
from catalog.registry import Registry
from dsp.exposure import WindowKind
from rules.metrology import Measurement
from rules.roles import Actor, Role
from rules.states import RuleState, RuleStatus, Transition
from store.database import Database
from store.errors import UnknownError
from store.exposures import ExposureStore
from store.kits import KitStatusStore
from store.live import LIVE_SCHEMA, LiveStore
from store.metrology import Entry, enter
from store.privacy import Privacy, Withheld
from store.readings import ReadingStore
from store.scope import Scope, ScopeKind
from store.snapshots import snapshots_of, zone_snapshot
from store.tables import KitStatusRow
from store.ticket_list import TicketFilter
from store.ticket_steps import TicketSteps
from store.tickets import ComputedFrom, TicketStore
from store.views import Course, Views
from tests.store.worlds import DAY, HOUR, NOON, episode, exposure, proposal, registry

A, B, SERVICE, STRANGER = Scope.employer("A"), Scope.employer("B"), Scope.service(), Scope.employer("C")
MINUTE = 60_000


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Readings and exposures. k1: hours with A, with nobody between the two, with B; k2: hours with A."""
    folder = tmp_path_factory.mktemp("furnished")
    readings = ReadingStore(folder / "readings")
    for kit, days, base in (("k1", 0.0, 100.0), ("k1", 5.5, 500.0), ("k1", 6.0, 900.0), ("k2", 0.0, 200.0)):
        start = NOON + int(days * DAY)
        readings.append(course(kit, "co2", start, [base + i % 7 for i in range(1, 181)]))
    exposures = ExposureStore(folder / "exposures")
    for zone, kit, deployment in (("a1", "k1", "d1"), ("a2", "k2", "d2"), ("b1", "k1", "d3")):
        both = [exposure(zone, kit=kit, deployment=deployment, window=w) for w in (WindowKind.SHIFT, WindowKind.DAY)]
        exposures.put(ZoneId(zone), both, {})
        exposures.put_exceedances(ZoneId(zone), [episode(zone, NOON + 10 * MINUTE)])
    return folder


@pytest.fixture
def furnished(world: Database) -> Database:
    """The world with a validated ticket in every zone, and the last word of every kit."""
    tickets = TicketStore(world)
    for zone in ("a1", "a2", "b1"):
        status = RuleStatus(ZoneId(zone), "co2", RuleId("co2-air"), NOON, (Transition(NOON, RuleState.FIRING),))
        told = replace(proposal(zone), simulated=True)
        places = registry()
        kept = snapshots_of(zone_snapshot(places, places.zones[ZoneId(zone)], {}, {}), [])
        whence = ComputedFrom(1, NOON, kept.zone.digest)
        tickets.apply(ZoneId(zone), [told], NOON, whence, statuses=[status], snapshots=kept)
    ada = Actor("ada", Role.ENGINEER)
    for number in (1, 2, 3):
        TicketSteps(world).validate(number, ada, NOON)
        found = Entry(date(2026, 4, 2), "co2", Measurement(900.0), "ppm", "NDIR", "Laboratoire Lambda")
        enter(world, number, ada, NOON + DAY, found)
    with world.writing() as session:
        for kit in ("k1", "k2", "k3"):
            said = {"state": "online", "boot": "b", "firmware": "f", "simulated": False, "received": NOON + 1}
            session.add(KitStatusRow(kit=kit, **said))
    return world


def course(kit: str, quantity: str, start: int, values: list[float]) -> ReadingColumns:
    """One reading a minute, the first a minute after the start."""
    n = len(values)
    instants = [start + (i + 1) * MINUTE for i in range(n)]
    return ReadingColumns([kit] * n, [quantity] * n, instants, values, [1] * n, [NOON] * n, [False] * n)


@pytest.fixture
def folder(tables: Path, tmp_path: Path) -> Path:
    """A copy of the tables for one test to write into."""
    return shutil.copytree(tables, tmp_path / "own")


@pytest.fixture
def readings(folder: Path) -> ReadingStore:
    return ReadingStore(folder / "readings")


@pytest.fixture
def views(furnished: Database, folder: Path, readings: ReadingStore) -> Views:
    live = LiveStore(folder / "live")
    live.show(open_shifts("a1", "b1"))
    return Views(furnished, readings, ExposureStore(folder / "exposures"), live=live)


def open_shifts(*zones: str) -> pl.DataFrame:
    """One open shift in each zone."""
    until = datetime.fromtimestamp(NOON / 1000, UTC) + timedelta(hours=8)
    return pl.DataFrame([{"zone": zone, "until": until} for zone in zones], schema=LIVE_SCHEMA)


def ids(found: object) -> set[str]:
    """Every zone, establishment or employer id in an answer."""
    if isinstance(found, pl.DataFrame):
        return set(found["zone"]) if "zone" in found.columns else set(found["kit"])
    if isinstance(found, Course):
        return ids(found.rows)
    if isinstance(found, Registry):
        return {
            str(i) for part in (found.employers, found.establishments, found.zones, found.deployments) for i in part
        }
    if isinstance(found, list):
        return {i for item in found for i in ids(item)}
    text = repr(found)
    return {name for name in ("a1", "a2", "b1", "siteA", "siteB", "'A'", "'B'") if name in text}


QUESTIONS: dict[str, Callable[[Views, Scope], object]] = {
    "registry": lambda views, scope: views.registry(scope),
    "establishments": lambda views, scope: views.establishments(scope),
    "establishment": lambda views, scope: views.establishment(scope, "siteA"),
    "zones": lambda views, scope: views.zones(scope, "siteA"),
    "zone": lambda views, scope: views.zone(scope, "a1"),
    "exposures": lambda views, scope: views.exposures(scope, "a1"),
    "exceedances": lambda views, scope: views.exceedances(scope, "a1"),
    "tickets": lambda views, scope: views.tickets(scope, TicketFilter(zone="a1")),
    "ticket": lambda views, scope: views.ticket(scope, 1),
    "ticket_counts": lambda views, scope: views.ticket_counts(scope, NOON, "ada"),
    "zones_told_simulated": lambda views, scope: sorted(views.zones_told_simulated(scope)),
    "rule_states": lambda views, scope: ["a1" for _ in views.rule_states(scope, "a1")],
    "metrology": lambda views, scope: ["a1" for _ in views.metrology(scope, 1)],
    "ticket_basis": lambda views, scope: views.ticket_basis(scope, 1),
    "kits": lambda views, scope: [k for k in views.kits(scope) if k.kit.id == "k2"],
    "live": lambda views, scope: views.live(scope, "a1", NOON),
    "readings_for_chart": lambda views, scope: views.readings_for_chart(scope, "a1", "co2"),
}
"""For each method a question about the data of employer A. A new method fails the next test until it has one."""
FOR_THE_SERVICE = {"live", "metrology", "rule_states", "ticket_basis"}
"""Finer than an employer may see (who was there when), or the service's own workings."""


def test_every_method_of_the_read_model_has_a_question() -> None:
    methods = {name for name, _ in inspect.getmembers(Views, inspect.isfunction) if not name.startswith("_")}
    assert methods == set(QUESTIONS)
    for name in methods:
        first = list(inspect.signature(getattr(Views, name)).parameters.values())[1]
        assert (first.name, first.default) == ("scope", inspect.Parameter.empty), (
            f"{name} must be asked for with a scope"
        )


@pytest.mark.parametrize("method", QUESTIONS)
@pytest.mark.parametrize("scope", [B, STRANGER], ids=["another employer", "an employer nobody knows"])
def test_another_tenant_gets_nothing(views: Views, method: str, scope: Scope) -> None:
    try:
        found = QUESTIONS[method](views, scope)
    except UnknownError:
        return
    own = {"siteB", "b1", "'B'", "B", "d3"} if scope is B else set()
    assert ids(found) <= own


@pytest.mark.parametrize("method", QUESTIONS)
@pytest.mark.parametrize("scope", [A, SERVICE], ids=["the employer", "the service"])
def test_the_employer_and_the_service_get_an_answer(views: Views, method: str, scope: Scope) -> None:
    answered = bool(ids(QUESTIONS[method](views, scope)))
    assert answered == (scope is SERVICE or method not in FOR_THE_SERVICE)


def test_what_is_not_ones_own_and_what_is_not_there_sound_the_same(views: Views) -> None:
    messages = []
    for ticket in (3, 99):
        with pytest.raises(UnknownError) as caught:
            views.ticket(A, ticket)
        messages.append(str(caught.value).replace(str(ticket), "N"))
    assert messages[0] == messages[1]


def test_without_naming_a_zone_an_employer_gets_their_own_only(views: Views) -> None:
    assert set(views.exposures(A)["zone"]) == {"a1", "a2"}
    assert set(views.exceedances(B)["zone"]) == {"b1"}
    assert {ticket.zone for ticket in views.tickets(A).lines} == {"a1", "a2"}
    assert {zone.id for zone in views.zones(B)} == {"b1"}
    assert len(views.exposures(SERVICE)) == 6
    own = views.registry(B)
    assert (set(own.employers), set(own.kits), set(own.deployments)) == ({"B"}, {"k1"}, {"d3"})


def test_moving_a_kit_never_moves_old_readings(views: Views) -> None:
    course = views.readings_for_chart(SERVICE, "b1", "co2").rows
    assert course["value"].min() >= 900.0
    assert views.readings_for_chart(SERVICE, "a1", "co2").rows["value"].max() < 200.0


@pytest.mark.parametrize(("scope", "zone"), [(SERVICE, "a1"), (SERVICE, "b1"), (A, "a1"), (B, "b1")])
def test_reading_outside_any_deployment_belongs_to_nobody(views: Views, scope: Scope, zone: str) -> None:
    values = views.readings_for_chart(scope, zone, "co2").rows["value"]
    assert values.is_between(500.0, 599.0).sum() == 0


def test_service_sees_readings_and_employer_hourly_means(views: Views) -> None:
    fine = views.readings_for_chart(SERVICE, "a1", "co2")
    assert (fine.resolution, len(fine.rows)) == (None, 180)
    coarse = views.readings_for_chart(A, "a1", "co2")
    assert coarse.resolution == 3600
    assert coarse.rows["instant"].dt.epoch("ms").to_list() == [NOON + HOUR, NOON + 2 * HOUR, NOON + 3 * HOUR]
    by_hand = sum(100.0 + i % 7 for i in range(1, 61)) / 60
    assert coarse.rows["value"][0] == pytest.approx(by_hand)


def test_asking_for_minutes_gives_an_employer_the_same_whole_hours(views: Views) -> None:
    whole = views.readings_for_chart(A, "a1", "co2", NOON, NOON + HOUR)
    asked = views.readings_for_chart(A, "a1", "co2", NOON + 20 * MINUTE, NOON + 21 * MINUTE)
    assert asked.rows.equals(whole.rows)
    assert len(whole.rows) == 1


def test_hour_seen_for_a_few_minutes_only_is_not_shown_to_an_employer(views: Views, readings: ReadingStore) -> None:
    start = NOON + 10 * HOUR
    readings.append(course("k1", "co2", start, [7.0] * 29))
    assert views.readings_for_chart(A, "a1", "co2", start, start + HOUR).rows.is_empty()


def test_hour_under_way_is_not_shown_to_an_employer(views: Views, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.views._now", lambda: NOON + 2 * HOUR + 50 * MINUTE)
    assert len(views.readings_for_chart(A, "a1", "co2").rows) == 2


def test_levels_are_averaged_as_energies_and_peaks_as_highest(views: Views, readings: ReadingStore) -> None:
    start = NOON + 20 * HOUR
    for quantity in ("laeq", "lcpeak"):
        readings.append(course("k1", quantity, start, [100.0 if i == 30 else 60.0 for i in range(60)]))
    assert views.readings_for_chart(A, "a1", "laeq", start).rows["value"][0] == pytest.approx(82.244, abs=0.001)
    assert views.readings_for_chart(A, "a1", "lcpeak", start).rows["value"][0] == 100.0


def test_small_group_has_no_course_over_time(views: Views) -> None:
    course = views.readings_for_chart(A, "a2", "co2")
    assert (course.withheld, len(course.rows)) == (Withheld.SMALL_GROUP, 0)
    assert not views.readings_for_chart(SERVICE, "a2", "co2").rows.is_empty()
    assert views.exceedances(A, "a2").is_empty()
    assert set(views.exposures(A, "a2")["window_kind"]) == {"shift"}
    assert set(views.exposures(A, "a1")["window_kind"]) == {"shift", "day"}


def test_minimum_group_is_a_setting(world: Database, readings: ReadingStore, tmp_path: Path) -> None:
    open_views = Views(world, readings, ExposureStore(tmp_path / "exposures"), Privacy(7200, 1))
    course = open_views.readings_for_chart(A, "a2", "co2")
    assert (course.withheld, course.resolution, len(course.rows)) == (None, 7200, 1)


def test_employer_does_not_see_at_which_minute(views: Views) -> None:
    assert views.exposures(A)["at_start"].null_count() == len(views.exposures(A))
    assert views.exposures(SERVICE)["at_start"].null_count() == 0
    row = views.exceedances(A, "a1").row(0, named=True)
    assert (row["start"].timestamp() * 1000, row["end"].timestamp() * 1000) == (NOON, NOON + HOUR)


def test_bad_readings_are_not_drawn(views: Views, readings: ReadingStore) -> None:
    readings.append(ReadingColumns(["k1"], ["co2"], [NOON + DAY], [9e9], [int(Flag.BAD)], [NOON], [False]))
    assert views.readings_for_chart(SERVICE, "a1", "co2").rows["value"].max() < 1e6
    with pytest.raises(UnknownQuantityError):
        views.readings_for_chart(SERVICE, "a1", "co3")


def test_kit_that_went_elsewhere_says_nothing_to_its_last_host(views: Views, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.views._now", lambda: NOON + 7 * DAY)
    with_a = {kit.kit.id: kit for kit in views.kits(A)}
    assert set(with_a) == {"k1", "k2"}
    assert (with_a["k1"].status, with_a["k1"].last_reading) == (None, None)
    assert with_a["k2"].status is not None
    assert with_a["k2"].last_reading == NOON + 3 * HOUR
    (with_b,) = views.kits(B)
    assert with_b.status is None, "it last spoke while it was still with A"
    assert with_b.last_reading == NOON + 6 * DAY + 3 * HOUR
    assert {kit.kit.id for kit in views.kits(SERVICE)} == {"k1", "k2", "k3"}
    assert all(kit.status is not None for kit in views.kits(SERVICE))


@pytest.mark.parametrize(
    ("kind", "employer"),
    [(ScopeKind.EMPLOYER, None), (ScopeKind.EMPLOYER, ""), (ScopeKind.SERVICE, "A")],
)
def test_scope_that_is_neither_cannot_be_made(kind: ScopeKind, employer: str | None) -> None:
    with pytest.raises(ValueError, match="is none"):
        Scope(kind, employer)  # type: ignore[arg-type]  # on purpose


def test_status_of_a_kit_nobody_registered_is_kept(world: Database) -> None:
    with world.writing() as session:
        session.add(KitStatusRow(kit="zz", state="online", boot="", firmware="", simulated=False, received=1))
    assert set(KitStatusStore(world).all()) == {"zz"}
