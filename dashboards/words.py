"""Words, numbers and times of a page in one language: message catalogues compiled in memory, formats by Babel."""

import datetime as dt
import math
from dataclasses import dataclass
from enum import Enum
from functools import cache, cached_property
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime, format_time
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent

LOCALES = Path(__file__).parent / "locale"


class Language(Enum):
    """A language of the portal; French comes first."""

    FRENCH = "fr"
    ENGLISH = "en"


DEFAULT_LANGUAGE = Language.FRENCH


def language_of(code: str | None) -> Language | None:
    """The language a code names, or None when the portal does not speak it."""
    return next((language for language in Language if language.value == code), None)


def read_catalogue(language: Language) -> Catalog:
    """The committed message catalogue of a language."""
    path = LOCALES / language.value / "LC_MESSAGES" / "portal.po"
    with path.open("rb") as file:
        return read_po(file, locale=language.value, abort_invalid=True)


@cache
def translations(language: Language) -> GNUTranslations:
    """The catalogue, compiled in memory: no compiled file can be out of step with its source."""
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(language))
    compiled.seek(0)
    return GNUTranslations(compiled)


@dataclass(frozen=True)
class Words:
    """How one page speaks.

    Attributes
    ----------
    language : Language
    timezone : str
        IANA name of the establishment's (or the service's) time zone; every time shown is local to it.
    """

    language: Language
    timezone: str

    @cached_property
    def locale(self) -> Locale:
        """Babel's data of the language."""
        return Locale.parse("fr_FR" if self.language is Language.FRENCH else "en_GB")

    @cached_property
    def zone(self) -> ZoneInfo:
        """The clock of the place."""
        return ZoneInfo(self.timezone)

    def say(self, message: str, **values: object) -> str:
        """A sentence of the catalogue with its values filled in."""
        text = translations(self.language).gettext(message)
        return text % values if values else text

    def say_many(self, one: str, many: str, number: int, **values: object) -> str:
        """A sentence that depends on a number, filled in as ``num``."""
        return translations(self.language).ngettext(one, many, number) % {"num": self.number(number, 0), **values}

    def pick(self, french: str, english: str) -> str:
        """The text that data carries in both languages (a quantity's name, a ticket's advice)."""
        return french if self.language is Language.FRENCH else english

    def number(self, value: float | None, decimals: int) -> str:
        """A number with so many digits after the decimal sign, or a dash where there is none."""
        if value is None or not math.isfinite(value):
            return "–"
        pattern = "#,##0" + ("." + "0" * decimals if decimals > 0 else "")
        return format_decimal(round(value, decimals) + 0.0, format=pattern, locale=self.locale)

    def plain(self, value: float | None, decimals: int) -> str:
        """A number that was chosen and not measured (a limit): no more digits than it needs."""
        needed = next((digits for digits in range(decimals) if value == round(value or 0.0, digits)), decimals)
        return self.number(value, needed)

    def quantity(self, value: float | None, unit: str, decimals: int) -> str:
        """A number with its unit, kept on one line."""
        shown = self.number(value, decimals)
        return shown if value is None or unit == "1" else f"{shown}\N{NO-BREAK SPACE}{unit}"

    def share(self, value: float | None) -> str:
        """A share [1] as a whole percentage, never rounded up to 100 % nor down to 0 %."""
        if value is None:
            return "–"
        percent = round(value * 100)
        if percent == 100 and value < 1:
            percent = 99
        if percent == 0 and value > 0:
            percent = 1
        space = "\N{NO-BREAK SPACE}" if self.language is Language.FRENCH else ""
        return format_percent(percent / 100, format=f"#,##0{space}%", locale=self.locale)

    def local(self, instant: int) -> dt.datetime:
        """An instant [ms UTC] on the clock of the place."""
        return dt.datetime.fromtimestamp(instant / 1000, dt.UTC).astimezone(self.zone)

    def instant(self, day: dt.date, time: dt.time) -> int:
        """A moment of a day on the clock of the place [ms UTC]."""
        return round(dt.datetime.combine(day, time, self.zone).timestamp() * 1000)

    def size(self, size: int) -> str:
        """How large a file is [bytes]."""
        unit = self.pick("o", "B")
        if size < 1024 * 1024:
            return f"{self.number(max(size / 1024, 1), 0)}\N{NO-BREAK SPACE}k{unit}"
        return f"{self.number(size / 1024 / 1024, 1)}\N{NO-BREAK SPACE}M{unit}"

    def day(self, day: dt.date) -> str:
        """A day with its weekday, e.g. ``lun. 3 nov. 2025``."""
        return format_date(day, format="EEE d MMM y", locale=self.locale)

    def short_day(self, day: dt.date) -> str:
        """A day of the axis of a chart, e.g. ``lun. 3/11``."""
        return format_date(day, format="EEE d/M", locale=self.locale)

    def time(self, instant: int) -> str:
        """Hours and minutes on the clock of the place."""
        return format_time(self.local(instant).time(), format="HH:mm", locale=self.locale)

    def moment(self, instant: int | None) -> str:
        """Day, hours and minutes on the clock of the place."""
        if instant is None:
            return "–"
        return format_datetime(
            self.local(instant).replace(tzinfo=None), format="EEE d MMM y, HH:mm", locale=self.locale
        )

    def span(self, start: int, end: int) -> str:
        """From one moment to another; the second day is named only where it is another day."""
        first, last = self.local(start), self.local(end)
        until = self.time(end) if first.date() == last.date() else self.moment(end)
        return f"{self.moment(start)}–{until}"

    def duration(self, seconds: float) -> str:
        """A duration in minutes, from an hour on in hours and minutes."""
        hours, minutes = divmod(round(seconds / 60), 60)
        space = "\N{NO-BREAK SPACE}"
        if hours == 0:
            return f"{minutes}{space}min"
        return f"{hours}{space}h" if minutes == 0 else f"{hours}{space}h{space}{minutes:02d}"
