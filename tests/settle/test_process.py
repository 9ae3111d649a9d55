"""One small data folder a test, from real forms to the tables of the analysis: all that came in is accounted for."""

import re
import unicodedata

import pytest

from forms import BOOK, Drawn, W, look, parts_of, typed, wordml
from gkanalysis.codebook.sources import read_dataset
from gkanalysis.core.errors import IngestError
from gkanalysis.core.findings import Log
from gkanalysis.core.writing import zip_parts
from gkanalysis.settle.process import questions, raw_hashes
from received import ALLIANCES, COUNTED, Received, found, rules, state


@pytest.fixture
def received(tmp_path):
    return Received(tmp_path / "raw")


def test_plain_form_has_no_findings(received):
    """A complete form of a known alliance gives a full case and nothing to report; the others are missing."""
    tables = received.add("a.docx", COUNTED | {"K.1": "Amselstadt", "K.7:kreisfrei": "x"}).process()
    assert rules(tables) == []
    assert tables["losses"].empty
    status = dict(zip(tables["cases"]["case_id"], tables["cases"]["status"], strict=True))
    assert status == {"B1": "full", "B2": "missing", "B3": "missing"}
    responses = tables["responses"].set_index(["case_id", "item_id"])
    assert tuple(responses.loc[("B1", "1.1.A03.3"), ["state", "note"]]) == ("not_asked", "version")
    assert tuple(responses.loc[("B1", "1.1.A03.4"), ["state", "note"]]) == ("selected", "")
    assert tables["mentions"].empty


def test_all_files_are_accounted_for(received):
    """Files in the folder = counted + replaced + left out + refused; July is after June in German dates, too."""
    received.add("a.docx", COUNTED, received="17.06.2019").add("a2.docx", COUNTED, received="3.7.2019")
    received.add("b.docx", COUNTED, alliance="B2")
    (received.forms / "~$b.docx").write_bytes(b"lock")
    (received.forms / "leer.docx").write_bytes(b"")
    tables = received.process()
    losses = tables["losses"].query("unit == 'form'")[["file", "action"]].values.tolist()
    assert losses == [["~$b.docx", "ausgelassen"], ["a.docx", "zurückgestellt"]]
    counted = tables["cases"].query("file != ''")["file"].tolist()
    assert counted == ["a2.docx", "b.docx"]
    assert len(list(received.forms.iterdir())) == len(counted) + len(losses) + len(received.refused) == 5
    assert tables["forms"]["status"].value_counts().to_dict() == {"read": 3, "left_out": 1, "refused": 1}


