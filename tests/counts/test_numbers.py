"""What an analyst asks and gets: indices, groups, wordings, words that the data must bear; and what every kind must have."""

import re
from dataclasses import dataclass

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import LATER, LIST, TALKS, TOTALS, WAVE, Project
from gkanalysis.core.errors import CodebookError, GkError, NotebookError, VerificationError
from gkanalysis.counts import compare as compared
from gkanalysis.counts import sources
from gkanalysis.counts.compare import compare
from gkanalysis.counts.count import Count
from gkanalysis.counts.forms import Choice, Ticks
from gkanalysis.counts.shown import common_mark, mark_notes
from gkanalysis.counts.sources import source_of
from gkanalysis.counts.words import loose_words, read_scale
from gkanalysis.report.chapter import Chapter, lines
from gkanalysis.stats.intervals import finite_population_interval
from gkanalysis.verify.again import wrong_statistics, wrong_value
from gkanalysis.verify.naive import Naive, recount

ANSWERS = """
case  status   1.1      1.2    1.3   2.H1.2  2.H2.2  2.H3.2
B1    full     ja       Sport  ja    x       -       -
B2    full     ja       Essen  nein  x       x       -
B3    full     geplant  /      ja    x       x       -
B4    full     nein     /      nein  x       -       -
B5    missing  .        .      .     .       .       .
"""


@pytest.fixture
def data(tmp_path):
    """Interviews, two waves and a list of visits."""
    later = ANSWERS.replace("geplant", "ja     ").replace("missing  .  ", "full     ja ")
    project = Project(tmp_path).wave(ANSWERS).wave(later, LATER)
    project.talks(
        "abc|def|abc", "document_id  coder  code_id  start  end\ng3  A  aufbau.neu  0  3\ng3  B  aufbau.alt  0  3"
    )
    project.listing("indicator  value  unit\nplaetze  50  anzahl", TOTALS)
    return project.listing("case_id  form  days  note\n.  treffen  1  .\nB3  treffen  1  Wanderung").data


@pytest.fixture
def wave(data):
    """The first wave."""
    return source_of(WAVE, data)


def plain(text):
    return str(text).replace("\u00a0", " ")


# ---- numbers ----


@pytest.mark.parametrize(
    ("wording", "text"),
    [
        ("count", "2"), ("word", "zwei"), ("word_capital", "Zwei"), ("word_dative", "zwei"), ("of", "2 von 4"),
        ("base", "4"), ("percent", "50 %"), ("n_percent", "2"), ("label", "Ja"),
        ("question", "Besteht ein Konzept?"), ("wave", "2020"),
    ],
)  # fmt: skip
def test_wordings(wave, wording, text):
    """Each wording of a number knows the line that names it."""
    said = getattr(wave["1.1"]["ja"], wording)
    assert plain(said) == text
    assert said.record["kind"] in ("number", "declared", "derived")
    if said.record["kind"] == "number":
        assert said.record["definition"] == 'Choice(source="probe-2020", item="1.1")["ja"]'
    with pytest.raises(AttributeError, match=r"keine Fassung „percnt“.*gemeint ist wohl „percent“"):
        wave["1.1"]["ja"].percnt  # noqa: B018


def test_together(wave):
    """Rows of one table are counted together; those of two are not."""
    core = wave["1.1"]
    both = core["geplant"] + core["nein"]
    assert (both.n, both.base_n, plain(both.label)) == (2, 4, "in Planung oder Nein")
    assert both.definition.endswith('["geplant|nein"]')
    with pytest.raises(NotebookError, match="nur Zeilen derselben Tabelle und Gruppe"):
        core["ja"] + wave["1.3"]["ja"]


