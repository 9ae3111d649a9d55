"""Where a number comes from: its definition, n and base, and every response or register row behind it.

The counting here is done a second time from the responses, not by the functions that made the table. A number
whose trace does not add up to its printed n and base is an error, so each trace is a check as well.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from weakref import WeakKeyDictionary

import pandas as pd

from gkanalysis.errors import VerificationError
from gkanalysis.paths import ProjectPaths
from gkanalysis.tabulate import Condition, Count, count_row_from_mapping

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter

# responses by chapter; a chapter that is gone takes its responses along
_ANSWERS: WeakKeyDictionary[Chapter, dict[tuple[str, str], pd.DataFrame]] = WeakKeyDictionary()
ORIGIN = ["case_id", "state", "value", "raw", "file", "part", "place"]


@dataclass(frozen=True)
class Trace:
    """The rows behind one number: `counted` are in n, `rest` are in the base but not in n.

    One row per response or register row: case_id, state, value, raw, file, part, place. In counts that add up a
    column (municipalities of counties) `value` is what the row adds.
    """

    definition: str
    row: str
    subgroup: str
    n: int
    base_n: int | None
    counted: pd.DataFrame
    rest: pd.DataFrame


def trace_number(chapter: Chapter, definition: str, row: str, subgroup: str = "alle") -> Trace:
    """Find everything behind one number of a table.

    Parameters
    ----------
    chapter : access to the processed tables and codebooks
    definition : what the column `definition` of the table says, e.g.
        `multiple_response?source=strukturen-2018&set=kerngruppe&status=full&base=asked`
    row, subgroup : the cell

    Raises
    ------
    VerificationError
        If the definition is unknown.
    """
    if definition == "rows":
        raise VerificationError("Diese Zahl trägt ihre Zeilen selbst; sie wird über ihren Namen verfolgt.")
    parts = urlsplit(definition)
    known = {name: values[0] for name, values in parse_qs(parts.query).items()}
    find = {
        "multiple_response": _multiple_response, "single_response": _single_response,
        "category": _category, "nested": _nested,
    }.get(parts.path)  # fmt: skip
    if find is None:
        raise VerificationError(
            f"„{definition}“ ist keine bekannte Rechenvorschrift; die Zahl lässt sich nicht verfolgen."
        )
    counted, rest, n, base_n = find(chapter, known, row, subgroup)
    return Trace(
        definition, row, subgroup, n, base_n, counted.reset_index(drop=True), rest.reset_index(drop=True)
    )


def trace_value(value: Mapping[str, object]) -> Trace:
    """The trace of a number in the text that counts the rows stored with it."""

    def rows(key: str) -> pd.DataFrame:
        names = [[*map(str, r)] for r in value[key]]  # type: ignore[union-attr]
        frame = pd.DataFrame(names, dtype="str").iloc[:, :4] if names else pd.DataFrame()
        given = ["case_id", "item_id", "file", "place"][: frame.shape[1]]
        if frame.shape[1] == 2:
            given = ["case_id", "file"]
        return frame.set_axis(given, axis=1).reindex(columns=ORIGIN, fill_value="")

    counted, base = rows("rows"), rows("base_rows")
    names = {tuple(r) for r in counted.values.tolist()}
    rest = base[[tuple(r) not in names for r in base.values.tolist()]]
    base_n = len(base) if value["base_rows"] else None
    return Trace("rows", "", "", len(counted), base_n, counted, rest.reset_index(drop=True))


def _answers(chapter: Chapter, known: Mapping[str, str], subgroup: str) -> pd.DataFrame:
    """The responses of the cases of a subgroup, read once per source and status."""
    cases = chapter.cases(known["source"], status=known["status"].split(","))
    key = (known["source"], known["status"])
    cached = _ANSWERS.setdefault(chapter, {})
    if key not in cached:
        answers = chapter.responses(known["source"], cases)
        cached[key] = answers.assign(state=answers["state"].astype("str"))
    if subgroup == "alle":
        return cached[key]
    return cached[key][cached[key]["case_id"].isin(cases.loc[cases["type"] == subgroup, "case_id"])]


def _split(
    rows: pd.DataFrame, in_base: pd.Series, in_n: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame, int, int]:
    counted, rest = rows[in_base & in_n], rows[in_base & ~in_n]
    return counted[ORIGIN], rest[ORIGIN], len(counted), len(counted) + len(rest)


def _multiple_response(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    answers = _answers(chapter, known, subgroup)
    members = answers[answers["item_id"].isin(chapter.codebook(known["source"]).set_items(known["set"]))]
    rows = members[members["item_id"] == row]
    if known["base"] == "asked":
        asked = set(members.loc[members["state"] != "not_asked", "case_id"])
        in_base = rows["case_id"].isin(asked)
    elif known["base"] == "mentioned":
        in_base = rows["case_id"].isin(set(members.loc[members["state"] == "selected", "case_id"]))
    else:
        in_base = rows["state"].isin(["selected", "not_selected"])
    return _split(rows, in_base, rows["state"] == "selected")


def _single_response(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    answers = _answers(chapter, known, subgroup)
    rows = answers[answers["item_id"] == known["item"]]
    in_base = rows["state"] == "answered" if known["base"] == "answered" else rows["state"] != "not_asked"
    return _split(rows, in_base, (rows["state"] == "answered") & (rows["value"] == row))


def _register_rows(frame: pd.DataFrame, key: str, column: str, file: str) -> pd.DataFrame:
    """Register rows in the shape of responses; the place is the line of the sheet (the heading is line 1)."""
    rows = pd.DataFrame(
        {"case_id": frame[key], "state": "answered", "value": frame[column].astype("string").fillna("")}
    )
    return rows.assign(
        raw=rows["value"], file=file, part="", place=[f"Zeile {k + 2}" for k in range(len(frame))]
    )


def _category(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    if known["frame"] == "cases":
        frame = chapter.cases(known["source"])
        rows = _register_rows(frame, "case_id", known["column"], "")
        rows["file"] = frame["file"].where(frame["file"] != "", f"{known['source']}/eingang.csv")
        rows["place"] = ""
    else:
        frame = chapter.alliances
        rows = _register_rows(frame, "alliance_id", known["column"], "register/buendnisse.csv")
    in_base = frame["type"].eq(subgroup) if subgroup != "alle" else pd.Series(True, index=frame.index)
    return _split(rows, in_base, rows["value"] == row)


def _nested(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    declared = chapter.register_codebook["nested_tables"][known["table"]]
    definition = next(d for d in map(count_row_from_mapping, declared) if d.id == row)
    counted, n = _counted(chapter, definition.count)
    if definition.of is None:
        return counted, counted.iloc[:0], n, None
    base, base_n = _counted(chapter, definition.of)
    if definition.count.frame == definition.of.frame and definition.count.sum_of == definition.of.sum_of:
        base = base[~base["case_id"].isin(counted["case_id"])]
    return counted, base, n, base_n


def _counted(chapter: Chapter, count: Count) -> tuple[pd.DataFrame, int]:
    """Rows of a frame that fulfil the conditions of a count, and what they add up to."""
    frame = chapter.frames[count.frame]
    for condition in count.where:
        frame = frame[[_fulfils(value, condition) for value in frame[condition.column]]]
    key = "alliance_id" if "alliance_id" in frame else "unit_id"
    file = "register/buendnisse.csv" if key == "alliance_id" else "register/gebiete.csv"
    shown = frame.assign(added=frame[count.sum_of] if count.sum_of else 1)
    rows = _register_rows(shown, key, "added", file)
    rows["place"] = "Kennung " + rows["case_id"]
    return rows[ORIGIN], int(shown["added"].sum())


def _fulfils(value: object, condition: Condition) -> bool:
    tests = {
        "=": lambda a, b: a == b, "!=": lambda a, b: a != b, "<": lambda a, b: a < b, "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b, ">=": lambda a, b: a >= b, "in": lambda a, b: a in b,
    }  # fmt: skip
    return bool(tests[condition.operator](value, condition.value))


def find_numbers(report_folder: Path) -> Iterator[tuple[str, pd.Series]]:
    """Every number of a finished report that can be traced: (id, row of its table).

    Ids: `<exhibit>:<row>:<subgroup>` for cells and points, `<value id>` for numbers in the text.
    """
    for path in sorted([*report_folder.glob("tables/*.csv"), *report_folder.glob("figures/*.csv")]):
        table = pd.read_csv(path, dtype={"row": str}, keep_default_na=False, na_values=[""])
        if "definition" in table and path.parent.name in ("tables", "figures"):
            if "subgroup" not in table:
                table["subgroup"] = "alle"
            for _, row in table.iterrows():
                yield f"{path.stem}:{row['row']}:{row['subgroup']}", row
    for value in json.loads((report_folder / "values.json").read_text(encoding="utf-8")):
        if value.get("definition"):
            yield value["id"], pd.Series(value)


def trace_report_number(paths: ProjectPaths, report: str, number_id: str) -> Trace:
    """The trace of one number of a finished report.

    Raises
    ------
    VerificationError
        If the report has no such number, or the number is derived (a test, a mean, a label).
    """
    from gkanalysis.report.chapter import Chapter

    folder = paths.reports / report
    if not (folder / "values.json").exists():
        raise VerificationError(
            f"Den Bericht „{report}“ gibt es noch nicht; bitte zuerst „make report“ ausführen."
        )
    numbers = dict(find_numbers(folder))
    if number_id not in numbers:
        near = difflib.get_close_matches(number_id, numbers, n=3) or list(numbers)[:3]
        raise VerificationError(
            f"„{number_id}“ ist keine verfolgbare Zahl von „{report}“; gemeint sein könnte: {', '.join(near)}."
        )
    cell = numbers[number_id]
    if cell["definition"] == "rows":
        return trace_value(cell)
    chapter = Chapter("trace", paths, folder)
    return trace_number(chapter, cell["definition"], str(cell["row"]), str(cell["subgroup"]))


def trace_lines(trace: Trace, number_id: str) -> Iterator[str]:
    """A trace in German for the terminal."""
    of = "" if trace.base_n is None else f" von {trace.base_n}"
    yield f"{number_id}: {trace.n}{of}"
    yield f"Rechenvorschrift: {trace.definition}; Zeile {trace.row}; Gruppe {trace.subgroup}"
    for title, rows in (("Gezählt", trace.counted), ("In der Basis, nicht gezählt", trace.rest)):
        yield f"{title} ({len(rows)}):"
        for r in rows.itertuples():
            where = " ".join(x for x in (r.file, r.part, r.place) if x)
            yield f"  {r.case_id}  {r.state}  {r.value or '–'}  roh „{r.raw}“  {where}"
