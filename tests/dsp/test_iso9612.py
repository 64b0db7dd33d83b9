"""ISO 9612: the worked examples of its annexes, table C.4, and what a measurement plan lacks."""

import json
import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsp.iso9612 import Duration, Instrument, Remark, Task, full_day, job_based, task_based
from dsp.iso9612_sampling import least_sampling, sampling_contribution
from dsp.noise import NoiseError
from tests.shared_data import require_shared

WELDERS = (
    Task("planning", (70.0,), Duration(1.5)),
    Task("welding", (80.1, 82.2, 79.6), Duration.between(5.0, 4.0, 6.0)),
    Task("cutting", (86.5, 92.4, 89.3, 93.2, 87.8, 86.2), Duration.between(1.5, 1.0, 2.0)),
)
CELL = 1e-12


def test_welders_of_annex_d() -> None:
    """O-3.3, with the equation of the standard (c_1a squared): U = 2.77 dB with, 2.14 dB without durations."""
    result = task_based(WELDERS, Instrument.CLASS_1)
    assert result.lex_8h == pytest.approx(84.29, abs=0.005)
    assert result.u == pytest.approx(1.68, abs=0.005)
    assert result.expanded == pytest.approx(2.77, abs=0.005)
    planning, welding, cutting = result.tasks
    assert [round(t.laeq, 2) for t in result.tasks] == [70.0, 80.79, 90.10]
    assert [round(t.lex_8h, 2) for t in result.tasks] == [62.73, 78.74, 82.83]
    assert [round(t.c1a, 3) for t in result.tasks] == [0.007, 0.279, 0.714]
    assert (planning.u1a, round(welding.u1a, 3), round(cutting.u1a, 3)) == (0.0, 0.797, 1.218)
    assert [round(t.c1b, 3) for t in result.tasks] == pytest.approx([0.02, 0.242, 2.067], abs=0.001)
    assert [t.u1b for t in result.tasks] == [0.0, 1.0, 0.5]
    fixed = [Task(task.name, task.levels, Duration(task.duration.hours)) for task in WELDERS]
    assert task_based(fixed, Instrument.CLASS_1).expanded == pytest.approx(2.14, abs=0.005)


def test_printed_uncertainty_of_annex_d_is_the_one_without_the_square() -> None:
    """The standard prints 2.7 and 3.2; they follow from Σ c_1a·(…) in place of Σ c_1a²·(…), against its equation."""
    expected = json.loads(require_shared("oracles/noise/iso9612_worked_examples.json").read_text())
    printed = expected["annex_D_task_welders"]["expected"]
    budgets = task_based(WELDERS, Instrument.CLASS_1).tasks
    measured = Instrument.CLASS_1.uncertainty**2 + 1.0
    unsquared = sum(b.c1a * (b.u1a**2 + measured) for b in budgets)
    durations = sum((b.c1b * b.u1b) ** 2 for b in budgets)
    assert round(1.65 * math.sqrt(unsquared), 1) == printed["U_no_duration"]
    assert round(1.65 * math.sqrt(unsquared + durations), 1) == pytest.approx(printed["U_with_duration"], abs=0.1)


def test_production_job_of_annex_e() -> None:
    """The standard rounds 88.44 dB to 88.4 before it goes on, and prints 88.1; unrounded it is 88.16."""
    example = json.loads(require_shared("oracles/noise/iso9612_worked_examples.json").read_text())
    job = example["annex_E_job_production"]
    expected = job["expected"]
    result = job_based(
        job["samples"], job["effective_hours"], Instrument.PERSONAL, job["sample_hours"], job["n_workers"]
    )
    assert result.laeq == pytest.approx(expected["lp_aeqte"], abs=0.05)
    assert result.lex_8h == pytest.approx(expected["lex_8h"], abs=0.07)
    assert round(result.u1, 1) == expected["u1"]
    assert round(result.c1u1, 1) == expected["c1u1"]
    assert round(result.u, 1) == expected["u"]
    assert round(result.expanded, 1) == expected["U"]
    assert result.remarks == ()


