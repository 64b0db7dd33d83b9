"""Rule packs somebody names on the command line."""

from pathlib import Path

from vigie.errors import UsageError


def pack_text(path: Path) -> str:
    """The text of a rule pack's file.

    Raises
    ------
    UsageError
        It cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); expected a rule pack in YAML") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is not text in UTF-8; expected a rule pack in YAML") from None
