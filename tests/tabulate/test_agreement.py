"""Agreement of coders on three levels, and the list of disagreements behind every figure."""

import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coincidences import krippendorff_alpha
from gkanalysis.core.errors import TabulationError
from gkanalysis.stats.agreement import REASON_LABELS, cohens_kappa
from gkanalysis.tabulate.agreement import (
    COMPARED_LABELS,
    agreement_table,
    disagreements,
)

CODES = ["klima", "bilanz", "wuensche"]
COEFFICIENTS = ["kappa", "alpha", "alpha_low", "alpha_high"]
COUNTS = ["n", "base_n", "share", "documents_n", "no_place_n", "units_n", "draws_n"]
REASONS = ["kappa_reason", "alpha_reason", "interval_reason"]

# A and B coded both documents with text, C only the first; d3 has no text
DRAWING = """
    d1 A klima    0 20
    d1 B klima    0 20
    d1 C klima    0 19
    d1 A klima    30 40
    d1 B klima    30 36
    d1 A bilanz   50 60
    d1 B wuensche 50 60
    d1 C bilanz   70 80
    d2 A klima    0 10
    d2 B klima    0 10
    d2 B bilanz   20 30
    d3 A klima    -1 -1
    d3 B klima    -1 -1
    d3 B bilanz   -1 -1
"""


def draw(drawing):
    """Codings from one line each: document, coder, code, start, end; each has a segment of its own."""
    rows = [line.split() for line in drawing.strip().splitlines()]
    codings = pd.DataFrame(rows, columns=["document_id", "coder", "code_id", "start", "end"])
    codings = codings.astype({"start": int, "end": int})
    codings["coding_id"] = [f"k{i}" for i in range(len(codings))]
    codings["segment_id"] = [f"s{i}" for i in range(len(codings))]
    return codings


def texts(codings):
    """Segments whose text says where they are."""
    text = codings["document_id"] + ":" + codings["start"].astype(str) + "-" + codings["end"].astype(str)
    return pd.DataFrame({"segment_id": codings["segment_id"], "text": text})


DOCUMENTS = pd.DataFrame(
    {"document_id": ["d1", "d2", "d3"], "case_id": ["a", "b", "c"], "text": ["x" * 100, "y" * 50, None]}
)


@pytest.fixture
def codings():
    """The drawing above."""
    return draw(DRAWING)


def fractions(table, subgroup):
    """n/base_n of one subgroup, row by row ("alle" first)."""
    chosen = table[table["subgroup"] == subgroup]
    assert chosen["row"].tolist() == ["alle", *CODES]
    return [f"{n}/{base_n}" for n, base_n in zip(chosen["n"], chosen["base_n"], strict=True)]


def line(table, row, subgroup):
    """The one line of a row and subgroup."""
    return table[(table["row"] == row) & (table["subgroup"] == subgroup)].iloc[0]


@pytest.mark.parametrize(
    ("compare", "expected"),
    [
        # klima is in all three documents for both; bilanz: d1 A, d2 and d3 B; wuensche: d1 B
        ("document", {"A und B": ["5/9", "3/3", "0/3", "2/3"], "A und C": ["3/3", "1/1", "1/1", "1/1"],
                      "B und C": ["1/3", "1/1", "0/1", "0/1"]}),
        # klima in d1: A 2, B 2, C 1
        ("frequency", {"A und B": ["5/9", "3/3", "0/3", "2/3"], "A und C": ["2/3", "0/1", "1/1", "1/1"],
                       "B und C": ["0/3", "0/1", "0/1", "0/1"]}),
        # each coding of either side: 0-20 and 0-19 match at 95 %, 30-40 and 30-36 do not at 60 %
        ("segment", {"A und B": ["4/9", "4/6", "0/2", "0/1"], "A und C": ["2/5", "2/3", "0/2", "0/0"],
                     "B und C": ["2/5", "2/3", "0/1", "0/1"]}),
    ],
)  # fmt: skip
def test_comparisons_are_counted_by_pair_and_add_up(codings, compare, expected):
    """Each pair by hand; all coders together are the sum of the pairs, all codes the sum of the codes."""
    table = agreement_table(codings, CODES, DOCUMENTS, coders=["A", "B", "C"], compare=compare)
    assert table["subgroup"].unique().tolist() == ["alle", *expected]
    assert {pair: fractions(table, pair) for pair in expected} == expected
    for column in ("n", "base_n"):
        wide = table.pivot(index="row", columns="subgroup", values=column)
        assert (wide["alle"] == wide.drop(columns="alle").sum(axis=1)).all()
        assert (wide.loc["alle"] == wide.drop(index="alle").sum()).all()


