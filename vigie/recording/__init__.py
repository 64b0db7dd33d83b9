"""Sound recordings: read block by block, calibrated, remarked upon."""
