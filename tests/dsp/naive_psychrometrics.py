"""Other people's formulas for water vapour, to hold ours against: Sonntag in full, and Stull's closed wet bulb."""

from math import atan, exp, log, sqrt


def full_saturation_pressure(temperature: float) -> float:
    """Over water [hPa], -100 to 100 °C: Sonntag D. (1990), Z. Meteorol. 70, 340-344."""
    t = temperature + 273.15
    return exp(-6096.9385 / t + 16.635794 - 2.711193e-2 * t + 1.673952e-5 * t * t + 2.433502 * log(t))


def stull_wet_bulb(temperature: float, humidity: float) -> float:
    """[°C] at 1013 hPa, -20 to 50 °C and 5 to 99 %: Stull R. (2011), doi:10.1175/JAMC-D-11-0143.1."""
    t, rh = temperature, humidity
    return (
        t * atan(0.151977 * sqrt(rh + 8.313659))
        + atan(t + rh)
        - atan(rh - 1.676331)
        + 0.00391838 * rh * sqrt(rh) * atan(0.023101 * rh)
        - 4.686035
    )
