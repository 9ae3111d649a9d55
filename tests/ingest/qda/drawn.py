"""Draw small files of QDA programs by hand: every test writes the XML that it is about."""

from dataclasses import fields

from docx_parts import zipped
from gkanalysis.ingest.qda.model import OBJECTS, Code, Coder, Project
from gkanalysis.ingest.qda.qdpx import read_qdpx

PROJECT_NAMESPACE = "urn:QDA-XML:project:1.0"
HEAD = '<?xml version="1.0" encoding="utf-8"?>'
USERS = '<Users><User guid="A1" name="Kodierung A"/><User guid="B1" name="Kodierung B"/></Users>'
CODES = (
    '<CodeBook><Codes><Code guid="C1" name="Aufbau" isCodable="false"><Description>Wie es anfing.</Description>'
    '<Code guid="C2" name="Neugründung" isCodable="true" color="#1f4e79"/></Code></Codes></CodeBook>'
)
CODING = (
    '<Coding guid="K1" creatingUser="A1" creationDateTime="2019-07-04T10:00:00Z"><CodeRef targetGUID="C2"/></Coding>'
)


def project(*sections, head=HEAD, users=USERS, codes=CODES):
    """A project file with two coders, two codes and some sections."""
    body = "".join(sections)
    return f'{head}<Project xmlns="{PROJECT_NAMESPACE}" name="P" origin="O">{users}{codes}{body}</Project>'


def selection(start, end, name="", inside=CODING, guid="S1"):
    return (
        f'<PlainTextSelection guid="{guid}" name="{name}" startPosition="{start}" endPosition="{end}">'
        f"{inside}</PlainTextSelection>"
    )


def text_source(text, *inside, guid="T1"):
    """A document with its text in the project."""
    content = f"<PlainTextContent>{text}</PlainTextContent>"
    return f'<Sources><TextSource guid="{guid}" name="g01">{content}{"".join(inside)}</TextSource></Sources>'


def stored_source(*inside, path="internal://g01.txt"):
    return f'<Sources><TextSource guid="T1" name="g01" plainTextPath="{path}">{"".join(inside)}</TextSource></Sources>'


def written(folder, xml, members=(), name="projekt.qdpx"):
    """Path of a project with this XML and more members."""
    path = folder / name
    path.write_bytes(zipped({"project.qde": xml, **dict(members)}))
    return path


def read(folder, *sections, members=(), **parts):
    return read_qdpx(written(folder, project(*sections, **parts), members))


def kinds(found):
    return [(loss.kind, loss.guid) for loss in found.losses]


_ELSEWHERE = {"source": {"text", "reading"}, "loss": {"place", "raw", "done", "why"}}


def told(found):
    """Objects of a project as lines of what they say, without the coders and codes of `project`, texts and words of losses."""
    lines = []
    for group, kind in OBJECTS.items():
        word = kind.__name__.lower()
        names = [f.name for f in fields(kind) if f.name != "guid" and f.name not in _ELSEWHERE.get(word, ())]
        usual = {f.name: f.default for f in fields(kind)}
        for entry in getattr(found, group):
            given = {n: v for n in names if (v := getattr(entry, n)) not in ("", None, (), {}, usual[n])}
            shown = (f"{n}={','.join(v) if isinstance(v, tuple) else v}" for n, v in given.items())
            lines.append(" ".join([word, entry.guid, *shown]))
    return [line for line in lines if line not in _USUAL]


_USUAL = ()
_USUAL = told(
    Project(
        coders=(Coder("a1", "Kodierung A"), Coder("b1", "Kodierung B")),
        codes=(Code("c1", "Aufbau", "", False, "Wie es anfing."), Code("c2", "Neugründung", "c1", True, "", "#1f4e79")),
    )
)
