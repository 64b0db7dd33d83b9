"""Virtual kits as a technician runs them: to a ticket, to files, told again; simulated, and the same every time."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.registry import parse_registry
from firmware_sim.record_file import Recording
from firmware_sim.workplaces import packaged_workplace
from tests.mosquitto import Mosquitto, mosquitto
from tests.vigie.running import OFFICE, collecting, found, rows, vigie, wait_until_stored
from vigie.cli import main
from vigie.simulation.campaign import Asked, campaign_of
from vigie.simulation.registry import registry_of, registry_text

DAYS = ("--start", "2025-03-03", "--days", "2")
"""A Monday and a Tuesday."""

LONG_AGO = date(2025, 4, 1)
WORKPLACES = Path(__file__).resolve().parents[2] / "firmware_sim" / "workplaces"


@pytest.fixture
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """One of its own for each test."""
    with mosquitto(tmp_path_factory.mktemp("broker")) as running:
        yield running


def rehearsal(folder: Path, broker: str) -> Path:
    """An empty workspace on an outside broker."""
    vigie("init", folder)
    settings = folder / "vigie.toml"
    text = re.sub(r'url = "[^"]*"', f'url = "{broker}"', settings.read_text(encoding="utf-8"), count=1)
    settings.write_text(text.replace("embedded = true", "embedded = false"), encoding="utf-8")
    return folder


def readings_told(said: str) -> int:
    told = re.search(r"(\d+) readings in", said)
    assert told is not None, said
    return int(told[1])


def close_phases(folder: Path) -> Path:
    """The joinery with kits that report within three seconds of each other."""
    text = (WORKPLACES / "joinery.yaml").read_text(encoding="utf-8")
    for phase, near in (("4.2", "4"), ("17.9", "5.5"), ("31.0", "7")):
        assert f"phase: {phase}" in text
        text = text.replace(f"phase: {phase}", f"phase: {near}")
    file = folder / "close.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@dataclass(frozen=True)
class Simulated:
    """A workspace that collected a simulation, and the simulation's files."""

    place: Path
    folder: Path
    readings: int


@pytest.fixture(scope="module")
def joinery(tmp_path_factory: pytest.TempPathFactory) -> Simulated:
    """Two days of the joinery on a broker, collected."""
    top = tmp_path_factory.mktemp("joinery")
    with mosquitto(tmp_path_factory.mktemp("broker")) as running:
        place = rehearsal(top / "simulated", running.url)
        with collecting(place):
            arguments = (close_phases(top), *DAYS, "--register", "-w", place, "--to", top / "files")
            count = readings_told(vigie("simulate", *arguments).stdout)
            wait_until_stored(place, count)
    return Simulated(place, top / "files", count)


def replayed(of: Simulated, broker: Mosquitto, place: Path, readings: int, *options: object) -> Path:
    """A fresh workspace after a replay of the simulation's recording."""
    rehearsal(place, broker.url)
    vigie("registry", "import", of.folder / "registry.yaml", "-w", place)
    with collecting(place):
        vigie("replay", of.folder / "recording.jsonl", *options, "-w", place)
        wait_until_stored(place, readings)
    return place


@pytest.mark.broker
@pytest.mark.slow
def test_what_was_simulated_becomes_tickets_and_so_does_its_recording(
    joinery: Simulated, broker: Mosquitto, tmp_path: Path
) -> None:
    expected = found(joinery.place)

    assert {ticket["zone"] for ticket in expected["tickets"]} >= {"joinery-machines"}
    for listed in ("readings", "exposures", "tickets", "kits"):
        assert {row["simulated"] for row in rows(listed, "-w", joinery.place)} == {True}, listed
    _noise_is_as_loud_as_the_truth_says(joinery.place, joinery.folder / "shifts.csv")
    place = replayed(joinery, broker, tmp_path / "whole", joinery.readings)
    assert found(place) == expected
    assert rows("readings", "-w", place) == rows("readings", "-w", joinery.place)


