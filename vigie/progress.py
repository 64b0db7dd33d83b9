"""Progress on standard error: bars for a person, nothing where nobody looks."""

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress


@contextmanager
def bars() -> "Iterator[Progress]":
    """Progress bars on standard error; silent where that is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as progress:
        yield progress


@contextmanager
def counted(action: str) -> Iterator[Callable[[int, int, str], None]]:
    """A function that shows (done, in all, what is under way) as a bar, from its first call on."""
    with ExitStack() as shown:
        begun: list[Callable[[int, int, str], None]] = []

        def show(done: int, total: int, what: str) -> None:
            if not begun:
                begun.append(_updates(shown.enter_context(bars()), action))
            begun[0](done, total, what)

        yield show


def _updates(progress: "Progress", action: str) -> Callable[[int, int, str], None]:
    task = progress.add_task(action, total=None)

    def update(done: int, total: int, what: str) -> None:
        progress.update(task, completed=done, total=total, description=f"{action} {what}".rstrip())

    return update
