"""The report of an evaluation: what it says, in both languages, on a phone, on a desk and on paper."""

import base64
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from dashboards.words import Language
from dsp.statistics.roc import RocPoint
from tests.dashboards.test_browser import ARGUMENTS, CHROMIUM, DESK, PHONE
from tests.vigie.evaluated import an_evaluation, campaign, outcome, tables, value
from vigie.evaluation.conditions import Conditions
from vigie.evaluation.figures import summarise
from vigie.evaluation.misses import AlarmReason, MissReason
from vigie.evaluation.report import page, percent, write_report
from vigie.evaluation.report_charts import thinned

CONDITIONS = Conditions("vigie evaluate joinery --seed 7 --pack <a&b>", 7, "0.1.0", ("aigu 1", "reperes 2"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("report")
    write_report(made, summarise(an_evaluation()), CONDITIONS, Language.FRENCH)
    return made


def _text(document: str) -> str:
    """What a reader sees: no tags, one space between words."""
    return " ".join(re.sub(r"<[^>]+>", " ", document.partition("<body>")[2]).replace("\N{NO-BREAK SPACE}", " ").split())


def test_a_page_carries_everything_it_shows(folder: Path) -> None:
    document = (folder / "report.html").read_text(encoding="utf-8")
    assert "<script" not in document
    assert re.findall(r"(?:src|href)=\"(?!data:|#)[^\"]*", document) == []
    charts = re.findall(r"data:image/svg\+xml;base64,([^\"]+)", document)
    assert len(charts) == 5  # ROC, reliability, coverage of three workplaces
    assert all(base64.b64decode(chart).startswith(b"<svg") for chart in charts)


def test_it_says_first_what_was_missed(folder: Path) -> None:
    text = _text((folder / "report.html").read_text(encoding="utf-8"))
    assert text.index("DONNÉES SIMULÉES") < text.index("Réponses") < text.index("Ce que Vigie manque, et pourquoi")
    assert text.index("Ce que Vigie manque, et pourquoi") < text.index("Par lieu de travail")
    assert "30 campagnes" not in text
    assert "90 campagnes virtuelles de 3 lieux de travail" in text
    assert "Menuiserie" in text
    assert "vigie evaluate joinery --seed 7 --pack &lt;a&amp;b&gt;" in text
    assert "nan" not in text.lower().split()


def test_the_english_page_has_no_french_left() -> None:
    text = _text(page(summarise(an_evaluation()), CONDITIONS, Language.ENGLISH))
    assert "What Vigie misses, and why" in text
    assert re.findall(r"[éèêàç]\w*", text) == []


def test_counts_and_intervals_are_those_of_the_summary() -> None:
    rows = [outcome(n, "workplace_action", "workplace_action" if n < 9 else "none") for n in range(10)]
    text = _text(page(summarise(tables(outcomes=rows)), CONDITIONS, Language.FRENCH))
    assert "90,0 % [55,5 – 99,7 %] 9/10" in text
    assert "aucun cas" in text  # specificity: nothing was to be left alone


def test_few_cases_are_a_fraction_and_no_percentage() -> None:
    rows = [outcome(n, "workplace_action", "workplace_action") for n in range(3)]
    text = _text(page(summarise(tables(outcomes=rows)), CONDITIONS, Language.FRENCH))
    assert "3/3 trop peu de cas" in text


def test_an_empty_evaluation_has_a_report_that_says_so(tmp_path: Path) -> None:
    path = write_report(tmp_path, summarise(tables()), CONDITIONS, Language.FRENCH)
    text = _text(path.read_text(encoding="utf-8"))
    assert "pas assez de cas pour le dire" in text
    assert "Rien n’a été manqué" in text
    assert json.loads((tmp_path / "figures.json").read_text(encoding="utf-8"))["campaigns"] == 0


def test_workplaces_without_variants_have_no_empty_tables() -> None:
    rows = [outcome(n, "none", "none", family="quiet_control", concern=False) for n in range(6)]
    campaigns = [campaign(n, family="quiet_control", variant="as is") for n in range(6)]
    document = page(summarise(tables(campaigns=campaigns, outcomes=rows)), CONDITIONS, Language.FRENCH)
    assert "6 campagnes virtuelles de 1 lieu de travail, dont" in _text(document)
    assert "Aucun de ces lieux n’a de variantes" in _text(document)
    captions = set(re.findall(r"<caption>([^<]*)</caption>", document))
    assert (
        captions & {"Un ticket, quel qu’il soit", "Variante", "Jours de travail", "Kits par local", "Modèle de kit"}
        == set()
    )
    assert "Agent" in captions  # every rule that applies, put to the test or not


@pytest.mark.parametrize("language", list(Language))
def test_no_line_ends_before_a_unit_or_a_french_sign(language: Language) -> None:
    body = page(summarise(an_evaluation()), CONDITIONS, language).partition("<body>")[2]
    text = re.sub(r"<code>.*?</code>|<[^>]+>", "|", body)
    assert re.findall(r".{10}(?:\d (?:%|dB)|\S [:;?!»]|« ).{5}", text) == []


def test_workplaces_of_which_nothing_can_be_told_are_counted_as_workplaces_and_measures_as_measures() -> None:
    few = [value(n, 500.0 + n, 50.0, 500.0, family="joinery") for n in range(6)]
    text = _text(page(summarise(tables(values=few)), CONDITIONS, Language.ENGLISH))
    assert "[0 – 100%]" not in text  # a number of workplaces or measures has no interval


def test_the_figures_beside_it_are_those_it_shows(folder: Path) -> None:
    found = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    summary = summarise(an_evaluation())
    sensitivity = found["overall"]["any_ticket"]["sensitivity"]
    assert (sensitivity["cases"], sensitivity["of"]) == (
        summary.overall.any_ticket.sensitivity.cases,
        summary.overall.any_ticket.sensitivity.of,
    )
    assert sensitivity["low"] < sensitivity["value"] < sensitivity["high"]
    assert found["conditions"]["seed"] == 7
    assert [each["name"] for each in found["roc"]] == ["", "hair_salon", "joinery"]
    assert {each["reason"] for each in found["missed"]} <= {reason.value for reason in MissReason}
    assert {each["reason"] for each in found["false_alarms"]} <= {reason.value for reason in AlarmReason}


@pytest.mark.parametrize(
    ("share", "french"),
    [(0.0, "0 %"), (1.0, "100 %"), (0.99999, "> 99,9 %"), (0.00001, "< 0,1 %"), (0.1234, "12,3 %"), (None, "–")],
)
def test_a_share_is_never_rounded_to_all_or_nothing(share: float | None, french: str) -> None:
    assert percent(share, Language.FRENCH).replace("\N{NO-BREAK SPACE}", " ") == french


def test_a_thinned_curve_keeps_its_ends_and_its_shape() -> None:
    points = [RocPoint(1 - i / 9999, i / 9999, min(1.0, i / 3000)) for i in range(10_000)]
    kept = thinned(points, 100)
    assert (kept[0], kept[-1]) == (points[0], points[-1])
    assert len(kept) < 1000
    for point in points[::37]:
        assert (
            min(abs(p.false_alarms - point.false_alarms) + abs(p.sensitivity - point.sensitivity) for p in kept) < 0.02
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if os.environ.get("CI"):
            pytest.fail(f"{CHROMIUM} is missing; install Debian's chromium")
        pytest.skip(f"{CHROMIUM} is not installed; apt-get install chromium")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield found
        found.close()


@pytest.mark.browser
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_it_is_read_on_a_phone_and_a_desk_without_a_network(
    browser: Browser, folder: Path, size: tuple[int, int]
) -> None:
    view = browser.new_page(viewport={"width": size[0], "height": size[1]})
    asked: list[str] = []
    view.on("request", lambda request: asked.append(request.url))
    view.on("console", lambda message: asked.append(message.text))
    view.goto((folder / "report.html").as_uri())
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert view.evaluate("document.documentElement.scrollWidth") <= size[0]
    beside = "[...document.querySelectorAll('td[data-label] small')].filter(e => e.checkVisibility())"
    assert view.evaluate(f"{beside}.length > 10 && {beside}.every(e => e.getBoundingClientRect().left > 120)")
    assert view.evaluate("[...document.images].every(image => image.naturalWidth > 0)")
    assert [(item["id"], item["nodes"][0]["html"]) for item in Axe().run(view).response["violations"]] == []
    view.close()
