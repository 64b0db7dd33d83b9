"""Why a ticket: what a revision rests on as it was, the same computation once more, and what changed since."""
