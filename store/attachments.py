"""Files attached to tickets: kept once each under their checksum, checked to be what they are called, never changed."""

import codecs
import hashlib
import os
import re
import secrets
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from io import BytesIO
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from rules.ticket_events import Attached, Audience, EventKind
from store.durability import make_folder, sync, sync_all
from store.errors import StoreError, UnknownError
from store.tables import TicketEventRow, storable
from store.ticket_log import LogProblem, event_of

LARGEST = 10 * 2**20
"""Bytes of a file at most."""

_LONGEST_NAME = 120
_CHECKSUM = re.compile("[0-9a-f]{64}")
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")


class Refusal(Enum):
    """Why a file is not kept."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN_ENDING = "unknown_ending"
    OTHER_CONTENT = "other_content"
    MACROS = "macros"


class AttachmentError(StoreError, ValueError):
    """A file that cannot be kept.

    Attributes
    ----------
    refusal : Refusal
    """

    def __init__(self, message: str, refusal: Refusal) -> None:
        super().__init__(message)
        self.refusal = refusal


class DamagedAttachmentError(StoreError):
    """A file on disk that is no longer what was kept."""


@dataclass(frozen=True, slots=True)
class AttachmentStore:
    """The files of a workspace's tickets.

    Attributes
    ----------
    folder : Path
        Made with the first file; a file lies in ``ab/abcd...`` by its SHA-256.
    """

    folder: Path

    def keep(self, name: str, data: bytes, audience: Audience) -> Attached:
        """Keep a file for good; the same content is kept once, however often it comes.

        Parameters
        ----------
        name : str
            As somebody called it; folders before it and what no file name should hold are taken off.
        data : bytes
        audience : Audience
            Who may read it.

        Returns
        -------
        Attached
            For :meth:`store.ticket_steps.TicketSteps.attach`; only then is it in the ticket's log.

        Raises
        ------
        AttachmentError
            It is empty, too large, of a kind that is not taken, or not what its name says.
        """
        called = plain_name(name)
        media_type = checked_media_type(called, data)
        checksum = hashlib.sha256(data).hexdigest()
        self._write(checksum, data)
        return Attached(called, media_type, len(data), checksum, audience)

    def read(self, attached: Attached) -> bytes:
        """The bytes of a file, compared with its checksum.

        Raises
        ------
        UnknownError
            There is no such file.
        DamagedAttachmentError
            It is not what was kept.
        """
        path = self._path(attached.sha256)
        try:
            data = path.read_bytes()
        except FileNotFoundError:
            raise UnknownError(f"{path}: is missing; bring it back from a backup") from None
        if hashlib.sha256(data).hexdigest() != attached.sha256:
            raise DamagedAttachmentError(f"{path}: is not what was kept ({attached.name}); bring it back from a backup")
        return data

    def _path(self, checksum: str) -> Path:
        if not _CHECKSUM.fullmatch(checksum):
            raise UnknownError(f"{checksum!r} is no checksum of a file; expected 64 hexadecimal digits")
        return self.folder / checksum[:2] / checksum

    def _write(self, checksum: str, data: bytes) -> None:
        path = self._path(checksum)
        if path.exists() and path.read_bytes() == data:
            return
        named_in = make_folder(path.parent)
        unfinished = path.with_name(f".{checksum}.{secrets.token_hex(8)}")
        try:
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
            sync(unfinished)
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)
        sync_all([path.parent, *named_in])


def problems_of_attachments(session: Session, attachments: AttachmentStore) -> Iterator[LogProblem]:
    """Files the tickets' log names that are missing or not what was kept."""
    query = select(TicketEventRow).where(TicketEventRow.kind == EventKind.ATTACHED.value).order_by(TicketEventRow.id)
    for row in session.scalars(query):
        detail = event_of(row).detail
        if not isinstance(detail, Attached):
            continue
        try:
            attachments.read(detail)
        except (UnknownError, DamagedAttachmentError, OSError) as error:
            yield LogProblem(row.ticket, f"event {row.number}, attached file {detail.name}: {error}")