@pytest.mark.broker
@pytest.mark.slow
@pytest.mark.parametrize(
    ("speed", "window", "kits"),
    [
        ("60", ("--from", "2025-03-03T09:00", "--to", "2025-03-03T09:08"), {"vs-01", "vs-02", "vs-03"}),
        ("1", ("--from", "2025-03-03T09:00:03", "--to", "2025-03-03T09:00:08"), {"vs-01", "vs-02"}),
    ],
)
def test_a_window_of_the_recording_comes_to_the_same_at_any_speed(
    joinery: Simulated, broker: Mosquitto, tmp_path: Path, speed: str, window: tuple[str, ...], kits: set[str]
) -> None:
    at_once = replayed(joinery, broker, tmp_path / "max", 1, *window)
    there = rows("readings", "-w", at_once)
    paced = replayed(joinery, broker, tmp_path / "paced", len(there), *window, "--speed", speed)

    assert {row["kit"] for row in there} == kits
    assert rows("readings", "-w", paced) == there
    assert found(paced) == found(at_once)


def _noise_is_as_loud_as_the_truth_says(place: Path, shifts: Path) -> None:
    """Within what is stated: the kit hangs as the file says, the worker stands elsewhere."""
    true = {
        row["day"]: row["value"]
        for row in pl.read_csv(shifts).iter_rows(named=True)
        if (row["zone"], row["measure"]) == ("joinery-machines", "lex_8h")
    }
    computed = rows("exposures", "--zone", "joinery-machines", "-q", "laeq", "--measure", "lex_8h", "-w", place)
    assert [row["day"] for row in computed] == sorted(true)
    for row in computed:
        assert abs(row["value"] - true[row["day"]]) < 3 * row["uncertainty"]


@pytest.mark.slow
def test_the_same_scenario_and_seed_give_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    def files(name: str, *options: object) -> dict[str, str]:
        vigie("simulate", "hair_salon", *DAYS, *options, "--to", tmp_path / name)
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in (tmp_path / name).iterdir()}

    once = files("once", "--kits", "2")

    assert set(once) == {"recording.jsonl", "registry.yaml", "truth.parquet", "shifts.csv", "simulation.json"}
    assert files("again", "--kits", "2") == once
    other = files("other", "--kits", "2", "--seed", "2")
    assert {name for name in once if once[name] == other[name]} == {"registry.yaml"}
    drawn = files("drawn", "--kits", "2", "--drawn")
    assert drawn["truth.parquet"] != once["truth.parquet"]
    assert files("drawn-again", "--kits", "2", "--drawn") == drawn


def test_the_recipe_makes_the_same_files_again(tmp_path: Path) -> None:
    vigie("simulate", "call_centre", "--variant", "near", *DAYS, "--seed", "9", "--to", tmp_path / "first")
    again = json.loads((tmp_path / "first" / "simulation.json").read_text(encoding="utf-8"))["again"]

    vigie(*again.split()[1:], "--to", tmp_path / "second")

    for path in (tmp_path / "first").iterdir():
        assert path.read_bytes() == (tmp_path / "second" / path.name).read_bytes(), path.name


@pytest.mark.slow
def test_readings_in_a_file_are_those_of_the_recording(tmp_path: Path) -> None:
    said = [
        vigie("simulate", "hair_salon", *DAYS, "--to", tmp_path / name).stdout
        for name in ("table.csv", "frame.parquet", "salon.jsonl")
    ]
    places = [tmp_path / name for name in ("from-csv", "from-parquet")]
    for place, name in zip(places, ("table.csv", "frame.parquet"), strict=True):
        vigie("init", place)
        vigie("registry", "import", tmp_path / "table.registry.yaml", "-w", place)
        vigie("import", tmp_path / name, "--kit", "vs-04", "--simulated", "-w", place)
    assert f"vigie import {tmp_path / 'table.csv'} --kit vs-04 --simulated -w DIR" in said[0]

    there = rows("readings", "-w", places[0])
    assert len(there) == readings_told(said[0])
    assert there == rows("readings", "-w", places[1])
    recorded = next(
        json.loads(message.payload)
        for message in Recording(tmp_path / "salon.jsonl").messages()
        if message.topic == "vigie/v1/vs-04/readings"
    )
    values = {record["n"]: record["v"] for record in recorded}
    first = {row["quantity"]: row["value"] for row in there if row["time"] == there[0]["time"]}
    assert values == pytest.approx(first)


