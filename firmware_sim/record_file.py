"""A recording of a broker: one JSON line for each message, with its exact bytes.

JSON Lines, because what a cut costs is the line it is in: a file whose end a crash tore off is read up to there, and
anybody can look into it with ``less``, ``grep`` and ``jq``. A payload that is text in UTF-8 stands as text, any other
as Base64; both give the bytes back exactly. (A CBOR sequence, RFC 8742, is a third smaller, and no tool of a technician
reads it; MCAP keeps an index at the end of its chunks, which is what a crash tears off.)

The first line says what the file is. Instants are milliseconds UTC; ``after`` is microseconds on a clock that is
never set, since the recording began, and is what a replay keeps the spacing of.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from firmware_sim.errors import RecordingError

VERSION = 1
_HEAD = b'{"vigie_recording":'


class Head(msgspec.Struct, frozen=True):
    """The first line.

    Attributes
    ----------
    vigie_recording : int
        Version of this format.
    started : int
        When the recording began [ms UTC].
    broker : str
        Its address, without a password.
    protocol : str
        ``MQTT 5`` or ``MQTT 3.1.1``; the latter does not tell which messages were retained.
    """

    vigie_recording: int
    started: int
    broker: str = ""
    protocol: str = ""


class Recorded(msgspec.Struct, frozen=True, omit_defaults=True):
    """One message.

    Attributes
    ----------
    after : int
        Arrival since the recording began, monotonic [µs].
    at : int
        Arrival by the wall clock [ms UTC].
    topic : str
    qos : int
        With which it was delivered: at most 1.
    retain, dup : bool
        As the broker said.
    text : str or None
        The payload, where it is UTF-8.
    base64 : bytes or None
        The payload, where it is not.
    """

    after: int
    at: int
    topic: str
    qos: int = 0
    retain: bool = False
    dup: bool = False
    text: str | None = None
    base64: bytes | None = None

    @property
    def payload(self) -> bytes:
        """The exact bytes."""
        return self.text.encode() if self.text is not None else self.base64 or b""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Recorded)


def line_of(after: int, at: int, topic: str, payload: bytes, qos: int, retain: bool, dup: bool) -> bytes:
    """The line of a message; see :class:`Recorded`."""
    try:
        recorded = Recorded(after, at, topic, qos, retain, dup, text=payload.decode("utf-8"))
    except UnicodeDecodeError:
        recorded = Recorded(after, at, topic, qos, retain, dup, base64=payload)
    return _encoder.encode(recorded) + b"\n"


class RecordFile:
    """A recording being written; what :meth:`write` returned from is on the disk.

    Raises
    ------
    RecordingError
        The file exists already, or cannot be made.
    """

    def __init__(self, path: Path, head: Head) -> None:
        self.path = path
        self.size = 0
        """Bytes on the disk."""
        try:
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o640)
        except FileExistsError:
            raise RecordingError(
                f"{path}: exists already; a recording never replaces one; choose another name"
            ) from None
        except OSError as error:
            raise RecordingError(f"{path}: cannot be written ({error.strerror}); choose another folder") from None
        self.write([_encoder.encode(head) + b"\n"])
        _sync_folder(path.parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _error: type[BaseException] | None, _value: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        os.close(self._file)

    def write(self, lines: Sequence[bytes]) -> None:
        """Add lines and sync them to the disk.

        Raises
        ------
        RecordingError
            They cannot be written; the file then ends before them.
        """
        left = memoryview(b"".join(lines))
        whole = len(left)
        try:
            while left:
                left = left[os.write(self._file, left) :]
            os.fsync(self._file)
        except OSError as error:
            os.ftruncate(self._file, self.size)
            raise RecordingError(
                f"{self.path}: cannot be written ({(error.strerror or str(error)).lower()}); make room on the disk; "
                "the recording is good up to there"
            ) from None
        self.size += whole


@dataclass(frozen=True, slots=True)
class Cut:
    """Where a recording ends before its time: the line (from 1), and how many follow that are not read."""

    line: int
    following: int


class Recording:
    """A recording on the disk, read from its beginning as often as asked.

    Raises
    ------
    RecordingError
        The file is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.head = _head_of(path)

    def messages(self) -> Iterator[Recorded]:
        """The messages in the order they came, up to the first line that is not whole."""
        with self.path.open("rb") as file:
            file.readline()
            for line in file:
                try:
                    yield _decoder.decode(line)
                except (msgspec.DecodeError, UnicodeDecodeError):
                    return

    def cut(self) -> Cut | None:
        """Where it is cut; None when every line is whole."""
        good = sum(1 for _ in self.messages())
        with self.path.open("rb") as file:
            lines = sum(1 for _ in file) - 1
        return Cut(good + 2, lines - good - 1) if lines > good else None


def is_recording(path: Path) -> bool:
    """Whether a file begins as a recording does."""
    with path.open("rb") as file:
        return file.read(len(_HEAD)) == _HEAD


def _head_of(path: Path) -> Head:
    with path.open("rb") as file:
        first = file.readline(10_000)
    try:
        head = msgspec.json.decode(first, type=Head)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise RecordingError(
            f"{path}:1: is not the first line of a recording; expected a file that vigie record wrote"
        ) from None
    if head.vigie_recording != VERSION:
        raise RecordingError(
            f"{path}:1: is a recording of version {head.vigie_recording}; expected {VERSION}; use a newer Vigie"
        )
    return head


def _sync_folder(folder: Path) -> None:
    """The name of a new file is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
