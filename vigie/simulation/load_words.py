"""What became of a load, for a person and for a program."""

from firmware_sim.fleet import Wiring
from firmware_sim.load import LATE, LoadReport, LoadSettings
from vigie.output import counted

LOAD_FIELDS = (
    "kits",
    "connections",
    "asked_rate",
    "offered_rate",
    "acknowledged_rate",
    "messages",
    "acknowledged",
    "opening_seconds",
    "sending_seconds",
    "seconds",
    "median_delay",
    "p99_delay",
    "longest_delay",
    "late",
    "latest",
    "processor_share",
    "reconnections",
)
"""Names of ``vigie simulate --load --json``."""


def load_row(settings: LoadSettings, report: LoadReport) -> dict[str, object]:
    """The report as a flat row, its numbers with the digits they have."""
    asked: dict[str, object] = {"kits": settings.kits, "asked_rate": settings.rate}
    return {name: asked[name] if name in asked else _rounded(getattr(report, name)) for name in LOAD_FIELDS}


def load_words(settings: LoadSettings, report: LoadReport) -> str:
    """The report in a few lines."""
    way = "direct" if settings.wiring is Wiring.OWN_CONNECTION else f"{settings.kits_per_gateway} behind a gateway"
    again = f", {counted(report.reconnections, 'reconnection')}" if report.reconnections else ""
    return (
        f"{counted(settings.kits, 'virtual kit')}, {way}: {counted(report.connections, 'connection')} "
        f"opened in {report.opening_seconds:.1f} s{again}; marked as simulated\n"
        f"sent          {report.offered_rate:.0f} of {settings.rate:g} messages/s asked for, "
        f"{report.messages} in {report.sending_seconds:.1f} s\n"
        f"acknowledged  {report.acknowledged_rate:.0f} messages/s, {report.acknowledged} in {report.seconds:.1f} s\n"
        f"delay         median {1000 * report.median_delay:.1f} ms, 99 % {1000 * report.p99_delay:.1f} ms, "
        f"longest {1000 * report.longest_delay:.0f} ms\n"
        f"late          {report.late} messages left more than {1000 * LATE:.0f} ms after their time, "
        f"the latest {1000 * report.latest:.0f} ms\n"
        f"processor     {100 * report.processor_share:.0f} % of a core\n"
    )


def _rounded(number: float) -> float:
    return number if isinstance(number, int) else float(f"{number:.4g}")
