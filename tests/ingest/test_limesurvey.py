"""A LimeSurvey export: answers, questionnaire and codebook against each other, and what an empty cell means."""

import pytest

from gkanalysis.ingest.limesurvey import read_questionnaire
from received import found
from surveyfolder import SurveyFolder, answers, codebook

HEAD = '"id","submitdate","token","Q1","Q1[other]","Q3","Q4[SQ001]","Q4[SQ002]","Q5[SQ001]"\n'


def lss(*questions, language="de"):
    """A questionnaire from (code, type, relevance, other, answers, rows); texts stand in sections of their own."""
    sections = dict.fromkeys(
        (
            "groups", "questions", "subquestions", "answers", "question_l10ns", "answer_l10ns",
            "surveys_languagesettings",
        ),
        "",
    )  # fmt: skip

    def add(section, **values):
        sections[section] += f"<row>{''.join(f'<{k}><![CDATA[{v}]]></{k}>' for k, v in values.items())}</row>"

    add("groups", gid=1, grelevance="")
    add("surveys_languagesettings", surveyls_title="Umfrage")
    for qid, (code, kind, relevance, other, options, rows) in enumerate(questions, 1):
        add("questions", qid=qid, gid=1, type=kind, title=code, other=other, question_order=qid, relevance=relevance)
        add("question_l10ns", qid=qid, question=f"<p>Frage {code}</p>", language=language)
        for k, (value, label) in enumerate(options.items()):
            add("answers", aid=qid * 100 + k, qid=qid, code=value, scale_id=0)
            add("answer_l10ns", aid=qid * 100 + k, answer=label, language=language)
        for k, (row, scale) in enumerate(rows.items(), 1):
            add("subquestions", qid=qid * 1000 + k, parent_qid=qid, title=row, scale_id=scale, question_order=k)
            add("question_l10ns", qid=qid * 1000 + k, question=f"Zeile {row}", language=language)
    body = "".join(f"<{s}><rows>{rows}</rows></{s}>" for s, rows in sections.items())
    return f"<document><LimeSurveyDocType>Survey</LimeSurveyDocType>{body}</document>"


QUESTIONS = [
    ("Q1", "L", "1", "Y", {"1": "Ja", "2": "Nein"}, {}),
    ("Q3", "N", '((Q1.NAOK == "1"))', "N", {}, {}),
    ("Q4", "M", "1", "N", {}, {"SQ001": 0, "SQ002": 0}),
    ("Q5", "F", "Q1.NAOK == 1 and Q3 > 5", "N", {"A1": "gut", "A2": "schlecht"}, {"SQ001": 0}),
]


@pytest.fixture
def survey(tmp_path):
    """A choice with „other“, a number asked after it, two boxes, and an array of one row."""
    book = codebook()
    book["table"] = {"case": "token", "received": "submitdate", "limesurvey": True, "ticked": ["Y"], "not_ticked": [""]}
    sheet = book["parts"][0]["items"]
    sheet[0]["options"] = [*sheet[0]["options"], {"id": "anderes", "label": "Sonstiges", "value": "-oth-"}]
    sheet[1] |= {"column": "Q1[other]", "asked_if": {"item": "1.1", "value": "anderes"}}
    sheet[2] |= {"asked_if": {"item": "1.1", "value": "ja"}}
    sheet.append({"id": "1.4", "label": "Urteil", "kind": "single", "column": "Q5[SQ001]", "options": [{"id": "gut", "label": "gut", "value": "A1"}, {"id": "schlecht", "label": "schlecht", "value": "A2"}]})  # fmt: skip
    return SurveyFolder(tmp_path, **book).add(lss(*QUESTIONS), "survey.lss")


