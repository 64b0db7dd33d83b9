"""Where the service says what it does: one line an event on standard error."""

import logging
import sys

import structlog


def log_to_standard_error() -> None:
    """Structured lines with time and level; libraries speak from warnings on."""
    processors: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=processors, processor=structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    for room in ("ingest", "store", "dashboards", "vigie"):
        logging.getLogger(room).setLevel(logging.INFO)
