"""Words of interviews outside the shown quotations, and quotations that too few could have said."""

import pandas as pd
import pytest

from gkanalysis.disclosure.verbatim import Spoken, most_common_codes, quote_id

SAID = "B: Wir haben uns damals im Keller getroffen, weil oben kein Stuhl mehr frei gewesen ist. Das war lustig."


@pytest.fixture
def spoken():
    """One transcript; its last sentence is shown as a quotation."""
    return Spoken.of([SAID], ["weil oben kein Stuhl mehr frei gewesen [...] ist"], quoted=5)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Man habe, „wir haben uns damals im Keller“, gelacht.", "wir haben uns damals im keller"),
        ('So: "haben uns damals im Keller".', "haben uns damals im keller"),
        ("»uns damals im Keller getroffen«", "uns damals im keller getroffen"),
        ("„Es hieß: ‚Uns damals im Keller getroffen‘.“", "uns damals im keller getroffen"),
        ("„uns da\u00admals im Kel-\nler getroffen“", "uns damals im keller getroffen"),
        ("wir haben uns damals im Keller getroffen, weil", "wir haben uns damals im keller getroffen, weil"),
        ("haben uns\ndamals im Keller getroffen weil oben dort", "haben uns damals im keller getroffen weil oben"),
    ],
)
def test_words_of_an_interview_are_found(spoken, text, found):
    """Five words in quotation marks of any kind, eight without; across lines, hyphens and other punctuation."""
    assert spoken.find(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "„uns damals im Keller“", "haben uns damals im Keller getroffen, aber", "„weil oben kein Stuhl mehr frei gewesen ist“",
        "Sie sagte, weil oben kein Stuhl mehr frei gewesen ist.", "„weil oben kein Stuhl mehr frei gewesen ist“. Das war", "„Wir hatten uns damals in Kellern getroffen“",
    ],
)  # fmt: skip
def test_short_shown_or_other_words_may_stand(spoken, text):
    """Four words are no quotation, seven no copy; what the report shows it may show, and go on in the same words by chance."""
    assert spoken.find(text) == ""


def test_without_interviews_nothing_is_found():
    """Reports of forms only are not searched for words."""
    assert Spoken.of([], ["x"], quoted=5).find("„eins zwei drei vier fünf sechs“") == ""


def test_quotation_counts_under_the_code_that_most_cases_have():
    """Of the lead coder's codes only; the same words in two segments count together; no code is no case."""
    segments = pd.DataFrame(
        {"segment_id": ["s1", "s2", "s3", "s4"], "text": ["Eins  ist.", "Eins ist.", "Drei.", None]}
    )
    rows = [
        ("s1", "c1", "selten", "A"), ("s2", "c2", "oft", "A"), ("s9", "c3", "oft", "A"), ("s3", "c4", "viel", "B"),
        ("s9", "c5", "viel", "B"),
    ]  # fmt: skip
    codings = pd.DataFrame(rows, columns=["segment_id", "case_id", "code_id", "coder"])
    assert most_common_codes(segments, codings, "A") == {quote_id("Eins ist."): ("oft", 2), quote_id("Drei."): ("", 0)}
