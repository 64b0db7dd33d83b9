"""Exposures as a person reads them on a terminal: what, when, how much, how sure, against what."""

from zoneinfo import ZoneInfo

import polars as pl

from vigie.output import Sheet, cell, counted, with_spread

_WORDS = {
    "exceedance_indicated": "exceedance",
    "inconclusive": "inconclusive",
    "no_exceedance_indicated": "none indicated",
    "insufficient_data": "insufficient",
}
_COLUMNS = ["zone", "quantity", "measure", "start", "value ± 2u", "seen", "limit", "decision"]


def exposures_sheet(frame: pl.DataFrame, timezone: str) -> Sheet:
    """One line an exposure; local time, the expanded uncertainty (k = 2) beside the value, coverage in per cent.

    Kits have a column where a zone has more than one: their lines are the same but for it.
    """
    zone = ZoneInfo(timezone)
    by_kit = frame.select("zone", "kit").n_unique() > frame["zone"].n_unique()
    rows = [
        [
            row["zone"],
            *([row["kit"]] if by_kit else []),
            row["quantity"],
            _measure(row),
            cell(row["start"], zone),
            _value(row, zone),
            f"{100 * row['coverage']:.0f} %",
            _limit(row, zone),
            _WORDS.get(row["decision"], "–"),
        ]
        for row in frame.iter_rows(named=True)
    ]
    simulated = ", SIMULATED READINGS" if frame["simulated"].any() else ""
    columns = [*_COLUMNS[:1], *(["kit"] if by_kit else []), *_COLUMNS[1:]]
    return Sheet(f"{counted(frame.height, 'exposure')}{simulated}", columns, rows)


def _measure(row: dict[str, object]) -> str:
    threshold = "" if row["threshold"] is None else f" {row['threshold']:g}"
    return f"{row['window_kind']} {row['measure']}{threshold}"


def _limit(row: dict[str, object], zone: ZoneInfo) -> str:
    shown = cell(row["limit"], zone)
    return shown if row["limit"] is None or row["unit"] == "1" else f"{shown} {row['unit']}"


def _value(row: dict[str, object], zone: ZoneInfo) -> str:
    value, uncertainty = row["value"], row["uncertainty"]
    if not isinstance(value, float):
        return "insufficient"
    shown = with_spread(value, 2 * uncertainty) if isinstance(uncertainty, float) else cell(value, zone)
    return shown if row["unit"] == "1" else f"{shown} {row['unit']}"
