"""From projects to the tables of the analysis: what came in is in a table or in the losses, with its GUID."""

from dataclasses import replace

import pytest

from gkanalysis.core.findings import RULES
from gkanalysis.settle.interviews import document_id
from interviewfolder import BOOK, CLIMATE, LEAD, NEW, OPEN, SECOND, TEXT, Drawn, Folder, guid, spreadsheet
from received import found, rules

START, KLIMA, BILANZ = ("Das Bündnis > Neugründung", "Leitfaden > Politisches Klima", "Leitfaden > Zwischenbilanz")
DATED = ["projekt.qdpx", "g01", "", "2019-07-04"]


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "raw")


@pytest.fixture
def drawn():
    """One interview with one coding of the lead coder."""
    return coded()


def coded(name="g01", alliance="B1", code=KLIMA, **more):
    project = Drawn()
    project.coding(project.document(name, alliance, **more), START if name == "g01" else code)
    return project


def rows(table, *columns):
    return [tuple(row) for row in table[list(columns)].itertuples(index=False)]


def lost(tables, unit):
    """(GUID, rule, reason) of the losses of one unit."""
    return rows(tables["losses"].query("unit == @unit"), "item_id", "rule", "reason")


def test_plain_interview_has_no_findings(folder, drawn):
    """A coded document of a known alliance gives one row in each table and nothing to report."""
    tables = folder.add(drawn).list(DATED).process()
    assert rules(tables) == []
    assert tables["losses"].empty
    assert rows(tables["documents"], "document_id", "name", "case_id", "kind", "characters", "text", "date") == [
        ("g01", "g01", "B1", "text", len(TEXT), TEXT, "2019-07-04")
    ]  # fmt: skip
    assert rows(tables["segments"], "segment_id", "start", "end", "text", "place") == [
        ("g01-001", *NEW, "Wir haben neu angefangen.", "Zeichen 1 bis 25")
    ]
    assert rows(tables["codings"], "coding_id", "segment_id", "code_id", "coder", "start", "end", "created") == [
        (guid(5, 1), "g01-001", "aufbau.neugruendung", LEAD, *NEW, "2019-08-01T10:00:00Z")
    ]  # fmt: skip
    case = ("B1", "kreisfreie_stadt", "interviewed", "2019-07-04")
    assert rows(tables["cases"], "case_id", "type", "status", "date") == [case]
    assert tables["codes"]["code_id"].tolist() == list(BOOK.codes)


def test_segments_are_numbered_in_reading_order(folder, drawn):
    """By place in the text; selections of one stretch are one segment, uncoded ones stay, whole documents have none."""
    source = drawn.sources[0].guid
    drawn.coding(source, BILANZ, OPEN)
    drawn.coding(source, KLIMA, NEW, coder=SECOND)
    drawn.segment(source, CLIMATE)
    drawn.coding(source, BILANZ, None)
    tables = folder.add(drawn).process()
    assert rows(tables["segments"], "segment_id", "start", "guid") == [
        ("g01-001", 0, f"{guid(4, 1)} {guid(4, 3)}"), ("g01-002", 26, guid(4, 4)), ("g01-003", 45, guid(4, 2)),
    ]  # fmt: skip
    assert rows(tables["codings"], "segment_id", "code_id", "coder", "start") == [
        ("", "leitfaden.bilanz", LEAD, -1), ("g01-001", "leitfaden.klima", SECOND, 0),
        ("g01-001", "aufbau.neugruendung", LEAD, 0), ("g01-003", "leitfaden.bilanz", LEAD, 45),
    ]  # fmt: skip


def test_ids_are_short_and_different(folder, drawn):
    """Names become ids fit for links, a name that stands twice gets a number; 1,001 segments have four digits."""
    assert document_id("Gespräch Nr. 1.docx") == "gespraech-nr-1"
    second = drawn.document("G01", "B2", text="x" * 2000)
    for start in range(1001):
        drawn.coding(second, KLIMA, (start, start + 1))
    tables = folder.add(drawn).process()
    assert tables["documents"]["document_id"].tolist() == ["g01", "g01-2"]
    assert tables["segments"]["segment_id"].tolist()[1:] == [f"g01-2-{k:04}" for k in range(1, 1002)]


