"""The page of what was detected is made of the figures that ``vigie evaluate --json`` prints."""

import json
from pathlib import Path

import pytest

from docs import detection_page
from tests.vigie.evaluated import an_evaluation
from vigie.evaluation.conditions import Conditions
from vigie.evaluation.document import summary_document
from vigie.evaluation.figures import summarise


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the figures are kept instead."""
    monkeypatch.setattr(detection_page, "KEPT", tmp_path / "detection.json")
    return tmp_path / "detection.json"


def _keep(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    conditions = Conditions("vigie evaluate --seed 3", 3, "0.1.0", ("aigu 1",))
    figures.write_text(json.dumps(summary_document(summarise(an_evaluation()), conditions)), encoding="utf-8")
    detection_page.keep(figures)


def test_the_page_tells_what_the_summary_tells(tmp_path: Path, kept: Path) -> None:
    _keep(tmp_path)
    summary, text = summarise(an_evaluation()), detection_page.detection_page()
    sensitivity = summary.overall.any_ticket.sensitivity
    assert sensitivity.value is not None
    assert f"{100 * sensitivity.value:.1f} % [{100 * sensitivity.interval.low:.1f}" in text
    assert "vigie evaluate --seed 3" in text
    assert "| joinery: `noise-daily-exposure` |" in text
    assert f"over {summary.campaigns} random campaigns" in text
    assert "nan" not in text.lower()
    assert all(line.count(" | ") == text.splitlines()[at - 1].count(" | ") for at, line in _body(text))


def _body(text: str) -> list[tuple[int, str]]:
    """Lines of tables below another row, each with its number."""
    lines = text.splitlines()
    return [(at, line) for at, line in enumerate(lines) if line.startswith("| ") and lines[at - 1].startswith("| ")]


def test_what_is_kept_is_what_the_page_needs(tmp_path: Path, kept: Path) -> None:
    _keep(tmp_path)
    found = json.loads(kept.read_text(encoding="utf-8"))
    assert kept.stat().st_size < (tmp_path / "figures.json").stat().st_size
    assert "other_errors" not in found
    assert [each["by"] for each in found["grouped"]] == ["agent", "days", "kits", "grade"]
