"""Blank and answered forms as real Word files: what a person sees in them."""

import io

import docx
import pytest
from lxml import etree

from forms import BOOK, answers, match, parts_of
from tools.synthetic.wordwriter import MARK, STYLES, write_form

ANSWERED = {"1.1.A03.4": "x", "2.1:ja": "x", "2.4": "Ä & <B>\nzweite Zeile"}


@pytest.mark.parametrize("version", ["lang", "kurz"])
@pytest.mark.parametrize("style", STYLES)
def test_empty_form_is_empty(style, version):
    """A blank form is read as one on which nothing was answered."""
    matched = match(write_form(BOOK, version, {}, style))
    assert {state for state, _ in answers(matched).values()} == {"not_selected", "not_answered"}
    assert matched.reviews == []


@pytest.mark.parametrize("style", STYLES)
def test_other_programs_open_it(style):
    """python-docx finds the tables, the printed texts, and the synthetic mark in header and properties."""
    document = docx.Document(io.BytesIO(write_form(BOOK, "lang", ANSWERED, style)))
    assert len(document.tables) == 7
    assert document.tables[1].cell(5, 0).text == "Kommunales Integrationszentrum"
    shown = [*document.sections[0].header.paragraphs, *document.paragraphs]
    assert [p.text for p in shown if p.text == MARK] == [MARK]
    assert document.core_properties.keywords == "SYNTHETISCH"


@pytest.mark.parametrize("style", STYLES)
def test_parts_are_well_formed(style):
    """Every part is XML, every relationship leads to a part, ids of controls are unique."""
    parts = parts_of(write_form(BOOK, "lang", ANSWERED, style))
    trees = {name: etree.fromstring(data) for name, data in parts.items()}
    targets = {f"word/{r.get('Target')}" for r in trees["word/_rels/document.xml.rels"]}
    assert targets <= set(parts)
    ids = trees["word/document.xml"].xpath("//*[local-name()='sdtPr']/*[local-name()='id']/@*")
    assert len(ids) == len(set(ids))
