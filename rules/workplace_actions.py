"""The kinds of workplace action (action en milieu de travail, AMT) a rule may ask for, in the field's words."""

from enum import Enum

from rules.bilingual import Bilingual


class AmtType(Enum):
    """What is done at the workplace, in the order of the general principles of prevention: the source first.

    References
    ----------
    Code du travail L4121-2 (principles of prevention), R4624-1 (what an action en milieu de travail is).
    """

    SUBSTITUTION = "substitution"
    SOURCE_REMOVAL = "source_removal"
    NOISE_REDUCTION_AT_SOURCE = "noise_reduction_at_source"
    ACOUSTIC_TREATMENT = "acoustic_treatment"
    LOCAL_EXHAUST = "local_exhaust"
    VENTILATION = "ventilation"
    DUST_CONTROL = "dust_control"
    LIGHTING = "lighting"
    HEAT_ORGANISATION = "heat_organisation"
    HUMIDITY_CONTROL = "humidity_control"
    WORK_ORGANISATION = "work_organisation"
    HEARING_PROTECTION = "hearing_protection"
    RESPIRATORY_PROTECTION = "respiratory_protection"
    INFORMATION_TRAINING = "information_training"
    WORKSTATION_STUDY = "workstation_study"
    EMERGENCY_MEASURES = "emergency_measures"
    KIT_CHECK = "kit_check"

    @property
    def title(self) -> Bilingual:
        """Words for a page."""
        return _TITLES[self]


_TITLES = {
    AmtType.SUBSTITUTION: Bilingual("remplacement du produit ou du procédé", "substitution of the product or process"),
    AmtType.SOURCE_REMOVAL: Bilingual("suppression de la source", "removal of the source"),
    AmtType.NOISE_REDUCTION_AT_SOURCE: Bilingual("réduction du bruit à la source", "noise reduction at the source"),
    AmtType.ACOUSTIC_TREATMENT: Bilingual("traitement acoustique du local", "acoustic treatment of the room"),
    AmtType.LOCAL_EXHAUST: Bilingual("captage à la source", "local exhaust"),
    AmtType.VENTILATION: Bilingual("aération et ventilation générale", "airing and general ventilation"),
    AmtType.DUST_CONTROL: Bilingual("maîtrise de l'empoussièrement", "dust control"),
    AmtType.LIGHTING: Bilingual("éclairage", "lighting"),
    AmtType.HEAT_ORGANISATION: Bilingual(
        "organisation du travail par forte chaleur", "organisation of work in the heat"
    ),
    AmtType.HUMIDITY_CONTROL: Bilingual("maîtrise de l'humidité", "humidity control"),
    AmtType.WORK_ORGANISATION: Bilingual("organisation du travail", "organisation of work"),
    AmtType.HEARING_PROTECTION: Bilingual("protecteurs auditifs", "hearing protection"),
    AmtType.RESPIRATORY_PROTECTION: Bilingual("protection respiratoire", "respiratory protection"),
    AmtType.INFORMATION_TRAINING: Bilingual("information et formation", "information and training"),
    AmtType.WORKSTATION_STUDY: Bilingual("étude de poste", "workstation study"),
    AmtType.EMERGENCY_MEASURES: Bilingual("mesures d'urgence", "emergency measures"),
    AmtType.KIT_CHECK: Bilingual("contrôle du kit de mesure", "check of the sensor kit"),
}
