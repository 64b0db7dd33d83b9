"""Keep the message catalogues whole: ``python -m dashboards.catalogues`` adds new messages, drops old ones."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from dashboards.words import LOCALES, Language, read_catalogue

Message = str | tuple[str, ...]

_HERE = Path(__file__).parent
_KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "say": None,
    "say_many": (1, 2),
    "marked": None,
    "_": None,
    "_n": (1, 2),
}
_METHODS = [("**/templates/*.html", "jinja2.ext:babel_extract"), ("**.py", "python")]


def messages() -> Iterator[Message]:
    """Every message a page can say, each once."""
    seen: set[Message] = set()
    found = extract_from_dir(_HERE, _METHODS, {"**": {"trimmed": "true"}}, _KEYWORDS)
    for _file, _line, message, _comments, _context in found:
        if message not in seen:
            seen.add(message)
            yield message


def missing(catalogue: Catalog) -> list[Message]:
    """Messages that the catalogue lacks, has left empty or marks as a guess."""
    absent = []
    for message in messages():
        key = message if isinstance(message, str) else message[0]
        entry = catalogue.get(key)
        if entry is None or entry.fuzzy or not _has_words(entry.string):
            absent.append(message)
    return absent


def _has_words(string: str | Sequence[str] | None) -> bool:
    return bool(string) if string is None or isinstance(string, str) else len(string) > 1 and all(string)


def unused(catalogue: Catalog) -> list[str]:
    """Messages of the catalogue that no page says."""
    said = {message if isinstance(message, str) else message[0] for message in messages()}
    kept = [entry.id if isinstance(entry.id, str) else entry.id[0] for entry in catalogue if entry.id]
    return [key for key in kept if key not in said]


def bring_up_to_date(language: Language) -> list[Message]:
    """Rewrite a catalogue with exactly the messages pages say; returns those that still need words.

    English messages are their own translation.
    """
    old = read_catalogue(language)
    new = Catalog(
        locale=language.value,
        project="Vigie",
        version="1",
        copyright_holder="The Vigie authors",
        msgid_bugs_address="the project's issues",
        last_translator="The Vigie authors",
        language_team="The Vigie authors",
        charset="utf-8",
        fuzzy=False,
        header_comment=_HEADER,
    )
    new.creation_date = new.revision_date = old.creation_date
    new.mime_headers = [("Plural-Forms", _PLURALS[language])]
    for message in messages():
        key = message if isinstance(message, str) else message[0]
        entry = old.get(key)
        string = entry.string if entry is not None else ("" if isinstance(message, str) else ("", ""))
        if language is Language.ENGLISH:
            string = message
        new.add(message, string)
    path = LOCALES / language.value / "LC_MESSAGES" / "portal.po"
    with path.open("wb") as file:
        write_po(file, new, width=0, sort_output=True, no_location=True)
    return missing(new)


_PLURALS = {
    Language.FRENCH: "nplurals=2; plural=(n > 1);",
    Language.ENGLISH: "nplurals=2; plural=(n != 1);",
}
"""One and many: newer CLDR data have a third French form for whole millions, which no page counts to."""

_HEADER = "# Words of the portal. Rewritten by: python -m dashboards.catalogues"


def main() -> int:
    """Bring both catalogues up to date; exit code 1 while words are missing."""
    absent = [(language, message) for language in Language for message in bring_up_to_date(language)]
    for language, message in absent:
        sys.stdout.write(f"{language.value}: {message!r} has no words yet\n")
    return 1 if absent else 0


if __name__ == "__main__":
    sys.exit(main())
