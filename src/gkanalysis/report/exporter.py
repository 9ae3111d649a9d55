"""How nbconvert converts an executed chapter: to Markdown for the renderers, to a page for reviewers.

`ChapterExporter` is registered as `gk-pandoc`: `jupyter nbconvert --to gk-pandoc executed.ipynb` shows what the
renderers get.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from html import escape
from typing import Any

from markupsafe import Markup
from nbconvert.exporters import Exporter, HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from traitlets import Bool, default
from traitlets.config import Config

from gkanalysis.core import errors
from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import listed
from gkanalysis.report.document import BOX, escape_markdown
from gkanalysis.report.html import fill_page
from gkanalysis.report.quotations import in_quotation_marks
from gkanalysis.report.shown import EXHIBIT, EXPRESSION, VALUE, expressions

UNREADABLE = re.compile(r"\{eval\}(?: ?`[^`\n]*`?|\S*)")
INVENTED = " \\[erfunden\\]"  # behind a quotation from invented interviews
INTERNAL = "intern"  # tag of cells of text that stay out of the report
Where = Callable[[int, NotebookNode, str], str]


def cell_place(number: int, cell: NotebookNode, _: str) -> str:
    """A cell as JupyterLab shows the cells from above, with its id."""
    return f"Zelle {number} ({cell.get('id')})"


def text_cells(notebook: NotebookNode) -> Iterator[tuple[int, NotebookNode]]:
    """Number and cell of each text of a notebook; a cell that papermill put in does not count."""
    own = [c for c in notebook.cells if "injected-parameters" not in c.metadata.get("tags", ())]
    return ((k, c) for k, c in enumerate(own, start=1) if c.cell_type == "markdown")


def expression_problems(notebook: NotebookNode, where: Where = cell_place) -> Iterator[str]:
    """Sentences on expressions of the text that failed, are none of our numbers, or were not evaluated."""
    code = "\n".join(c.source for c in notebook.cells if c.cell_type == "code")
    for number, cell in text_cells(notebook):
        results = cell.metadata.get("user_expressions", ())
        for k, expression in enumerate(expressions(cell.source)):
            kept = results[k] if k < len(results) else {}
            result = kept.get("result") if kept.get("expression") == expression else None
            if problem := _problem(result, code):
                mark = f"{{eval}}`{expression}`"
                yield f"{where(number, cell, mark)}: „{mark}“ {problem}."
        for unreadable in UNREADABLE.findall(EXPRESSION.sub(" ", cell.source)):
            place = where(number, cell, unreadable)
            yield f"{place} enthält einen unlesbaren Verweis auf einen Wert, „{unreadable}“; die Form ist {{eval}}`name`."


def _problem(result: dict[str, Any] | None, code: str) -> str:
    """What is wrong with the result of an expression, as the end of a sentence; empty if it is one of ours."""
    if result is None:
        return "ist noch nicht ausgewertet; bitte das Kapitel neu rechnen"
    if result["status"] == "error":
        name, said = result["ename"], result["evalue"].rstrip(".")
        if name == "NameError":
            missing = said.split("'")[1]
            return f"nennt „{missing}“, das keine Zelle bildet; das Notebook hat {listed(dict.fromkeys(bound_names(code)), missing)}"
        if name == "SyntaxError":
            return "ist kein lesbarer Ausdruck; die Form ist {eval}`name` oder {eval}`name.fassung`"
        ours = hasattr(errors, name) or name == "AttributeError"
        return f"lässt sich nicht auswerten: {said if ours else f'{name}: {said}'}"
    if VALUE in result["data"]:
        return ""
    plain = result["data"].get("text/plain", "")
    kind = "ein von Hand gemachter Text" if plain[:1] in "\"'" else "keine Zahl, die ihre Basis und Herkunft kennt"
    return f'ergibt {plain[:60]}, {kind}; bitte die Zählung selbst nennen (etwa {{eval}}`tabelle["ja"].of`), nicht ihr Ergebnis'


def bound_names(code: str) -> list[str]:
    """Names that code binds, each as often as it does.

    >>> bound_names("import gkanalysis as gk\\ncore = gk.count()\\ncore.x = 1")
    ['gk', 'core']
    """
    try:
        nodes = list(ast.walk(ast.parse(code)))
    except SyntaxError:  # a magic of IPython
        return []
    bound = [n.asname or n.name for n in nodes if isinstance(n, ast.alias)]
    return bound + [n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]


def rebound_names(notebook: NotebookNode) -> list[str]:
    """Names that the text uses and that the cells bind more than once: the text would say what was bound last."""
    bound = Counter(bound_names("\n".join(c.source for c in notebook.cells if c.cell_type == "code")))
    used = (e for _, cell in text_cells(notebook) for e in expressions(cell.source))
    names = (re.match(r"\w*", e)[0] for e in used)
    return list(dict.fromkeys(n for n in names if bound[n] > 1))


class FillValues(Preprocessor):
    """Puts the kept result of each expression into its place, found by position and equality of the expression.

    The numbers are collected in `resources["values"]`, called by chapter and expression.
    """

    html = Bool(False, help="whether the text becomes a page, not Markdown for pandoc").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Fill the text of all cells; refuses an expression that failed, is none of our numbers, or was not evaluated."""
        problems = list(expression_problems(nb))
        if problems:
            raise NotebookError("\n".join(problems))
        records: list[dict[str, Any]] = []
        anchors: Counter[str] = Counter()
        names: dict[str, str] = {}
        for _, cell in text_cells(nb):
            results = iter(cell.metadata.get("user_expressions", ()))

            def put(match: re.Match[str], results: Iterator[Any] = results) -> str:
                record = _record(next(results), resources, names)
                if self.html:
                    shown = escape_markdown(escape(record["text"], quote=False))
                    return f'<span class="value" title="{escape(match[2], quote=True)}">{shown}</span>'
                records.append(record)
                name = re.sub(r"\W+", "-", "-".join(filter(None, (record["id"], record["wording"]))))
                anchors[name] += 1
                anchor = f"value-{name}" + (f"-{anchors[name]}" if anchors[name] > 1 else "")
                trace = f' trace="{record["id"]}"' if record.get("definition") else ""
                return f"[{escape_markdown(record['text'])}]{{.value #{anchor}{trace}}}"

            cell.source = EXPRESSION.sub(put, cell.source)
        resources["values"] = records
        return nb, resources


