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
    soundfile.write(path, samples, rate, subtype=subtype)
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
    assert not any("too short a recording" in note for note in silent["notes"])
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
    assert lines[0] == "seconds,laeq,lafmax,lcpeak"
    assert [line.split(",")[0] for line in lines[1:]] == ["1", "2", "3"]
    assert float(lines[2].split(",")[1]) == pytest.approx(90.97, abs=0.03)


def test_dated_seconds_are_readings(tmp_path: Path) -> None:
    seconds, workspace = tmp_path / "seconds.csv", tmp_path / "service"
    sound = np.concatenate([tone(4), np.zeros(48_000 * 14), tone(2)])
    file = written(tmp_path / "a.wav", sound)
    said = vigie(
        "measure", "noise", file, "--full-scale-pa", 2, "--seconds", seconds, "--start", "2026-03-02T08:00:00.5+01:00"
    )  # fmt: skip
    assert f"vigie import {seconds} --kit KIT" in said.stderr
    lines = seconds.read_text(encoding="utf-8").splitlines()
    assert lines[1].startswith("2026-03-02T08:00:01.500+01:00,90.9")
    assert len(lines) == 21
    assert lines[17].endswith(",,,")  # digital silence has no level

    vigie("init", workspace)
    vigie("import", seconds, "--kit", "microphone-1", "--workspace", workspace)
    listed = vigie("readings", "--kit", "microphone-1", "--json", "--workspace", workspace).stdout
    readings = json.loads(listed)
    assert {reading["quantity"] for reading in readings} == {"laeq", "lafmax", "lcpeak"}
    assert min(reading["time"] for reading in readings).startswith("2026-03-02T07:00:01.5")


def test_calibration_before_and_after(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, before = written(tmp_path / "a.wav", tone()), written(tmp_path / "before.wav", tone(5, 0.05))
    after = written(tmp_path / "after.wav", tone(5, 0.05 * 10 ** (0.7 / 20)))
    found = measured(capsys, file, "--calibration", before, "--calibration", after)
    assert found["laeq"] == pytest.approx(114.0, abs=0.03)
    assert found["calibration_drift"] == pytest.approx(0.7, abs=0.01)
    assert any("+0.7 dB after against before" in note for note in found["notes"])
    arguments = ("measure", "noise", file, "--calibration", before, "--calibration", after)
    assert "more after than before" not in vigie(*arguments).stdout


@pytest.mark.parametrize(
    ("subtype", "samples", "options", "says"),
    [
        ("FLOAT", tone(amplitude=1.9), ("--full-scale-pa", 1), "1.9 times full scale"),
        ("PCM_16", tone(), ("--full-scale-pa", 2_000), "LAeq 151 dB is hardly"),
        ("PCM_16", tone(), ("--full-scale-pa", 1e-6), "is hardly that of a workplace"),
        ("PCM_16", tone(), ("--full-scale-pa", 94), "level of a calibrator meant"),
        ("PCM_16", tone(5, 0.05), ("--calibration", "a.wav", "--calibrator", 100), "94, 104, 114 or 124"),
        ("PCM_U8", tone(amplitude=0.008), ("--full-scale-pa", 20), "rounding to 8 bits makes a noise of 67 dB"),
        ("PCM_U8", np.clip(tone(amplitude=3), -1, 1), ("--full-scale-pa", 20), "OVER RANGE"),
    ],
    ids=["floats beyond 1", "too loud", "too faint", "94 Pa", "calibrator of 100 dB", "8 bits", "8 bits clipped"],
)
def test_what_is_doubtful_is_remarked(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    subtype: str,
    samples: Values,
    options: tuple[object, ...],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    found = measured(capsys, written(Path("a.wav"), samples, subtype=subtype), *options)
    assert any(says in note for note in found["notes"]), found["notes"]
    assert found["over_range"] is (says == "OVER RANGE")


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
        (("low.wav", "--full-scale-pa", "2"), "low.wav: sample rate 22050 Hz"),
        (("a.ogg", "--full-scale-pa", "2"), "a.ogg: Vorbis leaves sound out"),
        (("a.mp3", "--full-scale-pa", "2"), "a.mp3: MPEG Layer III leaves sound out"),
        (("law.wav", "--full-scale-pa", "2"), "law.wav: U-Law leaves sound out"),
        (("phone.m4a", "--full-scale-pa", "2"), "phone.m4a: m4a leaves sound out"),
        (("cut.flac", "--full-scale-pa", "2"), "cut.flac: cannot be read to its end"),
        ((".", "--full-scale-pa", "2"), "is a folder"),
        (("good.wav", "--full-scale-pa", "-2"), "above 0"),
        (("good.wav", "--calibration", "good.wav", "--calibration", "./good.wav"), "given twice"),
        (("good.wav", *["--calibration", "good.wav"] * 3), "given 3 times"),
        (("two.wav", "--full-scale-pa", "2", "--channel", "0"), "--channel 0, but the file has 2"),
        (("good.wav", "--full-scale-pa", "2", "--seconds", "./good.wav"), "would be overwritten"),
        (("good.wav", "--full-scale-pa", "2", "--start", "2026-03-02T08:00Z"), "--seconds FILE"),
        (("good.wav", "--full-scale-pa", "2", "--seconds", "a.csv", "--start", "2026-03-02T08:00"), "no offset"),
        (("good.wav", "--full-scale-pa", "2", "--seconds", "a.csv", "--start", "today"), "expected an instant"),
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
    written(Path("low.wav"), tone(rate=22_050), 22_050)
    written(Path("law.wav"), tone(), subtype="ULAW")
    written(Path("a.ogg"), tone(), subtype="VORBIS")
    written(Path("a.mp3"), tone(), subtype="MPEG_LAYER_III")
    Path("phone.m4a").write_bytes(b"\x00\x00\x00\x1cftypM4A ")
    flac = written(Path("cut.flac"), np.random.default_rng(1).normal(0, 0.1, 480_000)).read_bytes()
    Path("cut.flac").write_bytes(flac[: len(flac) // 2])
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
    found = measured(capsys, file, "--full-scale-pa", 2)
    assert found["duration"] == pytest.approx(2, abs=0.01)
    assert "the file ends after 2.0 s of the 4.0 s its header announces: was it copied whole?" in found["notes"]
    file.write_bytes(whole[:40] + b"\xff" * 4 + whole[44:])  # a recorder that never learnt the length
    assert not any("header announces" in note for note in measured(capsys, file, "--full-scale-pa", 2)["notes"])