@pytest.mark.parametrize(
    ("row", "phrase", "refusal"),
    [
        ("ja", "Nicht alle Bündnisse", ""),
        ("nein", "wenige", ""),
        ("nein", "Die meisten Bündnisse", r"passt nicht zu 1 von 4; möglich ist: nicht alle, nicht üblich"),
        ("ja", "Viele Bündnisse", r"enthält kein Wort der Skala \(woerter.yml\); für 2 von 4 passt: nicht alle"),
        ("ja", "am häufigsten", ""),
        ("nein", "am häufigsten", "der Reihe nach sind es: „Ja“ .2.von.4., „in Planung“ .1.von.4."),
        ("geplant", "am seltensten", "sagt etwas anderes als die Daten"),
    ],
)
def test_words_for_shares_and_ranks(wave, row, phrase, refusal):
    """Words of the author stand if the data bear them; else the sentence says what they would bear."""
    if not refusal:
        assert wave["1.1"][row].said(phrase) == phrase
        return
    with pytest.raises(NotebookError, match=refusal):
        wave["1.1"][row].said(phrase)


def test_words_that_compare(wave):
    """More, fewer, the same as another number: by shares, where both have a base."""
    core, gaps = wave["1.1"], wave["1.3"]
    assert core["ja"].said("häufiger", than=core["nein"]).record["kind"] == "derived"
    assert core["ja"].said("ebenso oft", than=gaps["ja"]) == "ebenso oft"
    with pytest.raises(NotebookError, match=r"\(2 von 4 gegen 1 von 4\); möglich ist: häufiger, öfter"):
        core["ja"].said("seltener", than=core["nein"])
    assert core["ja"].said("nicht alle", gaps["ja"]).record["of"] == [core["ja"].definition, gaps["ja"].definition]
    assert plain(core["ja"].points(core["nein"])) == "+25"
    assert plain(core["ja"].at_least_with(core["ja|nein"])) == "1 von 4"
    with pytest.raises(NotebookError, match="folgt nicht, dass für jemanden beides gilt"):
        core["ja"].at_least_with(core["nein"])
    assert core["nein"].sentence(none="keins", one="ein Bündnis", many="{n} Bündnisse") == "ein Bündnis"


def test_words_for_counts_of_interviews(tmp_path):
    """Interviews have a scale of counts of their own."""
    talks = "document_id  coder  code_id  start  end\ng1  A  aufbau.neu  0  3\ng2  A  aufbau.neu  0  3"
    made = source_of(TALKS, Project(tmp_path).talks("abc|def|ghi", talks).data)
    assert made["aufbau.neu"]["aufbau.neu"].said("Zwei Fälle") == "Zwei Fälle"
    with pytest.raises(NotebookError, match=r"„ein Fall“ passt nicht zu 2 von 3; möglich ist: zwei Fälle"):
        made["aufbau.neu"]["aufbau.neu"].said("ein Fall")


# ---- tables ----


def test_groups_by_the_register_and_by_another_item(wave, data):
    """`by` takes a variable of the register, or the answers to another item; both engines group alike."""
    assert wave["1.1"].by("type")["ja", "kreisfreie_stadt"].definition == (
        'Choice(source="probe-2020", item="1.1").by("type")["ja", "kreisfreie_stadt"]'
    )
    crossed = wave["1.1"].by(wave["1.3"])
    assert crossed.group_labels == {"alle": "insgesamt", "ja": "Ja", "nein": "Nein"}
    boxes = wave["1.1"].by(wave["huerden"].only("2.H2.2"))
    assert {g: boxes["ja", g].of.replace("\u00a0", " ") for g in boxes.group_labels} == {
        "alle": "2 von 4", "selected": "1 von 2", "not_selected": "1 von 2",
    }  # fmt: skip
    for number in (*crossed, *boxes):
        assert recount(data, number.definition) == (number.n, number.base_n) == (number.cell.n, number.cell.base_n)


