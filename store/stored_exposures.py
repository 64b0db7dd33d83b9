"""From rows of the exposures table back to exposures."""

from dataclasses import fields

import polars as pl

from dsp.exposure import Exposure, Measure, UncertaintyParts, WindowKind

_PARTS = ("u_instrument", "u_repeatability", "u_missing", "u_place")
_FIELDS = tuple(name.name for name in fields(Exposure))
_STORED = tuple(name for name in _FIELDS if name != "uncertainty")
_MEASURES = {measure.value: measure for measure in Measure}
_KINDS = {kind.value: kind for kind in WindowKind}


def exposures_of(rows: pl.DataFrame) -> list[Exposure]:
    """Rows as exposures.

    Parameters
    ----------
    rows : polars.DataFrame
        As :meth:`store.exposures.ExposureStore.read` gives them, with their instants in milliseconds.
    """
    columns = {name: rows[name].to_list() for name in (*_STORED, *_PARTS)}
    columns["measure"] = [_MEASURES[name] for name in columns["measure"]]
    columns["window_kind"] = [_KINDS[name] for name in columns["window_kind"]]
    columns["uncertainty"] = [
        None if parts[0] is None else UncertaintyParts(*parts)
        for parts in zip(*(columns[name] for name in _PARTS), strict=True)
    ]
    return [Exposure(*row) for row in zip(*(columns[name] for name in _FIELDS), strict=True)]
