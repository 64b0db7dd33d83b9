"""States of a rule at a zone, one situation after another."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from dsp.exposure import Exposure, Measure
from rules import engine
from rules.rule import Clearing, Comparability, Delays, Flapping, InconclusiveOutcome, Rule
from rules.states import RuleState, RuleStatus, Transition
from rules.tickets import TicketKind, TicketProposal
from tests.rules.plain_rules import AT_ONCE, HALF, LIKELY, MINIMUM, SHARE, TWICE, pack
from tests.rules.situations import HOUR, days_of, instant, measured, time_beyond, working_days, zone

MONDAY = date(2026, 3, 2)
DAY_MS = 24 * HOUR
VALUES = {"g": 50.0, "-": 95.0, "?": 99.0, "b": 110.0, "B": 130.0}
"""Good, between, doubtful, over the first limit, over both; ``.`` is a silent shift, ``,`` one seen in part only."""


def shifts(story: str, first: date = MONDAY, kit: str = "a", deployment: str = "d") -> list[Exposure]:
    """One shift a working day, 08:00 to 16:00 UTC; a space is a day nobody worked."""
    return [
        measured(
            "co2",
            Measure.MAX_1H,
            day,
            VALUES.get(letter),
            kit=kit,
            deployment=deployment,
            uncertainty=2.0,
            coverage=1.0 if letter in VALUES else 0.1,
            whole=letter != ",",
        )
        for day, letter in zip(working_days(first, len(story)), story, strict=True)
        if letter != " "
    ]


def judged(
    exposures: Sequence[Exposure], rule: Rule, watermark: int | None = None, until: int | None = None
) -> tuple[RuleStatus, TicketProposal | None]:
    days, packs = days_of(exposures), pack([rule])
    assessments = engine.assess(packs, zone(), exposures, days)
    judgement = engine.judge(packs, zone(), assessments, exposures, days, watermark, until)
    [status] = [s for s in judgement.statuses if s.rule == rule.id]
    return status, next((p for p in judgement.proposals if p.rule == rule.id), None)


def told(status: RuleStatus) -> list[str]:
    """Day of the month, state, level where there is one, and ~ while it flaps."""
    return [
        " ".join(
            part
            for part in (
                str(datetime.fromtimestamp(t.at / 1000, tz=UTC).day),
                t.state.value,
                t.level,
                "~" if t.flapping else "",
            )
            if part
        )
        for t in status.history
    ]


def states(story: str, rule: Rule = TWICE) -> list[str]:
    return told(judged(shifts(story), rule)[0])


def test_zone_where_nothing_happens_is_normal_once() -> None:
    status, proposal = judged(shifts("gggg"), TWICE)
    assert status.history == (Transition(instant(MONDAY, 16), RuleState.NORMAL),)
    assert status.watermark == instant(MONDAY + timedelta(days=3), 16)
    assert proposal is None


def test_one_bad_shift_is_pending_and_the_second_fires() -> None:
    assert states("gb") == ["2 normal", "3 pending"]
    assert states("gbb") == ["2 normal", "3 pending", "4 firing 100"]
    assert states("b?") == ["2 pending", "3 firing 100"]


def test_firing_says_what_is_asked_for() -> None:
    doubt, action = judged(shifts("??"), TWICE)[0].now, judged(shifts("bb"), TWICE)[0].now
    assert (doubt.kind, doubt.priority) == (TicketKind.TARGETED_METROLOGY, 4)
    assert (action.kind, action.priority) == (TicketKind.WORKPLACE_ACTION, 3)


def test_acute_rule_fires_at_once() -> None:
    assert states("gb", AT_ONCE) == ["2 normal", "3 firing 100"]


def test_doubt_that_becomes_an_exceedance_and_a_higher_level_fire_anew() -> None:
    status, _ = judged(shifts("??bbBB"), TWICE)
    assert told(status) == ["2 pending", "3 firing 100", "5 firing 100", "9 firing 120"]
    kinds = [t.kind for t in status.history[1:]]
    assert kinds == [TicketKind.TARGETED_METROLOGY, TicketKind.WORKPLACE_ACTION, TicketKind.WORKPLACE_ACTION]


def test_three_good_shifts_in_a_row_clear() -> None:
    assert states("bbggg")[1:] == ["3 firing 100", "4 recovering 100", "6 normal"]


def test_better_than_the_limit_but_not_by_the_margin_keeps_the_state_and_breaks_the_row() -> None:
    assert states("bb---")[1:] == ["3 firing 100"]
    assert states("bbgg-g")[1:] == ["3 firing 100", "4 recovering 100"]
    assert states("bbgg-ggg")[1:] == ["3 firing 100", "4 recovering 100", "11 normal"]


def test_bad_shift_while_recovering_fires_again() -> None:
    assert states("bbgb")[2:] == ["4 recovering 100", "5 firing 100"]


def test_silent_shift_neither_clears_nor_breaks_the_row() -> None:
    assert states("bbg.gg")[2:] == ["4 recovering 100", "9 normal"]


def test_pending_clears_like_firing() -> None:
    assert states("bgg") == ["2 pending"]
    assert states("bggg") == ["2 pending", "5 normal"]


def test_what_is_bad_every_monday_is_not_forgotten_by_friday() -> None:
    assert states("bggggb") == ["2 pending", "5 normal", "9 firing 100"]


def test_bad_shift_after_a_matter_cleared_in_the_same_campaign_fires_at_once() -> None:
    assert states("bbgggb")[2:] == ["4 recovering 100", "6 normal", "9 firing 100"]


def test_a_rule_that_clears_with_one_shift_needs_no_recovering() -> None:
    assert states("bbg", replace(TWICE, clearing=Clearing(10.0, 1)))[1:] == ["3 firing 100", "4 normal"]


def test_flapping_is_held_until_twice_as_many_good_shifts() -> None:
    history = states("bbgbgbgbgggggg")
    assert history[-3:] == ["11 firing 100 ~", "12 recovering 100 ~", "19 normal"]
    assert [h for h in history[:-3] if "~" in h] == []


def test_relapses_far_apart_are_not_flapping() -> None:
    assert not any("~" in h for h in states("bbgb----gb----gb----gb"))


def test_after_flapping_cleared_relapses_count_anew() -> None:
    rule = replace(TWICE, clearing=Clearing(10.0, 1), flapping=Flapping(2, 10))
    assert states("bbgbgbggb", rule)[-3:] == ["10 recovering 100 ~", "11 normal", "12 firing 100"]
    assert states("bbgbgbgg", rule)[-4:-2] == ["6 normal", "9 firing 100 ~"]


def test_minimum_is_mirrored() -> None:
    def light(values: Sequence[float]) -> list[Exposure]:
        days = working_days(MONDAY, len(values))
        return [measured("co2", Measure.MAX_1H, d, v, uncertainty=2.0) for d, v in zip(days, values, strict=True)]

    status, _ = judged(light([50.0, 50.0, 65.0, 70.0, 71.0, 72.0]), MINIMUM)
    assert told(status) == ["2 pending", "3 firing 60", "5 recovering 60", "9 normal"]


def test_over_half_of_a_legal_chemical_limit_clears_under_half_of_limit_and_margin() -> None:
    def dust(values: Sequence[float]) -> list[Exposure]:
        days = working_days(MONDAY, len(values))
        return [measured("co2", Measure.MAX_1H, d, v, uncertainty=2.0) for d, v in zip(days, values, strict=True)]

    assert told(judged(dust([110.0, 110.0, 96.0, 96.0, 96.0]), HALF)[0])[1:] == ["3 firing 200"]
    assert told(judged(dust([110.0, 110.0, 95.0, 95.0, 95.0]), HALF)[0])[-1] == "6 normal"


def test_doubt_that_asks_for_nothing_is_no_bad_shift_and_no_good_one() -> None:
    quiet = replace(TWICE.levels[0], on_inconclusive=InconclusiveOutcome.NOTHING)
    rule = replace(TWICE, levels=(quiet,))
    assert states("????", rule) == ["2 normal"]
    assert states("bb???", rule) == ["2 pending", "3 firing 100"]


def test_doubt_counts_from_the_probability_a_level_names() -> None:
    def asked(value: float) -> list[str]:
        days = working_days(MONDAY, 3)
        exposures = [measured("co2", Measure.MAX_1H, day, value, uncertainty=10.0) for day in days]
        status, proposal = judged(exposures, LIKELY)
        return [*told(status)[1:], *([proposal.kind.value] if proposal else [])]

    assert asked(101.0) == ["3 firing 100", "targeted_metrology"]
    assert asked(99.0) == []


def test_a_ticket_says_from_which_probability_doubt_counted() -> None:
    days = working_days(MONDAY, 3)
    values = zip(days, (101.0, 99.0, 101.0), strict=True)
    exposures = [measured("co2", Measure.MAX_1H, day, value, uncertainty=10.0) for day, value in values]
    _, proposal = judged(exposures, LIKELY)
    assert proposal is not None
    # the third shift is inconclusive too: that two of three are open would be untrue without the probability
    assert (
        "ne permet pas de conclure, un dépassement étant probable à 50\u202f% ou plus, lors de 2 des 3"
        in proposal.reason_fr
    )
    assert "leaves the answer open, an exceedance being 50% likely or more, in 2 of 3 shifts" in proposal.reason_en
    _, indicated = judged(exposures, replace(LIKELY, comparability=Comparability.INDICATION_ONLY))
    assert indicated is not None
    assert "étant probable à 50\u202f% ou plus (indication seulement, le capteur" in indicated.reason_fr
    assert "référence), lors de 2 des 3" in indicated.reason_fr
    _, every = judged(exposures, TWICE)
    assert every is not None
    assert "leaves the answer open in all 3 shifts" in every.reason_en


def test_shift_that_one_of_two_kits_did_not_see_does_not_clear() -> None:
    exposures = [*shifts("bb...", kit="a"), *shifts("ggggg", kit="b")]
    assert told(judged(exposures, TWICE)[0])[1:] == ["3 firing 100"]
    exposures = [*shifts("bb,,,", kit="a"), *shifts("ggggg", kit="b")]
    assert told(judged(exposures, TWICE)[0])[-1] == "6 normal"


# ---- no data


def test_nights_weekends_and_holidays_are_no_silence() -> None:
    rule = replace(TWICE, delays=Delays(no_data=3600.0))
    status, _ = judged(shifts("ggggg gg"), rule, watermark=instant(MONDAY, 16) + 40 * DAY_MS)
    assert told(status) == ["2 normal"]


def test_silent_kit_is_no_data_after_the_delay_and_the_state_before_is_resumed() -> None:
    assert states("bb...b") == ["2 pending", "3 firing 100", "5 no_data", "9 firing 100"]
    assert states("bbg...g")[2:] == ["4 recovering 100", "6 no_data", "10 recovering 100"]
    assert states("bb...g")[3:] == ["9 firing 100", "9 recovering 100"]


def test_no_data_begins_when_the_delay_is_over_and_not_when_somebody_looks() -> None:
    exposures = shifts("gg.")
    at = instant(MONDAY + timedelta(days=1), 16) + 2 * DAY_MS
    assert judged(exposures, TWICE, at - 1)[0].now.state is RuleState.NORMAL
    for watermark in (at, at + 1, at + 90 * DAY_MS):
        assert judged(exposures, TWICE, watermark)[0].now == Transition(at, RuleState.NO_DATA)


def test_silence_after_the_last_deployment_is_no_loss() -> None:
    exposures = shifts("gg.")
    late, end = instant(MONDAY, 16) + 30 * DAY_MS, instant(MONDAY + timedelta(days=2), 20)
    assert judged(exposures, TWICE, late, until=end)[0].now.state is RuleState.NORMAL
    assert judged(exposures, TWICE, late, until=end + 2 * DAY_MS)[0].now.state is RuleState.NO_DATA
    assert judged(exposures, TWICE, late)[0].now.state is RuleState.NO_DATA


def test_kit_fetched_in_the_middle_of_a_shift_is_no_silence() -> None:
    assert told(judged(shifts("gg,"), TWICE, instant(MONDAY) + 30 * DAY_MS)[0]) == ["2 normal"]


def test_zone_that_never_said_anything_is_no_data_and_not_normal() -> None:
    assert states("..") == ["2 no_data"]
    assert states("..g") == ["2 no_data", "4 normal"]
    assert states(".b") == ["2 no_data", "3 pending"]


# ---- campaigns


def test_firing_outlives_its_campaign_until_the_next_one_clears_it() -> None:
    year_later = MONDAY + timedelta(days=364)
    old, new = shifts("BB", deployment="old"), shifts("bggg", first=year_later, deployment="new")
    status, proposal = judged([*old, *new], TWICE)
    assert [t.state.value for t in status.history] == ["pending", "firing", "recovering", "normal"]
    assert proposal is not None
    assert {a.exposure.deployment for a in proposal.evidence} == {"old"}
    assert proposal.level == "120"


def test_next_campaign_counts_anew() -> None:
    year_later = MONDAY + timedelta(days=364)
    old, new = shifts("bggg", deployment="old"), shifts("b", first=year_later, deployment="new")
    status, proposal = judged([*old, *new], TWICE)
    assert [t.state.value for t in status.history] == ["pending", "normal", "pending"]
    assert proposal is None


def test_next_campaign_that_fires_for_less_says_so() -> None:
    year_later = MONDAY + timedelta(days=364)
    old, new = shifts("BB", deployment="old"), shifts("bb", first=year_later, deployment="new")
    status, proposal = judged([*old, *new], TWICE)
    assert [t.level for t in status.history] == ["", "120", "100"]
    assert proposal is not None
    assert (proposal.level, {a.exposure.deployment for a in proposal.evidence}) == ("100", {"new"})


def test_fourteen_days_apart_is_one_campaign_and_a_moment_more_is_two() -> None:
    first = shifts("b", deployment="first")
    second = shifts("b", first=MONDAY + timedelta(days=14), deployment="second")
    for more, state in ((0, RuleState.FIRING), (1, RuleState.PENDING)):
        late = [replace(e, start=e.start + 8 * HOUR + more, end=e.end + 8 * HOUR) for e in second]
        assert judged([*first, *late], TWICE)[0].now.state is state


def test_kits_that_overlap_are_one_campaign_in_any_order() -> None:
    far = MONDAY + timedelta(days=28)
    exposures = [
        *shifts("b", deployment="long"),
        *shifts("g", first=far, kit="a", deployment="new"),
        *shifts("b", first=far, kit="b", deployment="long"),
    ]
    for order in (exposures, exposures[::-1]):
        assert [t.state.value for t in judged(order, TWICE)[0].history] == ["pending", "firing"]


# ---- a share of the worked time


def test_fifth_of_the_week_fires_when_the_week_is_full() -> None:
    week = working_days(MONDAY, 5)
    times = [time_beyond("co2", Measure.TIME_ABOVE, day, 100.0, 0.2) for day in week]
    status, proposal = judged([*shifts("b---g"), *times], SHARE)
    assert told(status) == ["2 pending", "6 firing 100"]
    assert proposal is not None
    assert "au moins 20\u202f% du temps de travail" in proposal.reason_fr
    short = [time_beyond("co2", Measure.TIME_ABOVE, day, 100.0, 0.199) for day in week]
    assert judged([*shifts("b---g"), *short], SHARE)[1] is None


def test_worked_time_before_the_campaign_does_not_count() -> None:
    before = working_days(MONDAY - timedelta(days=7), 5)
    times = [time_beyond("co2", Measure.TIME_ABOVE, day, 100.0, 1.0) for day in before]
    assert judged([*shifts("b"), *times], SHARE)[1] is None


def test_share_that_is_told_is_that_of_whole_days() -> None:
    week = working_days(MONDAY, 5)
    times = [time_beyond("co2", Measure.TIME_ABOVE, day, 100.0, 0.25) for day in week]
    evening = measured("co2", Measure.MAX_1H, week[4], 50.0)
    evening = replace(evening, start=evening.end, end=evening.end + 8 * HOUR)
    status, proposal = judged([*shifts("b---g"), *times, evening], SHARE)
    assert told(status)[1] == "6 firing 100"
    assert proposal is not None
    assert "au moins 21\u202f% du temps" in proposal.reason_fr


def test_share_that_is_told_is_the_largest_of_the_campaign() -> None:
    days = working_days(MONDAY, 7)
    shares = (0.5, 0.3, 0.2, 0.1, 0.1, 0.0, 0.0)
    times = [time_beyond("co2", Measure.TIME_ABOVE, day, 100.0, share) for day, share in zip(days, shares, strict=True)]
    _, proposal = judged([*shifts("b---b--"), *times], SHARE)
    assert proposal is not None
    assert "au moins 24\u202f% du temps" in proposal.reason_fr


def test_share_that_was_not_enough_is_not_told() -> None:
    times = [time_beyond("co2", Measure.TIME_ABOVE, day, 100.0, 0.1) for day in working_days(MONDAY, 5)]
    _, proposal = judged([*shifts("bbb--"), *times], SHARE)
    assert proposal is not None
    assert "jours ouvrés" not in proposal.reason_fr


# ---- what is told


@pytest.mark.parametrize(
    ("story", "french", "english"),
    [
        ("bb", "(source).", "(source)."),
        (
            "bbg",
            "plus de dépassement indiqué depuis le 4 mars 2026, à confirmer sur trois périodes de travail de suite.",
            "no exceedance indicated since 4 March 2026, to be confirmed over three shifts in a row.",
        ),
        (
            "bb-gggg",
            "depuis le 5 mars 2026, trois périodes de travail de suite sont nettement sous la valeur.",
            "since 5 March 2026, three shifts in a row have been clearly under the value.",
        ),
        (
            "bbgbgbgb",
            "reste une seule affaire jusqu’à six périodes de travail de suite nettement sous la valeur.",
            "it comes and goes and stays one matter until six shifts in a row clearly under the value.",
        ),
    ],
)
def test_reason_tells_how_the_matter_goes_on(story: str, french: str, english: str) -> None:
    _, proposal = judged(shifts(story), TWICE)
    assert proposal is not None
    assert proposal.reason_fr.endswith(french)
    assert proposal.reason_en.endswith(english)


def test_reason_does_not_change_with_every_good_shift() -> None:
    reasons = []
    for story in ("bbg", "bbgg", "bbggg", "bbgggg", "bbgggg-g"):
        _, proposal = judged(shifts(story), TWICE)
        assert proposal is not None
        reasons.append(proposal.reason_fr.split("\u202f; ")[-1])
    assert len(set(reasons)) == 2
