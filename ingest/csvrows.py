"""Rows of a CSV file as frames of text, chunk by chunk, each row with its line in the file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from ingest.file_errors import BadCell, FileImportError
from ingest.mapping import Layout
from ingest.sniff import utf8_stream
from ingest.textblocks import Block, blocks

BLOCK_BYTES = 8 << 20
"""Text parsed at once; memory stays within some ten times that."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Some rows of a file.

    Attributes
    ----------
    cells : polars.DataFrame
        The columns asked for, named by their index in the row; text in a CSV file.
    lines : array of int
        Line of the file on which each row starts (row number in a Parquet file).
    misfits : tuple of BadCell
        Rows that cannot be cut into columns; they are not in ``cells``.
    blank_rows : int
    """

    cells: pl.DataFrame
    lines: NDArray[np.int64]
    misfits: tuple[BadCell, ...]
    blank_rows: int


def text_rows(
    path: Path,
    layout: Layout,
    width: int,
    indices: tuple[int, ...],
    progress: Callable[[int], None] | None = None,
) -> Iterator[Rows]:
    """Rows of a text file.

    Parameters
    ----------
    path : Path
    layout : Layout
        Complete.
    width : int
        Fields of a row.
    indices : tuple of int
        Fields to read.
    progress : callable, optional
        Told the bytes of text read so far.
    """
    separator = layout.separator or ","
    skip = (layout.skip_lines or 0) + (layout.header_lines or 0)
    read = 0
    for block in blocks(utf8_stream(path, layout.encoding or "utf-8"), path.name, separator, width, skip, BLOCK_BYTES):
        yield Rows(_cells(block, path.name, separator, width, indices), block.lines, block.misfits, block.blank_rows)
        read += len(block.text)
        if progress is not None:
            progress(read)


def parquet_rows(
    path: Path, names: tuple[str, ...], indices: tuple[int, ...], progress: Callable[[int], None] | None = None
) -> Iterator[Rows]:
    """Rows of a Parquet file."""
    frame = pl.scan_parquet(path).select(pl.col(names[index]).alias(str(index)) for index in dict.fromkeys(indices))
    rows = 1 << 18
    total = pl.scan_parquet(path).select(pl.len()).collect().item()
    for start in range(0, total, rows):
        cells = frame.slice(start, rows).collect()
        yield Rows(cells, np.arange(start + 1, start + cells.height + 1, dtype=np.int64), (), 0)
        if progress is not None:
            progress(path.stat().st_size * (start + cells.height) // total)


def _cells(block: Block, file: str, separator: str, width: int, indices: tuple[int, ...]) -> pl.DataFrame:
    wanted = [str(index) for index in dict.fromkeys(indices)]
    if not block.lines.size:
        return pl.DataFrame(schema=dict.fromkeys(wanted, pl.String))
    schema = {str(index): pl.String for index in range(width)}
    try:
        frame = pl.read_csv(block.text, has_header=False, separator=separator, schema=schema).select(wanted)
    except pl.exceptions.PolarsError as error:
        raise _quote_trouble(file, block) from error
    if frame.height != block.lines.size:
        raise _quote_trouble(file, block)
    return frame


def _quote_trouble(file: str, block: Block) -> FileImportError:
    """The line scanner and Polars cut the rows differently, which only quotes in odd places can bring about."""
    at = next(
        (int(line) for line, text in zip(block.lines, block.text.splitlines(), strict=False) if b'"' in text),
        int(block.lines[0]),
    )
    return FileImportError(f'{file}:{at}: quotes (") stand in odd places from about here on; mend or remove them')
