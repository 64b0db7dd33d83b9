"""What pages say, to whom, in which language."""

import csv
import re
from io import StringIO

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.dashboards.conftest import Portal, post, token_of
from tests.dashboards.seed import AGENT, ENGINEER, JOINER

PAGES = (
    "/",
    "/establishments/atelier",
    "/zones/debit",
    "/zones/bureau",
    "/zones/debit/exposures",
    "/tickets",
    "/tickets/1",
    "/tickets/1/why",
    "/kits",
)


def _plain(page: str) -> str:
    text = re.sub(r"<[^>]+>", " ", page).replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ")
    return re.sub(r"\s+", " ", text.replace("\N{NARROW NO-BREAK SPACE}", " "))


@pytest.fixture(scope="module")
def engineer(shared_portal: Portal) -> TestClient[Litestar]:
    return shared_portal.signed_in(ENGINEER)


@pytest.mark.parametrize("address", PAGES)
@pytest.mark.parametrize(("code", "other"), [("fr", "English"), ("en", "Français")])
def test_every_page_speaks_both_languages(engineer: TestClient[Litestar], address: str, code: str, other: str) -> None:
    answer = engineer.get(address, params={"lang": code})
    assert answer.status_code == 200
    assert f'<html lang="{code}">' in answer.text
    assert other in answer.text
    assert answer.headers["content-language"] == code


def test_french_comes_first_and_a_choice_is_remembered(shared_portal: Portal) -> None:
    client = shared_portal.signed_in(ENGINEER)
    assert '<html lang="fr">' in client.get("/").text
    client.get("/?lang=en")
    assert '<html lang="en">' in client.get("/tickets").text
    client.get("/?lang=xx")
    assert '<html lang="en">' in client.get("/tickets").text


def test_the_language_switch_keeps_the_page_and_its_filters(engineer: TestClient[Litestar]) -> None:
    page = engineer.get("/zones/debit/exposures?quantity=laeq&lang=fr").text
    assert "/zones/debit/exposures?quantity=laeq&amp;lang=en" in page


def test_the_zone_page_answers_every_question(engineer: TestClient[Litestar]) -> None:
    text = _plain(engineer.get("/zones/debit?lang=fr").text)
    assert "Bruit : dépassement indiqué 1 jour sur 3" in text
    assert "Par ailleurs : non concluant 1 jour sur 3, données insuffisantes 1 jour sur 3." in text
    assert "85,9 ± 3,8 dB(A)" in text
    assert "80 dB(A) – Code du travail R4431-2 3°" in text
    assert "lun. 3 nov. 2025, 08:00–16:00" in text
    assert "Presque certain que la vraie valeur est au-dessus de la limite" in text
    assert "Réduire à la source ; faire mesurer." in text
    assert "Poussières : aucun dépassement indiqué 3 jours sur 3" in text
    assert "arrêté du 15 décembre 2009" in text


def test_the_zone_page_answers_in_english_with_english_numbers(engineer: TestClient[Litestar]) -> None:
    text = _plain(engineer.get("/zones/debit?lang=en").text)
    assert "Noise: exceedance indicated on 1 day out of 3" in text
    assert "85.9 ± 3.8 dB(A)" in text
    assert "Mon 3 Nov 2025, 08:00–16:00" in text


def test_an_unverified_limit_is_marked(engineer: TestClient[Litestar]) -> None:
    text = _plain(engineer.get("/zones/plateau?lang=fr").text)
    assert "RSDT art. 64 valeur non vérifiée à la source" in text
    assert "valeur non vérifiée" not in _plain(engineer.get("/zones/debit?lang=fr").text).split("Poussières")[0]


@pytest.mark.parametrize("address", [page for page in PAGES if page not in {"/zones/bureau"}])
def test_simulated_data_are_marked_on_every_page_they_are_on(engineer: TestClient[Litestar], address: str) -> None:
    page = engineer.get(f"{address}?lang=fr").text
    assert "DONNÉES SIMULÉES" in page
    assert "SIMULÉ" in _plain(page.split("<main")[1])


def test_real_data_are_not_called_simulated(shared_portal: Portal, engineer: TestClient[Litestar]) -> None:
    assert "SIMUL" not in engineer.get("/zones/plateau?lang=fr").text
    assert "SIMUL" not in engineer.get("/zones/plateau/charts/co2.svg?lang=fr").text
    assert "DONNÉES SIMULÉES" in engineer.get("/zones/debit/charts/laeq.svg?lang=fr").text
    assert "SIMUL" not in shared_portal.signed_in(AGENT).get("/").text