def test_not_shown_and_empty_are_two_things(survey):
    """A cell without quotation marks was not shown, one with nothing between them was left empty."""
    tables = survey.add(
        HEAD + '"1","2024-03-05 10:00:00","B1","1","","12.5000000000","Y","","A2"\n' + '"2","2024-03-06 10:00:00","B2","-oth-","zum Teil",,"",,\n'
        '"3","2024-03-07 10:00:00","B3","1","","","","",""\n',
        "results.csv",
    ).process()  # fmt: skip
    assert answers(tables) == {
        ("B1", "1.1"): ("answered", "ja"), ("B1", "1.2"): ("not_asked", ""), ("B1", "1.3"): ("answered", "12,5"), ("B1", "1.4"): ("answered", "schlecht"),
        ("B1", "2.Z1.2"): ("selected", ""), ("B1", "2.Z2.2"): ("not_selected", ""),
        ("B2", "1.1"): ("answered", "anderes"), ("B2", "1.2"): ("answered", "zum Teil"), ("B2", "1.3"): ("not_asked", ""), ("B2", "1.4"): ("not_asked", ""),
        ("B2", "2.Z1.2"): ("not_selected", ""), ("B2", "2.Z2.2"): ("not_asked", ""),
        ("B3", "1.1"): ("answered", "ja"), ("B3", "1.2"): ("not_asked", ""), ("B3", "1.3"): ("not_answered", ""), ("B3", "1.4"): ("not_answered", ""),
        ("B3", "2.Z1.2"): ("not_selected", ""), ("B3", "2.Z2.2"): ("not_selected", ""),
    }  # fmt: skip
    told = [f["message"].partition(": ")[2] for f in found(tables, "V37")]
    assert told == [
        "„Q5[SQ001]“ (1.4) zeigt LimeSurvey nur unter einer Bedingung (Q1.NAOK == 1 and Q3 > 5), das Codebuch nennt keinen Filter; bitte „asked_if“ prüfen.",
        "Spalte I „Q5[SQ001]“: 1.4 wurde 1-mal nicht gezeigt (Zeile 3), das Codebuch nennt aber keinen Filter; es gilt dort als nicht gefragt. Bitte „asked_if“ ergänzen, oder die Befragung wurde vorher abgebrochen.",
        "Spalte H „Q4[SQ002]“: 2.Z2.2 wurde 1-mal nicht gezeigt (Zeile 3), das Codebuch nennt aber keinen Filter; es gilt dort als nicht gefragt. Bitte „asked_if“ ergänzen, oder die Befragung wurde vorher abgebrochen.",
    ]  # fmt: skip


ROW = '"1","2024-03-05 10:00:00","B1","1","","12","Y","","A2"\n'


def refusal(survey, head=HEAD, row=ROW):
    """What refuses an export, one sentence a line."""
    (text,) = survey.add(head + row, "results.csv").refused
    return [line.strip() for line in text.splitlines()][1:]


def test_questionnaire_of_another_survey(survey):
    """Columns that one has and the other lacks, options with other codes, another kind of question: all at once."""
    survey.add(
        lss(
            ("Q1", "L", "1", "N", {"2": "Ja", "1": "Nein"}, {}),
            ("Q3", "T", "1", "N", {}, {}),
            *QUESTIONS[2:],
            ("Q9", "Y", "1", "N", {}, {}),
        ),
        "survey.lss",
    )
    assert refusal(survey) == [
        "Die Spalte „Q1[other]“ kommt in „survey.lss“ nicht vor. Bitte Antworten und Fragebogen derselben Umfrage ablegen, die Überschriften als Fragencode.",
        "„survey.lss“ fragt „Q9“, in der Ausfuhr fehlt die Spalte; bitte mit allen Spalten ausführen.",
        "„Q1“ (1.1): „2“ heißt in der Datei „Ja“, im Codebuch ist es „nein“; bitte „value“ dort berichtigen.",
        "„Q1“ (1.1): „1“ heißt in der Datei „Nein“, im Codebuch ist es „ja“; bitte „value“ dort berichtigen.",
        "„Q1“ (1.1): die Vorgabe „anderes“ („-oth-“) hat in der Datei kein Etikett; bitte „value“ prüfen.",
        "„Q3“ (1.3) ist in „survey.lss“ eine Frage der Art „text“, im Codebuch „number“; bitte „kind“ berichtigen.",
    ]  # fmt: skip


