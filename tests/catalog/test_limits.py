"""The limits table."""

from datetime import date

import pytest

from catalog import build_limits
from catalog.errors import CatalogError
from catalog.identifiers import LimitId, QuantityId
from catalog.limits import Comparator, LegalStatus, Limit, Verification, limit, limits, reference_rows, value_in
from tests.shared_data import require_shared


def dust_in_force(day: date, fraction: str) -> list[float]:
    return [
        one.value
        for one in limits().values()
        if one.id.startswith(f"dust-specific-{fraction}-") and one.in_force_on(day)
    ]


def test_table_is_the_reference_table() -> None:
    reference = build_limits.read_rows(require_shared("reference/limits.csv"))
    assert build_limits.build(reference, build_limits.read_rows(build_limits.TABLE)) == build_limits.TABLE.read_text(
        "utf-8"
    )
    assert len(reference_rows()) == len(reference)


def test_every_row_has_an_id_of_its_own_and_numbers_are_comparable() -> None:
    ids = [row.id for row in reference_rows()]
    assert len(ids) == len(set(ids)) == 257
    assert len(limits()) == 244
    assert [row.id for row in reference_rows() if row.limit is None] == [
        "light-task-general-ratio",
        "co2-erp-instrument-tolerance",
        "heat-vigilance-yellow",
        "heat-vigilance-orange",
        "heat-vigilance-red",
        "heat-room-adapted-temperature",
        "heat-wbgt-niosh-rel",
        "heat-wbgt-niosh-ral",
        "comfort-x35-203-21",
        "comfort-x35-203-18",
        "comfort-x35-203-17",
        "comfort-x35-203-15",
        "vlep-statistic-u",
    ]


@pytest.mark.parametrize(
    ("id", "comparator", "value", "unit"),
    [
        ("noise-lex8h-lower-80", ">", 80, "dB(A)"),
        ("noise-lex8h-upper-hpd-85", ">=", 85, "dB(A)"),
        ("noise-lex8h-upper-programme-85", ">", 85, "dB(A)"),
        ("noise-lcpeak-lower-135", ">", 135, "dB(C)"),
        ("noise-lcpeak-upper-137", ">=", 137, "dB(C)"),
        ("co2-erp-800", ">", 800, "ppm"),
        ("co2-inrs-office-1000", ">", 1000, "ppm"),
        ("co2-erp-1500", ">", 1500, "ppm"),
        ("formaldehyde-vgai-1h", ">", 100, "µg/m3"),
        ("light-circulation-40", "<", 40, "lx"),
        ("light-stairs-warehouses-60", "<", 60, "lx"),
        ("light-work-rooms-120", "<", 120, "lx"),
        ("light-blind-rooms-200", "<", 200, "lx"),
        ("heat-inrs-sedentary-30", ">", 30, "°C"),
        ("heat-inrs-physical-28", ">", 28, "°C"),
        ("humidity-en16798-dry-20", "<", 20, "%"),
        ("humidity-en16798-lower-30", "<", 30, "%"),
        ("humidity-office-lower-40", "<", 40, "%"),
        ("humidity-office-upper-70", ">", 70, "%"),
        ("co-vlep-8h-20", ">", 20, "ppm"),
        ("co-vlep-15min-100", ">", 100, "ppm"),
    ],
)
def test_limits_rules_rest_on(id: str, comparator: str, value: float, unit: str) -> None:  # noqa: A002 - its field
    found = limit(id)
    assert (found.comparator, found.value, found.unit) == (Comparator(comparator), value, unit)


@pytest.mark.parametrize(
    ("day", "total", "respirable"),
    [
        (date(2021, 12, 31), 10, 5),
        (date(2022, 1, 1), 7, 3.5),
        (date(2023, 6, 30), 7, 3.5),
        (date(2023, 7, 1), 4, 0.9),
        (date(2026, 3, 1), 4, 0.9),
    ],
)
def test_one_dust_limit_is_in_force_on_any_day(day: date, total: float, respirable: float) -> None:
    assert dust_in_force(day, "total") == [total]
    assert dust_in_force(day, "respirable") == [respirable]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2008-05-01", date(2008, 5, 1)),
        ("2008-05-01 (values since decree 83-721 / 87-809)", date(2008, 5, 1)),
        ("2021-08", date(2021, 8, 1)),
        ("2007", date(2007, 1, 1)),
        ("2021 (wording; inferred from id)", date(2021, 1, 1)),
        ("2021/2024", date(2021, 1, 1)),
        ("before 2020", None),
        ("pre-2020", None),
        ("until 2026-04", None),
        ("", None),
    ],
)
def test_first_day_in_force_is_never_more_precise_than_the_convention(text: str, expected: date | None) -> None:
    assert build_limits.first_day(text) == expected


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        ("effective_to=2023-06-30 (transitional); air inhaled", date(2023, 6, 30)),
        ("M=78.11; skin; CMR 1A; effective_to=2024-04-04", date(2024, 4, 4)),
        ("effective_to~2026-04-09; replaced", date(2026, 4, 9)),
        ("to 2028-12-31, then 6; STEL 20 then 12", date(2028, 12, 31)),
        ("previous indicative: 0.5 ppm 8h / 1 ppm 15 min", None),
        ("", None),
    ],
)
def test_last_day_in_force_comes_from_the_notes(notes: str, expected: date | None) -> None:
    assert build_limits.last_day(notes) == expected


