"""Gas concentrations: ppm and mg/m³ at the reference and at actual conditions, and a PID's reading as one gas."""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from catalog.substances import Substance

GAS_CONSTANT = 8.314462618
"""R [J/(mol·K)], exact since the SI of 2019 (CODATA 2018)."""

ZERO_CELSIUS = 273.15
_COLDEST, _HOTTEST = -60.0, 100.0
_LOWEST, _HIGHEST = 30.0, 120.0

Amount = TypeVar("Amount", float, npt.NDArray[np.float64])


class GasError(ValueError):
    """Conditions or factors that no workplace has; the message says which, and what was expected."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Temperature and pressure of a volume of air.

    Attributes
    ----------
    temperature : float
        [°C].
    pressure : float
        [kPa].
    """

    temperature: float = 20.0
    pressure: float = 101.325

    def __post_init__(self) -> None:
        if not _COLDEST <= self.temperature <= _HOTTEST:
            raise GasError(f"temperature is {self.temperature:g} °C; expected {_COLDEST:g} to {_HOTTEST:g} °C")
        if not _LOWEST <= self.pressure <= _HIGHEST:
            raise GasError(
                f"pressure is {self.pressure:g} kPa; expected {_LOWEST:g} to {_HIGHEST:g} kPa (1013 hPa are 101.3 kPa)"
            )

    @property
    def kelvin(self) -> float:
        """Thermodynamic temperature [K]."""
        return self.temperature + ZERO_CELSIUS

    @property
    def molar_volume(self) -> float:
        """Volume of one mole [L/mol].

        Examples
        --------
        >>> round(Conditions().molar_volume, 4)
        24.0551
        """
        return GAS_CONSTANT * self.kelvin / self.pressure


REFERENCE = Conditions()
"""20 °C and 101.325 kPa: the conditions the limits of article R4412-149 are given for."""


def mg_m3_of_ppm(ppm: Amount, substance: Substance, conditions: Conditions = REFERENCE) -> Amount:
    """Mass concentration of a volume fraction.

    Parameters
    ----------
    ppm : float or float64 array, any shape
        Volume fraction [ppm].
    substance : Substance
        Whose molar mass counts.
    conditions : Conditions
        Of the air whose mass concentration is wanted; the limits' reference unless said otherwise.

    Returns
    -------
    float or float64 array
        Mass concentration [mg/m³] at ``conditions``.

    Notes
    -----
    c = ppm·M·P/(R·T). A volume fraction does not depend on temperature and pressure, a mass concentration does: two
    numbers in mg/m³ can be compared only at the same conditions. The official pairs of a limit are rounded and differ
    by up to 2.5 % from this formula (methanol: 200 ppm, 260 mg/m³, computed 266): compare in the limit's own unit.
    A NaN stays one.

    References
    ----------
    .. [1] Code du travail, article R4412-149, note 5 (20 °C, 101.3 kPa).

    Examples
    --------
    >>> from catalog.substances import substance
    >>> round(mg_m3_of_ppm(20.0, substance("toluene")), 2)
    76.61
    >>> round(mg_m3_of_ppm(1.0, substance("toluene"), Conditions(30, 95)), 3)
    3.473
    """
    return ppm * (substance.molar_mass / conditions.molar_volume)


def ppm_of_mg_m3(mg_m3: Amount, substance: Substance, conditions: Conditions = REFERENCE) -> Amount:
    """Volume fraction [ppm] of a mass concentration [mg/m³] that was measured at ``conditions``.

    See :func:`mg_m3_of_ppm`, whose inverse it is.

    Examples
    --------
    >>> from catalog.substances import substance
    >>> round(ppm_of_mg_m3(23.3, substance("co")), 1)
    20.0
    """
    return mg_m3 * (conditions.molar_volume / substance.molar_mass)


def at_reference(mass_concentration: Amount, actual: Conditions) -> Amount:
    """A mass concentration measured in actual air, as it would be at 20 °C and 101.325 kPa.

    Parameters
    ----------
    mass_concentration : float or float64 array
        [mg/m³] (or any mass per volume), at ``actual``.
    actual : Conditions
        Of the air when it was measured.

    Returns
    -------
    float or float64 array
        C20 in the same unit.

    Notes
    -----
    C20 = C·(T/293.15 K)·(101.325 kPa/P). For gases and vapours, named or not.

    References
    ----------
    .. [1] Code du travail, article R4412-149, note 5.

    Examples
    --------
    >>> round(at_reference(3.473, Conditions(30, 95)), 2)
    3.83
    """
    return mass_concentration * (actual.kelvin / REFERENCE.kelvin * (REFERENCE.pressure / actual.pressure))


def gas_of_pid(isobutylene_ppm: Amount, substance: Substance, factor: float) -> Amount:
    """Concentration of one known gas from a photo-ionisation detector that was calibrated with isobutylene.

    Parameters
    ----------
    isobutylene_ppm : float or float64 array
        What the detector shows [ppm isobutylene equivalent].
    substance : Substance
        The one gas that is known to be there; without that knowledge a PID has no concentration of anything.
    factor : float
        Correction factor of the substance from the *maker's* table for the detector's lamp (9.8, 10.6 or 11.7 eV):
        there is no built-in table, because factors differ between lamps and makers.

    Returns
    -------
    float or float64 array
        Concentration of the gas [ppm].

    Raises
    ------
    GasError
        The factor is not between 0.01 and 100.

    Notes
    -----
    C_gas = CF·C_isobutylene. A direct-reading device is no proof that a limit is respected (arrêté of 15 December 2009,
    annex 1 §2.4).

    Examples
    --------
    >>> from catalog.substances import substance
    >>> gas_of_pid(10.0, substance("toluene"), 0.5)
    5.0
    """
    if not 0.01 <= factor <= 100.0:
        raise GasError(
            f"correction factor of {substance.id} is {factor:g}; expected 0.01 to 100,"
            " from the maker's table for the lamp"
        )
    return isobutylene_ppm * factor
