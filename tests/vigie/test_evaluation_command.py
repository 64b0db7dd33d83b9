"""``vigie evaluate`` as a person types it."""

import json
import signal
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest

from tests.vigie.running import vigie
from vigie.cli import main

SHORT = ("--days", "1", "--kits", "1", "--processes", "1", "--seed", "5")


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """What a verb that succeeds prints."""
    main_returns(0, *arguments)
    return capsys.readouterr().out


def main_returns(code: int, *arguments: object) -> None:
    with pytest.raises(SystemExit) as end:
        main([str(each) for each in arguments])
    assert (end.value.code or 0) == code


def test_tables_report_and_figures_of_a_quiet_workplace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "evaluation"

    out = told(capsys, "evaluate", "quiet-control", "-n", 3, *SHORT, "--out", folder)

    assert "quiet_control (control)" in out
    assert (
        "campaigns of the quiet control without an exposure ticket: 100.0 % (3 of 3), expected 98 or more: yes" in out
    )
    assert {path.name for path in folder.iterdir()} >= {"campaigns.parquet", "values.parquet", "report.html"}
    assert pl.read_parquet(folder / "campaigns.parquet")["family"].unique().to_list() == ["quiet_control"]


def test_figures_as_json_are_the_same_again(capsys: pytest.CaptureFixture[str]) -> None:
    ask = ("evaluate", "hair_salon", "-n", 3, *SHORT, "--json")

    once, again = told(capsys, *ask), told(capsys, *ask)

    assert once == again
    found = json.loads(once)
    assert found["campaigns"] == 3
    assert found["conditions"]["command"] == (
        "vigie evaluate hair_salon --campaigns 3 --seed 5 --days 1 --kits 1 "
        "--model vigie-sim-basic,vigie-sim,vigie-sim-reference"
    )


def test_one_campaign_alone_is_told_in_full_and_is_that_of_the_evaluation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told(capsys, "evaluate", "hair_salon", "-n", 3, *SHORT, "--out", tmp_path / "all")

    out = told(capsys, "evaluate", "hair_salon", "--only", 2, *SHORT)
    assert "hair_salon 2, over: " in out
    assert "formaldehyde-guide *" in out
    alone = json.loads(told(capsys, "evaluate", "hair_salon", "--only", 2, *SHORT, "--json"))
    for name in ("outcomes", "values", "decisions"):
        kept = pl.read_parquet(tmp_path / "all" / f"{name}.parquet").filter(pl.col("number") == 2)
        assert alone[name] == kept.to_dicts()


def test_check_says_no_where_the_kit_does_not_see_what_the_worker_breathes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (files("firmware_sim") / "workplaces" / "hair_salon.yaml").read_text(encoding="utf-8")
    lines = ["      near_air: 0.0002" if "near_air:" in line else line for line in text.splitlines()]
    arms_length = tmp_path / "arms_length.yaml"
    arms_length.write_text("\n".join(lines), encoding="utf-8")

    main_returns(1, "evaluate", arms_length, "-n", 6, *SHORT, "--days", 3, "--check")

    out = capsys.readouterr().out
    (clear,) = [line for line in out.splitlines() if line.startswith("clear exceedances")]
    assert clear.endswith("expected 95 or more: NO")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["joinry"], 'there is no workplace "joinry"; did you mean "joinery"?'),
        (["joinery", "-n", "0"], "--campaigns is 0; expected 1 to 100000, of each workplace"),
        (["joinery", "--seed", "-1"], "--seed is -1; expected 0 or more"),
        (["joinery", "--days", "3;5"], '--days is "3;5"; expected whole numbers with commas between them'),
        (["joinery", "--kits", "1,9"], "--kits has 9; expected 1 to 5"),
        (["joinery", "--model", "vigie-sim,vigie-smi"], '--model has "vigie-smi"; did you mean "vigie-sim"?'),
        (["joinery", "--processes", "0"], "--processes is 0; expected 1 or more"),
        (["joinery", "--resume"], "--resume goes on with a folder; name it with --out DIR"),
        (["--only", "3"], "--only is about one campaign of one workplace; name the workplace"),
        (["joinery", "--only", "3", "--out", "new", "--check"], "--out, --check would do nothing: --only prints one"),
        (["joinery", "joinery"], 'two workplaces are called "joinery"'),
        (["joinery", "--html", "nowhere/report.html"], "nowhere/report.html: cannot be written; there is no folder"),
        (["joinery", "--pack", "nowhere.yaml"], "nowhere.yaml: cannot be read"),
    ],
)
def test_what_cannot_be_asked_for_is_told_in_one_line(
    arguments: list[str], line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    main_returns(2, "evaluate", *arguments)

    error = capsys.readouterr().err
    assert line in error
    assert error.count("\n") == 1


def test_an_evaluation_that_was_stopped_says_how_to_go_on_and_does(tmp_path: Path) -> None:
    folder = tmp_path / "evaluation"
    ask = ["evaluate", "quiet_control", "-n", "200", "--days", "1", "--kits", "1", "--out", str(folder)]
    process = subprocess.Popen(
        [sys.executable, "-m", "vigie", *ask, "--processes", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 120
    while not any((folder / "parts").glob("quiet*")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "of 200 campaigns are in" in error
    assert "go on with the same command and --resume" in error
    assert "Traceback" not in error
    refused = vigie(*ask, "--resume", "--seed", "2", code=2)
    assert "has seed 1, asked for is 2" in refused.stderr
