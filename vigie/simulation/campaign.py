"""What is asked of a simulation, and the campaign that comes of it: which workplace, days, kits and seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import count
from pathlib import Path

from catalog.identifiers import KitModelId
from catalog.kits import kit_models
from catalog.suggest import did_you_mean
from firmware_sim.draws import drawn
from firmware_sim.kit import VirtualKit
from firmware_sim.kit_account import KitAccount, added_up
from firmware_sim.placing import Placing
from firmware_sim.scenario import Workplace
from firmware_sim.variants import as_variant
from firmware_sim.workplace_file import load_workplace
from firmware_sim.workplaces import packaged_names, packaged_workplace, virtual_kits, working_days
from vigie.errors import UsageError
from vigie.simulation.registry import registry_text

MOST_DAYS = 60
"""Longer campaigns than any kit is lent for are a slip of the finger."""

MOST_KITS = 20
"""In each zone."""

_FIRST_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for.

    Attributes
    ----------
    scenario : str
        A packaged workplace's name, or a YAML file.
    start : datetime.date or None
        None: so that the last day is over.
    days : int
        Working days.
    kits : int
        In each zone.
    model : KitModelId or None
        Kit model of all kits; each zone's own where None.
    drawn : bool
        One random campaign of the workplace in place of the one that is written.
    """

    scenario: str
    variant: str | None = None
    start: date | None = None
    days: int = 3
    seed: int = 1
    kits: int = 1
    model: KitModelId | None = None
    drawn: bool = False


@dataclass(frozen=True)
class Campaign:
    """A simulated campaign.

    Attributes
    ----------
    days : tuple of datetime.date
        On which the kits are switched on.
    """

    asked: Asked
    workplace: Workplace
    days: tuple[date, ...]

    @cached_property
    def kits(self) -> tuple[VirtualKit, ...]:
        """All kits, with what they will measure and the truth about their zones."""
        asked = self.asked
        placing = Placing.DRAWN if asked.drawn else Placing.AS_WRITTEN
        return tuple(
            virtual_kits(self.workplace, self.days, asked.seed, kits=asked.kits, model=asked.model, placing=placing)
        )

    @cached_property
    def account(self) -> KitAccount:
        """What becomes of every report of every kit."""
        return added_up(kit.account() for kit in self.kits)

    @property
    def message_count(self) -> int:
        """Messages of all kits, births and wills of later starts among them."""
        return self.account.messages + self.account.status_messages

    @property
    def registry(self) -> str:
        """The registry file of its places, kits and deployments."""
        return registry_text(self.workplace, self.kits, self.days[0], self.days[-1], self.asked.model)

    @property
    def words(self) -> str:
        """What it is, in one line."""
        asked = self.asked
        as_what = f", {asked.variant} its limits" if asked.variant else ""
        campaign = ", one random campaign" if asked.drawn else ""
        return f"{self.workplace.name}{as_what}{campaign}: {_span(self.days)}, seed {asked.seed}"

    @property
    def command(self) -> str:
        """How to have it again."""
        asked = self.asked
        words = ["vigie simulate", asked.scenario]
        words += [f"--variant {asked.variant}"] if asked.variant else []
        words += [f"--start {self.days[0]} --days {asked.days} --seed {asked.seed}"]
        words += [f"--kits {asked.kits}"] if asked.kits > 1 else []
        words += [f"--model {asked.model}"] if asked.model else []
        words += ["--drawn"] if asked.drawn else []
        return " ".join(words)


def campaign_of(asked: Asked, today: date) -> Campaign:
    """The campaign somebody asks for.

    Parameters
    ----------
    today : datetime.date
        The campaign is over before it: readings that were not made yet are refused by a collector.

    Raises
    ------
    UsageError
        A name, a date or a number that cannot be.
    WorkplaceError
        The workplace's file has a mistake.
    """
    for number, option, most in ((asked.days, "--days", MOST_DAYS), (asked.kits, "--kits", MOST_KITS)):
        if not 1 <= number <= most:
            raise UsageError(f"{option} is {number}; expected 1 to {most}")
    if asked.seed < 0:
        raise UsageError(f"--seed is {asked.seed}; expected 0 or more")
    if asked.model is not None and asked.model not in kit_models():
        raise UsageError(f'--model is "{asked.model}"; {did_you_mean(asked.model, sorted(kit_models()))}')
    workplace = workplace_of(asked.scenario)
    if asked.variant is not None:
        workplace = _varied(workplace, asked.scenario, asked.variant)
    if asked.drawn:
        workplace = drawn(workplace, asked.seed)
    return Campaign(asked, workplace, _days(asked, today))


def workplace_of(scenario: str) -> Workplace:
    """A packaged workplace by its name, or one in a file of the user's.

    Raises
    ------
    UsageError
        There is neither such a workplace nor such a file.
    WorkplaceError
        The file has a mistake.
    """
    path = Path(scenario)
    name = scenario.strip().lower().replace("-", "_")
    if name in packaged_names():
        return packaged_workplace(name)
    if path.suffix.lower() not in (".yaml", ".yml") and not path.is_file():
        raise UsageError(
            f'there is no workplace "{scenario}"; {did_you_mean(name, packaged_names())} '
            "(vigie simulate --list shows all), or name a YAML file"
        )
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise UsageError(f"{scenario}: cannot be read ({why}); expected a workplace in YAML") from None
    except UnicodeDecodeError:
        raise UsageError(f"{scenario}: is not text in UTF-8; expected a workplace in YAML") from None
    return load_workplace(text, scenario)


def _varied(workplace: Workplace, scenario: str, variant: str) -> Workplace:
    names = [known.name for known in workplace.variants]
    if not names:
        raise UsageError(f"{scenario} has no variants; leave --variant out")
    if variant not in names:
        raise UsageError(f'--variant is "{variant}"; expected {", ".join(names)}')
    return as_variant(workplace, variant)


def _days(asked: Asked, today: date) -> tuple[date, ...]:
    if asked.start is None:
        ways = (working_days(today - timedelta(days=back), asked.days) for back in count(asked.days))
        return tuple(next(days for days in ways if days[-1] < today))
    if asked.start.year < _FIRST_YEAR:
        raise UsageError(f"--start is {asked.start}; expected {_FIRST_YEAR} or later")
    days = working_days(asked.start, asked.days)
    if days[-1] >= today:
        raise UsageError(
            f"--start {asked.start} and {_working(asked.days)} end on {days[-1]}, which is not over; "
            f"expected a start that ends before {today}, or leave --start out"
        )
    return tuple(days)


def _span(days: Sequence[date]) -> str:
    if len(days) == 1:
        return f"{days[0]}"
    return f"{_working(len(days))} from {days[0]} to {days[-1]}"


def _working(days: int) -> str:
    return f"{days} working day{'' if days == 1 else 's'}"