def test_decomposed_file_names(received):
    """A folder copied from a Mac has decomposed umlauts: the list and the sums find its files all the same."""
    for file, case in (("b.docx", "B1"), ("c.docx", "B2"), ("Bläuling.docx", "B3")):
        received.add(file, COUNTED | {"K.3": file}, alliance=case)
    other = unicodedata.normalize("NFD", "Bläuling.docx")
    sums = raw_hashes(received.root).set_index("file")["sha256"]
    lines = [
        f"{sums['strukturen-2018/forms/Bläuling.docx']} *strukturen-2018/forms/{other}",
        f"{'0' * 64}  strukturen-2018/forms/b.docx",  # c came in later
    ]
    (received.root / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (received.forms / "Bläuling.docx").rename(received.forms / other)
    tables = received.process()
    assert [(f["rule"], f["file"]) for f in tables["findings"].to_dict("records")] == [("V14", "b.docx")]
    assert tables["cases"]["status"].tolist() == ["full"] * 3
    received.add("Bläuling.docx", COUNTED, alliance=None)  # the same name once more, in its other spelling
    assert "V16" in rules(received.process())


def test_synthetic_and_real_forms_do_not_mix(received):
    """A form that is not marked as synthetic in a folder of synthetic data stops the build, and the other way round."""
    received.add("a.docx", COUNTED).add("echt.docx", COUNTED, alliance="B2")
    parts = parts_of((received.forms / "echt.docx").read_bytes())
    core = "docProps/core.xml"
    parts[core] = parts[core].replace(b"SYNTHETISCH", b"")
    (received.forms / "echt.docx").write_bytes(zip_parts(parts))
    assert [f["message"] for f in found(received.process(), "V18")] == [
        "1 Datei trägt das Kennzeichen erfundener Daten („SYNTHETISCH“ in den Eigenschaften oder im Namen) nicht, aber "
        "dataset.yml sagt „synthetic: true“: „echt.docx“. Bitte die echten Dateien in einen eigenen Ordner mit "
        "„synthetic: false“ legen."
    ]
    (received.root / "dataset.yml").write_text("title: Test\nsynthetic: false\n", encoding="utf-8")
    assert [f["file"] for f in found(received.process(), "V18")] == ["a.docx"]


@pytest.mark.parametrize(
    "text", [None, "", "title: Test\n", "synthetic: true\n", "title: T\nsynthetic: ja bitte\n", "title: [\n", "- a\n",
             "title: T\nsynthetic: true\nsynthetic: false\n"]
)  # fmt: skip
def test_dataset_must_say_what_it_is(tmp_path, text):
    """Without a clear „synthetic: true“ or „false“ nothing is assumed."""
    if text is not None:
        (tmp_path / "dataset.yml").write_text(text, encoding="utf-8")
    with pytest.raises(IngestError, match=r"dataset\.yml“ ist nicht (lesbar|stimmig)"):
        read_dataset(tmp_path)


def test_decision_is_applied_and_recorded(received):
    """What the team decides counts, has a row in the losses, and is not asked about again."""
    received.add("a.docx", COUNTED | {"1.1.A04.4": "(x)", "2.1:nein": "x", "1.2.6": "monatlich"}, "lang")
    before = received.process()
    assert state(before, "B1", "1.1.A04.4") == ("illegible", "")
    assert rules(before) == ["V07", "V08", "V11"]
    received.line("entscheidungen", "a.docx", "1.1.A04.4", "", "angekreuzt", "am Telefon geklärt", "MK")
    received.line("entscheidungen", "a.docx", "2.1", "1", "nein", "Rückfrage", "MK")
    received.line("entscheidungen", "a.docx", "1.2.6", "1", "12", "Rückfrage", "MK")
    after = received.process()
    assert [state(after, "B1", i) for i in ("1.1.A04.4", "2.1", "1.2.6")] == [
        ("selected", ""), ("answered", "nein"), ("answered", "12"),
    ]  # fmt: skip
    assert rules(after) == []
    assert after["responses"].dtypes.eq(object).sum() == 0  # whose kind depends on the rows, and no file can have
    losses = after["losses"]
    assert losses["action"].tolist() == ["als angekreuzt gezählt", "als „nein“ gezählt", "als „12“ gezählt"]
    assert losses.loc[0, ["case_id", "item_id", "raw", "reason"]].tolist() == [
        "B1", "1.1.A04.4", "(x)", "entschieden von MK: am Telefon geklärt",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (("b.docx", "2.1", "1", "ja", "weil", "MK"), "ein Bogen „b.docx“ wurde nicht gelesen; ähnlich ist „a.docx“, bitte"),
        (("x", "2.1", "1", "ja", "weil", "MK"), "ein Bogen „x“ wurde nicht gelesen; bitte die Schreibweise prüfen."),
        (("a.docx", "1.1.A4.4", "1", "selected", "weil", "MK"), "gibt es in diesem Bogen nicht; ähnlich ist „1.1.A"),
        (("a.docx", "2.1", "2", "ja", "weil", "MK"), "„2.1“ gibt es in diesem Bogen nicht zum 2. Mal"),
        (("a.docx", "2.1", "1", "", "weil", "MK"), "die Spalte „decision“ ist leer"),
        (("a.docx", "2.1", "1", "ja", "", "MK"), "die Spalte „reason“ ist leer"),
        (("a.docx", "1.1.A04.4", "1", "ja", "weil", "MK"), "erlaubt sind angekreuzt, nicht angekreuzt, unlesbar"),
        (("a.docx", "2.1", "1", "Ja", "weil", "MK"), "erlaubt sind ja, nein, keine Angabe, unlesbar"),
        (("a.docx", "2.4", "1", "selected", "weil", "MK"), "gibt es nur bei Kästchen"),
        (("a.docx", "1.2.6", "1", "12 mal", "weil", "MK"), "„12 mal“ ist keine eindeutige Zahl; bitte nur die Zahl"),
    ],
)  # fmt: skip
def test_decision_that_cannot_be_applied(received, cells, problem):
    """A decision on nothing, without a reason, or with an impossible answer stops the build (V17)."""
    received.add("a.docx", COUNTED | {"1.2.6": "12 mal"}, "lang").line("entscheidungen", *cells)
    (finding,) = found(received.process(), "V17")
    assert problem in finding["message"]
    assert "Zeile 2" in finding["message"]


