"""The charts drawn last, kept because drawing one takes a fifth of a second."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field


@dataclass
class ChartCache:
    """A key names everything a chart shows, so that no reader is ever given a chart made for another's eyes.

    Attributes
    ----------
    size : int
        Charts kept; the one looked at longest ago goes first.
    """

    size: int = 256
    _kept: OrderedDict[Hashable, str] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def get(self, key: Hashable, draw: Callable[[], str]) -> str:
        """The chart of a key, drawn if it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        drawn = draw()
        with self._lock:
            self._kept[key] = drawn
            while len(self._kept) > self.size:
                self._kept.popitem(last=False)
        return drawn
