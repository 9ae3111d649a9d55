"""Several waves of forms in a chapter: who took part, and what the same alliances say twice."""

import json

import pandas as pd
import pytest

from gkanalysis.errors import NotebookError
from gkanalysis.paths import ProjectPaths
from gkanalysis.report.chapter import Chapter
from gkanalysis.report.panel import Panel
from gkanalysis.report.panelrows import (
    HELD_BACK,
    attrition_header,
    attrition_rows,
    change_rows,
    comparison_rows,
    returned_rows,
)
from gkanalysis.verify.trace import trace_number
from gkanalysis.verify.tracepanel import panel_words

STATES = {"returned": "Rücklauf", "not_returned": "kein Rücklauf"}
FORM = """
instrument: {name}
wave: "{wave}"
title: Bogen {wave}
population: buendnisse
decisions: [Angenommen für {wave}.]
versions:
  bogen: {{title: Fassung, sent: "{wave}-05", parts: [kopf, stand]}}
placeholders: [x]
printed: []
parts:
  - id: kopf
    kind: sheet
    heading: Kopf
    items:
      - {{id: K.1, label: Name, kind: text, content: name}}
      - {{id: K.2, label: Lage, kind: single, options: [{{id: kreis, label: Kreis, type: kreis}}, {{id: stadt, label: Stadt, type: stadt}}]}}
  - id: stand
    kind: sheet
    number: "1"
    heading: Stand
    items:
      - {{id: "1.1", label: Sitzungen, kind: single, options: [{{id: ja, label: Ja}}, {{id: nein, label: Nein}}]}}
      - {{id: "1.2", label: {other}, kind: single, options: [{{id: ja, label: Ja}}, {{id: nein, label: Nein}}]}}
sets: []
completeness:
  - {{id: full, label: voll, needs: [{{item: "1.1"}}]}}
  - {{id: unusable, label: nicht, needs: []}}
duplicates: latest
identity: {{name: K.1, type: K.2}}
contacts: {{verweigert: abgelehnt}}
"""
REGISTER = "as_of: 2020-01-01\ntypes: {kreis: Kreise, stadt: Städte}\ntables: {}\nnested_tables: {}\n"
POLICY = "threshold: 3\nattributes: {}\nsources: {}\nderived: []\n"
# Answers to 1.1 by alliance; "." no form, "!" refused, "?" a form without an answer. 1.2 is answered alike.
WAVES = {
    "eins-2020": "jjjjjjjnnnnnnnnnnn?..!jjjjnnnn",
    "zwei-2021": "jjjjnnnjjjjjjnnnnnj?!.........",
}


def draw_chapter(folder):
    """The chapter of 30 alliances in two waves that share the question 1.1 and differ in 1.2."""
    processed, books = folder / "data/processed", folder / "data/codebook"
    for made in (processed, books, folder / "data/raw"):
        made.mkdir(parents=True)
    (books / "register.yml").write_text(REGISTER, encoding="utf-8")
    (books / "disclosure.yml").write_text(POLICY, encoding="utf-8")
    (processed / "dataset.json").write_text(json.dumps({"title": "x", "synthetic": True}), encoding="utf-8")
    ids = [f"B{k:02d}" for k in range(1, 31)]
    types = ["kreis", "stadt"] * 15
    pd.DataFrame({"alliance_id": ids, "type": types}).to_parquet(processed / "buendnisse.parquet")
    for source, answers in WAVES.items():
        name, _, wave = source.partition("-")
        other = {"eins": "Konzept", "zwei": "Maßnahmen"}[name]
        text = FORM.format(name=name, wave=wave, other=other)
        (books / f"{name}.yml").write_text(text, encoding="utf-8")
        came = [a in "jn?" for a in answers]
        cases = pd.DataFrame(
            {
                "case_id": ids,
                "type": types,
                "status": ["full" if c else "missing" for c in came],
                "contact": ["verweigert" if a == "!" else "" for a in answers],
                "file": [f"{wave} {i}.docx" if c else "" for i, c in zip(ids, came, strict=True)],
            }
        )
        cases.to_parquet(processed / f"{source}-cases.parquet")
        rows = [
            {"case_id": i, "item_id": item, "state": "not_answered" if a == "?" else "answered"}
            | {"value": {"j": "ja", "n": "nein", "?": ""}[a], "file": f"{wave} {i}.docx", "raw": a}
            | {"part": "word/document.xml", "place": f"/{item}"}
            for i, a in zip(ids, answers, strict=True)
            if a in "jn?"
            for item in ("1.1", "1.2")
        ]
        pd.DataFrame(rows).to_parquet(processed / f"{source}-responses.parquet")
    return Chapter("kapitel", ProjectPaths.of(folder, folder / "data/raw"), folder / "out")


