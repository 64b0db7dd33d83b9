"""Room for the connections of a fleet: every one is an open file of this process."""

import resource

from firmware_sim.errors import SimulatorError

OTHERS = 64
"""Open files of a process besides its connections: libraries, logs, terminals."""


def make_room(connections: int) -> None:
    """Raise this process's limit of open files as far as so many connections need, and it may.

    Raises
    ------
    SimulatorError
        The system does not allow as many.
    """
    needed = connections + OTHERS
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise SimulatorError(
            f"{connections} connections need {needed} open files, and this process may have {hard}; raise the limit "
            f"(`ulimit -n {needed}` as root, or LimitNOFILE of the service), or let gateways carry the kits"
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
