"""A stream of CSV text cut into blocks of whole records, each record with its line in the file."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ingest.file_errors import BadCell, FileImportError, shown_cell

_NEWLINE, _RETURN, _QUOTE = ord("\n"), ord("\r"), ord('"')
_LONGEST_RECORD = 16 << 20


@dataclass(frozen=True, slots=True)
class Block:
    """Whole records of a file.

    Attributes
    ----------
    text : bytes
        UTF-8, one newline a record; every record has the expected number of fields.
    lines : array of int
        Line of the file on which each record starts, from 1.
    misfits : tuple of BadCell
        Records with another number of fields; they are not in ``text``.
    blank_rows : int
        Empty lines and lines of separators only; they are not in ``text``.
    """

    text: bytes
    lines: NDArray[np.int64]
    misfits: tuple[BadCell, ...]
    blank_rows: int


def blocks(
    stream: Iterator[bytes], file: str, separator: str, fields: int, skip_lines: int, block_bytes: int
) -> Iterator[Block]:
    """Cut a stream into blocks.

    Parameters
    ----------
    stream : iterator of bytes
        UTF-8 text in pieces of any size.
    file : str
        For messages.
    separator : str
        One ASCII character.
    fields : int
        Fields of a good record.
    skip_lines : int
        Lines before the first record.
    block_bytes : int
        Aimed size of a block; memory stays within a few times that.

    Raises
    ------
    FileImportError
        When a quote opens and is not closed.
    """
    pending = bytearray()
    line, to_skip = 1, skip_lines
    ended = False
    aim = block_bytes
    while not ended:
        piece = next(stream, None)
        if piece is None:
            ended = True
            if pending and not pending.endswith(b"\n"):
                pending += b"\n"
        else:
            pending += piece
        while to_skip and (end := pending.find(b"\n")) >= 0:
            del pending[: end + 1]
            to_skip -= 1
            line += 1
        if to_skip or not pending or (len(pending) < aim and not ended):
            continue
        scan = _scan(bytes(pending), separator)
        if not scan.ends.size:
            if ended or len(pending) > _LONGEST_RECORD + block_bytes:
                raise FileImportError(f'{file}:{line}: a quote (") opens in this row and is never closed; mend the row')
            aim = len(pending) + block_bytes
            continue
        aim = block_bytes
        cut = int(scan.ends[-1]) + 1
        if ended and cut < len(pending):
            at = line + bytes(pending[:cut]).count(b"\n")
            raise FileImportError(f'{file}:{at}: a quote (") opens in this row and is never closed; mend the row')
        yield _block(bytes(pending[:cut]), scan, line, fields)
        line += pending.count(b"\n", 0, cut)
        del pending[:cut]


@dataclass(frozen=True, slots=True)
class _Scan:
    """Positions of separators, of the newlines that end a record, and of all newlines."""

    separators: NDArray[np.int64]
    ends: NDArray[np.int64]
    newlines: NDArray[np.int64]


def _scan(data: bytes, separator: str) -> _Scan:
    buffer = np.frombuffer(data, dtype=np.uint8)
    newline, comma = buffer == _NEWLINE, buffer == ord(separator)
    newlines = np.flatnonzero(newline)
    if _QUOTE not in data:
        return _Scan(np.flatnonzero(comma), newlines, newlines)
    # Modulo 256 keeps the parity: odd is inside quotes (a doubled quote leaves and enters again).
    outside = (np.cumsum(buffer == _QUOTE, dtype=np.uint8) & 1) == 0
    return _Scan(np.flatnonzero(comma & outside), np.flatnonzero(newline & outside), newlines)


def _block(data: bytes, scan: _Scan, first_line: int, fields: int) -> Block:
    ends = scan.ends
    starts = np.concatenate((np.zeros(1, dtype=np.int64), ends[:-1] + 1))
    lines = first_line + np.searchsorted(scan.newlines, starts)
    upto = np.searchsorted(scan.separators, ends)
    separators = np.diff(upto, prepend=0)
    buffer = np.frombuffer(data, dtype=np.uint8)
    content = ends - starts - ((ends > starts) & (buffer[np.maximum(ends - 1, 0)] == _RETURN))
    blank = content == separators
    odd = np.flatnonzero((separators != fields - 1) & ~blank)
    misfits = []
    for record in odd.tolist():
        text = data[starts[record] : ends[record]].decode("utf-8", "replace").rstrip("\r")
        if not text.strip(' \t\r\n\x1a\0"'):
            blank[record] = True
        else:
            found = int(separators[record]) + 1
            counted = f"{found} field{'s' * (found > 1)}"
            problem = f'row "{shown_cell(text)}" has {counted}; expected {fields}: mend or remove the row'
            misfits.append(BadCell(int(lines[record]), "", shown_cell(text), problem))
    keep = ~blank
    keep[odd] = False
    if keep.all():
        return Block(data, lines, (), 0)
    kept_bytes = np.repeat(keep, ends - starts + 1)
    return Block(buffer[kept_bytes].tobytes(), lines[keep], tuple(misfits), int(blank.sum()))
