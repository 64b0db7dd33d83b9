"""Kits, deployments and calibrations in a registry file, with the checks that tie them to the places."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from catalog.identifiers import DeploymentId, KitId, KitModelId, QuantityId, ZoneId
from catalog.kits import Calibration, Deployment, Kit, kit_models
from catalog.quantities import Averaging, Uncertainty, quantities
from catalog.registry_kinds import DAY, FLAG, IDENTIFIER, MODEL, MOMENT, NUMBER, QUANTITY, TEXT
from catalog.registry_places import Read, read_uncertainty
from catalog.suggest import did_you_mean
from catalog.yaml_nodes import Item

_FAR_FUTURE = 2**62
_LARGEST_GAIN = 10.0
"""A sensor that reads a tenth or ten times the truth is broken, not to be corrected."""


def read_kits(root: Item) -> list[Read[Kit]]:
    """The kits of the service."""
    found = []
    for item in root.items("kits", "kits"):
        kit = Kit(
            id=KitId(item.read("id", IDENTIFIER)),
            model=KitModelId(item.read("model", MODEL)),
            label=item.read("label", TEXT, default=item.raw("id")),
            simulated=item.read("simulated", FLAG, default=False),
        )
        item.close()
        found.append(Read(kit, item))
    return found


def read_deployments(root: Item, kits: Mapping[KitId, Kit], timezones: Mapping[ZoneId, str]) -> list[Read[Deployment]]:
    """The deployments, with references to known kits and zones and no kit in two places at once.

    Parameters
    ----------
    timezones : mapping
        Time zone of each zone's establishment, in which times without an offset are read.
    """
    found = []
    for item in root.items("deployments", "deployments"):
        zone = ZoneId(_known(item, "zone", timezones, "a zone of this file"))
        end = _instant(item, "end", timezones.get(zone)) if item.has("end") else None
        deployment = Deployment(
            id=DeploymentId(item.read("id", IDENTIFIER)),
            kit=KitId(_known(item, "kit", kits, "a kit of this file")),
            zone=zone,
            start=_instant(item, "start", timezones.get(zone)) or 0,
            end=end,
            position=item.read("position", TEXT, default=""),
        )
        if end is not None and item.has("start") and deployment.start >= end:
            item.problem("end", f"a time after the start, {item.raw('start')}", "mend one of the two")
        item.close()
        found.append(Read(deployment, item))
    _nowhere_twice(found)
    return found


def read_calibrations(root: Item, kits: Mapping[KitId, Kit]) -> tuple[Calibration, ...]:
    """The calibrations, of channels their kit's model has."""
    found: list[Calibration] = []
    lines: dict[tuple[KitId, QuantityId, str], int] = {}
    for item in root.items("calibrations", "calibrations"):
        kit = KitId(_known(item, "kit", kits, "a kit of this file"))
        quantity = QuantityId(item.read("quantity", QUANTITY))
        calibration = Calibration(
            kit=kit,
            quantity=quantity,
            performed=item.read("performed", DAY),
            due=item.read("due", DAY),
            gain=item.read("gain", NUMBER, default=1.0),
            offset=item.read("offset", NUMBER, default=0.0),
            uncertainty=read_uncertainty(item.needed_item("uncertainty", "its standard uncertainty"), quantity),
            reference=item.read("reference", TEXT),
        )
        _check_calibration(item, calibration, kits)
        key = (kit, quantity, calibration.performed.isoformat())
        if all(key) and key in lines:
            item.problem("performed", f"one calibration a day (line {lines[key]} has it)", "remove one")
        lines.setdefault(key, item.line)
        item.close()
        found.append(calibration)
    return tuple(found)


def _check_calibration(item: Item, calibration: Calibration, kits: Mapping[KitId, Kit]) -> None:
    """A calibration is of a channel the model has, is due after it was done, and can be turned round."""
    known = quantities().get(calibration.quantity)
    kit = kits.get(calibration.kit)
    model = kit_models().get(kit.model) if kit else None
    if model is not None and calibration.quantity and model.channel(calibration.quantity) is None:
        names = ", ".join(channel.quantity for channel in model.channels)
        item.problem("quantity", f"a channel of model {model.id}", f"it has {names}")
    if item.has("performed") and item.has("due") and calibration.due <= calibration.performed:
        item.problem("due", f"a day after {item.raw('performed')}", "mend one of the two")
    if calibration.gain <= 0:
        item.problem("gain", "a gain above zero", "true value = gain × reading + offset")
    elif known is not None and known.averaging is Averaging.ENERGETIC and calibration.gain != 1.0:
        item.problem("gain", "1 for a level", "a level is corrected by its offset in dB alone")
    elif calibration.gain > _LARGEST_GAIN or calibration.gain < 1 / _LARGEST_GAIN:
        item.problem("gain", f"a gain from {1 / _LARGEST_GAIN:g} to {_LARGEST_GAIN:g}", "mend or replace the sensor")
    if known is not None and abs(calibration.offset) > known.physical_high - known.physical_low:
        span = f"{known.physical_high - known.physical_low:g} {known.unit}"
        item.problem("offset", f"at most the whole range of {known.id}, {span}", "check the number and its unit")
    if item.has("uncertainty") and item.has("quantity") and calibration.uncertainty == Uncertainty(0.0, 0.0):
        told = f"{item.at('uncertainty')} is zero; expected a standard uncertainty above zero"
        item.problems.add(item.line_of("uncertainty"), f"{told}; read it on the certificate (U divided by k)")


def _known(item: Item, key: str, known: Mapping[KitId, object] | Mapping[ZoneId, object], expected: str) -> str:
    """An id that the file defines, or the empty text."""
    name = item.read(key, IDENTIFIER)
    if name and name not in known:
        item.problem(key, expected, did_you_mean(name, known))
        return ""
    return name


def _instant(item: Item, key: str, timezone: str | None) -> int | None:
    """A day and time as milliseconds UTC; without an offset it is read in the establishment's time zone."""
    moment = item.read(key, MOMENT)
    if moment is None:
        return None
    if moment.tzinfo is None:
        if not timezone:
            return None
        zone = ZoneInfo(timezone)
        first, second = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
        if first.utcoffset() != second.utcoffset():
            skipped = second.timestamp() < first.timestamp()
            why = "exists" if skipped else "happens once"
            offsets = " or ".join(side.isoformat()[-6:] for side in (first, second))
            expected = f"a time that {why} in {timezone}, where the clocks change then"
            item.problem(key, expected, f"add the offset, {offsets}, after the time")
        moment = first
    return round((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)


def _nowhere_twice(reads: Sequence[Read[Deployment]]) -> None:
    """A kit is in one place at a time; a deployment may start the moment the one before ends."""
    usable = [
        read
        for read in reads
        if read.value.kit and read.value.start and (read.value.end is not None or not read.item.has("end"))
    ]
    for later, read in enumerate(usable):
        for other in usable[:later]:
            if read.value.kit == other.value.kit and _meet(read.value, other.value):
                line = other.item.line
                mend = "end one before the other starts"
                read.item.problem("start", f"kit {read.value.kit} in one place at a time (line {line} has it)", mend)


def _meet(one: Deployment, other: Deployment) -> bool:
    return one.start < (other.end or _FAR_FUTURE) and other.start < (one.end or _FAR_FUTURE)
