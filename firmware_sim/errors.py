"""What can go wrong on a kit's side, each told in one line to a person."""


class SimulatorError(Exception):
    """Anything the simulator or the replay refuses; the message is one line for a person."""


class BrokerUnreachableError(SimulatorError):
    """Nobody answers MQTT at the broker's address."""


class BrokerRefusedError(SimulatorError):
    """The broker answered and said no, to the connection or to a message."""


class NobodyListensError(SimulatorError):
    """The broker takes the messages but nobody is subscribed, so they would be thrown away."""


class DeliveryTimeoutError(SimulatorError):
    """The broker stays connected but does not acknowledge."""


class ReplayError(SimulatorError):
    """Recorded readings that cannot be replayed as they are."""


class WorkplaceError(SimulatorError):
    """A workplace file that does not describe a place that can be simulated."""


class FaultScriptError(SimulatorError):
    """A script of faults that cannot be followed; all that is wrong with it, a line each."""


class RecordingError(SimulatorError):
    """A file that is no recording of a broker, or one that cannot be written."""
