"""The words of messages, French and English."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from rules.language import Language, day, typeset_french
from vigie.notifications.topics import Topic

SIMULATION = "[SIMULATION]"
"""In front of the subject of what comes from virtual kits, in both languages."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """The same in both languages."""

    french: str
    english: str

    def in_language(self, language: Language) -> str:
        """As print wants it."""
        return typeset_french(self.french) if language is Language.FRENCH else self.english


HEADINGS = {
    Topic.ACUTE: Phrase("Urgent", "Urgent"),
    Topic.PROPOSED: Phrase("Nouvelle proposition", "New proposal"),
    Topic.AGAIN: Phrase("De nouveau constaté", "Found again"),
    Topic.VALIDATED: Phrase("Validée", "Validated"),
    Topic.ASSIGNED: Phrase("Vous est confiée", "Assigned to you"),
    Topic.STARTED: Phrase("En cours", "Under way"),
    Topic.DONE: Phrase("Faite", "Done"),
    Topic.VERIFIED: Phrase("Vérifiée", "Verified"),
    Topic.REOPENED: Phrase("Reprise", "Reopened"),
    Topic.DISMISSED: Phrase("Écartée", "Dismissed"),
    Topic.COMMENTED: Phrase("Commentaire ou document ajouté", "Comment or file added"),
    Topic.METROLOGY: Phrase("Résultat de métrologie saisi", "Metrology result entered"),
    Topic.DUE_SOON: Phrase("Échéance proche", "Due soon"),
    Topic.OVERDUE: Phrase("En retard", "Overdue"),
    Topic.FOLLOW_UP: Phrase("Suivi à faire", "Follow-up due"),
    Topic.SNOOZE_OVER: Phrase("Fin de mise en attente", "Snooze over"),
}
"""A topic in a subject, or at the head of a line."""

SENTENCES = {
    Topic.ACUTE: Phrase("Cette fiche est à traiter sans délai.", "This ticket needs attention at once."),
    Topic.PROPOSED: Phrase("Une proposition attend une décision.", "A proposal waits for a decision."),
    Topic.AGAIN: Phrase(
        "Ce qui avait cessé est de nouveau constaté, sur une fiche encore ouverte.",
        "What had ceased is found again, on a ticket that is still open.",
    ),
    Topic.VALIDATED: Phrase(
        "Un professionnel du service a validé cette fiche.", "A professional of the service validated this ticket."
    ),
    Topic.ASSIGNED: Phrase("Cette fiche vous est confiée.", "This ticket is assigned to you."),
    Topic.STARTED: Phrase("L’action demandée a commencé.", "What the ticket asks for is under way."),
    Topic.DONE: Phrase("L’action demandée est réalisée.", "What the ticket asks for is done."),
    Topic.VERIFIED: Phrase("L’effet de l’action est vérifié.", "It was verified that it helped."),
    Topic.REOPENED: Phrase("L’action est reprise.", "The ticket was reopened."),
    Topic.DISMISSED: Phrase("La fiche est écartée.", "The ticket was dismissed."),
    Topic.COMMENTED: Phrase(
        "Un commentaire ou un document a été ajouté.", "A comment or a file was added to the ticket."
    ),
    Topic.METROLOGY: Phrase("Un résultat de métrologie a été saisi.", "A metrology result was entered."),
    Topic.DUE_SOON: Phrase("L’échéance de cette fiche approche.", "This ticket is due soon."),
    Topic.OVERDUE: Phrase("L’échéance de cette fiche est passée.", "This ticket is overdue."),
    Topic.FOLLOW_UP: Phrase(
        "L’action date de six mois : il faut vérifier qu’elle a eu l’effet voulu.",
        "It was done six months ago: somebody should verify that it helped.",
    ),
    Topic.SNOOZE_OVER: Phrase("La mise en attente de cette fiche est finie.", "The snooze of this ticket is over."),
}
"""A topic as the first sentence of a mail."""

TICKET = Phrase("Fiche nº", "Ticket")
PLACE = Phrase("Lieu", "Place")
DUE = Phrase("Échéance", "Due")
DUE_IN_A_LINE = Phrase("échéance", "due")
FROM_A_VIRTUAL_KIT = Phrase(
    "Simulation : cette fiche vient d’un kit virtuel.", "Simulation: this ticket comes from a virtual kit."
)
FOOTER = Phrase(
    "Message automatique de Vigie. Les valeurs mesurées se lisent dans le portail seulement.",
    "Sent by Vigie. Measured values are shown in the portal only.",
)

DIGEST_OF = Phrase("Le point du", "Digest of")
NEWS = Phrase("Nouveau", "New")
TO_DECIDE = Phrase("Attend toujours une décision", "Still waits for a decision")
YOURS = Phrase("Vous sont confiées", "Assigned to you")
MORE = Phrase("et {} de plus", "and {} more")
LOG_HEAD = Phrase("Empreinte du journal des fiches", "Hash of the ticket log")
LOG_HEAD_MEANING = Phrase(
    "Gardez ce message : l’empreinte montre plus tard si le journal a été modifié.",
    "Keep this message: the hash shows later whether the log was changed.",
)

TEST_SUBJECT = Phrase("Message d’essai", "Test message")
TEST_BODY = Phrase(
    "Ce message d’essai montre que Vigie peut vous écrire.", "This test message shows that Vigie can write to you."
)


def colon(language: Language) -> str:
    """A colon and what print puts around it."""
    return "\u00a0: " if language is Language.FRENCH else ": "


def date_of(instant: int, timezone: str, language: Language) -> str:
    """The local date of an instant [ms UTC] in words."""
    return day(datetime.fromtimestamp(instant / 1000, ZoneInfo(timezone)).date(), language)
