"""Parts of a page in Markdown."""

from collections.abc import Iterable, Sequence

WRITTEN = "<!-- Written by docs/generate.py; change the {source} and run it again. -->\n"


def page(*parts: str) -> str:
    """Parts with an empty line between them; empty ones are left out."""
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; a bar in a cell is written as one."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines)


def listed(words: Iterable[str]) -> str:
    """Words with commas."""
    return ", ".join(words)
