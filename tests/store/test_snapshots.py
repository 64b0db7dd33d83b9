"""What a computation rested on is kept once, word for word, and read back as it was."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select, text

from catalog.identifiers import KitId, QuantityId, ZoneId
from catalog.kits import Calibration, Kit, kit_models
from catalog.quantities import Uncertainty
from catalog.registry import Registry
from rules.pack import default_packs
from store.database import Database
from store.errors import SnapshotError, StoreError
from store.snapshots import (
    Snapshots,
    ZoneSnapshot,
    kept_pack,
    kept_zone,
    problems_of_snapshots,
    snapshots_of,
    zone_snapshot,
)
from store.tables import RegistrySnapshotRow, RulePackRow, TicketRevisionRow
from store.tickets import ComputedFrom, TicketStore
from tests.store.worlds import DAY, NOON, assessment, exposure, proposal, registry

A1 = ZoneId("a1")
DATA = {"quantities.toml": "ab"}
LIBRARIES = {"numpy": "2.0"}


def calibrated(kit: str, quantity: str = "co2", performed: date = date(2026, 1, 5)) -> Calibration:
    return Calibration(
        KitId(kit), QuantityId(quantity), performed, date(2027, 1, 5), 1.02, -12.5, Uncertainty(0.01, 5.0), "gaz étalon"
    )


def known(places: Registry, zone: str = "a1") -> ZoneSnapshot:
    return zone_snapshot(places, places.zones[ZoneId(zone)], DATA, LIBRARIES)


def kept(places: Registry) -> Snapshots:
    return snapshots_of(known(places), default_packs())


def apply(world: Database, snapshots: Snapshots, value: float = 900.0, at: int = NOON + 6 * DAY) -> None:
    digests = tuple(pack.content.digest for pack in snapshots.packs)
    TicketStore(world).apply(
        A1,
        [proposal("a1", assessment(exposure(value=value)))],
        at,
        ComputedFrom(7, at, snapshots.zone.digest, digests, "1.2"),
        snapshots=snapshots,
    )


def count(world: Database, table: type[RegistrySnapshotRow | RulePackRow | TicketRevisionRow]) -> int:
    with world.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_zone_is_read_back_as_it_was_down_to_the_last_bit(world: Database) -> None:
    odd = replace(calibrated("k1"), gain=1.0000000000000002, offset=5e-324)
    places = replace(registry(), calibrations=(odd,))
    apply(world, kept(places))
    with world.reading() as session:
        revision = session.get_one(TicketRevisionRow, (1, 1))
        assert revision.registry_digest is not None
        found = kept_zone(session, revision.registry_digest)
        packs = tuple(kept_pack(session, digest) for digest in revision.packs)
    assert found == known(places)
    assert found.registry.calibrations == (odd,)
    assert packs == default_packs()


def test_every_kit_model_of_the_catalog_can_be_kept(world: Database) -> None:
    for at, model in enumerate(kit_models()):
        places = replace(registry(), kits={KitId("k1"): Kit(KitId("k1"), model, "Kit")})
        apply(world, kept(places), value=900.0 + at)
        with world.reading() as session:
            assert kept_zone(session, kept(places).zone.digest) == known(places)


def test_only_the_zone_itself_is_kept_and_nothing_of_another_employer() -> None:
    places = replace(registry(), calibrations=(calibrated("k1"), calibrated("k2")))
    found = known(places, "a1").registry
    assert (list(found.employers), list(found.zones), list(found.deployments), list(found.kits)) == (
        ["A"], ["a1"], ["d1"], ["k1"],
    )  # fmt: skip
    assert found.calibrations == (calibrated("k1"),)
    assert "Coiffure" not in kept(places).zone.text


def test_same_facts_in_another_order_have_the_same_digest() -> None:
    first, second = calibrated("k1"), calibrated("k1", "temperature")
    one = replace(registry(), calibrations=(first, second))
    other = replace(
        one,
        calibrations=(second, first),
        deployments=dict(reversed(one.deployments.items())),
        zones=dict(reversed(one.zones.items())),
    )
    assert kept(one).zone.digest == kept(other).zone.digest
    changed = replace(one, calibrations=(replace(first, offset=-12.500000000000002), second))
    assert kept(one).zone.digest != kept(changed).zone.digest


def test_texts_are_written_once_however_many_revisions_rest_on_them(world: Database) -> None:
    snapshots = kept(registry())
    for value in (900.0, 901.0, 902.0):
        apply(world, snapshots, value)
    assert count(world, TicketRevisionRow) == 3
    assert (count(world, RegistrySnapshotRow), count(world, RulePackRow)) == (1, len(default_packs()))


def test_computation_that_changes_nothing_keeps_nothing(world: Database) -> None:
    apply(world, kept(registry()))
    apply(world, kept(replace(registry(), calibrations=(calibrated("k1"),))), at=NOON + 7 * DAY)
    assert (count(world, TicketRevisionRow), count(world, RegistrySnapshotRow)) == (1, 1)


def test_what_was_kept_cannot_be_changed_through_the_store(world: Database) -> None:
    apply(world, kept(registry()))
    with pytest.raises(StoreError, match="only ever added to"), world.writing() as session:
        session.scalars(select(RegistrySnapshotRow)).one().content = "{}"


def test_text_changed_behind_the_store_is_found(world: Database) -> None:
    snapshots = kept(registry())
    apply(world, snapshots)
    with world.writing() as session:
        session.execute(text("UPDATE registry_snapshots SET content = replace(content, 'Menuiserie', 'Menuiserle')"))
        session.execute(text("UPDATE rule_packs SET content = content || ' '"))
    with world.reading() as session:
        with pytest.raises(SnapshotError, match="was changed after it was written"):
            kept_zone(session, snapshots.zone.digest)
        with pytest.raises(SnapshotError, match="was changed after it was written"):
            kept_pack(session, snapshots.packs[0].content.digest)
        with pytest.raises(SnapshotError, match="is not in the database"):
            kept_zone(session, "0" * 64)
        told = [problem.text for problem in problems_of_snapshots(session)]
    zone = f"snapshot of the registry {snapshots.zone.digest[:12]} was changed after it was written"
    assert told[0] == zone
    assert len(told) == 1 + len(snapshots.packs)


def test_text_that_is_gone_is_missed_by_the_revision_that_rests_on_it(world: Database) -> None:
    snapshots = kept(registry())
    apply(world, snapshots)
    with world.reading() as session:
        assert problems_of_snapshots(session) == []
    pack = snapshots.packs[0].content.digest
    with world.writing() as session:
        session.execute(text("DELETE FROM rule_packs WHERE digest = :digest"), {"digest": pack})
    with world.reading() as session:
        (problem,) = problems_of_snapshots(session)
    assert (problem.ticket, problem.text) == (1, f"{pack[:12]}, which revision 1 was computed from, is missing")
