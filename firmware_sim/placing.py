"""Where a kit hangs in its room, against the room's mixed air and the people: as the file says, or drawn."""

from enum import StrEnum


class Placing(StrEnum):
    """Whether kits hang where the workplace file says, or somewhere a technician might have hung them."""

    AS_WRITTEN = "as written"
    """Every factor between room and kit is 1: the demo."""
    DRAWN = "drawn"
    """Factors drawn with the seed from :class:`~firmware_sim.scenario.Spread`, for each kit its own."""
