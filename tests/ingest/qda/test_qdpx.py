"""Reading REFI-QDA projects: what each kind of object becomes."""

import unicodedata

import pytest

from gkanalysis.ingest.qda.model import description_guid
from gkanalysis.ingest.qda.qdpx import read_qdpx
from ingest.qda.drawn import CODING, kinds, project, read, selection, stored_source, text_source, told, written, zipped

TEXT = "Wir haben neu angefangen.\nAlle kamen."
BY_A = "code=c2 coder=a1 created=2019-07-04T10:00:00Z"
T1 = "source t1 name=g01"
K2 = CODING.replace("K1", "K2")
AREA = (
    '<PDFSelection guid="S2" name="" page="3" firstX="10" firstY="20" secondX="30" secondY="40">'
    '<Representation guid="R2"><PlainTextContent>im Kasten</PlainTextContent></Representation>'
    '<Coding guid="K2" creatingUser="B1"><CodeRef targetGUID="C1"/></Coding></PDFSelection>'
)
TRANSCRIPT = (
    f'<Transcript guid="R1"><PlainTextContent>{TEXT}</PlainTextContent>'
    '<SyncPoint guid="Y1" timeStamp="500" position="10"/><SyncPoint guid="Y2" timeStamp="900" position="24"/>'
    f'<TranscriptSelection guid="S1" fromSyncPoint="Y1" toSyncPoint="Y2">{CODING}</TranscriptSelection>'
    '<TranscriptSelection guid="S3" fromSyncPoint="Y1" toSyncPoint="Y3"/><SyncPoint guid="Y3" timeStamp="950"/></Transcript>'
)
RECORDING = f'<Sources><{{0}}Source guid="T1" name="g01" path="internal://a.mp3">{TRANSCRIPT}<{{0}}Selection guid="S2" begin="100" end="200"/></{{0}}Source></Sources>'
RECORDED = [
    "source t1 name=g01 kind={} path=internal://a.mp3", "selection s3 source=t1 place=begin=500 end=950",
    "selection s2 source=t1 place=begin=100 end=200", "selection s1 source=t1 start=10 end=24 place=begin=500 end=900",
    f"coding k1 selection=s1 source=t1 {BY_A}", "loss s3 kind=bad_position",
]  # fmt: skip
VALUE = '<VariableValue><VariableRef targetGUID="{}"/><{}Value>{}</{}Value></VariableValue>'
OTHERS = (
    '<Coding guid="K1" creatingUser="B1" creationDateTime="2019-07-05T10:00:00Z"><CodeRef targetGUID="C2"/></Coding>'
    '<Coding guid="K2"><CodeRef targetGUID="C1"/></Coding>'
)
WHO = 'creatingUser="A1" creationDateTime="2019-07-04T10:00:00Z"'
MEMO = '<NoteRef targetGUID="N1"/>'
NOTES = (
    '<Notes><Note guid="N1" name="Idee" creatingUser="B1"><PlainTextContent>Prüfen.</PlainTextContent></Note>'
    '<Note guid="N2"><Description>Nur beschrieben.</Description></Note></Notes>'
    '<Description>Über alles.</Description><NoteRef targetGUID="N2"/>'
)
SPECS = {
    "a coded stretch of a text": (
        text_source(TEXT, selection(10, 24, "neu angefangen")),
        [T1, "selection s1 source=t1 start=10 end=24 name=neu angefangen", f"coding k1 selection=s1 source=t1 {BY_A}"],
    ),
    "each coding keeps its own coder and time, else those of the selection count": (
        text_source(TEXT, f'<PlainTextSelection guid="S1" startPosition="0" endPosition="3" {WHO}>{OTHERS}</PlainTextSelection>'),
        [T1, "selection s1 source=t1 start=0 end=3", "coding k1 selection=s1 source=t1 code=c2 coder=b1 created=2019-07-05T10:00:00Z",
         "coding k2 selection=s1 source=t1 code=c1 coder=a1 created=2019-07-04T10:00:00Z"],
    ),
    "a coding on a whole document has no selection": (text_source(TEXT, CODING), [T1, f"coding k1 source=t1 {BY_A}"]),
    "stretches of a representation belong to the PDF, an area keeps its numbers": (
        f'<Sources><PDFSource guid="T1" name="g01" path="internal://g01.pdf">{AREA}<Representation guid="R1" plainTextPath="internal://r1.txt">'
        f'{selection(0, 3, "Wir")}</Representation></PDFSource></Sources>'
        '<Links><Link guid="L1" name="siehe" originGUID="R1" targetGUID="S2" direction="OneWay"/></Links>',
        ["source t1 name=g01 kind=pdf path=internal://g01.pdf",
         "selection s2 source=t1 name=im Kasten place=page=3 firstX=10 firstY=20 secondX=30 secondY=40",
         "selection s1 source=t1 start=0 end=3 name=Wir", "coding k2 selection=s2 source=t1 code=c1 coder=b1",
         f"coding k1 selection=s1 source=t1 {BY_A}", "link l1 name=siehe origin=t1 target=s2 direction=OneWay"],
    ),
    "a selection of a recording lies between two points of time": (RECORDING.format("Audio"), [r.format("audio") for r in RECORDED]),
    "of a video as well": (RECORDING.format("Video"), [r.format("video") for r in RECORDED]),
    "a second transcript is a source of its own": (
        '<Sources><AudioSource guid="T1" name="g01">'
        + "".join(f'<Transcript guid="R{n}" name="F{n}"><PlainTextContent>Text {n}</PlainTextContent></Transcript>' for n in "12")
        + "</AudioSource></Sources>",
        ["source t1 name=g01 kind=audio", "source r2 name=F2 kind=audio", "loss r2 kind=second_text"],
    ),
    "a description serves as the text of a picture": (
        '<Sources><PictureSource guid="T1" name="Bild"><TextDescription guid="R1"><PlainTextContent>Ein Plakat</PlainTextContent>'
        f'{selection(4, 10, inside="")}</TextDescription><PictureSelection guid="S2" firstX="1" firstY="2" secondX="3" secondY="x"/>'
        "</PictureSource></Sources>",
        ["source t1 name=Bild kind=picture", "selection s2 source=t1 place=firstX=1 firstY=2 secondX=3",
         "selection s1 source=t1 start=4 end=10", "loss s2 kind=bad_position"],
    ),
    "one note on two objects is two memos, descriptions are memos, empty ones say nothing": (
        text_source(TEXT, "<Description/>", selection(0, 3, "", f"<Description>knapp</Description>{MEMO}"), CODING.replace("</Co", f"{MEMO}</Co"))
        + NOTES,
        [T1, "selection s1 source=t1 start=0 end=3", f"coding k1 source=t1 {BY_A}", "memo n1 target=k1 author=b1 text=Prüfen. name=Idee",
         "memo n1 target=s1 author=b1 text=Prüfen. name=Idee", "memo n2 text=Nur beschrieben.",
         f"memo {description_guid('')} text=Über alles.", f"memo {description_guid('s1')} target=s1 text=knapp"],
    ),
    "values stand under the name of their variable, wherever the section stands": (
        text_source(TEXT, selection(0, 3, inside=""), VALUE.format("V1", "Text", "Kreis", "Text"))
        + f'<Cases><Case guid="F1" name="Bündnis"><Description>Erstes</Description>{VALUE.format("V2", "Float", "3.0", "Float")}'
        '<SourceRef targetGUID="T1"/><SelectionRef targetGUID="S1"/></Case><Case guid="F2" name="leer"/></Cases>'
        '<Variables><Variable guid="V1" name="typ" typeOfVariable="Text"/><Variable guid="V2" name="zahl" typeOfVariable="Float"/></Variables>'
        '<Sets><Set guid="M1" name="Auswahl"><MemberSource targetGUID="T1"/><MemberCode targetGUID="C2"/></Set></Sets>',
        [f"{T1} values={{'typ': 'Kreis'}}", "selection s1 source=t1 start=0 end=3",
         "case f1 name=Bündnis sources=t1 values={'zahl': '3.0'} selections=s1", "case f2 name=leer", "variable v1 name=typ",
         "variable v2 name=zahl type=Float", f"memo {description_guid('f1')} target=f1 text=Erstes", "set m1 name=Auswahl members=c2,t1"],
    ),
    "NVivo codes text to cases: a stretch is one of the case, a whole document a source of it": (
        '<Cases><Case guid="F1" name="Fall"/></Cases>'
        + text_source(TEXT, selection(0, 3, "", CODING.replace("C2", "F1")), K2.replace("C2", "F1")),
        [T1, "selection s1 source=t1 start=0 end=3", "case f1 name=Fall sources=t1 selections=s1", "loss k1 kind=case_coding", "loss k2 kind=case_coding"],
    ),
    "programs write capital letters and braces in one place and not in another": (
        text_source(TEXT, CODING.replace("A1", "{a1}").replace("C2", "c2")), [T1, f"coding k1 source=t1 {BY_A}"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", SPECS)
def test_what_each_object_becomes(tmp_path, case):
    """Everything that is said of it, and nothing is lost."""
    xml, expected = SPECS[case]
    found = read(tmp_path, xml, members={"Sources/r1.txt": TEXT})
    assert told(found) == expected
    assert (found.name, found.origin, found.code_paths["c2"]) == ("P", "O", "Aufbau > Neugründung")


@pytest.mark.parametrize("member", ["sources/g01.txt", "Sources/g01.txt", "SOURCES/G01.TXT", "g01.txt"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_in_a_file_of_its_own(tmp_path, member, encoding):
    """Folder and file may be in capital or small letters; a byte order mark is believed and no part of the text."""
    found = read(tmp_path, stored_source(selection(10, 24)), members={member: TEXT.encode(encoding)})
    assert (found.sources[0].text, found.sources[0].path, found.losses) == (TEXT, "internal://g01.txt", ())


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
    """The first *.qde counts, `project.qde` before others, and its texts lie beside it; nothing is written to the disk."""
    path = tmp_path / "projekt.qdpx"
    path.write_bytes(
        zipped({"Studie/": "", "Studie/Studie.QDE": project(stored_source()), "Studie/sources/g01.txt": "Ja."})
    )
    assert read_qdpx(path).sources[0].text == "Ja."
    path.write_bytes(zipped({"__MACOSX/._Studie.qde": b"\0\5\x16\7", "Studie/Studie.qde": project(text_source("Ja."))}))
    assert (read_qdpx(path).sources[0].text, read_qdpx(path).losses) == ("Ja.", ())
    path.write_bytes(zipped({"alt.qde": project(), "project.qde": project(text_source("Ja."))}))
    found = read_qdpx(path)
    assert found.sources[0].text == "Ja."
    assert [(loss.kind, loss.raw) for loss in found.losses] == [("second_project", "alt.qde")]
    assert [file.name for file in tmp_path.rglob("*")] == ["projekt.qdpx"]


@pytest.mark.parametrize(("content", "text"), [("", TEXT), ("Im Projekt.", "Im Projekt.")])
def test_an_empty_text_in_the_project_gives_way_to_the_file(tmp_path, content, text):
    """Some programs write both elements; a text in the project goes before a file."""
    source = stored_source(f"<PlainTextContent>{content}</PlainTextContent>")
    assert read(tmp_path, source, members={"sources/g01.txt": TEXT}).sources[0].text == text


@pytest.mark.parametrize(
    ("path", "beside", "base", "kind"),
    [
        ("g01.txt", "texte", "", ""), ("g01.txt", ".", "texte", ""), ("g01.txt", "texte", "C:\\Anderswo", ""),
        ("g01.txt", None, "", "text_beside"), ("fehlt.txt", "texte", "", "text_missing"),
        ("../geheim.txt", "texte", "", "text_elsewhere"), ("geheim.txt", "texte", "..", "text_elsewhere"),
        ("link.txt", "texte", "", "text_elsewhere"), (".", "texte", "", "text_missing"),
    ],
)  # fmt: skip
def test_text_beside_the_project_is_read_only_if_asked(tmp_path, path, beside, base, kind):
    """A relative path is looked up in the folder that the caller names, or the base path in it, and nowhere above it."""
    folder = tmp_path / "texte"
    folder.mkdir()
    (folder / "g01.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "geheim.txt").write_text("geheim", encoding="utf-8")
    (folder / "link.txt").symlink_to(tmp_path / "geheim.txt")
    xml = project(stored_source(path=f"relative:///{path}")).replace(' name="P"', f' name="P" basePath="{base}"')
    found = read_qdpx(written(tmp_path, xml), beside=beside and tmp_path / beside)
    assert (found.sources[0].text, kinds(found)) == ((None, [(kind, "t1")]) if kind else (TEXT, []))


def test_schema_of_another_version_is_read_and_listed(tmp_path):
    """Objects are known by their names; a foreign namespace inside is not this standard."""
    xml = project(
        '<Sources><TextSource guid="T1" name="g01"><x:Coding xmlns:x="urn:x" guid="X1"/></TextSource></Sources>'
    )
    found = read_qdpx(written(tmp_path, xml.replace("project:1.0", "project:1.5")))
    assert told(found) == [T1, "loss  kind=version", "loss t1 kind=text_absent", "loss x1 kind=unknown_element"]