def test_uncoded_document_is_missing_and_an_empty_reading_is_not(codings):
    """C read d2 without giving a code: that is agreement on what is absent, and only then."""
    before = agreement_table(codings, CODES, DOCUMENTS, coders=["A", "C"], compare="document")
    read = pd.concat([codings, pd.DataFrame({"document_id": ["d2"], "coder": ["C"]})])[
        ["document_id", "coder"]
    ]
    after = agreement_table(
        codings, CODES, DOCUMENTS, coders=["A", "C"], compare="document", assignments=read
    )
    assert fractions(before, "alle") == ["3/3", "1/1", "1/1", "1/1"]
    assert fractions(after, "alle") == ["5/6", "1/2", "2/2", "2/2"]
    assert before["documents_n"].unique().tolist() == [1]
    assert after["documents_n"].unique().tolist() == [2]


def test_coder_who_gave_other_codes_only_has_coded(codings):
    """A code that is not in the table shows that C read d2."""
    more = pd.concat([codings, draw("d2 C fremd 0 5").assign(coding_id="k99", segment_id="s99")])
    table = agreement_table(more, CODES, DOCUMENTS, coders=["A", "C"], compare="document")
    assert fractions(table, "alle") == ["5/6", "1/2", "2/2", "2/2"]


def test_overlap_is_an_argument(codings):
    """Of the union 6 of 10 characters are 60 %, of the shorter segment all of it."""

    def of_klima(**options):
        table = agreement_table(codings, CODES, DOCUMENTS, coders=["A", "B"], compare="segment", **options)
        return line(table, "klima", "A und B")

    assert of_klima(overlap=0.6)["n"] == 6
    assert of_klima(overlap=0.61)["n"] == 4
    shorter = of_klima(overlap=1, overlap_of="shorter")
    assert (shorter["n"], shorter["overlap"], shorter["overlap_of"]) == (6, 1, "shorter")


def test_what_has_no_place_is_left_out_and_counted(codings):
    """The document without text is not compared by segment; its three codings are named."""
    table = agreement_table(codings, CODES, DOCUMENTS, coders=["A", "B"], compare="segment")
    assert table.loc[table["subgroup"] == "alle", "no_place_n"].tolist() == [3, 2, 1, 0]
    assert table["documents_n"].unique().tolist() == [2]
    assert line(table, "klima", "alle")["units_n"] == 150
    assert line(table, "alle", "alle")["units_n"] == 450
    alone = agreement_table(codings, CODES, DOCUMENTS, coders=["A", "C"], compare="segment")
    assert alone["no_place_n"].unique().tolist() == [0]  # C did not code that document: nothing is left out
    whole = pd.concat([codings, draw("d1 A bilanz -1 -1").assign(coding_id="k99", segment_id="s99")])
    table = agreement_table(whole, CODES, DOCUMENTS, coders=["A", "B"], compare="segment")
    assert table.loc[table["subgroup"] == "alle", "no_place_n"].tolist() == [4, 2, 2, 0]


