"""Grades of sensors: what a kit model's words about a channel say of how good its part is."""

from enum import Enum


class Grade(Enum):
    """How good a part is; every error model has figures for each."""

    BASIC = "basic"
    STANDARD = "standard"
    REFERENCE = "reference"


def grade_of(sensor: str) -> Grade:
    """The grade a channel's ``sensor`` names by a word of it; standard where it names none.

    Example
    -------
    >>> grade_of("NDIR, basic, virtual").name, grade_of("PMS5003 optical").name
    ('BASIC', 'STANDARD')
    """
    words = words_of(sensor)
    return next((grade for grade in Grade if grade.value in words), Grade.STANDARD)


def words_of(sensor: str) -> frozenset[str]:
    """The words of a channel's ``sensor``."""
    return frozenset(sensor.replace(",", " ").split())
