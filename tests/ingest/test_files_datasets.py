"""The real recordings beside the project, imported with the example mappings and without any."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from ingest.files import FileReading, read_file, read_mapping
from ingest.mapping import Hints
from tests.shared_data import require_shared

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ONE_DECIMAL = 0.05
"""Rounding of a level written with one decimal [dB]."""
RECEIVED = 1_700_000_000_000


def imported(path: Path, example: str, hints: Hints | None = None) -> FileReading:
    return read_file(path, read_mapping(EXAMPLES / example / "mapping.toml"), received=RECEIVED, hints=hints)


def readings(reading: FileReading) -> pl.DataFrame:
    return pl.concat(chunk.frame for chunk in reading)


def values(reading: FileReading, quantity: str) -> np.ndarray:
    return readings(reading).filter(pl.col("quantity") == quantity)["value"].to_numpy()


def instant(text: str) -> int:
    return int(np.datetime64(text, "ms").astype(np.int64))


@pytest.mark.parametrize(
    ("name", "rows", "first", "last", "share_over_1000"),
    [
        # Rows and dates: SOURCE.txt, local times are UTC + 1 h in winter. Shares of rows: near 12.0, 22.3, 15.5 %.
        ("datatraining.txt", 8143, "2015-02-04T16:51:00", "2015-02-10T08:33:00", 0.12),
        ("datatest.txt", 2665, "2015-02-02T13:19:00", "2015-02-04T09:43:00", 0.223),
        ("datatest2.txt", 9752, "2015-02-11T13:48:00", "2015-02-18T08:19:00", 0.155),
    ],
)
def test_uci_recordings_whose_header_is_one_name_short(name, rows, first, last, share_over_1000):
    reading = imported(require_shared(f"datasets/uci_occupancy/{name}"), "uci-office")
    report = reading.report
    assert (report.rows, report.readings) == (rows, 4 * rows)
    assert (report.first, report.last) == (instant(first), instant(last))
    assert report.median_step == 60.0
    assert report.ignored == ("row", "HumidityRatio", "Occupancy")
    co2 = values(reading, "co2")
    assert np.mean(co2 > 1000) == pytest.approx(share_over_1000, abs=0.002)


def test_uci_recording_needs_only_its_time_zone():
    path = require_shared("datasets/uci_occupancy/datatest.txt")
    guessed = read_file(path, kit="uci-office-1", received=RECEIVED, hints=Hints(timezone="Europe/Brussels"))
    assert "the first column has no name and counts the rows" in guessed.report.notes
    assert readings(guessed).equals(readings(imported(path, "uci-office")))


def test_a_uci_value_is_the_very_number_of_the_file():
    frame = readings(imported(require_shared("datasets/uci_occupancy/datatest.txt"), "uci-office"))
    third = frame.filter(pl.col("instant") == instant("2015-02-02T13:21:00")).sort("quantity")
    assert dict(zip(third["quantity"], third["value"], strict=True)) == {
        "co2": 769.666666666667,
        "humidity": 26.23,
        "illuminance": 572.666666666667,
        "temperature": 23.73,
    }


def test_smartcitizen_card_with_four_header_lines_null_and_kilopascals():
    reading = imported(require_shared("datasets/smartcitizen/example.csv"), "smartcitizen")
    report = reading.report
    assert report.rows == 1009
    assert (report.first, report.last) == (instant("2020-09-02T15:35:19"), instant("2020-09-02T23:59:19"))
    assert report.median_step == 30.0
    assert report.missing["CCS811_VOCS"] == 10
    assert report.missing["PM_25"] == 1009
    levels = values(reading, "laeq")
    # SOURCE.txt: energy mean 42.21 dB(A), arithmetic mean 32.49 dB(A).
    assert 10 * np.log10(np.mean(10 ** (levels / 10))) == pytest.approx(42.21, abs=0.005)
    assert np.mean(levels) == pytest.approx(32.49, abs=0.005)
    assert values(reading, "pressure")[0] == pytest.approx(1015.3)
    assert "BATT" in report.ignored


def test_smartcitizen_card_without_a_mapping_names_its_missing_marker():
    path = require_shared("datasets/smartcitizen/example.csv")
    guessed = read_file(path, kit="sck-demo-1", received=RECEIVED, hints=Hints(missing=("null",)))
    assert readings(guessed).equals(readings(imported(path, "smartcitizen")))
    assert "CCS811_ECO2" in guessed.report.ignored  # computed from the VOC sensor: no CO2 measurement


@pytest.mark.parametrize(
    ("name", "rows", "energy_mean"),
    [  # SOURCE.txt, from the same recordings with two decimals
        ("0010ms", 232, 36.26),
        ("0063ms", 47, 35.19),
        ("0250ms", 12, 35.42),
        ("0500ms", 11, 35.51),
        ("1000ms", 9, 35.42),
    ],
)
def test_cirrus_export_with_decimal_comma_and_date_and_time_apart(name, rows, energy_mean):
    reading = imported(require_shared(f"datasets/cirrus_slm_logs/det_global_{name}_semicolon_1dec.csv"), "cirrus")
    levels = values(reading, "laeq")
    assert levels.size == rows
    assert 10 * np.log10(np.mean(10 ** (levels / 10))) == pytest.approx(energy_mean, abs=ONE_DECIMAL)
    assert reading.report.repeated_instants == 0


def test_cirrus_comma_dialect_is_found_out_and_gives_the_same_instants():
    hints = Hints(timezone="Europe/London")
    comma = read_file(
        require_shared("datasets/cirrus_slm_logs/det_global_1000ms_comma_2dec.csv"),
        kit="cirrus-1",
        received=RECEIVED,
        hints=hints,
    )
    semicolon = imported(
        require_shared("datasets/cirrus_slm_logs/det_global_1000ms_semicolon_1dec.csv"), "cirrus", hints
    )
    one, other = readings(comma).sort("quantity", "instant"), readings(semicolon).sort("quantity", "instant")
    assert one["instant"].equals(other["instant"])
    assert np.abs(one["value"].to_numpy() - other["value"].to_numpy()).max() < 0.0501
    assert one["instant"][0] == instant("2014-08-19T00:32:14")  # 01:32:14 in British summer time


def test_cirrus_summary_is_no_table_of_readings():
    path = require_shared("datasets/cirrus_slm_logs/det_global_general_semicolon_1dec.csv")
    with pytest.raises(ValueError, match=r"no column holds dates with times"):
        read_file(path, kit="k", received=RECEIVED, hints=Hints(timezone="Europe/Paris"))


def test_epa_export_with_byte_order_mark_and_preamble():
    reading = imported(require_shared("datasets/epa_sensortoolkit/toco_toucan_RT01_raw.csv"), "epa")
    report = reading.report
    assert report.rows == 42836
    assert report.first == instant("2019-08-01T12:11:00")  # 07:11 at UTC-05:00
    assert report.median_step == 60.0
    assert values(reading, "pm2_5")[0] == 5.4
    assert report.ignored == ("NO2 (ppb)", "O3 (ppb)", "DP (°C)", "Inlet")


def test_epa_reference_table_with_two_dates_a_row_is_a_question():
    path = require_shared("datasets/epa_sensortoolkit/airnowtech_example_reference_data.csv")
    with pytest.raises(ValueError, match=r"any of the columns Date \(UTC\), Date \(LST\), Time \(UTC\), Time \(LST\)"):
        read_file(path, kit="k", received=RECEIVED)


def test_example_registry_covers_the_smartcitizen_recording():
    from catalog.registry import parse_registry

    text = (EXAMPLES / "smartcitizen" / "registry.yaml").read_text(encoding="utf-8")
    registry = parse_registry(text, "registry.yaml")
    report = imported(require_shared("datasets/smartcitizen/example.csv"), "smartcitizen").report
    (deployment,) = registry.deployments.values()
    assert deployment.kit == read_mapping(EXAMPLES / "smartcitizen" / "mapping.toml").kit
    assert deployment.start < report.first
    assert report.last <= deployment.end
