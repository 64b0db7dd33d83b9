"""Mapping files in TOML: read strictly, with messages that name file and key, and written to start one's own from."""

import json
import tomllib
from typing import Any

from catalog.errors import CatalogError
from catalog.identifiers import QuantityId
from catalog.quantities import quantity
from catalog.units import conversion
from ingest.file_errors import MappingError, did_you_mean
from ingest.localtime import zone_problem
from ingest.mapping import (
    Ambiguous,
    ColumnRule,
    FileMapping,
    Layout,
    MissingMarker,
    TimeRule,
    quantity_in_two_columns,
)
from ingest.timeformats import format_problem


def load_mapping(text: str, filename: str) -> FileMapping:
    """Read a mapping file.

    Parameters
    ----------
    text : str
        TOML text.
    filename : str
        For messages.

    Returns
    -------
    FileMapping

    Raises
    ------
    MappingError
        One line that names the file, the key, what was found, what was expected and the mend.

    Examples
    --------
    >>> mapping = load_mapping('''
    ... [time]
    ... column = "date"
    ... timezone = "Europe/Paris"
    ... [columns]
    ... CO2 = "co2"
    ... ''', "mapping.toml")
    >>> mapping.columns
    (ColumnRule(name='CO2', quantity='co2', unit='ppm', missing=()),)
    """
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError(f"{filename}: is not TOML: {error}") from error
    root = _Table(document, filename, "")
    mapping = FileMapping(
        source=filename,
        kit=root.text("kit"),
        layout=_layout(root.table("file")),
        time=_time(root.table("time")),
        columns=_columns(root.table("columns")),
        ignored=root.texts("ignore"),
        missing=root.markers("missing"),
    )
    root.refuse_others()
    for name in mapping.ignored:
        if any(name == column.name for column in mapping.columns):
            raise MappingError(f'{filename}: ignore names "{name}", which [columns] maps; leave it out of one of them')
    return mapping


def mapping_text(mapping: FileMapping) -> str:
    """A mapping as TOML, to start a mapping file from; :func:`load_mapping` reads it back unchanged."""
    lines = []
    if mapping.kit is not None:
        lines.append(f"kit = {_quoted(mapping.kit)}")
    if mapping.missing:
        lines.append(f"missing = [{', '.join(map(_quoted, mapping.missing))}]")
    if mapping.ignored:
        lines.append(f"ignore = [{', '.join(map(_quoted, mapping.ignored))}]")
    layout, time = mapping.layout, mapping.time
    lines += _section(
        "file",
        {
            "separator": layout.separator,
            "decimal": layout.decimal,
            "encoding": layout.encoding,
            "skip_lines": layout.skip_lines,
            "header_lines": layout.header_lines,
            "names": list(layout.names) or None,
        },
    )
    lines += _section(
        "time",
        {
            "column": time.columns[0] if len(time.columns) == 1 else None,
            "columns": list(time.columns) if len(time.columns) > 1 else None,
            "format": time.format,
            "timezone": time.timezone,
            "ambiguous": time.ambiguous.value if time.ambiguous is not Ambiguous.ORDER else None,
        },
    )
    if mapping.columns:
        lines += ["", "[columns]"]
    for column in mapping.columns:
        missing = f", missing = [{', '.join(map(_quoted, column.missing))}]" if column.missing else ""
        entry = f"quantity = {_quoted(column.quantity)}, unit = {_quoted(column.unit)}{missing}"
        lines.append(f"{_quoted(column.name)} = {{ {entry} }}")
    return "\n".join(lines).strip("\n") + "\n"


def _section(name: str, entries: dict[str, str | int | list[str] | None]) -> list[str]:
    lines = []
    for key, value in entries.items():
        if isinstance(value, list):
            lines.append(f"{key} = [{', '.join(map(_quoted, value))}]")
        elif value is not None:
            lines.append(f"{key} = {_quoted(value)}")
    return ["", f"[{name}]", *lines] if lines else []


def _quoted(value: MissingMarker) -> str:
    # A JSON string is a TOML basic string, but for the character 0x7f, which TOML wants escaped.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f") if isinstance(value, str) else repr(value)


