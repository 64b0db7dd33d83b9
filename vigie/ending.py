"""How a service ends: when somebody asks, in order."""

import signal
import threading


def wait_until_asked_to_end() -> None:
    """Return at Ctrl-C or SIGTERM."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    asked.wait()
