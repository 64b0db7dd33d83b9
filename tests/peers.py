"""Packages ours is compared with: the extra ``peers``, which nothing of ours needs."""

import warnings
from typing import Any

import pytest


def peer(name: str) -> Any:
    """A module of another package; the comparison is skipped, with the reason, where it is not installed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pytest.importorskip(name, reason=f"{name} is of the extra peers, which is not installed")
