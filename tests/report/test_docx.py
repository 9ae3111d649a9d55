"""The Word document: opens everywhere, can be read aloud, and takes the institute's look."""

import io
import re
import zipfile

import docx
import pytest
from lxml import etree

from forms import parts_of as parts
from gkanalysis.core.errors import RenderError
from gkanalysis.report.docx import page_fields, render_docx, unpaged
from tools.project import ROOT
from tools.render_pages import docx_to_pdf
from tools.system import needs, run

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
WP = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
TEMPLATE = ROOT / "reports/reference.docx"
LONG = "Eine Überschrift, die länger ist, als eine Textmarke in Word sein darf"


def word(probe, reference=TEMPLATE):
    """The bytes of a small report, set with the shipped template."""
    return render_docx(probe.prepared(), reference)


def body(content):
    return etree.fromstring(parts(content)["word/document.xml"])


def test_properties_are_those_of_the_report(small):
    """Title, language and year are where other programs, and those that read aloud, look for them."""
    properties = docx.Document(io.BytesIO(word(small()))).core_properties
    assert (properties.title, properties.author) == ("Ein „kleiner“ Bericht", "Erste; Zweite")
    assert (properties.language, properties.created.year) == ("de-DE", 2019)


def test_tables_have_a_head_a_name_and_a_description(small):
    """What screen readers announce; the head is repeated on each page and rows stay whole."""
    tables = list(body(word(small())).iter(f"{W}tbl"))
    assert len(tables) == 1
    names = []
    for table in tables:
        rows = table.findall(f"{W}tr")
        assert [r.find(f"{W}trPr/{W}tblHeader") is not None for r in rows] == [True] + [False] * (len(rows) - 1)
        assert all(r.find(f"{W}trPr/{W}cantSplit") is not None for r in rows)
        names.append([table.find(f"{W}tblPr/{W}{n}").get(f"{W}val") for n in ("tblCaption", "tblDescription")])
    assert names == [["Tabelle 1: Wer dabei ist", "Anzahl der Bündnisse"]]


def test_pictures_have_their_text(small):
    """The alternative text is on the picture, which is no wider than the column."""
    content = word(small())
    (place,) = body(content).iter(f"{WP}docPr")
    assert place.get("descr") == "Geteilte Balken: neu 3 von 18 Städten."
    (inline,) = body(content).iter(f"{WP}inline")
    assert [inline.get(f"dist{s}") for s in "TBLR"] == ["0"] * 4
    assert int(inline.find(f"{WP}extent").get("cx")) <= (11906 - 1531 - 1304) * 635  # the text column in EMU


def test_contents_are_there_before_word_fills_them(small):
    """Entries for chapters and exhibits, each linked to a bookmark that exists, also for a long heading."""
    places = "\n\n".join(f"::: {{.exhibit #{i}}}\n:::" for i in ("tab", "abb"))
    probe = small(text=f"# {LONG}\n\n[](#abb)\n\n{places}")
    root = body(word(probe))
    entries = [
        "".join(h.itertext()) for h in root.iter(f"{W}hyperlink") if "PAGEREF" in etree.tostring(h, encoding="unicode")
    ]
    assert [*entries[:2], *entries[-2:]] == [
        f"1\u2002{LONG}", "Impressum", "Tabelle 1: Wer dabei ist", "Abbildung 1: Städte knüpfen an",
    ]  # fmt: skip
    bookmarks = {b.get(f"{W}name") for b in root.iter(f"{W}bookmarkStart")}
    anchors = [h.get(f"{W}anchor") for h in root.iter(f"{W}hyperlink") if h.get(f"{W}anchor")]
    assert len(anchors) == 5
    assert set(anchors) <= bookmarks
    assert all(len(a) <= 40 for a in anchors)


def test_numbers_are_counted_by_word(small):
    """Headings are a list of levels, one without a number is out of it; captions count on, a given number is kept."""
    text = "# Kurz {#kurz .unnumbered .front}\n\n# Erstes\n\n## Näheres\n\n::: {.exhibit #tab}\n:::\n\n::: {.exhibit #abb}\n:::"
    probe = small(text=text)
    probe.document["exhibits"]["tab"]["label"] = "Tabelle 10"
    root = body(word(probe))
    levels = [
        ("".join(p.itertext()), p.find(f"{W}pPr/{W}numPr/{W}numId").get(f"{W}val") != "0", p.find(f"{W}pPr/{W}pageBreakBefore") is not None)
        for p in root.iter(f"{W}p") if p.find(f"{W}pPr/{W}pStyle") is not None and p.find(f"{W}pPr/{W}pStyle").get(f"{W}val").startswith("Heading")
    ]  # fmt: skip
    assert levels[:3] == [("Kurz", False, True), ("Erstes", True, True), ("Näheres", True, False)]
    fields = [f.text.split() for f in root.iter(f"{W}instrText")]
    assert [f[1:-2] for f in fields if f[0] == "SEQ"] == [["Tabelle", "\\r", "10"], ["Abbildung"]]


def test_contents_have_the_pages_that_were_recorded_for_this_document(small, tmp_path):
    """Recorded for another document they would be wrong, so none is printed."""
    (tmp_path / "reference.docx").write_bytes(TEMPLATE.read_bytes())

    def pages(text):
        text += "\n\n::: {.exhibit #tab}\n:::"
        root = docx.Document(io.BytesIO(render_docx(small(text=text).prepared(), tmp_path / "reference.docx"))).element
        return root, {place: number.text or "" for place, number in page_fields(root)}

    root, blank = pages("# Erstes\n\nText.")
    assert set(blank.values()) == {""}
    record = tmp_path / "klein.seiten.csv"
    record.write_text(f"sha256,{unpaged(root)}\n" + "".join(f"{place},7\n" for place in blank))
    assert set(pages("# Erstes\n\nText.")[1].values()) == {"7"}
    assert set(pages("# Erstes\n\nMehr Text.")[1].values()) == {""}


def test_template_can_be_exchanged(small, tmp_path):
    """Another template brings its own font; ours is then not embedded."""
    content = parts(TEMPLATE.read_bytes())
    content["word/styles.xml"] = content["word/styles.xml"].replace(b"Source Sans 3", b"Institutsschrift")
    with zipfile.ZipFile(tmp_path / "institut.docx", "w") as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    other = parts(word(small(), tmp_path / "institut.docx"))
    assert b"Institutsschrift" in other["word/styles.xml"]
    assert b"Source Sans 3" not in other["word/styles.xml"]
    assert not [n for n in other if n.startswith("word/fonts/")]


def test_missing_template_is_a_sentence(small, tmp_path):
    """The message says how to get one."""
    with pytest.raises(RenderError, match=r"„fehlt\.docx“ fehlt; .*git checkout reports/reference.docx"):
        word(small(), tmp_path / "fehlt.docx")


@needs("soffice", "poppler")
def test_libreoffice_shows_the_report_in_its_own_font(built, tmp_path):
    """The embedded font is used where it is not installed; the report has its pages."""
    pdf = docx_to_pdf(built.file("docx"), tmp_path)
    fonts = run(["pdffonts", pdf], strict=True)
    assert re.search(r"SourceSans3-Regular", fonts)
    assert re.search(r"SourceSans3-Bold", fonts)
    pages = int(re.search(r"Pages:\s+(\d+)", run(["pdfinfo", pdf], strict=True))[1])
    assert 15 <= pages <= 35
