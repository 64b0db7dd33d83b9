"""Pages made of the catalog, the rule packs and the command line are what these say now."""

import pytest

from docs.generate import DOCS, PAGES


@pytest.mark.parametrize("page", PAGES)
def test_a_generated_page_is_up_to_date(page: str) -> None:
    path = DOCS / page
    assert path.exists(), f"docs/{page} is missing; run: python docs/generate.py"
    assert path.read_text(encoding="utf-8") == PAGES[page](), (
        f"docs/{page} is out of date; run: python docs/generate.py"
    )
