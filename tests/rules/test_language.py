"""Numbers, dates and lists as a French or English reader expects them."""

from datetime import date

import pytest

from rules.language import Language, days, enumeration, limit_number, number, percent, typeset_french

FR, EN = Language.FRENCH, Language.ENGLISH


@pytest.mark.parametrize(
    ("value", "decimals", "french", "english"),
    [
        (1234567.891, 1, "1\u202f234\u202f567,9", "1,234,567.9"),
        (0.05, 2, "0,05", "0.05"),
        (-3.2, 1, "\u22123,2", "\u22123.2"),
        (-0.01, 1, "0,0", "0.0"),
        (999.5, 0, "1\u202f000", "1,000"),
    ],
)
def test_numbers(value: float, decimals: int, french: str, english: str) -> None:
    assert number(value, decimals, FR) == french
    assert number(value, decimals, EN) == english


def test_limit_keeps_decimals_only_where_it_has_some() -> None:
    assert limit_number(85.0, 1, FR) == "85"
    assert limit_number(80.1, 0, FR) == "80,1"


def test_percentages() -> None:
    assert percent(0.125, EN) == "12%"
    assert percent(0.2, FR) == "20\u202f%"


def test_few_dates_are_listed_and_many_are_spanned() -> None:
    some = [date(2026, 5, 4), date(2026, 5, 1)]
    assert days(some, FR) == "1er mai 2026 et 4 mai 2026"
    many = [date(2026, 5, n) for n in (1, 4, 5, 6)]
    assert days(many, FR) == "du 1er mai 2026 au 6 mai 2026"
    assert days(many, EN) == "from 1 May 2026 to 6 May 2026"
    assert days([some[0], some[0]], EN) == "4 May 2026"


def test_enumerations() -> None:
    assert enumeration(["a"], FR) == "a"
    assert enumeration(["a", "b", "c"], FR) == "a, b et c"
    assert enumeration(["a", "b", "c"], EN) == "a, b and c"


def test_french_spaces() -> None:
    assert typeset_french("Vrai ? Oui : 5 mg/m³ ; non !") == ("Vrai\u202f? Oui\u00a0: 5\u00a0mg/m³\u202f; non\u202f!")
