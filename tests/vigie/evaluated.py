"""Small tables of an evaluation, written by hand."""

from collections.abc import Sequence

import polars as pl

from vigie.evaluation.tables import CAMPAIGNS, DECISIONS, OUTCOMES, VALUES, Tables

Row = dict[str, object]

_CAMPAIGN: Row = {"family": "joinery", "variant": "over", "number": 0, "days": 5, "kits": 1, "grade": "vigie-sim"}


def campaign(number: int, **other: object) -> Row:
    """A campaign without a ticket."""
    return _CAMPAIGN | {"exposure_tickets": 0, "kit_checks": 0, "number": number} | other


def outcome(number: int, true: str, proposal: str, **other: object) -> Row:
    """What became of a rule that the workplace's variants are about."""
    return (
        _CAMPAIGN
        | {
            "number": number,
            "zone": "debit",
            "rule": "noise-daily-exposure",
            "agent": "noise",
            "concern": True,
            "true_proposal": true,
            "true_distance": -6.0 if true == "none" else 2.0,
            "scale": "level",
            "proposal": proposal,
            "held": False,
            "score": 0.01 if proposal == "none" else 0.99,
            "delay_days": 0.0 if "none" not in (true, proposal) else None,
        }
        | other
    )


def value(number: int, value: float, uncertainty: float, truth: float, **other: object) -> Row:
    """A computed value beside the truth."""
    return (
        _CAMPAIGN
        | {"number": number, "zone": "debit", "kit": "k", "quantity": "co2", "measure": "mean", "unit": "ppm"}
        | {"value": value, "uncertainty": uncertainty, "truth": truth}
        | other
    )


def decision(number: int, probability: float | None, breach: bool, **other: object) -> Row:
    """What was said of a shift, and whether it is true."""
    said = "insufficient_data" if probability is None else "inconclusive"
    return (
        _CAMPAIGN
        | {
            "number": number,
            "zone": "debit",
            "kit": "k",
            "rule": "noise-daily-exposure",
            "level": "80",
            "unit": "dB(A)",
        }
        | {"quantity": "laeq", "measure": "lex_8h"}
        | {"limit": 80.0, "decision": said, "probability": probability, "truth": 79.0, "breach": breach}
        | other
    )


def tables(
    campaigns: Sequence[Row] = (),
    outcomes: Sequence[Row] = (),
    values: Sequence[Row] = (),
    decisions: Sequence[Row] = (),
) -> Tables:
    """Tables of these rows; a campaign for every outcome where none is given."""
    known = list(campaigns) or [campaign(number) for number in sorted({int(str(row["number"])) for row in outcomes})]
    return Tables(
        pl.DataFrame(known, schema=CAMPAIGNS),
        pl.DataFrame(list(outcomes), schema=OUTCOMES),
        pl.DataFrame(list(values), schema=VALUES),
        pl.DataFrame(list(decisions), schema=DECISIONS),
    )


def an_evaluation() -> Tables:
    """Two workplaces and a quiet control, with something of everything a report tells."""
    kinds = ("none", "targeted_metrology", "workplace_action")
    outcomes = [
        outcome(
            number,
            kinds[number % 3] if number % 3 != 1 else "none",
            kinds[(number + number // 9) % 3],
            family=family,
            rule=rule,
            agent=agent,
            scale=scale,
            concern=family != "quiet_control",
            true_distance=(number % 3 - 1) * 4.0 + 0.1 if scale == "level" else 0.2 + number % 3,
            score=None if number == 11 else (number % 7 + 0.5) / 7,
            held=number == 5,
            days=5 + 5 * (number % 2),
        )
        for family, rule, agent, scale in (
            ("joinery", "noise-daily-exposure", "noise", "level"),
            ("hair_salon", "tvoc-guide", "voc", "ratio"),
            ("quiet_control", "co2-ventilation", "co2", "ratio"),
        )
        for number in range(30)
    ]
    families = ("joinery", "hair_salon", "quiet_control")
    return tables(
        campaigns=[
            campaign(number, family=family, days=5 + 5 * (number % 2), exposure_tickets=int(family != "quiet_control"))
            for family in families
            for number in range(30)
        ],
        outcomes=outcomes,
        values=[
            value(number, 1000.0 + 40 * (number % 5 - 2), 50.0, 1000.0 + number, family=family)
            for family in families
            for number in range(30)
        ],
        decisions=[
            decision(number, (number % 10 + 0.5) / 10, number % 10 > 4, family=family, quantity="co2", measure="mean")
            for family in families
            for number in range(30)
        ],
    )
