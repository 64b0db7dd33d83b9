"""The portal: what engineers and employers see, in French and English."""

from dashboards.portal.app import create_app
from dashboards.portal.config import PortalConfig

__all__ = ["PortalConfig", "create_app"]
