"""A script of faults: what it may say, and how a mistake is told."""

import re
from pathlib import Path

import pytest

from catalog.identifiers import KitId
from firmware_sim.errors import FaultScriptError
from firmware_sim.fault_hand import FaultHand
from firmware_sim.faults import Fault, FaultKind
from firmware_sim.faults_file import load_faults

DOCS = Path(__file__).resolve().parents[2] / "docs"


def test_everything_a_fault_can_say_is_read() -> None:
    script = load_faults(
        """
seed: 42
faults:
  - kind: delay
    from: 1h30
    for: 10 min
    probability: 0.25
    kits: [k1, k2]
    least: 500 ms
    most: 2 min
  - kind: disconnect
    every: 30 s
    for: 5 min
    away: 2 s
""",
        "faults.yaml",
    )

    assert script.seed == 42
    assert script.faults == (
        Fault(
            FaultKind.DELAY, 4, 5_400_000, 600_000, 0.25, frozenset({KitId("k1"), KitId("k2")}), least=500, most=120_000
        ),
        Fault(FaultKind.DISCONNECT, 11, 0, 300_000, every=30_000, away=2_000),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "faults:\n  - kind: los\n",
            r'faults.yaml:2: faults\[0\].kind is "los"; expected one of .*did you mean "loss"',
        ),
        ("faults:\n  - kind: loss\n    probability: 5 %\n", r":3: .*5 %.*write 5 % as 0.05"),
        (
            "faults:\n  - kind: loss\n    probability: 0\n",
            r":3: .*above 0, up to 1; write 5 % as 0.05; leave the fault",
        ),
        ("faults:\n  - kind: loss\n    from: 10\n", r':3: faults\[0\].from is "10"; expected a duration.*its unit'),
        ("faults:\n  - kind: loss\n    places: 3\n", r":3: faults\[0\].places is not a key here"),
        ("faults:\n  - kind: delay\n", r":2: faults\[0\].most is missing; expected a duration"),
        ("faults:\n  - kind: delay\n    least: 9 s\n    most: 1 s\n", r":3: .*no more than most; exchange them"),
        ("faults:\n  - kind: disconnect\n    for: 9 s\n", r":3: .*every beside it; add every: 10 s"),
        ("faults:\n  - kind: broker_restart\n    kits: [a]\n", r":3: .*no kits.*remove the line"),
        ("faults:\n  - kind: loss\n    kits: []\n", r":3: .*at least one kit; leave kits out for all"),
        ("seed: -1\nfaults:\n  - kind: loss\n", r":1: seed is \"-1\"; expected a whole number from 0"),
        ("faults:\n", r":1: faults is missing or empty; expected a list; add - kind: loss"),
        ("- kind: loss\n", r":1: is a list; expected seed: and faults:"),
        ("faults:\n  - kind: [\n", r"faults.yaml:\d: cannot be read as YAML"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_the_mend(text: str, told: str) -> None:
    with pytest.raises(FaultScriptError) as error:
        load_faults(text, "faults.yaml")

    assert re.search(told, str(error.value)), str(error.value)


def test_all_mistakes_are_told_together() -> None:
    with pytest.raises(FaultScriptError) as error:
        load_faults("seed: x\nfaults:\n  - kind: loss\n    form: 1 s\n  - kind: reorder\n    places: 0\n", "f.yaml")

    assert [line.split(" ")[0] for line in str(error.value).splitlines()] == ["f.yaml:1:", "f.yaml:4:", "f.yaml:6:"]


def test_a_kit_nobody_plays_is_refused() -> None:
    script = load_faults("faults:\n  - kind: loss\n    kits: [k9]\n", "f.yaml")

    with pytest.raises(FaultScriptError, match=r'f.yaml:2: faults\[0\].kits names "k9".*expected k1, k2'):
        script.check([KitId("k2"), KitId("k1")], 1_000)


def test_a_fault_that_begins_when_all_is_over_is_refused() -> None:
    script = load_faults("faults:\n  - kind: loss\n    from: 2 h\n", "f.yaml")

    with pytest.raises(FaultScriptError, match=r"f.yaml:2: faults\[0\].from is 2 h after .* the stream is 20 s long"):
        script.check([KitId("k1")], 20_000)
    script.check([KitId("k1")], 7_200_000)


def test_a_broker_that_is_not_ours_is_not_restarted() -> None:
    script = load_faults("faults:\n  - kind: broker_restart\n    from: 1 min\n", "f.yaml")

    with pytest.raises(FaultScriptError, match=r"f.yaml:2: broker_restart.*--restart-broker"):
        FaultHand(script)


@pytest.mark.parametrize(
    "block",
    [
        pytest.param(block, id=f"{page.stem}-{number}")
        for page in sorted(DOCS.rglob("*.md"))
        for number, block in enumerate(re.findall(r"^```yaml\n(.*?)^```", page.read_text("utf-8"), re.M | re.S))
        if "\nfaults:" in f"\n{block}"
    ]
    + [pytest.param((DOCS / "_examples" / "drop-out.yaml").read_text("utf-8"), id="drop-out")],
)
def test_scripts_on_the_pages_can_be_used_as_they_are(block: str) -> None:
    assert load_faults(block, "page").faults
