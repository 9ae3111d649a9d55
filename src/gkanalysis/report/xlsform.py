"""The questionnaire of a codebook as an XLSForm, the workbook that web surveys of the ODK family are made of.

Names are those of the SPSS files where XML allows them: question 2.1 is `q_2.1`. The boxes of a column of a grid are one
question with several answers, `q_<part>.<block>.<column>`, whose answers are called like the rows.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import openpyxl

from gkanalysis.codebook.instrument import Codebook, Item
from gkanalysis.core.writing import settled
from gkanalysis.report.blank import MARK

LABEL = "label::Deutsch (de)"
MESSAGE = "constraint_message::Deutsch (de)"
SURVEY = ("type", "name", LABEL, "relevant", "constraint", MESSAGE, "appearance", "repeat_count")
CHOICES = ("list_name", "name", LABEL)
SETTINGS = ("form_title", "form_id", "version", "default_language")
Row = dict[str, Any]


def xlsform(book: Codebook, version: str) -> bytes:
    """Write one version of the questionnaire with the sheets `survey`, `choices` and `settings`.

    Parameters
    ----------
    book : the codebook
    version : one of `book.versions`

    Returns
    -------
    bytes of an `.xlsx`, the same for the same codebook: a group a part, a question an item or set of boxes, filters as
    `relevant`, a roster as a repeat; nothing is required, as in the Word form

    Examples
    --------
    >>> from gkanalysis.codebook.instrument import read_codebook
    >>> made = openpyxl.load_workbook(io.BytesIO(xlsform(read_codebook("data/codebook/prozess.yml"), "bogen")))
    >>> [c.value for c in made["survey"][8]][:4]
    ['text', 'q_1.2', '1.2 Falls ja: Schwerpunkte', "${q_1.1} = 'ja'"]
    """
    form, shown = _Survey(book, version), book.versions[version]
    rows = list(form.rows())
    choices = [dict(zip(CHOICES, (name, *pair), strict=True)) for pairs, name in form.lists.items() for pair in pairs]
    title = f"{book.title} – {shown.title}"
    about = dict(zip(SETTINGS, (title, f"{book.source}-{version}", shown.sent, "Deutsch (de)"), strict=True))
    made = openpyxl.Workbook()
    made.remove(made.active)
    sheets = {"survey": (SURVEY, rows), "choices": (CHOICES, choices), "settings": (SETTINGS, [about])}
    for name, (columns, content) in sheets.items():
        sheet = made.create_sheet(name)
        for line in [dict(zip(columns, columns, strict=True)), *content]:
            sheet.append([line.get(c, "") for c in columns])
        for cell in (c for row in sheet.rows for c in row):
            cell.data_type = "s"  # a label that begins with = is no formula
        sheet.freeze_panes = "A2"
    made.save(whole := io.BytesIO())
    return settled(whole.getvalue())


class _Survey:
    """The rows of the sheet `survey`; `lists` are the choices in use, each with the name of its first question."""

    def __init__(self, book: Codebook, version: str) -> None:
        self.book, self.shown = book, book.versions[version]
        self.lists: dict[tuple[tuple[str, str], ...], str] = {}

    def rows(self) -> Iterator[Row]:
        """All rows in the order of the form."""
        for k, text in enumerate(t for t in self.book.printed if t != MARK):
            yield {"type": "note", "name": f"hinweis_{k + 1}", LABEL: text}
        for part in map(self.book.part, self.shown.parts):
            items = [i for i in self.book.items.values() if i.part == part.id and self.shown.prints(i)]
            kind = "repeat" if part.kind == "roster" else "group"
            more = {"repeat_count": str(part.printed_rows)} if kind == "repeat" else {}
            yield {"type": f"begin_{kind}", "name": f"teil_{_name(part.id)}", LABEL: self.book.heading(part.id), **more}
            yield from self._grid(part, items) if part.kind == "grid" else (self._question(i) for i in items)
            yield {"type": f"end_{kind}"}

    def _grid(self, part: Any, items: Sequence[Item]) -> Iterator[Row]:
        """Blocks of a grid: boxes column by column, everything else row by row."""
        columns = {c.id: ": ".join(filter(None, (c.group, c.label))) for c in part.columns}
        for block in part.blocks:
            here = [i for i in items if i.block == block.id]
            names = {row: declared.label if declared else f"weitere Zeile {row}" for row, declared in block.lines}
            ticks = sorted((i for i in here if i.kind == "tick"), key=lambda i: i.column)
            yield {"type": "begin_group", "name": f"block_{_name(f'{part.id}_{block.id}')}", LABEL: block.label}
            for item in (i for i in here if i.kind != "tick"):
                yield self._question(item, f"{names[item.row]} – {columns[item.column]}")
            for column, of in groupby(ticks, lambda i: i.column):
                name = f"q_{_name(f'{part.number}.{block.id}.{column}')}"
                chosen = self._list(name, ((i.row, names[i.row]) for i in of))
                yield {"type": f"select_multiple {chosen}", "name": name, LABEL: columns[column]}
            yield {"type": "end_group"}

    def _question(self, item: Item, label: str = "") -> Row:
        """One question."""
        name = f"q_{_name(item.id)}"
        row: Row = {"type": item.kind, "name": name, LABEL: label or f"{item.id} {item.label}"}
        if item.kind == "single":
            row["type"] = f"select_one {self._list(name, ((o.id, o.label) for o in item.options))}"
            row["appearance"] = "minimal" if item.control else ""
        elif item.kind == "number":
            bounds = ((">=", item.min), ("<=", item.max))
            limits = " and ".join(f". {sign} {b}" for sign, b in bounds if b is not None)
            message = f"Bitte eine {item.prompt} eingeben." if limits else ""
            row |= {"type": "decimal", "constraint": limits, MESSAGE: message}
        elif item.kind == "text" and item.content == "free":
            row["appearance"] = "multiline"
        elif item.kind == "tick":  # of a roster
            row["type"] = f"select_multiple {self._list(name, [('ja', item.label)])}"
        if item.asked_if and self.shown.prints(self.book.items[item.asked_if[0]]):
            row["relevant"] = "${{q_{}}} = '{}'".format(*map(_name, item.asked_if))
        return row

    def _list(self, name: str, pairs: Iterable[tuple[str, str]]) -> str:
        """The name of a list of choices; equal ones are written once."""
        return self.lists.setdefault(tuple((_name(value), text) for value, text in pairs), f"liste_{name}")


def _name(text: str) -> str:
    """An id as XML takes it in a name; the codebook has seen that no two become one."""
    return re.sub(r"[^\w.-]", "_", text)
