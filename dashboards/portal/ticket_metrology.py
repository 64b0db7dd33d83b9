"""Metrology that came back: entered against a ticket, and shown beside what the screening said."""

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from msgspec import Struct

from catalog.errors import UnitError
from catalog.limits import Comparator
from catalog.quantities import quantities
from dashboards.portal.desk import TicketDesk
from dashboards.portal.ticket_actions import LONGEST_NOTE, NOT_ALLOWED, FormError, Hand, check_may
from dashboards.portal.ticket_shown import Attempt, TicketShown
from dashboards.vocabulary import marked
from dashboards.words import Words
from rules.metrology import COVERAGE_FACTOR, Measurement, MetrologyVerdict, Scale, scale_of
from rules.metrology_units import known_name
from rules.performance import Basis
from rules.ticket_events import EventKind
from store.errors import MetrologyError, NotAllowedError
from store.metrology import ComparedResult, Entry, StoredResult
from store.screened import ResultLimit

_LONGEST = 200
_SIGNS = {Comparator.ABOVE: ">", Comparator.AT_OR_ABOVE: "≥", Comparator.BELOW: "<"}

VERDICTS: Mapping[MetrologyVerdict, str] = {
    MetrologyVerdict.EXCEEDS: marked("beyond the limit"),
    MetrologyVerdict.DOES_NOT_EXCEED: marked("not beyond the limit"),
    MetrologyVerdict.INCONCLUSIVE: marked("inconclusive"),
}


class MetrologyForm(Struct, frozen=True):
    """A result as somebody types it from a report."""

    value: str = ""
    below: str = ""
    unit: str = ""
    uncertainty: str = ""
    factor: str = ""
    performed: str = ""
    method: str = ""
    laboratory: str = ""
    quantity: str = ""
    limit: str = ""
    replaces: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ResultShown:
    """A result that stands.

    Attributes
    ----------
    screening : str
        The screening beside it; empty where they are not compared.
    """

    id: int
    performed: dt.date
    quantity: str
    found: str
    limit: str
    source: str
    verdict: MetrologyVerdict
    words: str
    screening: str
    method: str
    laboratory: str
    note: str


Enter = Callable[[Entry], StoredResult]
"""Keep a result of one ticket, in the name of the one who enters it."""


def enter_result(desk: TicketDesk, hand: Hand, shown: TicketShown, enter: Enter, form: MetrologyForm) -> Attempt | None:
    """Keep a result; None where it was kept, else what the person is told, with everything they typed."""
    check_may(desk, shown, EventKind.METROLOGY)
    try:
        enter(_entry(form, shown, hand.words.local(hand.at).date()))
    except FormError as error:
        return Attempt(EventKind.METROLOGY, form, hand.words.say(str(error)), HTTPStatus.BAD_REQUEST)
    except UnitError:
        told = hand.words.say(
            "A result in %(unit)s cannot be held against this limit. Give it in the unit of the limit.",
            unit=form.unit.strip(),
        )
        return Attempt(EventKind.METROLOGY, form, told, HTTPStatus.BAD_REQUEST)
    except NotAllowedError:
        return Attempt(EventKind.METROLOGY, form, hand.words.say(NOT_ALLOWED), HTTPStatus.FORBIDDEN)
    except MetrologyError:
        return Attempt(EventKind.METROLOGY, form, hand.words.say(_refused(form)), HTTPStatus.CONFLICT)
    return None


def _refused(form: MetrologyForm) -> str:
    if form.replaces:
        return marked("The result you correct was corrected already; correct the newer one.")
    if form.quantity.strip() and not form.limit.strip():
        return marked("Name the limit to hold this result against.")
    return marked("This result was entered already. For another sample with the same value, say which in the note.")


def _entry(form: MetrologyForm, shown: TicketShown, today: dt.date) -> Entry:
    unit = _text(form.unit, marked("Write the unit of the result, such as mg/m³."))
    quantity = known_name(form.quantity) if form.quantity.strip() else str(shown.content.evidence[-1].quantity)
    measurement = _measurement(form, unit)
    limit = None
    if form.limit.strip():
        named = _number(form.limit, marked("Write the limit as a number, in the unit of the result."))
        limit = ResultLimit(named, unit, Comparator.ABOVE, "named with the result")
    note = form.note.strip()
    if len(note) > LONGEST_NOTE:
        raise FormError(marked("The text is too long: 4,000 letters at most."))
    return Entry(
        performed=_day(form.performed, today),
        quantity=quantity[:_LONGEST],
        measurement=measurement,
        unit=unit,
        method=_text(form.method, marked("Write by which method it was measured.")),
        laboratory=_text(form.laboratory, marked("Write who measured it.")),
        note=note,
        limit=limit,
        replaces=int(form.replaces) if form.replaces.isascii() and form.replaces.isdigit() else None,
    )


