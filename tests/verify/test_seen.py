"""The finished page is read as its readers do: numbers at their words, bases, sources, quotations, what is typed."""

import json

import docx
import pandas as pd
import pytest

from drawn import WAVE
from drawn import Project as Drawn
from gkanalysis.counts.forms import Choice
from gkanalysis.verify.seen import seen_rows, wrong_text

FORMS = "\ncase status 1.1\nB1 full ja\nB2 full nein\nB3 full ja\nB4 full ja\n"
CORE = Choice(source=WAVE, item="1.1")
GROUPED = CORE.name("ja", "kreis", "type")
TABLE = (
    '<figure class="exhibit table" id="t"><figcaption><span class="label">Tabelle 1</span> {title}</figcaption><p class="base">{base}</p><table><thead><tr><th>Antwort</th>'
    '<th>{head}<br>(n&nbsp;=&nbsp;4)</th></tr></thead><tbody><tr><th>{row}</th><td><a class="number" href="herkunft.html#z-t_ja_alle">{cell}'
    '</a></td></tr></tbody></table><p class="note">{note}</p><p class="source">{source}</p></figure>'
)
RIGHT = {"title": "Wo ein Konzept besteht", "head": "insgesamt", "note": "** Basis unter 10: Ein Fall mehr ändert den Anteil stark.", "base": "Bündnisse mit gültiger Angabe zu Frage 1.1 (n = 4)", "row": "Ja", "cell": "3", "source": "Quelle: Bogen 2020, Welle 2020."}  # fmt: skip


@pytest.fixture
def read(tmp_path):
    """What is wrong on a page: id -> message; numbers in braces are linked."""
    data = Drawn(tmp_path).wave(FORMS).data
    folder = tmp_path / "reports/r"
    (folder / "tables").mkdir(parents=True)
    numbers = {"core": (3, 4, "alle", CORE.name("ja")), "kreise": (2, 2, "kreis", GROUPED)}
    values = [{"id": f"k:{k}", "n": n, "base_n": b, "subgroup": g, "row": "ja", "definition": d, "wording": "of", "text": ""} for k, (n, b, g, d) in numbers.items()]  # fmt: skip
    (folder / "values.json").write_text(json.dumps(values))
    row = {"row": "ja", "label": "Ja", "subgroup": "alle", "group_label": "insgesamt", "n": 3, "base_n": 4, "share": 0.75, "mark": "**", "definition": CORE.name("ja")}  # fmt: skip

    def read(body, table=None, shown="", **declared):
        pd.DataFrame([row | {"definition": shown or CORE.name("ja")}]).to_csv(folder / "tables/t.csv", index=False)
        for k in numbers:
            body = body.replace(f"{{{k}: ", f'<a class="number value" id="value-k-{k}-of" href="herkunft.html#z-k_{k}">').replace("}", "</a>")  # fmt: skip
        exhibit = TABLE.format(**RIGHT | table) if table is not None else ""
        (folder / "r.html").write_text(f"<html><body><main>{body}{exhibit}</main></body></html>", encoding="utf-8")
        return {r["id"].removeprefix("gelesen/"): r["message"] for r in seen_rows(folder, data, declared) if r["verdict"] != "agrees"}  # fmt: skip

    return read


@pytest.mark.parametrize(
    ("text", "n", "base_n", "right"),
    [
        ("13 von 45", 13, 45, True), ("13", 13, 45, True), ("45", 13, 45, False), ("14", 13, 45, False), ("29 %", 13, 45, True), ("28 %", 13, 45, False),
        ("13 (29 %)", 13, 45, True), ("13 (28,9 %)", 13, 45, False), ("85,8 %", 247, 288, True), ("86 %", 247, 288, False), ("dreizehn", 13, 45, True),
        ("zwei", 2, None, True), ("zwei", 3, None, False), ("1.234", 1234, None, True), ("13 von 46", 13, 45, False), ("5 (83 %)**", 5, 6, True), ("13\u00a0(30\u00a0%)", 13, 45, False),
    ],
)  # fmt: skip
def test_digits_are_worked_out_again(text, n, base_n, right):
    """Count, base and percent, half up, with the number of decimals that the base allows."""
    assert (wrong_text(text, n, base_n) == "") is right