def plain_name(name: str) -> str:
    """A file's name without folders and without letters that cannot be seen, at most 120 long.

    Examples
    --------
    >>> plain_name("C:\\\\rapports\\\\Débit  2026.pdf")
    'Débit 2026.pdf'
    """
    last = re.split(r"[/\\]", storable(name))[-1]
    seen = "".join(" " if letter.isspace() else letter for letter in last)
    seen = "".join(letter for letter in seen if unicodedata.category(letter)[0] != "C")
    stem, dot, ending = " ".join(seen.split()).rpartition(".")
    return f"{stem[: _LONGEST_NAME - len(ending) - 1].rstrip()}{dot}{ending}" if dot else ending[:_LONGEST_NAME]


def checked_media_type(name: str, data: bytes) -> str:
    """The media type of a file, by its ending and only where its content agrees.

    Raises
    ------
    AttachmentError
    """
    if not data:
        raise AttachmentError(f"{name}: is empty; expected a file with something in it", Refusal.EMPTY)
    if len(data) > LARGEST:
        raise AttachmentError(
            f"{name}: has {len(data) / 2**20:.1f} MiB; expected {LARGEST // 2**20} MiB at most", Refusal.TOO_LARGE
        )
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    kind = _KINDS.get(ending)
    if kind is None:
        raise AttachmentError(
            f"{name}: files of this kind are not taken; expected one of {', '.join(ENDINGS)}", Refusal.UNKNOWN_ENDING
        )
    if kind is _SPREADSHEET or kind is _DOCUMENT:
        _check_office(name, data, ending)
    elif not (_is_text(data) if kind is _TABLE or kind is _TEXT else _begins_as(kind, data)):
        raise _other_content(name, ending)
    return kind


_PDF, _JPEG, _PNG, _WEBP = "application/pdf", "image/jpeg", "image/png", "image/webp"
_TABLE, _TEXT = "text/csv", "text/plain"
_SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_KINDS = {
    "pdf": _PDF,
    "jpg": _JPEG,
    "jpeg": _JPEG,
    "png": _PNG,
    "webp": _WEBP,
    "csv": _TABLE,
    "xlsx": _SPREADSHEET,
    "docx": _DOCUMENT,
    "txt": _TEXT,
}
ENDINGS = tuple(_KINDS)
"""Endings of the files that are taken."""


def _begins_as(kind: str, data: bytes) -> bool:
    if kind == _WEBP:
        return data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return data.startswith({_PDF: b"%PDF-", _JPEG: b"\xff\xd8\xff", _PNG: b"\x89PNG\r\n\x1a\n"}[kind])


def _is_text(data: bytes) -> bool:
    """Whether it is text as people's programs write it: UTF-8, UTF-16 with its mark, or Windows-1252."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decodes(data, "utf-16") and not _CONTROLS.search(data.decode("utf-16").encode())
    return not _CONTROLS.search(data) and (_decodes(data, "utf-8") or _decodes(data, "cp1252"))


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _check_office(name: str, data: bytes, ending: str) -> None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as parts:
            names = [part.lower() for part in parts.namelist()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        raise _other_content(name, ending) from None
    main = "xl/workbook" if ending == "xlsx" else "word/document"
    if "[content_types].xml" not in names or not any(part.startswith(main) for part in names):
        raise _other_content(name, ending)
    if any(part.endswith("vbaproject.bin") for part in names):
        raise AttachmentError(f"{name}: holds macros; save it without them, or as PDF", Refusal.MACROS)


def _other_content(name: str, ending: str) -> AttachmentError:
    return AttachmentError(
        f"{name}: its content is not what .{ending} says; expected the file as the program that made it saved it",
        Refusal.OTHER_CONTENT,
    )
