"""Every indicator is defined on its page, and the page defines no other."""

import re
from pathlib import Path

from rules.indicator_rows import NAMES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "indicators.md"


def test_the_page_defines_every_indicator_and_no_other() -> None:
    text = PAGE.read_text(encoding="utf-8").partition("\n## Checks")[0]
    cells = re.findall(r"^\| (`[a-z_0-9` ]+`) \|", text, re.MULTILINE)
    defined = [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]
    assert sorted(defined) == sorted(NAMES)
