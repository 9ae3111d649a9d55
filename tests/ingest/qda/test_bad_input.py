"""Projects with faults: what can be read is read, the rest is listed with its GUID."""

import pytest

from gkanalysis.ingest.qda.losses import KINDS, RAW_LENGTH, loss
from gkanalysis.ingest.qda.qdpx import read_qdpx
from ingest.qda.drawn import (
    CODES,
    CODING,
    kinds,
    project,
    read,
    selection,
    stored_source,
    text_source,
    written,
)

TEXT = "Wir haben neu angefangen. Alle kamen."

VALUE = '<VariableValue><VariableRef targetGUID="{}"/><TextValue>{}</TextValue></VariableValue>'
TYPE = '<Variables><Variable guid="V1" name="typ" typeOfVariable="Text"/></Variables>'
CASE = '<Cases><Case guid="F1" name="Fall">{}</Case></Cases>'
LINK = '<Links><Link guid="L1" originGUID="{}" targetGUID="{}"/></Links>'
SET = '<Sets><Set guid="M1" name="M"><MemberNote targetGUID="N9"/></Set></Sets>'
GRAPH = '<Graphs><Graph guid="G1" name="Karte"><Vertex guid="E1" firstX="1" firstY="1"/></Graph></Graphs>'
NOTE = '<Notes><Note guid="N1"><PlainTextContent>Text</PlainTextContent>{}</Note></Notes>'
PDF = (
    '<Sources><PDFSource guid="T1" name="a"><Representation><PlainTextContent>a</PlainTextContent></Representation>'
    "</PDFSource></Sources>"
)
STORED, LATIN = stored_source(selection(0, 3)), {"sources/g01.txt": "Grüße".encode("cp1252")}
TWO_CODES = CODING.replace("</Coding>", '<CodeRef guid="R1" targetGUID="C1"/></Coding>')


@pytest.mark.parametrize(
    ("sections", "losses", "n_codings"),
    [
        # a text that cannot be had: codings are kept without their places
        ([STORED], "text_missing t1", 1),
        ([stored_source(selection(0, 3), path="relative:///g01.txt")], "text_beside t1", 1),
        ([stored_source(selection(0, 3), path="absolute:///C:/g01.txt")], "text_elsewhere t1", 1),
        ([stored_source(selection(0, 3), path="internal://../../etc/passwd")], "text_missing t1", 1),
        ([STORED, LATIN], "text_encoding t1", 1),
        ([STORED.replace("plainTextPath", "richTextPath")], "text_formatted t1", 1),
        ([stored_source(selection(0, 3), path="")], "text_absent t1", 1),
        # places: no numbers, beyond the text, of another name, counted in a way that nothing tells
        ([text_source(TEXT, selection("x", "3"))], "bad_position s1", 1),
        ([text_source(TEXT, selection("5", "4"))], "bad_position s1", 1),
        ([text_source(TEXT, selection("", "3"))], "bad_position s1", 1),
        ([text_source(TEXT, selection(26, 38))], "outside_text s1 26 bis 38, Text bis 37", 1),
        ([text_source(TEXT, selection(26, 37))], "", 1),
        ([text_source(TEXT, selection(0, 3, "Sie"))], "text_mismatch s1 Sie", 1),
        ([text_source("😀aaaaaa", selection(3, 4))], "unsure_reading t1; doubtful_reading t1", 1),
        # who only changed a coding last is taken for its coder, what is coded to a case is a part of the case
        ([text_source(TEXT, CODING.replace("creatingUser", "modifyingUser"))], "only_modified k1 a1", 1),
        (
            [
                text_source(
                    TEXT,
                    selection(0, 3, inside=CODING.replace('creatingUser="A1"', "")).replace(
                        " start", ' modifyingUser="B1" start'
                    ),
                )
            ],
            "only_modified k1 b1",
            1,
        ),
        ([CASE.format(""), text_source(TEXT, CODING.replace("C2", "F1"))], "case_coding k1 f1", 0),
        # codings without a code are not kept, of two codes the first
        ([text_source(TEXT, CODING.replace("C2", "C9"))], "unknown_code k1 c9", 0),
        ([text_source(TEXT, '<Coding guid="K2" creatingUser="A1"/>')], "no_code k2", 0),
        ([text_source(TEXT, TWO_CODES)], "unknown_element r1", 1),
        ([NOTE.format(selection(0, 3))], "note_coding s1", 0),
        ([GRAPH], "graph g1 Karte", 0),
        # references that lead nowhere, or stand twice
        ([CASE.format('<CodeRef targetGUID="C1"/>')], "case_code f1 c1", 0),
        ([CASE.format('<SourceRef targetGUID="T9"/>')], "unknown_source t9 f1", 0),
        ([CASE.format('<SelectionRef targetGUID="S9"/>')], "unknown_selection s9 f1", 0),
        ([CASE.format('<SourceRef targetGUID="T1"/>' * 2), text_source(TEXT)], "", 0),
        ([CASE.format(VALUE.format("V9", "a"))], "unknown_variable v9 a", 0),
        ([TYPE, CASE.format("".join(VALUE.format("V1", v) for v in "aab"))], "second_value v1 b", 0),
        ([LINK.format("C1", "X9")], "unknown_end l1 x9", 0),
        ([PDF, LINK.format("", "T1")], "unknown_end l1", 0),
        ([SET], "unknown_member n9 M", 0),
        (['<NoteRef targetGUID="N8"/>'], "unknown_note n8", 0),
    ],
)
def test_what_cannot_be_used_is_listed(tmp_path, sections, losses, n_codings):
    """Each with kind, GUID and what was written; all else is read."""
    members = sections.pop() if isinstance(sections[-1], dict) else {}
    found = read(tmp_path, *sections, members=members)
    expected = [tuple(entry.split(" ", 2)) for entry in losses.split("; ") if entry]
    assert [(x.kind, x.guid, x.raw)[: len(e)] for x, e in zip(found.losses, expected, strict=True)] == expected
    assert len(found.codings) == n_codings


