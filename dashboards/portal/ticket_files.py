"""Files attached to a ticket: taken in, refused in the reader's words, handed out as downloads only."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import quote

from litestar import Response

from dashboards.portal.desk import TicketDesk
from dashboards.portal.ticket_actions import LONGEST_NOTE, NOT_ALLOWED, Hand, audience_of, check_may, refusal
from dashboards.portal.ticket_shown import Attempt, StepForm, TicketShown
from dashboards.vocabulary import marked
from rules.roles import Role
from rules.ticket_events import Attached, Audience, EventKind
from store.attachments import ENDINGS, LARGEST, AttachmentError, Refusal
from store.errors import NotAllowedError, TicketStateError

_REFUSALS: Mapping[Refusal, str] = {
    Refusal.EMPTY: marked("Choose a file that is not empty."),
    Refusal.TOO_LARGE: marked("The file is too large: %(largest)s at most."),
    Refusal.UNKNOWN_ENDING: marked("Files of this kind are not taken. These are: %(endings)s."),
    Refusal.OTHER_CONTENT: marked("The content of the file is not what its name says. These are taken: %(endings)s."),
    Refusal.MACROS: marked("The file holds macros. Save it without them, or as PDF."),
}


def attach(desk: TicketDesk, hand: Hand, shown: TicketShown, name: str, data: bytes, form: StepForm) -> Attempt | None:
    """Keep a file with a ticket; None where it was kept, else what the person is told."""
    check_may(desk, shown, EventKind.ATTACHED)
    audience = Audience.EVERYBODY if desk.account.role is Role.EMPLOYER else audience_of(form.audience)
    try:
        attached = desk.attachments.keep(name, data, audience)
        hand.steps.attach(hand.ticket, hand.by, hand.at, attached, form.note.strip()[:LONGEST_NOTE])
    except AttachmentError as error:
        told = hand.words.say(_REFUSALS[error.refusal], largest=hand.words.size(LARGEST), endings=", ".join(ENDINGS))
        return Attempt(EventKind.ATTACHED, form, told, HTTPStatus.BAD_REQUEST)
    except NotAllowedError:
        return Attempt(EventKind.ATTACHED, form, hand.words.say(NOT_ALLOWED), HTTPStatus.FORBIDDEN)
    except TicketStateError:
        told = refusal(desk, shown.view.id, EventKind.ATTACHED, hand.words)
        return Attempt(EventKind.ATTACHED, form, told, HTTPStatus.CONFLICT)
    return None


def download(attached: Attached, data: bytes) -> Response[bytes]:
    """A file as a browser saves it; it never opens it as a page of the portal."""
    plain, whole = re.sub(r"[^A-Za-z0-9._-]", "_", attached.name), quote(attached.name, safe="")
    return Response(
        data,
        media_type=attached.media_type,
        headers={
            "content-disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{whole}",
            "x-content-type-options": "nosniff",
        },
    )
