"""What a virtual kit sends, and when."""

from datetime import date
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from catalog.identifiers import KitId
from catalog.readings import ReadingColumns
from firmware_sim.fleet import FleetSettings, Wiring, publish_kits
from firmware_sim.kit import VirtualKit
from firmware_sim.workplaces import demo, packaged_workplace, virtual_kits
from firmware_sim.zones import local_instant
from ingest.codecs import frame, senml_cbor, senml_json
from tests.firmware_sim.listener import Listener
from tests.mosquitto import Mosquitto

THURSDAY = date(2026, 11, 19)
PARIS = ZoneInfo("Europe/Paris")
LATER = 2_000_000_000_000


@pytest.fixture(scope="module")
def kits() -> dict[str, VirtualKit]:
    return {kit.id: kit for kit in demo(date(2026, 11, 18), 1)}


def decoded(kit: VirtualKit) -> ReadingColumns:
    codec = {"senml-json": senml_json, "senml-cbor": senml_cbor, "frame": frame}[kit.payload.value]
    columns = ReadingColumns()
    for message in kit.messages():
        found = codec.decode(message.payload, KitId(kit.id), LATER)
        assert found.problems == ()
        columns.extend([found.readings])
    return columns


@pytest.mark.parametrize("name", ["vs-01", "vs-02", "vs-03", "vs-04", "vs-05"])
def test_what_the_sensors_said_is_what_the_messages_say(kits: dict[str, VirtualKit], name: str) -> None:
    kit = kits[name]
    came = decoded(kit)
    assert len(came) == kit.reading_count
    assert set(came.simulated) == {True}
    assert set(came.flag) == {1}
    found = {(q, t): v for q, t, v in zip(came.quantity, came.instant, came.value, strict=True)}
    for quantity, values in kit.readings.items():
        for instant, value in zip(kit.instants.tolist(), values.tolist(), strict=True):
            assert found.get((quantity, instant)) == (None if np.isnan(value) else value)


def test_messages_are_in_order_of_time(kits: dict[str, VirtualKit]) -> None:
    for kit in kits.values():
        instants = [message.instant for message in kit.messages()]
        assert instants == sorted(instants)


def test_two_hours_without_a_network_come_late_and_whole(kits: dict[str, VirtualKit]) -> None:
    kit = kits["vs-04"]
    start, end = (local_instant(THURSDAY, clock, PARIS) for clock in ("14:00", "16:00"))
    silent = [message for message in kit.messages() if start < message.instant < end]
    assert silent == []
    late = ReadingColumns()
    for message in kit.messages():
        if end <= message.instant <= end + 60_000:
            late.extend([senml_json.decode(message.payload, kit.id, LATER).readings])
    assert len({instant for instant in late.instant if start < instant <= end}) == 120


def test_a_channel_that_stopped_says_nothing_more_while_the_others_go_on(kits: dict[str, VirtualKit]) -> None:
    kit = kits["vs-02"]
    silent = kit.instants > local_instant(THURSDAY, "09:40", PARIS)
    assert np.isnan(kit.readings["temperature"][silent]).all()
    assert not np.isnan(kit.readings["temperature"][~silent]).any()
    assert not np.isnan(kit.readings["co2"]).any()
    assert not np.isnan(kit.truth.values["temperature"]).any()


def test_a_frame_never_spans_a_day_the_kit_was_off() -> None:
    workplace = packaged_workplace("joinery")
    kit = next(k for k in virtual_kits(workplace, [date(2026, 11, 20), date(2026, 11, 23)], 1) if k.id == "vs-03")
    assert max(len(message.payload) for message in kit.messages()) < 2000


def test_readings_differ_from_the_truth_by_no_more_than_the_sensor_does(kits: dict[str, VirtualKit]) -> None:
    kit = kits["vs-05"]
    truth = kit.truth.values["co2"]
    assert kit.truth.instants.tolist() == kit.instants.tolist()
    error = kit.readings["co2"] - truth
    assert 0 < np.abs(error).mean() < 100
    assert np.corrcoef(kit.readings["co2"], truth)[0, 1] > 0.99


@pytest.mark.broker
@pytest.mark.parametrize("wiring", list(Wiring))
def test_kits_publish_all_they_have_with_own_connections_or_behind_a_gateway(
    broker: Mosquitto, listener: Listener, wiring: Wiring
) -> None:
    kits = virtual_kits(packaged_workplace("joinery"), [THURSDAY], 3)
    count = sum(kit.message_count for kit in kits)
    seen: list[int] = []
    report = publish_kits(kits, broker.url, FleetSettings(wiring=wiring), progress=seen.append)
    listener.wait_for(count)
    assert report.messages == report.acknowledged == count == seen[-1]
    assert {message.payload for message in listener.readings()} == {m.payload for k in kits for m in k.messages()}
    assert {message.topic for message in listener.status()} == {f"vigie/v1/{kit.id}/status" for kit in kits}
