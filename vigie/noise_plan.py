"""What a professional measured after ISO 9612, as a YAML file says it."""

from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TypeVar

from catalog.suggest import did_you_mean
from catalog.yaml_nodes import Item, Kind, Misread, Problems, Text, read_document, texts_of
from dsp.iso9612 import Duration, Instrument, Sampled, Task, TaskBased, full_day, job_based, task_based
from dsp.noise import NoiseError
from vigie.errors import UsageError

E = TypeVar("E", bound=Enum)


class Strategy(Enum):
    """How the day was measured."""

    TASK = "task"
    JOB = "job"
    FULL_DAY = "full-day"


def read_plan(path: Path) -> TaskBased | Sampled:
    """The result of the measurements a file tells.

    Parameters
    ----------
    path : Path
        YAML: ``strategy: task`` with ``tasks`` (``name``, ``levels`` [dB(A)], ``hours``, and ``between: [4, 6]`` or
        ``observed: [4.5, 5, 5.5]``); ``strategy: job`` or ``full-day`` with ``levels``, ``hours``, and for a job
        ``workers`` and ``sample_hours``. ``instrument`` is class-1, class-2 or personal.

    Raises
    ------
    UsageError
        With every problem found, one line each, or because the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path}: is no text; expected YAML in UTF-8") from None
    problems = Problems(path.name)
    root = read_document(text, problems, "strategy, instrument and what was measured")
    work = _plan(root) if root else None
    if problems.found or work is None:
        raise UsageError("\n".join(problems.messages()))
    try:
        return work()
    except NoiseError as error:
        raise UsageError(f"{path.name}: {error}") from None


def _plan(root: Item) -> Callable[[], TaskBased | Sampled]:
    strategy = root.read("strategy", _one_of(Strategy))
    instrument = root.read("instrument", _one_of(Instrument))
    if strategy is Strategy.TASK:
        read = [_task(item) for item in root.items("tasks", "tasks")]
        if not read:
            root.problem("tasks", "a list of tasks", "start each with a dash: - name: …")
        root.close()
        tasks = [task for task in read if task is not None]
        return lambda: task_based(tasks, instrument)
    levels = _levels(root)
    hours = root.read("hours", HOURS)
    if strategy is Strategy.FULL_DAY:
        root.close()
        return lambda: full_day(levels, hours, instrument)
    workers = root.read("workers", _WORKERS, None)
    sample_hours = root.read("sample_hours", HOURS, None)
    root.close()
    return lambda: job_based(levels, hours, instrument, sample_hours, workers)


def _task(item: Item) -> Task | None:
    name = item.read("name", _NAME)
    levels = _levels(item)
    between = texts_of(item.texts("between"), HOURS)
    observed = texts_of(item.texts("observed"), HOURS)
    hours = item.read("hours", HOURS) if not observed else item.read("hours", HOURS, None)
    item.close()
    if between and len(between) != 2:
        item.problem("between", "two durations, the shortest and the longest", "write [4, 6]")
        return None
    try:
        if observed:
            duration = Duration.observed(observed)
        elif between:
            duration = Duration.between(hours, between[0], between[1])
        else:
            duration = Duration(hours)
    except NoiseError as error:
        item.problems.add(item.line, f"{item.path}: {error}")
        return None
    return Task(name, tuple(levels), duration)


def _levels(item: Item) -> list[float]:
    found: list[Text] = item.needed_texts("levels", "the levels measured, dB(A)", "write levels: [80.1, 82.2, 79.6]")
    return texts_of(found, _LEVEL)


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise Misread("write a number") from None


def _level(text: str) -> float:
    level = _number(text)
    if not 0.0 <= level <= 200.0:
        raise Misread("levels are from 0 to 200 dB")
    return level


def _hours(text: str) -> float:
    hours = _number(text)
    if not 0.0 < hours <= 24.0:
        raise Misread("a day has up to 24 h")
    return hours


def _workers(text: str) -> int | None:
    if not text.isdigit() or int(text) < 1:
        raise Misread("write how many workers share this exposure")
    return int(text)


def _name(text: str) -> str:
    if not text:
        raise Misread("give the task a name")
    return text


def _one_of(kind: type[E]) -> Kind[E]:
    known = {member.value: member for member in kind}

    def parse(text: str) -> E:
        if text not in known:
            raise Misread(did_you_mean(text, known))
        return known[text]

    return Kind(f"one of {', '.join(known)}", parse, next(iter(kind)))


HOURS = Kind("hours", _hours, 1.0)
_LEVEL = Kind("a level, dB(A)", _level, 0.0)
_NAME = Kind("the name of a task", _name, "?")
_WORKERS: Kind[int | None] = Kind("a number of workers", _workers, None)
