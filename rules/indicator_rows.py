"""Indicators as flat rows, grouped, with a total; and the checks no row may fail."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import get_args, get_type_hints

from rules.indicators import Indicators

DECIMALS = 4
"""Of shares and of days, as they are reported."""

Cell = float | int | None
"""One number of a row; None where there is none."""


class Grouping(Enum):
    """What rows are told apart by."""

    NOTHING = "nothing"
    ESTABLISHMENT = "establishment"
    MONTH = "month"
    NAF = "naf"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Row:
    """The indicators of one group, by the names of :data:`NAMES`."""

    group: str
    values: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a report, and their total."""

    by: Grouping
    rows: tuple[Row, ...]
    total: Row


@dataclass(frozen=True, slots=True)
class Identity:
    """Names whose sum is that of others, in every row."""

    left: tuple[str, ...]
    right: tuple[str, ...]


_KINDS = ("amt", "metrology", "kit_check")
_DELAYS = ("to_validation", "to_action", "to_verification", "to_result")
IDENTITIES = (
    Identity(("campaigns_under_way_before", "campaigns_begun"), ("campaigns_finished", "campaigns_under_way_after")),
    *(
        Identity(
            (f"{kind}_open_before", f"{kind}_opened", f"{kind}_reopened"),
            (f"{kind}_done", f"{kind}_dismissed", f"{kind}_open_after"),
        )
        for kind in _KINDS
    ),
    Identity(("fate_opened",), ("fate_still_open", "fate_done", "fate_verified", "fate_dismissed")),
    Identity(("fate_opened",), tuple(f"{kind}_opened" for kind in _KINDS)),
    Identity(
        ("dismissals_false_alarm", "dismissals_known", "dismissals_out_of_scope"),
        tuple(f"{kind}_dismissed" for kind in _KINDS),
    ),
    Identity(("verifications_by_campaign", "verifications_by_follow_up"), tuple(f"{kind}_verified" for kind in _KINDS)),
    Identity(("follow_ups_due",), ("follow_ups_looked_at", "follow_ups_waiting")),
    *(Identity((f"{name}_started",), (f"{name}_completed", f"{name}_waiting", f"{name}_left")) for name in _DELAYS),
    Identity(("to_validation_started",), ("amt_opened", "metrology_opened")),
    Identity(("to_action_started",), ("amt_validated",)),
    Identity(("to_verification_started",), ("amt_done",)),
    Identity(("to_result_started",), ("metrology_validated",)),
)
"""What adds up in every row."""

_AT_MOST = (
    ("positive_validated", "positive_proposed"),
    ("positive_proposed", "campaigns_begun"),
    ("returned_tickets", "returned_results"),
    *((f"{name}_q1", f"{name}_median") for name in _DELAYS),
    *((f"{name}_median", f"{name}_q3") for name in _DELAYS),
)
_RATES = (
    ("positive_rate_proposed", "positive_proposed"),
    ("positive_rate_validated", "positive_validated"),
)
_QUARTILES = frozenset(f"{name}_{part}" for name in _DELAYS for part in ("q1", "median", "q3"))
_STOCKS_BEFORE = frozenset({"campaigns_under_way_before", *(f"{kind}_open_before" for kind in _KINDS)})
_STOCKS_AFTER = frozenset(
    {
        "campaigns_under_way_after",
        "overdue_to_decide",
        "overdue_to_act",
        "overdue_to_follow_up",
        *(f"{kind}_open_after" for kind in _KINDS),
    }
)
_DISTINCT = frozenset({f"campaigns_{name}" for name in ("zones", "establishments", "employers", "headcount")})
_FATES = frozenset({f"fate_{name}" for name in ("still_open", "done", "verified", "dismissed")})
_NOT_SUMMED = {
    Grouping.NOTHING: frozenset[str](),
    # an employer may have several establishments
    Grouping.ESTABLISHMENT: frozenset({"campaigns_employers"}),
    Grouping.NAF: frozenset[str](),
    # a zone is screened in several months, and a ticket's fate is that of the end of its month
    Grouping.MONTH: _DISTINCT | _FATES | _STOCKS_BEFORE | _STOCKS_AFTER,
    # a campaign may raise tickets about several agents
    Grouping.AGENT: frozenset({"positive_proposed", "positive_validated"}),
}


def row_of(found: Indicators) -> Row:
    """The indicators of a group, as a flat row."""
    return Row(found.group, dict(_flat(found)))


