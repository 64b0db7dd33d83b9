"""A collector and its writer as a process of their own, to be killed: ``python -m tests.ingest.collector_process``.

Arguments: folder, and the broker's address; without an address only the writer runs, and ends when the inbox is empty.
"""

import signal
import sys
import threading
from pathlib import Path

from ingest.collector import Collector
from ingest.decode import TOPICS
from ingest.inbox import Inbox
from ingest.writer import Writer, WriterSettings
from store.readings import ReadingStore


def main(folder: Path, url: str | None) -> None:
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    settings = WriterSettings(interval=0.1, most_readings=200, most_messages=50)
    with Inbox(folder / "inbox.db") as inbox:
        writer = Writer(inbox, ReadingStore(folder / "readings"), settings=settings)
        if url is None:
            print("ready", flush=True)
            writer.drain()
            return
        collector = Collector(url, TOPICS, inbox)
        collector.start()
        writer.start()
        print("ready", flush=True)
        stopped.wait()
        collector.stop()
        writer.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else None)
