"""A script of faults in YAML; every mistake is told with its line and the mend."""

from collections.abc import Callable
from dataclasses import replace

from catalog.identifiers import KitId
from catalog.registry_kinds import IDENTIFIER, member_of
from catalog.yaml_nodes import Item, Kind, Misread, Problems, read_document, texts_of
from firmware_sim.durations import EXPECTED, parse_duration
from firmware_sim.errors import FaultScriptError
from firmware_sim.faults import Fault, FaultKind, FaultScript

_MOST = 1_000


def _duration(text: str) -> int:
    try:
        return parse_duration(text)
    except ValueError:
        raise Misread("write a number and its unit: ms, s, min, h or d") from None


def _longer_than_nothing(text: str) -> int:
    found = _duration(text)
    if found == 0:
        raise Misread("write more than 0")
    return found


def _probability(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise Misread("write 5 % as 0.05" if "%" in text or "," in text else "write digits") from None
    if not 0 < value <= 1:
        raise Misread("write 5 % as 0.05; leave the fault out when it shall never come")
    return value


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
            raise Misread
        return int(text)

    return parse


_KIND = member_of(FaultKind, f"one of {', '.join(kind.value for kind in FaultKind)}")
_DURATION = Kind(EXPECTED, _duration, 0)
_PERIOD = Kind(EXPECTED, _longer_than_nothing, 1)
_PROBABILITY = Kind("a probability above 0, up to 1", _probability, 1.0)
_COUNT = Kind(f"a whole number from 1 to {_MOST}", _whole(1, _MOST), 1, "write digits only")
_SEED = Kind("a whole number from 0", _whole(0, 2**63 - 1), 0, "write digits only")


def load_faults(text: str, filename: str) -> FaultScript:
    """Read a script of faults.

    Parameters
    ----------
    text : str
        YAML.
    filename : str
        For messages.

    Raises
    ------
    FaultScriptError
        One line for each mistake: file, line, path, what was found, what was expected, the mend.

    Examples
    --------
    >>> load_faults("seed: 7\\nfaults:\\n  - kind: loss\\n    probability: 0.1\\n", "f.yaml").faults[0].probability
    0.1
    """
    problems = Problems(filename)
    document = read_document(text, problems, "seed: and faults:")
    faults: tuple[Fault, ...] = ()
    seed = 0
    if document is not None:
        seed = document.read("seed", _SEED, 0)
        items = document.items("faults", "faults")
        faults = tuple(_fault(item) for item in items)
        if not items and not problems.found:
            problems.add(document.line_of("faults"), "faults is missing or empty; expected a list; add - kind: loss")
        document.close()
    if problems.found:
        raise FaultScriptError("\n".join(problems.messages()))
    return FaultScript(faults, seed, filename)


def _fault(item: Item) -> Fault:
    before = len(item.problems.found)
    kind = item.read("kind", _KIND)
    if len(item.problems.found) > before:
        item.names()  # what else it may say depends on the kind
        return Fault(kind)
    start = item.read("from", _DURATION, 0)
    probability = item.read("probability", _PROBABILITY, 1.0)
    kits = frozenset(KitId(kit) for kit in texts_of(item.texts("kits"), IDENTIFIER)) if item.has("kits") else None
    if item.has("kits") and not kits:
        item.problem("kits", "at least one kit", "leave kits out for all")
    of_kind = _OF_KIND.get(kind, _of_messages)
    fault = of_kind(item, Fault(kind, item.line, start, None, probability, kits))
    item.close()
    return fault


def _of_messages(item: Item, base: Fault) -> Fault:
    return replace(base, duration=item.read("for", _PERIOD, None))


def _delay(item: Item, base: Fault) -> Fault:
    most = item.read("most", _PERIOD)
    least = item.read("least", _DURATION, most)
    if least > most:
        item.problem("least", "no more than most", "exchange them")
    return replace(_of_messages(item, base), least=least, most=most)


def _duplicate(item: Item, base: Fault) -> Fault:
    after = item.read("after", _DURATION, 0)
    return replace(_of_messages(item, base), copies=item.read("copies", _COUNT, 1), least=after, most=after)


def _reorder(item: Item, base: Fault) -> Fault:
    return replace(_of_messages(item, base), places=item.read("places", _COUNT, 1))


def _bit_flip(item: Item, base: Fault) -> Fault:
    return replace(_of_messages(item, base), bits=item.read("bits", _COUNT, 1))


def _disconnect(item: Item, base: Fault) -> Fault:
    every = item.read("every", _PERIOD, None) if item.has("every") else None
    if every is None and item.has("for"):
        item.problem("for", "every beside it", "add every: 10 s, or leave for out: it comes once")
    return replace(_of_messages(item, base), every=every, away=item.read("away", _DURATION, 0))


def _wrong_credentials(item: Item, base: Fault) -> Fault:
    return replace(base, away=item.read("for", _DURATION, 0))


def _broker_restart(item: Item, base: Fault) -> Fault:
    if base.kits is not None:
        item.problem("kits", "no kits: a broker is everybody's", "remove the line")
    return base


_OF_KIND: dict[FaultKind, Callable[[Item, Fault], Fault]] = {
    FaultKind.DELAY: _delay,
    FaultKind.DUPLICATE: _duplicate,
    FaultKind.REORDER: _reorder,
    FaultKind.BIT_FLIP: _bit_flip,
    FaultKind.DISCONNECT: _disconnect,
    FaultKind.WRONG_CREDENTIALS: _wrong_credentials,
    FaultKind.BROKER_RESTART: _broker_restart,
}
