"""Every sentence in both languages; numbers and times as the language and the place write them."""

import math

import pytest

from dashboards.catalogues import messages, missing, unused
from dashboards.words import Language, Words, language_of, read_catalogue

PARIS = Words(Language.FRENCH, "Europe/Paris")
LONDON_WORDS = Words(Language.ENGLISH, "Europe/Paris")


@pytest.mark.parametrize("language", Language)
def test_no_sentence_of_the_portal_lacks_words(language: Language) -> None:
    assert missing(read_catalogue(language)) == []


@pytest.mark.parametrize("language", Language)
def test_no_catalogue_keeps_a_sentence_no_page_says(language: Language) -> None:
    assert unused(read_catalogue(language)) == []


def test_french_is_not_left_in_english() -> None:
    catalogue = read_catalogue(Language.FRENCH)
    same = {message for message in messages() if isinstance(message, str) and catalogue[message].string == message}
    assert same <= {"CO₂", "Gain", "Kit", "Kits", "Pages", "Zone", "Zones", "normal"}


def test_a_translation_keeps_every_value_of_its_sentence() -> None:
    for language in Language:
        for entry in read_catalogue(language):
            if not entry.id:
                continue
            forms = [entry.string] if isinstance(entry.string, str) else list(entry.string)
            source = entry.id if isinstance(entry.id, str) else entry.id[1]
            for form in forms:
                assert sorted(_places(form)) == sorted(_places(source)), form


def _places(text: str) -> list[str]:
    return [part.split(")s")[0] for part in text.split("%(")[1:]]


def test_no_word_ever_says_that_a_place_complies() -> None:
    for language in Language:
        for entry in read_catalogue(language):
            text = str(entry.string).lower()
            assert "conforme" not in text
            assert "complian" not in text


def test_numbers_are_written_as_the_language_does() -> None:
    assert PARIS.number(1234.56, 1) == "1\N{NARROW NO-BREAK SPACE}234,6"
    assert LONDON_WORDS.number(1234.56, 1) == "1,234.6"
    assert PARIS.number(-0.04, 1) == "0,0"
    assert PARIS.number(math.nan, 1) == "–"
    assert PARIS.plain(85.0, 1) == "85"
    assert PARIS.plain(0.25, 2) == "0,25"


@pytest.mark.parametrize(
    ("share", "shown"), [(1.0, "100 %"), (0.9999, "99 %"), (0.0001, "1 %"), (0.0, "0 %"), (0.5, "50 %"), (None, "–")]
)
def test_a_share_is_never_rounded_to_all_or_nothing(share: float | None, shown: str) -> None:
    assert PARIS.share(share).replace("\N{NO-BREAK SPACE}", " ") == shown


def test_times_are_those_of_the_place_on_both_sides_of_a_change_of_clocks() -> None:
    before, after = 1_761_438_600_000, 1_761_442_200_000  # 26 October 2025, 00:30 and 01:30 UTC
    assert PARIS.time(before) == "02:30"
    assert PARIS.time(after) == "02:30"
    assert Words(Language.FRENCH, "Indian/Reunion").time(before) == "04:30"


def test_a_span_within_a_day_names_the_day_once() -> None:
    start = 1_762_124_400_000 + 8 * 3_600_000
    assert PARIS.span(start, start + 8 * 3_600_000) == "lun. 3 nov. 2025, 08:00–16:00"
    assert "mar. 4 nov." in PARIS.span(start, start + 24 * 3_600_000)


def test_durations_are_read_in_minutes_then_hours() -> None:
    assert PARIS.duration(1800).replace("\N{NO-BREAK SPACE}", " ") == "30 min"
    assert PARIS.duration(3600).replace("\N{NO-BREAK SPACE}", " ") == "1 h"
    assert PARIS.duration(9000).replace("\N{NO-BREAK SPACE}", " ") == "2 h 30"


def test_an_unknown_language_is_none() -> None:
    assert language_of("de") is None
    assert language_of(None) is None
    assert language_of("en") is Language.ENGLISH
