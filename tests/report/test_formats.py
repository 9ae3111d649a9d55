"""HTML, PDF and Word carry the same mark, and no trace of the machine; that they say the same, `verify` reads."""

from io import BytesIO

import docx
import pytest
from lxml import html

from gkanalysis.report.docx import render_docx
from gkanalysis.report.html import render_html
from gkanalysis.report.pdf import render_pdf
from tools.project import ROOT
from tools.system import needs, run


def setters():
    return {"html": render_html, "pdf": render_pdf, "docx": lambda s: render_docx(s, ROOT / "reports/reference.docx")}


def texts(small, tmp_path, **kind):
    """The words of the three formats; of the PDF page by page."""
    html_, pdf, word = (render(small(**kind).prepared()) for render in setters().values())
    (tmp_path / "a.pdf").write_bytes(pdf)
    pages = run(["pdftotext", "-layout", "-enc", "UTF-8", tmp_path / "a.pdf", "-"], strict=True)
    paragraphs = "\n".join(p.text for p in docx.Document(BytesIO(word)).paragraphs)
    return "\n".join(html.fromstring(html_).xpath("//body//text()")), pages.split("\f")[:-1], paragraphs


@needs("poppler")
@pytest.mark.parametrize(
    ("synthetic", "mark", "other"), [(True, "synthetisch", "vertraulich"), (False, "vertraulich", "synthetisch")]
)
def test_every_format_says_what_the_data_are(small, tmp_path, synthetic, mark, other):
    """Synthetic data are marked on title page, page heads and last page; real data as confidential instead."""
    page, pdf, word = texts(small, tmp_path, synthetic=synthetic)
    for text in (page, word, pdf[0], "".join(pdf[2:])):
        assert mark in text.lower()
        assert other not in text.lower()
    head = "Synthetische Daten" if synthetic else "Vertraulich"
    assert [head in p.strip().splitlines()[0] for p in pdf[1:]] == [True] * (len(pdf) - 1)
    assert head in page[: page.index("Erstes Kapitel")]


def test_each_figure_of_the_report_is_marked(built):
    """The red mark stands in every drawn figure, and in no figure that is drawn without."""
    import numpy as np
    from PIL import Image

    pictures = sorted((built.paths.reports / built.report.id / "figures").glob("*.png"))
    assert len(pictures) >= 3
    for path in pictures:
        colours = np.asarray(Image.open(path).convert("RGB")).reshape(-1, 3)
        assert (colours == [0x9C, 0x2A, 0x1F]).all(axis=1).sum() > 50, path.name
