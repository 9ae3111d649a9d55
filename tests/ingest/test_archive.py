"""One guard for every archive: what is read, and the sentence with which everything else is refused.

Each kind of damage and malice is drawn once and offered to all that read archives: forms, spreadsheets, projects.
"""

import os
import struct
import tracemalloc
import zipfile

import pytest

from docx_parts import content_types, document, members, paragraph, relationships, run, zipped
from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.archive import Archive
from gkanalysis.ingest.office import open_word_file
from gkanalysis.ingest.qda.qdpx import read_qdpx
from gkanalysis.ingest.refusal import QdaFileError, RefusedFileError, RefusedSheetError
from gkanalysis.ingest.workbook import read_workbook
from ingest.qda.drawn import project, stored_source, text_source
from sheets import xlsx_parts

MB = 2**20
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
FAMILIES = {"form": RefusedFileError, "sheet": RefusedSheetError, "project": QdaFileError}
WHOLE = {
    "form": members(paragraph("Hallo")),
    "sheet": xlsx_parts({"T": [["Hallo"]]}),
    "project": {"project.qde": project(stored_source()), "sources/g01.txt": "Hallo"},
}


def text_in(kind, path):
    """The one text of a file, every part of it parsed."""
    if kind == "project":
        return read_qdpx(path).sources[0].text
    if kind == "sheet":
        return next((c.value for s in read_workbook(path) for c in s.cells.values()), None)
    with open_word_file(path) as package:
        texts = ["".join(package.xml(name).itertext()) for name in package.members if name.endswith(".xml")]
    return "Hallo" if "Hallo" in "".join(texts) else ""


def refusal(kind, path):
    """The error with which a file is refused, None if its text is read."""
    try:
        assert text_in(kind, path) in ("Hallo", "", None)
    except IngestError as error:
        return error
    return None


@pytest.fixture
def rule_of(tmp_path):
    """Rule by which bytes are refused, "" if they are read; the sentence names the file and says what to do."""

    def rule(kind, data, name="Datei"):
        path = tmp_path / name
        path.write_bytes(data)
        error = refusal(kind, path)
        if error is None:
            return ""
        assert type(error) is FAMILIES[kind]
        assert f"{name}“" in str(error)  # lists are named with their folder
        assert "; bitte " in str(error)
        return error.rule

    return rule


def ole(entry):
    """A compound file with one directory entry."""
    return OLE + bytes(128) + entry.encode("utf-16-le").ljust(128, b"\0")


def patched(data, *values, entry=b"PK\x01\x02"):
    """The same zip with other values in the last entry of its directory: pairs of offset and format, value."""
    changed = bytearray(data)
    at = data.rfind(entry)
    for offset, form, value in values:
        struct.pack_into(form, changed, at + offset, value)
    return bytes(changed)


def more(kind, *entries):
    """A whole file with further members at its end."""
    return zipped([*WHOLE[kind].items(), *entries])


