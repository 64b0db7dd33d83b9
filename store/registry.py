"""The registry in the database: imported from files, added to and changed, never emptied."""

import time
from dataclasses import dataclass, replace
from enum import Enum
from typing import TypeVar

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from catalog.corrections import HumidityCorrection
from catalog.identifiers import DeploymentId, EmployerId, EstablishmentId, KitId, KitModelId, QuantityId, ZoneId
from catalog.kits import Calibration, Deployment, Kit
from catalog.places import Employer, Establishment, TransferFactor, WorkIntensity, WorkSchedule, Zone, ZoneKind
from catalog.quantities import Uncertainty
from catalog.registry import Registry
from store.audit import AuditEntry, note
from store.database import Database
from store.errors import OwnershipError
from store.ownership import HasReadings, lost_time, overlaps
from store.readings import ReadingStore
from store.scope import Scope
from store.tables import (
    Base,
    CalibrationRow,
    DeploymentRow,
    EmployerRow,
    EstablishmentRow,
    KitRow,
    ZoneRow,
)

_Row = TypeVar("_Row", EmployerRow, EstablishmentRow, ZoneRow, KitRow, DeploymentRow)


class Ownership(Enum):
    """What a save may do with readings already taken."""

    KEEP = "keep"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True)
class Saved:
    """How many things of the registry were new, changed, or as they were before."""

    added: int
    changed: int
    unchanged: int


def save(
    database: Database,
    registry: Registry,
    ownership: Ownership = Ownership.KEEP,
    readings: ReadingStore | None = None,
    actor: str = "registry import",
) -> Saved:
    """Add and change what a registry says; to save it again changes nothing.

    Parameters
    ----------
    registry : Registry
        What it does not mention is kept as it is: a file of one establishment may be imported without the others.
    ownership : Ownership
        With KEEP a change that would take readings from their employer is refused. CORRECT is for a deployment that was
        entered wrong; it is written to the audit.
    readings : ReadingStore, optional
        Where to look whether there are readings at all; without it there are taken to be.

    Raises
    ------
    OwnershipError
        Readings would change hands, a kit would be in two places, or two employers would have one SIRET; all of them
        are named, and nothing was saved.
    """
    with database.writing() as session:
        stored = _load(session, Scope.service())
        merged = _merged(stored, registry)
        problems = overlaps(merged) + _one_employer_a_siret(merged)
        if ownership is Ownership.KEEP:
            problems += lost_time(stored, merged, _looks_into(readings))
        if problems:
            raise OwnershipError("\n".join(problems))
        saved = _write(session, registry)
        if saved.added or saved.changed:
            detail = f"{saved.added} added, {saved.changed} changed, {saved.unchanged} unchanged"
            now = time.time_ns() // 1_000_000
            note(session, AuditEntry(now, actor, "registry_saved", f"ownership {ownership.value}", detail))
    return saved


def load(database: Database, scope: Scope) -> Registry:
    """The registry as far as a scope reaches, each kind of thing in order of its id.

    An employer's has their own places and deployments, an expert's the zones of what is assigned to them; both have of
    kits only those that were lent there, without the calibrations.
    """
    with database.reading() as session:
        return _load(session, scope)


def _load(session: Session, scope: Scope) -> Registry:
    establishments = {
        EstablishmentId(row.id): Establishment(
            EstablishmentId(row.id),
            EmployerId(row.employer),
            row.name,
            row.timezone,
            row.country,
            row.subdivision,
            row.address,
        )
        for row in _by_id(session, select(EstablishmentRow).where(scope.establishments()))
    }
    owners = {scope.employer_id, *(place.employer for place in establishments.values())}
    employers = {
        EmployerId(row.id): Employer(EmployerId(row.id), row.name, row.siret, row.naf)
        for row in _by_id(session, select(EmployerRow))
        if row.id in owners or not scope.is_outside
    }
    zones = {ZoneId(row.id): _zone(row) for row in _by_id(session, select(ZoneRow).where(scope.zones()))}
    deployments = {
        DeploymentId(row.id): Deployment(
            DeploymentId(row.id), KitId(row.kit), ZoneId(row.zone), row.start, row.end, row.position
        )
        for row in _by_id(session, select(DeploymentRow).where(scope.deployments()))
    }
    lent = {deployment.kit for deployment in deployments.values()}
    kits = {
        KitId(row.id): Kit(KitId(row.id), KitModelId(row.model), row.label, row.simulated)
        for row in _by_id(session, select(KitRow))
        if row.id in lent or not scope.is_outside
    }
    calibrations = () if scope.is_outside else _calibrations(session)
    return Registry(employers, establishments, zones, kits, deployments, calibrations)


