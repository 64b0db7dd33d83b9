"""What kind of file this is, how its text is encoded, and a stream of it as UTF-8."""

import bz2
import codecs
import gzip
import lzma
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from itertools import chain
from pathlib import Path
from typing import IO, cast

from ingest.file_errors import FileImportError

SAMPLE_BYTES = 64 * 1024
READ_BYTES = 1 << 20


class FileKind(Enum):
    """Kinds of files that can be imported."""

    TEXT = "text"
    PARQUET = "parquet"


_EXPORT = "export the readings as CSV and import that"
_SIGNATURES = (
    (b"%PDF", f"is a PDF document; {_EXPORT}"),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook (.xls); save it as CSV (UTF-8) and import that"),
    (b"SQLite format 3", f"is an SQLite database; {_EXPORT}"),
    (b"\x89PNG", f"is a picture; {_EXPORT}"),
    (b"\xff\xd8\xff", f"is a picture; {_EXPORT}"),
    (b"\x28\xb5\x2f\xfd", "is compressed with zstd; decompress it first (zstd -d)"),
    (b"7z\xbc\xaf", "is a 7z archive; unpack it and import the CSV inside"),
    (b"Rar!", "is a RAR archive; unpack it and import the CSV inside"),
    (b"RIFF", "is a sound recording; `vigie measure noise` reads those"),
)
_MARKUP = (
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "XML"),
    (b"{", "JSON"),
    (b"[{", "JSON"),
)
_OPENERS: dict[bytes, type[gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile]] = {
    b"\x1f\x8b": gzip.GzipFile,
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ": lzma.LZMAFile,
}


def open_plain(path: Path) -> IO[bytes]:
    """Open a file for reading, decompressed when it is gz, bz2 or xz."""
    with path.open("rb") as file:
        start = file.read(8)
    for signature, opener in _OPENERS.items():
        if start.startswith(signature):
            return cast(IO[bytes], opener(path))
    return path.open("rb")


def file_kind(path: Path) -> FileKind:
    """Kind of a file, by its first bytes.

    Raises
    ------
    FileImportError
        When the file is absent, empty, or no CSV and no Parquet; the message says what it is and what to do.
    """
    if path.is_dir():
        raise FileImportError(f"{path}: is a folder; name the files in it, e.g. {path / '*.csv'}")
    if not path.exists():
        raise FileImportError(f"{path.name}: there is no such file in {path.parent.resolve()}")
    try:
        with open_plain(path) as file:
            start = file.read(4096)
    except (EOFError, gzip.BadGzipFile, lzma.LZMAError, OSError) as error:
        raise FileImportError(f"{path.name}: cannot be opened: {error}") from error
    if not start.strip(b"\xef\xbb\xbf \t\r\n"):
        raise FileImportError(f"{path.name}: is empty; expected a header and rows of readings")
    if start.startswith(b"PAR1"):
        return FileKind.PARQUET
    if start.startswith(b"PK\x03\x04"):
        raise FileImportError(f"{path.name}: {_zip_content(path)}")
    for signature, told in _SIGNATURES:
        if start.startswith(signature):
            raise FileImportError(f"{path.name}: {told}")
    for signature, what in _MARKUP:
        if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(signature):
            raise FileImportError(f"{path.name}: is {what}, not a table of rows; {_EXPORT}")
    return FileKind.TEXT


def _zip_content(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile:
        return "is a damaged zip archive; get it again, unpack it and import the CSV inside"
    if any(name.startswith("xl/") for name in names):
        return 'is an Excel workbook; in Excel use "Save as… CSV UTF-8" and import that'
    if "content.xml" in names:
        return 'is a LibreOffice document; use "Save as… Text CSV" and import that'
    tables = [name for name in names if name.lower().endswith((".csv", ".txt", ".parquet"))]
    inside = f" ({', '.join(tables[:3])})" if tables else ""
    return f"is a zip archive; unpack it and import the CSV inside{inside}"


@dataclass(frozen=True, slots=True)
class Encoding:
    """Encoding of a text file, and why it is thought so (empty when it was said or marked)."""

    name: str
    note: str


def _pieces(path: Path) -> Iterator[bytes]:
    try:
        with open_plain(path) as file:
            while piece := file.read(READ_BYTES):
                yield piece
    except (EOFError, gzip.BadGzipFile, lzma.LZMAError) as error:
        message = f"{path.name}: the compressed file is damaged or cut short ({error}); copy it again"
        raise FileImportError(message) from error


def find_encoding(path: Path, said: str | None) -> Encoding:
    """Encoding of a text file.

    Parameters
    ----------
    path : Path
    said : str or None
        What the mapping or the command line says; it is believed.

    Returns
    -------
    Encoding
        Otherwise what a byte-order mark says, or UTF-8 when every byte of the file is, or cp1252 (French Excel).

    Raises
    ------
    FileImportError
        When none of them fits.
    """
    if said is not None:
        return Encoding(codecs.lookup(said).name, "")
    pieces = _pieces(path)
    start = next(pieces)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return Encoding("utf-16", "")
    # Further down, zero bytes are what a power cut leaves in a logger's file: bad cells of some rows, told as such.
    if b"\0" in start[:4096].partition(b"\n")[0]:
        for name, others in (("utf-16-le", start[1:4096:2]), ("utf-16-be", start[0:4096:2])):
            if others.count(0) > len(others) // 2:
                return Encoding(name, f"encoding {name} (every other byte is zero)")
        raise FileImportError(f"{path.name}: has zero bytes, so it is no text; {_EXPORT}")
    line = 1
    decoder = codecs.getincrementaldecoder("utf-8")()
    for piece in chain((start,), pieces, (b"",)):
        try:
            decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            return _windows(path, line + bytes(error.object).count(b"\n", 0, error.start))
        line += piece.count(b"\n")
    return Encoding("utf-8", "")


def _windows(path: Path, line: int) -> Encoding:
    for piece in _pieces(path):
        try:
            piece.decode("cp1252")
        except UnicodeDecodeError:
            message = f"{path.name}:{line}: is neither UTF-8 nor cp1252 (Windows); say its encoding with --encoding"
            raise FileImportError(message) from None
    return Encoding("cp1252", f"encoding cp1252, Windows Western European (line {line} is not UTF-8)")


def utf8_stream(path: Path, encoding: str) -> Iterator[bytes]:
    """The file's text as blocks of UTF-8 without a byte-order mark; line ends of old Macs become newlines.

    Raises
    ------
    FileImportError
        When the text is not in ``encoding``, or a compressed file is damaged.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    is_utf8 = codecs.lookup(encoding).name in {"utf-8", "utf-8-sig", "ascii"}
    line, begun, old_mac = 1, False, False
    for piece in chain(_pieces(path), (b"",)):
        # A piece of UTF-8 that neither begins nor ends inside a character is passed on as it is.
        whole = is_utf8 and begun and not old_mac and not decoder.getstate()[0]
        try:
            text = decoder.decode(piece, not piece)
        except UnicodeDecodeError as error:
            line += bytes(error.object).count(b"\n", 0, error.start)
            raise FileImportError(
                f"{path.name}:{line}: is not {encoding} text; say its encoding with --encoding, e.g. cp1252"
            ) from error
        if not begun:
            text = text.removeprefix("\ufeff")
            old_mac = "\r" in text and "\n" not in text
            begun = bool(text)
        if old_mac:
            text = text.replace("\r", "\n")
        data = piece if whole and not decoder.getstate()[0] else text.encode()
        line += data.count(b"\n")
        if data:
            yield data
