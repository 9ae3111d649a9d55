"""Damaged projects, workbooks, lists and codebooks end in a sentence or are read; `--fuzz N` makes N of each."""

import random
import sys
import zlib

import pytest

from forms import ROOT
from fuzzing import damaged_csv, damaged_zip, what_goes_wrong
from gkanalysis.codebook.categories import read_category_book
from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.codebook.interviews import read_interview_codebook
from gkanalysis.codebook.lists import read_list_book
from gkanalysis.codebook.policy import read_policy
from gkanalysis.codebook.register import read_register_codebook
from gkanalysis.codebook.words import read_words
from gkanalysis.ingest.interviews import project_lines, project_summary, read_project
from gkanalysis.ingest.spreadsheets import ingest_list
from gkanalysis.ingest.tables import read_rows
from ingest.qda.drawn import project, selection, stored_source, text_source, zipped
from sheets import Raw, formula, xlsx

TEXT = "Wir haben neu angefangen.\nAlle kamen."
MEMBERS = {
    "project.qde": project(
        '<Variables><Variable guid="V1" name="typ" typeOfVariable="Text"/></Variables>',
        '<Cases><Case guid="F1" name="B01"><SourceRef targetGUID="T1"/><VariableValue><VariableRef targetGUID="V1"/>'
        "<TextValue>Kreis</TextValue></VariableValue></Case></Cases>",
        "<Sources>"
        + stored_source(selection(10, 24, "neu angefangen")).removeprefix("<Sources>").removesuffix("</Sources>")
        + text_source(TEXT, selection(0, 3, guid="S2"), guid="T2").removeprefix("<Sources>").removesuffix("</Sources>")
        + '<AudioSource guid="T3" name="a" path="internal://a.mp3"><Transcript guid="R1" plainTextPath="internal://g01.txt">'
        '<SyncPoint guid="Y1" timeStamp="5" position="1"/><SyncPoint guid="Y2" timeStamp="9" position="4"/>'
        '<TranscriptSelection guid="S3" fromSyncPoint="Y1" toSyncPoint="Y2"/></Transcript></AudioSource></Sources>',
        '<Notes><Note guid="N1" creatingUser="A1"><PlainTextContent>x</PlainTextContent></Note></Notes>',
        '<Links><Link guid="L1" originGUID="S1" targetGUID="C1"/></Links>',
        '<Sets><Set guid="M1" name="M"><MemberSource targetGUID="T1"/></Set></Sets><NoteRef targetGUID="N1"/>',
    ),
    "sources/g01.txt": TEXT,
}
SEGMENTS = [
    ["Farbe", "Dokumentgruppe", "Dokumentname", "Code", "Anfang", "Ende", "Segment", "Erstellt von", "Erstellt am", "Kommentar"],
    ["●", "Kreise", "g10", "Aufbau > Neu", 12, 14, "Wir fingen neu an.", "AB", Raw('<c r="{r}" s="1"><v>43650.4</v></c>'), "x"],
    ["●", "Kreise", "g10", "Aufbau", "12", "14", "Wir", "CD", "04.07.2019", None],
]  # fmt: skip
LOG = [
    ["case_id", "Datum", "Tage", "Form"],
    ["B01", Raw('<c r="{r}" s="1"><v>43650</v></c>'), 1.5, "Beratung"],
    ["B02", "4.7.2019", formula("A1", 3), Raw('<c r="{r}" t="e"><v>#N/A</v></c>')],
    ["B03", "5. Juli 2019", Raw('<c r="{r}" t="inlineStr"><is><r><rPr><strike/></rPr><t>2</t></r></is></c>'), True],
]
BOOK = read_list_book(ROOT / "data/codebook/prozessbegleitung-log.yml")
RECEIPTS = ("file", "received", "alliance_id", "channel", "note")
SHEET = {"merged": ["A5:B6"], "hidden": [3], "columns": '<cols><col min="2" max="3" hidden="1"/></cols>'}
READERS = {
    "interviews": read_interview_codebook, "lists": read_list_book, "register": read_register_codebook, "words": read_words,
    "policy": read_policy, "categories": read_category_book, "instrument": read_codebook,
}  # fmt: skip
YAML = {
    "reflexionsgespraeche": "interviews", "prozessbegleitung-log": "lists", "register": "register", "woerter": "words",
    "disclosure": "policy", "kategorien": "categories", "prozess": "instrument", "strukturen": "instrument",
}  # fmt: skip


def read_all_of_a_project(path):
    """What `gkanalysis interviews` shows."""
    found = read_project(path)
    assert list(project_lines(found))
    assert project_summary(path.name, found)
    "".join(project_lines(found)).encode()


def read_as_list(path):
    ingest_list(path.parent, path.name, BOOK.spec, path.parent / "out")


KINDS = {
    "qdpx": (damaged_zip, zipped(MEMBERS), "projekt.qdpx", read_all_of_a_project),
    "segments": (damaged_zip, xlsx({"Codierte Segmente": SEGMENTS}), "segmente.xlsx", read_all_of_a_project),
    "xlsx": (damaged_zip, xlsx({"Log": LOG, "leer": []}, **SHEET), "protokoll.xlsx", read_as_list),
    "csv": (damaged_csv, (ROOT / "data/raw/ereignisse/ereignisse.csv").read_bytes()[:1500], "ereignisse.csv", read_as_list),
    "receipts": (damaged_csv, (ROOT / "data/raw/prozess-2020/eingang.csv").read_bytes()[:1500], "eingang.csv",
                 lambda path: read_rows(path, RECEIPTS, optional=["note"])),
} | {
    name: (damaged_csv, (ROOT / f"data/codebook/{name}.yml").read_bytes(), f"{name}.yml", READERS[kind]) for name, kind in YAML.items()
}  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="memory of a process is bounded with Linux's own means")
@pytest.mark.parametrize("kind", KINDS)
def test_no_damage_ends_in_a_traceback(tmp_path, kind, n_damaged):
    """Each is read or refused with a sentence, within five seconds and 300 MB; what is not is kept for a look."""
    damage, whole, name, read = KINDS[kind]
    path, wrong = tmp_path / name, []
    path.write_bytes(whole)
    assert what_goes_wrong(read, path) == ""
    for seed in range(n_damaged):
        path.write_bytes(damage(whole, random.Random(f"{kind} {seed}")))
        if said := what_goes_wrong(read, path):
            (tmp_path / f"{seed}-{name}").write_bytes(path.read_bytes())
            wrong.append((seed, zlib.crc32(path.read_bytes()), said))
    assert not wrong, f"{len(wrong)} of {n_damaged}, kept in {tmp_path}; the first is seed {wrong[0][0]}: {wrong[0][2]}"
