"""HTML, PDF and Word carry the same numbers, those of the CSV; and the same mark."""

import re
import zipfile
from io import BytesIO

import docx
import pandas as pd
import pytest
from lxml import html

from gkanalysis.core.numbers import format_n_percent
from gkanalysis.report.docx import render_docx
from gkanalysis.report.html import render_html
from gkanalysis.report.pdf import render_pdf
from tools.project import ROOT
from tools.system import needs, run

PLAIN = str.maketrans({"\u00a0": " ", "\n": " "})


def cells_of_csv(built):
    """Printed rows made from the CSV alone: label and one cell per subgroup."""
    numbers = pd.read_csv(built.paths.reports / built.report.id / "tables/uebersicht-10.csv", keep_default_na=False)
    cells = numbers.assign(cell=[format_n_percent(r.n, r.base_n).translate(PLAIN) for r in numbers.itertuples()])
    return [[label, *group["cell"]] for label, group in cells.groupby("label", sort=False)]


def test_word_has_the_numbers_of_the_csv(built):
    """Every cell of Übersicht 10, row by row."""
    tables = docx.Document(BytesIO(built.file("docx").read_bytes())).tables
    (table,) = [t for t in tables if t.rows[0].cells[0].text == "Akteursgruppe" and len(t.rows) < 40]
    rows = [[c.text.translate(PLAIN) for c in row.cells] for row in table.rows[1:]]
    assert [r for r in rows if len(set(r)) > 1] == cells_of_csv(built)


@needs("poppler")
def test_pdf_has_the_numbers_of_the_csv(built):
    """Every row of Übersicht 10 stands in its order on the pages."""
    text = run(["pdftotext", "-layout", "-enc", "UTF-8", built.file("pdf"), "-"], strict=True)
    lines = [re.sub(r"\s+", " ", line).strip() for line in text.splitlines()]
    start = next(
        k for k, line in enumerate(lines) if re.match(r"Tabelle \d+ Akteure in", line) and "Nennungen" in lines[k + 1]
    )
    expected = [" ".join(row) for row in cells_of_csv(built)]
    assert [line for line in lines[start:] if line in expected][: len(expected)] == expected


def test_exhibits_have_the_same_order_and_captions(built):
    """Captions of HTML and Word, in the order of the report."""
    root = html.fromstring(built.file("html").read_bytes())
    captions = [re.sub(r"\s+", " ", c.text_content()).strip() for c in root.xpath("//figcaption")]
    paragraphs = docx.Document(BytesIO(built.file("docx").read_bytes())).paragraphs
    word = [p.text for p in paragraphs if p.style.name in ("Table Caption", "Image Caption")]
    assert [w.replace(": ", " ", 1) if re.match(r"\w+ \d+: ", w) else w for w in word] == captions


def setters():
    return {"html": render_html, "pdf": render_pdf, "docx": lambda s: render_docx(s, ROOT / "reports/reference.docx")}


@pytest.mark.parametrize("suffix", ["html", "pdf", "docx"])
def test_no_trace_of_the_machine(built, suffix):
    """No finished file, and no part of one, names a folder of the machine it was made on."""
    contents = {suffix: built.file(suffix).read_bytes()}
    if suffix == "docx":
        with zipfile.ZipFile(built.file(suffix)) as archive:
            contents = {name: archive.read(name) for name in archive.namelist()}
    for name, content in contents.items():
        assert not [p for p in (str(built.root), "/tmp/", "/home/", "/usr/") if p.encode() in content], name


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
