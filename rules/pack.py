"""Rule packs: the YAML files a service works by, read strictly."""

from functools import cache

from rules.errors import PackError
from rules.pack_reader import Reading, read_pack, read_shipped
from rules.rule import Pack
from rules.shipped import PACKS, shipped_names

__all__ = ["PACKS", "Pack", "default_packs", "load_pack"]


def load_pack(text: str, filename: str) -> Pack:
    """The pack of a YAML text; one on top of others comes with their rules in it.

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
    return _pack(read_pack(text, filename))


@cache
def default_packs() -> tuple[Pack, ...]:
    """The packs that come with Vigie, the law first."""
    return tuple(_pack(read_shipped(name)) for name in shipped_names())


def _pack(reading: Reading) -> Pack:
    if reading.pack is None:
        raise PackError(reading.messages)
    return reading.pack
