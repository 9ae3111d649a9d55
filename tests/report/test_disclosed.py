"""The shipped report gives nothing away, and planted breaches stop it before anything appears."""

import json
import re
import shutil
from dataclasses import replace

import pandas as pd
import pytest

from gkanalysis.core.errors import DisclosureError, IngestError
from gkanalysis.counts.count import Count
from gkanalysis.counts.data import Data
from gkanalysis.disclosure.check import check_exhibits, check_report
from gkanalysis.disclosure.received import read_names
from gkanalysis.disclosure.verbatim import most_common_codes
from gkanalysis.report.assemble import assemble_report
from gkanalysis.report.render import render_report

SOURCE, TALKS = "strukturen-2018", "reflexionsgespraeche-2019"
PLACE = "Eisvogelstadt"


@pytest.fixture
def copied(built, tmp_path):
    """The project's report with folders of its own to plant something in."""
    for name in ("build", "reports"):
        folder = getattr(built.paths, name) / ("reports" if name == "build" else "") / built.report.id
        shutil.copytree(folder, tmp_path / name / ("reports" if name == "build" else "") / built.report.id)
    return replace(built, paths=replace(built.paths, build=tmp_path / "build", reports=tmp_path / "reports"))


def change_document(built, change):
    """Change the assembled document of a report."""
    path = built.paths.build / "reports" / built.report.id / "document.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document)
    path.write_text(json.dumps(document), encoding="utf-8")


def spoken(text):
    """A change that puts a text at the end of the report."""

    def change(document):
        document["markdown"] += f"\n\n{text}\n"

    return change


quotation = spoken(f"> „Wir in {PLACE}s Rathaus machen das anders.“")


TOLD = {  # what a document says -> what is found in it
    "Das Amt für Querschnittsfragen lädt ein.": "dort steht „Amt für Querschnittsfragen“",
    "> „Der Leiter des Amtes für Ankommen und Teilhabe war dabei.“": "dort steht „Amtes für Ankommen und Teilhabe“",
    "Die Nachbarn in Hummelbrück laden mit ein.": "dort steht „Hummelbrück“",
    "Die Übersicht kam von der Kollegin Ahornsiek.": "dort steht „Ahornsiek“",
    "Es gebe eine „Steuerungsgruppe zum Integrationskonzept, die trifft sich“ noch.": "zum Integrationskonzept, die trifft sich",
    "Es war ein Umschlag mit einem gelben Zettel, und auf dem Zettel stand etwas.": "Umschlag mit einem gelben Zettel",
}


@pytest.mark.parametrize("listed", [True, False], ids=["list of names", "no list"])
def test_what_an_interview_tells_stops_a_document(copied, tmp_path, listed):
    """Offices, places, persons and words of interviews, also without the team's list and without a stored transcript."""
    if not listed:
        data = tmp_path / "data"
        shutil.copytree(copied.paths.data, data, ignore=shutil.ignore_patterns("namen.csv", "*.docx", "*.qdpx"))
        copied = replace(copied, paths=replace(copied.paths, data=data))
    change_document(copied, spoken("\n\n".join(TOLD)))
    with pytest.raises(DisclosureError) as caught:
        render_report(copied.report, copied.paths, ["html"])
    said = str(caught.value)
    assert said.count("Worte eines Gesprächs") == 2
    assert [found for found in TOLD.values() if found.lower() not in said.lower()] == []


def change_quotation(copied, wanted):
    """Let the first quotation of the report come from another segment."""
    for part in copied.report.chapters:
        path = copied.paths.build / "reports" / copied.report.id / part.id / "chapter.json"
        content = json.loads(path.read_text(encoding="utf-8"))
        for exhibit in content["exhibits"].values():
            if exhibit["kind"] == "quotation":
                exhibit["quote_id"] = wanted
                path.write_text(json.dumps(content), encoding="utf-8")
                return exhibit["id"]
    raise AssertionError("no quotation")


def plant(copied, exhibit, line, **cell):
    """Print a further number in a table of the report, as its line counts it unless told otherwise."""
    count, by, row, group = Count.read(line)
    told = count.cell(Data(copied.paths), row, group, by)
    path = copied.paths.reports / copied.report.id / f"tables/{exhibit}.csv"
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    more = {"row": row, "subgroup": group, "n": told.n, "base_n": told.base_n, "definition": line} | cell
    pd.concat([table, pd.DataFrame([more])]).to_csv(path, index=False)
    return copied


def code(name):
    """The line that counts a code of the interviews."""
    return f'Codings(source="{TALKS}")["aufbau.{name}"]'


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (
            ["gesellschaft"],
            ["aufbau.bezuege", "aufbau.gesellschaft"],
        ),  # in the register one alliance has such an office
        (three := ["stabsstelle", "bildungsbuero", "fachbereich"], [f"aufbau.{name}" for name in three]),
    ],
)
def test_code_that_shows_in_public_stops_the_report(copied, names, found):
    """Who was interviewed would be known, or be one of few; and so what all ten have said."""
    for name in names:
        plant(copied, "gespraeche-buendnis", code(name))
    with pytest.raises(DisclosureError) as caught:
        check_exhibits(copied.report, copied.paths, copied.paths.reports / copied.report.id)
    said = str(caught.value)
    assert all(f"{TALKS}, {f} (" in said for f in found)
    assert ("Bezüge zu Integration" in said) == ("gesellschaft" in names)


