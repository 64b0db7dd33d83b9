"""Error models of sensors, one file each: what a sensor of a grade makes of the true signals around the kit."""
