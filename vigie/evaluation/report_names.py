"""What families, rules, agents and measures are called on the report, in the reader's language."""

from functools import cache

from catalog.kits import kit_models
from catalog.quantities import quantities
from dashboards.vocabulary import AGENTS, DECISIONS, MEASURES
from dashboards.words import Words
from firmware_sim.workplaces import packaged_names, packaged_workplace
from rules.bilingual import Bilingual
from rules.pack import default_packs
from vigie.evaluation.answers import Question
from vigie.evaluation.figures import Grouping
from vigie.evaluation.misses import AlarmReason, MissReason


class Names:
    """Names in one language; what nobody named keeps the name it has in the tables."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def family(self, name: str) -> str:
        """A workplace."""
        known = _workplace(name)
        return self._words.pick(known.fr, known.en) if known else name

    def rule(self, name: str) -> str:
        """A rule, by its title."""
        known = _rules().get(name)
        return self._words.pick(known.fr, known.en) if known else name

    def agent(self, name: str) -> str:
        """What people are exposed to."""
        return self._words.say(AGENTS[name]) if name in AGENTS else name

    def quantity(self, name: str) -> str:
        """A quantity, by its symbol where that says more than the id."""
        known = next((each for each in quantities().values() if each.id == name), None)
        return self._words.pick(known.name_fr, known.name_en) if known else name

    def symbol(self, name: str) -> str:
        """The field's symbol of a quantity."""
        known = next((each for each in quantities().values() if each.id == name), None)
        return known.symbol.replace("_", "") if known else name

    def measure(self, name: str) -> str:
        """A measure of a shift."""
        known = next((text for measure, text in MEASURES.items() if measure.value == name), None)
        return self._words.say(known) if known else name

    def decision(self, name: str) -> str:
        """One of the four words."""
        known = next((text for decision, text in DECISIONS.items() if decision.value == name), None)
        return self._words.say(known) if known else name

    def grade(self, name: str) -> str:
        """A kit model."""
        known = next((model.name for id_, model in kit_models().items() if id_ == name), None)
        return known or name

    def variant(self, name: str) -> str:
        """A variant of a workplace."""
        known = _VARIANTS.get(name)
        return self._words.pick(known.fr, known.en) if known else name

    def group(self, by: Grouping, name: str) -> str:
        """A group of outcomes."""
        if by is Grouping.AGENT:
            return self.agent(name)
        if by is Grouping.RULE:
            return self.rule(name)
        if by is Grouping.GRADE:
            return self.grade(name)
        return self.variant(name) if by is Grouping.VARIANT else name

    def grouping(self, by: Grouping) -> str:
        """What a column of groups is headed with."""
        return self._words.pick(_GROUPINGS[by].fr, _GROUPINGS[by].en)

    def missed(self, reason: MissReason) -> str:
        """Why something was missed."""
        return self._words.pick(_MISSED[reason].fr, _MISSED[reason].en)

    def alarm(self, reason: AlarmReason) -> str:
        """What was cried over nothing."""
        return self._words.pick(_ALARMS[reason].fr, _ALARMS[reason].en)

    def question(self, question: Question) -> str:
        """What is asked of an evaluation."""
        return self._words.pick(_QUESTIONS[question].fr, _QUESTIONS[question].en)


@cache
def _workplace(name: str) -> Bilingual | None:
    if name not in packaged_names():
        return None
    found = packaged_workplace(name)
    return Bilingual(fr=found.title_fr, en=found.name)


@cache
def _rules() -> dict[str, Bilingual]:
    return {rule.id: rule.title for pack in default_packs() for rule in pack.rules}


