"""One text in both languages of the service."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bilingual:
    """One text in both languages of the service."""

    fr: str
    en: str
