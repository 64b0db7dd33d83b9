"""Files as technicians bring them: each test is one thing that is odd about one of them."""

import gzip
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from ingest.file_errors import FileImportError, QuestionError, UnreadableCellsError
from ingest.files import BadCells, FileReading, read_file, suggest_mapping
from ingest.mapping import Hints
from ingest.mapping_toml import load_mapping

PARIS = Hints(timezone="Europe/Paris")
SIMPLE = "date;CO2 (ppm);Temperature (°C)\n2024-01-15 08:00:00;612,5;21,3\n2024-01-15 08:01:00;618;21,4\n"


@pytest.fixture
def write(tmp_path: Path):
    def written(content: str | bytes, name: str = "readings.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return written


def read(path: Path, hints: Hints = PARIS, mapping: str = "", **options) -> FileReading:
    return read_file(path, load_mapping(mapping, "mapping.toml"), kit="kit-1", received=0, hints=hints, **options)


def table(reading: FileReading) -> dict[tuple[str, str], float]:
    frame = pl.concat(chunk.frame for chunk in reading)
    stamps = [datetime.fromtimestamp(ms / 1000, UTC).strftime("%m-%d %H:%M:%S") for ms in frame["instant"]]
    return dict(zip(zip(frame["quantity"], stamps, strict=True), frame["value"], strict=True))


def refusal(path: Path, hints: Hints = PARIS, mapping: str = "") -> str:
    with pytest.raises(FileImportError) as caught:
        read(path, hints, mapping)
    message = str(caught.value)
    assert "\n" not in message
    return message


EXPECTED = {
    ("co2", "01-15 07:00:00"): 612.5,
    ("co2", "01-15 07:01:00"): 618.0,
    ("temperature", "01-15 07:00:00"): 21.3,
    ("temperature", "01-15 07:01:00"): 21.4,
}


def test_french_excel_export_needs_only_kit_and_time_zone(write):
    reading = read(write(SIMPLE, encoding="cp1252"))
    assert table(reading) == EXPECTED
    assert any("cp1252" in note and "line 1" in note for note in reading.report.notes)
    assert "decimal comma" in reading.report.notes


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_byte_order_marks_and_utf_16(write, encoding):
    assert table(read(write(SIMPLE, encoding=encoding))) == EXPECTED


def test_utf_16_without_its_mark(write):
    assert table(read(write(SIMPLE, encoding="utf-16-le"))) == EXPECTED


def test_compressed_file(write):
    assert table(read(write(gzip.compress(SIMPLE.encode()), "readings.csv.gz"))) == EXPECTED


def test_compressed_file_cut_short(write):
    whole = gzip.compress(SIMPLE.encode() * 2000)
    assert "cut short" in refusal(write(whole[: len(whole) // 2], "readings.csv.gz"))


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_line_ends_of_windows_and_old_macs(write, end):
    assert table(read(write(SIMPLE.replace("\n", end)))) == EXPECTED


def test_last_line_without_a_line_end(write):
    assert table(read(write(SIMPLE.rstrip("\n")))) == EXPECTED


def test_line_that_tells_excel_the_separator_is_no_header(write):
    assert table(read(write("sep=;\n" + SIMPLE))) == EXPECTED


def test_zero_bytes_a_logger_left_after_a_power_cut_are_told_and_shown_as_marks(write):
    path = write(SIMPLE + "\0" * 40 + "2024-01-15 08:02:00;620;21,5\n")
    message = refusal(path)
    assert message.startswith("readings.csv:4: date is")
    assert "\0" not in message


def remarked(remark: str) -> str:
    lines = ["date;note;CO2;LAeq", "2024-01-15 08:00;ok;612;40", f"2024-01-15 08:01;{remark};613;41"]
    return "\n".join([*lines, "2024-01-15 08:02;ok;614;42"]) + "\n"


@pytest.mark.parametrize("remark", ['""', '"a;b"', '"a ""b"" c"', "a'b"])
def test_quoted_remarks_do_not_shift_a_value(write, remark):
    found = table(read(write(remarked(remark))))
    assert [found[("co2", f"01-15 07:0{minute}:00")] for minute in range(3)] == [612, 613, 614]
    assert [found[("laeq", f"01-15 07:0{minute}:00")] for minute in range(3)] == [40, 41, 42]


@pytest.mark.parametrize("remark", ['5" pipe', 'a"b;c"d', '"a"b', '"a" ;', '""";'])
def test_quotes_in_odd_places_are_told_by_their_line(write, remark):
    assert refusal(write(remarked(remark))).startswith("readings.csv:3: ")


def test_columns_nobody_mapped_are_reported(write):
    reading = read(write(SIMPLE.replace("\n", ";7\n").replace("°C);7", "°C);Occupancy")))
    assert table(reading) == EXPECTED
    assert reading.report.ignored == ("Occupancy",)


def test_suggested_mapping_reads_the_file_the_same_way(write):
    path = write(SIMPLE, encoding="cp1252")
    text = suggest_mapping(path, hints=PARIS)
    assert table(read(path, Hints(), text)) == EXPECTED


def test_chunk_has_the_columns_of_readings(write):
    (chunk,) = read_file(write(SIMPLE), kit="kit-1", received=17, hints=PARIS, simulated=True)
    assert chunk.rows == 2
    columns = chunk.columns()
    assert len(columns) == 4
    assert set(columns.kit) == {"kit-1"}
    assert set(columns.received) == {17}
    assert set(columns.flag) == {1}
    assert set(columns.simulated) == {True}


def test_impossible_value_is_kept_and_flagged_bad(write):
    (chunk,) = (reading := read(write(SIMPLE.replace("618", "-3"))))
    assert chunk.frame.filter(pl.col("value") == -3)["flag"].to_list() == [4]
    assert reading.report.impossible == {"CO2 (ppm)": 1, "Temperature (°C)": 0}


def test_report_tells_rows_out_of_order_and_repeated(write):
    lines = "time,CO2\n" + "".join(
        f"2024-01-15T08:{minute}:00Z,600\n" for minute in ("00", "01", "01", "03", "02", "04")
    )
    report = read(write(lines), Hints()).report
    assert (report.rows, report.out_of_order, report.repeated_instants) == (6, 1, 1)
    assert report.median_step == 120.0


# --- bad cells -----------------------------------------------------------------------------------------------------


def test_bad_cell_is_told_by_its_line_in_the_file(write):
    path = write("Logger 12\n\n" + SIMPLE.replace("618", "n/a"))
    message = refusal(path)
    assert message.startswith('readings.csv:5: CO2 (ppm) is "n/a"; expected a number in ppm')
    assert "--missing n/a" in message
    assert "nothing was imported" in message
    assert table(read(path, Hints(timezone="Europe/Paris", missing=("n/a",)))) == {
        key: value for key, value in EXPECTED.items() if key != ("co2", "01-15 07:01:00")
    }


@pytest.mark.parametrize("text", ["NaN", "inf", "-Infinity", "1e999", "1_000", "0x1F", "12.5.3", "--"])
def test_what_is_no_number_is_a_bad_cell(write, text):
    path = write(f"time,CO2,LAeq\n2024-01-15T08:00:00Z,612,40.5\n2024-01-15T08:01:00Z,{text},40.5\n")
    assert refusal(path, Hints()).startswith(f'readings.csv:3: CO2 is "{text}"; expected a number in ppm')


def test_point_in_a_file_of_decimal_commas_is_bad_not_guessed(write):
    rows = "".join(f"2024-01-15 08:{minute:02}:00;2{minute % 10},3\n" for minute in range(60)) * 60
    path = write("date;Temperature\n" + rows + "2024-01-15 09:00:00;21.4\n")
    assert refusal(path).startswith('readings.csv:3602: Temperature is "21.4"; expected a number in °C (the rest')


def test_lines_are_right_after_blank_lines_and_quoted_newlines(write):
    path = write(
        'time,note,CO2\n2024-01-15T08:00:00Z,"two\nlines, and a comma",600\n\n,,\n'
        '2024-01-15T08:01:00Z,"say ""ok""",x\n2024-01-15T08:02:00Z,,610\n'
    )
    with pytest.raises(UnreadableCellsError) as caught:
        read(path, Hints())
    assert [cell.line for cell in caught.value.cells] == [6]
    report = read(path, Hints(), bad_cells=BadCells.SKIP).report
    assert (report.rows, report.readings, report.blank_rows, report.bad_count) == (3, 2, 2, 1)


def test_all_bad_cells_are_collected_in_order(write):
    path = write("time,CO2,LAeq\n2024-01-15T08:00:00Z,x,40\nyesterday,600,40\n2024-01-15T08:02:00Z,600\n,700,41\n")
    with pytest.raises(UnreadableCellsError) as caught:
        read(path, Hints())
    assert caught.value.count == 4
    assert [message.split(" is ")[0] for message in caught.value.messages[:2]] == [
        "readings.csv:2: CO2",
        "readings.csv:3: time",
    ]
    assert caught.value.messages[2].startswith(
        'readings.csv:4: row "2024-01-15T08:02:00Z,600" has 2 fields; expected 3'
    )
    assert caught.value.messages[3].startswith('readings.csv:5: time is ""; expected a time')


def test_skipped_cells_are_counted_and_listed_beside(write, tmp_path):
    path = write("time,CO2,LAeq\n2024-01-15T08:00:00Z,x,40\nyesterday,600,40\n2024-01-15T08:02:00Z,600,41\n")
    rejects = tmp_path / "rejects.csv"
    reading = read(path, Hints(), bad_cells=BadCells.SKIP, rejects=rejects)
    assert table(reading) == {
        ("laeq", "01-15 08:00:00"): 40.0,
        ("co2", "01-15 08:02:00"): 600.0,
        ("laeq", "01-15 08:02:00"): 41.0,
    }
    assert pl.read_csv(rejects)["line"].to_list() == [2, 3]
    assert reading.report.missing == {"CO2": 0, "LAeq": 0}


def test_footer_after_the_rows_is_bad_unless_skipped(write):
    path = write("time,CO2\n2024-01-15T08:00:00Z,600\nEnd of export\n")
    assert "readings.csv:3" in refusal(path, Hints())


def test_header_written_again_by_a_restarted_logger_is_passed_over(write):
    report = read(write("time,CO2\n2024-01-15T08:00:00Z,600\ntime,CO2\n2024-01-15T08:05:00Z,610\n"), Hints()).report
    assert (report.rows, report.repeated_headers, report.bad_count) == (2, 1, 0)


def test_quote_that_is_never_closed_is_told_by_its_line(write):
    path = write(
        'time,note,CO2\n2024-01-15T08:00:00Z,ok,600\n2024-01-15T08:01:00Z,"oops,610\n2024-01-15T08:02:00Z,ok,620\n'
    )
    mapping = '[file]\nheader_lines = 1\n[time]\ncolumn = "time"\nformat = "iso8601"\n[columns]\nCO2 = "co2"\n'
    assert refusal(path, Hints(), mapping).startswith(
        'readings.csv:3: a quote (") opens in this row and is never closed'
    )


# --- missing values ------------------------------------------------------------------------------------------------


def test_missing_markers_are_texts_and_numbers_for_the_file_and_for_a_column(write):
    path = write(
        "time,CO2,LAeq,PRESS (kPa)\n2024-01-15T08:00:00Z,NULL,-1,101.3\n2024-01-15T08:01:00Z,-999.0,-1.00,-1\n"
        '2024-01-15T08:02:00Z,"",40.5,101.2\n'
    )
    mapping = (
        'missing = ["null", -999]\n[columns]\nCO2 = "co2"\nLAeq = { quantity = "laeq", missing = [-1] }\n'
        '"PRESS (kPa)" = { quantity = "pressure", unit = "kPa" }\n'
    )
    reading = read(path, Hints(), mapping)
    assert reading.report.missing == {"CO2": 3, "LAeq": 2, "PRESS (kPa)": 0}
    assert reading.report.impossible["PRESS (kPa)"] == 1
    assert table(reading)[("pressure", "01-15 08:00:00")] == pytest.approx(1013)


def test_thousands_in_french_writing(write):
    assert table(read(write("date;CO2\n2024-01-15 08:00;1 234,5\n2024-01-15 08:01;2\u202f000\n"))) == {
        ("co2", "01-15 07:00:00"): 1234.5,
        ("co2", "01-15 07:01:00"): 2000.0,
    }


# --- questions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "asked"),
    [
        (
            "date;CO2\n01/02/2024 08:00;600\n02/02/2024 08:00;610\n",
            "no row decides whether the day or the month comes first",
        ),
        ("date;CO2\n01/02/24 08:00;600\n", "its year has two digits"),
        ("date,Temperature,CO2\n2024-01-15 08:00,21,3,600,5\n", "are these decimal commas?"),
        ("date;CO2;LAeq\n2024-01-15 08:00;600,5;40.5\n", "say which is the decimal sign"),
        ("date\tCO2\n2024-01-15 08:00\t1,234\n", "a decimal comma or a thousand?"),
        ("date;CO2\n2024-01-15 08:00;600\n", None),
        ("date;Temperature\n2024-01-15 08:00;68,5\n", "68.5 is unusual"),
        ("date;Pression\n2024-01-15 08:00;101,3\n", "101.3 is unusual"),
        ("date;COV\n2024-01-15 08:00;120\n", "ppm, ppb and mg/m³ alike"),
        ("date;Bruit (dB)\n2024-01-15 08:00;61\n", "A-weighted"),
        ("date;CO2 (mV)\n2024-01-15 08:00;600\n", 'its unit "mV" is not known'),
        ("date;CO2 salle 1;CO2 salle 2\n2024-01-15 08:00;600;700\n", "both look like co2"),
        ("date;Valeur\n2024-01-15 08:00;600\n", "no column heading names a quantity"),
        ("début;fin;CO2\n2024-01-15 08:00;2024-01-15 08:01;600\n", "any of the columns début, fin"),
    ],
)
def test_what_could_be_read_two_ways_is_asked(write, content, asked):
    path = write(content)
    if asked is None:
        assert read(path).report.rows == 1
        return
    with pytest.raises(QuestionError) as caught:
        read(path)
    assert asked in str(caught.value)


def test_local_time_without_a_zone_is_asked(write):
    assert "--timezone Europe/Paris" in refusal(write(SIMPLE), Hints())


def test_one_row_far_down_decides_between_day_and_month_first(write):
    rows = "".join(f"0{1 + n // 1440}/02/2024 {n // 60 % 24:02}:{n % 60:02};600\n" for n in range(5000))
    reading = read(write("date;CO2\n" + rows + "13/02/2024 00:00;600\n"))
    assert "time format %d/%m/%Y %H:%M" in reading.report.notes
    assert reading.report.first == 1706742000000  # 2024-02-01 00:00 in Paris


def test_answering_on_the_command_line_settles_the_question(write):
    path = write("date;CO2\n01/02/2024 08:00;600\n")
    reading = read(path, Hints(timezone="Europe/Paris", time_format="%m/%d/%Y %H:%M"))
    assert table(reading) == {("co2", "01-02 07:00:00"): 600.0}


# --- no table at all -----------------------------------------------------------------------------------------------


def workbook() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xl/workbook.xml", "<x/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "is empty"),
        (b"%PDF-1.7 ...", "is a PDF document; export the readings as CSV"),
        (workbook(), "is an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel workbook"),
        (b'{"readings": []}', "is JSON"),
        (b"<!DOCTYPE html><html></html>", "is a web page"),
        (b"\x28\xb5\x2f\xfd....", "zstd"),
        (b"\x00\x01\x02\x03" * 30, "zero bytes"),
        (b"date;CO2\n", "no two lines are cut into columns"),
        (b"time,CO2\nyesterday,600\ntoday,610\n", "no row has a date and time"),
        (b"2024-01-15 08:00,600\n2024-01-15 08:01,610\n", "no header is above"),
        (b"time,CO2\n2024-01-15 08:00,\n2024-01-15 08:01,\n", "no row has a value"),
        (b"caf\xe9\x81;CO2\n2024-01-15 08:00;600\n", "readings.csv:1: is neither UTF-8 nor cp1252"),
        (b"PAR1....", "damaged Parquet"),
    ],
)
def test_what_is_no_table_of_readings_is_told(write, content, told):
    assert told in refusal(write(content))


