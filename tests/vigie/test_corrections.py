"""A zone's humidity correction on the way from stored readings to a series."""

from dataclasses import replace

import numpy as np
import pytest

from catalog.corrections import CorrectionMethod, HumidityCorrection
from catalog.errors import CatalogError
from catalog.identifiers import EstablishmentId, QuantityId, ZoneId
from catalog.places import WorkIntensity, WorkSchedule, Zone, ZoneKind
from catalog.quantities import Averaging, quantity
from catalog.readings import Flag
from catalog.registry import parse_registry
from dsp.air.particles import mass_factor
from dsp.series import Series, build
from tests.catalog.registry_text import WHOLE
from vigie.corrections import humidity_corrected, standing
from vigie.kit_columns import Column

MINUTE = 60_000
PM = quantity("pm2_5")
ZONE = Zone(
    ZoneId("z"), EstablishmentId("e"), "Zone", ZoneKind.WORKSHOP, 5, "UT1", WorkIntensity.PHYSICAL, WorkSchedule(())
)
KOEHLER = replace(ZONE, corrections=(HumidityCorrection(QuantityId("pm2_5"), CorrectionMethod.KAPPA_KOEHLER, 0.4),))


def particles(*values: float, flags: tuple[Flag, ...] = ()) -> Column:
    instants = MINUTE * np.arange(1, len(values) + 1)
    said = np.array(flags or (Flag.GOOD,) * len(values), dtype=np.int8)
    return Column(instants, np.array(values), said, False, instants, np.zeros(instants.size, np.bool_))


def humidity(instants: list[int], values: list[float]) -> Series:
    return build(instants, values, [1] * len(values), 60, 180, Averaging.ARITHMETIC)


def test_a_zone_without_a_correction_keeps_its_readings() -> None:
    column = particles(10.0, 20.0)
    assert humidity_corrected(ZONE, PM, column, None) is column
    assert humidity_corrected(KOEHLER, quantity("pm10"), column, None) is column


def test_readings_are_corrected_with_the_humidity_that_stands() -> None:
    found = humidity_corrected(KOEHLER, PM, particles(100.0, 100.0), humidity([90_000, 150_000], [50.0, 70.0]))
    assert found.values == pytest.approx(100.0 / mass_factor([50.0, 70.0], 0.4))
    assert found.flags.tolist() == [Flag.GOOD, Flag.GOOD]


def test_without_humidity_a_reading_stays_and_is_suspect() -> None:
    found = humidity_corrected(KOEHLER, PM, particles(100.0, 100.0, 100.0), humidity([60_000], [50.0]))
    assert found.values[1:].tolist() == [100.0, 100.0]
    assert found.flags.tolist() == [Flag.GOOD, Flag.SUSPECT, Flag.SUSPECT]
    none = humidity_corrected(KOEHLER, PM, particles(100.0), None)
    assert (none.values.tolist(), none.flags.tolist()) == ([100.0], [Flag.SUSPECT])


def test_above_the_cap_a_reading_is_suspect_and_a_bad_one_stays_bad() -> None:
    column = particles(100.0, 5000.0, flags=(Flag.GOOD, Flag.BAD))
    found = humidity_corrected(KOEHLER, PM, column, humidity([60_000, 120_000], [95.0, 95.0]))
    assert found.flags.tolist() == [Flag.SUSPECT, Flag.BAD]
    assert found.values[0] == pytest.approx(100.0 / mass_factor([85.0], 0.4)[0])
    assert found.values[1] == 5000.0


def test_what_stands_at_an_instant_is_the_step_it_lies_in() -> None:
    series = humidity([60_000, 120_000, 600_000], [40.0, 50.0, 60.0])
    at = np.array([0, 1, 60_000, 60_001, 120_000, 300_000, 540_000, 540_001, 600_001])
    nan = np.nan
    assert standing(series, at).tolist() == pytest.approx(
        [nan, 40.0, 40.0, 50.0, 50.0, nan, nan, 60.0, nan], nan_ok=True
    )


def registry_with(lines: str) -> str:
    """The whole registry of the tests, its first zone with corrections."""
    head, found, tail = WHOLE.partition("        schedule:")
    assert found
    return f"{head}        corrections:\n{lines}{found}{tail}"


def test_a_registry_names_a_correction() -> None:
    text = registry_with("              - { quantity: pm2_5, method: kappa-koehler, kappa: 0.4 }\n")
    zone = next(zone for zone in parse_registry(text, "registry.yaml").zones.values() if zone.corrections)
    assert zone.corrections == KOEHLER.corrections


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{ quantity: co2, method: kappa-koehler, kappa: 0.4 }", "co2 is no particle mass"),
        ("{ quantity: pm10, method: barkjohn-2021 }", "was fitted to PM2.5"),
        ("{ quantity: pm2_5, method: kappa-kohler, kappa: 0.4 }", 'did you mean "kappa-koehler"?'),
        ("{ quantity: pm2_5, method: kappa-koehler }", "kappa is missing"),
        ("{ quantity: pm2_5, method: kappa-koehler, kappa: 4 }", "expected 0 to 1.5"),
        ("{ quantity: pm2_5, method: barkjohn-2021, kappa: 0.4 }", "expected no kappa for barkjohn-2021"),
        ("{ quantity: pm2_5, method: barkjohn-2021, kapa: 0.4 }", "kapa is not a key here"),
    ],
)
def test_a_mistaken_correction_is_one_line(line: str, says: str) -> None:
    with pytest.raises(CatalogError) as error:
        parse_registry(registry_with(f"              - {line}\n"), "registry.yaml")
    lines = [told for told in str(error.value).splitlines() if says in told]
    assert len(lines) == 1
    assert lines[0].startswith("registry.yaml:")


def test_a_quantity_is_corrected_once() -> None:
    one = "              - { quantity: pm2_5, method: kappa-koehler, kappa: 0.4 }\n"
    with pytest.raises(CatalogError, match="expected one correction a quantity"):
        parse_registry(registry_with(one + one), "registry.yaml")
