"""The word somebody probably meant."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``did you mean "co2"?`` for a near miss, otherwise the list of what is known.

    >>> did_you_mean("C02", ["co2", "pm10"])
    'did you mean "co2"?'
    >>> did_you_mean("x", ["co2", "pm10"])
    'known: co2, pm10'
    """
    names = list(known)
    folded = {name.casefold(): name for name in names}
    close = get_close_matches(word.casefold(), folded, n=1, cutoff=0.6)
    if close:
        return f'did you mean "{folded[close[0]]}"?'
    return "known: " + (", ".join(names) if names else "none yet")
