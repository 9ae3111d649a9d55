"""One small data folder a test, from real forms to the tables of the analysis: all that came in is accounted for."""

import unicodedata

import pandas as pd
import pytest

from forms import BOOK, Drawn, parts_of
from gkanalysis.core.errors import IngestError, ValidationError
from gkanalysis.core.findings import Log
from gkanalysis.core.zipping import zip_parts
from gkanalysis.settle.process import check_mixing, questions, raise_errors, raw_hashes, read_dataset
from received import ALLIANCES, COUNTED, Received, found, rules, state


@pytest.fixture
def received(tmp_path):
    return Received(tmp_path / "raw")


def test_plain_form_has_no_findings(received):
    """A complete form of a known alliance gives a full case and nothing to report; the others are missing."""
    tables = received.add("a.docx", COUNTED | {"K.1": "Amselstadt", "K.7:kreisfrei": "x"}).process()
    assert rules(tables) == []
    assert tables["losses"].empty
    assert dict(zip(tables["cases"]["case_id"], tables["cases"]["status"], strict=True)) == {
        "B1": "full", "B2": "missing", "B3": "missing",
    }  # fmt: skip


def test_every_case_has_every_item_once(received):
    """Each returned form has one row for every printed item of the codebook, whichever version it is."""
    received.add("a.docx", COUNTED, "kurz").add("b.docx", COUNTED, "lang", alliance="B2")
    responses = received.process()["responses"]
    printed = [i.id for i in BOOK.items.values() if i.label and i.part != "gremien"]
    for case_id in ("B1", "B2"):
        items = responses.loc[responses["case_id"] == case_id, "item_id"]
        assert items[items.isin(printed)].tolist() == printed
    assert not responses["state"].isna().any()


def test_items_that_a_version_lacks_are_not_asked(received):
    """The short form does not print column 3: not asked, and the reason is noted; column 4 is."""
    tables = received.add("a.docx", COUNTED).process()
    responses = tables["responses"].set_index(["case_id", "item_id"])
    assert tuple(responses.loc[("B1", "1.1.A03.3"), ["state", "note"]]) == ("not_asked", "version")
    assert state(tables, "B1", "1.1.A03.4") == ("selected", "")


def test_all_files_are_accounted_for(received):
    """Files in the folder = counted + replaced + left out + refused."""
    received.add("a.docx", COUNTED, received="2019-05-01").add("a2.docx", COUNTED, received="2019-05-09")
    received.add("b.docx", COUNTED, alliance="B2")
    (received.forms / "~$b.docx").write_bytes(b"lock")
    (received.forms / "leer.docx").write_bytes(b"")
    tables = received.process()
    losses = tables["losses"]
    form_losses = losses[losses["unit"] == "form"]
    counted = (tables["cases"]["file"] != "").sum()
    assert len(list(received.forms.iterdir())) == counted + len(form_losses) + len(received.refused) == 5
    assert form_losses[["file", "action"]].values.tolist() == [
        ["~$b.docx", "ausgelassen"],
        ["a.docx", "zurückgestellt"],
    ]
    assert tables["forms"]["status"].value_counts().to_dict() == {"read": 3, "left_out": 1, "refused": 1}


def test_full_and_partial_on_both_sides(received):
    """Full needs a mention in column 4 and any mark at 2.1; one of them is partial; the head alone is not usable."""
    head = {"K.1": "Kreis Borretsch"}
    received.add("voll.docx", {"1.1.A03.4": "x", "2.1:ja": "x", "2.1:nein": "x"}, alliance="B1")
    received.add("teil.docx", {"1.1.A03.4": "x", **head}, alliance="B2")
    received.add("kopf.docx", {"K.3": "Amt"}, alliance="B3")
    tables = received.process()
    assert tables["cases"]["status"].tolist() == ["full", "partial", "unusable"]
    assert [f["case_id"] for f in found(tables, "V15")] == ["B2", "B3"]
    assert tables["losses"].query("rule == 'V15'")["action"].tolist() == [
        "zum Teil auswertbar",
        "nicht auswertbar",
    ]


