"""A hand on what is being played: pause, one message at a time, end; from any thread or a signal handler."""

from collections import deque
from threading import Event


class Playback:
    """Playing, paused or ended. No lock: a signal handler may come in the middle of anything."""

    def __init__(self, stop: Event | None = None) -> None:
        self.stop = stop or Event()
        """Set when it shall end."""
        self._playing = Event()
        self._playing.set()
        self._steps: deque[None] = deque()

    @property
    def paused(self) -> bool:
        """Whether messages wait for a hand."""
        return not self._playing.is_set()

    def toggle(self) -> None:
        """Pause, or go on."""
        if self._playing.is_set():
            self._steps.clear()
            self._playing.clear()
        else:
            self._playing.set()

    def step(self) -> None:
        """Let one message go; pauses first when it plays."""
        self._playing.clear()
        self._steps.append(None)

    def end(self) -> None:
        """End soon; what is in flight is left to the broker."""
        self.stop.set()

    def take_step(self) -> bool:
        """Whether a message may go though it is paused; each step lets one go."""
        try:
            self._steps.popleft()
        except IndexError:
            return False
        return True
