"""Where a number comes from: its definition, n and base, and every response or register row behind it.

The counting here is done a second time from the responses, not by the functions that made the table. A number
whose trace does not add up to its printed n and base is an error, so each trace is a check as well.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit
from weakref import WeakKeyDictionary

import pandas as pd

from gkanalysis.core.errors import NotebookError, VerificationError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts import forms, lists, talks, waves  # noqa: F401, every kind of count is known
from gkanalysis.counts.count import Count
from gkanalysis.counts.data import Data
from gkanalysis.disclosure.printed import exhibit_tables, values_by_id
from gkanalysis.verify.traceagreement import agreement
from gkanalysis.verify.tracecodings import codings, coverage, meetings
from gkanalysis.verify.tracelists import list_cases, list_rows, list_sum, list_total
from gkanalysis.verify.traceoffers import offers
from gkanalysis.verify.traceopen import any_answer, mentions, open_agreement, open_answers
from gkanalysis.verify.tracepanel import answers, attrition, change, compared
from gkanalysis.verify.traceregister import ORIGIN, REGISTER, category, findings, nested, split_rows

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter

# responses by chapter; a chapter that is gone takes its responses along
_HAVE: WeakKeyDictionary[Chapter, Data] = WeakKeyDictionary()
_ANSWERS: WeakKeyDictionary[Chapter, dict[tuple[str, str], pd.DataFrame]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Trace:
    """The rows behind one number: `counted` are in n, `rest` are in the base but not in n.

    One row per response or register row: case_id, state, value, raw, file, part, place. In counts that add up a
    column (municipalities of counties) `value` is what the row adds; base and count can consist of different rows
    then, and `apart` says that `rest` is the whole base.
    """

    definition: str
    row: str
    subgroup: str
    n: int
    base_n: int | None
    counted: pd.DataFrame
    rest: pd.DataFrame
    apart: bool = False


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
        If the definition is unknown, or names something that does not exist.
    """
    parts = urlsplit(definition)
    known = {name: values[0] for name, values in parse_qs(parts.query).items()}
    find = {
        "multiple_response": _multiple_response, "single_response": _single_response,
        "category": category, "nested": nested, "findings": findings, "codings": codings,
        "agreement": agreement, "coverage": coverage, "meetings": meetings, "offers": offers, "open_answers": open_answers,
        "attrition": attrition, "change": change, "compared": compared, "answers": answers,
        "mentions": mentions, "any_answer": any_answer, "open_agreement": open_agreement,
        "list_total": list_total, "list_rows": list_rows, "list_sum": list_sum, "list_cases": list_cases,
    }.get(parts.path)  # fmt: skip
    if find is None:
        raise VerificationError(
            f"„{definition}“ ist keine bekannte Rechenvorschrift; die Zahl lässt sich nicht verfolgen."
        )
    try:
        counted, rest, n, base_n, *apart = find(chapter, known, row, subgroup)
    except (KeyError, StopIteration, NotebookError) as missing:
        raise VerificationError(
            f"Zu „{definition}“, Zeile „{row}“, Gruppe „{subgroup}“ fehlt {str(missing) or 'die Zeile'}; die Zahl lässt sich nicht verfolgen."
        ) from None
    frames = (f.reset_index(drop=True) for f in (counted, rest))
    return Trace(definition, row, subgroup, n, base_n, *frames, *apart)


def trace_cell(chapter: Chapter, cell: Mapping[str, object]) -> Trace:
    """The trace of one number as `find_numbers` gives it."""
    if cell["definition"] == "rows":
        return trace_value(chapter, cell)
    if "?" not in str(cell["definition"]):
        return trace_count(chapter, str(cell["definition"]))
    return trace_number(chapter, str(cell["definition"]), str(cell["row"]), str(cell["subgroup"]))


def trace_count(chapter: Chapter, line: str) -> Trace:
    """The trace of one number by the line that names it."""
    count, by, row, group = Count.read(line)
    have = _HAVE.setdefault(chapter, Data(chapter.paths))
    cell = count.cell(have, row, group, by)
    return Trace(line, row, group, cell.n, cell.base_n, cell.rows, cell.rest_rows, not count.within)


