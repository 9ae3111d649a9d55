"""Opening received files: what is read, and the sentence with which everything else is refused."""

import hashlib
import os
import re
import struct
import tracemalloc
import zlib

import pytest

from docx_parts import content_types, document, members, package, paragraph, relationships, run, zipped
from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.refusal import SENTENCES, RefusedFileError
from gkanalysis.ingest.word.archive import MAX_FILE_BYTES, open_word_file
from gkanalysis.ingest.word.ziparchive import MAX_MEMBERS, MAX_PART_BYTES

CORE = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"


def read_all_parts(path):
    """Open a file and parse each of its parts."""
    with open_word_file(path) as opened:
        for name in opened.parts:
            opened.xml(name)


def refused(tmp_path, data, name="Bogen.docx"):
    """The error with which a file of these bytes is refused when all its text is asked for."""
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(IngestError) as caught:
        read_all_parts(path)
    message = str(caught.value)
    assert f"„{name}“" in message
    assert message.endswith(".")
    assert ". " not in message.removesuffix(".")
    assert "bitte" in message
    return caught.value


def with_member(name, content, **replaced):
    """A whole document with one member more."""
    return zipped(members("<w:p/>", **replaced) | {name: content})


def test_parts_properties_and_checksum_of_an_ordinary_file(tmp_path):
    """Parts are listed in order, properties are texts by name, and the checksum is that of the file."""
    entries = members(paragraph("Hallo"))
    entries["_rels/.rels"] = relationships(
        ("officeDocument", "word/document.xml"),
        (CORE, "docProps/core.xml"),
        ("custom-properties", "docProps/custom.xml"),
    )
    entries["docProps/core.xml"] = (
        '<c:coreProperties xmlns:c="urn:c" xmlns:dc="urn:dc"><dc:title>Bogen A</dc:title>'
        "<c:keywords>gk 2018</c:keywords><dc:creator/></c:coreProperties>"
    )
    entries["docProps/custom.xml"] = (
        '<Properties xmlns="urn:p" xmlns:vt="urn:vt"><property name="Welle"><vt:lpwstr>2</vt:lpwstr></property></Properties>'
    )
    path = tmp_path / "Bögen für „Köln“ 1.docx"
    path.write_bytes(zipped(entries))
    with open_word_file(path) as opened:
        assert opened.parts == list(entries)
        assert opened.main_part == "word/document.xml"
        assert opened.core_properties == {"title": "Bogen A", "keywords": "gk 2018", "creator": ""}
        assert opened.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert "Hallo" in "".join(opened.xml("WORD/Document.xml").itertext())


def test_main_part_is_found_by_relationship_or_content_type(tmp_path):
    """The body may have any name, in the relationships or only in the content types."""
    entries = {
        "[Content_Types].xml": content_types("inhalt/bogen ä.xml"),
        "_rels/.rels": relationships(("officeDocument", "/inhalt/bogen%20%C3%A4.xml")),
        "inhalt/bogen ä.xml": document("<w:p/>"),
    }
    path = tmp_path / "a.docx"
    path.write_bytes(zipped(entries))
    assert open_word_file(path).main_part == "inhalt/bogen ä.xml"
    del entries["_rels/.rels"]
    path.write_bytes(zipped(entries))
    assert open_word_file(path).main_part == "inhalt/bogen ä.xml"


def test_content_decides_not_the_extension(tmp_path):
    """A document is read under any name."""
    path = tmp_path / "Bogen.pdf"
    path.write_bytes(zipped(members("<w:p/>")))
    assert open_word_file(path).main_part == "word/document.xml"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_other_encodings_of_xml_are_read(tmp_path, encoding):
    """Parts in UTF-16 or with a byte order mark give the same text."""
    entries = members("")
    declared = "UTF-16" if encoding == "utf-16" else "UTF-8"
    text = f'<?xml version="1.0" encoding="{declared}"?>' + document(paragraph("Köln"))
    entries["word/document.xml"] = text.encode(encoding)
    path = tmp_path / "a.docx"
    path.write_bytes(zipped(entries))
    assert "Köln" in "".join(open_word_file(path).xml("word/document.xml").itertext())


