"""Many kits in one thread, on a real mosquitto: all they say arrives, whatever befalls the broker or a gateway."""

import json
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from catalog.identifiers import KitId
from firmware_sim.errors import BrokerRefusedError, BrokerUnreachableError, NobodyListensError, SimulatorError
from firmware_sim.faults import Fault, FaultKind, FaultScript
from firmware_sim.fleet import FleetReport, FleetSettings, Wiring, publish_kits
from firmware_sim.kit import VirtualKit
from firmware_sim.load import LoadSettings, load_kits
from firmware_sim.outbox import DeliverySettings
from firmware_sim.payloads import status_topic
from firmware_sim.playback import Playback
from firmware_sim.publisher import Publisher
from tests.firmware_sim.listener import Listener
from tests.mosquitto import Mosquitto, free_port, mosquitto

pytestmark = pytest.mark.broker

START = 1_700_000_000_000


def kits_of(count: int, each: int) -> list[VirtualKit]:
    """Kits that say something every second."""
    return load_kits(LoadSettings(kits=count, rate=float(count), seconds=float(each), prefix="k"), START)


def payloads(kits: list[VirtualKit]) -> set[bytes]:
    return {message.payload for kit in kits for message in kit.messages() if message.topic.endswith("/readings")}


def states(listener: Listener, kit: KitId) -> list[str]:
    """What was said of a kit, in order."""
    return [json.loads(said.payload)["state"] for said in listener.status() if said.topic == status_topic(kit)]


@contextmanager
def running(
    kits: list[VirtualKit], broker: str, settings: FleetSettings, playback: Playback | None = None
) -> Iterator[list[FleetReport | BaseException]]:
    """A fleet in a thread of its own; what came of it is there at the end."""
    came: list[FleetReport | BaseException] = []

    def publish() -> None:
        try:
            came.append(publish_kits(kits, broker, settings, playback=playback))
        except BaseException as error:
            came.append(error)

    thread = threading.Thread(target=publish)
    thread.start()
    yield came
    thread.join(120)
    assert not thread.is_alive()


def test_three_hundred_direct_clients_deliver_everything(broker: Mosquitto, listener: Listener) -> None:
    kits = kits_of(300, 10)

    report = publish_kits(kits, broker.url)

    listener.wait_for(3000)
    assert {message.payload for message in listener.readings()} == payloads(kits)
    assert (report.messages, report.acknowledged, report.connections) == (3000, 3000, 300)
    listener.wait_for_status(600)
    assert all(states(listener, kit.id) == ["online", "offline"] for kit in kits)


def test_twenty_gateways_deliver_everything_their_kits_say(broker: Mosquitto, listener: Listener) -> None:
    kits = kits_of(190, 10)

    report = publish_kits(kits, broker.url, FleetSettings(wiring=Wiring.GATEWAYS, kits_per_gateway=10))

    listener.wait_for(1900)
    assert {message.payload for message in listener.readings()} == payloads(kits)
    assert (report.acknowledged, report.connections) == (1900, 19)
    listener.wait_for_status(380)
    assert all(states(listener, kit.id) == ["online", "offline"] for kit in kits)


def test_each_kit_is_heard_in_the_order_it_spoke(broker: Mosquitto, listener: Listener) -> None:
    kits = kits_of(30, 40)
    publish_kits(kits, broker.url, FleetSettings(wiring=Wiring.GATEWAYS, kits_per_gateway=10))
    listener.wait_for(1200)
    for kit in kits:
        topic = f"vigie/v1/{kit.id}/readings"
        assert [m.payload for m in listener.readings() if m.topic == topic] == [m.payload for m in kit.messages()]


@pytest.mark.parametrize("wiring", [Wiring.OWN_CONNECTION, Wiring.GATEWAYS])
def test_a_broker_killed_and_started_again_loses_nothing_of_a_fleet(
    broker: Mosquitto, listener: Listener, wiring: Wiring
) -> None:
    kits = kits_of(200, 40)
    settings = FleetSettings(speed=5.0, wiring=wiring, kits_per_gateway=20)
    with running(kits, broker.url, settings) as came:
        for heard in (1500, 4500):
            listener.wait_for(heard)
            broker.kill()
            time.sleep(0.3)
            broker.start()
    assert isinstance(came[0], FleetReport), came[0]
    listener.wait_for(8000)
    assert {message.payload for message in listener.readings()} == payloads(kits)
    assert came[0].acknowledged == 8000
    assert came[0].reconnections == 2 * came[0].connections


def test_a_kit_that_dies_leaves_its_will_and_the_others_know_nothing_of_it(
    broker: Mosquitto, listener: Listener
) -> None:
    kits = kits_of(5, 20)
    fault = Fault(FaultKind.DISCONNECT, start=10_000, kits=frozenset({kits[3].id}))
    publish_kits(kits, broker.url, FleetSettings(faults=FaultScript((fault,))))
    listener.wait_for(100)
    listener.wait_for_status(12)
    assert states(listener, kits[3].id) == ["online", "offline", "online", "offline"]
    assert states(listener, kits[2].id) == ["online", "offline"]


