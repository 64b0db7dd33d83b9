"""What to do with one file of readings: what the mapping and the command line say, completed by what the file shows."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np
import polars as pl

from catalog.identifiers import QuantityId
from catalog.quantities import quantity
from catalog.units import Conversion, conversion
from ingest.cells import Markers, parse_numbers
from ingest.csvrows import text_rows
from ingest.dialect import SEPARATORS, column_index, find_decimal, tidy_name
from ingest.file_errors import FileImportError, QuestionError, did_you_mean
from ingest.headings import read_heading, unit_question
from ingest.mapping import ColumnRule, FileMapping, Layout, quantity_in_two_columns
from ingest.sniff import FileKind, file_kind
from ingest.tablehead import Cell, TableHead, parquet_head, text_head
from ingest.timecolumns import find_time


@dataclass(frozen=True, slots=True)
class PlannedColumn:
    """One column to read.

    Attributes
    ----------
    index : int
        Of the field in a row.
    name : str
        As the file has it.
    quantity : QuantityId
    way : Conversion
        From the file's unit into the catalog's.
    unit : str
        In the file.
    markers : Markers
    low, high : float
        Physical range in the catalog's unit.
    """

    index: int
    name: str
    quantity: QuantityId
    unit: str
    way: Conversion
    markers: Markers
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """Everything known about a file before its rows are read.

    Attributes
    ----------
    path : Path
    kind : FileKind
    mapping : FileMapping
        Complete: nothing is left to be found out. ``ingest.mapping_toml.mapping_text`` writes it.
    names : tuple of str
        Names of all columns.
    time_indices : tuple of int
        The column with the time, or the one with the date and the one with the time of day.
    columns : tuple of PlannedColumn
    ignored : tuple of str
        Columns that are not imported, whether on purpose or because nobody mapped them.
    notes : tuple of str
        What was guessed, for a person to check.
    """

    path: Path
    kind: FileKind
    mapping: FileMapping
    names: tuple[str, ...]
    time_indices: tuple[int, ...]
    columns: tuple[PlannedColumn, ...]
    ignored: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def file(self) -> str:
        """Name of the file, for messages."""
        return self.path.name


def plan_import(path: Path, mapping: FileMapping) -> ImportPlan:
    """Find out how a file is to be read.

    Parameters
    ----------
    path : Path
        CSV (plain, gz, bz2 or xz) or Parquet.
    mapping : FileMapping
        What is known; ``FileMapping()`` when nothing is.

    Returns
    -------
    ImportPlan

    Raises
    ------
    FileImportError
        When the file is no table of readings, or lacks a column the mapping names.
    QuestionError
        When it could be read in more than one way.
    """
    _check_said(mapping.layout, path.name)
    kind = file_kind(path)
    head = text_head(path, mapping) if kind is FileKind.TEXT else parquet_head(path, mapping)
    time = find_time(head, mapping, lambda index: _date_pairs(head, index))
    notes = [*head.notes, *time.notes]
    place = f"{mapping.source}: columns" if mapping.source else head.file
    if mapping.columns:
        rules = mapping.columns
        indices = tuple(column_index(head.names, rule.name, place) for rule in rules)
        decimal = _decimal(head, indices)
    else:
        rules, indices, decimal = _guess_columns(head, mapping, time.indices)
        notes += [f"{rule.name} is {rule.quantity} in {rule.unit}" for rule in rules]
    if head.layout.decimal is None and decimal == ",":
        notes.append("decimal comma")
    _check_apart(head, replace(head.layout, decimal=decimal), indices)
    columns = tuple(_planned(rule, index, mapping) for rule, index in zip(rules, indices, strict=True))
    used = {*time.indices, *indices}
    ignored = tuple(name for index, name in enumerate(head.names) if index not in used and name)
    _check_ignored(mapping, head.names, place)
    complete = replace(
        mapping, layout=replace(head.layout, decimal=decimal), time=time.rule, columns=rules, ignored=ignored
    )
    return ImportPlan(path, kind, complete, head.names, time.indices, columns, ignored, tuple(notes))


def _planned(rule: ColumnRule, index: int, mapping: FileMapping) -> PlannedColumn:
    known = quantity(rule.quantity)
    return PlannedColumn(
        index=index,
        name=rule.name,
        quantity=known.id,
        unit=rule.unit,
        way=conversion(known.id, rule.unit),
        markers=Markers.of((*mapping.missing, *rule.missing)),
        low=known.physical_low,
        high=known.physical_high,
    )


def _check_said(layout: Layout, file: str) -> None:
    """What the command line says of the layout; a mapping file was checked when it was read."""
    if layout.separator is not None and layout.separator not in SEPARATORS:
        raise FileImportError(f'{file}: separator is "{layout.separator}"; expected one of , ; | or a tab')
    if layout.decimal is not None and layout.decimal not in {".", ","}:
        raise FileImportError(f'{file}: decimal sign is "{layout.decimal}"; expected . or ,')
    if layout.encoding is not None:
        try:
            codecs.lookup(layout.encoding)
        except LookupError:
            expected = 'an encoding such as "utf-8", "cp1252" or "utf-16"'
            raise FileImportError(f'{file}: encoding is "{layout.encoding}"; expected {expected}') from None


def _check_ignored(mapping: FileMapping, names: tuple[str, ...], place: str) -> None:
    """A name in ``ignore`` that the file lacks is most likely misspelt; what it meant would be reported anyway."""
    tidy = [tidy_name(name) for name in names]
    for name in mapping.ignored:
        if tidy_name(name) not in tidy and (meant := did_you_mean(name, tidy)):
            raise FileImportError(
                f'{place.removesuffix(": columns")}: ignore names "{name}", which the file lacks{meant}'
            )


def _check_apart(head: TableHead, layout: Layout, indices: tuple[int, ...]) -> None:
    if layout.decimal == layout.separator and not any("," in text for index in indices for text in head.texts(index)):
        raise QuestionError(
            f"{head.file}: separator and decimal sign are both a comma, which is clear only with numbers in quotes; "
            "export with semicolons between columns, or with a decimal point"
        )


def _decimal(head: TableHead, indices: tuple[int, ...]) -> str:
    if head.layout.decimal is not None:
        return head.layout.decimal
    cells = [(head.names[index], *cell) for index in indices for cell in head.cells[index]]
    return find_decimal(cells, head.layout.separator or "", head.file)


def _guess_columns(
    head: TableHead, mapping: FileMapping, time_indices: tuple[int, ...]
) -> tuple[tuple[ColumnRule, ...], tuple[int, ...], str]:
    """Rules for the columns whose headings name a quantity, their indices, and the decimal sign."""
    ignored = {tidy_name(name) for name in mapping.ignored}
    headings = {
        index: heading
        for index, name in enumerate(head.names)
        if index not in time_indices
        and tidy_name(name) not in ignored
        and (heading := read_heading((name, *head.under[index]))) is not None
    }
    if not headings:
        listed = ", ".join(name for name in head.names if name)
        raise QuestionError(
            f"{head.file}: no column heading names a quantity of the catalog (it has {listed}); "
            'say what the columns are in a mapping: [columns] "CO2 level" = { quantity = "co2", unit = "ppm" }'
        )
    decimal = _decimal(head, tuple(headings))
    markers = Markers.of(mapping.missing)
    rules = []
    for index, heading in headings.items():
        name = head.names[index]
        if reason := unit_question(heading, _median(head.cells[index], decimal, markers)):
            raise QuestionError(
                f'{head.file}: column "{name}" looks like {heading.quantity}, but {reason}; say in a mapping: [columns]'
                f' "{name}" = {{ quantity = "{heading.quantity}", unit = "…" }}, or ignore = ["{name}"]'
            )
        rules.append(ColumnRule(name, heading.quantity, heading.unit or quantity(heading.quantity).unit))
    if twice := quantity_in_two_columns(tuple(rules)):
        raise QuestionError(
            f'{head.file}: columns "{twice[1]}" and "{twice[2]}" both look like {twice[0]}; a kit has one reading of a '
            f'quantity at an instant: say in a mapping which one to ignore: ignore = ["{twice[2]}"]'
        )
    return tuple(rules), tuple(headings), decimal


def _median(cells: tuple[Cell, ...], decimal: str, markers: Markers) -> float | None:
    values = parse_numbers(pl.Series([text for _, text in cells], dtype=pl.String), decimal, markers).values
    known = values[~np.isnan(values)]
    return median(known.tolist()) if known.size else None


def _date_pairs(head: TableHead, index: int) -> Iterator[tuple[int, int]]:
    """First and second number of the dates of the whole file, each pair about once."""
    if head.kind is FileKind.PARQUET:
        frames = iter([pl.scan_parquet(head.path).select(pl.col(head.names[index]).alias("0")).collect()])
    else:
        rows = text_rows(head.path, head.layout, len(head.names), (index,))
        frames = (row.cells.rename({str(index): "0"}) for row in rows)
    for frame in frames:
        starts = frame["0"].str.extract(r"^\s*(\d{1,2}[-/.]\d{1,2})\D").drop_nulls().unique().to_list()
        for start in starts:
            first, second = re.split(r"[-/.]", start)
            yield int(first), int(second)
