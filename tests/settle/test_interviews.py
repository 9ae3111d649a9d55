"""From projects to the tables of the analysis: what came in is in a table or in the losses, with its GUID."""

from dataclasses import replace

import pytest

from gkanalysis.core.errors import IngestError, ValidationError
from gkanalysis.core.findings import RULES
from gkanalysis.ingest.qda.model import Link, Set
from gkanalysis.settle.interviews import document_id
from gkanalysis.settle.process import raise_errors
from interviewfolder import BOOK, CLIMATE, LEAD, NEW, OPEN, SECOND, TEXT, Drawn, Folder, guid, spreadsheet
from received import found, rules

NEUGRUENDUNG, KLIMA, BILANZ = (
    "Das Bündnis > Neugründung",
    "Leitfaden > Politisches Klima",
    "Leitfaden > Zwischenbilanz",
)
DATED = ["projekt.qdpx", "g01", "", "2019-07-04"]


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "raw")


@pytest.fixture
def drawn():
    """One interview with one coding of the lead coder."""
    project = Drawn()
    project.coding(project.document(), NEUGRUENDUNG)
    return project


def rows(table, *columns):
    return [tuple(row) for row in table[list(columns)].itertuples(index=False)]


def lost(tables, unit):
    """(GUID, rule, reason) of the losses of one unit."""
    losses = tables["losses"]
    return rows(losses[losses["unit"] == unit], "item_id", "rule", "reason")


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
    assert rows(tables["cases"], "case_id", "type", "status", "date") == [
        ("B1", "kreisfreie_stadt", "interviewed", "2019-07-04")
    ]


def test_codes_are_those_of_the_codebook(folder, drawn):
    """Every code of the codebook has a row in its order, with the GUID of the projects that have it."""
    codes = folder.add(drawn).process()["codes"]
    assert codes["code_id"].tolist() == list(BOOK.codes)
    with_guid = codes[codes["guid"] != ""]
    assert rows(with_guid, "code_id", "guid", "group_id", "path") == [
        ("aufbau.neugruendung", guid(2, 2), "aufbau", NEUGRUENDUNG)
    ]


def test_segments_are_numbered_in_reading_order(folder, drawn):
    """By place in the text, whatever their order in the file; selections of one stretch are one segment."""
    source = drawn.sources[0].guid
    drawn.coding(source, BILANZ, OPEN)
    drawn.coding(source, KLIMA, NEW, coder=SECOND)
    drawn.coding(source, KLIMA, CLIMATE)
    tables = folder.add(drawn).process()
    assert rows(tables["segments"], "segment_id", "start", "guid") == [
        ("g01-001", 0, f"{guid(4, 1)} {guid(4, 3)}"),
        ("g01-002", 26, guid(4, 4)),
        ("g01-003", 45, guid(4, 2)),
    ]
    assert rows(tables["codings"], "segment_id", "code_id", "coder") == [
        ("g01-001", "leitfaden.klima", SECOND),
        ("g01-001", "aufbau.neugruendung", LEAD),
        ("g01-002", "leitfaden.klima", LEAD),
        ("g01-003", "leitfaden.bilanz", LEAD),
    ]


def test_segment_without_coding_is_kept(folder, drawn):
    """A marked stretch that nobody coded is a segment."""
    drawn.segment(drawn.sources[0].guid, OPEN)
    tables = folder.add(drawn).process()
    assert tables["segments"]["text"].tolist() == ["Wir haben neu angefangen.", "Vieles blieb offen."]
    assert len(tables["codings"]) == 1


def test_coding_on_a_whole_document_is_kept(folder, drawn):
    """It has no segment and stands first."""
    number = drawn.coding(drawn.sources[0].guid, BILANZ, None)
    tables = folder.add(drawn).process()
    assert rows(tables["codings"].head(1), "coding_id", "segment_id", "start", "end") == [
        (number, "", -1, -1)
    ]
    assert len(tables["segments"]) == 1


