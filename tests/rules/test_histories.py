"""A thousand random histories of a zone: the fold is its slow twin's, whatever the order, the batches, the restarts."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from catalog.identifiers import RuleId
from dsp.exposure import Exposure, Measure
from rules import engine
from rules.engine import ZoneJudgement
from rules.rule import Clearing, Delays, Flapping, Rule
from rules.states import RuleState, Transition
from tests.rules import naive_history
from tests.rules.plain_rules import ALL, pack
from tests.rules.situations import HOUR, measured, zone

MONDAY = date(2026, 3, 2)
VALUES = (None, None, None, 20.0, 50.0, 62.0, 80.0, 92.0, 99.0, 110.0, 119.0, 130.0, 190.0, 230.0)
"""Silent, far under, under and just over the minimum, good, between, doubtful and over for each of the levels."""


@dataclass(frozen=True)
class Seen:
    """What one kit saw of one shift."""

    kit: str
    value: float | None
    whole: bool
    bounded: bool
    beyond: float


@dataclass(frozen=True)
class Worked:
    """One shift: days after the one before (0 is the afternoon of the same day), and what the kits saw."""

    later: int
    lent_anew: bool
    seen: tuple[Seen, ...]


def seen_by(kit: str) -> st.SearchStrategy[Seen]:
    return st.builds(
        Seen,
        st.just(kit),
        st.sampled_from(VALUES),
        st.sampled_from([True, True, False]),
        st.booleans(),
        st.sampled_from([0.0, 0.1, 0.3, 1.0]),
    )


shift = st.builds(
    Worked,
    st.sampled_from([0, 1, 1, 1, 1, 3, 20]),
    st.booleans(),
    st.one_of(st.tuples(seen_by("a")), st.tuples(seen_by("b")), st.tuples(seen_by("a"), seen_by("b"))),
)
tuning = st.builds(
    lambda clear, times, within, delay: (Clearing(10.0, clear), Flapping(times, within), Delays(no_data=delay)),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(2, 10),
    st.sampled_from([0.0, 3600.0, 86_400.0, 2 * 86_400.0, 6 * 86_400.0]),
)


@dataclass(frozen=True)
class History:
    """A zone's exposures, its rules and what is known of its deployments."""

    rules: tuple[Rule, ...]
    exposures: tuple[Exposure, ...]
    days: Mapping[int, date]
    until: int | None

    def judged(self, exposures: Sequence[Exposure], watermark: int) -> ZoneJudgement:
        """What the rules say of some of the exposures."""
        packs, place = pack(self.rules), zone()
        assessments = engine.assess(packs, place, exposures, self.days)
        return engine.judge(packs, place, assessments, exposures, self.days, watermark, self.until)

    @property
    def ends(self) -> list[int]:
        """Ends of the shifts."""
        return sorted({e.end for e in self.exposures})


def exposures_of(shifts: Sequence[Worked]) -> list[Exposure]:
    """Four hours a shift, mornings and afternoons; the highest hour and the time beyond 100 and under 60 of each."""
    day, half, lent = MONDAY, 0, 0
    found = []
    for n, worked in enumerate(shifts):
        if worked.later == 0 and half == 0 and n:
            half = 1
        else:
            day, half = day + timedelta(days=max(worked.later, 1) if n else 0), 0
        lent += worked.lent_anew and worked.later > 1
        for one in worked.seen:
            bounds = (105.0, 240.0) if one.bounded and one.value is None else (None, None)
            exposure = measured(
                "co2",
                Measure.MAX_1H,
                day,
                one.value,
                kit=one.kit,
                uncertainty=2.0,
                coverage=0.2 if one.value is None else 1.0,
                low=bounds[0],
                high=bounds[1],
                whole=one.whole,
                deployment=f"{one.kit}-{lent}",
                hours=4,
            )
            exposure = replace(exposure, start=exposure.start + half * 5 * HOUR, end=exposure.end + half * 5 * HOUR)
            time = replace(exposure, value=one.beyond * 4 * 3600, unit="s", low=None, high=None)
            found += [
                exposure,
                replace(time, measure=Measure.TIME_ABOVE, threshold=100.0),
                replace(time, measure=Measure.TIME_BELOW, threshold=60.0),
            ]
    return found