def test_decision_on_a_form_that_was_replaced(received):
    """It has no effect, which a finding says and the losses; how the older form would count, too."""
    received.add("a.docx", COUNTED).add("b.docx", COUNTED | {"K.2": "Amt"}, received="2019-05-09")
    received.line("entscheidungen", "a.docx", "2.1", "1", "nein", "weil", "MK")
    tables = received.process()
    assert state(tables, "B1", "2.1") == ("answered", "ja")
    form, decision = sorted(found(tables, "V06"), key=lambda f: f["item_id"])
    assert "Wenn der ältere gelten soll, bitte „b.docx“ mit seiner Zeile" in form["message"]
    assert "Die Entscheidung zu 2.1 in „a.docx“ hat keine Wirkung" in decision["message"]
    lost = tables["losses"][tables["losses"]["item_id"] == "2.1"].iloc[0]
    assert (lost["action"], lost["reason"]) == ("ohne Wirkung", "der Bogen zählt nicht; entschieden von MK: weil")


def test_contacts(received):
    """The last contact with an alliance counts; unknown alliances, results and dates are reported and do not."""
    received.add("a.docx", COUNTED)
    for row in (
        ("B2", "5.7.2019", "keine_kerngruppe"), ("B9", "2019-07-01", "keine_kerngruppe"),
        ("B3", "2019-07-01", "keine Kerngruppe"), ("B3", "gestern", "keine_kerngruppe"),
    ):  # fmt: skip
        received.line("kontakte", *row)
    tables = received.process()
    assert tables["cases"]["contact"].tolist() == ["", "keine_kerngruppe", ""]
    told = [(f["rule"], f["raw"]) for f in tables["findings"].to_dict("records")]
    assert told == [("V01", "B9"), ("V11", "keine Kerngruppe"), ("V11", "gestern")]
    assert "kontakte.csv“, Zeile 3: „B9“ fehlt im Register; bitte" in found(tables, "V01")[0]["message"]


def test_names_in_lists_and_files_that_nothing_reads(received):
    """An alliance that a list names by its name is told and read; what lies beside the forms is named."""
    received.add("a.docx", COUNTED, alliance="Amselstadt").line(
        "kontakte", "Kreis Borretsch", "5.7.2019", "keine_kerngruppe"
    )
    for name in (
        "daten.sav",
        "alt.ods",
        "README.md",
        ".DS_Store",
        "desktop.ini",
        "Entscheidungen (1).csv",
        "kategorien.csv.txt",
    ):
        (received.folder / name).write_bytes(b"x")
    tables = received.process()
    assert tables["cases"][["file", "contact"]].values.tolist() == [["a.docx", ""], ["", "keine_kerngruppe"], ["", ""]]
    assert [(f["raw"], f["case_id"]) for f in found(tables, "V35")] == [("Amselstadt", "B1"), ("Kreis Borretsch", "B2")]
    told = {f["file"]: f["message"] for f in found(tables, "V34")}
    assert list(told) == ["Entscheidungen (1).csv", "alt.ods", "daten.sav", "kategorien.csv.txt"]
    assert "„alt.ods“ in „strukturen-2018“ wird nicht gelesen: neben" in told["alt.ods"]
    meant = {name: re.findall("Gemeint ist wohl „(.*?)“", message) for name, message in told.items()}
    assert list(meant.values()) == [["entscheidungen.csv"], [], [], ["kategorien.csv"]]
    assert tables["losses"]["rule"].value_counts()[["V34", "V35"]].tolist() == [4, 2]


