"""Reading REFI-QDA projects: what each kind of object becomes."""

import unicodedata

import pytest

from gkanalysis.ingest.qda.model import (
    Case,
    Code,
    Coder,
    Coding,
    Link,
    Memo,
    Selection,
    Set,
    Variable,
    description_guid,
)
from gkanalysis.ingest.qda.qdpx import read_qdpx
from ingest.qda.drawn import (
    CODING,
    kinds,
    project,
    read,
    selection,
    stored_source,
    text_source,
    written,
    zipped,
)

TEXT = "Wir haben neu angefangen.\nAlle kamen."


def test_coders_codes_and_a_coding(tmp_path):
    """A coded stretch of a text comes with its coder, its code and the path of the code."""
    found = read(tmp_path, text_source(TEXT, selection(10, 24, "neu angefangen")))
    assert (found.name, found.origin) == ("P", "O")
    assert found.coders == (Coder("a1", "Kodierung A"), Coder("b1", "Kodierung B"))
    assert found.codes == (
        Code("c1", "Aufbau", "", False, "Wie es anfing."),
        Code("c2", "Neugründung", "c1", True, "", "#1f4e79"),
    )
    assert found.code_paths["c2"] == "Aufbau > Neugründung"
    assert found.selections == (Selection("s1", "t1", 10, 24, "neu angefangen"),)
    assert found.codings == (Coding("k1", "s1", "t1", "c2", "a1", "2019-07-04T10:00:00Z"),)
    assert found.by_guid("sources")["t1"].text == TEXT
    assert found.losses == ()


def test_several_coders_of_one_selection(tmp_path):
    """Each coding keeps its own coder; without one the selection's counts, as does its time."""
    inside = (
        '<Coding guid="K1" creatingUser="B1" creationDateTime="2019-07-05T10:00:00Z"><CodeRef targetGUID="C2"/></Coding>'
        '<Coding guid="K2"><CodeRef targetGUID="C1"/></Coding>'
    )
    stretch = (
        '<PlainTextSelection guid="S1" startPosition="0" endPosition="3" creatingUser="A1" '
        f'creationDateTime="2019-07-04T10:00:00Z">{inside}</PlainTextSelection>'
    )
    found = read(tmp_path, text_source(TEXT, stretch))
    assert [(c.code, c.coder, c.created[:10]) for c in found.codings] == [
        ("c2", "b1", "2019-07-05"),
        ("c1", "a1", "2019-07-04"),
    ]


def test_coding_on_a_whole_document(tmp_path):
    """It has no selection."""
    found = read(tmp_path, text_source(TEXT, CODING))
    assert found.codings == (Coding("k1", "", "t1", "c2", "a1", "2019-07-04T10:00:00Z"),)
    assert found.selections == ()


@pytest.mark.parametrize("member", ["sources/g01.txt", "Sources/g01.txt", "SOURCES/G01.TXT", "g01.txt"])
def test_text_in_a_file_of_its_own(tmp_path, member):
    """Folder and file may be in capital or small letters; a byte order mark is no part of the text."""
    found = read(tmp_path, stored_source(selection(10, 24)), members={member: "\ufeff" + TEXT})
    assert found.sources[0].text == TEXT
    assert found.sources[0].path == "internal://g01.txt"
    assert found.losses == ()


@pytest.mark.parametrize(
    "path", ["internal://Gespräch%201.txt", "Gespräch 1.txt", "/sources/Gespräch 1.txt", "sources\\Gespräch 1.txt"]
)
@pytest.mark.parametrize("form", ["NFC", "NFD", "no flag"])
def test_a_text_is_found_however_its_name_is_written(tmp_path, path, form):
    """With or without scheme and folder, percent signs, umlauts of macOS, in UTF-8 that the archive does not call so."""
    member = "sources/Gespr__ch 1.txt" if form == "no flag" else unicodedata.normalize(form, "sources/Gespräch 1.txt")
    file = written(tmp_path, project(stored_source(path=path)), {member: TEXT})
    file.write_bytes(file.read_bytes().replace(b"__", "ä".encode()))
    found = read_qdpx(file)
    assert (found.sources[0].text, found.losses) == (TEXT, ())


