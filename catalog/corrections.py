"""Named corrections of particle readings for humidity: what a zone may ask for."""

from dataclasses import dataclass
from enum import Enum

from catalog.identifiers import QuantityId


class CorrectionMethod(Enum):
    """Corrections by the names people write; see :mod:`dsp.air.particles` for what each does."""

    KAPPA_KOEHLER = "kappa-koehler"
    EPA_AIRNOW_2021 = "us-epa-airnow-2021"
    BARKJOHN_2021 = "barkjohn-2021"
    BARKJOHN_2022 = "barkjohn-2022"


HIGHEST_KAPPA = 1.5
"""Of any particle; pure sodium chloride has about 1.3."""

PARTICLES = frozenset({"pm1", "pm2_5", "pm4", "pm10"})
"""Quantities that can be corrected for humidity at all."""


@dataclass(frozen=True, slots=True)
class HumidityCorrection:
    """A correction of one quantity of a zone with the kit's own relative humidity.

    Attributes
    ----------
    kappa : float or None
        Hygroscopicity κ [1] of ``kappa-koehler``; None for the others.
    """

    quantity: QuantityId
    method: CorrectionMethod
    kappa: float | None = None


def cannot_correct(quantity: str, method: CorrectionMethod) -> str | None:
    """Why a quantity cannot have a correction; None where it can.

    Examples
    --------
    >>> cannot_correct("pm2_5", CorrectionMethod.KAPPA_KOEHLER) is None
    True
    """
    if quantity not in PARTICLES:
        return f"{quantity} is no particle mass; a humidity correction is for {', '.join(sorted(PARTICLES))}"
    if method is not CorrectionMethod.KAPPA_KOEHLER and quantity != "pm2_5":
        return f"{method.value} was fitted to PM2.5 of one maker's sensor; use it for pm2_5 or take kappa-koehler"
    return None