def _measurement(form: MetrologyForm, unit: str) -> Measurement:
    value = _number(form.value, marked("Write the result as a number."))
    is_ratio = scale_of(unit) is Scale.RATIO
    if form.below:
        if value <= 0:
            raise FormError(marked("Write the limit of quantification, a number above zero."))
        return Measurement(value, below_loq=True)
    if is_ratio and value < 0:
        raise FormError(marked("No concentration is negative: write the result, or that it is below its limit."))
    if not form.uncertainty.strip():
        return Measurement(value)
    spread = _number(form.uncertainty, marked("Write the expanded uncertainty as a number, in the unit of the result."))
    factor = _number(form.factor or str(COVERAGE_FACTOR), marked("Write the coverage factor k as a number, often 2."))
    if spread < 0 or not 1.0 <= factor <= 4.0:
        raise FormError(marked("The uncertainty is zero or more, its coverage factor k between 1 and 4."))
    return Measurement(value, spread, factor)


def _number(typed: str, missing: str) -> float:
    """A number as a person types it, with a decimal comma or point."""
    plain = "".join(typed.split()).replace("\N{MINUS SIGN}", "-")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        found = float(plain)
    except ValueError:
        raise FormError(missing) from None
    if not math.isfinite(found) or "_" in plain:
        raise FormError(missing)
    return found


def _text(typed: str, missing: str) -> str:
    plain = " ".join(typed.split())
    if not plain:
        raise FormError(missing)
    return plain[:_LONGEST]


def _day(typed: str, today: dt.date) -> dt.date:
    try:
        day = dt.date.fromisoformat(typed)
    except ValueError:
        raise FormError(marked("Choose the day of the sampling.")) from None
    if day > today:
        raise FormError(marked("The day of the sampling is to come; choose the day it was."))
    return day


def result_shown(compared: ComparedResult, words: Words) -> ResultShown:
    """A result with its numbers and words."""
    result, measurement, limit = compared.result, compared.result.measurement, compared.result.limit
    return ResultShown(
        id=result.id,
        performed=result.performed,
        quantity=quantity_words(result.quantity, words),
        found=measurement_words(measurement, result.unit, words),
        limit=f"{_SIGNS[limit.comparator]}\N{NO-BREAK SPACE}{_with_unit(limit.value, limit.unit, words)}",
        source=limit.source,
        verdict=result.verdict,
        words=words.say(VERDICTS[result.verdict]),
        screening=_screening(compared, words),
        method=result.method,
        laboratory=result.laboratory,
        note=result.note,
    )


def quantity_words(name: str, words: Words) -> str:
    """A quantity of the catalog by its name, anything else as it was written."""
    known = {str(id_): each for id_, each in quantities().items()}.get(name)
    return words.pick(known.name_fr, known.name_en) if known is not None else name


def measurement_words(found: Measurement, unit: str, words: Words) -> str:
    """A result as its report states it."""
    value = _with_unit(found.value, unit, words)
    if found.below_loq:
        return words.say("below %(value)s (limit of quantification)", value=value)
    if found.expanded_uncertainty is None:
        return words.say("%(value)s, without an uncertainty", value=value)
    spread = words.plain(found.expanded_uncertainty, _DIGITS)
    factor = words.plain(found.coverage_factor, 2)
    return f"{words.plain(found.value, _DIGITS)} ± {_with_unit_text(spread, unit)} (k = {factor})"


_DIGITS = 6


def _with_unit(value: float, unit: str, words: Words) -> str:
    return _with_unit_text(words.plain(value, _DIGITS), unit)


def _with_unit_text(number: str, unit: str) -> str:
    return number if unit == "1" else f"{number}\N{NO-BREAK SPACE}{unit}"


def _screening(compared: ComparedResult, words: Words) -> str:
    screened = compared.screened
    if screened is None or compared.basis is not Basis.SAME_QUANTITY or screened.value is None:
        return ""
    value = _with_unit(round(screened.value, 3), screened.limit.unit, words)
    if compared.comparison is None or compared.comparison.distance is None:
        return value
    distance = words.plain(round(compared.comparison.distance, 2), 2)
    if compared.comparison.scale is Scale.RATIO:
        return words.say("%(value)s (metrology found %(ratio)s times that)", value=value, ratio=distance)
    difference = _with_unit_text(distance, screened.limit.unit)
    return words.say("%(value)s (metrology minus screening: %(difference)s)", value=value, difference=difference)
