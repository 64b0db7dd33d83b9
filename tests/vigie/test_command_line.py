"""What a person types, mistypes and sees."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer.main

from tests.mosquitto import free_port
from tests.shared_data import require_shared
from tests.vigie.running import OFFICE, PROJECT, rows, vigie, workspace
from vigie.cli import app, main


def every_verb(command: Any, way: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The way to each verb, families gone into."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield way
        return
    for name, each in inner.items():
        yield from every_verb(each, (*way, name))


VERBS = tuple(sorted(every_verb(typer.main.get_command(app))))


@pytest.mark.parametrize("verb", VERBS, ids=" ".join)
def test_every_verb_explains_itself_with_an_example(verb: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main([*verb, "--help"])

    assert end.value.code == 0
    assert f"Example: vigie {' '.join(verb)}" in capsys.readouterr().out


def test_help_lists_the_verbs_without_loading_what_only_work_needs() -> None:
    probe = (
        "import sys, vigie.cli; "
        "print([m for m in ('polars', 'numba', 'numpy', 'deltalake', 'litestar', 'sqlalchemy', 'rich.table') "
        "if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with one day of the office in it, computed."""
    place = workspace(tmp_path_factory.mktemp("office") / "service")
    vigie("import", require_shared("datasets/uci_occupancy/datatest.txt"), "-m", OFFICE / "mapping.toml", "-w", place)
    vigie("compute", "-w", place)
    return place


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("exposures", "-q", "C02"), 'did you mean "co2"?'),
        (("exposures", "--zone", "ofice"), 'did you mean "office"?'),
        (("exposures", "--measure", "max1h"), 'did you mean "max_1h"?'),
        (("exposures", "--window", "shifts"), 'did you mean "shift"?'),
        (("tickets", "--state", "open"), "proposed"),
        (("tickets", "--agent", "noize"), '--agent is "noize"; did you mean "noise"?'),
        (("readings", "--from", "2015-13-01"), "expected a date such as"),
        (("readings", "--from", "2015-02-04", "--to", "2015-02-02"), "is before --from"),
        (("readings", "--json", "--csv"), "exclude each other"),
        (("exposures", "-o", "out.xls"), "end the name in .csv, .parquet or .json"),
        (("import", "nothing.csv"), "no such file"),
        (("import", "."), "is a folder"),
        (("replay", "nothing.csv"), "no such file"),
        (("ticket", "validate", "1", "--by", "nobody@example.org"), "there is no such account"),
        (("account", "add", "x@example.org", "--role", "boss"), "expected engineer or employer"),
    ],
)
def test_a_mistake_is_one_line_that_says_how_to_mend_it(office: Path, arguments: tuple[str, ...], says: str) -> None:
    done = vigie(*arguments, "-w", office, code=2)

    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert says in done.stderr


def test_outside_any_workspace_the_mend_is_named(tmp_path: Path) -> None:
    done = vigie("tickets", "-w", tmp_path, code=2)

    assert "vigie init" in done.stderr


def test_misspelt_setting_names_the_nearest(tmp_path: Path) -> None:
    vigie("init", tmp_path / "w")
    settings = tmp_path / "w" / "vigie.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("embedded", "embeded"), encoding="utf-8")

    done = vigie("tickets", "-w", tmp_path / "w", code=2)

    assert "did you mean embedded?" in done.stderr


def test_a_second_workspace_in_the_same_folder_is_refused(office: Path) -> None:
    assert "exists already" in vigie("init", office, code=2).stderr


def test_empty_lists_are_empty_arrays(tmp_path: Path) -> None:
    vigie("init", tmp_path / "w")

    for verb in ("readings", "exposures", "exceedances", "quality", "tickets", "kits", "dead-letters"):
        assert rows(verb, "-w", tmp_path / "w") == []


def test_json_is_an_array_of_flat_objects_with_the_promised_names(office: Path) -> None:
    promised = [
        "zone",
        "kit",
        "quantity",
        "measure",
        "window_kind",
        "start",
        "end",
        "value",
        "unit",
        "coverage",
        "low",
        "high",
        "uncertainty",
        "limit",
        "limit_source",
        "decision",
        "revision",
    ]
    for row in rows("exposures", "-w", office):
        assert list(row)[: len(promised)] == promised
        assert not any(isinstance(value, (list, dict)) for value in row.values())


