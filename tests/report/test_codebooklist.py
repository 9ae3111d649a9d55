"""The listing of a codebook: every item once, grids by column, each count found a second time."""

import copy
import json

import pandas as pd
import pytest
import yaml

from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.chapter import Chapter
from gkanalysis.report.codebooklist import codebook_rows, codebook_table
from gkanalysis.verify.trace import trace_number
from gkanalysis.verify.tracepanel import panel_words
from wavebook import BOOK

SOURCE = "probe-2023"
ROSTER = {
    "id": "liste", "kind": "roster", "number": "4", "heading": "Weitere", "printed_rows": 3,
    "columns": [{"id": 1, "label": "Name", "kind": "text"}, {"id": 2, "label": "Plätze", "kind": "number"}],
}  # fmt: skip
EARLIER = {
    **BOOK,
    "instrument": "davor",
    "wave": "2021",
    "parts": BOOK["parts"][:2],
    "sets": [],
    "completeness": [],
}
EARLIER["versions"] = {"bogen": {**BOOK["versions"]["bogen"], "parts": ["kopf", "fragen"]}}
# Answers of four forms by item: a answer, x tick, . left empty, / not asked; the last form is filled in part.
DRAWING = {
    "1.1": "aaa.",
    "1.2": "aa//",
    "2.Z1.2": "x...",
    "2.Z2.2": "x.x.",
    "3.A1.2": "a..a",
    "3.A2.2": "..a.",
}
LISTED = {"4.1": "aa--", "4.2": "a---"}  # - no row at all: the list was left empty
STATE = {"a": "answered", "x": "selected", ".": "not_answered", "/": "not_asked"}


