"""Transfer factor of a level from a technician's visit: sound level meter at the ear against the kit."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from catalog.identifiers import QuantityId
from catalog.places import TransferFactor
from catalog.quantities import Uncertainty
from dsp.iso9612 import Instrument
from dsp.validity import Domain, Input, require

SOUND_LEVEL = Domain("sound level", 20.0, 160.0, "dB", "a sound level meter's range")
_METER_UNCERTAINTY = Domain("standard uncertainty of the meter", 0.0, 5.0, "dB", "more is no measurement")
_ONE_PAIR = 1.5
"""Standard uncertainty of a single difference [dB]: an engineering proposal."""


class TransferError(ValueError):
    """No pair to take a difference of."""


@dataclass(frozen=True, slots=True)
class LevelPair:
    """Meter at the ear and the kit's own value over the same minutes [dB]."""

    meter: float
    sensor: float


def level_offset(
    quantity: QuantityId,
    pairs: Sequence[LevelPair],
    meter: float = Instrument.CLASS_2.uncertainty,
    source: str = "",
) -> TransferFactor:
    """What to add to a kit's level to have it at the ear, for the registry.

    Parameters
    ----------
    quantity : QuantityId
        Such as ``laeq``.
    pairs : sequence of LevelPair
        At least one; one for each usual situation of work.
    meter : float
        Standard uncertainty of the meter [dB].
    source : str
        Who, when, with what.

    Returns
    -------
    TransferFactor
        Mean difference [dB] with its standard uncertainty.

    Raises
    ------
    TransferError
        No pair.
    OutOfRangeError
        A level outside 20 to 160 dB.

    Notes
    -----
    u² = u_meter² + s²: the scatter *s* of the differences is not divided by √n, because the next hour is one of those
    situations and not their mean; 1.5 dB where there is but one pair.

    References
    ----------
    ISO 9612:2009, Annex C (standard uncertainties of instruments); JCGM 100:2008, 4.2.

    Examples
    --------
    >>> found = level_offset(QuantityId("laeq"), [LevelPair(84.0, 80.0), LevelPair(86.0, 81.0), LevelPair(83.0, 80.0)])
    >>> found.factor, round(found.uncertainty.absolute, 2)
    (4.0, 1.8)
    """
    if not pairs:
        raise TransferError("no pair; expected at least one level of the kit with that of the meter at the ear")
    require(*(Input(value, SOUND_LEVEL) for pair in pairs for value in (pair.meter, pair.sensor)))
    require(Input(meter, _METER_UNCERTAINTY))
    differences = np.array([pair.meter - pair.sensor for pair in pairs])
    scatter = float(differences.std(ddof=1)) if differences.size > 1 else _ONE_PAIR
    return TransferFactor(quantity, float(differences.mean()), Uncertainty(0.0, math.hypot(meter, scatter)), source)
