"""What can be wrong with a file of readings or with its mapping; each message is one line for a person."""

from dataclasses import dataclass
from difflib import get_close_matches


class FileImportError(ValueError):
    """A file that cannot be imported as it is; the message names the file, the place, the expectation and the mend."""


class MappingError(FileImportError):
    """A mapping file that cannot be used; the message names the file and the key."""


class QuestionError(FileImportError):
    """A file that can be read in more than one way: the message asks, because a guess could give wrong numbers."""


@dataclass(frozen=True, slots=True)
class BadCell:
    """One cell, or one row, that could not be read.

    Attributes
    ----------
    line : int
        Line of the file on which the row starts, counted from 1 with preamble and blank lines (row number in Parquet).
    column : str
        Header of the column, or an empty string when the whole row is meant.
    text : str
        What the file says there, cut to 80 characters.
    problem : str
        What was expected, and the mend.
    """

    line: int
    column: str
    text: str
    problem: str

    def message(self, file: str) -> str:
        """One line for a person: ``readings.csv:1042: co2 is "n/a"; expected a number in ppm (…)``."""
        subject = f'{self.column} is "{self.text}"; ' if self.column else ""
        return f"{file}:{self.line}: {subject}{self.problem}"


class UnreadableCellsError(FileImportError):
    """Cells that could not be read; nothing was imported.

    Attributes
    ----------
    cells : tuple of BadCell
        The first of them, in file order.
    count : int
        How many there are in all.
    """

    def __init__(self, file: str, cells: tuple[BadCell, ...], count: int) -> None:
        self.file = file
        self.cells = cells
        self.count = count
        more = f" ({count} unreadable cells in all; nothing was imported)" if count > 1 else " (nothing was imported)"
        super().__init__(cells[0].message(file) + more)

    @property
    def messages(self) -> tuple[str, ...]:
        """One line for each cell kept in :attr:`cells`."""
        return tuple(cell.message(self.file) for cell in self.cells)


def did_you_mean(found: str, known: list[str]) -> str:
    """`` (did you mean "…"?)`` when a known name is close to what was found, else an empty string.

    Examples
    --------
    >>> did_you_mean("Temperatur", ["Temperature", "CO2"])
    ' (did you mean "Temperature"?)'
    """
    by_folded = {name.casefold(): name for name in known}
    close = get_close_matches(found.casefold(), list(by_folded), n=1, cutoff=0.6)
    return f' (did you mean "{by_folded[close[0]]}"?)' if close else ""


def shown_cell(text: str) -> str:
    """A cell on one line, cut to 80 characters; what would steer a terminal is shown as a mark."""
    flat = "".join(char if char.isprintable() else "\ufffd" for char in " ".join(text.split()))
    return flat if len(flat) <= 80 else flat[:79] + "…"
