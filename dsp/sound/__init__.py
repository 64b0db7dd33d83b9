"""Parts of a sound level meter: weightings, bands, calibrator."""
