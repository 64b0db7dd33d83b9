"""What the fields of a workplace file may hold."""

from datetime import time
from typing import Annotated

from msgspec import Meta, Struct

Text = Annotated[str, Meta(min_length=1)]
Identifier = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$")]
"""An id as a registry and a topic take it; a second kit's number still fits behind it."""

Source = Annotated[str, Meta(min_length=8)]
"""A reference, or ``engineering estimate`` and what it rests on."""

Share = Annotated[float, Meta(ge=0, le=1)]
Positive = Annotated[float, Meta(gt=0, le=1e9)]
NotNegative = Annotated[float, Meta(ge=0, le=1e9)]
"""Not endless: ``.inf`` is a number in YAML."""

Temperature = Annotated[float, Meta(ge=-80, le=80)]
"""Of air on Earth [°C]."""

Count = Annotated[int, Meta(ge=0)]
Weekday = Annotated[int, Meta(ge=1, le=7)]
Weekdays = Annotated[list[Weekday], Meta(min_length=1)]
ClockTime = Annotated[str, Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""Local time, ``"07:30"`` (in quotation marks: YAML reads 07:30 as a number)."""


def clock_time(text: str) -> time:
    """The time of day a :data:`ClockTime` names."""
    return time.fromisoformat(text)


class Block(Struct, frozen=True, forbid_unknown_fields=True):
    """A part of a workplace file; a field it does not know is refused."""
