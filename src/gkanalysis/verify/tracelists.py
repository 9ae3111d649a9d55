"""Numbers from lists: the rows of the spreadsheet behind each, counted a second time row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pandas as pd

from gkanalysis.codebook.lists import ListBook, read_list_book
from gkanalysis.verify.traceregister import ORIGIN, REGISTER

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter

LIST_KINDS = ("list_total", "list_rows", "list_sum", "list_cases")
TRANSCRIBED = "list_total"  # nothing stands behind such a number but the publication that it was copied from
Record = Mapping[str, Any]


def list_total(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """A published total: the row of the list that holds it, and as its base the row of the total it is part of."""
    records = _records(chapter, known["source"])
    named = [r for r in records if r[known["key"]] == row]
    if len(named) != 1:
        raise KeyError(f"die Summe „{row}“ (oder sie steht mehrmals in der Liste)")
    found = named[0]
    column = known["column"]
    counted = [_origin(chapter, known["source"], found, column)]
    part = found.get(known.get("part", ""))
    whole = [r for r in records if part is not None and r[known["key"]] == part]
    rest = [_origin(chapter, known["source"], r, column) for r in whole]
    base_n = _whole(whole[0][column], whole[0]) if whole else None
    return _frame(counted), _frame(rest), _whole(found[column], found), base_n, bool(whole)


def list_rows(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """Rows with one value, or with several at once; of all rows of the group that have one."""
    records = _of_group(chapter, _records(chapter, known["source"]), subgroup)
    if known.get("given"):
        records = [r for r in records if r[known["given"]] is not None]
    columns, wanted = _wanted(known, row)
    records = [r for r in records if all(r[c] is not None for c in columns)]
    hits = [r for r in records if tuple(r[c] for c in columns) == wanted]
    if known.get("filled"):
        hits = [r for r in hits if r[known["filled"]] is not None]
    others = [r for r in records if not any(r is h for h in hits)] if known.get("base") != "none" else []
    shown = columns[0] if columns else ""
    frames = [_frame(_origin(chapter, known["source"], r, shown) for r in part) for part in (hits, others)]
    return *frames, len(hits), None if known.get("base") == "none" else len(records)


def list_sum(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """What an amount adds up to over rows with a value, in steps; the base is the sum over all rows."""
    records = _of_group(chapter, _records(chapter, known["source"]), subgroup)
    columns, wanted = _wanted(known, row)
    hits = [r for r in records if tuple(r[c] for c in columns) == wanted]
    others = [r for r in records if not any(r is h for h in hits)]
    n, base_n = (
        _whole(sum(Fraction(str(r[known["sum"]])) for r in part) / Fraction(known["step"]), {"row": "–"})
        for part in (hits, records)
    )
    frames = [
        _frame(_origin(chapter, known["source"], r, known["sum"]) for r in part) for part in (hits, others)
    ]
    return *frames, n, base_n


def list_cases(chapter: Chapter, known: Mapping[str, str], row: str, subgroup: str):
    """Alliances with at least one such row, or with a sum (of rows, if none is named) between two limits."""
    records = _of_group(chapter, _records(chapter, known["source"]), subgroup)
    columns, wanted = _wanted(known, row) if "low" not in known else ((), ())
    own: dict[str, list[Record]] = {str(c): [] for c in _alliances(chapter, subgroup)}
    for r in records:
        if tuple(r[c] for c in columns) == wanted:
            own[r["case_id"]].append(r)
    counted, rest = [], []
    for case_id, visits in own.items():
        amount = sum(Fraction(str(r[known["sum"]])) if "sum" in known else 1 for r in visits)
        is_in = bool(visits)
        if "low" in known:
            is_in = Fraction(known["low"]) <= amount <= Fraction(known["high"])
        (counted if is_in else rest).append(_case_origin(known["source"], case_id, visits, amount))
    return _frame(counted), _frame(rest), len(counted), len(own)


def list_words(chapter: Chapter, kind: str, known: Mapping[str, str], row: str, subgroup: str) -> str:
    """What was counted, in a German sentence."""
    book = read_list_book(chapter.paths.codebook(known["source"]))
    group = f"; Gruppe: {chapter.type_labels.get(subgroup, subgroup)}" if subgroup != "alle" else ""
    if kind == TRANSCRIBED:
        return (
            f"Wiedergegeben ist die Summe „{row}“ aus der Liste „{book.title}“; sie ist der Veröffentlichung entnommen und "
            "nicht nachgerechnet, denn Einzeldaten liegen nicht vor."
        )
    about = _condition(book, known, row)
    if kind == "list_rows":
        filled = f", in denen „{_title(book, known['given'])}“ ausgefüllt ist" if known.get("given") else ""
        if known.get("filled"):
            filled = f", in denen „{_title(book, known['filled'])}“ ausgefüllt ist"
            return f"Gezählt sind Zeilen der Liste „{book.title}“{filled}; Basis: alle ihre Zeilen{group}."
        return f"Gezählt sind Zeilen der Liste „{book.title}“{filled}{about}{group}."
    if kind == "list_sum":
        step = known["step"].replace(".", ",")
        return f"Addiert ist „{_title(book, known['sum'])}“ über die Zeilen der Liste „{book.title}“{about}, in Schritten von {step}{group}."
    if "low" in known:
        what = f"deren „{_title(book, known['sum'])}“ zusammen" if "sum" in known else "deren Zeilen"
        low, high = (known[k].replace(".", ",") for k in ("low", "high"))
        return f"Gezählt sind Bündnisse, {what} in der Liste „{book.title}“ {low} bis {high} ergeben; Basis: alle Bündnisse{group}."
    return f"Gezählt sind Bündnisse mit wenigstens einer Zeile in der Liste „{book.title}“{about}; Basis: alle Bündnisse{group}."


def _condition(book: ListBook, known: Mapping[str, str], row: str) -> str:
    columns, wanted = _wanted(known, row)
    options = {c.name: c.options for c in book.spec.columns}
    texts = [(options[c].get(w) or (w,))[0] for c, w in zip(columns, wanted, strict=True)]
    named = [f"„{_title(book, c)}“ = „{t}“" for c, t in zip(columns, texts, strict=True)]
    return f" mit {' und '.join(named)}" if named else ""


def _title(book: ListBook, column: str) -> str:
    (found,) = [c for c in book.spec.columns if c.name == column]
    return found.titles[0] if found.titles else column


def _wanted(known: Mapping[str, str], row: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Columns that are looked at, and the values that they must have; without columns every row counts."""
    if "column" not in known:
        return (), ()
    columns = tuple(known["column"].split(","))
    return columns, tuple(known["option"].split(",", len(columns) - 1)) if "option" in known else (row,)


