"""Which names are searched, and in which disguises they are found."""

import unicodedata

import pandas as pd
import pytest

from gkanalysis.codebook.policy import NameRules, Policy
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.data import Data
from gkanalysis.disclosure.matching import Index, Name
from gkanalysis.disclosure.names import collect_names, person_names
from gkanalysis.disclosure.received import read_names

PLACE = Name("Neuntöterstadt", "Ort", "Register")


def names_of(index):
    return {n.text for found in index.by_first.values() for _, n in found}


@pytest.mark.parametrize(
    "text",
    [
        "in Neuntöterstadt.", "NEUNTÖTERSTADT", "neuntoeterstadt@example.org", "Neuntöterstadts Rat", "„Neuntöterstadt“",
        "Neun\u00adtöter\u00adstadt", "Neuntöter-\n  stadt", "Neuntöter\u00ad\nstadt", "Neun\u200btöterstadt", "Neuntöter\u2010\nstadt",
        "Neuntöter\nstadt", unicodedata.normalize("NFD", "Neuntöterstadt"), "die Neuntöterstadt-Runde", "Neuntöter\ufeffstadt",
    ],
)  # fmt: skip
def test_name_is_found_in_every_disguise(text):
    """Case, composition, invisible signs, hyphenation, genitive, quotation marks, compounds with a hyphen."""
    assert [h.name for h in Index.of([PLACE]).find(text)] == [PLACE]


@pytest.mark.parametrize(
    "text",
    [
        "Neuntöterstädter Modell", "Neuntöterstädterinnen", "neuntöterstädtisch", "Neuntöterstadtrat", "Neuntöter-Städter", "NEUNTOTERSTADT",
        "N e u n t ö t e r s t a d t", "Nеuntöterstadt", "Neuntoterstaedter",
    ],
)  # fmt: skip
def test_what_is_made_from_a_place_leads_to_it(text):
    """Derivations and compounds, in one word, with a hyphen, spaced out, without accents, with a Cyrillic letter."""
    assert [h.name for h in Index.of([PLACE]).find(text)] == [PLACE]


def test_places_in_en_lose_it():
    """Auen: Auer; other words that begin so are no derivations."""
    index = Index.of([Name("Finkenhausen", "Ort", "Register"), Name("Muster", "Person", "Bogen")])
    assert index.find("das Finkenhauser Modell")
    assert index.find("finkenhausisch")
    assert not index.find("Finkenhaus und Mustermann")


@pytest.mark.parametrize(
    ("said", "printed"),
    [
        ("Frau Çelik kam", "CELIK"), ("Herr Şahin", "Sahin"), ("Herrn Yılmaz", "YILMAZ"), ("Frau YILMAZ", "Yılmaz"), ("Frau Đorđević", "Dordevic"),
        ("Frau Łukasz-Šimić", "lukasz-simic"), ("Frau von der Linden", "Linden"), ("Herr al-Hassan", "Al-Hassan"), ("Frau Öztürk", "Ozturk"),
        ("Herr Nguyễn", "Nguyen"), ("Frau Müller", "Mueller"), ("Frau Eva von der Linden", "Eva von der Linden"), ("Frau El Khoury", "EL KHOURY"),
    ],
)  # fmt: skip
def test_names_of_all_languages_are_searched(said, printed):
    """Whatever their first letter, accents and particles, and however the report writes them."""
    index = sought(documents=[("g01", "g01", said + " dazu.")])
    assert [h.name.kind for h in index.find(f"Dank an {printed}.")][:1] == ["Person"]


@pytest.mark.parametrize("text", ["Alt Neuntöter Stadt", "Neuntöter", "neun Töter", "Altneuntöter"])
def test_part_of_a_name_is_no_name(text):
    """Only what begins with the whole name leads to it."""
    assert Index.of([PLACE]).find(text) == []


def test_name_of_several_words_needs_all_of_them():
    """No-break spaces and line ends part words like spaces; ligatures are letters."""
    index = Index.of([Name("Kreis Sumpffließ", "Ort", "Register")])
    assert index.find("im Kreis\u00a0Sump\ufb00ließ")
    assert index.find("im Kreis\n Sumpffließ")
    assert not index.find("im Kreis und im Sumpffließ")


def test_hyphenated_name_is_found_as_one_word():
    """Dompfaff-Stadt, Dompfaffstadt and Dompfaff Stadt."""
    index = Index.of([Name("Dompfaff-Stadt", "Ort", "Bogen")])
    assert all(index.find(t) for t in ("Dompfaff-Stadt", "Dompfaffstadt", "Dompfaff Stadt"))


def test_id_within_a_longer_id_is_none():
    """B01 is an alliance, 1.1.B01.4 an item of the form; g01-007 is a segment of interview g01."""
    index = Index.of([Name("B01", "Kennung", "Register"), Name("g01", "Kennung", "Gespräche")])
    assert not index.find("herkunft.html#z-uebersicht-10_1.1.B01.4_kreis")
    assert index.find("Fall B01,")
    assert index.find("Segment g01-007")


def test_persons_are_found_after_their_title():
    """Frau, Herr with titles and first names; words that only follow in a sentence are none."""
    assert person_names("Das sagt Frau Dr. Eva Muster-Beispiel, nicht Herrn Probe.") == [
        "Eva Muster-Beispiel", "Muster-Beispiel", "Probe",
    ]  # fmt: skip
    assert person_names("Frau L., Durchwahl 222") == person_names("eine Frau aus dem Amt") == []


