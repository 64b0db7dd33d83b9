"""Rebuild ``catalog/data/limits.csv`` from the published reference table: ``python -m catalog.build_limits FILE``.

The reference table's columns are carried over word for word. Four are added: a stable ``id``, the catalog quantities a
row's value may be held against, and the first and last day in force, read from the free texts by these conventions:

- a year is its 1 January, a month its first day; of two years (``2021/2024``) the first counts;
- ``before 2020``, ``pre-2020``, ``until …`` and an empty text say nothing of the first day: it stays open;
- the last day comes from ``effective_to=`` (or ``effective_to~``, ``to …, then``) in the notes, otherwise open.

The free text stays in the table and in :class:`catalog.limits.Limit`, so no precision is invented silently.
"""

import csv
import io
import re
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

ADDED = ("id", "comparable_with", "in_force_from", "in_force_to")
IDENTITY = (
    "agent",
    "quantity",
    "unit",
    "metric",
    "averaging_period_s",
    "comparator",
    "value",
    "level_name",
    "context",
    "jurisdiction",
    "source",
)
"""Columns that make a row the same row as last time: it then keeps its id."""

TABLE = Path(__file__).with_name("data") / "limits.csv"

Row = Mapping[str, str]

_STARTS = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?![\d])")
_ENDS = re.compile(r"(?:effective_to\s*[=~]\s*|^to )(\d{4}-\d{2}-\d{2})")

_COMPARABLE = {
    ("CO2", "volume fraction"): ("co2",),
    ("CO", "volume fraction"): ("co",),
    ("CO", "mass concentration"): ("co",),
    ("formaldehyde", "concentration"): ("formaldehyde",),
    ("formaldehyde", "mass concentration"): ("formaldehyde",),
    ("dust", "total dust without specific effect"): ("pm10",),
    ("dust", "respirable (alvéolaire) dust without specific effect"): ("pm4",),
    ("dust", "respirable dust"): ("pm4",),
    ("PM2.5", "mass concentration"): ("pm2_5",),
    ("PM10", "mass concentration"): ("pm10",),
    ("heat", "air temperature"): ("temperature",),
    ("humidity", "relative humidity"): ("humidity",),
    ("light", "illuminance at work plane or, failing that, floor"): ("illuminance",),
    ("light", "illuminance on work zone (general+local)"): ("illuminance",),
    ("light", "maintained average illuminance Em,r on task area"): ("illuminance",),
    ("noise", "A-weighted daily exposure level LEX,8h"): ("laeq",),
    ("noise", "LEX,8h"): ("laeq",),
    ("noise", "LAeq at occupied workstation"): ("laeq",),
    ("noise", "LAeq at workstation"): ("laeq",),
    ("noise", "LAeq"): ("laeq",),
    ("noise", "L50"): ("laeq",),
    ("noise", "C-weighted peak LCpeak (Lpc)"): ("lcpeak",),
}
"""What an ambient sensor of the catalog may be held against; WBGT is no air temperature, GC-TVOC no MOX reading."""

_UNDER_PROTECTOR = {("LEX_8h", "87"), ("LCpeak", "140")}
"""Exposure limit values hold under the hearing protector (R4431-3): no ambient sensor can decide them."""


def comparable_with(row: Row) -> tuple[str, ...]:
    """Catalog quantities whose values may be held against a row of the reference table."""
    if row["agent"] == "noise" and (row["metric"], row["value"]) in _UNDER_PROTECTOR:
        return ()
    return _COMPARABLE.get((row["agent"], row["quantity"]), ())


def first_day(effective_from: str) -> date | None:
    """First day in force told by a free text such as ``2021-08`` or ``2008-05-01 (values since …)``; None is open.

    >>> first_day("2021-08")
    datetime.date(2021, 8, 1)
    >>> first_day("before 2020") is None
    True
    """
    found = _STARTS.match(effective_from)
    if found is None:
        return None
    year, month, day = (int(part) if part else 1 for part in found.groups())
    return date(year, month, day)


def last_day(notes: str) -> date | None:
    """Last day in force told by the notes (``effective_to=2023-06-30``); None is open.

    >>> last_day("effective_to=2023-06-30 (transitional)")
    datetime.date(2023, 6, 30)
    """
    found = _ENDS.search(notes)
    return date.fromisoformat(found[1]) if found else None


def new_id(row: Row, taken: Iterable[str]) -> str:
    """A readable id for a row nobody has named yet, different from all that are taken."""
    words = unicodedata.normalize("NFKD", " ".join((row["agent"], row["metric"], row["value"], row["jurisdiction"])))
    base = re.sub(r"[^a-z0-9]+", "-", words.encode("ascii", "ignore").decode().lower()).strip("-")
    known = set(taken)
    candidates = (base if n == 1 else f"{base}-{n}" for n in range(1, len(known) + 2))
    return next(candidate for candidate in candidates if candidate not in known)


def build(reference: Sequence[Row], previous: Sequence[Row]) -> str:
    """The text of the catalog's table from the reference rows; rows that were there before keep their ids."""
    ids = {tuple(row[column] for column in IDENTITY): row["id"] for row in previous}
    out = io.StringIO()
    carried = [column for column in (reference[0] if reference else {}) if column not in ADDED]
    writer = csv.DictWriter(out, fieldnames=[*ADDED, *carried], lineterminator="\n")
    writer.writeheader()
    taken = set(ids.values())
    for row in reference:
        row_id = ids.get(tuple(row[column] for column in IDENTITY)) or new_id(row, taken)
        taken.add(row_id)
        start, end = first_day(row["effective_from"]), last_day(row["notes"])
        added = {
            "id": row_id,
            "comparable_with": " ".join(comparable_with(row)),
            "in_force_from": start.isoformat() if start else "",
            "in_force_to": end.isoformat() if end else "",
        }
        writer.writerow({**row, **added})
    return out.getvalue()


def read_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a header, as texts."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main(arguments: Sequence[str]) -> int:
    """Rewrite the catalog's table; the exit code is 2 on wrong use."""
    if len(arguments) != 1 or not Path(arguments[0]).is_file():
        sys.stderr.write("usage: python -m catalog.build_limits REFERENCE.csv (the published limits table)\n")
        return 2
    text = build(read_rows(Path(arguments[0])), read_rows(TABLE) if TABLE.exists() else [])
    TABLE.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{TABLE.name}: {text.count(chr(10)) - 1} rows\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
