"""A load does what its settings say, and its report tells what came of it."""

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.identifiers import KitId
from firmware_sim.errors import SimulatorError
from firmware_sim.fleet import Wiring
from firmware_sim.load import Delays, LoadSettings, load_kits, run_load
from firmware_sim.payloads import PayloadFormat, kit_of
from ingest.codecs import frame, senml_cbor, senml_json
from tests.firmware_sim.listener import Listener
from tests.mosquitto import Mosquitto

START = 1_700_000_000_000


@pytest.mark.broker
@pytest.mark.parametrize("wiring", list(Wiring))
def test_a_load_sends_what_it_says_and_reports_it(broker: Mosquitto, listener: Listener, wiring: Wiring) -> None:
    load = LoadSettings(kits=40, rate=400.0, seconds=2.0, wiring=wiring, kits_per_gateway=10)
    before = time.time_ns() // 1_000_000
    seen: list[int] = []

    report = run_load(broker.url, load, seen.append)

    listener.wait_for(800)
    assert report.messages == report.acknowledged == load.messages == seen[-1] == 800
    assert report.connections == {Wiring.OWN_CONNECTION: 40, Wiring.GATEWAY: 1, Wiring.GATEWAYS: 4}[wiring]
    assert report.reconnections == 0
    assert 0 < report.median_delay <= report.p99_delay <= 1.01 * report.longest_delay
    assert 1.8 < report.sending_seconds <= report.seconds
    assert report.offered_rate <= 440
    assert 0 < report.processor_share < 1
    assert {kit_of(message.topic) for message in listener.readings()} == {kit.id for kit in load_kits(load, START)}
    after = time.time_ns() // 1_000_000
    for message in listener.readings():
        made = senml_json.decode(message.payload, kit_of(message.topic) or KitId(""), after).readings.instant
        assert before <= made[0] <= after


def test_kits_of_a_load_send_at_their_own_moment_of_one_period() -> None:
    load = LoadSettings(kits=200, rate=100.0, seconds=10.0)
    kits = load_kits(load, START)
    assert len({kit.id for kit in kits}) == 200
    assert {kit.instants.size for kit in kits} == {5}
    for kit in kits:
        assert np.abs(np.diff(kit.instants) - 2000).max() <= 1
        assert START <= kit.instants[0] < START + 2000
    assert np.std([kit.instants[0] - START for kit in kits]) > 400
    assert sum(1 for kit in kits for _ in kit.messages()) == load.messages


def test_kits_of_a_load_share_what_they_say_and_begin_at_different_moments_of_it() -> None:
    first, *others = load_kits(LoadSettings(kits=500, rate=500.0, seconds=5.0), START)
    alike = [kit for kit in others if kit.readings.keys() == first.readings.keys()]
    assert any(next(iter(kit.readings.values())).base is next(iter(first.readings.values())).base for kit in alike)
    assert len({tuple(next(iter(kit.readings.values()))) for kit in others}) > 300


def test_a_load_is_the_same_for_the_same_seed_and_another_for_another() -> None:
    def said(seed: int) -> list[bytes]:
        load = LoadSettings(kits=20, rate=20.0, seconds=3.0, seed=seed)
        return [message.payload for kit in load_kits(load, START) for message in kit.messages()]

    assert said(1) == said(1)
    assert said(1) != said(2)


@pytest.mark.parametrize("payload", list(PayloadFormat))
def test_readings_of_a_load_are_marked_as_simulated_in_every_format(payload: PayloadFormat) -> None:
    codec = {"senml-json": senml_json, "senml-cbor": senml_cbor, "frame": frame}[payload.value]
    for kit in load_kits(LoadSettings(kits=9, rate=9.0, seconds=2.0, payload=payload), START):
        for message in kit.messages():
            decoded = codec.decode(message.payload, kit.id, START + 100_000)
            assert decoded.problems == ()
            assert set(decoded.readings.simulated) == {True}


@pytest.mark.parametrize(
    ("load", "what"),
    [
        (LoadSettings(kits=0), "0 kits"),
        (LoadSettings(rate=0.0), "0 messages a second"),
        (LoadSettings(rate=math.inf), "inf messages a second"),
        (LoadSettings(seconds=-1.0), "-1 s"),
        (LoadSettings(kits_per_gateway=0), "0 kits behind a gateway"),
        (LoadSettings(kits=2, rate=7300.0), "expected 8 kits or more"),
    ],
)
def test_what_is_no_load_is_refused_in_one_line(load: LoadSettings, what: str) -> None:
    with pytest.raises(SimulatorError, match=what) as error:
        run_load("mqtt://127.0.0.1:1", load)
    assert "\n" not in str(error.value)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(1e-5, 100.0), min_size=1, max_size=300), st.floats(0.01, 1.0))
def test_quantiles_of_delays_are_right_within_one_percent(delays: list[float], share: float) -> None:
    counted = Delays()
    for delay in delays:
        counted.add(delay)
    exact = sorted(delays)[max(0, math.ceil(share * len(delays) - 1e-9) - 1)]
    assert counted.quantile(share) == pytest.approx(exact, rel=0.011)
    assert counted.longest == max(delays)


def test_without_delays_there_is_no_quantile() -> None:
    assert Delays().quantile(0.99) == 0.0
