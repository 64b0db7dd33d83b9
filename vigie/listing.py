"""The rows behind the lists of the command line, under the names the documentation promises."""

from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from catalog.places import Zone
from catalog.quantities import quantities
from catalog.quantities import quantity as quantity_named
from catalog.readings import Flag
from catalog.registry import Registry
from catalog.suggest import did_you_mean
from dsp.exposure import Measure, WindowKind
from dsp.quality.kinds import QualityTest
from store.registry import load
from store.scope import Scope
from vigie.errors import UsageError
from vigie.times import as_datetime, now, parse_instant, parse_until
from vigie.workspace import Workspace

READING_FIELDS = ("time", "kit", "quantity", "value", "unit", "flag", "simulated")
EXPOSURE_FIELDS = (
    "zone",
    "kit",
    "quantity",
    "measure",
    "window_kind",
    "start",
    "end",
    "value",
    "unit",
    "coverage",
    "low",
    "high",
    "uncertainty",
    "limit",
    "limit_source",
    "decision",
    "revision",
    "threshold",
    "day",
    "deployment",
    "whole",
    "suspect",
    "at_start",
    "at_end",
    "u_instrument",
    "u_repeatability",
    "u_missing",
    "u_place",
    "rule",
    "level",
    "probability",
    "simulated",
)
_EXPOSURE_ORDER = ("zone", "kit", "quantity", "measure", "window_kind", "threshold", "start", "deployment")
EXCEEDANCE_FIELDS = (
    "zone",
    "kit",
    "quantity",
    "limit",
    "unit",
    "start",
    "end",
    "duration",
    "peak",
    "mean",
    "dose",
    "cut",
    "deployment",
    "revision",
    "simulated",
)
QUALITY_FIELDS = (
    "zone",
    "kit",
    "quantity",
    "test",
    "flag",
    "start",
    "end",
    "readings",
    "parameters",
    "deployment",
    "simulated",
)
KIT_FIELDS = (
    "kit",
    "label",
    "model",
    "zone",
    "since",
    "until",
    "state",
    "last_reading",
    "firmware",
    "simulated",
    "calibration_due",
    "calibration_overdue",
)


_FLAGS = {"suspect": int(Flag.SUSPECT), "bad": int(Flag.BAD), "missing": int(Flag.MISSING)}


@dataclass(frozen=True, slots=True)
class Filter:
    """What a list is narrowed to; None is everything.

    Attributes
    ----------
    since, until : str or None
        As typed: a date or an instant.
    """

    kit: str | None = None
    zone: str | None = None
    quantity: str | None = None
    since: str | None = None
    until: str | None = None
    measure: str | None = None
    window_kind: str | None = None


def readings_frame(place: Workspace, wanted: Filter) -> pl.DataFrame:
    """Readings in order of kit, quantity and time; fields :data:`READING_FIELDS`.

    Raises
    ------
    UsageError, UnknownQuantityError
        A filter names what does not exist.
    """
    start, end = _span(place, wanted)
    names = _quantities(wanted)
    if wanted.zone is None:
        parts = [place.readings.read([wanted.kit] if wanted.kit else None, names, start, end)]
    else:
        registry = load(place.database, Scope.service())
        parts = [
            place.readings.read([lent.kit], names, max(lent.start, start or lent.start), _earlier(lent.end, end))
            for lent in registry.deployments_of(zone_named(registry, wanted.zone))
            if wanted.kit in (None, lent.kit)
        ]
    frame = pl.concat(parts) if parts else place.readings.read(kits=[])
    units = {str(known.id): known.unit for known in quantities().values()}
    unit = pl.col("quantity").replace_strict(units, default=None, return_dtype=pl.String)
    return frame.rename({"instant": "time"}).with_columns(unit=unit).select(READING_FIELDS)


def exposures_frame(place: Workspace, wanted: Filter) -> pl.DataFrame:
    """Current exposures in order of zone, kit, quantity, measure and start; fields :data:`EXPOSURE_FIELDS`.

    Raises
    ------
    UsageError, UnknownQuantityError
        A filter names what does not exist.
    """
    start, end = _span(place, wanted)
    frame = place.exposures.read(
        _zones(place, wanted),
        quantities=_quantities(wanted),
        measures=[_measure(wanted.measure)] if wanted.measure else None,
        window_kinds=[_window_kind(wanted.window_kind)] if wanted.window_kind else None,
        kits=[wanted.kit] if wanted.kit else None,
        start=start,
        end=end,
    )
    return frame.select(EXPOSURE_FIELDS).sort(_EXPOSURE_ORDER, nulls_last=False)


def exceedances_frame(place: Workspace, wanted: Filter) -> pl.DataFrame:
    """Current exceedance episodes; fields :data:`EXCEEDANCE_FIELDS`, ``duration`` in seconds.

    Raises
    ------
    UsageError, UnknownQuantityError
        A filter names what does not exist.
    """
    start, end = _span(place, wanted)
    frame = place.exposures.read_exceedances(
        _zones(place, wanted),
        quantities=_quantities(wanted),
        kits=[wanted.kit] if wanted.kit else None,
        start=start,
        end=end,
    )
    seconds = (pl.col("end") - pl.col("start")).dt.total_milliseconds() / 1000
    return frame.with_columns(duration=seconds).select(EXCEEDANCE_FIELDS)


