"""Run the benchmarks and write what they measured into the documentation and the README.

``python bench/figures.py`` runs everything in ``bench/``; ``python bench/figures.py bench/test_store.py`` only that.
The figures stand between ``<!-- figures -->`` and ``<!-- /figures -->`` and are never typed by hand.
"""

import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "docs" / "reference" / "speed.md", ROOT / "README.md")
_MARKED = re.compile(r"(<!-- figures -->\n).*?(<!-- /figures -->)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Figure:
    """What one benchmark measured.

    Attributes
    ----------
    file, test : str
        Where it is: ``test_store`` and the test's name without ``test_``.
    median : float or None
        Of one round [s]; None for a benchmark that times itself.
    said : str
        Rates and ratios, in the benchmark's own words.
    """

    file: str
    test: str
    median: float | None
    said: str


def run(paths: Sequence[str]) -> list[Figure]:
    """Run benchmarks and read what they measured; exits with pytest's code when one fails."""
    with tempfile.TemporaryDirectory() as folder:
        times, report = Path(folder, "times.json"), Path(folder, "report.xml")
        command = [
            *(sys.executable, "-m", "pytest", "-q", "-o", "junit_logging=system-out", "-o", "junit_family=xunit1"),
            *(f"--benchmark-json={times}", f"--junitxml={report}", *paths),
        ]
        code = subprocess.run(command, cwd=ROOT, check=False).returncode
        if code:
            sys.exit(code)
        # pytest-benchmark leaves the file empty when no benchmark used its fixture.
        measured = json.loads(times.read_text(encoding="utf-8") or "{}") if times.exists() else {}
        return figures(measured, report.read_text(encoding="utf-8"))


def figures(measured: Mapping[str, Any], report: str) -> list[Figure]:
    """Figures of pytest-benchmark's JSON; what a test printed stands for the rates it did not name."""
    said = {
        _name(case.get("classname", ""), case.get("name", "")): "; ".join(_lines(case.findtext("system-out") or ""))
        for case in ET.fromstring(report).iter("testcase")  # noqa: S314 - see above
    }
    found = []
    for one in measured.get("benchmarks", []):
        file, _, test = one["fullname"].partition("::")
        rates = "; ".join(f"{name.replace('_', ' ')} {_number(value)}" for name, value in one["extra_info"].items())
        printed = said.pop((Path(file).stem, test), "")
        found.append(Figure(Path(file).stem, test, one["stats"]["median"], rates or printed))
    found += [Figure(*name, None, words) for name, words in said.items() if words]
    return sorted(found, key=lambda figure: figure.file)


def as_markdown(found: Sequence[Figure], day: str, machine: str) -> str:
    """The figures as a table, with where and when they were measured."""
    lines = ["| benchmark | median | measured |", "|---|---|---|"]
    for figure in found:
        time = "" if figure.median is None else _time(figure.median)
        lines.append(f"| {_words(figure)} | {time} | {figure.said.replace('|', '/')} |")
    return "\n".join([*lines, "", f"Measured on {day}: {machine}.", ""])


def write(text: str, pages: Sequence[Path] = PAGES) -> list[Path]:
    """Put the text between the markers of every page that has them; the pages written."""
    written = []
    for page in pages:
        before = page.read_text(encoding="utf-8") if page.exists() else ""
        after = _MARKED.sub(lambda match: match[1] + text + match[2], before)
        if after != before:
            page.write_text(after, encoding="utf-8")
            written.append(page)
    return written


def _name(module: str, test: str) -> tuple[str, str]:
    return module.rpartition(".")[2], test


def _words(figure: Figure) -> str:
    name, _, case = figure.test.removeprefix("test_").partition("[")
    return name.replace("_", " ") + (f" ({case.removesuffix(']')})" if case else "")


def _lines(text: str) -> list[str]:
    """What a test printed, without the headings pytest puts around it."""
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("---")]


def _number(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _time(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{seconds * 1e3:.3g} ms"


def _machine() -> str:
    """Processor, cores and Python, and nothing that names the machine."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    name = platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        model = re.search(r"^model name\s*: (.+)$", info.read_text(encoding="utf-8"), re.MULTILINE)
        name = model[1].strip() if model else name
    return f"{cores} cores of {name}, Python {platform.python_version()}"


def main() -> None:
    """Measure, write, and say where."""
    found = run(sys.argv[1:] or ["bench"])
    text = as_markdown(found, f"{datetime.now(UTC):%Y-%m-%d}", _machine())
    for page in write(text):
        sys.stdout.write(f"{page.relative_to(ROOT)} written\n")


if __name__ == "__main__":
    main()
