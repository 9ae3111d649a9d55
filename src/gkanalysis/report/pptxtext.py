"""Text of slides as DrawingML: pandoc's inline and block nodes to paragraphs and runs of PowerPoint."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

from gkanalysis.core.errors import RenderError
from gkanalysis.report.document import Node

QUOTES = {"DoubleQuote": "„“", "SingleQuote": "‚‘"}
STYLES = {
    "Strong": 'b="1"',
    "Emph": 'i="1"',
    "Strikeout": 'strike="sngStrike"',
    "Superscript": 'baseline="30000"',
    "Subscript": 'baseline="-25000"',
    "Underline": 'u="sng"',
}
QUOTATION = '<a:pPr marL="228600"/>'
Link = Callable[[str], str]  # target -> attributes of a click on it, or nothing


def plain_paragraph(
    text: str, properties: str = "", *, inner: str = "", style: str = "", language: str = "de-DE"
) -> str:
    """A paragraph of one run; `inner` and `style` are elements and attributes of the run.

    >>> plain_paragraph("a & b")
    '<a:p><a:r><a:rPr lang="de-DE"/><a:t>a &amp; b</a:t></a:r></a:p>'
    """
    return f"<a:p>{properties}{_run(text, style, inner, language)}</a:p>"


def paragraphs(blocks: Sequence[Node], link: Link, *, language: str = "de-DE") -> str:
    """Paragraphs of the text of a slide; points of lists have the levels 2 and 3 of the template.

    Parameters
    ----------
    blocks : paragraphs, lists, quotations and boxes
    link : gives the element of a click for a target, or an empty text

    Raises
    ------
    RenderError
        If a block or inline is of a kind that PowerPoint is not told here.
    """
    return "".join(_block(b, 0, "", link, language) for b in blocks)


def runs(inlines: Sequence[Node], link: Link, *, language: str = "de-DE") -> str:
    """Runs of a line of text.

    >>> runs([{"t": "Str", "c": "ja"}], lambda target: "")
    '<a:r><a:rPr lang="de-DE"/><a:t>ja</a:t></a:r>'
    """
    return "".join(
        "<a:br/>" if text == "\n" else _run(text, style, click, language)
        for text, style, click in _joined(_pieces(inlines, frozenset(), "", link))
    )


def _run(text: str, style: str, inner: str, language: str) -> str:
    head = f'<a:rPr lang="{language}"{" " * bool(style)}{style}'
    return f"<a:r>{head}{f'>{inner}</a:rPr>' if inner else '/>'}<a:t>{escape(text, quote=False)}</a:t></a:r>"


def _block(block: Node, level: int, sign: str, link: Link, language: str) -> str:
    """Paragraphs of one block; `sign` is how points of the list are numbered, if they are."""
    kind, content = block["t"], block.get("c")
    if kind in ("Para", "Plain"):
        properties = f'<a:pPr lvl="{level}">{sign}</a:pPr>' if level else sign
        return f"<a:p>{properties}{runs(content, link, language=language)}</a:p>"
    if kind in ("BulletList", "OrderedList"):
        ordered = kind == "OrderedList"
        start = content[0][0] if ordered else 1
        number = f'<a:buFont typeface="+mj-lt"/><a:buAutoNum type="arabicPeriod" startAt="{start}"/>'
        items = content[1] if ordered else content
        return "".join(
            _block(b, min(level + 1, 2), number * ordered, link, language) for i in items for b in i
        )
    if kind == "BlockQuote":
        return "".join(_block(b, level, sign if level else QUOTATION, link, language) for b in content)
    if kind == "Div":
        return "".join(_block(b, level, sign, link, language) for b in content[1])
    raise RenderError(f"Für PowerPoint ist nicht erklärt, wie „{kind}“ gesetzt wird; bitte anders schreiben.")


def _pieces(
    inlines: Sequence[Node], styles: frozenset[str], click: str, link: Link
) -> list[tuple[str, frozenset[str], str]]:
    """Text with its style and click, piece by piece."""
    found: list[tuple[str, frozenset[str], str]] = []

    def inner(nodes: Any, more: frozenset[str] = frozenset(), new: str = "") -> None:
        found.extend(_pieces(nodes, styles | more, new or click, link))

    for node in inlines:
        kind, content = node["t"], node.get("c")
        if kind in ("Space", "SoftBreak", "LineBreak"):
            found.append(("\n" if kind == "LineBreak" else " ", styles, click))
        elif kind in ("Str", "Code"):
            found.append((content if kind == "Str" else content[1], styles, click))
        elif kind in STYLES:
            inner(content, frozenset([STYLES[kind]]))
        elif kind == "Quoted":
            opening, closing = QUOTES[content[0]["t"]]
            found.append((opening, styles, click))
            inner(content[1])
            found.append((closing, styles, click))
        elif kind == "Span":
            inner(content[1])
        elif kind == "Link":
            inner(content[1], new=link(content[2][0]))
        else:
            raise RenderError(
                f"Für PowerPoint ist nicht erklärt, wie „{kind}“ gesetzt wird; bitte anders schreiben."
            )
    return found


def _joined(pieces: Sequence[tuple[str, frozenset[str], str]]) -> list[tuple[str, str, str]]:
    """Neighbours of the same look as one run, as a person would have typed them."""
    joined: list[tuple[str, str, str]] = []
    for text, styles, click in pieces:
        style = " ".join(sorted(styles))
        if joined and joined[-1][1:] == (style, click) and "\n" not in (text, joined[-1][0]):
            joined[-1] = (joined[-1][0] + text, style, click)
        else:
            joined.append((text, style, click))
    return joined