def test_strict_open_xml_comes_back_in_the_usual_namespaces():
    """Documents saved as Strict Open XML need no second set of names."""
    usual = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    strict = members("")
    strict["word/document.xml"] = strict["word/document.xml"].replace(
        usual, "http://purl.oclc.org/ooxml/wordprocessingml/main"
    )
    opened = package()
    opened.__init__(opened.path, zipped(strict))
    assert opened.xml("word/document.xml").tag == f"{{{usual}}}document"


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def ole(entry):
    """A compound file with one directory entry."""
    return OLE + bytes(128) + entry.encode("utf-16-le").ljust(128, b"\0")


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "empty"),
        (b"Hallo", "not_word"),
        (b"<html><body>x</body></html>", "not_word"),
        (ole("EncryptedPackage"), "password"),
        (ole("WordDocument"), "old_doc"),
        (ole("__substg1.0_0037001F"), "outlook"),
        (ole("Workbook"), "other_office"),
        (b"{\\rtf1 x}", "rtf"),
        (b"%PDF-1.7\n", "pdf"),
        (zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}), "odt"),
        (zipped({"a.txt": "x"}), "not_word"),
        (
            zipped(members("<w:p/>") | {"[Content_Types].xml": content_types(main_type="application/xml")}),
            "not_word",
        ),
        (
            zipped(
                members()
                | {
                    "[Content_Types].xml": content_types(
                        main_type="application/x.spreadsheetml.sheet.main+xml"
                    )
                }
            ),
            "xlsx",
        ),
    ],
)
def test_other_formats_are_recognised_by_content(tmp_path, data, rule):
    """Each other format has a sentence of its own."""
    assert refused(tmp_path, data).rule == rule


def test_password_and_old_format_have_different_sentences():
    """Both are compound files, but what to do differs."""
    assert "Kennwort" in SENTENCES["password"]
    assert ".doc" in SENTENCES["old_doc"]


def test_lock_file_of_word_is_named(tmp_path):
    """Files beginning with ~$ are collected by accident."""
    assert refused(tmp_path, b"\x05Meier" + bytes(156), "~$Bogen.docx").rule == "lock_file"


def test_missing_files_folders_links_and_devices(tmp_path):
    """Only regular files are read; nothing is followed, nothing is waited for."""
    target = tmp_path / "Bogen.docx"
    target.write_bytes(zipped(members("<w:p/>")))
    (tmp_path / "Link.docx").symlink_to(target)
    os.mkfifo(tmp_path / "Rohr.docx")
    (tmp_path / "Ordner.docx").mkdir()
    for name, rule in [
        ("fehlt.docx", "missing"),
        ("Link.docx", "not_a_file"),
        ("Rohr.docx", "not_a_file"),
        ("Ordner.docx", "not_a_file"),
        ("null\0.docx", "unreadable"),
    ]:
        with pytest.raises(RefusedFileError) as caught:
            open_word_file(tmp_path / name)
        assert caught.value.rule == rule


def test_file_larger_than_the_limit_is_not_read(tmp_path):
    """The limit is checked before reading."""
    path = tmp_path / "groß.docx"
    with path.open("wb") as file:
        file.truncate(MAX_FILE_BYTES + 1)
    with pytest.raises(RefusedFileError) as caught:
        open_word_file(path)
    assert caught.value.rule == "file_size"


@pytest.mark.parametrize(
    "data",
    [
        with_member("word/vbaProject.bin", "x"),
        zipped(
            members()
            | {
                "[Content_Types].xml": content_types(
                    main_type="application/vnd.ms-word.document.macroEnabled.main+xml"
                )
            }
        ),
    ],
)
def test_macros_are_refused(tmp_path, data):
    """Whether the project is there or only announced."""
    assert refused(tmp_path, data).rule == "macros"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "utf-7"])
@pytest.mark.parametrize(
    "prolog",
    [
        "<!DOCTYPE a>",
        '<!-- x --> <?y z?><!DOCTYPE a [<!ENTITY x "y">]>',
        '<!DOCTYPE a SYSTEM "http://example.org/x">',
    ],
)
def test_document_type_declarations_are_refused(tmp_path, prolog, encoding):
    """In each encoding, before any entity is defined."""
    declared = encoding.removesuffix("-le").upper()
    text = f'<?xml version="1.0" encoding="{declared}"?>{prolog}<a/>'
    assert refused(tmp_path, with_member("word/extra.xml", text.encode(encoding))).rule in ("dtd", "xml")


def test_entities_are_refused_before_they_grow(tmp_path):
    """A thousand million laughs inside an attribute, which parsers expand."""
    levels = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    laughs = f'<!DOCTYPE a [<!ENTITY a0 "ha">{levels}]><a b="&a9;"/>'
    assert refused(tmp_path, with_member("word/extra.xml", laughs)).rule == "dtd"


def test_words_of_a_declaration_inside_a_text_are_no_harm(tmp_path):
    """Only the place before the root element counts."""
    path = tmp_path / "a.docx"
    path.write_bytes(zipped(members(paragraph(run("<!DOCTYPE a> und <!ENTITY x>")))))
    assert "<!DOCTYPE" in "".join(open_word_file(path).xml("word/document.xml").itertext())


