"""``python -m vigie``: the same as ``vigie``."""

from vigie.cli import main

main()
