"""The virtual kits of a campaign on a broker, as real ones would be."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from firmware_sim.faults import NO_FAULTS, FaultScript
from firmware_sim.fleet import FleetReport, FleetSettings, publish_kits
from firmware_sim.playback import Playback
from vigie.broker import broker_certificates
from vigie.simulation.campaign import Campaign
from vigie.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Line:
    """The way to a broker.

    Attributes
    ----------
    address : str
        With user and password where it has them; for connecting, never for showing.
    place : Workspace or None
        Whose broker it is; None where it is none's.
    speed : float
        1 is real time.
    restart_broker : callable, optional
        For scripts of faults that ask for it.
    """

    address: str
    place: Workspace | None
    speed: float
    faults: FaultScript = NO_FAULTS
    restart_broker: Callable[[], None] | None = None


def send(campaign: Campaign, line: Line, progress: Callable[[int], None], playback: Playback) -> FleetReport:
    """Publish all the kits have to say, each over a connection of its own.

    Parameters
    ----------
    progress : callable
        Called with the messages published so far.

    Raises
    ------
    FaultScriptError
        The script cannot do what it says to these kits.
    BrokerUnreachableError, BrokerRefusedError, NobodyListensError, DeliveryTimeoutError
    """
    settings = FleetSettings(
        speed=line.speed, faults=line.faults, restart_broker=line.restart_broker, authority=authority_of(line.place)
    )
    return publish_kits(campaign.kits, line.address, settings, progress, playback)


def authority_of(place: Workspace | None) -> Path | None:
    """Who signs the certificate of a workspace's broker; None: whom the system trusts."""
    return None if place is None else broker_certificates(place).authority
