"""How often the screening was right, counted from what became of the tickets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.identifiers import RuleId
from rules.metrology import Agreement
from rules.performance import ENOUGH, SEVERAL, UNKNOWN, Basis, Grouping, Outcome, performance
from rules.ticket_kinds import TicketKind

YES, NO, MAYBE = Agreement.CONFIRMED, Agreement.NOT_CONFIRMED, Agreement.UNDECIDED


def outcome(
    agreement: Agreement | None,
    basis: Basis | None = Basis.SAME_QUANTITY,
    kind: TicketKind = TicketKind.WORKPLACE_ACTION,
    rule: str = "co2",
    models: frozenset[str] = frozenset(),
    false_alarm: bool = False,
) -> Outcome:
    own = None if agreement is None else basis
    return Outcome(RuleId(rule), "guide", kind, agreement, own, false_alarm, models)


OUTCOMES = st.lists(
    st.builds(
        outcome,
        st.sampled_from([None, YES, NO, MAYBE]),
        st.sampled_from(Basis),
        st.sampled_from(TicketKind),
        st.sampled_from(["a", "b"]),
        st.frozensets(st.sampled_from(["x", "y"])),
        st.booleans(),
    )
)


@given(OUTCOMES, st.sampled_from(Grouping), st.randoms(use_true_random=False))
def test_every_ticket_about_people_is_counted_once_in_any_order(
    outcomes: list[Outcome], by: Grouping, random: object
) -> None:
    rows = performance(outcomes, by)
    shuffled = sorted(outcomes, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert rows == performance(shuffled, by)
    about_people = [each for each in outcomes if each.kind is not TicketKind.KIT_CHECK]
    assert sum(row.tickets for row in rows) == len(about_people)
    measured = sum(row.own.measured + row.other.measured for row in rows)
    assert measured == sum(each.agreement is not None for each in about_people)
    assert sum(row.false_alarms for row in rows) == sum(each.false_alarm for each in about_people)
    for row in rows:
        assert row.own.measured + row.other.measured <= row.tickets
        if row.predictive_value is not None:
            assert row.interval.low <= row.predictive_value <= row.interval.high


def test_one_hundred_per_cent_of_one_is_not_told() -> None:
    (row,) = performance([outcome(YES)])
    assert row.predictive_value is None
    assert (row.interval.low, row.interval.high) == (pytest.approx(0.025), 1.0)


def test_with_enough_results_the_share_of_confirmed_is_told_with_its_interval() -> None:
    (row,) = performance([outcome(YES)] * 4 + [outcome(NO)] * (ENOUGH - 4) + [outcome(MAYBE), outcome(None)])
    assert row.predictive_value == pytest.approx(4 / ENOUGH)
    assert (row.own.decisive, row.own.undecided, row.tickets) == (ENOUGH, 1, ENOUGH + 2)


def test_results_of_another_quantity_are_counted_apart_and_in_no_value() -> None:
    (row,) = performance([outcome(YES)] * 5 + [outcome(NO, Basis.OTHER_QUANTITY)] * 5)
    assert row.predictive_value == 1.0
    assert row.other.not_confirmed == 5


def test_a_false_alarm_is_a_judgement_and_counts_in_no_value() -> None:
    (row,) = performance([outcome(None, false_alarm=True)] * 7)
    assert (row.false_alarms, row.own.decisive, row.predictive_value) == (7, 0, None)


def test_tickets_are_told_apart_by_the_model_of_their_kits() -> None:
    rows = performance(
        [
            outcome(YES, models=frozenset({"x"})),
            outcome(NO, models=frozenset({"x", "y"})),
            outcome(NO),
        ],
        Grouping.MODEL,
    )
    assert [(row.group, row.own.confirmed) for row in rows] == [(SEVERAL, 0), (UNKNOWN, 0), ("x", 1)]
