"""The validators can fail: each is shown one document that is right and one that is wrong."""

import datetime
from pathlib import Path

import pikepdf
import pytest
import typst

from tools import system
from tools.axe import axe_violations, external_requests
from tools.render_pages import pdf_text
from tools.system import ToolError, needs
from tools.verapdf import verapdf

TYPST = """
#set document(title: "Überblick", date: datetime(year: 2024, month: 1, day: 1))
#set text(lang: "de")
= Überblick
Erste Seite
#figure(rect(), alt: "Ein Rechteck", caption: [Bild])
#pagebreak()
Zweite Seite
"""

PAGE = """<!doctype html>
<html lang="de">
<head><meta charset="utf-8"><title>Bericht</title>{head}</head>
<body><main><h1>Bericht</h1>{body}</main></body>
</html>"""

DOT = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/%3E"


@pytest.fixture(scope="module")
def pdfs(tmp_path_factory):
    """The same document twice: as PDF/UA-1 and PDF/A-2a in one file, and without tags."""
    folder = tmp_path_factory.mktemp("pdf")
    time = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    # The umlaut proves that no program stumbles over it in the C locale of a CI machine.
    good, untagged = folder / "überblick.pdf", folder / "untagged.pdf"
    good.write_bytes(typst.compile(TYPST.encode(), pdf_standards=["ua-1", "a-2a"], timestamp=time))
    untagged.write_bytes(typst.compile(TYPST.encode(), pdf_tags=False, timestamp=time))
    return good, untagged


@pytest.fixture
def page(tmp_path):
    """A function that writes an HTML page with this head and body and returns its path."""

    def write(head="", body=""):
        path = tmp_path / "seite.html"
        path.write_text(PAGE.format(head=head, body=body), encoding="utf-8")
        return path

    return write


@needs("java", "jaxb")
def test_verapdf_passes_conformant_file_and_names_rules_of_untagged_one(pdfs):
    """Of two files checked in one call only the one without tags breaks rules, of both flavours."""
    good, untagged = pdfs
    failures = verapdf([good, untagged])
    assert {failure.pdf for failure in failures} == {untagged}
    assert {failure.flavour for failure in failures} == {"ua1", "2a"}
    # PDF/UA 7.1: content is tagged or an artifact. This is what "without tags" means.
    (content,) = (f for f in failures if (f.flavour, f.clause, f.test) == ("ua1", "7.1", "3"))
    assert "tagged as real content" in content.description


@needs("java", "jaxb")
def test_what_verapdf_cannot_check_is_an_error(pdfs, tmp_path):
    """A file cut off or locked, a flavour that there is not, no file: never reported as free of failures."""
    broken, locked = tmp_path / "kaputt.pdf", tmp_path / "locked.pdf"
    broken.write_bytes(pdfs[0].read_bytes()[: len(pdfs[0].read_bytes()) // 2])
    with pikepdf.open(pdfs[0]) as pdf:
        pdf.save(locked, encryption=pikepdf.Encryption(owner="a", user="b"))
    for paths, flavours, said in (
        ([broken], ["ua1"], r"(?s)kaputt\.pdf.*startxref"), ([locked], ["ua1"], "encrypted"), ([pdfs[0]], ["ua9"], "flavour"), ([], ["ua1"], "no clear result"),
    ):  # fmt: skip
        with pytest.raises(ToolError, match=said):
            verapdf(paths, flavours)


@needs("chromium")
def test_axe_names_picture_without_alternative_text(page):
    """A page that is right has no violation; the same page without `alt` has exactly that one."""
    assert axe_violations(page(body=f'<img alt="Punkt" src="{DOT}">')) == []
    ((rule, impact, _, *places),) = axe_violations(page(body=f'<img src="{DOT}">'))
    assert (rule, impact, places) == ("image-alt", "critical", ["img"])


@needs("chromium")
def test_every_kind_of_request_is_recorded(page, tmp_path):
    """Scripts, hints, other media, late pictures, sockets, files beside the page; nothing that it holds itself."""
    (tmp_path / "beside.css").write_text("")
    head = """<script src="https://a.example/script.js"></script>
        <link rel="preconnect" href="https://a.example/hint">
        <link rel="stylesheet" href="beside.css">
        <style>@media print { h1 { background: url(https://a.example/print.png) } }
        @media (prefers-color-scheme: dark) { h1 { background: url(https://a.example/dark.png) } }</style>"""
    body = """<div style="height: 20000px"></div><img alt="" loading="lazy" src="https://a.example/lazy.png">
        <script>setTimeout(() => fetch("https://a.example/late"), 400);
        new WebSocket("wss://a.example/socket")</script>"""
    held = f'<img alt="" src="{DOT}"><a href="https://example.org/">Verweis</a><a href="#x">hier</a>'
    assert external_requests(page("<style>p { margin: 0 }</style>", held)) == []
    assert external_requests(page(head, body)) == [
        (tmp_path / "beside.css").as_uri(),
        *(f"https://a.example/{name}" for name in ["dark.png", "hint", "late", "lazy.png", "print.png", "script.js"]),
        "wss://a.example/socket",
    ]


@needs("poppler")
def test_damaged_pdf_is_an_error_although_poppler_ends_well(pdfs, tmp_path):
    """The text of a page ends with a form feed; that of a file that could only be read in part is not returned."""
    pages = pdf_text(pdfs[0]).split("\f")
    assert ["Erste Seite" in pages[0], "Zweite Seite" in pages[1]] == [True, True]
    damaged = tmp_path / "damaged.pdf"
    damaged.write_bytes(pdfs[0].read_bytes().replace(b"/Type0", b"/XXXX0"))
    with pytest.raises(ToolError, match=r"status 0: .*Unknown font type"):
        pdf_text(damaged)


def test_ci_installs_every_tool():
    """`.ci/run` has a line with proof and package for each tool, so that CI never skips."""
    lines = Path(__file__).parents[2].joinpath(".ci", "run").read_text().splitlines()
    assert [tool for tool, entry in system.TOOLS.items() if " ".join(entry) not in lines] == []
