"""Parameters of the quality tests."""

import pytest

from catalog.data_files import toml_table
from catalog.errors import CatalogError
from catalog.identifiers import KitModelId, QuantityId
from catalog.kits import KitModel, kit_models, read_kit_model
from catalog.quality import QualityLimits, Span, SpikeTest, quality_limits, read_defaults
from catalog.quantities import measured_quantities

ONE = """
id = "one"
name = "One"
maker = "Somebody"
[[channel]]
quantity = "co2"
period = 10
sensor = "NDIR"
[channel.quality]
spike = { threshold = 100 }
"""


def read(text: str) -> KitModel:
    return read_kit_model(toml_table("one.toml", text))


def test_every_measured_quantity_has_its_parameters() -> None:
    for name, known in measured_quantities().items():
        assert quality_limits(name).fail == Span(known.physical_low, known.physical_high)


def test_kit_model_replaces_single_tests_and_keeps_the_others() -> None:
    tests = read(ONE).channels[0].tests
    assert tests.spike == SpikeTest(100)
    assert tests.rate == quality_limits(QuantityId("co2")).rate


def test_metal_oxide_sensors_warm_up_for_two_days_unless_the_model_knows_better() -> None:
    assert quality_limits(QuantityId("tvoc"), "MOX, any").warm_up == 48 * 3600
    assert quality_limits(QuantityId("tvoc"), "PID").warm_up == 0
    kit = kit_models()[KitModelId("sck-2.1")].channel(QuantityId("tvoc"))
    assert kit is not None
    assert kit.tests.warm_up == 1200


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("spike = { threshold = 0 }", "quality.spike.threshold is 0; expected a number above 0"),
        ("spik = { threshold = 1 }", "quality.spik is not a key here"),
        ("spike = { treshold = 1 }", "quality.spike.threshold is missing; add threshold = …"),
        ("rate = { per_minute = 5, over = -1 }", "quality.rate.over is -1; expected 0 or more"),
        ("suspect = { low = 9, high = 1 }", "quality.suspect.high is 1; expected more than low, 9"),
        (
            "suspect = { low = 0, high = 1 }",
            "quality.suspect is 0 to 1; expected it within 300 to 10000, the failing span",
        ),
        ('flat_line = { suspect_after = 1, clock = "x" }', 'flat_line.clock is "x"; expected always or occupied'),
        (
            "flat_line = { suspect_after = 5, fail_after = 1 }",
            "flat_line.fail_after is 1; expected at least suspect_after, 5 s",
        ),
        ("flat_line = { suspect_after = 5, relative = 1 }", "flat_line.relative is 1; expected a share below 1"),
        ("baseline = { low = 5, high = 5, days = 1 }", "baseline.high is 5; expected more than low, 5"),
        ("warm_up = true", "quality.warm_up is True; expected a number"),
    ],
)
def test_mistake_is_one_line_that_names_place_and_mend(line: str, message: str) -> None:
    with pytest.raises(CatalogError) as caught:
        read(ONE.replace("spike = { threshold = 100 }", line))
    said = str(caught.value)
    assert said.startswith("one.toml: channel[0].quality")
    assert message in said
    assert "\n" not in said


def test_quantity_without_a_table_is_told() -> None:
    text = '[[quantity]]\nid = "co2"\n[[sensor]]\nword = "MOX"\nwarm_up = 1\n'
    with pytest.raises(CatalogError, match=r"quality\.toml: quantity has no table for "):
        read_defaults(toml_table("quality.toml", text))


def test_limits_without_any_test_are_possible() -> None:
    assert QualityLimits(Span(0, 1)).spike is None
