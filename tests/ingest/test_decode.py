"""Topics, formats told apart by their first byte, and messages nobody can read."""

import pytest

from catalog.identifiers import KitId, QuantityId
from ingest.codecs import frame, senml_cbor, senml_json
from ingest.codecs.cbor import SELF_DESCRIBED
from ingest.codecs.records import KitState, KitStatus, Record
from ingest.decode import decode

ARRIVAL = 1_763_000_000_000
KIT = KitId("k7")
RECORDS = [Record(QuantityId("co2"), ARRIVAL, 500.5), Record(QuantityId("laeq"), ARRIVAL, 61.25)]
TOPIC = "vigie/v1/k7/readings"


@pytest.mark.parametrize("codec", [senml_json, senml_cbor, frame])
def test_each_format_is_told_by_its_first_byte(codec):
    decoded = decode(TOPIC, codec.encode(KIT, RECORDS), ARRIVAL)
    assert decoded.kit == KIT
    assert decoded.readings.value == [500.5, 61.25]
    assert decoded.problems == ()


@pytest.mark.parametrize("codec", [senml_cbor, frame])
def test_self_described_cbor_is_read(codec):
    assert decode(TOPIC, SELF_DESCRIBED + codec.encode(KIT, RECORDS), ARRIVAL).readings.value == [500.5, 61.25]


def test_json_may_begin_with_space():
    assert decode(TOPIC, b" \r\n\t" + senml_json.encode(KIT, RECORDS), ARRIVAL).readings.value == [500.5, 61.25]


@pytest.mark.parametrize("codec", [senml_json, senml_cbor, frame])
def test_payload_of_another_kit_is_refused(codec):
    decoded = decode("vigie/v1/k8/readings", codec.encode(KIT, RECORDS), ARRIVAL)
    assert len(decoded.readings) == 0
    assert "the kit of the topic" in decoded.problems[0]


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        (b"", "payload is empty"),
        (b"co2=500", "payload starts with b'co2=500'; expected a SenML pack"),
        (b"   ", "payload starts with"),
        (b'{"co2": 500}', "payload starts with"),
        (b"\xff\xff", "payload starts with"),
        (SELF_DESCRIBED, "payload starts with"),
    ],
)
def test_payload_nobody_can_read_says_what_was_expected(payload, reason):
    decoded = decode(TOPIC, payload, ARRIVAL)
    assert len(decoded.readings) == 0
    assert decoded.problems[0].startswith(reason)


@pytest.mark.parametrize(
    "topic", ["vigie/v1/k7", "vigie/v2/k7/readings", "vigie/v1//readings", "vigie/v1/k7/other", ""]
)
def test_topic_of_another_kind_is_refused(topic):
    decoded = decode(topic, senml_json.encode(KIT, RECORDS), ARRIVAL)
    assert decoded.kit == ""
    assert "expected vigie/v1/<kit>/readings" in decoded.problems[0]


def test_birth_and_will_of_a_kit():
    topic = "vigie/v1/k7/status"
    born = decode(topic, b'{"state":"online","boot":"b1","firmware":"1.2","simulated":true,"rssi":-60}', ARRIVAL)
    assert born.status == KitStatus(KIT, KitState.ONLINE, "b1", "1.2", True, ARRIVAL)
    gone = decode(topic, b'{"state":"offline"}', ARRIVAL)
    assert gone.status == KitStatus(KIT, KitState.OFFLINE, "", "", False, ARRIVAL)


@pytest.mark.parametrize("payload", [b"", b"online", b'{"state":"asleep"}', b"{}", b'{"state":1}', b"[" * 100_000])
def test_status_nobody_can_read_is_a_problem(payload):
    decoded = decode("vigie/v1/k7/status", payload, ARRIVAL)
    assert decoded.status is None
    assert decoded.problems
