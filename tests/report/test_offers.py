"""Gaps and offers are read off forms as the codebook declares them, and counted a second time by their trace."""

import copy
import itertools
import json

import pandas as pd
import pytest
import yaml

from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.core.errors import NotebookError, VerificationError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.chapter import Chapter
from gkanalysis.report.offers import (
    Offers,
    choose_printed,
    dash_note,
    is_printable,
    needs_frame,
    offer_counts,
    offers_frame,
    read_themes,
)
from gkanalysis.verify.trace import trace_cell, trace_number
from gkanalysis.verify.tracewords import check_printed, definition_words

YES_NO = [{"id": "ja", "label": "Ja", "counts": True}, {"id": "nein", "label": "Nein"}]
OPEN = [*YES_NO, {"id": "zum_teil", "label": "zum Teil"}]
COULD = [*YES_NO, {"id": "zum_teil", "label": "zum Teil", "counts": True}]
COLUMNS = [
    {"id": 1, "label": "Angebot", "kind": "row_label"},
    {"id": 2, "label": "Träger", "kind": "text", "aspect": "present"},
    {"id": 3, "label": "AG", "kind": "single", "control": "dropdown", "options": OPEN, "aspect": "open_ag"},
    {"id": 4, "label": "D", "kind": "single", "control": "dropdown", "options": OPEN, "aspect": "open_d"},
    {
        "id": 5,
        "label": "mehr",
        "kind": "single",
        "control": "dropdown",
        "options": COULD,
        "aspect": "could_open",
    },
    {"id": 6, "label": "Bemerkung", "kind": "text"},
]
BOOK = {
    "instrument": "probe",
    "wave": "2030",
    "title": "Probe",
    "versions": {
        "kurz": {"title": "kurz", "parts": ["ende"]},
        "lang": {"title": "lang", "parts": ["wohnen", "kurse", "hilfe", "ende"]},
    },
    "parts": [
        {
            "id": "wohnen", "kind": "sheet", "heading": "Wohnen", "theme": "Wohnen",
            "items": [{"id": "7", "label": "Lage", "kind": "text"}],
        },
        {
            "id": "kurse", "kind": "grid", "number": "1", "heading": "Kurse", "theme": "Kurse", "columns": COLUMNS,
            "blocks": [
                {
                    "id": "A", "label": "A", "extra_rows": 1,
                    "rows": [{"id": "A1", "label": "Sprachkurs"}, {"id": "A2", "label": "Werkstatt"}],
                }
            ],
        },
        {"id": "hilfe", "kind": "roster", "number": "2", "heading": "Hilfe", "theme": "Hilfe", "printed_rows": 2, "columns": COLUMNS[1:]},
        {
            "id": "ende", "kind": "sheet", "heading": "Ende",
            "items": [
                {"id": f"9.{k}", "label": f"Lücke {k}", "kind": "single", "options": YES_NO, "gap_in": theme}
                for k, theme in enumerate(("wohnen", "kurse", "hilfe"), 1)
            ],
        },
    ],
    "completeness": [{"id": "full", "label": "voll", "needs": []}],
}  # fmt: skip
POLICY = """
threshold: 3
attributes: {type: {label: Typ, reason: öffentlich, values: {kreis: Kreise}}}
sources: {}
"""


def draw_book(folder, change=lambda book: None):
    """The codebook, with a change."""
    declared = copy.deepcopy(BOOK)
    change(declared)
    path = folder / "probe.yml"
    path.write_text(yaml.safe_dump(declared, allow_unicode=True), encoding="utf-8")
    return path


def draw_answers(answers):
    """Responses from case -> item (and occurrence after a slash) -> answer; `!` is illegible, nothing is empty."""
    rows = []
    for case_id, said in answers.items():
        for name, value in said.items():
            item_id, _, occurrence = name.partition("/")
            state = {"": "not_answered", "!": "illegible"}.get(value, "answered")
            rows.append(
                (case_id, item_id, int(occurrence or 1), state, value if state == "answered" else "", "lang")
            )
    columns = ["case_id", "item_id", "occurrence", "state", "value", "version"]
    places = {"file": "f.docx", "raw": "", "part": "p", "place": "/w"}
    return pd.DataFrame(rows, columns=columns).assign(**places)


@pytest.fixture
def book(tmp_path):
    """The codebook as it is."""
    return read_codebook(draw_book(tmp_path))


