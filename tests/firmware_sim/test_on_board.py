"""What a kit reports of what it sampled."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.identifiers import QuantityId
from firmware_sim.on_board import Samples, at_sampling, reported
from firmware_sim.zones import Span
from tests.firmware_sim.troubled_kits import MINUTE, START

CO2, LAEQ, LAFMAX, LCPEAK = (QuantityId(name) for name in ("co2", "laeq", "lafmax", "lcpeak"))


def samples(step: int, **values: list[float]) -> Samples:
    count = len(next(iter(values.values())))
    instants = START + step * (1 + np.arange(count, dtype=np.int64))
    return Samples(instants, step, {QuantityId(name): np.array(column) for name, column in values.items()})


def test_a_report_is_the_mean_of_its_samples_of_levels_the_energy_mean_of_maxima_the_maximum() -> None:
    said = reported(
        samples(
            20_000, co2=[400, 500, 600, 700], laeq=[80, 80, 90, 1], lafmax=[85, 88, 95, 1], lcpeak=[100, 130, 99, 1]
        ),
        MINUTE,
    )
    assert said.instants.tolist() == [START + MINUTE]  # stamped at the end; a period that is not over says nothing
    assert said.values[CO2].tolist() == [500.0]
    assert said.values[LAEQ][0] == pytest.approx(10 * np.log10((1e8 + 1e8 + 1e9) / 3))
    assert (said.values[LAFMAX][0], said.values[LCPEAK][0]) == (95.0, 130.0)


def test_of_samples_that_are_silent_nothing_is_made_up() -> None:
    said = reported(samples(30_000, co2=[400, np.nan, np.nan, np.nan], laeq=[np.nan, 70, np.nan, np.nan]), MINUTE)
    assert said.values[CO2].tolist() == pytest.approx([400.0, np.nan], nan_ok=True)
    assert said.values[LAEQ].tolist() == pytest.approx([70.0, np.nan], nan_ok=True)


def test_a_restart_forgets_the_samples_since_the_last_report() -> None:
    # six samples a minute; a restart from second 75 to 95 leaves those at 100, 110 and 120 s
    ten_seconds = samples(10_000, co2=[float(n) for n in range(1, 19)])
    off = [Span(START + 75_000, START + 95_000)]
    assert reported(ten_seconds, MINUTE, off).values[CO2].tolist() == [3.5, 11.0, 15.5]


def test_a_report_of_one_sample_is_that_sample() -> None:
    one = samples(MINUTE, co2=[400, 500])
    assert reported(one, MINUTE) is one
    assert at_sampling(one, MINUTE) is one


def test_between_the_instants_of_the_truth_a_concentration_goes_straight_and_a_level_stays() -> None:
    seen = at_sampling(samples(MINUTE, co2=[400, 460, 400], laeq=[60, 80, 70], lcpeak=[90, 130, 95]), 20_000)
    assert seen.instants.tolist() == [START + 20_000 * n for n in range(1, 10)]
    assert seen.values[CO2].tolist() == pytest.approx([400, 400, 400, 420, 440, 460, 440, 420, 400])
    assert seen.values[LAEQ].tolist() == [60] * 3 + [80] * 3 + [70] * 3
    assert seen.values[LCPEAK].tolist() == [90] * 3 + [130] * 3 + [95] * 3


def test_a_slow_kit_looks_at_a_concentration_now_and_then_but_listens_all_the_time() -> None:
    seen = at_sampling(samples(MINUTE, co2=[400, 500, 600, 700, 800], laeq=[60, 60, 70, 70, 1]), 2 * MINUTE)
    assert seen.values[CO2].tolist() == [500, 700]
    assert seen.values[LAEQ].tolist() == pytest.approx([60, 70])


@given(
    st.lists(st.floats(30, 120), min_size=1, max_size=20),
    st.sampled_from([1000, 5000, 10_000, 30_000]),
)
def test_sampling_more_often_and_averaging_gives_the_levels_that_were(levels: list[float], sampling: int) -> None:
    truth = samples(MINUTE, laeq=levels, lafmax=levels)
    back = reported(at_sampling(truth, sampling), MINUTE)
    assert back.instants.tolist() == truth.instants.tolist()
    assert back.values[LAEQ].tolist() == pytest.approx(levels)
    assert back.values[LAFMAX].tolist() == levels
