"""Several waves of forms in a chapter: who took part, and what the same alliances say twice."""

import json

import pandas as pd
import pytest

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.chapter import Chapter
from gkanalysis.report.panel import Panel
from gkanalysis.report.panelrows import (
    HELD_BACK,
    attrition_header,
    attrition_rows,
    change_rows,
    change_words,
    comparison_rows,
    extreme_returns,
    flow_title,
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
      - {{id: "1.1", label: Sitzungen, kind: single, options: [{{id: ja, label: Ja}}, {{id: nein, label: Nein}}]{again}}}
      - {{id: "1.2", label: {other}, kind: single, options: [{{id: ja, label: Ja}}, {{id: nein, label: Nein}}]{unlike}}}
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
AGAIN = {
    "eins": "",
    "zwei": ', repeats: {source: eins-2020, item: "1.1", as_yes: [ja]}',
    "drei": ', repeats: {source: zwei-2021, item: "1.1", as_yes: [ja]}',
}
UNLIKE = ', not_comparable: [{source: eins-2020, item: "1.2", answers: [ja, ja], reason: Ein Konzept ist ein Plan.}]'
WAVES = {
    "eins-2020": "jjjjjjjnnnnnnnnnnn?..!jjjjnnnn",
    "zwei-2021": "jjjjnnnjjjjjjnnnnnj?!.........",
}


def draw_chapter(folder, waves=WAVES):
    """The chapter of 30 alliances in waves that share the question 1.1 and differ in 1.2."""
    processed, books = folder / "data/processed", folder / "data/codebook"
    for made in (processed, books, folder / "data/raw"):
        made.mkdir(parents=True)
    (books / "register.yml").write_text(REGISTER, encoding="utf-8")
    (books / "disclosure.yml").write_text(POLICY, encoding="utf-8")
    (processed / "dataset.json").write_text(json.dumps({"title": "x", "synthetic": True}), encoding="utf-8")
    ids = [f"B{k:02d}" for k in range(1, 31)]
    types = ["kreis", "stadt"] * 15
    pd.DataFrame({"alliance_id": ids, "type": types}).to_parquet(processed / "buendnisse.parquet")
    for source, answers in waves.items():
        name, _, wave = source.partition("-")
        other = {"eins": "Konzept", "zwei": "Maßnahmen", "drei": "Ziele"}[name]
        more = {"again": AGAIN[name], "unlike": UNLIKE if name == "zwei" else ""}
        text = FORM.format(name=name, wave=wave, other=other, **more)
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


def test_declared_pairs_are_found(panel):
    """What the codebook of the later wave declares is a pair, with its answers that count as yes."""
    ((first, second),) = panel.repeated
    assert [(i.wave, i.item_id, i.yes, i.no) for i in (first, second)] == [
        ("2020", "1.1", ("ja",), ("nein",)),
        ("2021", "1.1", ("ja",), ("nein",)),
    ]
    assert first.question == "2020-1.1-2021-1.1"
    assert panel.yes_words == "„Ja“"


def test_declared_pairs_across_a_wave(tmp_path):
    """A question asked three times is paired from time to time; without the second wave, the third with the first."""
    waves = {**WAVES, "drei-2022": WAVES["zwei-2021"]}
    chapter = draw_chapter(tmp_path, waves)
    all_three = Panel(chapter, list(waves))
    assert [(a.wave, b.wave) for a, b in all_three.repeated] == [("2020", "2021"), ("2021", "2022")]
    across = Panel(chapter, ["eins-2020", "drei-2022"])
    assert [(a.wave, b.wave) for a, b in across.repeated] == [("2020", "2022")]
    assert across.change(across.repeated)["base_n"].tolist() == [18]


def test_waves_without_declared_pairs_are_refused(tmp_path):
    """A chapter on change needs a question that was asked again, and says which key of the codebook it lacks."""
    panel = Panel(draw_chapter(tmp_path), ["eins-2020"])
    with pytest.raises(NotebookError, match=r"keine Frage als gleich erklärt.*„repeats“"):
        _ = panel.repeated
    with pytest.raises(NotebookError, match=r"als nicht vergleichbar erklärt.*„not_comparable“"):
        panel.compare()


def test_side_by_side_says_that_it_is_no_change(panel):
    """The reason of the codebook and the warning are among the notes that come with the table."""
    table, notes = panel.compare()
    assert notes[0] == "Ein Konzept ist ein Plan."
    assert "verschiedene Fragen" in notes[1]
    assert not table["comparable"].any()
    assert table["row"].tolist() == ["2020-1.2-2021-1.2-2020", "2020-1.2-2021-1.2-2021"]
    check_traced(panel, table)
    shown = [c.replace("\xa0", " ") for c in comparison_rows(table)[0].cells]
    assert shown == ["Konzept", "2020", "Ja", "11 von 26", "42 %"]


def test_who_came_back(tmp_path):
    """Two alliances of the first wave are missing in the second and back in the third; a late first form is no return."""
    waves = {"eins-2020": "jjj..", "zwei-2021": "j..j.", "drei-2022": "jjjj."}
    assert (
        Panel(draw_chapter(tmp_path, {k: v + "." * 25 for k, v in waves.items()}), list(waves)).came_back == 2
    )


def test_waves_with_most_and_fewest_returns(panel):
    """The wave is named with the row of its number; equal ones are named together."""
    counted = panel.attrition()
    assert extreme_returns(counted, most=True) == ("2020", "2020-returned")
    assert extreme_returns(counted, most=False) == ("2021", "2021-returned")
    assert extreme_returns(counted.assign(share=0.5), most=True) == ("2020 und 2021", "2020-returned")


def test_title_of_the_flow_follows_the_data(panel):
    """19 of 27 stay: most; 13 of 27 would not be."""
    flow = panel.flow()
    assert flow_title(flow).startswith("Die meisten Bündnisse, die einmal antworten")
    stay = (flow["row"] == "returned") & (flow["next_row"] == "returned")
    fewer = flow.assign(n=flow["n"].mask(stay, 8))  # as many as leave: no majority
    assert flow_title(fewer).startswith("Nicht in jeder Welle")


def test_empty_strands_on_demand(panel):
    """A number of the text exists also where nobody took that way."""
    flow = panel.flow()
    none = flow.assign(n=flow["n"].mask(flow["row"] == "not_returned", 0))
    assert len(panel.flow_numbers(none, STATES)) == 2
    assert len(panel.flow_numbers(none, STATES, empty=True)) == 4


def drawn_change(*lines):
    """Changes drawn as (label, yes first, yes second, pairs, corrected p, detail)."""
    columns = ["label", "first_n", "second_n", "base_n", "p_holm", "detail"]
    table = pd.DataFrame(lines, columns=columns).assign(first_wave="2021", second_wave="2022")
    table = table.assign(block="", p_holm_ticked=table["p_holm"])
    return table.assign(difference=(table["second_n"] - table["first_n"]) / table["base_n"])


@pytest.mark.parametrize(
    ("lines", "pairs", "direction", "certainty"),
    [
        (
            [("A", 10, 15, 20, 0.3, "counts"), ("B", 10, 12, 30, 0.3, "interval")],
            "20 bis 30",
            "Bei beiden Fragen liegt der Anteil beim zweiten Mal höher; am größten ist der Abstand bei „A“ "
            "(2021 und 2022: +25 Prozentpunkte)",
            "ist keine dieser Veränderungen gesichert",
        ),
        (
            [("A", 9, 3, 20, 0.01, "counts"), ("B", 3, 4, 20, 0.3, "counts"), ("C", 4, 5, 20, 0.3, "counts")],
            "20",
            "Bei zwei Fragen liegt der Anteil beim zweiten Mal höher, bei einer niedriger; am größten ist der Abstand bei "
            "„A“ (2021 und 2022: −30 Prozentpunkte)",
            "ist eine dieser Veränderungen gesichert: „A“ (Anteil beim zweiten Mal niedriger)",
        ),
        (
            [("A", 9, 3, 20, 0.01, "counts"), ("B", 1, 19, 40, 0.01, "nothing")],
            "20",
            "Bei dieser Frage liegt der Anteil beim zweiten Mal niedriger",
            "ist eine dieser Veränderungen gesichert: „A“ (Anteil beim zweiten Mal niedriger)",
        ),
        (
            [("A", 5, 5, 20, 1.0, "counts"), ("B", 6, 6, 20, 1.0, "counts")],
            "20",
            "Bei beiden Fragen liegt der Anteil beim zweiten Mal gleich hoch",
            "ist keine dieser Veränderungen gesichert",
        ),
    ],
)
def test_words_of_a_change(lines, pairs, direction, certainty):
    """The prose follows the data, and says nothing of a question of which nothing may be printed."""
    words = change_words(drawn_change(*lines))
    assert {k: words[k] for k in ("pairs", "direction", "certainty")} == {
        "pairs": pairs,
        "direction": direction,
        "certainty": certainty,
    }


def test_no_words_where_nothing_is_printed():
    """A chapter in which everything is held back is no chapter."""
    with pytest.raises(NotebookError, match="Von keiner Veränderung"):
        change_words(drawn_change(("A", 1, 2, 3, 1.0, "nothing")))


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
