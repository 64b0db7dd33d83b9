"""A virtual kit: it samples, keeps what it cannot send, and says the rest over the same wire as a real one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from catalog.identifiers import KitId, QuantityId
from firmware_sim.payloads import KitMessage, PayloadFormat, Presence, encode, presence, readings_topic
from firmware_sim.rooms import Floats
from firmware_sim.zones import STEP, Instants, Span, Truth
from ingest.codecs.frame import Mark
from ingest.codecs.records import Record

BUFFER_BATCH = 10
"""Samplings in one message when a kit sends what it had kept."""

BUFFER_PAUSE = 250
"""Time between two messages of a kit that empties its buffer [ms]."""


@dataclass(frozen=True, slots=True)
class VirtualKit:
    """A kit in a simulated zone, with all it will measure.

    Attributes
    ----------
    id : KitId
    truth : Truth
        What really was in the zone, for those who judge what was made of the readings.
    instants : array
        When the kit samples [ms UTC].
    readings : mapping of QuantityId to array
        What its sensors say at those instants; NaN where a channel says nothing.
    boot : str
        Changes at every start of the kit.
    payload : PayloadFormat
    instants_per_message : int
    lost_network : tuple of Span
        When the kit has no network; it keeps its samplings and sends them afterwards.
    """

    id: KitId
    truth: Truth
    instants: Instants
    readings: Mapping[QuantityId, Floats]
    boot: str
    payload: PayloadFormat = PayloadFormat.SENML_JSON
    instants_per_message: int = 1
    lost_network: tuple[Span, ...] = ()

    def presence(self) -> Presence:
        """Birth and will."""
        return presence(self.id, self.boot, simulated=True)

    @property
    def reading_count(self) -> int:
        """Readings in all of the kit's messages."""
        return sum(int((values == values).sum()) for values in self.readings.values())

    @property
    def message_count(self) -> int:
        """Messages that :meth:`messages` gives."""
        return sum(1 for _ in self._departures())

    @property
    def first_departure(self) -> int:
        """Instant of the first message [ms UTC]; 0 when there is none."""
        return next((departure.instant for departure in self._departures()), 0)

    def messages(self) -> Iterator[KitMessage]:
        """The kit's messages in the order it sends them; the same kit gives the same bytes every time."""
        quantities = list(self.readings)
        # rows of Python floats: a tenth of the time of indexing arrays one value at a time
        columns = [self.readings[quantity].tolist() for quantity in quantities]
        instants = self.instants.tolist()
        topic = readings_topic(self.id)
        for sequence, departure in enumerate(self._departures()):
            records = [
                Record(quantity, instants[row], column[row], True)
                for row in range(departure.first, departure.end)
                for quantity, column in zip(quantities, columns, strict=True)
                if column[row] == column[row]  # a channel that is silent is NaN, and NaN is not equal to itself
            ]
            if records:
                mark = Mark(self.boot, sequence)
                payload = encode(self.payload, self.id, records, mark)
                yield KitMessage(topic, payload, departure.instant, readings=len(records))

    def _departures(self) -> Iterator["_Departure"]:
        """Which samplings leave together, and when."""
        instants = self.instants.tolist()
        first = 0
        while first < len(instants):
            outage = self._outage_at(instants[first])
            if outage is None:
                end = first + 1
                while end < min(first + self.instants_per_message, len(instants)) and self._follows(instants, end):
                    end += 1
                yield _Departure(first, end, instants[end - 1])
            else:
                end = next((row for row in range(first, len(instants)) if instants[row] > outage.end), len(instants))
                # the buffer is out before the next sampling, so that what is live stays in order
                latest = instants[end] if end < len(instants) else outage.end + STEP
                for number, start in enumerate(range(first, end, BUFFER_BATCH)):
                    sent = min(outage.end + number * BUFFER_PAUSE, latest)
                    yield _Departure(start, min(start + BUFFER_BATCH, end), sent)
            first = end

    def _follows(self, instants: list[int], row: int) -> bool:
        """Whether a sampling can share the message of the one before: neither pause nor lost network between them."""
        return instants[row] - instants[row - 1] <= STEP and self._outage_at(instants[row]) is None

    def _outage_at(self, instant: int) -> Span | None:
        return next((span for span in self.lost_network if span.start < instant <= span.end), None)


@dataclass(frozen=True, slots=True)
class _Departure:
    """Samplings ``first`` to ``end``, sent at ``instant`` [ms UTC]."""

    first: int
    end: int
    instant: int
