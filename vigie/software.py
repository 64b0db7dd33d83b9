"""What computes here: the version of Vigie, of the libraries a number may depend on, and its own data."""

import platform
from functools import cache
from importlib.metadata import version

from catalog.data_files import data_digest
from catalog.places import Zone
from catalog.registry import Registry
from rules.rule import Pack
from store.snapshots import Snapshots, ZoneSnapshot, snapshots_of, zone_snapshot

_LIBRARIES = ("numpy", "numba", "llvmlite", "polars", "holidays", "tzdata")
_DATA = ("quantities.toml", "quality.toml")


@cache
def vigie_version() -> str:
    """Of the installed package."""
    return version("vigie")


@cache
def library_versions() -> dict[str, str]:
    """Python, its libraries and the kind of processor: another one may round another way, or know other holidays."""
    return {"python": platform.python_version(), "machine": platform.machine()} | {
        name: version(name) for name in _LIBRARIES
    }


def zone_as_known(registry: Registry, zone: Zone) -> ZoneSnapshot:
    """What a computation of a zone with this software rests on besides readings and rules."""
    return zone_snapshot(registry, zone, {name: data_digest(name) for name in _DATA}, library_versions())


def texts_to_keep(registry: Registry, zone: Zone, packs: tuple[Pack, ...]) -> Snapshots:
    """The same and the rules, as they are kept beside a ticket."""
    return snapshots_of(zone_as_known(registry, zone), packs)
