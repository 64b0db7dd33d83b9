"""Sound files, read piece by piece: WAV, FLAC and whatever keeps every sample; one channel, faults in one line."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vigie.errors import UsageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

_PIECE = 1 << 18
_LOSSY = {"MP3": "MP3", "MPEG": "MP3", "OGG": "Ogg"}


@dataclass(frozen=True, slots=True)
class SoundFile:
    """A sound file that was opened once and can be read.

    Attributes
    ----------
    path : Path
    sample_rate : int
        [Hz]
    frames : int
        Samples of one channel, as the file's header says.
    channel : int
        The one that is read, counted from 1.
    """

    path: Path
    sample_rate: int
    frames: int
    channel: int

    def pieces(self) -> "Iterator[npt.NDArray[np.float64]]":
        """The samples of the channel, shares of full scale, about five seconds at a time."""
        import soundfile

        try:
            with soundfile.SoundFile(str(self.path)) as opened:
                while len(piece := opened.read(_PIECE, dtype="float64", always_2d=True)):
                    yield piece[:, self.channel - 1]
        except (OSError, RuntimeError) as error:
            raise UsageError(f"{self.path}: cannot be read to its end ({error}); is the file whole?") from None


def open_sound(path: Path, channel: int | None) -> SoundFile:
    """Look into a sound file.

    Raises
    ------
    UsageError
        No such file, not a sound file, lossy, empty, or more than one channel and none chosen.
    """
    import soundfile

    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    try:
        info = soundfile.info(str(path))
    except RuntimeError:
        raise UsageError(f"{path}: not a sound file; expected WAV or FLAC") from None
    if info.format in _LOSSY:
        raise UsageError(f"{path}: {_LOSSY[info.format]} leaves sound out, and levels with it; record WAV or FLAC")
    if info.frames == 0:
        raise UsageError(f"{path}: holds no samples")
    if channel is None and info.channels > 1:
        raise UsageError(f"{path}: {info.channels} channels; say which is the microphone, e.g. --channel 1")
    chosen = channel or 1
    if not 1 <= chosen <= info.channels:
        raise UsageError(f"{path}: --channel {chosen}, but the file has {info.channels}; expected 1 to {info.channels}")
    return SoundFile(path, info.samplerate, info.frames, chosen)
