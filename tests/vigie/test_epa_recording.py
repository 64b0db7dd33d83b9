"""A month of a real sensor with a gap of 17 h and one of 87 min: which days and shifts are insufficient, and no others.

Of the three collocated sensors of the source only RT01 is at hand.
"""

import csv
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from tests.shared_data import require_shared
from tests.vigie.running import PROJECT, rows, vigie

EPA = PROJECT / "examples" / "epa"
LOCAL = timezone(timedelta(hours=-5))
PERIOD, HOLD = timedelta(minutes=1), timedelta(minutes=3)
LONG_GAP = ("2019-08-22", "2019-08-23")
SHORT_GAP = "2019-08-25"


def recording() -> Path:
    return require_shared("datasets/epa_sensortoolkit/toco_toucan_RT01_raw.csv")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("epa") / "service"
    vigie("init", folder)
    vigie("registry", "import", EPA / "registry.yaml", "-w", folder)
    vigie("import", recording(), "-m", EPA / "mapping.toml", "-w", folder)
    vigie("compute", "-w", folder)
    return folder


def said(column: str) -> list[datetime]:
    """Local times of a column's numbers, read with nothing of ours."""
    with recording().open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(list(file)[6:])
        return [datetime.strptime(row["Time"], "%m/%d/%Y %H:%M").replace(tzinfo=LOCAL) for row in table if row[column]]


def coverage(times: list[datetime], start: datetime, end: datetime) -> float:
    """Share of (start, end] that the readings stand for (exposure-semantics, section 1)."""
    valid, before = timedelta(), None
    for at in times:
        stands = PERIOD if before is None or at - before > HOLD else at - before
        before = at
        valid += max(min(at, end) - max(at - stands, start), timedelta())
    return valid / (end - start)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(LOCAL)


COLUMNS = {"pm2_5": "PM2.5 (µg/m³)", "temperature": "TEMP (°C)"}
"""Humidity is left out: quality tests take three hours of a sensor at its upper end, on the 24th, away."""


@pytest.mark.parametrize("quantity", list(COLUMNS))
@pytest.mark.parametrize("kind", ["day", "shift"])
def test_a_window_is_insufficient_just_where_the_file_covers_under_75_per_cent(
    place: Path, quantity: str, kind: str
) -> None:
    times = said(COLUMNS[quantity])
    found = rows("exposures", "-q", quantity, "--measure", "mean", "--window", kind, "-w", place)
    assert len(found) == {"day": 31, "shift": 22}[kind]
    for exposure in found:
        start, end = moment(exposure["start"]), moment(exposure["end"])
        true = coverage(times, start, end)
        assert exposure["coverage"] == pytest.approx(true, abs=1e-9), (kind, start)
        assert (exposure["value"] is None) == (true < 0.75), (kind, start, true)


def test_the_long_gap_makes_its_two_days_and_one_shift_insufficient_and_the_short_one_nothing(place: Path) -> None:
    found = rows("exposures", "-q", "pm2_5", "--measure", "mean", "-w", place)
    missing = {
        kind: [e["day"] for e in found if e["window_kind"] == kind and e["value"] is None] for kind in ("day", "shift")
    }
    # on the 1st the recording begins at 07:11: 70 % of the day
    assert missing == {"day": ["2019-08-01", *LONG_GAP], "shift": [LONG_GAP[0]]}
    (short,) = [e for e in found if e["window_kind"] == "day" and e["day"] == SHORT_GAP]
    assert short["value"] is not None
    assert short["coverage"] == pytest.approx(1 - 86 / 1440, abs=1e-9)


def test_missing_time_is_part_of_the_uncertainty_of_the_windows_it_is_in(place: Path) -> None:
    for exposure in rows("exposures", "-q", "pm2_5", "--measure", "mean", "-w", place):
        if exposure["value"] is not None:
            assert (exposure["u_missing"] > 0) == (exposure["coverage"] < 1)


def test_what_is_insufficient_is_never_decided_by_its_value(place: Path) -> None:
    for exposure in rows("exposures", "-w", place):
        if exposure["value"] is None and exposure["decision"] is not None:
            start = moment(exposure["start"]).astimezone(UTC)
            assert exposure["decision"] != "inconclusive", (exposure["measure"], start)
