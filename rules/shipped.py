"""The packs that come with Vigie, as texts."""

from functools import cache
from pathlib import Path

PACKS = Path(__file__).with_name("packs")


@cache
def shipped_names() -> tuple[str, ...]:
    """Names of the packs, in the order they are applied."""
    return tuple(path.stem for path in sorted(PACKS.glob("*.yaml"), key=lambda path: (_ORDER.get(path.stem, 9), path)))


@cache
def shipped_text(name: str) -> str:
    """The text of a pack by its name."""
    return (PACKS / f"{name}.yaml").read_text(encoding="utf-8")


_ORDER = {"fr-code-du-travail": 0, "aigu": 1, "reperes": 2, "capteurs": 3}
"""The law first: where two rules follow one value, its episodes are those of the first."""