@pytest.mark.parametrize("kind", FAMILIES)
@pytest.mark.parametrize("packing", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_whole_files_are_read(tmp_path, kind, packing):
    """Packed or not, whatever the name of the file says it is."""
    path = tmp_path / "Bögen für „Köln“.pdf"
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, content in WHOLE[kind].items():
            archive.writestr(name, content)
    assert text_in(kind, path) == "Hallo"


ALL, OFFICE = tuple(FAMILIES), ("form", "sheet")
CHANGES = [
    (ALL, b"", "empty"),
    (ALL, ole("EncryptedPackage"), "password"),
    (ALL, zipped({}), "damaged"),
    (ALL, zipped({"word/": ""}), "damaged"),
    (ALL, ("../a.xml", "<a/>"), "path"),
    (ALL, ("a/../../b.xml", "<a/>"), "path"),
    (ALL, ("/a.xml", "<a/>"), "path"),
    (ALL, ("C:a.xml", "<a/>"), "path"),
    (ALL, ("..\\a.xml", "<a/>"), "path"),
    (ALL, ("a\nb.xml", "<a/>"), "path"),
    (ALL, ("bild..png", "x"), ""),
    (ALL, ("a.xml", bytes(16 * MB)), "ratio"),
    (ALL, lambda data: patched(data, (8, "<H", 1)), "password"),
    (ALL, lambda data: patched(data, (42, "<L", 0)), "damaged"),  # shares the bytes of the first member
    (ALL, lambda data: patched(data, (42, "<L", 2**31)), "damaged"),
    (ALL, lambda data: data[: len(data) // 2], "damaged"),
    (ALL, lambda data: data[:-5], "damaged"),
    (OFFICE, lambda data: patched(data, (10, "<H", 12)), "method"),
    (OFFICE, lambda data: patched(data, (30, "<H", 9)), "damaged"),  # an extra field beyond the end of the directory
    (OFFICE, lambda data: patched(data, (34, "<H", 1)), "damaged"),  # on another disk
    (OFFICE, lambda data: data + b"x", "damaged"),
    (OFFICE, lambda data: b"PK" + data, "damaged"),
    (OFFICE, ("[content_types].XML", "<a/>"), "duplicate"),
    (OFFICE, ("a\\b.xml", "<a/>"), "path"),
    (OFFICE, ("media/a.bin", bytes(5_000_000)), "ratio"),
    (OFFICE, ("vbaProject.bin", "x"), "macros"),
    (OFFICE, ("a/macrosheets/x.xml", "x"), "macros"),
    (OFFICE, ("a/externalLinks/x.xml", "<a/>"), ""),
    (OFFICE, ("a/connections.xml", "<a/>"), ""),
    (OFFICE, ("mimetype", "application/vnd.oasis.opendocument.text"), "opendocument"),
    (OFFICE, ("a/_rels/x.rels", relationships(("oleObject", "file:///C:/x", "External"))), ""),
    (OFFICE, ("a/_rels/x.rels", relationships(("image", "\\\\server\\x.png"))), ""),
    (OFFICE, ("a/_rels/x.rels", relationships(("image", "http://example.org/x.png"))), ""),
    (OFFICE, ("a/_rels/x.rels", relationships(("attachedTemplate", "file:///\\\\s\\A.dotx", "External"))), ""),
]


@pytest.mark.parametrize(("kind", "change", "rule"), [(k, *rest) for kinds, *rest in CHANGES for k in kinds])
def test_what_is_refused_wherever_it_comes_from(rule_of, kind, change, rule):
    """Other bytes, a member more, or damage; nothing is unpacked onto the disk, yet such a file was made with intent.

    Forms and workbooks are held to more: two members of one name, macros. What leads outside is never followed.
    """
    data = more(kind, change) if isinstance(change, tuple) else change
    assert rule_of(kind, data(zipped(WHOLE[kind])) if callable(data) else data) == rule


def test_what_is_no_file_is_not_opened(tmp_path):
    """Only regular files of bearable size are read; nothing is followed, nothing is waited for."""
    target = tmp_path / "a.docx"
    target.write_bytes(zipped(WHOLE["form"]))
    (tmp_path / "link").symlink_to(target)
    os.mkfifo(tmp_path / "rohr")
    names = {"fehlt": "missing", "link": "not_a_file", "rohr": "not_a_file", ".": "not_a_file", "null\0": "unreadable"}  # fmt: skip
    for kind, family in FAMILIES.items():
        for name, rule in names.items():
            with pytest.raises(family) as caught:
                text_in(kind, tmp_path / name)
            assert caught.value.rule == rule
        if limit := family.limits.file:
            with (tmp_path / "groß").open("wb") as file:
                file.truncate(limit + 1)
            assert refusal(kind, tmp_path / "groß").rule == "file_size"


def grown(kind, declared):
    """A file with a bomb whose directory and local header declare another size."""
    data = more(kind, ("word/z.xml", bytes(64 * MB)))
    return patched(patched(data, (24, "<L", declared)), (22, "<L", declared), entry=b"PK\x03\x04")


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (lambda: more("form", ("word/a.bin", os.urandom(200_000) + bytes(33 * MB))), "size"),
        (lambda: more("form", *((f"word/{k}.bin", os.urandom(5000) + bytes(900_000)) for k in range(80))), "size"),
        (lambda: grown("form", 1000), "size"),
        (lambda: grown("form", 8 * MB), "size"),
    ],
    ids=["one part", "all parts", "small lie", "large lie"],
)  # fmt: skip
def test_bombs_cost_little(rule_of, data, rule):
    """The directory alone is enough, and a member that goes on is refused."""
    content = data()
    tracemalloc.start()
    try:
        assert rule_of("form", content) == rule
        assert tracemalloc.get_traced_memory()[1] < 40 * MB
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", FAMILIES)
def test_too_many_members(rule_of, kind):
    """The directory of such a file is not even read, whether its end says so or not."""
    limit = FAMILIES[kind].limits.members
    most = more(kind, *((f"x{k}", "") for k in range(limit - len(WHOLE[kind]))))
    assert rule_of(kind, most) == ""
    too_many = more(kind, *((f"x{k}", "") for k in range(limit)))
    assert rule_of(kind, too_many) == "members"
    lying = patched(too_many, (8, "<H", 3), (10, "<H", 3), entry=b"PK\x05\x06")
    assert rule_of(kind, lying) in ("members", "damaged")


def test_parts_of_a_form(tmp_path):
    """Listed in order, properties as texts by name, the checksum of the file, the body by relationship or type."""
    core = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
    entries = {
        "[Content_Types].xml": content_types("inhalt/bogen ä.xml"),
        "_rels/.rels": relationships(("officeDocument", "/inhalt/bogen%20%C3%A4.xml"), (core, "docProps/core.xml")),
        "inhalt/bogen ä.xml": document("<w:p/>"),
        "docProps/core.xml": '<c xmlns:d="urn:d"><d:title>Bogen A</d:title><d:creator/></c>',
    }  # fmt: skip
    path = tmp_path / "a.docx"
    path.write_bytes(zipped(entries))
    with open_word_file(path) as opened:
        assert list(opened.members) == list(entries)
        assert opened.main_part == "inhalt/bogen ä.xml"
        assert opened.core_properties == {"title": "Bogen A", "creator": ""}
    del entries["_rels/.rels"]
    path.write_bytes(zipped(entries))
    assert open_word_file(path).main_part == "inhalt/bogen ä.xml"


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"Hallo", "not_word"),
        (ole("WordDocument"), "old_word"),
        (ole("__substg1.0_0037001F"), "outlook"),
        (ole("Workbook"), "old_office"),
        (b"{\\rtf1 x}", "rtf"),
        (b"%PDF-1.7\n", "pdf"),
        (zipped({"a.txt": "x"}), "not_word"),
        (zipped({**WHOLE["form"], "[Content_Types].xml": content_types(main_type="application/xml")}), "not_word"),
        (zipped({**WHOLE["form"], "[Content_Types].xml": content_types(main_type="x.macroEnabled.y")}), "macros"),
        (zipped({**WHOLE["form"], "[Content_Types].xml": content_types(main_type="x.spreadsheetml.y")}), "xlsx"),
        (zipped({k: v for k, v in WHOLE["form"].items() if k != "word/document.xml"}), "no_document"),
    ],
)  # fmt: skip
def test_other_formats_instead_of_a_form(rule_of, data, rule):
    """Each is recognised by its content and has a sentence of its own."""
    assert rule_of("form", data) == rule
    assert rule_of("form", b"\x05Meier", "~$Bogen.docx") == "lock_file"