def test_undefined_entity_and_broken_xml_are_refused(tmp_path):
    """The parser's complaint becomes a sentence."""
    assert refused(tmp_path, with_member("word/extra.xml", "<a>&x;</a>")).rule == "xml"
    assert refused(tmp_path, with_member("word/extra.xml", "<a>")).rule == "xml"


def test_xml_nested_deeply_or_of_too_many_tags_is_refused(tmp_path):
    """Both would cost memory or the stack."""
    assert refused(tmp_path, with_member("word/extra.xml", "<a>" * 300 + "</a>" * 300)).rule == "depth"
    many = "<r>" + "<a>%d</a>" * 500_000 % tuple(range(500_000)) + "</r>"
    assert refused(tmp_path, with_member("word/extra.xml", many)).rule == "elements"


def _memory_of_refusal(tmp_path, data):
    """The error and the peak of memory allocated in Python while refusing."""
    tracemalloc.start()
    error = refused(tmp_path, data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return error, peak


def test_declared_bombs_are_refused_before_inflating(tmp_path):
    """Too large, or too well packed: the directory alone is enough."""
    too_large = with_member("word/media/a.bin", bytes(MAX_PART_BYTES + 1))
    too_dense = with_member("word/media/a.bin", bytes(5_000_000))
    many = zipped(
        members() | {f"word/media/{number}.bin": os.urandom(8) + bytes(900_000) for number in range(80)}
    )
    for data, rule in [(too_large, "size"), (too_dense, "ratio"), (many, "size")]:
        error, peak = _memory_of_refusal(tmp_path, data)
        assert error.rule == rule
        assert peak < 20 * 2**20


def _understated(data, name, size):
    """The same zip with another declared size of one member, in the directory and before the member."""
    patched = bytearray(data)
    encoded = name.encode()
    for signature, name_at, size_at in [(b"PK\x01\x02", 46, 24), (b"PK\x03\x04", 30, 22)]:
        position = patched.find(signature)
        while patched[position + name_at : position + name_at + len(encoded)] != encoded:
            position = patched.find(signature, position + 1)
        struct.pack_into("<L", patched, position + size_at, size)
    return bytes(patched)


def test_bomb_with_an_understated_size_stops_while_inflating(tmp_path):
    """The declared size is a limit for inflating, and a member that goes on is refused."""
    data = _understated(with_member("word/extra.xml", b"<a>" + bytes(30_000_000)), "word/extra.xml", 1000)
    error, peak = _memory_of_refusal(tmp_path, data)
    assert error.rule == "size"
    assert peak < 20 * 2**20


def test_too_many_members(tmp_path):
    """2,000 members are allowed; the directory of a larger one is not even read."""
    extra = MAX_MEMBERS - len(members())
    path = tmp_path / "a.docx"
    path.write_bytes(zipped(members() | {f"x{number}": "" for number in range(extra)}))
    assert len(open_word_file(path).parts) == MAX_MEMBERS
    assert (
        refused(tmp_path, zipped(members() | {f"x{number}": "" for number in range(extra + 1)})).rule
        == "members"
    )


@pytest.mark.parametrize(
    "name",
    ["../a.xml", "word/../../a.xml", "/a.xml", "word\\a.xml", "C:a.xml", "c:/a.xml", "word/..", "a\nb.xml"],
)
def test_names_that_escape_are_refused(tmp_path, name):
    """Nothing is unpacked, yet such a file was made with intent."""
    assert refused(tmp_path, with_member(name, "<a/>")).rule == "path"


def test_names_with_dots_are_no_escape(tmp_path):
    """Two dots inside a name are allowed."""
    path = tmp_path / "a.docx"
    path.write_bytes(with_member("word/bild..png", "x"))
    assert "word/bild..png" in open_word_file(path).parts


def test_duplicate_names_are_refused(tmp_path):
    """Programs differ in which of the two they read; capital letters do not tell parts apart."""
    entries = list(members("<w:p/>").items())
    assert refused(tmp_path, zipped([*entries, ("Word/Document.xml", "<a/>")])).rule == "duplicate"


def test_damage_is_refused_wherever_it_is(tmp_path):
    """Truncation, a wrong byte, a wrong checksum, missing bytes in front, members that overlap."""
    data = zipped(members(paragraph("Hallo")))
    start = data.find(b"word/document.xml") + len(b"word/document.xml")
    flipped = data[: start + 20] + bytes([data[start + 20] ^ 0xFF]) + data[start + 21 :]
    entry = data.rfind(b"word/document.xml") - 46
    wrong_sum = data[: entry + 16] + b"\0\0\0\0" + data[entry + 20 :]
    for damaged in (
        data[: len(data) // 2],
        data[:-5],
        data + b"x",
        data[1:],
        b"PK" + data,
        flipped,
        wrong_sum,
    ):
        assert refused(tmp_path, damaged).rule in ("damaged", "not_word")
    overlapping = bytearray(data)
    offset_of_first = struct.unpack_from("<L", data, data.find(b"PK\x01\x02") + 42)[0]
    struct.pack_into("<L", overlapping, entry + 42, offset_of_first)
    path = tmp_path / "überlappend.docx"
    path.write_bytes(bytes(overlapping))
    with pytest.raises(RefusedFileError, match="beschädigt"):
        open_word_file(path)


def test_every_truncation_and_every_flipped_byte_is_an_ingest_error_or_harmless(tmp_path):
    """No damage ends in another exception."""
    data = zipped(members(paragraph("Hallo")))
    path = tmp_path / "a.docx"
    for position in range(0, len(data), 3):
        for damaged in (
            data[:position],
            data[:position] + bytes([data[position] ^ 0x55]) + data[position + 1 :],
        ):
            path.write_bytes(damaged)
            try:
                opened = open_word_file(path)
                opened.xml(opened.main_part)
            except IngestError:
                continue


def test_encrypted_members_and_unusual_packing_are_refused(tmp_path):
    """A zip password is a password; other methods than deflate are not written by Word."""
    data = bytearray(zipped(members("<w:p/>")))
    entry = data.find(b"PK\x01\x02")
    for offset, value, rule in [(8, 1, "password"), (10, 12, "method")]:
        changed = bytearray(data)
        struct.pack_into("<H", changed, entry + offset, value)
        assert refused(tmp_path, bytes(changed)).rule == rule


@pytest.mark.parametrize("kind", ["oleObject", "image", "subDocument", "frame"])
def test_links_to_things_outside_are_refused(tmp_path, kind):
    """The sentence says what is linked."""
    data = with_member("word/_rels/settings.xml.rels", relationships((kind, "file:///C:/x.dotx", "External")))
    error = refused(tmp_path, data)
    assert error.rule == "external"
    assert kind in str(error)


@pytest.mark.parametrize(
    "target", ["http://example.org/x.png", "\\\\server\\x.png", "//server/x.png", "file:///x.png"]
)
def test_outside_targets_without_the_mode_are_refused(tmp_path, target):
    """The address counts, not what the relationship says of itself."""
    assert (
        refused(tmp_path, with_member("word/_rels/a.xml.rels", relationships(("image", target)))).rule
        == "external"
    )


def test_hyperlinks_and_the_template_of_an_office_are_allowed(tmp_path):
    """Addresses stand in every form, and Word notes the template on the drive of an office; neither is followed."""
    links = relationships(
        ("hyperlink", "https://example.org", "External"),
        ("hyperlink", "mailto:a@example.org", "External"),
        ("attachedTemplate", "file:///\\\\server\\Vorlagen\\Amt.dotx", "External"),
    )
    path = tmp_path / "a.docx"
    path.write_bytes(with_member("word/_rels/footer1.xml.rels", links))
    assert open_word_file(path).main_part == "word/document.xml"


def test_missing_document_is_said(tmp_path):
    """A package that announces a body it does not have."""
    entries = members()
    del entries["word/document.xml"]
    assert refused(tmp_path, zipped(entries)).rule == "no_document"


def test_sentences_hide_control_characters(tmp_path):
    """A file name cannot write to the terminal."""
    path = tmp_path / "a\x1b[2J.docx"
    path.write_bytes(b"")
    with pytest.raises(RefusedFileError, match=re.escape("„a?[2J.docx“ ist leer")):
        open_word_file(path)


def test_every_sentence_is_one_sentence():
    """All refusals can be read aloud: one sentence each, with what to do."""
    for rule in SENTENCES:
        message = str(RefusedFileError(rule, "a.docx"))
        assert message.endswith(".")
        assert "; bitte" in message


def test_stored_members_are_read(tmp_path):
    """Members without compression are as good."""
    content = document(paragraph("Hallo")).encode()
    stored = bytearray()
    directory = bytearray()
    entries = {name: text.encode() for name, text in members().items()} | {"word/document.xml": content}
    for name, data in entries.items():
        fixed = struct.pack(
            "<HHHHHLLLHH", 20, 0, 0, 0, 0, zlib.crc32(data), len(data), len(data), len(name), 0
        )
        directory += (
            b"PK\x01\x02\x14\0" + fixed + struct.pack("<HHHLL", 0, 0, 0, 0, len(stored)) + name.encode()
        )
        stored += b"PK\x03\x04" + fixed + name.encode() + data
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", 0, 0, len(entries), len(entries), len(directory), len(stored), 0
    )
    path = tmp_path / "a.docx"
    path.write_bytes(bytes(stored + directory + end))
    assert "Hallo" in "".join(open_word_file(path).xml("word/document.xml").itertext())
