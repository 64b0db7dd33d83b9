"""How many digits of a number are worth telling a person; what is compared with a limit is never rounded."""

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import Enum


class Side(Enum):
    """Which side of a number may be told and stay true."""

    AT_LEAST = ROUND_FLOOR
    AT_MOST = ROUND_CEILING


def decimals_worth(half_width: float | None, most: int) -> int:
    """Decimals to tell a value and its expanded uncertainty with: two significant digits of the uncertainty.

    Parameters
    ----------
    half_width : float or None
        What stands after ±, in the value's unit; None or 0 where nothing is known.
    most : int
        Decimals the quantity has at all.

    Returns
    -------
    int
        For :func:`round`; negative where tens or hundreds are all that is known.

    References
    ----------
    JCGM 100:2008 (GUM), 7.2.6: an uncertainty with at most two significant digits, the estimate to the same place.

    Examples
    --------
    >>> [decimals_worth(half_width, 1) for half_width in (522.1, 4.44, 9.96, 0.52, None)]
    [-1, 1, 0, 1, 1]
    >>> round(668.4, -1), round(522.1, -1)
    (670.0, 520.0)
    """
    if not half_width:
        return most
    decimals = 1 - math.floor(math.log10(half_width))
    if round(half_width, decimals) >= 10.0 ** (2 - decimals):  # 9.96 is told as 10, not as 10.0
        decimals -= 1
    return min(most, decimals)


def told_as_bound(value: float, decimals: int, side: Side) -> float:
    """A bound with so many decimals that is still one: ``at least`` is rounded down, ``at most`` up.

    Examples
    --------
    >>> told_as_bound(1234.6, 0, Side.AT_LEAST), told_as_bound(1234.4, 0, Side.AT_MOST)
    (1234.0, 1235.0)
    >>> told_as_bound(1.1, 1, Side.AT_MOST)
    1.1
    """
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-decimals), rounding=side.value))
