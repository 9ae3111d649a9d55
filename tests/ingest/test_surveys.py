"""A survey that came in as a table: what its cells mean, where they stand, and what is refused or told."""

import shutil
from datetime import date

import pandas as pd
import pyreadstat
import pytest

from gkanalysis.codebook.declared import load_yaml
from gkanalysis.core.errors import CodebookError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.data import Data
from gkanalysis.verify.received import read_again
from received import found, rules
from sheets import day, formula, xlsx
from surveyfolder import YES_NO, SurveyFolder, answers, codebook

HEAD = "Bündnis;Tag;Q1;Q2;Q3;Q4[SQ001];Q4[SQ002]\n"


@pytest.fixture
def survey(tmp_path):
    return SurveyFolder(tmp_path)


def test_every_cell_has_a_state_and_a_place(survey):
    """Codes are options, ticks and missings; the place of each answer is its file, row and column."""
    tables = survey.add(
        HEAD + "B1;2024-03-05;1;seit 2019;12,5;x;\n" + "Kreis Borretsch;6.3.2024;2;-77;-99;;x\n" + "B3;;-99;;;;\n"
    ).process()
    assert answers(tables) == {
        ("B1", "1.1"): ("answered", "ja"), ("B1", "1.2"): ("answered", "seit 2019"), ("B1", "1.3"): ("answered", "12,5"),
        ("B1", "2.Z1.2"): ("selected", ""), ("B1", "2.Z2.2"): ("not_selected", ""),
        ("B2", "1.1"): ("answered", "nein"), ("B2", "1.2"): ("not_asked", ""), ("B2", "1.3"): ("not_answered", ""),
        ("B2", "2.Z1.2"): ("not_selected", ""), ("B2", "2.Z2.2"): ("selected", ""),
        ("B3", "1.1"): ("not_answered", ""), ("B3", "1.2"): ("not_asked", ""), ("B3", "1.3"): ("not_answered", ""),
        ("B3", "2.Z1.2"): ("not_selected", ""), ("B3", "2.Z2.2"): ("not_selected", ""),
    }  # fmt: skip
    place = tables["responses"].query("case_id == 'B1' and item_id == '1.3'").iloc[0]
    assert (place["file"], place["place"], place["raw"]) == ("antworten.csv, Zeile 2", "Spalte E „Q3“", "12,5")
    assert tables["cases"].set_index("case_id")["status"].to_dict() == {"B1": "full", "B2": "full", "B3": "unusable"}
    assert rules(tables) == ["V15", "V35"]
    assert found(tables, "V35")[0]["raw"] == "Kreis Borretsch"


ROWS = HEAD + "B1;2024-03-05;1;seit 2019;12,5;x;\n"


def said(sentences):
    """What refuses one file, one sentence a line."""
    (text,) = sentences
    return [line.strip() for line in text.splitlines()]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ("Q1;Bündnis;Q4[SQ002];Tag;Q3;Q2;Q4[SQ001]\n1;B1;;2024-03-05;12,5;seit 2019;x\n", []),  # moved
        (
            ROWS.replace("Q3", "Q03").replace("Q1;", "Frage 1;"),
            [
                "Die Spalte „Q1“ fehlt; erlaubt sind die Überschriften des Codebuchs. Bitte „column“ im Codebuch berichtigen oder die Spalte mit ausführen.",
                "Die Spalte „Q3“ fehlt; erlaubt sind die Überschriften des Codebuchs. Gemeint ist vielleicht „Q03“. Bitte „column“ im Codebuch berichtigen oder die Spalte mit ausführen.",
            ],
        ),
        (
            ROWS.replace("Q2", "Q1"),
            [
                "„Q1“ steht über mehreren Spalten (C, D), welche gilt, ist unklar; erlaubt ist jede Überschrift einmal, bitte in der Erhebung umbenennen und noch einmal ausführen.",
                "Die Spalte „Q2“ fehlt; erlaubt sind die Überschriften des Codebuchs. Bitte „column“ im Codebuch berichtigen oder die Spalte mit ausführen.",
            ],
        ),
    ],
)
def test_columns_moved_renamed_doubled(survey, head, expected):
    """Columns are found by their headings, wherever they stand; all that is missing or double is said at once."""
    refused = survey.add(head).refused
    assert (said(refused)[1:] if expected else refused) == expected