def test_parts_follow_their_whole_and_what_excludes_comes_last(data):
    """H1 (4 ticks) is declared a part of H3 (none), H2 (2 ticks) excludes the others."""
    book = data.paths.codebooks / "probe.yml"
    text = book.read_text(encoding="utf-8")
    assert text.count("label: Übergang}") == text.count("label: Räume}") == 1
    text = text.replace("label: Übergang}", "label: Übergang, part_of: H3}").replace("Räume}", "Räume, alone: true}")
    book.write_text(text, encoding="utf-8")
    boxes = source_of(WAVE, data)["huerden"]
    assert boxes.ordered().shown_rows == ("2.H3.2", "2.H1.2", "2.H2.2")
    assert boxes.top(1).shown_rows == ("2.H1.2",)  # places go by number alone


def test_order_and_choice_of_rows(wave):
    """Most frequent first, ties as printed; the first places with those equal to the last one; further rows again."""
    boxes = wave["huerden"]
    assert boxes.ordered().shown_rows == ("2.H1.2", "2.H2.2", "2.H3.2")
    assert wave["1.1"].ordered().shown_rows == ("ja", "geplant", "nein")
    assert wave["1.1"].top(2).shown_rows == ("ja", "geplant", "nein")  # both have one
    assert boxes.top(1).also("2.H3.2").shown_rows == ("2.H1.2", "2.H3.2")
    assert boxes.present().shown_rows == ("2.H1.2", "2.H2.2")
    assert plain(boxes.mean) == "1,5"  # six ticks of four cases
    assert "2 von 4" in plain(repr(boxes))
    assert "Übergang" in boxes._repr_html_()


def test_how_tables_show_themselves(wave, data):
    """No heading without rows; the line that made it, as one writes it; who is in no group; frames whole, also as text."""
    boxes = wave["huerden"]._but(headings={"2.H1.2": "A", "2.H2.2": "B", "2.H3.2": "A"})
    assert [line.split("  ")[0] for line in repr(boxes).splitlines()[1:]] == [
        "A", "Übergang", "keine davon", "B", "Räume",
    ]  # fmt: skip
    assert [line.split("  ")[0] for line in repr(boxes.only("2.H2*")).splitlines()[1:]] == ["B", "Räume"]
    assert boxes.only("2.H2.2").also("2.H3.2").shown_rows == ("2.H3.2", "2.H2.2")
    assert wave["2.H1.2"].only("2.H1.2").line == f'gk.source("{WAVE}")["2.H1.2"].only("2.H1.2")'
    later = source_of(LATER, data)
    assert later["1.1"].by(later["1.3"]).notes[-1] == (
        "Bündnisse ohne gültige Angabe zu 1.3 „Lücken bei der Sprache?“ stehen in keiner Gruppe, nur in „insgesamt“."
    )
    assert not any("in keiner Gruppe" in note for note in later["1.1"].by("type").notes)
    assert len(repr(wave.items).splitlines()) == 1 + len(wave.items)
    assert f"; {len(wave.items)} Fragen\n" in repr(wave)
    assert "Besteht ein Konzept? eine Antwort" in repr(wave)
    text = "x" * 200 + "\n<b>"
    assert text.replace("<b>", "&lt;b&gt;") in sources.Shown({"Text": [text, None], "n": [1, 2]})._repr_html_()


def test_few_cases_are_held_back(wave):
    """A number with too few cases behind it, or behind its rest, is a dash; another group follows if the total told."""
    (wave.data.paths.codebooks / "disclosure.yml").write_text("threshold: 2\nattributes: {}\nsources: {}\n")
    shown = wave["1.1"].by("type").among("kreisfreie_stadt", "kreis").shielded()
    assert shown.hidden == {(r, g) for r in ("geplant", "nein") for g in ("kreisfreie_stadt", "kreis")}
    assert [plain(x) for x in repr(shown).split("\n")[1:]] == ["Ja  2 von 2  0 von 2", "in Planung  –  –", "Nein  –  –"]
    assert "weil hinter dem Ja oder dem Nein 1 Bündnis steht oder weil sich das sonst" in " ".join(shown.notes)


