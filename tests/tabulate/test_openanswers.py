"""Coded open answers: categories are a multiple response set, mentions a list, and nothing uncoded slips through."""

import pandas as pd
import pytest

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate import multiple_response_table
from gkanalysis.tabulate.openanswers import agreement_frames, category_responses

CATEGORIES = ["netz", "wissen", "sonstiges"]


def draw(drawing):
    """Codings from lines "case mention coder category text"."""
    rows = [line.strip().split(maxsplit=4) for line in drawing.strip().splitlines()]
    frame = pd.DataFrame(rows, columns=["case_id", "mention", "coder", "category", "text"])
    return frame.assign(source="nachhaltigkeit-2022", item_id="9", mention=frame["mention"].astype(int))


CODINGS = draw("""
    a 1 A netz      Runder Tisch
    a 2 A netz      kurze Wege
    a 1 B netz      Runder Tisch
    a 2 B wissen    kurze Wege
    b 1 A netz      runder  tisch
    b 1 A wissen    runder  tisch
    b 1 B netz      runder  tisch
    c 1 A sonstiges Geduld
""")
RESPONSES = pd.DataFrame(
    {
        "case_id": ["a", "a", "b", "c", "d", "e"],
        "item_id": "9",
        "state": ["answered", "answered", "answered", "answered", "not_answered", "not_asked"],
    }
)


def table(base, **kwargs):
    """(n, base_n) by category of the lead coder's categories."""
    cases = pd.DataFrame({"case_id": list("abcde")})
    frame = category_responses(CODINGS, "9", CATEGORIES, RESPONSES, coder=kwargs.get("coder", "A"))
    found = multiple_response_table(frame, CATEGORIES, cases, base=base)
    return dict(zip(found["row"], zip(found["n"], found["base_n"], strict=True), strict=True))


def test_categories_as_multiple_response():
    """A category counts once per case, however many mentions have it; missing answers keep their state."""
    assert table("asked") == {"netz": (2, 4), "wissen": (1, 4), "sonstiges": (1, 4)}
    assert table("answered") == {"netz": (2, 3), "wissen": (1, 3), "sonstiges": (1, 3)}
    assert table("mentioned") == {"netz": (2, 3), "wissen": (1, 3), "sonstiges": (1, 3)}


def test_anyones_categories():
    """Without a coder a category counts that anyone gave."""
    assert table("answered", coder=None)["wissen"] == (2, 3)


def test_occurrences_of_an_answer_are_one_case():
    """A case answered if one of its lines is filled, in whatever order the lines come."""
    lines = pd.DataFrame({"case_id": ["a", "a"], "item_id": "9", "state": ["not_answered", "answered"]})
    for rows in (lines, lines[::-1]):
        frame = category_responses(CODINGS[CODINGS["case_id"] == "a"], "9", CATEGORIES, rows, coder="A")
        assert frame["state"].tolist() == ["selected", "not_selected", "not_selected"]


@pytest.mark.parametrize(
    ("codings", "responses", "coder", "said"),
    [
        (CODINGS[CODINGS["case_id"] != "c"], RESPONSES, "A", "von „A“: Der Fall „c“ hat geantwortet, aber keine Kategorie"),
        (CODINGS, RESPONSES, "B", "Der Fall „c“ hat geantwortet"),
        (CODINGS, RESPONSES, "C", "„C“ hat nichts kodiert, erlaubt sind „A“, „B“"),
        (CODINGS, RESPONSES[RESPONSES["case_id"] != "c"], "A", "Der Fall „c“ hat eine Kategorie, aber keine Antwort"),
        (CODINGS, RESPONSES.replace({"state": {"answered": "illegible"}}), None, "aber keine Antwort"),
        (CODINGS.replace("netz", "netze"), RESPONSES, "A", "„netze“ steht nicht in der Liste, erlaubt sind „netz“"),
        (CODINGS.assign(source=["x", *["y"] * 7]), RESPONSES, "A", "stammen aus „x“, „y“"),
        (CODINGS, RESPONSES.assign(state="selected"), "A", "Der Zustand „selected“ ist nicht möglich"),
        (CODINGS.drop(columns="coder"), RESPONSES, "A", "Die Spalte „coder“ fehlt"),
    ],
    ids=["uncoded", "half coded", "coder", "no response", "missing", "category", "sources", "state", "column"],
)  # fmt: skip
def test_what_does_not_fit_is_refused(codings, responses, coder, said):
    """An uncoded answer is no „none of them“; a category without an answer is a mistake."""
    with pytest.raises(TabulationError, match=said):
        category_responses(codings, "9", CATEGORIES, responses, coder=coder)


@pytest.mark.parametrize("categories", [[], ["netz", "netz"]])
def test_categories_stand_once(categories):
    """An empty or ambiguous list is refused."""
    with pytest.raises(TabulationError, match="leer oder nennt eine doppelt"):
        category_responses(CODINGS, "9", categories, RESPONSES, coder="A")


def test_other_items_are_passed_over():
    """Codings of another item change nothing."""
    other = CODINGS.assign(item_id="8", category="ganz anders", source="andere")
    frames = [
        category_responses(c, "9", CATEGORIES, RESPONSES, coder="A")
        for c in (CODINGS, pd.concat([CODINGS, other]))
    ]
    assert frames[0].equals(frames[1])


def test_frames_for_agreement():
    """A mention is a document; who gave it no category has not coded it."""
    codings, documents, assignments = agreement_frames(CODINGS, "9")
    assert documents.values.tolist() == [
        ["a/9/1", "a", "Runder Tisch"], ["a/9/2", "a", "kurze Wege"], ["b/9/1", "b", "runder  tisch"], ["c/9/1", "c", "Geduld"],
    ]  # fmt: skip
    assert codings["coding_id"].is_unique
    assert (codings["start"] == 0).all()
    assert codings["end"].tolist() == [12, 10, 12, 10, 13, 13, 13, 6]
    assert sorted(map(tuple, assignments.values.tolist())) == [
        ("a/9/1", "A"), ("a/9/1", "B"), ("a/9/2", "A"), ("a/9/2", "B"), ("b/9/1", "A"), ("b/9/1", "B"), ("c/9/1", "A"),
    ]  # fmt: skip


def test_agreement_can_be_tabulated():
    """The tables of agreement take the frames: of 3 mentions coded twice, netz agrees on 2 and wissen on 1."""
    from gkanalysis.tabulate.agreement import agreement_table

    codings, documents, assignments = agreement_frames(CODINGS, "9")
    found = agreement_table(
        codings,
        CATEGORIES,
        documents,
        coders=["A", "B"],
        compare="document",
        assignments=assignments,
        draws=10,
    )
    pairs = found[found["row"].isin(["netz", "wissen"])].drop_duplicates("row")
    assert pairs[["row", "n", "base_n"]].values.tolist() == [["netz", 2, 3], ["wissen", 1, 3]]
