"""The names of the quality tests; importing them imports no kernel."""

from enum import StrEnum


class QualityTest(StrEnum):
    """Every test a reading can fail; ``domain`` is that of the formula of a computed quantity."""

    RANGE = "range"
    SPIKE = "spike"
    FLAT_LINE = "flat_line"
    RATE = "rate"
    GAP = "gap"
    WARM_UP = "warm_up"
    SATURATION = "saturation"
    HUMIDITY = "humidity"
    CLOCK = "clock"
    DUPLICATE = "duplicate"
    PARTICLE_ORDER = "particle_order"
    LEVEL_ORDER = "level_order"
    NEIGHBOUR = "neighbour"
    BASELINE = "baseline"
    DOMAIN = "domain"
