"""Tables of slides in PowerPoint: no vertical lines, figures at the right, the same sizes as on the other slides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gkanalysis.report.columns import column_widths, heading_lines
from gkanalysis.report.pptxpackage import EMU
from gkanalysis.report.pptxtext import plain_paragraph

MM = 25.4 / 72
PLAIN_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # PowerPoint's „no style, no grid“
PAD, SIDE = 0.16, 0.4  # room above and beside the text of a cell, times its size
BOLD_LINE, THIN_LINE, FAINT_LINE = (17780, "tx1"), (10160, "tx1"), (5080, "accent5")
NO_LINE = (0, "")


def table_xml(exhibit: Mapping[str, Any], size: float, width: float, language: str) -> tuple[str, float]:
    """The table of an exhibit and its height in millimetres.

    Parameters
    ----------
    size : of the type in points
    width : millimetres
    """
    widths = [round(w * width * EMU) for w in column_widths(exhibit)]
    heads = [heading_lines(h) for h in exhibit["header"]]
    deep = max(len(lines) for lines in heads)
    last = len(exhibit["rows"]) - 1
    rows = [
        _row(
            [
                _cell(
                    lines,
                    k,
                    size,
                    language,
                    bold=True,
                    lines=(BOLD_LINE, THIN_LINE),
                    last=k == len(heads) - 1,
                )
                for k, lines in enumerate(heads)
            ],
            size * (1.2 * deep + 2 * PAD + 0.2),
        )
    ]
    for number, row in enumerate(exhibit["rows"]):
        below = THIN_LINE if number == last else FAINT_LINE
        if row["kind"] == "block":
            cell = _cell(
                row["cells"], 0, size, language, bold=True, lines=(NO_LINE, below), span=len(heads), above=0.5
            )
            rest = ['<a:tc hMerge="1"><a:txBody><a:bodyPr/><a:p/></a:txBody><a:tcPr/></a:tc>'] * (
                len(heads) - 1
            )
            rows.append(_row([cell, *rest], size * 1.82))
            continue
        cells = [
            _cell(
                [text],
                k,
                size,
                language,
                lines=(NO_LINE, below),
                last=k == len(heads) - 1,
                level=row["level"] if k == 0 else 0,
            )
            for k, text in enumerate(row["cells"])
        ]
        rows.append(_row(cells, size * 1.52))
    grid = "".join(f'<a:gridCol w="{w}"/>' for w in widths)
    height = sum(h for _, h in rows)
    xml = (
        f'<a:tbl><a:tblPr firstRow="1"><a:tableStyleId>{PLAIN_STYLE}</a:tableStyleId></a:tblPr>'
        f"<a:tblGrid>{grid}</a:tblGrid>{''.join(x for x, _ in rows)}</a:tbl>"
    )
    return xml, height


def _row(cells: Sequence[str], points: float) -> tuple[str, float]:
    height = points * MM
    return f'<a:tr h="{round(height * EMU)}">{"".join(cells)}</a:tr>', height


def _cell(
    texts: Sequence[str], column: int, size: float, language: str, *, lines: tuple[tuple[int, str], tuple[int, str]],
    bold: bool = False, last: bool = False, level: int = 0, span: int = 1, above: float = PAD,
) -> str:  # fmt: skip
    """A cell with its lines of text, and the lines above and below it."""
    side = "l" if column == 0 else "r"
    properties = (
        f'<a:pPr marL="{round(level * size * 12700)}" algn="{side}"><a:lnSpc><a:spcPct val="90000"/></a:lnSpc>'
        '<a:spcBef><a:spcPts val="0"/></a:spcBef></a:pPr>'
    )
    face = '<a:latin typeface="+mj-lt"/>' * bold
    style = f'sz="{round(100 * size)}"'
    text = "".join(plain_paragraph(t, properties, inner=face, style=style, language=language) for t in texts)
    room = {
        "marL": 0 if column == 0 else SIDE, "marR": 0 if last else SIDE, "marT": above, "marB": PAD,
    }  # fmt: skip
    margins = " ".join(f'{k}="{round(v * size * 12700)}"' for k, v in room.items())
    borders = _line("lnL", NO_LINE) + _line("lnR", NO_LINE) + _line("lnT", lines[0]) + _line("lnB", lines[1])
    merged = f' gridSpan="{span}"' if span > 1 else ""
    return f'<a:tc{merged}><a:txBody><a:bodyPr/><a:lstStyle/>{text}</a:txBody><a:tcPr {margins} anchor="b">{borders}<a:noFill/></a:tcPr></a:tc>'


def _line(name: str, look: tuple[int, str]) -> str:
    width, colour = look
    if not colour:
        return f'<a:{name} w="0"><a:noFill/></a:{name}>'
    return f'<a:{name} w="{width}"><a:solidFill><a:schemeClr val="{colour}"/></a:solidFill></a:{name}>'
