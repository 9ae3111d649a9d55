"""What an analyst asks and gets: indices, groups, wordings, words that the data must bear; and what every kind must have."""

import inspect
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawn import LATER, LIST, TALKS, WAVE, Project
from gkanalysis.core.errors import GkError, NotebookError, VerificationError
from gkanalysis.counts import sources
from gkanalysis.counts.count import Count
from gkanalysis.counts.forms import Choice, Ticks
from gkanalysis.counts.sources import compare, source_of
from gkanalysis.stats.intervals import finite_population_interval
from gkanalysis.verify.naive import Naive, method_of, recount

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
    """Two waves and a list of visits."""
    later = ANSWERS.replace("geplant", "ja     ").replace("missing  .  ", "full     ja ")
    project = Project(tmp_path).wave(ANSWERS).wave(later, LATER)
    return project.listing("case_id  form  days  note\\n.  treffen  1  .".replace("\\n", "\n")).data


@pytest.fixture
def wave(data):
    """The first wave."""
    return source_of(WAVE, data)


def plain(text):
    """A text without hard spaces."""
    return str(text).replace("\u00a0", " ")


# ---- numbers ----


@pytest.mark.parametrize(
    ("wording", "text"),
    [
        ("count", "2"), ("word", "zwei"), ("word_capital", "Zwei"), ("word_dative", "zwei"), ("of", "2 von 4"),
        ("base", "4"), ("percent", "50 %"), ("n_percent", "2 (50 %)"), ("label", "Ja"), ("step", "25"),
        ("question", "Besteht ein Konzept?"), ("told", "Bögen 2020"),
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
        (
            "ja",
            "Viele Bündnisse",
            r"enthält kein Wort der Skala \(woerter.yml\); für 2 von 4 passt: nicht alle",
        ),
        ("ja", "am häufigsten", ""),
        ("nein", "am häufigsten", "der Reihe nach sind es: „Ja“ \\(2\\), „in Planung“ \\(1\\)"),
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
    assert core["ja"].said("nicht alle", gaps["ja"]).record["of"] == [
        core["ja"].definition,
        gaps["ja"].definition,
    ]
    assert plain(core["ja"].points(core["nein"])) == "+25"
    assert core["nein"].sentence(none="keins", one="ein Bündnis", many="{n} Bündnisse") == "ein Bündnis"


def test_words_for_counts_of_interviews(tmp_path):
    """Interviews have a scale of counts of their own."""
    talks = "document_id  coder  code_id  start  end\ng1  A  aufbau.neu  0  3\ng2  A  aufbau.neu  0  3"
    made = source_of(TALKS, Project(tmp_path).talks("abc|def|ghi", talks).data)
    assert made["aufbau.neu"]["aufbau.neu"].said("Zwei Fälle") == "Zwei Fälle"
    with pytest.raises(NotebookError, match=r"„ein Fall“ steht für 1 von 3, hier sind es 2. Möglich ist: zwei Fälle"):
        made["aufbau.neu"]["aufbau.neu"].said("ein Fall")


# ---- tables ----


def test_ids_that_do_not_exist(wave, data):
    """What there is, and what is probably meant."""
    for ask, message in (
        (lambda: wave["1.11"], r"„1.11“ gibt es in probe-2020 nicht; vorhanden sind.*gemeint ist wohl „1.1“"),
        (lambda: wave["1.1"]["geplnt"], r"Zeile „geplnt“ gibt es in gk.source.*gemeint ist wohl „geplant“"),
        (lambda: wave["1.1"].by("type")["ja", "kreiss"], "Gruppe „kreiss“.*gemeint ist wohl „kreis“"),
        (lambda: wave["1.1"].by("typ"), r"Merkmal „typ“ gibt es im Register nicht.*gemeint ist wohl „type“"),
        (lambda: wave["1.1"].only("jaa"), "Zeile „jaa“"),
        (lambda: source_of(LIST, data)["forms"], "gemeint ist wohl „form“"),
        (
            lambda: source_of(LIST, data)["form"].by("type"),
            "zählt keine Bündnisse; nach „type“ lässt es sich nicht",
        ),
        (
            lambda: data.kind("proben-2020"),
            r"Quelle „proben-2020“ gibt es nicht.*gemeint ist wohl „probe-2020“",
        ),
    ):
        with pytest.raises(GkError, match=message):
            ask()


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


def test_few_cases_are_held_back(wave):
    """A number with too few cases behind it, or behind its rest, is a dash; another group follows if the total told."""
    (wave.data.paths.codebooks / "disclosure.yml").write_text("threshold: 2\nattributes: {}\nsources: {}\n")
    shown = wave["1.1"].by("type").among("kreisfreie_stadt", "kreis").shielded()
    assert shown.hidden == {(r, g) for r in ("geplant", "nein") for g in ("kreisfreie_stadt", "kreis")}
    assert [plain(x) for x in repr(shown).split("\n")[1:]] == [
        "Ja  2 von 2  0 von 2",
        "in Planung  –  –",
        "Nein  –  –",
    ]
    assert "weil hinter dem Ja oder dem Nein 1 Bündnis steht oder weil sich das sonst" in " ".join(shown.notes)


# ---- two waves, one alliance ----


def test_compare(monkeypatch, data):
    """Only what the codebook says to repeat shows a change."""
    monkeypatch.setattr(sources, "project_data", lambda folder: data)
    pair = compare(f"{WAVE}:1.1", f"{LATER}:1.1")
    assert pair.is_same
    assert {r: plain(pair.change[r].of) for r in ("pairs", "first", "second")} == {
        "pairs": "4 von 5", "first": "2 von 4", "second": "3 von 4",
    }  # fmt: skip
    assert plain(pair.difference) == "+25"
    assert "Differenz: +25" in plain(pair._repr_html_())
    unlike = compare(f"{WAVE}:1.3", f"{LATER}:1.3")
    assert not unlike.is_same
    assert "Keine Veränderung" in unlike._repr_html_()
    with pytest.raises(NotebookError, match="Beide fragen nicht dasselbe"):
        unlike.p  # noqa: B018
    with pytest.raises(NotebookError, match="bitte als „Quelle:Nummer“ schreiben"):
        compare("1.1", f"{LATER}:1.1")


def test_alliance(monkeypatch, data):
    """Everything that one alliance answered, over all waves, with its place."""
    monkeypatch.setattr(sources, "project_data", lambda folder: data)
    rows = sources.alliance("B3")
    assert rows[["Welle", "Nummer", "Antwort"]].values.tolist()[:4] == [
        ["2022", "1.1", "Ja"], ["2022", "1.3", "Ja"], ["2022", "2.H1.2", "angekreuzt"], ["2022", "2.H2.2", "angekreuzt"],
    ]  # fmt: skip
    assert rows["Stelle"][0] == "B3.docx 1.1"
    with pytest.raises(NotebookError, match=r"Bündnis „B9“ gibt es im Register nicht; vorhanden sind B1, B2"):
        sources.alliance("B9")


# ---- every kind ----

KINDS = {name: kind for name, kind in Count.kinds.items() if not inspect.isabstract(kind)}


@pytest.mark.parametrize("name", sorted(k for k in KINDS if k not in ("Silent", "Unknown")))
def test_every_kind_is_counted_a_second_time(name):
    """There is no kind without a second function."""
    assert callable(getattr(Naive, method_of(name)))


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


@pytest.mark.parametrize("line", ["", "rows", 'Choice(item="1")[', 'Wrong(a="1")["x"]', '__import__("os").x("y")["z"]'])
def test_lines_that_are_no_names(line):
    """What is no such line is refused, not run."""
    with pytest.raises(VerificationError, match="ist keine bekannte Rechenvorschrift"):
        Count.read(line)


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
