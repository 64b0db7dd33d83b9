"""Whatever the dialect a file is written in, the same readings come out of it."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cells import Markers, parse_numbers
from ingest.file_errors import UnreadableCellsError
from ingest.files import FileReading, read_file
from ingest.mapping import Hints
from ingest.mapping_toml import load_mapping, mapping_text
from ingest.textblocks import blocks

MINUTE = 60_000
START = 1_705_276_800_000
"""2024-01-15T00:00Z: past the 12th, so that every row says which number is the day [ms UTC]."""

_numbers = st.integers(30_000, 99_900).map(lambda hundredths: hundredths / 100)
_rows = st.lists(st.tuples(_numbers, st.one_of(st.none(), _numbers)), min_size=2, max_size=30)


@st.composite
def dialects(draw):
    separator = draw(st.sampled_from([";", ",", "\t", "|"]))
    decimal = draw(st.sampled_from([".", ","]))
    return {
        "separator": separator,
        "decimal": decimal,
        # A decimal comma between commas is only clear in quotes.
        "quoting": csv.QUOTE_ALL if separator == decimal else draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL])),
        "end": draw(st.sampled_from(["\n", "\r\n"])),
        "encoding": draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"])),
        "preamble": draw(st.sampled_from(["", "Export de l'enregistreur\n", "Série: 12\nPériode: été\n\n"])),
        "time": draw(
            st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%d/%m/%Y %H:%M", "%m-%d-%Y %H:%M:%S"])
        ),
        "split": draw(st.booleans()),
    }


def write(path: Path, rows, dialect) -> None:
    def number(value):
        return "" if value is None else f"{value:.2f}".replace(".", dialect["decimal"])

    split = dialect["split"] and "T" not in dialect["time"]
    buffer = io.StringIO(newline="")
    buffer.write(dialect["preamble"].replace("\n", dialect["end"]))
    writer = csv.writer(
        buffer, delimiter=dialect["separator"], quoting=dialect["quoting"], lineterminator=dialect["end"]
    )
    writer.writerow([*(["Date", "Heure"] if split else ["Horodatage"]), "CO2 (ppm)", "Éclairement (lux)", "Remarque"])
    for index, (co2, light) in enumerate(rows):
        text = datetime.fromtimestamp((START + index * MINUTE) / 1000, UTC).strftime(dialect["time"])
        remark = 'dit "bon", oui;\tnon|\nsuite' if index == 1 else ""
        writer.writerow([*(text.split(" ") if split else [text]), number(co2), number(light), remark])
    path.write_bytes(buffer.getvalue().encode(dialect["encoding"]))


def table(reading: FileReading) -> list[tuple[str, int, float]]:
    frame = pl.concat(chunk.frame for chunk in reading).sort("quantity", "instant")
    return list(frame.select("quantity", "instant", "value").iter_rows())


def expected(rows) -> list[tuple[str, int, float]]:
    found = [("co2", START + index * MINUTE, co2) for index, (co2, _) in enumerate(rows)]
    return found + [
        ("illuminance", START + n * MINUTE, light) for n, (_, light) in enumerate(rows) if light is not None
    ]


@settings(max_examples=120, deadline=None)
@given(rows=_rows, dialect=dialects())
def test_any_dialect_gives_the_same_readings(rows, dialect):
    with TemporaryDirectory() as folder:
        path = Path(folder) / "readings.csv"
        write(path, rows, dialect)
        reading = read_file(path, kit="kit-1", received=0, hints=Hints(timezone="UTC"))
        assert table(reading) == expected(rows)
        assert reading.report.ignored == ("Remarque",)
        again = load_mapping(mapping_text(reading.plan.mapping), "mapping.toml")
        assert table(read_file(path, again, kit="kit-1", received=1)) == expected(rows)


@settings(max_examples=60, deadline=None)
@given(
    rows=_rows, bad=st.data(), preamble=st.integers(0, 3), newlines=st.lists(st.booleans(), min_size=30, max_size=30)
)
def test_bad_cell_has_the_line_an_editor_shows(rows, bad, preamble, newlines):
    at = bad.draw(st.integers(0, len(rows) - 1))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "readings.csv"
        text = "about this file\n" * preamble + "time,note,CO2\n"
        for index, (co2, _) in enumerate(rows):
            note = '"a\nnote"' if newlines[index] else "note"
            text += f"2024-01-15T00:{index:02}:00Z,{note},{'#REF!' if index == at else co2}\n"
            text += "\n" if newlines[-1 - index] else ""
        path.write_text(text, encoding="utf-8")
        with pytest.raises(UnreadableCellsError) as caught:
            read_file(path, kit="kit-1", received=0)
        row_start = text.index(f"2024-01-15T00:{at:02}:00Z")
        assert [cell.line for cell in caught.value.cells] == [text.count("\n", 0, row_start) + 1]


def naive_records(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """Records of a CSV text by the standard library, with their lines."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    records, line = [], 1
    for fields in reader:
        records.append((line, fields))
        line = reader.line_num + 1
    return records


_fields = st.text(st.sampled_from('ab,;"\n é'), max_size=5)


@settings(max_examples=150, deadline=None)
@given(
    records=st.lists(st.lists(_fields, min_size=1, max_size=4), max_size=12),
    block_bytes=st.integers(1, 60),
    piece=st.integers(1, 40),
)
def test_blocks_cut_records_where_the_standard_library_does(records, block_bytes, piece):
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(records)
    text = buffer.getvalue()
    data = text.encode()
    stream = (data[start : start + piece] for start in range(0, len(data), piece))
    kept, misfits = [], []
    for block in blocks(stream, "f.csv", ",", 3, 0, block_bytes):
        records_of_block = naive_records(block.text.decode(), ",")
        assert len(records_of_block) == block.lines.size
        kept += [(int(line), fields) for line, (_, fields) in zip(block.lines, records_of_block, strict=True)]
        misfits += [cell.line for cell in block.misfits]
    naive = naive_records(text, ",")
    assert kept == [(line, fields) for line, fields in naive if len(fields) == 3 and _says_something(fields)]
    assert misfits == [line for line, fields in naive if len(fields) != 3 and _says_something(fields)]


def _says_something(fields: list[str]) -> bool:
    """Whether a record, as it is written, is more than separators, or than blanks and quotes."""
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="").writerow(fields)
    return bool(buffer.getvalue().strip(",")) and bool(buffer.getvalue().strip(' \n"'))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=20), st.sampled_from([".", ","]))
def test_every_float_comes_back_to_the_bit(values, decimal):
    texts = pl.Series([repr(value).replace(".", decimal) for value in values])
    numbers = parse_numbers(texts, decimal, Markers.of(()))
    assert not numbers.bad.any()
    assert np.array_equal(numbers.values, np.array(values))


@settings(max_examples=200, deadline=None)
@given(st.text(st.sampled_from("0123456789.,-+eE_ naif\u00a0x"), max_size=8))
def test_a_cell_is_a_number_missing_or_bad_never_two_of_them(text):
    numbers = parse_numbers(pl.Series([text], dtype=pl.String), ".", Markers.of(()))
    value, bad = numbers.values[0], bool(numbers.bad[0])
    assert bad == (np.isnan(value) and bool(text.strip()))
    if not np.isnan(value):
        assert value == float(text.replace(" ", "").replace("\u00a0", ""))