def problems(table: Table) -> list[str]:
    """Everything in a table that does not add up; one line a problem, none where it does.

    Notes
    -----
    In every row: :data:`IDENTITIES`, no negative number, shares that are those of their counts, quartiles in order. In
    all rows together: what can be added up comes to the total; by month what was open at the end of one month is open
    at the start of the next.
    """
    found = [line for row in (*table.rows, table.total) for line in _problems_of(row, table.by)]
    if table.by is Grouping.NOTHING:
        return found
    found += _sums(table)
    if table.by is Grouping.MONTH:
        found += _chain(table)
    return found


def _problems_of(row: Row, by: Grouping) -> Iterator[str]:
    values = row.values
    for name in NAMES:
        value = values.get(name)
        if value is not None and (not math.isfinite(value) or value < 0):
            yield f"{row.group}: {name} is {value:g}; expected zero or more"
        if value is not None and name in COUNTS and value != int(value):
            yield f"{row.group}: {name} is {value:g}; expected a whole number"
    for identity in IDENTITIES:
        left, right = _sum(values, identity.left), _sum(values, identity.right)
        if left is not None and right is not None and left != right:
            yield (f"{row.group}: {' + '.join(identity.left)} = {left:g}, but {' + '.join(identity.right)} = {right:g}")
    for less, more in _AT_MOST:
        low, high = values.get(less), values.get(more)
        if low is not None and high is not None and low > high:
            yield f"{row.group}: {less} is {low:g}, more than {more} ({high:g})"
    if by is not Grouping.AGENT or row.values.get("campaigns_begun") is not None:
        yield from _rates(row)


def _rates(row: Row) -> Iterator[str]:
    begun = row.values.get("campaigns_begun")
    for rate_name, count_name in _RATES:
        rate, count = row.values.get(rate_name), row.values.get(count_name)
        expected = round(count / begun, DECIMALS) if begun and count is not None else None
        if rate != expected:
            yield f"{row.group}: {rate_name} is {_told(rate)}, but {count_name} ÷ campaigns_begun is {_told(expected)}"


def _sums(table: Table) -> Iterator[str]:
    for name in COUNTS:
        if name in _NOT_SUMMED[table.by]:
            continue
        parts = [row.values.get(name) for row in table.rows]
        total = table.total.values.get(name)
        known = [part for part in parts if part is not None]
        if len(known) == len(parts) and total is not None and sum(known) != total:
            yield f"{name}: the rows come to {sum(known):g}, the total says {total:g}"


def _chain(table: Table) -> Iterator[str]:
    """What is open at the end of a month is open at the start of the next, and the total spans them all."""
    for before, after in zip(sorted(_STOCKS_BEFORE), _after_of(sorted(_STOCKS_BEFORE)), strict=True):
        ends = [table.total.values.get(before), *(row.values.get(after) for row in table.rows)]
        starts = [*(row.values.get(before) for row in table.rows), table.total.values.get(after)]
        groups = [*(row.group for row in table.rows), table.total.group]
        for group, end, start in zip(groups, ends, starts, strict=True):
            if end != start:
                yield f"{group}: {before} is {_told(start)}, but {after} of the time before is {_told(end)}"


def _after_of(names: Iterable[str]) -> list[str]:
    return [name.replace("_before", "_after") for name in names]


def _sum(values: Mapping[str, Cell], names: Sequence[str]) -> Cell:
    parts = [values.get(name) for name in names]
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None


def _told(value: Cell) -> str:
    return "empty" if value is None else f"{value:g}"


def _flat(found: object) -> Iterator[tuple[str, Cell]]:
    for part in fields(Indicators):
        value = getattr(found, part.name)
        if part.name != "group":
            for name in _parts(part.name):
                cell = None if value is None else getattr(value, name)
                yield f"{part.name}_{name}", round(cell, DECIMALS) if isinstance(cell, float) else cell


def _parts(section: str) -> list[str]:
    """The fields of one section of the indicators."""
    hint = get_type_hints(Indicators)[section]
    kind = next((each for each in get_args(hint) if is_dataclass(each)), hint)
    return [part.name for part in fields(kind)]


NAMES = tuple(
    f"{part.name}_{name}" for part in fields(Indicators) if part.name != "group" for name in _parts(part.name)
)
"""Every indicator, in the order of the report."""

COUNTS = frozenset(name for name in NAMES if name not in _QUARTILES and not name.startswith("positive_rate"))
"""Those that are whole numbers."""
