"""Employers, establishments and zones in a registry file."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from catalog.corrections import HIGHEST_KAPPA, CorrectionMethod, HumidityCorrection, cannot_correct
from catalog.identifiers import EmployerId, EstablishmentId, QuantityId, ZoneId
from catalog.places import Employer, Establishment, TransferFactor, WorkIntensity, Zone, ZoneKind
from catalog.public_holidays import countries, subdivisions
from catalog.quantities import Averaging, Uncertainty, quantities
from catalog.registry_kinds import (
    HEADCOUNT,
    IDENTIFIER,
    NAF,
    NUMBER,
    QUANTITY,
    SHARE,
    SIRET,
    TEXT,
    TIMEZONE,
    member_of,
    one_of,
)
from catalog.registry_schedules import read_schedule
from catalog.yaml_nodes import Item, Text

T = TypeVar("T")
K = TypeVar("K", bound=str)

KIND = member_of(ZoneKind, "a kind of zone")
METHOD = member_of(CorrectionMethod, "a named correction")
INTENSITY = member_of(WorkIntensity, "how hard the work is")
COUNTRY = one_of(countries, "a country code such as FR", "write the two letters of ISO 3166")


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """A thing and the mapping it was read from, for the checks that come after."""

    value: T
    item: Item


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a file, in its order."""

    employers: list[Read[Employer]] = field(default_factory=list)
    establishments: list[Read[Establishment]] = field(default_factory=list)
    zones: list[Read[Zone]] = field(default_factory=list)


def read_places(root: Item) -> Places:
    """Employers with their establishments and zones; what is wrong is among the file's problems."""
    places = Places()
    for item in root.items("employers", "employers"):
        employer = Employer(
            id=EmployerId(item.read("id", IDENTIFIER)),
            name=item.read("name", TEXT),
            siret=item.read("siret", SIRET),
            naf=item.read("naf", NAF),
        )
        places.employers.append(Read(employer, item))
        for child in item.items("establishments", "establishments"):
            _read_establishment(child, employer, places)
        item.close()
    return places


def _read_establishment(item: Item, employer: Employer, places: Places) -> None:
    country = item.read("country", COUNTRY)
    subdivision = one_of(lambda: subdivisions(country), f"a subdivision of {country} for public holidays")
    establishment = Establishment(
        id=EstablishmentId(item.read("id", IDENTIFIER)),
        employer=employer.id,
        name=item.read("name", TEXT),
        timezone=item.read("timezone", TIMEZONE),
        country=country,
        subdivision=item.read("subdivision", subdivision if country else TEXT, default=None),
        address=item.read("address", TEXT, default=""),
    )
    places.establishments.append(Read(establishment, item))
    for child in item.items("zones", "zones"):
        places.zones.append(Read(_zone(child, establishment), child))
    item.close()


def _zone(item: Item, establishment: Establishment) -> Zone:
    factor_items = item.items("transfer_factors", "factors")
    correction_items = item.items("corrections", "corrections")
    zone = Zone(
        id=ZoneId(item.read("id", IDENTIFIER)),
        establishment=establishment.id,
        name=item.read("name", TEXT),
        kind=item.read("kind", KIND),
        headcount=item.read("headcount", HEADCOUNT),
        work_unit=item.read("work_unit", TEXT),
        intensity=item.read("intensity", INTENSITY),
        schedule=read_schedule(item),
        transfer_factors=tuple(_transfer_factor(factor) for factor in factor_items),
        place_uncertainty=_place_uncertainty(item),
        corrections=tuple(_correction(correction) for correction in correction_items),
    )
    _once(factor_items, [factor.quantity for factor in zone.transfer_factors], "one factor a quantity")
    _once(correction_items, [each.quantity for each in zone.corrections], "one correction a quantity")
    item.close()
    return zone


