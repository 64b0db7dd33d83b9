"""Kit checks are data: a service says how many shifts with too little data make one, and how long they must span."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from catalog.places import ZoneKind
from dsp.exposure import Exposure, Measure
from rules.pack import default_packs
from rules.rule import Pack
from rules.tickets import TicketKind, TicketProposal
from tests.rules.situations import HOUR, measured, proposed, working_days, zone

WEEK = working_days(date(2026, 3, 2), 5)


def empty(day: date, hours: int = 8) -> Exposure:
    return measured("humidity", Measure.MEAN, day, None, coverage=0.1, hours=hours)


def packs(**fields: object) -> tuple[Pack, ...]:
    """The shipped packs with another kit check."""
    return tuple(
        replace(each, kit_checks=tuple(replace(check, **fields) for check in each.kit_checks))  # type: ignore[arg-type]  # fields of a test
        for each in default_packs()
    )


def checks(exposures: Sequence[Exposure], known: Sequence[Pack]) -> list[TicketProposal]:
    return [p for p in proposed(exposures, zone(ZoneKind.OFFICE), known) if p.kind is TicketKind.KIT_CHECK]


def test_ticket_names_the_pack_of_the_kit_checks_and_its_priority() -> None:
    [ticket] = checks([empty(WEEK[0]), empty(WEEK[1])], packs(priority=2))
    assert (ticket.pack, ticket.pack_version, ticket.priority) == ("capteurs", "1.0", 2)


def test_how_many_shifts_it_takes_is_the_packs_to_say() -> None:
    two = [measured("humidity", Measure.MEAN, WEEK[0], 45.0), empty(WEEK[1]), empty(WEEK[2])]
    assert len(checks(two, packs())) == 1
    assert checks(two, packs(insufficient=3, recent=3)) == []


def test_share_of_the_campaign_is_the_packs_to_say() -> None:
    fine = [measured("humidity", Measure.MEAN, day, 45.0) for day in WEEK[2:4]]
    spread = [empty(WEEK[0]), empty(WEEK[1]), *fine, empty(WEEK[4])]

    def told(known: Sequence[Pack]) -> str:
        (ticket,) = checks(spread, known)
        return ticket.reason_fr

    assert "de nouveau" not in told(packs()), "three of five, one of the last three"
    assert "il livre de nouveau assez de données depuis le 5 mars 2026" in told(packs(campaign_share=0.6))


def test_cut_of_one_morning_is_no_reason_for_a_visit_until_it_lasts() -> None:
    morning = empty(WEEK[0], hours=3)
    noon = replace(morning, start=morning.start + 4 * HOUR, end=morning.end + 4 * HOUR)
    assert checks([morning, noon], default_packs()) == [], "7 hours of the 12 the pack asks for"
    assert len(checks([morning, noon], packs(delay=7 * 3600.0))) == 1
    assert len(checks([morning, noon, empty(WEEK[1])], default_packs())) == 1


def test_packs_without_a_kit_check_ask_for_none() -> None:
    without = [each for each in default_packs() if each.id != "capteurs"]
    assert checks([empty(day) for day in WEEK], without) == []
