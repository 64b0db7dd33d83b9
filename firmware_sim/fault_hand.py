"""Lets happen what a script says of connections and the broker; what befalls messages is FaultyLine's."""

from collections.abc import Callable
from threading import Lock
from typing import Protocol

from firmware_sim.courier import SignIns
from firmware_sim.errors import FaultScriptError
from firmware_sim.faults import FaultKind, FaultScript, LineEvent
from firmware_sim.faulty_line import FaultTally
from firmware_sim.pace import Pace


class Droppable(Protocol):
    """A connection that faults can befall."""

    def drop(self, away: float) -> None:
        """Lose the connection without a word, and stay away for a time [s]."""

    def sign_in_wrongly(self, seconds: float, done: Callable[[SignIns], None]) -> None:
        """Lose the connection, and try with a wrong password for a time [s]; then tell what came of it."""


class FaultHand:
    """Carries out a script over all lines that play it, and counts.

    Parameters
    ----------
    script : FaultScript
    restart_broker : callable, optional
        Ends and starts the broker; returns when it takes messages again.

    Raises
    ------
    FaultScriptError
        The script restarts a broker that is not ours to restart.
    """

    def __init__(self, script: FaultScript, restart_broker: Callable[[], None] | None = None) -> None:
        if script.restarts_broker and restart_broker is None:
            line = next(fault.line for fault in script.faults if fault.kind is FaultKind.BROKER_RESTART)
            raise FaultScriptError(
                f"{script.filename}:{line}: broker_restart, and the broker is not ours; say how it is restarted "
                '(--restart-broker "systemctl restart mosquitto"), or remove the fault'
            )
        self.tally = FaultTally(script)
        self._script = script
        self._restart_broker = restart_broker
        self._restarted: set[LineEvent] = set()
        self._lock = Lock()

    def takes_time(self, event: LineEvent) -> bool:
        """Whether letting it happen waits for somebody else."""
        return self._script.faults[event.number].kind is FaultKind.BROKER_RESTART

    def on(self, line: Droppable, pace: Pace) -> Callable[[LineEvent], None]:
        """What to call when something befalls a line."""

        def happen(event: LineEvent) -> None:
            fault = self._script.faults[event.number]
            match fault.kind:
                case FaultKind.DISCONNECT:
                    self.tally.count(event.number)
                    line.drop(pace.real(fault.away))
                case FaultKind.WRONG_CREDENTIALS:
                    self.tally.count(event.number)

                    def tried(came: SignIns) -> None:
                        self.tally.add(event.number, {"refused": came.refused, "accepted": came.accepted})

                    line.sign_in_wrongly(pace.real(fault.away), tried)
                case FaultKind.BROKER_RESTART if self._restart_broker is not None:
                    with self._lock:  # several lines come to it; the broker is restarted once
                        if event in self._restarted:
                            return
                        self._restarted.add(event)
                        self.tally.count(event.number)
                        self._restart_broker()
                case _:
                    raise AssertionError(fault.kind)

        return happen
