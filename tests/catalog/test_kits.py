"""Kit models."""

import pytest

from catalog.data_files import toml_table
from catalog.errors import CatalogError
from catalog.identifiers import KitModelId, QuantityId
from catalog.kits import KitModel, kit_models, read_kit_model
from catalog.quantities import Uncertainty, measured_quantities

ONE = """
id = "one"
name = "One"
maker = "Somebody"
[[channel]]
quantity = "co2"
period = 10
sensor = "NDIR"
"""


def read(text: str) -> KitModel:
    return read_kit_model(toml_table("one.toml", text))


def test_models_the_project_needs_are_there() -> None:
    assert {"generic", "vigie-sim", "sck-2.1", "uci-office"} <= set(kit_models())


def test_generic_kit_reports_everything_once_a_minute() -> None:
    channels = kit_models()[KitModelId("generic")].channels
    assert [channel.quantity for channel in channels] == list(measured_quantities())
    assert {(channel.period, channel.hold) for channel in channels} == {(60.0, 180.0)}


def test_computed_eco2_of_a_voc_sensor_is_no_co2_channel() -> None:
    assert kit_models()[KitModelId("sck-2.1")].channel(QuantityId("co2")) is None


def test_hold_is_three_periods_unless_told() -> None:
    assert read(ONE).channels[0].hold == 30.0
    assert read(ONE + "hold = 60\n").channels[0].hold == 60.0


def test_model_may_know_its_sensors_better_than_the_catalog() -> None:
    text = ONE + "instrument = { relative = 0.03, absolute = 30 }\nrepeatability = { absolute = 5 }\n"
    channel = read(text).channels[0]
    assert channel.instrument == Uncertainty(0.03, 30.0)
    assert channel.repeatability == Uncertainty(0.0, 5.0)


def test_drift_is_a_days_and_of_a_level_in_decibels() -> None:
    assert read(ONE + "drift = { relative = 0.0002, absolute = 0.1 }\n").channels[0].drift == Uncertainty(0.0002, 0.1)
    assert read(ONE).channels[0].drift is None
    with pytest.raises(CatalogError, match=r"channel\[0\].drift.relative is 0.1; a level drifts in dB a day"):
        read(ONE.replace("co2", "laeq") + "drift = { relative = 0.1 }\n")


def test_every_channel_of_the_catalog_that_has_an_uncertainty_says_how_it_drifts() -> None:
    for model in kit_models().values():
        for channel in model.channels:
            known = (channel.instrument or measured_quantities()[channel.quantity].instrument) != Uncertainty(0.0, 0.0)
            assert (channel.drift is not None) == known, (model.id, channel.quantity)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("period", "perriod"), "one.toml: channel[0].period is missing; add period = …"),
        (("sensor =", 'maker = "x"\nsensor ='), "one.toml: channel[0].maker is not a key here; known: quantity"),
        (("= 10", "= 0"), "one.toml: channel[0].period is 0; expected a time above 0 s"),
        (("= 10", "= 10\nhold = nan"), "one.toml: channel[0].hold is nan; expected a number that is finite"),
        (("= 10", "= true"), "one.toml: channel[0].period is True; expected a number"),
        (("= 10", "= 10\nhold = 5"), "one.toml: channel[0].hold is 5; expected at least the period, 10 s"),
        (('"co2"', '"C02"'), 'one.toml: channel[0].quantity "C02" is no quantity of the catalog; did you mean "co2"?'),
        (('"One"', '""'), "one.toml: name is ''; expected a text"),
        (('maker = "Somebody"', 'maker = "Somebody"\ncolour = 1'), "one.toml: colour is not a key here"),
        (("[[channel]]", "[[channel]"), "one.toml: Expected ']]'"),
        (
            ("= 10", "= 10\ninstrument = { absolute = -1 }"),
            "one.toml: channel[0].instrument.absolute is -1; a standard",
        ),
    ],
)
def test_mistake_in_a_model_is_told_with_its_place(change: tuple[str, str], message: str) -> None:
    with pytest.raises(CatalogError) as raised:
        read(ONE.replace(*change))
    assert str(raised.value).startswith(message)


def test_a_quantity_is_reported_once() -> None:
    with pytest.raises(CatalogError, match="channel has co2 more than once; a kit reports a quantity once"):
        read(ONE + ONE[ONE.index("[[") :])


def test_a_model_cannot_report_what_is_computed() -> None:
    text = """
    id = "x"
    name = "x"
    maker = "x"
    [[channel]]
    quantity = "dew_point"
    period = 60
    sensor = "x"
    """
    with pytest.raises(CatalogError, match="is dew_point, computed from temperature and humidity; name those"):
        read(text)
