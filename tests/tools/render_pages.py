"""Turn finished documents into text, to search them."""

import re
import shutil
import tempfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pikepdf
from PIL import Image

from tools.system import ToolError, run


def pdf_text(pdf):
    """Return the text of a PDF file in reading order; a form feed ends each page."""
    return run(["pdftotext", "-enc", "UTF-8", pdf, "-"], strict=True)


def docx_to_pdf(docx, folder, *, timeout=120):
    """Convert a Word file with LibreOffice and return the path of the PDF file.

    The profile is a new one for each call: LibreOffice locks it, and a person's settings must not show.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        profile = (Path(scratch) / "profile").as_uri()
        results = Path(scratch) / "results"
        command = ["soffice", "--headless", f"-env:UserInstallation={profile}"]
        run([*command, "--convert-to", "pdf", "--outdir", results, docx], timeout=timeout)
        pdf = results / f"{Path(docx).stem}.pdf"
        # LibreOffice ends with status 0 also when it could not read the file.
        if not pdf.is_file():
            raise ToolError(f"soffice: no PDF came of {docx}")
        return Path(shutil.move(pdf, folder / pdf.name))


def largest_empty_bands(pdf, *, edge=25, resolution=36):
    """Largest part of each page's text area that is empty in one piece; `edge` millimetres are head and foot.

    Of the last page only what lies above its last line counts.
    """
    with tempfile.TemporaryDirectory() as scratch:
        run(["pdftoppm", "-r", resolution, "-gray", pdf, Path(scratch) / "p"], timeout=120)
        pages = [np.array(Image.open(p)) for p in sorted(Path(scratch).glob("p-*"))]
    bands, margin = [], round(edge / 25.4 * resolution)
    for k, page in enumerate(pages, start=1):
        inked = np.flatnonzero((page[margin:-margin] < 200).any(axis=1))
        height = len(page) - 2 * margin
        ends = [-1, *inked, *([height] if k < len(pages) else [])]
        bands.append(max(np.diff(ends) - 1) / height)
    return bands


def pages_before_a_chapter(pdf):
    """Numbers of the pages after which a chapter begins at the head of the next one."""
    with pikepdf.open(pdf) as document:
        numbers = {page.objgen: k for k, page in enumerate(document.pages, start=1)}
        with document.open_outline() as outline:
            places = [item.destination for item in outline.root]
        return {numbers[p[0].objgen] - 1 for p in places if float(p[3]) > 740}


def cut_sentences(pdf):
    """Numbers of the pages whose last sentence goes on behind an exhibit at the head of the next page."""
    bodies = [page[2:-2] for page in _lines(pdf)]
    begins = re.compile(r"(Tabelle|Abbildung|Übersicht) \d+ (?!\(Fortsetzung\))")
    pairs = enumerate(pairwise(bodies), start=1)
    return [
        k for k, (page, after) in pairs if page and after and begins.match(after[0]) and page[-1][-1] not in ".!?:“)]"
    ]


def contents_page(pdf):
    """Number of the page with the contents."""
    return next(k for k, page in enumerate(_lines(pdf), start=1) if "Inhalt" in page)


def _lines(pdf):
    return [[line.strip() for line in page.splitlines() if line.strip()] for page in pdf_text(pdf).split("\f")]
