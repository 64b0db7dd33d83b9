"""The registry of a simulated workplace: the places its file describes, its virtual kits, and when they hung there."""

import json
import re
import unicodedata
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from catalog.registry import Registry, parse_registry
from catalog.siret import luhn_sum
from firmware_sim.kit import VirtualKit
from firmware_sim.scenario import Place, SimulatedZone, Workplace

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_RESEARCH = "72.19Z"
"""NAF of an employer nobody has: a workplace file names none."""


def registry_of(
    workplace: Workplace, kits: Sequence[VirtualKit], first_day: date, last_day: date, model: str | None = None
) -> Registry:
    """The registry of :func:`registry_text`, read as any other.

    Parameters
    ----------
    model : str, optional
        Kit model of all kits; each zone's own by default.

    Raises
    ------
    RegistryErrors
        The workplace's file has names or values that no registry takes.
    """
    text = registry_text(workplace, kits, first_day, last_day, model)
    return parse_registry(text, f"registry of {slug(workplace.name)}")


def registry_text(
    workplace: Workplace, kits: Sequence[VirtualKit], first_day: date, last_day: date, model: str | None = None
) -> str:
    """A registry file (YAML) of a workplace and the kits that hang there, all marked as simulated.

    Parameters
    ----------
    kits : sequence of VirtualKit
        Those of one call of ``virtual_kits``; each hangs in the zone its truth is about.
    first_day, last_day : datetime.date
        The kits are lent from the beginning of the one to the end of the other.
    """
    lines = (
        *_places(workplace),
        *_kits(workplace, kits, model),
        *_deployments(kits, first_day, last_day),
    )
    return "".join(f"{line}\n" for line in lines)


def employer_id(workplace: Workplace) -> str:
    """The id of the made-up employer; also that of its one establishment."""
    return f"sim-{slug(workplace.name)}"


def slug(name: str) -> str:
    """A name as an id: ASCII letters, digits and dashes.

    >>> slug("Salon de coiffure à l'étage")
    'salon-de-coiffure-a-l-etage'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40] or "workplace"


def _places(workplace: Workplace) -> Iterator[str]:
    identity = employer_id(workplace)
    yield f"# {slug(workplace.name)}: a simulated workplace. Nobody works here, and no sensor ever measured."
    yield "employers:"
    yield f"  - id: {identity}"
    yield f"    name: {_said(workplace.title_fr)}"
    yield f'    siret: "{_siret(identity)}"'
    yield f"    naf: {_RESEARCH}"
    yield "    establishments:"
    yield f"      - id: {identity}"
    yield f"        name: {_said(workplace.title_fr)}"
    yield f"        timezone: {workplace.timezone}"
    yield "        country: FR"
    yield "        zones:"
    for zone in workplace.zones:
        yield from _zone(zone, workplace.title_fr)


def _zone(zone: SimulatedZone, work_unit: str) -> Iterator[str]:
    place = zone.place
    yield f"          - id: {_quoted(zone.id)}"
    yield f"            name: {_quoted(zone.id)}"
    yield f"            kind: {_quoted(place.kind)}"
    yield f"            headcount: {place.headcount}"
    yield f"            work_unit: {_said(work_unit)}"
    yield f"            intensity: {place.intensity}"
    if place.place_uncertainty:
        yield "            place_uncertainty:"
        for quantity, stated in place.place_uncertainty.items():
            yield f"              {quantity}: {{ relative: {stated.relative:.10g}, absolute: {stated.absolute:.10g} }}"
    yield from _schedule(place)


def _schedule(place: Place) -> Iterator[str]:
    days = ", ".join(_WEEKDAYS[day - 1] for day in sorted(set(place.days)))
    yield "            schedule:"
    yield "              shifts:"
    yield "                - name: journée"
    yield f"                  days: [{days}]"
    yield f"                  start: {place.from_}"
    yield f"                  end: {place.to}"
    if place.breaks:
        yield "                  breaks:"
        for pause in place.breaks:
            yield f"                    - start: {pause.from_}"
            yield f"                      end: {pause.to}"
    yield f"                  breaks_count: {'yes' if place.breaks_count else 'no'}"


def _kits(workplace: Workplace, kits: Sequence[VirtualKit], model: str | None) -> Iterator[str]:
    models = {zone.id: model or zone.kit.model for zone in workplace.zones}
    yield ""
    yield "kits:"
    for kit in kits:
        yield f"  - id: {_quoted(kit.id)}"
        yield f"    model: {models[kit.truth.zone]}"
        yield f"    label: {_quoted(f'Kit virtuel {kit.id}')}"
        yield "    simulated: yes"


def _deployments(kits: Sequence[VirtualKit], first_day: date, last_day: date) -> Iterator[str]:
    yield ""
    yield "deployments:"
    for kit in kits:
        yield f"  - id: {_quoted(f'{kit.id}-{first_day:%Y%m%d}')}"
        yield f"    kit: {_quoted(kit.id)}"
        yield f"    zone: {_quoted(kit.truth.zone)}"
        yield f"    start: {first_day} 00:00"
        yield f"    end: {last_day + timedelta(days=1)} 00:00"


def _quoted(text: str) -> str:
    """A text in YAML's double quotes, which are those of JSON."""
    return json.dumps(text, ensure_ascii=False)


def _said(title: str) -> str:
    """A title on one line, of characters that can be read."""
    readable = "".join(character if character.isprintable() else " " for character in title)
    return _quoted(f"{' '.join(readable.split())} (lieu simulé)".strip())


def _siret(name: str) -> str:
    """A SIRET with a valid key for an employer nobody has: always the same for a name."""
    number = zlib.crc32(name.encode()) % 10**5
    return _with_key(f"{_with_key(f'999{number:05d}')}0001")


def _with_key(digits: str) -> str:
    """Digits, and the one that makes Luhn's sum a multiple of 10."""
    return f"{digits}{-luhn_sum(f'{digits}0') % 10}"
