"""The words a page may use for things the other rooms name; each is a key of the message catalogues."""

from collections.abc import Mapping

from catalog.places import ZoneKind
from dsp.exposure import Measure, WindowKind
from rules.decision import Decision


def marked(message: str) -> str:
    """A message for the catalogues, said later."""
    return message


DECISIONS: Mapping[Decision, str] = {
    Decision.EXCEEDANCE_INDICATED: marked("exceedance indicated"),
    Decision.INCONCLUSIVE: marked("inconclusive"),
    Decision.NO_EXCEEDANCE_INDICATED: marked("no exceedance indicated"),
    Decision.INSUFFICIENT_DATA: marked("insufficient data"),
}
"""The only four things Vigie says about a limit; it screens, it never says that a place complies."""

SIGNS: Mapping[Decision, str] = {
    Decision.EXCEEDANCE_INDICATED: "▲",
    Decision.INCONCLUSIVE: "◆",
    Decision.NO_EXCEEDANCE_INDICATED: "●",
    Decision.INSUFFICIENT_DATA: "○",
}
"""A shape for each decision, so that no meaning hangs on colour."""

AGENTS: Mapping[str, str] = {
    "co2": marked("CO₂"),
    "voc": marked("Volatile organic compounds"),
    "formaldehyde": marked("Formaldehyde"),
    "co": marked("Carbon monoxide"),
    "dust": marked("Dust"),
    "noise": marked("Noise"),
    "light": marked("Light"),
    "heat": marked("Heat"),
    "humidity": marked("Humidity"),
    "pressure": marked("Air pressure"),
    "kit": marked("Sensor kit"),
}

MEASURES: Mapping[Measure, str] = {
    Measure.MEAN: marked("mean"),
    Measure.LEQ: marked("equivalent level (Leq)"),
    Measure.TWA_8H: marked("mean over 8 h of work"),
    Measure.LEX_8H: marked("daily noise exposure (LEX,8h)"),
    Measure.LEX_40H: marked("weekly noise exposure (LEX,40h)"),
    Measure.MAX_15MIN: marked("highest 15-minute mean"),
    Measure.MAX_30MIN: marked("highest 30-minute mean"),
    Measure.MAX_1H: marked("highest 1-hour mean"),
    Measure.MAX_8H: marked("highest 8-hour mean"),
    Measure.MAX_24H: marked("highest 24-hour mean"),
    Measure.MIN_1H: marked("lowest 1-hour mean"),
    Measure.PEAK: marked("highest value"),
    Measure.MINIMUM: marked("lowest value"),
    Measure.P5: marked("5th percentile"),
    Measure.P10: marked("10th percentile"),
    Measure.P50: marked("median"),
    Measure.P90: marked("90th percentile"),
    Measure.P95: marked("95th percentile"),
    Measure.NOISE_CLIMATE: marked("noise climate (L10 − L90)"),
    Measure.TIME_ABOVE: marked("time above"),
    Measure.TIME_BELOW: marked("time below"),
    Measure.ICONE: marked("air stuffiness index (ICONE)"),
}

ICONE_WORDS = (
    marked("no confinement"),
    marked("low confinement"),
    marked("medium confinement"),
    marked("high confinement"),
    marked("very high confinement"),
    marked("extreme confinement"),
)
"""What ICONE 0 to 5 is called by the decree."""

WINDOWS: Mapping[WindowKind, str] = {
    WindowKind.SHIFT: marked("shift"),
    WindowKind.DAY: marked("day"),
    WindowKind.WEEK: marked("week"),
    WindowKind.CAMPAIGN: marked("campaign"),
}

ZONE_KINDS: Mapping[ZoneKind, str] = {
    ZoneKind.OFFICE: marked("office"),
    ZoneKind.OPEN_PLAN_OFFICE: marked("open-plan office"),
    ZoneKind.MEETING_ROOM: marked("meeting room"),
    ZoneKind.CLASSROOM: marked("classroom"),
    ZoneKind.SHOP: marked("shop"),
    ZoneKind.WORKSHOP: marked("workshop"),
    ZoneKind.WAREHOUSE: marked("warehouse"),
    ZoneKind.BLIND_ROOM: marked("blind room"),
    ZoneKind.SPECIFIC_POLLUTION: marked("premises with specific pollution"),
    ZoneKind.CIRCULATION: marked("corridor"),
    ZoneKind.STAIRS: marked("stairs"),
    ZoneKind.SANITARY: marked("sanitary premises"),
    ZoneKind.OUTDOOR: marked("outdoors"),
}