def test_coefficients_of_documents_are_those_of_their_values(codings):
    """Presence and frequency of bilanz, document by document, NaN where C did not code."""
    present = np.array([[1, 0, 1], [0, 1, math.nan], [0, 1, math.nan]])
    table = agreement_table(codings, CODES, DOCUMENTS, coders=["A", "B", "C"], compare="document")
    assert line(table, "bilanz", "alle")["alpha"] == pytest.approx(krippendorff_alpha(present).value)
    of_pair = line(table, "bilanz", "A und B")
    assert of_pair["alpha"] == pytest.approx(krippendorff_alpha(present[:, :2]).value)
    assert of_pair["kappa"] == pytest.approx(cohens_kappa([[0, 2], [1, 0]]).value)
    often = np.array([[2, 2, 1], [1, 1, math.nan], [1, 1, math.nan]])
    for metric in ("nominal", "ordinal", "interval", "ratio"):
        table = agreement_table(
            codings, CODES, DOCUMENTS, coders=["A", "B", "C"], compare="frequency", metric=metric
        )
        expected = krippendorff_alpha(often, metric=metric).value
        assert line(table, "klima", "alle")["alpha"] == pytest.approx(expected)
        assert line(table, "klima", "alle")["metric"] == metric


def test_coefficients_of_segments_ask_every_character(codings):
    """Alpha and kappa over 150 characters, marked one by one, with C missing in the second document."""
    values = np.zeros((150, 3))
    values[100:, 2] = math.nan
    for document, coder, start, end in [
        (0, 0, 0, 20), (0, 1, 0, 20), (0, 2, 0, 19), (0, 0, 30, 40), (0, 1, 30, 36), (1, 0, 0, 10), (1, 1, 0, 10),
    ]:  # fmt: skip
        values[100 * document + start : 100 * document + end, coder] = 1
    table = agreement_table(codings, CODES, DOCUMENTS, coders=["A", "B", "C"], compare="segment")
    assert line(table, "klima", "alle")["alpha"] == pytest.approx(krippendorff_alpha(values).value)
    both = pd.crosstab(values[:, 0], values[:, 1])
    assert line(table, "klima", "A und B")["kappa"] == pytest.approx(cohens_kappa(both).value)


def test_undefined_coefficients_have_reasons(codings):
    """No variation, unequal numbers of coders, too few documents: each is named where the number is missing."""
    table = agreement_table(codings, CODES, DOCUMENTS, coders=["A", "B", "C"], compare="document")
    klima = line(table, "klima", "alle")
    assert (klima["alpha_reason"], klima["interval_reason"]) == ("no_variation", "no_variation")
    assert klima["kappa_reason"] == "unequal_coders"
    assert line(table, "klima", "A und B")["kappa_reason"] == "no_variation"
    bilanz = line(table, "bilanz", "alle")
    assert (bilanz["alpha_reason"], bilanz["interval_reason"]) == ("", "few_clusters")
    for number, reason in zip(["kappa", "alpha", "alpha_low"], REASONS, strict=True):
        assert (table[number].isna() == (table[reason] != "")).all()
        assert set(table[reason]) <= {"", *REASON_LABELS}


def test_coders_without_a_common_document_have_nothing_to_compare(codings):
    """The base is 0 and says so."""
    apart = codings[(codings["coder"] == "A") & (codings["document_id"] == "d2") | (codings["coder"] == "C")]
    for compare in COMPARED_LABELS:
        table = agreement_table(apart, CODES, DOCUMENTS, coders=["A", "C"], compare=compare)
        assert table["base_n"].unique().tolist() == [0]
        assert table["alpha_reason"].unique().tolist() == ["no_pairs"]
        assert table["kappa_reason"].unique().tolist() == ["no_pairs"]


def test_three_coders_of_the_same_documents_have_fleiss_kappa():
    """With as many coders in every document the kappa of all coders is Fleiss'."""
    codings = draw(
        "d1 A klima 0 9\nd1 B klima 0 9\nd1 C bilanz 0 9\nd2 A bilanz 0 9\nd2 B bilanz 0 9\nd2 C bilanz 0 9"
    )
    table = agreement_table(codings, CODES, DOCUMENTS, coders=["A", "B", "C"], compare="document")
    klima = line(table, "klima", "alle")  # 1 1 0 and 0 0 0: observed 4/6, expected 20/36
    assert (klima["kappa_kind"], klima["kappa"]) == (
        "fleiss",
        pytest.approx((4 / 6 - 20 / 36) / (1 - 20 / 36)),
    )
    assert line(table, "klima", "A und B")["kappa_kind"] == "cohen"


