"""The first codebook of a file: what the file says stands there, what it cannot say is asked for."""

import re

import docx
import pandas as pd
import pyreadstat
import pytest

from forms import ROOT
from gkanalysis.codebook.declared import load_yaml
from gkanalysis.codebook.instrument import Codebook, read_codebook
from gkanalysis.core.errors import CodebookError
from gkanalysis.ingest.draft import draft_codebook
from tools.limesurvey import export_answers, export_codebook, export_questionnaire
from tools.synthetic.wordwriter import write_form

FORMS = [(n, v) for n in ("strukturen", "bedarf", "prozess", "entwicklungsstand", "nachhaltigkeit") for v in read_codebook(ROOT / f"data/codebook/{n}.yml").versions]  # fmt: skip


def finished(text, **entries):
    """A draft in which a person has written what was asked for."""
    for key, entry in {"sent": '"2024-05"', "title": "Umfrage", **entries}.items():
        text = re.sub(rf"\b{key}: TODO", f"{key}: {entry}", text)
    return text


@pytest.mark.parametrize("style", ["controls", "blank"])
@pytest.mark.parametrize(("name", "version"), FORMS)
def test_empty_form_gives_its_questions(tmp_path, name, version, style):
    """Items, options and sets of every shipped form are those of its codebook."""
    book = read_codebook(ROOT / f"data/codebook/{name}.yml")
    path = tmp_path / "Bogen.docx"
    path.write_bytes(write_form(book, version, {}, style))
    text = finished(draft_codebook(path, "probe-2024"))
    made = Codebook.model_validate(load_yaml(text))

    def items(of):
        """Number -> kind, wording and options; an empty cell of a form says text, whatever should stand in it."""
        found = {}
        words = {r.label: r.printed for p in of.parts for b in p.get("blocks", ()) for r in b.rows if r.printed}
        for i in of.items.values():
            if of is made or of.in_version(i, version):
                is_empty = i.kind == "number" or of.part(i.part).kind == "roster"
                what = ("text", []) if is_empty else (i.kind, [o.label for o in i.options])
                found[i.id] = (words.get(i.label, i.label), *what)
        return found

    assert items(made) == items(book)


def test_export_of_limesurvey_gives_a_codebook_that_reads_it(tmp_path):
    """Only the column with the alliance and the month are asked for; kinds, codes, filters and sets are known."""
    path = ROOT / "data/codebook/prozess.yml"
    book = Codebook.model_validate(export_codebook(path.read_text(encoding="utf-8")))
    cases, responses = (pd.DataFrame(columns=c) for c in (["file"], ["case_id", "item_id", "occurrence"]))
    (tmp_path / "antworten.csv").write_bytes(export_answers(book, cases, responses))
    (tmp_path / "survey.lss").write_bytes(export_questionnaire(book))
    text = draft_codebook(tmp_path / "antworten.csv", "probe-2024")
    assert text == draft_codebook(tmp_path / "survey.lss", "probe-2024").replace("survey.lss", "antworten.csv")
    assert [line.split("#")[0].strip() for line in text.splitlines()[4:] if "TODO" in line.split("#")[0]] == [
        'online: {title: "Online-Befragung", sent: TODO, parts: ["teil_1", "qthemen2"]}', "case: TODO",
    ]  # fmt: skip
    (tmp_path / "probe.yml").write_text(finished(text, case="token"), encoding="utf-8")
    made = read_codebook(tmp_path / "probe.yml")
    by_column = {i.header: i for i in book.items.values() if i.header}
    assert {i.header: (i.kind, i.label, [o.label for o in i.options]) for i in made.items.values() if i.header} == {
        c: (i.kind, i.label, [o.label for o in i.options]) for c, i in by_column.items()
    }
    assert made.items["1.4"].asked_if == ("1.3", "ja")
    assert len(made.set_items("qthemen2")) == 8


