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


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_one_german_sentence(kind):
    """What was done begins small, why it was done is one sentence."""
    done, why = KINDS[kind]
    assert done[0].islower() or done.split()[0] in (
        "Kodierungen",
        "Kodierung",
        "Verweis",
        "Wert",
        "Zelle",
        "Zeile",
        "Textstelle",
        "Zählweise",
        "Verknüpfung",
    )
    assert why.endswith(".")
    assert ". " not in why
    assert why[0].isupper()


def test_raw_text_of_a_loss_is_short_and_printable():
    """A list for people, not a copy of the file."""
    assert loss("no_code", raw="\x1b[31m").raw == "?[31m"
    assert len(loss("no_code", raw="a" * 999).raw) == RAW_LENGTH


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


def test_graphs_are_listed(tmp_path):
    """Maps hold nothing to count."""
    graph = '<Graphs><Graph guid="G1" name="Karte"><Vertex guid="E1" firstX="1" firstY="1"/></Graph></Graphs>'
    assert kinds(read(tmp_path, graph)) == [("graph", "g1")]


@pytest.mark.parametrize(
    ("source", "members", "kind"),
    [
        (stored_source(selection(0, 3)), {}, "text_missing"),
        (stored_source(selection(0, 3), path="relative:///g01.txt"), {}, "text_beside"),
        (stored_source(selection(0, 3), path="absolute:///C:/g01.txt"), {}, "text_elsewhere"),
        (stored_source(selection(0, 3), path="internal://../../etc/passwd"), {}, "text_missing"),
        (stored_source(selection(0, 3)), {"sources/g01.txt": "Grüße".encode("cp1252")}, "text_encoding"),
        (stored_source(selection(0, 3)).replace("plainTextPath", "richTextPath"), {}, "text_formatted"),
        (stored_source(selection(0, 3), path=""), {}, "text_absent"),
    ],
)
def test_text_that_cannot_be_had(tmp_path, source, members, kind):
    """The codings are kept without their places."""
    found = read(tmp_path, source, members=members)
    assert kinds(found) == [(kind, "t1")]
    assert found.sources[0].text is None
    assert [(s.start, s.end) for s in found.selections] == [(-1, -1)]
    assert [c.guid for c in found.codings] == ["k1"]


def test_damaged_text_is_a_loss_damaged_project_a_refusal(tmp_path):
    """One broken interview does not take the others with it."""
    path = written(tmp_path, project(stored_source()), {"sources/g01.txt": "Wort " * 99})
    data = bytearray(path.read_bytes())
    data[data.index(b"sources/g01.txt") + 20] ^= 0xFF
    path.write_bytes(data)
    assert kinds(read_qdpx(path)) == [("text_damaged", "t1")]


def test_selection_beyond_the_text(tmp_path):
    """It has no place, its coding stays; the end of the text itself is inside."""
    found = read(
        tmp_path, text_source(TEXT, selection(26, 37, "Alle kamen."), selection(26, 38, guid="S2", inside=""))
    )
    assert kinds(found) == [("outside_text", "s2")]
    assert found.losses[0].raw == "26 bis 38, Text bis 37"
    assert [(s.start, s.end) for s in found.selections] == [(26, 37), (-1, -1)]


@pytest.mark.parametrize(("start", "end"), [("x", "3"), ("5", "4"), ("", "3")])
def test_positions_that_are_none(tmp_path, start, end):
    """No number, or an end before the beginning."""
    found = read(tmp_path, text_source(TEXT, selection(start, end)))
    assert kinds(found) == [("bad_position", "s1")]
    assert len(found.codings) == 1


def test_text_that_does_not_match_its_name(tmp_path):
    """The position counts, and the list says what the name was."""
    stretches = selection(0, 3, "Wir"), selection(26, 30, "Keiner", inside="", guid="S2")
    found = read(tmp_path, text_source(TEXT, *stretches))
    assert kinds(found) == [("text_mismatch", "s2")]
    assert found.losses[0].raw == "Keiner"
    assert (found.selections[1].start, found.selections[1].end) == (26, 30)


def test_unknown_code_and_no_code(tmp_path):
    """Such a coding says nothing and is not kept."""
    codings = CODING.replace("C2", "C9"), '<Coding guid="K2" creatingUser="A1"/>'
    found = read(tmp_path, text_source(TEXT, *codings))
    assert kinds(found) == [("unknown_code", "k1"), ("no_code", "k2")]
    assert found.losses[0].raw == "c9"
    assert found.codings == ()