def _records(chapter: Chapter, source: str) -> list[dict[str, Any]]:
    """Rows of a list; what a cell does not hold is None."""
    rows = chapter.table(f"{source}-rows").to_dict("records")
    return [{k: None if pd.isna(v) else v for k, v in r.items()} for r in rows]


def _alliances(chapter: Chapter, subgroup: str) -> list[str]:
    register = chapter.alliances
    return [
        i for i, t in zip(register["alliance_id"], register["type"], strict=True) if subgroup in ("alle", t)
    ]


def _of_group(chapter: Chapter, records: list[dict[str, Any]], subgroup: str) -> list[dict[str, Any]]:
    if subgroup == "alle":
        return records
    inside = set(_alliances(chapter, subgroup))
    return [r for r in records if r["case_id"] in inside]


def _whole(number: Any, row: Record) -> int:
    exact = Fraction(str(number))
    if exact.denominator != 1:
        raise KeyError(f"eine ganze Zahl in Zeile {row['row']}")
    return int(exact)


def _origin(chapter: Chapter, source: str, row: Record, column: str) -> dict[str, str]:
    """A row of the list in the shape of a response: file, sheet, row and column."""
    value, place = "", str(row["place"])
    if column:
        book = read_list_book(chapter.paths.codebook(source))
        value, place = _shown(row[column]), f"{place}, Spalte „{_title(book, column)}“"
    return {
        "case_id": row.get("case_id") or "", "state": "", "value": value, "raw": "", "file": f"{source}/{row['file']}",
        "part": "", "place": place,
    }  # fmt: skip


def _case_origin(source: str, case_id: str, visits: list[Record], amount: Fraction | int) -> dict[str, str]:
    """An alliance with the rows of the list that are its own; the register's row if it has none."""
    where = {"file": REGISTER, "place": f"Kennung {case_id} (keine Zeile in {source})"}
    if visits:
        sheet = str(visits[0]["place"]).partition("Zeile")[0]
        lines = ", ".join(str(r["row"]) for r in visits)
        where = {"file": f"{source}/{visits[0]['file']}", "place": f"{sheet}Zeile {lines}"}
    return {"case_id": case_id, "state": "", "value": _shown(float(amount)), "raw": "", "part": ""} | where


def _shown(value: Any) -> str:
    """A value as the list shows it: whole numbers without decimals, others with a comma."""
    if not isinstance(value, float):
        return str(value)
    return str(int(value)) if value.is_integer() else str(value).replace(".", ",")


def _frame(rows: Iterable[Mapping[str, str]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=ORIGIN, dtype="str")