def test_project_file_of_another_name_and_in_a_folder(tmp_path):
    """The first *.qde counts, `project.qde` before others, and its texts lie beside it."""
    path = tmp_path / "projekt.qdpx"
    path.write_bytes(
        zipped({"Studie/": "", "Studie/Studie.QDE": project(stored_source()), "Studie/sources/g01.txt": "Ja."})
    )
    assert read_qdpx(path).sources[0].text == "Ja."
    path.write_bytes(zipped({"alt.qde": project(), "project.qde": project(text_source("Ja."))}))
    found = read_qdpx(path)
    assert found.sources[0].text == "Ja."
    assert [(loss.kind, loss.raw) for loss in found.losses] == [("second_project", "alt.qde")]


def test_an_empty_text_in_the_project_gives_way_to_the_file(tmp_path):
    """Some programs write both elements; a text in the project goes before a file."""
    for content, text in [("", TEXT), ("Im Projekt.", "Im Projekt.")]:
        source = stored_source(f"<PlainTextContent>{content}</PlainTextContent>")
        assert read(tmp_path, source, members={"sources/g01.txt": TEXT}).sources[0].text == text


def test_text_in_utf_16(tmp_path):
    """A byte order mark of UTF-16 is believed."""
    found = read(tmp_path, stored_source(), members={"sources/g01.txt": TEXT.encode("utf-16")})
    assert found.sources[0].text == TEXT


def test_nothing_is_written_to_the_disk(tmp_path, monkeypatch):
    """Neither into the working directory nor beside the project."""
    path = written(tmp_path, project(stored_source()), {"sources/g01.txt": TEXT, "sources/a.mp3": b"1" * 99})
    monkeypatch.chdir(tmp_path)
    read_qdpx(path)
    assert [file.name for file in tmp_path.rglob("*")] == ["projekt.qdpx"]


def test_text_beside_the_project_is_read_only_if_asked(tmp_path):
    """A relative path is looked up in the folder that the caller names, and nowhere above it."""
    folder = tmp_path / "texte"
    folder.mkdir()
    (folder / "g01.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "geheim.txt").write_text("geheim", encoding="utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "geheim.txt")

    def loaded(name, beside=folder, base=""):
        xml = project(stored_source(path=f"relative:///{name}")).replace(' name="P"', f' name="P" basePath="{base}"')
        return read_qdpx(written(tmp_path, xml), beside=beside)

    assert loaded("g01.txt").sources[0].text == loaded("g01.txt", tmp_path, "texte").sources[0].text == TEXT
    assert loaded("g01.txt", base="C:\\Anderswo").sources[0].text == TEXT
    assert kinds(loaded("geheim.txt", base="..")) == [("text_elsewhere", "t1")]
    for name, beside, kind in [
        ("g01.txt", None, "text_beside"),
        ("fehlt.txt", folder, "text_missing"),
        ("../geheim.txt", folder, "text_elsewhere"),
        ("link.txt", folder, "text_elsewhere"),
        (".", folder, "text_missing"),
    ]:
        found = loaded(name, beside)
        assert found.sources[0].text is None
        assert kinds(found) == [(kind, "t1")]