def test_the_free_texts_stay() -> None:
    found = limit("acetone-vlep-8h")
    assert (found.in_force_from, found.in_force_text) == (None, "before 2020")
    assert limit("noise-lex8h-limit-87-eu").legal_status_text == "binding (directive)"


def test_legal_status_in_a_workplace() -> None:
    assert limit("noise-lex8h-lower-80").legal_status is LegalStatus.BINDING
    assert limit("noise-lex8h-limit-87-eu").legal_status is LegalStatus.BINDING
    assert limit("co2-vlep-8h-5000").legal_status is LegalStatus.INDICATIVE
    assert limit("light-en12464-office-writing-500").legal_status is LegalStatus.GUIDE
    assert limit("humidity-office-lower-40").legal_status is LegalStatus.COMFORT
    assert limit("co2-erp-1500").legal_status is LegalStatus.GUIDE, "binds schools and nurseries, guides a workshop"


def test_verification_is_the_first_word() -> None:
    assert limit("noise-lex8h-lower-80").verification is Verification.YES
    assert limit("light-en12464-office-writing-500").verification is Verification.YES
    assert limit("co2-vlep-8h-5000").verification is Verification.PARTIAL
    assert limit("humidity-office-lower-40").verification is Verification.NO
    assert limit("humidity-office-lower-40").verification_note == "from memory, unverified"


def test_every_comparable_limit_has_a_value_in_the_unit_of_its_quantities() -> None:
    pairs = [(one, quantity) for one in limits().values() for quantity in one.comparable_with]
    assert len(pairs) > 80
    for one, quantity in pairs:
        assert value_in(one, quantity) > 0


@pytest.mark.parametrize(
    ("id", "quantity", "expected"),
    [
        ("dust-specific-total-4", "pm10", 4000.0),
        ("dust-specific-respirable-0-9", "pm4", 900.0),
        ("formaldehyde-vgai-1h", "formaldehyde", 80.114),
        ("formaldehyde-vlep-8h", "formaldehyde", 300.0),
        ("co-vgai-8h-10", "co", 8.588),
        ("noise-lex8h-lower-80", "laeq", 80.0),
        ("light-work-rooms-120", "illuminance", 120.0),
    ],
)
def test_value_in_the_unit_of_the_quantity(id: str, quantity: str, expected: float) -> None:  # noqa: A002 - its field
    assert value_in(limit(id), QuantityId(quantity)) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("id", "quantity", "mend"),
    [
        ("tvoc-uba-level-1", "tvoc", "no kit can decide it"),
        ("heat-wbgt-iso7243-class1-acclimatised-30", "temperature", "no kit can decide it"),
        ("noise-lex8h-limit-87", "laeq", "no kit can decide it"),
        ("noise-lcpeak-limit-140", "lcpeak", "no kit can decide it"),
        ("light-melanopic-daytime-250", "illuminance", "no kit can decide it"),
        ("co2-inrs-office-1000", "tvoc", "use one of: co2"),
        ("wood-dust-vlep-8h", "pm10", "no kit can decide it"),
    ],
)
def test_limit_about_something_else_is_refused(id: str, quantity: str, mend: str) -> None:  # noqa: A002 - its field
    with pytest.raises(CatalogError) as raised:
        value_in(limit(id), QuantityId(quantity))
    assert str(raised.value).startswith(f"limit {id} is about ")
    assert str(raised.value).endswith(f"{quantity} cannot be held against it; {mend}")


def test_unknown_limit_is_told_the_nearest() -> None:
    with pytest.raises(CatalogError, match='"co2-erp-1600" is no limit of the catalog; did you mean "co2-erp-1500"'):
        limit("co2-erp-1600")


def test_row_without_a_number_is_no_limit() -> None:
    with pytest.raises(CatalogError, match='the table says ">= orange"; take a limit with a comparator'):
        limit("heat-vigilance-orange")


def test_new_row_gets_an_id_and_the_others_keep_theirs() -> None:
    previous = build_limits.read_rows(build_limits.TABLE)
    carried = [column for column in previous[0] if column not in build_limits.ADDED]
    reference = [{column: row[column] for column in carried} for row in previous]
    newcomer = {**reference[0], "value": "79", "level_name": "a new level"}
    text = build_limits.build([newcomer, *reference], previous)
    lines = text.splitlines()
    assert lines[1].startswith("noise-lex-8h-79-fr,laeq,2008-05-01,")
    assert lines[2:] == build_limits.TABLE.read_text("utf-8").splitlines()[1:]
    assert build_limits.new_id(newcomer, {"noise-lex-8h-79-fr"}) == "noise-lex-8h-79-fr-2"


def test_build_says_how_to_be_used(capsys: pytest.CaptureFixture[str]) -> None:
    assert build_limits.main([]) == 2
    assert capsys.readouterr().err.startswith("usage: python -m catalog.build_limits REFERENCE.csv")


def test_a_limit_is_a_plain_value() -> None:
    assert isinstance(limits()[LimitId("co2-erp-1500")], Limit)
