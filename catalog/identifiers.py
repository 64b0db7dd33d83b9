"""Names of things, kept apart by type so that a zone is never taken for a kit."""

from typing import NewType

QuantityId = NewType("QuantityId", str)
"""Catalog name of a measured quantity, e.g. ``co2``."""

KitId = NewType("KitId", str)
"""Serial name of a kit, as its topics and payloads carry it."""

KitModelId = NewType("KitModelId", str)
EmployerId = NewType("EmployerId", str)
"""The employer's SIREN or a short name chosen by the service; the tenant every query is scoped to."""

EstablishmentId = NewType("EstablishmentId", str)
ZoneId = NewType("ZoneId", str)
DeploymentId = NewType("DeploymentId", str)
RuleId = NewType("RuleId", str)
LimitId = NewType("LimitId", str)
