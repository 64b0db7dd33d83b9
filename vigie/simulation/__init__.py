"""Simulated workplaces as a service sees them: their registry, their streams, and the truth beside them."""