def test_export_that_loses_what_was_asked(survey):
    """Without quotation marks, as Excel saves it, with labels in place of codes, without the questionnaire."""
    (sentence,) = refusal(survey, row="1,2024-03-05,B1,1,,12,Y,,A2\n")
    assert sentence.startswith("„1“ steht ohne Anführungszeichen; LimeSurvey setzt sie um jeden Wert")
    (sentence,) = refusal(survey, row=ROW.replace('"1","","12","Y"', '"Ja","","12","Ja"'))
    assert sentence.startswith("Statt der Antwortcodes stehen Antworten in der Ausfuhr („Ja“ unter „Q1“, „Q4[SQ001]“)")
    (survey.folder / "survey.lss").unlink()
    (sentence,) = refusal(survey)
    assert sentence.startswith("Neben der Ausfuhr muss genau ein Fragebogen (.lss) liegen, da ist keine; bitte in")


@pytest.mark.parametrize("content", ["<document/>", "kein XML", '<!DOCTYPE d [<!ENTITY a "b">]><document/>'])
def test_what_is_no_questionnaire(survey, content):
    """Another XML file, no XML, a document type."""
    survey.add(content, "survey.lss")
    assert "„survey.lss“ ist kein Fragebogen von LimeSurvey" in survey.add(HEAD + ROW, "results.csv").refused[0]


@pytest.mark.parametrize(
    ("kind", "options", "rows", "other", "columns"),
    [
        ("!", {"A1": "x"}, {}, "N", {"Q": "single"}),
        ("O", {"A1": "x"}, {}, "N", {"Q": "single", "Q[comment]": "text"}),
        ("P", {}, {"a": 0}, "Y", {"Q[a]": "tick", "Q[acomment]": "text", "Q[other]": "text", "Q[othercomment]": "text"}),
        ("Q", {}, {"a": 0, "b": 0}, "N", {"Q[a]": "text", "Q[b]": "text"}),
        ("K", {}, {"a": 0}, "N", {"Q[a]": "number"}),
        ("1", {"A1": "x"}, {"a": 0}, "N", {"Q[a][1]": "single", "Q[a][2]": "single"}),
        (":", {}, {"a": 0, "x": 1, "y": 1}, "N", {"Q[a_x]": "number", "Q[a_y]": "number"}),
        (";", {}, {"a": 0, "x": 1}, "N", {"Q[a_x]": "text"}),
        ("R", {"A1": "x", "A2": "y"}, {}, "N", {"Q[1]": "single", "Q[2]": "single"}),
        ("Y", {}, {}, "N", {"Q": "single"}), ("D", {}, {}, "N", {"Q": "text"}), ("X", {}, {}, "N", {}),
        ("|", {}, {}, "N", {"Q": "text", "Q[filecount]": "number"}),
    ],
)  # fmt: skip
def test_columns_of_each_kind_of_question(tmp_path, kind, options, rows, other, columns):
    """Headings by question code, and what a codebook calls their kind."""
    (tmp_path / "a.lss").write_text(lss(("Q", kind, "1", other, options, rows)), encoding="utf-8")
    assert {c: a.kind for c, a in read_questionnaire(tmp_path / "a.lss").columns.items()} == columns


def test_filter_that_is_not_that_of_the_survey(survey):
    """A question whose filter holds and that was not shown: the codebook has another condition than LimeSurvey."""
    row = ROW.replace('"12"', "")
    (finding,) = [f for f in found(survey.add(HEAD + row, "results.csv").process(), "V37") if f["item_id"] == "1.3"]
    assert finding["message"].startswith(
        "1.3 (Plätze) wurde 1-mal nicht gezeigt, obwohl 1.1 „ja“ lautet („results.csv, Zeile 2“)"
    )
