"""The roof: command line, settings, and the pipeline that wires the rooms together. Nothing imports it."""
