"""The shipped waves of 2019 to 2022: read as they are, every published figure that agrees with itself comes out."""

import csv
from collections import Counter
from itertools import pairwise

import pandas as pd
import pytest
import yaml

from forms import ROOT
from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.ingest.categorybook import read_category_book
from gkanalysis.ingest.forms import ingest_forms
from gkanalysis.ingest.register import read_register, read_register_codebook
from gkanalysis.settle.process import process_source
from gkanalysis.verify.consistency import check_consistency
from gkanalysis.verify.relations import read_figures, read_relations
from tools.synthetic.waves import make_waves, read_plans

SOURCES = ("bedarf-2019", "prozess-2020", "entwicklungsstand-2021", "nachhaltigkeit-2022")
FORMS = {"bedarf-2019": 42, "prozess-2020": 48, "entwicklungsstand-2021": 44, "nachhaltigkeit-2022": 41}
SLIDES = ROOT / "data/published/folien-2022.csv"
PLANS = read_plans(ROOT)


def book_of(source):
    return read_codebook(ROOT / f"data/codebook/{source.rpartition('-')[0]}.yml")


def rows_of(path, delimiter=","):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter=delimiter))


@pytest.fixture(scope="module")
def processed(tmp_path_factory):
    """Source -> tables made of the shipped forms, read anew by what reads every source."""
    register = read_register(ROOT / "data/raw", read_register_codebook(ROOT / "data/codebook/register.yml"))
    categories = read_category_book(ROOT / "data/codebook/kategorien.yml")
    tables = {}
    for source in SOURCES:
        interim = tmp_path_factory.mktemp(source)
        assert ingest_forms(ROOT / f"data/raw/{source}/forms", book_of(source), interim) == (
            FORMS[source],
            [],
        )
        tables[source] = process_source(ROOT / "data/raw", interim, book_of(source), register, categories)
    return tables


@pytest.fixture(scope="module")
def waves():
    """Source -> the wave as the generator makes it from plan and register."""
    alliances = pd.DataFrame(rows_of(ROOT / "data/raw/register/buendnisse.csv"))
    returned = {row["alliance_id"] for row in rows_of(ROOT / "data/raw/strukturen-2018/eingang.csv")}
    return {wave.book.source: wave for wave in make_waves(ROOT, alliances, returned)}


def count(tables, item_id, state="selected", value=None):
    """Cases that say something to an item, by plain counting."""
    rows = tables["responses"].query("item_id == @item_id and state == @state")
    return rows[rows["value"] == value]["case_id"].nunique() if value else rows["case_id"].nunique()


def test_every_figure_of_the_slides_comes_out(processed):
    """Each count of the slides is that of the processed responses; the rest of the file has no number to meet."""
    now, before = processed["nachhaltigkeit-2022"], processed["prozess-2020"]
    returned = int((now["cases"]["status"] != "missing").sum())
    coded = rows_of(ROOT / "data/raw/nachhaltigkeit-2022/kategorien.csv", ";")
    value_added = Counter(r["category"] for r in coded if r["item_id"] == "8.3")
    found = {"s22-01": returned, "s22-05": returned, "s22-16": max(value_added.values())}
    found |= {
        "s22-07": count(before, "1.1", "answered", "ja"),
        "s22-08": count(now, "3.1", "answered", "ja"),
        "s22-09": count(now, "3.2", "answered", "ja"),
        "s22-11": count(now, "5.1", "answered", "ja"),
        "s22-14": count(now, "8.1", "answered"),
    }
    found |= {f"s22-06{x}": count(now, f"2.A{k}.2") for k, x in enumerate("abcde", start=1)}
    found |= {f"s22-12{x}": count(now, f"6.E{k}.2") for k, x in enumerate("abcdefghi", start=1)}
    found |= {f"s22-13{x}": count(now, f"7.H{k}.2") for k, x in enumerate("abcd", start=1)}
    found |= {f"s22-15{x}": count(now, f"9.B{k}.2") for k, x in enumerate("abcde", start=1) if x != "c"}
    printed = {r["id"]: int(r["numerator"]) for r in rows_of(SLIDES) if r["numerator"]}
    assert printed.pop("s22-17") == 100  # places with a hotspot: no alliance is asked for them
    assert found == printed
    assert sorted(value_added.values())[-2] < 14


