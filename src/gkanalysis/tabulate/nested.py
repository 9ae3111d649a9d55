"""Tables of the kind "x of y" whose rows are declared, each with a denominator of its own.

In an overview of a register the 24 districts with an alliance are once the count and once the base. Each
row therefore says which frame it counts, under which conditions, and of what. A missing value never
counts as "no": it is refused.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.bases import quoted, require_columns
from gkanalysis.tabulate.countrows import OPERATORS, Condition, Count, CountRow

# What pandas calls the content of a column, and what people call it.
KINDS = {"string": "Text", "integer": "Zahl", "floating": "Zahl", "boolean": "ja/nein"}


def nested_count_table(frames: Mapping[str, pd.DataFrame], rows: Sequence[CountRow]) -> pd.DataFrame:
    """Count what each declared row asks for, and what it is a part of.

    Parameters
    ----------
    frames : mapping from name to DataFrame
        Each with one row per unit; the rows refer to them by name.
    rows : sequence of CountRow
        Conditions are applied one after the other: a column is only looked at in the rows that the
        conditions before it have left, so a value that exists only there need not exist elsewhere.

    Returns
    -------
    DataFrame, one row per declared row, in their order
        `row`, `label`, `level`, `n` (units or sum), `base_n` (Int64, missing without denominator), `share`
        (n / base_n, 0 to 1, unrounded, NaN without denominator or if base_n = 0).

    Raises
    ------
    TabulationError
        If a frame or column is unknown, a value needed is missing or of another kind than the one it is
        compared with, a row is declared twice, or n is larger than base_n.

    Notes
    -----
    A text that occurs nowhere counts 0; in a categorical column it must be one of the categories.

    Examples
    --------
    >>> from gkanalysis.tabulate import Condition, Count, CountRow
    >>> districts = pd.DataFrame({"has_alliance": [True, True, False], "members": [10, 7, 12]})
    >>> allied = (Condition("has_alliance", "=", True),)
    >>> rows = [
    ...     CountRow("allied", "Kreise mit Bündnis", Count("districts", allied), of=Count("districts")),
    ...     CountRow("members", "Kommunen darin", Count("districts", allied, sum_of="members"), level=1),
    ... ]
    >>> nested_count_table({"districts": districts}, rows)[["row", "n", "base_n", "share"]]
           row   n  base_n     share
    0   allied   2       3  0.666667
    1  members  17    <NA>       NaN
    """
    ids = [row.id for row in rows]
    if len(set(ids)) < len(ids):
        raise TabulationError(
            f"Zähltabelle: Von den Zeilen {quoted(ids, limit=len(ids))} steht eine doppelt, erlaubt ist jede "
            "einmal; bitte die Kennungen unterscheiden."
        )
    records = []
    for row in rows:
        n = _counted(frames, row.count, row.id)
        base_n = None if row.of is None else _counted(frames, row.of, row.id)
        if n < 0 or (base_n is not None and n > base_n):
            raise TabulationError(
                f"Zähltabelle, Zeile „{row.id}“: n = {n} passt nicht zur Basis {base_n}, erlaubt sind Werte von "
                "0 bis zur Basis; bitte Zählung und Basis der Zeile prüfen."
            )
        share = n / base_n if base_n else np.nan
        records.append((row.id, row.label, row.level, n, base_n, share))
    table = pd.DataFrame(records, columns=["row", "label", "level", "n", "base_n", "share"])
    return table.astype({"level": "int64", "n": "int64", "base_n": "Int64", "share": "float64"})


def _counted(frames: Mapping[str, pd.DataFrame], count: Count, row_id: str) -> int:
    """Number of rows that meet all conditions of a count, or the sum of a column over them."""
    place = f"Zähltabelle, Zeile „{row_id}“"
    if count.frame not in frames:
        raise TabulationError(
            f"{place}: Die Daten „{count.frame}“ gibt es nicht, vorhanden sind {quoted(frames)}; bitte den Namen "
            "berichtigen."
        )
    units = frames[count.frame]
    place = f"{place}, Daten „{count.frame}“"
    for condition in count.where:
        column = _complete_column(units, condition.column, place)
        _check_kinds(column, condition, place)
        units = units[OPERATORS[condition.operator](column, condition.value).to_numpy(dtype=bool)]
    if count.sum_of is None:
        return len(units)
    column = _complete_column(units, count.sum_of, place)
    if len(column) and (_kind(column) != "Zahl" or (column % 1 != 0).any()):
        raise TabulationError(
            f"{place}: Die Spalte „{count.sum_of}“ enthält {quoted(column)}, summieren lassen sich nur ganze "
            "Zahlen; bitte eine andere Spalte angeben oder die Daten berichtigen."
        )
    return int(column.sum())


def _complete_column(units: pd.DataFrame, name: str, place: str) -> pd.Series:
    """Column without missing values, or a refusal."""
    require_columns(units, [name], place)
    column = units[name]
    if column.isna().any():
        raise TabulationError(
            f"{place}: In der Spalte „{name}“ fehlen {int(column.isna().sum())} von {len(column)} Werten, erlaubt "
            "ist keine Lücke; bitte die Werte ergänzen oder vorher eine Bedingung stellen, die sie ausschließt."
        )
    return column


def _check_kinds(column: pd.Series, condition: Condition, place: str) -> None:
    """Refuse a comparison that could only ever be false: other kind of value, or unknown category."""
    categories = column.cat.categories if isinstance(column.dtype, pd.CategoricalDtype) else None
    kind = _kind(column if categories is None else categories)
    is_ordered = kind == "Zahl" if categories is None else column.cat.ordered
    if len(column) and not all(_kind([value]) == kind for value in condition.values):
        raise TabulationError(
            f"{place}: Die Spalte „{column.name}“ enthält {kind}, verglichen wird mit "
            f"{quoted(condition.values)}; bitte einen Wert derselben Art angeben."
        )
    if categories is not None and not set(condition.values) <= set(categories):
        raise TabulationError(
            f"{place}: Der Wert {quoted(condition.values)} kommt in der Spalte „{column.name}“ nicht vor, erlaubt "
            f"sind {quoted(categories, limit=20)}; bitte einen davon angeben."
        )
    if len(column) and condition.operator in ("<", "<=", ">", ">=") and not is_ordered:
        raise TabulationError(
            f"{place}: Die Spalte „{column.name}“ enthält {kind} ohne Rangfolge, erlaubt sind bei "
            f"„{condition.operator}“ Zahlen; bitte „=“ oder „in“ angeben."
        )


def _kind(values: object) -> str:
    """Name of what the values are, in the word of `KINDS` or else that of pandas."""
    found = pd.api.types.infer_dtype(values, skipna=True)
    return KINDS.get(found, found)
