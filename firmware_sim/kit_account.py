"""What became of everything a kit would have measured: each sampling is in exactly one of the counts."""

from collections.abc import Iterable
from dataclasses import dataclass, fields


@dataclass(slots=True)
class KitAccount:
    """Counts of one kit, or of several added up.

    Attributes
    ----------
    samplings : int
        Reports that were due while the kit was switched on.
    sent : int
        In a message; of these ``sent_late`` came out of the buffer.
    silent : int
        No channel said anything, so there was nothing to send.
    lost_while_off : int
        The kit was restarting or without power.
    lost_in_overflow : int
        The buffer had no room.
    lost_from_memory : int
        Kept in RAM when the kit restarted or died.
    never_sent : int
        Still kept at the end, by a kit that never came back to a network.
    messages, readings : int
        Sent; status messages are counted apart.
    status_messages : int
        Births and wills, other than those of the connection itself.
    boots : int
        Starts, the first one included.
    outages : int
        Of the network.
    clock_steps : int
        How often the clock was set or stood still.
    deaths : int
        How often a battery was empty.
    """

    samplings: int = 0
    sent: int = 0
    sent_late: int = 0
    silent: int = 0
    lost_while_off: int = 0
    lost_in_overflow: int = 0
    lost_from_memory: int = 0
    never_sent: int = 0
    messages: int = 0
    readings: int = 0
    status_messages: int = 0
    boots: int = 0
    outages: int = 0
    clock_steps: int = 0
    deaths: int = 0

    @property
    def lost(self) -> int:
        """Samplings nobody will ever see."""
        return self.lost_while_off + self.lost_in_overflow + self.lost_from_memory + self.never_sent


def added_up(accounts: Iterable[KitAccount]) -> KitAccount:
    """The account of several kits."""
    total = KitAccount()
    for account in accounts:
        for count in fields(KitAccount):
            setattr(total, count.name, getattr(total, count.name) + getattr(account, count.name))
    return total
