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


def test_empty_links_get_label_number_or_title():
    """Exhibits are named by label, chapters by number, what has neither by its title; own texts stay."""
    text = "# Eins {#eins}\n\n# Ende {#ende .unnumbered}\n\n[](#tab) [](#eins) [](#ende) [](#liste) [dort](#abb) [Seite](https://example.org)"
    assert linked(text) == ["Tabelle\u00a01", "Kapitel\u00a01", "„Ende“", "„Dateien“", "dort", "Seite"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        # screen readers and Typst need every level, and a fourth one has no number
        ("## A", "überspringt eine Ebene"), ("# A\n\n### B", "überspringt eine Ebene"), ("# A\n\n## B\n\n### C\n\n#### D", "„D“ liegt zu tief"),
        ("[](#fehlt)", "verweist auf „fehlt“"), ("[Text](#fehlt)", "verweist auf „fehlt“"), ("[](https://example.org)", "hat keinen Text"),
        # pictures and tables would come without base, source and alternative text, or load something from elsewhere
        ("![Bild](bild.png)", "gehört in eine Darstellung"), ("| a |\n|---|\n| 1 |", "gehört in eine Darstellung"),
        ("Text ![](https://example.org/x.png)", "gehört in eine Darstellung"),
        # a heading and an exhibit of the same name would share one anchor; no chapter has made the last one
        ("# Tab\n\n::: {.exhibit #tab}\n:::", "„tab“ ist doppelt"), ("::: {.exhibit #tab}\n:::\n\n::: {.exhibit #tab}\n:::", "„tab“ ist doppelt"),
        ("::: {.exhibit #nichts}\n:::", "„nichts“ gibt es nicht"),
    ],
)  # fmt: skip
def test_what_a_document_must_not_have(text, said):
    """Levels that are missed, links that lead nowhere, what has no base and source, anchors twice: one sentence."""
    with pytest.raises(RenderError, match=said):
        linked(text)


def test_figure_without_alternative_text_is_refused():
    """Also when a chapter was made by an older version that did not check."""
    with pytest.raises(RenderError, match="„abb“ fehlt der Alternativtext"):
        check_document(parse(""), {"abb": EXHIBITS["abb"] | {"alt": " "}})


@pytest.mark.parametrize("text", ["<b>x</b>", "`<b>x</b>`{=html}", "```{=typst}\n#x\n```", "\\textbf{x}"])
def test_nothing_raw_passes(text):
    """What only one format would understand is text in all of them."""
    assert not [n for n in walk(parse(text)) if n.get("t", "").startswith("Raw")]
