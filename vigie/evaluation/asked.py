"""What somebody asks ``vigie evaluate`` for, checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from catalog.identifiers import KitModelId
from catalog.kits import kit_models
from catalog.suggest import did_you_mean
from firmware_sim.workplaces import packaged_names, packaged_workplace
from rules.pack import default_packs, load_pack
from rules.rule import Pack
from vigie.errors import UsageError
from vigie.evaluation.campaign import Choices, Family
from vigie.evaluation.kept import DropOuts
from vigie.evaluation.settings import Settings
from vigie.pack_file import pack_text
from vigie.simulation.campaign import workplace_of

MOST_DAYS, MOST_KITS, MOST_CAMPAIGNS = 20, 5, 100_000


@dataclass(frozen=True, slots=True)
class Asked:
    """As typed; empty lists ask for what is usual.

    Attributes
    ----------
    workplaces : sequence of str
        Packaged names or files.
    days, kits, models : str
        Lists with commas.
    """

    workplaces: Sequence[str]
    campaigns: int
    seed: int
    days: str
    kits: str
    models: str
    pack: Path | None


def settings_of(asked: Asked) -> Settings:
    """What an evaluation is made of.

    Raises
    ------
    UsageError
        A name, a number or a file that cannot be.
    WorkplaceError, PackError
        A file has mistakes.
    """
    if not 1 <= asked.campaigns <= MOST_CAMPAIGNS:
        raise UsageError(f"--campaigns is {asked.campaigns}; expected 1 to {MOST_CAMPAIGNS}, of each workplace")
    if asked.seed < 0:
        raise UsageError(f"--seed is {asked.seed}; expected 0 or more")
    choices = Choices(
        days=_numbers(asked.days, "--days", MOST_DAYS),
        kits=_numbers(asked.kits, "--kits", MOST_KITS),
        models=_models(asked.models),
    )
    return Settings(
        families=_families(asked.workplaces),
        campaigns=asked.campaigns,
        seed=asked.seed,
        choices=choices,
        packs=_packs(asked.pack),
        drop_outs=DropOuts(),
        pack_file="" if asked.pack is None else str(asked.pack),
    )


def _families(names: Sequence[str]) -> tuple[Family, ...]:
    if not names:
        return tuple(Family(name, packaged_workplace(name), name) for name in packaged_names())
    found: dict[str, Family] = {}
    for given in names:
        workplace = workplace_of(given)
        packaged = given.strip().lower().replace("-", "_")
        name = packaged if packaged in packaged_names() else Path(given).stem
        if name in found:
            raise UsageError(f'two workplaces are called "{name}"; name each once, or give one file another name')
        found[name] = Family(name, workplace, name if name == packaged else given)
    return tuple(found.values())


def _numbers(text: str, option: str, most: int) -> tuple[int, ...]:
    try:
        found = [int(part) for part in text.split(",")]
    except ValueError:
        raise UsageError(f'{option} is "{text}"; expected whole numbers with commas between them') from None
    for number in found:
        if not 1 <= number <= most:
            raise UsageError(f"{option} has {number}; expected 1 to {most}")
    return tuple(dict.fromkeys(found))


def _models(text: str) -> tuple[KitModelId, ...]:
    found = [KitModelId(part.strip()) for part in text.split(",")]
    for model in found:
        if model not in kit_models():
            raise UsageError(f'--model has "{model}"; {did_you_mean(model, sorted(kit_models()))}')
    return tuple(dict.fromkeys(found))


def _packs(path: Path | None) -> tuple[Pack, ...]:
    return default_packs() if path is None else (load_pack(pack_text(path), str(path)),)