def test_a_number_stands_in_a_sentence_that_speaks_of_it(read):
    """Its own question, or a word that somebody declared; of a group also who."""
    assert read("<p>Ein Konzept haben {core: 3 von 4}.</p>") == {}
    wrong = read("<p>Räume fehlen bei {core: 3 von 4}. Ein Konzept ist etwas anderes.</p>")
    assert wrong == {"k:core": "„3 von 4“ zählt „Ja; Besteht ein Konzept?“; im Satz steht davon nichts: „Räume fehlen bei 3 von 4“"}  # fmt: skip
    assert read("<p>Einen Plan haben {core: 3 von 4}.</p>", called={"k:core": "Plan"}) == {}
    assert list(read("<p>Ein Plan.</p>", called={"k:weg": "Plan"})) == ["k:weg"]
    for text in (
        "In Kreisen hat {kreise: 2 von 2} ein Konzept",
        "Ein Konzept haben {kreise: 2 von 2} Kreisen, nicht alle Städte",
    ):
        assert read(f"<p>{text}.</p>") == {}
    for text in (
        "In Städten hat {kreise: 2 von 2} ein Konzept",
        "In Kreisen wie in Städten hat {kreise: 2 von 2} ein Konzept",
    ):
        assert "zählt „Kreise“" in read(f"<p>{text}.</p>")["k:kreise"]
    assert "gedruckt „2 von 4“" in read("<p>Ein Konzept haben {core: 2 von 4}.</p>")["k:core"]


@pytest.mark.parametrize(
    ("slip", "found"),
    [
        ({}, ""),
        ({"cell": "4"}, "gedruckt „4“, gezählt 3 von 4"),
        ({"row": "Nein"}, "„3“ (t:ja:alle) zählt „Ja“; gedruckt ist „Nein; insgesamt“"),
        ({"head": "Tage im Jahr"}, "über der Anzahl „3“ steht „Tage im Jahr“"),
        ({"title": "Räume und Geld"}, "der Titel „Räume und Geld“ nennt nichts von dem, was die Zahlen zählen"),
        ({"note": ""}, "die Anmerkung „** Basis unter 10“ fehlt"),
        ({"note": RIGHT["note"] + " Ausgewählte Kommunen, keine Stichprobe."}, "„keine Stichprobe“ gilt hier nicht"),
        ({"base": "Bündnisse mit gültiger Angabe zu Frage 1.2"}, "„Frage 1.2“ steht unter Zahlen zu 1.1"),
        ({"base": "Bündnisse mit gültiger Angabe zu Frage 1.1 (n = 5)"}, "die Basis n = 5 hat keine der Zahlen"),
        ({"base": "Alle Bündnisse"}, "sagt nicht, was für"),
        ({"base": "voll auswertbare Bögen mit gültiger Angabe"}, "passt nicht zu"),
        ({"source": "Quelle: Bogen 2022, Welle 2022."}, "nennt nicht „Bogen 2020“"),
        ({"source": "Quelle: Übersicht 7; Bogen 2020"}, "Übersicht 7 heißt hier anders"),
    ],
)
def test_a_table_says_what_its_numbers_are(slip, found, read):
    """Cells at their labels; a base and a source line of another table are found."""
    wrong = read("", slip)
    assert found in wrong.get("t", "")
    assert bool(wrong) == bool(found)


def test_what_is_denied_beside_a_number_is_confirmed(read):
    """„nicht“ beside a yes is a finding, until somebody has entered the words."""
    text = "<p>Ein Konzept besteht nicht bei {core: 3 von 4}.</p>"
    assert (
        read(text)["k:core"] == "„3 von 4“ zählt „Ja“; daneben steht „nicht“: „Ein Konzept besteht nicht bei 3 von 4“"
    )
    assert read(text, called={"k:core": "Konzept besteht nicht"}) == {}
    assert read("<p>Ein Konzept besteht bei {core: 3 von 4}; mehr ist nicht bekannt.</p>") == {}


