"""The shipped report gives nothing away, and planted breaches stop it before anything appears."""

import json
import shutil
from dataclasses import replace

import pytest

from gkanalysis.disclosure.check import check_exhibits, check_report
from gkanalysis.errors import DisclosureError
from gkanalysis.report.assemble import assemble_report
from gkanalysis.report.chapter import Chapter
from gkanalysis.report.render import render_report

SOURCE = "strukturen-2018"
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


def test_shipped_report_gives_nothing_away(built):
    """Every number, every file; what may appear all the same is signed."""
    said = check_report(built.report, built.paths)
    assert "nichts verrät ein einzelnes Bündnis" in said
    assert said.count("Ausnahme:") == 2
    assert "Nicht gebraucht" not in said


def quotation(document):
    """A name in a quotation."""
    document["markdown"] += f"\n\n> „Wir in {PLACE}s Rathaus machen das anders.“\n"


def alternative(document):
    """A name in the alternative text of a figure."""
    next(e for e in document["exhibits"].values() if e["kind"] == "figure")["alt"] += f" Zuerst {PLACE}."


@pytest.mark.parametrize(
    ("suffix", "change", "place"),
    [
        ("html", quotation, "zwischenbericht-2019.html, "),
        ("docx", quotation, "word/document.xml, Absatz"),
        ("html", alternative, "Attribut „alt“"),
        ("pdf", alternative, "Alternativtext"),
    ],
)
def test_name_in_a_document_stops_it(copied, suffix, change, place):
    """The message says where the name stands; the file that was there before is not touched."""
    change_document(copied, change)
    before = copied.file(suffix).read_bytes()
    with pytest.raises(DisclosureError, match=PLACE) as caught:
        render_report(copied.report, copied.paths, suffix)
    assert place in str(caught.value)
    assert copied.file(suffix).read_bytes() == before


def test_name_in_metadata_of_the_pdf_stops_it(copied):
    """Keywords are on no page."""
    report = replace(copied.report, keywords=(*copied.report.keywords, PLACE))
    with pytest.raises(DisclosureError, match=r"Metadaten \(Info, /Keywords\): dort steht „Eisvogelstadt“"):
        render_report(report, copied.paths, "pdf")


def chapter(built):
    """A chapter that writes nowhere near the report."""
    return Chapter("probe", built.paths, built.paths.build / "probe")


def test_difference_of_two_tables_stops_the_report(copied):
    """With and without the partial forms: the one that answers 2.1 in them is given away."""
    probe = chapter(copied)
    table = probe.single_response(SOURCE, "2.1", probe.cases(SOURCE, status=["full"]))
    folder = copied.paths.reports / copied.report.id
    table[table["subgroup"] == "alle"].to_csv(folder / "tables/nur-volle.csv", index=False)
    with pytest.raises(DisclosureError) as caught:
        check_exhibits(copied.report, copied.paths, folder)
    (line,) = str(caught.value).splitlines()[1:]
    assert "2.1 (Kerngruppe an vorhandene Struktur angliederbar), „Nein“" in line
    assert "mit Status „partial“: es ist 1 (erlaubt sind 0 oder mindestens 3)" in line
    assert "„nur-volle:" in line


def test_total_stops_the_report_that_does_not_print_the_cell(copied):
    """Two types have no such case, the total has two: the third is given away."""
    probe = chapter(copied)
    table = probe.category_table(probe.cases(SOURCE), "contact", ["keine_kerngruppe", ""], source=SOURCE)
    folder = copied.paths.reports / copied.report.id
    shown = table[(table["subgroup"] != "kreisangehoerige_kommune") & (table["row"] != "")]
    shown.to_csv(folder / "tables/absagen.csv", index=False)
    with pytest.raises(
        DisclosureError, match="contact, „keine_kerngruppe“, kreisangehörige Kommunen: es sind 2"
    ):
        check_exhibits(copied.report, copied.paths, folder)


def test_number_without_a_definition_stops_the_report(copied):
    """What cannot be checked must not appear unless somebody gives a reason."""
    folder = copied.paths.reports / copied.report.id
    (folder / "tables/geheim.csv").write_text("row,n\na,1\n", encoding="utf-8")
    with pytest.raises(DisclosureError, match="„geheim“: sie nennt keine Rechenvorschrift"):
        check_exhibits(copied.report, copied.paths, folder)


def test_breach_leaves_the_folder_as_it_was(copied):
    """Nothing of the new report becomes visible, not even beside the old one."""
    build = copied.paths.build / "reports" / copied.report.id
    first = copied.report.chapters[0].id
    (build / first / "tables/orte.csv").write_text(f"row,label\na,{PLACE}\n", encoding="utf-8")
    folder = copied.paths.reports / copied.report.id
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*")}
    document = (build / "document.json").read_bytes()
    with pytest.raises(DisclosureError, match=f"tables/orte.csv, Zeile 2: dort steht „{PLACE}“"):
        assemble_report(copied.report, copied.paths)
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*")} == before
    assert (build / "document.json").read_bytes() == document
    assert not list(build.glob(".vorlage.*"))
