"""The whole way in over a real broker: a bad message becomes a dead letter with its reason, and the stream goes on."""

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from catalog.identifiers import KitId, QuantityId
from ingest.codecs import frame, senml_cbor, senml_json
from ingest.codecs.records import KitState, KitStatus, Record
from ingest.collector import Collector, CollectorSettings
from ingest.decode import TOPICS
from ingest.inbox import Inbox, InboxError
from ingest.mqtt import BrokerError, TlsFiles
from ingest.writer import Writer, WriterSettings
from store.readings import ReadingStore
from tests.ingest.publisher import Publisher
from tests.mosquitto import Mosquitto, free_port, mosquitto

pytestmark = pytest.mark.broker

KIT = KitId("k7")
CO2 = QuantityId("co2")


def now() -> int:
    return time.time_ns() // 1_000_000


def eventually(what: Callable[[], bool], timeout: float = 30) -> None:
    deadline = time.monotonic() + timeout
    while not what():
        assert time.monotonic() < deadline, "it does not happen"
        time.sleep(0.02)


@dataclass
class Stream:
    """A collector, its writer, and a kit that publishes to them."""

    broker: Mosquitto
    inbox: Inbox
    table: ReadingStore
    collector: Collector
    writer: Writer
    kit: Publisher
    statuses: list[KitStatus]

    def goes_on(self) -> None:
        """One more good reading gets through."""
        self.kit.publish(senml_json.encode(KIT, [Record(CO2, now(), 777.25)]))
        eventually(lambda: 777.25 in self.values())

    def values(self) -> list[float]:
        return self.table.read()["value"].to_list()

    def reasons(self, count: int) -> list[str]:
        eventually(lambda: self.inbox.dead() >= count)
        return [letter.reason for letter in self.inbox.dead_letters()]


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mosquitto]:
    with mosquitto(tmp_path_factory.mktemp("mosquitto")) as running:
        yield running


@pytest.fixture
def stream(broker: Mosquitto, tmp_path: Path) -> Iterator[Stream]:
    statuses: list[KitStatus] = []
    with Inbox(tmp_path / "inbox.db") as inbox, Publisher(broker) as kit:
        table = ReadingStore(tmp_path / "readings")
        writer = Writer(inbox, table, on_status=statuses.append, settings=WriterSettings(interval=0.05))
        settings = CollectorSettings(client_id=f"collector-{tmp_path.name}", session_expiry=0)
        collector = Collector(broker.url, TOPICS, inbox, settings=settings)
        collector.start()
        writer.start()
        yield Stream(broker, inbox, table, collector, writer, kit, statuses)
        collector.stop()
        writer.stop()


def test_every_format_arrives(stream):
    start = now() - 100_000
    for number, codec in enumerate([senml_json, senml_cbor, frame]):
        stream.kit.publish(codec.encode(KIT, [Record(CO2, start + number, 400.5 + number)]))
    eventually(lambda: len(stream.values()) == 3)
    assert sorted(stream.values()) == [400.5, 401.5, 402.5]
    assert stream.collector.stats.protocol == "MQTT 5"
    assert stream.inbox.dead() == 0


def test_same_message_twice_is_one_reading(stream):
    payload = senml_json.encode(KIT, [Record(CO2, now(), 512.0)])
    stream.kit.publish(payload)
    stream.kit.publish(payload)
    eventually(lambda: stream.writer.stats.messages >= 2)
    stream.goes_on()
    assert sorted(stream.values()) == [512.0, 777.25]


def test_messages_out_of_order_make_the_same_table(stream):
    start = now() - 60_000
    for number in (5, 1, 4, 2, 3):
        stream.kit.publish(senml_json.encode(KIT, [Record(CO2, start + number * 1000, 400.0 + number)]))
    eventually(lambda: len(stream.values()) == 5)
    assert stream.values() == [401.0, 402.0, 403.0, 404.0, 405.0]


@pytest.mark.parametrize(
    ("offset", "reason"), [(3_600_000, "later than its arrival"), (-40 * 365 * 86_400_000, "before 2000")]
)
def test_wrong_clock(stream, offset, reason):
    stream.kit.publish(senml_json.encode(KIT, [Record(CO2, now() + offset, 512.0)]))
    (found,) = stream.reasons(1)
    assert reason in found
    assert "the kit's clock is wrong" in found
    stream.goes_on()
    assert stream.values() == [777.25]


