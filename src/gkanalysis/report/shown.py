"""What a cell or an expression gives to JupyterLab and to the runner: the types under which they know our objects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from nbformat import NotebookNode

EXHIBIT = "application/vnd.gkanalysis.exhibit+json"  # id of what the chapter shows
# number, word or comparison of the text: text and, as far as it has them, kind, wording, n, base_n, definition,
# row, subgroup, of; all of it goes to values.json
VALUE = "application/vnd.gkanalysis.value+json"

EXPRESSION = re.compile(r"\{eval\}(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)  # the role of MyST


def expressions(text: str) -> list[str]:
    """The expressions that a text holds, in order.

    >>> expressions("In {eval}`core['ja'].of`, also {eval}``f'{n}`'``; `{eval}`")
    ["core['ja'].of", "f'{n}`'"]
    """
    return [match[2].strip() for match in EXPRESSION.finditer(text)]


def asked_expressions(notebook: NotebookNode) -> list[dict[str, str]]:
    """The expressions of each cell of text, as a shell or kernel takes them."""
    texts = (c.source for c in notebook.cells if c.cell_type == "markdown")
    return [{str(k): e for k, e in enumerate(expressions(text))} for text in texts]


def keep_results(notebook: NotebookNode, results: Sequence[dict[str, Any]]) -> None:
    """Put the answers to `asked_expressions` into the metadata of the cells."""
    from nbformat import from_dict

    texts = [c for c in notebook.cells if c.cell_type == "markdown"]
    for cell, asked, result in zip(texts, asked_expressions(notebook), results, strict=True):
        if asked:
            kept = [{"expression": asked[k], "result": result[k]} for k in asked]
            cell.metadata["user_expressions"] = from_dict(kept)


class Shown:
    """An exhibit or quotation as the output of a cell: a page for people, an id for the renderer."""

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        quoted = {"text": self.text, "invented": self.invented} if hasattr(self, "text") else {}
        return {EXHIBIT: {"id": self.id} | quoted, "text/html": self._repr_html_(), "text/plain": self.caption}