def test_a_table_never_cuts_a_number_and_speaks_local_time(office: Path) -> None:
    done = vigie("exposures", "-q", "co2", "--measure", "max_1h", "-w", office)

    line = next(line for line in done.stdout.splitlines() if "2015-02-03" in line)
    assert re.search(r"shift max_1h +2015-02-03 09:00 +1380 ± 290 ppm +100 % +1000 ppm +exceedance", line), line


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".json"])
def test_lists_are_written_to_files_with_all_fields(office: Path, tmp_path: Path, ending: str) -> None:
    import polars as pl

    target = tmp_path / f"exposures{ending}"
    vigie("exposures", "-o", target, "-w", office)

    read = {".csv": pl.read_csv, ".parquet": pl.read_parquet, ".json": pl.read_json}[ending]
    frame = read(target)  # type: ignore[operator]  # three readers of one argument
    assert frame.height == len(rows("exposures", "-w", office))
    assert frame.columns == list(rows("exposures", "-w", office)[0])


def test_file_with_unreadable_cells_imports_nothing_and_names_each(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w")
    file = tmp_path / "mesures.csv"
    file.write_text("Date;CO2 (ppm)\n2015-02-03 09:00:00;650\n2015-02-03 09:01:00;n/a\n", encoding="utf-8")

    refused = vigie("import", file, "--kit", "uci-office-1", "--timezone", "Europe/Brussels", "-w", place, code=1)
    assert "mesures.csv:3" in refused.stderr
    assert "--missing n/a" in refused.stderr
    assert rows("readings", "-w", place) == []

    vigie(*("import", file, "--kit", "uci-office-1", "--timezone", "Europe/Brussels", "--missing", "n/a", "-w", place))
    assert [row["value"] for row in rows("readings", "-w", place)] == [650.0]


def test_readings_of_a_kit_nobody_registered_are_kept_and_said_to_belong_to_nobody(tmp_path: Path) -> None:
    place = workspace(tmp_path / "w")
    file = tmp_path / "x.csv"
    file.write_text("time,co2 (ppm)\n2015-02-03T09:00:00Z,650\n", encoding="utf-8")

    done = vigie("import", file, "--kit", "stranger", "-w", place)
    vigie("compute", "-w", place)

    assert "belong to nobody" in done.stderr
    assert len(rows("readings", "-w", place)) == 1
    assert rows("exposures", "-w", place) == []


def test_smart_citizen_recording_has_the_energy_mean_of_its_noise(tmp_path: Path) -> None:
    example = PROJECT / "examples" / "smartcitizen"
    vigie("init", tmp_path / "w")
    vigie("registry", "import", example / "registry.yaml", "-w", tmp_path / "w")
    vigie(
        *("import", require_shared("datasets/smartcitizen/example.csv")),
        *("-m", example / "mapping.toml", "-w", tmp_path / "w"),
    )
    vigie("compute", "-w", tmp_path / "w")

    found = rows("exposures", "-q", "laeq", "--measure", "leq", "--window", "campaign", "-w", tmp_path / "w")

    assert [round(row["value"], 1) for row in found] == [42.2]
    pressure = rows("readings", "-q", "pressure", "-w", tmp_path / "w")
    assert pressure[0]["value"] == pytest.approx(1015.3)


def test_professional_validates_with_their_name_and_an_employer_may_not(tmp_path: Path, office: Path) -> None:
    for email, *role in (
        ("ing@example.org", "--role", "engineer"),
        ("emp@example.org", "--role", "employer", "--employer", "bureau-mons"),
    ):
        subprocess.run(
            [sys.executable, "-m", "vigie", "account", "add", email, *role, "-w", str(office)],
            input="a long password\n",
            text=True,
            check=True,
            capture_output=True,
        )
    ticket = rows("tickets", "-w", office)[0]["id"]

    refused = vigie("ticket", "validate", ticket, "--by", "emp@example.org", "-w", office, code=1)
    vigie("ticket", "validate", ticket, "--by", "ing@example.org", "--note", "vu sur place", "-w", office)

    assert refused.stderr.startswith(f"emp@example.org (employer) does not see ticket {ticket}")
    assert rows("tickets", "--state", "validated,assigned", "-w", office)[0]["id"] == ticket
    shown = vigie("ticket", "show", ticket, "-w", office).stdout
    assert re.search(r"validated, due .* by ing@example.org \(engineer\)", shown)
    assert "vu sur place" in shown
    assert vigie("ticket", ticket, "-w", office).stdout == shown
    assert "Did you mean 'validate'?" in vigie("ticket", ticket, "valdate", "-w", office, code=2).stderr


def test_doctor_says_what_is_well_and_what_to_look_at(office: Path) -> None:
    settings = office / "vigie.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace(":1883", f":{free_port()}"), encoding="utf-8")

    findings = {row["check"]: row["state"] for row in rows("doctor", "-w", office)}

    assert findings["database"] == findings["inbox"] == findings["disk"] == "well"
    assert findings["broker"] == "look"


def test_doctor_finds_a_ticket_somebody_changed_behind_the_log(office: Path, tmp_path: Path) -> None:
    place = tmp_path / "w"
    shutil.copytree(office, place)
    before = {row["check"]: row["state"] for row in rows("doctor", "-w", place)}
    with sqlite3.connect(place / "data" / "vigie.db") as database:
        database.execute("UPDATE ticket_events SET note = 'rien' WHERE number = 1")

    done = vigie("doctor", "-w", place, code=1)

    assert before["log of tickets"] == "well"
    assert "log of tickets: ticket 1: event 1 (opened) was changed after it was written" in done.stdout


def test_doctor_and_run_tell_of_rules_that_cannot_be_used(office: Path, tmp_path: Path) -> None:
    place = tmp_path / "w"
    shutil.copytree(office, place)
    assert {row["check"]: row["state"] for row in rows("doctor", "-w", place)}["rules"] == "well"
    settings = place / "vigie.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace('# pack = "rules.yaml"', 'pack = "rules.yaml"'), encoding="utf-8")
    (place / "rules.yaml").write_text("id: mine\nextends: [agiu]\n", encoding="utf-8")

    told = {row["check"]: row for row in json.loads(vigie("doctor", "--json", "-w", place, code=1).stdout)}
    assert told["rules"]["state"] == "broken"
    assert "rules.yaml:1: " in told["rules"]["words"]

    refused = vigie("run", "-w", place, code=2)
    assert 'did you mean "aigu"?' in refused.stderr
    assert "Traceback" not in refused.stderr


def test_readings_that_are_gone_are_told_and_nothing_is_computed_without_them(office: Path, tmp_path: Path) -> None:
    place = tmp_path / "w"
    shutil.copytree(office, place)
    shutil.rmtree(place / "data" / "readings")

    refused = vigie("compute", "-w", place, code=2)
    assert "readings are gone" in refused.stderr
    told = {row["check"]: row["state"] for row in json.loads(vigie("doctor", "--json", "-w", place, code=1).stdout)}
    assert told["readings"] == "broken"


def test_doctor_finds_a_noted_head_of_the_log_and_misses_one_that_is_gone(office: Path) -> None:
    told = {row["check"]: row["words"] for row in rows("doctor", "-w", office)}["log of tickets"]
    noted = re.search(r"its head is ([0-9a-f]{16})", told)
    assert noted is not None

    assert "as it was noted" in vigie("doctor", "--head", noted[1], "-w", office).stdout
    assert "BAD   noted head: 0123456789abcdef is not in the log" in (
        vigie("doctor", "--head", "0123456789abcdef", "-w", office, code=1).stdout
    )
    assert "expected 16 to 64 hexadecimal digits" in vigie("doctor", "--head", "x", "-w", office, code=2).stderr


def test_kit_that_never_began_is_to_be_checked(tmp_path: Path) -> None:
    place = tmp_path / "w"
    vigie("init", place)
    started = (datetime.now(UTC) - timedelta(days=10)).date()
    text = (OFFICE / "registry.yaml").read_text(encoding="utf-8")
    head, _, _ = text.partition("deployments:")
    lent = f'deployments:\n  - {{id: d1, kit: uci-office-1, zone: office, start: "{started} 00:00"}}\n'
    (tmp_path / "registry.yaml").write_text(head + lent, encoding="utf-8")
    vigie("registry", "import", tmp_path / "registry.yaml", "-w", place)

    vigie("compute", "-w", place)

    assert [(row["kind"], row["rule"]) for row in rows("tickets", "-w", place)] == [
        ("kit_check", "kit-check-uci-office-1")
    ]


def test_doctor_answers_no_when_a_deployed_kit_is_silent(tmp_path: Path) -> None:
    place = tmp_path / "w"
    vigie("init", place)
    text = (OFFICE / "registry.yaml").read_text(encoding="utf-8")
    registry = tmp_path / "registry.yaml"
    registry.write_text(re.sub(r"\n    end: 2015-02-18[^\n]*", "", text), encoding="utf-8")
    vigie("registry", "import", registry, "-w", place)

    done = vigie("doctor", "--json", "-w", place, code=1)

    states = {row["check"]: row["state"] for row in json.loads(done.stdout)}
    assert states["kit uci-office-1"] == "broken"
