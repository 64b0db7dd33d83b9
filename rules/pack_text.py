"""A whole pack as one self-contained text, to be stored beside what it raised and read again years later."""

import msgspec

from rules.canonical import canonical_text
from rules.errors import PackError
from rules.rule import Pack


def to_text(pack: Pack) -> str:
    """The pack with everything resolved: limits with their values, dates and sources, and what it was built on.

    Notes
    -----
    JSON with sorted keys. ``from_text(to_text(pack)) == pack`` for every pack, without any file of the catalog or
    the packs; ``pack.digest`` is the SHA-256 of this text.
    """
    return canonical_text(pack)


def from_text(text: str) -> Pack:
    """The pack of a stored text.

    Raises
    ------
    PackError
        When it is no text of :func:`to_text`.
    """
    try:
        return msgspec.json.decode(text, type=Pack)
    except msgspec.MsgspecError as error:
        raise PackError([f"stored pack: {error}; expected the text that was stored with the ticket"]) from None