def test_spss_file_gives_labels_and_asks_what_missing_means(tmp_path):
    """A value that the file calls missing may be no answer or no question: only a person knows."""
    path = tmp_path / "daten.sav"
    pyreadstat.write_sav(
        pd.DataFrame({"id": ["B1", "B2", "B3"], "q1": [1.0, 2.0, 9.0]}), path, column_labels=["Kennung", "Konzept?"],
        variable_value_labels={"q1": {1: "Ja", 2: "Nein", 9: "weiß nicht"}}, missing_ranges={"q1": [9]},
    )  # fmt: skip
    text = draft_codebook(path, "probe-2024")
    assert 'options: [{id: "ja", label: "Ja", value: "1"}, {id: "nein", label: "Nein", value: "2"}]' in text
    assert 'codes: {not_answered: [TODO, "9"]}' in text
    (tmp_path / "probe.yml").write_text(finished(text, case="id"), encoding="utf-8")
    with pytest.raises(CodebookError) as refused:
        read_codebook(tmp_path / "probe.yml")
    assert "codes › not_answered › 1: hier steht noch „TODO“; bitte eintragen, was der Satz daneben sagt." in str(
        refused.value
    )


def test_negative_codes_and_days_are_asked_about(tmp_path):
    """-99 among words or texts may be no answer, and a column of days a question: neither passes without a word."""
    rows = ["Kennung;Kurs;Wo;Beginn", *(f"B{k};{'Ja' if k % 3 else '-99'};Ort {k};0{k}.05.2024" for k in range(1, 8)), "B8;Nein;-99;08.05.2024", "B9;Nein;Ort 9;09.05.2024"]  # fmt: skip
    (path := tmp_path / "kurse.csv").write_text("\n".join(rows), encoding="utf-8")
    draft = draft_codebook(path, "kurse-2024")
    for column in ("Kurs", "Wo"):
        (line,) = (x for x in draft.splitlines() if f'column: "{column}"' in x)
        assert 'not_answered: [TODO, "-99"]' in line
    (line,) = (x for x in draft.splitlines() if "unused:" in x)
    assert "[TODO, " in line
    assert '"Beginn"' in line


def test_unfinished_draft_names_every_place(tmp_path):
    """Whoever forgets to finish a draft hears all that is missing at once, with its line."""
    path = tmp_path / "antworten.csv"
    path.write_text(
        "Kennung;Konzept;Plätze\n" + "".join(f"B{k};{'ja' if k % 2 else 'nein'};{k * 7},5\n" for k in range(20)),
        encoding="utf-8",
    )
    (tmp_path / "probe.yml").write_text(text := draft_codebook(path, "probe-2024"), encoding="utf-8")
    assert (
        '{id: "1.2", label: "Konzept", kind: single, column: "Konzept", options: [{id: "ja", label: "ja", value: "ja"}'
        in text
    )
    assert '{id: "1.3", label: "Plätze", kind: number, column: "Plätze"}' in text
    with pytest.raises(CodebookError) as refused:
        read_codebook(tmp_path / "probe.yml")
    assert re.findall(r"Zeile (\d+), (\S+).*TODO", str(refused.value)) == [
        ("6", "title:"),
        ("8", "versions"),
        ("10", "table"),
    ]


def test_form_of_strangers(tmp_path):
    """Typed boxes and empty cells are questions; a table of another form is named, not left out."""
    document = docx.Document()
    for heading, rows in (
        ("Angaben", [("Name", "")]),
        ("2 Stand", [("2.1", "Gibt es einen Plan?", "☐ ja\n☐ nein"), ("2.2", "Seit wann?", "")]),
    ):
        document.add_heading(heading, 1)
        table = document.add_table(len(rows), len(rows[0]))
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    document.save(tmp_path / "Bogen.docx")
    text = draft_codebook(tmp_path / "Bogen.docx", "probe-2024")
    assert (
        '{id: "2.1", label: "Gibt es einen Plan?", kind: single, options: [{id: "ja", label: "ja"}, {id: "nein", label: "nein"}]}'
        in text
    )
    assert '{id: "2.2", label: "Seit wann?", kind: text}' in text
    assert "decisions: [TODO]  # Tabelle 1 („Angaben“) hat eine andere Form und steht noch nicht hier" in text
