"""Projects with faults: what can be read is read, the rest is listed with its GUID."""

import zipfile

import pytest

from gkanalysis.ingest.qda.model import KINDS, RAW_LENGTH, loss
from gkanalysis.ingest.qda.qdpx import read_qdpx
from ingest.qda.drawn import CODES, CODING, kinds, project, read, selection, stored_source, text_source, told

TEXT = "Wir haben neu angefangen. Alle kamen."
T1, BY_A = "source t1 name=g01", "code=c2 coder=a1 created=2019-07-04T10:00:00Z"

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
            [text_source(TEXT, selection(0, 3, inside=CODING.replace('creatingUser="A1"', "")).replace(" start", ' modifyingUser="B1" start'))],
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
)  # fmt: skip
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


STRANGE = '<Neu guid="X{}" a="b"/>'
K2, K3 = (CODING.replace("K1", k) for k in ("K2", "K3"))
KEPT = {
    "unknown elements at any place, all else is read": (
        {},
        text_source(TEXT, selection(0, 3, "", CODING.replace("</Coding>", STRANGE.format(1) + "</Coding>") + STRANGE.format(2)), STRANGE.format(3))
        + f'<Cases><Case guid="F1" name="Fall">{STRANGE.format(4)}</Case>{STRANGE.format(5)}</Cases>{STRANGE.format(6)}',
        [T1, "selection s1 source=t1 start=0 end=3", f"coding k1 selection=s1 source=t1 {BY_A}", "case f1 name=Fall",
         *(f"loss x{n} kind=unknown_element" for n in (1, 2, 3, 4, 5, 6))],
    ),
    "no person without a name is taken for another, the id may serve as name": (
        {"users": '<Users><User guid="A1"/><User guid="B1" name=" "/><User guid="D1" id="frieda"/></Users>'},
        text_source(TEXT, CODING + K2.replace("A1", "E1") + K3.replace("A1", "")),
        ["coder a1 name=ohne Namen (a1)", "coder b1 name=ohne Namen (b1)", "coder d1 name=frieda", "coder e1 name=ohne Namen (e1)", T1,
         f"coding k1 source=t1 {BY_A}", f"coding k2 source=t1 {BY_A}".replace("a1", "e1"), f"coding k3 source=t1 {BY_A}".replace(" coder=a1", ""),
         "loss a1 kind=unnamed_coder", "loss b1 kind=unnamed_coder", "loss e1 kind=unknown_coder", "loss k3 kind=no_coder"],
    ),
    "a source is called like its transcript, else like its file: the list of documents can name it": (
        {},
        '<Sources><AudioSource guid="T1"><Transcript guid="R1" name="Gespräch 3"><PlainTextContent>a</PlainTextContent></Transcript></AudioSource>'
        '<AudioSource guid="T2" name=" " path="internal://Ton/g3.mp3"/><TextSource guid="T3"><PlainTextContent>a</PlainTextContent></TextSource></Sources>',
        ["source t1 name=Gespräch 3 kind=audio", "source t2 name=g3.mp3 kind=audio path=internal://Ton/g3.mp3", "source t3 name=ohne Namen (t3)",
         *(f"loss t{n} kind=unnamed_source" for n in (1, 2, 3))],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", KEPT)
def test_what_is_kept_in_spite_of_a_fault(tmp_path, case):
    """Each fault is a loss with its GUID."""
    parts, xml, expected = KEPT[case]
    found = read(tmp_path, xml, **parts)
    assert told(found) == expected
    if "unknown" in case:
        assert (found.losses[0].raw, found.losses[0].place) == ('<Neu guid="X1" a="b">', "project.qde, Zeile 1")


def test_duplicate_guids_of_all_kinds(tmp_path):
    """The second object gets a new GUID and is kept; a second coder or variable of the same GUID is not."""
    users = '<Users><User guid="A1" name="Kodierung A"/><User guid="A1" name="Kodierung X"/></Users>'
    sources = text_source(TEXT, selection(0, 3, inside=""), selection(4, 9, inside="")) + text_source("Ja.")
    cases = '<Cases><Case guid="F1" name="eins"/><Case guid="F1" name="zwei"/></Cases>'
    names = (("V1", "typ"), ("V1", "art"), ("V2", "typ"))
    variables = "".join(f'<Variable guid="{guid}" name="{name}" typeOfVariable="Text"/>' for guid, name in names)
    xml = (f"<Variables>{variables}</Variables>", cases, sources.replace("</Sources><Sources>", ""))
    found = read(tmp_path, *xml, users=users, codes=CODES.replace('guid="C2"', 'guid="C1"'))
    twice = [("duplicate_entry", guid) for guid in ("a1", "v1", "v2")]
    assert sorted(kinds(found)) == twice + [("duplicate_guid", guid) for guid in ("c1", "f1", "s1", "t1")]
    assert [c.name for c in found.coders] == ["Kodierung A"]
    for group in (found.codes, found.cases, found.sources, found.selections):
        assert len({entry.guid for entry in group}) == len(group) == 2


def test_object_without_a_guid_gets_one(tmp_path):
    """The same one at each reading."""
    first, second = (read(tmp_path, text_source(TEXT, CODING).replace(' guid="T1"', "")) for _ in range(2))
    assert [loss.kind for loss in first.losses] == ["missing_guid"]
    assert first == second
    assert first.codings[0].source == first.sources[0].guid != ""


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"g02.txt", b"g01.txt", ("eins", "duplicate_member")),
        (b"sources/g01.txtein", b"sources/g01.txtEin", (None, "text_damaged")),
    ],
)
def test_members_that_are_damaged_or_stand_twice(tmp_path, old, new, expected):
    """One broken interview does not take the others with it; programs differ in which of two they show."""
    path = tmp_path / "projekt.qdpx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {
            "project.qde": project(stored_source()),
            "sources/g01.txt": "eins",
            "sources/g02.txt": "zwei",
        }.items():
            archive.writestr(name, content)
    path.write_bytes(path.read_bytes().replace(old, new))
    found = read_qdpx(path)
    assert (found.sources[0].text, *(loss.kind for loss in found.losses)) == expected
