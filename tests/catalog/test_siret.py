"""SIRET keys and activity codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import CatalogError
from catalog.siret import check_naf, check_siret, luhn_sum


def with_key(digits: str) -> str:
    """``digits`` and the last digit that makes Luhn's sum a multiple of ten."""
    return next(digits + key for key in "0123456789" if luhn_sum(digits + key) % 10 == 0)


sirens = st.text("0123456789", min_size=8, max_size=8).map(with_key).filter(lambda s: s != "356000000")
sirets = st.builds(
    lambda siren, office: with_key(siren + office), sirens, st.text("0123456789", min_size=4, max_size=4)
)


@given(sirets)
def test_siret_with_its_key_is_taken_with_or_without_spaces(siret: str) -> None:
    assert check_siret(siret) == siret
    assert check_siret(f" {siret[:3]} {siret[3:6]} {siret[6:9]}\u00a0{siret[9:]}") == siret


@given(sirets, st.integers(0, 13), st.integers(1, 9))
def test_any_single_mistyped_digit_is_found(siret: str, place: int, shift: int) -> None:
    digit = str((int(siret[place]) + shift) % 10)
    with pytest.raises(CatalogError, match="key does not match: a digit is mistyped"):
        check_siret(siret[:place] + digit + siret[place + 1 :])


@pytest.mark.parametrize(
    ("siret", "why"),
    [
        ("73282932000074", "the textbook example"),
        ("35600000000048", "head office of La Poste: Luhn holds"),
        ("35600000009075", "SIREN of La Poste: the digits sum to a multiple of 5, Luhn fails"),
    ],
)
def test_siret_with_a_right_key(siret: str, why: str) -> None:
    assert check_siret(siret) == siret, why


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("7328293200007", "13 digits, expected 14"),
        ("732829320000745", "15 digits, expected 14"),
        ("", "0 digits, expected 14"),
        ("7328293200007O", '"O" is no digit, expected 14 digits'),
        ("7328293200007٤", '"٤" is no digit, expected 14 digits'),
        ("73282932000075", "key does not match: a digit is mistyped"),
        ("35600000009076", "key does not match: a digit is mistyped"),
    ],
)
def test_the_message_names_the_mistake(text: str, message: str) -> None:
    with pytest.raises(CatalogError) as raised:
        check_siret(text)
    assert str(raised.value) == message


def test_activity_code_gets_its_dot() -> None:
    assert check_naf("16.23Z") == check_naf("1623Z") == check_naf(" 16.23z ") == "16.23Z"


@pytest.mark.parametrize("text", ["", "16.23", "162Z", "16.2.3Z", "16.23ZZ", "A6.23Z"])
def test_activity_code_of_another_shape_is_refused(text: str) -> None:
    with pytest.raises(CatalogError, match=r'expected four digits and a letter such as "16.23Z"'):
        check_naf(text)
