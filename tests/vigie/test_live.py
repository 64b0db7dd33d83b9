"""The shifts under way: as compute would say if they ended at the newest reading; after a crash too."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from catalog.registry import parse_registry
from store.live import LIVE_SCHEMA
from store.registry import save
from tests.mosquitto import free_port
from tests.vigie.running import vigie
from tests.vigie.test_live_as_recomputed import REGISTRY, instant, readings, workspace
from vigie.compute import compute
from vigie.live import Live
from vigie.workspace import Workspace, create_workspace

MORNING = "2026-03-03 08:00"


def closed(folder: Path, stored: pl.DataFrame, until: str) -> dict[tuple[str, str], float | None]:
    """What compute says of the same readings and a shift that ends there, by quantity and measure."""
    place = workspace(folder, "08:00", until)
    place.readings.append_frame(stored)
    compute(place, instant("2026-03-03 23:00"), everything=True)
    found = place.exposures.read().filter(pl.col("window_kind") == "shift", pl.col("start").dt.epoch("ms") > 0)
    day = found.filter(pl.col("start").dt.epoch("ms") == instant(MORNING), pl.col("threshold").is_null())
    return {(row["quantity"], row["measure"]): row["value"] for row in day.iter_rows(named=True)}


def agree(live: pl.DataFrame, truth: dict[tuple[str, str], float | None]) -> None:
    assert not live.is_empty()
    for row in live.iter_rows(named=True):
        for name, measures in {"mean": ("mean", "leq"), "max_15min": ("max_15min",), "max_1h": ("max_1h",)}.items():
            told = [truth[row["quantity"], m] for m in measures if (row["quantity"], m) in truth]
            if not told and name != "mean":
                continue  # compute tells no such maximum of this quantity
            (expected,) = told
            if expected is None or row[name] is None:
                assert row[name] is expected
            else:
                assert row[name] == pytest.approx(expected, rel=1e-9)


def sent() -> pl.DataFrame:
    span = ("2026-03-03 07:30", "2026-03-03 11:00")
    return pl.concat([readings(*span), readings(*span, quantity="laeq", step=10)])


def open_place(folder: Path) -> Workspace:
    return workspace(folder)


def test_shift_under_way_is_as_if_it_ended_at_the_newest_reading(tmp_path: Path) -> None:
    place, everything = open_place(tmp_path / "live"), sent()
    live = Live(place)
    for begin in range(0, everything.height, 400):  # as they come, kit quantity by quantity
        place.readings.append_frame(everything[begin : begin + 400])
        live.refresh(instant("2026-03-03 11:05"))

    agree(live.values(), closed(tmp_path / "closed", everything, "11:00"))
    assert place.live.values().equals(live.values())


def test_late_readings_and_corrected_ones_are_taken_in(tmp_path: Path) -> None:
    place, everything = open_place(tmp_path / "live"), sent()
    live = Live(place)
    hole = pl.col("instant").is_between(instant("2026-03-03 09:00"), instant("2026-03-03 09:20"))
    place.readings.append_frame(everything.filter(~hole))
    live.refresh(instant("2026-03-03 11:05"))
    before = live.values()
    place.readings.append_frame(everything.filter(hole))
    live.refresh(instant("2026-03-03 11:06"))

    assert not before.equals(live.values())
    agree(live.values(), closed(tmp_path / "closed", everything, "11:00"))


CALIBRATED = """
calibrations:
  - kit: k1
    quantity: tvoc
    performed: 2026-02-01
    due: 2027-02-01
    gain: 1.1
    offset: -20
    uncertainty: { relative: 0.01, absolute: 5 }
    reference: gaz étalon
