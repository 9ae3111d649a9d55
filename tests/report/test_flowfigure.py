"""The flow shows every alliance once per wave, in the same bytes everywhere, and its numbers stand beside it as text."""

from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from lxml import etree
from PIL import Image

from gkanalysis.core.errors import NotebookError
from gkanalysis.report.flowfigure import LOOKS, flow_alt, flow_figure, flow_numbers
from gkanalysis.tabulate.panel import PARTICIPATION, PARTICIPATION_LABELS, flow_table

LABELS = {state: PARTICIPATION_LABELS[state] for state in PARTICIPATION}
MARKS = {"R": "returned", "n": "not_returned", "d": "declined", "/": "not_asked"}
DRAWING = {"a": "RRR", "b": "RRn", "c": "nRR", "d": "RRR", "e": "/nR", "f": "RdR"}
WAVES = ["2019", "2020", "2022"]


@pytest.fixture
def table():
    """Flow of six alliances over three waves, in total and for two types."""
    rows = [(c, w, MARKS[m]) for c, marks in DRAWING.items() for w, m in zip(WAVES, marks, strict=True)]
    participation = pd.DataFrame(rows, columns=["case_id", "wave", "status"])
    cases = pd.DataFrame({"case_id": list(DRAWING), "type": ["kreis", "stadt"] * 3})
    return flow_table(participation, WAVES, cases, by="type", groups=["stadt", "kreis"])


def pixels(png):
    """Colours of a picture as rows of numbers."""
    return np.asarray(Image.open(BytesIO(png)).convert("RGB")).reshape(-1, 3)


def area(png, colour):
    """How many pixels have exactly this colour."""
    rgb = [int(colour[k : k + 2], 16) for k in (1, 3, 5)]
    return int((pixels(png) == rgb).all(axis=1).sum())


def test_same_drawing_same_bytes(table):
    """Two drawings are equal; another number changes them."""
    assert flow_figure(table, LABELS) == flow_figure(table, LABELS)
    assert flow_figure(table, LABELS) != flow_figure(table, LABELS, subgroup="kreis")


def test_svg_has_no_text_and_png_no_metadata(table):
    """Letters are outlines; nothing says when or where it was drawn."""
    svg, png = flow_figure(table, LABELS, mark="Synthetische Daten")
    names = {etree.QName(e).localname for e in etree.fromstring(svg).iter(etree.Element)}
    assert not names & {"text", "tspan", "image", "date", "creator", "script"}
    assert set(Image.open(BytesIO(png)).info) == {"dpi"}


def test_mark_of_synthetic_data(table):
    """Red letters with the mark, none without."""
    assert area(flow_figure(table, LABELS, mark="Synthetische Daten")[1], "#9C2A1F") > 50
    assert area(flow_figure(table, LABELS)[1], "#9C2A1F") == 0


def test_blocks_are_as_high_as_their_counts(table):
    """4 of 6, 4 of 6 and 5 of 6 returned a form: 13 parts; 1, 1 and 1 did not: 3 parts."""
    png = flow_figure(table, LABELS)[1]
    returned, others = area(png, LOOKS["returned"][0]), area(png, LOOKS["not_returned"][0])
    assert returned / others == pytest.approx(13 / 3, rel=0.12)  # numbers are printed on both


def test_numbers_name_every_strand(table):
    """One line per strand that exists, in total 6 alliances per pair of waves; types are left out unless named."""
    numbers = flow_numbers(table, LABELS, {"alle": "insgesamt"})
    first = numbers[numbers["wave"] == "2019"]
    assert dict(zip(first["label"], first["n"], strict=True)) == {
        "2019 → 2020: Rücklauf → Rücklauf": 3,
        "2019 → 2020: Rücklauf → abgelehnt": 1,
        "2019 → 2020: kein Rücklauf → Rücklauf": 1,
        "2019 → 2020: nicht angefragt → kein Rücklauf": 1,
    }
    assert (numbers.groupby("wave")["n"].sum() == 6).all()
    assert set(numbers["group_label"]) == {"insgesamt"}
    assert numbers.columns[:5].tolist() == ["label", "group", "group_label", "n", "base_n"]


def test_alternative_text_says_the_numbers(table):
    """Waves, states of each wave and the largest strands are read out."""
    assert flow_alt(table, LABELS) == (
        "Flussdiagramm von 6 Bündnissen über die Wellen 2019, 2020 und 2022. "
        "2019: Rücklauf 4, kein Rücklauf 1, nicht angefragt 1. 2020: Rücklauf 4, kein Rücklauf 1, abgelehnt 1. "
        "2022: Rücklauf 5, kein Rücklauf 1. Größte Ströme: 2019 → 2020 von Rücklauf zu Rücklauf 3, "
        "2020 → 2022 von Rücklauf zu Rücklauf 3, 2019 → 2020 von Rücklauf zu abgelehnt 1."
    )


def test_two_waves_and_one_state_can_be_drawn(table):
    """The smallest flow: everybody returned both times."""
    smallest = table[(table["wave"] == "2019") & (table["subgroup"] == "kreis")]
    smallest = smallest.assign(n=[3] + [0] * (len(smallest) - 1), base_n=3)
    svg, png = flow_figure(smallest, LABELS, subgroup="kreis")
    assert svg.startswith(b"<?xml")
    assert area(png, LOOKS["returned"][0]) > 1000


def losing_one(table):
    """The same table with one alliance less in its first strand."""
    return table.assign(n=[table["n"].iloc[0] - 1, *table["n"].iloc[1:]])


def elsewhere(table):
    """The same table with all who passed from returned to returned now arriving where nobody was asked."""
    ends = (table["wave"] == "2019") & (table["row"] == "returned")
    at, to = (
        table[ends & (table["next_row"] == s) & (table["subgroup"] == "alle")].index[0]
        for s in ("returned", "not_asked")
    )
    changed = table.copy()
    changed.loc[[at, to], "n"] = [0, 3]
    return changed


@pytest.mark.parametrize(
    ("change", "labels", "said"),
    [
        (losing_one, LABELS, "alle Bündnisse der Basis"),
        (lambda t: t, {k: v for k, v in LABELS.items() if k != "declined"}, "ohne: declined"),
        (lambda t: t[t["subgroup"] == "kreis"], LABELS, "für „alle“"),
        (
            elsewhere,
            LABELS,
            "nicht so viele Bündnisse an",
        ),
    ],
    ids=["alliance lost", "no label", "no such group", "waves do not fit"],
)
def test_what_would_lie_is_refused(table, change, labels, said):
    """An alliance that falls out between two waves, a state without a name, an empty group."""
    for use in (flow_figure, flow_alt):
        with pytest.raises(NotebookError, match=said):
            use(change(table), labels)


def test_numbers_need_labels(table):
    """A state without a printed text is refused in the table, too."""
    with pytest.raises(NotebookError, match="Beschriftung für declined, not_asked"):
        flow_numbers(table, {"returned": "R", "not_returned": "n"}, {"alle": "alle"})


def test_every_state_has_a_look():
    """States of participation can all be drawn, and their blocks differ."""
    assert set(LOOKS) == set(PARTICIPATION)
    assert len({colour for colour, *_ in LOOKS.values()}) == len(LOOKS)
