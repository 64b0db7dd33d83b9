"""From the fields of a kit check to the rule it is."""

from dataclasses import dataclass

from catalog.identifiers import RuleId
from rules.document import Record
from rules.fields import read_bilingual, read_not_negative, read_priority
from rules.kit_check_rule import KitCheckRule
from rules.workplace_actions import AmtType

KIT_CHECK_FIELDS = (
    "id",
    "recent",
    "insufficient",
    "campaign_share",
    "delay",
    "priority",
    "amt_type",
    "title_fr",
    "title_en",
    "advice_fr",
    "advice_en",
)


@dataclass(frozen=True, slots=True)
class TracedKitCheck:
    """A kit check and where it stands in the file."""

    record: Record
    check: KitCheckRule


def read_kit_check(record: Record) -> TracedKitCheck | None:
    """One kit check, or None where it has mistakes."""
    before = record.mistakes_noted
    check = KitCheckRule(
        id=RuleId(record.text("id")),
        title=read_bilingual(record, "title"),
        advice=read_bilingual(record, "advice"),
        recent=record.count("recent"),
        insufficient=record.count("insufficient"),
        campaign_share=record.share("campaign_share"),
        delay=read_not_negative(record, "delay", "in seconds"),
        priority=read_priority(record),
        amt_type=record.choice("amt_type", AmtType) if record.has("amt_type") else AmtType.KIT_CHECK,
    )
    if record.mistakes_noted == before and check.insufficient > check.recent:
        record.mistake(
            "insufficient",
            f"is {check.insufficient}, of the last {check.recent} shifts: it can never be reached; "
            "write fewer, or more recent shifts",
        )
    return TracedKitCheck(record, check) if record.mistakes_noted == before else None