@pytest.mark.parametrize(
    ("alliance", "listed", "rule", "raw", "says"),
    [
        (None, [], "V20", "", "Dokument „g02“: kein Bündnis genannt; bitte im Projekt bei genau einem Fall"),
        ("B2", ["projekt.qdpx", "g02", "B3", ""], "V20", "B2 | B3", "mehrere Bündnisse genannt (B2, B3)"),
        ("B99", [], "V01", "B99", "„B99“ fehlt im Register; bitte im Projekt (Variable"),
        ("Kreis Borretsch", [], "V35", "Kreis Borretsch", "Dokument „g02“: „Kreis Borretsch“ ist nach dem Namen als B2 gelesen"),
        ("B1", [], "V21", "", "„g01“ in „projekt.qdpx“, „g02“ in „zweites.qdpx“"),
        ("B2", ["zweites.qdpx", "g02", "", "gestern"], "V16", "gestern", "Zeile 2: „gestern“ ist kein Datum"),
        ("B2", ["zweites.qdpx", "g07", "B2", ""], "V27", "g07", "ein Dokument „g07“ in „zweites.qdpx“ gibt es nicht"),
    ],
)  # fmt: skip
def test_whose_interview_it_is(folder, drawn, alliance, listed, rule, raw, says):
    """One alliance a document and one document an alliance, by the case or the list; what else is said stops."""
    listed = [["zweites.qdpx", *listed[1:]]] if listed else []
    tables = folder.add(drawn).add(coded("g02", alliance), "zweites.qdpx").list(*listed).process()
    (finding,) = (f for f in tables["findings"].to_dict("records") if f["rule"] != "V31")
    assert (finding["rule"], finding["raw"], says in finding["message"]) == (rule, raw, True)
    assert finding["severity"] == RULES[rule][0]


def test_list_gives_the_alliance_of_a_document_without_a_case(folder, drawn):
    """As it is with MAXQDA's spreadsheet; a German date is read; a document that is listed twice stops."""
    drawn.coding(drawn.document("g02", alliance=None), KLIMA)
    lines = [DATED, ["projekt.qdpx", "g02", "B3", "5.7.2019"]]
    tables = folder.add(drawn).list(*lines).process()
    assert rules(tables) == []
    assert rows(tables["cases"], "case_id", "date") == [("B1", "2019-07-04"), ("B3", "2019-07-05")]
    (finding,) = found(folder.list(*lines, DATED).process(), "V16")
    assert "„g01“ steht schon in Zeile 2; bitte eine Zeile löschen." in finding["message"]


def test_values_of_a_document_count_as_those_of_its_case(folder):
    """MAXQDA writes variables to documents, not to cases."""
    drawn = coded(alliance=None)
    drawn.sources[0] = replace(drawn.sources[0], values={"buendnis": "B3", "tag": "2019-07-09"})
    drawn.variables |= {"buendnis", "tag"}
    tables = folder.add(drawn).process(BOOK.model_copy(update={"date_variable": "tag"}))
    assert (rules(tables), rows(tables["cases"], "case_id", "date")) == ([], [("B3", "2019-07-09")])


def test_type_of_the_project_must_be_that_of_the_register(folder):
    """The register counts; another word in the project is a finding (V05)."""
    drawn = coded(typ="kreis")
    drawn.coding(drawn.document("g02", "B2", typ="kreis"), KLIMA)
    tables = folder.add(drawn).process(BOOK.model_copy(update={"type_variable": "typ"}))
    assert [(f["case_id"], f["raw"]) for f in found(tables, "V05")] == [("B1", "kreis")]
    assert tables["cases"]["type"].tolist() == ["kreisfreie_stadt", "kreis"]


