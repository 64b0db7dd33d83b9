"""What a person did that cannot be done; told in one line, never as a traceback."""


class UsageError(Exception):
    """Wrong use: the message names the file or argument, what was expected and the mend. Exit code 2."""


class RefusedError(Exception):
    """The answer is no: the work was understood and could not be done or did not hold. Exit code 1."""
