"""``vigie measure noise`` on files made here: what it prints, and every way to use it wrongly."""

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from tests.vigie.running import vigie
from vigie.cli import main

Values = npt.NDArray[np.float64]


def tone(seconds: float = 3, amplitude: float = 0.5, rate: int = 48_000) -> Values:
    return amplitude * np.sin(2 * np.pi * 1000 * np.arange(round(seconds * rate)) / rate)


def written(path: Path, samples: Values, rate: int = 48_000, subtype: str = "PCM_16") -> Path:
    soundfile.write(str(path), samples, rate, subtype=subtype)
    return path


def measured(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    main_to_its_end("measure", "noise", *arguments, "--json")
    found = json.loads(capsys.readouterr().out, parse_constant=lambda name: pytest.fail(f"{name} in the JSON"))
    assert isinstance(found, dict)
    return found


def main_to_its_end(*arguments: object) -> None:
    with pytest.raises(SystemExit) as end:
        main([str(argument) for argument in arguments])
    assert end.value.code == 0


@pytest.mark.parametrize(
    ("name", "subtype"), [("a.wav", "PCM_16"), ("a.wav", "PCM_24"), ("a.wav", "FLOAT"), ("a.flac", "PCM_24")]
)
def test_sine_of_one_pascal_amplitude(
    tmp_path: Path, name: str, subtype: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = measured(capsys, written(tmp_path / name, tone(), subtype=subtype), "--full-scale-pa", 2)
    assert found["duration"] == 3.0
    for level in ("laeq", "lceq", "lzeq", "lafmax", "l10", "l50", "l90"):
        assert found[level] == pytest.approx(90.97, abs=0.03), level
    assert found["third_octaves"]["1000"] == pytest.approx(90.97, abs=0.03)
    assert list(found["third_octaves"])[::16] == ["12.5", "500", "20000"]
    assert found["lae"] == pytest.approx(found["laeq"] + 4.771, abs=0.002)
    assert found["over_range"] is False
    assert found["under_range"] is False


def test_calibration_from_a_recording(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calibration = written(tmp_path / "calibration.wav", tone(5, 0.05))
    found = measured(
        capsys, written(tmp_path / "a.wav", tone()), "--calibration", calibration, "--calibrator", 94
    )  # fmt: skip
    assert found["laeq"] == pytest.approx(114.0, abs=0.03)


def test_one_of_two_channels(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "a.wav", np.stack([tone(), tone(amplitude=0.05)], axis=1))
    assert measured(capsys, file, "--full-scale-pa", 2, "--channel", 2)["laeq"] == pytest.approx(70.97, abs=0.03)


def test_silence_is_null_with_its_reason_and_clipping_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    silent = measured(capsys, written(tmp_path / "a.wav", np.zeros(96_000)), "--full-scale-pa", 2)
    assert silent["laeq"] is silent["lceq_minus_laeq"] is silent["l50"] is silent["third_octaves"]["1000"] is None
    assert any("digital silence" in note for note in silent["notes"])
    clipped = measured(capsys, written(tmp_path / "b.wav", np.clip(tone(amplitude=2), -1, 1)), "--full-scale-pa", 2)
    assert clipped["over_range"] is True
    assert any("OVER RANGE" in note for note in clipped["notes"])
    narrow = measured(capsys, written(tmp_path / "c.wav", tone(rate=44_100), 44_100), "--full-scale-pa", 2)
    assert narrow["third_octaves"]["20000"] is None
    assert any("half the sample rate" in note for note in narrow["notes"])
    faint = measured(capsys, tmp_path / "c.wav", "--full-scale-pa", 1e-4, "--noise-floor", 30)
    assert faint["under_range"] is True


def test_person_reads_a_table_and_seconds_go_to_a_file(tmp_path: Path) -> None:
    file, seconds = written(tmp_path / "a.wav", tone()), tmp_path / "seconds.csv"
    said = vigie("measure", "noise", file, "--full-scale-pa", 2, "--seconds", seconds).stdout
    for words in ("LAeq", "91.0", "LCpeak", "third octave", "every 10 ms", "uncertainty is that of the microphone"):
        assert words in said
    lines = seconds.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "second,laeq"
    assert len(lines) == 4


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("good.wav",), "no sound level"),
        (("good.wav", "--full-scale-pa", "0"), "above 0"),
        (("good.wav", "--full-scale-pa", "2", "--calibration", "good.wav"), "exclude each other"),
        (("good.wav", "--calibration", "short.wav"), "short.wav: the calibration lasts"),
        (("good.wav", "--calibration", "good.wav", "--calibrator", "9"), "94 or 114"),
        (("none.wav", "--full-scale-pa", "2"), "none.wav: no such file"),
        (("text.wav", "--full-scale-pa", "2"), "text.wav: not a sound file"),
        (("empty.wav", "--full-scale-pa", "2"), "empty.wav: holds no samples"),
        (("low.wav", "--full-scale-pa", "2"), "low.wav: sample rate 16000 Hz"),
        (("nan.wav", "--full-scale-pa", "2"), "nan.wav: a sample 1.042 s after the start is not a number"),
        (("short.wav", "--full-scale-pa", "2"), "short.wav: 0.5 s of sound; a level needs at least 1 s"),
        (("two.wav", "--full-scale-pa", "2"), "two.wav: 2 channels; say which"),
        (("good.wav", "--full-scale-pa", "2", "--channel", "2"), "--channel 2, but the file has 1"),
        (("good.wav", "--full-scale-pa", "2", "--seconds", "none/x.csv"), "cannot be written"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_wrong_use_is_one_line(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: tuple[str, ...],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    written(Path("good.wav"), tone(5))
    written(Path("short.wav"), tone(0.5))
    written(Path("empty.wav"), np.zeros(0))
    written(Path("low.wav"), tone(rate=16_000), 16_000)
    written(Path("two.wav"), np.zeros((96_000, 2)))
    wrong = tone()
    wrong[50_000] = np.nan
    written(Path("nan.wav"), wrong, subtype="FLOAT")
    Path("text.wav").write_text("not a sound", encoding="utf-8")

    with pytest.raises(SystemExit) as end:
        main(["measure", "noise", *arguments])

    assert end.value.code == 2
    told = capsys.readouterr().err
    assert says in told
    assert told.count("\n") == 1


def test_file_cut_off_is_measured_as_far_as_it_goes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(tmp_path / "a.wav", tone(4))
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    assert struct.unpack("<I", whole[40:44])[0] == 4 * 48_000 * 2
    assert measured(capsys, file, "--full-scale-pa", 2)["duration"] == pytest.approx(2, abs=0.01)
