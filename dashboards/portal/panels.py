"""One panel per agent of a zone's page."""

from collections.abc import Sequence
from datetime import date

from catalog.places import Zone
from catalog.quantities import Quantity, quantities
from dashboards import sentences
from dashboards.charts import ChartSize, pixels
from dashboards.portal.reader import Reader
from dashboards.portal.shown import ChartShown, Panel, ZonePlace, source_of
from dashboards.portal.ticket_shown import TicketShown
from dashboards.standing import AgentStanding, Finding, stand
from dashboards.words import Words


def panels(
    reader: Reader,
    place: ZonePlace,
    tickets: Sequence[TicketShown],
    findings: Sequence[Finding],
    words: Words,
    day: date | None,
) -> list[Panel]:
    """What a zone's page says of each agent, the agents that ask for attention first; charts of one day or of all."""
    standings = stand(findings, quantities(), words)
    return [_panel(reader, place, standing, tickets, findings, words, day) for standing in standings]


def other_tickets(tickets: Sequence[TicketShown], findings: Sequence[Finding]) -> list[TicketShown]:
    """Open tickets of a zone that no panel shows, e.g. of an agent nothing was computed for."""
    measured = {quantities()[finding.quantity].agent for finding in findings}
    return [ticket for ticket in tickets if ticket.view.agent not in measured]


def held_back(reader: Reader, zone: Zone, words: Words) -> str:
    """Why the reader sees less than was measured in a zone; empty where nothing is held back."""
    return sentences.withheld(reader.withholds(zone), reader.resolution, reader.minimum_group, words)


def _panel(
    reader: Reader,
    place: ZonePlace,
    standing: AgentStanding,
    tickets: Sequence[TicketShown],
    findings: Sequence[Finding],
    words: Words,
    day: date | None,
) -> Panel:
    telling = standing.telling
    quantity = quantities()[telling.quantity] if telling is not None else None
    return Panel(
        standing,
        sentences.standing_sentence(standing, words),
        sentences.other_days(standing, words),
        sentences.measured(standing, words),
        quantity,
        source_of(telling.limit_source if telling is not None else "", words),
        sentences.sureness(telling, quantity, words) if telling is not None and quantity is not None else "",
        sentences.coverage_sentence(standing, words),
        [ticket for ticket in tickets if ticket.view.agent == standing.agent],
        sentences.nothing_to_do(standing, words),
        [_chart(reader, place, each, standing, words, day) for each in _charted(reader, place, standing)],
        sentences.confinement(findings, words) if standing.agent == "co2" else "",
    )


def _charted(reader: Reader, place: ZonePlace, standing: AgentStanding) -> list[Quantity]:
    if reader.withholds(place.zone):
        return []
    compared = {day.finding.quantity for day in standing.days}
    return [quantity for quantity in standing.quantities if quantity.id in compared] or list(standing.quantities[:1])


def _chart(
    reader: Reader, place: ZonePlace, quantity: Quantity, standing: AgentStanding, words: Words, day: date | None
) -> ChartShown:
    name = words.pick(quantity.name_fr, quantity.name_en)
    if reader.resolution is not None:
        length = words.duration(reader.resolution)
        caption = words.say(
            "%(quantity)s, over %(length)s each; shifts are shaded, gaps are times without a reading.",
            quantity=name,
            length=length,
        )
    else:
        caption = words.say(
            "%(quantity)s as measured; shifts are shaded, gaps are times without a reading.", quantity=name
        )
    return ChartShown(
        f"/zones/{place.zone.id}/charts/{quantity.id}.svg?lang={words.language.value}{f'&day={day}' if day else ''}",
        words.say(
            "Chart of %(quantity)s over time. %(sentence)s. The table below has the figures day by day.",
            quantity=name,
            sentence=sentences.standing_sentence(standing, words),
        ),
        caption,
        pixels(ChartSize.WIDE),
        pixels(ChartSize.PHONE),
    )
