"""Errors of the rules: a pack that cannot be used, with every mistake in it."""

from collections.abc import Sequence


class PackError(ValueError):
    """A rule pack that cannot be used.

    Attributes
    ----------
    messages : tuple of str
        One line a mistake: ``file:line: what was found; what was expected; how to mend it``.
    """

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__("\n".join(messages))
        self.messages = tuple(messages)
