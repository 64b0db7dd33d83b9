"""What a series speaks of: which kit, where, how well it measures; and the thresholds time is counted against."""

from dataclasses import dataclass
from typing import Literal

from catalog.identifiers import DeploymentId, KitId, ZoneId
from catalog.quantities import Quantity, Uncertainty
from catalog.schedule import Interval
from dsp.calibration import CalibrationStep

Direction = Literal["above", "below"]


@dataclass(frozen=True, slots=True)
class Subject:
    """One quantity of one deployment of a kit, with the uncertainties the caller found to apply.

    Attributes
    ----------
    instrument, repeatability, place : Uncertainty
        Standard uncertainties (exposure-semantics, section 4): the catalog's, or what the kit model or the zone puts in
        their place.
    deployed : Interval
        (start, end] of the deployment, milliseconds UTC; for one that is still open, ``end`` is how far to compute.
    simulated : bool
        True when any reading behind the series was simulated.
    calibrations : tuple of CalibrationStep
        What the series was corrected by, in order of time; they may know the instrument better than ``instrument``
        does, and past their due date know it worse. See :func:`dsp.uncertainty.of_instrument`.
    """

    zone: ZoneId
    kit: KitId
    deployment: DeploymentId
    quantity: Quantity
    instrument: Uncertainty
    repeatability: Uncertainty
    place: Uncertainty
    deployed: Interval
    simulated: bool
    calibrations: tuple[CalibrationStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value that time is counted above (or below) of.

    Attributes
    ----------
    value : float
        In the quantity's unit; time *at* the threshold does not count.
    direction : {"above", "below"}
    """

    value: float
    direction: Direction