def test_kinds_of_disputed_segments(codings):
    """Every unmatched coding of either side is a row that says what the other coder did there."""
    listed = disagreements(codings, CODES, DOCUMENTS, texts(codings), coders=["A", "B"], compare="segment")
    columns = ["coding_id", "kind", "coder", "other_coder", "other_coding_id", "other_code_id", "overlap"]
    found = listed[columns].astype(object).where(listed[columns].notna(), None).to_numpy().tolist()
    assert found == [
        ["k4", "other_border", "B", "A", "k3", "klima", 0.6],
        ["k3", "other_border", "A", "B", "k4", "klima", 0.6],
        ["k5", "other_code", "A", "B", "k6", "wuensche", 1.0],
        ["k6", "other_code", "B", "A", "k5", "bilanz", 1.0],
        ["k10", "additional", "B", "A", None, None, 0.0],
    ]
    assert listed["document_id"].tolist() == ["d1"] * 4 + ["d2"]
    assert listed["case_id"].tolist() == ["a"] * 4 + ["b"]
    assert listed["text"].tolist() == ["d1:30-36", "d1:30-40", "d1:50-60", "d1:50-60", "d2:20-30"]
    assert listed["other_text"].tolist()[:4] == ["d1:30-40", "d1:30-36", "d1:50-60", "d1:50-60"]
    assert pd.isna(listed["other_text"].iloc[4])
    assert listed[["other_start", "other_end"]].iloc[0].tolist() == [30, 40]


def test_a_matched_coding_is_nobodys_other_code():
    """A gave two codes to one segment and B one of them: B missed the second, it is not another code."""
    codings = draw("d1 A klima 0 10\nd1 A bilanz 0 10\nd1 B klima 0 10")
    listed = disagreements(codings, CODES, DOCUMENTS, texts(codings), coders=["A", "B"], compare="segment")
    assert listed[["row", "kind"]].to_numpy().tolist() == [["bilanz", "missed"]]


def test_disputed_documents_show_the_first_coding(codings):
    """One row per document and code, with who set it and the first place of it."""
    segments = texts(codings)
    listed = disagreements(codings, CODES, DOCUMENTS, segments, coders=["A", "B"], compare="document")
    columns = ["document_id", "row", "kind", "coder", "other_coder", "count", "other_count", "text"]
    assert listed[columns].to_numpy().tolist() == [
        ["d1", "bilanz", "missed", "A", "B", 1, 0, "d1:50-60"],
        ["d1", "wuensche", "additional", "B", "A", 1, 0, "d1:50-60"],
        ["d2", "bilanz", "additional", "B", "A", 1, 0, "d2:20-30"],
        ["d3", "bilanz", "additional", "B", "A", 1, 0, "d3:-1--1"],
    ]
    listed = disagreements(codings, CODES, DOCUMENTS, segments, coders=["B", "C"], compare="frequency")
    assert listed.loc[listed["row"] == "klima", columns].to_numpy().tolist() == [
        ["d1", "klima", "missed", "B", "C", 2, 1, "d1:0-20"]
    ]


def test_kinds_follow_the_order_of_coders(codings):
    """Who is named first is the measure: missed and additional change places."""
    kinds = [
        disagreements(codings, CODES, DOCUMENTS, texts(codings), coders=order, compare="document")[
            "kind"
        ].tolist()
        for order in (["A", "B"], ["B", "A"])
    ]
    swap = {"missed": "additional", "additional": "missed"}
    assert kinds[1] == [swap[kind] for kind in kinds[0]]


def test_full_agreement_leaves_an_empty_list():
    """No rows, but all columns."""
    codings = draw("d1 A klima 0 10\nd1 B klima 0 10")
    for compare in COMPARED_LABELS:
        listed = disagreements(codings, CODES, DOCUMENTS, texts(codings), coders=["A", "B"], compare=compare)
        assert listed.empty
        assert {"row", "subgroup", "kind", "text", "other_text"} <= set(listed)


