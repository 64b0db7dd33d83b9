"""Whole workplaces: what doors carry, and what kit, worker and room have of the same events."""

from datetime import date
from math import exp, inf, log, log10
from statistics import NormalDist

import numpy as np
import pytest
from msgspec.structs import replace

from catalog.identifiers import KitModelId, QuantityId
from firmware_sim.placing import Distances, Placing, kit_place, worker_distances
from firmware_sim.rooms import Floats
from firmware_sim.scenario import Activity, AirThrough, Particles, Passage, PresenceBlock, SimulatedZone, Workplace
from firmware_sim.simulation import SimulatedRoom, kit_values, room_values, simulate, voc_index, worker_values
from firmware_sim.sound_field import level_at
from firmware_sim.workplaces import packaged_workplace, virtual_kits
from firmware_sim.zones import Truth

THURSDAY = date(2026, 11, 19)
SOURCE = "made up for a test"
ALWAYS = {"name": "machine", "source": SOURCE, "share": 1.0, "minutes": 60.0}
NOON = 12 * 60 - 61
"""Step that ends just before noon in Paris, in winter; at work since eight o'clock."""


def zone_of(name: str, *activities: Activity, phase: float = 0.0) -> SimulatedZone:
    """A room of 300 m³ in which two people work from eight to five."""
    zone = packaged_workplace("open_plan_office").zones[0]
    block = PresenceBlock(people=2, days=[1, 2, 3, 4, 5, 6, 7], from_="08:00", to="17:00")
    return replace(
        zone,
        id=name,
        kit=replace(zone.kit, id=f"kit-{name}", phase=phase),
        people=replace(zone.people, presence=[block], punctuality=0.0),
        activities=list(activities),
    )


def workplace_of(*zones: SimulatedZone, passages: tuple[Passage, ...] = ()) -> Workplace:
    """A workplace of these zones."""
    return replace(packaged_workplace("open_plan_office"), zones=list(zones), passages=passages)


def rooms_of(*zones: SimulatedZone, passages: tuple[Passage, ...] = (), seed: int = 1) -> list[SimulatedRoom]:
    return simulate(workplace_of(*zones, passages=passages), [THURSDAY], seed)


def worker_of(room: SimulatedRoom) -> dict[QuantityId, Floats]:
    return worker_values(room, worker_distances(room.happened.zone, 1, Placing.AS_WRITTEN))


def kit_of(room: SimulatedRoom) -> dict[QuantityId, Floats]:
    return kit_values(room, kit_place(room.happened.zone, "kit", 1, Placing.AS_WRITTEN))


def test_near_field_of_who_stands_at_a_source_is_emission_over_the_air_that_leaves_it() -> None:
    machine = Activity(
        **ALWAYS, attended=0.5, vapour=360.0, formaldehyde=36.0, co=720.0, co2=3.6,
        particles=Particles(pm1=0.6, pm2_5=1.2, pm4=2.4, pm10=6.0),
    )  # fmt: skip
    (room,) = rooms_of(zone_of("a", machine))
    beta = room.happened.zone.room.near_air
    # mL/h to ppb·m3/s: 1000/3600; L/h of CO2 to ppm·m3/s: 1000/3600; mg/min to µg/s: 1000/60
    wanted = {
        "tvoc": 100.0,
        "formaldehyde": 10.0,
        "co": 0.2,
        "co2": 1.0,
        "pm1": 10,
        "pm2_5": 20,
        "pm4": 40,
        "pm10": 100,
    }
    worker, mixed = worker_of(room), room_values(room)
    for name, amount in wanted.items():
        above = worker[QuantityId(name)] - mixed[QuantityId(name)]
        assert above[NOON] == pytest.approx(0.5 * amount / beta, rel=1e-9), name
        assert above[60] == 0.0, name


def test_nobody_s_near_field_has_what_nobody_stands_at() -> None:
    (room,) = rooms_of(zone_of("a", Activity(**ALWAYS, vapour=360.0)))
    np.testing.assert_array_equal(worker_of(room)[QuantityId("tvoc")], room_values(room)[QuantityId("tvoc")])


