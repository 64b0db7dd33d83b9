"""``vigie evaluate``: what the tickets of virtual campaigns miss, and what they cry over nothing."""

import json
import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from vigie.commands.options import refuse_idle
from vigie.commands.stats import ChartLanguage
from vigie.errors import UsageError
from vigie.output import print_sheet

if TYPE_CHECKING:
    from vigie.evaluation.conditions import Conditions
    from vigie.evaluation.figures import Summary
    from vigie.evaluation.settings import Settings
    from vigie.evaluation.tables import Tables


def register(app: typer.Typer) -> None:
    """Add the verb of this module."""
    app.command("evaluate")(evaluate)


def evaluate(
    workplaces: Annotated[
        list[str] | None,
        typer.Argument(metavar="[WORKPLACE...]", help="Names of vigie simulate --list, or YAML files; default: all."),
    ] = None,
    campaigns: Annotated[int, typer.Option("--campaigns", "-n", metavar="N", help="Of each workplace.")] = 200,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Same seed, same result.")] = 1,
    days: Annotated[str, typer.Option("--days", metavar="LIST", help="Working days, drawn from these.")] = "3,5,10",
    kits: Annotated[str, typer.Option("--kits", metavar="LIST", help="Kits in each zone, drawn from these.")] = "1,2",
    model: Annotated[
        str, typer.Option("--model", metavar="LIST", help="Kit models (sensor grades), drawn from these.")
    ] = "vigie-sim-basic,vigie-sim,vigie-sim-reference",
    pack: Annotated[
        Path | None, typer.Option("--pack", metavar="FILE", help="Your rule pack, in the place of those of Vigie.")
    ] = None,
    processes: Annotated[
        int | None, typer.Option("--processes", metavar="N", help="Default: one for each processor.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="DIR", help="Keep tables and report in this folder.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with what an interrupted evaluation left in --out.")
    ] = False,
    html: Annotated[Path | None, typer.Option("--html", metavar="FILE", help="Write the report to this file.")] = None,
    language: Annotated[ChartLanguage, typer.Option("--language", help="Of the report.")] = ChartLanguage.FRENCH,
    measures: Annotated[
        bool, typer.Option("--measures", help="Bias and coverage of every measure of every quantity too.")
    ] = False,
    only: Annotated[
        int | None, typer.Option("--only", metavar="NUMBER", help="One campaign of one workplace alone, in full.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="The figures as one object; the names are in the documentation.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Exit code 1 where detection or stated uncertainty is not as promised.")
    ] = False,
) -> None:
    """Detection measured against the truth: random campaigns of simulated workplaces, judged as vigie compute does.

    Sensitivity, specificity, predictive values and errors of each measure, with 95 % intervals. The same workplaces,
    seed and options give the same figures, whatever the number of processes.

    Example: vigie evaluate joinery quiet-control --campaigns 500 --out evaluation
    """
    from vigie.evaluation.asked import Asked, settings_of

    settings = settings_of(Asked(workplaces or (), campaigns, seed, days, kits, model, pack))
    if only is not None:
        idle = {"--out": out, "--html": html, "--resume": resume, "--check": check, "--measures": measures}
        refuse_idle(idle, "--only prints one campaign and makes no table or report of it")
        _only(settings, only, as_json)
        return
    if resume and out is None:
        raise UsageError("--resume goes on with a folder; name it with --out DIR")
    if html is not None and not html.absolute().parent.is_dir():
        raise UsageError(f"{html}: cannot be written; there is no folder {html.parent}")
    with ExitStack() as stack:
        folder = out or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "evaluation"
        tables = _made(settings, folder, _processes(processes), keep=out is not None, resume=resume)
        summary = _summary(tables)
        conditions = _conditions(settings)
        for page in (folder if out is not None else None, html):
            if page is not None:
                _report(page, summary, conditions, language)
    if as_json:
        _print_json(summary, conditions)
    else:
        _show(summary, measures=measures)
    if check and _broken(summary):
        raise typer.Exit(1)


def _processes(asked: int | None) -> int:
    known = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    if asked is None:
        return known
    if asked < 1:
        raise UsageError(f"--processes is {asked}; expected 1 or more")
    return asked


def _made(settings: "Settings", path: Path, processes: int, *, keep: bool, resume: bool) -> "Tables":
    """The tables of an evaluation that is begun or gone on with here."""
    from vigie.compilation import announce_first_evaluation
    from vigie.evaluation.folder import EvaluationFolder
    from vigie.evaluation.running import run
    from vigie.progress import counted

    folder = EvaluationFolder(path)
    if resume:
        folder.resume(settings)
    else:
        folder.begin(settings)
    if folder.missing(settings):
        announce_first_evaluation()
    try:
        with counted("evaluating") as progress:
            run(settings, folder, processes, progress)
    except KeyboardInterrupt:
        if keep:
            left = sum(part.campaigns for part in folder.missing(settings))
            sys.stderr.write(
                f"{settings.total - left} of {settings.total} campaigns are in {path}; go on with the same command and "
                "--resume\n"
            )
        raise
    return folder.tables()


def _summary(tables: "Tables") -> "Summary":
    from vigie.evaluation.figures import summarise

    return summarise(tables)


def _conditions(settings: "Settings") -> "Conditions":
    from vigie.evaluation.conditions import Conditions
    from vigie.software import vigie_version

    packs = tuple(f"{pack.id} {pack.version}" for pack in settings.packs)
    return Conditions(settings.command, settings.seed, vigie_version(), packs)


def _report(path: Path, summary: "Summary", conditions: "Conditions", language: ChartLanguage) -> None:
    """Write the report: into a folder under its name and the figures beside it, else to the file."""
    try:
        from dashboards.words import Language
        from vigie.evaluation.report import page, write_report
    except ModuleNotFoundError as error:
        if error.name not in {"altair", "vl_convert", "babel", "jinja2"}:
            raise
        raise UsageError(
            "the report needs the drawing libraries; install them: pip install 'vigie[portal]', then --resume"
        ) from None
    file = path
    try:
        if path.is_dir():
            file = write_report(path, summary, conditions, Language(language.value))
        else:
            path.write_text(page(summary, conditions, Language(language.value)), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file}: cannot be written ({error.strerror or error})") from None
    sys.stderr.write(f"report written to {file}\n")


def _print_json(summary: "Summary", conditions: "Conditions") -> None:
    from vigie.evaluation.document import summary_document

    sys.stdout.write(json.dumps(summary_document(summary, conditions), ensure_ascii=False, indent=2) + "\n")


def _show(summary: "Summary", *, measures: bool) -> None:
    from vigie.evaluation import words
    from vigie.evaluation.answers import answers

    if summary.by_family:
        print_sheet(words.detection_sheet(summary))
    print_sheet(words.quiet_sheet(summary))
    if measures:
        print_sheet(words.measures_sheet(summary))
    sys.stdout.writelines(f"{line}\n" for line in words.answer_lines(answers(summary)))


def _broken(summary: "Summary") -> bool:
    from vigie.evaluation.answers import Verdict, answers

    return any(answer.verdict is Verdict.NOT_REACHED for answer in answers(summary))


def _only(settings: "Settings", number: int, as_json: bool) -> None:
    """One campaign alone; what fails in it is told in full, for whoever mends it."""
    from vigie.compilation import announce_first_evaluation
    from vigie.evaluation.folder import tables_of
    from vigie.evaluation.running import evaluator_of
    from vigie.evaluation.single import campaign_sheets, campaign_words

    if len(settings.families) != 1:
        raise UsageError("--only is about one campaign of one workplace; name the workplace")
    if number < 0:
        raise UsageError(f"--only is {number}; expected the number of a campaign, 0 or more")
    (family,) = settings.families
    announce_first_evaluation()
    evaluator = evaluator_of(settings, family.name)
    campaign = evaluator.campaign(number)
    tables = tables_of(evaluator.rows(number))
    if as_json:
        found = {
            "outcomes": tables.outcomes.to_dicts(),
            "values": tables.values.to_dicts(),
            "decisions": tables.decisions.to_dicts(),
        }
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
        return
    sys.stdout.write(f"{campaign_words(campaign)}\n")
    for sheet in campaign_sheets(tables):
        print_sheet(sheet)
