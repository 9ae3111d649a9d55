"""Quotations are the stored words but for what the marks admit."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkanalysis.core.errors import NotebookError
from gkanalysis.report.quotations import check_quotation, find_segment, quote_id

STORED = "Na ja, in Musterstadt haben wir das ja, sage ich mal, sofort gemacht. Frau Beispiel hat uns geholfen."


@pytest.mark.parametrize("printed", [
    "in Musterstadt haben wir das ja, sage ich mal, sofort gemacht.",
    "in X haben wir das [...] sofort gemacht.",
    "in [Ort] haben wir das ja, sage ich mal, sofort gemacht. [Eine Kollegin] hat uns geholfen.",
    "in X haben wir das ja, sage\u00a0ich mal, sofort gemacht.",
])  # fmt: skip
def test_permitted_changes(printed):
    """Cuts, descriptions in brackets, X and Y are all that may differ; spaces do not count."""
    check_quotation(printed, STORED)


@pytest.mark.parametrize(("printed", "said"), [
    ("in X haben wir es sofort gemacht.", "weicht"),  # a changed word
    ("Frau Beispiel hat uns geholfen. [...] haben wir das ja", "weicht"),  # another order
    ("haben wir das [...] ja, sage ich mal, sofort", "fehlt nichts"),  # a mark that cuts nothing
    ("haben wir das ja, sage ich mal, so", "weicht"),  # a torn word
    ("[...] X [Ort] gemacht.", "fast nur aus Kürzungen"),
    ("[...] haben wir das ja, sage ich mal", "beginnt oder endet"),
])  # fmt: skip
def test_other_changes_are_refused(printed, said):
    """Everything else is refused with the words that do not fit."""
    with pytest.raises(NotebookError, match=said):
        check_quotation(printed, STORED)


@given(
    st.lists(st.sampled_from(["das", "ist", "uns", "wirklich", "sehr", "gut", "gelungen"]), min_size=4, max_size=12),
    st.data(),
)
def test_any_cut_of_the_inside_is_permitted(words, data):
    """Whatever stretch inside a segment is cut and marked, the rest passes."""
    start = data.draw(st.integers(2, len(words) - 2))
    end = data.draw(st.integers(start + 1, len(words) - 1))
    check_quotation(" ".join([*words[:start], "[...]", *words[end:]]), " ".join(words))


def test_id_comes_from_the_words():
    """The id names the words, not the interview, and finds them again."""
    segments = pd.DataFrame({"segment_id": ["g01-001", "g02-001"], "text": ["Eins zwei drei.", STORED]})
    assert find_segment(segments, quote_id(STORED)) == STORED
    assert "g02" not in quote_id(STORED)
    with pytest.raises(NotebookError, match="keine codierte Stelle"):
        find_segment(segments, "q00000000")