def test_absent_file_and_folder(tmp_path):
    assert "there is no such file" in refusal(tmp_path / "nothing.csv")
    assert "is a folder" in refusal(tmp_path)


def test_absent_column_names_the_ones_there_are(write):
    message = refusal(write(SIMPLE), PARIS, '[columns]\n"CO2 (pmm)" = "co2"\n')
    assert message == (
        'mapping.toml: columns: the file has no column "CO2 (pmm)" (did you mean "CO2 (ppm)"?); '
        "it has date, CO2 (ppm), Temperature (°C)"
    )


def test_kit_must_be_said(write):
    with pytest.raises(FileImportError, match="Say it with --kit"):
        read_file(write(SIMPLE), received=0, hints=PARIS)


def test_a_year_no_kit_has_seen_is_bad(write):
    path = write("date;CO2\n15/01/24 08:00;600\n")
    assert "is the time format right?" in refusal(path, Hints(timezone="UTC", time_format="%d/%m/%Y %H:%M"))


def test_unix_seconds_and_milliseconds(write):
    for text in ("1705305600", "1705305600000"):
        assert table(read(write(f"timestamp,CO2\n{text},600\n{text},600\n"), Hints())) == {
            ("co2", "01-15 08:00:00"): 600.0
        }


# --- Parquet -------------------------------------------------------------------------------------------------------


