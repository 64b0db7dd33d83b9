"""The traps of the field, each with its source: what the shipped packs must get right and no pack may get wrong."""

from datetime import date

import pytest

from catalog.limits import limit
from catalog.places import ZoneKind
from dsp.exposure import Measure
from rules import engine
from rules.check import check_pack
from rules.decision import Decision
from rules.pack import default_packs
from tests.rules.a_pack import METROLOGY, level, pack, rule
from tests.rules.situations import days_of, measured, zone

DAY = date(2026, 3, 2)


def refused(text: str) -> str:
    """The one mistake of a pack."""
    [told] = check_pack(text, "mine.yaml")
    return told


@pytest.mark.parametrize(
    ("level_db", "protectors", "programme"),
    [
        (84.9, Decision.NO_EXCEEDANCE_INDICATED, Decision.NO_EXCEEDANCE_INDICATED),
        (85.0, Decision.EXCEEDANCE_INDICATED, Decision.NO_EXCEEDANCE_INDICATED),
        (85.1, Decision.EXCEEDANCE_INDICATED, Decision.EXCEEDANCE_INDICATED),
    ],
)
def test_85_reached_exactly_asks_for_protectors_and_not_for_a_programme(
    level_db: float, protectors: Decision, programme: Decision
) -> None:
    """R4434-7 2°: protectors are worn where the level *égale ou dépasse* 85; R4434-2: programme where it *dépasse*."""
    exposures = [measured("laeq", Measure.LEX_8H, DAY, level_db, uncertainty=0.0)]
    found = engine.assess(default_packs(), zone(ZoneKind.WORKSHOP), exposures, days_of(exposures))
    assert {a.level: a.decision for a in found} == {
        "lower-action-value": Decision.EXCEEDANCE_INDICATED,
        "upper-action-value-protectors": protectors,
        "upper-action-value-programme": programme,
    }


@pytest.mark.parametrize(
    ("row", "quantity", "measure"),
    [("noise-lex8h-limit-87", "laeq", "lex_8h"), ("noise-lcpeak-limit-140", "lcpeak", "peak")],
)
def test_87_and_140_cannot_be_decided_by_a_microphone_in_the_room(row: str, quantity: str, measure: str) -> None:
    """R4431-3: the limit values hold with the effect of the protector worn, which nobody in the room knows."""
    said = refused(
        pack(
            rule(
                level(limit=row, standing="legal"),
                agent="noise",
                quantity=quantity,
                measure=measure,
                zones="[workshop]",
                clear="{ margin: 1, shifts: 3 }",
            )
        )
    )
    assert "holds under the hearing protector, an ambient level cannot decide it" in said
    applied = {each.id for p in default_packs() for r in p.rules for lev in r.levels for each in lev.limits}
    assert row not in applied
    assert limit(row).comparable_with == ()


@pytest.mark.parametrize("kind", [ZoneKind.WORKSHOP, ZoneKind.SPECIFIC_POLLUTION, ZoneKind.WAREHOUSE])
def test_school_rule_is_not_applied_to_a_workshop(kind: ZoneKind) -> None:
    """Arrêté of 27 December 2022, article 4: CO2 in nurseries, schools and leisure centres; by analogy where people
    alone spoil the air (R4222-3), never where a process does."""
    exposures = [measured("co2", Measure.MAX_1H, DAY, 2500.0)]
    assert engine.assess(default_packs(), zone(kind), exposures, days_of(exposures)) == []
    for other in (ZoneKind.OFFICE, ZoneKind.CLASSROOM):
        assert engine.assess(default_packs(), zone(other), exposures, days_of(exposures))


def test_school_rule_is_refused_in_a_workshop() -> None:
    """Same source."""
    assert "it does not hold in workshop" in refused(
        pack(rule(level(limit="co2-erp-1500"), zones="[classroom, workshop]"))
    )


@pytest.mark.parametrize(
    ("day", "total", "respirable"),
    [
        (date(2021, 12, 31), 10_000.0, 5_000.0),
        (date(2022, 1, 1), 7_000.0, 3_500.0),
        (date(2023, 6, 30), 7_000.0, 3_500.0),
        (date(2023, 7, 1), 4_000.0, 900.0),
        (date(2026, 3, 2), 4_000.0, 900.0),
    ],
)
def test_dust_limit_is_the_one_in_force_on_the_day_of_the_shift(day: date, total: float, respirable: float) -> None:
    """R4222-10 as changed by decree 2021-1763: 10 and 5 mg/m³, 7 and 3.5 from 2022, 4 and 0.9 from 1 July 2023."""
    exposures = [measured(name, Measure.TWA_8H, day, 3_800.0, uncertainty=0.0) for name in ("pm10", "pm4")]
    found = engine.assess(default_packs(), zone(ZoneKind.SPECIFIC_POLLUTION), exposures, days_of(exposures))
    assert {a.exposure.quantity: a.limit for a in found} == {"pm10": total, "pm4": respirable}
    exceeded = {a.exposure.quantity for a in found if a.decision is Decision.EXCEEDANCE_INDICATED}
    assert exceeded == ({"pm4"} if respirable < 3_800.0 else set())


@pytest.mark.parametrize("quantity", ["voc_index", "tvoc"])
@pytest.mark.parametrize("row", ["toluene-vlep-8h", "formaldehyde-vlep-8h", "benzene-vlep-8h-0-2"])
def test_voc_sensor_is_not_held_against_a_vlep(quantity: str, row: str) -> None:
    """Arrêté of 15 December 2009, annex 1 §2.4: direct-reading devices cannot check that a VLEP is respected; and a sum
    of vapours has no substance."""
    said = refused(
        pack(
            rule(
                level(limit=row, **METROLOGY),
                agent="voc",
                quantity=quantity,
                measure="twa_8h",
                zones="[workshop]",
                comparability="indication_only",
            )
        )
    )
    assert f'limit is "{row}"' in said
    assert "it cannot be held against VLEP 8h" in said
