"""Exposures on a terminal: what tells one line from another."""

from datetime import UTC, datetime
from typing import Any

import polars as pl

from vigie.sheets import exposures_sheet


def row(**changed: Any) -> dict[str, Any]:
    return {
        "zone": "office",
        "kit": "k1",
        "quantity": "co2",
        "measure": "mean",
        "window_kind": "shift",
        "threshold": None,
        "start": datetime(2026, 3, 2, 8, tzinfo=UTC),
        "value": 800.0,
        "uncertainty": 60.0,
        "unit": "ppm",
        "coverage": 1.0,
        "limit": None,
        "decision": None,
        "simulated": False,
        **changed,
    }


def test_one_kit_a_zone_needs_no_column() -> None:
    frame = pl.DataFrame([row(), row(zone="shop", kit="k2")])
    assert "kit" not in exposures_sheet(frame, "UTC").columns


def test_two_kits_of_a_zone_are_told_apart() -> None:
    sheet = exposures_sheet(pl.DataFrame([row(), row(kit="k2")]), "UTC")
    assert list(sheet.columns[:3]) == ["zone", "kit", "quantity"]
    assert [line[1] for line in sheet.rows] == ["k1", "k2"]
    assert all(len(line) == len(sheet.columns) for line in sheet.rows)