def test_offices_and_places_of_transcripts_are_names():
    """Offices with all that „und“ joins; places after in, aus, nach, Stadt; also from a segment without its transcript."""
    texts = [
        ("g01", "g01", "Im Amt für Ankommen und Teilhabe sitzt die Kollegin aus Libellenau. Nach Auwald fährt ein Bus."),
        ("g02", "g02", None), ("g02", "", "Frau Silbermond von der Fachstelle für Vielfalt war in der Stadt Hummelbrück."),
        ("", "", "Herr Notiz hat angerufen."),
    ]  # fmt: skip
    index = sought(documents=texts)
    assert names_of(index) >= {
        "Amt für Ankommen und Teilhabe", "Libellenau", "Auwald", "Silbermond", "Fachstelle für Vielfalt", "Hummelbrück", "Notiz",
    }  # fmt: skip
    assert index.find("der Leiter des Amtes für Ankommen und Teilhabe")
    assert not names_of(index) & {"Kollegin", "Bus"}


def test_common_nouns_of_transcripts_are_no_places():
    """With an article or in lower case elsewhere, declared, or said by as many as the threshold asks for."""
    texts = [
        ("g01", "g01", "In Arbeit sind wir, die Arbeit ist getan. In Ruhe, im großen Saal. In Saal drei. Aus Haus und Hof. In Land und Stadt."),
        ("g02", "g02", "Es gibt viele laute Höfe, und Hof heißt hof. Aus Guinea kam er, in Alter und Würde."),
        ("g03", "g03", "Aus Guinea. In Haus Nummer eins, das kleine Haus."), ("g04", "g04", "Nach Guinea ging er."),
    ]  # fmt: skip
    rules = NameRules(nouns=("Ruhe", "Land"))
    assert names_of(sought(documents=texts, rules=rules)) == {"g01", "g02", "g03", "g04", "Alter"}


def sought(rows=(), register=(), documents=(), lists=(), rules=None, labels=()):
    """Names from small tables: rows are (case, content, value)."""
    forms = pd.DataFrame([(c, "K.9", k, v) for c, k, v in rows], columns=["case_id", "item_id", "content", "value"])
    tables = {
        "buendnisse": pd.DataFrame({"name": list(register), "alliance_id": [f"B0{k}" for k in range(len(register))]})
    }
    talks = pd.DataFrame(documents, columns=["document_id", "name", "text"])
    policy = Policy(3, {}, {}, (), (), (), rules or NameRules(generic=("Kreis", "Leitung")))
    return collect_names(tables, {"w": forms}, {"g": talks}, lists, labels, policy)


def test_names_come_from_register_forms_transcripts_and_lists():
    """Places with and without Kreis, persons, offices, contacts, documents, declared names."""
    found = sought(
        [("c1", "person", "Eva Muster, Leitung"), ("c1", "contact", "eva@amt-probe.example"), ("c1", "office", "Haus am Ring 7")],
        ["Kreis Sonnentau"], [("g01", "Gespräch 1", "Da war Frau Silbermond dabei.")],
        [pd.DataFrame({"name": ["Fluchtpunkt West"], "note": ["Anruf von Herrn Kessel"]})],
    )  # fmt: skip
    assert names_of(found) >= {
        "Kreis Sonnentau", "Sonnentau", "Eva Muster", "Muster", "amt-probe", "Haus am Ring 7", "g01", "Silbermond",
        "Fluchtpunkt West", "Kessel", "B00",
    }  # fmt: skip


def test_what_many_wrote_leads_to_none_of_them():
    """From the threshold on a name of an office or committee says nothing about a single alliance."""
    rows = [(f"c{k}", "office", "Stabsstelle Vielfalt") for k in range(3)] + [("c1", "office", "Stabsstelle Weitblick")]
    assert names_of(sought(rows)) == {"Stabsstelle Weitblick"}


def test_words_of_the_codebook_are_no_names():
    """The form's own words are public."""
    found = sought([("c1", "name", "Jugendamt und Jobcenter")], labels=["Jugendamt", "Jobcenter", "und"])
    assert names_of(found) == set()


def test_common_word_counts_as_place_only_with_a_sign_of_one():
    """Whoever eats does not name the town."""
    rules = NameRules(common_words={"Essen": "auch eine Mahlzeit"}, public={"Ruhr": "Landschaft"})
    index = sought(register=["Essen", "Ruhr"], rules=rules)
    assert index.find("in Essen")
    assert index.find("Stadt Essen")
    assert not index.find("Es gab Essen an der Ruhr")


def test_lists_in_the_encoding_of_windows_are_searched(tmp_path):
    """Excel writes CSV so; a name with an umlaut is a name there, too."""
    paths = ProjectPaths(tmp_path, *(tmp_path / n for n in ("raw", "interim", "processed", "build", "reports")))
    paths.codebooks.mkdir(parents=True)
    (paths.codebooks / "disclosure.yml").write_text("threshold: 2\nattributes: {}\nsources: {}\n")
    (paths.data / "notizen").mkdir(parents=True)
    (paths.data / "notizen/liste.csv").write_bytes("datum;notiz\n1;Anruf von Herrn Müßig\n".encode("cp1252"))
    assert "Müßig" in names_of(read_names(Data(paths)))


def test_free_text_must_not_appear_verbatim():
    """Whole lines of free text are searched; short answers are no quotations."""
    index = sought([("c1", "free", "Wir treffen uns immer bei Kaffee und Kuchen\nja")])
    assert index.find("„Wir treffen uns immer bei Kaffee und Kuchen“, heißt es.")
    assert not index.find("ja, wir treffen uns")
