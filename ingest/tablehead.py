"""The first rows of a file, text or Parquet, seen as columns: what everything else is found out from."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import polars as pl

from ingest.dialect import find_header, find_separator, separator_name
from ingest.file_errors import FileImportError
from ingest.mapping import FileMapping, Layout
from ingest.sniff import SAMPLE_BYTES, FileKind, find_encoding, utf8_stream

Cell: TypeAlias = tuple[int, str]
"""Line and text."""

_PARQUET_ROWS = 500


@dataclass(frozen=True, slots=True)
class TableHead:
    """The beginning of a table.

    Attributes
    ----------
    path : Path
    kind : FileKind
    layout : Layout
        Complete but for the decimal sign.
    names : tuple of str
        One a column; empty where a column has no name.
    under : tuple of tuple of str
        For each column, what other header lines say.
    cells : tuple of tuple of (line, text)
        For each column, its cells in the sample that are not blank.
    moments : frozenset of str
        Columns of a Parquet file that hold times, not texts.
    notes : tuple of str
        What was guessed.
    """

    path: Path
    kind: FileKind
    layout: Layout
    names: tuple[str, ...]
    under: tuple[tuple[str, ...], ...]
    cells: tuple[tuple[Cell, ...], ...]
    moments: frozenset[str]
    notes: tuple[str, ...]

    @property
    def file(self) -> str:
        """Name of the file, for messages."""
        return self.path.name

    def texts(self, index: int) -> list[str]:
        """Texts of one column's sample."""
        return [text for _, text in self.cells[index]]


def text_head(path: Path, mapping: FileMapping) -> TableHead:
    """Head of a text file; raises FileImportError when it has no header or no rows."""
    said = mapping.layout
    encoding = find_encoding(path, said.encoding)
    text = _sample(utf8_stream(path, encoding.name))
    separator = said.separator or find_separator(text, path.name)
    header = find_header(
        text,
        separator,
        path.name,
        skip_lines=said.skip_lines,
        header_lines=said.header_lines,
        names=said.names,
        wanted=(*mapping.time.columns, *(column.name for column in mapping.columns)),
    )
    guessed = [encoding.note, "" if said.separator else f"separator {separator_name(separator)}", *header.notes]
    width = len(header.names)
    rows = [row for row in header.rows if len(row.fields) == width]
    cells = tuple(
        tuple((row.line, row.fields[index]) for row in rows if row.fields[index].strip()) for index in range(width)
    )
    # A header without a name for each column cannot be found by name again: the mapping lists the names then.
    nameless = not said.names and header.names[:1] == ("",)
    layout = replace(
        said,
        separator=separator,
        encoding=encoding.name,
        skip_lines=header.skip_lines,
        header_lines=header.header_lines,
        names=("row", *header.names[1:]) if nameless else said.names,
    )
    return TableHead(
        path,
        FileKind.TEXT,
        layout,
        layout.names or header.names,
        header.other_cells,
        cells,
        frozenset(),
        tuple(note for note in guessed if note),
    )


def parquet_head(path: Path, mapping: FileMapping) -> TableHead:
    """Head of a Parquet file; raises FileImportError when it is damaged or has no rows."""
    try:
        frame = pl.scan_parquet(path).head(_PARQUET_ROWS).collect()
    except (pl.exceptions.PolarsError, OSError) as error:
        first = (str(error).splitlines() or [""])[0]
        raise FileImportError(f"{path.name}: is a damaged Parquet file ({first}); get it again") from error
    if frame.is_empty():
        raise FileImportError(f"{path.name}: has no rows; expected rows of readings")
    cells = tuple(
        tuple((row, str(value)) for row, value in enumerate(frame[name].to_list(), 1) if value is not None)
        for name in frame.columns
    )
    moments = frozenset(name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime))
    names = tuple(frame.columns)
    layout = replace(mapping.layout, decimal=mapping.layout.decimal or ".")
    return TableHead(path, FileKind.PARQUET, layout, names, tuple(() for _ in names), cells, moments, ())


def _sample(stream: Iterator[bytes]) -> str:
    data = b""
    for piece in stream:
        data += piece
        if len(data) > SAMPLE_BYTES:
            data = data[:SAMPLE_BYTES]
            return data[: data.rfind(b"\n") + 1].decode("utf-8", "replace")
    return data.decode()
