"""ICONE on a zone's page: in the decree's words, without the quantity's unit."""

from dashboards import sentences
from dashboards.standing import Finding
from dashboards.words import Language, Words
from dsp.exposure import Measure, WindowKind
from tests.dashboards.findings import finding

FRENCH = Words(Language.FRENCH, "Europe/Paris")
ENGLISH = Words(Language.ENGLISH, "Europe/Paris")


def icone(value: float | None) -> Finding:
    return finding(value=value, limit=None, decision=None, measure=Measure.ICONE, kind=WindowKind.CAMPAIGN)


def test_the_highest_index_of_a_zone_is_told_in_words() -> None:
    found = [finding(), icone(1.0), icone(3.0), icone(None)]
    nbsp = "\N{NO-BREAK SPACE}"
    assert sentences.confinement(found, FRENCH) == f"Indice de confinement ICONE{nbsp}: 3 sur 5 (confinement élevé)"
    assert sentences.confinement(found, ENGLISH) == "Air stuffiness index ICONE: 3 out of 5 (high confinement)"
    assert icone(3.0).is_index
    assert not finding().is_index


def test_without_a_valid_index_nothing_is_told() -> None:
    assert sentences.confinement([finding(), icone(None)], FRENCH) == ""