def test_shares_of_the_slides_come_out(processed):
    """39, 60 and 74 % are those of the data; 34 of 40 are 85 %, which the slides call nearly 84."""
    now, before = processed["nachhaltigkeit-2022"], processed["prozess-2020"]

    def percent(tables, item_id, value):
        return 100 * count(tables, item_id, "answered", value) / count(tables, item_id, "answered")

    printed = {r["id"]: r["printed"] for r in rows_of(SLIDES)}
    assert f"{percent(before, '1.1', 'ja'):.0f}" == printed["s22-07"]
    assert f"{percent(now, '3.1', 'ja'):.0f}" == printed["s22-08"]
    assert f"{percent(now, '4.2', 'wie_bisher'):.0f}" == printed["s22-10"]
    assert percent(now, "5.1", "ja") == 85


def test_what_is_known_of_the_slides_follows_from_them():
    """The check of the printed figures finds the base of 46, and the one share that no base explains."""
    problems = []
    relations = read_relations(SLIDES.with_suffix(".relations.yml"))
    found = check_consistency(read_figures(SLIDES, problems), relations, problems)
    accepted = yaml.safe_load(SLIDES.with_suffix(".accepted.yml").read_text(encoding="utf-8"))
    assert found.problems == ()
    assert ("s22-07.percent", 46, 46) in found.implied_bases
    known = [a["id"] for a in accepted if a["verdict"] == "contradiction"]
    assert [c.id for c in found.contradictions] == known


@pytest.mark.parametrize("name", ["chancen-nrw", "prozessbegleitung-fogs"])
def test_other_pages_agree_with_themselves(name):
    """The relations of the smaller sources can all be used, and nothing contradicts them."""
    problems = []
    path = ROOT / f"data/published/{name}.csv"
    relations = read_relations(path.with_suffix(".relations.yml"))
    found = check_consistency(read_figures(path, problems), relations, problems)
    assert (found.problems, found.contradictions) == ((), ())


@pytest.mark.parametrize("source", SOURCES)
def test_forms_say_what_was_invented(processed, waves, source):
    """Every answer that the generator put into a form that counts is read back, ticks, lists, numbers and words alike."""
    book, responses = book_of(source), processed[source]["responses"]
    states = {(r.case_id, r.item_id, r.occurrence): (r.state, r.value) for r in responses.itertuples()}
    last = {f.alliance_id: f for f in waves[source].forms}  # in the order of receipt
    typed = {m.get("item") for m in PLANS[source].get("mess", ())} | {book.identity["name"]}
    missed = []
    for form in last.values():
        for tag, answer in form.answers.items():
            tag, _, occurrence = tag.partition("#")
            item_id, _, option = tag.partition(":")
            item = book.items[item_id]
            wanted = {"tick": ("selected", ""), "single": ("answered", option or answer)}.get(
                item.kind, ("answered", answer)
            )
            if item_id not in typed and states[form.alliance_id, item_id, int(occurrence or 1)] != wanted:
                missed.append((form.file_name, tag, answer))
    assert missed == []
    answered = [r for r in states if states[r][0] in ("selected", "answered")]
    invented = sum(len({t.partition(":")[0] for t in f.answers}) for f in last.values())
    assert invented - 6 <= len(answered) <= invented  # mess takes a few away


MESS_RULES = {
    "twice": "V06", "both_answers": "V07", "filter_broken": "V10", "other_name": "V04",
}  # fmt: skip
ENTRY_RULES = {"text": "V09", "tick": "V08", "single": "V08", "number": "V11"}