@pytest.mark.parametrize("files", [["a.docx"], ["a.docx", "b.docx", "c.docx"]])
def test_changed_table(received, files):
    """A table that one form lacks is one question; one that three of three lack was not printed, and nobody is asked."""
    for file, case in zip(files, ALLIANCES["alliance_id"], strict=False):
        drawn = Drawn(COUNTED | {"K.3": file}, version="kurz")  # no two files are the same
        drawn.body.remove(drawn.table(5))
        received.add(file, drawn, alliance=case)
    tables = received.process()
    one = len(files) == 1
    (finding,) = tables["findings"].to_dict("records")
    message = "13 Fragen (1.1.D01.4 bis 1.1.D13.4) ohne lesbare Stelle" if one else "13 Fragen, 1.1.D01.4 ("
    assert (finding["rule"], finding["message"].startswith(message)) == ("V08" if one else "V33", True)
    assert len(questions(tables["findings"], ALLIANCES)) == one
    assert state(tables, "B1", "1.1.D01.4") == ("illegible" if one else "not_asked", "")
    assert tables["losses"]["rule"].tolist() == (["V08"] * 13 if one else ["V33"])


@pytest.mark.parametrize("where", ["row", "column", "other"])
def test_label_that_all_forms_spell_otherwise(received, where):
    """The codebook is misspelt, which is said once, and no alliance is asked; what stands there is in the losses."""
    label = BOOK.items["1.1.A03.4"].label
    spelt = {"row": label + "n", "column": "4 Mitglied der Kerngruppen", "other": "Moschee"}[where]
    for file, case in zip("abc", ALLIANCES["alliance_id"], strict=True):
        drawn = Drawn(COUNTED | {"K.3": file}, "controls" if file == "b" else "typed_x", "kurz")
        for number in (2, 3, 4, 5) if where == "column" else (2,):
            row, column = (2, 2) if where == "column" else (6, 1)
            drawn.type(drawn.cell(number, row, column), spelt)
        received.add(f"{file}.docx", drawn, alliance=case)
    tables = received.process()
    asked = questions(tables["findings"], ALLIANCES)["rule"].tolist()
    assert [state(tables, case, "1.1.A03.4")[0] for case in ("B1", "B2", "B3")] == [
        "illegible",
        "selected",
        "illegible",
    ]
    (finding,) = found(tables, "V33")
    assert asked == []
    assert finding["message"].startswith(f"„{spelt}“ steht in 3 von 3 gezählten Bögen der Fassung „kurz“, „")
    assert finding["message"].endswith(
        "Bis dahin gilt dort die Antwort in 2 Bögen als unlesbar; niemand wird danach gefragt."
    )
    assert (f"gemeint ist wohl „{spelt}“" in finding["message"], "1.1.A03.4" in finding["item_id"]) == (True, True)
    lost = tables["losses"].query("rule == 'V33'")[["case_id", "raw", "reason"]].values.tolist()
    assert lost == [[case, "x", f"„{spelt}“ fehlt im Codebuch"] for case in ("B1", "B3")]


