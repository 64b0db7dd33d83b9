"""Occupational noise measured by a professional: ISO 9612, three strategies, each with its uncertainty budget."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from statistics import fmean, stdev

from dsp.iso9612_sampling import least_sampling, sampling_contribution
from dsp.levels import energy, level_of
from dsp.noise import HIGHEST_LEVEL, REFERENCE_HOURS, NoiseError

COVERAGE_FACTOR = 1.65
"""k of the expanded uncertainty U = k·u: one-sided, 95 % (ISO 9612, annex C)."""
POSITION = 1.0
"""u3, standard uncertainty of the microphone's position [dB] (ISO 9612, annex C.6)."""
SPREAD = 3.0
"""Measurements of a task or of full days that differ by more ask for more of them [dB]."""
LARGEST_CONTRIBUTION = 3.5
"""c1·u1 beyond which the measurement plan is to be revised [dB] (ISO 9612, 10.4 and 11.4)."""
_HALF_WIDTH = 0.5
_C1B = 4.34


class Instrument(Enum):
    """What the levels were measured with; the value is u2, its standard uncertainty [dB] (ISO 9612, table C.5)."""

    CLASS_1 = "class-1"
    CLASS_2 = "class-2"
    PERSONAL = "personal"

    @property
    def uncertainty(self) -> float:
        """u2 [dB]."""
        return 0.7 if self is Instrument.CLASS_1 else 1.5


class Remark(Enum):
    """What the standard asks for and the measurements do not have."""

    FEW_MEASUREMENTS = "fewer than three measurements: a task needs three, or must be known to count for nothing"
    WIDE_SPREAD = "measurements differ by more than 3 dB: measure more often, or split it"
    FEW_SAMPLES = "fewer than five samples: a job needs five"
    FEW_DAYS = "full days that differ by more than 3 dB: at least two more days are needed"
    SHORT_SAMPLING = "sampled for less time than the group of workers needs (ISO 9612, table 1)"
    REVISE_PLAN = "the sampling contributes more than 3.5 dB: revise the plan (more samples, smaller groups)"


@dataclass(frozen=True, slots=True)
class Duration:
    """How long a task takes in a nominal day.

    Attributes
    ----------
    hours : float
        T_m [h].
    spread : float
        u_1b, its standard uncertainty [h].
    """

    hours: float
    spread: float = 0.0

    @staticmethod
    def between(hours: float, shortest: float, longest: float) -> "Duration":
        """A duration told with its extremes: u_1b = 0.5·(T_max − T_min) (ISO 9612, C.2.4)."""
        if not shortest <= hours <= longest:
            raise NoiseError(
                f"{hours:g} h is not between {shortest:g} and {longest:g} h; expected shortest ≤ mean ≤ longest"
            )
        return Duration(hours, _HALF_WIDTH * (longest - shortest))

    @staticmethod
    def observed(hours: Sequence[float]) -> "Duration":
        """A duration observed on several days: mean, and u_1b = s/√J."""
        if len(hours) < 2:
            raise NoiseError(
                f"{len(hours)} observed durations; expected two or more (or one duration, or its extremes)"
            )
        return Duration(fmean(hours), stdev(hours) / math.sqrt(len(hours)))


@dataclass(frozen=True, slots=True)
class Task:
    """A task of the nominal day and what was measured in it.

    Attributes
    ----------
    levels : tuple of float
        L_Aeq of each measurement [dB].
    """

    name: str
    levels: tuple[float, ...]
    duration: Duration


@dataclass(frozen=True, slots=True)
class TaskBudget:
    """What a task adds to the day, and to its uncertainty.

    Attributes
    ----------
    laeq : float
        Energy mean of its measurements [dB].
    lex_8h : float
        Its own contribution to the daily level [dB].
    c1a, c1b : float
        Sensitivities to its level [1] and to its duration [dB/h].
    u1a, u1b : float
        Standard uncertainties of its level [dB] and duration [h].
    """

    task: Task
    laeq: float
    lex_8h: float
    c1a: float
    c1b: float
    u1a: float
    u1b: float
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class TaskBased:
    """Result of the task-based strategy.

    Attributes
    ----------
    lex_8h : float
        [dB]
    u : float
        Combined standard uncertainty [dB].
    """

    lex_8h: float
    u: float
    tasks: tuple[TaskBudget, ...]

    @property
    def expanded(self) -> float:
        """U = 1.65·u, one-sided 95 % [dB]."""
        return COVERAGE_FACTOR * self.u

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """Every task's, each once."""
        return tuple(dict.fromkeys(remark for task in self.tasks for remark in task.remarks))


