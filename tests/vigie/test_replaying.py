"""A rehearsal as a technician runs it: recorded, replayed at any speed, over a bad line, and never taken for real."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rules.roles import Role
from store.accounts import AccountStore
from store.outbox import Outbox
from tests.mosquitto import Mosquitto, mosquitto
from tests.shared_data import require_shared
from tests.vigie.running import OFFICE, collecting, found, rows, stored, vigie, wait_until_stored
from vigie.notifications.worker import write_messages
from vigie.portal import portal_in_background
from vigie.workspace import Workspace, find_workspace

MAPPING = OFFICE / "mapping.toml"
READINGS = 10_660
"""Of datatest.txt: 2665 instants of four quantities."""

MESSAGES = 2_665
REHEARSED = ("--as", "uci-office-1=rehearsal-1")


def recording() -> Path:
    return require_shared("datasets/uci_occupancy/datatest.txt")


def rehearsal(folder: Path, broker: str | None = None) -> Path:
    """The example office with a kit for rehearsals in the place of the real one."""
    vigie("init", folder)
    settings = folder / "vigie.toml"
    text = settings.read_text(encoding="utf-8")
    if broker:
        text = re.sub(r'url = "[^"]*"', f'url = "{broker}"', text, count=1).replace(
            "embedded = true", "embedded = false"
        )
    settings.write_text(text, encoding="utf-8")
    registry = (OFFICE / "registry.yaml").read_text(encoding="utf-8")
    registry = registry.replace("uci-office-1", "rehearsal-1").replace("simulated: no", "simulated: yes")
    (folder / "rehearsal.yaml").write_text(registry, encoding="utf-8")
    vigie("registry", "import", folder / "rehearsal.yaml", "-w", folder)
    return folder


@pytest.fixture
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    """One of its own for each test: a broker keeps for a collector what came while it was away."""
    with mosquitto(tmp_path_factory.mktemp("broker")) as running:
        yield running


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What every good replay must come to."""
    place = rehearsal(tmp_path_factory.mktemp("imported") / "service")
    vigie("import", recording(), "-m", MAPPING, "--kit", "rehearsal-1", "--simulated", "-w", place)
    vigie("compute", "-w", place)
    return place


