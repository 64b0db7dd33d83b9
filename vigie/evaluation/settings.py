"""What an evaluation is made of: the same settings give the same tables, to the bit."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from rules.rule import Pack
from vigie.evaluation.campaign import Choices, Family
from vigie.evaluation.kept import DropOuts
from vigie.software import vigie_version


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the tables depend on.

    Attributes
    ----------
    families : tuple of Family
    campaigns : int
        Of each family.
    seed : int
        0 or more.
    packs : tuple of Pack
        The rules the tickets come from.
    pack_file : str
        Where they were read from; empty for those that come with Vigie.
    """

    families: tuple[Family, ...]
    campaigns: int
    seed: int
    choices: Choices
    packs: tuple[Pack, ...]
    drop_outs: DropOuts
    pack_file: str = ""

    @property
    def total(self) -> int:
        """Campaigns in all."""
        return len(self.families) * self.campaigns

    @property
    def command(self) -> str:
        """How to have it again."""
        choices = self.choices
        lists = [
            ("--days", ",".join(map(str, choices.days))),
            ("--kits", ",".join(map(str, choices.kits))),
            ("--model", ",".join(choices.models)),
        ]
        words = ["vigie evaluate", *(family.source for family in self.families)]
        words += [f"--campaigns {self.campaigns} --seed {self.seed}"]
        words += [f"{option} {text}" for option, text in lists]
        words += [f"--pack {self.pack_file}"] if self.pack_file else []
        return " ".join(words)

    def told(self) -> str:
        """The settings as the evaluation's folder keeps them: JSON, workplaces and packs by their content."""
        return json.dumps(self._content(), ensure_ascii=False, indent=2) + "\n"

    def difference(self, told: str) -> str | None:
        """What kept settings say that these do not, in words; None where they are the same."""
        try:
            kept = json.loads(told)
        except ValueError:
            return "cannot be read"
        if not isinstance(kept, dict):
            return "cannot be read"
        for name, value in self._content().items():
            if kept.get(name) != value:
                if (changed := _changed(kept.get(name), value)) is not None:
                    return f"was begun with another content of {changed}"
                return f"has {name} {_short(kept.get(name))}, asked for is {_short(value)}"
        return None

    def _content(self) -> Mapping[str, object]:
        return {
            "vigie": vigie_version(),
            "seed": self.seed,
            "campaigns": self.campaigns,
            "workplaces": {family.name: _digest(family) for family in self.families},
            "days": list(self.choices.days),
            "kits": list(self.choices.kits),
            "models": [str(model) for model in self.choices.models],
            "packs": [f"{pack.id} {pack.version} {pack.digest[:16]}" for pack in self.packs],
            "drop_outs_per_day": self.drop_outs.per_day,
            "drop_out_hours": self.drop_outs.hours,
        }


def _digest(family: Family) -> str:
    return hashlib.sha256(msgspec.json.encode(family.workplace, order="deterministic")).hexdigest()[:16]


def _changed(kept: object, asked: object) -> str | None:
    """Names that both know, whose content is another one now; None where the names themselves differ."""
    if not isinstance(kept, dict) or not isinstance(asked, dict) or list(kept) != list(asked):
        return None
    return ", ".join(name for name, content in asked.items() if kept[name] != content)


def _short(value: object) -> str:
    if isinstance(value, list | dict):
        return ", ".join(str(each) for each in value)
    return str(value)
