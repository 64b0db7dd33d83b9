"""A laboratory's report comes back: typed, mistyped, beside the screening, and what the service learns from it."""

import json
from pathlib import Path

import pytest

from catalog.identifiers import ZoneId
from rules.roles import Role
from store.accounts import AccountStore
from store.registry import save
from store.tickets import ComputedFrom, TicketStore
from tests.store.worlds import NOON, assessment, exposure, proposal, registry
from tests.vigie.running import vigie
from vigie.cli import main
from vigie.workspace import Workspace, create_workspace

ADA = "ada@service.fr"
REPORT = ("--unit", "ppm", "--method", "NDIR de référence", "--laboratory", "Labo Λ", "--by", ADA)
DAY = ("--performed", "2026-03-29")


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    """A workspace with a ticket: 812 ppm of CO2 against 800 on 29 March 2026."""
    made = create_workspace(tmp_path / "service", "Service")
    save(made.database, registry())
    AccountStore(made.database).create(ADA, "Ada", Role.ENGINEER, "correct horse", NOON)
    AccountStore(made.database).create("eve@labo.fr", "Eve", Role.EXPERT, "correct horse", NOON)
    TicketStore(made.database).apply(ZoneId("a1"), [proposal("a1", assessment(exposure()))], NOON, ComputedFrom(1))
    return made


class Told:
    """What one call of the command line said."""

    def __init__(self, place: Workspace, capsys: pytest.CaptureFixture[str], *arguments: str) -> None:
        try:
            main([*arguments, "-w", str(place.root)])
            self.code = 0
        except SystemExit as end:
            self.code = int(end.code or 0)
        said = capsys.readouterr()
        self.out, self.err = said.out, said.err


def test_the_whole_way_in_a_process_of_its_own(place: Workspace) -> None:
    entered = vigie(
        "ticket", "metrology", 1, "--value", "905,5", "--uncertainty", "6 %", *REPORT, *DAY, "-w", place.root
    ).stdout
    assert "906 ± 54 ppm (k = 2)" in entered
    assert "exceeds the limit of 800 ppm (RSDT art. 64)" in entered
    assert "metrology ÷ screening: 1.12; their intervals overlap" in entered
    assert "screening confirmed" in entered
    assert "One result is no verdict on compliance" in entered
    assert "vigie stats" in entered
    assert "not enough results yet (1): 3 to 100 %" in vigie("rules", "performance", "-w", place.root).stdout
    assert "log of tickets: unbroken" in vigie("doctor", "-w", place.root, code=1).stdout


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (("--value", "abc"), 'expected a number, or "<0.5"'),
        (("--value", "1,234"), "a decimal comma or a thousand?"),
        (("--value", "-5"), "no ppm is negative"),
        (("--value", "<0"), "expected the limit of quantification"),
        (("--value", "900", "--unit", "mg"), 'co2: unit "mg" cannot be converted to ppm'),
        (("--value", "900", "--unit", ""), "--unit is missing"),
        (("--value", "900", "--method", " "), "--method is missing"),
        (("--value", "900", "--laboratory", ""), "--laboratory is missing"),
        (("--value", "900", "--performed", "12/03/2026"), '--performed is "12/03/2026"; expected the day'),
        (("--value", "900", "--performed", "2999-01-01"), "which is to come"),
        (("--value", "<9", "--uncertainty", "1"), "a result below its LOQ has none"),
        (("--value", "9", "--uncertainty", "-1"), "expected zero or more"),
        (("--value", "9", "--uncertainty", "1", "-k", "20"), "a factor from 1 to 4"),
        (("--value", "85", "--unit", "dB(A)", "--uncertainty", "5 %"), "a level or temperature has none in %"),
        (("--value", "9", "-q", "tolune", "--limit", "5"), 'did you mean "toluene"?'),
        (("--value", "9", "-q", "toluene"), "name the limit to hold it against with --limit"),
        (("--value", "9", "--limit", "toluen-vlep-8h"), 'did you mean "toluene-vlep-8h"?'),
        (("--value", "9", "--limit", "co2-erp-800", "--performed", "2020-01-01"), "is not in force on 2020-01-01"),
        (("--value", "9", "--replaces", "7"), "no metrology result 7; those that stand: none"),
        (("--value", "9", "--withdraw", "7"), "--withdraw and --value exclude each other"),
        (("--withdraw", "7"), "cannot be withdrawn without a reason"),
        (("--limit", "7"), "--limit without --value"),
        (("--value", "9", "--by", "nobody@x.fr"), "there is no such account"),
    ],
)
def test_a_mistake_is_one_line_with_its_mend_and_changes_nothing(
    place: Workspace, capsys: pytest.CaptureFixture[str], typed: tuple[str, ...], message: str
) -> None:
    # the last of two options of a name counts
    told = Told(place, capsys, "ticket", "metrology", "1", *REPORT[:-2], *DAY, "--by", ADA, *typed)
    if "--limit without" in message:
        told = Told(place, capsys, "ticket", "metrology", "1", *typed)
    assert told.code == 2
    assert message in told.err
    assert told.err.count("\n") == 1
    assert "no metrology result yet" in Told(place, capsys, "ticket", "metrology", "1").out