def test_nan_beside_a_good_value(stream):
    seconds = now() // 1000
    pack = json.dumps(
        [{"n": "co2", "u": "ppm", "v": float("nan"), "t": seconds}, {"n": "laeq", "u": "dB", "v": 61, "t": seconds}]
    )
    stream.kit.publish(pack.encode())
    assert stream.reasons(1) == ["$[0].v is NaN; expected a finite number in ppm"]
    stream.goes_on()
    assert sorted(stream.values()) == [61.0, 777.25]


def test_payload_of_100_megabytes(stream):
    payload = b"[" + b" " * (100 << 20)
    stream.kit.publish(payload)
    stream.kit.settle(120)
    (reason,) = stream.reasons(1)
    assert reason.startswith(f"payload is {len(payload)} bytes; expected at most 1048576")
    assert stream.inbox.dead_payload(stream.inbox.dead_letters()[0].id) == payload
    stream.goes_on()


def test_text_instead_of_json(stream):
    stream.kit.publish("température : 21,5 °C".encode())
    (reason,) = stream.reasons(1)
    assert reason.startswith("payload starts with b'temp")
    assert "expected a SenML pack (JSON or CBOR array) or a frame (CBOR map)" in reason
    stream.goes_on()


def test_cbor_cut_short(stream):
    stream.kit.publish(senml_cbor.encode(KIT, [Record(CO2, now(), 512.0)])[:-4])
    assert "cut short" in stream.reasons(1)[0]
    stream.goes_on()


def test_empty_payload_and_payload_of_another_kit(stream):
    stream.kit.publish(b"")
    stream.kit.publish(senml_json.encode(KitId("k8"), [Record(CO2, now(), 512.0)]))
    reasons = stream.reasons(2)
    assert reasons[0].startswith("payload is empty")
    assert "expected urn:dev:vigie:k7:<quantity>, the kit of the topic" in reasons[1]
    stream.goes_on()
    assert stream.values() == [777.25]


def test_birth_and_will_are_handed_on(stream):
    stream.kit.publish(b'{"state":"online","boot":"b1"}', "vigie/v1/k7/status")
    stream.kit.publish(b'{"state":"offline"}', "vigie/v1/k7/status")
    eventually(lambda: len(stream.statuses) == 2)
    assert [status.state for status in stream.statuses] == [KitState.ONLINE, KitState.OFFLINE]


def test_second_collector_on_the_same_inbox_is_refused(stream):
    with Inbox(stream.inbox.path) as inbox, pytest.raises(InboxError, match="another collector"):
        Collector(stream.broker.url, TOPICS, inbox).start()


def test_retained_reading_is_recognised_and_counted_once(broker, tmp_path):
    payload = senml_json.encode(KitId("r1"), [Record(CO2, now(), 512.0)])
    with Publisher(broker, "vigie/v1/r1/readings") as kit:
        kit.publish(payload, retain=True)
        kit.settle()
        with Inbox(tmp_path / "inbox.db") as inbox:
            settings = CollectorSettings(client_id=f"collector-{tmp_path.name}", session_expiry=60)
            for messages in (1, 0):
                collector = Collector(broker.url, ["vigie/v1/r1/readings"], inbox, settings=settings)
                collector.start()
                eventually(lambda c=collector, m=messages: c.stats.retained == m)
                kit.settle()
                collector.stop()
                assert collector.stats.retained == messages
        kit.publish(b"", retain=True)
        kit.settle()


def test_what_was_published_while_the_collector_was_away_is_collected(broker, tmp_path):
    settings = CollectorSettings(client_id=f"collector-{tmp_path.name}", session_expiry=60)
    with Inbox(tmp_path / "inbox.db") as inbox, Publisher(broker, "vigie/v1/away/readings") as kit:
        first = Collector(broker.url, TOPICS, inbox, settings=settings)
        first.start()
        first.stop()
        sent = [b"%d" % number for number in range(3000)]
        for payload in sent:
            kit.publish(payload)
        kit.settle()
        second = Collector(broker.url, TOPICS, inbox, settings=settings)
        second.start()
        eventually(lambda: inbox.waiting() == 3000)
        second.stop()
        assert [kept.message.payload for kept in inbox.take(5000)] == sent
        assert second.stats.commits < 300