def test_ids_are_short_and_different(folder, drawn):
    """Names become ids fit for links; a name that stands twice gets a number."""
    assert document_id("Gespräch Nr. 1.docx") == "gespraech-nr-1"
    second = drawn.document("G01", "B2")
    drawn.coding(second, KLIMA)
    documents = folder.add(drawn).process()["documents"]
    assert documents["document_id"].tolist() == ["g01", "g01-2"]


def test_ids_sort_as_their_numbers(folder):
    """A document of more than 999 segments has four digits."""
    drawn = Drawn()
    source = drawn.document(text="x" * 2000)
    for start in range(1001):
        drawn.coding(source, NEUGRUENDUNG, (start, start + 1))
    segments = folder.add(drawn).process()["segments"]
    assert segments["segment_id"].tolist() == sorted(segments["segment_id"])
    assert segments["segment_id"].iloc[-1] == "g01-1001"


# Documents and alliances


def test_v20_document_without_alliance(folder, drawn):
    """It stops, with what to do."""
    drawn.document("g02", alliance=None)
    tables = folder.add(drawn).process()
    assert [f["raw"] for f in found(tables, "V20")] == [""]
    with pytest.raises(
        ValidationError, match="Dokument „g02“: kein Bündnis genannt; bitte im Projekt bei genau einem"
    ):
        raise_errors(tables["findings"])


def test_v20_document_of_two_alliances(folder, drawn):
    """A list that says something else than the case stops."""
    tables = folder.add(drawn).list(["projekt.qdpx", "g01", "B2", ""]).process()
    assert [f["raw"] for f in found(tables, "V20")] == ["B1 | B2"]


def test_list_gives_the_alliance_of_a_document_without_a_case(folder, drawn):
    """As it is with MAXQDA's spreadsheet; a German date is read."""
    source = drawn.document("g02", alliance=None)
    drawn.coding(source, KLIMA)
    tables = folder.add(drawn).list(DATED, ["projekt.qdpx", "g02", "B3", "5.7.2019"]).process()
    assert rules(tables) == []
    assert rows(tables["cases"], "case_id", "date") == [("B1", "2019-07-04"), ("B3", "2019-07-05")]


def test_v01_unknown_alliance(folder):
    """An alliance that the register lacks stops."""
    drawn = Drawn()
    drawn.coding(drawn.document(alliance="B99"), KLIMA)
    tables = folder.add(drawn).process()
    assert [(f["severity"], f["raw"]) for f in found(tables, "V01")] == [("error", "B99")]


def test_v21_alliance_twice(folder, drawn):
    """Two documents of one alliance stop, also if they stand in two files."""
    other = Drawn()
    other.coding(other.document("g09", "B1"), KLIMA)
    tables = folder.add(drawn).add(other, "zweites.qdpx").process()
    (finding,) = found(tables, "V21")
    assert "„g01“ in „projekt.qdpx“, „g09“ in „zweites.qdpx“" in finding["message"]
    assert finding["severity"] == "error"


def test_v05_type_of_the_project_must_be_that_of_the_register(folder):
    """The register counts; another word in the project is a finding."""
    drawn = Drawn()
    for name, alliance, kind in (("g01", "B1", "kreis"), ("g02", "B2", "kreis")):
        drawn.coding(drawn.document(name, alliance, typ=kind), KLIMA)
    tables = folder.add(drawn).process(replace(BOOK, type_variable="typ"))
    assert [(f["case_id"], f["raw"]) for f in found(tables, "V05")] == [("B1", "kreis")]
    assert tables["cases"]["type"].tolist() == ["kreisfreie_stadt", "kreis"]
    assert lost(tables, "variable") == []


def test_variables_that_nobody_uses_are_losses(folder):
    """Whatever is not named in the codebook is listed with its GUID."""
    drawn = Drawn()
    drawn.coding(drawn.document("g01", "B1", zimmer="3"), KLIMA)
    tables = folder.add(drawn).process()
    assert [(i, r) for i, _, r in lost(tables, "variable")] == [(guid(7, 2), "kein Kapitel verwendet es")]


