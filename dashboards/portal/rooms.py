"""The stores the portal reads, opened once."""

import threading

from dashboards.portal.chart_cache import ChartCache
from dashboards.portal.config import PortalConfig
from store.accounts import AccountStore
from store.attachments import AttachmentStore
from store.database import Database, open_database
from store.exposures import ExposureStore
from store.live import LiveStore
from store.readings import ReadingStore
from store.ticket_steps import TicketSteps
from store.views import Views

_HASHES_AT_ONCE = 2


# no dataclass: the web framework would try to validate its fields wherever a route asks for it
class Rooms:
    """What the routes need.

    Parameters
    ----------
    config : PortalConfig
    database : Database
    views : Views
        The read model; every question to it carries a scope.

    Attributes
    ----------
    hashing : threading.Semaphore
        A password check takes 64 MiB on purpose: only so many at once, or a flood of guesses would fill the memory.
    """

    def __init__(self, config: PortalConfig, database: Database, views: Views) -> None:
        self.config = config
        self.database = database
        self.views = views
        self.accounts = AccountStore(database)
        self.steps = TicketSteps(database)
        self.attachments = AttachmentStore(config.attachments)
        self.charts = ChartCache()
        self.hashing = threading.Semaphore(_HASHES_AT_ONCE)

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()


def open_rooms(config: PortalConfig) -> Rooms:
    """Open the stores of a configuration.

    Raises
    ------
    StoreError
        The database cannot be opened.
    """
    database = open_database(config.database_url)
    live = LiveStore(config.live) if config.live is not None else None
    views = Views(database, ReadingStore(config.readings), ExposureStore(config.exposures), config.privacy, live)
    return Rooms(config, database, views)