@st.composite
def histories(draw: st.DrawFn) -> History:
    """A zone that worked up to eighteen shifts."""
    clearing, flapping, delays = draw(tuning)
    rules = tuple(replace(rule, clearing=clearing, flapping=flapping, delays=delays) for rule in ALL)
    count = draw(st.integers(1, 18))
    exposures = tuple(exposures_of(draw(st.lists(shift, min_size=count, max_size=count))))
    days = {e.start: datetime.fromtimestamp(e.start / 1000, tz=UTC).date() for e in exposures}
    until = draw(st.one_of(st.none(), st.sampled_from(sorted({e.end for e in exposures}))))
    return History(rules, exposures, days, until)


def transitions_of(judgement: ZoneJudgement) -> dict[RuleId, tuple[Transition, ...]]:
    return {status.rule: status.history for status in judgement.statuses}


def up_to(history: tuple[Transition, ...], watermark: int) -> tuple[Transition, ...]:
    return tuple(t for t in history if t.at <= watermark)


LATE = 30 * 86_400_000


@pytest.mark.slow
@settings(max_examples=1000, deadline=None)
@given(history=histories(), seed=st.integers(0, 2**32 - 1), later=st.sampled_from([0, HOUR, 30 * HOUR, LATE]))
def test_history_is_that_of_its_slow_twin_in_any_order(history: History, seed: int, later: int) -> None:
    watermark = history.ends[-1] + later
    shuffled = list(history.exposures)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - order only
    judged = history.judged(shuffled, watermark)
    assert judged == history.judged(history.exposures, watermark)
    found = transitions_of(judged)
    assessments = engine.assess(pack(history.rules), zone(), history.exposures, history.days)
    assert {rule for rule in found if not rule.startswith("kit-")} == {rule.id for rule in history.rules}
    for rule in history.rules:
        known = naive_history.world(rule, assessments, history.exposures, history.days, history.until)
        assert list(found[rule.id]) == naive_history.transitions(known, watermark), rule.id
        for state in {t.state for t in found[rule.id]}:
            event(f"{rule.id} {state.value}")
        if any(t.flapping for t in found[rule.id]):
            event("flapping")


@settings(max_examples=300, deadline=None)
@given(history=histories(), data=st.data())
def test_nothing_at_or_before_a_watermark_is_changed_by_what_comes_later(history: History, data: st.DataObject) -> None:
    ends = history.ends
    known = transitions_of(history.judged(history.exposures, ends[-1] + LATE))
    around = sorted({moment for end in ends for moment in (end - 1, end, end + 1, end + 2 * 86_400_000)})
    for watermark in data.draw(st.lists(st.sampled_from(around), min_size=1, max_size=4)):
        for batch in (history.exposures, [e for e in history.exposures if e.end <= watermark]):
            then = transitions_of(history.judged(batch, watermark))
            assert then == {rule: cut for rule, h in known.items() if (cut := up_to(h, watermark))}


@settings(max_examples=300, deadline=None)
@given(history=histories())
def test_a_proposal_is_there_where_the_history_ever_fired_and_is_its_last_firing(history: History) -> None:
    judged = history.judged(history.exposures, history.ends[-1])
    proposals = {p.rule: p for p in judged.proposals if p.agent != "kit"}
    for rule, found in transitions_of(judged).items():
        if rule.startswith("kit-"):
            continue
        fired = [t for t in found if t.state is RuleState.FIRING]
        assert (rule in proposals) == bool(fired), rule
        if fired:
            proposal, last = proposals[rule], fired[-1]
            assert (proposal.level, proposal.kind, proposal.priority) == (last.level, last.kind, last.priority)
            assert proposal.status is not None
            assert proposal.status.history == found


@settings(max_examples=200, deadline=None)
@given(history=histories())
def test_kit_check_is_there_once_it_fired_and_says_where_the_kit_delivers_again(history: History) -> None:
    kits = {
        rule: h
        for rule, h in transitions_of(history.judged(history.exposures, history.ends[-1])).items()
        if rule.startswith("kit-")
    }
    for end in history.ends:
        known = [e for e in history.exposures if e.end <= end]
        asked = {p.rule: p for p in history.judged(known, end).proposals if p.agent == "kit"}
        passed = {rule: cut for rule, h in kits.items() if (cut := up_to(h, end))}
        firing = {rule for rule, cut in passed.items() if cut[-1].state is RuleState.FIRING}
        assert set(asked) == {rule for rule, cut in passed.items() if any(t.state is RuleState.FIRING for t in cut)}
        assert {rule for rule, p in asked.items() if "enough again since" not in p.reason_en} == firing
        event(f"{len(firing)} kits to check")
