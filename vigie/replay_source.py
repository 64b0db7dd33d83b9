"""Where a replay takes its messages from: files of readings, a recording of a broker, or a workspace's own readings."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vigie.errors import UsageError
from vigie.times import parse_instant, parse_until

if TYPE_CHECKING:
    import polars as pl

    from catalog.identifiers import KitId
    from firmware_sim.recorded_stream import RecordedStream
    from firmware_sim.stream import Choice, Origin, Stream
    from vigie.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Chosen:
    """What of a source the command line asks for.

    Attributes
    ----------
    since, until : str or None
        As typed.
    names : sequence of str
        ``kit=other``.
    timezone : str
        Of times without an offset.
    """

    since: str | None
    until: str | None
    names: Sequence[str]
    timezone: str

    def choice(self, kits: Sequence[str] = ()) -> "Choice":
        """The same, read; only some kits where any is named.

        Raises
        ------
        UsageError
        """
        from catalog.identifiers import KitId
        from firmware_sim.stream import Choice

        since = parse_instant(self.since, self.timezone, "--from") if self.since else None
        until = parse_until(self.until, self.timezone, "--to") if self.until else None
        if since is not None and until is not None and until < since:
            raise UsageError(f"--to {self.until} is before --from {self.since}")
        only = frozenset(KitId(kit) for kit in kits) or None
        return Choice(since, until, _names(self.names), only)


def recorded_stream(path: Path, kits: Sequence[str], chosen: Chosen, origin: "Origin") -> "RecordedStream":
    """A recording of vigie record; only some kits of it where any is named."""
    from firmware_sim.record_file import Recording
    from firmware_sim.recorded_stream import RecordedStream

    return RecordedStream(Recording(path), chosen.choice(kits), origin)


def stored_readings(place: "Workspace", kits: Sequence[str], chosen: Chosen) -> "pl.DataFrame":
    """What a workspace's table holds of some kits, all when none is named.

    Raises
    ------
    UsageError
        A kit has no readings there.
    """
    choice = chosen.choice()
    found = place.readings.read(list(kits) or None, None, choice.since, choice.until)
    there = set(found["kit"].unique().to_list())
    for kit in kits:
        if kit not in there:
            within = "" if choice.since is None and choice.until is None else " in that time"
            raise UsageError(f"{place.root}: no readings of {kit}{within}; vigie kits -w {place.root} lists its kits")
    if found.is_empty():
        raise UsageError(f"{place.root}: no readings to replay; vigie readings -w {place.root} lists what there is")
    return found


def refuse_real_kits(place: "Workspace", stream: "Stream") -> list[str]:
    """Keep simulated readings away from a service's real kits; gives the kits nobody has registered.

    Raises
    ------
    UsageError
        A kit of the stream is registered as a real one.
    """
    from store.registry import load
    from store.scope import Scope

    known = load(place.database, Scope.service()).kits
    if stream.simulated:
        for kit in stream.kits:
            if kit in known and not known[kit].simulated:
                raise UsageError(
                    f"{kit} is a real kit of {place.root}: simulated readings would stand among its own; give them "
                    f"another name (--as {kit}=rehearsal-{kit}, registered with simulated: yes), or say --as-recorded "
                    "for readings the kit really made"
                )
    return [kit for kit in stream.kits if kit not in known]


def _names(typed: Sequence[str]) -> "dict[KitId, KitId]":
    from catalog.identifiers import KitId

    names: dict[KitId, KitId] = {}
    for text in typed:
        old, sign, new = (part.strip() for part in text.partition("="))
        if not (old and sign and new) or any(character in new for character in "/+#"):
            raise UsageError(f'--as is "{text}"; expected KIT=OTHER, without / + # in the new name')
        if KitId(old) in names:
            raise UsageError(f"--as names {old} twice; expected one new name")
        names[KitId(old)] = KitId(new)
    if len(set(names.values())) < len(names):
        raise UsageError("--as gives two kits one name; their readings could not be told apart")
    return names