"""


def test_calibrated_corrected_and_computed_quantities_are_as_compute_has_them(tmp_path: Path) -> None:
    correction = "            corrections:\n              - {quantity: pm2_5, method: kappa-koehler, kappa: 0.4}\n"
    text = REGISTRY.replace("            schedule:", correction + "            schedule:", 1) + CALIBRATED
    span = ("2026-03-03 07:30", "2026-03-03 11:00")
    everything = pl.concat([readings(*span, quantity=name) for name in ("temperature", "humidity", "tvoc", "pm2_5")])
    lifted = pl.when(pl.col("quantity") == "tvoc").then(pl.col("value") * 30).otherwise("value")
    everything = everything.with_columns(value=lifted + pl.when(pl.col("quantity") == "humidity").then(40).otherwise(0))
    place, cut = create_workspace(tmp_path / "live", "test"), create_workspace(tmp_path / "cut", "test")
    for each, until in ((place, "16:00"), (cut, "11:00")):
        save(each.database, parse_registry(text % ("08:00", until), "registry.yaml"), readings=each.readings)
    live = Live(place)
    in_order = everything.sort("instant")
    for begin in range(0, in_order.height, 300):
        place.readings.append_frame(in_order[begin : begin + 300])
        live.refresh(instant("2026-03-03 11:05"))
    cut.readings.append_frame(everything)
    compute(cut, instant("2026-03-03 23:00"), everything=True)

    of_shift = (pl.col("window_kind") == "shift") & (pl.col("start").dt.epoch("ms") == instant(MORNING))
    found = cut.exposures.read().filter(of_shift, pl.col("threshold").is_null())
    assert {"wbgt_indoor", "absolute_humidity", "dew_point", "pm2_5", "tvoc"} <= set(live.values()["quantity"])
    agree(live.values(), {(row["quantity"], row["measure"]): row["value"] for row in found.iter_rows(named=True)})
    raw = everything.group_by("quantity").agg(pl.col("value").mean())
    for quantity in ("tvoc", "pm2_5"):  # the values are not those that were sent
        (said,) = live.values().filter(pl.col("quantity") == quantity)["mean"]
        (sent_mean,) = raw.filter(pl.col("quantity") == quantity)["value"]
        assert abs(said / sent_mean - 1) > 0.02


def test_shift_that_is_over_is_no_longer_live(tmp_path: Path) -> None:
    place = open_place(tmp_path / "live")
    place.readings.append_frame(sent())
    live = Live(place)
    assert live.refresh(instant("2026-03-03 11:05"))
    assert not live.refresh(instant("2026-03-03 11:06"))
    assert live.refresh(instant("2026-03-03 16:01"))
    assert not live.values().is_empty(), "it stays until it was computed"
    assert live.refresh(instant("2026-03-03 17:01"))
    assert live.values().is_empty()
    assert place.live.values().is_empty()


def test_changed_schedule_begins_the_shift_again(tmp_path: Path) -> None:
    place, everything = open_place(tmp_path / "live"), sent()
    place.readings.append_frame(everything)
    live = Live(place)
    live.refresh(instant("2026-03-03 11:05"))
    save(place.database, parse_registry(REGISTRY % ("09:00", "17:00"), "registry.yaml"), readings=place.readings)
    live.refresh(instant("2026-03-03 11:06"))

    assert {row["since"].hour for row in live.values().iter_rows(named=True)} == {8}  # UTC


def test_state_of_a_process_that_died_is_taken_up_where_it_was(tmp_path: Path) -> None:
    place, everything = open_place(tmp_path / "live"), sent()
    place.readings.append_frame(everything[:600])
    Live(place).refresh(instant("2026-03-03 11:05"))
    place.readings.append_frame(everything[600:])
    again = Live(place)
    again.refresh(instant("2026-03-03 11:06"))

    agree(again.values(), closed(tmp_path / "closed", everything, "11:00"))


@pytest.mark.parametrize("damage", ["cut", "flipped", "old", "empty"])
def test_damaged_or_old_state_is_built_again_and_says_so_once(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    place, everything = open_place(tmp_path / "live"), sent()
    place.readings.append_frame(everything)
    Live(place).refresh(instant("2026-03-03 11:05"))
    file = place.live_path / "state.bin"
    content = file.read_bytes()
    if damage == "old":
        place.live.save(content.partition(b"\n")[2].replace(b'"format":2', b'"format":1', 1))
    else:
        file.write_bytes({"cut": content[:-9], "flipped": content[:-5] + b"12345", "empty": b""}[damage])
    again = Live(place)
    with caplog.at_level(logging.WARNING):
        again.refresh(instant("2026-03-03 11:06"))

    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "built again from the readings" in caplog.text
    agree(again.values(), closed(tmp_path / "closed", everything, "11:00"))


LOOP = """
import sys
from pathlib import Path
from vigie.live import Live
from vigie.workspace import find_workspace
live = Live(find_workspace(Path(sys.argv[1])), save_every=0)
print("ready", flush=True)
while True:
    live.refresh(int(sys.argv[2]))