def test_broker_that_is_not_there_is_said_in_one_line(tmp_path):
    port = free_port()
    with Inbox(tmp_path / "inbox.db") as inbox:
        collector = Collector(f"mqtt://127.0.0.1:{port}", TOPICS, inbox)
        expected = (
            rf"^mqtt://127.0.0.1:{port} cannot be reached: connection refused; start the broker or mend the address"
        )
        with pytest.raises(BrokerError, match=expected):
            collector.start()


def test_collector_started_before_the_broker_finds_it_later(tmp_path):
    broker = Mosquitto(tmp_path / "mosquitto")
    with Inbox(tmp_path / "inbox.db") as inbox:
        collector = Collector(broker.url, TOPICS, inbox)
        collector.start_when_reachable()
        eventually(lambda: "cannot be reached" in collector.stats.error)
        broker.start()
        try:
            eventually(lambda: collector.stats.protocol == "MQTT 5")
        finally:
            collector.stop()
            broker.kill()


def test_wrong_password_is_said_in_one_line(tmp_path):
    (tmp_path / "passwords").write_text("")
    extra = f"password_file {tmp_path}/passwords\n"
    broker = Mosquitto(tmp_path / "mosquitto")
    config = tmp_path / "mosquitto" / "mosquitto.conf"
    config.write_text(config.read_text().replace("allow_anonymous true", "allow_anonymous false") + extra)
    broker.start()
    try:
        with Inbox(tmp_path / "inbox.db") as inbox:
            url = broker.url.replace("mqtt://", "mqtt://me:secret@")
            with pytest.raises(BrokerError, match="refuses the connection: not authorized; check the user") as caught:
                Collector(url, TOPICS, inbox).start()
            assert "secret" not in str(caught.value)
    finally:
        broker.kill()


@pytest.mark.parametrize(
    "url", ["localhost:1883", "http://x", "mqtt://", "mqtt://x:port", "mqtt://x:0", "mqtt://x/topic"]
)
def test_address_that_is_none_is_said(url, tmp_path):
    with Inbox(tmp_path / "inbox.db") as inbox, pytest.raises(BrokerError, match="expected mqtt://host:port"):
        Collector(url, TOPICS, inbox)


def certificate(folder: Path) -> None:
    """A self-signed certificate for localhost."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: sudo apt-get install openssl")
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    names = ["-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out", "certificate.pem"]
    subprocess.run([*command, *names], cwd=folder, check=True, capture_output=True)


def test_encrypted_stream(tmp_path):
    certificate(tmp_path)
    broker = Mosquitto(tmp_path / "mosquitto")
    config = tmp_path / "mosquitto" / "mosquitto.conf"
    encrypted = f"listener {free_port()} 127.0.0.1\ncertfile {tmp_path}/certificate.pem\nkeyfile {tmp_path}/key.pem\n"
    config.write_text(config.read_text() + encrypted)
    port = encrypted.split()[1]
    broker.start()
    try:
        with Inbox(tmp_path / "inbox.db") as inbox, Publisher(broker) as kit:
            with pytest.raises(BrokerError, match=r"TLS fails: .*check the certificates"):
                Collector(f"mqtts://localhost:{port}", TOPICS, inbox).start()
            trusted = TlsFiles(authority=tmp_path / "certificate.pem")
            collector = Collector(f"mqtts://localhost:{port}", TOPICS, inbox, tls=trusted)
            collector.start()
            for number in range(500):
                kit.publish(b"%d" % number)
            eventually(lambda: inbox.waiting() == 500)
            collector.stop()
            with pytest.raises(BrokerError, match=r"TLS fails|cannot be reached"):
                Collector(f"mqtts://localhost:{broker.port}", TOPICS, inbox).start()
            with pytest.raises(BrokerError, match="a certificate file cannot be used"):
                Collector(broker.url.replace("mqtt:", "mqtts:"), TOPICS, inbox, tls=TlsFiles(tmp_path / "none")).start()
    finally:
        broker.kill()