def alternative(document):
    """A name in the alternative text of a figure."""
    next(e for e in document["exhibits"].values() if e["kind"] == "figure")["alt"] += f" Zuerst {PLACE}."


@pytest.mark.parametrize(
    ("suffix", "change", "places"),
    [
        ("html", alternative, ["zwischenbericht-2019.html, ", "Attribut „alt“"]),
        ("docx", quotation, ["word/document.xml, Absatz"]),
        ("pdf", alternative, ["Alternativtext", "Metadaten (Info, /Keywords): dort steht „Eisvogelstadt“"]),
    ],
)
def test_name_in_a_document_stops_it(copied, suffix, change, places):
    """The message says where the name stands, keywords too; the file that was there before is not touched."""
    change_document(copied, change)
    report = copied.report.model_copy(update={"keywords": (*copied.report.keywords, PLACE)})
    before = copied.file(suffix).read_bytes()
    with pytest.raises(DisclosureError, match=PLACE) as caught:
        render_report(report, copied.paths, [suffix])
    assert [place for place in places if place not in str(caught.value)] == []
    assert copied.file(suffix).read_bytes() == before


def test_list_of_names_without_its_heading_stops_the_check(copied, tmp_path):
    """Another spelling of the heading is read; another heading would take the protection away without a word."""
    data = tmp_path / "raw"
    shutil.copytree(copied.paths.data, data, ignore=shutil.ignore_patterns("*.docx", "*.qdpx"))
    moved = replace(copied, paths=replace(copied.paths, data=data))
    path = data / TALKS / "namen.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("name", "Name", 1), encoding="utf-8")
    found, usual = (read_names(Data(place)) for place in (moved.paths, copied.paths))
    assert found.by_first.keys() == usual.by_first.keys()
    path.write_text(text.replace("name", "wer", 1), encoding="utf-8")
    with pytest.raises(IngestError, match=r"namen\.csv“ fehlt die Überschrift „name“"):
        check_report(moved.report, moved.paths)


def test_draft_lists_what_would_stop_it(copied, monkeypatch, capsys):
    """The same sentences as of a report, and it goes on.

    A quotation whose most common code one case has: who it is would be known as the speaker. A statistic of coders: of
    ten interviews and fourteen pairs one Alpha fits one count only. A table of which nobody knows what it counts.
    """
    folder = copied.paths.reports / copied.report.id
    segments, codings = (Data(copied.paths).table(f"{TALKS}-{t}") for t in ("segments", "codings"))
    common = most_common_codes(segments, codings, "Kodierung A")
    quoted = change_quotation(copied, next(k for k, (code, n) in common.items() if n == 1))
    plant(copied, "uebereinstimmung-kodes", f'Agreement(source="{TALKS}", of="code")["aufbau.stabsstelle"]')
    (folder / "tables/geheim.csv").write_text("row,n\na,1\n", encoding="utf-8")
    monkeypatch.setenv("ENTWURF", "1")
    check_exhibits(copied.report, copied.paths, folder)
    said = capsys.readouterr().err
    assert said.startswith(
        f"Nur als Entwurf: Der Bericht „{copied.report.id}“ erscheint nicht, denn er verrät Vertrauliches"
    )
    for found in (
        rf"Zitat „{quoted}“: es steht nur unter Codes, die höchstens 1 Fälle haben",
        r"aufbau\.stabsstelle .*„kommt vor“, alle zusammen: es sind 2", "„geheim“: sie nennt keine Rechenvorschrift",
    ):  # fmt: skip
        assert re.search(found, said), found


def test_breach_leaves_the_folder_as_it_was(copied):
    """Nothing of the new report becomes visible, not even beside the old one."""
    build = copied.paths.build / "reports" / copied.report.id
    (build / "anhang/tables/orte.csv").write_text(f"row,label\na,{PLACE}\n", encoding="utf-8")
    folder = copied.paths.reports / copied.report.id
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*")}
    document = (build / "document.json").read_bytes()
    with pytest.raises(DisclosureError, match=f"tables/orte.csv, Zeile 2: dort steht „{PLACE}“"):
        assemble_report(copied.report, copied.paths)
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*")} == before
    assert (build / "document.json").read_bytes() == document
    assert not list(build.glob(".vorlage.*"))


def test_file_that_somebody_edited_is_kept(copied):
    """A report opened in Word and changed there is put aside with a word, each time; one that nobody touched is not."""
    path, edited = copied.file("html"), b"von Hand"
    for suffix in ("pdf", "html"):
        assert len(render_report(copied.report, copied.paths, [suffix])) == 1
    for name in ("zwischenbericht-2019-von-hand.html", "zwischenbericht-2019-von-hand1.html"):
        path.write_bytes(edited)
        said, _ = render_report(copied.report, copied.paths, ["html"])
        assert f"war von Hand geändert; die geänderte Fassung liegt jetzt als „{name}“ daneben" in said
        assert path.with_name(name).read_bytes() == edited
        assert path.read_bytes() != edited
    copied.file("pdf").write_bytes(edited)  # the runs between did not make it
    assert "zwischenbericht-2019-von-hand.pdf" in render_report(copied.report, copied.paths, ["pdf"])[0]
