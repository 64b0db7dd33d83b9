"""Statistics of laboratory results: one value per worker and shift, never minute data."""
