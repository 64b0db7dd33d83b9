"""Is a rule pack fit to be used? Every mistake at once, for a person at a terminal."""

from rules.pack_reader import read_pack


def check_pack(text: str, filename: str) -> list[str]:
    """All mistakes of a pack, in the order of its lines; empty when it can be used.

    Parameters
    ----------
    text : str
        The YAML text.
    filename : str
        Named in every line.

    Examples
    --------
    >>> check_pack("", "mine.yaml")
    ['mine.yaml:1: the file is empty; expected a mapping with id, version, title_fr, title_en, signed_off, rules']
    """
    return list(read_pack(text, filename).messages)