@pytest.fixture
def panel(tmp_path):
    """Two waves of 30 alliances."""
    return Panel(draw_chapter(tmp_path), list(WAVES))


def sessions(panel):
    """The question that both waves ask in the same words."""
    return [panel.pair("sitzungen", ("2020", "1.1"), ("2021", "1.1"), yes=["ja"])]


def check_traced(panel, numbers):
    """Every number is found a second time."""
    for r in numbers.itertuples():
        trace = trace_number(panel.chapter, r.definition, r.row, r.subgroup)
        assert (trace.n, trace.base_n) == (r.n, r.base_n), r.row
        assert len(trace.counted) == r.n
        assert len(trace.counted) + len(trace.rest) == r.base_n


def test_states_of_participation(panel):
    """A form that counts is a return; a refusal is told from silence."""
    counted = panel.attrition().set_index("row")["n"]
    assert [counted[f"2020-{s}"] for s in ("asked", "returned", "not_returned", "declined")] == [30, 27, 2, 1]
    assert [counted[f"2021-{s}"] for s in ("asked", "returned", "not_returned", "declined")] == [30, 20, 9, 1]
    assert panel.always_returned == 19


def test_attrition_is_traced(panel):
    """Also by type and from wave to wave, with one name per number."""
    by_type = panel.attrition(by_type=True)
    strands = panel.flow_numbers(panel.flow(), STATES)
    for numbers in (by_type, strands):
        assert not numbers.duplicated(["row", "subgroup"]).any()
        check_traced(panel, numbers)
    assert strands["n"].sum() == 30


def test_attrition_as_printed(panel):
    """One line per wave, each cell with the name of its number."""
    states = ["asked", "returned", "declined"]
    rows = attrition_rows(panel.attrition(), states)
    assert attrition_header(states) == ("Welle", "angefragt", "Rücklauf", "abgelehnt")
    assert [c.replace("\xa0", " ") for c in rows[0].cells] == ["2020", "30", "27 (90 %)", "1 (3 %)"]
    assert rows[0].numbers == ("", "2020-asked:alle", "2020-returned:alle", "2020-declined:alle")
    by_type = returned_rows(panel.attrition(by_type=True))
    assert [c.replace("\xa0", " ") for c in by_type[1].cells] == [
        "2021",
        "20 (67 %)",
        "10 (67 %)",
        "10 (67 %)",
    ]


def test_change_rests_on_who_answered_twice(panel):
    """18 answered both times: 7 yes first, 10 later; three changed to no, six to yes."""
    pairs = sessions(panel)
    (row,) = panel.change(pairs).to_dict("records")
    assert [row[k] for k in ("first_n", "second_n", "base_n", "lost_n", "gained_n")] == [7, 10, 18, 3, 6]


def test_change_prints_no_more_than_allowed(panel):
    """11 yes of 2021 less 10 of the pairs is one alliance: counts stay out of table, rows and file."""
    pairs = sessions(panel)
    change = panel.change(pairs)
    assert change["detail"].tolist() == ["difference"]
    numbers = panel.change_numbers(change, pairs)
    assert numbers[["row", "n", "base_n"]].values.tolist() == [["sitzungen", 18, 30]]
    assert numbers[["low", "high"]].isna().all(axis=None)
    check_traced(panel, numbers)
    (row,) = change_rows(change)
    assert row.cells == ("Sitzungen", "2020, 2021", "18", HELD_BACK, HELD_BACK, "+17", HELD_BACK)