@pytest.mark.parametrize(
    ("groups", "held", "lines"),
    [
        ((), {("geplant", "alle"), ("nein", "alle")}, ["Ja  2 von 4", "in Planung  –", "Nein  –"]),
        (("kreis",), {("geplant", "kreis"), ("nein", "kreis")}, ["Ja  0 von 2", "in Planung  –", "Nein  –"]),
    ],
    ids=["all together", "one group"],
)
def test_few_cases_are_held_back_in_a_table_of_one_group(wave, groups, held, lines):
    """There is no other group that could give the dash away; 0 and from the threshold on are printed."""
    (wave.data.paths.codebooks / "disclosure.yml").write_text("threshold: 2\nattributes: {}\nsources: {}\n")
    shown = (wave["1.1"].by("type").among(*groups) if groups else wave["1.1"]).shielded()
    assert shown.hidden == held
    assert [plain(x).rstrip() for x in repr(shown).split("\n")[1:]] == lines


# ---- two waves, one alliance ----


def test_compare(monkeypatch, data):
    """Only what the codebook says to repeat shows a change."""
    monkeypatch.setattr("gkanalysis.counts.compare.project_data", lambda folder: data)
    pair = compare(f"{WAVE}:1.1", f"{LATER}:1.1")
    assert pair.is_same
    assert {r: plain(pair.change[r].of) for r in ("pairs", "first", "second")} == {
        "pairs": "4 von 5", "first": "2 von 4", "second": "3 von 4",
    }  # fmt: skip
    assert plain(pair.difference) == "+25"
    assert "Differenz: +25" in plain(pair._repr_html_())
    box = compare(source_of(LATER, data)["2.H2.2"], f"{WAVE}:2.H2.2")  # by its set, the later one named first
    assert plain(box.change["first"].of) == "2 von 4"
    unlike = compare(f"{WAVE}:1.3", f"{LATER}:1.3")
    assert not unlike.is_same
    assert "Nicht als Veränderung zu lesen" in unlike._repr_html_()
    with pytest.raises(NotebookError, match="Beide fragen nicht dasselbe"):
        unlike.p  # noqa: B018
    assert (later := compare(unlike.second, unlike.first)).reason == unlike.reason
    assert repr(later).endswith("Nicht als Veränderung zu lesen: Im Codebuch steht nicht, dass beide dasselbe fragen.")
    assert plain(repr(pair)).splitlines()[1:3] == ["Welle  Anzahl  Anteil", f"{WAVE}: ja  2 von 4  50,0 %"]
    assert compare(pair.second, pair.first).change.count == pair.change.count  # the later one first


def test_alliance(monkeypatch, data):
    """All that is known of one alliance, by its id or name, in the order of the waves: forms, interviews, lists."""
    monkeypatch.setattr(sources, "project_data", lambda folder: data)
    rows = sources.alliance("B3")
    told = rows[["Welle", "Quelle", "Nummer", "Antwort"]].values.tolist()
    assert told[:3] == [["", LIST, "Zeile 3", x] for x in ("Treffen", "1", "Wanderung")]
    assert told[3:5] == [["2019", TALKS, "aufbau.neu", "Stelle 0"], ["2020", WAVE, "1.1", "Geplant"]]
    assert [r[0] for r in told] == sorted(r[0] for r in told)
    assert rows["Stelle"][4] == "B3.docx, 1.1"
    assert sources.alliance("Kreis Ahorn").equals(rows)


# ---- whoever asks without Python is answered ----

