"""How the numbers of a table say what they count, so that each can be traced to the rows behind it."""

from urllib.parse import urlencode

import pandas as pd

TOTAL = "alle"


def define(numbers: pd.DataFrame, kind: str, /, **known: str) -> pd.DataFrame:
    """Add the column `definition`: how the numbers of a table were counted, for whoever wants to trace one.

    >>> define(pd.DataFrame({"n": [1]}), "nested", table="uebersicht-01")["definition"].item()
    'nested?table=uebersicht-01'
    """
    return numbers.assign(definition=f"{kind}?{urlencode({k: v for k, v in known.items() if v}, safe=',')}")


def count_rows(rows: pd.DataFrame, base: pd.DataFrame | None = None) -> dict[str, str | list[list[str]]]:
    """How a number was counted that is the number of rows of a frame: their names, and those of its base.

    A row is named by case, item, file and place, as far as the frame has them.

    >>> count_rows(pd.DataFrame({"case_id": ["b1"], "item_id": ["2.1"], "n": [3]}))
    {'definition': 'rows', 'rows': [['b1', '2.1']], 'base_rows': []}
    """
    return {"definition": "rows", "rows": _names(rows), "base_rows": [] if base is None else _names(base)}


def _names(rows: pd.DataFrame) -> list[list[str]]:
    key = "case_id" if "case_id" in rows else "alliance_id"
    columns = [c for c in (key, "item_id", "file", "place") if c in rows]
    return rows[columns].astype(str).values.tolist()
