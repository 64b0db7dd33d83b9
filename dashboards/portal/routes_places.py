"""Places: all a reader may see, one establishment, one zone with what was measured there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from catalog.identifiers import EstablishmentId
from catalog.quantities import quantities
from dashboards.portal.desk import TicketDesk
from dashboards.portal.panels import held_back, other_tickets, panels
from dashboards.portal.reader import Reader
from dashboards.portal.render import asked_day, language, page
from dashboards.portal.shown import EmployerCard, KitShown, PlaceCard, ZoneCard
from dashboards.portal.ticket_choice import Stage, TicketChoice
from dashboards.standing import stand
from dashboards.words import Words


@get("/", sync_to_thread=True)
def home(request: Request[Any, Any, Any], desk: NamedDependency[TicketDesk]) -> Response[str]:
    """Every establishment the reader may see."""
    reader, tickets = desk.reader, desk.open_by_place()
    words = Words(language(request), reader.service_timezone)
    registry, kits = reader.registry, reader.kits(words)
    cards = [
        EmployerCard(
            employer.id,
            employer.name,
            employer.siret,
            employer.naf,
            [
                _place_card(place.id, reader, tickets, kits)
                for place in registry.establishments.values()
                if place.employer == employer.id
            ],
        )
        for employer in registry.employers.values()
    ]
    return page(
        request,
        "home.html",
        words,
        section="home",
        simulated=any(place.simulated for card in cards for place in card.establishments),
        employers=cards,
        totals=desk.totals(),
        silent=sum(kit.silent for kit in kits),
    )


def _place_card(
    place: EstablishmentId, reader: Reader, tickets: Mapping[EstablishmentId, int], kits: Sequence[KitShown]
) -> PlaceCard:
    registry = reader.registry
    establishment = registry.establishments[place]
    zones = {zone.id for zone in registry.zones.values() if zone.establishment == place}
    return PlaceCard(
        place,
        establishment.name,
        establishment.address,
        len(zones),
        tickets.get(place, 0),
        sum(kit.zone in zones and kit.silent for kit in kits),
        not zones.isdisjoint(reader.simulated_zones),
    )


@get("/establishments/{establishment_id:str}", sync_to_thread=True)
def establishment(
    request: Request[Any, Any, Any], desk: NamedDependency[TicketDesk], establishment_id: FromPath[str]
) -> Response[str]:
    """One establishment and how each of its zones stands."""
    reader = desk.reader
    registry, place = reader.registry, reader.establishment(establishment_id)
    words = Words(language(request), place.timezone)
    zones = [zone for zone in registry.zones.values() if zone.establishment == place.id]
    cards = [
        ZoneCard(
            zone.id,
            zone.name,
            zone.kind,
            zone.headcount,
            stand(reader.findings(zone.id), quantities(), words),
            reader.is_simulated(zone.id),
        )
        for zone in zones
    ]
    choice = TicketChoice(Stage.OPEN if reader.is_of_the_service else Stage.ALL, place=f"establishment:{place.id}")
    tickets = desk.lines(choice)
    return page(
        request,
        "establishment.html",
        words,
        section="home",
        simulated=any(card.simulated for card in cards),
        place=place,
        employer=registry.employers[place.employer],
        zones=cards,
        tickets=tickets.lines,
        more_tickets=tickets.total - len(tickets.lines),
        all_tickets=replace(choice, stage=Stage.ALL).address,
        now=desk.now,
        names=desk.names,
    )


@get("/zones/{zone_id:str}", sync_to_thread=True)
def zone(request: Request[Any, Any, Any], reader: NamedDependency[Reader], zone_id: FromPath[str]) -> Response[str]:
    """One zone: what was measured, against which limit, when, how sure, what to do."""
    shown = reader.place(zone_id)
    words = Words(language(request), shown.establishment.timezone)
    findings, day = reader.findings(shown.zone.id), asked_day(request)
    tickets = reader.open_tickets(shown.zone.id)
    return page(
        request,
        "zone.html",
        words,
        section="home",
        simulated=reader.is_simulated(shown.zone.id),
        zone=shown.zone,
        place=shown.establishment,
        span=reader.span(shown.zone.id),
        withheld=held_back(reader, shown.zone, words),
        panels=panels(reader, shown, tickets, findings, words, day),
        day=day,
        live=reader.live(shown.zone.id, words),
        other_tickets=other_tickets(tickets, findings),
        quantities=quantities(),
        together=reader.several_agents(shown.zone, words),
        rules=reader.rule_states(shown.zone.id),
        all_tickets=TicketChoice(Stage.ALL, zone=shown.zone.id).address,
    )
