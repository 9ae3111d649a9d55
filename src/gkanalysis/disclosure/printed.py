"""The numbers that a finished report prints, as its folder holds them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from gkanalysis.counts.shown import HIDDEN


def exhibit_tables(report_folder: Path) -> Iterator[tuple[str, pd.DataFrame]]:
    """Name and rows of each table and figure, without what is withheld."""
    for path in _files(report_folder):
        table = _read(path)
        yield path.stem, table[table["n"].notna()].astype({"n": "int64"}) if "definition" in table else table


def find_withheld(report_folder: Path) -> Iterator[tuple[str, str]]:
    """Every cell that a report does not print: exhibit, and the line that names its number."""
    for path in (p for p in _files(report_folder) if f",{HIDDEN}," in p.read_text(encoding="utf-8")):
        table = _read(path)
        yield from ((path.stem, line) for line in table.loc[table["mark"] == HIDDEN, "definition"])


def _files(report_folder: Path) -> list[Path]:
    return sorted([*report_folder.glob("tables/*.csv"), *report_folder.glob("figures/*.csv")])


def _read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype={"row": str}, keep_default_na=False, na_values=[""])


def values_by_id(report_folder: Path) -> dict[str, dict[str, object]]:
    """Numbers of the text by id; a value that is worded twice stands once."""
    return {v["id"]: v for v in json.loads((report_folder / "values.json").read_text(encoding="utf-8"))}


def find_numbers(report_folder: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Every number of a finished report that can be traced: (id, row of its table).

    Ids: `<exhibit>:<row>:<subgroup>` for cells and points, `<value id>` for numbers in the text.
    """
    for name, table in exhibit_tables(report_folder):
        if "definition" in table:
            if "subgroup" not in table:
                table["subgroup"] = "alle"
            for row in table.to_dict("records"):
                yield f"{name}:{row['row']}:{row['subgroup']}", row
    for value_id, value in values_by_id(report_folder).items():
        if value.get("definition"):
            yield value_id, value


def n_and_base(cell: Mapping[str, object]) -> tuple[int, int | None]:
    """n and base of a number as `find_numbers` gives it.

    >>> n_and_base({"n": 3, "base_n": 9.0}), n_and_base({"n": 3, "base_n": float("nan")})
    ((3, 9), (3, None))
    """
    base_n = cell.get("base_n")
    return int(cell["n"]), None if base_n is None or pd.isna(base_n) else int(base_n)  # type: ignore[call-overload]