def test_flame_settles_at_its_emission_over_the_ventilation() -> None:
    zone = zone_of("a", Activity(**ALWAYS, co=720.0, co2=360.0))
    zone = replace(zone, room=replace(zone.room, air_changes=3.0, air_changes_occupied=3.0))
    (room,) = rooms_of(zone)
    outdoors, air = workplace_of(zone).outdoors, 6.0 * 300.0 / 3600.0
    mixed = room_values(room)
    # nine hours of six air changes: nothing is left of the start
    assert mixed[QuantityId("co")][16 * 60] == pytest.approx(outdoors.co + 0.2 / air, rel=1e-9)
    breath = 2 * zone.people.co2 * 1000.0
    assert mixed[QuantityId("co2")][16 * 60] == pytest.approx(outdoors.co2 + (100.0 + breath) / air, rel=1e-9)


def test_dust_settles_at_its_emission_over_ventilation_and_surfaces_each_size_at_its_own_pace() -> None:
    sander = Activity(**ALWAYS, particles=Particles(pm1=3.0, pm2_5=9.0, pm4=30.0, pm10=300.0))
    zone = zone_of("a", sander)
    zone = replace(zone, room=replace(zone.room, air_changes=3.0, air_changes_occupied=3.0))
    (room,) = rooms_of(zone)
    (still,) = rooms_of(replace(zone, activities=[]))
    # mg/min to µg/h, in 300 m³ that lose 6 volumes an hour and what settles: 0.1, 0.3, 0.8 and 2.0 per hour
    slices = np.array([3.0, 6.0, 21.0, 270.0]) * 60_000.0 / 300.0 / (6.0 + np.array([0.1, 0.3, 0.8, 2.0]))
    for name, wanted in zip(("pm1", "pm2_5", "pm4", "pm10"), np.cumsum(slices), strict=True):
        added = room.air[name][16 * 60] - still.air[name][16 * 60]
        assert added == pytest.approx(wanted, rel=1e-9), name


def test_open_door_brings_a_neighbour_s_solvent_and_a_shut_one_nothing() -> None:
    sprayed = zone_of("a", Activity(**ALWAYS, vapour=360.0), phase=4.2)
    shut = rooms_of(sprayed, zone_of("b", phase=31.0))
    door = Passage(between=("a", "b"), air=200.0, source=SOURCE)
    ajar = rooms_of(sprayed, zone_of("b", phase=31.0), passages=(door,))
    tvoc = QuantityId("tvoc")
    usual = room_values(shut[1])[tvoc]
    np.testing.assert_allclose(usual, usual[0], rtol=1e-12)
    assert room_values(ajar[1])[tvoc][NOON] > usual[0] + 100.0
    assert room_values(ajar[0])[tvoc][NOON] < room_values(shut[0])[tvoc][NOON]


def test_activity_holds_a_door_open_for_as_long_as_it_runs() -> None:
    held = Activity(
        name="delivery", source=SOURCE, share=1.0, minutes=60.0, from_="10:00", to="11:00",
        door=AirThrough(with_="a", air=1000.0),
    )  # fmt: skip
    sprayed = zone_of("a", Activity(**ALWAYS, vapour=360.0))
    tvoc = room_values(rooms_of(sprayed, zone_of("b", held))[1])[QuantityId("tvoc")]
    np.testing.assert_allclose(tvoc[: 10 * 60 - 1], tvoc[0], rtol=1e-12)
    assert tvoc[11 * 60 - 1] > tvoc[0] + 50.0
    assert tvoc[12 * 60 - 1] < tvoc[11 * 60 - 1]


@pytest.mark.parametrize("phase", [0.0, 17.9])
def test_zone_behind_a_shut_door_is_to_the_bit_what_it_is_as_the_only_one(phase: float) -> None:
    machine = Activity(**ALWAYS, vapour=36.0, sound_power=90.0, heat=500.0, moisture=100.0)
    (alone,) = rooms_of(zone_of("b", machine, phase=phase))
    _, beside = rooms_of(zone_of("a"), zone_of("b", machine, phase=phase))
    for name, signal in kit_of(alone).items():
        assert signal.tobytes() == kit_of(beside)[name].tobytes(), name


def test_sun_on_the_roof_warms_a_workshop_by_day_alone() -> None:
    shaded, sunny = (zone_of("a"), zone_of("a"))
    sunny = replace(sunny, room=replace(sunny.room, solar_gain=20_000.0))
    warmer = rooms_of(sunny)[0].temperature - rooms_of(shaded)[0].temperature  # the same clouds pass over both
    assert warmer[6 * 60] == 0.0
    assert warmer.max() > 1.0
    assert warmer.min() >= 0.0


