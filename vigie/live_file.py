"""The live state as bytes: a line that says what it is, and the arrays."""

import io
import zipfile
from dataclasses import dataclass
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from dsp.live_shift import Track
from store.live import LiveStateError

FORMAT = 2
"""Raised whenever what the arrays mean changes: an older state is built again from the readings."""


@dataclass(frozen=True, slots=True)
class KeptShift:
    """One open shift; ``arrays`` are those of :meth:`dsp.stream.LiveState.saved`."""

    key: str
    quantities: tuple[str, ...]
    units: tuple[str, ...]
    simulated: tuple[bool, ...]
    tracks: tuple[Track, ...]
    fed: tuple[int, ...]
    marks: tuple[int, ...]
    arrays: dict[str, npt.NDArray[np.generic]]


@dataclass(frozen=True, slots=True)
class Kept:
    """Every open shift, and the version of the readings table and the registry it was made of."""

    version: int
    registry: int
    shifts: tuple[KeptShift, ...]


def pack(kept: Kept) -> bytes:
    """The state as bytes."""
    arrays = io.BytesIO()
    named = {f"{k}/{name}": array for k, shift in enumerate(kept.shifts) for name, array in shift.arrays.items()}
    np.savez(arrays, allow_pickle=False, **named)
    header = {
        "format": FORMAT,
        "version": kept.version,
        "registry": kept.registry,
        "shifts": [
            {
                "key": shift.key,
                "quantities": shift.quantities,
                "units": shift.units,
                "simulated": shift.simulated,
                "tracks": shift.tracks,
                "fed": shift.fed,
                "marks": shift.marks,
            }
            for shift in kept.shifts
        ],
    }
    return msgspec.json.encode(header) + b"\n" + arrays.getvalue()


def unpack(content: bytes) -> Kept:
    """What :func:`pack` packed.

    Raises
    ------
    LiveStateError
        It is of another format, or no state at all.
    """
    line, _, arrays = content.partition(b"\n")
    try:
        header = msgspec.json.decode(line)
        if header["format"] != FORMAT:
            raise LiveStateError(f"saved in format {header['format']}; this version writes format {FORMAT}")
        with np.load(io.BytesIO(arrays), allow_pickle=False) as found:
            shifts = tuple(_shift(each, k, found) for k, each in enumerate(header["shifts"]))
        return Kept(int(header["version"]), int(header["registry"]), shifts)
    except (KeyError, TypeError, ValueError, msgspec.MsgspecError, zipfile.BadZipFile) as error:
        if isinstance(error, LiveStateError):
            raise
        raise LiveStateError(f"cannot be read ({type(error).__name__}: {error})") from None


def _shift(said: dict[str, Any], k: int, found: Any) -> KeptShift:
    prefix = f"{k}/"
    return KeptShift(
        said["key"],
        tuple(said["quantities"]),
        tuple(said["units"]),
        tuple(said["simulated"]),
        msgspec.convert(said["tracks"], tuple[Track, ...]),
        tuple(said["fed"]),
        tuple(said["marks"]),
        {name.removeprefix(prefix): found[name] for name in found.files if name.startswith(prefix)},
    )
