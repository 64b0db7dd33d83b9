"""What may explain that a computation does not come out as it is stored, the likeliest first."""

from collections.abc import Sequence

from vigie.explanation.repetition import Repetition


def causes_of(problems: Sequence[str], repetition: Repetition, software: Sequence[str]) -> tuple[str, ...]:
    """Causes of a difference.

    Parameters
    ----------
    problems : sequence of str
        What is stored and is not what was written.
    software : sequence of str
        What computes today and did not then.
    """
    found = list(problems)
    if repetition.instead is not None:
        found.append(
            f"{repetition.instead}; version {repetition.version} was read, and readings that came later are in it"
        )
    found += software
    if not found:
        found.append(
            f"nothing known: registry, rules and software are those of then, so the files of version "
            f"{repetition.version} of the readings or of the table of exposures were changed or put back from elsewhere"
        )
    return tuple(found)