@pytest.mark.parametrize(
    ("bold", "decision", "expected", "n_asked"),
    [
        (["b"], "", ["answered", "illegible", "not_answered"], 2),  # the row of another form, too
        (["b"], "keine angabe", ["answered", "not_answered", "not_answered"], 1),
        (["a", "b"], "", ["answered", "not_answered", "not_answered"], 0),  # two of three forms: the print
        (["a", "b", "c"], "", ["answered", "not_answered", "not_answered"], 0),
    ],
)
def test_an_option_in_bold(received, bold, decision, expected, n_asked):
    """Unread until somebody says what is meant; most forms show what is printed in bold, ticked there or not."""
    for file, case in zip("abc", ALLIANCES["alliance_id"], strict=True):
        drawn = Drawn({"K.3": file, "1.1.A04.4": "x"} | ({"2.1:ja": "x"} if file == "a" else {}), "typed_box", "kurz")
        if file in bold:
            look(drawn.table(6), "<w:b/>", " Ja")
            look(drawn.table(2), "<w:b/>", BOOK.items["1.1.A03.4"].label)
        received.add(f"{file}.docx", drawn, alliance=case)
    if decision:
        received.line("entscheidungen", "b.docx", "2.1", "1", decision, "Rückfrage", "MK")
    tables = received.process()
    assert [state(tables, case, "2.1")[0] for case in ("B1", "B2", "B3")] == expected
    told = [f for f in tables["findings"].to_dict("records") if "fett" in f["message"]]
    assert [(f["rule"], f["file"]) for f in told] == [("V08", "b.docx"), ("V13", "b.docx")][2 - n_asked :]
    assert all(f["question"] for f in told)
    lost = tables["losses"].query("rule in ('V08', 'V13')")[["rule", "item_id"]].values.tolist()
    assert lost == [["V13", ""], ["V08", "2.1"]][:n_asked]


YELLOW = '<w:shd w:val="clear" w:fill="FFFF00"/>'