CORE = f'gk.source("{WAVE}")["1.1"]'
MESSAGES = {  # what is asked -> the end of the sentence that answers it
    'core.rows': rf'Eine Tabelle hat nichts namens „rows“; das hat eine Zahl daraus, etwa {CORE}["ja"].rows.',
    'core.of': f'das hat eine Zahl daraus, etwa {CORE}["ja"].of.',
    'core.orderd()': '„orderd“; es gibt by, cases, based_on, … (gemeint ist wohl „ordered“).',
    'core["ja"].by': f'„by“; danach fragt man die ganze Tabelle, etwa {CORE}.by.',
    'wave.by("type")': f'das hat eine Tabelle daraus, etwa gk.source("{WAVE}")["huerden"].by.',
    'wave[2.1]': '[key]: „2.1“ passt nicht zu „key“; erlaubt ist ein Text in Anführungszeichen (gemeint ist wohl "2.1").',
    'wave["1.11"]': f'„1.11“ gibt es in {WAVE} nicht; vorhanden sind huerden, status, … (gemeint ist wohl „1.1“).',
    'core.top("drei")': 'top(places): „drei“ passt nicht zu „places“; erlaubt ist eine ganze Zahl (gemeint ist wohl 3).',
    'core.top()': "top(places): es fehlt places.",
    'core.top(1, 2)': "top(places): das sind zu viele Angaben; erlaubt ist, was in den Klammern steht.",
    'core.said("so", row="ja")': "said(phrase, *rows): „row“ gibt es dabei nicht (gemeint ist wohl „rows“); …",
    'core.by("type").ordered("Anteil")': "Spalte „Anteil“ gibt es in … nicht; vorhanden sind p, p_holm, …",
    'core.only("jaa")': "Zeile „jaa“ gibt es in … nicht; vorhanden sind ja, geplant, nein (gemeint ist wohl „ja“).",
    'core.also("vielleicht")': "Zeile „vielleicht“ gibt es in … nicht; vorhanden sind ja, geplant, nein.",
    'core.among("kreis")': f"Gruppe „kreis“ gibt es in {CORE} nicht; vorhanden sind alle.",
    'core["geplnt"]': f"Zeile „geplnt“ gibt es in {CORE} nicht; vorhanden sind ja, geplant, nein (gemeint ist wohl „geplant“).",
    'core[1]': f"Zeile „1“ gibt es in {CORE} nicht; vorhanden sind ja, geplant, nein.",
    'box["2.H2.3"]': "vorhanden sind 2.H2.2 (gemeint ist wohl „2.H2.2“).",
    'core.by("type")["ja", "kreiss"]': "(gemeint ist wohl „kreis“).",
    'log[next(iter(log._keys()))].based_on("asked")': "haben nur eine Basis; wählen lässt sie sich bei Mehrfachantworten.",
    'source_of("register", data)["type"].cases("full")': "hängen nicht von der Vollständigkeit der Bögen ab.",
    'core.by(type)': "by(variable): „type“ passt nicht zu „variable“; erlaubt ist ein Text in Anführungszeichen, oder eine Tabelle.",
    'wave["1,1"]': f"„1,1“ gibt es in {WAVE} nicht; gemeint ist wohl „1.1“.",
    'core.by("typ")': "Merkmal „typ“ gibt es im Register nicht; … (gemeint ist wohl „type“).",
    'core.by("type").by("type")': "ist schon gegliedert; gegliedert wird nach einem Merkmal auf einmal.",
    'core.by(log["form"].only("treffen"))': "Gegliedert wird nach einem Merkmal des Registers oder nach einer Frage mit Antworten.",
    'source_of(TOTALS, data)["unit"].by("type")': "zählt keine Bündnisse; nach „type“ lässt es sich nicht gliedern.",
    'core.based_on("mentioned")': f"Die Zahlen von {CORE} haben nur eine Basis; wählen lässt sie sich bei Mehrfachantworten.",
    'wave["huerden"].based_on("alle")': "Die Basis „alle“ gibt es für Mehrfachantworten nicht; es gibt asked, answered, mentioned.",
    'wave.returns.cases("full")': "hängen nicht von der Vollständigkeit der Bögen ab.",
    'core.cases("voll")': "Stand eines Bogens „voll“ gibt es nicht; vorhanden sind full, partial, unusable, missing.",
    'core.p("nein")': f'Verglichen werden Gruppen; bitte zuerst gliedern, etwa {CORE}.only("nein").by("type").',
    'core.mean': f"{CORE} hat keinen Mittelwert je Bündnis; den gibt es bei Mehrfachantworten mit einer Basis für alle Zeilen.",
    'core.statistic("ja", "medan")': "Statistik „medan“ gibt es in … nicht; vorhanden sind label, …",
    'core.only("ja").present().only().most': "zeigt keine Zeile; häufigste ist also keine.",
    'log["forms"]': f"„forms“ gibt es in {LIST} nicht; vorhanden sind case_id, form, days, note (gemeint ist wohl „form“).",
    'source_of("proben-2020", data)': f"Quelle „proben-2020“ gibt es nicht; vorhanden sind … register (gemeint ist wohl „{WAVE}“).",
    'source_of("registr", data)': "(gemeint ist wohl „register“).",
    'alliance("B9")': "Bündnis „B9“ gibt es im Register nicht; vorhanden sind B1, B2, B3, B4, B5.",
    'compare(core, core)': f"Beide Male ist „{WAVE}:1.1“ gemeint; verglichen wird mit der Frage einer anderen Welle.",
    f'compare("1.1", "{LATER}:1.1")': "„1.1“ ist keine Frage einer Welle; bitte als „Quelle:Nummer“ schreiben, … oder als Tabelle, …",
    'compare(wave["huerden"], core)': f'„gk.source("{WAVE}")["huerden"]“ ist keine Frage einer Welle; …',
    'compare(core, core).q': "Beide Male ist …",
}  # fmt: skip


