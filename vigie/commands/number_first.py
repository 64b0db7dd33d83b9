"""Commands about one numbered thing, spelled either way: ``explain 3`` or ``3 explain``; a number alone shows it."""

from typing import Any

from typer.core import TyperGroup


class NumberFirst(TyperGroup):
    """A group of commands that also takes the number before the command."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the command in front where a number stands there; the context is of whichever click typer brings.

        A mistyped command comes in front too, so that it is the one that is told.
        """
        if len(args) > 1 and args[0].isdigit() and not args[1].startswith("-"):
            args = [args[1], args[0], *args[2:]]
        elif args and args[0].isdigit() and "show" in self.commands:
            args = ["show", *args]
        return super().parse_args(ctx, args)