def test_decomposed_file_names(received):
    """A folder copied from a Mac has decomposed umlauts: the list finds its files all the same."""
    received.add("Bläuling.docx", COUNTED, alliance="B3")
    path = received.forms / "Bläuling.docx"
    path.rename(path.with_name(unicodedata.normalize("NFD", path.name)))
    tables = received.process()
    assert rules(tables) == []
    assert tables["cases"].set_index("case_id").loc["B3", "status"] == "full"


def test_both_spellings_of_one_file_name(received):
    """Two files whose names differ only in how the umlaut is stored are two forms of one day: an error."""
    received.add("Bläuling.docx", COUNTED, alliance="B3")
    received.add(unicodedata.normalize("NFD", "Bläuling.docx"), COUNTED, alliance=None)
    assert "V16" in rules(received.process())


def test_file_missing_in_the_list(received):
    """A form that the list lacks is assigned if it names one alliance; else it is an error."""
    received.add("a.docx", COUNTED | {"K.1": "Landkreis Borretsch, Der Landrat"}, alliance=None)
    received.add("b.docx", COUNTED | {"K.1": "Borretschheim"}, alliance=None)
    tables = received.process()
    assert [(f["file"], f["case_id"]) for f in found(tables, "V03")] == [("a.docx", "B2")]
    assert [f["file"] for f in found(tables, "V01")] == ["b.docx"]
    assert tables["cases"].set_index("case_id").loc["B2", "file"] == "a.docx"


def test_later_form_wins_in_german_dates(received):
    """Excel rewrites dates as 3.7.2019: July is after June all the same."""
    received.add("a.docx", COUNTED, received="17.06.2019").add("b.docx", COUNTED, received="3.7.2019")
    tables = received.process()
    assert tables["cases"].loc[0, ["file", "received"]].tolist() == ["b.docx", "2019-07-03"]
    assert rules(tables) == ["V06"]


@pytest.mark.parametrize("day", ["2019-05-01", "Juli 2019", "", "31.02.2019"])
def test_two_forms_without_an_order(received, day):
    """Two forms of the same day, or one without a date, cannot be put in order: the build stops."""
    received.add("a.docx", COUNTED, received="2019-05-01").add("b.docx", COUNTED, received=day)
    tables = received.process()
    assert "V16" in rules(tables)
    with pytest.raises(ValidationError, match="V16"):
        raise_errors(tables["findings"])


def test_file_twice_in_the_list(received):
    """A file that the list gives to two alliances is an error, not the last line's."""
    received.add("a.docx", COUNTED).line("eingang", "a.docx", "2019-05-01", "B2", "E-Mail", "")
    assert [f["message"] for f in found(received.process(), "V16")] == [
        "Zeile 3 der Eingangsliste: „a.docx“ steht dort schon; bitte eine Zeile löschen."
    ]


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


def test_many_mixed_files_are_one_finding():
    """All files on the wrong side are counted in one sentence that names three and says what to do."""
    log = Log()
    files = pd.DataFrame({"file": list("abcde"), "status": "read", "synthetic": "True"})
    check_mixing(False, files, log)
    (finding,) = log.findings
    assert finding["message"].startswith(
        "5 Dateien tragen das Kennzeichen erfundener Daten („SYNTHETISCH“ in"
    )
    assert (
        "aber dataset.yml sagt „synthetic: false“: „a“, „b“, „c“ und 2 weitere. Bitte" in finding["message"]
    )
    assert "„synthetic: true“ setzen oder die erfundenen Dateien herausnehmen." in finding["message"]
    check_mixing(True, files, log)
    assert len(log.findings) == 1


@pytest.mark.parametrize(
    "text", [None, "", "title: Test\n", "synthetic: true\n", "title: T\nsynthetic: ja bitte\n", "title: [\n", "- a\n",
             "title: T\nsynthetic: true\nsynthetic: false\n"]
)  # fmt: skip
def test_dataset_must_say_what_it_is(tmp_path, text):
    """Without a clear „synthetic: true“ or „false“ nothing is assumed."""
    if text is not None:
        (tmp_path / "dataset.yml").write_text(text, encoding="utf-8")
    with pytest.raises(IngestError, match=r"dataset\.yml“ (fehlt oder ist unvollständig|ist nicht lesbar)"):
        read_dataset(tmp_path)


