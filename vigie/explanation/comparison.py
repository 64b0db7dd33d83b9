"""Whether what came out is what is stored, to the last bit."""

from collections.abc import Iterator, Mapping
from dataclasses import fields

from dsp.exposure import Exposure
from rules.decision import Assessment, ExposureKey
from store.ticket_content import Evidence, TicketContent, content_of
from vigie.explanation.repetition import Repetition
from vigie.explanation.told import DifferenceTold
from vigie.times import as_datetime

_PARTS = ("instrument", "repeatability", "missing", "place")


def window_differences(
    evidence: Evidence, row: Mapping[str, object] | None, again: Assessment | None
) -> tuple[DifferenceTold, ...]:
    """What of a window is not the same.

    Parameters
    ----------
    evidence : Evidence
        As the ticket has it.
    row : mapping of str to object or None
        The same revision in the table of exposures; None where there is none.
    again : Assessment or None
        As it came out now.
    """
    if again is None:
        return (DifferenceTold("the window", "assessed", "not there"),)
    exposure = again.exposure
    parts = exposure.uncertainty
    pairs: list[tuple[str, object, object]] = [
        ("value", evidence.value, exposure.value),
        ("uncertainty", evidence.uncertainty, None if parts is None else parts.combined),
        ("coverage", evidence.coverage, exposure.coverage),
        ("unit", evidence.unit, exposure.unit),
        ("limit", evidence.limit, again.limit),
        ("source of the limit", evidence.limit_source, again.limit_source),
        ("probability", evidence.probability, again.probability),
        ("decision", evidence.decision, again.decision.value),
    ]
    if row is not None:
        pairs += _against_table(row, exposure)
    return tuple(_differing(pairs))


def ticket_differences(content: TicketContent, repetition: Repetition) -> tuple[DifferenceTold, ...]:
    """What of the ticket as a whole is not the same: whether it is asked for, its windows, its words."""
    if repetition.proposal is None:
        return (DifferenceTold("the ticket", content.title_fr, "not asked for"),)
    again = content_of(repetition.proposal, {})
    names = [field.name for field in fields(TicketContent) if field.name != "evidence"]
    pairs = [(name.replace("_", " "), getattr(content, name), getattr(again, name)) for name in names]
    return (*_differing(pairs), *_other_windows(content, again))


def _against_table(row: Mapping[str, object], exposure: Exposure) -> Iterator[tuple[str, object, object]]:
    """The table of exposures says the same of a window, and more."""
    names = ("value", "coverage", "low", "high", "whole", "suspect")
    yield from ((f"{name} in the table of exposures", row[name], getattr(exposure, name)) for name in names)
    for name in ("at_start", "at_end"):
        instant = getattr(exposure, name)
        yield f"{name} in the table of exposures", row[name], None if instant is None else as_datetime(instant)
    parts = exposure.uncertainty
    for name in _PARTS:
        again = None if parts is None else getattr(parts, name)
        yield f"uncertainty of {name} in the table of exposures", row[f"u_{name}"], again


def _other_windows(content: TicketContent, again: TicketContent) -> Iterator[DifferenceTold]:
    """Windows the ticket would rest on now and did not; those it no longer would are told one by one."""
    known = {_name(item) for item in content.evidence}
    for item in again.evidence:
        if _name(item) not in known:
            yield DifferenceTold(
                "a window", "not there", f"{item.kit} {item.quantity} {item.measure} of {as_datetime(item.start)}"
            )


def _name(item: Evidence) -> tuple[ExposureKey, str]:
    return (item.key, item.level)


def _differing(pairs: "list[tuple[str, object, object]]") -> Iterator[DifferenceTold]:
    for what, stored, again in pairs:
        if not _same(stored, again):
            yield DifferenceTold(what, _shown(stored), _shown(again))


def _same(one: object, other: object) -> bool:
    """Equal, and numbers to the last bit: −0.0 is not 0.0."""
    if isinstance(one, float) and isinstance(other, float):
        return one.hex() == other.hex()
    return one == other


def _shown(value: object) -> str:
    """A number with all its digits; another number has others."""
    return "none" if value is None else repr(value) if isinstance(value, float) else str(value)
