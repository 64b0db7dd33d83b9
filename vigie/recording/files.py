"""Sound files, read piece by piece: WAV, FLAC and whatever keeps every sample; one channel, faults in one line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vigie.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_PIECE = 1 << 18
_BITS = {
    "PCM_S8": 8, "PCM_U8": 8, "PCM_16": 16, "PCM_24": 24, "PCM_32": 32,
    "ALAC_16": 16, "ALAC_20": 20, "ALAC_24": 24, "ALAC_32": 32,
}  # fmt: skip
_FLOATING = frozenset({"FLOAT", "DOUBLE"})
_LOSSY_SUFFIXES = frozenset({".3gp", ".aac", ".ac3", ".amr", ".m4a", ".mp4", ".oga", ".webm", ".wma"})
_CUT = re.compile(r"^data : (\d+) \(should be (\d+)\)", re.MULTILINE)
"""What libsndfile says of a WAV whose header announces more bytes of sound than there are."""
_NO_LENGTH = 1 << 31
"""A header that announces so many bytes announces nothing: the recorder did not know."""
_LOSSY = "leaves sound out, and levels with it; record WAV or FLAC (a copy in WAV does not bring it back)"


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A sound file that was opened once and can be read.

    Attributes
    ----------
    path : Path
    sample_rate : int
        [Hz]
    frames : int
        Samples of one channel.
    channel : int
        The one that is read, counted from 1.
    bits : int or None
        Of a sample; None for floating-point numbers.
    announced : int
        Samples of one channel the header announces; more than ``frames`` where the file was cut off.
    """

    path: Path
    sample_rate: int
    frames: int
    channel: int
    bits: int | None
    announced: int

    def pieces(self) -> "Iterator[npt.NDArray[np.float64]]":
        """The samples of the channel, shares of full scale, about five seconds at a time."""
        import soundfile

        try:
            with soundfile.SoundFile(self.path) as opened:
                while len(piece := opened.read(_PIECE, dtype="float64", always_2d=True)):
                    yield piece[:, self.channel - 1]
        except soundfile.LibsndfileError as error:
            reason = error.error_string.strip(" .")
            raise UsageError(f"{self.path}: cannot be read to its end ({reason}); is the file whole?") from None


def open_sound(path: Path, channel: int | None) -> SoundFile:
    """Look into a sound file.

    Raises
    ------
    UsageError
        No such file, not a sound file, lossy, empty, or more than one channel and none chosen.
    """
    import soundfile

    if not path.is_file():
        raise UsageError(f"{path}: {'is a folder; expected a sound file' if path.is_dir() else 'no such file'}")
    try:
        info = soundfile.info(path)
    except soundfile.LibsndfileError:
        if path.suffix.lower() in _LOSSY_SUFFIXES:
            raise UsageError(f"{path}: {path.suffix[1:].lower()} {_LOSSY}") from None
        raise UsageError(f"{path}: not a sound file; expected WAV or FLAC") from None
    if info.subtype not in _BITS and info.subtype not in _FLOATING:
        raise UsageError(f"{path}: {info.subtype_info} {_LOSSY}")
    if info.frames == 0:
        raise UsageError(f"{path}: holds no samples")
    if channel is None and info.channels > 1:
        raise UsageError(f"{path}: {info.channels} channels; say which is the microphone, e.g. --channel 1")
    chosen = 1 if channel is None else channel
    if not 1 <= chosen <= info.channels:
        raise UsageError(f"{path}: --channel {chosen}, but the file has {info.channels}; expected 1 to {info.channels}")
    announced = _announced(info.frames, info.extra_info)
    return SoundFile(path, info.samplerate, info.frames, chosen, _BITS.get(info.subtype), announced)


def _announced(frames: int, said: str) -> int:
    cut = _CUT.search(said)
    if cut is None or int(cut[1]) >= _NO_LENGTH or int(cut[2]) == 0:
        return frames
    return round(frames * int(cut[1]) / int(cut[2]))
