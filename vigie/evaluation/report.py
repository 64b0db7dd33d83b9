"""The report of an evaluation: one page of HTML that needs neither script nor network."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dashboards.words import Language
    from vigie.evaluation.figures import Summary

REPORT = "report.html"


@dataclass(frozen=True, slots=True)
class Conditions:
    """How an evaluation was made, so that it can be made again.

    Attributes
    ----------
    command : str
        What was typed.
    seed : int
    version : str
        Of Vigie.
    packs : tuple of str
        Names and versions of the rule packs.
    """

    command: str
    seed: int
    version: str
    packs: tuple[str, ...]


def write_report(folder: Path, summary: "Summary", conditions: Conditions, language: "Language") -> Path:
    """Write the report of an evaluation into a folder.

    Returns
    -------
    Path
        Of the page, :data:`REPORT` in the folder.
    """
    raise NotImplementedError
