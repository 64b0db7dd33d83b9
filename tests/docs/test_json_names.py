"""Every name that a list prints is on the page, in its table and in its order, and no other is."""

import json
import re
from dataclasses import fields
from pathlib import Path

import pytest
from typer.testing import CliRunner

from ingest.inbox import Message
from store.outbox import Channel, enqueue
from store.outbox import Message as OutgoingMessage
from vigie.cli import app
from vigie.commands.performance import PERFORMANCE_FIELDS
from vigie.evaluation.figures import Summary
from vigie.evaluation.tables import CAMPAIGNS, DECISIONS, OUTCOMES, VALUES
from vigie.laboratory.metrology import METROLOGY_FIELDS
from vigie.listing import EXCEEDANCE_FIELDS, EXPOSURE_FIELDS, KIT_FIELDS, QUALITY_FIELDS, READING_FIELDS
from vigie.simulation.load_words import LOAD_FIELDS
from vigie.simulation.words import TRUE_FIELDS, Listed
from vigie.ticket_rows import TICKET_FIELDS, TICKET_LINE_FIELDS
from vigie.workspace import Workspace, create_workspace

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "json.md"
FIELDS = {
    "readings": READING_FIELDS,
    "exposures": EXPOSURE_FIELDS,
    "exceedances": EXCEEDANCE_FIELDS,
    "quality": QUALITY_FIELDS,
    "tickets": TICKET_LINE_FIELDS,
    "ticket show": TICKET_FIELDS,
    "ticket metrology": METROLOGY_FIELDS,
    "rules performance": PERFORMANCE_FIELDS,
    "kits": KIT_FIELDS,
    "evaluate": ("conditions", "answers", *(f.name for f in fields(Summary) if f.name != "roc"), "roc"),
    "simulate": TRUE_FIELDS,
    "simulate --load": LOAD_FIELDS,
    "simulate --list": tuple(field.name for field in fields(Listed)),
}


def documented(command: str) -> list[str]:
    """Names in the first column of the table of ``vigie <command> --json``."""
    section = PAGE.read_text(encoding="utf-8").partition(f"## `vigie {command} --json`\n")[2].partition("\n## ")[0]
    return re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    return create_workspace(tmp_path_factory.mktemp("json") / "service", "Service")


@pytest.mark.parametrize("command", FIELDS)
def test_the_fields_of_a_list_are_the_documented_ones(command: str) -> None:
    assert documented(command) == list(FIELDS[command])


def test_the_page_names_every_column_of_an_evaluations_tables() -> None:
    page = PAGE.read_text(encoding="utf-8")
    section = page.partition("## Tables of `vigie evaluate --out`\n")[2].partition("\n## ")[0]
    for name in {*CAMPAIGNS, *OUTCOMES, *VALUES, *DECISIONS}:
        assert f"`{name}`" in section, name


def test_the_page_names_every_measure() -> None:
    from dsp.exposure import Measure

    line = next(line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `measure` |"))
    assert set(re.findall(r"`(\w+)`", line)) == {"measure", *(measure.value for measure in Measure)}


def test_short_lists_print_the_documented_names(place: Workspace) -> None:
    runner = CliRunner()
    where = ["--workspace", str(place.root)]
    added = runner.invoke(app, ["account", "add", "a@b.example", "--role", "engineer", *where], input="long enough\n")
    assert added.exit_code == 0, added.output
    with place.open_inbox() as inbox:
        inbox.add([Message("vigie/v1/k/readings", bytes(inbox.largest_message + 1), 0)])
    for command in ("account list", "dead-letters", "doctor"):
        rows = json.loads(runner.invoke(app, [*command.split(), "--json", *where]).stdout)
        assert rows
        assert list(rows[0]) == documented(command)


def test_the_outbox_prints_the_documented_names(place: Workspace) -> None:
    message = OutgoingMessage("key", Channel.MAIL, "a@b.example", "fr", "Sujet", "Corps")
    with place.database.writing() as session:
        enqueue(session, [message], 0)

    printed = CliRunner().invoke(app, ["notifications", "list", "--json", "--workspace", str(place.root)]).stdout

    assert list(json.loads(printed)[0]) == documented("notifications list")


def test_statistics_print_the_documented_names() -> None:
    printed = CliRunner().invoke(app, ["stats", "--values", "5;6;<2", "--limit", "10", "--json"]).stdout
    assert list(json.loads(printed)) == documented("stats")
