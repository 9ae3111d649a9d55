"""What is refused, with one German sentence each, and what a large archive costs."""

import io
import os
import struct
import tracemalloc
import zipfile
import zlib

import pytest

from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.qda.container import MAX_MEMBERS, Container
from gkanalysis.ingest.qda.projectxml import MAX_TAGS, iterate_objects, refuse_doctype
from gkanalysis.ingest.qda.qdpx import read_qdpx
from gkanalysis.ingest.qda.refusal import SENTENCES, QdaFileError
from gkanalysis.ingest.refusal import UnsafeContentError
from qda.drawn import PROJECT_NAMESPACE, project, stored_source, text_source, written, zipped

MEGABYTE = 2**20


def refused(path):
    """The rule by which a project is refused; the sentence names the file and says what to do."""
    with pytest.raises(IngestError) as caught:
        read_qdpx(path)
    message = str(caught.value)
    assert isinstance(caught.value, QdaFileError)
    assert f"„{path.name}“" in message
    assert "bitte" in message
    assert message.endswith(".")
    return caught.value.rule


def refused_bytes(folder, data):
    """The same for these bytes."""
    path = folder / "projekt.qdpx"
    path.write_bytes(data)
    return refused(path)


@pytest.mark.parametrize("rule", SENTENCES)
def test_every_refusal_is_one_sentence(rule):
    """It names the file first and ends with what to do."""
    message = str(QdaFileError(rule, "a.qdpx", "teil\x1b"))
    assert message.startswith("Die Datei „a.qdpx“ (teil?) ")
    assert message.endswith(".")
    assert "; bitte " in message


def test_files_that_are_none(tmp_path):
    """Missing, empty, a folder, a link, a pipe, something else, an archive without a project."""
    assert refused(tmp_path / "fehlt.qdpx") == "missing"
    with pytest.raises(QdaFileError, match="darf nicht gelesen werden"):
        read_qdpx(tmp_path / "null\x00.qdpx")
    assert refused(tmp_path) == "not_a_file"
    assert refused_bytes(tmp_path, b"") == "empty"
    assert refused_bytes(tmp_path, b"kein Archiv") == "not_zip"
    assert refused_bytes(tmp_path, zipped({"a.txt": "a"})) == "no_project"
    assert refused_bytes(tmp_path, zipped({"project.qde": "<Anderes/>"})) == "no_project"
    (tmp_path / "link.qdpx").symlink_to(tmp_path / "projekt.qdpx")
    assert refused(tmp_path / "link.qdpx") == "not_a_file"
    os.mkfifo(tmp_path / "rohr.qdpx")
    assert refused(tmp_path / "rohr.qdpx") == "not_a_file"


@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE Project>",
        '<!DOCTYPE Project SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE Project [<!ENTITY a "b"><!ENTITY c "&a;&a;">]>',
        '<!-- x --><?y z?>\n<!DOCTYPE Project [<!ENTITY % a SYSTEM "http://127.0.0.1/"> %a;]>',
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_document_types_and_entities(tmp_path, doctype, encoding):
    """In any encoding, before any entity is expanded."""
    xml = project(text_source("Ja."), head=doctype)
    assert refused(written(tmp_path, xml.encode(encoding))) == "dtd"


def test_project_in_utf_16_is_read(tmp_path):
    """The encoding alone is no reason to refuse."""
    xml = project(text_source("Grüße"), head="")
    assert read_qdpx(written(tmp_path, xml.encode("utf-16"))).sources[0].text == "Grüße"


@pytest.mark.parametrize(
    ("xml", "rule"),
    [
        (project()[:-3], "xml"),
        ("", "xml"),
        ("a", "xml"),
        (project("&unbekannt;"), "xml"),
        (project("<a>" * 300 + "</a>" * 300), "depth"),
        (project(text_source("Wort " * (2 * MEGABYTE + 1))), "size"),
        (b"<?xml version='1.0' encoding='gibtesnicht'?><Project/>", "xml"),
    ],
)
def test_damaged_and_excessive_xml(tmp_path, xml, rule):
    """Cut off, empty, nested without end, one text beyond all measure."""
    path = tmp_path / "projekt.qdpx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("project.qde", xml)
    assert refused(path) == rule


def test_too_many_tags():
    """They are counted before anything is parsed."""
    with pytest.raises(UnsafeContentError, match="elements"):
        refuse_doctype(b"<" * (MAX_TAGS + 1))


@pytest.mark.parametrize(
    "name", ["../a.txt", "/a.txt", "C:/a.txt", "sources/../../a.txt", "..\\a.txt", "a\x1b.txt"]
)
def test_paths_that_lead_out(tmp_path, name):
    """Nothing is unpacked, and still no honest program writes such a name."""
    assert refused(written(tmp_path, project(), {name: "a"})) == "path"


def test_backslashes_as_some_windows_programs_write_them(tmp_path):
    """They separate folders."""
    data = zipped({"project.qde": project(stored_source()), "sources/g01.txt": "Ja."})
    path = tmp_path / "projekt.qdpx"
    path.write_bytes(data.replace(b"sources/g01.txt", b"sources\\g01.txt"))
    assert read_qdpx(path).sources[0].text == "Ja."


def test_passwords(tmp_path):
    """Of a zip archive, and the wrapping of Office."""
    data = bytearray(written(tmp_path, project()).read_bytes())
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    assert refused_bytes(tmp_path, bytes(data)) == "password"
    wrapped = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(1024, b"\0") + "EncryptedPackage".encode("utf-16-le")
    assert refused_bytes(tmp_path, wrapped.ljust(2048, b"\0")) == "password"