def test_workshop_in_a_heat_wave_is_as_hot_as_the_days_before_from_its_first_night_on() -> None:
    hot = workplace_of(zone_of("a"))
    hot = replace(hot, outdoors=replace(hot.outdoors, temperature=33.0, temperature_swing=0.0))
    (room,) = simulate(hot, [THURSDAY], 1)
    assert room.temperature[60] == pytest.approx(33.0, abs=1e-9)
    assert room.temperature[16 * 60] > 33.5


def test_moisture_of_a_kettle_is_in_the_air() -> None:
    dry, damp = rooms_of(zone_of("a")), rooms_of(zone_of("a", Activity(**ALWAYS, moisture=300.0)))
    added = damp[0].air["water"] - dry[0].air["water"]
    changes = 0.45 + 0.2
    # build-up from eight o'clock on: G/(λV)·(1 − e^(−λt)), four hours later
    wanted = 300.0 / (changes * 300.0) * (1 - exp(-changes * 4.0))
    assert added[12 * 60 - 1] == pytest.approx(wanted, rel=1e-9)
    assert room_values(damp[0])[QuantityId("humidity")][NOON] > room_values(dry[0])[QuantityId("humidity")][NOON]


def test_machine_is_heard_at_the_ear_at_the_kit_and_in_the_room_as_the_distances_have_it() -> None:
    machine = Activity(**ALWAYS, sound_power=100.0, kit_distance=4.0, worker_distance=0.8)
    (room,) = rooms_of(zone_of("a", machine))
    absorption = room.happened.zone.room.absorption
    for heard, distance in ((kit_of(room), 4.0), (worker_of(room), 0.8), (room_values(room), inf)):
        assert heard[QuantityId("laeq")][NOON] == pytest.approx(level_at(100.0, distance, absorption), abs=1e-3)


def test_two_machines_and_the_background_are_the_sum_of_their_energies() -> None:
    loud = Activity(**ALWAYS, sound_power=70.0, kit_distance=2.0)
    other = replace(loud, name="other", sound_power=66.0, kit_distance=5.0)
    (room,) = rooms_of(zone_of("a", loud, other))
    described = room.happened.zone.room
    energy = sum(
        10 ** (level / 10)
        for level in (
            described.background_level,
            level_at(70.0, 2.0, described.absorption),
            level_at(66.0, 5.0, described.absorption),
        )
    )
    laeq = kit_of(room)[QuantityId("laeq")]
    assert laeq[NOON] == pytest.approx(10 * log10(energy), abs=1e-9)
    assert laeq[60] == pytest.approx(described.background_level, abs=1e-9)


def test_blows_are_louder_at_the_ear_by_twenty_times_the_logarithm_of_the_distances() -> None:
    nailing = Activity(
        **ALWAYS, kit_distance=5.0, worker_distance=0.5, peaks_per_hour=600.0, peak_level=150.0, peak_spread=1.0
    )
    (room,) = rooms_of(zone_of("a", nailing))
    peak = QuantityId("lcpeak")
    at_kit, at_ear = kit_of(room)[peak][600:700], worker_of(room)[peak][600:700]
    np.testing.assert_allclose(at_ear - at_kit, 20.0, atol=1e-9)
    # the highest of ten normal blows lies 1.54 standard deviations above their mean
    assert at_ear.mean() == pytest.approx(150.0 + 20 * log10(2) + 1.54, abs=0.3)
    assert room_values(room)[peak][600:700].max() < 100.0


def test_levels_of_every_signal_stand_in_order() -> None:
    for room in simulate(packaged_workplace("joinery"), [THURSDAY], 4):
        for heard in (kit_of(room), worker_of(room), room_values(room)):
            assert np.all(heard[QuantityId("laeq")] <= heard[QuantityId("lafmax")])
            assert np.all(heard[QuantityId("lafmax")] + 10.0 <= heard[QuantityId("lcpeak")])


