"""What a computation of a zone rested on besides readings, kept word for word under the digest of its text.

A ticket's revision names the digests; the texts are written in the transaction of the first revision that needs them,
each once, and never change.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from catalog.kits import KitModel, kit_models
from catalog.places import Zone
from catalog.registry import Registry
from rules.canonical import canonical_text
from rules.errors import PackError
from rules.pack_text import from_text, to_text
from rules.rule import Pack
from store.errors import SnapshotError
from store.tables import RegistrySnapshotRow, RulePackRow, TicketRevisionRow
from store.ticket_log import LogProblem


@dataclass(frozen=True, slots=True)
class ZoneSnapshot:
    """What is known of a zone beside the readings of its kits.

    Attributes
    ----------
    registry : Registry
        The zone and whose it is, its deployments, their kits and the calibrations of these; nothing else.
    models : tuple of KitModel
        Of these kits, as the catalog had them, without their quality tests: those know infinity, JSON does not.
    data : mapping of str to str
        What of the catalog numbers depend on, data files and whole kit models, each with its SHA-256.
    libraries : mapping of str to str
        What the software computed with, each with its version.
    """

    registry: Registry
    models: tuple[KitModel, ...]
    data: Mapping[str, str]
    libraries: Mapping[str, str]

    @property
    def zone(self) -> Zone:
        """The one zone it speaks of."""
        (zone,) = self.registry.zones.values()
        return zone


@dataclass(frozen=True, slots=True)
class KeptText:
    """A text and the SHA-256 that names it."""

    digest: str
    text: str


@dataclass(frozen=True, slots=True)
class KeptPack:
    """A whole rule pack as such a text."""

    id: str
    version: str
    content: KeptText


@dataclass(frozen=True, slots=True)
class Snapshots:
    """The texts a computation of a zone rested on, as they are kept."""

    zone: KeptText
    packs: tuple[KeptPack, ...]


def zone_snapshot(
    registry: Registry, zone: Zone, data: Mapping[str, str], libraries: Mapping[str, str]
) -> ZoneSnapshot:
    """What a registry says of a zone: exactly what a computation of the zone looks at.

    Parameters
    ----------
    data : mapping of str to str
        The catalog's data files with their SHA-256.
    libraries : mapping of str to str
        See :class:`ZoneSnapshot`.

    Notes
    -----
    In an order of its own, so that the same facts make the same text whatever order they were entered in.
    """
    establishment = registry.establishment_of(zone)
    deployments = sorted(registry.deployments_of(zone), key=lambda lent: lent.id)
    kits = [registry.kits[kit] for kit in sorted({lent.kit for lent in deployments} & set(registry.kits))]
    known = {kit.id for kit in kits}
    calibrations = [done for done in registry.calibrations if done.kit in known]
    models = [kit_models()[model] for model in sorted({kit.model for kit in kits} & set(kit_models()))]
    whole = {f"kit model {model.id}": _digest(canonical_text(model)) for model in models}
    return ZoneSnapshot(
        Registry(
            employers={establishment.employer: registry.employer_of(zone)},
            establishments={establishment.id: establishment},
            zones={zone.id: zone},
            kits={kit.id: kit for kit in kits},
            deployments={lent.id: lent for lent in deployments},
            calibrations=tuple(sorted(calibrations, key=lambda done: (done.kit, done.quantity, done.performed))),
        ),
        tuple(_without_tests(model) for model in models),
        {**data, **whole},
        libraries,
    )


def snapshots_of(zone: ZoneSnapshot, packs: Sequence[Pack]) -> Snapshots:
    """The texts of a zone and of the packs it was judged by, in the packs' order."""
    return Snapshots(
        _kept(canonical_text(zone)), tuple(KeptPack(pack.id, pack.version, _kept(to_text(pack))) for pack in packs)
    )


def keep(session: Session, snapshots: Snapshots, at: int) -> None:
    """Add what is not kept yet.

    Parameters
    ----------
    session : Session
        Of a writing transaction.
    at : int
        Milliseconds UTC.
    """
    zone = snapshots.zone
    if session.get(RegistrySnapshotRow, zone.digest) is None:
        session.add(RegistrySnapshotRow(digest=zone.digest, content=zone.text, at=at))
    for pack in snapshots.packs:
        content = pack.content
        if session.get(RulePackRow, content.digest) is None:
            session.add(
                RulePackRow(digest=content.digest, pack=pack.id, version=pack.version, content=content.text, at=at)
            )
    session.flush()  # revisions refer to them


def kept_zone(session: Session, digest: str) -> ZoneSnapshot:
    """What a digest of a zone stands for.

    Raises
    ------
    SnapshotError
        It is not there, is not what was written, or cannot be read by this version of Vigie.
    """
    row = session.get(RegistrySnapshotRow, digest)
    text = _vouched(f"snapshot of the registry {digest[:12]}", digest, None if row is None else row.content)
    try:
        return msgspec.json.decode(text, type=ZoneSnapshot)
    except msgspec.MsgspecError as error:
        raise SnapshotError(
            f"snapshot of the registry {digest[:12]}: {error}; this version of Vigie cannot read it"
        ) from None


def kept_pack(session: Session, digest: str) -> Pack:
    """The rule pack a digest stands for.

    Raises
    ------
    SnapshotError
        It is not there, is not what was written, or cannot be read by this version of Vigie.
    """
    row = session.get(RulePackRow, digest)
    text = _vouched(f"rule pack {digest[:12]}", digest, None if row is None else row.content)
    try:
        return from_text(text)
    except PackError as error:
        raise SnapshotError(f"rule pack {digest[:12]}: {error}; this version of Vigie cannot read it") from None


def problems_of_snapshots(session: Session) -> list[LogProblem]:
    """Texts that are not what was written, and revisions whose texts are gone; the log vouches for their digests."""
    kept: set[str] = set()
    problems: list[LogProblem] = []
    for table, what in ((RegistrySnapshotRow, "snapshot of the registry"), (RulePackRow, "rule pack")):
        for digest, content in session.execute(select(table.digest, table.content).execution_options(yield_per=100)):
            kept.add(digest)
            if _digest(content) != digest:
                problems.append(LogProblem(None, f"{what} {digest[:12]} was changed after it was written"))
    revisions = select(
        TicketRevisionRow.ticket, TicketRevisionRow.revision, TicketRevisionRow.registry_digest, TicketRevisionRow.packs
    ).order_by(TicketRevisionRow.ticket, TicketRevisionRow.revision)
    for ticket, revision, registry, packs in session.execute(revisions):
        problems += [
            LogProblem(ticket, f"{digest[:12]}, which revision {revision} was computed from, is missing")
            for digest in ({registry} - {None}) | set(packs)
            if digest not in kept
        ]
    return problems


def _without_tests(model: KitModel) -> KitModel:
    return replace(model, channels=tuple(replace(channel, quality=None) for channel in model.channels))


def _kept(text: str) -> KeptText:
    return KeptText(_digest(text), text)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _vouched(what: str, digest: str, text: str | None) -> str:
    if text is None:
        raise SnapshotError(f"{what} is not in the database; put the database back from a backup")
    if _digest(text) != digest:
        raise SnapshotError(
            f"{what} was changed after it was written: its SHA-256 is {_digest(text)[:12]}; "
            "put the database back from a backup"
        )
    return text