@pytest.mark.parametrize(
    ("day", "listed", "date", "told"),
    [
        ("2019-07-03", "", "2019-07-03", ["V24"]), ("2019-07-04", "", "2019-07-04", []),
        ("2019-08-15", "", "2019-08-15", []), ("2019-08-16", "", "2019-08-16", ["V24"]),
        ("Juli", "", "", ["V11", "V31"]), ("2019-07-09", "2019-07-10", "2019-07-10", ["V11"]),
    ],
)  # fmt: skip
def test_day_of_an_interview(folder, day, listed, date, told):
    """First and last day belong to the period; nothing is guessed, and what nobody wrote down is said once."""
    folder.add(coded(Tag=day)).list(["projekt.qdpx", "g01", "", listed])
    tables = folder.process(BOOK.model_copy(update={"date_variable": "tag"}))
    assert (tables["documents"]["date"].tolist(), rules(tables)) == ([date], told)


def test_codes_are_matched_by_path_not_guid(folder, drawn):
    """Two files with other GUIDs for the same code count as one, composed or not; another description is a hint."""
    other = Drawn()
    other.code(KLIMA, description="Alles Neue.")
    other.code(BILANZ, description=f" {BOOK.codes['leitfaden.bilanz'].definition}\n")
    other.coding(other.document("g02", "B2"), "Das Bu\u0308ndnis > Neugru\u0308ndung")
    tables = folder.add(drawn).add(other, "zweites.qdpx", without={START}).process()
    assert tables["codings"]["code_id"].tolist() == ["aufbau.neugruendung"] * 2
    guids = tables["codes"].set_index("code_id").loc["aufbau.neugruendung", "guid"]
    assert guids == f"{guid(2, 2)} {guid(2, 5)}"
    assert [f["raw"] for f in found(tables, "V30")] == [KLIMA]


@pytest.mark.parametrize(
    ("path", "advice"),
    [
        ("Das Bündnis > Neugründungen", "ähnlich ist „Das Bündnis > Neugründung“"),
        ("Wetter", "bitte im Codebuch ergänzen"),
        (
            "Leitfaden > Neugründung",
            "ähnlich ist „Das Bündnis > Neugründung“",
        ),  # was moved: its name is looked at first
        ("Das Bündnis", "im Codebuch ist das eine Gruppe, kein Code"),
    ],
)
def test_unknown_code(folder, drawn, path, advice):
    """One finding a code (V22); the code and each of its codings are losses with their GUIDs, the segment stays."""
    numbers = [drawn.coding(drawn.sources[0].guid, path, place) for place in (CLIMATE, OPEN)]
    tables = folder.add(drawn).process()
    (finding,) = found(tables, "V22")
    assert f"„{path}“ mit 2 Codierungen steht nicht im Codebuch ({advice})" in finding["message"]
    assert [(i, r) for i, r, _ in lost(tables, "coding")] == [(n, "V22") for n in numbers]
    assert [i for i, *_ in lost(tables, "code")] == [finding["item_id"]]
    assert len(tables["segments"]) == 3


def test_code_that_no_project_has(folder, drawn):
    """It was merged or renamed there, and would count as never given: one finding. A list of segments names given codes only."""
    (finding,) = (
        folder.add(drawn, without={KLIMA, BILANZ}).process()["findings"].query("rule == 'V22'").to_dict("records")
    )
    assert finding["message"].startswith(f"Im Codebuch und in keinem Projekt: „{KLIMA}“ und „{BILANZ}“. Wenn")


@pytest.mark.parametrize("name", [None, " "])
def test_unknown_coder(folder, drawn, name):
    """A coding of nobody, or of somebody without a name, is set aside with its GUID and one finding (V23)."""
    numbers = [drawn.coding(drawn.sources[0].guid, KLIMA, place, coder=name) for place in (CLIMATE, OPEN)]
    tables = folder.add(drawn).process()
    (finding,) = found(tables, "V23")
    assert "von 2 Codierungen ist unbekannt, wer sie vergeben hat" in finding["message"]
    assert [(i, r) for i, r, _ in lost(tables, "coding")] == [(n, "V23") for n in numbers]
    assert tables["codings"]["coder"].tolist() == [LEAD]


