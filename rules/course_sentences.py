"""How a matter goes on, told in its reason: on the way back, behind the limit again, coming and going."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.identifiers import KitId
from rules.bilingual import Bilingual
from rules.history import Easing
from rules.language import Language, day, enumeration
from rules.rule import Direction
from rules.states import RuleState

_COUNTED_FR = ("zéro", "une", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")
_COUNTED_EN = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True)
class Course:
    """Where a matter stands.

    Attributes
    ----------
    state : RuleState
        The latest but for *no data*.
    easing : Easing or None
        How it began to clear.
    flapping : bool
    shifts : int
        Good shifts in a row that clear it now.
    checked : tuple of KitId
        Kits to be checked that an acute matter rests on alone; it does not wait for them.
    """

    state: RuleState
    easing: Easing | None = None
    flapping: bool = False
    shifts: int = 1
    checked: tuple[KitId, ...] = ()


def told(course: Course, direction: Direction) -> Sequence[Bilingual]:
    """What the reason says of it, clause by clause; nothing of a matter that simply goes on."""
    parts = []
    if course.easing is not None and course.state is RuleState.RECOVERING:
        parts.append(_recovering(course.easing, direction))
    if course.easing is not None and course.state is RuleState.NORMAL:
        parts.append(_normal(course.easing, direction))
    if course.flapping:
        parts.append(_flapping(course.shifts, direction))
    if course.checked:
        parts.append(_not_waiting(course.checked))
    return parts


def _recovering(easing: Easing, direction: Direction) -> Bilingual:
    what = (
        Bilingual("valeur sous le minimum indiquée", "value under the minimum")
        if direction == "below"
        else Bilingual("dépassement indiqué", "exceedance")
    )
    return Bilingual(
        f"plus de {what.fr} depuis le {day(easing.since, Language.FRENCH)}, à confirmer sur "
        f"{_shifts_fr(easing.needed)}",
        f"no {what.en} indicated since {day(easing.since, Language.ENGLISH)}, to be confirmed over "
        f"{_shifts_en(easing.needed)}",
    )


def _normal(easing: Easing, direction: Direction) -> Bilingual:
    side = _better_side(direction)
    are, have = ("est", "has") if easing.needed == 1 else ("sont", "have")
    return Bilingual(
        f"depuis le {day(easing.since, Language.FRENCH)}, {_shifts_fr(easing.needed)} {are} {side.fr}",
        f"since {day(easing.since, Language.ENGLISH)}, {_shifts_en(easing.needed)} {have} been {side.en}",
    )


def _flapping(shifts: int, direction: Direction) -> Bilingual:
    side = _better_side(direction)
    return Bilingual(
        f"la situation va et vient et reste une seule affaire jusqu’à {_shifts_fr(shifts)} {side.fr}",
        f"it comes and goes and stays one matter until {_shifts_en(shifts)} {side.en}",
    )


def _not_waiting(kits: Sequence[KitId]) -> Bilingual:
    of_fr = "du kit" if len(kits) == 1 else "des kits"
    of_en = "kit" if len(kits) == 1 else "kits"
    return Bilingual(
        f"le contrôle {of_fr} {enumeration(kits, Language.FRENCH)} est en attente, l’alerte immédiate n’attend pas",
        f"a check of {of_en} {enumeration(kits, Language.ENGLISH)} is pending, an acute alert does not wait for it",
    )


def _better_side(direction: Direction) -> Bilingual:
    if direction == "below":
        return Bilingual("nettement au-dessus du minimum", "clearly above the minimum")
    return Bilingual("nettement sous la valeur", "clearly under the value")


def _shifts_fr(count: int) -> str:
    number = _COUNTED_FR[count] if count < len(_COUNTED_FR) else str(count)
    return f"{number} période de travail" if count == 1 else f"{number} périodes de travail de suite"


def _shifts_en(count: int) -> str:
    number = _COUNTED_EN[count] if count < len(_COUNTED_EN) else str(count)
    return f"{number} shift" if count == 1 else f"{number} shifts in a row"