def test_pdf_with_a_representation_and_areas(tmp_path):
    """Stretches of the representation belong to the PDF; an area keeps its numbers and its codings."""
    area = (
        '<PDFSelection guid="S2" name="" page="3" firstX="10" firstY="20" secondX="30" secondY="40">'
        '<Representation guid="R2"><PlainTextContent>im Kasten</PlainTextContent></Representation>'
        '<Coding guid="K2" creatingUser="B1"><CodeRef targetGUID="C1"/></Coding></PDFSelection>'
    )
    text = f'<Representation guid="R1" plainTextPath="internal://r1.txt">{selection(0, 3, "Wir")}</Representation>'
    pdf = f'<Sources><PDFSource guid="T1" name="g01" path="internal://g01.pdf">{area}{text}</PDFSource></Sources>'
    links = '<Links><Link guid="L1" name="siehe" originGUID="R1" targetGUID="S2" direction="OneWay"/></Links>'
    found = read(tmp_path, pdf, links, members={"Sources/r1.txt": TEXT})
    source = found.sources[0]
    assert (source.kind, source.text, source.path) == ("pdf", TEXT, "internal://g01.pdf")
    assert found.selections == (
        Selection("s2", "t1", -1, -1, "im Kasten", "page=3 firstX=10 firstY=20 secondX=30 secondY=40"),
        Selection("s1", "t1", 0, 3, "Wir"),
    )
    assert [(c.guid, c.selection) for c in found.codings] == [("k2", "s2"), ("k1", "s1")]
    assert found.links == (Link("l1", "siehe", "t1", "s2", "OneWay"),)
    assert found.losses == ()


@pytest.mark.parametrize(("tag", "kind"), [("Audio", "audio"), ("Video", "video")])
def test_recording_with_a_transcript(tmp_path, tag, kind):
    """A selection lies between two points of time; those of the sound alone keep their times."""
    transcript = (
        f'<Transcript guid="R1"><PlainTextContent>{TEXT}</PlainTextContent>'
        '<SyncPoint guid="Y1" timeStamp="500" position="10"/><SyncPoint guid="Y2" timeStamp="900" position="24"/>'
        '<SyncPoint guid="Y3" timeStamp="950"/>'
        f'<TranscriptSelection guid="S1" fromSyncPoint="Y1" toSyncPoint="Y2">{CODING}</TranscriptSelection>'
        '<TranscriptSelection guid="S3" fromSyncPoint="Y1" toSyncPoint="Y3"/></Transcript>'
    )
    sound = f'<{tag}Selection guid="S2" begin="100" end="200"/>'
    sources = f'<Sources><{tag}Source guid="T1" name="g01" path="internal://a.mp3">{transcript}{sound}</{tag}Source></Sources>'
    found = read(tmp_path, sources)
    assert (found.sources[0].kind, found.sources[0].text) == (kind, TEXT)
    assert found.selections == (
        Selection("s3", "t1", -1, -1, "", "begin=500 end=950"),
        Selection("s2", "t1", -1, -1, "", "begin=100 end=200"),
        Selection("s1", "t1", 10, 24, "", "begin=500 end=900"),
    )
    assert kinds(found) == [("bad_position", "s3")]


def test_second_transcript_is_a_source_of_its_own(tmp_path):
    """Nothing of it is lost, and the list says so."""
    both = "".join(
        f'<Transcript guid="R{n}" name="Fassung {n}"><PlainTextContent>Text {n}</PlainTextContent></Transcript>'
        for n in (1, 2)
    )
    found = read(tmp_path, f'<Sources><AudioSource guid="T1" name="g01">{both}</AudioSource></Sources>')
    assert [(s.guid, s.name, s.text) for s in found.sources] == [
        ("t1", "g01", "Text 1"),
        ("r2", "Fassung 2", "Text 2"),
    ]
    assert kinds(found) == [("second_transcript", "r2")]


def test_picture_with_a_description(tmp_path):
    """The description serves as the picture's text."""
    inside = (
        f'<TextDescription guid="R1"><PlainTextContent>Ein Plakat</PlainTextContent>{selection(4, 10)}</TextDescription>'
        '<PictureSelection guid="S2" firstX="1" firstY="2" secondX="3" secondY="x"/>'
    )
    found = read(tmp_path, f'<Sources><PictureSource guid="T1" name="Bild">{inside}</PictureSource></Sources>')
    assert [(s.guid, s.start, s.place) for s in found.selections] == [
        ("s2", -1, "firstX=1 firstY=2 secondX=3"),
        ("s1", 4, ""),
    ]
    assert kinds(found) == [("bad_position", "s2")]