def read_uncertainty(item: Item | None, quantity: str) -> Uncertainty:
    """``{ relative: 0.1, absolute: 0 }``, at least one of the two; a level's uncertainty is in dB alone."""
    if item is None:
        return Uncertainty(0.0, 0.0)
    found = Uncertainty(item.read("relative", SHARE, default=0.0), item.read("absolute", SHARE, default=0.0))
    if not (item.has("relative") or item.has("absolute")):
        what = f"{item.path} has neither part; expected relative, absolute or both"
        item.problems.add(item.line, f"{what}; write {{ relative: 0.1, absolute: 0 }}")
    known = quantities().get(QuantityId(quantity))
    if found.relative and known is not None and known.averaging is Averaging.ENERGETIC:
        item.problem("relative", "no relative part for a level", "write it in dB under absolute")
    item.close()
    return found


def _transfer_factor(item: Item) -> TransferFactor:
    quantity = item.read("quantity", QUANTITY)
    factor = TransferFactor(
        quantity=QuantityId(quantity),
        factor=item.read("factor", NUMBER),
        uncertainty=read_uncertainty(item.needed_item("uncertainty", "its standard uncertainty"), quantity),
        source=item.read("source", TEXT),
    )
    known = quantities().get(factor.quantity)
    if known is not None and known.averaging is Averaging.ARITHMETIC and factor.factor <= 0:
        item.problem("factor", "a factor above zero", "divide the value at the person by the value at the sensor")
    item.close()
    return factor


def _correction(item: Item) -> HumidityCorrection:
    """``{ quantity: pm2_5, method: kappa-koehler, kappa: 0.4 }``; only kappa-koehler has a κ, and it needs one."""
    correction = HumidityCorrection(
        quantity=QuantityId(item.read("quantity", QUANTITY)),
        method=item.read("method", METHOD),
        kappa=item.read("kappa", NUMBER, default=None),
    )
    if correction.quantity and isinstance(correction.method, CorrectionMethod):
        _check_correction(item, correction)
    item.close()
    return correction


def _check_correction(item: Item, correction: HumidityCorrection) -> None:
    reason = cannot_correct(correction.quantity, correction.method)
    if reason is not None:
        item.problem("quantity", "a particle mass the method is for", reason)
    if correction.method is not CorrectionMethod.KAPPA_KOEHLER:
        if correction.kappa is not None:
            item.problem("kappa", f"no kappa for {correction.method.value}", "remove it, or take kappa-koehler")
    elif not item.has("kappa"):
        what = f"{item.path}.kappa is missing; expected the dust's hygroscopicity, 0 to 1.5"
        item.problems.add(item.line, f"{what}; add kappa: 0.4 (0 for mineral or wood dust)")
    elif correction.kappa is not None and not 0.0 <= correction.kappa <= HIGHEST_KAPPA:
        item.problem("kappa", f"0 to {HIGHEST_KAPPA}", "0 for mineral or wood dust, 0.3 to 0.6 for outdoor air")


def _once(items: list[Item], quantities_named: list[QuantityId], expected: str) -> None:
    """A quantity is named once in a list of a zone."""
    seen: set[QuantityId] = set()
    for item, named in zip(items, quantities_named, strict=True):
        if named and named in seen:
            item.problem("quantity", expected, "remove one")
        seen.add(named)


def _place_uncertainty(zone: Item) -> dict[QuantityId, Uncertainty]:
    item = zone.item("place_uncertainty", "quantities with their standard uncertainty")
    found: dict[QuantityId, Uncertainty] = {}
    if item is None:
        return found
    for name in item.names():
        quantity = Text(name, item.at(name), item.line_of(name), item.problems).read(QUANTITY)
        part = item.needed_item(name, "a standard uncertainty such as { relative: 0.1 }")
        if quantity:
            found[QuantityId(quantity)] = read_uncertainty(part, quantity)
    return found


def by_id(reads: Iterable[Read[T]], id_of: Callable[[T], K]) -> dict[K, T]:
    """Things by their id; an id that two things have is a problem of the second."""
    found: dict[K, Read[T]] = {}
    for read in reads:
        name = id_of(read.value)
        if name and name in found:
            line = found[name].item.line_of("id")
            read.item.problem("id", f"an id nothing else has (line {line} has it)", "choose another")
        found.setdefault(name, read)
    return {name: read.value for name, read in found.items()}
