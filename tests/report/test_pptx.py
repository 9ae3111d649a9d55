"""Slides as a PowerPoint file: made from a template, whole, accessible, the same bytes each time."""

import re
import zipfile
from io import BytesIO
from posixpath import dirname, join, normpath

import pytest
from lxml import etree

from gkanalysis.core.errors import RenderError
from gkanalysis.core.zipping import zip_parts
from gkanalysis.report.pptxpackage import EMU, NAMES
from slidedeck import NOTE, make_deck

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    """The slides that most tests look at."""
    return make_deck(tmp_path_factory.mktemp("folien"))


@pytest.fixture(scope="module")
def parts(deck):
    """The parts of their file."""
    return members(deck.pptx())


def members(content):
    """Parts of a file by name."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def slide(parts, number):
    """A slide as a tree."""
    return etree.fromstring(parts[f"ppt/slides/slide{number}.xml"])


def lines(element):
    """The paragraphs of an element as text."""
    return ["".join(t.text or "" for t in p.iter(f"{A}t")) for p in element.iter(f"{A}p")]


def changed(deck, tmp_path, old, new, count=-1):
    """A template in which a text is replaced."""
    with zipfile.ZipFile(deck.reference) as archive:
        content = {n: archive.read(n).replace(old, new, count) for n in archive.namelist()}
    path = tmp_path / "andere.pptx"
    path.write_bytes(zip_parts(content))
    return path


def test_words_of_the_slides(parts):
    """Statement, text, base, note and source stand on their slide, and every slide carries the mark."""
    texts = [lines(slide(parts, k)) for k in range(1, 6)]
    assert [t[0] for t in texts[:3]] == [
        "Was bleibt von „Gemeinsam klappt’s“?", "Was bleibt", "Die meisten Städte wollen weitermachen",
    ]  # fmt: skip
    assert any(t.startswith("Die Daten sind synthetisch") for t in texts[0])
    assert all("Synthetische Daten" in t for t in texts[1:])
    assert {"11 von 18 Städten sagen ja; siehe Folie\u00a04.", "ein „Punkt“"} < set(texts[2])
    wanted = {"Geplante Maßnahmen", NOTE, "Basis: 40 Bündnisse", "Quelle: Abfrage.", "Verstetigung"}
    assert wanted < set(texts[3])


def test_figure_keeps_its_alternative_text(parts, deck):
    """The picture is described, in its true proportions, as PNG and as SVG."""
    picture = slide(parts, 3).find(f".//{P}pic")
    assert picture.find(f".//{P}cNvPr").get("descr") == "Balken: ja 11 von 18 Städten, 9 von 21 Kreisen."
    size = picture.find(f".//{A}ext[@cx]")
    _, slides, _ = deck.fitted()
    chosen = slides[1].candidates[0]
    assert int(size.get("cx")) / int(size.get("cy")) == pytest.approx(
        chosen["width"] / chosen["height"], rel=0.001
    )
    assert {n for n in parts if n.startswith("ppt/media/")} == {
        "ppt/media/figure3.png",
        "ppt/media/figure3.svg",
    }


def test_table_can_be_edited(parts):
    """A real table with a heading row, all cells, and a description."""
    root = slide(parts, 4)
    table = root.find(f".//{A}tbl")
    assert table.find(f"{A}tblPr").get("firstRow") == "1"
    rows = [[lines(c) for c in row.iter(f"{A}tc")] for row in table.iter(f"{A}tr")]
    assert rows[0] == [["Maßnahme"], ["Gruppe 0", "(n\u00a0=\u00a040)"], ["Gruppe 1", "(n\u00a0=\u00a040)"]]
    assert rows[2] == [["Maßnahme 0"], ["9\u00a0(86,7\u00a0%)"], ["10\u00a0(86,7\u00a0%)"]]
    assert (
        root.find(f".//{P}graphicFrame//{P}cNvPr").get("descr") == "Geplante Maßnahmen. Basis: 40 Bündnisse"
    )


def test_all_text_is_german(parts):
    """Each run names its language, so that programs speak and hyphenate it rightly."""
    runs = [r for k in range(1, 6) for r in slide(parts, k).iter(f"{A}rPr")]
    assert len(runs) > 40
    assert {r.get("lang") for r in runs} == {"de-DE"}


def test_every_part_is_known_and_every_link_leads_somewhere(parts):
    """PowerPoint repairs, or refuses, a file that misses a part, a kind of part or has an id twice."""
    types = etree.fromstring(parts["[Content_Types].xml"])
    named = {e.get("PartName") for e in types if e.get("PartName")}
    endings = {e.get("Extension") for e in types if e.get("Extension")}
    assert named <= {f"/{n}" for n in parts}
    assert not [n for n in parts if f"/{n}" not in named and n.rpartition(".")[2] not in endings]
    for name in [n for n in parts if n.endswith(".rels")]:
        folder = dirname(dirname(name))
        for link in etree.fromstring(parts[name]):
            if link.get("TargetMode") != "External":
                assert normpath(join(folder, link.get("Target"))) in parts, (name, link.get("Target"))
    for number in range(1, 6):
        ids = [e.get("id") for e in slide(parts, number).iter(f"{P}cNvPr")]
        assert len(set(ids)) == len(ids)
        used = set(re.findall(rb'r:(?:embed|id)="(\w+)"', parts[f"ppt/slides/slide{number}.xml"]))
        links = etree.fromstring(parts[f"ppt/slides/_rels/slide{number}.xml.rels"])
        assert used <= {link.get("Id").encode() for link in links}


def test_reference_leads_to_its_slide(parts):
    """A click on „Folie 4“ goes there."""
    links = etree.fromstring(parts["ppt/slides/_rels/slide3.xml.rels"])
    assert [x.get("Target") for x in links if x.get("Type").endswith("/slide")] == ["slide4.xml"]
    assert b'action="ppaction://hlinksldjump"' in parts["ppt/slides/slide3.xml"]


def test_same_input_same_bytes(tmp_path):
    """Two runs in different folders give the same file; its only time is the date of the report."""
    one, two = (make_deck(tmp_path / name).pptx() for name in ("eins", "zwei"))
    assert one == two
    assert set(re.findall(rb"\d{4}-\d\d-\d\dT[\d:]+Z", members(one)["docProps/core.xml"])) == {
        b"2022-06-15T00:00:00Z"
    }


def test_restyled_template_is_used(deck, tmp_path):
    """A figure stands where the template has its place, and is no larger than that."""
    old, new = (f'<a:ext cx="{w}" cy="{101 * EMU}"/>'.encode() for w in (round(222.667 * EMU), 200 * EMU))
    picture = slide(members(deck.pptx(changed(deck, tmp_path, old, new))), 3).find(f".//{P}pic")
    assert int(picture.find(f".//{A}ext[@cx]").get("cx")) == 200 * EMU


def test_other_font_is_not_embedded(deck, tmp_path, parts):
    """The shipped fonts go in only where the template names them."""
    other = members(deck.pptx(changed(deck, tmp_path, b"Source Sans 3", b"Arial")))
    assert not [n for n in other if n.endswith(".fntdata")]
    assert len([n for n in parts if n.endswith(".fntdata")]) == 4


def test_slides_of_the_template_stay_behind(deck, tmp_path):
    """A template that was saved with slides of its own gives none of them away."""
    used = tmp_path / "benutzt.pptx"
    used.write_bytes(make_deck(tmp_path, "## Alt\n\nText.\n\n" * 6).pptx())
    again = members(deck.pptx(used))
    assert sorted(n for n in again if n.startswith("ppt/slides/")) == sorted(
        f"ppt/slides/{n}" for k in range(1, 6) for n in (f"slide{k}.xml", f"_rels/slide{k}.xml.rels")
    )
    assert again["ppt/presentation.xml"].count(b"<p:sldId ") == 5


@pytest.mark.parametrize("name", NAMES.values())
def test_missing_layout_is_named(deck, tmp_path, name):
    """Each layout that the slides need is asked for by its name."""
    path = changed(deck, tmp_path, f'cSld name="{name}"'.encode(), b'cSld name="weg"')
    with pytest.raises(RenderError, match=f"„andere.pptx“ fehlen die Folienlayouts „{name}“"):
        deck.pptx(path)


def test_missing_placeholder_is_named(deck, tmp_path):
    """A layout without the place for base and source cannot be used."""
    path = changed(deck, tmp_path, b'idx="4"', b'idx="44"')
    with pytest.raises(
        RenderError, match="fehlt dem Layout „Darstellung mit Text daneben“ der Platzhalter 4"
    ):
        deck.pptx(path)


def test_missing_template_is_a_sentence(deck, tmp_path):
    """The message names the command that writes it."""
    with pytest.raises(
        RenderError, match=r"Die PowerPoint-Vorlage „x\.pptx“ fehlt; .*git checkout reports/reference.pptx"
    ):
        deck.pptx(tmp_path / "x.pptx")


def test_title_slide_without_subtitle(tmp_path):
    """Nothing stands in place of a subtitle that is not there."""
    first = slide(members(make_deck(tmp_path, subtitle="").pptx()), 1)
    assert "subTitle" not in [p.get("type") for p in first.iter(f"{P}ph")]


def test_statement_that_is_the_title_leaves_its_room_to_the_exhibit(tmp_path):
    """Without a heading of its own the table begins where that would stand."""
    text = "## {}\n\n::: {{.exhibit #plan}}\n:::"
    tops = []
    for title in ("Geplante Maßnahmen", "Anders"):
        parts = members(make_deck(tmp_path / title[:3], text.format(title)).pptx())
        tops.append(int(slide(parts, 2).find(f".//{P}xfrm/{A}off").get("y")) / EMU)
    assert tops == [48.0, 57.0]