def test_parquet_with_instants_and_numbers(tmp_path):
    path = tmp_path / "readings.parquet"
    instants = [datetime(2024, 1, 15, 7, minute, tzinfo=UTC) for minute in (0, 1)]
    pl.DataFrame({"time": instants, "CO2": [612.5, 618.0], "Temperature": [21.3, None]}).write_parquet(path)
    reading = read(path, Hints())
    assert table(reading) == {key: value for key, value in EXPECTED.items() if key != ("temperature", "01-15 07:01:00")}
    assert reading.report.missing == {"CO2": 0, "Temperature": 1}


def test_parquet_with_local_times_needs_their_zone(tmp_path):
    path = tmp_path / "readings.parquet"
    pl.DataFrame({"time": [datetime(2024, 1, 15, 8)], "CO2": [612.5]}).write_parquet(path)  # noqa: DTZ001 - local on purpose
    assert "--timezone" in refusal(path, Hints())
    assert table(read(path)) == {("co2", "01-15 07:00:00"): 612.5}


def test_parquet_nan_is_bad_until_it_is_a_marker(tmp_path):
    path = tmp_path / "readings.parquet"
    instants = [datetime(2024, 1, 15, 7, minute, tzinfo=UTC) for minute in (0, 1)]
    pl.DataFrame({"time": instants, "CO2": [float("nan"), 618.0]}).write_parquet(path)
    assert refusal(path, Hints()).startswith(
        'readings.parquet:1: CO2 is "NaN"; expected a number in ppm (use --missing NaN'
    )
    assert table(read(path, Hints(missing=("nan",)))) == {("co2", "01-15 07:01:00"): 618.0}