@pytest.fixture
def chapter(tmp_path):
    """Seven complete forms and one short one."""
    books, processed = tmp_path / "data/codebook", tmp_path / "data/processed"
    for folder in (books, processed, tmp_path / "data/raw"):
        folder.mkdir(parents=True)
    draw_book(books)
    (books / "disclosure.yml").write_text(POLICY, encoding="utf-8")
    (books / "register.yml").write_text(
        "types: {kreis: Kreise}\ntables: {}\nnested_tables: {}\n", encoding="utf-8"
    )
    (processed / "dataset.json").write_text(json.dumps({"synthetic": True}), encoding="utf-8")
    answers = {}
    for k in range(1, 8):
        answers[f"B{k}"] = {
            "1.A1.2": "Verein", "1.A1.3": "ja", "1.A1.4": "ja" if k < 6 else "zum_teil",
            "1.A1.5": "zum_teil" if k < 4 else "nein", "1.A2.3": "" if k < 7 else "!", "2.3/1": "ja" if k == 1 else "nein",
            "9.1": "ja", "9.2": "ja" if k < 5 else "nein", "9.3": "" if k == 7 else "nein",
        }  # fmt: skip
    short = dict.fromkeys(("9.1", "9.2", "9.3"), "nein")
    responses = draw_answers({**answers, "B8": short})
    responses.loc[responses["case_id"] == "B8", "version"] = "kurz"
    responses.to_parquet(processed / "probe-2030-responses.parquet", index=False)
    cases = pd.DataFrame({"case_id": [f"B{k}" for k in range(1, 9)], "type": "kreis", "status": "full"})
    cases.assign(file="f.docx").to_parquet(processed / "probe-2030-cases.parquet", index=False)
    return Chapter("k", ProjectPaths.of(tmp_path, tmp_path / "data/raw"), tmp_path / "out")


def test_themes_come_from_the_codebook(book):
    """A part with `theme` is a theme; its question, the answer that names a gap and its offers are declared too."""
    assert [(t.id, t.gap_item, t.yes, t.has_offers) for t in read_themes(book)] == [
        ("wohnen", "9.1", "ja", False),
        ("kurse", "9.2", "ja", True),
        ("hilfe", "9.3", "ja", True),
    ]


def _no_question(declared):
    del declared["parts"][3]["items"][0]["gap_in"]


def _two_yes(declared):
    declared["parts"][3]["items"][0]["options"][1]["counts"] = True


@pytest.mark.parametrize(
    ("change", "message"), [(_no_question, "nicht genau je einer Frage"), (_two_yes, "2 Vorgaben")]
)
def test_unclear_declaration_is_refused(tmp_path, change, message):
    """A theme without a question on gaps, or one that two answers say yes to, is a German sentence."""
    with pytest.raises(NotebookError, match=message):
        read_themes(read_codebook(draw_book(tmp_path, change)))


def test_gap_is_named_by_the_answer_that_counts(book):
    """Yes is selected, no is not, and what is missing stays missing."""
    needs = needs_frame(book, draw_answers({"a": {"9.1": "ja", "9.2": "nein", "9.3": ""}}))
    assert needs["state"].tolist() == ["selected", "not_selected", "not_answered"]
    assert needs["theme"].tolist() == ["wohnen", "kurse", "hilfe"]


def test_offer_is_there_if_something_stands_in_its_row(book):
    """A remark is no offer; an illegible entry is one whose opening is unknown; partly open is not open."""
    said = {
        "1.A1.3": "!",
        "1.A1.4": "zum_teil",
        "1.A1.5": "zum_teil",
        "1.A2.2": "",
        "1.A2.6": "gab es einmal",
    }
    offers = offers_frame(book, draw_answers({"a": said})).query("theme == 'kurse'").set_index("offer")
    aspects = ["present", "open_ag", "open_d", "could_open"]
    assert offers.loc["A1", aspects].tolist() == ["selected", "illegible", "not_selected", "selected"]
    assert offers.loc["A2", aspects].tolist() == ["not_selected", *["not_answered"] * 3]


def test_row_of_ones_own_is_an_offer_only_if_it_is_filled(book):
    """The empty row of a grid, and rows of a table without printed ones, count when something stands there."""
    answers = draw_answers(
        {"a": {"1.A03.2": "Träger", "2.2/1": "x", "2.2/2": "y"}, "b": {"1.A03.2": "", "1.A1.2": "z"}}
    )
    offers = offers_frame(book, answers)
    assert offers.query("case_id == 'a'")[["theme", "offer", "name"]].values.tolist() == [
        ["kurse", "A03", ""],
        ["hilfe", "01", ""],
        ["hilfe", "02", ""],
    ]
    assert offers.query("case_id == 'b' and theme == 'kurse'")["offer"].tolist() == ["A1"]
    silent = offers.query("case_id == 'b' and theme == 'hilfe'")
    assert silent["present"].tolist() == ["not_selected"]


