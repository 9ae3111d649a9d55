"""Layout of cases by subgroup and of responses by item and case; what is refused."""

import numpy as np
import pandas as pd
import pytest

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.bases import STATES, TICK_STATES
from gkanalysis.tabulate.grid import lay_out_cases, positions, state_grid

TYPES = ["stadt", "kreis", "kommune"]

DRAWING = """
    1.1 1.2
a    x   -
b    0   x
c    /   ?
d    -   !
e    x   x
"""


def states_of(grid):
    """Grid as lists of state names."""
    return [[STATES[code] for code in row] for row in grid]


def test_each_subgroup_is_one_slice_in_the_order_given(cases):
    """Cases lie group by group, in their own order within the group; "alle" spans all."""
    layout = lay_out_cases(cases, by="type", groups=TYPES)
    cases_of = {
        name: "".join(layout.case_ids[cut]) for name, cut in zip(layout.subgroups, layout.slices, strict=True)
    }
    assert cases_of == {"alle": "bdace", "stadt": "bd", "kreis": "ac", "kommune": "e"}


def test_group_without_cases_is_kept(cases):
    """A group nobody belongs to has an empty slice, wherever it stands in the order."""
    layout = lay_out_cases(cases, by="type", groups=["keine", *TYPES, "leer"])
    assert [len(layout.case_ids[cut]) for cut in layout.slices] == [5, 0, 2, 2, 1, 0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        # the same case twice
        ({"case_id": list("abcda")}, "Fälle: „a“ steht zweimal oder ohne Kennung da"),
        # a case without identifier
        ({"case_id": ["a", "b", "c", "d", None]}, "steht zweimal oder ohne Kennung da"),
        # a case without group
        ({"type": ["kreis", None, "kreis", "stadt", "kommune"]}, "Fälle, Spalte „type“: „b“ mit dem Wert"),
        # a group that is not in the table
        ({"type": ["kreis", "amt", "kreis", "stadt", "kommune"]}, "„b“ mit dem Wert „amt“, erlaubt sind"),
    ],
)
def test_cases_that_would_be_counted_wrongly_are_refused(cases, change, message):
    """No case may be counted twice, nowhere, or in a group that nobody asked for."""
    with pytest.raises(TabulationError, match=message):
        lay_out_cases(cases.assign(**change), by="type", groups=TYPES)


@pytest.mark.parametrize(
    "arguments",
    [
        {"by": "type"},
        {"groups": TYPES},
        {"by": "type", "groups": ["kreis", "kreis"]},
        {"by": "type", "groups": ["alle", *TYPES]},
    ],
)
def test_by_and_groups_belong_together(cases, arguments):
    """Groups are named once each, with their column, and none is called like the total."""
    with pytest.raises(TabulationError, match="bitte `by` und `groups` angeben"):
        lay_out_cases(cases, **arguments)


def test_missing_column_is_refused_with_the_columns_there_are(cases):
    """The message names the column sought and those present."""
    with pytest.raises(TabulationError, match="Die Spalte „region“ fehlt, vorhanden sind „case_id“, „type“"):
        lay_out_cases(cases, by="region", groups=TYPES)


def test_grid_holds_the_state_of_each_item_and_case(cases, draw_ticks):
    """Rows are items as given, columns are cases as laid out."""
    grid = state_grid(draw_ticks(DRAWING), ["1.2", "1.1"], lay_out_cases(cases))
    assert states_of(grid) == [
        ["not_selected", "selected", "illegible", "contradictory", "selected"],
        ["selected", "not_answered", "not_asked", "not_selected", "selected"],
    ]


def test_grid_does_not_depend_on_order_of_rows(cases, draw_ticks):
    """Shuffled rows and other items between them give the same grid."""
    layout = lay_out_cases(cases, by="type", groups=TYPES)
    responses = draw_ticks(DRAWING)
    shuffled = responses.sample(frac=1, random_state=7)
    expected = state_grid(responses, ["1.1"], layout)
    np.testing.assert_array_equal(state_grid(shuffled, ["1.1"], layout), expected)