class _Table:
    """A TOML table that is read key by key, so that what nobody asked for can be refused by name."""

    def __init__(self, entries: dict[str, Any], filename: str, path: str) -> None:
        self.entries = entries
        self.filename = filename
        self.path = path
        self.asked: list[str] = []

    def place(self, key: str) -> str:
        return f"{self.filename}: {self.path}{key}"

    def refused(self, key: str, expected: str) -> MappingError:
        found = self.entries[key]
        shown = f'"{found}"' if isinstance(found, str) else json.dumps(found, ensure_ascii=False, default=str)
        return MappingError(f"{self.place(key)} is {shown}; expected {expected}")

    def get(self, key: str) -> Any:
        self.asked.append(key)
        return self.entries.get(key)

    def table(self, key: str) -> "_Table":
        value = self.get(key)
        if value is not None and not isinstance(value, dict):
            raise self.refused(key, f"a table: [{key}] on a line of its own, then its keys")
        return _Table(value or {}, self.filename, f"{self.path}{key}.")

    def text(self, key: str) -> str | None:
        value = self.get(key)
        if value is not None and (not isinstance(value, str) or not value):
            raise self.refused(key, "a text in double quotes")
        return value

    def one_of(self, key: str, choices: dict[str, str]) -> str | None:
        value = self.text(key)
        if value is not None and value not in choices:
            listed = ", ".join(f'"{choice}" ({meaning})' for choice, meaning in choices.items())
            raise self.refused(key, f"one of {listed}{did_you_mean(value, list(choices))}")
        return value

    def count(self, key: str) -> int | None:
        value = self.get(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or value < 0):
            raise self.refused(key, "a number of lines, 0 or more")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.refused(key, 'a list of names, e.g. ["Battery", "Occupancy"]')
        return tuple(value)

    def markers(self, key: str) -> tuple[MissingMarker, ...]:
        value = self.get(key)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        if not all(isinstance(item, str | int | float) and not isinstance(item, bool) for item in items):
            raise self.refused(key, 'texts and numbers, e.g. ["null", -1]')
        return tuple(item if isinstance(item, str) else float(item) for item in items)

    def refuse_others(self) -> None:
        for key in self.entries:
            if key not in self.asked:
                known = ", ".join(self.asked)
                raise MappingError(
                    f"{self.place(key)} is not a key of a mapping; expected {known}{did_you_mean(key, self.asked)}"
                )


_SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_DECIMALS = {".": "point", ",": "comma"}


def _layout(table: _Table) -> Layout:
    layout = Layout(
        separator=table.one_of("separator", _SEPARATORS),
        decimal=table.one_of("decimal", _DECIMALS),
        encoding=table.text("encoding"),
        skip_lines=table.count("skip_lines"),
        header_lines=table.count("header_lines"),
        names=table.texts("names"),
    )
    table.refuse_others()
    if layout.encoding is not None:
        try:
            "".encode(layout.encoding)
        except LookupError:
            raise table.refused("encoding", 'an encoding such as "utf-8", "cp1252" or "utf-16"') from None
    if layout.header_lines == 0 and not layout.names:
        raise MappingError(f"{table.place('header_lines')} is 0, so the file names no columns; give names = [...] too")
    return layout


def _time(table: _Table) -> TimeRule:
    column, columns = table.text("column"), table.texts("columns")
    if column is not None and columns:
        raise MappingError(f"{table.place('column')} and time.columns are both given; keep one of them")
    if len(columns) > 2:
        raise table.refused("columns", 'the names of a date column and a time column, e.g. ["Date", "Time"]')
    rule = TimeRule(
        columns=(column,) if column is not None else columns,
        format=table.text("format"),
        timezone=table.text("timezone"),
        ambiguous=Ambiguous(
            table.one_of("ambiguous", {policy.value: _POLICY_MEANINGS[policy] for policy in Ambiguous}) or "order"
        ),
    )
    table.refuse_others()
    if rule.timezone is not None and (problem := zone_problem(rule.timezone)):
        raise table.refused("timezone", problem)
    if rule.format is not None and (problem := format_problem(rule.format)):
        raise table.refused("format", problem)
    return rule


_POLICY_MEANINGS = {
    Ambiguous.ORDER: "the order of the rows says which hour",
    Ambiguous.EARLIEST: "the first of the two hours",
    Ambiguous.LATEST: "the second of the two hours",
    Ambiguous.REFUSE: "such a time is an unreadable cell",
}


def _columns(table: _Table) -> tuple[ColumnRule, ...]:
    rules = tuple(_column(table, name) for name in table.entries)
    if twice := quantity_in_two_columns(rules):
        raise MappingError(
            f'{table.filename}: columns "{twice[1]}" and "{twice[2]}" both give {twice[0]}; '
            "a kit has one reading of a quantity at an instant: map one and ignore the other"
        )
    return rules


def _column(table: _Table, name: str) -> ColumnRule:
    value = table.get(name)
    entry = _Table({"quantity": value} if isinstance(value, str) else value, table.filename, f"{table.path}{name}.")
    if not isinstance(value, str | dict):
        raise table.refused(name, 'a quantity, or { quantity = "temperature", unit = "°C" }')
    said = entry.text("quantity")
    if said is None:
        expected = 'expected a quantity, e.g. quantity = "co2"'
        raise MappingError(f"{entry.place('quantity')} is not given; {expected}")
    try:
        known = quantity(said)
    except CatalogError as error:
        raise MappingError(f"{entry.place('quantity')}: {error}") from error
    unit = entry.text("unit") or known.unit
    try:
        conversion(QuantityId(known.id), unit)
    except CatalogError as error:
        raise MappingError(f"{entry.place('unit')}: {error}") from error
    rule = ColumnRule(name=name, quantity=known.id, unit=unit, missing=entry.markers("missing"))
    entry.refuse_others()
    return rule
