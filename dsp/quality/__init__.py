"""Quality of readings: tests, each recorded by itself."""
