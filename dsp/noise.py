"""Noise from levels: what a worker receives in a day and in a week, from levels and the time spent in them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dsp.levels import energy, level_of

REFERENCE_HOURS = 8.0
"""Reference duration of the daily exposure level, T0 [h]."""
REFERENCE_PRESSURE = 20e-6
"""Reference sound pressure in air, p0 [Pa]."""
DAYS_OF_A_WEEK = 5.0
"""Working days of eight hours the weekly level is spread over."""
HIGHEST_LEVEL = 200.0
"""Levels beyond it are typing mistakes [dB]."""


class NoiseError(ValueError):
    """A level or a time no worker was ever in."""


@dataclass(frozen=True, slots=True)
class Stay:
    """Time spent in a noise.

    Attributes
    ----------
    level : float
        Its A-weighted equivalent level L_Aeq [dB].
    hours : float
        How long the worker is in it in a day [h].
    """

    level: float
    hours: float


def combined_level(stays: Sequence[Stay]) -> float:
    """Equivalent level over the whole time of several stays.

    Parameters
    ----------
    stays : sequence of Stay
        At least one.

    Returns
    -------
    float
        10·log₁₀(Σ hᵢ·10^(Lᵢ/10) / Σ hᵢ) [dB].

    Raises
    ------
    NoiseError
        (a ValueError) There is no stay; a level is not finite or beyond 200 dB; a time is not above zero, or they are
        more than 24 h together.

    Notes
    -----
    Decibels are never averaged: 70 and 90 dB for the same time make 87.0 dB, not 80.

    References
    ----------
    IEC 61672-1:2013, 3.9; exposure-semantics, section 2.

    Examples
    --------
    >>> round(combined_level([Stay(70, 1), Stay(90, 1)]), 1)
    87.0
    """
    _check(stays)
    return level_of(math.fsum(stay.hours * energy(stay.level) for stay in stays) / _hours(stays))


def daily_exposure_level(stays: Sequence[Stay]) -> float:
    """Daily noise exposure level L_EX,8h of somebody who spends the day in these noises and the rest in quiet.

    Parameters
    ----------
    stays : sequence of Stay
        Of one day.

    Returns
    -------
    float
        10·log₁₀(Σ hᵢ·10^(Lᵢ/10) / 8 h) [dB].

    Raises
    ------
    NoiseError
        As for :func:`combined_level`.

    References
    ----------
    ISO 9612:2009, 3.3; arrêté du 19 juillet 2006, article 1.

    Examples
    --------
    >>> round(daily_exposure_level([Stay(90, 4), Stay(85, 2), Stay(80, 2)]), 2)
    87.81
    """
    _check(stays)
    return level_of(math.fsum(stay.hours * energy(stay.level) for stay in stays) / REFERENCE_HOURS)


def weekly_exposure_level(daily_levels: Sequence[float]) -> float:
    """Weekly noise exposure level L_EX,40h of the days of one week.

    Parameters
    ----------
    daily_levels : sequence of float
        L_EX,8h of each day worked [dB]; at most seven.

    Returns
    -------
    float
        10·log₁₀(⅕·Σ 10^(L_EX,8h,i/10)) [dB]: always over five days, however many were worked.

    Raises
    ------
    NoiseError
        (a ValueError) No day, more than seven, or a level that is none.

    Notes
    -----
    The law knows it in one case: where exposure differs markedly from day to day, and after telling the labour
    inspectorate (Code du travail, R4431-4).

    References
    ----------
    Directive 2003/10/EC, article 2 (c); arrêté du 19 juillet 2006, article 1.

    Examples
    --------
    >>> round(weekly_exposure_level([90, 82, 85, 79, 88]), 2)
    86.41
    """
    if not 1 <= len(daily_levels) <= 7:
        raise NoiseError(f"{len(daily_levels)} daily levels; expected one for each day of a week, 1 to 7")
    for level in daily_levels:
        _check_level(level)
    return level_of(math.fsum(energy(level) for level in daily_levels) / DAYS_OF_A_WEEK)


def dose(stays: Sequence[Stay], criterion_level: float) -> float:
    """Share of the daily noise dose of a criterion level, with the 3 dB exchange rate of the law.

    Parameters
    ----------
    stays : sequence of Stay
        Of one day.
    criterion_level : float
        L_EX,8h that makes 100 % [dB], e.g. 85.

    Returns
    -------
    float
        100·Σ (hᵢ/8 h)·10^((Lᵢ − criterion)/10) [%].

    Raises
    ------
    NoiseError
        As for :func:`combined_level`.

    Notes
    -----
    The American rule of 5 dB (OSHA) is not the European one and is not computed.

    References
    ----------
    IEC 61252:1993 (personal sound exposure meters); HSE ready-reckoner, where 100 points are 85 dB(A) for 8 h.

    Examples
    --------
    >>> round(dose([Stay(90, 4)], 85.0))
    158
    """
    _check_level(criterion_level)
    return 100.0 * energy(daily_exposure_level(stays) - criterion_level)


def sound_exposure(stays: Sequence[Stay]) -> float:
    """A-weighted sound exposure E_A,T [Pa²·h]; 85 dB(A) for 8 h are 1.01 Pa²·h.

    Raises
    ------
    NoiseError
        As for :func:`combined_level`.

    References
    ----------
    IEC 61252:1993, 3.1.

    Examples
    --------
    >>> round(sound_exposure([Stay(90, 8)]), 3)
    3.2
    """
    _check(stays)
    return REFERENCE_PRESSURE**2 * math.fsum(stay.hours * energy(stay.level) for stay in stays)


def longest_stay(level: float, limit: float) -> float:
    """Hours in a steady noise that alone reach a daily exposure level.

    Parameters
    ----------
    level : float
        L_Aeq of the noise [dB].
    limit : float
        L_EX,8h to reach [dB].

    Returns
    -------
    float
        8 h·10^((limit − level)/10) [h]; may be longer than a day, which says that this noise never reaches it.

    Raises
    ------
    NoiseError
        (a ValueError) A level that is none.

    References
    ----------
    ISO 9612:2009, 3.3, solved for the duration.

    Examples
    --------
    >>> round(60 * longest_stay(95.0, 85.0), 1)
    48.0
    """
    _check_level(level)
    _check_level(limit)
    return REFERENCE_HOURS * energy(limit - level)


def peak_level(peak_pressure: float) -> float:
    """Peak sound pressure level L_Cpeak of a C-weighted peak pressure.

    Parameters
    ----------
    peak_pressure : float
        Highest absolute C-weighted pressure [Pa].

    Returns
    -------
    float
        20·log₁₀(p_C/20 µPa) [dB].

    Raises
    ------
    NoiseError
        (a ValueError) The pressure is not above zero.

    References
    ----------
    Arrêté du 19 juillet 2006, article 1; IEC 61672-1:2013, 3.12.

    Examples
    --------
    >>> round(peak_level(112.0)), round(peak_level(140.0)), round(peak_level(200.0))
    (135, 137, 140)
    """
    if not (math.isfinite(peak_pressure) and peak_pressure > 0.0):
        raise NoiseError(f"peak pressure is {peak_pressure} Pa; expected a pressure above zero")
    return 2.0 * level_of(peak_pressure / REFERENCE_PRESSURE)


def _hours(stays: Sequence[Stay]) -> float:
    return math.fsum(stay.hours for stay in stays)


def _check(stays: Sequence[Stay]) -> None:
    if not stays:
        raise NoiseError("no stay in any noise; expected at least one level with its duration")
    for stay in stays:
        _check_level(stay.level)
        if not (math.isfinite(stay.hours) and stay.hours > 0.0):
            raise NoiseError(f"{stay.hours} h in {stay.level:g} dB(A); expected a time above zero")
    if _hours(stays) > 24.0 + 1e-9:
        raise NoiseError(f"{_hours(stays):g} h in noise; expected one day, at most 24 h")


def _check_level(level: float) -> None:
    if not (math.isfinite(level) and abs(level) <= HIGHEST_LEVEL):
        raise NoiseError(f"level is {level} dB; expected a finite level within ± {HIGHEST_LEVEL:g} dB")