@pytest.mark.parametrize(
    ("day", "n"), [("2019-07-03", 1), ("2019-07-04", 0), ("2019-08-15", 0), ("2019-08-16", 1)]
)
def test_v24_day_outside_the_period(folder, day, n):
    """First and last day belong to the period; the day may stand in a variable of the case."""
    drawn = Drawn()
    drawn.coding(drawn.document("g01", "B1", tag=day), KLIMA)
    tables = folder.add(drawn).process(replace(BOOK, date_variable="Tag"))
    assert rules(tables) == ["V24"] * n
    assert tables["documents"]["date"].tolist() == [day]


def test_days_that_cannot_be_read_or_contradict(folder, drawn):
    """V11 in a case, V16 in the list; nothing is guessed."""
    second = drawn.document("g02", "B2", tag="Juli")
    third = drawn.document("g03", "B3", tag="2019-07-09")
    for source in (second, third):
        drawn.coding(source, KLIMA)
    folder.add(drawn).list(["projekt.qdpx", "g01", "", "gestern"], ["projekt.qdpx", "g03", "", "2019-07-10"])
    tables = folder.process(replace(BOOK, date_variable="tag"))
    assert [f["raw"] for f in found(tables, "V16")] == ["gestern"]
    assert [f["raw"] for f in found(tables, "V11")] == ["Juli", "2019-07-10 | 2019-07-09"]
    assert tables["documents"]["date"].tolist() == ["", "", "2019-07-10"]


def test_v31_days_that_nobody_wrote_down(folder, drawn):
    """A check that could not be made is said once, as a hint."""
    tables = folder.add(drawn).process()
    assert [(f["severity"], f["raw"]) for f in found(tables, "V31")] == [("hint", "g01")]


def test_list_with_slips(folder, drawn):
    """A document twice stops; a document that does not exist is a finding."""
    twice = ["projekt.qdpx", "g01", "", "2019-07-04"]
    tables = folder.add(drawn).list(DATED, twice, ["anderes.qdpx", "g07", "B2", ""]).process()
    assert [f["message"] for f in found(tables, "V16")] == [
        "„dokumente.csv“, Zeile 3: „g01“ steht schon in Zeile 2; bitte eine Zeile löschen."
    ]
    assert [(f["file"], f["raw"]) for f in found(tables, "V27")] == [("anderes.qdpx", "g07")]


def test_v27_case_without_document(folder, drawn):
    """A case that no document belongs to is a finding and a loss."""
    number = drawn.case("vergessen", [], buendnis="B2")
    tables = folder.add(drawn).process()
    assert [f["item_id"] for f in found(tables, "V27")] == [number]
    assert lost(tables, "case") == [(number, "V27", "ohne Dokument")]


# Codes and coders


def test_codes_are_matched_by_path_not_guid(folder, drawn):
    """Two files with other GUIDs for the same code count as one code."""
    other = Drawn()
    other.code("Leitfaden > Politisches Klima")
    other.coding(other.document("g02", "B2"), NEUGRUENDUNG)
    tables = folder.add(drawn).add(other, "zweites.qdpx").process()
    assert tables["codings"]["code_id"].tolist() == ["aufbau.neugruendung"] * 2
    guids = tables["codes"].set_index("code_id").loc["aufbau.neugruendung", "guid"]
    assert guids == f"{guid(2, 2)} {guid(2, 4)}"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("Das Bündnis > Neugründungen", "ähnlich ist „Das Bündnis > Neugründung“"),
        ("Wetter", "bitte im Codebuch ergänzen"),
        ("Das Bündnis", "im Codebuch ist das eine Gruppe, kein Kode"),
    ],
)
def test_v22_unknown_code(folder, drawn, path, said):
    """One finding a code; the code and each of its codings are losses with their GUIDs, the segment stays."""
    source = drawn.sources[0].guid
    numbers = [drawn.coding(source, path, CLIMATE), drawn.coding(source, path, OPEN)]
    tables = folder.add(drawn).process()
    (finding,) = found(tables, "V22")
    assert f"„{path}“ mit 2 Kodierungen steht nicht im Codebuch ({said})" in finding["message"]
    assert [(i, r) for i, r, _ in lost(tables, "coding")] == [(n, "V22") for n in numbers]
    assert [i for i, *_ in lost(tables, "code")] == [finding["item_id"]]
    assert len(tables["segments"]) == 3


