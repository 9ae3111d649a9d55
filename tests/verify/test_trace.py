"""Where a number comes from: its rows and the rest of its base, refused if they do not add up, in words and as a page."""

import json

import pytest
from lxml import html

from drawn import WAVE, Project
from gkanalysis.core.errors import UsageError, VerificationError
from gkanalysis.counts.forms import Choice, Ticks
from gkanalysis.verify.naive import recount_report
from gkanalysis.verify.trace import find_untraced, origin_lines, shown_raw, trace_line, trace_pages, trace_printed

PLAN, BOXES = Choice(source=WAVE, item="1.1"), Ticks(source=WAVE, set="huerden", of="asked")
ANSWERS = """
case  status   1.1   2.H1.2  2.H2.2  2.H3.2
B1    full     ja    x       -       -
B2    full     nein  x       x       -
B3    partial  ja    -       x       -
B4    full     !     -       -       -
"""


@pytest.fixture
def project(tmp_path):
    """Four forms; a report `r` prints a table by type, and in its text a number, a word for it and a declared one."""
    made = Project(tmp_path).wave(ANSWERS)
    folder = made.paths.reports / "r"
    (folder / "tables").mkdir(parents=True)
    PLAN.table(made.data, by="type").to_csv(folder / "tables/plan.csv", index=False)
    values = [
        {"id": "raum", "text": "2 von 4", "n": 2, "base_n": 4, "definition": BOXES.name("2.H2.2")},
        {"id": "meist", "text": "die Hälfte", "chapter": "eins", "of": [PLAN.name("ja"), PLAN.name("nein")]},
        {"id": "stand", "text": "Mai", "chapter": "eins", "kind": "declared"},
        {"id": "rest", "text": "wenige", "chapter": "eins"},
    ]  # fmt: skip
    (folder / "values.json").write_text(json.dumps(values), encoding="utf-8")
    return made


def spoil(project, old, new):
    """Print another number than the one that was counted."""
    path = project.paths.reports / "r/tables/plan.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def cases(rows):
    return [" ".join((case_id, state, value, file, place)) for case_id, state, value, _, file, _, place in rows]


def test_rows_behind_a_number_and_the_rest_of_its_base(project):
    """A contradictory answer is in neither; a group has its own rows and is named."""
    trace = trace_line(project.data, PLAN.name("ja"))
    assert (trace.n, trace.base_n, trace.medium) == (2, 3, "Bogen")
    assert cases(trace.counted) == ["B1 answered ja B1.docx 1.1", "B3 answered ja B3.docx 1.1"]
    assert cases(trace.rest) == ["B2 answered nein B2.docx 1.1"]
    towns = trace_line(project.data, PLAN.name("ja", "kreisfreie_stadt", "type"))
    assert (cases(towns.counted)[0][:2], cases(towns.rest)[0][:2], len(towns.counted), len(towns.rest)) == ("B1", "B2", 1, 1)  # fmt: skip
    assert towns.words.endswith("; Gruppe: kreisfreie Städte.")


def test_a_number_that_does_not_add_up_is_refused_with_both_numbers(project):
    """By the rows behind it, by the second engine, and before a page is written."""
    for n, base_n in ((3, 3), (2, 4)):
        printed = {"definition": PLAN.name("ja"), "n": n, "base_n": float(base_n)}
        with pytest.raises(VerificationError, match=rf"^x: im Bericht {n} von {base_n}, nachgezählt 2 von 3$"):
            trace_printed(project.data, "x", printed)
    folder = project.paths.reports / "r"
    assert {wrong for *_, wrong in recount_report(folder, project.data)} == {""}
    spoil(project, "ja,Ja,alle,insgesamt,2,3", "ja,Ja,alle,insgesamt,3,3")
    wrong = {number: said for number, _, said in recount_report(folder, project.data) if said}
    assert wrong == {"plan:ja:alle": "im Bericht 3 von 3, nachgezählt 2 von 3"}
    with pytest.raises(VerificationError, match="gehen nicht auf:\n  plan:ja:alle: im Bericht 3 von 3"):
        trace_pages(project.data, folder, "R")


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("", "„“ ist keine bekannte Rechenvorschrift; die Zahl lässt sich nicht verfolgen."),
        ("__import__('os')", "ist keine bekannte Rechenvorschrift"),
        ('Chance(source="x")["ja"]', "ist keine bekannte Rechenvorschrift"),
        (PLAN.name("vielleicht"), "fehlt die Zeile „vielleicht“; die Zahl lässt sich nicht verfolgen."),
        (PLAN.name("ja", "dorf", "type"), "fehlt die Gruppe „dorf“; die Zahl lässt sich nicht verfolgen."),
    ],
)  # fmt: skip
def test_a_line_that_names_nothing_is_refused(line, sentence, project):
    """A German sentence, and nothing is run."""
    with pytest.raises(VerificationError, match=r"Rechenvorschrift|fehlt") as error:
        trace_line(project.data, line)
    assert sentence in str(error.value)


