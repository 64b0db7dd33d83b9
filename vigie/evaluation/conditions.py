"""How an evaluation was made."""

from dataclasses import dataclass


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
