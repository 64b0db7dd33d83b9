"""How a service ends: when somebody asks, in order."""

import signal
import threading


def asked_to_end() -> threading.Event:
    """Set at Ctrl-C or SIGTERM, from now on."""
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: asked.set())
    return asked


def wait_until_asked_to_end() -> None:
    """Return at Ctrl-C or SIGTERM."""
    asked_to_end().wait()
