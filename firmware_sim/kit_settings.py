"""The words of a workplace file about a virtual kit: which model, how it sends, what befalls it."""

from typing import Annotated, Literal

from msgspec import Meta

from firmware_sim.payloads import PayloadFormat
from firmware_sim.scenario_words import Block, ClockTime, Text


class LostNetwork(Block, frozen=True, rename={"from_": "from"}):
    """The kit keeps measuring without a network on one working day (1 is the first), and sends it all afterwards."""

    day: Annotated[int, Meta(ge=1)]
    from_: ClockTime
    to: ClockTime


class StoppedChannel(Block, frozen=True):
    """One channel says nothing any more from a time of one working day (1 is the first) on."""

    quantity: Text
    day: Annotated[int, Meta(ge=1)]
    at: ClockTime


class KitSettings(Block, frozen=True):
    """The kit in the zone and what befalls it."""

    id: Text
    model: Text
    payload: Literal["senml-json", "senml-cbor", "frame"] = "senml-json"
    instants_per_message: Annotated[int, Meta(ge=1)] = 1
    phase: Annotated[float, Meta(ge=0, lt=60)] = 0.0
    lost_network: LostNetwork | None = None
    stopped_channel: StoppedChannel | None = None

    @property
    def format(self) -> PayloadFormat:
        """The payload format by its name."""
        return PayloadFormat(self.payload)
