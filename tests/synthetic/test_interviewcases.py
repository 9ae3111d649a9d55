"""Each planned interview gets an alliance that fits, and no two the same."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from gkanalysis.core.errors import GkError
from tools.synthetic.interviews import choose_alliances, place_name
from tools.synthetic.waves import Return

ROWS = [  # id, type, unit, region, office, municipalities; and how 2.1 was answered
    ("B1", "kreis", "K1", "bezirk_1", "ki", 7, "ja"),
    ("B2", "kreis", "K2", "bezirk_1", "ki", 9, "ja"),
    ("B3", "kreis", "K3", "bezirk_2", "bildung", 9, "ja"),
    ("B4", "kreis", "K4", "bezirk_3", "ki", 9, "nein"),
    ("B5", "kreisangehoerige_kommune", "K1", "bezirk_1", "soziales", None, "ja"),
    ("B6", "kreisangehoerige_kommune", "K9", "bezirk_1", "soziales", None, "ja"),
]
COLUMNS = ["alliance_id", "type", "unit_id", "bezirk", "office", "municipalities_n"]
REGISTER = pd.DataFrame([row[:6] for row in ROWS], columns=COLUMNS).astype({"municipalities_n": "Int64"})
ATTACHED = {"type": "kreis", "structure": "attached"}
TOWN = {"type": "kreisangehoerige_kommune", "structure": "attached"}


def forms(**changes):
    found = [
        Return(r[0], r[0], r[1], "lang", "controls", date(2019, 1, 1), "full", "", {f"2.1:{r[6]}": "x"})
        for r in ROWS
    ]
    for form in found:
        for key, value in changes.get(form.alliance_id, {}).items():
            setattr(form, key, value)
    return found


def chosen(interviews, seed=1, **changes):
    found = choose_alliances(interviews, REGISTER, forms(**changes), np.random.default_rng(seed))
    assert list(found) == list(interviews)
    return {name: row["alliance_id"] for name, row in found.items()}


def seen(wanted, **changes):
    return {chosen({"g": wanted}, seed, **changes)["g"] for seed in range(30)}


def test_type_and_answer_must_fit():
    """A county that attached to what there was; which one is drawn."""
    assert seen(ATTACHED) == {"B1", "B2", "B3"}
    assert seen({"type": "kreis", "structure": "new"}) == {"B4"}


@pytest.mark.parametrize(
    ("more", "expected"), [({"office": "bildung"}, {"B3"}), ({"municipalities": 9}, {"B2", "B3"})]
)
def test_what_the_plan_adds_must_fit(more, expected):
    """Seat of the office and size, if the transcript speaks of them."""
    assert seen(ATTACHED | more) == expected


def test_towns_beside_an_alliance_of_their_county():
    """`beside` asks for a town whose county has an alliance, too."""
    assert seen(TOWN | {"beside": True}) == {"B5"}
    assert seen(TOWN) == {"B5", "B6"}


@pytest.mark.parametrize(
    "change", [{"mess": "twice"}, {"status": "partial"}, {"answers": {}}, {"answers": {"2.1:ja": "x", "2.1:nein": "x"}}]
)  # fmt: skip
def test_forms_that_cannot_carry_an_interview_are_left_out(change):
    """Declared mess, partly usable forms, and those without one answer to 2.1."""
    assert seen(ATTACHED, B1=change) == {"B2", "B3"}


def test_regions_are_spread_and_no_alliance_is_taken_twice():
    """Two counties come from two regions, three are three."""
    for seed in range(20):
        two = chosen({"g1": ATTACHED, "g2": ATTACHED}, seed)
        assert "B3" in two.values()
        three = chosen({"g1": ATTACHED, "g2": ATTACHED, "g3": ATTACHED}, seed)
        assert set(three.values()) == {"B1", "B2", "B3"}


def test_a_county_is_not_taken_with_its_own_town():
    """If there is a choice, county and town are strangers; who has least choice is served first."""
    for seed in range(20):
        both = chosen({"g1": ATTACHED | {"office": "ki"}, "g2": TOWN | {"beside": True}}, seed)
        assert both == {"g1": "B2", "g2": "B5"}


def test_an_interview_that_nothing_fits_is_refused():
    """The message names the interview and what it asks for."""
    with pytest.raises(GkError, match=r"„g2“.*type: kreis, structure: new"):
        chosen({"g1": {"type": "kreis", "structure": "new"}, "g2": {"type": "kreis", "structure": "new"}})


def test_place_names_lose_what_a_sentence_says_anyway():
    """Only the beginning that the pattern declares is cut."""
    patterns = ["{0}stadt", "Kreis {0}", "Gemeinde {0}"]
    names = ["Kranichstadt", "Kreis Ginster", "Gemeinde Admiral", "Kreisel"]
    assert [place_name(n, patterns) for n in names] == ["Kranichstadt", "Ginster", "Admiral", "Kreisel"]