def trace_value(chapter: Chapter, value: Mapping[str, object]) -> Trace:
    """The trace of a number in the text that counts the rows stored with it; each is looked up in the data.

    Raises
    ------
    VerificationError
        If a stored row is not among the data.
    """
    counted, base = (_stored_rows(chapter, value[key]) for key in ("rows", "base_rows"))  # type: ignore[arg-type]
    names = {tuple(r) for r in counted.values.tolist()}
    rest = base[[tuple(r) not in names for r in base.values.tolist()]]
    base_n = len(base) if value["base_rows"] else None
    if base_n is not None and len(counted) + len(rest) != base_n:
        raise VerificationError(f"„{value['id']}“: das Gezählte liegt nicht in seiner Basis.")
    return Trace("rows", "", "", len(counted), base_n, counted, rest.reset_index(drop=True))


def _stored_rows(chapter: Chapter, names: list[list[str]]) -> pd.DataFrame:
    """Rows of responses, forms or the register by what a notebook kept: case, item, file, place."""
    rows = []
    for name in names:
        case_id, item_id, file, place = {1: (*name, "", "", ""), 2: (name[0], "", name[-1], "")}.get(
            len(name), tuple(name)
        )
        found = _response(chapter, file, item_id, place) if item_id else None
        if found is not None:
            rows.append(found)
        elif case_id in set(chapter.alliances["alliance_id"]) and (not file or file in _files(chapter)):
            note = "" if file or len(name) == 1 else " (kein Bogen eingegangen)"
            where = {"file": file or REGISTER, "place": "" if file else f"Kennung {case_id}{note}"}
            rows.append(dict.fromkeys(ORIGIN, "") | {"case_id": case_id} | where)
        else:
            raise VerificationError(
                f"Die gezählte Zeile „{', '.join(filter(None, name))}“ steht nicht in den Daten."
            )
    return pd.DataFrame(rows, columns=ORIGIN, dtype="str")


def _files(chapter: Chapter) -> set[str]:
    """Names of all forms that came in."""
    tables = sorted(chapter.paths.processed.glob("*-forms.parquet"))
    return {f for t in tables for f in chapter.table(t.stem)["file"]}


def _response(chapter: Chapter, file: str, item_id: str, place: str) -> dict[str, str] | None:
    for path in sorted(chapter.paths.processed.glob("*-responses.parquet")):
        table = chapter.table(path.stem)
        found = table[(table["file"] == file) & (table["item_id"] == item_id) & (table["place"] == place)]
        if len(found):
            return {c: str(found.iloc[0][c]) for c in ORIGIN}
    return None


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
    return split_rows(rows, in_base, rows["state"] == "selected")


def _single_response(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    answers = _answers(chapter, known, subgroup)
    rows = answers[answers["item_id"] == known["item"]]
    in_base = rows["state"] == "answered" if known["base"] == "answered" else rows["state"] != "not_asked"
    return split_rows(rows, in_base, (rows["state"] == "answered") & (rows["value"] == row))


def find_untraced(report_folder: Path, paths: ProjectPaths) -> Iterator[tuple[str, str]]:
    """Numbers that have no rows of their own: (id, German sentence that says what they are derived from)."""
    report = report_folder.name
    for name, table in exhibit_tables(report_folder):
        if "definition" not in table:
            yield (
                name,
                f"Zu den Zahlen der Darstellung „{name}“ gibt es keine Rechenvorschrift; sie lassen sich nicht einzeln verfolgen.",
            )
    for value_id, value in values_by_id(report_folder).items():
        if value.get("definition"):
            continue
        chapter = str(value.get("chapter", ""))
        path = paths.build / "reports" / report / chapter / "chapter.json"
        names = json.loads(path.read_text(encoding="utf-8"))["exhibits"] if path.exists() else ()
        named = ", ".join(f"„{n}“" for n in names) or "den Daten dieses Kapitels"
        yield (
            value_id,
            (
                f"„{value['text']}“ ist abgeleitet (Test, Mittel, Rang oder Umfang einer Liste) und zählt keine Zeilen; es folgt im "
                f"Kapitel „{chapter}“ aus {named}, deren Zahlen sich einzeln verfolgen lassen."
            ),
        )