def test_sentences_are_german_and_what_was_written_is_short_and_printable():
    """A list for people, not a copy of the file."""
    for done, why in KINDS.values():
        assert done
        assert why[0].isupper()
        assert why.endswith(".")
    assert loss("no_code", raw="\x1b[31m").raw == "?[31m"
    assert len(loss("no_code", raw="a" * 999).raw) == RAW_LENGTH


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ('<AudioSource guid="T1"><Transcript guid="R1" name="Gespräch 3"><PlainTextContent>a</PlainTextContent></Transcript></AudioSource>', "Gespräch 3"),
        ('<AudioSource guid="T1" name=" " path="internal://Ton/g3.mp3"/>', "g3.mp3"),
        ('<TextSource guid="T1"><PlainTextContent>a</PlainTextContent></TextSource>', "ohne Namen (t1)"),
    ],
)  # fmt: skip
def test_source_without_a_name_gets_one(tmp_path, source, name):
    """That of its transcript, else of its file: the list of documents can call it by this; the loss says so."""
    found = read(tmp_path, f"<Sources>{source}</Sources>")
    assert [s.name for s in found.sources] == [name]
    assert kinds(found) == [("unnamed_source", "t1")]


def test_what_is_coded_to_a_case_belongs_to_it(tmp_path):
    """NVivo codes text to cases: the stretch of text is one of the case, a whole document a source of it."""
    coding = CODING.replace("C2", "F1")
    found = read(tmp_path, CASE.format(""), text_source(TEXT, selection(0, 3, "", coding), coding.replace("K1", "K2")))
    assert (found.cases[0].selections, found.cases[0].sources, found.codings) == (("s1",), ("t1",), ())


def test_unknown_elements_are_listed(tmp_path):
    """At the top, in a section, in a source, in a selection, in a coding, in a case: all else is read."""
    strange = '<Neu guid="X{}" a="b"/>'
    coding = CODING.replace("</Coding>", strange.format(1) + "</Coding>")
    found = read(
        tmp_path,
        text_source(TEXT, selection(0, 3, "", coding + strange.format(2)), strange.format(3)),
        f'<Cases><Case guid="F1" name="Fall">{strange.format(4)}</Case>{strange.format(5)}</Cases>',
        strange.format(6),
    )
    assert sorted(kinds(found)) == [("unknown_element", f"x{n}") for n in range(1, 7)]
    assert found.losses[0].raw == '<Neu guid="X1" a="b">'
    assert found.losses[0].place == "project.qde, Zeile 1"
    assert len(found.codings) == len(found.cases) == 1


