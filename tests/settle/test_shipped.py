"""The shipped data: all of it is read and accounted for, each mess is found by its rule."""

import pytest
import yaml

from forms import ROOT
from gkanalysis.codebook.categories import read_category_book
from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.codebook.register import read_register_codebook
from gkanalysis.ingest.forms import ingest_forms
from gkanalysis.ingest.interviews import ingest_interviews, read_interim
from gkanalysis.ingest.register import read_register
from gkanalysis.settle.interviews import process_interviews
from gkanalysis.settle.process import process_source
from interviewfolder import BOOK as TALKS
from interviewfolder import LEAD

RAW, CODEBOOKS = ROOT / "data/raw", ROOT / "data/codebook"
N_FILES = {
    "strukturen-2018": 49, "bedarf-2019": 42, "prozess-2020": 48, "entwicklungsstand-2021": 44, "nachhaltigkeit-2022": 41,
}  # fmt: skip
WAVES = list(N_FILES)[1:]
MESS_RULES = {
    "twice": "V06", "both_answers": "V07", "filter_broken": "V10", "placeholder_left": "V09", "added_actor": "V12",
    "other_name": "V04", "unclear_mark": "V08", "words_for_number": "V11",
}  # fmt: skip
ENTRY_RULES = {"text": "V09", "tick": "V08", "single": "V08", "number": "V11"}


def declared(path):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def book_of(source):
    return read_codebook(CODEBOOKS / f"{source.rpartition('-')[0]}.yml")


PLANS = {source: declared(f"data/synthetic/{source}.yml") for source in N_FILES}


@pytest.fixture(scope="module")
def register():
    return read_register(RAW, read_register_codebook(CODEBOOKS / "register.yml"))


@pytest.fixture(scope="module")
def tables(tmp_path_factory, register):
    """Source -> tables made of the shipped forms, read anew by what reads every source."""
    categories, made = read_category_book(CODEBOOKS / "kategorien.yml"), {}
    for source, n in N_FILES.items():
        interim = tmp_path_factory.mktemp(source)
        assert ingest_forms(RAW / source / "forms", book_of(source), interim) == (n, [])
        made[source] = process_source(RAW, interim, book_of(source), register, categories)
    return made


@pytest.mark.parametrize("source", N_FILES)
def test_each_kind_of_mess_is_found_by_its_rule(tables, source):
    """Every declared mess is one finding of its own rule, partial forms one each, and nothing else is found."""
    mess, cases, findings = PLANS[source]["mess"], tables[source]["cases"], tables[source]["findings"]
    kinds = findings["case_id"].map(cases.set_index("case_id")["type"])
    partial_forms = findings["rule"] == "V15"
    # LibreOffice saves the mark of an empty field as text: placeholders that are not part of the declared mess
    told = (findings["raw"] != "…") & ~partial_forms
    if isinstance(mess, dict):  # the first survey says at an alliance of which type
        expected = sorted((MESS_RULES[name], kind) for name, kind in mess.items())
        assert sorted(zip(findings.loc[told, "rule"], kinds[told], strict=True)) == expected
    else:
        items = book_of(source).items
        expected = [MESS_RULES.get(m["kind"]) or ENTRY_RULES[items[m["item"]].kind] for m in mess]
        assert sorted(findings.loc[told, "rule"]) == sorted(expected)
    assert set(findings.loc[partial_forms, "case_id"]) == set(cases.loc[cases["status"] == "partial", "case_id"])


@pytest.mark.parametrize("source", N_FILES)
def test_forms_are_those_of_the_plan(tables, source):
    """Each has one row for every printed item, losses say where and why, and so many are complete as planned."""
    of_source, book = tables[source], book_of(source)
    cases, losses, responses = (of_source[name] for name in ("cases", "losses", "responses"))
    assert not (losses[["file", "case_id", "action", "reason"]] == "").any(axis=None)
    rosters = [p["id"] for p in book.parts if p["kind"] == "roster"]
    printed = [i.id for i in book.items.values() if i.label and i.part not in rosters]
    counts = responses[responses["item_id"].isin(printed)].groupby("item_id").size()
    assert counts.to_dict() == dict.fromkeys(printed, (cases["file"] != "").sum())
    assert not responses["state"].isna().any()
    for status in ("full", "partial") if source in WAVES else ():
        planned = PLANS[source]["returns"].get(status, {})
        assert cases.loc[cases["status"] == status, "type"].value_counts().to_dict() == planned


@pytest.fixture(scope="module")
def talks(tmp_path_factory, register):
    """What was read of the interviews, and the tables made of it."""
    interim = tmp_path_factory.mktemp("interim")
    assert ingest_interviews(RAW / TALKS.source, interim) == (2, [])
    return read_interim(interim / "projects.parquet"), process_interviews(RAW, interim, TALKS, register)


def test_interviews_are_those_of_the_plan(talks):
    """Day, type and file of each, and the codes of the lead coder one by one."""
    _, tables = talks
    plan = declared(f"data/synthetic/{TALKS.source}.yml")
    assert set(tables["findings"]["rule"]) == {"V32"}  # columns that no chapter needs
    documents = tables["documents"].merge(tables["cases"][["case_id", "type"]], on="case_id")
    assert {d.document_id: (d.type, d.date, d.file.endswith(".xlsx")) for d in documents.itertuples()} == {
        name: (i["type"], i["date"].isoformat(), i.get("file") == "maxqda") for name, i in plan["interviews"].items()
    }
    codings = tables["codings"][tables["codings"]["coder"] == LEAD].groupby("code_id")
    assert codings["document_id"].agg(set).to_dict() == {code: set(names) for code, names in plan["codes"].items()}


def test_words_of_every_segment(talks):
    """The slice of each segment is what was marked, also with other line ends and emoji."""
    projects, tables = talks
    names = {s.guid: s.name for p in projects.values() for s in p.selections}
    segments = tables["segments"].assign(guid=tables["segments"]["guid"].str.split()).explode("guid")
    assert segments["text"].tolist() == [names[g] for g in segments["guid"]]
    assert set(tables["documents"]["reading"]) == {"codepoints_lf", "utf16_crlf", ""}
