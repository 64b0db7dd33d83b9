"""Files attached to tickets: what is taken, what is not, and that what was kept stays what it was."""

import zipfile
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.ticket_events import Audience
from store.attachments import (
    LARGEST,
    AttachmentError,
    AttachmentStore,
    DamagedAttachmentError,
    Refusal,
    checked_media_type,
    plain_name,
    problems_of_attachments,
)
from store.database import Database
from store.errors import UnknownError
from store.ticket_steps import TicketSteps
from tests.store.test_ticket_steps import ADA, steps
from tests.store.worlds import NOON

__all__ = ["steps"]

PDF = b"%PDF-1.7\n..."
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
JPEG = b"\xff\xd8\xff\xe0" + bytes(20)
WEBP = b"RIFF\x10\x00\x00\x00WEBPVP8 "


def office(*parts: str) -> bytes:
    """A file of an office program with these parts."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for part in ("[Content_Types].xml", *parts):
            file.writestr(part, "<xml/>")
    return made.getvalue()


XLSX, DOCX = office("xl/workbook.xml"), office("word/document.xml")
TAKEN = {
    "rapport.pdf": PDF,
    "photo.JPG": JPEG,
    "photo.jpeg": JPEG,
    "plan.png": PNG,
    "plan.webp": WEBP,
    "mesures.xlsx": XLSX,
    "courrier.docx": DOCX,
    "mesures.csv": "jour;débit\r\n1;2,5\r\n".encode(),
    "excel.csv": "jour;débit\r\n1;2,5\r\n".encode("cp1252"),
    "notes.txt": "à voir".encode("utf-16"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_files_of_the_kinds_people_send_are_kept_and_come_back(tmp_path: Path, name: str) -> None:
    store = AttachmentStore(tmp_path / "attachments")
    kept = store.keep(name, TAKEN[name], Audience.SERVICE)
    assert (kept.name, kept.size) == (name, len(TAKEN[name]))
    assert store.read(kept) == TAKEN[name]


@pytest.mark.parametrize(
    ("name", "data", "refusal"),
    [
        ("rapport.pdf", b"", Refusal.EMPTY),
        ("rapport.pdf", PDF + bytes(LARGEST), Refusal.TOO_LARGE),
        ("page.html", b"<script>alert(1)</script>", Refusal.UNKNOWN_ENDING),
        ("dessin.svg", b"<svg onload='alert(1)'/>", Refusal.UNKNOWN_ENDING),
        ("rapport", PDF, Refusal.UNKNOWN_ENDING),
        ("rapport.pdf.exe", PDF, Refusal.UNKNOWN_ENDING),
        ("rapport.pdf", b"<html>%PDF-", Refusal.OTHER_CONTENT),
        ("photo.png", JPEG, Refusal.OTHER_CONTENT),
        ("photo.webp", b"RIFF\x10\x00\x00\x00WAVEfmt ", Refusal.OTHER_CONTENT),
        ("notes.txt", b"MZ\x90\x00\x03", Refusal.OTHER_CONTENT),
        ("mesures.csv", PNG, Refusal.OTHER_CONTENT),
        ("mesures.xlsx", DOCX, Refusal.OTHER_CONTENT),
        ("courrier.docx", XLSX, Refusal.OTHER_CONTENT),
        ("courrier.docx", b"PK\x03\x04 not a zip file", Refusal.OTHER_CONTENT),
        ("courrier.docx", office("word/document.xml", "word/vbaProject.bin"), Refusal.MACROS),
    ],
)
def test_a_file_that_is_not_what_it_is_called_is_not_kept(
    tmp_path: Path, name: str, data: bytes, refusal: Refusal
) -> None:
    store = AttachmentStore(tmp_path / "attachments")
    with pytest.raises(AttachmentError) as refused:
        store.keep(name, data, Audience.SERVICE)
    assert refused.value.refusal is refusal
    assert "expected" in str(refused.value) or refusal is Refusal.MACROS
    assert not store.folder.exists()


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    store = AttachmentStore(tmp_path)
    first, second = (store.keep(name, PDF, Audience.SERVICE) for name in ("a.pdf", "b.pdf"))
    assert first.sha256 == second.sha256
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == [first.sha256]


def test_a_damaged_file_is_never_handed_out_and_mended_by_keeping_it_again(tmp_path: Path) -> None:
    store = AttachmentStore(tmp_path)
    kept = store.keep("a.pdf", PDF, Audience.SERVICE)
    path = tmp_path / kept.sha256[:2] / kept.sha256
    path.write_bytes(PDF[:-1])
    with pytest.raises(DamagedAttachmentError, match=r"a\.pdf"):
        store.read(kept)
    store.keep("a.pdf", PDF, Audience.SERVICE)
    assert store.read(kept) == PDF
    path.unlink()
    with pytest.raises(UnknownError, match="backup"):
        store.read(kept)


def test_missing_and_damaged_files_of_the_log_are_found(steps: TicketSteps, world: Database, tmp_path: Path) -> None:
    store = AttachmentStore(tmp_path / "attachments")
    kept = [store.keep(name, data, Audience.SERVICE) for name, data in (("a.pdf", PDF), ("b.png", PNG))]
    for attached in kept:
        steps.attach(1, ADA, NOON + 1, attached)
    with world.reading() as session:
        assert list(problems_of_attachments(session, store)) == []
        (store.folder / kept[0].sha256[:2] / kept[0].sha256).unlink()
        (problem,) = problems_of_attachments(session, store)
    assert problem.ticket == 1
    assert "event 2, attached file a.pdf" in problem.text


@pytest.mark.parametrize(
    ("given_name", "plain"),
    [
        ("/etc/passwd.txt", "passwd.txt"),
        ("..\\..\\rapport.pdf", "rapport.pdf"),
        ('a"; filename="b.html\r\n.pdf', 'a"; filename="b.html.pdf'),
        ("gnp.\N{RIGHT-TO-LEFT OVERRIDE}fdp.pdf", "gnp.fdp.pdf"),
        ("Plan\N{NO-BREAK SPACE}du   rez.pdf", "Plan du rez.pdf"),
    ],
)
def test_a_name_holds_no_folder_and_nothing_unseen(given_name: str, plain: str) -> None:
    assert plain_name(given_name) == plain


@given(st.text(), st.binary(max_size=50))
def test_any_name_and_content_is_taken_or_refused(name: str, data: bytes) -> None:
    assert len(plain_name(name)) <= 120
    with suppress(AttachmentError):
        assert checked_media_type(plain_name(name), data) in {"text/csv", "text/plain"}