places = st.tuples(
    st.sampled_from(["d1", "d2", "d3"]), st.sampled_from("ABC"), st.sampled_from(CODES),
    st.integers(0, 12), st.integers(1, 6),
)  # fmt: skip
drawings = st.lists(places, max_size=14).map(
    lambda drawn: draw("\n".join(
        ["d1 A klima 0 5", "d1 B klima 0 5", "d2 C bilanz 1 2"]
        + [f"{d} {coder} {code} {s} {s + n}" if d != "d3" else f"{d} {coder} {code} -1 -1" for d, coder, code, s, n in drawn]
    ))
)  # fmt: skip
CALL = {"coders": ["A", "B", "C"], "draws": 30}


@settings(max_examples=60, deadline=None)
@given(drawings, st.sampled_from(list(COMPARED_LABELS)), st.sampled_from(["union", "shorter"]))
def test_every_figure_can_be_followed_to_its_disagreements(codings, compare, overlap_of):
    """For each row and pair the list has base_n - n rows."""
    call = {"coders": ["A", "B", "C"], "compare": compare, "overlap_of": overlap_of}
    table = agreement_table(codings, CODES, DOCUMENTS, draws=30, **call)
    listed = disagreements(codings, CODES, DOCUMENTS, texts(codings), **call)
    disputed = table.assign(disputed=table["base_n"] - table["n"]).set_index(["row", "subgroup"])["disputed"]
    counted = listed.groupby(["row", "subgroup"]).size()
    per_pair = disputed[
        (disputed.index.get_level_values(0) != "alle") & (disputed.index.get_level_values(1) != "alle")
    ]
    assert counted.reindex(per_pair.index, fill_value=0).tolist() == per_pair.tolist()
    assert len(listed) == disputed["alle", "alle"]


@settings(max_examples=40, deadline=None)
@given(drawings, st.sampled_from(["union", "shorter"]), st.sampled_from([0.3, 0.5, 0.9, 1.0]))
def test_segments_match_as_their_definition_says(codings, overlap_of, overlap):
    """Every coding against every coding of the other coder, character by character."""
    table = agreement_table(
        codings, CODES, DOCUMENTS, compare="segment", overlap=overlap, overlap_of=overlap_of, **CALL
    )
    placed = [
        (r.document_id, r.coder, r.code_id, set(range(r.start, r.end)))
        for r in codings.itertuples()
        if r.start >= 0
    ]
    coded = set(zip(codings["document_id"], codings["coder"], strict=True))

    def matches(one, other):
        whole = len(one | other) if overlap_of == "union" else min(len(one), len(other))
        return len(one & other) >= overlap * whole - 1e-9

    for pair in combinations("ABC", 2):
        agreed = compared = 0
        for document, coder, code, one in placed:
            others = [c for c in pair if c != coder and coder in pair and (document, c) in coded]
            for other in others:
                compared += 1
                agreed += any(matches(one, p[3]) for p in placed if p[:3] == (document, other, code))
        total = line(table, "alle", " und ".join(pair))
        assert (total["n"], total["base_n"]) == (agreed, compared)


@settings(max_examples=40, deadline=None)
@given(drawings, st.sampled_from(list(COMPARED_LABELS)), st.permutations("ABC"))
def test_agreement_is_symmetric_in_coders(codings, compare, order):
    """Named in another order, the same coders agree as much."""
    one = agreement_table(codings, CODES, DOCUMENTS, compare=compare, **CALL)
    other = agreement_table(codings, CODES, DOCUMENTS, compare=compare, **CALL | {"coders": order})
    names = {" und ".join(p): " und ".join(sorted(p)) for p in combinations(order, 2)}
    other["subgroup"] = other["subgroup"].replace(names)
    columns = [*COUNTS, *COEFFICIENTS, *REASONS]
    one, other = (t.set_index(["row", "subgroup"])[columns].sort_index() for t in (one, other))
    pd.testing.assert_frame_equal(one, other)