def test_composed_and_decomposed_names_are_the_same(folder):
    """A Mac writes umlauts in two characters."""
    drawn = Drawn()
    drawn.coding(drawn.document(), "Das Bu\u0308ndnis > Neugru\u0308ndung")
    assert folder.add(drawn).process()["codings"]["code_id"].tolist() == ["aufbau.neugruendung"]


def test_v30_other_description(folder):
    """Coders who read another definition coded something else: a hint."""
    drawn = Drawn()
    definition = BOOK.codes["leitfaden.klima"].definition
    drawn.code(KLIMA, description=f" {definition}\n")
    drawn.code(NEUGRUENDUNG, description="Alles Neue.")
    drawn.coding(drawn.document(), KLIMA)
    tables = folder.add(drawn).process()
    assert [f["raw"] for f in found(tables, "V30")] == [NEUGRUENDUNG]


@pytest.mark.parametrize("name", [None, " "])
def test_v23_unknown_coder(folder, drawn, name):
    """A coding of nobody, or of somebody without a name, is set aside with its GUID and one finding."""
    source = drawn.sources[0].guid
    numbers = [drawn.coding(source, KLIMA, place, coder=name) for place in (CLIMATE, OPEN)]
    tables = folder.add(drawn).process()
    (finding,) = found(tables, "V23")
    assert "von 2 Kodierungen ist unbekannt, wer sie vergeben hat" in finding["message"]
    assert [(i, r) for i, r, _ in lost(tables, "coding")] == [(n, "V23") for n in numbers]
    assert tables["codings"]["coder"].tolist() == [LEAD]


def test_v25_lead_coder_nowhere(folder):
    """All counts rest on the lead coder: without any coding of this name the build stops."""
    drawn = Drawn()
    drawn.coding(drawn.document(), KLIMA, coder="Jemand")
    (finding,) = found(folder.add(drawn).process(), "V25")
    assert (finding["severity"], "kodiert haben: „Jemand“" in finding["message"]) == ("error", True)


def test_v26_document_that_the_lead_coder_left_out(folder, drawn):
    """It would count as a case that says nothing."""
    drawn.coding(drawn.document("g02", "B2"), KLIMA, coder=SECOND)
    tables = folder.add(drawn).process()
    assert [(f["case_id"], f["item_id"]) for f in found(tables, "V26")] == [("B2", guid(3, 2))]


def test_v29_same_coding_twice(folder, drawn):
    """Same stretch, code and person count once; another person's coding is none of these."""
    source = drawn.sources[0].guid
    twice = drawn.coding(source, NEUGRUENDUNG)
    drawn.coding(source, NEUGRUENDUNG, coder=SECOND)
    tables = folder.add(drawn).process()
    assert lost(tables, "coding") == [(twice, "V29", f"dieselbe Kodierung wie {guid(5, 1)}")]
    assert len(tables["codings"]) == 2
    assert len(found(tables, "V29")) == 1


# What else a project holds


def test_memos_keep_their_targets(folder, drawn):
    """The target of a memo is the id that it has in the tables; one that leads nowhere is said so."""
    source, coding = drawn.sources[0].guid, drawn.codings[0].guid
    targets = ["", source, coding, drawn.selections[0].guid, drawn.codes[1].guid, guid(8, 1)]
    numbers = [drawn.memo(target, f"zu {k}") for k, target in enumerate(targets)]
    lonely = drawn.memo(drawn.codes[0].guid, "zur Gruppe", SECOND)
    tables = folder.add(drawn).process()
    memos = tables["memos"].set_index("memo_id")
    assert memos.loc[numbers, "target_id"].tolist() == [
        "",
        "g01",
        coding,
        "g01-001",
        "aufbau.neugruendung",
        guid(8, 1),
    ]
    assert tuple(memos.loc[lonely, ["target_id", "author", "text"]]) == ("", SECOND, "zur Gruppe")
    assert [i for i, *_ in lost(tables, "memo")] == [lonely]


