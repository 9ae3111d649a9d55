"""Numbers that count rows of the register, cases or findings: which rows these are, counted a second time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from gkanalysis.tabulate import Condition, Count, count_row_from_mapping

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter

ORIGIN = ["case_id", "state", "value", "raw", "file", "part", "place"]
REGISTER = "register/buendnisse.csv"


def split_rows(
    rows: pd.DataFrame, in_base: pd.Series, in_n: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame, int, int]:
    """Rows in n, rows in the base but not in n, n and base."""
    counted, rest = rows[in_base & in_n], rows[in_base & ~in_n]
    return counted[ORIGIN], rest[ORIGIN], len(counted), len(counted) + len(rest)


def _register_rows(frame: pd.DataFrame, key: str, column: str, file: str) -> pd.DataFrame:
    """Register rows in the shape of responses; a row of the register is found by its id."""
    rows = pd.DataFrame(
        {"case_id": frame[key], "state": "answered", "value": frame[column].astype("string").fillna("")}
    )
    return rows.assign(raw="", file=file, part="", place="Kennung " + rows["case_id"].astype("str"))


def category(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """One value of a column of the register, or of the cases of a source."""
    if known["frame"] == "cases":
        frame = chapter.cases(known["source"])
        rows = _register_rows(frame, "case_id", known["column"], REGISTER)
        came = frame["file"] != ""
        rows["file"] = frame["file"].where(came, REGISTER)
        rows["place"] = (
            rows["place"].where(~came, "").where(came, rows["place"] + " (kein Bogen eingegangen)")
        )
    else:
        frame = chapter.alliances
        rows = _register_rows(frame, "alliance_id", known["column"], REGISTER)
    in_base = frame["type"].eq(subgroup) if subgroup != "alle" else pd.Series(True, index=frame.index)
    return split_rows(rows, in_base, rows["value"] == row)


def findings(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """What one rule of the validation found."""
    found = chapter.findings(known["source"])
    found = found[found["rule"] == row].assign(state="", value="", part="")
    return found[ORIGIN], found.loc[[], ORIGIN], len(found), None


def nested(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """A row of a table of the kind „x von y“, with what each row adds."""
    declared = chapter.register_codebook["nested_tables"][known["table"]]
    definition = next(d for d in map(count_row_from_mapping, declared) if d.id == row)
    counted, n = _counted(chapter, definition.count)
    if definition.of is None:
        return counted, counted.iloc[:0], n, None
    base, base_n = _counted(chapter, definition.of)
    apart = (definition.count.frame, definition.count.sum_of) != (definition.of.frame, definition.of.sum_of)
    if not apart:
        base = base[~base["case_id"].isin(counted["case_id"])]
    return counted, base, n, base_n, apart


def _counted(chapter: Chapter, count: Count) -> tuple[pd.DataFrame, int]:
    """Rows of a frame that fulfil the conditions of a count, and what they add up to."""
    frame = chapter.frames[count.frame]
    for condition in count.where:
        frame = frame[[_fulfils(value, condition) for value in frame[condition.column]]]
    key = "alliance_id" if "alliance_id" in frame else "unit_id"
    file = REGISTER if key == "alliance_id" else "register/gebiete.csv"
    shown = frame.assign(added=frame[count.sum_of] if count.sum_of else 1)
    return _register_rows(shown, key, "added", file)[ORIGIN], int(shown["added"].sum())


def _fulfils(value: object, condition: Condition) -> bool:
    tests = {
        "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "in": lambda a, b: a in b,
    }  # fmt: skip
    return bool(tests[condition.operator](value, condition.value))
