"""Durations as people write them: ``90 s``, ``10 min``, ``1h30``, ``2 d``."""

import re

_UNITS = {"ms": 1, "s": 1_000, "min": 60_000, "mn": 60_000, "h": 3_600_000, "d": 86_400_000}
_PART = re.compile(r"(\d+(?:[.,]\d+)?)\s*(ms|s|min|mn|h|d)", re.IGNORECASE)
_HOURS_MINUTES = re.compile(r"(\d+)\s*h\s*(\d{1,2})", re.IGNORECASE)

EXPECTED = "a duration such as 30 s, 10 min, 1h30 or 2 d"


def parse_duration(text: str) -> int:
    """Milliseconds of a duration.

    Raises
    ------
    ValueError
        It is none.

    Examples
    --------
    >>> parse_duration("10 min"), parse_duration("1h30"), parse_duration("1.5 s"), parse_duration("1 d 2 h")
    (600000, 5400000, 1500, 93600000)
    """
    typed = text.strip()
    if found := _HOURS_MINUTES.fullmatch(typed):
        return int(found[1]) * _UNITS["h"] + int(found[2]) * _UNITS["min"]
    if not re.fullmatch(rf"(?:{_PART.pattern}\s*)+", typed, re.IGNORECASE):
        raise ValueError(text)
    return sum(round(float(count.replace(",", ".")) * _UNITS[unit.lower()]) for count, unit in _PART.findall(typed))


def duration_text(milliseconds: int) -> str:
    """A duration in its largest whole units.

    Examples
    --------
    >>> duration_text(93_600_000), duration_text(1_500), duration_text(0)
    ('1 d 2 h', '1 s 500 ms', '0 s')
    """
    left, words = milliseconds, []
    for unit in ("d", "h", "min", "s", "ms"):
        count, left = divmod(left, _UNITS[unit])
        if count:
            words.append(f"{count} {unit}")
    return " ".join(words) or "0 s"