def _by_id(session: Session, query: Select[_Row]) -> list[_Row]:
    """Rows in order of their ids: sorted here, because every database has an alphabet of its own."""
    return sorted(session.scalars(query), key=lambda row: row.id)


def _merged(stored: Registry, new: Registry) -> Registry:
    calibrations = {(c.kit, c.quantity, c.performed): c for c in (*stored.calibrations, *new.calibrations)}
    return replace(
        new,
        employers={**stored.employers, **new.employers},
        establishments={**stored.establishments, **new.establishments},
        zones={**stored.zones, **new.zones},
        kits={**stored.kits, **new.kits},
        deployments={**stored.deployments, **new.deployments},
        calibrations=tuple(calibrations.values()),
    )


def _one_employer_a_siret(registry: Registry) -> list[str]:
    seen: dict[str, EmployerId] = {}
    found = []
    for employer in registry.employers.values():
        first = seen.setdefault(employer.siret, employer.id)
        if first != employer.id:
            found.append(f"employers {first} and {employer.id} have the same SIRET {employer.siret}; mend one of them")
    return found


def _looks_into(readings: ReadingStore | None) -> HasReadings:
    if readings is None:
        return lambda _kit, _start, _end: True
    return lambda kit, start, end: not readings.read(kits=[kit], start=start, end=end).is_empty()


def _write(session: Session, registry: Registry) -> Saved:
    added = changed = unchanged = 0
    for row, identity in _rows(registry):
        stored = session.get(type(row), identity)
        if stored is None:
            session.add(row)
            session.flush()
            added += 1
            continue
        names = [column.key for column in row.__mapper__.column_attrs]
        differing = [name for name in names if getattr(stored, name) != getattr(row, name)]
        for name in differing:
            setattr(stored, name, getattr(row, name))
        changed += bool(differing)
        unchanged += not differing
    return Saved(added, changed, unchanged)


def _rows(registry: Registry) -> list[tuple[Base, object]]:
    """Every thing as a row with its key, what is referred to before what refers to it."""
    rows: list[tuple[Base, object]] = [
        (EmployerRow(id=e.id, name=e.name, siret=e.siret, naf=e.naf), e.id) for e in registry.employers.values()
    ]
    rows += [(EstablishmentRow(**_fields(place)), place.id) for place in registry.establishments.values()]
    rows += [(ZoneRow(**_fields(zone)), zone.id) for zone in registry.zones.values()]
    rows += [(KitRow(**_fields(kit)), kit.id) for kit in registry.kits.values()]
    rows += [(DeploymentRow(**_fields(lent)), lent.id) for lent in registry.deployments.values()]
    for calibration in registry.calibrations:
        fields = {
            **_fields(calibration),
            "performed": calibration.performed,
            "due": calibration.due,
        }
        rows.append((CalibrationRow(**fields), (calibration.kit, calibration.quantity, calibration.performed)))
    return rows


def _fields(thing: object) -> dict[str, object]:
    """A catalog value as what JSON can hold, always in the same order."""
    fields: dict[str, object] = msgspec.json.decode(msgspec.json.encode(thing, order="deterministic"))
    return fields


def _zone(row: ZoneRow) -> Zone:
    return Zone(
        id=ZoneId(row.id),
        establishment=EstablishmentId(row.establishment),
        name=row.name,
        kind=ZoneKind(row.kind),
        headcount=row.headcount,
        work_unit=row.work_unit,
        intensity=WorkIntensity(row.intensity),
        schedule=msgspec.convert(row.schedule, WorkSchedule),
        transfer_factors=msgspec.convert(row.transfer_factors, tuple[TransferFactor, ...]),
        place_uncertainty=msgspec.convert(row.place_uncertainty, dict[QuantityId, Uncertainty]),
        corrections=msgspec.convert(row.corrections, tuple[HumidityCorrection, ...]),
    )


def _calibrations(session: Session) -> tuple[Calibration, ...]:
    rows = sorted(session.scalars(select(CalibrationRow)), key=lambda row: (row.kit, row.quantity, row.performed))
    return tuple(_calibration(row) for row in rows)


def _calibration(row: CalibrationRow) -> Calibration:
    return Calibration(
        KitId(row.kit),
        QuantityId(row.quantity),
        row.performed,
        row.due,
        row.gain,
        row.offset,
        msgspec.convert(row.uncertainty, Uncertainty),
        row.reference,
    )
