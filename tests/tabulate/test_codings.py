"""Codes by case and by type, codes in each case, and how much of the text they cover."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.codings import (
    code_case_table,
    coverage_table,
)

CODES = ["klima", "bilanz", "wuensche"]
TYPES = ["stadt", "kreis"]

# document, coder, code, start and end; case a has one document, case b has two, case c one without text
DRAWING = """
    a1 A klima    0 30
    a1 A klima    20 50
    a1 A bilanz   60 70
    a1 B bilanz   60 70
    b1 A klima    0 10
    b2 A bilanz   0 100
    c1 A klima    -1 -1
    a1 A fremd    90 100
"""


def draw(drawing):
    """Codings from one line each; the case is the first letter of the document."""
    rows = [line.split() for line in drawing.strip().splitlines()]
    codings = pd.DataFrame(rows, columns=["document_id", "coder", "code_id", "start", "end"])
    codings = codings.astype({"start": int, "end": int})
    codings["case_id"] = codings["document_id"].str[0]
    codings["coding_id"] = [f"k{i}" for i in range(len(codings))]
    codings["segment_id"] = (
        codings["document_id"] + "-" + codings["start"].astype(str) + "-" + codings["end"].astype(str)
    )
    return codings


@pytest.fixture
def codings():
    """The drawing above."""
    return draw(DRAWING)


@pytest.fixture
def cases():
    """Three cases, two types."""
    return pd.DataFrame({"case_id": list("abc"), "type": ["kreis", "stadt", "kreis"]})


@pytest.fixture
def documents():
    """Four documents of 100 characters, the last one without text; an emoji is one character."""
    text = "😀" * 100
    return pd.DataFrame(
        {"document_id": ["a1", "b1", "b2", "c1"], "case_id": list("abbc"), "text": [text, text, text, None]}
    )


def counts(table, subgroup="alle", column="n"):
    """Numbers of one subgroup, row by row."""
    return table.loc[table["subgroup"] == subgroup, column].tolist()


def test_cases_are_counted_not_segments(codings, cases):
    """Two segments in one interview are one case; a code nobody gave is kept with 0."""
    table = code_case_table(codings, CODES, cases, coder="A")
    assert table["row"].tolist() == CODES
    assert counts(table) == [3, 2, 0]
    assert counts(table, column="base_n") == [3, 3, 3]
    assert table["share"].tolist() == [1, 2 / 3, 0]
    assert table["base"].unique().tolist() == ["interviewed"]


def test_types_have_bases_of_their_own(codings, cases):
    """Types add up to the total, in the order given."""
    table = code_case_table(codings, CODES, cases, coder="A", by="type", groups=TYPES)
    assert table["subgroup"].unique().tolist() == ["alle", *TYPES]
    assert counts(table, "stadt") == [1, 1, 0]
    assert counts(table, "kreis") == [2, 1, 0]
    assert counts(table, "kreis", "base_n") == [2, 2, 2]
    assert table["mark"].unique().tolist() == ["**"]


def test_segments_are_a_further_column_when_asked_for(codings, cases):
    """Different segments with the code; the same segment coded twice is one."""
    twice = pd.concat([codings, codings.iloc[[0]].assign(coding_id="again")])
    assert "segments_n" not in code_case_table(codings, CODES, cases, coder="A")
    table = code_case_table(twice, CODES, cases, coder="A", by="type", groups=TYPES, segments=True)
    assert counts(table, column="segments_n") == [4, 2, 0]
    assert counts(table, "kreis", "segments_n") == [3, 1, 0]


def test_only_the_named_coder_counts_unless_all_do(codings, cases):
    """B coded one interview only; with None it is enough that anyone gave the code."""
    only_a = cases[cases["case_id"] == "a"]
    of_a = codings[codings["case_id"] == "a"]
    assert counts(code_case_table(of_a, CODES, only_a, coder="B")) == [0, 1, 0]
    anyone = code_case_table(codings, CODES, cases, coder=None, segments=True)
    assert counts(anyone) == [3, 2, 0]
    assert counts(anyone, column="segments_n") == [4, 2, 0]  # A and B gave the same segment the same code
    assert anyone["coder"].unique().tolist() == ["alle"]


def test_case_without_codings_is_refused_unless_named(codings, cases):
    """What B did not code is unknown, not 0."""
    with pytest.raises(TabulationError, match=r"„b“, „c“ gibt es keine von „B“.*`without_codings`"):
        code_case_table(codings, CODES, cases, coder="B")
    table = code_case_table(codings, CODES, cases, coder="B", without_codings=["b", "c"])
    assert counts(table, column="base_n") == [3, 3, 3]


def test_case_with_other_codes_only_was_coded(codings, cases):
    """Codings of codes that are not in the table show that the case was read."""
    table = code_case_table(codings, ["wuensche"], cases, coder="A")
    assert (counts(table), counts(table, column="base_n")) == ([0], [3])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"coder": "Z"}, "„Z“ hat nichts kodiert, vorhanden sind „A“, „B“"),
        ({"codes": []}, "Liste der Kodes"),
        ({"codes": ["klima", "klima"]}, "einen doppelt"),
    ],
)
def test_unknown_names_are_refused(codings, cases, change, words):
    """Coder and codes must be there and be there once."""
    call = {"codes": CODES, "coder": "A"} | change
    with pytest.raises(TabulationError, match=words):
        code_case_table(codings, call.pop("codes"), cases, **call)


def test_codings_of_an_unknown_case_are_refused(codings, cases):
    """No coding falls out silently because its case is not in the base."""
    with pytest.raises(TabulationError, match="Der Fall „c“ steht nicht in"):
        code_case_table(codings, CODES, cases[cases["case_id"] != "c"], coder="A")
    with pytest.raises(TabulationError, match="Der Fall „leer“"):
        code_case_table(codings.assign(case_id=None), CODES, cases, coder="A")


def test_characters_count_once_however_often_they_are_coded(codings, documents):
    """0-30 and 20-50 cover 50 characters; any code covers the union of all listed codes."""
    table = coverage_table(codings, CODES, documents, coder="A").set_index(["row", "subgroup"])
    assert table.loc[("klima", "a1"), ["n", "base_n", "share"]].tolist() == [50, 100, 0.5]
    assert table.loc[("alle", "a1"), "n"] == 60
    assert table.loc[("bilanz", "b2"), "share"] == 1
    assert table.loc[("wuensche", "a1"), "n"] == 0
    assert table.loc[("alle", "alle"), ["n", "base_n", "documents_n", "not_computable_n"]].tolist() == [
        170,
        300,
        3,
        1,
    ]


def test_documents_without_text_or_coding_are_named(codings, documents):
    """They stay in the table with their state and no number."""
    table = coverage_table(codings, CODES, documents, coder="B")
    first = table[table["row"] == "alle"].set_index("subgroup")
    assert first["state"].to_dict() == {
        "alle": "computable", "a1": "computable", "b1": "not_coded", "b2": "not_coded", "c1": "no_text",
    }  # fmt: skip
    assert first.loc[["b1", "c1"], ["n", "base_n", "share"]].isna().all(axis=None)
    assert first.loc["alle", ["base_n", "documents_n", "not_computable_n"]].tolist() == [100, 1, 3]
    read = pd.DataFrame({"document_id": ["a1", "b1"], "coder": "B"})
    again = coverage_table(codings, CODES, documents, coder="B", assignments=read)
    assert again.set_index(["row", "subgroup"]).loc[("alle", "b1"), "share"] == 0


def test_nothing_computable_says_why(codings, documents):
    """Without any text the total is missing, too."""
    table = coverage_table(codings, CODES, documents.assign(text=None), coder="A")
    assert table["state"].unique().tolist() == ["no_text"]
    assert table[["n", "base_n", "share"]].isna().all(axis=None)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 20), st.integers(1, 9), st.sampled_from(CODES)), min_size=1))  # fmt: skip
def test_coverage_is_the_number_of_coded_characters(drawn):
    """The same as marking every character one by one."""
    drawing = "\n".join(f"{case}1 A {code} {start} {start + length}" for case, start, length, code in drawn)
    documents = pd.DataFrame(
        {"document_id": ["a1", "b1"], "case_id": ["a", "b"], "text": ["x" * 30, "y" * 40]}
    )
    table = coverage_table(draw(drawing), CODES, documents, coder="A")
    for row, document, n in zip(table["row"], table["subgroup"], table["n"], strict=True):
        marked = {
            (case, position)
            for case, start, length, code in drawn
            for position in range(start, start + length)
            if row in ("alle", code) and document in ("alle", f"{case}1")
        }
        if any(document in ("alle", f"{case}1") for case, *_ in drawn):
            assert n == len(marked)
        else:
            assert pd.isna(n)
