"""Mapping files: what they may say, and what is told when they say it wrong."""

from pathlib import Path

import pytest

from ingest.file_errors import MappingError
from ingest.files import read_mapping
from ingest.mapping import Ambiguous, ColumnRule, FileMapping, Hints, Layout, TimeRule
from ingest.mapping_toml import load_mapping, mapping_text

EXAMPLES = sorted((Path(__file__).resolve().parents[2] / "examples").glob("*/mapping.toml"))

FULL = FileMapping(
    source="mapping.toml",
    kit="kit-1",
    layout=Layout(";", ",", "cp1252", 6, 2, ("row", "date", 'CO2 "raw"\t', "LAeq")),
    time=TimeRule(("date", "heure"), "%d/%m/%Y %H:%M:%S", "Europe/Paris", Ambiguous.LATEST),
    columns=(ColumnRule('CO2 "raw"\t', "co2", "ppm", ("n/a", -1.0)), ColumnRule("LAeq", "laeq", "dB(A)")),
    ignored=("row", "Occupancy"),
    missing=("null", -999.0),
)


def test_mapping_written_and_read_back_is_the_same():
    assert load_mapping(mapping_text(FULL), "mapping.toml") == FULL
    assert load_mapping("", "mapping.toml") == FileMapping(source="mapping.toml")


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.parent.name)
def test_example_mappings_are_well_formed(path):
    mapping = read_mapping(path)
    assert mapping.columns
    assert mapping.kit


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kit = ", "mapping.toml: is not TOML"),
        ("kitt = 'a'", 'file, time, columns, ignore, missing (did you mean "kit"?)'),
        ("file = 3", "mapping.toml: file is 3; expected a table"),
        ("[file]\nseperator = ';'", 'skip_lines, header_lines, names (did you mean "separator"?)'),
        ("[file]\nseparator = ':'", 'mapping.toml: file.separator is ":"; expected one of "," (comma)'),
        ("[file]\nskip_lines = -1", "mapping.toml: file.skip_lines is -1; expected a number of lines"),
        ("[file]\nskip_lines = true", "mapping.toml: file.skip_lines is true; expected a number of lines"),
        ("[file]\nencoding = 'utf-9'", 'mapping.toml: file.encoding is "utf-9"; expected an encoding'),
        ("[file]\nheader_lines = 0", "mapping.toml: file.header_lines is 0, so the file names no columns"),
        ("[time]\ntimezone = 'Europe/Pari'", 'time.timezone is "Europe/Pari"; expected an IANA name such as'),
        ("[time]\nformat = 'DD/MM/YYYY'", 'mapping.toml: time.format is "DD/MM/YYYY"; expected "iso8601"'),
        ("[time]\nformat = '%H:%M'", "with year, month and day"),
        ("[time]\nformat = '%d/%m/%Y'", "with the time of day"),
        ("[time]\nformat = '%d/%m/%Y %H:%M:%f'", "%f is not a code of a time"),
        ("[time]\nambiguous = 'first'", 'mapping.toml: time.ambiguous is "first"; expected one of "order"'),
        ("[time]\ncolumn = 'a'\ncolumns = ['b', 'c']", "time.column and time.columns are both given"),
        ("[time]\ncolumns = ['a', 'b', 'c']", "expected the names of a date column and a time column"),
        ("[columns]\nA = 'c02'", "mapping.toml: columns.A.quantity: "),
        ("[columns]\nA = 7", "mapping.toml: columns.A is 7; expected a quantity, or {"),
        ("[columns]\nA = { unit = 'ppm' }", "mapping.toml: columns.A.quantity is not given; expected a quantity"),
        ("[columns]\nA = { quantity = 'co2', unit = 'hPa' }", 'A.unit: co2: unit "hPa" cannot be converted'),
        ("[columns]\nA = { quantity = 'co2', units = 'ppm' }", 'quantity, unit, missing (did you mean "unit"?)'),
        ("[columns]\nA = 'co2'\nB = 'co2'", 'columns "A" and "B" both give co2'),
        ("ignore = ['A']\n[columns]\nA = 'co2'", 'ignore names "A", which [columns] maps'),
        ("ignore = 'A'", 'mapping.toml: ignore is "A"; expected a list of names'),
        ("missing = [true]", "mapping.toml: missing is [true]; expected texts and numbers"),
        ("kit = ''", 'mapping.toml: kit is ""; expected a text in double quotes'),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_the_file_the_key_and_the_mend(text, told):
    with pytest.raises(MappingError) as caught:
        load_mapping(text, "mapping.toml")
    assert told in str(caught.value)
    assert str(caught.value).startswith("mapping.toml: ")
    assert "\n" not in str(caught.value)


def test_the_command_line_goes_before_the_mapping():
    hints = Hints(timezone="+01:00", separator=",", missing=("n/a",), ambiguous=Ambiguous.EARLIEST)
    mapping = hints.applied_to(FULL)
    assert (mapping.time.timezone, mapping.time.ambiguous) == ("+01:00", Ambiguous.EARLIEST)
    assert (mapping.layout.separator, mapping.layout.decimal) == (",", ",")
    assert mapping.missing == ("null", -999.0, "n/a")
