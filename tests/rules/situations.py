"""Small worlds to ask the rules about: a zone, its working days, and what was measured on them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from catalog.identifiers import DeploymentId, EstablishmentId, KitId, QuantityId, ZoneId
from catalog.places import WorkIntensity, WorkSchedule, Zone, ZoneKind
from catalog.quantities import Quantity, quantity
from dsp.exposure import Exposure, Measure, UncertaintyParts, WindowKind
from rules import engine
from rules.pack import default_packs
from rules.rule import Pack
from rules.tickets import TicketProposal

HOUR = 3_600_000
SHIFT = 8 * HOUR


def zone(kind: ZoneKind = ZoneKind.OFFICE, intensity: WorkIntensity = WorkIntensity.SEDENTARY) -> Zone:
    """A zone of one kind."""
    return Zone(ZoneId("z"), EstablishmentId("e"), "Zone", kind, 4, "unité", intensity, WorkSchedule(()))


def instant(day: date, hour: int = 8) -> int:
    """Milliseconds UTC of an hour of a day."""
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=UTC).timestamp() * 1000)


def working_days(first: date, count: int) -> list[date]:
    """So many days from Monday to Friday."""
    days = (first + timedelta(days=n) for n in range(3 * count + 7))
    return [day for day in days if day.isoweekday() < 6][:count]


def default_parts(measured: Quantity, value: float) -> UncertaintyParts:
    """The catalog's uncertainties of a whole, well-filled window."""
    return UncertaintyParts(measured.instrument.at(value), 0.0, 0.0, measured.place.at(value))


def measured(
    name: str,
    measure: Measure,
    day: date,
    value: float | None,
    *,
    kit: str = "kit-1",
    uncertainty: float | None = None,
    coverage: float = 1.0,
    low: float | None = None,
    high: float | None = None,
    whole: bool = True,
    simulated: bool = False,
    deployment: str = "d-1",
    hours: int = 8,
) -> Exposure:
    """One measure of one shift, with the catalog's uncertainty unless another is given."""
    unit = quantity(name)
    parts = None
    if value is not None:
        parts = default_parts(unit, value) if uncertainty is None else UncertaintyParts(uncertainty, 0.0, 0.0, 0.0)
    start = instant(day)
    return Exposure(
        zone=ZoneId("z"),
        kit=KitId(kit),
        deployment=DeploymentId(deployment),
        quantity=QuantityId(name),
        measure=measure,
        window_kind=WindowKind.SHIFT,
        start=start,
        end=start + hours * HOUR,
        value=value,
        unit=unit.unit,
        coverage=coverage,
        low=low,
        high=high,
        uncertainty=parts,
        threshold=None,
        at_start=None,
        at_end=None,
        whole=whole,
        suspect=0.0,
        simulated=simulated,
    )


def time_beyond(name: str, measure: Measure, day: date, threshold: float, share: float, kit: str = "kit-1") -> Exposure:
    """Time above or below a threshold, as a share of an eight-hour shift."""
    exposure = measured(name, measure, day, share * SHIFT / 1000.0, kit=kit, uncertainty=0.0)
    return replace(exposure, unit="s", threshold=threshold)


def days_of(exposures: Sequence[Exposure]) -> Mapping[int, date]:
    """Local days of shifts that start in the morning, UTC."""
    return {e.start: datetime.fromtimestamp(e.start / 1000, tz=UTC).date() for e in exposures}


def proposed(
    exposures: Sequence[Exposure], where: Zone | None = None, packs: Sequence[Pack] | None = None
) -> list[TicketProposal]:
    """What the rules propose about these exposures."""
    place, rules = where or zone(), packs or default_packs()
    days = days_of(exposures)
    assessments = engine.assess(rules, place, exposures, days)
    return engine.propose(rules, place, assessments, exposures, days)