def test_change_with_counts_is_traced(panel):
    """Where counts may be printed each has a definition of its own."""
    pairs = sessions(panel)
    change = panel.change(pairs).assign(detail="interval")
    numbers = panel.change_numbers(change, pairs)
    assert numbers["row"].tolist() == ["sitzungen", "sitzungen-first", "sitzungen-second"]
    check_traced(panel, numbers)
    (row,) = change_rows(change)
    assert [c.replace("\xa0", " ") for c in row.cells[3:6]] == ["7 (39 %)", "10 (56 %)", "+17"]
    assert row.numbers[2:5] == ("sitzungen:alle", "sitzungen-first:alle", "sitzungen-second:alle")
    hidden = change_rows(change.assign(detail="nothing"))[0]
    assert hidden.cells[2:] == (HELD_BACK,) * 5
    assert not panel.change_numbers(change.assign(detail="nothing"), pairs)["row"].tolist()


def test_different_questions_are_no_pair(panel):
    """A concept is no measure: what differs in its words is refused."""
    with pytest.raises(NotebookError, match="nicht wörtlich dasselbe"):
        panel.pair("lebenswelt", ("2020", "1.2"), ("2021", "1.2"), yes=["ja"])
    with pytest.raises(NotebookError, match="vielleicht"):
        panel.pair("sitzungen", ("2020", "1.1"), ("2021", "1.1"), yes=["vielleicht"])


def test_side_by_side_says_that_it_is_no_change(panel):
    """The warning is among the notes that come with the table."""
    asked = {"2020": ("1.2", "ja", "Konzept"), "2021": ("1.2", "ja", "Maßnahmen")}
    table, notes = panel.compare(asked, "lebenswelt")
    assert "verschiedene Fragen" in notes[0]
    assert not table["comparable"].any()
    assert table["row"].tolist() == ["lebenswelt-2020", "lebenswelt-2021"]
    check_traced(panel, table)
    shown = [c.replace("\xa0", " ") for c in comparison_rows(table)[0].cells]
    assert shown == ["Konzept", "2020", "11 von 26", "42 %"]


def test_words_of_the_trace(panel):
    """Each kind of number says in German what it counts."""
    words = panel_words(panel.chapter, "attrition", {"source": "eins-2020", "state": "returned"})
    assert words == "Gezählt sind Bündnisse nach ihrer Teilnahme (eins-2020: Rücklauf)."
    known = {"source": "eins-2020", "item": "1.2", "option": "ja"}
    assert "„Konzept“ (eins-2020) die Antwort „Ja“" in panel_words(panel.chapter, "compared", known)
    known = {"first_source": "eins-2020", "first_item": "1.1", "first_yes": "ja"}
    known |= {"second_source": "zwei-2021", "second_item": "1.1"}
    both = panel_words(panel.chapter, "change", known | {"count": "pairs"})
    assert "in beiden Wellen (eins-2020 1.1 und zwei-2021 1.1)" in both
    assert "„ja“ in eins-2020" in panel_words(panel.chapter, "change", known | {"count": "first"})


def test_instruments_and_assumptions(panel):
    """The appendix lists each form once, with its fields, and each assumption."""
    assert panel.instruments()[["label", "sent", "n"]].values.tolist() == [
        ["Bogen 2020: Fassung", "Mai 2020", 4],
        ["Bogen 2021: Fassung", "Mai 2021", 4],
    ]
    assert panel.decisions()["label"].tolist() == ["Angenommen für 2020.", "Angenommen für 2021."]
    assert panel.source().startswith("Quelle: Arbeitshilfen der Wellen 2020 und 2021; eigene Berechnung")


def test_two_sources_of_one_wave_are_refused(panel):
    """Waves are told apart by their year."""
    with pytest.raises(NotebookError, match="zur selben Welle"):
        Panel(panel.chapter, ["eins-2020", "eins-2020"])