@pytest.mark.parametrize("question", MESSAGES)
def test_questions_that_cannot_be_answered(monkeypatch, data, question):
    """One sentence says what there is, and what is probably meant; JupyterLab shows it without the way through our code."""
    for module in (sources, compared):
        monkeypatch.setattr(module, "project_data", lambda folder: data)
    wave, log = source_of(WAVE, data), source_of(LIST, data)
    names = {"wave": wave, "log": log, "core": wave["1.1"], "box": wave["2.H2.2"], "data": data, "TOTALS": TOTALS}
    with pytest.raises(GkError) as error:
        eval(question, {**names, "source_of": source_of, "alliance": sources.alliance, "compare": compare})
    told = plain(error.value)
    assert re.search(".*".join(map(re.escape, MESSAGES[question].split("…"))) + "$", told), told
    assert error.value._render_traceback_() == [str(error.value)]


# ---- every kind ----


def test_what_a_kind_must_have(data):
    """A kind that does not say what it gives away cannot be made; one that nobody counts again is refused."""

    @dataclass(frozen=True, kw_only=True)
    class Silent(Count):
        options = units = words = lambda self, *_: {}

    with pytest.raises(TypeError, match=r"abstract method .?says"):
        Silent()

    @dataclass(frozen=True, kw_only=True)
    class Unknown(Silent):
        says = lambda self, *_: ()  # noqa: E731

    with pytest.raises(VerificationError, match="Zahlen der Art „Unknown“ lassen sich nicht nachzählen"):
        recount(data, Unknown().name("x"))
    for made in ("Silent", "Unknown"):
        del Count.kinds[made]


@given(st.text(), st.text(), st.lists(st.text(), max_size=3), st.text(min_size=1), st.text(min_size=1))
def test_names_round_trip(row, group, status, item, by):
    """The line that names a number is understood again, whatever its texts are."""
    count = Choice(source="s", item=item, status=tuple(status))
    name = count.name(row, group, by)
    assert Count.read(name) == (count, by if group != "alle" else "", row, group)


