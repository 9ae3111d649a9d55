"""Read the cells of a workbook (.xlsx) as text; formulas are never evaluated, links never followed.

Only what a table of coded segments needs: shared and inline strings, numbers, the order of sheets.
"""

import io
import posixpath
import re
from typing import NamedTuple

from lxml import etree

from gkanalysis.ingest.qda.projectxml import refuse_doctype
from gkanalysis.ingest.refusal import UnsafeContentError
from gkanalysis.ingest.word.xmlparts import parse_xml, short_name

MAX_SHEET_BYTES = 512 * 2**20
_MAX_TAGS = 20_000_000  # rows are freed one by one; 100,000 rows of 14 cells have 8,000,000
_RELATIONSHIP_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_COLUMN = re.compile(r"[A-Z]{1,3}")


class Cell(NamedTuple):
    """Text of a cell; `problem` is a kind of loss if it could not be read, with what was written in `raw`."""

    text: str
    is_number: bool = False
    problem: str = ""
    raw: str = ""


class Workbook:
    """The sheets of one workbook.

    Parameters
    ----------
    container : Container

    Attributes
    ----------
    sheets : dict of str to str
        Member of the archive by name of the sheet, in the order of the workbook.
    counts_from_1904 : bool
        Whether dates count days from 1904, as old Macs did.

    Raises
    ------
    QdaFileError
        `no_sheet` if it is no workbook, or the rule that it breaks.
    """

    def __init__(self, container):
        self._container = container
        book = container.find("xl/workbook.xml")
        if book is None:
            raise container.refusal("no_sheet")
        root = self._parse(book)
        relations = container.find("xl/_rels/workbook.xml.rels")
        targets = (
            {} if relations is None else {e.get("Id"): e.get("Target") or "" for e in self._parse(relations)}
        )
        self.sheets = {}
        for sheet in root.iter("{*}sheet"):
            target = targets.get(sheet.get(_RELATIONSHIP_ID), "")
            member = container.find(posixpath.normpath(posixpath.join("/xl", target))[1:])
            if target and member is not None:
                self.sheets[sheet.get("name") or member] = member
        properties = next(root.iter("{*}workbookPr"), None)
        self.counts_from_1904 = properties is not None and properties.get("date1904") in ("1", "true")
        strings = container.find("xl/sharedStrings.xml")
        self._strings = [] if strings is None else [_text_of(e) for e in self._elements(strings, "si")]

    def rows(self, sheet):
        """Yield the number of each row and its cells, a dict of letter of the column to Cell."""
        for element in self._elements(self.sheets[sheet], "row"):
            yield int(element.get("r") or 0), dict(self._cells(element))

    def _cells(self, row):
        """Letter and Cell of each cell that is not empty."""
        for position, element in enumerate(row):
            if short_name(element) != "c":
                continue
            match = _COLUMN.match(element.get("r") or "")
            cell = self._cell(element)
            if cell.text or cell.problem:
                yield match[0] if match else _letters(position), cell

    def _cell(self, element):
        """One cell; of a formula not even the stored result is used."""
        kind, children = element.get("t") or "n", {short_name(child): child for child in element}
        if "f" in children:
            value = children.get("v")
            result = "" if value is None else f" [{value.text}]"
            return Cell("", problem="formula", raw=f"={children['f'].text or ''}{result}")
        if kind == "inlineStr":
            return Cell(_text_of(children["is"]) if "is" in children else "")
        value = children["v"].text or "" if "v" in children else ""
        if kind == "e":
            return Cell("", problem="error_value", raw=value)
        if kind == "s":
            number = int(value) if value.isascii() and value.isdigit() else -1
            if not 0 <= number < len(self._strings):
                return Cell("", problem="error_value", raw=value)
            return Cell(self._strings[number])
        return Cell(_unescape(value), is_number=kind == "n")

    def _parse(self, member):
        """Root of a small part."""
        try:
            return parse_xml(self._container.read(member))[0]
        except UnsafeContentError as error:
            raise self._container.refusal(error.rule, member) from None

    def _elements(self, member, tag):
        """Elements of one name, each freed before the next."""
        try:
            data = self._container.read(member, MAX_SHEET_BYTES)
            refuse_doctype(data, _MAX_TAGS)
            parsed = etree.iterparse(
                io.BytesIO(data),
                tag=f"{{*}}{tag}",
                resolve_entities=False,
                no_network=True,
                load_dtd=False,
                huge_tree=False,
                remove_comments=True,
                remove_pis=True,
                collect_ids=False,
            )
            for _, element in parsed:
                yield element
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
        except UnsafeContentError as error:
            raise self._container.refusal(error.rule, member) from None
        except etree.XMLSyntaxError:
            raise self._container.refusal("xml", member) from None


def _text_of(element):
    """Text of a shared or inline string, without phonetic guides."""
    parts = [text for child in element for text in _runs(child)]
    return _unescape("".join(parts))


def _runs(child):
    """Texts of one child of a string."""
    name = short_name(child)
    if name == "t":
        yield child.text or ""
    elif name == "r":
        yield from (entry.text or "" for entry in child if short_name(entry) == "t")


def _unescape(text):
    """Characters that XML cannot hold, which Excel writes as _x000D_; line ends become LF."""
    if "_x" in text:
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _letters(position):
    """Letters of a column by its position, for programs that write no cell names.

    Examples
    --------
    >>> _letters(0), _letters(27)
    ('A', 'AB')
    """
    letters, number = "", position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