@dataclass(frozen=True, slots=True)
class Sampled:
    """Result of the job-based or the full-day strategy.

    Attributes
    ----------
    laeq : float
        Energy mean of the samples [dB].
    lex_8h : float
        [dB]
    u1 : float
        Standard deviation of the samples [dB].
    c1u1 : float
        Contribution of the sampling to u [dB] (table C.4).
    u : float
        Combined standard uncertainty [dB].
    """

    laeq: float
    lex_8h: float
    u1: float
    c1u1: float
    u: float
    remarks: tuple[Remark, ...]

    @property
    def expanded(self) -> float:
        """U = 1.65·u, one-sided 95 % [dB]."""
        return COVERAGE_FACTOR * self.u


def task_based(tasks: Sequence[Task], instrument: Instrument) -> TaskBased:
    """Daily exposure level of a nominal day divided into tasks, with its uncertainty budget.

    Parameters
    ----------
    tasks : sequence of Task
        Every task of the day; what is left out counts as quiet.
    instrument : Instrument

    Returns
    -------
    TaskBased

    Raises
    ------
    NoiseError
        (a ValueError) No task, a task without a measurement, a level or duration that is none, more than 24 h.

    Notes
    -----
    L_Aeq,m = 10·log₁₀(1/I·Σ 10^(L_i/10)); L_EX,8h = 10·log₁₀(Σ (T_m/8 h)·10^(L_Aeq,m/10));
    c_1a = (T_m/8)·10^((L_Aeq,m − L_EX,8h)/10), c_1b = 4.34·c_1a/T_m, u_1a = √(Σ(L_i − L̄)²/(I(I−1)));
    u² = Σ [c_1a²·(u_1a² + u2² + u3²) + (c_1b·u_1b)²]. A single measurement has no scatter: u_1a is 0 and a remark says
    so. The worked example of annex D prints U 2.7 and 3.2 dB, which follow when c_1a is not squared; the equation of
    the standard squares it and gives 2.1 and 2.8 dB, and that is what is computed here.

    References
    ----------
    ISO 9612:2009, clause 9 and annex C.2; NF EN ISO 9612:2025 supersedes it with the same equations.

    Examples
    --------
    >>> day = [
    ...     Task("planning", (70.0,), Duration(1.5)),
    ...     Task("welding", (80.1, 82.2, 79.6), Duration.between(5, 4, 6)),
    ...     Task("cutting", (86.5, 92.4, 89.3, 93.2, 87.8, 86.2), Duration.between(1.5, 1, 2)),
    ... ]
    >>> result = task_based(day, Instrument.CLASS_1)
    >>> round(result.lex_8h, 1), round(result.expanded, 1)
    (84.3, 2.8)
    """
    if not tasks:
        raise NoiseError("no task; expected at least one with its levels and duration")
    for task in tasks:
        _check(task.name, task.levels)
        _check_hours(task.name, task.duration.hours)
    total = math.fsum(task.duration.hours for task in tasks)
    if total > 24.0 + 1e-9:
        raise NoiseError(f"tasks take {total:g} h together; expected one day, at most 24 h")
    energies = [_mean_energy(task.levels) for task in tasks]
    whole = math.fsum(t.duration.hours / REFERENCE_HOURS * e for t, e in zip(tasks, energies, strict=True))
    budgets = tuple(_budget(task, e, whole) for task, e in zip(tasks, energies, strict=True))
    measured = instrument.uncertainty**2 + POSITION**2
    variance = math.fsum(b.c1a**2 * (b.u1a**2 + measured) + (b.c1b * b.u1b) ** 2 for b in budgets)
    return TaskBased(level_of(whole), math.sqrt(variance), budgets)