DOCTYPES = ("<!DOCTYPE a>", '<!-- x --> <?y z?><!DOCTYPE a [<!ENTITY x "y">]>', '<!DOCTYPE a SYSTEM "http://example.org/x">')  # fmt: skip
LAUGHS = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))


@pytest.mark.parametrize("kind", FAMILIES)
def test_xml_that_is_refused(rule_of, kind):
    """Document types in each encoding, entities, nesting without end, too many tags, damage."""
    name = {"form": "word/extra.xml", "sheet": "xl/sharedStrings.xml", "project": "project.qde"}[kind]

    def rule(xml):
        return rule_of(kind, zipped({**WHOLE[kind], name: xml}))

    for encoding in ("utf-8", "utf-16", "utf-16-le", "utf-7"):
        declared = f'<?xml version="1.0" encoding="{encoding.removesuffix("-le").upper()}"?>'
        for doctype in DOCTYPES:
            assert rule(f"{declared}{doctype}<a/>".encode(encoding)) in ("dtd", "xml")
    assert rule(f'<!DOCTYPE a [<!ENTITY a0 "ha">{LAUGHS}]><a b="&a9;"/>') == "dtd"
    assert rule("<a>&x;</a>") == rule("<a>") == "xml"
    assert rule("<a>" * 300 + "</a>" * 300) == "depth"
    if many := {"form": 500_000, "sheet": 2_000_000}.get(kind):  # of a project see test_container
        assert rule("<r>" + "<a>7</a>" * many + os.urandom(99_000).hex() + "</r>") == "elements"


