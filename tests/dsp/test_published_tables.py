"""Whole tables of the published numbers (O-2, O-3.5), read where they are written: every cell, not a choice of them."""

import re

import numpy as np
import pytest

from dsp.iso9612_sampling import sampling_contribution
from dsp.sound.weighting import a_weighting, c_weighting, response, weightings
from dsp.soundlevel import measure
from tests.shared_data import require_shared

Row = list[str]
PRINTED = 0.051
"""Weightings are printed to 0.1 dB."""


def rows_after(heading: str) -> list[Row]:
    """Cells of the first table after a heading of published.md, its head and rule left out."""
    text = require_shared("oracles/published.md").read_text("utf-8")
    lines = text[text.index(heading) :].splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith("|"))
    table = []
    for line in lines[first:]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return table[2:]


def span(limits: str) -> tuple[float, float]:
    """Least and greatest error of ``+2.1/-3.1`` or ``±1.1`` [dB]."""
    if limits.startswith("±"):
        return -float(limits[1:]), float(limits[1:])
    upper, lower = limits.split("/")
    return float(lower), float(upper)


def weighting_rows() -> list[Row]:
    """Nominal frequency, A, C and class 1; the page prints two such rows side by side."""
    return [side for row in rows_after("## O-2") for side in (row[:4], row[5:9])]


def exact(nominal: str) -> float:
    return float(1000 * 10 ** (round(10 * np.log10(float(nominal) / 1000)) / 10))


@pytest.mark.parametrize("rate", [44_100, 48_000, 96_000])
def test_every_frequency_of_the_published_weightings_is_inside_class_1(rate: int) -> None:
    """O-2, limits of the edition of 2002; at 20 kHz too, which 44.1 kHz still holds."""
    rows = weighting_rows()
    assert len(rows) == 34
    for nominal, a, c, limits in rows:
        frequency = exact(nominal)
        assert a_weighting(frequency) == pytest.approx(float(a), abs=PRINTED), nominal
        assert c_weighting(frequency) == pytest.approx(float(c), abs=PRINTED), nominal
        least, most = span(limits)
        for sections, printed in ((weightings(rate).a, a), (weightings(rate).c, c)):
            assert least < response(sections, frequency, rate) - float(printed) < most, nominal


def test_sine_of_400_hz_and_one_four_times_as_high() -> None:
    """O-2: 1 Pa amplitude at 400 Hz is 91 dB (Z), four times the amplitude 103 dB."""
    wave = np.sin(2 * np.pi * 400 * np.arange(3 * 48_000) / 48_000)
    assert measure(0.25 * wave, 48_000, 4.0).lzeq == pytest.approx(90.97, abs=0.02)
    assert round(measure(wave, 48_000, 4.0).lzeq) == 103


def test_every_cell_of_table_c4() -> None:
    """O-3.5: c₁u₁ by samples and scatter."""
    text = require_shared("oracles/published.md").read_text("utf-8")
    (head,) = re.findall(r"^\| N \\\\ u1 \|(.+)\|$", text, re.MULTILINE)
    scatters = [float(cell) for cell in head.split("|")]
    rows = rows_after("O-3.5")
    assert (len(rows), len(scatters)) == (15, 12)
    for samples, *cells in rows:
        found = [sampling_contribution(int(samples), scatter) for scatter in scatters]
        assert found == [float(cell) for cell in cells], samples
