"""A proposal that rests on a kit to be checked: held back, confirmed by another kit, acute, or of another time."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from catalog.identifiers import QuantityId
from dsp.exposure import Exposure, Measure
from rules import engine
from rules.rule import Rule
from rules.states import RuleState
from rules.tickets import TicketProposal
from tests.rules.plain_rules import AT_ONCE, MINIMUM, TWICE, pack
from tests.rules.situations import days_of, zone
from tests.rules.test_history import MONDAY, shifts


def asked(exposures: Sequence[Exposure], rule: Rule = TWICE) -> dict[str, TicketProposal]:
    days, packs = days_of(exposures), pack([rule])
    assessments = engine.assess(packs, zone(), exposures, days)
    return {p.rule: p for p in engine.propose(packs, zone(), assessments, exposures, days)}


def test_only_kit_to_be_checked_holds_its_proposal_back() -> None:
    found = asked(shifts("bb.."))
    held = found["twice"].held_back_by
    assert held is not None
    assert held.startswith("Contrôle du kit a en attente")
    assert "A check of kit a is pending" in held


def test_two_kits_to_be_checked_are_named() -> None:
    found = asked([*shifts("bb..", kit="a"), *shifts("bb..", kit="b")])
    held = found["twice"].held_back_by
    assert held is not None
    assert held == (
        "Contrôle des kits a et b en attente\u00a0: cette proposition ne repose que sur eux. / "
        "A check of kits a and b is pending: this proposal rests on them alone."
    )


def test_kit_that_works_and_confirms_lets_it_go() -> None:
    assert asked([*shifts("bb..", kit="a"), *shifts("gbgg", kit="b")])["twice"].held_back_by is None


def test_kit_that_works_and_saw_nothing_confirms_nothing() -> None:
    assert asked([*shifts("bb..", kit="a"), *shifts("gggg", kit="b")])["twice"].held_back_by is not None


def test_check_that_is_over_holds_nothing_back() -> None:
    found = asked(shifts("bb..ggg"))
    assert "delivered enough again since" in found["kit-check-a"].reason_en
    assert found["twice"].held_back_by is None


def test_acute_proposal_is_never_held_back_and_says_that_a_check_is_pending() -> None:
    found = asked(shifts("b..."), AT_ONCE)
    assert "kit-check-a" in found
    acute = found["at-once"]
    assert acute.held_back_by is None
    assert "le contrôle du kit a est en attente, l’alerte immédiate n’attend pas" in acute.reason_fr
    assert "a check of kit a is pending, an acute alert does not wait for it" in acute.reason_en


def test_mere_doubt_of_an_acute_rule_waits_for_the_check() -> None:
    assert asked(shifts("??.."), AT_ONCE)["at-once"].held_back_by is not None


def test_check_of_a_later_campaign_says_nothing_of_an_earlier_proposal() -> None:
    later = MONDAY + timedelta(days=182)
    found = asked([*shifts("bbbgg", deployment="old"), *shifts("....", first=later, deployment="new")])
    assert "kit-check-a" in found
    assert found["twice"].held_back_by is None


def test_check_of_another_quantity_weeks_later_in_the_same_deployment_holds_back() -> None:
    humid = replace(MINIMUM, quantity=QuantityId("humidity"), measure=Measure.MEAN)
    silent = [
        replace(each, quantity=QuantityId("humidity"), measure=Measure.MEAN)
        for each in shifts("....", first=MONDAY + timedelta(days=56))
    ]
    exposures = [*shifts("bb"), *silent]
    days, packs = days_of(exposures), pack([TWICE, humid])
    assessments = engine.assess(packs, zone(), exposures, days)
    [held] = [p for p in engine.propose(packs, zone(), assessments, exposures, days) if p.rule == "twice"]
    assert held.held_back_by is not None


def test_check_has_a_history_of_two_states() -> None:
    exposures = shifts("gg..ggg")
    days, packs = days_of(exposures), pack([TWICE])
    assessments = engine.assess(packs, zone(), exposures, days)
    [kit] = [s for s in engine.judge(packs, zone(), assessments, exposures, days).statuses if s.agent == "kit"]
    assert [(t.state, t.level) for t in kit.history] == [
        (RuleState.NORMAL, ""),
        (RuleState.FIRING, "coverage"),
        (RuleState.NORMAL, ""),
    ]
    assert [datetime.fromtimestamp(t.at / 1000, tz=UTC).date() for t in kit.history] == [
        date(2026, 3, 2),
        date(2026, 3, 5),
        date(2026, 3, 9),
    ]
    assert asked(shifts("gg.."))["kit-check-a"].status is not None