@pytest.mark.parametrize("kind", ["str", "object", "category", "numbers", "far_numbers", "number_categories"])
def test_grid_does_not_depend_on_how_columns_are_stored(cases, draw_ticks, kind):
    """Text, objects, categories and numbers of any spread are read alike."""
    responses = draw_ticks(DRAWING)
    expected = state_grid(responses, ["1.1", "1.2"], lay_out_cases(cases))
    if "number" in kind:
        step = 10**6 if kind == "far_numbers" else 1
        number = {case_id: 100 + step * i for i, case_id in enumerate("abcde")}
        cases = cases.assign(case_id=cases["case_id"].map(number).astype("int64"))
        responses["case_id"] = responses["case_id"].map(number).astype("int32")
        if kind == "number_categories":
            responses["case_id"] = responses["case_id"].astype("category")
            cases["case_id"] = cases["case_id"].astype("category")
    else:
        responses[["case_id", "item_id", "state"]] = responses[["case_id", "item_id", "state"]].astype(kind)
        cases = cases.astype({"case_id": kind})
    np.testing.assert_array_equal(state_grid(responses, ["1.1", "1.2"], lay_out_cases(cases)), expected)


@pytest.mark.parametrize("kind", ["str", "category"])
@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        # a state outside the vocabulary
        ("state", "angekreuzt", "Antworten zu „1.2“, Fall „b“: Der Zustand „angekreuzt“ ist nicht möglich"),
        # a missing state
        ("state", None, "Antworten zu „1.2“, Fall „b“: Der Zustand „leer“ ist nicht möglich"),
        # a state of another kind of item
        ("state", "answered", "„answered“ ist nicht möglich, erlaubt sind „selected“, „not_selected“, "),
        # a case that is not in the cases
        ("case_id", "z", "Antworten zu „1.2“: Der Fall „z“ steht nicht in `cases`"),
        # a case without identifier
        ("case_id", None, "Der Fall „leer“ steht nicht in `cases`"),
        # two rows for one case
        ("case_id", "a", "Antworten zu „1.2“: Der Fall „a“ hat mehr als eine Zeile"),
        # a row that is lacking
        ("item_id", "9.9", "Antworten zu „1.2“: 1 Zeilen fehlen, zuerst die von Fall „b“"),
    ],
)
def test_responses_that_contradict_the_cases_are_refused(cases, draw_ticks, kind, column, value, message):
    """Unknown states and cases, duplicates and gaps stop the table and are named."""
    responses = draw_ticks(DRAWING)
    responses.loc[3, column] = value
    responses = responses.astype({"case_id": kind, "item_id": kind, "state": kind})
    with pytest.raises(TabulationError, match=message):
        state_grid(responses, ["1.1", "1.2"], lay_out_cases(cases), allowed=TICK_STATES)


@pytest.mark.parametrize("items", [[], ["1.1", "1.1"]])
def test_items_are_named_once_each(cases, draw_ticks, items):
    """An empty list of items or a doubled item would give a table that nobody asked for."""
    with pytest.raises(TabulationError, match="leer oder nennt eines doppelt"):
        state_grid(draw_ticks(DRAWING), items, lay_out_cases(cases))


def test_no_cases_give_an_empty_grid(draw_ticks):
    """A study without returns is not an error."""
    nobody = pd.DataFrame({"case_id": pd.Series(dtype="str")})
    grid = state_grid(draw_ticks(DRAWING).iloc[:0], ["1.1"], lay_out_cases(nobody))
    assert grid.shape == (1, 0)


def test_positions_of_values_that_are_not_in_the_index_are_minus_one():
    """Unknown and missing values have no position."""
    at = positions(pd.Series(["b", None, "z", "a"]), pd.Index(["a", "b"]))
    assert at.tolist() == [1, -1, -1, 0]
