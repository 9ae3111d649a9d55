"""Pairs of codes that meet on a segment, overlap, or stand in the same document."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.cooccurrence import RELATIONS, cooccurrence_table, lay_out_codings

CODES = ["klima", "bilanz", "wuensche"]

DRAWING = """
    a1 A klima    0 30
    a1 A bilanz   0 30
    a1 A bilanz   29 40
    a1 A wuensche 40 50
    b1 A klima    0 10
    b2 A bilanz   0 10
    c1 A klima    -1 -1
    c1 A bilanz   -1 -1
    a1 B klima    0 30
"""


def draw(drawing):
    """Codings from one line each: document, coder, code, start, end."""
    rows = [line.split() for line in drawing.strip().splitlines()]
    codings = pd.DataFrame(rows, columns=["document_id", "coder", "code_id", "start", "end"])
    codings = codings.astype({"start": int, "end": int})
    codings["coding_id"] = codings["segment_id"] = [f"k{i}" for i in range(len(codings))]
    return codings


@pytest.fixture
def codings():
    """The drawing above."""
    return draw(DRAWING)


@pytest.fixture
def documents():
    """Case a with one document, case b with two, case c with one whose text is not stored."""
    text = "x" * 100
    return pd.DataFrame(
        {"document_id": ["a1", "b1", "b2", "c1"], "case_id": list("abbc"), "text": [text, text, text, None]}
    )


def of_pair(table, row, coder="A"):
    """n/base_n, pairs of segments and cases left out of each relation."""
    lines = table[(table["row"] == row) & (table["subgroup"] == coder)]
    assert lines["relation"].tolist() == list(RELATIONS)
    return [(f"{r.n}/{r.base_n}", r.segment_pairs_n, r.not_computable_n) for r in lines.itertuples()]


def test_three_relations_count_cases_and_segments(codings, documents):
    """One segment has both codes, two pairs overlap, four pairs stand in one document; c has no places."""
    table = cooccurrence_table(codings, CODES, documents, coders=["A"])
    assert of_pair(table, "klima + bilanz") == [("1/2", 1, 1), ("1/2", 2, 1), ("2/3", 3, 0)]
    assert table["base"].tolist()[:3] == ["interviewed_with_text", "interviewed_with_text", "interviewed"]
    assert set(table["relation"]) == set(RELATIONS)


def test_neighbours_do_not_overlap(codings, documents):
    """Bilanz ends at 40, where wuensche starts: no character in common, and the pair is kept with 0."""
    table = cooccurrence_table(codings, CODES, documents, coders=["A"])
    assert of_pair(table, "bilanz + wuensche") == [("0/2", 0, 1), ("0/2", 0, 1), ("1/3", 2, 0)]


def test_other_documents_of_a_case_are_not_the_same_document(codings, documents):
    """In case b the codes are in two documents and so do not meet."""
    table = cooccurrence_table(codings[codings["document_id"].str[0] == "b"], CODES, documents, coders=["A"])
    assert of_pair(table, "klima + bilanz") == [("0/1", 0, 0)] * 3


def test_case_with_a_text_missing_is_left_out_as_a_whole(documents):
    """One of its two documents is not stored: what meets in the other one is not the whole truth of the case."""
    codings = draw("b1 A klima 0 9\nb1 A bilanz 0 9\nb2 A klima -1 -1")
    documents = documents.assign(text=documents["text"].where(documents["document_id"] != "b2"))
    table = cooccurrence_table(codings, CODES, documents, coders=["A"])
    assert of_pair(table, "klima + bilanz") == [("0/0", 0, 1), ("0/0", 0, 1), ("1/1", 1, 0)]


def test_coders_do_not_meet_each_other(codings, documents):
    """B gave one code to one document: base 1, nothing met."""
    table = cooccurrence_table(codings, CODES, documents, coders=["A", "B"])
    assert table["row"].nunique() == 3
    assert of_pair(table, "klima + bilanz", "B") == [("0/1", 0, 0)] * 3
    assert of_pair(table, "klima + bilanz", "A")[2] == ("2/3", 3, 0)


def test_share_and_mark_stand_beside_their_base(codings, documents):
    """Share is n / base_n, missing without base."""
    table = cooccurrence_table(codings, CODES, documents.assign(text=None), coders=["A"])
    assert table["mark"].unique().tolist() == ["**"]
    has_base = table["base_n"] > 0
    assert not has_base[table["relation"] != "same_document"].any()
    assert table.loc[~has_base, "share"].isna().all()
    assert (table["share"] == table["n"] / table["base_n"])[has_base].all()


places = st.tuples(
    st.sampled_from(["a1", "b1", "b2"]), st.sampled_from(CODES), st.integers(0, 12), st.integers(1, 5)
)


@settings(max_examples=40, deadline=None)
@given(st.lists(places, min_size=1, max_size=12, unique=True))
def test_counts_are_those_of_looking_at_all_pairs(drawn):
    """Every pair of codings looked at one by one."""
    codings = draw("\n".join(f"{d} A {c} {start} {start + length}" for d, c, start, length in drawn))
    documents = pd.DataFrame({"document_id": ["a1", "b1", "b2"], "case_id": list("abb"), "text": "x" * 20})
    table = cooccurrence_table(codings, CODES, documents, coders=["A"])
    tests = {
        "same_segment": lambda one, other: one[2:] == other[2:],
        "overlapping": lambda one, other: max(one[2], other[2]) < min(one[2] + one[3], other[2] + other[3]),
        "same_document": lambda one, other: True,
    }
    lines = iter(table.itertuples())
    for first, second in combinations(CODES, 2):
        for relation in RELATIONS:
            line = next(lines)
            met = [
                one[0]
                for one in drawn
                for other in drawn
                if (one[0], one[1], other[1]) == (other[0], first, second) and tests[relation](one, other)
            ]
            assert (line.row, line.relation) == (f"{first} + {second}", relation)
            assert (line.n, line.segment_pairs_n) == (len({d[0] for d in met}), len(met))
            assert line.base_n == len({d[0][0] for d in drawn})


def test_layout_knows_who_coded_what(codings, documents):
    """A code that is not listed still shows that the document was coded; assignments may add a reading."""
    layout = lay_out_codings(codings, ["wuensche"], documents, coders=["A", "B"])
    assert layout.coded.tolist() == [[True, True], [True, False], [True, False], [True, False]]
    assert len(layout.codings) == 1
    read = pd.DataFrame({"document_id": ["a1", "b1", "b2", "c1", "b1"], "coder": ["A", "A", "A", "A", "B"]})
    with pytest.raises(TabulationError, match="„k8“: Das Dokument „a1“ ist der Person nicht zugeteilt"):
        lay_out_codings(codings, CODES, documents, coders=["A", "B"], assignments=read)
    layout = lay_out_codings(codings[:-1], CODES, documents, coders=["A", "B"], assignments=read)
    assert layout.coded[:, 1].tolist() == [False, True, False, False]
    assert np.array_equal(layout.counts.sum(axis=(0, 1)), [8, 0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda c, d: (c, [], d, ["A"]), "Liste „Kodes“ ist leer"),
        (lambda c, d: (c, CODES, d, ["A", "A"]), "„Kodierende“ ist leer oder nennt „A“ doppelt"),
        (lambda c, d: (c, CODES, pd.concat([d, d]), ["A"]), "„Dokumente“ ist leer oder nennt „a1“, „b1“"),
        (
            lambda c, d: (c.assign(coding_id=1), CODES, d, ["A"]),
            "„Kodierungen“ ist leer oder nennt „1“ doppelt",
        ),
        (lambda c, d: (c, CODES, d, ["A", "Z"]), "Von „Z“ gibt es keine"),
        (lambda c, d: (c, CODES, d[1:], ["A"]), "Das Dokument „a1“ steht nicht in `documents`"),
        (
            lambda c, d: (c.assign(end=101), CODES, d, ["A"]),
            "endet bei Zeichen „101“, der Text hat nur „100“",
        ),
        (lambda c, d: (c.drop(columns="start"), CODES, d, ["A"]), "Spalte „start“ fehlt"),
        (lambda c, d: (c, CODES, d.assign(case_id=None), ["A"]), "gehört zu keinem Fall"),
    ],
)
def test_what_does_not_fit_is_refused(codings, documents, change, words):
    """One German sentence names the thing."""
    changed, codes, sources, coders = change(codings, documents)
    with pytest.raises(TabulationError, match=words):
        cooccurrence_table(changed, codes, sources, coders=coders)