def test_no_page_ever_says_that_a_place_complies(engineer: TestClient[Litestar]) -> None:
    for address in PAGES:
        for code in ("fr", "en"):
            text = _plain(engineer.get(address, params={"lang": code}).text).lower()
            assert "conforme" not in text
            assert "complian" not in text


def test_a_decision_never_hangs_on_colour_alone(engineer: TestClient[Litestar]) -> None:
    page = engineer.get("/zones/debit?lang=fr").text
    for decision, sign, words in (
        ("exceedance_indicated", "▲", "dépassement indiqué"),
        ("inconclusive", "◆", "non concluant"),
        ("insufficient_data", "○", "données insuffisantes"),
        ("no_exceedance_indicated", "●", "aucun dépassement indiqué"),
    ):
        assert f'<span class="decision {decision}"><span class="sign" aria-hidden="true">{sign}</span>{words}' in page


def test_an_engineer_sees_which_kits_are_silent(portal: Portal) -> None:
    portal.clock.now += 6 * 3_600_000
    client = portal.signed_in(ENGINEER)
    assert "3 kits sont muets" in _plain(client.get("/?lang=fr").text)
    assert "muet" in _plain(client.get("/kits").text)


def test_a_ticket_is_the_employers_only_once_validated(portal: Portal) -> None:
    engineer, joiner = portal.signed_in(ENGINEER), portal.signed_in(JOINER)
    assert joiner.get("/tickets/1").status_code == 404
    assert "Bruit à réduire" not in joiner.get("/tickets").text + joiner.get("/zones/debit").text
    answer = post(engineer, "/tickets/1", "/tickets/1/validate", note="vu sur place", revision="1")
    assert answer.headers["location"] == "/tickets/1"
    page = engineer.get("/tickets/1").text
    assert "vu sur place" in page
    assert "Claire Martin" in page
    seen = joiner.get("/tickets/1").text
    assert "Bruit à réduire au débit" in seen
    assert "vu sur place" not in seen
    assert "Claire Martin" not in seen
    assert ENGINEER not in seen
    assert "Bruit à réduire" in joiner.get("/zones/debit").text
    assert "/tickets/1/validate" not in seen


def test_a_dismissed_ticket_never_reaches_the_employer(portal: Portal) -> None:
    engineer, joiner = portal.signed_in(ENGINEER), portal.signed_in(JOINER)
    without = post(engineer, "/tickets/1", "/tickets/1/dismiss", reason="false_alarm", note="   ")
    assert without.status_code == 400
    assert "Écrivez pourquoi" in without.text
    unreasoned = post(engineer, "/tickets/1", "/tickets/1/dismiss", note="capteur déplacé")
    assert unreasoned.status_code == 400
    assert ">capteur déplacé</textarea>" in unreasoned.text
    why = {"reason": "false_alarm", "note": "capteur déplacé"}
    assert post(engineer, "/tickets/1", "/tickets/1/dismiss", **why).status_code == 303
    assert "capteur déplacé" in engineer.get("/tickets/1").text
    assert joiner.get("/tickets/1").status_code == 404


def test_a_decision_on_a_ticket_that_changed_is_not_taken(portal: Portal) -> None:
    engineer = portal.signed_in(ENGINEER)
    answer = post(engineer, "/tickets/1", "/tickets/1/validate", revision="7")
    assert answer.status_code == 409
    assert "a changé depuis que vous l’avez lue" in answer.text
    assert portal.signed_in(JOINER).get("/tickets/1").status_code == 404


def test_deciding_twice_is_told_and_changes_nothing(portal: Portal) -> None:
    engineer = portal.signed_in(ENGINEER)
    token = token_of(engineer.get("/tickets/1").text)
    assert (
        engineer.post("/tickets/1/dismiss", data={"_csrf_token": token, "reason": "known", "note": "non"}).status_code
        == 303
    )
    assert engineer.post("/tickets/1/validate", data={"_csrf_token": token}).status_code == 409


def test_what_people_write_cannot_become_part_of_the_page(portal: Portal) -> None:
    engineer = portal.signed_in(ENGINEER)
    post(engineer, "/tickets/1", "/tickets/1/validate", note="<script>alert(1)</script>")
    page = engineer.get("/tickets/1").text
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_an_employer_sees_hours_and_is_told_why(shared_portal: Portal, engineer: TestClient[Litestar]) -> None:
    joiner = shared_portal.signed_in(JOINER)
    text = _plain(joiner.get("/zones/debit?lang=fr").text)
    assert "Les courbes sont des moyennes sur 1 h" in text
    assert "par tranches de 1 h" in text
    fine = engineer.get("/zones/debit/charts/laeq.svg?lang=fr").text
    coarse = joiner.get("/zones/debit/charts/laeq.svg?lang=fr").text
    assert len(coarse) < len(fine) / 3
    assert "Les courbes sont des moyennes" not in engineer.get("/zones/debit?lang=fr").text


