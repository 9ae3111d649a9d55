"""Forms drawn in a test: written by the writer of blank forms, changed in their XML, read by the real reader."""

import io
import zipfile
from copy import deepcopy
from pathlib import Path

from lxml import etree

from gkanalysis.codebook.instrument import TICK_KINDS, read_codebook
from gkanalysis.core.writing import zip_parts
from gkanalysis.ingest.matching import Matcher
from gkanalysis.ingest.office import WordPackage
from gkanalysis.ingest.word.form import read_word_form
from gkanalysis.ingest.word.xmlparts import NAMESPACES
from tools.synthetic.wordwriter import write_form

ROOT = Path(__file__).resolve().parents[1]
BOOK = read_codebook(ROOT / "data/codebook/strukturen.yml")
MATCHER = Matcher(BOOK)
MAIN = "word/document.xml"
W = "{" + NAMESPACES["w"] + "}"


def parts_of(data):
    """Names and bytes of the parts of a Word file."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def match(data, file="Bogen.docx"):
    """What the reader and the matcher make of a Word file."""
    return MATCHER.match(read_word_form(WordPackage(Path(file), data), placeholders=()), file)


def answers(matched):
    """Item -> (state, value) of the first occurrence, and item#k of further ones."""
    return {r.item_id + (f"#{r.occurrence}" if r.occurrence > 1 else ""): (r.state, r.value) for r in matched.responses}


def expected_answers(book, version, written):
    """Item -> (state, value), by hand from the slots; empty rows that stay empty say nothing."""
    options, expected, extra = {}, {}, set()
    for slot in (s for table in book.tables(version) for s in table.slots):
        item_id = slot.item_id + (f"#{slot.occurrence}" if slot.occurrence > 1 else "")
        text = written.get(slot.tag, "")
        if slot.option:
            ticked = options.setdefault(item_id, [])
            ticked += [slot.option] if text else []
            state = ["not_answered", "answered", "contradictory"][min(len(ticked), 2)]
            expected[item_id] = (state, "|".join(ticked))
        elif slot.kind in TICK_KINDS and not slot.choices:
            expected[item_id] = ("selected" if text else "not_selected", "")
        else:
            expected[item_id] = ("answered" if text else "not_answered", text)
        if slot.extra:
            extra.add(item_id)
    return {k: v for k, v in expected.items() if k not in extra or v[0] not in ("not_answered", "not_selected")}


class Drawn:
    """A form whose XML a test changes before it is read.

    `drawn.cell(2, 5, 4)` is the cell in table 2, row 5, stored cell 4, all counted from 1.
    """

    def __init__(self, written=None, style="typed_x", version="lang"):
        self.parts = parts_of(write_form(BOOK, version, written or {}, style))
        self.root = etree.fromstring(self.parts[MAIN])
        self.body = self.root.find(W + "body")

    def table(self, number):
        return self.body.findall(W + "tbl")[number - 1]

    def row(self, table, number):
        return self.table(table).findall(W + "tr")[number - 1]

    def cell(self, table, row, column):
        return self.row(table, row).findall(W + "tc")[column - 1]

    def type(self, cell, *lines):
        """Replace the content of a cell by typed lines."""
        for child in cell.findall(W + "p") + cell.findall(W + "sdt"):
            cell.remove(child)
        for line in lines:
            cell.append(typed(line))

    def insert_row(self, table, after, *texts):
        """A row by hand: a copy of the row before it, with typed texts."""
        before = self.row(table, after)
        new = deepcopy(before)
        for cell, text in zip(new.findall(W + "tc"), texts, strict=True):
            self.type(cell, text)
        before.addnext(new)

    def strip_tags(self):
        """Take the names off all controls and legacy fields."""
        for name in ("tag", "name"):
            for element in list(self.root.iter(W + name)):
                element.getparent().remove(element)

    def data(self):
        return zip_parts({**self.parts, MAIN: etree.tostring(self.root)})

    def match(self):
        return match(self.data())


def wordml(xml):
    """An element of WordprocessingML."""
    return etree.fromstring(f'<w:x xmlns:w="{W[1:-1]}">{xml}</w:x>')[0]


def look(element, xml, *texts):
    """Give the runs of an element, or those of them with these texts, a look."""
    for run in [r for r in element.iter(W + "r") if not texts or "".join(r.itertext()) in texts]:
        if run.find(W + "rPr") is None:
            run.insert(0, etree.Element(W + "rPr"))
        run.find(W + "rPr").append(wordml(xml))


def typed(text):
    """A paragraph of typed text."""
    paragraph = etree.Element(W + "p")
    etree.SubElement(etree.SubElement(paragraph, W + "r"), W + "t").text = text
    return paragraph
