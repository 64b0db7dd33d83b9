"""All campaigns of an evaluation, over processes: whatever their number and order, the tables are the same."""

import gc
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass

from vigie.errors import RefusedError
from vigie.evaluation.folder import EvaluationFolder, Part
from vigie.evaluation.judging import Evaluator
from vigie.evaluation.rows import Rows
from vigie.evaluation.settings import Settings

Progress = Callable[[int, int, str], None]
"""Called with (campaigns done, campaigns in all, family of the part that was done last)."""

_ONE_THREAD = dict.fromkeys(("NUMBA_NUM_THREADS", "POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
"""Each process works alone: threads of libraries would only get into each other's way."""


class CampaignError(RefusedError):
    """A campaign that could not be judged: a defect, told so that somebody can repeat it alone."""


@dataclass(slots=True)
class _Worker:
    """What one process needs; evaluators are made when the first part of a family comes."""

    settings: Settings
    folder: EvaluationFolder
    evaluators: dict[str, Evaluator]

    def make(self, part: Part) -> Part:
        """Judge the campaigns of a part and keep their rows."""
        evaluator = self.evaluators.get(part.family)
        if evaluator is None:
            evaluator = self.evaluators[part.family] = evaluator_of(self.settings, part.family)
        rows = Rows()
        with garbage_kept():
            for number in range(part.first, part.end):
                try:
                    rows.extend(evaluator.rows(number))
                except Exception as error:
                    raise CampaignError(
                        f"{part.family}: campaign {number} of seed {self.settings.seed} failed "
                        f"({type(error).__name__}: {_one_line(error)}); this is a defect: repeat it alone with --only "
                        f"{number} and the same settings, and report it"
                    ) from error
        self.folder.write(part, rows)
        return part


@contextmanager
def garbage_kept() -> Iterator[None]:
    """Without the collector of reference cycles, which takes up to a quarter of the time of thousands of exposures."""
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()
        gc.collect()


_AT_WORK: list[_Worker] = []
"""The worker of this process, where it is one of a pool's."""


def evaluator_of(settings: Settings, family: str) -> Evaluator:
    """The evaluator of one family."""
    chosen = next(each for each in settings.families if each.name == family)
    return Evaluator.of(chosen, settings.seed, settings.choices, settings.packs, settings.drop_outs)


def run(settings: Settings, folder: EvaluationFolder, processes: int, progress: Progress) -> None:
    """Make what is missing of an evaluation, and put its tables together.

    Parameters
    ----------
    folder : EvaluationFolder
        Begun or resumed with these settings.
    processes : int
        1 works in this process.

    Raises
    ------
    CampaignError
        A campaign failed; what was done before is kept.
    RefusedError
        A process ended of itself.
    KeyboardInterrupt
        Somebody stopped it; parts under way are finished first (where it works in this process: dropped).
    """
    missing = folder.missing(settings)
    done = settings.total - sum(part.campaigns for part in missing)
    if missing:
        progress(done, settings.total, missing[0].family)
    made = _alone(settings, folder, missing) if processes == 1 else _pool(settings, folder, missing, processes)
    for part in made:
        done += part.campaigns
        progress(done, settings.total, part.family)
    folder.finish(settings)


def _alone(settings: Settings, folder: EvaluationFolder, parts: Sequence[Part]) -> Iterator[Part]:
    worker = _Worker(settings, folder, {})
    for part in parts:
        yield worker.make(part)


def _pool(settings: Settings, folder: EvaluationFolder, parts: Sequence[Part], processes: int) -> Iterator[Part]:
    if not parts:
        return
    # spawned: a fork would take over threads of libraries that are not there any more
    context = multiprocessing.get_context("spawn")
    with _environment(_ONE_THREAD):
        pool = ProcessPoolExecutor(min(processes, len(parts)), context, _begin, (settings, folder))
        try:
            under_way: list[Future[Part]] = [pool.submit(_make, part) for part in parts]
            for future in as_completed(under_way):
                yield future.result()
        except BrokenProcessPool:
            raise RefusedError(
                "a process of the evaluation ended of itself (out of memory?); what was done is kept, go on with "
                "--resume and fewer --processes"
            ) from None
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _begin(settings: Settings, folder: EvaluationFolder) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the first process tells the others when to stop
    _AT_WORK[:] = [_Worker(settings, folder, {})]


def _make(part: Part) -> Part:
    return _AT_WORK[0].make(part)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Environment variables for processes started meanwhile."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
