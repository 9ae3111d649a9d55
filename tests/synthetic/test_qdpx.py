"""Writing REFI-QDA projects: what is written reads back the same, in the order of the schema, in equal bytes."""

import uuid
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from gkanalysis.ingest.qda.model import Case, Code, Coder, Coding, Link, Memo, Project, Selection, Set, Source, Variable
from gkanalysis.ingest.qda.positions import READINGS
from gkanalysis.ingest.qda.qdpx import read_qdpx
from tools.qdpx import write_qdpx

TEXT = "Guten Tag 😀.\nWir fangen 😀 neu an.\nAlle kamen gern."
STRETCH = (26, 32)  # „neu an“, behind one line end and two emojis


def guid(name):
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


def project(reading="", path="internal://g01.txt", text=TEXT, stretch=STRETCH):
    """One of everything that the synthetic interviews have."""
    start, end = stretch
    t, s, k, a = (guid(n) for n in ("text", "selection", "coding", "coder"))
    return Project(
        "Projekt", "Test",
        codes=(Code(guid("g"), "Aufbau", is_codable=False), Code(guid("c"), "Neu", guid("g"), True, "Neu.", "#1f4e79")),
        coders=(Coder(a, "Kodierung A"),),
        sources=(Source(t, "g01", "text", text, path, reading, "Erfunden", {"typ": "Kreis"}),),
        selections=(Selection(s, t, start, end, text[start:end]),),
        codings=(Coding(k, s, t, guid("c"), a, "2019-07-04T10:00:00Z"), Coding(guid("all"), "", t, guid("c"), a)),
        cases=(Case(guid("f"), "Bündnis", (t,), {"typ": "Kreis", "tag": "2019-07-04"}),),
        variables=(Variable(guid("v1"), "typ"), Variable(guid("v2"), "tag", "Date")),
        memos=(Memo(guid("n"), k, a, "Prüfen.", "Idee"), Memo(guid("n2"), t, a, "Zur Quelle.")),
        links=(Link(guid("l"), "siehe", s, k, "OneWay"),),
        sets=(Set(guid("m"), "Auswahl", (guid("c"), t, guid("n"))),),
    )  # fmt: skip


@pytest.mark.parametrize("reading", READINGS)
def test_one_of_everything_comes_back_in_every_count(tmp_path, reading):
    """Line ends of Windows come with a byte order mark, as NVivo writes them; positions follow them."""
    write_qdpx(project(reading), tmp_path / "a.qdpx")
    assert read_qdpx(tmp_path / "a.qdpx") == project(reading)
    with zipfile.ZipFile(tmp_path / "a.qdpx") as archive:
        stored = archive.read("sources/g01.txt")
        (element,) = etree.fromstring(archive.read("project.qde")).iter("{*}PlainTextSelection")
    assert stored.startswith(b"\xef\xbb\xbf") == (b"\r\n" in stored) == reading.endswith("crlf")
    assert int(element.get("startPosition")) == 26 + reading.endswith("crlf") + 2 * reading.startswith("utf16")


@pytest.mark.parametrize(
    ("color", "written"),
    [("#1F4e79", "#1F4e79"), ("#abc", "#aabbcc"), ("1f4e79", "#1f4e79"), ("red", ""), ("#1f4e7980", "")],
)
def test_no_colour_that_the_schema_forbids(tmp_path, color, written):
    """Programs that validate a project refuse all of it for one colour."""
    write_qdpx(Project(codes=(Code(guid("c"), "Neu", color=color),)), tmp_path / "a.qdpx")
    assert read_qdpx(tmp_path / "a.qdpx").codes[0].color == written


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text("a b.\n😀äß„", min_size=1, max_size=25), st.data())
def test_any_text_comes_back(tmp_path, text, data):
    """In the XML or in a file of its own, with any selection, as far as a reader can tell how it counts."""
    end = data.draw(st.integers(1, len(text)))
    stretch = (data.draw(st.integers(0, end - 1)), end)
    drawn = project(path=data.draw(st.sampled_from(["", "internal://a.txt"])), text=text, stretch=stretch)
    write_qdpx(drawn, tmp_path / "a.qdpx")
    back = read_qdpx(tmp_path / "a.qdpx")
    assert back.sources[0].text == text
    if back.sources[0].reading == "codepoints_lf" and not back.losses:
        assert back.selections == drawn.selections
