"""A case has a property if one of its offers has it, lacks it if that is known of all, and is otherwise in no base."""

import pandas as pd
import pytest

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.offers import (
    OFFER_ASPECT_LABELS,
    OFFER_ASPECTS,
    OFFER_BASES,
    offer_matrix,
)

MARKS = {"x": "selected", "-": "not_selected", "0": "not_answered", "/": "not_asked", "?": "illegible"}
GROUPS = ["stadt", "kreis", "kommune"]
THEMES = ["sprache", "schule"]


def draw_offers(drawing):
    """Offers from lines "case theme offer present open_ag open_d could_open"."""
    rows = [line.split() for line in drawing.strip().splitlines()]
    frame = pd.DataFrame(
        rows, columns=["case_id", "theme", "offer", "present", "open_ag", "open_d", "could_open"]
    )
    return frame.replace(dict.fromkeys(frame.columns[3:], MARKS))


def draw_needs(drawing):
    """Needs from words "case:theme=mark"."""
    rows = [(*word.split("=")[0].split(":"), MARKS[word.split("=")[1]]) for word in drawing.split()]
    return pd.DataFrame(rows, columns=["case_id", "theme", "state"])


OFFERS = draw_offers("""
    a sprache kurs x x - x
    a sprache cafe x - - 0
    b sprache kurs x - 0 -
    b sprache cafe x - - -
    c sprache kurs - 0 0 0
    c sprache cafe - 0 0 0
    d sprache kurs 0 0 0 0
    d sprache cafe - 0 0 0
    a schule  fk   x x x -
""")
NEEDS = draw_needs("a:sprache=- b:sprache=x c:sprache=x d:sprache=0 a:schule=x b:schule=?")


def cells(table, subgroup="alle"):
    """(theme, aspect) -> n, base_n, unknown_n, outside_n."""
    rows = table[table["subgroup"] == subgroup]
    return {(r.row, r.aspect): (r.n, r.base_n, r.unknown_n, r.outside_n) for r in rows.itertuples()}


def test_matrix_by_hand(cases):
    """e returned nothing; d's table leaves open whether there is a course; b leaves one opening open."""
    assert cells(offer_matrix(OFFERS, NEEDS, THEMES, cases)) == {
        ("sprache", "need"): (2, 3, 1, 1),
        ("sprache", "offer"): (2, 3, 1, 1),
        ("sprache", "open_ag"): (1, 2, 0, 3),
        ("sprache", "open_d"): (0, 1, 1, 3),
        ("sprache", "could_open"): (1, 2, 0, 3),
        ("schule", "need"): (1, 1, 1, 3),
        ("schule", "offer"): (1, 1, 0, 4),
        ("schule", "open_ag"): (1, 1, 0, 4),
        ("schule", "open_d"): (1, 1, 0, 4),
        ("schule", "could_open"): (0, 1, 0, 4),
    }


def test_every_case_is_in_every_cell_once(cases):
    """Base, unknown and not returned sum to the cases of the type, and the types to all."""
    table = offer_matrix(OFFERS, NEEDS, THEMES, cases, by="type", groups=GROUPS)
    size = table["subgroup"].map({"alle": 5, "stadt": 2, "kreis": 2, "kommune": 1})
    assert (table["base_n"] + table["unknown_n"] + table["outside_n"] == size).all()
    for count in ("n", "base_n"):
        wide = table.pivot(index=["row", "aspect"], columns="subgroup", values=count)
        assert (wide[GROUPS].sum(axis=1) == wide["alle"]).all()


def test_order_base_and_mark(cases):
    """Themes in the order given, aspects from need to opening, each with the name of its base and a mark."""
    table = offer_matrix(OFFERS, NEEDS, THEMES[::-1], cases)
    assert table["row"].tolist() == ["schule"] * 5 + ["sprache"] * 5
    assert table["aspect"].tolist() == list(OFFER_ASPECTS) * 2
    assert table["base"].tolist() == [OFFER_BASES[a] for a in OFFER_ASPECTS] * 2
    assert set(table["mark"]) == {"**"}
    assert table["share"].tolist()[5:7] == [2 / 3, 2 / 3]


@pytest.mark.parametrize(
    ("states", "expected"),
    [("xx", (1, 1, 0)), ("x-", (1, 1, 0)), ("x0", (1, 1, 0)), ("--", (0, 1, 0)), ("-0", (0, 0, 1)), ("?/", (0, 0, 1))],
)  # fmt: skip
def test_one_open_offer_is_enough_and_no_needs_all(states, expected):
    """Yes from one offer; no only from all; anything else is unknown."""
    offers = draw_offers(f"a sprache 1 x {states[0]} - -\na sprache 2 x {states[1]} - -")
    table = offer_matrix(offers, NEEDS.iloc[:0], ["sprache"], pd.DataFrame({"case_id": ["a"]}))
    assert cells(table)["sprache", "open_ag"][:3] == expected


def test_empty_tables_give_a_matrix_without_bases(cases):
    """Nobody returned anything: all cases are not returned, no share."""
    table = offer_matrix(OFFERS.iloc[:0], NEEDS.iloc[:0], THEMES, cases)
    assert set(zip(table["base_n"], table["outside_n"], strict=True)) == {(0, 5)}
    assert table["share"].isna().all()


@pytest.mark.parametrize(
    ("offers", "needs", "said"),
    [
        (OFFERS.assign(open_d="ja"), NEEDS, "open_d „ja“ ist so nicht möglich, erlaubt sind „selected“"),
        (OFFERS.assign(case_id="z"), NEEDS, "Angebote, Fall „z“.*nur Fälle aus `cases`"),
        (OFFERS, NEEDS.assign(case_id="z"), "Lücken, Fall „z“"),
        (pd.concat([OFFERS, OFFERS.iloc[:1]]), NEEDS, "Fall „a“, Thema „sprache“: Eine Zeile steht zweimal"),
        (OFFERS, pd.concat([NEEDS, NEEDS.iloc[:1]]), "Lücken, Fall „a“.*zweimal"),
        (
            draw_offers("a sprache kurs - x - -"),
            NEEDS,
            "offer „kurs“ ist so nicht möglich.*nur bei vorhandenen",
        ),
        (OFFERS.drop(columns="present"), NEEDS, "Die Spalte „present“ fehlt"),
    ],
    ids=["state", "case", "case of needs", "offer twice", "need twice", "open but absent", "column"],
)
def test_contradictions_are_refused(cases, offers, needs, said):
    """Unknown states and cases, rows that stand twice, openings of what is not there."""
    with pytest.raises(TabulationError, match=said):
        offer_matrix(offers, needs, THEMES, cases)


@pytest.mark.parametrize("themes", [[], ["sprache", "sprache"]])
def test_themes_stand_once(cases, themes):
    """An empty or ambiguous list is refused."""
    with pytest.raises(TabulationError, match="Liste der Themen"):
        offer_matrix(OFFERS, NEEDS, themes, cases)


def test_labels_are_complete():
    """Every aspect and base has a German label."""
    assert set(OFFER_ASPECT_LABELS) == set(OFFER_ASPECTS) == set(OFFER_BASES)