def test_a_true_lex_is_the_energy_mean_of_what_reached_the_ear(tmp_path: Path) -> None:
    vigie("simulate", "joinery", *DAYS, "--to", tmp_path / "joinery")
    truth = pl.read_parquet(tmp_path / "joinery" / "truth.parquet")
    told = pl.read_csv(tmp_path / "joinery" / "shifts.csv").filter(
        (pl.col("zone") == "joinery-machines") & (pl.col("measure") == "lex_8h")
    )
    local = pl.col("time").dt.convert_time_zone("Europe/Paris")
    minutes = local.dt.hour().cast(pl.Int32) * 60 + local.dt.minute()
    worked = ((minutes >= 450) & (minutes < 720)) | ((minutes >= 780) & (minutes < 990))

    for row in told.iter_rows(named=True):
        levels = truth.filter(
            (pl.col("zone") == "joinery-machines")
            & (pl.col("quantity") == "laeq")
            & (local.dt.date().cast(pl.String) == row["day"])
            & worked
        )["worker"].to_numpy()
        assert levels.size == 480  # 07:30 to 16:30 but for an hour at noon: eight hours
        assert row["value"] == pytest.approx(10 * np.log10(np.mean(10 ** (levels / 10))), abs=0.05)


def test_a_limit_that_must_be_reached_is_told_as_one(tmp_path: Path) -> None:
    said = vigie("simulate", "joinery", *DAYS, "--to", tmp_path / "joinery.jsonl").stdout

    (light,) = [line for line in said.splitlines() if " illuminance " in line]
    assert "≥ 500 lx" in light
    assert said.count("≥") == 1


def test_a_recording_ends_with_every_kit_offline_as_the_start_it_died_in(tmp_path: Path) -> None:
    text = (WORKPLACES / "quiet_control.yaml").read_text(encoding="utf-8")
    kit = re.search(r"kit: \{(.*)\}", text)
    assert kit is not None
    reboots = "reboots: {scripted: [{day: 1, at: '11:00'}]}"
    file = tmp_path / "restarts.yaml"
    file.write_text(text.replace(kit[0], f"kit: {{{kit[1]}, {reboots}}}"), encoding="utf-8")

    vigie("simulate", file, "--start", "2025-03-03", "--days", "1", "--to", tmp_path / "r.jsonl")

    told = [
        json.loads(message.payload)
        for message in Recording(tmp_path / "r.jsonl").messages()
        if message.topic.endswith("/status")
    ]
    assert [status["state"] for status in told][-1] == "offline"
    assert [status["state"] for status in told].count("offline") >= 1
    assert told[0]["state"] == "online"
    assert told[-1]["boot"] == [status["boot"] for status in told if status["state"] == "online"][-1]
    assert told[-1]["boot"] != told[0]["boot"]
    assert all(status["simulated"] for status in told)


@pytest.mark.broker
def test_what_befalls_the_line_is_told_and_is_missing(broker: Mosquitto, tmp_path: Path) -> None:
    faults = tmp_path / "faults.yaml"
    faults.write_text("seed: 3\nfaults:\n  - {kind: loss, probability: 0.1}\n", encoding="utf-8")
    place = rehearsal(tmp_path / "service", broker.url)
    with collecting(place):
        options = ("--start", "2025-03-03", "--days", "1", "--register", "--faults", faults, "-w", place)
        said = vigie("simulate", "quiet_control", *options).stdout
        told = re.search(r"line 3 +loss +(\d+) messages \((\d+) readings\)", said)
        assert told is not None, said
        assert int(told[1]) > 50
        left = readings_told(said) - int(told[2])
        wait_until_stored(place, left)

    assert len(rows("readings", "-w", place)) == left


@pytest.mark.broker
@pytest.mark.slow
def test_a_simulation_never_touches_a_real_kit_nor_another_simulation(broker: Mosquitto, tmp_path: Path) -> None:
    place = rehearsal(tmp_path / "service", broker.url)
    office = (OFFICE / "registry.yaml").read_text(encoding="utf-8").replace("uci-office-1", "vs-16")
    (tmp_path / "real.yaml").write_text(office, encoding="utf-8")
    vigie("registry", "import", tmp_path / "real.yaml", "-w", place)

    real = vigie("simulate", "quiet_control", *DAYS, "-w", place, code=2)
    assert "vs-16 is a real kit of" in real.stderr

    other = rehearsal(tmp_path / "other", broker.url)
    with collecting(other):
        done = vigie("simulate", "hair_salon", *DAYS, "-w", other)
        wait_until_stored(other, readings_told(done.stdout))
    assert "its readings belong to nobody there until a deployment says so (--register)" in done.stderr
    mixed = vigie("simulate", "hair_salon", *DAYS, "--seed", "2", "-w", other, code=2)
    assert "two simulations of one kit would disagree" in mixed.stderr
    with collecting(other):
        vigie("simulate", "hair_salon", *DAYS, "--register", "-w", other)  # the same again is none