"""


def test_killed_again_and_again_it_says_what_compute_says(tmp_path: Path) -> None:
    place, everything = open_place(tmp_path / "live"), sent()
    at = instant("2026-03-03 11:05")
    size = everything.height // 4
    for turn in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", LOOP, str(place.root), str(at)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        for begin in range(turn * size, (turn + 1) * size if turn < 3 else everything.height, 100):
            place.readings.append_frame(everything[begin : begin + 100])
        time.sleep(0.05 * turn)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    live = Live(place)
    live.refresh(at)

    agree(live.values(), closed(tmp_path / "closed", everything, "11:00"))


def test_verb_lists_what_was_saved_and_refuses_a_zone_nobody_knows(tmp_path: Path) -> None:
    place = open_place(tmp_path / "live")
    assert "No shift is under way" in vigie("live", "-w", place.root).stdout
    row = dict.fromkeys(LIVE_SCHEMA) | {
        "zone": "machines", "kit": "k1", "deployment": "d1", "quantity": "co2", "unit": "ppm", "shift": "poste",
        "since": 1_700_000_000_000, "until": 4_000_000_000_000, "newest": 1_700_000_600_000, "coverage": 0.9,
        "suspect": 0.0, "mean": 812.4, "max_15min": 900.0, "simulated": False,
        "limits": [{"limit": 800.0, "direction": "above", "seconds": 120.0, "episodes": 1, "episode_since": None}],
    }  # fmt: skip
    place.live.show(pl.DataFrame([row], schema=LIVE_SCHEMA))

    (said,) = json.loads(vigie("live", "--json", "-w", place.root).stdout)
    assert (said["zone"], said["mean"], said["limits"][0]["seconds"]) == ("machines", 812.4, 120.0)
    assert said["standing"] == "stale"
    assert "stale: stands at 2023-11-1" in " ".join(vigie("live", "-w", place.root).stdout.split())
    assert "above 800: 2.0 min" in vigie("live", "-w", place.root).stdout
    assert "above 800: 2.0 min" in vigie("live", "--csv", "-w", place.root).stdout
    assert json.loads(vigie("live", "--quantity", "laeq", "--json", "-w", place.root).stdout) == []


@pytest.mark.slow
def test_service_killed_again_and_again_says_live_what_compute_says(tmp_path: Path) -> None:
    """``vigie run`` itself is killed (-9) while readings come; the one that lives on agrees with a computation."""
    now = time.time_ns() // 1_000_000
    east = 12 - datetime.fromtimestamp(now / 1000, UTC).hour  # where it is noon
    zone = ZoneInfo(f"Etc/GMT{-east:+d}" if east else "Etc/GMT")
    begin = datetime.fromtimestamp(now / 1000, zone).replace(minute=0, second=0, microsecond=0) - timedelta(hours=2)
    first, newest = round(begin.timestamp() * 1000), round(begin.timestamp() * 1000) + 5_400_000
    registry = REGISTRY.replace("mon-fri", "mon-sun").replace("Europe/Paris", zone.key)
    registry = registry.replace("start: 2026-03-01 00:00", f"start: {begin.date()} 00:00")
    place = create_workspace(tmp_path / "live", "test")
    texts = (begin.strftime("%H:%M"), (begin + timedelta(hours=5)).strftime("%H:%M"))
    save(place.database, parse_registry(registry % texts, "registry.yaml"), readings=place.readings)
    _ports(place)
    instants = range(first - 600_000, newest + 1, 30_000)
    everything = pl.concat([_sent_at(instants, name) for name in ("temperature", "humidity", "laeq")])
    size = everything.height // 4 + 1
    for turn in range(4):
        service = _running(place)
        place.readings.append_frame(everything[turn * size : (turn + 1) * size])
        if turn < 3:
            time.sleep(3.0 * turn)
            service.kill()
            service.communicate()
    try:
        deadline = time.monotonic() + 90
        while place.live.values().filter(pl.col("newest").dt.epoch("ms") == newest).height < 6:  # three are computed
            assert time.monotonic() < deadline, place.live.values()
            time.sleep(0.5)
    finally:
        service.terminate()
        service.communicate(timeout=60)

    cut = create_workspace(tmp_path / "cut", "test")
    until = datetime.fromtimestamp(newest / 1000, zone).strftime("%H:%M")
    save(cut.database, parse_registry(registry % (texts[0], until), "registry.yaml"), readings=cut.readings)
    cut.readings.append_frame(everything)
    compute(cut, now + 86_400_000, everything=True)
    of_shift = (pl.col("window_kind") == "shift") & (pl.col("start").dt.epoch("ms") == first)
    found = cut.exposures.read().filter(of_shift, pl.col("threshold").is_null())
    agree(place.live.values(), {(row["quantity"], row["measure"]): row["value"] for row in found.iter_rows(named=True)})


def _running(place: Workspace) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "vigie", "run", "-w", str(place.root)]
    service = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert service.stdout is not None
    assert "Collecting" in service.stdout.readline()
    return service


def _sent_at(instants: range, quantity: str) -> pl.DataFrame:
    base = {"temperature": 22.0, "humidity": 45.0, "laeq": 62.0}[quantity]
    frame = pl.DataFrame({"instant": list(instants)})
    return frame.with_columns(
        kit=pl.lit("k1"), quantity=pl.lit(quantity), value=base + pl.col("instant") / 1000 % 7, flag=pl.lit(1, pl.Int8),
        received=pl.col("instant"), simulated=pl.lit(value=False),
    )  # fmt: skip


def _ports(place: Workspace) -> None:
    """Free ports instead of the usual ones, which somebody else may use."""
    settings = place.root / "vigie.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(":1883", f":{free_port()}").replace("8080", str(free_port())), encoding="utf-8")
