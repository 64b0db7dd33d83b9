"""A year of fifty zones judged again by another pack: the whole command, from the shell to its table.

make bench ARGS="bench/test_backtest.py"
"""

import resource
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench.joinery import START
from catalog.quantities import quantity
from dsp.exposure import Measure, WindowKind
from dsp.measures import measures_of
from rules.pack import default_packs
from store.exposures import EXPOSURE_COLUMNS, EXPOSURE_KEY
from store.revisions import Recomputed, RevisedTable
from vigie.workspace import create_workspace

ZONES = 50
SHIFTS = 250
HOUR = 3_600_000
TYPICAL = {
    "co2": 760.0,
    "tvoc": 150.0,
    "pm2_5": 9.0,
    "pm10": 25.0,
    "laeq": 68.0,
    "illuminance": 420.0,
    "temperature": 22.0,
    "humidity": 45.0,
}
"""What a kit measures, and the level around which it goes from zone to zone and from day to day."""
KINDS = ("office", "open_plan_office", "meeting_room", "workshop", "warehouse")
MOST_SECONDS = 30.0
"""Of processor time; the promise is a minute."""

PACK = """
id: stricter
version: "1"
title_fr: Plus sévère
title_en: Stricter
extends: [fr-code-du-travail, aigu, reperes, capteurs]
override:
  co2-ventilation:
    repetition: { shifts: 4, window_share: 0.5 }
    levels:
      objective-1000: { limit: { value: 850, unit: ppm, comparator: ">", source: Note 12, status: guide } }
  pm2-5-who:
    repetition: { shifts: 3 }
  noise-daily-exposure:
    probabilities: { exceedance: 0.9, none: 0.05 }
  kit-check:
    delay: 86400
disable:
  tvoc-guide: Le service n'utilise pas les COV totaux.
"""


def registry() -> str:
    """One establishment, a kit a zone, all year."""
    zones = [
        f"          - {{id: zone-{n:02}, name: Zone {n}, kind: {KINDS[n % len(KINDS)]}, headcount: 6, work_unit: unité,"
        " intensity: physical, schedule: {shifts: [{name: jour, days: mon-fri, start: '08:00', end: '16:00'}]}}"
        for n in range(ZONES)
    ]
    kits = [f"  - {{id: kit-{n:02}, model: vigie-sim, label: Kit {n}}}" for n in range(ZONES)]
    lent = [
        f"  - {{id: d-{n:02}, kit: kit-{n:02}, zone: zone-{n:02}, start: 2025-01-01 00:00, end: 2026-01-01 00:00}}"
        for n in range(ZONES)
    ]
    place = (
        "employers:\n  - id: e\n    name: E\n    siret: '73282932000074'\n    naf: 16.23Z\n    establishments:\n"
        "      - id: site\n        name: Site\n        timezone: Europe/Paris\n        country: FR\n        zones:\n"
    )
    return place + "\n".join([*zones, "kits:", *kits, "deployments:", *lent]) + "\n"