def quality_frame(place: Workspace, wanted: Filter, test: str | None = None, flag: str | None = None) -> pl.DataFrame:
    """Runs of flagged readings in order of zone, kit, quantity and time; fields :data:`QUALITY_FIELDS`.

    Raises
    ------
    UsageError, UnknownQuantityError
        A filter names what does not exist.
    """
    start, end = _span(place, wanted)
    conditions = [pl.lit(value=True)]
    if wanted.kit:
        conditions.append(pl.col("kit") == wanted.kit)
    if wanted.quantity:
        conditions.append(pl.col("quantity") == quantity_named(wanted.quantity).id)
    if test:
        conditions.append(pl.col("test") == one_of("--test", test, [known.value for known in QualityTest]))
    if flag:
        conditions.append(pl.col("flag") == _FLAGS[one_of("--flag", flag, list(_FLAGS))])
    zones = _zones(place, wanted)
    with place.database.reading() as session:
        rows = place.quality.read(Scope.service(), session, zones=zones, start=start, end=end)
    order = ("zone", "kit", "quantity", "start", "test", "parameters", "deployment")
    return rows.filter(*conditions).select(QUALITY_FIELDS).sort(order)


def kits_frame(place: Workspace) -> pl.DataFrame:
    """Kits with where they are, what they last said and how their calibrations stand; fields :data:`KIT_FIELDS`.

    ``calibration_due`` is the first day any calibrated channel is due, ``calibration_overdue`` those that are past it:
    ``co2 since 2026-01-16``.
    """
    rows = []
    registry = load(place.database, Scope.service())
    today = as_datetime(now()).date()
    for view in place.views.kits(Scope.service()):
        lent, status = view.deployment, view.status
        calibrations = registry.calibrations_on(view.kit.id, today)
        rows.append(
            (
                view.kit.id,
                view.kit.label,
                view.kit.model,
                None if lent is None else lent.zone,
                None if lent is None else as_datetime(lent.start),
                None if lent is None or lent.end is None else as_datetime(lent.end),
                None if status is None else status.state,
                None if view.last_reading is None else as_datetime(view.last_reading),
                None if status is None else status.firmware,
                view.kit.simulated,
                next((last.due.isoformat() for last in calibrations), None),
                ", ".join(
                    f"{last.quantity} since {last.due + timedelta(days=1)}"
                    for last in calibrations
                    if last.is_overdue(today)
                )
                or None,
            )
        )
    return pl.DataFrame(rows, schema=_KIT_SCHEMA, orient="row")


def schema_of(fields: tuple[str, ...], kinds: dict[str, pl.DataType]) -> dict[str, pl.DataType]:
    """The types of a list's columns: text where nothing else is said."""
    return {name: kinds.get(name, pl.String()) for name in fields}


INSTANT = pl.Datetime("us", "UTC")
"""The type of an instant in a list."""

_KIT_SCHEMA = schema_of(
    KIT_FIELDS, dict.fromkeys(("since", "until", "last_reading"), INSTANT) | {"simulated": pl.Boolean()}
)


def _span(place: Workspace, wanted: Filter) -> tuple[int | None, int | None]:
    timezone = place.settings.service.timezone
    start = parse_instant(wanted.since, timezone, "--from") if wanted.since else None
    end = parse_until(wanted.until, timezone, "--to") if wanted.until else None
    if start is not None and end is not None and end < start:
        raise UsageError(f"--to {wanted.until} is before --from {wanted.since}")
    return start, end


def _earlier(one: int | None, other: int | None) -> int | None:
    return other if one is None else one if other is None else min(one, other)


def _quantities(wanted: Filter) -> list[str] | None:
    return [quantity_named(wanted.quantity).id] if wanted.quantity else None


def _zones(place: Workspace, wanted: Filter) -> list[str] | None:
    return [zone_named(load(place.database, Scope.service()), wanted.zone).id] if wanted.zone else None


def zone_named(registry: Registry, name: str) -> Zone:
    """The zone of that id, or the mend."""
    for known, zone in registry.zones.items():
        if known == name:
            return zone
    raise UsageError(f'--zone is "{name}"; no such zone is registered; {did_you_mean(name, registry.zones)}')


def _measure(name: str) -> str:
    return one_of("--measure", name, [known.value for known in Measure])


def _window_kind(name: str) -> str:
    return one_of("--window", name, [known.value for known in WindowKind])


def one_of(option: str, name: str, known: list[str]) -> str:
    """The name, where it is one of those an option takes, or the mend."""
    if name in known:
        return name
    raise UsageError(f'{option} is "{name}"; {did_you_mean(name, known)}')