def bomb(size, *, declared=None, name="project.qde"):
    """An archive with a member of zeros, whose directory may lie about its size."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sources/a.txt", "a")
        archive.writestr("project.qde", project())
        if name != "project.qde":
            archive.writestr(name, b"0" * size)
        else:
            archive.filelist.pop()
            archive.NameToInfo.clear()
            archive.writestr(name, b"0" * size)
    data = bytearray(buffer.getvalue())
    if declared is not None:
        entry = data.rindex(b"PK\x01\x02")
        struct.pack_into("<L", data, entry + 24, declared)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (bomb(64 * MEGABYTE), "ratio"),
        (bomb(64 * MEGABYTE, name="sources/b.txt"), "ratio"),
        (bomb(64 * MEGABYTE, declared=1000), "size"),
        (bomb(64 * MEGABYTE, declared=16 * MEGABYTE), "ratio"),
    ],
    ids=["project", "text nobody asked for", "small lie about the size", "large lie about the size"],
)
def test_bombs_cost_little(tmp_path, data, rule):
    """Refused before they grow."""
    path = tmp_path / "projekt.qdpx"
    path.write_bytes(data)
    tracemalloc.start()
    try:
        assert refused(path) == rule
        assert tracemalloc.get_traced_memory()[1] < 9 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_recordings_inside_are_never_inflated(tmp_path):
    """A silent recording packs like a bomb and is larger than all texts may be together."""
    path = tmp_path / "projekt.qdpx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", project(text_source("Ja.")))
        archive.writestr("sources/a.wav", bytes(48 * MEGABYTE))
    tracemalloc.start()
    try:
        assert read_qdpx(path).sources[0].text == "Ja."
        assert tracemalloc.get_traced_memory()[1] < 5 * MEGABYTE
    finally:
        tracemalloc.stop()


def test_texts_have_limits(tmp_path, monkeypatch):
    """Each of them, and all together."""
    path = written(tmp_path, project(stored_source()), {"sources/g01.txt": "Ja." * 1000})
    with Container(path) as container:
        with pytest.raises(QdaFileError, match="32 MB je Text"):
            container.read("sources/g01.txt", limit=2999)
        assert len(container.read("sources/g01.txt", limit=3000)) == 3000
    monkeypatch.setattr("gkanalysis.ingest.qda.container.MAX_TOTAL_BYTES", 2999)
    assert refused(path) == "size"


def test_too_many_members(tmp_path):
    """The directory is not read."""
    data = bytearray(written(tmp_path, project()).read_bytes())
    struct.pack_into("<2H", data, len(data) - 14, MAX_MEMBERS + 1, MAX_MEMBERS + 1)
    assert refused_bytes(tmp_path, bytes(data)) == "members"


def test_members_that_share_bytes(tmp_path):
    """One stream of data under two names multiplies a small file."""
    data = bytearray(zipped({"project.qde": project(), "sources/a.txt": "a"}))
    second = data.rindex(b"PK\x01\x02")
    struct.pack_into("<L", data, second + 42, 0)
    assert refused_bytes(tmp_path, bytes(data)) == "damaged"


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.99])
def test_cut_off_archives(tmp_path, cut):
    """Half a file is no file."""
    data = zipped({"project.qde": project(), "sources/a.txt": "a" * 99})
    assert refused_bytes(tmp_path, data[: int(len(data) * cut)]) == "damaged"


def zip64(name, content):
    """An archive as programs write it for more than 4 GB: sizes in the extra field, Zip64 records at the end."""
    packed = zlib.compress(content)[2:-4]
    stored, full = name.encode(), 0xFFFFFFFF
    extra = struct.pack("<2H3Q", 1, 24, len(content), len(packed), 0)
    crc = zlib.crc32(content)
    local = (
        struct.pack("<4s5H3L2H", b"PK\x03\x04", 45, 0, 8, 0, 0, crc, full, full, len(stored), 0)
        + stored
        + packed
    )
    entry = struct.pack(
        "<4s6H3L5H2L",
        b"PK\x01\x02",
        45,
        45,
        0,
        8,
        0,
        0,
        crc,
        full,
        full,
        len(stored),
        len(extra) + 4,
        0,
        0,
        0,
        0,
        full,
    )
    entry += stored + struct.pack("<2H", 0x9999, 0) + extra
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 1, 1, len(entry), len(local))
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, len(local) + len(entry), 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, full, full, 0)
    return local + entry + end64 + locator + end


def test_archives_of_more_than_four_gigabytes(tmp_path):
    """Their directory has another form; one that leads astray is damage."""
    data = zip64("project.qde", project(text_source("Ja.")).encode())
    path = tmp_path / "projekt.qdpx"
    path.write_bytes(data)
    assert read_qdpx(path).sources[0].text == "Ja."
    assert refused_bytes(tmp_path, data.replace(b"PK\x06\x07", b"PK\x06\x00")) == "damaged"
    assert refused_bytes(tmp_path, data.replace(b"PK\x06\x06", b"PK\x06\x00")) == "damaged"


def test_memory_follows_the_largest_document():
    """Objects are freed one by one."""
    source = '<TextSource guid="T1">' + '<PlainTextSelection guid="S1" name="abc"/>' * 500 + "</TextSource>"
    many = f'<Project xmlns="{PROJECT_NAMESPACE}"><Sources>{source * 100}</Sources></Project>'.encode()
    left = [len(element.getparent()) for name, element in iterate_objects(many) if name == "TextSource"]
    assert len(left) == 100
    assert max(left) <= 4  # the parser is some bytes ahead
