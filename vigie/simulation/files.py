"""The files of a simulated campaign: the stream or the readings; beside it the truth, the registry, the recipe."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from enum import Enum
from pathlib import Path

import polars as pl
import polars.selectors as cs

from catalog.quantities import quantity
from vigie.errors import UsageError
from vigie.simulation.campaign import Campaign
from vigie.simulation.stream import readings_of, write_recording
from vigie.simulation.true_values import TrueValue
from vigie.simulation.truth_table import truth_table
from vigie.software import vigie_version

_TIME = "%Y-%m-%dT%H:%M:%S%.3fZ"

_DIGITS = 9
"""Of numbers in CSV: more than any sensor tells."""


class Form(Enum):
    """What the stream is written as; the values are the endings of files."""

    RECORDING = ".jsonl"
    CSV = ".csv"
    PARQUET = ".parquet"


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a campaign's files go.

    Attributes
    ----------
    path : Path
        The folder, or the file of the stream.
    form : Form
    folder : bool
        Whether the path is that of a folder.
    """

    path: Path
    form: Form
    folder: bool

    @property
    def stream(self) -> Path:
        """The recording; of readings, the file of a lone kit."""
        return self.path / "recording.jsonl" if self.folder else self.path

    def of_kit(self, kit: str, alone: bool) -> Path:
        """Readings of one kit: an import is of one kit."""
        return self.path if alone else self.path.with_name(f"{self.path.stem}-{kit}{self.path.suffix}")

    @property
    def registry(self) -> Path:
        """Places, kits and deployments."""
        return self._beside("registry.yaml")

    @property
    def truth(self) -> Path:
        """The ground truth."""
        return self._beside("truth.csv" if self.form is Form.CSV else "truth.parquet")

    @property
    def shifts(self) -> Path:
        """The true value of each shift."""
        return self._beside("shifts.csv")

    @property
    def recipe(self) -> Path:
        """What was simulated, and how to have it again."""
        return self._beside("simulation.json")

    def _beside(self, name: str) -> Path:
        return self.path / name if self.folder else self.path.with_name(f"{self.path.stem}.{name}")


def destination_of(path: Path) -> Destination:
    """Where files go that somebody asks for by one name: a folder, or a file whose ending says what it is.

    Raises
    ------
    UsageError
        The ending is none we write, or something is there already.
    """
    known = {form.value: form for form in Form}
    form = known.get(path.suffix.lower())
    if form is not None and not path.is_dir():
        if not path.parent.is_dir():
            raise UsageError(f"{path}: there is no folder {path.parent}; make it, or choose another place")
        return Destination(path, form, folder=False)
    if path.is_file():
        raise UsageError(f"{path}: is a file; name a folder, or a file that ends in {', '.join(known)}")
    if path.suffix and not path.is_dir():
        raise UsageError(f"{path}: cannot tell the format; end the name in {', '.join(known)}, or name a folder")
    if path.is_dir() and any(path.iterdir()):
        raise UsageError(f"{path}: is not empty; a simulation never replaces files; name a new or an empty folder")
    return Destination(path, Form.RECORDING, folder=True)


def write_campaign(
    campaign: Campaign,
    to: Destination,
    values: Sequence[TrueValue],
    progress: Callable[[int], None] | None = None,
) -> tuple[Path, ...]:
    """Write all files of a campaign; the same campaign gives the same bytes.

    Parameters
    ----------
    values : sequence of TrueValue
        The true values of its shifts.
    progress : callable, optional
        Called with the messages written so far, where a recording is.

    Returns
    -------
    tuple of Path
        What was written.

    Raises
    ------
    UsageError
        A file exists already, or cannot be written.
    RecordingError
        The same of the recording.
    """
    if to.form is Form.RECORDING:
        streams = {to.stream: None}
        frames: dict[Path, pl.DataFrame] = {}
    else:
        frames = _wide_frames(campaign, to)
        streams = dict.fromkeys(frames)
    frames |= {to.truth: truth_table(campaign.kits), to.shifts: pl.DataFrame([asdict(value) for value in values])}
    paths = (*streams, to.registry, to.truth, to.shifts, to.recipe)
    for path in paths:
        if path.exists():
            raise UsageError(f"{path}: exists already; a simulation never replaces files; choose another name")
    try:
        if to.folder:
            to.path.mkdir(parents=True, exist_ok=True)
        if to.form is Form.RECORDING:
            write_recording(to.stream, campaign.kits, progress)
        for path, frame in frames.items():
            _write(frame, path)
        to.registry.write_text(campaign.registry, encoding="utf-8")
        to.recipe.write_text(_recipe(campaign), encoding="utf-8")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageError(f"{error.filename or to.path}: cannot be written ({why}); choose another place") from None
    return paths


def _wide_frames(campaign: Campaign, to: Destination) -> dict[Path, pl.DataFrame]:
    """One table a kit, a column a quantity, as ``vigie import`` and ``vigie replay`` read them."""
    readings = readings_of(campaign.kits)
    alone = len(campaign.kits) == 1
    return {to.of_kit(kit.id, alone): _wide(readings.filter(pl.col("kit") == kit.id)) for kit in campaign.kits}


def _wide(readings: pl.DataFrame) -> pl.DataFrame:
    names = readings["quantity"].unique().sort().to_list()
    return (
        readings.pivot(on="quantity", on_columns=names, index="instant", values="value")
        .sort("instant")
        .select(
            pl.col("instant").cast(pl.Datetime("ms", "UTC")).alias("time"),
            *(pl.col(name).alias(_heading(name)) for name in names),
        )
    )


def _heading(name: str) -> str:
    """A heading an import understands by itself; an index has no unit to tell."""
    unit = quantity(name).unit
    return name if unit == "1" else f"{name} ({unit})"


def _write(frame: pl.DataFrame, path: Path) -> None:
    if path.suffix.lower() == Form.PARQUET.value:
        frame.write_parquet(path)
    else:
        rounded = cs.float().round_sig_figs(_DIGITS)
        frame.with_columns(cs.datetime().dt.to_string(_TIME), rounded).write_csv(path)


def _recipe(campaign: Campaign) -> str:
    return json.dumps(dict(_words(campaign)), ensure_ascii=False, indent=2) + "\n"


def _words(campaign: Campaign) -> Iterator[tuple[str, object]]:
    asked = campaign.asked
    yield "simulated", True
    yield "workplace", campaign.workplace.name
    yield "scenario", asked.scenario
    yield "variant", asked.variant
    yield "drawn", asked.drawn
    yield "days", [str(day) for day in campaign.days]
    yield "seed", asked.seed
    yield "kits", [str(kit.id) for kit in campaign.kits]
    yield "model", asked.model
    yield "vigie", vigie_version()
    yield "again", campaign.command