@pytest.mark.parametrize(
    ("style", "colour"),
    [
        ("controls", '<w:highlight w:val="yellow"/>'), ("typed_box", '<w:color w:val="C00000"/>'), ("typed_box", YELLOW),
        ("controls", "cell"), ("typed_box", "cell"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("coloured", ["b", "ab"])
def test_an_empty_box_in_colour(received, style, colour, coloured):
    """It may be meant as a tick: unread until somebody says so. A look of most forms is the print, and so is one of all boxes."""
    for file, case in zip("abc", ALLIANCES["alliance_id"], strict=True):
        drawn = Drawn(COUNTED | {"K.3": file, "1.1.A04.4": "x"}, style, "kurz")
        cell = drawn.cell(2, 5, 2)  # 1.1.A02.4
        if file in coloured and colour == "cell":
            cell.find(W + "tcPr").append(wordml(YELLOW))
        elif file in coloured:
            look(cell, colour)
        received.add(f"{file}.docx", drawn, alliance=case)
    tables = received.process()
    is_doubt = coloured == "b"
    assert [state(tables, case, "1.1.A02.4")[0] for case in ("B1", "B2", "B3")] == [
        "not_selected", "illegible" if is_doubt else "not_selected", "not_selected",
    ]  # fmt: skip
    told = [(f["rule"], f["file"], "Ist es als angekreuzt gemeint?" in f["question"]) for f in found(tables, "V08")]
    assert told == [("V08", "b.docx", True)] * is_doubt
    assert tables["losses"]["rule"].tolist() == ["V08"] * is_doubt


def test_a_table_pasted_into_the_cell_of_a_box(received):
    """The cell is unclear and asked about, with what stands in it; nothing else is said of it."""
    drawn = Drawn(COUNTED, "typed_box", "kurz")
    drawn.cell(2, 5, 2).insert(0, wordml("<w:tbl><w:tr><w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"))
    tables = received.add("a.docx", drawn).process()
    assert state(tables, "B1", "1.1.A02.4") == ("illegible", "")
    assert [(f["rule"], f["item_id"], f["raw"]) for f in tables["findings"].to_dict("records")] == [
        ("V08", "1.1.A02.4", "☐ | x")
    ]


@pytest.mark.parametrize(("ground", "expected"), [("", "illegible"), ("1F3864", "selected")])
def test_a_tick_in_the_colour_of_the_page(received, ground, expected):
    """Nobody sees a white x, so it counts as hidden; on a dark ground it is seen."""
    drawn = Drawn(COUNTED | {"1.1.A02.4": "x"}, "typed_x", "kurz")
    for colour in [f'<w:shd w:val="clear" w:fill="{ground}"/>'] * bool(ground) + ['<w:color w:val="FFFFFF"/>']:
        look(drawn.cell(2, 5, 2), colour)
    tables = received.add("a.docx", drawn).process()
    assert state(tables, "B1", "1.1.A02.4")[0] == expected
    assert [f["question"].endswith("ist „x“ verborgen. Was gilt?") for f in found(tables, "V08")] == [True] * (
        not ground
    )


def test_a_form_that_names_two_alliances(received):
    """It counts for the one of the list; whether it speaks for the other, too, is asked."""
    received.add("a.docx", COUNTED | {"K.1": "Amselstadt (gilt auch für den Kreis Borretsch)"})
    (finding,) = received.process()["findings"].to_dict("records")
    assert (finding["rule"], finding["case_id"]) == ("V04", "B1")
    assert finding["question"].endswith("Gilt er auch für „Kreis Borretsch“?")


@pytest.mark.parametrize(
    ("how", "word"), [("strike", "durchgestrichen"), ("dstrike", "durchgestrichen"), ("vanish", "verborgen")]
)
def test_what_was_struck_out_or_hidden(received, how, word):
    """A tick is asked about, and nothing else that hangs on it; of a text the rest counts; all of it stands in the losses."""
    written = {"1.1.A03.4": "x", "2.1:nein": "x", "2.3.1": "Neue Runde", "1.2.6": "12", "1.1.A04.4": "x", "2.4": "Amt"}
    drawn = Drawn(written, "typed_x", "lang")
    look(drawn.cell(2, 6, 4), f"<w:{how}/>", "x")
    look(drawn.cell(7, 1, 3), f"<w:{how}/>", "x", " Nein")
    look(drawn.cell(7, 10, 3), f"<w:{how}/>", "Amt")
    number = next(run for run in drawn.root.iter(W + "t") if run.text == "12").getparent()
    number.find(W + "t").text = "1"
    number.addnext(typed("2")[0])
    look(number.getparent(), f"<w:{how}/>", "2")
    tables = received.add("a.docx", drawn).process()
    asked = ["1.1.A03.4", "2.1", "2.3.1", "1.2.6", "1.1.A04.4", "2.4"]
    assert [state(tables, "B1", i) for i in asked] == [
        ("illegible", ""), ("illegible", ""), ("not_asked", "Neue Runde"), ("answered", "1"), ("selected", ""), ("not_answered", ""),
    ]  # fmt: skip
    told = [(f["rule"], f["item_id"], f["raw"], f["question"].partition("“) ")[2]) for f in found(tables, "V08")]
    assert told == [
        ("V08", "1.1.A03.4", "x", ""), ("V08", "2.1", "☐ Ja | x Nein", f"ist „x Nein“ {word}. Was gilt?"),
    ]  # fmt: skip
    assert found(tables, "V08")[0]["question"].endswith(f" ist „x“ {word}. Was gilt?")
    assert found(tables, "V10") == []
    lost = tables["losses"].query("unit == 'response'")[["item_id", "raw", "action", "reason"]].values.tolist()
    assert lost == [
        ["1.1.A03.4", "x", "als unlesbar gezählt", "Eintrag nicht eindeutig"],
        ["1.2.6", "12", "ausgelassen", f"im Bogen {word}"],
        ["2.1", "x Nein | ☐", "als unlesbar gezählt", "Eintrag nicht eindeutig"],
        ["2.3.1", "Neue Runde", "als nicht gefragt behandelt", "Filter: 2.1 ist nicht eindeutig"],
        ["2.4", "Amt", "ausgelassen", f"im Bogen {word}"],
    ]


def test_nobody_is_asked_the_same_twice():
    """Two doubts about one answer may have one question."""
    log = Log()
    for item, case, question in (
        ("2.1", "B1", "Ja?"),
        ("2.1", "B1", "Ja?"),
        ("2.4", "B1", "Wer?"),
        ("2.1", "B2", "Ja?"),
    ):
        log.find("V08", "m", question=question, item_id=item, case_id=case, file=case)
    asked = questions(log.finding_table(), ALLIANCES)
    assert asked[["alliance_id", "question"]].values.tolist() == [["B1", "Ja?"], ["B1", "Wer?"], ["B2", "Ja?"]]