def test_xml_that_is_read(tmp_path):
    """Other encodings, strict namespaces, and words of a declaration inside a text give the usual elements."""
    usual = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    body = document(paragraph(run("Köln <!DOCTYPE a> <!ENTITY x>")))
    path = tmp_path / "a.docx"
    for text in (
        ('<?xml version="1.0" encoding="UTF-16"?>' + body).encode("utf-16"),
        ('<?xml version="1.0" encoding="UTF-8"?>' + body).encode("utf-8-sig"),
        body.replace(usual, "http://purl.oclc.org/ooxml/wordprocessingml/main").encode(),
    ):
        path.write_bytes(zipped({**WHOLE["form"], "word/document.xml": text}))
        root = open_word_file(path).xml("WORD/Document.xml")
        assert root.tag == f"{{{usual}}}document"
        assert "Köln <!DOCTYPE a>" in "".join(root.itertext())


def test_recordings_inside_a_project_are_never_inflated(tmp_path):
    """A silent recording packs like a bomb and is larger than all texts may be together."""
    path = tmp_path / "projekt.qdpx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("project.qde", project(text_source("Ja.")))
        archive.writestr("sources/a.wav", bytes(48 * MB))
    tracemalloc.start()
    try:
        assert read_qdpx(path).sources[0].text == "Ja."
        assert tracemalloc.get_traced_memory()[1] < 5 * MB
    finally:
        tracemalloc.stop()


def test_projects_may_be_unusual(tmp_path):
    """Backslashes of Windows programs, two members of one name (the first counts), bytes in front, Zip64."""
    path = tmp_path / "projekt.qdpx"
    data = zipped(WHOLE["project"])
    for content in (data, data.replace(b"sources/g01.txt", b"sources\\g01.txt")):
        path.write_bytes(content)
        assert read_qdpx(path).sources[0].text == "Hallo"
    twice = more("project", ("sources/g02.txt", "zwei")).replace(b"g02.txt", b"g01.txt")
    assert Archive(path, QdaFileError, twice).duplicates == ["sources/g01.txt"]
    with zipfile.ZipFile(path, "w") as archive, archive.open("project.qde", "w", force_zip64=True) as member:
        member.write(project(text_source("Ja.")).encode())
    assert read_qdpx(path).sources[0].text == "Ja."