def test_kit_that_hangs_as_written_has_the_room_s_air_and_light() -> None:
    (room,) = rooms_of(zone_of("a", Activity(**ALWAYS, attended=0.5, vapour=36.0)))
    at_kit, mixed = kit_of(room), room_values(room)
    for name in ("co2", "tvoc", "pm10", "temperature", "humidity", "illuminance"):
        np.testing.assert_allclose(at_kit[QuantityId(name)], mixed[QuantityId(name)], rtol=1e-12)


def test_place_of_a_kit_changes_what_is_above_the_outdoor_air_and_not_that_itself() -> None:
    (room,) = rooms_of(zone_of("a"))
    place = kit_place(room.happened.zone, "kit", 5, Placing.DRAWN)
    outdoors = room.outdoors.co2
    at_kit, mixed = kit_values(room, place)[QuantityId("co2")], room_values(room)[QuantityId("co2")]
    assert place.gases["co2"] != 1.0
    assert at_kit[60] == pytest.approx(outdoors, rel=1e-12)
    assert (at_kit[NOON] - outdoors) / (mixed[NOON] - outdoors) == pytest.approx(place.gases["co2"], rel=1e-9)


def test_places_of_many_kits_are_spread_as_the_file_says() -> None:
    zone = zone_of("a", Activity(**ALWAYS, sound_power=80.0, kit_distance=3.0))
    places = [kit_place(zone, f"kit-{number}", 1, Placing.DRAWN) for number in range(600)]
    spread = zone.spread
    for drawn, wanted in (
        ([log(place.gases["co2"]) for place in places], spread.gas),
        ([log(place.gases["tvoc"]) for place in places], spread.vapours),
        ([log(place.particles) for place in places], spread.particles),
        ([log(place.light) for place in places], spread.light),
        ([place.temperature for place in places], spread.temperature),
        ([place.sound for place in places], spread.sound),
        ([log(place.distances.of["machine"] / 3.0) for place in places], spread.distance),
    ):
        found = NormalDist.from_samples(drawn)
        assert found.stdev == pytest.approx(wanted, rel=0.12)
        assert abs(found.mean) < 4 * wanted / 600**0.5


def test_worker_is_drawn_once_for_all_kits_of_a_zone_and_kits_hang_apart() -> None:
    kits = virtual_kits(packaged_workplace("hair_salon"), [THURSDAY], 3, kits=3, placing=Placing.DRAWN)
    assert [kit.id for kit in kits] == ["vs-04", "vs-04-2", "vs-04-3"]
    for name in ("laeq", "tvoc", "illuminance"):
        ears = {kit.truth.worker[QuantityId(name)].tobytes() for kit in kits}
        places = {kit.truth.values[QuantityId(name)].tobytes() for kit in kits}
        assert (len(ears), len(places)) == (1, 3)


def test_kit_of_another_model_reads_the_same_truth_with_its_own_channels() -> None:
    workplace = packaged_workplace("hair_salon")
    (written,) = virtual_kits(workplace, [THURSDAY], 3)
    (other,) = virtual_kits(workplace, [THURSDAY], 3, model=KitModelId("vigie-sim"))
    assert signals(written.truth) == signals(other.truth)
    assert QuantityId("formaldehyde") in written.readings
    assert QuantityId("formaldehyde") not in other.readings


def signals(truth: Truth) -> bytes:
    return b"".join(
        signals[name].tobytes() for signals in (truth.values, truth.worker, truth.room) for name in sorted(signals)
    )


@pytest.mark.parametrize("placing", list(Placing))
def test_same_seed_gives_the_same_bytes_of_all_three_signals(placing: Placing) -> None:
    workplace = packaged_workplace("joinery")
    once, again, other = (
        b"".join(signals(kit.truth) for kit in virtual_kits(workplace, [THURSDAY], seed, placing=placing))
        for seed in (7, 7, 8)
    )
    assert once == again
    assert once != other


def test_voc_index_is_100_in_usual_air_and_never_above_500() -> None:
    np.testing.assert_allclose(voc_index([150.0, 1e9], 150.0), [100.0, 500.0], rtol=1e-6)


def test_listener_without_a_distance_hears_the_diffuse_sound_alone() -> None:
    (room,) = rooms_of(zone_of("a", Activity(**ALWAYS, sound_power=90.0, worker_distance=0.3)))
    nowhere = worker_values(room, Distances({}))[QuantityId("laeq")]
    assert nowhere.tobytes() == room_values(room)[QuantityId("laeq")].tobytes()
