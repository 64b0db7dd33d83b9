"""Lines of an explanation's page: named, folded, in local time."""

import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from vigie.explanation.told import DifferenceTold

_WIDTH = 110
_INDENT = 17


def line(name: str, text: str) -> str:
    """A named line, folded under its text."""
    return textwrap.fill(
        text,
        _WIDTH,
        initial_indent=f"  {name:<{_INDENT - 2}}",
        subsequent_indent=" " * _INDENT,
        break_on_hyphens=False,
        break_long_words=False,
    )


def lines(name: str, texts: Sequence[str]) -> Iterator[str]:
    """Several texts under one name."""
    for number, text in enumerate(texts):
        yield line(name if number == 0 else "", text)


def local(instant: datetime, zone: ZoneInfo, form: str = "%Y-%m-%d %H:%M") -> str:
    """An instant on the clock of the place."""
    return instant.astimezone(zone).strftime(form)


def told_difference(difference: DifferenceTold) -> str:
    """What, as it is stored, and as it came out."""
    return f"{difference.what}: {difference.stored} stored, {difference.again} now"