def test_values_of_a_document_count_as_those_of_its_case(folder):
    """MAXQDA writes variables to documents, not to cases."""
    drawn = Drawn()
    drawn.coding(drawn.document(alliance=None), KLIMA)
    drawn.sources[0] = replace(drawn.sources[0], values={"buendnis": "B3", "tag": "2019-07-09"})
    drawn.variables |= {"buendnis", "tag"}
    tables = folder.add(drawn).process(replace(BOOK, date_variable="tag"))
    assert rules(tables) == []
    assert rows(tables["cases"], "case_id", "date") == [("B3", "2019-07-09")]


def test_links_and_sets_are_losses(folder, drawn):
    """No chapter uses them; they are listed with their GUIDs."""
    source = drawn.sources[0].guid
    drawn.more = {
        "links": (Link(guid(9, 1), "wie", source, drawn.codings[0].guid),),
        "sets": (Set(guid(10, 1), "Sommer", (source,)),),
    }
    tables = folder.add(drawn).process()
    assert [i for i, *_ in lost(tables, "link") + lost(tables, "set")] == [guid(9, 1), guid(10, 1)]


def test_what_the_reader_could_not_use_is_listed(folder, drawn):
    """A selection beyond the text: the reader's loss with its GUID, and one finding per kind."""
    number = drawn.coding(drawn.sources[0].guid, KLIMA, (60, 64))
    tables = folder.add(drawn).spoil('endPosition="64"', 'endPosition="999"').process()
    assert [f["raw"] for f in found(tables, "V28")] == ["outside_text"]
    assert lost(tables, "outside_text")[0][1] == "V28"
    kept = tables["codings"].set_index("coding_id").loc[number]
    assert (kept["code_id"], kept["start"], kept["end"]) == ("leitfaden.klima", -1, -1)
    place = tables["segments"].set_index("segment_id").loc[kept["segment_id"], "place"]
    assert place == "Stelle nicht gespeichert"


def test_document_without_text_keeps_the_words_of_its_segments(folder):
    """Where no text is stored, the words that the program wrote beside the place are all there is."""
    drawn = Drawn()
    source = drawn.document(text=None)
    drawn.again(source, drawn.segment(source, (-1, -1), name="Wir haben neu angefangen."), KLIMA)
    tables = folder.add(drawn).process()
    assert rows(tables["segments"], "start", "text") == [(-1, "Wir haben neu angefangen.")]
    assert tables["documents"]["text"].isna().tolist() == [True]
    assert tables["documents"]["characters"].isna().tolist() == [True]


def test_one_guid_for_things_of_two_kinds(folder, drawn):
    """A code and a document with the same GUID are still a code and a document."""
    folder.add(drawn).spoil(drawn.codes[1].guid, drawn.sources[0].guid)
    tables = folder.process()
    assert rows(tables["codings"], "document_id", "code_id") == [("g01", "aufbau.neugruendung")]


def test_spreadsheet_of_coded_segments(folder):
    """Without text and places the segments stand in the order of their paragraphs, with the words of the sheet."""
    rows_ = [
        ("g10", KLIMA, "12", "12", "Später.", LEAD, "Merken"),
        ("g10", BILANZ, "9", "9", "Früher.", LEAD),
        ("g10", NEUGRUENDUNG, "9", "9", "Früher.", SECOND),
    ]
    (folder.folder / "segmente.xlsx").write_bytes(spreadsheet(*rows_, says="SYNTHETISCH"))
    tables = folder.list(["segmente.xlsx", "g10", "B3", "2019-08-15"]).process()
    assert rules(tables) == []
    assert rows(tables["segments"], "segment_id", "case_id", "start", "text", "place") == [
        ("g10-001", "B3", -1, "Früher.", "Anfang=9 Ende=9"),
        ("g10-002", "B3", -1, "Später.", "Anfang=12 Ende=12"),
    ]
    assert rows(tables["codings"], "segment_id", "code_id", "coder") == [
        ("g10-001", "leitfaden.bilanz", LEAD),
        ("g10-001", "aufbau.neugruendung", SECOND),
        ("g10-002", "leitfaden.klima", LEAD),
    ]
    assert tables["memos"]["target_id"].tolist() == [tables["codings"]["coding_id"].iloc[2]]


