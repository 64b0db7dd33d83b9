"""Small packs as texts, to say one thing wrong at a time."""

from collections.abc import Mapping

_RULE: Mapping[str, str] = {
    "id": "air",
    "agent": "co2",
    "quantity": "co2",
    "measure": "max_1h",
    "window": "shift",
    "zones": "[office]",
    "comparability": "direct",
    "tiers": "none",
    "minimum_coverage": "0.75",
    "repetition": "{ onset: repeated, shifts: 2, working_days: 5 }",
    "clear": "{ margin: 50, shifts: 3 }",
    "metrology": "{ method_fr: Débit d'air neuf, method_en: Outdoor air flow }",
    "title_fr": "Air",
    "title_en": "Air",
    "advice_fr": "Aérer.",
    "advice_en": "Ventilate.",
    "law_fr": "Repère.",
    "law_en": "Guide.",
}
_LEVEL: Mapping[str, str] = {
    "name": "one",
    "title_fr": "dépassé",
    "title_en": "exceeded",
    "limit": "co2-inrs-office-1000",
    "standing": "guide",
    "on_exceedance": "workplace_action",
    "on_inconclusive": "targeted_metrology",
    "priority": "3",
    "amt_type": "ventilation",
}
_HEAD = """\
id: mine
version: "1"
title_fr: Le mien
title_en: Mine
"""

METROLOGY = {"on_exceedance": "targeted_metrology", "amt_type": ""}
"""A level that asks for metrology, and so for no kind of workplace action."""


def level(**fields: str) -> str:
    """A level of a rule; an empty field is left out."""
    lines = [f"{name}: {value}" for name, value in {**_LEVEL, **fields}.items() if value]
    return "      - " + "\n        ".join(lines) + "\n"


def rule(*levels: str, **fields: str) -> str:
    """A rule with its levels, one as :func:`level` has it unless others are given; an empty field is left out."""
    lines = [f"{name}: {value}" for name, value in {**_RULE, **fields}.items() if value]
    return "  - " + "\n    ".join(lines) + "\n    levels:\n" + ("".join(levels) or level())


def pack(*rules: str) -> str:
    """A pack of its own."""
    return _HEAD + "rules:\n" + "".join(rules)


def own(value: float, unit: str = "ppm", comparator: str = ">") -> str:
    """A value of the pack's own."""
    return f'{{ value: {value:g}, unit: "{unit}", comparator: "{comparator}", source: Note de service, status: guide }}'


def overlay(text: str, extends: str = "[fr-code-du-travail, aigu, reperes, capteurs]") -> str:
    """A pack on top of others."""
    return _HEAD + f"extends: {extends}\n" + text
