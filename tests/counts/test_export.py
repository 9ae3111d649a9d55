"""What goes out to Excel and SPSS comes back with the same labels, missing values and frequencies."""

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gkanalysis as gk
from gkanalysis.core.errors import NotebookError
from gkanalysis.counts.export import DataFile, Variable, item_of, variable_name, write_excel, write_spss
from tools.system import needs, run

WAVE = "strukturen-2018"


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1), st.integers(1, 9), st.booleans())
def test_name_in_spss_can_be_undone(item, occurrence, state):
    """Only signs that SPSS takes, and two items never share a name."""
    name = variable_name(item, occurrence, state)
    assert item_of(name) == item
    assert name.isascii()
    assert not name.endswith(".")


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The cases of a wave, read back from SPSS: frame and what the file says of it."""
    path = tmp_path_factory.mktemp("sav") / "wave.sav"
    assert gk.source(WAVE).to_spss(str(path)) == str(path)
    return pyreadstat.read_sav(path, user_missing=True)


def test_spss_has_the_frequencies_of_the_table(stored):
    """Every choice and every tick of a set, and each reason for which there is no answer."""
    frame, meta = stored
    wave = gk.source(WAVE)
    frame = frame[frame["status"].map(meta.variable_value_labels["status"]) == "voll auswertbar"]
    labels = meta.variable_value_labels["q_2.1"]
    told = frame["q_2.1"].map(labels).value_counts()
    table = wave["2.1"].cases("full")
    assert (told["Ja"], told["Nein"]) == (table["ja"].n, table["nein"].n)
    assert labels[-98] == "keine Angabe"
    assert meta.missing_ranges["q_2.1"] == [{"lo": -99.0, "hi": -96.0}]
    ticks = wave["kerngruppe"].cases("full")
    assert {i: int((frame[variable_name(i)] == 1).sum()) for i in ticks.shown_rows} == {n.row: n.n for n in ticks}


def test_spss_has_labels_levels_and_sets(stored):
    """The question stands with the variable, the set holds its ticks; an empty open answer says why."""
    frame, meta = stored
    assert meta.column_names_to_labels["q_2.1"].startswith("2.1 ")
    assert (meta.variable_measure["q_2.1"], meta.variable_measure["municipalities_n"]) == ("nominal", "scale")
    made = meta.mr_sets["kerngruppe"]
    assert (made["type"], made["counted_value"]) == ("D", 1)
    assert len(made["variable_list"]) == len(gk.source(WAVE)["kerngruppe"].shown_rows)
    assert "rfunden" in meta.file_label
    empty = frame[frame["q_2.4"] == ""]["q_2.4_s"].map(meta.variable_value_labels["q_2.4_s"])
    assert set(empty) <= {"keine Angabe", "nicht gefragt", "unlesbar"}
    assert len(empty)


@needs("pspp")
def test_pspp_opens_it(tmp_path):
    """Another program than the one that wrote it shows the same numbers, and the set."""
    gk.source(WAVE).to_spss(str(tmp_path / "w.sav"))
    asked = f"GET FILE='{tmp_path}/w.sav'.\nFREQUENCIES /VARIABLES=q_2.1.\nMRSETS /DISPLAY NAME=[$kerngruppe].\n"
    (tmp_path / "w.sps").write_text(asked)
    run(["pspp", "-o", str(tmp_path / "w.csv"), str(tmp_path / "w.sps")])
    said = (tmp_path / "w.csv").read_text()
    rows = [line.split(",") for line in said.splitlines()]
    assert {r[1]: r[2] for r in rows if len(r) > 2 and r[1] in ("Ja", "Nein")} == {"Ja": "32", "Nein": "13"}
    assert "$kerngruppe" in said


def test_excel_has_words_and_their_meaning(tmp_path):
    """The data sheet reads without a key, and says that all is invented; the other one explains each column."""
    path = tmp_path / "wave.xlsx"
    gk.source(WAVE).to_excel(str(path))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Daten (synthetisch)", "Variablen"]
    data = pd.read_excel(path, sheet_name=0)
    assert data["q_2.1"].value_counts().to_dict() == {"Ja": 32, "Nein": 13, "keine Angabe": 2, "widersprüchlich": 1}
    about = pd.read_excel(path, sheet_name="Variablen")
    row = about[about["Variable"] == "q_2.1"].index[0]
    assert about.loc[row + 1, ["Wert", "Beschriftung des Werts"]].tolist() == [1, "Ja"]


def test_lists_of_texts_go_out_and_a_table_as_it_is_printed(tmp_path):
    """What the lab shows lies in the workbook: texts, codings with their words, the cross table."""
    found = gk.find("Wartezeit")
    found.to_excel(str(tmp_path / "f.xlsx"))
    assert pd.read_excel(tmp_path / "f.xlsx")["Antwort"].tolist() == found["Antwort"].tolist()
    assert found.attrs["data"].endswith("data/raw")  # real answers stay below confidential/
    with pytest.raises(NotebookError, match="geht nicht nach Excel"):  # nobody knows what data it comes from
        gk.source(WAVE)["2.1"]["nein"].rows.to_excel(str(tmp_path / "r.xlsx"))
    gk.source("reflexionsgespraeche-2019").to_excel(str(tmp_path / "g.xlsx"))
    assert pd.read_excel(tmp_path / "g.xlsx")["text"].str.len().min() > 0
    table = gk.source(WAVE)["2.1"].by("type")
    table.to_excel(str(tmp_path / "t.xlsx"))
    sheet = pd.read_excel(tmp_path / "t.xlsx", header=1, dtype=str)
    head, rows = table.printed()
    assert (tuple(sheet.columns), tuple(sheet.iloc[1])) == (head, rows[1].cells)


def test_table_and_responses_go_out_too(tmp_path):
    """A row a printed number with n and base; a row an answer with its place."""
    wave = gk.source(WAVE)
    wave["2.1"].by("type").to_spss(str(tmp_path / "t.sav"))
    frame, _ = pyreadstat.read_sav(tmp_path / "t.sav")
    cell = frame[(frame["row"] == "nein") & (frame["subgroup"] == "kreis")].iloc[0]
    assert (cell["n"], cell["base_n"]) == (9, 21)
    wave.to_excel(str(tmp_path / "l.xlsx"), long=True)
    rows = pd.read_excel(tmp_path / "l.xlsx")
    one = rows[(rows["item_id"] == "2.1") & (rows["state"] == "gültige Angabe")]
    assert len(one) == 45
    assert one["place"].str.startswith("/w:document").all()


def test_what_does_not_fit_is_said(tmp_path, monkeypatch):
    """A long label is cut and named; a formula stays text; names that SPSS takes for one are refused."""
    data = gk.source(WAVE).data
    frame = pd.DataFrame({"a": ["=1+1", "x\x01y"], "q_b": [1.0, 2.0]})
    drawn = DataFile(
        "drawn", "Gezeichnet", frame, {"a": Variable("ä" * 200), "q_b": Variable("b", "nominal", {1: "ü" * 100})}
    )
    said = write_spss(data, drawn, str(tmp_path / "d.sav"))
    assert said.endswith("d.sav (gekürzt, weil dort nicht mehr Platz ist: a, q_b = 1)")
    frame, meta = pyreadstat.read_sav(tmp_path / "d.sav")
    assert meta.column_labels[0].endswith("ä…")
    assert "Zeile 3, Spalte 1" in write_excel(data, drawn, str(tmp_path / "d.xlsx"))
    cell = openpyxl.load_workbook(tmp_path / "d.xlsx").active["A2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    double = DataFile(
        "d", "d", pd.DataFrame({"a": [1.0], "A": [2.0]}), {"a": Variable("", "scale"), "A": Variable("", "scale")}
    )
    with pytest.raises(NotebookError, match="nicht unterscheiden"):
        write_spss(data, double, str(tmp_path / "x.sav"))
    with pytest.raises(NotebookError, match=r"endet nicht auf \.sav"):
        write_spss(data, drawn, str(tmp_path / "x.txt"))


def test_real_answers_stay_below_confidential(tmp_path, monkeypatch):
    """By default they go there; another place is refused before anything is written."""
    data = gk.source(WAVE).data
    monkeypatch.setitem(data.dataset, "synthetic", False)
    with pytest.raises(NotebookError, match="liegt nicht unter „confidential/“"):
        gk.source(WAVE)["2.1"].to_excel(str(tmp_path / "t.xlsx"))
    assert not list(tmp_path.iterdir())
