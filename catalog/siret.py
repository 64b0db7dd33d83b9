"""French company numbers: SIRET with its key, SIREN, and the activity code NAF."""

import re

from catalog.errors import CatalogError

_LA_POSTE = "356000000"
_SIREN_LENGTH = 9
_SIRET_LENGTH = 14
_NAF = re.compile(r"(\d\d)\.?(\d\d)([A-Z])")


def check_siret(text: str) -> str:
    """The 14 digits of a SIRET, when its key is right.

    Parameters
    ----------
    text : str
        Digits, with or without spaces.

    Returns
    -------
    str
        The 14 digits alone.

    Raises
    ------
    CatalogError
        The message names the mistake.

    Notes
    -----
    The last digit of both SIREN (9 digits) and SIRET makes Luhn's sum a multiple of 10. The establishments of La Poste
    (SIREN 356 000 000) outgrew that: there the plain sum of the 14 digits is a multiple of 5.

    References
    ----------
    ISO/IEC 7812-1, annex B (Luhn's formula); Insee, *Documentation Sirene*.

    Examples
    --------
    >>> check_siret("732 829 320 00074")
    '73282932000074'
    """
    digits = "".join(text.split())
    wrong = next((character for character in digits if not ("0" <= character <= "9")), None)
    if wrong is not None:
        raise CatalogError(f'"{wrong}" is no digit, expected 14 digits')
    if len(digits) != _SIRET_LENGTH:
        raise CatalogError(f"{len(digits)} digits, expected {_SIRET_LENGTH}")
    if digits.startswith(_LA_POSTE):
        right = luhn_sum(digits) % 10 == 0 or sum(map(int, digits)) % 5 == 0
    else:
        right = luhn_sum(digits) % 10 == 0 and luhn_sum(digits[:_SIREN_LENGTH]) % 10 == 0
    if not right:
        raise CatalogError("key does not match: a digit is mistyped")
    return digits


def luhn_sum(digits: str) -> int:
    """Luhn's sum: every second digit from the right counts twice, and then as the sum of its own digits."""
    doubled = (sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return sum(map(int, digits[::-2])) + sum(doubled)


def check_naf(text: str) -> str:
    """The activity code with its dot, e.g. ``16.23Z``.

    >>> check_naf("1623z")
    '16.23Z'
    """
    found = _NAF.fullmatch("".join(text.split()).upper())
    if found is None:
        raise CatalogError('expected four digits and a letter such as "16.23Z"')
    return f"{found[1]}.{found[2]}{found[3]}"