def test_lead_coder(folder, drawn):
    """A document that the lead coder left out would count as one that says nothing; none at all stops the build."""
    drawn.coding(drawn.document("g02", "B2"), KLIMA, coder=SECOND)
    tables = folder.add(drawn).process()
    assert [(f["case_id"], f["item_id"]) for f in found(tables, "V26")] == [("B2", guid(3, 2))]
    anna = Drawn()
    for name in ("g03", "g04"):
        anna.coding(anna.document(name, "B3"), KLIMA, coder="Anna")
    told = found(folder.add(anna, "zweites.qdpx").process(), "V26")
    assert [f["file"] for f in told] == ["zweites.qdpx", "projekt.qdpx"]  # a name that was changed is told once
    assert "codiert hat dort „Anna“. Ist eine dieser Personen gemeint, bitte „lead_coder“" in told[0]["message"]
    (folder.folder / "zweites.qdpx").unlink()
    (finding,) = found(folder.process(BOOK.model_copy(update={"lead_coder": "Jemand"})), "V25")
    assert f"codiert haben: „{LEAD}“, „{SECOND}“" in finding["message"]


@pytest.mark.parametrize("written", ["kodierung a", "Kodierung  A", "Kodierung\xa0A", "KODIERUNG A"])
def test_name_of_a_coder_written_otherwise(folder, drawn, written):
    """Nobody is merged silently: case and blanks make another person, whose likely name is told (V23)."""
    drawn.coding(drawn.sources[0].guid, KLIMA, CLIMATE, coder=written)
    drawn.coding(drawn.sources[0].guid, KLIMA, OPEN, coder=SECOND)
    tables = folder.add(drawn).process()
    (finding,) = found(tables, "V23")
    assert f"eine Codierung ist von „{written}“ (gemeint ist wohl „{LEAD}“)" in finding["message"]
    assert set(tables["codings"]["coder"]) == {LEAD, written, SECOND}


def test_same_coding_twice(folder, drawn):
    """Same stretch, code and person count once; another person's coding is none of these (V29)."""
    source = drawn.sources[0].guid
    twice = drawn.coding(source, START)
    drawn.coding(source, START, coder=SECOND)
    tables = folder.add(drawn).process()
    assert lost(tables, "coding") == [(twice, "V29", f"dieselbe Codierung wie {guid(5, 1)}")]
    assert (len(tables["codings"]), len(found(tables, "V29"))) == (2, 1)


def test_memos_keep_their_targets(folder, drawn):
    """The target of a memo is the id that it has in the tables; one that leads nowhere is said so."""
    source, coding = drawn.sources[0].guid, drawn.codings[0].guid
    targets = ["", source, coding, drawn.selections[0].guid, drawn.codes[1].guid, guid(8, 1)]
    numbers = [drawn.memo(target, f"zu {k}") for k, target in enumerate(targets)]
    lonely = drawn.memo(drawn.codes[0].guid, "zur Gruppe", SECOND)
    tables = folder.add(drawn).process()
    memos = tables["memos"].set_index("memo_id")
    ids = ["", "g01", coding, "g01-001", "aufbau.neugruendung", guid(8, 1)]
    assert memos.loc[numbers, "target_id"].tolist() == ids
    assert tuple(memos.loc[lonely, ["target_id", "author", "text"]]) == ("", SECOND, "zur Gruppe")
    assert [i for i, *_ in lost(tables, "memo")] == [lonely]


def test_document_without_text_keeps_the_words_of_its_segments(folder):
    """Where no text is stored, the words that the program wrote beside the place are all there is."""
    drawn = Drawn()
    source = drawn.document(text=None)
    drawn.again(source, drawn.segment(source, (-1, -1), name="Wir haben neu angefangen."), KLIMA)
    tables = folder.add(drawn).process()
    assert rows(tables["segments"], "start", "text") == [(-1, "Wir haben neu angefangen.")]
    assert tables["documents"][["text", "characters"]].isna().all(axis=None)


