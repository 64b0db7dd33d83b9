"""``vigie indicators``: a period reported, exported, changed by somebody, checked."""

import json
from pathlib import Path

import pytest

from catalog.identifiers import ZoneId
from rules.roles import Actor, Role
from rules.ticket_events import DismissalReason
from store.registry import save
from store.ticket_steps import TicketSteps
from store.tickets import ComputedFrom, TicketStore
from tests.store.worlds import DAY, NOON, assessment, exposure, proposal, registry
from tests.vigie.running import vigie
from tests.vigie.test_metrology import Told
from vigie.workspace import Workspace, create_workspace

ADA = Actor("ada@service.fr", Role.ENGINEER)
QUARTER = ("--from", "2026-03-01", "--to", "2026-05-31")


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    """Two tickets of April 2026: one validated after two days and done after six, one dismissed as known."""
    made = create_workspace(tmp_path / "service", "Service")
    save(made.database, registry())
    tickets, steps = TicketStore(made.database), TicketSteps(made.database)
    tickets.apply(ZoneId("a1"), [proposal("a1")], NOON, ComputedFrom(1))
    later = assessment(exposure("b1", NOON + 8 * DAY, deployment="d3", kit="k1"))
    tickets.apply(ZoneId("b1"), [proposal("b1", later)], NOON + 9 * DAY, ComputedFrom(1))
    steps.validate(1, ADA, NOON + 2 * DAY)
    steps.finish(1, ADA, NOON + 8 * DAY, "ventilation réglée")
    steps.dismiss(2, ADA, NOON + 10 * DAY, DismissalReason.KNOWN, "travaux prévus")
    return made


def test_a_quarter_is_told_on_one_page(place: Workspace) -> None:
    said = vigie("indicators", *QUARTER, "-w", place.root).stdout
    told = [" ".join(line.split()) for line in said.splitlines()]
    assert "campaigns 3 begun, 1 finished, 2 under way at the end" in told
    assert "screened 3 zones of 2 establishments and 2 employers, headcount 12" in told
    assert "positive of the campaigns begun 2 raised a ticket (67 %), 1 a validated one (33 %)" in told
    assert "workplace actions (AMT) 0 2 1 1 0 1 0 0" in told
    assert "dismissed 0 false alarm, 1 known, 0 out of scope" in told
    assert "proposed → validated 2 1 0 1 2.0 2.0 2.0" in told
    assert "AMT validated → done 1 1 0 0 6.0 6.0 6.0" in told
    assert "AMT done → verified 1 0 1 0 – – –" in told


def test_an_export_names_nobody_and_says_what_it_rests_on(
    place: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "i.csv"
    Told(place, capsys, "indicators", *QUARTER, "--by", "establishment", "--csv", str(file))
    text = file.read_text(encoding="utf-8")
    for name in ("siteA", "Site", "Menuiserie", "Coiffure"):
        assert name not in text
    assert "# period: 2026-03-01 to 2026-05-31\n" in text
    assert "# rule packs: vigie-base 1\n" in text
    assert "# software: vigie 0" in text
    Told(place, capsys, "indicators", *QUARTER, "--by", "establishment", "--csv", str(file), "--names")
    assert "siteA (Site siteA, Menuiserie A)" in file.read_text(encoding="utf-8")


@pytest.mark.parametrize("by", ["establishment", "month", "naf", "agent"])
def test_an_export_is_good_also_when_the_log_has_gone_on(
    place: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], by: str
) -> None:
    file = tmp_path / "i.csv"
    Told(place, capsys, "indicators", *QUARTER, "--by", by, "--csv", str(file))
    TicketSteps(place.database).reopen(1, ADA, NOON + 20 * DAY, "toujours 1 500 ppm")
    told = Told(place, capsys, "indicators", "--check", str(file))
    assert (told.code, "good" in told.out) == (0, True), told.out


def test_a_changed_export_is_told_line_by_line(
    place: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "i.csv"
    Told(place, capsys, "indicators", *QUARTER, "--csv", str(file))
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("\ntotal,0,3,1,2,", "\ntotal,0,4,2,2,"), encoding="utf-8")
    told = Told(place, capsys, "indicators", "--check", str(file))
    assert told.code == 1
    assert "its checksum does not match" in told.out
    assert "positive_rate_proposed is 0.6667, but positive_proposed ÷ campaigns_begun is 0.5" in told.out
    assert "campaigns_begun is 4, counted again 3" in told.out


def test_an_export_of_another_service_is_none_of_this_one(
    place: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "i.csv"
    Told(place, capsys, "indicators", *QUARTER, "--csv", str(file))
    other = create_workspace(tmp_path / "other", "Other")
    told = Told(other, capsys, "indicators", "--check", str(file))
    assert (told.code, "it is not this service's log, or changed" in told.out) == (1, True)


def test_nothing_is_written_that_does_not_add_up(
    place: Workspace, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reader of the log that forgets the events of one kind is found by the sums."""
    from rules import indicators

    counted = indicators._happened
    monkeypatch.setattr(
        indicators, "_happened", lambda found, kind, period: counted(found, kind, period) * (kind.value != "done")
    )
    told = Told(place, capsys, "indicators", *QUARTER, "--csv", str(tmp_path / "i.csv"))
    assert told.code == 1
    assert "do not add up" in told.err
    assert "amt_open_before + amt_opened + amt_reopened = 2" in told.err
    assert not (tmp_path / "i.csv").exists()


def test_json_has_a_row_a_group_and_the_total_last(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    rows = json.loads(Told(place, capsys, "indicators", *QUARTER, "--by", "month", "--json").out)
    assert [row["group"] for row in rows] == ["2026-03", "2026-04", "2026-05", "total"]
    assert [row["amt_opened"] for row in rows] == [1, 1, 0, 2]
    assert [row["amt_open_after"] for row in rows] == [1, 0, 0, 0]


def test_the_days_are_those_of_the_service_both_included(place: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    """The first ticket was proposed on 29 March at 14:00 in Paris, the day the clocks changed."""
    for first, last, opened in (("2026-03-29", "2026-03-29", 1), ("2026-03-30", "2026-04-06", 0)):
        rows = json.loads(Told(place, capsys, "indicators", "--from", first, "--to", last, "--json").out)
        assert rows[-1]["amt_opened"] == opened


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ((), "--from is missing"),
        (("--from", "01/03/2026"), '--from is "01/03/2026"; expected a day'),
        (("--from", "2026-03-01", "--to", "2999-01-01"), "which is to come; expected"),
        (("--from", "2026-03-01", "--to", "2026-02-01"), "--to 2026-02-01 is before --from 2026-03-01"),
        (("--from", "2026-03-01", "--json", "--csv", "x.csv"), "--csv and --json exclude each other"),
        (("--check", "x.csv", "--json"), "--check stands alone"),
        (("--check", "nothing.csv"), "nothing.csv: cannot be read"),
    ],
)
def test_mistakes_are_told(
    place: Workspace, capsys: pytest.CaptureFixture[str], typed: tuple[str, ...], message: str
) -> None:
    told = Told(place, capsys, "indicators", *typed)
    assert told.code == 2
    assert message in told.err