def test_second_row_of_headings_is_no_case(survey):
    """Of a row below the heading no value is possible: it is named, and `heading_rows` reads on below it."""
    table = ROWS.replace("\nB1", "\nKennung;Datum;Konzept?;Seit wann?;Plätze;Sprache;Arbeit\nB1")
    assert said(survey.add(table).refused)[1:] == [
        "Zeile 2 sieht wie eine weitere Zeile der Überschrift aus: keiner ihrer 4 Werte ist vorgesehen, zuerst „Konzept?“, "
        "„Plätze“, „Sprache“. Wenn es so ist, im Codebuch unter „table“ bitte „heading_rows: 2“ schreiben."
    ]  # fmt: skip
    tables = survey.declare(table={"heading_rows": 2}).process()
    assert answers(tables)["B1", "1.1"] == ("answered", "ja")
    assert set(tables["responses"]["file"]) == {"antworten.csv, Zeile 3"}


def test_value_that_no_option_has(survey):
    """It is illegible and never guessed; the team hears of each value once, no alliance is asked."""
    tables = survey.add(HEAD + "B1;;Ja;;;x;\nB2;;7;;;?;\nB3;;7;;;;\n").process()
    assert [answers(tables)[c, "1.1"] for c in ("B1", "B2", "B3")] == [
        ("illegible", "Ja"),
        ("illegible", "7"),
        ("illegible", "7"),
    ]
    assert [(f["item_id"], f["place"], f["raw"]) for f in found(tables, "V37")] == [
        ("1.1", "Spalte C „Q1“", "Ja"), ("1.1", "Spalte C „Q1“", "7"), ("2.Z1.2", "Spalte F „Q4[SQ001]“", "?"),
    ]  # fmt: skip
    assert (
        "„7“ (2-mal, Zeile 3, 4) steht bei keiner Vorgabe von 1.1 und gilt als unlesbar. Erlaubt: „-77“, „-99“, „1“, „2“"
        in found(tables, "V37")[1]["message"]
    )
    assert tables["questions"].empty if "questions" in tables else "V08" not in rules(tables)
    assert tables["losses"].query("action == 'als unlesbar gezählt'")["raw"].tolist() == ["Ja", "7", "?", "7"]


@pytest.mark.parametrize(
    ("decimal", "written", "read"),
    [
        (",", "12,5", ("answered", "12,5")), (",", "1.000", ("illegible", "1.000")), (".", "12.5", ("answered", "12,5")),
        (".", "1.125", ("answered", "1,125")), (".", "1,125", ("illegible", "1,125")), (",", "rund 12", ("illegible", "rund 12")),
        (",", "901", ("illegible", "901")), (",", "12.0", ("answered", "12.0")),
    ],
)  # fmt: skip
def test_numbers_in_two_notations(survey, decimal, written, read):
    """What may be one or a thousand is no number; English notation is declared, not guessed."""
    survey.declare(table={"decimal": decimal}).add(HEAD + f"B1;;1;;{written};x;\n")
    assert answers(survey.process())["B1", "1.3"] == read


@pytest.mark.parametrize("day", ["2024-03-05", "05.03.2024", "5.3.2024", "2024-03-05 14:22:01", "2024-03-05T14:22:01"])
def test_days_in_three_dialects(survey, day):
    """A day with or without its time; of two rows of an alliance the later one counts."""
    tables = survey.add(HEAD + f"B1;2024-03-01;2;;;x;\nB1;{day};1;;;x;\n").process()
    assert tables["cases"].set_index("case_id").loc["B1", ["received", "file"]].tolist() == [
        "2024-03-05",
        "antworten.csv, Zeile 3",
    ]
    assert [f["file"] for f in found(tables, "V06")] == ["antworten.csv, Zeile 2"]