def test_a_gateway_that_dies_leaves_the_will_of_its_first_kit_and_announces_all_when_it_is_back(
    broker: Mosquitto, listener: Listener
) -> None:
    kits = kits_of(20, 20)
    fault = Fault(FaultKind.DISCONNECT, start=10_000, kits=frozenset({kits[13].id}))
    settings = FleetSettings(wiring=Wiring.GATEWAYS, kits_per_gateway=10, faults=FaultScript((fault,)))
    report = publish_kits(kits, broker.url, settings)
    listener.wait_for(400)
    listener.wait_for_status(51)
    assert report.reconnections == 1
    assert states(listener, kits[10].id) == ["online", "offline", "online", "offline"]
    assert states(listener, kits[13].id) == ["online", "online", "offline"]
    assert states(listener, kits[3].id) == ["online", "offline"]


def test_kits_whose_process_dies_leave_their_wills(broker: Mosquitto, listener: Listener) -> None:
    script = (
        "import os\n"
        "from firmware_sim.fleet import FleetSettings, publish_kits\n"
        "from firmware_sim.load import LoadSettings, load_kits\n"
        "kits = load_kits(LoadSettings(kits=40, rate=40.0, seconds=20.0, prefix='k'), 1_700_000_000_000)\n"
        "die = lambda count: os._exit(9) if count > 100 else None\n"
        f"publish_kits(kits, {broker.url!r}, FleetSettings(rate=400.0), progress=die)\n"
    )
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", script], cwd=root, check=False).returncode == 9
    listener.wait_for_status(80)
    assert all(states(listener, kit.id) == ["online", "offline"] for kit in kits_of(40, 20))


def test_a_broker_restarted_by_the_script_is_restarted_once_for_all_lines(
    broker: Mosquitto, listener: Listener
) -> None:
    kits = kits_of(40, 20)
    restarts: list[float] = []

    def restart() -> None:
        restarts.append(time.monotonic())
        broker.stop()
        broker.start()

    script = FaultScript((Fault(FaultKind.BROKER_RESTART, start=8000),))
    settings = FleetSettings(faults=script, restart_broker=restart, wiring=Wiring.GATEWAYS, kits_per_gateway=10)
    report = publish_kits(kits, broker.url, settings)
    listener.wait_for(800)
    assert len(restarts) == 1
    assert report.acknowledged == 800
    assert report.faults[0].messages == 1


def test_wrong_passwords_of_one_kit_are_counted_and_its_messages_arrive(tmp_path: Path) -> None:
    passwords = tmp_path / "passwords"
    passwords.write_text("", encoding="utf-8")
    passwords.chmod(0o600)
    with mosquitto(tmp_path / "m", f"password_file {passwords}\n") as guarded:
        listener = Listener(guarded)
        kits = kits_of(3, 10)
        fault = Fault(FaultKind.WRONG_CREDENTIALS, start=3000, kits=frozenset({kits[1].id}))
        report = publish_kits(kits, guarded.url, FleetSettings(faults=FaultScript((fault,))))
        listener.wait_for(30)
        listener.close()
    assert report.acknowledged == 30
    assert report.faults[0].detail == {"refused": 1, "accepted": 0}


def test_a_fleet_with_a_wrong_password_ends_in_one_line(tmp_path: Path) -> None:
    with (
        mosquitto(tmp_path / "strict", "allow_anonymous false\n") as strict,
        pytest.raises(BrokerRefusedError, match="check the user name and password") as error,
    ):
        publish_kits(kits_of(50, 5), strict.url.replace("//", "//kit:secret@"))
    assert "\n" not in str(error.value)
    assert "secret" not in str(error.value)


def test_a_broker_that_takes_fewer_connections_than_there_are_kits_is_told_with_the_mend(tmp_path: Path) -> None:
    with (
        mosquitto(tmp_path / "small", "max_connections 20\n") as small,
        pytest.raises(BrokerUnreachableError, match=r"\d+ of 60 connections are open.*max_connections") as error,
    ):
        publish_kits(kits_of(60, 5), small.url, FleetSettings(delivery=DeliverySettings(patience=1.0)))
    assert "\n" not in str(error.value)


def test_a_broker_that_lets_in_and_hangs_up_is_given_up_after_the_patience() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)

        def answer() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                client.recv(1000)
                client.sendall(b"\x20\x03\x00\x00\x00")
                client.close()

        thread = threading.Thread(target=answer)
        thread.start()
        url = f"mqtt://127.0.0.1:{server.getsockname()[1]}"
        with pytest.raises(BrokerUnreachableError, match="hangs up"):
            publish_kits(kits_of(2, 5), url, FleetSettings(delivery=DeliverySettings(patience=1.0)))
        server.shutdown(socket.SHUT_RDWR)
        thread.join(30)