def test_one_guid_for_things_of_two_kinds(folder, drawn):
    """A code and a document with the same GUID are still a code and a document."""
    tables = folder.add(drawn).spoil(drawn.codes[1].guid, drawn.sources[0].guid).process()
    assert rows(tables["codings"], "document_id", "code_id") == [("g01", "aufbau.neugruendung")]


def test_spreadsheet_of_coded_segments(folder):
    """Without text and places the segments stand in the order of their paragraphs, with the words of the sheet."""
    cells = [
        ("g10", KLIMA, "12", "12", "Später.", LEAD, "Merken"), ("g10", BILANZ, "9", "9", "Früher.", LEAD),
        ("g10", START, "9", "9", "Früher.", SECOND),
    ]  # fmt: skip
    (folder.folder / "segmente.xlsx").write_bytes(spreadsheet(*cells, says="SYNTHETISCH"))
    tables = folder.list(["segmente.xlsx", "g10", "B3", "2019-08-15"]).process()
    assert rules(tables) == []
    assert rows(tables["segments"], "segment_id", "case_id", "start", "text", "place") == [
        ("g10-001", "B3", -1, "Früher.", "Anfang=9 Ende=9"), ("g10-002", "B3", -1, "Später.", "Anfang=12 Ende=12"),
    ]  # fmt: skip
    assert rows(tables["codings"], "segment_id", "code_id", "coder") == [
        ("g10-001", "leitfaden.bilanz", LEAD), ("g10-001", "aufbau.neugruendung", SECOND),
        ("g10-002", "leitfaden.klima", LEAD),
    ]  # fmt: skip
    assert tables["memos"]["target_id"].tolist() == [tables["codings"]["coding_id"].iloc[2]]


def test_every_file_is_accounted_for(folder, drawn):
    """Read, list, left out with a reason, or refused; invented and real ones never mix (V18)."""
    drawn.name = "Reflexionsgespräche"
    folder.add(drawn).list(DATED)
    for name in ("~$segmente.xlsx", "Notiz.txt", "namen.csv", "leer.qdpx"):
        (folder.folder / name).write_text("" if name == "leer.qdpx" else "name\nx\n", encoding="utf-8")
    (folder.folder / "alt").mkdir()
    tables = folder.process()
    assert [f["severity"] for f in found(tables, "V18")] == ["error"]
    assert dict(rows(tables["files"], "file", "status")) == {
        "alt": "left_out", "dokumente.csv": "list", "leer.qdpx": "refused", "Notiz.txt": "left_out",
        "namen.csv": "list", "projekt.qdpx": "read", "~$segmente.xlsx": "left_out",
    }  # fmt: skip
    assert sorted(tables["losses"].query("unit == 'file'")["file"]) == ["Notiz.txt", "alt", "~$segmente.xlsx"]
    assert [f["file"] for f in found(tables, "V34")] == ["Notiz.txt", "alt"]
    assert (folder.n_read, len(folder.refused)) == (1, 1)
    folder.says("synthetic: false")
    assert found(folder.process(), "V18") == []


def test_text_that_a_project_reads_is_no_unread_file(folder):
    """It lies beside the project, where some programs store it."""
    drawn = Drawn()
    drawn.coding(drawn.document(), KLIMA)
    folder.add(drawn).spoil(f"<PlainTextContent>{TEXT}</PlainTextContent>", "")
    folder.spoil('name="g01">\n      ', 'name="g01" plainTextPath="relative:///g01.txt">\n      ')
    (folder.folder / "g01.txt").write_text(TEXT, encoding="utf-8")
    tables = folder.process()
    assert (tables["documents"]["text"].tolist(), found(tables, "V34")) == ([TEXT], [])
    assert tables["losses"].query("unit == 'file'")["file"].tolist() == ["g01.txt"]