def test_an_expert_who_does_not_see_the_ticket_is_refused(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    told = Told(place, capsys, "ticket", "metrology", "1", "--value", "9", *REPORT[:-2], *DAY, "--by", "eve@labo.fr")
    assert told.code == 1
    assert "does not see ticket 1" in told.err


def test_a_named_limit_says_what_was_measured(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    report = ("--unit", "mg/m3", *REPORT[2:], *DAY, "--limit", "toluene-vlep-8h")
    told = Told(place, capsys, "ticket", "metrology", "1", "--value", "76,8", *report)
    assert "toluene  76.8 mg/m3" in told.out
    assert "does not exceed the limit of 76.8 mg/m3 (toluene-vlep-8h: R4412-149 (binding))" in told.out
    assert "by its value alone: the result has no uncertainty" in told.out
    assert "the screening is about co2: the two values are not compared" in told.out


def test_results_are_listed_as_json_under_their_documented_names(
    place: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    Told(place, capsys, "ticket", "metrology", "1", "--value", "700", "--below-loq", *REPORT, *DAY)
    (row,) = json.loads(Told(place, capsys, "ticket", "metrology", "1", "--json").out)
    wanted = {"value": 700.0, "below_loq": True, "verdict": "does_not_exceed", "agreement": "not_confirmed",
              "same_day": True, "screening_value": 812.0, "overlap": True, "limit": 800.0}  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted
    assert row["ratio"] == pytest.approx(700 / 812)


def test_five_results_of_a_rule_make_a_predictive_value(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """Four of five tickets confirmed; the sixth was not measured."""
    agents = [proposal("a2", assessment(exposure("a2")), agent=f"co2-{number}") for number in range(2, 7)]
    TicketStore(place.database).apply(ZoneId("a2"), agents, NOON, ComputedFrom(1))
    for number, value in enumerate(("900", "920", "940", "960", "700"), 1):
        Told(place, capsys, "ticket", "metrology", str(number), "--value", value, "--uncertainty", "40", *REPORT, *DAY)
    (row,) = json.loads(Told(place, capsys, "rules", "performance", "--json").out)
    wanted = {"rule": "co2-air", "level": "guide", "kind": "workplace_action", "tickets": 6, "measured": 5,
              "confirmed": 4, "not_confirmed": 1, "undecided": 0, "predictive_value": 0.8}  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted
    assert (row["low"], row["high"]) == (pytest.approx(0.2836, abs=1e-4), pytest.approx(0.9949, abs=1e-4))
    assert "80 % (28 to 99 %)" in Told(place, capsys, "rules", "performance").out


def test_mistakes_about_performance_are_told(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    refused = Told(place, capsys, "rules", "performance", "--rule", "co2-ventilatio")
    assert (refused.code, 'did you mean "co2-ventilation"?' in refused.err) == (2, True)
    refused = Told(place, capsys, "rules", "performance", "--from", "2026-05-01", "--to", "2026-04-01")
    assert (refused.code, "--to 2026-04-01 is before --from" in refused.err) == (2, True)
    assert "No simulated ticket" in Told(place, capsys, "rules", "performance", "--simulated").out
    assert json.loads(Told(place, capsys, "rules", "performance", "--to", "2020-01-01", "--json").out) == []