# The folder


def test_v18_invented_and_real_interviews_never_mix(folder, drawn):
    """A project that does not call itself synthetic stops in a folder that does, and the other way round."""
    drawn.name = "Reflexionsgespräche"
    folder.add(drawn)
    assert [f["severity"] for f in found(folder.process(), "V18")] == ["error"]
    folder.says("synthetic: false")
    assert found(folder.process(), "V18") == []


def test_v14_other_checksum(folder, drawn):
    """A project that is not the one of SHA256SUMS is a hint."""
    folder.add(drawn)
    (folder.root / "SHA256SUMS").write_text(f"{'0' * 64}  {BOOK.source}/projekt.qdpx\n", encoding="utf-8")
    assert len(found(folder.process(), "V14")) == 1


def test_every_file_is_accounted_for(folder, drawn):
    """Read, list, left out with a reason, or refused."""
    folder.add(drawn).list(DATED)
    (folder.folder / "~$segmente.xlsx").write_bytes(b"lock")
    (folder.folder / "Notiz.txt").write_text("x", encoding="utf-8")
    (folder.folder / "namen.csv").write_text("name\nErna Beispiel\n", encoding="utf-8")
    (folder.folder / "alt").mkdir()
    (folder.folder / "leer.qdpx").write_bytes(b"")
    tables = folder.process()
    status = dict(zip(tables["files"]["file"], tables["files"]["status"], strict=True))
    assert status == {
        "alt": "left_out", "dokumente.csv": "list", "leer.qdpx": "refused", "Notiz.txt": "left_out",
        "namen.csv": "list", "projekt.qdpx": "read", "~$segmente.xlsx": "left_out",
    }  # fmt: skip
    assert sorted(tables["losses"].query("unit == 'file'")["file"]) == ["Notiz.txt", "alt", "~$segmente.xlsx"]
    assert (folder.n_read, len(folder.refused)) == (1, 1)


def test_folder_without_projects_is_refused(folder):
    """A list alone is no source."""
    with pytest.raises(IngestError, match="liegt keine Datei eines QDA-Programms"):
        folder.list(DATED).process()


def test_all_errors_in_one_pass(folder, drawn):
    """Several things that stop the build stand in one message."""
    drawn.document("g02", alliance=None)
    drawn.coding(drawn.document("g03", "B99"), KLIMA)
    drawn.coding(drawn.document("g04", "B1"), KLIMA)
    with pytest.raises(ValidationError) as raised:
        raise_errors(folder.add(drawn).process()["findings"])
    assert all(f"  {rule} {RULES[rule][1]}: " in str(raised.value) for rule in ("V01", "V20", "V21"))


def test_everything_that_came_in_is_somewhere(folder, drawn):
    """Selections and codings of a messy project = those in the tables + those in the losses, GUID by GUID."""
    source = drawn.sources[0].guid
    for path, place, coder in (
        (KLIMA, CLIMATE, SECOND), (KLIMA, CLIMATE, SECOND), ("Neues", OPEN, LEAD), (BILANZ, None, LEAD),
        (BILANZ, OPEN, None), (BILANZ, (60, 63), LEAD), ("Das Bündnis", NEW, LEAD),
    ):  # fmt: skip
        drawn.coding(source, path, place, coder)
    drawn.segment(source, CLIMATE)
    tables = folder.add(drawn).spoil('endPosition="63"', 'endPosition="999"').process()
    kept = [g for guids in tables["segments"]["guid"] for g in guids.split()]
    aside = [i for i, *_ in lost(tables, "segment")]
    assert sorted(kept + aside) == sorted(s.guid for s in drawn.selections)
    codings = [*tables["codings"]["coding_id"], *(i for i, *_ in lost(tables, "coding"))]
    assert sorted(codings) == sorted(c.guid for c in drawn.codings)
    assert len(tables["codings"]) == 4
