"""Exposures → Tickets. Pure: rule packs are data, the decision knows uncertainty, nothing here knows a clock."""