def _record(kept: dict[str, Any], resources: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    """What values.json says of an expression; its id is the chapter and the expression without its wording."""
    value = dict(kept["result"]["data"][VALUE])
    chapter = resources.get("chapter", "kapitel")
    stem = re.sub(rf"\.({value.get('wording')}|said\(.*)$", "", kept["expression"])
    slug = re.sub(r"[^\w.]+", "-", stem).strip("-")[:80]
    while names.setdefault(slug, stem) != stem:
        slug += "_"  # looks like another one without its brackets
    otherwise = {"wording": "", "n": None, "base_n": None}
    first = {"id": f"{chapter}:{slug}"} | {k: value.pop(k, d) for k, d in otherwise.items()}
    share = first["n"] / first["base_n"] if first["base_n"] else None
    return {**first, "value": share, "text": value.pop("text"), "chapter": chapter, **value}


class PlaceExhibits(Preprocessor):
    """Puts in place of each cell of code what it shows: a div that names an exhibit, or a quotation."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Replace the code; `resources["shown"]` gets the ids of the exhibits in order."""
        resources["shown"] = []
        for cell in nb.cells:
            if cell.cell_type != "code":
                continue
            shown = [o.data[EXHIBIT] for o in cell.outputs if EXHIBIT in o.get("data", {})]
            resources["shown"] += [e["id"] for e in shown]
            blocks = [
                f"> {escape_markdown(in_quotation_marks(e['text']))}{INVENTED * e['invented']}"
                if "text" in e
                else f"::: {{.exhibit #{e['id']}}}\n:::"
                for e in shown
            ]
            cell.cell_type, cell.source = "markdown", "\n\n".join(blocks)
        return nb, resources


class ChapterExporter(Exporter):
    """Markdown of a chapter for pandoc: text with its values filled in, and places for its exhibits."""

    output_mimetype = "text/markdown"
    preprocessors = [FillValues, PlaceExhibits]  # noqa: RUF012, a trait of nbconvert

    @default("file_extension")
    def _file_extension(self) -> str:
        return ".md"

    @property
    def default_config(self) -> Config:
        """Cells tagged `intern` are for those who work on the notebook."""
        return Config({"TagRemovePreprocessor": {"enabled": True, "remove_cell_tags": {INTERNAL}}})

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kw: Any) -> tuple[str, dict[str, Any]]:
        """Text and resources, among them `values` and `shown`."""
        nb, resources = super().from_notebook_node(nb, resources, **kw)
        return "\n\n".join(c.source for c in nb.cells if c.cell_type == "markdown" and c.source), resources


class PageExporter(HTMLExporter):
    """nbconvert's page without what takes most of its time: cleaning what pygments wrote, parsing figures once more."""

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **kw: Any) -> tuple[str, dict[str, Any]]:
        """Body and resources, among them the style of the code."""
        self.register_filter("highlight_code", Highlight2HTML(pygments_lexer="ipython3", parent=self))
        self.register_filter("clean_html", lambda written: written)
        return TemplateExporter.from_notebook_node(self, nb, resources, **kw)


@cache
def page_exporter() -> PageExporter:
    """One exporter for all pages: its templates are compiled once."""
    return PageExporter(template_name="basic", preprocessors=[FillValues(html=True), _plain_marks])


def review_page(notebook: NotebookNode, title: str) -> bytes:
    """An executed notebook as one offline page for reviewers: text, code and outputs."""
    body, resources = page_exporter().from_notebook_node(notebook)
    look = Markup(resources["inlining"]["css"][0])
    return fill_page("notebook.html", title=title, look=look, body=Markup(body)).encode()


def _plain_marks(nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
    """Marks of pandoc and MyST that plain Markdown would print: boxes, ids of headings, links to other chapters."""
    for cell in nb.cells:
        if cell.cell_type == "markdown":
            text = BOX.sub(r"**\1.** ", cell.source)
            text = re.sub(r"(?m)^:::.*$\n?| \{[#.][^}\n]*\}$", "", text)
            cell.source = re.sub(r"\[\]\(#([^)]+)\)", r"*\1*", text)
    return nb, resources
