"""What came in is used or set aside: the sums that must be right at every stage, with a row for each loss."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from gkanalysis.codebook.categories import CATEGORY_FILE, read_category_book
from gkanalysis.codebook.lists import normalised
from gkanalysis.codebook.sources import source_kind
from gkanalysis.core.errors import UsageError
from gkanalysis.counts.data import Data
from gkanalysis.ingest.matching import EMPHASISED, EMPHASISED_BESIDE_TICK, PICTURE
from gkanalysis.ingest.received import file_of
from gkanalysis.ingest.workbook import read_workbook
from gkanalysis.settle.validate import GIVEN
from gkanalysis.verify.received import read_again
from gkanalysis.verify.trace import STATES

USED, ASIDE, REASON = "verwendet", "zurückgestellt mit Grund", "mit Grund"
PRINTED_PERHAPS = (EMPHASISED, EMPHASISED_BESIDE_TICK, PICTURE)  # those of the form itself are no entries
Sum = tuple[str, Iterable[str], Mapping[str, Iterable[str]]]  # what is summed, what came in, place -> what stands there


def account_rows(data: Data, sources: Sequence[str]) -> Iterator[dict[str, Any]]:
    """One row per sum (`account`): in = used + set aside, for forms and their answers, for interviews and lists."""
    for source in sources:
        for sums in SUMS[source_kind(data.paths.codebook(source)).id]:
            for name, came_in, went in sums(data, source):
                yield account(f"{source}: {name}", came_in, went)


def account(name: str, came_in: Iterable[str], went: Mapping[str, Iterable[str]]) -> dict[str, Any]:
    """One sum: everything that came in, by its name, stands in exactly one of the places; a row of the certificate.

    >>> account("Bögen", ["a", "b"], {"gezählt": ["a"], "zurückgestellt": []})["message"]
    '1 ohne Verbleib, zuerst „b“.'
    """
    before = Counter(came_in)
    places = {label: Counter(names) for label, names in went.items()}
    after = sum(places.values(), Counter())
    wrong = {"ohne Verbleib": before - after, "doppelt oder ohne Herkunft": after - before}
    return {
        "section": "account",
        "id": name,
        "verdict": "does_not_add_up" if any(wrong.values()) else "adds_up",
        "old": str(before.total()),
        "new": " + ".join(f"{c.total()} {label}" for label, c in places.items() if c or len(places) == 1),
        "message": " ".join(f"{len(n)} {what}, zuerst „{min(n)}“." for what, n in wrong.items() if n),
    }


def _names(rows: pd.DataFrame, *columns: str, **where: str) -> list[str]:
    """What names each row: its cells in these columns; `where` leaves out the rows with another value in a column."""
    for column, value in where.items():
        rows = rows[rows[column] == value]
    return [" ".join(cells) for cells in rows[list(columns)].astype("str").itertuples(index=False)]


def _interim(data: Data, source: str, name: str) -> pd.DataFrame:
    """What stands in the files of a source, as it was read."""
    path = data.paths.interim / source / name
    if not path.exists():
        raise UsageError(f"„{path}“ fehlt; bitte zuerst „make data“ ausführen.")
    return pd.read_parquet(path)


def _files(data: Data, source: str) -> Iterator[Sum]:
    """Received files, and those that were left out; a file is lost as what it would have been."""
    forms = source_kind(data.paths.codebook(source)).id == "forms"
    folder = data.paths.data / source / ("forms" if forms else "")
    files, losses = data.table(f"{source}-{'forms' if forms else 'files'}"), data.table(f"{source}-losses")
    tables = files["file"].map(file_of)  # many rows of a table are one file
    files = files.assign(file=tables)[~(tables.ne(files["file"]) & tables.duplicated())]
    labels = {"read": "gelesen", "list": "Listen", "left_out": "ausgelassen"}
    went = {label: _names(files, "file", status=status) for status, label in labels.items()}
    yield "Dateien", [p.name for p in folder.iterdir() if p.is_file() or not forms], went
    lost = _names(losses, "file", unit="form", stage="ingest") if forms else _names(losses, "file", unit="file")
    yield "ausgelassene Dateien", went["ausgelassen"], {REASON: lost}


def _forms(data: Data, source: str) -> Iterator[Sum]:
    """Forms and alliances."""
    forms, cases, losses = data.table(f"{source}-forms"), data.cases(source), data.table(f"{source}-losses")
    lost = losses[(losses["unit"] == "form") & (losses["stage"] == "validate")]
    counted = _names(cases[cases["file"] != ""], "file")
    went = {"gezählt": counted, "durch spätere ersetzt": _names(lost, "file", rule="V06")}
    yield "Bögen", _names(forms, "file", status="read"), went
    labels = {r["id"]: r["label"] for r in data.book(source).completeness}
    labels |= {"missing": "nicht eingegangen"}
    went = {label: _names(cases, "case_id", status=status) for status, label in labels.items()}
    yield "Bündnisse", data.alliances["case_id"], went
    lacking = cases[cases["status"].isin(["partial", "unusable"])]
    yield "nicht voll auswertbare Bögen", lacking["case_id"], {REASON: _names(lost, "case_id", rule="V15")}


def _answers(data: Data, source: str) -> Iterator[Sum]:
    """Answers as read, as counted, and in sets of multiple answers."""
    book, cases, losses = data.book(source), data.cases(source), data.table(f"{source}-losses")
    final, read = data.table(f"{source}-responses"), _interim(data, source, "responses.parquet")
    final = final.assign(state=final["state"].astype("str"))
    lost, files, key = losses[losses["unit"] == "response"], set(cases["file"]), ("file", "item_id", "occurrence")
    items = [i.id for i in book.items.values() if i.label and book.part(i.part)["kind"] != "roster"]
    printed = final[final["item_id"].isin(items) & (final["occurrence"].astype(int) == 1)]
    asked = [f"{case} {item}" for case in cases.loc[cases["file"] != "", "case_id"] for item in items]
    states = sorted(printed["state"].unique())
    went = {STATES[state]: _names(printed, "case_id", "item_id", state=state) for state in states}
    yield "Fragen aller gezählten Bögen", asked, went

    read, settled = read[read["file"].isin(files)], final[final["note"] != "version"]
    # the others were added: items that a version does not print
    yield "gelesene Stellen", _names(read, *key), {"in den Antworten": _names(settled, *key)}

    both = read.merge(settled, on=list(key), suffixes=("_read", ""))
    # an unreadable cell that is missing altogether says nothing
    written = both["state_read"].isin(["selected", "answered"]) | (both["raw_read"] + both["value_read"] != "")
    given = both[both["state_read"].isin(GIVEN) & written]
    kept = (given["state_read"] == given["state"]) & (given["value_read"] == given["value"])
    kept &= ~given["state"].isin(["contradictory", "illegible"])
    # losses of V12 stay in the answers and leave a set only
    went = {"wie ausgefüllt verwendet": _names(given[kept], *key)}
    went |= {ASIDE: with_loss(given[~kept], lost[lost["rule"] != "V12"])}
    yield "ausgefüllte Stellen", _names(given, *key), went

    shown = settled[settled["note"].str.contains(r"\bplaceholder\b") & (settled["state"] == "not_answered")]
    pairs = [f"{r.file} {i}" for r in lost[lost["rule"] == "V09"].itertuples() for i in r.item_id.split()]
    yield "stehen gebliebene Platzhalter", _names(shown, "file", "item_id"), {REASON: pairs}

    reviews = pd.read_csv(data.paths.interim / source / "reviews.csv", dtype=str, keep_default_na=False)
    is_loose = ~reviews["item_id"].isin(book.items) & ~reviews["reason"].isin(PRINTED_PERHAPS)
    loose = reviews[is_loose & reviews["file"].isin(files)]
    outside = {REASON: _names(lost[~lost["reason"].isin(PRINTED_PERHAPS)], "file", "place", rule="V13")}
    yield "Einträge außerhalb der Felder", _names(loose, "file", "place"), outside

    for set_id, declared in book.sets.items():
        place = (declared["part"], declared["column"])
        column = {i.id for i in book.items.values() if (i.part, i.column) == place}
        ticks = final[final["item_id"].isin(column) & (final["state"] == "selected")]
        inside = ticks["item_id"].isin(book.set_items(set_id))
        own = with_loss(ticks[~inside], lost[lost["rule"] == "V12"])
        went = {"gezählt": _names(ticks[inside], *key), "eigene Zeilen, mit Grund": own}
        yield f"Nennungen in „{declared['label']}“", _names(ticks, *key), went


def with_loss(rows: pd.DataFrame, losses: pd.DataFrame) -> list[str]:
    """Names of those rows that have a loss of their own: each loss speaks for one row."""
    left = Counter(_names(losses, "file", "item_id", "place"))
    places, names = _names(rows, "file", "item_id", "place"), _names(rows, "file", "item_id", "occurrence")
    earlier = (places[:k].count(place) for k, place in enumerate(places))
    return [name for name, place, n in zip(names, places, earlier, strict=True) if n < left[place]]


def mention_sums(data: Data, source: str) -> Iterator[Sum]:
    """Mentions of open answers that have categories, counted anew in the answers: coded or not yet."""
    path = data.paths.codebooks / CATEGORY_FILE
    declared = read_category_book(path).items if path.exists() else {}
    for item_id in (item_id for of_source, item_id in declared if of_source == source):
        answers, mentions = data.table(f"{source}-responses"), data.table(f"{source}-mentions")
        answers = answers[(answers["item_id"] == item_id) & (answers["state"] == "answered")]
        texts = [(a.case_id, text.strip()) for a in answers.itertuples() for text in a.value.split(";")]
        own = mentions[mentions["item_id"] == item_id].sort_values("category", ascending=False)
        own = own.drop_duplicates(["case_id", "mention"])
        coded = own["category"] != ""
        went = {"mit Kategorie": own[coded], "ohne Kategorie": own[~coded]}
        went = {label: _names(rows, "case_id", "text") for label, rows in went.items()}
        yield f"Nennungen zu {item_id}", [f"{case} {text}" for case, text in texts if text], went


def _interviews(data: Data, source: str) -> Iterator[Sum]:
    """Each document, segment, coding, code and note of the projects by its GUID."""
    read, book = _interim(data, source, "projects.parquet"), data.book(source)
    content = pd.DataFrame([json.loads(r) for r in read["record"]], read.index, dtype=object)
    content = content.reindex(columns=["name", "parent", "sources", "kind", "place"])
    read = read[["file", "object", "guid"]].join(content)
    losses = data.table(f"{source}-losses")
    made = ("documents", "codes", "segments", "codings", "cases", "memos")
    documents, codes, segments, codings, cases, memos = (data.table(f"{source}-{name}") for name in made)

    def sums(name: str, kinds: str, used: Iterable[str] | None, *units: str) -> Sum:
        """What came of some kinds, what of it is used (None: nothing ever is), and what of some units has a reason."""
        went = {} if used is None else {USED: used}
        lost = [n for u in units for n in _names(losses, "file", "item_id", stage="validate", unit=u)]
        came_in = _names(read[read["object"].isin(kinds.split())], "file", "guid")
        return name, came_in, went | ({ASIDE: lost} if units else {})

    used = _names(documents, "file", "guid")
    each = segments.assign(guid=segments["guid"].str.split()).explode("guid")
    of_cases, variables = read[read["object"] == "cases"], read[read["object"] == "variables"]
    present = [any(f"{r.file} {guid}" in used for guid in r.sources) for r in of_cases.itertuples()]
    wanted = {v.casefold() for v in (book.case_variable, book.date_variable, book.type_variable)}
    is_wanted = variables["name"].str.strip().str.casefold().isin(wanted)
    yield sums("Dokumente", "sources", used)
    yield "Gespräche", documents["case_id"], {"Fälle": cases["case_id"]}
    yield sums("Segmente", "selections", _names(each, "file", "guid"), "segment")
    yield sums("Codierungen", "codings", _names(codings, "file", "coding_id"), "coding")
    yield sums("Notizen", "memos", _names(memos, "file", "memo_id"))

    own = {guid for guids in codes["guid"] for guid in guids.split()}
    labels = {group.label for group in book.groups.values()}
    of_codes = read[read["object"] == "codes"]
    in_book = of_codes["guid"].isin(own)
    is_group = ~of_codes["parent"].astype(bool) & of_codes["name"].str.split().str.join(" ").isin(labels)
    name, came_in, went = sums("Codes der Projekte", "codes", None, "code")
    groups = [n for n in _names(of_codes[~in_book & is_group], "file", "guid") if n not in went[ASIDE]]
    yield name, came_in, {"im Codebuch": _names(of_codes[in_book], "file", "guid"), "Gruppen": groups} | went
    yield sums("Fälle der Projekte", "cases", _names(of_cases[present], "file", "guid"), "case")
    yield sums("Merkmale der Fälle", "variables", _names(variables[is_wanted], "file", "guid"), "variable")
    yield sums("Verknüpfungen und Gruppen", "links sets", None, "link", "set")

    key = ("file", "item_id", "unit", "place")
    unread = losses[(losses["stage"] == "ingest") & (losses["unit"] != "file")]
    lost = read[read["object"] == "losses"].rename(columns={"guid": "item_id", "kind": "unit"})
    yield "beim Lesen nicht oder anders übernommen", _names(lost, *key), {REASON: _names(unread, *key)}


def _lists(data: Data, source: str) -> Iterator[Sum]:
    """Rows and cells of a list, counted anew in the spreadsheet."""
    book, rows, losses = data.book(source), data.table(f"{source}-rows"), data.table(f"{source}-losses")
    names = {normalised(t): c.name for c in book.spec.columns for t in (c.name, *c.titles)}
    sheets = read_workbook(data.paths.data / source / book.file, names)
    wanted = {normalised(s) for s in book.spec.sheets}
    headings = [  # the first row with most headings of the codebook
        (sum(normalised(c.shown) in names for (r, _), c in sheet.cells.items() if r == row), sheet, row)
        for sheet in [s for s in sheets if normalised(s.name) in wanted] or sheets
        for row in sorted({row for row, _ in sheet.cells})
    ]
    _, sheet, heading = max(headings, key=lambda h: h[0], default=(0, sheets[0], 0))
    titles = {at: names.get(normalised(c.shown), "") for (r, at), c in sheet.cells.items() if r == heading}
    below = sorted((row, titles[at]) for row, at in sheet.cells if row > heading and titles.get(at))
    yield "Zeilen", map(str, sorted({row for row, _ in below})), {USED: rows["row"].astype(str)}
    columns = [c.name for c in book.spec.columns]
    values = [f"Zeile {r['row']}, {c}" for r in rows.to_dict("records") for c in columns if not pd.isna(r[c])]
    lost = losses[losses["unit"] == "cell"]
    aside = [f"{re.search('Zeile [0-9]+', p)[0]}, {c}" for p, c in zip(lost["place"], lost["item_id"], strict=True)]
    yield "ausgefüllte Zellen", [f"Zeile {row}, {name}" for row, name in below], {USED: values, ASIDE: aside}


SUMS: Mapping[str, tuple[Callable[[Data, str], Iterator[Sum]], ...]] = {
    "forms": (_files, _forms, _answers, mention_sums, read_again),
    "interviews": (_files, _interviews),
    "lists": (_files, _lists),
}
