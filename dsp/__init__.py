"""Readings → Exposures. Pure: arrays in, arrays out; no clock, no file, no network, no logging."""