def test_decision_is_applied_and_recorded(received):
    """What the team decides on an unclear tick counts, has a row in the losses, and is not asked about again."""
    received.add("a.docx", COUNTED | {"1.1.A04.4": "(x)"})
    before = received.process()
    assert state(before, "B1", "1.1.A04.4") == ("illegible", "")
    assert len(found(before, "V08")) == 1
    received.line("entscheidungen", "a.docx", "1.1.A04.4", "", "selected", "am Telefon geklärt", "MK")
    after = received.process()
    assert state(after, "B1", "1.1.A04.4") == ("selected", "")
    assert rules(after) == []
    (loss,) = after["losses"].to_dict("records")
    assert (loss["case_id"], loss["item_id"], loss["raw"], loss["action"], loss["reason"]) == (
        "B1", "1.1.A04.4", "(x)", "als angekreuzt gezählt", "entschieden von MK: am Telefon geklärt",
    )  # fmt: skip


def test_decision_on_a_choice_and_a_number(received):
    """A choice is decided by the id of its option, a number by the number."""
    received.add("a.docx", COUNTED | {"2.1:nein": "x", "1.2.6": "monatlich"}, "lang")
    received.line("entscheidungen", "a.docx", "2.1", "1", "nein", "Rückfrage", "MK")
    received.line("entscheidungen", "a.docx", "1.2.6", "1", "12", "Rückfrage", "MK")
    tables = received.process()
    assert state(tables, "B1", "2.1") == ("answered", "nein")
    assert state(tables, "B1", "1.2.6") == ("answered", "12")
    assert rules(tables) == []
    assert tables["losses"]["action"].tolist() == ["als „nein“ gezählt", "als „12“ gezählt"]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (
            ("b.docx", "1.1.A04.4", "1", "selected", "weil", "MK"),
            "ein Bogen „b.docx“ wurde nicht gelesen; ähnlich ist „a.docx“, bitte berichtigen.",
        ),
        (
            ("x", "2.1", "1", "ja", "weil", "MK"),
            "ein Bogen „x“ wurde nicht gelesen; bitte die Schreibweise prüfen.",
        ),
        (
            ("a.docx", "1.1.A4.4", "1", "selected", "weil", "MK"),
            "„1.1.A4.4“ gibt es in diesem Bogen nicht; ähnlich ist „1.1.A",
        ),
        (
            ("a.docx", "1.1.A04.4", "2", "selected", "weil", "MK"),
            "„1.1.A04.4“ gibt es in diesem Bogen nicht zum 2. Mal",
        ),
        (("a.docx", "1.1.A04.4", "1", "", "weil", "MK"), "die Spalte „decision“ ist leer"),
        (("a.docx", "1.1.A04.4", "1", "selected", "", "MK"), "die Spalte „reason“ ist leer"),
        (
            ("a.docx", "1.1.A04.4", "1", "ja", "weil", "MK"),
            "erlaubt sind angekreuzt, nicht angekreuzt, unlesbar",
        ),
        (("a.docx", "2.1", "1", "Ja", "weil", "MK"), "erlaubt sind ja, nein, keine Angabe, unlesbar"),
        (("a.docx", "2.4", "1", "selected", "weil", "MK"), "gibt es nur bei Kästchen"),
    ],
)
def test_decision_that_cannot_be_applied(received, cells, problem):
    """A decision on nothing, without a reason, or with an impossible answer stops the build (V17)."""
    received.add("a.docx", COUNTED).line("entscheidungen", *cells)
    (finding,) = found(received.process(), "V17")
    assert problem in finding["message"]
    assert "Zeile 2" in finding["message"]


def test_two_decisions_on_one_answer(received):
    """Two decisions on the same answer contradict each other, even if the second says the same."""
    received.add("a.docx", COUNTED)
    for decision in ("selected", "not_selected"):
        received.line("entscheidungen", "a.docx", "1.1.A04.4", "1", decision, "weil", "MK")
    assert ["schon entschieden" in f["message"] for f in found(received.process(), "V17")] == [True]


