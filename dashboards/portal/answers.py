"""From what the store answers to what pages show."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from catalog.identifiers import KitId, QuantityId, ZoneId
from catalog.kits import Calibration, Channel, kit_models
from catalog.places import Zone
from catalog.quantities import Averaging, quantity
from catalog.registry import Registry
from dashboards.charts import Course
from dashboards.portal.shown import KitShown
from dashboards.portal.ticket_shown import TicketShown
from dashboards.standing import Finding
from dashboards.words import Language, Words
from dsp.calibration import calibration_steps, corrected
from dsp.exposure import Measure, WindowKind
from rules.decision import Decision
from store.ticket_content import Evidence
from store.ticket_views import TicketView
from store.views import KitView

SILENT_AFTER = 3_600_000
"""Milliseconds without a word after which a kit that is lent counts as silent."""

_STANDS_FOR = 3
"""Longest time a reading stands for, in periods, where no kit model says otherwise (exposure-semantics, section 1)."""


def finding_of(row: dict[str, Any]) -> Finding:
    """A row of :meth:`store.views.Views.exposures`, its instants already milliseconds."""
    return Finding(
        ZoneId(row["zone"]),
        KitId(row["kit"]),
        QuantityId(row["quantity"]),
        Measure(row["measure"]),
        WindowKind(row["window_kind"]),
        row["start"],
        row["end"],
        row["value"],
        row["unit"],
        row["coverage"],
        row["low"],
        row["high"],
        row["uncertainty"],
        row["limit"],
        row["limit_source"] or "",
        Decision(row["decision"]) if row["decision"] else None,
        row["revision"],
        row["simulated"],
        row["threshold"],
        row["probability"],
        row["at_start"],
        row["at_end"],
    )


def findings_of(frame: pl.DataFrame) -> list[Finding]:
    """Every row of a frame of exposures."""
    instants = [pl.col(name).dt.epoch("ms") for name in ("start", "end", "at_start", "at_end")]
    return [finding_of(row) for row in frame.with_columns(instants).iter_rows(named=True)]


def finding_of_evidence(item: Evidence, *, simulated: bool) -> Finding:
    """What a ticket rests on, as it was when the ticket was raised."""
    return Finding(
        item.zone,
        item.kit,
        item.quantity,
        Measure(item.measure),
        WindowKind(item.window_kind),
        item.start,
        item.end,
        item.value,
        item.unit,
        item.coverage,
        None,
        None,
        item.uncertainty,
        item.limit,
        item.limit_source,
        Decision(item.decision),
        item.revision or 0,
        simulated,
        item.threshold,
        item.probability,
    )


def ticket_of(view: TicketView, registry: Registry) -> TicketShown:
    """A ticket with the names of its place."""
    zone = registry.zones[view.zone]
    establishment = registry.establishment_of(zone)
    return TicketShown(view, zone.name, establishment.name, registry.employers[establishment.employer].name)


def kit_of(view: KitView, registry: Registry, now: int, words: Words) -> KitShown:
    """A kit, where it is and when it was last heard."""
    lent = view.deployment
    there = lent is not None and lent.start <= now and (lent.end is None or now <= lent.end)
    heard = [at for at in (view.last_reading, view.status.received if view.status else None) if at is not None]
    last_seen = max(heard, default=None)
    gone = view.status is not None and view.status.state != "online"
    silent = there and (gone or last_seen is None or now - last_seen > SILENT_AFTER)
    if not there:
        status = words.say("not lent")
    elif silent:
        status = words.say("silent")
    else:
        status = words.say("heard within the hour")
    return KitShown(
        view.kit.id,
        view.kit.label,
        view.kit.model,
        status,
        silent,
        last_seen,
        lent.zone if lent is not None and there else None,
        registry.zones[lent.zone].name if lent is not None and there else "",
        view.kit.simulated or (view.status is not None and view.status.simulated),
        _calibration(registry, view.kit.id, now, words),
    )


def _calibration(registry: Registry, kit: KitId, now: int, words: Words) -> str:
    """How a kit's calibrations stand: what is overdue and since when, else when the first is due."""
    today = words.local(now).date()
    last = registry.calibrations_on(kit, today)
    overdue = [
        words.say(
            "%(quantity)s overdue since %(day)s",
            quantity=words.pick(quantity(each.quantity).name_fr, quantity(each.quantity).name_en),
            day=words.day(each.due + dt.timedelta(days=1)),
        )
        for each in last
        if each.is_overdue(today)
    ]
    if overdue:
        return "; ".join(overdue) if words.language is Language.ENGLISH else "\N{NARROW NO-BREAK SPACE}; ".join(overdue)
    return words.say("due by %(day)s", day=words.day(last[0].due)) if last else words.say("no calibration entered")


def courses_of(
    rows: pl.DataFrame,
    registry: Registry,
    calibrations: Sequence[Calibration],
    zone: Zone,
    measured: QuantityId,
    resolution: int | None,
) -> dict[KitId, Course]:
    """A course per kit; each value at its place in time, calibrated, and at the person by the zone's transfer factor.

    Parameters
    ----------
    rows : polars.DataFrame
        ``kit, instant, value`` of :class:`store.views.Course`; a value stands for the time before its instant.
    calibrations : sequence of Calibration
        Of any kits; a mean of readings is corrected as each of them would be.
    resolution : int or None
        Time one value stands for [s]; None where the kit's own channel says.
    """
    found: dict[KitId, Course] = {}
    for (kit,), part in rows.partition_by("kit", as_dict=True, maintain_order=True).items():
        ends = part["instant"].dt.epoch("ms").to_numpy().astype(np.int64)
        if resolution is None:
            starts = ends - _standing(ends, _channel(registry, KitId(str(kit)), measured))
        else:
            starts = ends - resolution * 1000
        done = (c for c in calibrations if c.kit == kit and c.quantity == measured)
        history = calibration_steps(done, registry.establishment_of(zone).timezone, None)
        values = corrected(ends, part["value"].to_numpy(), history)
        found[KitId(str(kit))] = Course(starts, ends, _at_the_person(zone, measured, values))
    return found


def _standing(instants: NDArray[np.int64], channel: Channel | None) -> NDArray[np.int64]:
    """How long each reading stands for [ms]: since the one before, or one period after a gap."""
    steps = np.diff(instants)
    period = round(channel.period * 1000) if channel else int(np.median(steps)) if steps.size else 60_000
    hold = round(channel.hold * 1000) if channel else _STANDS_FOR * period
    return np.concatenate(([period], np.where(steps <= hold, steps, period))).astype(np.int64)


def _channel(registry: Registry, kit: KitId, measured: QuantityId) -> Channel | None:
    known = registry.kits.get(kit)
    model = kit_models().get(known.model) if known is not None else None
    return model.channel(measured) if model is not None else None


def _at_the_person(zone: Zone, measured: QuantityId, values: NDArray[np.float64]) -> NDArray[np.float64]:
    factor = next((factor.factor for factor in zone.transfer_factors if factor.quantity == measured), None)
    if factor is None:
        return values
    return values + factor if quantity(measured).averaging is Averaging.ENERGETIC else values * factor
