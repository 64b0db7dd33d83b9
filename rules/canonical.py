"""One text for one value: what a digest is taken of."""

import msgspec


def canonical_text(value: object) -> str:
    """The JSON of a value with its keys in order; equal values have the same text, whatever file they came from."""
    return msgspec.json.encode(value, order="sorted").decode("utf-8")
