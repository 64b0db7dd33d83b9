"""Why a limit that binds or indicates in France is in no rule: what no kit in a room can be held against."""

from catalog.limits import ReferenceRow

_BY_ID = {
    "noise-lex8h-limit-87": "it holds under the hearing protector, which a microphone in the room cannot know",
    "noise-lcpeak-limit-140": "it holds under the hearing protector, which a microphone in the room cannot know",
    "noise-lex40h-ceiling-87": (
        "it replaces the daily value only where the labour inspection has agreed to it, and holds under the protector"
    ),
    "noise-lex8h-premises-85": "a duty of whoever builds or refits the room, not of the day",
    "light-task-general-ratio": "a ratio of two places; a kit is in one",
    "dust-mines-respirable-5": "no kind of zone is a mine or a quarry",
    "co2-rsd-1000": "each département has a regulation of its own; the value is from a model text nobody verified",
    "co2-icone-5": "an index of a campaign in schools, told among the exposures; a rule counts shifts or days",
    "co2-erp-instrument-tolerance": "a requirement on the instrument, not on the air",
    "heat-room-adapted-temperature": "it has no number",
    "heat-drinking-water-3": "it is about water to drink",
    "vlep-first-campaign-0-1": "a test of laboratory results (vigie stats)",
    "vlep-statistic-u": "a test of laboratory results (vigie stats)",
    "radon-reference-300": "an annual mean of radon, which needs months in the heating season; no kit measures radon",
}

_BY_AGENT = {
    "ventilation": "an air flow or a room volume, measured at the vents or on a plan; CO₂ only hints at it",
    "thermal comfort": "a setting of heating or cooling that saves energy, not a protection of people",
    "wood dust": "dust of one material, sampled on the worker and weighed; an optical counter knows no material",
    "diesel exhaust": "elemental carbon, sampled on the worker and analysed",
    "lead (inorganic)": "a metal in the dust, sampled on the worker and analysed",
}

_AMBIENT = "a limit for outdoor air, over a year or by the days of a year"
_BULLETIN = "a bulletin of Météo-France, not a measurement"
_CRYSTALLINE = "crystalline silica in the respirable dust, sampled on the worker and analysed"
_SUBSTANCE = "one substance in the breathing zone: no kit tells it from others (a VOC sensor knows no substance)"


def why_not_applied(row: ReferenceRow) -> str | None:
    """Why no rule can hold a kit's values against a row of the limits table; None where one can."""
    if row.id in _BY_ID:
        return _BY_ID[row.id]
    if row.id.startswith("heat-vigilance-"):
        return _BULLETIN
    if row.agent in _BY_AGENT:
        return _BY_AGENT[row.agent]
    if row.agent.startswith("respirable crystalline silica"):
        return _CRYSTALLINE
    if row.context == "ambient air":
        return _AMBIENT
    measured = row.limit is not None and row.limit.comparable_with
    return _SUBSTANCE if row.context == "workers breathing zone" and not measured else None
