"""Channels nobody sends: WBGT, absolute humidity and dew point from the temperature and humidity of one kit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from catalog.quantities import Quantity, Uncertainty, quantities
from catalog.schedule import Interval
from dsp.derived import DERIVATIONS, Derivation, derive, propagated
from dsp.subject import Subject
from vigie.channels import ChannelSeries


def derived_channels(channels: Sequence[ChannelSeries], span: Interval) -> list[ChannelSeries]:
    """Channels of the computed quantities of the catalog, where the kit sent all they are computed from.

    Parameters
    ----------
    channels : sequence of ChannelSeries
        Of one deployment, corrected and at the person.
    span : Interval
        The deployment, as far as it is computed [ms UTC]. A quantity without a value in it is passed over.

    Notes
    -----
    Instrument and place uncertainties of both sensors are propagated; the method's own part joins the instrument's.
    What a calibration in date gains or one past due loses is not carried over: the kit model's uncertainties stand.
    """
    by_name: Mapping[str, ChannelSeries] = {channel.subject.quantity.id: channel for channel in channels}
    warm, damp = by_name.get("temperature"), by_name.get("humidity")
    if warm is None or damp is None:
        return []
    computed = (known for known in quantities().values() if known.id in DERIVATIONS)
    found = [_channel(known, DERIVATIONS[known.id], warm, damp, span) for known in computed]
    return [channel for channel in found if channel is not None]


def _channel(
    computed: Quantity, derivation: Derivation, warm: ChannelSeries, damp: ChannelSeries, span: Interval
) -> ChannelSeries | None:
    series = derive(derivation, warm.series, damp.series).series
    within = int(np.searchsorted(series.instants, span.start, side="right"))
    if within == len(series):
        return None
    heard = Interval(int(series.instants[within]), int(series.instants[-1]))
    return ChannelSeries(_subject(computed, derivation, warm.subject, damp.subject), series, heard)


def _subject(computed: Quantity, derivation: Derivation, warm: Subject, damp: Subject) -> Subject:
    method = computed.instrument
    carried = propagated(derivation, warm.instrument, damp.instrument)
    return replace(
        warm,
        quantity=computed,
        instrument=Uncertainty(
            float(np.hypot(method.relative, carried.relative)), float(np.hypot(method.absolute, carried.absolute))
        ),
        repeatability=propagated(derivation, warm.repeatability, damp.repeatability),
        place=propagated(derivation, warm.place, damp.place),
        simulated=warm.simulated or damp.simulated,
        calibrations=(),
    )