def test_the_places_of_another_employer_are_not_taken(tmp_path: Path) -> None:
    place = tmp_path / "service"
    vigie("init", place)
    office = (OFFICE / "registry.yaml").read_text(encoding="utf-8").replace("id: office", "id: control-office")
    (tmp_path / "real.yaml").write_text(office.replace("zone: office", "zone: control-office"), encoding="utf-8")
    vigie("registry", "import", tmp_path / "real.yaml", "-w", place)

    done = vigie("simulate", "quiet_control", *DAYS, "--register", "-w", place, code=2)

    assert "control-office is a zone of" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "no workplace is named; vigie simulate --list shows all"),
        (("joinry",), 'there is no workplace "joinry"; did you mean "joinery"?'),
        (("nothing.yaml",), "nothing.yaml: cannot be read (no such file or directory)"),
        (("joinery", "--variant", "worst"), '--variant is "worst"; expected under, near, over'),
        (("quiet_control", "--variant", "over"), "quiet_control has no variants"),
        (("joinery", "--start", "soon"), '--start is "soon"; expected a date such as'),
        (("joinery", "--start", "2999-01-01"), "which is not over; expected a start that ends before"),
        (("joinery", "--start", "1990-01-01"), "expected 2000 or later"),
        (("joinery", "--days", "0"), "--days is 0; expected 1 to 60"),
        (("joinery", "--kits", "21"), "--kits is 21; expected 1 to 20"),
        (("joinery", "--seed", "-1"), "--seed is -1; expected 0 or more"),
        (("joinery", "--model", "vigie-sym"), 'did you mean "vigie-sim"?'),
        (("joinery", "--to", "FULL"), "is not empty; a simulation never replaces files"),
        (("joinery", "--to", "FULL/file.txt"), "cannot tell the format; end the name in .jsonl, .csv, .parquet"),
        (("joinery", "--to", "FULL/none/file.csv"), "there is no folder"),
        (("joinery", "--to", "FULL/there.jsonl"), "exists already"),
        (("joinery", "--to", "NEW", "--register"), "no vigie.toml"),
        (("joinery", "--broker", "mqtt://127.0.0.1:9", "--register"), "name it with -w DIR"),
        (("joinery", "--broker", "mqtt://127.0.0.1:9", "--speed", "fast"), "expected a factor such as 1 or 60, or max"),
        (("joinery", "--broker", "mqtt://127.0.0.1:9", "--faults", "no.yaml"), "no.yaml: cannot be read"),
        (("joinery", "--broker", "mqtt://127.0.0.1:9"), "no MQTT broker at 127.0.0.1:9"),
        (("--load", "5"), "--load is for a broker you name"),
        (("joinery", "--load", "5"), "joinery and --load; one of the two"),
        (("joinery", "--to", "NEW", "--faults", "no.yaml"), "--faults would do nothing: with --to alone"),
        (("joinery", "--to", "NEW", "--rate", "5"), "--rate would do nothing: it is about a --load"),
        (("--load", "5", "--broker", "mqtt://127.0.0.1:9", "--variant", "over", "--speed", "60"),
         "--variant, --speed would do nothing: a load has kits of its own"),
        (("--load", "0", "--broker", "mqtt://127.0.0.1:9"), "a load of 0 kits; expected one or more"),
        (("--load", "5", "--broker", "mqtt://127.0.0.1:9", "--for", "soon"), '--for is "soon"; expected a duration'),
        (("--load", "5", "--broker", "mqtt://127.0.0.1:9"), "no MQTT broker at 127.0.0.1:9"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_simulation_is_told_in_one_line(
    arguments: tuple[str, ...],
    says: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIGIE_WORKSPACE", raising=False)
    (tmp_path / "FULL").mkdir()
    (tmp_path / "FULL" / "there.jsonl").write_text("mine", encoding="utf-8")

    with pytest.raises(SystemExit) as end:
        main(["simulate", *arguments])

    told = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("Compiling the numerical")]
    assert end.value.code == 2
    assert len(told) == 1
    assert says in told[0]
    assert (tmp_path / "FULL" / "there.jsonl").read_text(encoding="utf-8") == "mine"
    assert not (tmp_path / "NEW").exists()


def test_a_mistake_in_a_file_of_ones_own_names_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.yaml"
    text = (WORKPLACES / "quiet_control.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("volume:", "volumme:", 1), encoding="utf-8")

    with pytest.raises(SystemExit) as end:
        main(["simulate", str(file), "--to", str(tmp_path / "out")])

    assert end.value.code == 2
    assert re.match(rf"{re.escape(str(file))}:\d+: .*volum", capsys.readouterr().err)

    file.write_text(text.replace("id: control-office", "id: control office", 1), encoding="utf-8")
    with pytest.raises(SystemExit) as end:
        main(["simulate", str(file), "--to", str(tmp_path / "out")])
    assert end.value.code == 2
    assert re.match(rf"{re.escape(str(file))}:\d+: zones\[0\].id is ", capsys.readouterr().err)


def test_every_packaged_workplace_is_listed_with_what_it_is_about() -> None:
    listed = {row["name"]: row for row in rows("simulate", "--list")}

    assert set(listed) == {path.stem for path in WORKPLACES.glob("*.yaml")}
    assert "noise-daily-exposure" in listed["joinery"]["about"]
    assert listed["joinery"]["variants"] == "under, near, over"
    assert listed["quiet_control"]["about"] == ""


def test_json_is_the_truth_and_nothing_else(tmp_path: Path) -> None:
    told = rows("simulate", "hair_salon", "--variant", "over", *DAYS, "--to", tmp_path / "salon")

    assert {row["zone"] for row in told} == {"salon-floor"}
    assert {row["day"] for row in told} == {"2025-03-03", "2025-03-04"} - {"2025-03-03"}  # closed on Mondays
    assert all(row["simulated"] for row in told)
    assert any(row["beyond"] for row in told)


@pytest.mark.parametrize("name", sorted(path.stem for path in WORKPLACES.glob("*.yaml")))
def test_the_registry_of_a_workplace_is_one_of_simulated_kits_alone(name: str) -> None:
    campaign = campaign_of(Asked(name, start=date(2025, 3, 3), days=2, kits=2), LONG_AGO)

    registry = registry_of(campaign.workplace, campaign.kits, campaign.days[0], campaign.days[-1])

    assert [kit.simulated for kit in registry.kits.values()] == [True] * len(campaign.kits)
    assert {lent.zone for lent in registry.deployments.values()} == {zone.id for zone in campaign.workplace.zones}
    for zone, place in ((registry.zones[each.id], each.place) for each in campaign.workplace.zones):
        assert zone.headcount == place.headcount
        assert {name: (u.relative, u.absolute) for name, u in zone.place_uncertainty.items()} == {
            name: (u.relative, u.absolute) for name, u in place.place_uncertainty.items()
        }


@settings(deadline=None, max_examples=60)
@given(name=st.text(min_size=1), title=st.text(min_size=1))
def test_whatever_a_workplace_is_called_its_registry_can_be_read(name: str, title: str) -> None:
    workplace = msgspec.structs.replace(packaged_workplace("quiet_control"), name=name, title_fr=title)

    registry = parse_registry(registry_text(workplace, (), date(2025, 3, 3), date(2025, 3, 3)), "registry.yaml")

    (employer,) = registry.employers.values()
    assert employer.siret is not None
    assert employer.siret.startswith("999")


@pytest.mark.broker
@pytest.mark.slow
def test_a_load_is_put_on_a_broker_that_is_named_and_told_in_numbers(broker: Mosquitto, tmp_path: Path) -> None:
    place = rehearsal(tmp_path / "service", broker.url)
    with collecting(place):
        options = ("--load", "30", "--rate", "60", "--for", "4s", "--per-gateway", "10", "-w", place)
        (row,) = rows("simulate", *options)
        wait_until_stored(place, row["messages"])

    assert row["kits"] == 30
    assert row["connections"] == 3
    assert row["messages"] == row["acknowledged"] == 30 * 8  # one each half second for four seconds
    assert row["offered_rate"] == pytest.approx(60, rel=0.1)
    stored = rows("readings", "-w", place)
    assert {reading["simulated"] for reading in stored} == {True}
    assert {reading["kit"] for reading in stored} == {f"load-{number:02}" for number in range(1, 31)}
