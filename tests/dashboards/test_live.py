"""The block of the shift under way: for engineers, and for nobody else."""

from dataclasses import replace
from pathlib import Path

import polars as pl
from litestar.testing import TestClient

from dashboards.portal import create_app
from store.live import LIVE_SCHEMA, LiveStore
from tests.dashboards.conftest import Portal
from tests.dashboards.seed import AGENT, ENGINEER, JOINER, NOW

HOUR = 3_600_000


def with_live(portal: Portal, folder: Path, until: int = NOW + HOUR, newest: int = NOW) -> Portal:
    row = dict.fromkeys(LIVE_SCHEMA) | {
        "zone": "debit", "kit": "vigie-0001", "deployment": "d", "quantity": "laeq", "unit": "dB(A)",
        "shift": "journée", "since": NOW - HOUR, "until": until, "newest": newest, "coverage": 0.98, "suspect": 0.0,
        "mean": 83.21, "max_15min": 88.64, "simulated": False,
        "limits": [
            {"limit": 80.0, "direction": "above", "seconds": 1500.0, "episodes": 1, "episode_since": NOW - 600_000}
        ],
    }  # fmt: skip
    LiveStore(folder).show(pl.DataFrame([row], schema=LIVE_SCHEMA))
    config = replace(portal.config, live=folder)
    return Portal(config, create_app(config), portal.clock)


def page(portal: Portal, email: str) -> str:
    browser: TestClient = portal.signed_in(email)  # type: ignore[type-arg]
    return browser.get("/zones/debit").text


def test_engineer_sees_the_shift_under_way(portal: Portal, tmp_path: Path) -> None:
    said = page(with_live(portal, tmp_path / "live"), ENGINEER)
    for words in ("Poste en cours", "83,2", "88,6", "25\N{NO-BREAK SPACE}min", "98\N{NO-BREAK SPACE}%"):
        assert words in said
    assert "(Kit 1)" in said
    assert "(vigie-0001)" not in said


def test_employers_see_nothing_of_a_shift_under_way_neither_their_own_nor_anothers(
    portal: Portal, tmp_path: Path
) -> None:
    live = with_live(portal, tmp_path / "live")
    for email in (JOINER, AGENT):
        said = page(live, email)
        assert "Poste en cours" not in said
        assert "88,6" not in said


def test_shift_that_ended_lately_says_so_and_one_of_long_ago_is_not_shown(portal: Portal, tmp_path: Path) -> None:
    assert "poste terminé, calcul à venir" in page(with_live(portal, tmp_path / "live", NOW), ENGINEER)
    assert "Poste en cours" not in page(with_live(portal, tmp_path / "live", NOW - HOUR), ENGINEER)


def test_values_nobody_updates_are_said_to_be_stale(portal: Portal, tmp_path: Path) -> None:
    fresh = page(with_live(portal, tmp_path / "live"), ENGINEER)
    assert "rien depuis" not in fresh
    assert "rien depuis" in page(with_live(portal, tmp_path / "live", newest=NOW - HOUR // 2), ENGINEER)
