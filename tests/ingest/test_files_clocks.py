"""Local times of files around the changes of clocks."""

from pathlib import Path

import polars as pl
import pytest

from ingest.file_errors import FileImportError, QuestionError, UnreadableCellsError
from ingest.files import FileReading, read_file
from ingest.localtime import fixed_offset, zone_problem
from ingest.mapping import Ambiguous, Hints

OCTOBER = 1729983600000
"""2024-10-27 01:00 in Paris, one hour before the hour that comes twice [ms UTC]: 2024-10-26T23:00Z."""
HOUR = 3_600_000
MINUTE = 60_000


def written(path: Path, times: list[str]) -> Path:
    path.write_text("date;CO2\n" + "".join(f"{time};600\n" for time in times), encoding="utf-8")
    return path


def imported(path: Path, zone: str = "Europe/Paris", ambiguous: Ambiguous = Ambiguous.ORDER) -> FileReading:
    return read_file(path, kit="kit-1", received=0, hints=Hints(timezone=zone, ambiguous=ambiguous))


def instants(reading: FileReading) -> list[int]:
    return pl.concat(chunk.frame for chunk in reading)["instant"].to_list()


def wall(instant: int) -> str:
    times = pl.Series([instant]).cast(pl.Datetime("ms", "UTC")).dt.convert_time_zone("Europe/Paris")
    return times.dt.strftime("%Y-%m-%d %H:%M:%S")[0]


@pytest.mark.parametrize("step", [MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR])
def test_order_of_rows_tells_the_two_october_hours_apart(tmp_path, step):
    true = list(range(OCTOBER, OCTOBER + 5 * HOUR, step))
    path = written(tmp_path / "night.csv", [wall(instant) for instant in true])
    assert instants(imported(path)) == true


def test_order_is_followed_from_chunk_to_chunk(tmp_path, monkeypatch):
    monkeypatch.setattr("ingest.csvrows.BLOCK_BYTES", 100)
    monkeypatch.setattr("ingest.sniff.READ_BYTES", 64)
    true = list(range(OCTOBER, OCTOBER + 5 * HOUR, 5 * MINUTE))
    path = written(tmp_path / "night.csv", [wall(instant) for instant in true])
    reading = imported(path)
    assert len(list(reading)) > 5
    assert instants(reading) == true


def test_october_hour_seen_once_is_asked_about(tmp_path):
    minutes = [f"2024-10-27 0{hour}:{minute:02}:00" for hour in (1, 2, 3) for minute in range(0, 60, 10)]
    with pytest.raises(QuestionError) as caught:
        imported(written(tmp_path / "night.csv", minutes))
    assert str(caught.value).startswith("night.csv:8: 2024-10-27 02:00:00 comes twice in Europe/Paris")
    assert '"+01:00"' in str(caught.value)


def test_file_that_ends_inside_the_october_hour_is_asked_about(tmp_path):
    with pytest.raises(QuestionError, match="comes twice"):
        imported(written(tmp_path / "night.csv", ["2024-10-27 01:50:00", "2024-10-27 02:00:00", "2024-10-27 02:10:00"]))


def test_rows_out_of_order_in_the_october_hour_are_asked_about(tmp_path):
    times = [f"2024-10-27 02:{minute:02}:00" for minute in (0, 10, 5, 20, 30, 0, 10)]
    with pytest.raises(QuestionError, match="more than once"):
        imported(written(tmp_path / "night.csv", ["2024-10-27 01:50:00", *times, "2024-10-27 03:00:00"]))


@pytest.mark.parametrize(("policy", "late"), [(Ambiguous.EARLIEST, 0), (Ambiguous.LATEST, HOUR)])
def test_policy_says_which_october_hour(tmp_path, policy, late):
    times = ["2024-10-27 01:30:00", "2024-10-27 02:30:00", "2024-10-27 03:30:00"]
    found = instants(imported(written(tmp_path / "night.csv", times), ambiguous=policy))
    assert found == [OCTOBER + HOUR // 2, OCTOBER + HOUR * 3 // 2 + late, OCTOBER + HOUR * 7 // 2]


def test_policy_refuse_makes_a_bad_cell(tmp_path):
    with pytest.raises(UnreadableCellsError, match=r"night.csv:3: date is .*comes twice"):
        imported(
            written(tmp_path / "night.csv", ["2024-10-27 01:30:00", "2024-10-27 02:30:00"]), ambiguous=Ambiguous.REFUSE
        )


def test_hour_march_leaves_out_is_a_bad_cell_with_the_mend(tmp_path):
    path = written(tmp_path / "night.csv", ["2024-03-31 01:30:00", "2024-03-31 02:30:00", "2024-03-31 03:30:00"])
    with pytest.raises(UnreadableCellsError) as caught:
        imported(path)
    assert str(caught.value).startswith(
        'night.csv:3: date is "2024-03-31 02:30:00"; there is no such time in Europe/Paris'
    )
    assert '--timezone "+01:00" or "+02:00"' in str(caught.value)
    assert instants(imported(path, "+01:00")) == [1711845000000 + step * HOUR for step in range(3)]


def test_march_night_loses_no_time(tmp_path):
    true = list(range(1711839600000, 1711839600000 + 4 * HOUR, 10 * MINUTE))
    path = written(tmp_path / "night.csv", [wall(instant) for instant in true])
    assert instants(imported(path)) == true


def test_times_with_their_own_offset_need_no_zone(tmp_path):
    path = written(
        tmp_path / "night.csv", ["2024-10-27T02:30:00+02:00", "2024-10-27T02:30:00+01:00", "2024-10-27T01:45:00Z"]
    )
    reading = read_file(path, kit="kit-1", received=0)
    assert instants(reading) == [1729989000000, 1729992600000, 1729993500000]


def test_one_time_without_offset_among_others_is_bad(tmp_path):
    path = written(tmp_path / "night.csv", ["2024-10-27T00:30:00Z", "2024-10-27T00:40:00", "2024-10-27T00:50:00Z"])
    with pytest.raises(UnreadableCellsError, match=r"night.csv:3: .*expected an offset from UTC"):
        read_file(path, kit="kit-1", received=0)


def test_unknown_zone_names_the_one_that_was_meant(tmp_path):
    path = written(tmp_path / "night.csv", ["2024-10-27 08:30:00"])
    for zone, meant in (("Europe/Pari", "Europe/Paris"), ("paris", "Europe/Paris")):
        with pytest.raises(FileImportError, match=f'did you mean "{meant}"'):
            imported(path, zone)


@pytest.mark.parametrize(
    ("zone", "minutes"), [("+01:00", 60), ("-0500", -300), ("UTC+2", 120), ("Z", 0), ("UTC", 0), ("+05:30", 330)]
)
def test_fixed_offsets(zone, minutes):
    offset = fixed_offset(zone)
    assert offset is not None
    assert offset.total_seconds() == 60 * minutes
    assert zone_problem(zone) is None


def test_an_offset_of_a_day_is_no_offset():
    assert fixed_offset("+25:00") is None
    assert zone_problem("+25:00")
