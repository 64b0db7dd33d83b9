"""Channels nobody sends: WBGT, absolute humidity and dew point from the temperature and humidity of one kit."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from catalog.quantities import Quantity, quantities
from catalog.schedule import Interval
from dsp.carried import carried, carried_calibrations
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
        The deployment, as far as it is computed [ms UTC]; if temperature and humidity never stand together in it, there
        are none.

    Notes
    -----
    Instrument and place uncertainties of both sensors are propagated, and so is what their calibrations make of them
    over time; the method's own part joins the instrument's. Time a formula does not hold for is missing, and marked
    with the reason; a quantity that has no other time is a channel without a value.
    """
    by_name: Mapping[str, ChannelSeries] = {channel.subject.quantity.id: channel for channel in channels}
    warm, damp = by_name.get("temperature"), by_name.get("humidity")
    if warm is None or damp is None:
        return []
    computed = [known for known in quantities().values() if known.id in DERIVATIONS]
    derivations = [DERIVATIONS[known.id] for known in computed]
    found = derive(derivations, warm.series.during(span), damp.series.during(span))
    return [
        ChannelSeries(_subject(known, derivation, warm.subject, damp.subject, span), each.series, each.heard, each.runs)
        for known, derivation, each in zip(computed, derivations, found, strict=True)
        if each.heard is not None
    ]


def _subject(computed: Quantity, derivation: Derivation, warm: Subject, damp: Subject, span: Interval) -> Subject:
    return replace(
        warm,
        quantity=computed,
        instrument=carried(derivation, computed.instrument, warm.instrument, damp.instrument),
        repeatability=propagated(derivation, warm.repeatability, damp.repeatability),
        place=propagated(derivation, warm.place, damp.place),
        simulated=warm.simulated or damp.simulated,
        calibrations=carried_calibrations(derivation, computed.instrument, warm, damp, span.end),
    )