@settings(max_examples=40, deadline=None)
@given(drawings, st.sampled_from(list(COMPARED_LABELS)), st.permutations(CODES))
def test_names_of_codes_do_not_matter(codings, compare, names):
    """Codes renamed and listed in the new order give the same numbers row by row."""
    renamed = codings.assign(code_id=codings["code_id"].replace(dict(zip(CODES, names, strict=True))))
    one = agreement_table(codings, CODES, DOCUMENTS, compare=compare, **CALL)
    other = agreement_table(renamed, names, DOCUMENTS, compare=compare, **CALL)
    pd.testing.assert_frame_equal(one.drop(columns="row"), other.drop(columns="row"))


@settings(max_examples=40, deadline=None)
@given(drawings, st.sampled_from(list(COMPARED_LABELS)))
def test_identical_codings_agree_throughout(codings, compare):
    """Three copies of one coder's codings: every share is 1, and every coefficient is 1 or undefined."""
    once = codings.assign(coder="A")
    copies = pd.concat(
        [once.assign(coder=c, coding_id=once["coding_id"] + c) for c in "ABC"], ignore_index=True
    )
    table = agreement_table(copies, CODES, DOCUMENTS, compare=compare, **CALL)
    assert (table["n"] == table["base_n"]).all()
    found = table[COEFFICIENTS].to_numpy()
    assert found[~np.isnan(found)] == pytest.approx(1)
    total = line(table, "alle", "alle")
    assert total["alpha"] == pytest.approx(1) or total["alpha_reason"] == "no_variation"


def test_interval_draws_whole_documents():
    """Eight documents, one of them disputed: the ends are alphas of drawn documents, not of drawn codings."""
    drawing = "\n".join(
        f"d{k} {coder} {'klima' if coder == 'A' or k else 'bilanz'} 0 10\nd{k} {coder} {'bilanz' if k % 2 else 'wuensche'} 20 30"
        for k in range(8)
        for coder in "AB"
    )
    documents = pd.DataFrame(
        {"document_id": [f"d{k}" for k in range(8)], "case_id": list("abcdefgh"), "text": "x" * 50}
    )
    table = agreement_table(draw(drawing), CODES, documents, coders=["A", "B"], compare="document", seed=5)
    values = np.array([[[1, 1], [k % 2, k % 2], [1 - k % 2, 1 - k % 2]] for k in range(8)], dtype=float)
    values[0] = [[1, 0], [0, 1], [1, 1]]
    times = np.random.default_rng(5).multinomial(8, [1 / 8] * 8, size=1000)
    drawn = [krippendorff_alpha(np.repeat(values, row, axis=0).reshape(-1, 2)).value for row in times[:1000]]
    total = line(table, "alle", "A und B")
    assert [total["alpha_low"], total["alpha_high"]] == pytest.approx(np.quantile(drawn, [0.025, 0.975]))
    assert total["draws_n"] == 1000


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"compare": "sentence"}, "„sentence“ mit 0.9 von „union“ ist nicht möglich"),
        ({"overlap": 0}, "Anteil über 0 bis 1"),
        ({"overlap_of": "longer"}, "„longer“"),
        ({"coders": ["A"]}, "nötig sind mindestens zwei Personen"),
        ({"coders": ["A", "Z"]}, "Von „Z“ gibt es keine"),
    ],
)
def test_impossible_comparisons_are_refused(codings, change, words):
    """Table and list refuse the same things, in German."""
    call = {"coders": ["A", "B"], "compare": "segment"} | change
    with pytest.raises(TabulationError, match=words):
        agreement_table(codings, CODES, DOCUMENTS, **call)
    with pytest.raises(TabulationError, match=words):
        disagreements(codings, CODES, DOCUMENTS, texts(codings), **call)


def test_every_segment_needs_its_text_once(codings):
    """A disputed coding without text, or with two, is refused."""
    segments = texts(codings)
    call = {"coders": ["A", "B"], "compare": "segment"}
    with pytest.raises(TabulationError, match="„s10“ fehlt oder steht doppelt"):
        disagreements(codings, CODES, DOCUMENTS, segments.drop(index=10), **call)
    with pytest.raises(TabulationError, match="„s3“ fehlt oder steht doppelt"):
        disagreements(codings, CODES, DOCUMENTS, pd.concat([segments, segments.iloc[[3]]]), **call)