def test_form_without_the_tables_has_no_offers(book):
    """Who sent the short form is no case without offers: it was not asked."""
    assert offers_frame(book, draw_answers({"a": {"9.1": "ja"}}).assign(version="kurz")).empty


def test_offers_are_counted_with_the_cases_behind_them(book):
    """The unit is the offer; cases behind yes and no say what may be printed."""
    answers = draw_answers(
        {c: {"2.3/1": "ja", "2.3/2": said} for c, said in zip("abc", ("nein", "ja", ""), strict=True)}
    )
    found = offer_counts(offers_frame(book, answers), ["hilfe"]).query("aspect == 'open_ag'")
    assert found[["n", "base_n", "unknown_n", "cases_n", "others_n"]].values.tolist() == [[4, 5, 0, 3, 1]]


@pytest.mark.parametrize(
    ("n", "base_n", "may"), [(0, 7, True), (1, 7, False), (3, 7, True), (5, 7, False), (7, 7, True)]
)
def test_small_counts_and_their_complements_are_held_back(n, base_n, may):
    """One or two cases are not printed, neither as a count nor as what is missing to the base."""
    assert is_printable(pd.DataFrame({"n": [n], "base_n": [base_n]}), 3).tolist() == [may]


def test_held_back_cell_is_neither_printed_nor_stored(chapter):
    """Five are open to D, one is not: a dash in the row, no number in the table behind it, no base in the drawing."""
    found = Offers(chapter, "probe-2030")
    cell = found.matrix.query("row == 'kurse' and aspect == 'open_d'")
    assert cell[["n", "base_n"]].values.tolist() == [[5, 6]]
    row = next(r for r in found.rows(found.matrix) if r.cells[0] == "Kurse")
    assert row.cells[4] == "–"
    assert row.numbers[4] == ""
    assert "kurse.open_d" not in set(found.printed(found.matrix)["row"])
    assert found.drawn(cell)[["n", "base_n"]].values.tolist() == [[0, 0]]


def test_gaps_add_up_and_stand_in_order(chapter):
    """Yes and no of a theme make its base; the theme with most named gaps comes first."""
    gaps = Offers(chapter, "probe-2030").gaps()
    assert gaps[["row", "n", "base_n"]].values.tolist() == [
        ["wohnen.need", 7, 8], ["wohnen.no_need", 1, 8], ["kurse.need", 4, 8], ["kurse.no_need", 4, 8],
        ["hilfe.need", 0, 7], ["hilfe.no_need", 7, 7],
    ]  # fmt: skip


def test_list_names_offers_of_enough_cases(chapter):
    """Three cases could open the language course; nobody said so of the workshop."""
    found = Offers(chapter, "probe-2030")
    table, rows = found.listed(found.openable())
    assert table.values.tolist() == [["kurse", "Kurse", "Sprachkurs"]]
    assert [(r.cells, r.kind) for r in rows] == [(("Kurse",), "block"), (("Sprachkurs",), "row")]


def test_list_that_gives_away_a_rest_is_refused(chapter):
    """If all listed offers together cannot make up the printed sum, the rest is a small count that anyone can see."""
    found = Offers(chapter, "probe-2030")
    named = found.offers["offer"] == "A2"
    some = found.offers["case_id"].isin(["B1", "B2"])
    found.offers.loc[named & some, ["present", "could_open"]] = ["selected", "selected"]
    assert found.openable() == {"kurse": ["Sprachkurs"]}
    found.offers.loc[found.offers["offer"] == "A1", "could_open"] = "selected"
    no = found.offers["theme"].eq("kurse") & found.offers["case_id"].isin(["B5", "B6", "B7"]) & named
    found.offers.loc[no, ["present", "could_open"]] = ["selected", "not_selected"]
    with pytest.raises(NotebookError, match="weniger als 3"):
        found.openable()


def test_sum_that_gives_away_a_theme_is_refused(chapter):
    """Where a theme is held back there is no sum over all themes."""
    found = Offers(chapter, "probe-2030")
    assert found.total("could_open") == (3, 7)
    with pytest.raises(NotebookError, match="hilfe wird nicht gedruckt"):
        found.total("open_ag")


def test_every_number_is_counted_a_second_time(chapter):
    """The trace finds n and base of every cell of the three tables, from the answers themselves."""
    found = Offers(chapter, "probe-2030")
    tables = (found.gaps(), found.printed(found.matrix), found.printed(found.counts))
    cells = [c for t in tables for c in t.to_dict("records")]
    assert len(cells) > 15
    for cell in cells:
        check_printed(trace_cell(chapter, cell), cell, cell["row"])


