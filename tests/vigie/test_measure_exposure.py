"""Occupational noise on the command line: typed levels, an ISO 9612 plan, the log of a sound level meter."""

import json
from pathlib import Path

import pytest

from tests.shared_data import require_shared
from tests.vigie.running import PROJECT
from vigie.cli import main
from vigie.commands.measure_exposure import _verdict

CIRRUS = PROJECT / "examples" / "cirrus" / "mapping.toml"


def said(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """What ``vigie measure …`` prints; standard error where it ends with another code."""
    with pytest.raises(SystemExit) as end:
        main(["measure", *arguments])
    assert end.value.code == code
    printed = capsys.readouterr()
    return printed.out if code == 0 else printed.err


@pytest.mark.parametrize(
    ("recording", "level"),
    [("0010ms", 36.26), ("0063ms", 35.19), ("0250ms", 35.42), ("0500ms", 35.51), ("1000ms", 35.42)],
)
def test_file_level_of_a_cirrus_log(recording: str, level: float, capsys: pytest.CaptureFixture[str]) -> None:
    """SOURCE.txt of the recordings, computed there from two decimals; the files carry one."""
    path = require_shared(f"datasets/cirrus_slm_logs/det_global_{recording}_semicolon_1dec.csv")
    found = json.loads(said(capsys, "levels", str(path), "--mapping", str(CIRRUS), "--json"))
    assert found["laeq"]["leq"] == pytest.approx(level, abs=0.1)
    assert found["laeq"]["coverage"] == 1.0
    assert found["lcpeak"]["leq"] is None
    assert found["lcpeak"]["highest"] > found["lafmax"]["highest"]


def test_log_without_a_mapping_gives_the_same_level(capsys: pytest.CaptureFixture[str]) -> None:
    path = require_shared("datasets/cirrus_slm_logs/det_global_1000ms_comma_2dec.csv")
    assert "L_eq 35.42" in said(capsys, "levels", str(path))


def test_impossible_levels_are_left_out_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "night.csv"
    levels = [60, -300, 70, 900]
    rows = "".join(f"2026-03-02T09:00:0{second}Z,{level}\n" for second, level in enumerate(levels))
    log.write_text(f"time,laeq (dB)\n{rows}", encoding="utf-8")
    found = json.loads(said(capsys, "levels", str(log), "--json"))["laeq"]
    assert (found["readings"], found["left_out"]) == (2, 2)
    assert "  2 more left out: outside 15 to 140 dB" in said(capsys, "levels", str(log))


def test_log_without_a_level_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = tmp_path / "room.csv"
    log.write_text("time;co2 (ppm)\n2026-03-02 08:00:00;500\n2026-03-02 08:01:00;510\n", encoding="utf-8")
    assert said(capsys, "levels", str(log), code=2) == (
        "room.csv: no column is a sound level; expected laeq, lafmax or lcpeak (--mapping says which is what)\n"
    )


def test_a_folder_is_no_log(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "levels", str(tmp_path), code=2).startswith(f"{tmp_path}: is a folder; expected the log")


def test_typed_day(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(said(capsys, "noise-exposure", "90:4h", "85:2h", "80:1h30", "80:30min", "--json"))
    assert round(found["lex_8h"], 2) == 87.81
    assert found["hours"] == 8.0
    assert "L_EX,8h                    87.8 dB(A)" in said(capsys, "noise-exposure", "90:4h", "85:2h", "80:2h")


@pytest.mark.parametrize("week", ["90,82,85,79,88", "90 82 85 79 88", "90,0; 82,0; 85; 79; 88"])
def test_typed_week(week: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert round(json.loads(said(capsys, "noise-exposure", "--week", week, "--json"))["lex_40h"], 2) == 86.41


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["95"], '"95": expected LEVEL:TIME'),
        (["95:2"], '"95:2": expected LEVEL:TIME'),
        (["95:"], '"95:": expected LEVEL:TIME'),
        (["loud:2h"], '"loud" is no level'),
        (["95:30h"], "at most 24 h"),
        ([], "give either levels with times"),
        (["95:2h", "--week", "80"], "not both"),
    ],
)
def test_mistyped_days(typed: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert words in said(capsys, "noise-exposure", *typed, code=2)


def test_welders_of_the_example(capsys: pytest.CaptureFixture[str]) -> None:
    plan = str(PROJECT / "examples" / "iso9612" / "welders.yaml")
    assert "action value 85 dB(A): cannot be said to be below (84.3 + 2.8 = 87.1)" in said(capsys, "iso9612", plan)
    found = json.loads(said(capsys, "iso9612", plan, "--json"))
    assert [round(found[name], 1) for name in ("lex_8h", "u", "expanded_uncertainty")] == [84.3, 1.7, 2.8]
    job = json.loads(said(capsys, "iso9612", str(PROJECT / "examples" / "iso9612" / "production.yaml"), "--json"))
    assert round(job["expanded_uncertainty"], 1) == 3.8


@pytest.mark.parametrize(
    ("level", "expanded", "limit", "words"),
    [
        (84.3, 2.8, 85.0, "cannot be said to be below (84.3 + 2.8 = 87.1)"),
        (83.37, 3.03, 80.0, "reached, with 95 % confidence (83.37 − 3.03 = 80.34)"),  # 83.4 − 3.0 is not 80.3
        (88.16, 3.77, 85.0, "reached, but not with 95 % confidence (88.2 − 3.8 = 84.4)"),
        (82.96, 2.01, 85.0, "below, with 95 % confidence (82.96 + 2.01 = 84.97)"),  # below 85.0 = 85.0 would be odd
    ],
)
def test_the_sum_beside_a_verdict_adds_up(level: float, expanded: float, limit: float, words: str) -> None:
    assert _verdict(level, expanded, limit) == words


def test_every_mistake_of_a_plan_is_told_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text(
        "strategy: tasks\ninstrument: class-1\ntasks:\n  - name: saw\n    hours: 26\n    levels: [80, loud]\n"
        "  - name: glue\n    hour: 2\n    levels: []\n",
        encoding="utf-8",
    )
    assert said(capsys, "iso9612", str(plan), code=2).splitlines() == [
        'plan.yaml:1: strategy is "tasks"; expected one of task, job, full-day; did you mean "task"?',
        'plan.yaml:5: tasks[0].hours is "26"; expected hours; a day has up to 24 h',
        'plan.yaml:6: tasks[0].levels[1] is "loud"; expected a level, dB(A); write a number',
        "plan.yaml:7: tasks[1].hours is missing; expected hours; add hours: …",
        'plan.yaml:8: tasks[1].hour is not a key here; did you mean "hours"?',
        "plan.yaml:9: tasks[1].levels is empty; expected the levels measured, dB(A); write levels: [80.1, 82.2, 79.6]",
    ]


def test_plan_that_cannot_be_computed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = tmp_path / "plan.yaml"
    plan.write_text("strategy: job\ninstrument: personal\nhours: 8\nlevels: [60, 80, 100]\n", encoding="utf-8")
    assert "plan.yaml: the samples scatter by 20.0 dB" in said(capsys, "iso9612", str(plan), code=2)
    assert "cannot be read" in said(capsys, "iso9612", str(tmp_path / "absent.yaml"), code=2)