def test_a_derived_word_names_its_numbers(project):
    """As far as it says so; otherwise where it stands, or that it is declared."""
    sentences = dict(find_untraced(project.paths.reports / "r", project.paths))
    assert sentences["meist"] == (
        f"„die Hälfte“ zählt selbst keine Zeilen; es folgt aus „{PLAN.name('ja')}“, „{PLAN.name('nein')}“; "
        "diese Zahlen lassen sich einzeln verfolgen."
    )
    assert "steht so in einem Codebuch" in sentences["stand"]
    assert "folgt im Kapitel „eins“ aus den Daten dieses Kapitels" in sentences["rest"]
    assert origin_lines(project.paths, ["r"], "meist") == [f"meist: {sentences['meist']}"]


def test_origin_in_the_terminal(project):
    """Number, words, line, each row; the report if there are several; near names for one that does not exist."""
    lines = origin_lines(project.paths, ["q", "r"], "plan:ja:alle")
    assert lines[:2] == ["Bericht: r", "plan:ja:alle: 2 von 3"]
    assert lines[4:] == [
        "Gezählt (2):", "  B1  beantwortet, ja; im Bogen: ja; B1.docx word/document.xml 1.1",
        "  B3  beantwortet, ja; im Bogen: ja; B3.docx word/document.xml 1.1",
        "In der Basis, aber nicht gezählt (1):", "  B2  beantwortet, nein; im Bogen: nein; B2.docx word/document.xml 1.1",
    ]  # fmt: skip
    with pytest.raises(UsageError, match=r"„raumm“ ist keine Zahl .* raum \(r\)"):
        origin_lines(project.paths, ["r"], "raumm")
    with pytest.raises(UsageError, match=r"noch kein Bericht .q.; bitte zuerst „make report“"):
        origin_lines(project.paths, ["q"], "raum")


def test_page_shows_each_row_once_and_leads_to_it(project):
    """Three answers to 1.1 and four forms with boxes, however many numbers count them; synthetic data say so."""
    pages, _ = trace_pages(project.data, project.paths.reports / "r", "<R>")
    assert list(pages) == ["herkunft.html", "herkunft/r.html", "herkunft/eins.html"]
    page = html.fromstring(pages["herkunft/r.html"])
    rows = [[cell.text_content() for cell in tr] for tr in page.xpath("//table[@class='rows']/tbody/tr")]
    assert len(rows) == len({tuple(r) for r in rows})
    assert sorted(r[0] for r in rows if r[-1].endswith("1.1")) == ["B1", "B2", "B3"]
    links = page.xpath("//p[@class='faelle']/a/@href")
    assert len(links) > len(rows)
    assert {link[1:] for link in links} == set(page.xpath("//table[@class='rows']//tr/@id"))
    assert page.find("head/title").text == "Herkunft der Zahlen: <R>"
    assert page.find_class("mark")[0].text_content().startswith("Synthetische Daten")
    words = {s.find("h4").text_content(): s.find("p").text_content() for s in page.find_class("zahl")}
    assert words["Ja, insgesamt: 2 von 3"].startswith("Gezählt ist bei 1.1")
    assert html.fromstring(pages["herkunft.html"]).xpath("//li/a/@href") == ["herkunft/eins.html", "herkunft/r.html"]


def test_numbers_stand_under_their_sentence_and_lead_back(project):
    """A number and a word that follows from others, each with a way to where it stands; what was counted, in words."""
    text = '- **Platz.** Einen Raum haben [2 von 4]{.value #value-raum-of trace="raum"} ([](#plan)). Das ist [die Hälfte]{.value #value-meist}.'
    document = {
        "markdown": text,
        "exhibits": {"plan": {"id": "plan", "label": "Tabelle 1", "title": "Pläne", "chapter": "eins"}},
    }
    path = project.paths.build / "reports/r/document.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(document), encoding="utf-8")
    pages, notes = trace_pages(project.data, project.paths.reports / "r", "R")
    heads = {
        section.find("h4").text: section.xpath("./p/a/@href")
        for name in ("r", "eins")
        for section in html.fromstring(pages[f"herkunft/{name}.html"]).find_class("zahl")
    }
    assert heads["Einen Raum haben 2 von 4 (Tabelle 1)."][0] == "../r.html#value-raum-of"
    assert heads["Das ist die Hälfte."] == ["../r.html#value-meist"]
    assert heads["Ja, insgesamt: 2 von 3"][0] == "../r.html#plan"
    assert notes["plan:ja:alle"].startswith("2 von 3. Gezählt ist bei 1.1")


@pytest.mark.parametrize(
    ("raw", "state", "value", "place", "words"),
    [
        ("Sport", "answered", "Sport", "/w:p[1]", "Sport"), ("1", "selected", "", "/w:sdt[1]", "Kästchen: 1"),
        ("", "not_selected", "", "/w:ffData[1]", "Kästchen (Formularfeld): nicht angekreuzt"),
        ("", "answered", "ja", "/w:sdt[1]", "Feld: „ja“ angekreuzt"), ("", "not_answered", "", "/w:p[1]", "leer"),
        ("", "", "", "Zeile 3", ""),
    ],
)  # fmt: skip
def test_what_stands_at_a_place(raw, state, value, place, words):
    """Boxes and empty cells have no text of their own."""
    assert shown_raw({"raw": raw, "state": state, "value": value, "place": place}) == words