_VARIANTS = {
    "under": Bilingual(fr="sous les limites", en="under its limits"),
    "near": Bilingual(fr="près des limites", en="near its limits"),
    "over": Bilingual(fr="au-dessus des limites", en="over its limits"),
    "as is": Bilingual(fr="tel quel", en="as it is"),
}
_GROUPINGS = {
    Grouping.AGENT: Bilingual(fr="Agent", en="Agent"),
    Grouping.RULE: Bilingual(fr="Règle", en="Rule"),
    Grouping.VARIANT: Bilingual(fr="Variante", en="Variant"),
    Grouping.DAYS: Bilingual(fr="Jours de travail", en="Working days"),
    Grouping.KITS: Bilingual(fr="Kits par local", en="Kits in a zone"),
    Grouping.GRADE: Bilingual(fr="Modèle de kit", en="Kit model"),
}
_MISSED = {
    MissReason.HELD: Bilingual(
        fr="retenu par un contrôle du kit : la proposition existe, mais attend que le kit soit vérifié",
        en="held back by a kit check: the proposal is there, and waits until the kit is looked at",
    ),
    MissReason.NO_DATA: Bilingual(
        fr="trop peu de données : rien ne pouvait être dit du poste qui décide",
        en="too little data: nothing could be said of the shift that decides",
    ),
    MissReason.UNDER_LIMIT: Bilingual(
        fr="sous la limite : la règle demande une métrologie dès la moitié, le kit en lisait moins",
        en="under the limit: the rule asks for metrology from half of it on, and the kit read less",
    ),
    MissReason.ONE_SHIFT: Bilingual(
        fr="un seul poste au-delà : la vérité propose par la part du temps passé au-delà de la limite",
        en="one shift beyond it: the truth proposes by the share of time spent beyond the limit",
    ),
    MissReason.NEAR_LIMIT: Bilingual(
        fr="tout près de la limite (à 20 % ou 1 dB près) : plus fin que ce qu’un kit sait dire",
        en="right at the limit (within 20 % or 1 dB): finer than a kit can tell",
    ),
    MissReason.DOUBT: Bilingual(
        fr="vu comme un doute que la règle (souvent un repère) n’envoie pas en métrologie, ou pas à cette probabilité",
        en="seen as a doubt that the rule (often a guide value) does not send to metrology, or not at that probability",
    ),
    MissReason.NOT_OFTEN: Bilingual(
        fr="vu comme un dépassement, mais pas assez souvent pendant la campagne pour que la règle propose",
        en="seen as a breach, but not often enough in the campaign for the rule to propose",
    ),
    MissReason.NOT_SEEN: Bilingual(
        fr="non vu : là où il est posé, le kit ne reçoit pas ce que reçoit la personne",
        en="not seen: where it hangs, the kit does not get what the person gets",
    ),
}
_ALARMS = {
    AlarmReason.MEASURE: Bilingual(
        fr="métrologie demandée : un doute à lever, pas une affirmation",
        en="metrology asked for: a doubt to be settled, no claim",
    ),
    AlarmReason.NEAR_LIMIT: Bilingual(
        fr="action proposée tout près de la limite (à 20 % ou 1 dB près)",
        en="action proposed right at the limit (within 20 % or 1 dB)",
    ),
    AlarmReason.FAR: Bilingual(fr="action proposée loin de la limite", en="action proposed far from the limit"),
}
_QUESTIONS = {
    Question.CLEAR: Bilingual(
        fr="Dépassements nets (deux fois la limite ou +3 dB) proposés",
        en="Clear exceedances (twice the limit or +3 dB) proposed",
    ),
    Question.QUIET: Bilingual(
        fr="Campagnes du témoin calme sans ticket d’exposition",
        en="Campaigns of the quiet control without an exposure ticket",
    ),
    Question.BAND: Bilingual(
        fr="Bande indécise (à 20 %, 1 dB ou 1 °C de la limite) envoyée en métrologie",
        en="Undecided band (within 20 %, 1 dB or 1 °C of the limit) sent to metrology",
    ),
    Question.DOUBT: Bilingual(
        fr="Doute annoncé (probabilité de 5 à 95 % au poste qui décide) envoyé en métrologie",
        en="Stated doubt (probability from 5 to 95 % on the shift that decides) sent to metrology",
    ),
    Question.HONEST: Bilingual(
        fr="Lieux de travail où l’intervalle à 95 % des valeurs contient la vérité dans 90 à 98 % des campagnes",
        en="Workplaces where the 95 % interval of the values holds the truth in 90 to 98 % of campaigns",
    ),
    Question.NARROW: Bilingual(
        fr="Grandeurs dont l’intervalle à 95 % contient la vérité dans 90 % des campagnes ou plus",
        en="Measures whose 95 % interval holds the truth in 90 % of campaigns or more",
    ),
    Question.SENSITIVITY: Bilingual(
        fr="Sensibilité : un ticket, là où il en faut un", en="Sensitivity: a ticket where there should be one"
    ),
    Question.SPECIFICITY: Bilingual(
        fr="Spécificité : pas de ticket, là où il n’en faut pas", en="Specificity: no ticket where there should be none"
    ),
}