def test_populations_leave_out_who_is_not_asked(tmp_path):
    """B3 said no before, so 1.2 is for four at most; B5 has nothing to ask about: three, or all but B5 for 1.1."""
    project = Project(tmp_path)
    book = project.paths.codebooks / "probe.yml"
    book.write_text(book.read_text(encoding="utf-8") + "outside: [verweigert]\n", encoding="utf-8")
    drawing = "case  status  contact  1.1  1.2\nB1 full - ja x1\nB2 full - ja 0\nB3 full - nein /\nB4 missing - . .\nB5 missing verweigert . ."
    data = project.wave("\n" + drawing).mentions("case_id  mention  text  category  coder\nB1  1  Tor  sport  A").data
    wave = source_of(WAVE, data)
    cell = wave["1.1"].by("type").everything.set_index(["row", "subgroup"])
    assert cell.loc["ja", "alle"]["population_n"] == 4
    assert cell.loc["ja", "kreisangehoerige_kommune"]["population_n"] == 0
    assert cell.loc["ja", "alle"][["bound_low", "bound_high"]].tolist() == [2 / 4, 3 / 4]
    (sport, *_) = wave["1.2"].by("type").everything.itertuples()
    assert (sport.n, sport.base_n, sport.population_n, sport.bound_low, sport.bound_high) == (1, 1, 3, 1 / 3, 1.0)
    ends = [finite_population_interval(1, 1, size) for size in (1, 2, 3)]  # however many of the others are asked
    assert (sport.ci_low, sport.ci_high) == (min(a for a, _ in ends), max(b for _, b in ends))
    grouped = wave["1.2"].by("type").everything
    assert grouped.loc[grouped["subgroup"].ne("alle"), "population_n"].isna().all()  # nobody knows how many of a type
    left = [(s.name, s.states, s.of) for s in wave["1.2"].count.says(data, "sport") if s.of in ("contact", "filter")]
    assert left == [("contact", ("verweigert",), "contact"), ("1.1", ("geplant", "nein"), "filter")]
    for row in wave["1.1"].everything.to_dict("records"):
        assert list(wrong_statistics(Naive(data), wave["1.1"].count, row["row"], row, None)) == []
    row = wave["1.2"].everything.to_dict("records")[0]
    assert list(wrong_statistics(Naive(data), wave["1.2"].count, "sport", row, None)) == []
    (wrong,) = wrong_statistics(Naive(data), wave["1.2"].count, "sport", row | {"population_n": 5}, None)
    assert wrong == "population_n ist im Bericht 5, nachgerechnet 3"
    assert "Intervalle gelten, wenn Zufall ist, wer nicht geantwortet hat" in wave["1.1"].interval_note
    sport = wave["1.2"]["sport"]
    assert plain(sport.bounds) == "33 bis 100 %"  # one of the three who may answer did
    again = {"id": "k:sport.bounds", "text": sport.bounds}
    assert wrong_value(Naive(data), again, [(sport.counted.count, "sport", "alle", 1, 1)]) == ""


def test_marks_stand_at_numbers_or_at_their_heading(wave):
    """The heading where it holds for the whole column; in lines of one's own at the number, unless the heading has it."""
    header, rows = wave["1.1"].printed()
    assert (header[1], plain(rows[0].cells[1])) == ("Anzahl**", "2 von 4")
    assert wave["1.1"].notes == (
        "** Basis unter 10: Ein Fall mehr ändert den Anteil stark; maßgeblich ist die Anzahl.",
    )
    number = wave["1.1"]["ja"]
    assert [plain(r.cells[1]) for r in lines({"Ja": number, "Zahl": number.count})[0]] == ["2 von 4**", "2**"]
    assert plain(lines({"Ja": number}, ("Angabe", "Anzahl**"))[0][0].cells[1]) == "2 von 4"
    assert common_mark(pd.Series(["*", "**"])) == ""
    assert mark_notes(pd.DataFrame({"mark": ["*", "**", ""]}), None)[0].startswith(
        "* Basis unter 30, ** Basis unter 10: "
    )