@pytest.mark.parametrize("source", SOURCES)
def test_each_kind_of_mess_is_found_by_its_rule(processed, source):
    """Every declared mess is one finding of its own rule, and nothing else is found."""
    book, findings = book_of(source), processed[source]["findings"]
    findings = findings[
        (findings["raw"] != "…") & (findings["rule"] != "V15")
    ]  # LibreOffice saves „…“ as text
    expected = [
        MESS_RULES.get(m["kind"]) or ENTRY_RULES[book.items[m["item"]].kind] for m in PLANS[source]["mess"]
    ]
    assert sorted(findings["rule"]) == sorted(expected)


@pytest.mark.parametrize("source", SOURCES)
def test_statuses_are_those_planned(processed, source):
    """As many forms are fully and partly usable as the plan says, by type; nobody else returned one."""
    cases, planned = processed[source]["cases"], PLANS[source]["returns"]
    for status in ("full", "partial"):
        found = cases[cases["status"] == status]["type"].value_counts().to_dict()
        assert found == planned.get(status, {})
    n = sum(sum(planned.get(s, {}).values()) for s in ("full", "partial"))
    assert (cases["status"] == "missing").sum() == len(cases) - n


def test_alliances_come_back(processed):
    """Who returned one wave more often returned the next: loyalty makes panels that are larger than by chance."""
    back = [set(t["cases"].query("status != 'missing'")["case_id"]) for t in processed.values()]
    for earlier, later in pairwise(back):
        assert len(earlier & later) > len(earlier) * len(later) / 58


def test_the_same_question_is_answered_alike(processed):
    """An alliance that reported measures in 2021 reported them in 2022 more often than one that did not."""

    def answers(source, item_id):
        rows = processed[source]["responses"].query("item_id == @item_id and state == 'answered'")
        return rows.set_index("case_id")["value"]

    both = pd.concat(
        [answers("entwicklungsstand-2021", "2.1"), answers("nachhaltigkeit-2022", "3.1")],
        axis=1,
        join="inner",
    )
    both.columns = ["before", "after"]
    share = (both["after"] == "ja").groupby(both["before"]).mean()
    assert len(both) > 25
    assert share["ja"] > share["nein"]


CODED = {
    "nachhaltigkeit-2022": ["3.3", "4.3", "5.2", "8.2", "8.3"],
    "bedarf-2019": ["8.7", "8.7.1", "8.7.2"],
}


@pytest.mark.parametrize(("source", "coded"), CODED.items())
def test_categories_belong_to_the_answers(processed, source, coded):
    """The lead coder's mentions stand in their answer, in order; every open answer to such a question is coded."""
    responses = processed[source]["responses"]
    texts = responses[responses["state"] == "answered"].set_index(["case_id", "item_id"])["value"]
    mentions = {}
    for row in rows_of(ROOT / f"data/raw/{source}/kategorien.csv", ";"):
        assert row["source"] == source
        if row["coder"] != "Kodierung A":
            continue
        mentions.setdefault((row["case_id"], row["item_id"]), []).append(row["text"])
        assert len(mentions[row["case_id"], row["item_id"]]) == int(row["mention"])
    assert {i for _, i in mentions} == set(coded)
    assert set(mentions) == {key for key in texts.index if key[1] in coded}
    for key, said in mentions.items():
        assert texts[key].split("; ") == said


def test_one_question_is_coded_twice():
    """Two people coded every mention of it, mostly alike, and it is the only one."""
    rows = rows_of(ROOT / "data/raw/nachhaltigkeit-2022/kategorien.csv", ";")
    by = {c: {(r["case_id"], r["mention"]): r["category"] for r in rows if (r["item_id"], r["coder"]) == ("5.2", c)}
          for c in ("Kodierung A", "Kodierung B")}  # fmt: skip
    first, second = by.values()
    assert set(first) == set(second)
    assert 0.8 < sum(first[k] == second[k] for k in first) / len(first) < 1
    assert {r["item_id"] for r in rows if r["coder"] == "Kodierung B"} == {"5.2"}