def test_table_c4_and_table_1() -> None:
    example = json.loads(require_shared("oracles/noise/iso9612_worked_examples.json").read_text())
    for samples, scatter, cell in example["table_C4_cells"]:
        assert sampling_contribution(samples, scatter) == pytest.approx(cell, abs=CELL)
    for workers, hours in example["table_1_min_cumulative_hours"].items():
        assert least_sampling(41 if workers == ">40" else int(workers)) == hours


@given(st.integers(3, 60), st.floats(0.0, 6.0))
def test_more_samples_never_add_more(samples: int, scatter: float) -> None:
    assert sampling_contribution(samples + 1, scatter) <= sampling_contribution(samples, scatter) + 1e-12


@given(st.integers(3, 30))
def test_more_scatter_never_adds_less(samples: int) -> None:
    found = [sampling_contribution(samples, k / 20) for k in range(121)]
    assert found[0] == 0.0
    assert all(a <= b + 1e-12 for a, b in pairwise(found))


@given(st.lists(st.floats(60.0, 110.0), min_size=3, max_size=9), st.floats(-10.0, 10.0))
def test_louder_tasks_shift_the_level_and_leave_the_uncertainty(levels: list[float], shift: float) -> None:
    one = task_based([Task("a", tuple(levels), Duration(4.0, 0.5))], Instrument.CLASS_2)
    other = task_based([Task("a", tuple(v + shift for v in levels), Duration(4.0, 0.5))], Instrument.CLASS_2)
    assert other.lex_8h == pytest.approx(one.lex_8h + shift, abs=1e-9)
    assert other.u == pytest.approx(one.u, abs=1e-9)


def test_what_a_plan_lacks_is_said() -> None:
    wide = task_based([Task("a", (80.0, 84.0, 81.0), Duration(8))], Instrument.CLASS_1)
    assert wide.remarks == (Remark.WIDE_SPREAD,)
    single = task_based([Task("a", (80.0,), Duration(8))], Instrument.CLASS_1)
    assert single.remarks == (Remark.FEW_MEASUREMENTS,)
    small = job_based([85.0, 85.5, 85.2], 8, Instrument.PERSONAL, sample_hours=1, workers=20)
    assert small.remarks == (Remark.FEW_SAMPLES, Remark.SHORT_SAMPLING)
    assert full_day([85.0, 90.0, 82.0], 8, Instrument.PERSONAL).remarks == (Remark.FEW_DAYS, Remark.REVISE_PLAN)


def test_observed_durations_have_the_scatter_of_their_mean() -> None:
    assert Duration.observed([4.0, 5.0, 6.0]) == Duration(5.0, 1.0 / math.sqrt(3.0))


@pytest.mark.parametrize(
    ("work", "words"),
    [
        (lambda: task_based([], Instrument.CLASS_1), "no task"),
        (lambda: task_based([Task("a", (), Duration(1))], Instrument.CLASS_1), "a: no level"),
        (lambda: task_based([Task("a", (80.0,), Duration(25))], Instrument.CLASS_1), "at most 24 h"),
        (lambda: task_based([Task("a", (80.0,), Duration(20))] * 2, Instrument.CLASS_1), "40 h together"),
        (lambda: job_based([80.0, 81.0], 8, Instrument.CLASS_1), "at least three"),
        (lambda: job_based([60.0, 80.0, 100.0], 8, Instrument.CLASS_1), "no one job"),
        (lambda: job_based([80.0] * 5, 8, Instrument.CLASS_1, 1.0, 0), "at least one"),
        (lambda: Duration.between(3, 4, 6), "shortest ≤ mean ≤ longest"),
        (lambda: Duration.observed([3.0]), "two or more"),
    ],
)
def test_plans_that_cannot_be_are_refused(work, words) -> None:
    with pytest.raises(NoiseError, match=words):
        work()
