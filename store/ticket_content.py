"""What a ticket says, as it is stored: the proposal's words and the evidence it rests on."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from catalog.identifiers import DeploymentId, KitId, QuantityId, ZoneId
from rules.decision import Assessment, ExposureKey, exposure_key
from rules.tickets import TicketProposal


@dataclass(frozen=True, slots=True)
class Evidence:
    """One assessed exposure a ticket rests on; with its key and revision it is found again in the table.

    Attributes
    ----------
    start, end : int
        Milliseconds UTC.
    threshold : float or None
        Of a time above or below, else None.
    revision : int or None
        Of the exposure; None where it was not known.
    value, uncertainty : float or None
        As they were then, in ``unit``.
    """

    zone: ZoneId
    kit: KitId
    deployment: DeploymentId
    quantity: QuantityId
    measure: str
    window_kind: str
    start: int
    end: int
    threshold: float | None
    revision: int | None
    value: float | None
    uncertainty: float | None
    unit: str
    coverage: float
    limit: float
    limit_source: str
    level: str
    decision: str
    probability: float | None

    @property
    def key(self) -> ExposureKey:
        """The key of the exposure."""
        return ExposureKey(
            self.zone,
            self.kit,
            self.deployment,
            self.quantity,
            self.measure,
            self.window_kind,
            self.start,
            self.end,
            -math.inf if self.threshold is None else self.threshold,
        )


@dataclass(frozen=True, slots=True)
class TicketContent:
    """What a ticket says in one revision: the fields of a proposal, with its evidence as stored."""

    kind: str
    level: str
    priority: int
    title_fr: str
    title_en: str
    reason_fr: str
    reason_en: str
    advice_fr: str
    advice_en: str
    limit_source: str
    pack: str
    pack_version: str
    held_back_by: str | None
    simulated: bool
    evidence: tuple[Evidence, ...]

    @property
    def newest(self) -> int:
        """When the latest window it rests on began [ms UTC]; where one ends may change while it is under way."""
        return max((item.start for item in self.evidence), default=0)

    def has_news_for(self, earlier: "TicketContent") -> bool:
        """Whether it rests on a later window than ``earlier``, or is more urgent (1 is at once)."""
        return self.newest > earlier.newest or self.priority < earlier.priority


def content_of(proposal: TicketProposal, revisions: Mapping[ExposureKey, int]) -> TicketContent:
    """A proposal as it is stored."""
    return TicketContent(
        kind=proposal.kind.value,
        level=proposal.level,
        priority=proposal.priority,
        title_fr=proposal.title_fr,
        title_en=proposal.title_en,
        reason_fr=proposal.reason_fr,
        reason_en=proposal.reason_en,
        advice_fr=proposal.advice_fr,
        advice_en=proposal.advice_en,
        limit_source=proposal.limit_source,
        pack=proposal.pack,
        pack_version=proposal.pack_version,
        held_back_by=proposal.held_back_by,
        simulated=proposal.simulated,
        evidence=tuple(_evidence(item, revisions) for item in proposal.evidence),
    )


def to_json(content: TicketContent) -> object:
    """Plain lists and mappings, as a JSON column takes them."""
    plain: object = msgspec.json.decode(msgspec.json.encode(content))
    return plain


def from_json(stored: Any) -> TicketContent:
    """The content of a stored revision."""
    return msgspec.convert(stored, TicketContent)


def _evidence(item: Assessment, revisions: Mapping[ExposureKey, int]) -> Evidence:
    exposure = item.exposure
    return Evidence(
        zone=exposure.zone,
        kit=exposure.kit,
        deployment=exposure.deployment,
        quantity=exposure.quantity,
        measure=exposure.measure.value,
        window_kind=exposure.window_kind.value,
        start=exposure.start,
        end=exposure.end,
        threshold=exposure.threshold,
        revision=revisions.get(exposure_key(exposure)),
        value=exposure.value,
        uncertainty=None if exposure.uncertainty is None else exposure.uncertainty.combined,
        unit=exposure.unit,
        coverage=exposure.coverage,
        limit=item.limit,
        limit_source=item.limit_source,
        level=item.level,
        decision=item.decision.value,
        probability=item.probability,
    )
