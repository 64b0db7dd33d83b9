"""A virtual kit: it samples, keeps what it cannot send, and says the rest over the same wire as a real one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from catalog.identifiers import KitId, QuantityId
from firmware_sim.kit_account import KitAccount
from firmware_sim.kit_life import UNTROUBLED, KitLife
from firmware_sim.kit_run import CHUNK, Departure, Habits, KitRun
from firmware_sim.payloads import KitMessage, PayloadFormat, Presence, encode, presence, readings_topic
from firmware_sim.rooms import Floats
from firmware_sim.zones import Instants, Truth
from ingest.codecs.frame import Mark
from ingest.codecs.records import KitState, Record


@dataclass(frozen=True, slots=True)
class VirtualKit:
    """A kit in a simulated zone, with all it will measure.

    Attributes
    ----------
    id : KitId
    truth : Truth
        What really was in the zone, for those who judge what was made of the readings.
    instants : array
        When the kit reports while it is switched on and nothing befalls it, by a clock that is right [ms UTC].
    readings : mapping of QuantityId to array
        What it reports at those instants; NaN where a channel says nothing.
    boot : str
        Of its first start; later ones have it with ``-2``, ``-3`` and so on.
    payload : PayloadFormat
    instants_per_message : int
    life : KitLife
        What befalls it.

    Notes
    -----
    Nothing is kept between two calls: :meth:`messages` plays the kit's life as it goes, and thousands of kits may be
    played at once. Arrays may be shared by several kits.
    """

    id: KitId
    truth: Truth
    instants: Instants
    readings: Mapping[QuantityId, Floats]
    boot: str
    payload: PayloadFormat = PayloadFormat.SENML_JSON
    instants_per_message: int = 1
    life: KitLife = UNTROUBLED

    def presence(self) -> Presence:
        """Birth and will of its first start; those of later ones are among :meth:`messages`.

        A kit that begins without power is not there yet: its birth says so.
        """
        said = presence(self.id, self.boot, simulated=True)
        starts_on = self._run().account.boots > 0
        return said if starts_on else Presence(birth=said.will, will=said.will)

    @property
    def reading_count(self) -> int:
        """Readings in all of the kit's messages."""
        return self.account().readings

    @property
    def message_count(self) -> int:
        """Messages that :meth:`messages` gives."""
        account = self.account()
        return account.messages + account.status_messages

    @property
    def first_departure(self) -> int:
        """Instant of the first message [ms UTC]; 0 when there is none."""
        return next((departure.instant for departure in self._run().departures()), 0)

    def account(self) -> KitAccount:
        """What becomes of every sampling; plays the kit's life without making the messages."""
        said = np.zeros(self.instants.size, dtype=np.int64)
        for values in self.readings.values():
            said += values == values  # a channel that is silent is NaN, and NaN is not equal to itself
        run = self._run()
        readings = sum(int(said[sampling.row]) for departure in run.departures() for sampling in departure.samplings)
        run.account.readings = readings
        return run.account

    def messages(self) -> Iterator[KitMessage]:
        """The kit's messages in the order it sends them; the same kit gives the same bytes every time."""
        topic, rows = readings_topic(self.id), _Rows(self.readings)
        boot, sequence = self.boot, 0
        for departure in self._run().departures():
            if departure.boot != boot:
                boot, sequence = departure.boot, 0
            if departure.status is not None:
                yield self._status(departure)
                continue
            records = [
                Record(quantity, sampling.stamp, value, True)
                for sampling in departure.samplings
                for quantity, value in zip(rows.quantities, rows.at(sampling.row), strict=True)
                if value == value
            ]
            payload = encode(self.payload, self.id, records, Mark(boot, sequence))
            sequence += 1
            yield KitMessage(topic, payload, departure.instant, readings=len(records))

    def _status(self, departure: Departure) -> KitMessage:
        """A birth of its own, or the will the broker publishes in its place."""
        said = presence(self.id, departure.boot, simulated=True)
        message = said.birth if departure.status is KitState.ONLINE else said.will
        return KitMessage(message.topic, message.payload, departure.instant, message.retain)

    def _run(self) -> KitRun:
        habits = Habits(self.boot, self.instants_per_message, evenly=self.payload is PayloadFormat.FRAME)
        return KitRun(self.id, habits, self.life, self.instants, _heard(self.instants.size, self.readings))


def _heard(count: int, readings: Mapping[QuantityId, Floats]) -> npt.NDArray[np.bool_]:
    """Where any channel says something."""
    heard = np.zeros(count, dtype=bool)
    for values in readings.values():
        heard |= values == values
    return heard


class _Rows:
    """Readings as rows of Python floats, a stretch at a time: a tenth of the time of indexing arrays one by one.

    Two stretches are at hand, because what is live and what was kept are far apart.
    """

    def __init__(self, readings: Mapping[QuantityId, Floats]) -> None:
        self.quantities = tuple(readings)
        self._columns = tuple(readings.values())
        self._stretches: dict[int, list[tuple[float, ...]]] = {}

    def at(self, row: int) -> tuple[float, ...]:
        """Values in the order of the quantities."""
        number, offset = divmod(row, CHUNK)
        stretch = self._stretches.get(number)
        if stretch is None:
            start = number * CHUNK
            stretch = list(zip(*(column[start : start + CHUNK].tolist() for column in self._columns), strict=True))
            while len(self._stretches) > 1:
                del self._stretches[min(self._stretches)]
            self._stretches[number] = stretch
        return stretch[offset]
