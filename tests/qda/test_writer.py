"""Writing REFI-QDA projects: what is written reads back the same, in the order of the schema, in equal bytes."""

import uuid
import zipfile
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from gkanalysis.ingest.qda.guids import description_guid
from gkanalysis.ingest.qda.model import (
    Case,
    Code,
    Coder,
    Coding,
    Link,
    Memo,
    Project,
    Selection,
    Set,
    Source,
    Variable,
)
from gkanalysis.ingest.qda.positions import READINGS
from gkanalysis.ingest.qda.qdpx import read_qdpx
from gkanalysis.ingest.qda.refusal import QdaWriteError
from tools.qda.writer import write_qdpx

TEXT = "Guten Tag 😀.\nWir fangen 😀 neu an.\nAlle kamen gern."


def guid(name):
    """A GUID for a name."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


def same(folder, project):
    """What comes back, after asserting that it comes back the same a second time."""
    write_qdpx(project, folder / "a.qdpx")
    first = read_qdpx(folder / "a.qdpx")
    write_qdpx(first, folder / "b.qdpx")
    assert read_qdpx(folder / "b.qdpx") == first
    return first


def full_project():
    """One of everything."""
    a, b, s1, s2, s3, s4 = (guid(name) for name in ("A", "B", "s1", "s2", "s3", "s4"))
    text, pdf, audio, picture = (guid(name) for name in ("text", "pdf", "audio", "picture"))
    aufbau, neu = guid("aufbau"), guid("neu")
    return Project(
        name="Gespräche",
        origin="Test",
        codes=(Code(aufbau, "Aufbau", "", False, "Wie\nes anfing."), Code(neu, "Neu", aufbau, color="#1f4e79")),
        coders=(Coder(a, "Kodierung A"), Coder(b, "Kodierung B")),
        sources=(
            Source(text, "g01", "text", TEXT, "internal://g01.txt", "utf16_crlf", "Notiz", {"typ": "Kreis"}),
            Source(pdf, "g02", "pdf", "Wir waren da.", "internal://g02.pdf", "utf16_crlf"),
            Source(audio, "g03", "audio", "Wir hören zu.", "internal://g03.mp3", "utf16_crlf"),
            Source(picture, "g04", "picture", None, "relative:///g04.png"),
            Source(guid("docx"), "g05", "text", None, "internal://g05.docx"),
        ),
        selections=(
            Selection(guid("dot"), text, 11, 12, "."),  # behind an emoji, before a line end
            Selection(s1, text, 13, 23, "Wir fangen"),
            Selection(guid("lost"), text, -1, -1, "verloren"),
            Selection(s2, pdf, -1, -1, "", "page=1 firstX=1 firstY=2 secondX=3 secondY=4"),
            Selection(guid("s2t"), pdf, 0, 3, "Wir"),
            Selection(s3, audio, -1, -1, "", "begin=10 end=20"),
            Selection(guid("s3t"), audio, 4, 9, "hören", "begin=500 end=900"),
            Selection(s4, picture, -1, -1, "Ecke", "firstX=1 firstY=2 secondX=3 secondY=4"),
        ),
        codings=(
            Coding(guid("k1"), s1, text, neu, a, "2019-07-04T10:00:00Z"),
            Coding(guid("k2"), s1, text, neu, b),
            Coding(guid("k3"), "", text, neu, ""),
            Coding(guid("k4"), s2, pdf, neu, a),
            Coding(guid("k5"), guid("s3t"), audio, neu, a),
        ),
        cases=(
            Case(guid("f1"), "Bündnis", (text, pdf), {"typ": "Kreis", "zahl": "3", "tag": "2019-07-04"}, (s1,)),
            Case(guid("f2"), "leer", (), {"zahl": "unbekannt"}),
        ),
        variables=(
            Variable(guid("v1"), "typ"),
            Variable(guid("v2"), "zahl", "Integer"),
            Variable(guid("v3"), "tag", "Date"),
        ),
        memos=(
            Memo(guid("n1"), guid("k1"), a, "Prüfen.", "Idee"),
            Memo(guid("n1"), neu, a, "Prüfen.", "Idee"),
            Memo(guid("n2"), text, b, "Zur Quelle."),
            Memo(guid("n3"), guid("n1"), "", "Zur Notiz."),
            Memo(guid("n4"), guid("l1"), "", "Zur Verknüpfung."),
            Memo(guid("n5"), s4, "", "Zur Fläche."),
            Memo(guid("n6"), "", "", "Zum Projekt."),
            *sorted(
                (Memo(description_guid(t), t, "", "Beschreibung") for t in ("", s1, guid("f1"), guid("v1"), guid("m1"))),
                key=lambda memo: memo.target,
            ),
        ),
        links=(Link(guid("l1"), "siehe", s1, guid("s2t"), "OneWay"), Link(guid("l2"), "", neu, text)),
        sets=(Set(guid("m1"), "Auswahl", (neu, text, guid("n2"))),),
    )  # fmt: skip


def test_one_of_everything_comes_back(tmp_path):
    """Every field of every object, and the two losses that it has itself."""
    project = full_project()
    # Two memos of one note come back in the order of their targets.
    memos = sorted(project.memos[:2], key=lambda memo: memo.target) + list(project.memos[2:])
    found = same(tmp_path, replace(project, memos=tuple(memos)))
    assert [(loss.kind, loss.guid) for loss in found.losses] == [
        ("text_formatted", guid("docx")),
        ("no_coder", guid("k3")),
    ]
    assert replace(found, losses=()) == replace(project, memos=tuple(memos))


def test_elements_stand_in_the_order_of_the_schema(tmp_path):
    """Programs that validate a project accept it."""
    write_qdpx(full_project(), tmp_path / "a.qdpx")
    with zipfile.ZipFile(tmp_path / "a.qdpx") as archive:
        assert archive.namelist() == ["project.qde", "sources/g01.txt"]
        root = etree.fromstring(archive.read("project.qde"))

    def children(path):
        names = [etree.QName(child).localname for child in root.find(path.replace("/", "/{*}"))]
        return list(dict.fromkeys(names))

    top = "Users CodeBook Variables Cases Sources Notes Links Sets Description NoteRef"
    assert [etree.QName(child).localname for child in root] == top.split()
    assert children("./Sources/TextSource") == [
        "Description",
        "PlainTextSelection",
        "Coding",
        "NoteRef",
        "VariableValue",
    ]
    assert children("./Sources/PDFSource") == ["PDFSelection", "Representation"]
    assert children("./Sources/AudioSource") == ["Transcript", "AudioSelection"]
    assert children("./Sources/AudioSource/Transcript") == [
        "PlainTextContent",
        "SyncPoint",
        "TranscriptSelection",
    ]
    assert children("./Sources/TextSource/PlainTextSelection[2]") == ["Description", "Coding"]
    assert children("./Cases/Case") == ["Description", "VariableValue", "SourceRef", "SelectionRef"]
    assert children("./Sets/Set") == ["Description", "MemberCode", "MemberSource", "MemberNote"]
    values = [etree.QName(value[1]).localname for value in root.iter("{*}VariableValue")]
    assert values == ["TextValue", "IntegerValue", "DateValue", "TextValue", "TextValue"]


@pytest.mark.parametrize("reading", READINGS)
def test_texts_are_stored_as_their_program_counts(tmp_path, reading):
    """Line ends of Windows come with a byte order mark, as NVivo writes them."""
    (text, *_), stretches = full_project().sources, full_project().selections[:2]
    project = Project("P", sources=(replace(text, reading=reading, values={}),), selections=stretches)
    assert same(tmp_path, project) == project
    with zipfile.ZipFile(tmp_path / "a.qdpx") as archive:
        stored = archive.read("sources/g01.txt")
        _, element = etree.fromstring(archive.read("project.qde")).iter("{*}PlainTextSelection")
    start = element.get("startPosition")
    assert stored.startswith(b"\xef\xbb\xbf") == (b"\r\n" in stored) == reading.endswith("crlf")
    assert int(start) == 13 + reading.endswith("crlf") + reading.startswith("utf16")


def test_positions_that_a_reader_would_mistake_are_written_in_another_count(tmp_path):
    """Without a name, half words would be found one character further on; plain counting cannot be mistaken."""
    text = "😀 Wir fangen an. Alle kamen."
    stretch = Selection(
        guid("s"), guid("t"), 2, 4
    )  # „Wi“; in UTF-16 units 3 to 5, which in code points is „ir“
    project = Project(
        "P", sources=(Source(guid("t"), "g", text=text, reading="utf16_lf"),), selections=(stretch,)
    )
    found = same(tmp_path, project)
    assert found.selections == (stretch,)
    assert found.sources[0].reading == "codepoints_lf"


def test_selections_get_a_name_where_nothing_else_tells(tmp_path):
    """In code points and in UTF-16 units alike, the other count would find a better place."""
    stretch = Selection(guid("s"), guid("t"), 0, 6)
    project = Project("P", sources=(Source(guid("t"), "g", text=" a a😀 a"),), selections=(stretch,))
    assert same(tmp_path, project).selections == (replace(stretch, name=" a a😀 "),)


def test_names_that_mislead_stop_the_writing(tmp_path):
    """The name stands one character before the selection, where another count would find it."""
    stretch = Selection(guid("s"), guid("t"), 14, 24, "Wir fangen")
    project = Project("P", sources=(Source(guid("t"), "g", text=TEXT),), selections=(stretch,))
    with pytest.raises(
        QdaWriteError, match="anders zählen; bitte den Textstellen ihren Text als Namen geben"
    ):
        write_qdpx(project, tmp_path / "a.qdpx")


TEXTS = st.text(alphabet="a b.\n😀äß„", max_size=25)
NAMES = st.text(
    alphabet=st.characters(exclude_categories=("Cs", "Cc", "Cn", "Co")), min_size=1, max_size=8
).filter(lambda name: not name.isspace())


@st.composite
def projects(draw):
    """Projects in the order in which they are read: texts with selections that are named as their text, or not."""
    coders = tuple(Coder(guid(f"coder {n}"), draw(NAMES)) for n in range(draw(st.integers(0, 2))))
    codes = [Code(guid("code 0"), draw(NAMES), description=draw(TEXTS))]
    for n in range(1, draw(st.integers(1, 4))):
        parent = draw(st.sampled_from(["", codes[-1].guid]))
        codes.append(Code(guid(f"code {n}"), draw(NAMES), parent, draw(st.booleans())))
    variables = tuple(Variable(guid(f"v {name}"), name) for name in draw(st.sets(NAMES, max_size=2)))
    sources, selections, codings, cases = [], [], [], []
    for n in range(draw(st.integers(0, 3))):
        text, own = draw(TEXTS), guid(f"source {n}")
        values = {variable.name: draw(TEXTS) for variable in variables}
        kind, path = draw(
            st.sampled_from([("text", ""), ("text", f"internal://{n}.txt"), ("pdf", "internal://a.pdf")])
        )
        reading = draw(st.sampled_from(list(READINGS)))
        sources.append(Source(own, draw(NAMES), kind, text, path, reading, draw(TEXTS), values))
        for m in range(draw(st.integers(0, 3))):
            start = draw(st.integers(0, len(text)))
            end = draw(st.integers(start, len(text)))
            name = draw(st.sampled_from(["", text[start:end]]))
            selections.append(Selection(guid(f"s {n} {m}"), own, start, end, name))
            for k in range(draw(st.integers(0, 2))):
                coder = draw(st.sampled_from(["", *(coder.guid for coder in coders)]))
                code = draw(st.sampled_from(codes)).guid
                codings.append(Coding(guid(f"k {n} {m} {k}"), selections[-1].guid, own, code, coder))
        cases.append(Case(guid(f"case {n}"), draw(NAMES), (own,), draw(st.sampled_from([{}, values]))))
    targets = [entry.guid for group in (codes, sources, selections, codings) for entry in group]
    memos = [
        Memo(guid(f"memo {n}"), draw(st.sampled_from(["", *targets])), text=draw(TEXTS)) for n in range(2)
    ]
    return Project(
        name=draw(NAMES),
        codes=tuple(codes),
        coders=coders,
        sources=tuple(sources),
        selections=tuple(selections),
        codings=tuple(codings),
        cases=tuple(cases),
        variables=variables,
        memos=tuple(memos),
        links=(Link(guid("link"), draw(NAMES), *(draw(st.sampled_from(targets)) for _ in range(2))),),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(projects())
def test_reading_writing_reading_gives_the_same(tmp_path, project):
    """Apart from `reading`, which says how the file counts, and from names that are given so that it can be told."""
    found = same(tmp_path, project)
    assert {loss.kind for loss in found.losses} <= {"no_coder", "unsure_reading", "doubtful_reading"}
    readings = {source.guid: source.reading for source in found.sources}
    sources = tuple(replace(source, reading=readings[source.guid]) for source in project.sources)
    texts = {source.guid: source.text for source in project.sources}
    for before, after in zip(project.selections, found.selections, strict=True):
        named = replace(before, name=before.name or texts[before.source][before.start : before.end])
        assert after in (before, named)
    assert replace(found, losses=(), selections=()) == replace(project, sources=sources, selections=())


def test_equal_projects_give_equal_bytes(tmp_path):
    """No time, no chance."""
    for name in ("a", "b"):
        write_qdpx(full_project(), tmp_path / f"{name}.qdpx")
    assert (tmp_path / "a.qdpx").read_bytes() == (tmp_path / "b.qdpx").read_bytes()


def test_text_that_xml_cannot_hold_gets_a_file(tmp_path):
    """As does one that lay beside the project, or under a name that leads elsewhere."""
    sources = (
        Source(guid("a"), "a", text="Seite\x0cUmbruch"),
        Source(guid("b"), "b", text="Ja.", path="relative:///b.txt"),
        Source(guid("c"), "c", text="Nein.", path="internal://../c.txt"),
        Source(guid("d"), "d", text="\ufeffMarke", path="internal://d.txt"),
        Source(guid("e"), "e", text="Zweimal", path="internal://d.txt"),
    )
    found = same(tmp_path, Project("P", sources=sources))
    assert [source.text for source in found.sources] == [source.text for source in sources]
    assert [source.path.startswith("internal://") for source in found.sources] == [True] * 5
    assert len({source.path for source in found.sources}) == 5


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"codings": (Coding(guid("k"), "", guid("text"), guid("x")),)}, "nennt als Code"),
        ({"codings": (Coding(guid("k"), "", guid("x"), guid("neu")),)}, "nennt als Quelle"),
        ({"codings": (Coding(guid("k"), guid("x"), guid("text"), guid("neu")),)}, "nennt als Textstelle"),
        (
            {"codings": (Coding(guid("k"), guid("s2"), guid("text"), guid("neu")),)},
            "Textstelle einer anderen Quelle",
        ),
        ({"codings": (Coding(guid("k"), "", guid("text"), guid("neu"), guid("x")),)}, "nennt als Person"),
        ({"selections": (Selection(guid("s"), guid("x"), 0, 1),)}, "nennt als Quelle"),
        ({"selections": (Selection(guid("s"), guid("text"), 0, 999),)}, "außerhalb des Textes"),
        ({"selections": (Selection(guid("s"), guid("text"), 5, 4),)}, "außerhalb des Textes"),
        ({"selections": (Selection(guid("s"), guid("docx"), 0, 0),)}, "außerhalb des Textes"),
        ({"selections": (Selection(guid("s"), guid("text"), place="Anfang=1 Ende=2"),)}, "Angabe zur Lage"),
        ({"selections": (Selection(guid("s"), guid("audio"), place="Anfang=1 Ende=2"),)}, "Angabe zur Lage"),
        ({"memos": (Memo(guid("n"), guid("f1"), text="a"),)}, "keine Notiz erlaubt"),
        ({"memos": (Memo(guid("n"), "", guid("x"), "a"),)}, "nennt als Person"),
        (
            {"memos": (Memo(guid("n"), "", text="a"), Memo(guid("n"), guid("neu"), text="b"))},
            "zwei verschiedene Texte",
        ),
        ({"cases": (Case(guid("f"), "F", (guid("x"),)),)}, "nennt als Quelle"),
        ({"cases": (Case(guid("f"), "F", values={"fehlt": "1"}),)}, "nennt als Variable"),
        ({"sets": (Set(guid("m"), "M", (guid("x"),)),)}, "nennt als Mitglied"),
        ({"codes": (Code(guid("neu"), "Neu", guid("x")),)}, "nennt als Code"),
        ({"codes": (Code(guid("neu"), "Neu", guid("neu")),)}, "unter sich selbst"),
        ({"name": "a\x00"}, "Steuerzeichen"),
        ({"sources": (Source(guid("t"), "g", text="a\r\nb"),)}, "Zeilenenden mit CR"),
        ({"sources": (Source(guid("t"), "g", "brief"),)}, "nennt als Art"),
    ],
)
def test_what_cannot_be_written_is_refused(tmp_path, change, message):
    """One German sentence, and no file."""
    empty = dict.fromkeys(("selections", "codings", "cases", "memos", "links", "sets"), ())
    kept = {"selections": full_project().selections} if "codings" in change else {}
    project = replace(full_project(), **{**empty, **kept, **change})
    if "sources" in change:
        project = replace(project, selections=(), codings=())
    with pytest.raises(QdaWriteError, match=message):
        write_qdpx(project, tmp_path / "a.qdpx")
    assert not list(tmp_path.iterdir())