def test_two_answers_that_exclude_each_other_are_one_test(wave):
    """Holm corrects for tests that differ: of three answers three, of yes and no one."""
    two = wave["1.3"].by("type").tests
    assert two["p_holm"].tolist() == two["p"].tolist()
    three = wave["1.1"].by("type").tests
    assert three["p_holm"].min() == min(1, 3 * three["p"].min())
    assert list(two._in_words()["Angabe"]) == ["Ja", "Nein"]


def test_labels_stand_for_ids_and_blocks_can_go(wave):
    """What a table shows can be asked for; the most frequent rows of all, whatever block they stand in."""
    assert wave["1.1"]["Ja"].of == wave["1.1"]["ja"].of
    assert wave["1.1"].by("type")["Ja", "Kreise"].of == wave["1.1"].by("type")["ja", "kreis"].of
    assert wave["huerden"].flat().top(1).shown_rows == ("2.H1.2",)
    assert wave["2.H1.2"].asked_words().startswith("Frage\u00a02 (")
    assert ":" in wave["2.H1.2"].asked_words().partition("(")[2]


def test_intervals_are_those_of_a_finite_population(wave):
    """Cases stand for all alliances; by an answer there is no interval, as nobody knows the size of the group."""
    table = wave["1.1"].by("type").everything.set_index(["row", "subgroup"])
    for group, population in (("alle", 5), ("kreisfreie_stadt", 2), ("kreis", 2)):
        cell = table.loc["ja", group]
        assert (cell.ci_low, cell.ci_high) == finite_population_interval(cell.n, cell.base_n, population)
    crossed = wave["1.1"].by(wave["1.3"]).everything.set_index(["row", "subgroup"])
    assert crossed.loc["ja", "ja"][["ci_low", "ci_high"]].isna().all()
    assert "ci_low" not in wave["status"].everything
    assert set(table.loc["ja"]["mark"]) == {"**"}
    assert Ticks(source=WAVE, set="huerden").sampled


# ---- assumed questions ----


def test_exhibits_of_assumed_questions_say_so(data, wave, tmp_path):
    """A table or figure that rests on a question marked `assumed` carries the mark; others do not."""
    book = data.book(WAVE)
    book.items["1.1"] = book.items["1.1"].model_copy(update={"assumed": True})
    chapter = Chapter("kapitel", data, tmp_path / "out")
    answer = wave["1.1"]["ja"]
    asked = [wave["1.1"], {"Ja": (answer.of, answer)}, wave["1.3"], {"Nein": wave["1.3"]["nein"]}]
    assert [chapter.is_assumed(content) for content in asked] == [True, True, False, False]
    shown = chapter.table(wave["1.1"], "eins", title="Konzept")
    assert any(n.startswith("Frage angenommen") for n in shown.notes)


WORDS = """
shares:
  - {words: [selten], least: 0, most: 0.3}
  - {words: [alle], least: 1, most: 1, with_least: true, with_most: true}
more: [häufiger, mehr]
fewer: [seltener]
same: [ebenso oft]
most: [am häufigsten]
least: [am seltensten]
unsurpassed: [nichts wird häufiger]
everyday: [alle, mehr]
"""


def test_every_word_is_bound_but_those_that_mean_other_things(tmp_path):
    """Shares, comparisons and ranks alike; „mehr“ and „alle“ are declared as everyday words."""
    (tmp_path / "woerter.yml").write_text(WORDS, encoding="utf-8")
    scale = read_scale(tmp_path)
    text = "Alle sagen mehr dazu, die Kreise häufiger; am häufigsten ist das selten, und nicht zu seltenem Anlass."
    assert loose_words(text, scale.unbound) == ["am häufigsten", "häufiger", "selten"]


def test_everyday_word_that_no_list_has_is_refused(tmp_path):
    """It would stand there for ever and mean nothing."""
    (tmp_path / "woerter.yml").write_text(WORDS.replace("[alle, mehr]", "[alle, meist]"), encoding="utf-8")
    with pytest.raises(CodebookError, match="„meist“ steht in keiner der Listen"):
        read_scale(tmp_path)
