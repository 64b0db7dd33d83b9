"""An imported file in the table: importing it again changes nothing."""

from pathlib import Path

from ingest.files import read_file
from ingest.mapping import Hints
from store.readings import ReadingStore

TEXT = "date;CO2;LAeq\n" + "".join(
    f"2024-01-15 08:{minute:02};{600 + minute},5;{40 + minute % 7}\n" for minute in range(60)
)


def test_importing_a_file_twice_changes_nothing(tmp_path: Path):
    path = tmp_path / "readings.csv"
    path.write_text(TEXT, encoding="utf-8")
    store = ReadingStore(tmp_path / "readings")
    tables = []
    for received in (1_000, 2_000):
        for chunk in read_file(path, kit="kit-1", received=received, hints=Hints(timezone="Europe/Paris")):
            store.append_frame(chunk.frame)
        tables.append(store.read().drop("received"))
    assert tables[0].height == 120
    assert tables[0].equals(tables[1])
