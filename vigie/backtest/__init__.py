"""Backtests: what another rule pack would have asked for over what is stored."""
