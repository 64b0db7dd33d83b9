"""The page of one ticket, as it is first shown and as it is shown again where a step could not be taken."""

from datetime import timedelta
from typing import Any

from litestar import Request, Response

from catalog.quantities import quantities
from dashboards import ticket_sentences
from dashboards.portal.answers import finding_of_evidence
from dashboards.portal.desk import TicketDesk
from dashboards.portal.render import page
from dashboards.portal.shown import source_of
from dashboards.portal.ticket_actions import LONGEST_NOTE, STEPS
from dashboards.portal.ticket_metrology import quantity_words, result_shown
from dashboards.portal.ticket_shown import Attempt, StepForm, TicketShown
from dashboards.words import Words
from rules.ticket_events import EventKind
from store.attachments import ENDINGS, LARGEST

_FORMS = {
    **{step: address for address, step in STEPS.items()},
    EventKind.ATTACHED: "attachments",
    EventKind.METROLOGY: "metrology",
}
"""Where on the page the form of a step is."""


def ticket_page(
    request: Request[Any, Any, Any],
    desk: TicketDesk,
    shown: TicketShown,
    words: Words,
    attempt: Attempt | None = None,
) -> Response[str]:
    """One ticket: why, what to do, where it stands, what may be done next, what it rests on, its history."""
    view, service = shown.view, shown.view.service
    offered, evidence = desk.offered(shown), shown.content.evidence
    today = words.local(desk.now).date()
    return page(
        request,
        "ticket.html",
        words,
        status=200 if attempt is None else attempt.status,
        section="tickets",
        simulated=shown.content.simulated,
        ticket=shown,
        now=desk.now,
        state_sentence=ticket_sentences.state_sentence(view.state, words, outside=service is None),
        due=ticket_sentences.due_sentence(view.state, view.due, words),
        cause=ticket_sentences.cause(service.standing, words) if service is not None else "",
        flapping=ticket_sentences.flapping(service.standing, words) if service is not None else "",
        course=ticket_sentences.course(service.events, words) if service is not None else [],
        kit_checks=desk.kit_checks(shown),
        assignee=desk.names.get(view.assignee or "", view.assignee),
        attempt=attempt,
        typed=attempt.typed if attempt is not None else StepForm(),
        tried=attempt.step.value if attempt is not None else "",
        form_address=_FORMS[attempt.step] if attempt is not None else "",
        offered={step.value for step in offered},
        assignees=desk.assignees(words) if EventKind.ASSIGNED in offered else [],
        campaigns=desk.campaigns(shown, words) if EventKind.VERIFIED in offered else [],
        today=today,
        tomorrow=today + timedelta(days=1),
        in_a_year=today + timedelta(days=365),
        results=[result_shown(each, words) for each in desk.results(shown)],
        own_quantity=quantity_words(str(evidence[-1].quantity), words) if evidence else "",
        own_unit=evidence[-1].unit if evidence else "",
        talk=desk.talk(shown, words),
        evidence=[finding_of_evidence(item, simulated=shown.content.simulated) for item in evidence],
        events=desk.history(shown, words),
        source=source_of(shown.content.limit_source, words),
        quantities=quantities(),
        longest=LONGEST_NOTE,
        endings=[f".{ending}" for ending in ENDINGS],
        largest=words.size(LARGEST),
    )
