"""A year of one zone, eight quantities every minute, recomputed whole: time and memory of the process that does it.

make bench ARGS="bench/test_year.py"
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from store.readings import ReadingStore
from vigie.workspace import create_workspace

QUANTITIES = ("co2", "tvoc", "pm2_5", "pm10", "laeq", "illuminance", "temperature", "humidity")
MINUTE = 60_000
START = 1_735_689_600_000  # 2025-01-01 UTC
YEAR = 365 * 24 * 60
MOST_SECONDS = 10.0
MOST_MEGABYTES = 1000.0

REGISTRY = """
employers:
  - id: menuiserie
    name: Menuiserie
    siret: "73282932000074"
    naf: 16.23Z
    establishments:
      - id: atelier
        name: Atelier
        timezone: Europe/Paris
        country: FR
        zones:
          - id: machines
            name: Machines
            kind: workshop
            headcount: 4
            work_unit: Usinage
            intensity: physical
            schedule:
              shifts:
                - {name: jour, days: mon-fri, start: 08:00, end: 16:30, breaks: [{start: 12:00, end: 12:30}]}
kits:
  - {id: k1, model: vigie-sim, label: Kit 1}
deployments:
  - {id: d1, kit: k1, zone: machines, start: 2025-01-01 00:00, end: 2026-01-01 00:00}
"""

# VmHWM and not ru_maxrss: that one is inherited from the process that started this one.
RECOMPUTE = """
import json, re, sys, time
from pathlib import Path
from vigie.compute import compute
from vigie.workspace import find_workspace
place = find_workspace(Path(sys.argv[1]))
began = time.perf_counter()
summary = compute(place, 1_800_000_000_000, everything=True)
print(json.dumps({"seconds": time.perf_counter() - began, "exposures": summary.exposures,
    "megabytes": int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) / 1024}))
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the year in it."""
    from catalog.registry import parse_registry
    from store.registry import save

    workspace = create_workspace(tmp_path_factory.mktemp("year") / "service", "bench")
    save(workspace.database, parse_registry(REGISTRY, "registry.yaml"), readings=workspace.readings)
    random = np.random.default_rng(1)
    instants = START + MINUTE * np.arange(1, YEAR + 1)
    store: ReadingStore = workspace.readings
    for name in QUANTITIES:
        level = 70.0 if name == "laeq" else 40.0
        values = np.abs(level + 8 * random.standard_normal(YEAR))
        store.append_frame(
            pl.DataFrame({"instant": instants, "value": values}).with_columns(
                kit=pl.lit("k1"),
                quantity=pl.lit(name),
                flag=pl.lit(1, pl.Int8),
                received=pl.col("instant"),
                simulated=pl.lit(value=True),
            )
        )
    store.compact()
    return workspace.root


def test_recompute_a_year_of_one_zone(benchmark: BenchmarkFixture, place: Path) -> None:
    def recompute() -> dict[str, float]:
        done = subprocess.run([sys.executable, "-c", RECOMPUTE, str(place)], capture_output=True, text=True, check=True)
        result: dict[str, float] = json.loads(done.stdout)
        return result

    recompute()  # compiles the kernels and stores the exposures once
    result = benchmark.pedantic(recompute, rounds=3)
    readings = len(QUANTITIES) * YEAR
    benchmark.extra_info |= {**result, "readings": readings}
    print(f"\n{readings:,} readings in {result['seconds']:.1f} s, {result['megabytes']:.0f} MB")
    assert result["seconds"] < MOST_SECONDS
    assert result["megabytes"] < MOST_MEGABYTES
