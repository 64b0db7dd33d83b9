"""What a round of the live measures costs a service: 55 places of four kits with eight quantities each, mid-shift.

``python -m pytest -q -s bench/test_live.py``. Each round follows a minute of new readings of every kit, which the table
has already. Processor time, the best of the rounds; `vigie run` rests four times as long as a round takes.
"""

import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
import pytest

from catalog.registry import parse_registry
from store.registry import save
from vigie.live import Live
from vigie.workspace import Workspace, create_workspace

KITS_OF_A_ZONE, ROUNDS = 4, 3
USUAL = {
    "co2": 700.0, "tvoc": 300.0, "pm2_5": 10.0, "pm10": 20.0, "laeq": 60.0, "illuminance": 400.0, "temperature": 22.0,
    "humidity": 45.0,
}  # fmt: skip
ZONE = """
          - id: z{0}
            name: Zone {0}
            kind: office
            headcount: 4
            work_unit: Bureaux
            intensity: sedentary
            schedule: {{shifts: [{{name: poste, days: mon-fri, start: "08:00", end: "16:00"}}]}}"""
HEAD = """
employers:
  - id: e
    name: Employeur
    siret: "73282932000074"
    naf: 16.23Z
    establishments:
      - id: a
        name: Atelier
        timezone: Europe/Paris
        country: FR
        zones:"""
MOST_SECONDS = {60: 15.0, 10: 30.0}
"""On a busy machine."""


def instant(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo("Europe/Paris")).timestamp() * 1000)


def service(folder: Path, zones: int) -> Workspace:
    kits = range(zones * KITS_OF_A_ZONE)
    text = HEAD + "".join(ZONE.format(number) for number in range(zones)) + "\nkits:\n"
    text += "".join(f"  - {{id: k{kit}, model: sck-2.1, label: Kit {kit}}}\n" for kit in kits) + "deployments:\n"
    text += "".join(
        f"  - {{id: d{kit}, kit: k{kit}, zone: z{kit // KITS_OF_A_ZONE}, start: 2026-03-01 00:00}}\n" for kit in kits
    )
    place = create_workspace(folder, "service")
    save(place.database, parse_registry(text, "registry.yaml"), readings=place.readings)
    return place


def readings(zones: int, period: int, since: int, until: int) -> pl.DataFrame:
    """What every kit said in (since, until]."""
    instants = pl.DataFrame({"instant": list(range(since + 1000 * period, until + 1, 1000 * period))})
    kits = pl.DataFrame({"kit": [f"k{kit}" for kit in range(zones * KITS_OF_A_ZONE)]})
    quantities = pl.DataFrame({"quantity": list(USUAL), "usual": list(USUAL.values())})
    frame = instants.join(kits, how="cross").join(quantities, how="cross")
    noise = pl.Series(1.0 + 0.02 * np.random.default_rng(since % 1_000_003).standard_normal(frame.height))
    return frame.with_columns(
        value=pl.col("usual") * noise, flag=pl.lit(1, pl.Int8), received="instant", simulated=pl.lit(value=False)
    ).drop("usual")


@pytest.mark.slow
@pytest.mark.parametrize(("period", "zones"), [(60, 55), (10, 14)])
def test_round_of_a_service(tmp_path: Path, period: int, zones: int) -> None:
    """At 10 s a quarter of the service, to be multiplied by four."""
    place = service(tmp_path / "service", zones)
    at, middle = instant("2026-03-02 07:00"), instant("2026-03-03 12:00")
    while at < middle:
        until = min(at + 6 * 3_600_000, middle)
        place.readings.append_frame(readings(zones, period, at, until))
        at = until
    place.readings.compact()
    live = Live(place)
    begin = time.process_time()
    live.refresh(at)
    first, rounds = time.process_time() - begin, []
    for _ in range(ROUNDS):
        place.readings.append_frame(readings(zones, period, at, at + 60_000))
        at += 60_000
        begin = time.process_time()
        assert live.refresh(at)
        rounds.append(time.process_time() - begin)
    begin = time.process_time()
    assert not live.refresh(at + 1)
    series, idle = zones * KITS_OF_A_ZONE * len(USUAL), 1000 * (time.process_time() - begin)
    print(
        f"\nlive round, {series} series every {period} s: {min(rounds):.2f} s of processor "
        f"time, first {first:.1f} s, nothing new {idle:.0f} ms; {live.kept_bytes / 1e6:.0f} MB of readings kept"
    )
    assert live.values()["newest"].dt.epoch("ms").min() == at
    assert min(rounds) < MOST_SECONDS[period]