def test_memos_on_any_object(tmp_path):
    """One note on two objects gives two memos; descriptions are memos too, empty ones say nothing."""
    stretch = selection(0, 3, "", '<Description>knapp</Description><NoteRef targetGUID="N1"/>')
    coding = CODING.replace("</Coding>", '<NoteRef targetGUID="N1"/></Coding>')
    notes = (
        '<Notes><Note guid="N1" name="Idee" creatingUser="B1"><PlainTextContent>Prüfen.</PlainTextContent></Note>'
        '<Note guid="N2"><Description>Nur beschrieben.</Description></Note></Notes>'
    )
    rest = '<Description>Über alles.</Description><NoteRef targetGUID="N2"/>'
    found = read(tmp_path, text_source(TEXT, "<Description/>", stretch, coding), notes, rest)
    assert found.memos == (
        Memo("n1", "k1", "b1", "Prüfen.", "Idee"),
        Memo("n1", "s1", "b1", "Prüfen.", "Idee"),
        Memo("n2", "", "", "Nur beschrieben."),
        Memo(description_guid(""), "", "", "Über alles."),
        Memo(description_guid("s1"), "s1", "", "knapp"),
    )
    assert found.losses == ()


def test_cases_variables_and_sets(tmp_path):
    """Values stand under the name of their variable, of cases and of documents, wherever the section stands."""
    value = '<VariableValue><VariableRef targetGUID="V1"/><TextValue>Kreis</TextValue></VariableValue>'
    number = '<VariableValue><VariableRef targetGUID="V2"/><FloatValue>3.0</FloatValue></VariableValue>'
    cases = (
        f'<Cases><Case guid="F1" name="Bündnis"><Description>Erstes</Description>{number}'
        '<SourceRef targetGUID="T1"/><SelectionRef targetGUID="S1"/></Case><Case guid="F2" name="leer"/></Cases>'
    )
    variables = (
        '<Variables><Variable guid="V1" name="typ" typeOfVariable="Text"/>'
        '<Variable guid="V2" name="zahl" typeOfVariable="Float"/></Variables>'
    )
    sets = (
        '<Sets><Set guid="M1" name="Auswahl"><MemberSource targetGUID="T1"/><MemberCode targetGUID="C2"/></Set></Sets>'
    )
    found = read(tmp_path, text_source(TEXT, selection(0, 3), value), cases, variables, sets)
    assert found.sources[0].values == {"typ": "Kreis"}
    assert found.cases == (Case("f1", "Bündnis", ("t1",), {"zahl": "3.0"}, ("s1",)), Case("f2", "leer"))
    assert found.variables == (Variable("v1", "typ", "Text"), Variable("v2", "zahl", "Float"))
    assert found.sets == (Set("m1", "Auswahl", ("c2", "t1")),)
    assert found.memos == (Memo(description_guid("f1"), "f1", "", "Erstes"),)
    assert found.losses == ()


def test_guids_are_compared_without_braces_and_capitals(tmp_path):
    """ATLAS.ti writes capital letters in one place and small ones in another."""
    guid = "0A1B2C3D-0000-4000-8000-00000000000F"
    users = f'<Users><User guid="{{{guid}}}" name="Kodierung A"/></Users>'
    coding = CODING.replace("A1", guid.lower())
    found = read(tmp_path, text_source(TEXT, coding), users=users)
    assert found.codings[0].coder == found.coders[0].guid == guid.lower()
    assert found.losses == ()


def test_schema_of_another_version_is_read_and_listed(tmp_path):
    """Objects are known by their names; a foreign namespace inside is not this standard."""
    xml = project(
        '<Sources><TextSource guid="T1" name="g01"><x:Coding xmlns:x="urn:x" guid="X1"/></TextSource></Sources>'
    )
    found = read_qdpx(written(tmp_path, xml.replace("project:1.0", "project:1.5")))
    assert [s.name for s in found.sources] == ["g01"]
    assert [loss.kind for loss in found.losses] == ["version", "text_absent", "unknown_element"]
