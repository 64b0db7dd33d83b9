"""Public holidays by country and subdivision, from the holidays library."""

from datetime import date
from functools import lru_cache


def is_holiday(day: date, country: str, subdivision: str | None) -> bool:
    """Whether a day is a public holiday there.

    Parameters
    ----------
    day : datetime.date
    country, subdivision : str
        As the holidays library names them: ``FR`` with ``6AE`` or ``Alsace``, ``57`` (Moselle), ``974`` (La Réunion)…

    Examples
    --------
    >>> is_holiday(date(2026, 12, 26), "FR", "57"), is_holiday(date(2026, 12, 26), "FR", None)
    (True, False)
    """
    return day in _holidays_of(country, subdivision, day.year)


@lru_cache(maxsize=512)
def _holidays_of(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    # Imported here: the library costs 0.1 s that a command without a schedule should not pay.
    import holidays

    return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year, expand=False))


@lru_cache(maxsize=1)
def countries() -> tuple[str, ...]:
    """Country codes the library knows."""
    # Not list_supported_countries(): it imports 250 modules to say the same.
    from holidays.registry import EntityLoader

    return tuple(EntityLoader.get_country_codes(include_aliases=False))


@lru_cache(maxsize=32)
def subdivisions(country: str) -> tuple[str, ...]:
    """Subdivisions of a country the library knows, by code and by name."""
    import holidays

    known = holidays.country_holidays(country)
    return (*known.subdivisions, *known.subdivisions_aliases)
