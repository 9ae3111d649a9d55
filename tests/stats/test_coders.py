"""Agreement of coders by level, drawn so that it can be counted by hand, and beside statsmodels."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa

from gkanalysis.stats.coders import LEVELS, coder_coefficients

# coder, document, code, from, to; "rest" is not compared, but who gave it has read the document
DRAWN = """
    A d1 klima 0 2    B d1 klima 2 5
    A d1 klima 2 4    B d1 klima 5 6
    A d2 klima 0 1    B d2 rest  0 1
    A d3 rest  0 1    B d3 rest  0 1
    A d4 klima 0 1    B d4 klima 0 1
    A d5 klima 0 1
"""
COLUMNS = ["coder", "document_id", "code_id", "start", "end"]
TEXTS = pd.Series({"d1": "zehn Buch.", "d2": None, "d3": None, "d4": None, "d5": None})


def frame(rows):
    return pd.DataFrame(rows, columns=COLUMNS).astype({"start": int, "end": int})


def drawn(text=DRAWN):
    """The codings of a drawing."""
    words = text.split()
    return frame([words[k : k + 5] for k in range(0, len(words), 5)])


@pytest.mark.parametrize(
    ("level", "units_n", "documents_n", "kappa"),
    [
        ("document", 4, 4, 1 / 2),  # yes yes no yes, yes no no yes: 3/4 agree, 1/2 by chance
        ("frequency", 4, 4, 7 / 11),  # 2 1 0 1, 2 0 0 1: 3/4 agree, 5/16 by chance
        ("segment", 10, 1, 1 / 6),  # of 10 characters 0-3 and 2-5: 6/10 agree, 52/100 by chance
    ],
)
def test_kappa_by_hand(level, units_n, documents_n, kappa):
    """The document that only A read is not compared, nor is one without text by characters."""
    made = coder_coefficients(drawn(), ["klima"], TEXTS, coders=["A", "B"], level=level)
    row = made.loc["klima"]
    assert (row["units_n"], row["documents_n"], row["kappa_kind"]) == (units_n, documents_n, "cohen")
    assert row["kappa"] == pytest.approx(kappa)
    assert made.loc["alle", "kappa"] == pytest.approx(kappa)  # one code is all codes


def test_all_codes_together_take_chance_from_all():
    """By hand: of d1 to d4 "klima" agrees in three and "rest" in three, and each coder says yes 4 times of 8."""
    made = coder_coefficients(drawn(), ["klima", "rest"], TEXTS, coders=["A", "B"], level="document")
    assert made.index.tolist() == ["alle", "klima", "rest"]
    assert made["units_n"].tolist() == [8, 4, 4]
    a, b = 4 / 8, 4 / 8  # yes by A: klima d1 d2 d4, rest d3; by B: klima d1 d4, rest d2 d3
    chance = a * b + (1 - a) * (1 - b)
    assert made.loc["alle", "kappa"] == pytest.approx((6 / 8 - chance) / (1 - chance))


def test_fleiss_needs_as_many_coders_everywhere():
    """A third coder who read one document: kappa says why there is none, alpha takes what there is."""
    codings = pd.concat([drawn(), frame([["C", "d1", "klima", 0, 4]])])
    made = coder_coefficients(codings, ["klima"], TEXTS, coders=["A", "B", "C"], level="document")
    assert made["kappa"].isna().all()
    assert (made["kappa_kind"] == "fleiss").all()
    assert (made["kappa_reason"] == "unequal_coders").all()
    assert made["alpha"].notna().all()


@given(st.integers(2, 4).flatmap(lambda n: arrays(int, (6, n), elements=st.integers(0, 2))))
def test_kappas_are_those_of_statsmodels(times):
    """`times`: how often each coder gave the code to each of six documents."""
    coders = list("ABCD"[: times.shape[1]])
    texts = pd.Series("x", index=[f"d{k}" for k in range(len(times))])
    rows = [[c, d, "rest", 0, 1] for c in coders for d in texts.index]
    rows += [
        [c, d, "klima", 0, 1]
        for k, d in enumerate(texts.index)
        for j, c in enumerate(coders)
        for _ in range(times[k, j])
    ]
    for level in LEVELS[:2]:
        values = np.minimum(times, 1) if level == "document" else times
        made = coder_coefficients(frame(rows), ["klima"], texts, coders=coders, level=level).loc["klima"]
        if len(np.unique(values)) == 1:
            assert np.isnan(made["kappa"])
            assert made["kappa_reason"] == "no_variation"
        elif len(coders) > 2:
            assert made["kappa"] == pytest.approx(fleiss_kappa(aggregate_raters(values)[0]))
        else:
            table = pd.crosstab(values[:, 0], values[:, 1])
            table = table.reindex(index=range(3), columns=range(3), fill_value=0)
            assert made["kappa"] == pytest.approx(cohens_kappa(table.to_numpy(), return_results=False))