def test_two_numbers_of_a_sentence_do_not_stand_in_each_others_place(read):
    """What is told first is counted first."""
    told = {"k:core": "Pläne", "k:kreise": "Räume in Kreisen"}
    right = "<p>Pläne haben {core: 3 von 4}, Räume in Kreisen {kreise: 2 von 2}.</p>"
    assert read(right, called=told) == {}
    wrong = read(
        right.replace("core: 3 von 4", "kreise: 2 von 2", 1).replace(
            "Kreisen {kreise: 2 von 2", "Kreisen {core: 3 von 4"
        ),
        called=told,
    )
    assert "steht dort, wo von „k:kreise“ die Rede ist" in wrong["k:core"]


def test_typed_notes_and_addressees_are_entered_twice(read):
    """A note of another exhibit, another addressee, or two that changed places."""
    text = "<section id='s'><ul><li><strong>Land:</strong> Geld geben.</li><li><strong>Träger:</strong> Türen öffnen.</li></ul></section>"
    lines = {"s": ["Land: Geld geben", "Träger: Türen öffnen"], "t": ["Nur drei Fragen."]}
    note = {"note": "Nur drei Fragen.</p><p class='note'>" + RIGHT["note"]}
    assert read(text, note, lines=lines) == {}
    assert list(read(text.replace("Land", "Bund"), note, lines=lines)) == ["zeilen-s"]
    assert list(read(text, {}, lines=lines)) == ["zeilen-t"]


def test_an_exhibit_that_the_text_names_shows_what_it_speaks_of(read):
    """A number beside that it counts, or a word of its title; a link to another one is found."""
    text = '<p>Ein Konzept haben {core: 3 von 4} (<a href="#t">Tabelle 1</a>).</p>'
    assert read(text, {}) == {}
    other = read(text, {"title": "Räume"}, shown=Choice(source=WAVE, item="1.3").name("ja"))
    assert "zeigt nichts, wovon der Satz spricht" in other["verweis-t"]


def test_what_nobody_counts_is_entered_twice(read):
    """Months, years and number words of the text, each beside a word; and the title page."""
    text = "<p>Im Mai 2019 begannen zwei Wellen. Der Bericht von 2020 kam später.</p>"
    typed = {"Mai 2019": ["begannen"], "Zwei": ["Wellen"], "2020": ["Bericht"]}
    assert read(text, typed=typed) == {}
    assert list(read(text.replace("Mai 2019", "Mai 2018"), typed=typed)) == ["getippt-Mai 2018"]
    assert list(read(text.replace("2020", "Mai 2019"), typed=typed)) == ["getippt-Mai 2019"]
    assert list(read(text.replace("zwei", "drei"), typed=typed)) == ["getippt-drei"]
    assert "Anderer Titel" in read("<header><h1>Ein Titel</h1></header>", title_page=["Anderer Titel"])["titelseite"]


@pytest.mark.parametrize(
    ("heads", "words", "wrong"),
    [
        (["Kreise (n = 4)", "Städte (n = 2)"], "Drei sagen ja.", ""),
        (["Städte (n = 4)", "Kreise (n = 2)"], "Drei sagen ja.", "kreisen4städten2"),
        (["Kreise (n = 4)", "Städte (n = 2)"], "Drei sagen nein.", "dreisagenja"),
    ],
    ids=["as on the page", "heads exchanged", "another sentence"],
)
def test_word_file_says_what_the_page_says(heads, words, wrong, read, tmp_path):
    """A writer that exchanges heads would do so in the rebuild too: the formats are read against each other."""
    document = docx.Document()
    document.add_paragraph(words)
    table = document.add_table(2, 2)
    for cell, text in zip((c for row in table.rows for c in row.cells), [*heads, "3", "1"], strict=True):
        cell.text = text
    document.save(tmp_path / "reports/r/r.docx")
    page = "<table><tr><th>Kreise<br>(n = 4)</th><th>Städte<br>(n = 2)</th></tr><tr><td>3</td><td>1</td></tr></table>"
    found = read(f"<p>Drei sagen ja.</p>{page}", typed={"drei": ["ja"]})
    assert list(found) == (["docx"] if wrong else [])
    assert wrong in found.get("docx", "")
