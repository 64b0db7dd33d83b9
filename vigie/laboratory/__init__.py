"""Laboratory results on the command line: read, checked, told, drawn."""