def test_damaged_text_is_a_loss_damaged_project_a_refusal(tmp_path):
    """One broken interview does not take the others with it."""
    path = written(tmp_path, project(stored_source()), {"sources/g01.txt": "Wort " * 99})
    data = bytearray(path.read_bytes())
    data[data.index(b"sources/g01.txt") + 20] ^= 0xFF
    path.write_bytes(data)
    assert kinds(read_qdpx(path)) == [("text_damaged", "t1")]


def test_duplicate_guids_of_all_kinds(tmp_path):
    """The second object gets a new GUID and is kept; a second coder or variable of the same GUID is not."""
    users = '<Users><User guid="A1" name="Kodierung A"/><User guid="A1" name="Kodierung X"/></Users>'
    codes = CODES.replace('guid="C2"', 'guid="C1"')
    sources = text_source(TEXT, selection(0, 3, inside=""), selection(4, 9, inside="")) + text_source("Ja.")
    cases = '<Cases><Case guid="F1" name="eins"/><Case guid="F1" name="zwei"/></Cases>'
    variables = (
        '<Variables><Variable guid="V1" name="typ" typeOfVariable="Text"/>'
        '<Variable guid="V1" name="art" typeOfVariable="Text"/>'
        '<Variable guid="V2" name="typ" typeOfVariable="Text"/></Variables>'
    )
    sources = sources.replace("</Sources><Sources>", "")
    found = read(tmp_path, variables, cases, sources, users=users, codes=codes)
    assert sorted(kinds(found)) == sorted(
        [("duplicate_entry", "a1"), ("duplicate_entry", "v1"), ("duplicate_entry", "v2")]
        + [("duplicate_guid", guid) for guid in ("c1", "f1", "s1", "t1")]
    )
    assert [c.name for c in found.coders] == ["Kodierung A"]
    for group in (found.codes, found.cases, found.sources, found.selections):
        assert len({entry.guid for entry in group}) == len(group) == 2


def test_object_without_a_guid_gets_one(tmp_path):
    """The same one at each reading."""
    source = text_source(TEXT, CODING).replace(' guid="T1"', "")
    first, second = (read(tmp_path, source) for _ in range(2))
    assert [loss.kind for loss in first.losses] == ["missing_guid"]
    assert first == second
    assert first.codings[0].source == first.sources[0].guid != ""


def test_coders_without_name_are_never_taken_for_one(tmp_path):
    """Each stands under a name of its own, also one whom the project does not list; the id may serve as name."""
    users = '<Users><User guid="A1"/><User guid="B1" name=" "/><User guid="D1" id="frieda"/></Users>'
    codings = CODING + CODING.replace("A1", "E1").replace("K1", "K2") + CODING.replace("A1", "").replace("K1", "K3")
    found = read(tmp_path, text_source(TEXT, codings), users=users)
    assert [c.name for c in found.coders] == [
        "ohne Namen (a1)",
        "ohne Namen (b1)",
        "frieda",
        "ohne Namen (e1)",
    ]
    assert [c.coder for c in found.codings] == ["a1", "e1", ""]
    assert kinds(found) == [
        ("unnamed_coder", "a1"),
        ("unnamed_coder", "b1"),
        ("unknown_coder", "e1"),
        ("no_coder", "k3"),
    ]


def test_two_members_of_one_name(tmp_path):
    """Programs differ in which one they show, so the list says that there are two."""
    path = written(tmp_path, project(stored_source()), {"sources/g01.txt": "eins", "sources/g02.txt": "zwei"})
    path.write_bytes(path.read_bytes().replace(b"g02.txt", b"g01.txt"))
    found = read_qdpx(path)
    assert found.sources[0].text == "eins"
    assert [(loss.kind, loss.raw) for loss in found.losses] == [("duplicate_member", "sources/g01.txt")]