def test_trace_names_the_cells(chapter):
    """Behind a case stand the cells that make it count, and the words say what was counted."""
    definition = "offers?source=probe-2030&status=full&unit=cases"
    trace = trace_number(chapter, definition, "kurse.open_d")
    assert trace.counted["case_id"].tolist() == ["B1", "B2", "B3", "B4", "B5"]
    # the second offer of B7 is illegible in one column, so that nothing is known of this one
    assert trace.rest["case_id"].tolist() == ["B6"]
    assert "„Kurse“: ohne Einschränkung offen für Geduldete" in definition_words(chapter, trace)


def test_unknown_row_has_no_trace(chapter):
    """A theme or aspect that does not exist is a German sentence."""
    with pytest.raises(VerificationError, match=r"kurse\.farbe"):
        trace_number(chapter, "offers?source=probe-2030&status=full&unit=cases", "kurse.farbe")


def table_by_group(cells):
    """A theme by group, the total first, from group -> (n, base_n)."""
    groups = {"alle": tuple(map(sum, zip(*cells.values(), strict=True))), **cells}
    rows = [{"row": "s", "subgroup": g, "n": n, "base_n": base} for g, (n, base) in groups.items()]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("cells", "held"),
    [
        ({"a": (8, 15), "b": (10, 19), "c": (4, 7)}, ""),
        ({"a": (11, 15), "b": (13, 19), "c": (6, 7)}, "ac"),  # c alone would follow from the total
        (
            {"a": (13, 15), "b": (14, 19), "c": (7, 7)},
            "abc",
        ),  # a and c together have two, so they do not hide
        ({"a": (5, 9), "b": (1, 9), "c": (1, 9)}, "abc"),  # together two: the third is held back, too
        ({"a": (0, 9), "b": (9, 9)}, ""),
    ],
)
def test_total_does_not_give_away_a_held_back_type(cells, held):
    """What is held back is never a single type, and what it adds up to is no small count either."""
    table = table_by_group(cells)
    may = choose_printed(table, 3)
    assert "".join(table["subgroup"][~may]) == held


def test_no_subtraction_finds_a_small_count():
    """All tables of three small types: total less what is printed leaves nothing, or enough cases on both sides."""
    bases = (4, 5, 7)
    for counts in itertools.product(*(range(b + 1) for b in bases)):
        table = table_by_group(dict(zip("abc", zip(counts, bases, strict=True), strict=True)))
        may = choose_printed(table, 3)
        held = table[~may]
        assert is_printable(table[may & (table["subgroup"] != "alle")], 3).all()
        if len(held) and may[1:].any():
            assert len(held) > 1
            assert is_printable(held[["n", "base_n"]].sum().to_frame().T, 3).all()


def test_gaps_by_type_are_stored_only_where_printed(chapter):
    """One of eight Kreise names no gap in housing: the row shows a dash, and no number of it is behind the table."""
    found = Offers(chapter, "probe-2030")
    table = found.gaps_by_type()
    row = next(r for r in found.type_rows(table) if r.cells[0] == "Wohnen")
    assert row.cells[2] == "–"
    kept = found.type_numbers(table)
    assert ("wohnen.need", "kreis") not in set(zip(kept["row"], kept["subgroup"], strict=True))
    assert ("kurse.need", "kreis") in set(zip(kept["row"], kept["subgroup"], strict=True))
    for cell in kept.to_dict("records"):
        check_printed(trace_cell(chapter, cell), cell, cell["row"])


def test_gaps_stand_beside_offers_of_the_same_theme(chapter):
    """Every theme has all four cells in the drawing, the most named first; a theme without offers shows none."""
    numbers, drawn = Offers(chapter, "probe-2030").gaps_beside_offers()
    assert list(dict.fromkeys(drawn["row"])) == ["wohnen", "kurse", "hilfe"]
    assert drawn.groupby("row")["aspect"].nunique().tolist() == [4, 4, 4]
    assert drawn.query("row == 'wohnen' and aspect != 'need'")["base_n"].tolist() == [0, 0, 0]
    assert set(numbers["row"]) >= {"wohnen.need", "kurse.open_ag"}


@pytest.mark.parametrize(
    ("threshold", "few"),
    [(2, "1 Bündnis steht"), (3, "1 oder 2 Bündnisse stehen"), (5, "1 bis 4 Bündnisse stehen")],
)
def test_note_on_dashes_names_what_is_held_back(threshold, few):
    """The note names the counts that are held back and no others: none is printed."""
    table = pd.DataFrame({"n": range(7), "base_n": 100})
    held = table.loc[~is_printable(table, threshold), "n"]
    assert (held.min(), held.max()) == (1, threshold - 1)
    assert f"Nein {few}." in dash_note(threshold)
    assert "aus der Summe" in dash_note(threshold, beside_total=True)
