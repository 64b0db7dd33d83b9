"""The page of virtual kits names every setting, with its default."""

from pathlib import Path

import msgspec
import pytest
import yaml
from msgspec.structs import FieldInfo, fields

from firmware_sim.kit_settings import (
    BatterySettings,
    ClockJump,
    ClockSettings,
    KitSettings,
    LostNetwork,
    MainsHours,
    Moment,
    RandomOutages,
    Reboots,
    StoreAndForward,
)

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "virtual-kits.md").read_text(encoding="utf-8")
BLOCKS = (
    KitSettings, LostNetwork, RandomOutages, Reboots, StoreAndForward, ClockSettings, BatterySettings,
    Moment, ClockJump, MainsHours,
)  # fmt: skip


@pytest.mark.parametrize("block", BLOCKS)
def test_every_setting_is_on_the_page(block: type[msgspec.Struct]) -> None:
    assert [field.encode_name for field in fields(block) if not _is_named(field)] == []


def _is_named(field: FieldInfo) -> bool:
    return f"`{field.encode_name}`" in PAGE or f"\n  {field.encode_name}: " in PAGE


@pytest.mark.parametrize("block", [StoreAndForward, Reboots, ClockSettings, BatterySettings])
def test_numbers_and_words_that_are_defaults_stand_in_the_row_of_their_setting(block: type[msgspec.Struct]) -> None:
    for field in fields(block):
        if isinstance(field.default, int | float | str):
            rows = [line.split("|") for line in PAGE.splitlines() if line.startswith(f"| `{field.encode_name}` |")]
            default = field.default if isinstance(field.default, str) else f"{field.default:g}"
            assert default in {row[3].strip().strip("`") for row in rows}


def test_the_example_is_one() -> None:
    example = PAGE.split("```yaml\n")[1].split("```")[0]
    msgspec.convert(yaml.safe_load(example)["kit"], KitSettings)
