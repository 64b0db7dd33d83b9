"""Files that the pages show can be used as they are."""

import re
import tomllib
from pathlib import Path

import pytest

from catalog.registry import parse_registry
from ingest.decode import decode
from ingest.mapping_toml import load_mapping

DOCS = Path(__file__).resolve().parents[2] / "docs"
TOML_BLOCKS = [
    pytest.param(block, id=f"{page.stem}-{number}")
    for page in sorted(DOCS.rglob("*.md"))
    for number, block in enumerate(
        re.findall(r"^```toml\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    )
]


def test_the_registry_of_the_reference_page_is_read() -> None:
    path = DOCS / "_examples" / "registry.yaml"
    registry = parse_registry(path.read_text(encoding="utf-8"), path.name)
    assert [len(registry.zones), len(registry.deployments), len(registry.calibrations)] == [1, 1, 1]


def test_the_registry_of_the_rehearsal_is_read_and_its_kits_are_simulated() -> None:
    path = DOCS / "_examples" / "rehearsal.yaml"
    registry = parse_registry(path.read_text(encoding="utf-8"), path.name)
    assert [kit.simulated for kit in registry.kits.values()] == [True]


@pytest.mark.parametrize("block", TOML_BLOCKS)
def test_toml_on_a_page_is_toml_and_mappings_are_mappings(block: str) -> None:
    document = tomllib.loads(block)
    if "columns" in document:
        assert load_mapping(block, "page").columns


def test_the_senml_pack_of_the_payload_page_is_read_whole() -> None:
    page = (DOCS / "reference" / "payloads.md").read_text(encoding="utf-8")
    (pack,) = re.findall(r"^```json\n(\[.*?\])\n```", page, re.MULTILINE | re.DOTALL)
    decoded = decode("vigie/v1/k7/readings", pack.encode(), 1_773_644_460_000)
    assert decoded.problems == ()
    assert decoded.readings.quantity == ["co2", "temperature", "co2"]
