"""Pages made of the catalog, the rule packs and the command line are what these say now."""

import re

import pytest

from docs.generate import DOCS, PAGES

THOUSANDTH = re.compile(r"[+-]\d+\.\d{3}\b")
COMPUTED = "measures/weighting-errors.md"
LAST_DIGIT = 0.001001
"""Processors differ in the last bits of a logarithm, and a value half-way between two digits is then told as either."""


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_up_to_date(page: str) -> None:
    path = DOCS / page
    assert path.exists(), f"docs/{page} is missing; run: python docs/generate.py"
    kept, made = path.read_text(encoding="utf-8"), PAGES[page]()
    if page == COMPUTED:
        values = [[float(each) for each in THOUSANDTH.findall(text)] for text in (kept, made)]
        assert values[0] == pytest.approx(values[1], abs=LAST_DIGIT), f"docs/{page} is out of date"
        kept, made = THOUSANDTH.sub("", kept), THOUSANDTH.sub("", made)
    assert kept == made, f"docs/{page} is out of date; run: python docs/generate.py"
