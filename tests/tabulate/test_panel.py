"""Every case has one state per wave, and every table of participation adds up to all cases."""

import numpy as np
import pandas as pd
import pytest

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.panel import (
    PARTICIPATION,
    PARTICIPATION_LABELS,
    attrition_table,
    flow_table,
)

GROUPS = ["stadt", "kreis", "kommune"]
MARKS = {"R": "returned", "n": "not_returned", "d": "declined", "/": "not_asked"}
#            2019 2020 2022, cases of the fixture: a kreis, b stadt, c kreis, d stadt, e kommune
DRAWING = {"a": "RRR", "b": "Rn/", "c": "nRd", "d": "RRR", "e": "/RR"}
WAVES = ["2019", "2020", "2022"]


def draw(drawing, waves=WAVES):
    """Participation from one line of marks per case, one mark per wave."""
    return pd.DataFrame(
        [
            {"case_id": case_id, "wave": wave, "status": MARKS[mark]}
            for case_id, marks in drawing.items()
            for wave, mark in zip(waves, marks, strict=True)
        ]
    )


def n_of(table, **where):
    """n of the only row that fits."""
    chosen = table[np.logical_and.reduce([table[k] == v for k, v in where.items()])]
    assert len(chosen) == 1
    return int(chosen["n"].iloc[0])


@pytest.mark.parametrize(
    ("wave", "expected"),
    [
        ("2019", {"asked": (4, 5), "returned": (3, 4), "not_returned": (1, 4), "declined": (0, 4), "not_asked": (1, 5)}),
        ("2020", {"asked": (5, 5), "returned": (4, 5), "not_returned": (1, 5), "declined": (0, 5), "not_asked": (0, 5)}),
        ("2022", {"asked": (4, 5), "returned": (3, 4), "not_returned": (0, 4), "declined": (1, 4), "not_asked": (1, 5)}),
    ],
)  # fmt: skip
def test_states_of_a_wave(cases, wave, expected):
    """Who was not asked is no case of the base of returns; asked counts of all."""
    table = attrition_table(draw(DRAWING), WAVES, cases)
    rows = table[table["wave"] == wave]
    assert dict(zip(rows["row"], zip(rows["n"], rows["base_n"], strict=True), strict=True)) == expected
    assert rows["base"].tolist() == ["cases", "asked", "asked", "asked", "cases"]


def test_attrition_adds_up_in_every_type(cases):
    """In each wave and type, the states of the asked sum to asked, and asked and not asked to the cases."""
    table = attrition_table(draw(DRAWING), WAVES, cases, by="type", groups=GROUPS)
    wide = table.pivot(index=["wave", "subgroup"], columns="row", values="n")
    assert (wide[["returned", "not_returned", "declined"]].sum(axis=1) == wide["asked"]).all()
    assert (wide["asked"] + wide["not_asked"]).unstack().loc["2022"].to_dict() == {
        "alle": 5, "stadt": 2, "kreis": 2, "kommune": 1,
    }  # fmt: skip
    of_types = table[table["subgroup"] != "alle"].groupby(["wave", "row"])["n"].sum()
    assert of_types.to_dict() == table[table["subgroup"] == "alle"].set_index(["wave", "row"])["n"].to_dict()


def test_town_that_was_not_asked_has_no_share(cases):
    """A base of 0 gives no share, and a mark."""
    table = attrition_table(draw(DRAWING), WAVES, cases, by="type", groups=GROUPS)
    row = table[(table["wave"] == "2019") & (table["row"] == "returned") & (table["subgroup"] == "kommune")]
    assert row[["n", "base_n", "mark"]].values.tolist() == [[0, 0, "**"]]
    assert row["share"].isna().all()


def test_flow_has_each_case_once_per_pair_of_waves(cases):
    """From 2020 to 2022: three stay, one declines, one is no longer asked."""
    table = flow_table(draw(DRAWING), WAVES, cases)
    assert (table.groupby("wave")["n"].sum() == 5).all()
    second = {"wave": "2020", "next_wave": "2022"}
    assert n_of(table, **second, row="returned", next_row="returned") == 3
    assert n_of(table, **second, row="returned", next_row="declined") == 1
    assert n_of(table, **second, row="not_returned", next_row="not_asked") == 1


def test_flow_fits_attrition(cases):
    """What leaves a state of a wave is what attrition counts in it; what arrives, what it counts in the next."""
    flow, attrition = flow_table(draw(DRAWING), WAVES, cases), attrition_table(draw(DRAWING), WAVES, cases)
    states = attrition[attrition["row"] != "asked"].set_index(["wave", "row"])["n"]
    leaving = flow.groupby(["wave", "row"])["n"].sum()
    arriving = flow.groupby(["next_wave", "next_row"])["n"].sum()
    assert all(states[k] == n for k, n in leaving.items())
    assert all(states[k] == n for k, n in arriving.items())


def test_merged_states_vanish_without_losing_cases(cases):
    """Declined forms count as not returned, and all cases are still there."""
    table = flow_table(draw(DRAWING), WAVES, cases, merge={"declined": "not_returned"})
    assert "declined" not in {*table["row"], *table["next_row"]}
    assert (table.groupby("wave")["n"].sum() == 5).all()
    assert n_of(table, wave="2020", row="returned", next_row="not_returned") == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda p: p.iloc[1:], "Welle „2019“: Fall „a“ hat 0 Zeilen, nötig ist je Fall und Welle genau eine"),
        (lambda p: pd.concat([p, p.iloc[:1]]), "Fall „a“ hat 2 Zeilen"),
        (lambda p: p.assign(status="da"), "status „da“ ist nicht möglich, erlaubt sind „returned“"),
        (
            lambda p: p.assign(case_id=p["case_id"].replace("a", "z")),
            "Fall „z“: case_id „z“ ist nicht möglich",
        ),
        (lambda p: p.drop(columns="status"), "Die Spalte „status“ fehlt"),
    ],
    ids=["missing", "twice", "state", "case", "column"],
)
def test_participation_that_does_not_add_up_is_refused(cases, change, said):
    """A case without a state in a wave, with two, with an unknown one, or unknown itself."""
    for count in (lambda p: attrition_table(p, WAVES, cases), lambda p: flow_table(p, WAVES, cases)):
        with pytest.raises(TabulationError, match=said):
            count(change(draw(DRAWING)))


def test_rows_of_other_waves_are_passed_over(cases):
    """A wave that is not asked for changes nothing."""
    more = pd.concat(
        [draw(DRAWING), pd.DataFrame({"case_id": ["a"], "wave": ["2018"], "status": ["returned"]})]
    )
    assert attrition_table(more, WAVES, cases).equals(attrition_table(draw(DRAWING), WAVES, cases))


@pytest.mark.parametrize(
    "count",
    [
        lambda p, c: attrition_table(p, [], c),
        lambda p, c: flow_table(p, ["2019"], c),
        lambda p, c: flow_table(p, WAVES, c, merge={"declined": "weg"}),
    ],
)
def test_impossible_waves_and_states(cases, count):
    """No wave, the same wave twice, one wave for a flow, an unknown state to merge into."""
    with pytest.raises(TabulationError, match="Verlauf"):
        count(draw(DRAWING), cases)


def test_every_state_has_a_german_label():
    """Labels for all states of the tables, asked included."""
    assert set(PARTICIPATION_LABELS) == {"asked", *PARTICIPATION}
