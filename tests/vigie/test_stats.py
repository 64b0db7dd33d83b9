"""``vigie stats`` as a person uses it: files as laboratories send them, mistakes, and what the verdict says."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.vigie.running import vigie
from vigie.cli import app
from vigie.errors import UsageError

WEBEXPO = "24.7,64.1,13.8,43.7,19.9,133,32.1,15,53.7"
NINE = "20;22;24;26;28;30;32;34;36"


def say(*arguments: object) -> str:
    """What is printed."""
    done = CliRunner().invoke(app, ["stats", *map(str, arguments)], catch_exceptions=True)
    assert done.exit_code == 0, (done.output, done.exception)
    return done.stdout


def ask(*arguments: object) -> dict[str, Any]:
    """The object ``--json`` prints."""
    found: dict[str, Any] = json.loads(say(*arguments, "--json"))
    return found


def mistake(*arguments: object) -> str:
    """The one line a wrong use ends with."""
    done = CliRunner().invoke(app, ["stats", *map(str, arguments)], catch_exceptions=True)
    assert isinstance(done.exception, Exception)
    text = str(done.exception)
    assert "\n" not in text
    return text


@pytest.fixture
def write(tmp_path: Path) -> Any:
    def to_file(text: str, encoding: str = "utf-8") -> Path:
        path = tmp_path / "results.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return to_file


def test_webexpo_segment_has_every_promised_field() -> None:
    """O-4.3."""
    found = ask("--values", WEBEXPO, "--limit", 100)
    promised = [
        "n",
        "n_censored",
        "gm",
        "gsd",
        "p95",
        "exceedance_fraction",
        "utl95_70",
        "u",
        "u_t",
        "verdict",
        "bayes",
    ]
    assert {*promised, "bayes"} <= set(found)
    assert (found["n"], found["n_censored"], found["verdict"], found["u_t"]) == (9, 0, "dépassement", 2.035)
    assert found["utl95_70"] == pytest.approx(155.2, abs=0.05)
    assert found["bayes"]["p95"] == pytest.approx(123, abs=0.5)
    assert found["bayes"]["overexposure_risk"] == pytest.approx(0.711, abs=0.001)
    assert len(found["bayes"]["bands"]) == 5


@pytest.mark.parametrize(
    ("typed", "bounds"),
    [
        ("24.7,64.1,<5.5", (3, 1)),
        ("24.7, 64.1, <5.5", (3, 1)),
        ("24,7;64,1;<5,5", (3, 1)),
        ("24,7 64,1 < 5,5", (3, 1)),
        ("27.8,41,[40.1-90.2],>200,<36.3", (5, 3)),
        ("27,8;41;[40,1-90,2];>200", (4, 2)),
        ("5,6,7", (3, 0)),
        ("1e-3;2e-3;", (2, 0)),
    ],
)
def test_values_as_people_type_them(typed: str, bounds: tuple[int, int]) -> None:
    found = ask("--values", typed, "--limit", 100)
    assert (found["n"], found["n_censored"]) == bounds


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("24,7,64,1,13,8", '"24,7;64,1;13,8" for decimal commas, "24;7;64;1;13;8" for 6 results'),
        ("<5,5", '"<5,5;" for decimal commas, "<5;5" for 2 results'),
        ("1,05,3", '"24,7;64,1" for decimal commas, "1;05;3" for 3 results'),
    ],
)
def test_decimal_commas_between_commas_are_asked_about(typed: str, meant: str) -> None:
    assert meant in mistake("--values", typed, "--limit", 100)


def test_whole_numbers_between_commas_are_told_as_read() -> None:
    remark = "Read as 3 results: 25, 64, 14; write semicolons for decimal commas, e.g. 24,7;64,1."
    assert remark in say("--values", "25,64,14", "--limit", 100)
    done = vigie("stats", "--values", "25,64,14", "--limit", 100, "--json")
    assert json.loads(done.stdout)["notes"][0] == remark
    assert done.stderr.strip() == remark
    assert not any("Read as" in note for note in ask("--values", "25;64;14", "--limit", 100)["notes"])


@pytest.mark.parametrize(
    "text",
    [
        "24.7\n64.1\n<5.5\n",
        "result\n24.7\n64.1\n<5.5\n",
        "résultat\n24,7\n64,1\n<5,5\n",
        "24,7\n64,1\n<5,5\n133\n",
        "nom;résultat (mg/m3)\nA;24,7\nB;64,1\nC;<5,5\n",
        "worker,value\nA,24.7\nB,64.1\nC,<5.5\n",
        "worker\tvalue\nA\t24.7\nB\t64.1\nC\t<5.5\n",
        "# labo X\nid;toluène\n\nP-1;24,7\nP-2;64,1\nP-3;<5,5\n",
        "A;24,7\nB;64,1\nC;<5,5\n",
        "Rapport n° 123;\nClient : ACME;\n\nid;résultat (mg/m3)\nA;24,7\nB;64,1\nC;<5,5\n",
        "Rapport n° 123\nClient : ACME, Lyon\nDate : 12/03/2026\nPage 1\n\nid;toluène\nA;24,7\nB;64,1\nC;<5,5\n",
        "Rapport;123;\nClient;ACME;\n\nid;date;concentration\nA;2026-03-12;24,7\nB;2026-03-13;64,1\nC;2026-03-14;<5,5\n",
        "Rapport n° 123;;\nClient;ACME;\n\nid;poste;toluène\nA;tour;24,7\nB;tour;64,1\nC;tour;<5,5\n",
        "Rapport n° 123\n\nrésultat\n24,7\n64,1\n<5,5\n",
        "Rapport 123,,\nClient,ACME,\nid,place,Toluene (ppm)\nA,x,24.7\nB,x,64.1\nC,x,<5.5\n",
    ],
)
def test_files_as_laboratories_send_them(text: str, write: Any) -> None:
    found = ask(write(text, "cp1252"), "--limit", 100)
    assert found["n_censored"] == 1
    assert found["n"] == (4 if "133" in text else 3)
    assert found["above_limit"] == (1 if "133" in text else 0)


def test_what_stands_above_the_header_is_told(write: Any) -> None:
    above = "Rapport n° 123;\nClient : ACME;\n\n"
    found = ask(write(above + "id;résultat (mg/m3)\nA;24,7\nB;64,1\nC;13,2\n"), "--limit", 100)
    assert found["notes"][0] == "The header is line 4 of the file; what stands above it was not read."
    found = ask(write("id;résultat (mg/m3)\nA;24,7\nB;64,1\nC;13,2\n"), "--limit", 100)
    assert not any("header" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("result\n24.7\nn/a\n3\n", 'results.csv:3: result is "n/a"; expected a number above zero'),
        ("result\n24.7\n-3\n", 'results.csv:3: result is "-3"'),
        ("result\n24.7\n0\n", "write a result that was not detected with its limit of quantification"),
        ("id;result\nA;24.7\nB;\n", 'results.csv:3: result is ""'),
        ("result\n24.7 mg/m3\n", "write the number without its unit"),
        ("r\n24.7 mg/m3\n< 5.5 mg/m3\n13\n", 'results.csv:2: r is "24.7 mg/m3"'),
        ("24.7\n[5-9] mg/m3\n13\n", 'results.csv:2: column 1 is "[5-9] mg/m3"'),
        ("result\n24.7\n64,1\n", "expected one decimal sign"),
        ("24,7\n64,1\n", "may be one number with a decimal comma or two columns"),
        ("a;b\n1;2\n3;4\n", "which column has the results? Say it with --column; the file has a, b"),
        ("Titre;Labo\nRapport;123\n\nid;toluène\nA;24,7\nB;64,1\n", 'results.csv:4: Labo is "toluène"'),
        ("result\n", "has a header and no results"),
        ("result;date\n3;soon\n", 'results.csv:2: date is "soon"'),
        ("result;campaign\n3;\n", "results.csv:2: campaign is empty"),
        ("result\n<0\n", "results.csv:2"),
        ("id;date;result\nA;2026-03-12;3\nTotal;;3\n", 'results.csv:3: "Total" sums up other rows'),
        ("id;résultat\nA;24,7\nB;64,1\nMoyenne :;44,4\n", 'results.csv:4: "Moyenne :" sums up other rows'),
    ],
)
def test_mistakes_in_a_file_are_one_line_with_the_place(text: str, says: str, write: Any) -> None:
    assert says in mistake(write(text), "--limit", 100)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--values", "1,2, 3", "--limit", 10), "separators or decimal commas?"),
        (("--values", "5;n/a", "--limit", 10), '--values: result 2 is "n/a"'),
        (("--values", "inf. 5,5; 12", "--limit", 10), 'result 1 is "inf. 5,5"; expected a number above zero'),
        (("--values", "1.234,5; 12", "--limit", 10), 'result 1 is "1.234,5"; expected one decimal sign, without'),
        (("--values", "", "--limit", 10), "empty"),
        (("--limit", 10), "name a FILE"),
        (("--values", "5"), "--limit is missing"),
        (("--values", "5", "--limit", "-1"), "expected a number above zero"),
        (("--values", "5", "--limit", "1e300"), "expected a number above zero"),
        (("--values", "1e300,1e-300,5", "--limit", 100), 'result 1 is "1e300"; expected a number above zero'),
        (("--values", "<1e-300,5", "--limit", 100), "a result lies from 1e-12 to 1e+12"),
        (("--values", "5", "--limit", 10, "--confidence", 0.7), "expected percent"),
        (("--values", "5", "--limit", "silica-quartz-vlep"), "did you mean"),
        (("--values", "5", "--limit", "silica-quartz-vlep-8h", "--unit", "ppm"), "convert the results to mg/m3"),
        (("--values", "5", "--limit", "noise-lex8h-lower-80"), "no upper limit of a concentration"),
        (("--values", ">5;6;7", "--limit", 10, "--method", "ros"), "use --method mle"),
        (("--values", "5", "--limit", 10, "--chart", "x.pdf"), "end the name in .svg or .png"),
        (("nowhere.csv", "--limit", 10), "no such file"),
    ],
)
def test_wrong_use_is_told_in_one_line(arguments: tuple[object, ...], says: str) -> None:
    assert says in mistake(*arguments)


def test_the_unit_of_the_heading_is_that_of_the_results(write: Any) -> None:
    text = "id;Résultat (µg/m³)\nA;120\nB;<50\nC;90\n"
    assert ask(write(text), "--limit", 1000)["unit"] == "µg/m³"
    assert ask(write(text), "--limit", 1000, "--unit", "ug/m3")["unit"] == "ug/m3"
    assert "says µg/m³, --unit is mg/m3" in mistake(write(text), "--limit", 0.1, "--unit", "mg/m3")
    assert "the results are in µg/m³; convert the results to mg/m3" in mistake(
        write(text), "--limit", "silica-quartz-vlep-8h"
    )


@pytest.mark.parametrize("heading", ["résultat en mg/m3", "Concentration [mg/m³]", "mg/m3", "valeur, ppm"])
def test_headings_that_name_a_unit(heading: str, write: Any) -> None:
    unit = ask(write(f"id;{heading}\nA;12\nB;5\nC;9\n"), "--limit", 100)["unit"]
    assert unit
    assert unit in heading


def test_minute_data_is_refused_unless_somebody_says_what_it_is(write: Any) -> None:
    readings = write("time;co2\n" + "".join(f"2026-03-02 08:{minute:02};{500 + minute}\n" for minute in range(10)))
    assert "the results are 1 min apart; expected one per worker and shift" in mistake(readings, "--limit", 1000)
    assert ask(readings, "--limit", 1000, "--one-per-shift")["n"] == 10

    many = ";".join(str(500 + number) for number in range(61))
    assert "61 values" in mistake("--values", many, "--limit", 1000)


def test_workers_sampled_on_one_morning_are_no_minute_data(write: Any) -> None:
    rows = "".join(f"2026-03-02 08:{5 * number:02};W{number};{10 + number}\n" for number in range(9))
    assert ask(write("start;worker;result\n" + rows), "--limit", 100)["n"] == 9


def test_two_results_of_a_worker_on_one_day_are_refused(write: Any) -> None:
    file = write("date;worker;result\n02/03/2026;A;3\n03/03/2026;A;4\n02/03/2026;A;5\n")
    assert "results.csv:4: A has a second result on 2026-03-02 (the first is on line 2)" in mistake(
        file, "--limit", 100
    )


def test_campaigns_of_a_file_decide_what_a_high_result_means(write: Any) -> None:
    low = [20, 22, 24, 26, 28, 30, 32, 34] * 5
    later = "".join(f"2;{value}\n" for value in low)
    head = "campaign;result\n1;20\n1;21\n1;22\n"
    assert ask(write(head + later + "3;101\n"), "--limit", 100)["verdict"] == "non-dépassement"
    assert ask(write(head + "1;101\n" + later), "--limit", 100)["reason"] == "first_campaign_above_limit"
    assert (
        ask("--values", ";".join(map(str, [*low, 101])), "--limit", 100)["reason"] == "campaign_of_high_result_unknown"
    )


def test_the_earliest_campaign_is_the_first_whatever_the_order_of_rows(write: Any) -> None:
    rows = "".join(f"B;1{day}/06/2026;{20 + day}\n" for day in range(6)) + "".join(
        f"A;1{day}/03/2026;{value}\n" for day, value in enumerate((20, 21, 140))
    )
    assert ask(write("campagne;date;résultat\n" + rows), "--limit", 100)["reason"] == "first_campaign_above_limit"


def test_results_over_more_than_a_year_are_no_three_campaigns(write: Any) -> None:
    rows = "".join(f"2025-01-1{day};{20 + day}\n" for day in range(8)) + "2026-03-02;25\n"
    assert ask(write("date;result\n" + rows), "--limit", 100)["reason"] == "longer_than_a_year"


def test_what_is_missing_for_a_verdict_is_said() -> None:
    text = say("--values", "24.7,64.1,<5.5", "--limit", 100)
    assert "no diagnosis yet" in text
    assert "at least nine results over up to three campaigns within a year are needed; 3 given" in text
    assert "half the LOQ stands in" in text


@pytest.mark.parametrize(
    ("typed", "note", "verdict"),
    [
        ("<5;<5;<5", "More than 80 %", "non-dépassement"),
        ("<50;<50;<50;<50;<50", "the highest result is <50", "undecided"),
        ("<5;<5;<5;<5;<5;9", "the highest result is 9", "non-dépassement"),
        ("50;50;50", "All results are equal (GSD = 1)", "undecided"),
        ("50", "One result has no spread", "undecided"),
        ("50;60", "largely on its prior", "undecided"),
        ("50;<2;<3", "Fewer than three measured results", "undecided"),
        ("50;50;50;<60;<70", "Fewer than two different", "undecided"),
    ],
)
def test_results_that_say_little_are_handled_by_name(typed: str, note: str, verdict: str) -> None:
    found = ask("--values", typed, "--limit", 100)
    assert found["verdict"] == verdict
    assert any(note in said for said in found["notes"])
    assert 0 <= found["bayes"]["overexposure_risk"] <= 1
    assert "Infinity" not in json.dumps(found)
    assert "NaN" not in json.dumps(found)


def test_no_word_of_compliance() -> None:
    for typed in (WEBEXPO, NINE, "1;2;3", "<5;<5;<5", "50;60"):
        text = (say("--values", typed, "--limit", 100) + say("--values", typed, "--limit", 100, "--json")).casefold()
        assert "complian" not in text
        assert "conform" not in text


def test_limit_of_the_catalog_brings_its_source() -> None:
    found = ask("--values", "0.02;0.03;0.05", "--limit", "silica-quartz-vlep-8h", "--unit", "mg/m³")
    assert (found["limit"], found["unit"], found["limit_id"]) == (0.1, "mg/m3", "silica-quartz-vlep-8h")
    assert "R4412" in found["limit_source"]


def test_confidence_changes_the_bounds_and_not_the_law() -> None:
    usual, strict = (ask("--values", WEBEXPO, "--limit", 100, "--confidence", level) for level in (70, 95))
    assert strict["utl95_70"] == usual["utl95_70"] == usual["utl95"]
    assert strict["utl95"] == pytest.approx(325.3, abs=0.05)
    assert (strict["u"], strict["u_t"], strict["verdict"]) == (usual["u"], usual["u_t"], usual["verdict"])


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("ending", ["svg", "png"])
def test_chart_is_drawn(ending: str, language: str, tmp_path: Path) -> None:
    path = tmp_path / f"chart.{ending}"
    say("--values", "27.8,41,29,<36.3,<10.8,[40.1-90.2],>200", "--limit", 100, "--chart", path, "--language", language)
    content = path.read_bytes()
    if ending == "png":
        assert content.startswith(b"\x89PNG")
    else:
        words = (
            ("Probabilité cumulée", "sous la LQ") if language == "fr" else ("Cumulative probability", "below the LOQ")
        )
        assert all(word in content.decode() for word in words)


def test_chart_without_a_fit_shows_the_results_alone(tmp_path: Path) -> None:
    path = tmp_path / "chart.svg"
    say("--values", "<5;<5;<6", "--limit", 100, "--chart", path)
    assert "Aucune loi ajustée" in path.read_text("utf-8")


def test_chart_without_the_drawing_libraries_is_told(tmp_path: Path) -> None:
    probe = (
        "import sys; sys.modules['altair'] = None\n"
        "from vigie.cli import main\n"
        f"main(['stats', '--values', '5;6;7', '--limit', '10', '--chart', {str(tmp_path / 'x.svg')!r}])"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.strip() == "--chart needs the drawing libraries; install them: pip install 'vigie[portal]'"


def test_a_verdict_is_an_answer_and_a_mistake_is_exit_code_two() -> None:
    assert "dépassement" in vigie("stats", "--values", WEBEXPO, "--limit", 100).stdout
    assert "expected a number above zero" in vigie("stats", "--values", "n/a", "--limit", 100, code=2).stderr


def test_usage_errors_are_ours() -> None:
    done = CliRunner().invoke(app, ["stats", "--limit", "10"])
    assert isinstance(done.exception, UsageError)


@pytest.mark.parametrize("typed", ["4e10,3e-7,5", "4e10,3e-7", "<3e-7,4e10", ">4e10,3e-7,3"])
def test_results_at_the_edges_give_finite_numbers(typed: str) -> None:
    text = say("--values", typed, "--limit", 100, "--json")
    assert "Infinity" not in text
    assert "NaN" not in text