@contextmanager
def recorded(file: Path, broker: Mosquitto) -> Iterator[None]:
    """``vigie record`` at work."""
    process = subprocess.Popen(
        [sys.executable, "-m", "vigie", "record", str(file), "--broker", broker.url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert "Recording" in process.stderr.readline()
    try:
        yield
    finally:
        time.sleep(0.5)
        process.send_signal(signal.SIGTERM)
        said = process.communicate(timeout=30)
    assert process.returncode == 0, said


@pytest.mark.broker
@pytest.mark.slow
def test_any_speed_gives_the_same_exposures_and_tickets_as_the_import(
    imported: Path, broker: Mosquitto, tmp_path: Path
) -> None:
    field = tmp_path / "field.jsonl"
    expected = found(imported)
    assert len(expected["tickets"]) == 1
    source = rehearsal(tmp_path / "source", broker.url)
    with recorded(field, broker), collecting(source):
        vigie("replay", recording(), "-m", MAPPING, *REHEARSED, "-w", source)
        wait_until_stored(source, READINGS)
    assert found(source) == expected

    for speed in ("1", "60", "max"):  # the recording is as long as the replay above took
        place = rehearsal(tmp_path / f"x{speed}", broker.url)
        with collecting(place):
            done = vigie("replay", field, "--speed", speed, "-w", place)
            wait_until_stored(place, READINGS)
        assert "marked as simulated" in done.stdout
        assert found(place) == expected, speed
        assert rows("dead-letters", "-w", place) == []


@pytest.mark.broker
def test_a_table_is_played_in_real_time_with_its_spacing(broker: Mosquitto, tmp_path: Path) -> None:
    file = tmp_path / "short.csv"
    file.write_text("time,co2 (ppm)\n" + "".join(f"2026-03-02T08:00:0{n}Z,{600 + n}\n" for n in range(4)), "utf-8")
    field = tmp_path / "field.jsonl"
    with recorded(field, broker):
        vigie("replay", file, "--kit", "r1", "--speed", "1", "--broker", broker.url)

    arrivals = [json.loads(line) for line in field.read_text(encoding="utf-8").splitlines()[1:]]
    times = [line["after"] / 1e6 for line in arrivals if line["topic"].endswith("/readings")]
    assert [later - times[0] for later in times] == pytest.approx([0, 1, 2, 3], abs=0.15)


SCRIPTS = {
    "harmless": "seed: 5\nfaults:\n"
    "  - {kind: duplicate, probability: 0.2, after: 3 min}\n"
    "  - {kind: reorder, probability: 0.2, places: 4}\n"
    "  - {kind: delay, probability: 0.2, least: 1 min, most: 2 h}\n"
    "  - {kind: disconnect, from: 1 h, for: 40 h, every: 2 h}\n",
    "lossy": "seed: 5\nfaults:\n  - {kind: loss, probability: 0.1, from: 2 h}\n",
    "broken": "seed: 5\nfaults:\n"
    "  - {kind: bit_flip, probability: 0.01}\n"
    "  - {kind: truncation, probability: 0.01}\n"
    "  - {kind: wrong_encoding, probability: 0.01}\n",
}


def over_a_bad_line(broker: Mosquitto, tmp_path: Path, script: str, least: int) -> tuple[Path, dict[str, list[int]]]:
    """A workspace after a replay, and the numbers the report says of each fault: messages, and readings."""
    place = rehearsal(tmp_path / script, broker.url)
    faults = tmp_path / f"{script}.yaml"
    faults.write_text(SCRIPTS[script], encoding="utf-8")
    with collecting(place):
        done = vigie("replay", recording(), "-m", MAPPING, *REHEARSED, "--faults", faults, "-w", place)
        wait_until_stored(place, least)
    told = re.findall(r"^  line \d+ +(\w+) +(.*)$", done.stdout, re.MULTILINE)
    return place, {kind: [int(number) for number in re.findall(r"\d+", words)] for kind, words in told}


@pytest.mark.broker
def test_copies_disorder_delay_and_lost_connections_change_nothing(
    imported: Path, broker: Mosquitto, tmp_path: Path
) -> None:
    place, report = over_a_bad_line(broker, tmp_path, "harmless", READINGS)

    assert min(report[kind][0] for kind in ("duplicate", "reorder", "delay")) > 300
    assert report["disconnect"][0] == 20
    assert rows("readings", "-w", place) == rows("readings", "-w", imported)
    assert rows("dead-letters", "-w", place) == []


@pytest.mark.broker
def test_what_the_report_says_is_lost_is_what_the_table_misses(
    imported: Path, broker: Mosquitto, tmp_path: Path
) -> None:
    place, report = over_a_bad_line(broker, tmp_path, "lossy", 1)
    messages, readings = report["loss"]

    wait_until_stored(place, READINGS - readings, 20)
    assert 200 < messages < 330
    assert stored(place) == READINGS - readings
    there = {(row["time"], row["quantity"]) for row in rows("readings", "-w", place)}
    assert there < {(row["time"], row["quantity"]) for row in rows("readings", "-w", imported)}


@pytest.mark.broker
def test_every_corrupted_message_is_a_dead_letter_with_its_reason(
    imported: Path, broker: Mosquitto, tmp_path: Path
) -> None:
    place, report = over_a_bad_line(broker, tmp_path, "broken", READINGS * 9 // 10)
    letters = rows("dead-letters", "-w", place)

    assert len(letters) == sum(report[kind][0] for kind in ("bit_flip", "truncation", "wrong_encoding")) > 40
    assert all(letter["reason"] for letter in letters)
    good = rows("readings", "-w", imported)
    assert [row for row in rows("readings", "-w", place) if row not in good] == []


@pytest.mark.broker
def test_a_simulated_reading_is_known_as_one_from_the_payload_to_the_page_and_the_mail(
    broker: Mosquitto, tmp_path: Path
) -> None:
    place, field = rehearsal(tmp_path / "service", broker.url), tmp_path / "field.jsonl"
    engineer, secret = "ingenieur@service.example", "un mot de passe long"
    workspace = find_workspace(place)
    AccountStore(workspace.database).create(engineer, "Ingénieur", Role.ENGINEER, secret, 0)
    with (place / "vigie.toml").open("a", encoding="utf-8") as settings:
        settings.write('\n[notifications.smtp]\nhost = "127.0.0.1"\nsender = "Vigie <vigie@service.example>"\n')
    with recorded(field, broker), collecting(place):
        vigie("replay", recording(), "-m", MAPPING, *REHEARSED, "-w", place)
        wait_until_stored(place, READINGS)
    vigie("compute", "-w", place)

    payloads = [json.loads(line) for line in field.read_text(encoding="utf-8").splitlines()[1:]]
    packs = [json.loads(message["text"]) for message in payloads if message["topic"].endswith("/readings")]
    assert len(packs) == MESSAGES
    assert {pack[0]["sim"] for pack in packs} == {True}
    assert not [record for pack in packs for record in pack[1:] if "sim" in record]
    assert all(json.loads(m["text"])["simulated"] for m in payloads if m["topic"].endswith("/status"))
    for listed in ("readings", "exposures", "exceedances", "tickets", "kits"):
        table = rows(listed, "-w", place)
        assert table, listed
        assert {row["simulated"] for row in table} == {True}, listed
    (ticket,) = rows("tickets", "-w", place)
    assert "SIMULATED READINGS" in vigie("ticket", "show", ticket["id"], "-w", place).stdout

    _page_says_so(find_workspace(place), ticket["id"], engineer, secret)
    subjects = _mail_about(find_workspace(place))
    assert subjects
    assert all(subject.startswith("[SIMULATION] ") for subject in subjects)


def _page_says_so(workspace: Workspace, number: int, email: str, secret: str) -> None:
    import httpx

    with portal_in_background(workspace, 0) as address, httpx.Client(base_url=address) as browser:
        token = re.search(r'name="_csrf_token" value="([^"]+)"', browser.get("/signin").text)
        assert token is not None
        browser.post("/signin", data={"_csrf_token": token[1], "email": email, "password": secret})
        for page in (f"/tickets/{number}", "/tickets", "/", "/zones/office"):
            text = browser.get(page, follow_redirects=True).text
            assert "DONNÉES SIMULÉES" in text, page


def _mail_about(workspace: Workspace) -> list[str]:
    """Subjects of all mail of the day that begins now, the digest's among them."""
    now = time.time_ns() // 1_000_000
    for hours in range(0, 30, 3):
        write_messages(workspace, now + hours * 3_600_000)
    return [stored.message.subject for stored in Outbox(workspace.database).messages(limit=100)]


@pytest.mark.broker
def test_the_stream_of_a_workspace_is_replayed_with_its_marks(
    imported: Path, broker: Mosquitto, tmp_path: Path
) -> None:
    place = rehearsal(tmp_path / "service", broker.url)
    window = ("--from", "2015-02-03T09:00", "--to", "2015-02-03T12:00")
    options = ("--from-workspace", imported, "--kit", "rehearsal-1", *window)
    with collecting(place):
        vigie("replay", *options, "-w", place, "--as-recorded")
        wait_until_stored(place, 4)
        vigie("replay", *options, "-w", place, "--shift", "2015-02-05T09:00")

    assert rows("readings", *window, "-w", place) == rows("readings", *window, "-w", imported)
    assert {row["simulated"] for row in rows("readings", "-w", place)} == {True}
    moved = rows("readings", "--from", "2015-02-05", "-w", place)
    assert [row["value"] for row in moved] == [row["value"] for row in rows("readings", *window, "-w", place)]


def test_a_rehearsal_never_touches_a_real_kit(tmp_path: Path) -> None:
    place = tmp_path / "service"
    vigie("init", place)
    vigie("registry", "import", OFFICE / "registry.yaml", "-w", place)

    done = vigie("replay", recording(), "-m", MAPPING, "-w", place, code=2)

    assert "uci-office-1 is a real kit" in done.stderr
    assert "--as uci-office-1=rehearsal-uci-office-1" in done.stderr
    assert "--as-recorded" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "nothing to replay; name files"),
        (("FILE", "--from-workspace", "."), "one of the two"),
        (("FILE", "--as", "a"), "expected KIT=OTHER"),
        (("FILE", "--as", "a=x", "--as", "b=x"), "two kits one name"),
        (("FILE", "--as", "nobody=x"), "there is no kit nobody"),
        (("FILE", "--loop", "0"), "--loop is 0; expected 1 or more"),
        (("FILE", "--every", "1d"), "add --loop N"),
        (("FILE", "--loop", "2", "--every", "1"), "expected a duration such as"),
        (("FILE", "--speed", "fast"), "expected a factor such as 1 or 60, or max"),
        (("FILE", "--shift", "tomorrow"), '--shift is "tomorrow"; expected a date'),
        (("FILE", "--shift", "now", "--speed", "max"), "begin at"),
        (("FILE", "--as-recorded", "--shift", "now"), "leave --as-recorded out"),
        (("FILE", "--from", "2030-01-01"), "no reading to replay in that time"),
        (("FILE", "--faults", "nothing.yaml"), "nothing.yaml: cannot be read"),
        (("FILE", "--format", "xml"), "expected senml-json"),
        (("FILE", "--kit", "a", "--kit", "b"), "a file comes from one kit"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_replay_is_told(
    arguments: tuple[str, ...], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from vigie.cli import main

    file = tmp_path / "f.csv"
    file.write_text("time,co2 (ppm)\n2026-03-02T08:00:00Z,600\n2026-03-02T09:00:00Z,601\n", encoding="utf-8")
    typed = [str(file) if word == "FILE" else word for word in arguments]
    kit = [] if "--kit" in typed or not typed else ["--kit", "r1"]

    with pytest.raises(SystemExit) as end:
        main(["replay", *typed, *kit, "--broker", "mqtt://127.0.0.1:9"])

    told = capsys.readouterr().err
    assert end.value.code == 2
    assert says in told
    assert "Traceback" not in told


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("r.jsonl", "--for", "soon"), '--for is "soon"; expected a duration'),
        (("r.jsonl", "--max-size", "big"), '--max-size is "big"; expected at least 1 kB'),
        (("r.jsonl",), "cannot be reached"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_recording_is_told(
    arguments: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    from vigie.cli import main

    with pytest.raises(SystemExit) as end:
        main(["record", *arguments, "--broker", "mqtt://127.0.0.1:9"])

    assert end.value.code == 2
    assert says in capsys.readouterr().err


@pytest.mark.broker
def test_keys_on_a_terminal_pause_step_and_end(broker: Mosquitto, tmp_path: Path) -> None:
    file, field = tmp_path / "long.csv", tmp_path / "field.jsonl"
    file.write_text("time,co2 (ppm)\n" + "".join(f"2026-03-02T08:{n:02}:00Z,{n}\n" for n in range(60)), "utf-8")
    heard = _Heard(field)
    with recorded(field, broker):
        mine, theirs = pty.openpty()
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "vigie",
                "replay",
                str(file),
                "--kit",
                "r1",
                "--speed",
                "600",
                "--broker",
                broker.url,
            ],
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        heard.wait_for(3)
        os.write(mine, b" ")
        time.sleep(0.7)
        paused = heard.count()
        time.sleep(0.6)
        assert heard.count() == paused
        os.write(mine, b"n")
        heard.wait_for(paused + 1)
        time.sleep(0.5)
        assert heard.count() == paused + 1
        os.write(mine, b"q")
        said, told = process.communicate(timeout=30)
        os.close(mine)
        os.close(theirs)

    assert process.returncode == 0, told
    assert f"ended early: {paused + 1} of 60 readings" in said
    assert "space pauses" in told


@pytest.mark.broker
def test_signals_pause_step_and_end_where_there_is_no_terminal(broker: Mosquitto, tmp_path: Path) -> None:
    file, field = tmp_path / "long.csv", tmp_path / "field.jsonl"
    file.write_text("time,co2 (ppm)\n" + "".join(f"2026-03-02T08:{n:02}:00Z,{n}\n" for n in range(60)), "utf-8")
    heard = _Heard(field)
    with recorded(field, broker):
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "vigie",
                "replay",
                str(file),
                "--kit",
                "r1",
                "--speed",
                "600",
                "--broker",
                broker.url,
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        heard.wait_for(2)
        process.send_signal(signal.SIGUSR2)  # pauses, and lets one go
        time.sleep(0.8)
        paused = heard.count()
        time.sleep(0.6)
        assert heard.count() == paused
        process.send_signal(signal.SIGUSR1)
        heard.wait_for(paused + 3)
        process.send_signal(signal.SIGTERM)
        said, told = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "ended early" in said
    assert "space pauses" not in told


class _Heard:
    """Readings messages in a recording under way."""

    def __init__(self, field: Path) -> None:
        self._field = field

    def count(self) -> int:
        return self._field.read_text(encoding="utf-8").count("/readings")

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 30
        while not self._field.exists() or self.count() < count:
            assert time.monotonic() < deadline
            time.sleep(0.05)