@pytest.fixture
def chapter(tmp_path):
    """A chapter with four forms of the wave and one alliance that sent none."""
    books, processed = tmp_path / "data/codebook", tmp_path / "data/processed"
    for made in (books, processed, tmp_path / "data/raw"):
        made.mkdir(parents=True)
    book = copy.deepcopy(BOOK)
    book["parts"].append(ROSTER)
    book["parts"][2]["blocks"][0]["extra_rows"] = 1
    book["versions"]["bogen"]["parts"].append("liste")
    book["parts"][1]["items"][0]["repeats"] = {"source": "davor-2021", "item": "1.1", "as_yes": ["ja"]}
    for name, content in (("probe", book), ("davor", EARLIER)):
        (books / f"{name}.yml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    (processed / "dataset.json").write_text(json.dumps({"title": "x", "synthetic": True}), encoding="utf-8")
    cases = pd.DataFrame({"case_id": list("abcde"), "type": "kreis", "contact": ""})
    cases["status"] = ["full", "full", "full", "partial", "missing"]
    cases["file"] = [f"{c}.docx" if c != "e" else "" for c in cases["case_id"]]
    cases.to_parquet(processed / f"{SOURCE}-cases.parquet")
    cases.rename(columns={"case_id": "alliance_id"}).to_parquet(processed / "buendnisse.parquet")
    rows = [
        {"case_id": c, "item_id": i, "state": STATE[a], "value": "", "raw": "", "file": f"{c}.docx", "part": "x", "place": i}
        for i, answers in {**DRAWING, **LISTED}.items()
        for c, a in zip("abcd", answers, strict=True)
        if a != "-"
    ]  # fmt: skip
    pd.DataFrame(rows).to_parquet(processed / f"{SOURCE}-responses.parquet")
    return Chapter("kapitel", ProjectPaths.of(tmp_path, tmp_path / "data/raw"), tmp_path / "out")


def listed(chapter, status=("full", "partial")):
    """Lines of the listing by their row."""
    table = codebook_table(chapter, SOURCE, status).set_index("row")
    return table.assign(label=table["label"].str.replace("\xa0", " "))


def test_counts(chapter):
    """Cases with an answer, of those that were asked; a set and a column of a grid count a case once."""
    table = listed(chapter)
    rows = ["1.1", "1.2", "2.Z.2", "3.A.2", "4.1", "4.2"]
    counts = table.loc[rows, ["n", "base_n"]].values.tolist()
    assert counts == [[3, 4], [2, 2], [2, 4], [3, 4], [2, 4], [1, 4]]
    assert listed(chapter, ["full"]).loc[rows[0], ["n", "base_n"]].tolist() == [3, 3]


def test_labels(chapter):
    """Number, question, options, filter, and which earlier wave asked the same."""
    table = listed(chapter)
    assert table.loc["1.1", "label"] == "1.1 Vorhaben: Ja / Nein (wörtlich wie 2021, 1.1)"
    assert table.loc["1.2", "label"] == "1.2 Dauerhaft: Ja / Nein (nur nach 1.1 „Ja“)"
    assert table.loc["1.5", ["label", "kind"]].tolist() == ["1.5 Plätze", "Zahl"]
    assert table.loc["2.Z.2", ["label", "kind"]].tolist() == [
        "wichtig: Ziel 1; Ziel 2; Ziel 3; Ziel 4, dazu leere Zeilen",
        "mehrere",
    ]
    assert table.loc["3.A.2", "label"].startswith("offen (Ja / Nein): Angebot 1; Angebot 2;")


def test_every_item_is_in_one_line(chapter):
    """But for the entries in empty rows, which are no questions."""
    book = chapter.codebook(SOURCE)
    questions = [i for i in book.items.values() if i.label]
    table = listed(chapter)
    assert len(table) == len(table.index.unique())
    singles = {i.id for i in questions if not i.block}
    grids = {f"{i.id.split('.')[0]}.{i.block}.{i.column}" for i in questions if i.block}
    assert set(table.index) == singles | grids


def test_rows_of_a_grid_are_named_once(chapter):
    """A grid with several columns has a line for its rows, without a number, and one a column."""
    path = chapter.paths.codebooks / "probe.yml"
    book = yaml.safe_load(path.read_text(encoding="utf-8"))
    book["parts"][3]["columns"].append({"id": 3, "label": "Bemerkung", "kind": "text"})
    path.write_text(yaml.safe_dump(book, allow_unicode=True), encoding="utf-8")
    table = listed(chapter)
    assert table.loc["3.A", "label"].startswith("Angebote, Zeilen: Angebot 1; Angebot 2;")
    assert pd.isna(table.loc["3.A", "n"])
    assert table.loc[["3.A.2", "3.A.3"], "label"].tolist() == [
        "Spalte 2: offen (Ja / Nein)",
        "Spalte 3: Bemerkung",
    ]
    rows = {r.cells[0]: r for r in codebook_rows(table.reset_index())}
    assert rows["Spalte 2: offen (Ja / Nein)"].level == 1


def test_every_count_is_found_a_second_time(chapter):
    """One row an alliance, also for those that left a list empty."""
    for r in codebook_table(chapter, SOURCE, ["full", "partial"]).dropna(subset="n").itertuples():
        trace = trace_number(chapter, r.definition, r.row)
        assert (trace.n, trace.base_n) == (r.n, r.base_n), r.row
        assert (len(trace.counted), len(trace.rest)) == (r.n, r.base_n - r.n)


def test_printed_rows(chapter):
    """A heading per part; count and base in one cell, with the name of the number."""
    rows = codebook_rows(codebook_table(chapter, SOURCE, ["full", "partial"]))
    assert [r.cells[0] for r in rows if r.kind == "block"] == [
        "Angaben zum Bündnis", "1 Fragen", "2 Ziele (Mehrfachnennung)", "3 Angebote", "4 Weitere",
    ]  # fmt: skip
    (row,) = [r for r in rows if r.cells[0].startswith("1.2 ")]
    assert [c.replace("\xa0", " ") for c in row.cells[1:]] == ["eine", "2 von 2"]
    assert row.numbers == ("", "", "1.2:alle")
    nobody = codebook_table(chapter, SOURCE, ["full"]).assign(base_n=0, n=0)
    assert codebook_rows(nobody)[1].cells[2] == "–"


def test_words_of_the_trace(chapter):
    """A German sentence says which items were counted."""
    known = {"source": SOURCE, "status": "full", "part": "ziele", "block": "Z", "column": "2"}
    assert "Angabe zu 2.Z1.2 bis 2.Z4.2 (probe-2023)" in panel_words(chapter, "answers", known)
    known = {"source": SOURCE, "status": "full", "item": "1.2"}
    assert "Angabe zu 1.2 „Dauerhaft“" in panel_words(chapter, "answers", known)
