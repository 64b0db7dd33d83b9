"""The page of what was detected: the tables of one evaluation of all simulated workplaces.

``vigie evaluate ... --json > FILE`` and ``python docs/detection_page.py FILE`` keep what the page needs of it.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from docs.markdown import WRITTEN, page, table

KEPT = Path(__file__).resolve().parent / "_examples" / "detection.json"

Found = Mapping[str, Any]
"""A part of the figures as ``vigie evaluate --json`` prints them."""

_PARTS = ("conditions", "answers", "campaigns", "overall", "by_family", "grouped", "quiet", "errors", "missed")
_PARTS_TOO = ("false_alarms", "reliability", "roc", "coverage")
_QUESTIONS = {
    "clear_exceedances_proposed": "clear exceedances (twice the limit, or +3 dB) that got a ticket",
    "quiet_control_without_ticket": "campaigns of the quiet control without an exposure ticket",
    "honest_intervals": "workplaces where the 95 % interval of the values holds the truth in 90 to 98 % of campaigns",
    "no_interval_too_narrow": "measures whose 95 % interval holds the truth in 90 % of campaigns or more",
    "undecided_band_to_metrology": "undecided band (within 20 % of the limit, 1 dB or 1 °C) that went to metrology",
    "stated_doubt_to_metrology": "stated doubt (5 to 95 % on the shift that decides) that went to metrology",
    "sensitivity": "sensitivity: a ticket where the truth asks for one",
    "specificity": "specificity: no ticket where it does not",
}
_COUNTED = ("honest_intervals", "no_interval_too_narrow")
"""Counts of workplaces and measures, of which a percentage says nothing."""

_VERDICTS = {"reached": "yes", "not_reached": "**no**", "not_enough": "too few cases", "told": ""}
_REASONS = {
    "held": "held back by a kit check",
    "no_data": "too little data",
    "under_limit": "over half of a legal limit and under it; the kit read less than half",
    "one_shift": "one shift alone was over the limit",
    "near_limit": "within 20 % or 1 dB of the limit",
    "doubt": "a doubt the rule does not send to metrology",
    "not_often": "seen, not often enough",
    "not_seen": "not seen where the kit hangs",
}
_ALARMS = {
    "measure": "metrology asked for: a doubt to be settled",
    "near_limit": "a workplace action within 20 % or 1 dB of the limit",
    "far": "a workplace action farther from it",
}
_GROUPINGS = {
    "agent": "By agent, every rule that applies",
    "days": "By working days",
    "kits": "By kits in a zone",
    "grade": "By kit model",
}
_COLUMNS = {"agent": "agent", "days": "days", "kits": "kits", "grade": "model"}
_OF_ERRORS = ("group", "quantity", "measure", "coverage", "honest")
_FEW = 5


def detection_page() -> str:
    """The tables of the evaluation that is kept."""
    found: Found = json.loads(KEPT.read_text(encoding="utf-8"))
    return page(
        "# What was detected",
        WRITTEN.format(source="figures in docs/_examples/detection.json"),
        _INTRO.format(campaigns=found["campaigns"], **_conditions(found["conditions"])),
        table(("question", "answer", "expected", "reached"), (_answer(each) for each in found["answers"])),
        "## By workplace",
        _BY_FAMILY,
        table(
            ("workplace and rule", *_RATES_HEAD),
            (_rates(each, f"{each['name']}: `{each['rule']}`") for each in found["by_family"]),
        ),
        table(("all together", *_RATES_HEAD), [_rates(found["overall"], "all")]),
        "## What is missed, and why",
        _MISSED,
        table(("why", "missed", "of these clear exceedances", "where most"), _missed(found["missed"])),
        "## What is asked for over nothing",
        table(("what", "how often", "where most"), _alarms(found["false_alarms"])),
        "## Nothing wrong, no ticket",
        table(("workplace", "campaigns", "without an exposure ticket"), (_quiet(each) for each in found["quiet"])),
        "## Is the stated uncertainty honest?",
        _HONEST,
        table(_HONEST_HEAD, _honest(found["coverage"], found["errors"])),
        "## What a word is worth",
        table(
            ("Vigie says", "truly a breach"),
            (
                (each["decision"].replace("_", " "), _share(each["breached"]))
                for each in found["reliability"][0]["words"]
            ),
        ),
        "## Does the stated probability order the cases?",
        table(("workplace", "area under the ROC curve", "Brier score"), _areas(found)),
        *_grouped(found["grouped"]),
    )


def keep(figures: Path) -> None:
    """Keep what the page needs of the figures of an evaluation."""
    found = json.loads(figures.read_text(encoding="utf-8"))
    kept = {name: found[name] for name in (*_PARTS, *_PARTS_TOO)}
    kept["grouped"] = [each for each in found["grouped"] if each["by"] in _GROUPINGS]
    kept["errors"] = [{name: each[name] for name in _OF_ERRORS} for each in found["errors"]]
    kept["reliability"] = [
        each if not each["name"] else each | {"bins": [], "words": []} for each in found["reliability"]
    ]
    lines = (f"{json.dumps(name)}: {_lines(part)}" for name, part in kept.items())
    KEPT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def _lines(part: object) -> str:
    """A list on a line for each item, so that a change shows where it is."""
    if isinstance(part, list):
        return "[\n" + ",\n".join(f" {json.dumps(each, ensure_ascii=False)}" for each in part) + "\n]"
    return json.dumps(part, ensure_ascii=False)


def _conditions(found: Found) -> dict[str, str]:
    return {"command": found["command"], "version": found["version"], "packs": ", ".join(found["packs"])}


def _answer(found: Found) -> Sequence[str]:
    share, target = found["share"], found["target"]
    told = f"{share['cases']} of {share['of']}" if found["question"] in _COUNTED else _share(share)
    expected = "" if target is None else "all" if target == 1 else f"≥ {100 * target:.0f} %"
    return _QUESTIONS[found["question"]], told, expected, _VERDICTS[found["verdict"]]


_RATES_HEAD = (
    "true + / −",
    "sensitivity",
    "specificity",
    "sensitivity, action",
    "clear exceedances proposed",
    "undecided band to metrology",
    "delay, median and 90 % [d]",
)


def _rates(found: Found, name: str) -> Sequence[str]:
    ticket, delay = found["any_ticket"], found["delay"]
    return (
        name,
        f"{ticket['sensitivity']['of']} / {ticket['specificity']['of']}",
        _share(ticket["sensitivity"]),
        _share(ticket["specificity"]),
        _share(found["action"]["sensitivity"]),
        _share(found["clear_proposed"]),
        _share(found["band_metrology"]),
        "–" if delay is None else f"{delay['median']:.1f}, {delay['ninth_decile']:.1f}",
    )


def _missed(found: Sequence[Found]) -> Iterable[Sequence[str]]:
    for reason, words in _REASONS.items():
        rows = [each for each in found if each["reason"] == reason]
        if rows:
            clear = sum(each["clear"] for each in rows)
            yield words, str(sum(each["rows"] for each in rows)), str(clear), _most(rows)


def _alarms(found: Sequence[Found]) -> Iterable[Sequence[str]]:
    for reason, words in _ALARMS.items():
        rows = [each for each in found if each["reason"] == reason]
        if rows:
            yield words, str(sum(each["rows"] for each in rows)), _most(rows)


def _most(rows: Sequence[Found]) -> str:
    first = sorted(rows, key=lambda each: (-each["rows"], each["family"], each["rule"]))[:3]
    return ", ".join(f"{each['family']} `{each['rule']}` {each['rows']} of {each['of']}" for each in first)


def _quiet(found: Found) -> Sequence[str]:
    which = "all (quiet control)" if found["control"] else "where the truth asks for nothing"
    return found["family"], which, _share(found["without_ticket"])


_HONEST_HEAD = (
    "workplace",
    "holds the truth",
    "measures",
    "90 to 98 %",
    "too narrow",
    "too wide",
    "cannot be told",
    "lowest",
    "highest",
)


def _honest(coverage: Sequence[Found], found: Sequence[Found]) -> Iterable[Sequence[str]]:
    for together in coverage:
        family = together["family"]
        rows = [each for each in found if each["group"] == family and each["coverage"]["value"] is not None]
        if not rows:
            continue
        ordered = sorted(rows, key=lambda each: each["coverage"]["value"])
        verdicts = [each["honest"] for each in rows]
        narrow = sum(each["honest"] is False and each["coverage"]["value"] < 0.9 for each in rows)
        yield (
            family,
            _share(together["coverage"]),
            str(len(rows)),
            str(verdicts.count(True)),
            str(narrow),
            str(verdicts.count(False) - narrow),
            str(verdicts.count(None)),
            _covered(ordered[0]),
            _covered(ordered[-1]),
        )


def _covered(found: Found) -> str:
    return f"{100 * found['coverage']['value']:.1f} % `{found['quantity']}` {found['measure']}"


def _areas(found: Found) -> Iterable[Sequence[str]]:
    brier = {each["name"]: each["brier"] for each in found["reliability"]}
    for each in found["roc"]:
        area, score = each["area"], brier.get(each["name"])
        told = "–"
        if area is not None:
            told = f"{area['value']:.3f} [{area['interval']['low']:.3f}–{area['interval']['high']:.3f}]"
        yield each["name"] or "all", told, "–" if score is None else f"{score:.3f}"


def _grouped(found: Sequence[Found]) -> Iterable[str]:
    for each in found:
        if len(each["groups"]) > 1:
            yield f"## {_GROUPINGS[each['by']]}"
            yield table(
                (_COLUMNS[each["by"]], *_RATES_HEAD), (_rates(group, group["name"]) for group in each["groups"])
            )


def _share(found: Found) -> str:
    if found["of"] < _FEW:
        return f"{found['cases']} of {found['of']}" if found["of"] else "–"
    ends = f"{100 * found['low']:.1f}–{100 * found['high']:.1f}"
    return f"{100 * found['value']:.1f} % [{ends}]"


_INTRO = """\
What `vigie evaluate` finds over {campaigns} random campaigns of the [simulated workplaces](workplaces.md), with 95 %
intervals in brackets. [Detection](../explanation/detection.md) says what each figure means and what a simulation cannot
show.

    {command}

Vigie {version}; rules: {packs}. The same command gives the same figures."""

_BY_FAMILY = """\
The rules that the variants of a workplace are about, under, near and over their limit. *True + / −*: campaigns in
which the truth proposes, and in which it does not."""

_MISSED = """\
Every rule that applies, in every workplace. A proposal that a kit check holds back counts as missed."""

_HONEST = """\
How often value ± 1.96 u holds the worker's true exposure: of one shift of each campaign all values that a rule judges
and that lie within reach of its limit (a fifth of it at least; 20 dB under it at most), together, and then measure by
measure. *Too wide*: over 98 %, which calls in doubt what is not. *Cannot be told*: outside 90 to 98 %, in too few
campaigns to be sure."""


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python docs/detection_page.py FILE (of vigie evaluate --json)")
    keep(Path(sys.argv[1]))