@pytest.mark.parametrize("day", ["03/05/2024", "5.3.24", "bald"])
def test_day_that_can_be_read_in_two_ways(survey, day):
    """It is an error with its row: which answer counts hangs on it."""
    (finding,) = found(survey.add(HEAD + f"B1;{day};1;;;x;\n").process(), "V16")
    assert finding["severity"] == "error"
    assert finding["message"].startswith(f"„antworten.csv“, Zeile 2: „{day}“")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (ROWS.encode("utf-16"), "ist in keiner Codierung gespeichert"),
        (ROWS.replace("seit", "größer").encode("mac-roman"), "ist in keiner Codierung gespeichert"),
        (
            ROWS.replace("seit 2019", '"seit 2019').encode(),
            "hat ein Anführungszeichen, das nicht oder falsch geschlossen ist",
        ),
        ((ROWS + "B2;;1;;;x;;;\n").encode(), "Zeile 3 hat 9 statt 7 Felder"),
        (HEAD.replace("\n", ";".join(map(str, range(20_000))) + "\n").encode(), "hat mehr als 16.384 Spalten"),
        (b"\x00\x01" + ROWS.encode(), "ist keine Tabelle"),
        (b"", "ist leer (0 Byte)"),
    ],
)
def test_file_that_is_no_table(survey, content, sentence):
    """Nothing of it is used."""
    assert sentence in survey.add(content).refused[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_dialects_of_csv(survey, encoding, separator):
    """German and English, from Excel or a program, with line breaks in quoted cells."""
    text = ROWS.replace("12,5", "12").replace("seit 2019", '"für\nlänger; seit 2019, noch"').replace(";", separator)
    text = text.replace(f'"für\nlänger{separator}', '"für\nlänger;')
    tables = survey.add(text.encode(encoding)).process()
    assert answers(tables)["B1", "1.2"] == ("answered", "für\nlänger; seit 2019, noch")


def test_column_that_nobody_declared_is_told(survey):
    """It is not read, which is a finding unless the codebook names it as unused."""
    tables = survey.add(ROWS.replace("Tag;", "Tag;Neu;Anmerkung 1;").replace("05;", "05;a;b;")).process()
    assert [f["message"] for f in found(tables, "V37")] == [
        "„antworten.csv“: Die Spalte C „Neu“ wird nicht gelesen; bitte einem Item als „column“ geben oder unter „unused“ nennen."
    ]


def test_alliance_that_the_register_lacks(survey):
    """An unknown or empty id is an error; a line of eingang.csv says whose row it is."""
    survey.add(HEAD + "B9;;1;;;x;\n;;2;;;x;\n")
    tables = survey.process()
    assert [f["file"] for f in found(tables, "V01")] == ["antworten.csv, Zeile 2", "antworten.csv, Zeile 3"]
    (survey.folder.parent / "eingang.csv").write_text(
        "file;received;alliance_id;channel;note\nantworten.csv, Zeile 2;2024-03-05;B1;online;\nantworten.csv, Zeile 3;2024-03-05;B2;online;\n",
        encoding="utf-8",
    )
    assert answers(survey.process())["B2", "1.1"] == ("answered", "nein")


def test_decision_on_a_cell(survey):
    """What the team decides applies to the row of a table as to a form."""
    survey.add(HEAD + "B1;;7;;;x;\n")
    (survey.folder.parent / "entscheidungen.csv").write_text(
        "file;item_id;occurrence;decision;reason;decided_by\nantworten.csv, Zeile 2;1.1;1;ja;Rückfrage;MK\n",
        encoding="utf-8",
    )
    assert answers(survey.process())["B1", "1.1"] == ("answered", "ja")


def change(book, item_id, **keys):
    """The codebook with other keys of one item."""
    (item,) = [i for p in book["parts"] for i in p.get("items", ()) if i["id"] == item_id]
    item.update(keys)
    return book


def test_codebook_says_everything_that_is_wrong_at_once(survey):
    """Two items in one column, a circle of filters, an unknown kind, values with two meanings, an item without column."""
    book = change(codebook(), "1.1", column="Q3", asked_if={"item": "1.2", "value": "ja"})
    book = change(book, "1.2", kind="single", options=YES_NO)
    book = change(book, "1.3", min=-100)
    book["parts"][0]["items"].append({"id": "1.4", "label": "Noch etwas", "kind": "matrix"})
    book["parts"][0]["items"].append(
        {"id": "1.5", "label": "Ohne Spalte", "kind": "single", "options": [{"id": "x", "label": "X", "value": "-99"}]}
    )
    with pytest.raises(CodebookError) as refused:
        survey.declare(**book).refused  # noqa: B018
    assert [line.partition(": ")[2] for line in str(refused.value).splitlines()[1:]] == [
        "Item „1.1“: der Filter führt im Kreis („1.1“ → „1.2“ → „1.1“), gefragt würde also niemand; bitte ein „asked_if“ streichen.",
        "Item „1.2“: der Filter führt im Kreis („1.2“ → „1.1“ → „1.2“), gefragt würde also niemand; bitte ein „asked_if“ streichen.",
        "Item „1.3“ nennt die Spalte „Q3“, die schon für „1.1“ steht; jede Spalte gehört zu einem Item.",
        "Item „1.3“: „-77“ heißt „not_asked“ und wäre zugleich eine mögliche Zahl; bitte „min“ oder „max“ so setzen, dass der Wert außerhalb liegt, oder ihn bei der Frage unter „codes“ nennen.",
        "Item „1.3“: „-99“ heißt „not_answered“ und wäre zugleich eine mögliche Zahl; bitte „min“ oder „max“ so setzen, dass der Wert außerhalb liegt, oder ihn bei der Frage unter „codes“ nennen.",
        "„matrix“ gibt es nicht (erlaubt: text, number, tick, single).",
        "Item „1.5“ hat keine Spalte; bitte „column“ ergänzen oder die Frage in „versions“ weglassen.",
        "Item „1.5“: der Wert „-99“ heißt zugleich „not_answered“ und „x“; bitte eines von beiden streichen.",
    ]  # fmt: skip


def spss(path, frame, **told):
    """An SPSS file of the columns of the survey."""
    pyreadstat.write_sav(pd.DataFrame(frame), path, **told)


FRAME = {
    "Buendnis": ["B1", "B2", "B3"], "Tag": [pd.Timestamp("2024-03-05").date()] * 3, "Q1": [1.0, 2.0, 9.0], "Q2": ["seit 2019", "", ""],
    "Q3": [12.5, -77.0, float("nan")], "Q4_1": [1.0, 0.0, 1.0], "Q4_2": [0.0, 1.0, float("nan")],
}  # fmt: skip


@pytest.fixture
def sav(tmp_path):
    """The survey as SPSS holds it: boxes are 1 and 0, 9 is a missing value."""
    book = codebook()
    book["table"] |= {"case": "Buendnis", "ticked": ["1"], "not_ticked": ["0"]}
    book["parts"][1]["columns"][1]["column"] = "Q4_{row}"
    for k, row in enumerate(book["parts"][1]["blocks"][0]["rows"], 1):
        row["code"] = str(k)
    return SurveyFolder(tmp_path, **book)


LABELS = {"Q1": {1: "Ja", 2: "Nein", 9: "weiß nicht"}}


def test_spss_file(sav):
    """Labels agree, missing values mean what the codebook says of them, an empty number is no answer."""
    change(book := load_yaml(sav.path.read_text(encoding="utf-8")), "1.1", codes={"not_answered": ["9"]})
    spss(sav.declare(**book).folder / "daten.sav", FRAME, variable_value_labels=LABELS, missing_ranges={"Q1": [9]})
    tables = sav.process()
    assert answers(tables) == {
        ("B1", "1.1"): ("answered", "ja"), ("B1", "1.2"): ("answered", "seit 2019"), ("B1", "1.3"): ("answered", "12,5"),
        ("B1", "2.Z1.2"): ("selected", ""), ("B1", "2.Z2.2"): ("not_selected", ""),
        ("B2", "1.1"): ("answered", "nein"), ("B2", "1.2"): ("not_asked", ""), ("B2", "1.3"): ("not_asked", ""),
        ("B2", "2.Z1.2"): ("not_selected", ""), ("B2", "2.Z2.2"): ("selected", ""),
        ("B3", "1.1"): ("not_answered", ""), ("B3", "1.2"): ("not_asked", ""), ("B3", "1.3"): ("not_answered", ""),
        ("B3", "2.Z1.2"): ("selected", ""), ("B3", "2.Z2.2"): ("not_answered", ""),
    }  # fmt: skip
    assert rules(tables) == ["V15"]
    assert tables["responses"]["place"].iloc[0] == "Spalte C „Q1“"
    assert tables["cases"]["received"].unique().tolist() == ["2024-03-05"]


def test_missing_value_of_spss_without_a_meaning(sav):
    """What the file calls missing and the codebook does not know is refused; so are labels that say the opposite."""
    swapped = {"Q1": {1: "Nein", 2: "Ja"}}
    spss(sav.folder / "daten.sav", FRAME, variable_value_labels=swapped, missing_ranges={"Q1": [9]})
    assert said(sav.refused)[1:] == [
        "Spalte C „Q1“: „1“ heißt in der Datei „Nein“, im Codebuch ist es „ja“; bitte „value“ dort berichtigen.",
        "Spalte C „Q1“: „2“ heißt in der Datei „Ja“, im Codebuch ist es „nein“; bitte „value“ dort berichtigen.",
    ]
    spss(sav.folder / "daten.sav", FRAME, variable_value_labels=LABELS, missing_ranges={"Q1": [9]})
    assert said(sav.refused)[1:] == [
        "Spalte C „Q1“: „9“ (Zeile 3) gilt in der Datei als fehlender Wert, das Codebuch sagt nicht als welcher; bitte bei "
        "1.1 unter „not_asked“ oder „not_answered“ eintragen."
    ]


def test_labels_without_values_and_values_without_labels(sav):
    """Both are told, and nothing is made of them."""
    spss(sav.folder / "daten.sav", FRAME, variable_value_labels={"Q1": {1: "Ja", 3: "geplant"}})
    assert [f["message"].partition(": ")[2] for f in found(sav.process(), "V37")] == [
        "Spalte C „Q1“: „3“ heißt in der Datei „geplant“ und steht bei keiner Vorgabe; bitte im Codebuch ergänzen.",
        "Spalte C „Q1“: die Vorgabe „nein“ („2“) hat in der Datei kein Etikett; bitte „value“ prüfen.",
        "Spalte C „Q1“: „9“ (Zeile 3) steht bei keiner Vorgabe von 1.1 und gilt als unlesbar. Erlaubt: „-77“, „-99“, „1“, „2“; bitte „value“ im Codebuch ergänzen oder berichtigen.",
    ]


def test_excel_workbook(survey):
    """Numbers, days and numbers stored as text; the sheet is part of the place."""
    head, rows = (
        HEAD.strip().split(";"),
        [["B1", day(date(2024, 3, 5)), 1, "seit 2019", 12.5, "x"], ["B2", "6.3.2024", "2", None, "7,5", None, "x"]],
    )
    survey.add(xlsx({"Antworten": [head, *rows]}), "antworten.xlsx")
    tables = survey.process()
    assert [answers(tables)[c, i] for c in ("B1", "B2") for i in ("1.1", "1.3")] == [
        ("answered", "ja"), ("answered", "12,5"), ("answered", "nein"), ("answered", "7,5"),
    ]  # fmt: skip
    assert tables["cases"].set_index("case_id")["received"].to_dict() == {
        "B1": "2024-03-05",
        "B2": "2024-03-06",
        "B3": "",
    }
    first = tables["responses"].iloc[0]
    assert (first["file"], first["part"], first["place"]) == ("antworten.xlsx, Zeile 2", "Antworten", "Spalte C „Q1“")


def test_workbook_that_is_unclear(survey):
    """Two sheets, formulas, merged cells: refused, with their places."""
    head = HEAD.strip().split(";")
    survey.add(xlsx({"A": [head, ["B1"]], "B": [head, ["B2"]]}), "a.xlsx")
    assert "vorhanden sind „A“, „B“. Erlaubt ist genau eines" in survey.refused[0]
    survey.add(xlsx({"A": [head, ["B1", "", formula("1+1", "2"), "", "", "x"]]}, merged=["E2:E3"]), "a.xlsx")
    assert said(survey.refused)[1:] == [
        "1 Zellen sind Formeln oder Fehlerwerte (C2), die nicht gerechnet werden; bitte als Werte einfügen.",
        "Die Zellen E2:E3 sind verbunden, der Wert gilt nur für die erste; bitte trennen und jede ausfüllen.",
    ]


def test_spss_file_that_ends_too_early(sav):
    """Damage is found wherever it is; nothing of the file is used."""
    spss(sav.folder / "daten.sav", FRAME)
    whole = (sav.folder / "daten.sav").read_bytes()
    for size in (10, len(whole) // 2, len(whole) - 40):
        sav.add(whole[:size], "daten.sav")
        assert "ist beschädigt oder unvollständig übertragen" in sav.refused[0]


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "sav"])
def test_cells_are_read_again_by_another_reader(tmp_path, suffix):
    """Every cell at its place says what was read of it; a changed one is found."""
    root = tmp_path / "raw/umfrage-2024/forms"
    book = codebook()
    book["table"] |= {"ticked": ["1"], "not_ticked": ["0"], "unused": []}
    book["parts"][0]["items"][2]["codes"] = {"not_asked": ["-77"]}
    book["parts"][1]["columns"][1]["column"] = "Q4_{row}"
    book["table"]["case"] = "Buendnis"
    survey = SurveyFolder(tmp_path, **book)
    frame = pd.DataFrame(FRAME).rename(columns={"Q4_1": "Q4_SQ001", "Q4_2": "Q4_SQ002"})
    {
        "csv": lambda p: frame.to_csv(p, sep=";", decimal=",", index=False),
        "xlsx": lambda p: frame.to_excel(p, index=False, sheet_name="A"),
        "sav": lambda p: pyreadstat.write_sav(frame, p),
    }[suffix](root / f"a.{suffix}")
    survey.interim = tmp_path / "interim/umfrage-2024"
    assert survey.refused == []
    (tmp_path / "data/codebook").mkdir(parents=True)
    shutil.copy(survey.path, tmp_path / "data/codebook/umfrage.yml")
    data = Data(
        ProjectPaths(
            tmp_path, tmp_path / "raw", tmp_path / "interim", *[tmp_path / n for n in ("processed", "build", "reports")]
        )
    )
    came_in, went = next((i, w) for name, i, w in read_again(data, "umfrage-2024") if name.startswith("Zellen"))
    assert len(came_in) == 15
    assert went == {"ebenso in der Datei": came_in}
    read = pd.read_parquet(survey.interim / "responses.parquet")
    read.loc[0, "raw"] = "2"
    read.to_parquet(survey.interim / "responses.parquet")
    assert [
        len(w["ebenso in der Datei"]) for name, _, w in read_again(data, "umfrage-2024") if name.startswith("Zellen")
    ] == [14]
