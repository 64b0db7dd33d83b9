"""Numbers, dates and enumerations as French and English write them; the rules know no locale library."""

import math
import re
from collections.abc import Sequence
from datetime import date
from enum import Enum

NARROW_SPACE = "\u202f"
"""Narrow no-break space: French thousands, and before ; ! ? %."""

NO_BREAK_SPACE = "\u00a0"
"""Between a number and its unit, and before a French colon."""

MINUS = "\u2212"
MOST_DATES = 3
"""Dates listed one by one; more are told from the first to the last."""

UNVERIFIED = "non vérifié / unverified"
LATER_GUIDE = "repère publié après la mesure / guide published after the measurement"
_IN_SOURCES = (
    (" as amended by ", ", modifié par "),
    (" (as preserved by ", " (maintenu par "),
    (" as quoted by ", ", cité par "),
    (" quoted in ", ", cité par "),
    ("(quoted in ", "(cité par "),
    ("decree ", "décret "),
    ("Decree ", "Décret "),
    ("annex ", "annexe "),
    (" + annex", " + annexe"),
    (" et seq.", " et suivants"),
    ("; ", " ; "),
)
"""English words of the limits table's sources, and what stands for them in a French sentence."""
_ELISION = re.compile(r"(?<=[^\W\d])'(?=\w)")
_BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:ppm|ppb|µg|mg|dB|lx|°C|h|min|minutes)\b)")

_MONTHS_FR = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)
_MONTHS_EN = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)


class Language(Enum):
    """A language the rules write sentences in."""

    FRENCH = "fr"
    ENGLISH = "en"


def typeset_french(text: str) -> str:
    """A French text as it is typed, with the spaces and apostrophes French print wants; no line starts with a colon.

    Examples
    --------
    >>> typeset_french("Bruit : 1000 ppm ; 20 %") == "Bruit\u00a0: 1000\u00a0ppm\u202f; 20\u202f%"
    True
    >>> typeset_french("L'air ('dépasse')")
    "L’air ('dépasse')"
    """
    text = text.replace(" :", f"{NO_BREAK_SPACE}:").replace(" %", f"{NARROW_SPACE}%")
    for mark in ";!?":
        text = text.replace(f" {mark}", f"{NARROW_SPACE}{mark}")
    return _ELISION.sub("’", _BEFORE_UNIT.sub(NO_BREAK_SPACE, text))


def source_words(source: str, language: Language) -> str:
    """Where a limit is written, as the limits table has it, in one language.

    Examples
    --------
    >>> source_words("R4412-149 (decree 2019-1487)", Language.FRENCH)
    'R4412-149 (décret 2019-1487)'
    >>> source_words("Anses 2013 quoted in INRS FT47", Language.FRENCH)
    'Anses 2013, cité par INRS FT47'
    >>> source_words("INRS (repère publié après la mesure / guide published after the measurement)", Language.ENGLISH)
    'INRS (guide published after the measurement)'
    """
    for mark in (UNVERIFIED, LATER_GUIDE):
        french, _, english = mark.partition(" / ")
        source = source.replace(mark, french if language is Language.FRENCH else english)
    if language is Language.ENGLISH:
        return source
    for words, said in _IN_SOURCES:
        source = source.replace(words, said)
    return typeset_french(source)


def number(value: float, decimals: int, language: Language) -> str:
    """A number for a sentence.

    Examples
    --------
    >>> number(2005.4, 1, Language.ENGLISH)
    '2,005.4'
    >>> number(2005.4, 1, Language.FRENCH) == "2\u202f005,4"
    True
    >>> number(2005.4, -1, Language.ENGLISH)
    '2,010'
    """
    text = f"{abs(round(value, decimals)):,.{max(decimals, 0)}f}"
    sign = MINUS if value < 0 and any(digit in text for digit in "123456789") else ""
    if language is Language.FRENCH:
        text = text.replace(",", NARROW_SPACE).replace(".", ",")
    return sign + text


def limit_number(value: float, decimals: int, language: Language) -> str:
    """A limit: without decimals where it has none, so that 85 dB(A) is not 85.0."""
    return number(value, 0 if math.isclose(value, round(value), abs_tol=1e-9) else max(decimals, 1), language)


def with_unit(text: str, unit: str) -> str:
    """A number and its unit, never parted at the end of a line."""
    return text if unit == "1" else f"{text}{NO_BREAK_SPACE}{unit}"


def percent(share: float, language: Language) -> str:
    """A share as a whole percentage."""
    text = number(100.0 * share, 0, language)
    return f"{text}{NARROW_SPACE}%" if language is Language.FRENCH else f"{text}%"


def enumeration(parts: Sequence[str], language: Language) -> str:
    """``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    last = " et " if language is Language.FRENCH else " and "
    return ", ".join(parts[:-1]) + last + parts[-1]


def day(when: date, language: Language) -> str:
    """A date in words.

    Examples
    --------
    >>> day(date(2023, 7, 1), Language.FRENCH), day(date(2023, 7, 1), Language.ENGLISH)
    ('1er juillet 2023', '1 July 2023')
    """
    if language is Language.FRENCH:
        first = "1er" if when.day == 1 else str(when.day)
        return f"{first} {_MONTHS_FR[when.month - 1]} {when.year}"
    return f"{when.day} {_MONTHS_EN[when.month - 1]} {when.year}"


def days(dates: Sequence[date], language: Language) -> str:
    """Dates in order, listed where they are few and from the first to the last where they are many."""
    distinct = sorted(set(dates))
    if len(distinct) <= MOST_DATES:
        return enumeration([day(when, language) for when in distinct], language)
    first, last = day(distinct[0], language), day(distinct[-1], language)
    return f"du {first} au {last}" if language is Language.FRENCH else f"from {first} to {last}"