def test_a_fleet_nobody_listens_to_ends_with_advice(broker: Mosquitto) -> None:
    delivery = DeliverySettings(first_listener=0.3, listener_pause=0.1)
    with pytest.raises(NobodyListensError, match="start the collector"):
        publish_kits(kits_of(20, 5), broker.url, FleetSettings(delivery=delivery))


def test_a_fleet_that_is_ended_says_goodbye(broker: Mosquitto, listener: Listener) -> None:
    kits, playback = kits_of(30, 60), Playback()
    with running(kits, broker.url, FleetSettings(speed=1.0), playback) as came:
        listener.wait_for(60)
        playback.end()
    assert isinstance(came[0], FleetReport), came[0]
    assert came[0].messages < 1800
    listener.wait_for_status(60)
    assert all(states(listener, kit.id) == ["online", "offline"] for kit in kits)


def test_a_paused_fleet_goes_on_message_by_message(broker: Mosquitto, listener: Listener) -> None:
    kits, playback = kits_of(10, 3), Playback()
    playback.toggle()
    with running(kits, broker.url, FleetSettings(wiring=Wiring.GATEWAYS, kits_per_gateway=5), playback) as came:
        listener.wait_for_status(10)
        for count in (1, 2, 3):
            playback.step()
            listener.wait_for(count)
        time.sleep(0.3)
        assert len(listener.readings()) == 3
        playback.toggle()
    assert isinstance(came[0], FleetReport), came[0]
    assert came[0].acknowledged == 30


def test_a_steady_rate_leaves_out_what_is_between_the_messages(broker: Mosquitto, listener: Listener) -> None:
    began = time.monotonic()
    report = publish_kits(kits_of(20, 30), broker.url, FleetSettings(rate=600.0))
    assert report.acknowledged == 600
    assert 0.99 <= time.monotonic() - began < 15


def test_room_for_connections_is_made_up_to_what_the_system_allows_and_told_beyond() -> None:
    script = (
        "import resource\n"
        "from firmware_sim.errors import SimulatorError\n"
        "from firmware_sim.open_files import make_room\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (100, 600))\n"
        "make_room(300)\n"
        "print(resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= 300)\n"
        "try:\n    make_room(5000)\nexcept SimulatorError as error:\n    print(error)\n"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", script], cwd=root, capture_output=True, text=True, check=True)
    made, told = done.stdout.splitlines()
    assert made == "True"
    assert "5000 connections need 5064 open files, and this process may have 600" in told
    assert "ulimit -n 5064" in told


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker with a second listener for TLS, whose certificate signs itself."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: sudo apt-get install openssl")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "certificate.pem"]
    subprocess.run([*command, *names], cwd=tmp_path, check=True, capture_output=True)
    files = f"certfile {tmp_path}/certificate.pem\nkeyfile {tmp_path}/key.pem\n"
    with mosquitto(tmp_path / "mosquitto", f"listener {free_port()} 127.0.0.1\n{files}") as running:
        yield running


def test_kits_speak_over_tls_and_know_whom_they_trust(encrypted: Mosquitto, tmp_path: Path) -> None:
    port = (tmp_path / "mosquitto" / "mosquitto.conf").read_text(encoding="utf-8").split("listener ")[2].split()[0]
    url, kits = f"mqtts://localhost:{port}", kits_of(20, 10)
    listener = Listener(encrypted)
    trusted = FleetSettings(authority=tmp_path / "certificate.pem")

    assert publish_kits(kits, url, trusted).acknowledged == 200
    with Publisher(url, "k1", authority=tmp_path / "certificate.pem") as publisher:
        for number in range(5):
            publisher.publish("vigie/v1/k1/readings", b"%d" % number * 1_000_000)

    listener.wait_for(205)
    assert {len(said.payload) for said in listener.readings() if said.topic == "vigie/v1/k1/readings"} == {1_000_000}
    listener.close()
    with pytest.raises(BrokerUnreachableError, match=r"TLS fails: .*check the certificates"):
        publish_kits(kits, url)
    with pytest.raises(BrokerUnreachableError, match=r"TLS fails"):
        publish_kits(kits, f"mqtts://localhost:{encrypted.port}", trusted)
    with pytest.raises(SimulatorError, match=r"none.pem: certificates cannot be read \(No such file"):
        publish_kits(kits, url, FleetSettings(authority=tmp_path / "none.pem"))
    with pytest.raises(SimulatorError, match=r"certificates cannot be read"):
        publish_kits(kits, url, FleetSettings(authority=tmp_path / "key.pem"))