def test_an_engineers_fine_chart_is_never_served_to_an_employer_from_the_cache(shared_portal: Portal) -> None:
    first = shared_portal.signed_in(ENGINEER).get("/zones/debit/charts/pm10.svg").text
    second = shared_portal.signed_in(JOINER).get("/zones/debit/charts/pm10.svg").text
    assert first != second


def test_a_group_of_two_has_no_course_for_the_employer_and_is_told_why(
    shared_portal: Portal, engineer: TestClient[Litestar]
) -> None:
    joiner = shared_portal.signed_in(JOINER)
    page = joiner.get("/zones/bureau?lang=fr").text
    assert "moins de 3 personnes travaillent dans cette zone" in page
    assert "<img" not in page
    assert joiner.get("/zones/bureau/charts/co2.svg").status_code == 404
    assert engineer.get("/zones/bureau/charts/co2.svg").status_code == 200


def test_a_chart_of_something_not_measured_does_not_exist(engineer: TestClient[Litestar]) -> None:
    for name in ("co.svg", "nothing.svg", "laeq.png", "laeq", ".svg"):
        assert engineer.get(f"/zones/debit/charts/{name}").status_code == 404


def test_the_table_is_narrowed_by_quantity_and_window(engineer: TestClient[Litestar]) -> None:
    def rows(query: str) -> list[dict[str, str]]:
        return list(csv.DictReader(StringIO(engineer.get(f"/zones/debit/exposures.csv{query}").text)))

    assert len(rows("")) == 6
    assert {row["quantity"] for row in rows("?quantity=pm10")} == {"pm10"}
    assert len(rows("?window=shift")) == 6
    assert rows("?window=day") == []
    assert rows("?quantity=nothing") == []
    assert "6 valeurs" in _plain(engineer.get("/zones/debit/exposures?lang=fr").text)


def test_the_csv_has_the_stable_names_and_utc_instants(engineer: TestClient[Litestar]) -> None:
    answer = engineer.get("/zones/debit/exposures.csv?quantity=laeq")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    first = next(row for row in csv.DictReader(StringIO(answer.text)) if row["value"])
    assert first["start"].endswith("Z")
    assert first["decision"] in {"exceedance_indicated", "inconclusive"}
    assert first["simulated"] == "true"
    assert float(first["uncertainty"]) > 0


def test_pages_have_labels_headers_and_alternatives(engineer: TestClient[Litestar]) -> None:
    for address in (*PAGES, "/signin"):
        page = engineer.get(address, params={"lang": "fr"}).text
        for image in re.findall(r"<img [^>]*>", page):
            assert re.search(r'alt="[^"]{10,}"', image)
        for control in re.findall(r'<(?:input|select|textarea) (?![^>]*type="hidden")[^>]*id="([^"]+)"', page):
            assert f'for="{control}"' in page
        for header in re.findall(r"<th[ >][^>]*", page):
            assert "scope=" in header
        assert "style=" not in page
        assert "<script" not in page


def test_a_chart_of_one_day_is_finer_than_one_of_all(engineer: TestClient[Litestar]) -> None:
    page = engineer.get("/zones/debit?day=2025-11-04&lang=fr").text
    assert "laeq.svg?lang=fr&amp;day=2025-11-04" in page
    assert "Graphique de tous les jours" in page
    chart = engineer.get("/zones/debit/charts/laeq.svg?lang=fr&day=2025-11-04").text
    assert ">12:00<" in chart
    assert ">12:00<" not in engineer.get("/zones/debit/charts/laeq.svg?lang=fr").text


@pytest.mark.parametrize("day", ["1999-01-01", "hier", "", "2025-02-30"])
def test_a_day_that_was_not_measured_or_is_none_shows_all(engineer: TestClient[Litestar], day: str) -> None:
    whole = engineer.get("/zones/debit/charts/laeq.svg?lang=fr").text
    assert engineer.get("/zones/debit/charts/laeq.svg", params={"lang": "fr", "day": day}).text == whole
    assert engineer.get("/zones/debit", params={"day": day}).status_code == 200
