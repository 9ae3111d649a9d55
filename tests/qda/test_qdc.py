"""Codebooks: codes and sets read, written, and read again."""

import pytest
from lxml import etree

from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.qda.guids import description_guid
from gkanalysis.ingest.qda.model import Code, Memo, Project, Set
from gkanalysis.ingest.qda.qdc import read_qdc, write_qdc
from gkanalysis.ingest.qda.refusal import QdaWriteError
from qda.drawn import kinds

BOOK = (
    '<CodeBook xmlns="urn:QDA-XML:codebook:1.0" origin="O"><Codes>'
    '<Code guid="C1" name="Aufbau" isCodable="0"><Description>Anfang</Description><Code guid="C2" name="Neu"/></Code>'
    '<Code guid="C1" name="Doppelt" isCodable="true"/><Neu guid="X1"/></Codes>'
    '<Sets><Set guid="M1" name="Auswahl"><Description>Wozu</Description><MemberCode guid="C2"/><MemberCode guid="C9"/>'
    '</Set><Neu guid="X2"/></Sets><Neu guid="X3"/></CodeBook>'
)


def read(folder, content):
    """The codebook of these bytes or this text."""
    path = folder / "codes.qdc"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_qdc(path)


def test_codes_sets_and_losses(tmp_path):
    """What a codebook holds, and what it should not hold."""
    found = read(tmp_path, BOOK)
    assert found.origin == "O"
    assert [(c.name, c.parent, c.is_codable) for c in found.codes] == [
        ("Aufbau", "", False),
        ("Neu", "c1", True),
        ("Doppelt", "", True),
    ]
    assert found.sets == (Set("m1", "Auswahl", ("c2",)),)
    assert found.memos == (Memo(description_guid("m1"), "m1", "", "Wozu"),)
    assert kinds(found) == [
        ("duplicate_guid", "c1"),
        ("unknown_element", "x1"),
        ("unknown_element", "x2"),
        ("unknown_element", "x3"),
        ("unknown_member", "c9"),
    ]


def test_reading_writing_reading_gives_the_same(tmp_path):
    """Codes with descriptions and colours, sets of codes with theirs; sets of anything else are left out."""
    project = Project(
        origin="O",
        codes=(Code("c1", "Aufbau", "", False, "Wie\nes anfing", "#1f4e79"), Code("c2", "Neu", "c1")),
        sets=(Set("m1", "Auswahl", ("c2", "c1")),),
        memos=(Memo(description_guid("m1"), "m1", text="Wozu"),),
    )
    other = Project(**{**vars(project), "sets": (*project.sets, Set("m2", "Quellen", ("t1",)))})
    write_qdc(other, tmp_path / "a.qdc")
    assert read_qdc(tmp_path / "a.qdc") == project
    root = etree.parse(tmp_path / "a.qdc").getroot()
    names = "CodeBook Codes Code Description Code Sets Set Description MemberCode MemberCode"
    assert " ".join(etree.QName(element).localname for element in root.iter()) == names


def test_other_namespace_is_listed(tmp_path):
    """As with projects."""
    assert kinds(read(tmp_path, BOOK.split("<Codes>")[0].replace("1.0", "2.0") + "</CodeBook>")) == [
        ("version", "")
    ]
    assert kinds(read(tmp_path, "<CodeBook/>")) == [("version", "")]


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"PK\x03\x04", "no_codebook"),
        (b"<Project/>", "no_codebook"),
        (b"<CodeBook>", "xml"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><CodeBook/>', "dtd"),
        ("<!DOCTYPE a><CodeBook/>".encode("utf-16"), "dtd"),
        (b"", "empty"),
        (b"<a>" + b" " * (32 * 2**20), "size"),
    ],
)
def test_refusals(tmp_path, content, rule):
    """What is no codebook, or dangerous."""
    with pytest.raises(IngestError) as caught:
        read(tmp_path, content)
    assert caught.value.rule == rule


def test_a_codebook_needs_a_code(tmp_path):
    """The schema says so."""
    with pytest.raises(QdaWriteError, match="wenigstens einen"):
        write_qdc(Project("P"), tmp_path / "a.qdc")
