"""The registry: importing twice is importing once, and old readings never change hands by the way."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from catalog.identifiers import EmployerId, KitId, KitModelId, QuantityId
from catalog.kits import Calibration, Deployment, Kit
from catalog.places import TransferFactor
from catalog.quantities import Uncertainty
from catalog.readings import ReadingColumns
from catalog.registry import Registry
from store.audit import audit_entries
from store.database import Database
from store.errors import OwnershipError
from store.readings import ReadingStore
from store.registry import Ownership, Saved, load, save
from store.scope import Scope
from tests.store.worlds import DAY, NOON, lent, place, registry, zone


def with_deployments(*changed: Deployment) -> Registry:
    world = registry()
    return replace(world, deployments={**world.deployments, **{d.id: d for d in changed}})


def test_import_twice_is_import_once(database: Database) -> None:
    assert save(database, registry()).added == 13
    assert save(database, registry()) == Saved(0, 0, 13)
    assert load(database, Scope.service()) == registry()
    assert len(audit_entries(database)) == 1


def test_every_field_comes_back(database: Database) -> None:
    world = registry()
    rich = replace(
        zone("a1", "siteA"),
        transfer_factors=(TransferFactor(QuantityId("illuminance"), 1.2, Uncertainty(0.08, 0.0), "luxmeter"),),
        place_uncertainty={QuantityId("laeq"): Uncertainty(0.0, 1.5)},
        schedule=replace(zone("a1", "siteA").schedule, closed=frozenset({date(2026, 8, 3), date(2026, 8, 4)})),
    )
    calibration = Calibration(
        KitId("k1"), QuantityId("co2"), date(2026, 1, 5), date(2027, 1, 5), 1.02, -3.0, Uncertainty(0.01, 5.0), "CERT-7"
    )
    world = replace(world, zones={**world.zones, rich.id: rich}, calibrations=(calibration,))
    save(database, world)
    assert load(database, Scope.service()) == world
    assert save(database, world).changed == 0


def test_things_come_in_order_of_their_ids_in_any_alphabet(database: Database) -> None:
    names = ["Z", "a", "a-1", "a1", "b", "é"]
    save(database, Registry(kits={k: Kit(k, KitModelId("generic"), "") for k in map(KitId, reversed(names))}))
    assert list(load(database, Scope.service()).kits) == names


def test_things_the_file_does_not_mention_are_kept(world: Database) -> None:
    b = registry().employers[EmployerId("B")]
    assert save(world, Registry(employers={b.id: b})) == Saved(0, 0, 1)
    assert load(world, Scope.service()) == registry()


def test_name_and_headcount_may_change(world: Database) -> None:
    changed = replace(zone("a1", "siteA", headcount=9), name="Atelier 2")
    assert save(world, replace(registry(), zones={changed.id: changed})).changed == 1
    assert load(world, Scope.service()).zones[changed.id] == changed


def test_open_deployment_may_be_ended_in_the_past_and_the_kit_go_elsewhere(world: Database) -> None:
    ended = lent("d2", "k2", "a2", NOON, NOON + DAY)
    follows = lent("d4", "k2", "b1", NOON + DAY, None)
    save(world, with_deployments(ended, follows))
    assert load(world, Scope.service()).deployments[follows.id] == follows


def test_deployment_may_move_to_another_zone_of_the_same_employer(world: Database) -> None:
    save(world, with_deployments(lent("d1", "k1", "a2", NOON, NOON + 5 * DAY)))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(
            with_deployments(lent("d1", "k1", "b1", NOON, NOON + 5 * DAY)), id="the zone is of another employer"
        ),
        pytest.param(with_deployments(lent("d1", "k2", "a1", NOON - DAY, NOON)), id="it is another kit"),
        pytest.param(with_deployments(lent("d1", "k1", "a1", NOON, NOON + DAY)), id="it ended earlier after all"),
        pytest.param(with_deployments(lent("d2", "k2", "a2", NOON + DAY, None)), id="it began later after all"),
        pytest.param(with_deployments(lent("d2", "k2", "b1", NOON, None)), id="an open one was elsewhere all the time"),
        pytest.param(
            replace(registry(), zones={**registry().zones, zone("a1", "siteB").id: zone("a1", "siteB")}),
            id="the zone moves to another employer's site",
        ),
        pytest.param(
            replace(registry(), establishments={place("siteA", "B").id: place("siteA", "B")}),
            id="the site is sold to another employer",
        ),
    ],
)
def test_change_that_takes_readings_from_their_employer_is_refused(world: Database, change: Registry) -> None:
    with pytest.raises(OwnershipError, match=r"deployment d[12]: readings of kit k[12] would go from A"):
        save(world, change)
    assert load(world, Scope.service()) == registry()


def test_correction_is_possible_and_leaves_a_trace(world: Database) -> None:
    save(world, with_deployments(lent("d1", "k1", "b1", NOON, NOON + 5 * DAY)), Ownership.CORRECT, actor="ada")
    entry = audit_entries(world)[0]
    assert (entry.actor, entry.action, entry.subject) == ("ada", "registry_saved", "ownership correct")


def test_time_without_readings_may_change_hands(world: Database, tmp_path: Path) -> None:
    readings = ReadingStore(tmp_path / "readings")
    shorter = with_deployments(lent("d1", "k1", "a1", NOON, NOON + DAY))
    readings.append(ReadingColumns(["k1"], ["co2"], [NOON + 2 * DAY], [400.0], [1], [NOON], [False]))
    with pytest.raises(OwnershipError, match="to nobody"):
        save(world, shorter, readings=readings)
    save(world, with_deployments(lent("d1", "k1", "a1", NOON, NOON + 3 * DAY)), readings=readings)


def test_kit_in_two_places_is_refused_also_against_what_is_stored(world: Database) -> None:
    new = lent("d9", "k1", "a2", NOON + DAY, NOON + 2 * DAY)
    only_new = replace(registry(), deployments={new.id: new})
    with pytest.raises(OwnershipError, match=r"kit k1 is in a1 \(d1\) and in a2 \(d9\) at one time; end d1"):
        save(world, only_new)


def test_two_employers_with_one_siret_are_refused(world: Database) -> None:
    double = replace(registry().employers[EmployerId("A")], id=EmployerId("A-bis"))
    with pytest.raises(OwnershipError, match="employers A and A-bis have the same SIRET"):
        save(world, replace(registry(), employers={double.id: double}))
