"""Hands on what is being played: keys where there is a terminal, signals everywhere."""

import contextlib
import os
import select
import signal
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firmware_sim.playback import Playback

KEYS = "space pauses and goes on, n lets one message go, q ends"
_LOOK = 0.1


class Hands:
    """Whether somebody ended it by a signal."""

    def __init__(self) -> None:
        self.signalled = False


@contextlib.contextmanager
def hands_on(playback: "Playback") -> Iterator[Hands]:
    """Let keys (on a terminal) and signals pause, step and end; all is as before on leaving.

    SIGUSR1 pauses and goes on, SIGUSR2 lets one message go, SIGINT and SIGTERM end in order.
    """
    hands = Hands()

    def end(_number: int, _frame: object) -> None:
        hands.signalled = True
        playback.end()

    wanted = {
        signal.SIGUSR1: lambda *_: playback.toggle(),
        signal.SIGUSR2: lambda *_: playback.step(),
        signal.SIGINT: end,
        signal.SIGTERM: end,
    }
    before = {number: signal.signal(number, handler) for number, handler in wanted.items()}
    try:
        with _keys(playback) if _has_terminal() else contextlib.nullcontext():
            yield hands
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _has_terminal() -> bool:
    """Whether keys come to us: a job in the background that touches its terminal is stopped by it."""
    if not sys.stdin.isatty():
        return False
    try:
        return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()
    except OSError:  # a terminal that is not the one we were started from stops nobody
        return True


@contextlib.contextmanager
def _keys(playback: "Playback") -> Iterator[None]:
    """Single keys, without Enter; the terminal is left as it was."""
    import termios
    import tty

    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    done = threading.Event()
    reader = threading.Thread(target=_read_keys, args=(terminal, playback, done), name="vigie-keys", daemon=True)
    tty.setcbreak(terminal)
    try:
        sys.stderr.write(f"{KEYS}\n")
        reader.start()
        yield
    finally:
        done.set()
        reader.join()
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _read_keys(terminal: int, playback: "Playback", done: threading.Event) -> None:
    while not done.is_set():
        readable, _, _ = select.select([terminal], [], [], _LOOK)
        if not readable:
            continue
        typed = os.read(terminal, 64)
        if not typed:  # the terminal went away
            return
        for key in typed.decode("ascii", "replace"):
            if key == " ":
                playback.toggle()
            elif key in "nN":
                playback.step()
            elif key in "qQ":
                playback.end()
