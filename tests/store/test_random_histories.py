"""A thousand random histories of a zone in a real database: restarted at any point, data in any order, any batches."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import event as observed
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text

from catalog.identifiers import EstablishmentId, ZoneId
from catalog.registry import Registry
from dsp.exposure import Exposure, Measure
from rules.judgement import ZoneJudgement
from rules.ticket_events import EventKind, Passed, TicketEvent
from store.database import Database, open_database
from store.registry import save
from store.tables import RuleStateRow, TicketRow
from store.ticket_log import events_of, problems_of_log
from store.tickets import ComputedFrom, TicketStore, stored_content
from tests.rules.situations import zone
from tests.rules.test_histories import History, histories
from tests.store.worlds import registry

PLACE = replace(zone(), establishment=EstablishmentId("siteA"))
NO_DATA_YET = {"value": None, "coverage": 0.0, "low": None, "high": None, "uncertainty": None}


def opened(url: str) -> Database:
    """The database, without a wait for the disk at each of some thousand commits: no test here pulls the plug."""
    database = open_database(url)
    event.listen(database.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    database.engine.dispose()
    return database


class Service:
    """A database that is emptied for each history, and opened again whenever the process 'restarts'."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.database = opened(url)
        world = registry()
        save(self.database, Registry(world.employers, world.establishments, {PLACE.id: PLACE}, {}, {}))

    def restart(self) -> None:
        self.database.close()
        self.database = opened(self._url)

    def empty(self) -> None:
        tables = ("rule_states", "ticket_events", "ticket_revisions", "tickets")
        with self.database.engine.execution_options(vigie_writes=True).begin() as connection:
            for table in tables:
                connection.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - names of our own tables

    def apply(self, judged: ZoneJudgement, at: int) -> None:
        TicketStore(self.database).apply(ZoneId("z"), judged.proposals, at, ComputedFrom(1), statuses=judged.statuses)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder: Path = tmp_path_factory.mktemp("histories")
    opened = Service(f"sqlite:///{folder / 'vigie.db'}")
    yield opened
    opened.database.close()


def as_known(history: History, arrived: Sequence[Exposure]) -> list[Exposure]:
    """What is computed of the windows closed by now: what did not arrive yet is a window nobody saw."""
    watermark, known = max(e.end for e in arrived), set(arrived)
    return [
        each if each in known else replace(each, **NO_DATA_YET)  # type: ignore[arg-type]  # fields by name
        for each in history.exposures
        if each.end <= watermark and (each in known or each.measure is Measure.MAX_1H)
    ]


def tell(service: Service, history: History, batches: Sequence[Sequence[Exposure]], chance: random.Random) -> None:
    """Compute after every batch, as `vigie run` does; sometimes twice, sometimes with a restart in between."""
    arrived: list[Exposure] = []
    for at, batch in enumerate(batches, 1):
        arrived += batch
        judged = history.judged(as_known(history, arrived), max(e.end for e in arrived))
        for _ in range(chance.choice([1, 1, 2])):
            service.apply(judged, at)
        if chance.random() < 0.2:
            service.restart()


def tickets(database: Database) -> dict[str, object]:
    """Every ticket the rules stand behind, with what it says and its rule's states, but for when that was recorded."""
    told: dict[str, object] = {}
    with database.reading() as session:
        for row in session.scalars(select(TicketRow).where(TicketRow.supported)):
            assert f"{row.agent} {row.rule}" not in told
            content = stored_content(session, row.id, row.revision)
            standing = [e.detail.transition for e in standing_events(events_of(session, row.id))]
            told[f"{row.agent} {row.rule}"] = (content, standing, row.cause, row.flapping, row.kind, row.level)
        for state in session.scalars(select(RuleStateRow)):
            told[f"state {state.rule}"] = (state.state, state.since, state.watermark, state.flapping, state.history)
    return told


def standing_events(events: Sequence[TicketEvent]) -> list[TicketEvent]:
    """Changes of state in event time that late data did not take back."""
    gone = {e.detail.number for e in events if e.kind is EventKind.WITHDRAWN}  # type: ignore[union-attr]
    passed = [e for e in events if isinstance(e.detail, Passed) and e.number not in gone]
    return sorted(passed, key=lambda e: e.detail.transition.at)  # type: ignore[union-attr]


def logs(database: Database) -> dict[str, list[object]]:
    """Every log as it was written, but for when, and for rewordings."""
    with database.reading() as session:
        rows = session.scalars(select(TicketRow)).all()
        return {
            f"{row.agent} {row.rule}": [
                (e.kind, e.detail) for e in events_of(session, row.id) if e.kind is not EventKind.AMENDED
            ][1:]
            for row in rows
        }


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(max_examples=1000, deadline=None)
@given(history=histories(), seed=st.integers(0, 2**32 - 1), batches=st.integers(1, 5))
def test_same_tickets_and_events_whatever_the_order_of_late_data_the_batches_and_restarts(
    service: Service, history: History, seed: int, batches: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - order only
    service.empty()
    tell(service, history, [history.exposures], chance)
    expected = tickets(service.database)

    service.empty()
    shuffled = list(history.exposures)
    chance.shuffle(shuffled)
    cuts = sorted(chance.choices(range(len(shuffled) + 1), k=batches - 1))
    parts = [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(shuffled)], strict=True)]
    tell(service, history, [part for part in parts if part], chance)

    assert tickets(service.database) == expected
    with service.database.reading() as session:
        assert problems_of_log(session) == []
        rows = session.scalars(select(TicketRow)).all()
        observed(
            f"{sum(row.supported for row in rows)} tickets stand, {sum(not row.supported for row in rows)} taken back"
        )


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(max_examples=300, deadline=None)
@given(history=histories(), seed=st.integers(0, 2**32 - 1), batches=st.integers(2, 8))
def test_data_that_are_not_late_leave_the_same_log_in_any_batches(
    service: Service, history: History, seed: int, batches: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - order only
    service.empty()
    tell(service, history, [history.exposures], chance)
    expected = logs(service.database)

    service.empty()
    ends = history.ends
    cuts = sorted(chance.sample(ends, min(batches - 1, len(ends))))
    bounds = list(zip([0, *cuts], [*cuts, ends[-1]], strict=True))
    parts = [[e for e in history.exposures if a < e.end <= b] for a, b in bounds]
    tell(service, history, [part for part in parts if part], chance)

    assert logs(service.database) == expected
