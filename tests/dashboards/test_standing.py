"""What a zone's page says first, and what it may not say."""

import pytest

from catalog.quantities import quantities
from dashboards import sentences
from dashboards.standing import AgentStanding, Finding, digits, most_telling, stand
from dashboards.words import Language, Words
from dsp.exposure import Measure, WindowKind
from rules.decision import Decision
from tests.dashboards.findings import finding

FRENCH = Words(Language.FRENCH, "Europe/Paris")
ENGLISH = Words(Language.ENGLISH, "Europe/Paris")


def _only(findings: list[Finding], words: Words = FRENCH) -> AgentStanding:
    (standing,) = stand(findings, quantities(), words)
    return standing


def _text(sentence: str) -> str:
    return sentence.replace("\N{NO-BREAK SPACE}", " ")


def test_three_days_of_nine_are_said_in_one_sentence() -> None:
    days = [finding(day=d) for d in range(3)]
    days += [finding(day=d, value=600, decision=Decision.NO_EXCEEDANCE_INDICATED) for d in range(3, 9)]
    standing = _only(days)
    assert _text(sentences.standing_sentence(standing, FRENCH)) == "CO₂ : dépassement indiqué 3 jours sur 9"
    assert sentences.standing_sentence(standing, ENGLISH) == "CO₂: exceedance indicated on 3 days out of 9"
    assert _text(sentences.other_days(standing, FRENCH)) == "Par ailleurs : aucun dépassement indiqué 6 jours sur 9."


def test_what_was_not_seen_was_not_shown_to_be_fine() -> None:
    missing = finding("pm10", value=None, uncertainty=None, decision=Decision.INSUFFICIENT_DATA)
    fine = finding("pm2_5", value=4, limit=1000, decision=Decision.NO_EXCEEDANCE_INDICATED)
    assert _only([fine, missing]).decision is Decision.INSUFFICIENT_DATA


def test_a_quantity_without_a_limit_is_said_to_be_uncompared() -> None:
    standing = _only([finding("pressure", value=1013, limit=None, decision=None)])
    assert standing.decision is None
    assert "aucune règle" in sentences.standing_sentence(standing, FRENCH)


def test_a_campaign_value_is_no_day() -> None:
    assert _only([finding(), finding(kind=WindowKind.CAMPAIGN)]).days_with(Decision.EXCEEDANCE_INDICATED) == 1


def test_coverage_is_that_of_the_shift_and_not_of_its_best_quarter_of_an_hour() -> None:
    seen = Decision.INSUFFICIENT_DATA
    best = finding(value=900, decision=seen, coverage=1.0)
    shift = finding(value=None, uncertainty=None, limit=None, decision=None, measure=Measure.MEAN, coverage=0.4)
    standing = _only([best, shift])
    assert standing.telling == best
    assert sentences.coverage_sentence(standing, ENGLISH) == (
        "the kits saw 40% of the time on average, 40% in the window above"
    )


def test_the_clearest_exceedance_and_the_nearest_miss_are_told() -> None:
    assert most_telling([finding(value=1100), finding(value=1500), finding(value=1300)]).value == 1500
    no = Decision.NO_EXCEEDANCE_INDICATED
    assert most_telling([finding(value=500, decision=no), finding(value=800, decision=no)]).value == 800


def test_the_finding_most_likely_to_breach_is_told_as_in_the_ticket() -> None:
    doubt = Decision.INCONCLUSIVE
    near = finding(value=1001, uncertainty=20, decision=doubt, probability=0.52)
    likely = finding(value=1300, uncertainty=300, decision=doubt, probability=0.84)
    assert most_telling([near, likely]) is likely


def test_a_value_of_which_too_little_was_seen_is_not_said_to_be_sure() -> None:
    short = finding(value=600, decision=Decision.INSUFFICIENT_DATA)
    assert "trop peu de mesures" in sentences.sureness(short, quantities()[short.quantity], FRENCH)


def test_agents_that_ask_for_attention_come_first() -> None:
    found = stand(
        [
            finding("pressure", limit=None, decision=None),
            finding("temperature", value=22, limit=28, decision=Decision.NO_EXCEEDANCE_INDICATED),
            finding("laeq", value=79, limit=80, decision=Decision.INCONCLUSIVE),
            finding("co2"),
        ],
        quantities(),
        FRENCH,
    )
    assert [standing.agent for standing in found] == ["co2", "noise", "heat", "pressure"]


@pytest.mark.parametrize(
    ("value", "said"),
    [(1200.0, "Presque certain"), (1060.0, "Probable"), (1030.0, "Plutôt probable"), (1003.0, "Impossible à dire")],
)
def test_how_sure_is_said_in_words_and_numbers(value: float, said: str) -> None:
    sentence = sentences.sureness(finding(value=value), quantities()[finding().quantity], FRENCH)
    assert sentence.startswith(said)
    assert "± 120" in _text(sentence)


def test_too_little_data_gives_no_number() -> None:
    sentence = sentences.sureness(finding(value=None, uncertainty=None), quantities()[finding().quantity], FRENCH)
    assert not any(letter.isdigit() for letter in sentence)


def test_simulated_findings_mark_the_agent() -> None:
    assert _only([finding(), finding(day=1, simulated=True)]).simulated


def test_a_shift_belongs_to_the_local_day_it_starts_on() -> None:
    late = finding()
    assert _only([late], Words(Language.FRENCH, "Pacific/Noumea")).days[0].day.isoformat() == "2025-11-03"
    assert _only([late], Words(Language.FRENCH, "Pacific/Tahiti")).days[0].day.isoformat() == "2025-11-02"


@pytest.mark.parametrize(("half_width", "decimals", "shown"), [(0.0, 2, 2), (150.0, 1, -1), (12.0, 2, 0), (1.2, 2, 1)])
def test_no_more_digits_than_the_uncertainty_bears(half_width: float, decimals: int, shown: int) -> None:
    assert digits(half_width, decimals) == shown


def test_too_small_a_group_is_told_why_it_sees_no_course() -> None:
    assert "moins de 3 personnes" in sentences.withheld(True, 3600, 3, FRENCH)
    assert "means over 1" in sentences.withheld(False, 3600, 3, ENGLISH)
    assert sentences.withheld(False, None, 3, FRENCH) == ""
