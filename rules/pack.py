"""Rule packs: the YAML files a service works by, read strictly."""

from functools import cache
from pathlib import Path

from rules.errors import PackError
from rules.pack_reader import read_pack
from rules.rule import Pack

__all__ = ["Pack", "default_packs", "load_pack"]

PACKS = Path(__file__).with_name("packs")


def load_pack(text: str, filename: str) -> Pack:
    """The pack of a YAML text.

    Parameters
    ----------
    text : str
    filename : str
        Named in errors.

    Raises
    ------
    PackError
        With every mistake of the file, each with its line.
    """
    reading = read_pack(text, filename)
    if reading.pack is None:
        raise PackError(reading.messages)
    return reading.pack


@cache
def default_packs() -> tuple[Pack, ...]:
    """The packs that come with Vigie, by file name."""
    return tuple(load_pack(path.read_text(encoding="utf-8"), path.name) for path in sorted(PACKS.glob("*.yaml")))
