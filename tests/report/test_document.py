"""The one document behind all formats: headings, links, and what it refuses."""

import pytest

from gkanalysis.core.errors import RenderError
from gkanalysis.report.document import (
    check_document,
    link_exhibits,
    number_headings,
    parse,
    plain_text,
    walk,
)

EXHIBITS = {
    "tab": {"id": "tab", "kind": "table", "label": "Tabelle 1", "title": "Titel"},
    "liste": {"id": "liste", "kind": "table", "label": "", "title": "Dateien"},
    "abb": {"id": "abb", "kind": "figure", "label": "Abbildung 2", "title": "Bild", "alt": "Was es zeigt"},
}


def linked(text):
    """The texts of all links of a document."""
    tree = parse(text)
    headings = number_headings(tree)
    check_document(tree, EXHIBITS)
    link_exhibits(tree, EXHIBITS, headings)
    return [plain_text(n["c"][1]) for n in walk(tree) if n.get("t") == "Link"]


def test_headings_are_numbered_by_level():
    """Numbers restart below each chapter; unnumbered headings have none and count for nothing."""
    tree = parse("# A\n\n## B\n\n### C\n\n## D\n\n# E {.unnumbered}\n\n# F\n\n## G")
    headings = number_headings(tree)
    assert [(n, t) for _, n, t, _ in headings] == [
        ("1", "A"), ("1.1", "B"), ("1.1.1", "C"), ("1.2", "D"), ("", "E"), ("2", "F"), ("2.1", "G"),
    ]  # fmt: skip
    assert plain_text(tree["blocks"][3]["c"][2]) == "1.2\u2002D"


@pytest.mark.parametrize("text", ["## A", "# A\n\n### B"])
def test_skipped_level_is_refused(text):
    """Screen readers and Typst need every level."""
    with pytest.raises(RenderError, match="überspringt eine Ebene"):
        number_headings(parse(text))


def test_heading_below_the_third_level_is_refused():
    """A fourth level has no number; the message says so instead of a traceback."""
    with pytest.raises(RenderError, match="„D“ liegt zu tief"):
        number_headings(parse("# A\n\n## B\n\n### C\n\n#### D"))


def test_empty_links_get_label_number_or_title():
    """Exhibits are named by label, chapters by number, what has neither by its title; own texts stay."""
    text = "# Eins {#eins}\n\n# Ende {#ende .unnumbered}\n\n[](#tab) [](#eins) [](#ende) [](#liste) [dort](#abb) [Seite](https://example.org)"
    assert linked(text) == ["Tabelle\u00a01", "Kapitel\u00a01", "„Ende“", "„Dateien“", "dort", "Seite"]


@pytest.mark.parametrize("link", ["[](#fehlt)", "[Text](#fehlt)"])
def test_link_that_leads_nowhere_is_refused(link):
    """With or without a text of its own."""
    with pytest.raises(RenderError, match="verweist auf „fehlt“"):
        linked(link)


def test_link_elsewhere_needs_a_text():
    """An address has no label that could be put in."""
    with pytest.raises(RenderError, match="hat keinen Text"):
        linked("[](https://example.org)")


@pytest.mark.parametrize("text", ["![Bild](bild.png)", "| a |\n|---|\n| 1 |", "Text ![](https://example.org/x.png)"])
def test_pictures_and_tables_of_the_text_are_refused(text):
    """They would come without base, source and alternative text, or load something from elsewhere."""
    with pytest.raises(RenderError, match="gehört in eine Darstellung"):
        check_document(parse(text), {})


def test_figure_without_alternative_text_is_refused():
    """Also when a chapter was made by an older version that did not check."""
    with pytest.raises(RenderError, match="„abb“ fehlt der Alternativtext"):
        check_document(parse(""), {"abb": EXHIBITS["abb"] | {"alt": " "}})


@pytest.mark.parametrize(
    "text", ["# Tab\n\n::: {.exhibit #tab}\n:::", "::: {.exhibit #tab}\n:::\n\n::: {.exhibit #tab}\n:::"]
)
def test_id_used_twice_is_refused(text):
    """A heading and an exhibit of the same name would share one anchor."""
    with pytest.raises(RenderError, match="„tab“ ist doppelt"):
        check_document(parse(text), EXHIBITS)


def test_unknown_exhibit_is_refused():
    """A place for an exhibit that no chapter has made."""
    with pytest.raises(RenderError, match="„nichts“ gibt es nicht"):
        check_document(parse("::: {.exhibit #nichts}\n:::"), EXHIBITS)


@pytest.mark.parametrize("text", ["<b>x</b>", "`<b>x</b>`{=html}", "```{=typst}\n#x\n```", "\\textbf{x}"])
def test_nothing_raw_passes(text):
    """What only one format would understand is text in all of them."""
    assert not [n for n in walk(parse(text)) if n.get("t", "").startswith("Raw")]
