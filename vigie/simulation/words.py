"""A simulation for a person: which workplaces there are, what was sent, and the truth to compare with."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from itertools import groupby
from pathlib import Path

from catalog.quantities import quantity
from firmware_sim.fleet import FleetReport
from firmware_sim.kit_account import KitAccount
from firmware_sim.workplaces import packaged_names, packaged_workplace
from vigie.output import Sheet, counted
from vigie.simulation.campaign import Campaign
from vigie.simulation.files import Destination, Form
from vigie.simulation.true_values import TrueValue

TRUE_FIELDS = (*(field.name for field in fields(TrueValue)), "simulated")
"""Names of ``vigie simulate --json``."""

_ALL_TOLD = 5
"""As many shifts are told one by one; of more, the lowest and the highest value."""


@dataclass(frozen=True, slots=True)
class TrueLine:
    """The shifts of one measure of a zone, in order."""

    shifts: tuple[TrueValue, ...]

    @property
    def close(self) -> bool:
        """Whether any of them is beyond its limit, or close to it."""
        return any(value.close for value in self.shifts)


@dataclass(frozen=True, slots=True)
class Listed:
    """One packaged workplace of the list; the names are those of ``--json``."""

    name: str
    title_en: str
    title_fr: str
    zones: int
    variants: str
    about: str


def packaged_list() -> list[Listed]:
    """All workplaces that come with Vigie."""
    return [_listed(name) for name in packaged_names()]


def _listed(name: str) -> Listed:
    workplace = packaged_workplace(name)
    rules = dict.fromkeys(concern.rule for concern in workplace.concerns)
    return Listed(
        name=name,
        title_en=workplace.name,
        title_fr=workplace.title_fr,
        zones=len(workplace.zones),
        variants=", ".join(variant.name for variant in workplace.variants),
        about=", ".join(rules),
    )


def begun(campaign: Campaign) -> str:
    """What is simulated, in two lines."""
    where = ", ".join(f"{kit.id} ({kit.truth.zone})" for kit in campaign.kits)
    return f"{campaign.words}\n{counted(len(campaign.kits), 'virtual kit')}: {where}; marked as simulated"


def accounted(account: KitAccount) -> str:
    """What became of all that was to be reported."""
    late = f", {account.sent_late} of them late, out of the kits' buffers" if account.sent_late else ""
    words = f"{counted(account.readings, 'reading')} in {counted(account.messages, 'message')}{late}"
    lost = {
        "while a kit was off": account.lost_while_off,
        "in full buffers": account.lost_in_overflow,
        "from memory at restarts": account.lost_from_memory,
        "never sent": account.never_sent,
    }
    told = ", ".join(f"{number} {how}" for how, number in lost.items() if number)
    return f"{words}; {account.lost} of {account.samplings} reports lost{f': {told}' if told else ''}"


def sent(report: FleetReport) -> str:
    """What became of the messages."""
    rate = report.messages / report.seconds if report.seconds else 0.0
    return (
        f"{counted(report.messages, 'message')}, {report.acknowledged} acknowledged in {report.seconds:.1f} s"
        f" ({rate:.0f} messages/s)"
    )


def written(paths: Sequence[Path], to: Destination, kits: Sequence[str]) -> str:
    """What was written, and what to do with it."""
    names = ", ".join(path.name for path in paths)
    where = to.path if to.folder else to.path.parent
    size = sum(path.stat().st_size for path in paths) / 1e6
    told = names if where == Path() else f"{where}: {names}"
    following = f"vigie registry import {to.registry} -w DIR"
    if to.form is Form.RECORDING:
        following += f"; vigie replay {to.stream} -w DIR"
    else:
        for kit in kits[:_ALL_TOLD]:
            file = to.of_kit(kit, alone=len(kits) == 1)
            following += f"\n      vigie import {file} --kit {kit} --simulated -w DIR"
        if len(kits) > _ALL_TOLD:
            following += "\n      and so on for each kit"
    return f"{told} ({size:.1f} MB)\nNext: {following}"


def true_rows(values: Sequence[TrueValue]) -> list[dict[str, object]]:
    """The true values as flat rows."""
    return [asdict(value) | {"day": str(value.day), "simulated": True} for value in values]


def true_lines(values: Sequence[TrueValue]) -> tuple[TrueLine, ...]:
    """The true values, the shifts of one measure of a zone together."""
    together = groupby(values, key=lambda value: (value.zone, value.quantity, value.measure))
    return tuple(TrueLine(tuple(shifts)) for _, shifts in together)


def true_sheet(lines: Sequence[TrueLine]) -> Sheet:
    """One line a measure of a zone: the true value of each shift, beside the limit."""
    days = sorted({value.day for line in lines for value in line.shifts})
    span = " to ".join(dict.fromkeys(str(day) for day in (*days[:1], *days[-1:])))
    return Sheet(
        f"What people were really exposed to, by shift, {span}",
        ("zone", "quantity", "measure", "true values", "limit", "beyond"),
        [_true_row(line.shifts) for line in lines],
    )


def _true_row(shifts: Sequence[TrueValue]) -> list[str]:
    first = shifts[0]
    unit = "" if first.unit == "1" else f" {first.unit}"
    beyond = [value for value in shifts if value.beyond]
    shown = (beyond or shifts)[0]
    return [
        first.zone,
        first.quantity,
        first.measure,
        f"{' · '.join(_numbers(shifts))}{unit}",
        f"{'≥ ' if shown.harm == 'below' else ''}{shown.limit:.4g}{unit}",
        f"{len(beyond)} of {len(shifts)}" if beyond else "–",
    ]


def _numbers(shifts: Sequence[TrueValue]) -> Iterator[str]:
    told = [value.value for value in shifts]
    if len(told) > _ALL_TOLD:
        yield f"{_number(shifts[0], min(told))} to {_number(shifts[0], max(told))}"
        return
    yield from (_number(shifts[0], value) for value in told)


def _number(of: TrueValue, value: float) -> str:
    return f"{value:.{quantity(of.quantity).decimals}f}"
