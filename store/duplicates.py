"""One reading per (kit, quantity, instant), whatever came how often and in whichever order."""

import polars as pl

KEY = ("kit", "quantity", "instant")
_RANK = ("received", "value", "flag")
"""Of the rows of one reading the greatest by these counts: received last; on a tie always the same one."""


def resolve(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows sorted by kit, quantity and instant, each reading once.

    Parameters
    ----------
    rows : polars.DataFrame
        Columns of the readings table, in any order of rows.

    Returns
    -------
    polars.DataFrame
        The same columns. ``conflict`` is true where rows of one reading had different values, ``simulated`` where any
        of them was.

    Notes
    -----
    ``resolve(a + b) == resolve(resolve(a) + resolve(b))``, so files may be resolved apart and together in any order.
    """
    coded = rows.with_columns(
        pl.col(name).cast(pl.Enum(rows[name].unique().sort())) for name in ("kit", "quantity")
    )  # numbers in the names' order: they sort twice as fast as the names
    ordered = coded.sort(KEY)
    if not ordered.select(_same_as(-1).any()).item():
        return ordered.with_columns(pl.col("kit", "quantity").cast(pl.String))
    ordered = coded.sort(*KEY, *_RANK)
    differs = _same_as(1) & (pl.col("value") != pl.col("value").shift(1))
    run = (~_same_as(1)).cum_sum()
    return (
        ordered.with_columns(
            (pl.col("conflict") | differs).any().over(run).alias("conflict"),
            pl.col("simulated").any().over(run),
            _same_as(-1).alias("outranked"),
        )
        .filter(~pl.col("outranked"))
        .drop("outranked")
        .with_columns(pl.col("kit", "quantity").cast(pl.String))
    )


def _same_as(offset: int) -> pl.Expr:
    """Whether the row ``offset`` places before is the same reading."""
    return pl.all_horizontal(pl.col(name) == pl.col(name).shift(offset) for name in KEY).fill_null(value=False)
