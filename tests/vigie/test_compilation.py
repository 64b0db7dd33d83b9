"""Whoever waits for a first compilation is told what for, and nobody else."""

from collections.abc import Callable
from pathlib import Path

import pytest

from vigie.compilation import announce_first_evaluation, announce_first_simulation

SIMULATED = ("lag.follow", "mixing.mix_one", "warmth.warm", "signal.energies", "windows.summarise")
JUDGED = ("rolling.extremes", "episodes.find_episodes", "quality.gap_flags")


@pytest.fixture
def disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where compiled code would be; there is none."""
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    return tmp_path


def compiled(disk: Path, *kernels: str) -> None:
    folder = disk / "kernels_0"
    folder.mkdir(exist_ok=True)
    for kernel in kernels:
        (folder / f"{kernel}-1.py311.1.nbc").touch()


@pytest.mark.parametrize("announce", [announce_first_simulation, announce_first_evaluation])
def test_a_first_run_says_in_one_line_why_it_takes_long(
    announce: Callable[[], None], disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    compiled(disk, *SIMULATED[1:], *JUDGED)

    announce()

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err == "Compiling the numerical kernels, once on this machine: this takes some seconds longer\n"


def test_a_second_run_says_nothing(disk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compiled(disk, *SIMULATED)
    announce_first_simulation()
    assert capsys.readouterr().err == ""

    announce_first_evaluation()  # an evaluation judges, which a simulation does not
    assert capsys.readouterr().err != ""

    compiled(disk, *JUDGED)
    announce_first_evaluation()
    assert capsys.readouterr().err == ""


def test_nothing_is_announced_where_nothing_is_compiled(
    disk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    announce_first_evaluation()
    assert (list(disk.iterdir()), capsys.readouterr().err) == ([], "")