def test_contacts(received):
    """The last contact with an alliance counts; unknown alliances, results and dates are reported and do not."""
    received.add("a.docx", COUNTED)
    received.line("kontakte", "B2", "5.7.2019", "keine_kerngruppe").line(
        "kontakte", "B9", "2019-07-01", "keine_kerngruppe"
    )
    received.line("kontakte", "B3", "2019-07-01", "keine Kerngruppe").line(
        "kontakte", "B3", "gestern", "keine_kerngruppe"
    )
    tables = received.process()
    assert tables["cases"]["contact"].tolist() == ["", "keine_kerngruppe", ""]
    assert [(f["rule"], f["raw"]) for f in tables["findings"].to_dict("records")] == [
        ("V01", "B9"), ("V11", "keine Kerngruppe"), ("V11", "gestern"),
    ]  # fmt: skip
    assert (
        "kontakte.csv“, Zeile 3: „B9“ fehlt im Register; bitte die Kennung"
        in found(tables, "V01")[0]["message"]
    )


def test_checksums(received):
    """A form that differs from SHA256SUMS is a hint, one that came in later is not; umlauts do not matter."""
    received.add("Bläuling.docx", COUNTED, alliance="B3").add("b.docx", COUNTED).add(
        "c.docx", COUNTED, alliance="B2"
    )
    sums = raw_hashes(received.root).set_index("file")["sha256"]
    lines = [
        f"{sums['strukturen-2018/forms/Bläuling.docx']} *strukturen-2018/forms/{unicodedata.normalize('NFD', 'Bläuling.docx')}",
        f"{'0' * 64}  strukturen-2018/forms/b.docx",
    ]
    (received.root / "SHA256SUMS").write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert sorted(f["file"] for f in found(received.process(), "V14")) == ["b.docx"]


def test_changed_table_asks_one_question(received):
    """A form without one of its tables gives one finding with all its items, not one a cell."""
    drawn = Drawn(COUNTED, version="kurz")
    drawn.body.remove(drawn.table(5))
    received.add("a.docx", COUNTED)
    (received.forms / "a.docx").write_bytes(drawn.data())
    tables = received.process()
    (finding,) = found(tables, "V08")
    assert finding["message"].startswith("13 Fragen (1.1.D01.4 bis 1.1.D13.4) ohne lesbare Stelle")
    assert state(tables, "B1", "1.1.D01.4") == ("illegible", "")
    assert len(tables["losses"].query("rule == 'V08'")) == 13


def test_table_that_no_form_has_asks_nobody(received):
    """A table that three forms of three lack was not printed: one finding, nobody is asked, all is accounted for."""
    for file, alliance in (("a.docx", "B1"), ("b.docx", "B2"), ("c.docx", "B3")):
        drawn = Drawn(COUNTED | {"K.3": file}, version="kurz")  # no two files are the same
        drawn.body.remove(drawn.table(5))
        received.add(file, COUNTED, alliance=alliance)
        (received.forms / file).write_bytes(drawn.data())
    tables = received.process()
    assert rules(tables) == ["V33"]
    assert found(tables, "V33")[0]["message"].startswith("13 Fragen, 1.1.D01.4 (")
    assert questions(tables["findings"], ALLIANCES).empty
    assert state(tables, "B2", "1.1.D01.4") == ("not_asked", "")
    assert tables["losses"][["unit", "action", "rule"]].values.tolist() == [
        ["item", "als nicht gefragt behandelt", "V33"]
    ]
    assert tables["cases"]["status"].tolist() == ["full"] * 3


def test_questions_are_ordered_by_alliance(received):
    """Each question names its alliance; findings without a question are not sent."""
    received.add("b.docx", {"1.1.A03.4": "x"}, alliance="B2").add("a.docx", COUNTED | {"1.1.A14.1": "Chor"})
    asked = questions(received.process()["findings"], ALLIANCES)
    assert asked[["alliance", "rule"]].values.tolist() == [["Kreis Borretsch", "V15"]]


def test_errors_are_told_together():
    """All errors stand in one message; findings do not stop anything."""
    findings = pd.DataFrame(
        [("error", "V01", "t1", "m1"), ("finding", "V06", "t2", "m2"), ("error", "V17", "t3", "m3")],
        columns=["severity", "rule", "title", "message"],
    )
    with pytest.raises(ValidationError, match=r"(?s)V01 t1: m1.*V17 t3: m3") as caught:
        raise_errors(findings)
    assert "V06" not in str(caught.value)
    raise_errors(findings[1:2])