def job_based(
    levels: Sequence[float],
    effective_hours: float,
    instrument: Instrument,
    sample_hours: float | None = None,
    workers: int | None = None,
) -> Sampled:
    """Daily exposure level of a job, from random samples of a homogeneous exposure group.

    Parameters
    ----------
    levels : sequence of float
        L_Aeq of each sample [dB]; at least three, five for a job that stands.
    effective_hours : float
        T_e of the day [h].
    instrument : Instrument
    sample_hours : float, optional
        Length of one sample [h]; with ``workers`` the sampling time is checked against table 1.
    workers : int, optional
        Size of the homogeneous exposure group.

    Returns
    -------
    Sampled

    Raises
    ------
    NoiseError
        (a ValueError) Fewer than three samples, samples that scatter beyond table C.4, or a time that is none.

    Notes
    -----
    u² = (c1·u1)² + u2² + u3², u1 the standard deviation of the samples, c1·u1 from table C.4. The worked example of
    annex E prints 88.1 dB because it rounds the level of 88.44 dB before it takes the duration into account.

    References
    ----------
    ISO 9612:2009, clause 10, table 1 and annex C.3.

    Examples
    --------
    >>> result = job_based([88.1, 86.1, 89.7, 86.5, 91.1, 86.7], 7.5, Instrument.PERSONAL)
    >>> round(result.lex_8h, 2), round(result.c1u1, 1), round(result.expanded, 1)
    (88.16, 1.4, 3.8)
    """
    remarks = [Remark.FEW_SAMPLES] if len(levels) < 5 else []
    if sample_hours is not None and workers is not None:
        _check_hours("a sample", sample_hours)
        if len(levels) * sample_hours < least_sampling(workers) - 1e-9:
            remarks.append(Remark.SHORT_SAMPLING)
    return _sampled(levels, effective_hours, instrument, remarks)


def full_day(levels: Sequence[float], effective_hours: float, instrument: Instrument) -> Sampled:
    """Daily exposure level from whole days measured.

    Parameters
    ----------
    levels : sequence of float
        L_Aeq over each full day [dB]; at least three.
    effective_hours : float
        T_e of the day [h].
    instrument : Instrument

    Raises
    ------
    NoiseError
        As for :func:`job_based`.

    References
    ----------
    ISO 9612:2009, clause 11 and annex C.4.

    Examples
    --------
    >>> full_day([85.0, 86.5, 84.0], 8.0, Instrument.PERSONAL).remarks
    ()
    """
    apart = len(levels) < 5 and len(levels) > 0 and max(levels) - min(levels) > SPREAD
    return _sampled(levels, effective_hours, instrument, [Remark.FEW_DAYS] if apart else [])


def _sampled(levels: Sequence[float], hours: float, instrument: Instrument, remarks: list[Remark]) -> Sampled:
    _check("the day", levels)
    _check_hours("the day", hours)
    if len(levels) < 3:
        raise NoiseError(f"{len(levels)} samples; expected at least three")
    laeq = level_of(_mean_energy(levels))
    scatter = stdev(levels)
    contribution = sampling_contribution(len(levels), scatter)
    if contribution > LARGEST_CONTRIBUTION:
        remarks = [*remarks, Remark.REVISE_PLAN]
    u = math.sqrt(contribution**2 + instrument.uncertainty**2 + POSITION**2)
    return Sampled(laeq, laeq + level_of(hours / REFERENCE_HOURS), scatter, contribution, u, tuple(remarks))


def _budget(task: Task, mean_energy: float, whole: float) -> TaskBudget:
    share = task.duration.hours / REFERENCE_HOURS * mean_energy
    c1a = share / whole
    remarks = []
    if len(task.levels) < 3:
        remarks.append(Remark.FEW_MEASUREMENTS)
    if max(task.levels) - min(task.levels) > SPREAD and len(task.levels) < 6:
        remarks.append(Remark.WIDE_SPREAD)
    return TaskBudget(
        task=task,
        laeq=level_of(mean_energy),
        lex_8h=level_of(share),
        c1a=c1a,
        c1b=_C1B * c1a / task.duration.hours,
        u1a=stdev(task.levels) / math.sqrt(len(task.levels)) if len(task.levels) > 1 else 0.0,
        u1b=task.duration.spread,
        remarks=tuple(remarks),
    )


def _mean_energy(levels: Sequence[float]) -> float:
    return math.fsum(energy(level) for level in levels) / len(levels)


def _check(name: str, levels: Sequence[float]) -> None:
    if not levels:
        raise NoiseError(f"{name}: no level; expected at least one measurement")
    for level in levels:
        if not (math.isfinite(level) and abs(level) <= HIGHEST_LEVEL):
            raise NoiseError(f"{name}: level is {level} dB; expected a finite level within ± {HIGHEST_LEVEL:g} dB")


def _check_hours(name: str, hours: float) -> None:
    if not (math.isfinite(hours) and 0.0 < hours <= 24.0):
        raise NoiseError(f"{name}: duration is {hours:g} h; expected above 0 and at most 24 h")
