"""Figures of the benchmarks on their way into the pages."""

import re
from pathlib import Path

from bench.figures import Figure, as_markdown, figures, write

ROOT = Path(__file__).resolve().parents[2]
MEASURED = {
    "benchmarks": [
        {
            "fullname": "bench/test_store.py::test_import[csv]",
            "stats": {"median": 0.0123},
            "extra_info": {"readings_per_second": 1_200_000, "times faster": 2.5},
        }
    ]
}
REPORT = """<testsuites><testsuite>
<testcase classname="bench.test_store" name="test_import[csv]"><system-out>shown already</system-out></testcase>
<testcase classname="bench.test_publish" name="test_replay"><system-out>--- Captured Out ---
5 000 messages/s
</system-out></testcase>
<testcase classname="bench.test_publish" name="test_says_nothing"/>
</testsuite></testsuites>"""


def test_a_benchmark_is_told_by_its_time_or_by_what_it_printed() -> None:
    assert figures(MEASURED, REPORT) == [
        Figure("test_publish", "test_replay", None, "5 000 messages/s"),
        Figure("test_store", "test_import[csv]", 0.0123, "readings per second 1,200,000; times faster 2.5"),
    ]


def test_no_benchmark_used_the_fixture() -> None:
    assert [figure.test for figure in figures({}, REPORT)] == ["test_replay", "test_import[csv]"]


def test_figures_stand_between_the_markers_and_nothing_else_changes(tmp_path: Path) -> None:
    page, other = tmp_path / "speed.md", tmp_path / "other.md"
    page.write_text("# Speed\n\n<!-- figures -->\nold\n<!-- /figures -->\nafter\n", encoding="utf-8")
    other.write_text("no markers\n", encoding="utf-8")
    text = as_markdown(figures(MEASURED, REPORT), "2026-03-02", "2 cores")
    assert write(text, [page, other, tmp_path / "absent.md"]) == [page]
    written = page.read_text(encoding="utf-8")
    assert written.startswith("# Speed\n\n<!-- figures -->\n| benchmark | median | measured |\n")
    assert "| import (csv) | 12.3 ms | readings per second 1,200,000; times faster 2.5 |" in written
    assert written.endswith("Measured on 2026-03-02: 2 cores.\n<!-- /figures -->\nafter\n")
    assert write(text, [page]) == []


def test_the_page_says_what_every_benchmark_compares() -> None:
    page = (ROOT / "docs" / "reference" / "speed.md").read_text(encoding="utf-8")
    missing = [path.name for path in sorted((ROOT / "bench").glob("test_*.py")) if f"`bench/{path.name}`" not in page]
    assert missing == [], "docs/reference/speed.md says nothing of these"
    named = set(re.findall(r"`bench/(test_\w+\.py)`", page))
    assert named == {path.name for path in (ROOT / "bench").glob("test_*.py")}