def test_second_code_of_one_coding_is_listed(tmp_path):
    """The schema allows one; the first is kept."""
    found = read(
        tmp_path, text_source(TEXT, CODING.replace("</Coding>", '<CodeRef targetGUID="C1"/></Coding>'))
    )
    assert [c.code for c in found.codings] == ["c2"]
    assert [loss.kind for loss in found.losses] == ["unknown_element"]


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
    codings = (
        CODING + CODING.replace("A1", "E1").replace("K1", "K2") + CODING.replace("A1", "").replace("K1", "K3")
    )
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


def test_references_that_lead_nowhere(tmp_path):
    """Of cases, sets, notes, variables; a link is kept as it is."""
    value = '<VariableValue><VariableRef targetGUID="V9"/><TextValue>a</TextValue></VariableValue>'
    found = read(
        tmp_path,
        f'<Cases><Case guid="F1" name="Fall"><CodeRef targetGUID="C1"/>{value}<SourceRef targetGUID="T9"/>'
        '<SelectionRef targetGUID="S9"/></Case></Cases>',
        '<Links><Link guid="L1" originGUID="C1" targetGUID="X9"/></Links>',
        '<Sets><Set guid="M1" name="M"><MemberNote targetGUID="N9"/></Set></Sets>',
        '<NoteRef targetGUID="N8"/>',
    )
    assert sorted(kinds(found)) == [
        ("case_code", "f1"),
        ("unknown_end", "l1"),
        ("unknown_member", "n9"),
        ("unknown_note", "n8"),
        ("unknown_selection", "s9"),
        ("unknown_source", "t9"),
        ("unknown_variable", "v9"),
    ]
    assert found.links[0].target == "x9"
    assert found.cases[0].sources == found.cases[0].selections == found.sets[0].members == ()


def test_references_that_stand_twice_or_nowhere(tmp_path):
    """A source belongs to a case once; an end of a link that is not given is no representation without a GUID."""
    pdf = (
        '<Sources><PDFSource guid="T1" name="a"><Representation>'
        "<PlainTextContent>a</PlainTextContent></Representation></PDFSource></Sources>"
    )
    case = '<Cases><Case guid="F1" name="Fall"><SourceRef targetGUID="T1"/><SourceRef targetGUID="T1"/></Case></Cases>'
    found = read(tmp_path, pdf, case, '<Links><Link guid="L1" targetGUID="T1"/></Links>')
    assert found.cases[0].sources == ("t1",)
    assert kinds(found) == [("unknown_end", "l1")]


def test_two_values_of_one_variable(tmp_path):
    """The first counts; the same value twice is no fault."""
    value = '<VariableValue><VariableRef targetGUID="V1"/><TextValue>{}</TextValue></VariableValue>'
    variables = '<Variables><Variable guid="V1" name="typ" typeOfVariable="Text"/></Variables>'
    values = "".join(map(value.format, ("Kreis", "Kreis", "Stadt")))
    found = read(tmp_path, variables, f'<Cases><Case guid="F1" name="Fall">{values}</Case></Cases>')
    assert found.cases[0].values == {"typ": "Kreis"}
    assert [(loss.kind, loss.raw) for loss in found.losses] == [("second_value", "Stadt")]


def test_coded_notes_are_listed(tmp_path):
    """The note is read, what is coded in it is not."""
    note = f'<Notes><Note guid="N1"><PlainTextContent>Text</PlainTextContent>{selection(0, 3)}</Note></Notes>'
    found = read(tmp_path, note)
    assert found.memos[0].text == "Text"
    assert kinds(found) == [("note_coding", "s1")]


def test_unsure_and_doubtful_counts_are_listed(tmp_path):
    """With the scores of each reading, by source."""
    found = read(tmp_path, text_source("😀aaaaaa", selection(3, 4)))
    assert kinds(found) == [("unsure_reading", "t1"), ("doubtful_reading", "t1")]
    assert found.losses[0].raw.startswith("codepoints_lf: 0/1/0; ")


def test_two_members_of_one_name(tmp_path):
    """Programs differ in which one they show, so the list says that there are two."""
    path = written(tmp_path, project(stored_source()), {"sources/g01.txt": "eins", "sources/g02.txt": "zwei"})
    path.write_bytes(path.read_bytes().replace(b"g02.txt", b"g01.txt"))
    found = read_qdpx(path)
    assert found.sources[0].text == "eins"
    assert [(loss.kind, loss.raw) for loss in found.losses] == [("duplicate_member", "sources/g01.txt")]
