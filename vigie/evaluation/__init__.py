"""Detection against simulated truth: what the tickets of virtual campaigns missed, and what they cried over nothing."""