def rows_of(zone: int) -> pl.DataFrame:
    """A year of exposures of a zone: every measure of every shift and day, and the times beyond the limits in force."""
    random = np.random.default_rng(zone)
    first = date(2025, 1, 1)
    worked = [day for day in (first + timedelta(days=n) for n in range(365)) if day.isoweekday() < 6][:SHIFTS]
    offsets = np.array([(day - first).days * 24 * HOUR for day in worked])
    parts = []
    for name, typical in TYPICAL.items():
        known = quantity(name)
        course = typical * (1 + 0.1 * random.standard_normal()) * (1 + 0.1 * random.standard_normal(SHIFTS))
        covered = np.where(random.random(SHIFTS) < 0.03, 0.5, 1.0)
        for kind, hours in ((WindowKind.SHIFT, (7, 15)), (WindowKind.DAY, (-1, 23))):
            for measure in measures_of(known, kind):
                of_time = measure in (Measure.TIME_ABOVE, Measure.TIME_BELOW)
                for limit in _limits(name, measure) if of_time else [None]:
                    beyond = (course > limit if measure is Measure.TIME_ABOVE else course < limit) if limit else None
                    value = course if beyond is None else np.where(beyond, 9000.0, 600.0)
                    frame = pl.DataFrame(
                        {
                            "start": START + offsets + hours[0] * HOUR,
                            "end": START + offsets + hours[1] * HOUR,
                            "day": worked,
                            "value": np.where(covered < 0.75, np.nan, value),
                            "coverage": covered,
                            "uncertainty": 0.05 * value,
                        }
                    ).with_columns(
                        quantity=pl.lit(name),
                        measure=pl.lit(measure.value),
                        window_kind=pl.lit(kind.value),
                        threshold=pl.lit(limit, pl.Float64),
                        unit=pl.lit("s" if of_time else known.unit),
                        value=pl.col("value").fill_nan(None),
                    )
                    parts.append(frame)
    some = pl.col("value").is_not_null()
    spread = pl.when(some).then(pl.col("uncertainty"))
    rows = pl.concat(parts).with_columns(
        zone=pl.lit(f"zone-{zone:02}"),
        kit=pl.lit(f"kit-{zone:02}"),
        deployment=pl.lit(f"d-{zone:02}"),
        whole=pl.lit(value=True),
        suspect=pl.lit(0.0),
        simulated=pl.lit(value=True),
        uncertainty=spread,
        u_instrument=spread,
        u_repeatability=pl.when(some).then(0.0),
        u_missing=pl.when(some).then(0.0),
        u_place=pl.when(some).then(0.0),
        start=pl.from_epoch("start", time_unit="ms").dt.cast_time_unit("us").dt.replace_time_zone("UTC"),
        end=pl.from_epoch("end", time_unit="ms").dt.cast_time_unit("us").dt.replace_time_zone("UTC"),
    )
    missing = [pl.lit(None, kind).alias(name) for name, kind in EXPOSURE_COLUMNS.items() if name not in rows.columns]
    return rows.with_columns(missing).select(list(EXPOSURE_COLUMNS))


def _limits(name: str, measure: Measure) -> list[float]:
    side = "above" if measure is Measure.TIME_ABOVE else "below"
    return sorted(
        {
            limit.value
            for pack in default_packs()
            for rule in pack.rules
            if rule.quantity == name and rule.direction == side
            for level in rule.levels
            if (limit := level.limit_on(date(2025, 6, 1))) is not None
        }
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the year's exposures in it."""
    from catalog.registry import parse_registry
    from store.registry import save

    workspace = create_workspace(tmp_path_factory.mktemp("backtest") / "service", "bench")
    save(workspace.database, parse_registry(registry(), "registry.yaml"), readings=workspace.readings)
    table = RevisedTable(workspace.exposures_path / "exposures", EXPOSURE_COLUMNS, EXPOSURE_KEY)
    for zone in range(ZONES):
        table.put(rows_of(zone), [Recomputed(f"zone-{zone:02}")], START, 0)
    (workspace.root / "stricter.yaml").write_text(PACK, encoding="utf-8")
    return workspace.root


def test_backtest_of_a_year_of_fifty_zones(benchmark: BenchmarkFixture, place: Path) -> None:
    own: list[float] = []

    def backtest() -> str:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = ["rules", "backtest", str(place / "stricter.yaml"), "--from", "2025-01-01", "--to", "2025-12-31"]
        done = subprocess.run(
            [sys.executable, "-m", "vigie", *command, "--workspace", str(place)],
            cwd=Path(__file__).resolve().parents[1],
            capture_output=True,
            text=True,
            check=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        own.append(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)
        return done.stdout

    said = benchmark.pedantic(backtest, rounds=2)
    benchmark.extra_info["seconds of processor time"] = round(min(own), 1)
    candidate = next(line for line in said.splitlines() if line.startswith("candidate"))
    print(f"\n{candidate}; {benchmark.stats.stats.min:.1f} s, {min(own):.1f} s of processor time")
    assert f"{ZONES} zones judged" in said
    assert min(own) < MOST_SECONDS
