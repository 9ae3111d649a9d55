"""The shipped interviews: all is read and accounted for, and the plan and the printed numbers of cases come out."""

import csv

import pytest
import yaml

from forms import ROOT
from gkanalysis.ingest.interviews import ingest_interviews, read_interim
from gkanalysis.ingest.register import read_register, read_register_codebook
from gkanalysis.settle.interviews import process_interviews
from interviewfolder import BOOK, LEAD

RAW = ROOT / "data/raw" / BOOK.source
PLAN = yaml.safe_load((ROOT / f"data/synthetic/{BOOK.source}.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """What was read, and the tables made of it."""
    interim = tmp_path_factory.mktemp("interim")
    assert ingest_interviews(RAW, interim) == (2, [])
    register = read_register(ROOT / "data/raw", read_register_codebook(ROOT / "data/codebook/register.yml"))
    tables = process_interviews(ROOT / "data/raw", interim, BOOK, register)
    return read_interim(interim / "projects.parquet"), tables


def test_nothing_stops_and_nothing_is_odd(made):
    """Only columns that no chapter needs are mentioned."""
    assert set(made[1]["findings"]["rule"]) == {"V32"}


def test_interviews_are_those_of_the_plan(made):
    """Day, type and the file each came in."""
    documents = made[1]["documents"].merge(made[1]["cases"][["case_id", "type"]], on="case_id")
    found = {d.document_id: (d.type, d.date, d.file.endswith(".xlsx")) for d in documents.itertuples()}
    assert found == {
        name: (i["type"], i["date"].isoformat(), i.get("file") == "maxqda")
        for name, i in PLAN["interviews"].items()
    }


def test_codes_of_the_lead_coder_are_those_of_the_plan(made):
    """Interview by interview, counted plainly."""
    codings = made[1]["codings"]
    found = codings[codings["coder"] == LEAD].groupby("code_id")["document_id"].agg(set)
    assert found.to_dict() == {code: set(names) for code, names in PLAN["codes"].items()}


def test_published_numbers_of_cases(made):
    """Where the printed report gives a number of cases, the interviews have it."""
    with (ROOT / "data/published/zwischenbericht-2019.csv").open(encoding="utf-8", newline="") as lines:
        printed = {
            row["id"]: int(row["numerator"]) for row in csv.DictReader(lines) if row["numerator"].isdecimal()
        }
    codings = made[1]["codings"]
    found = codings[codings["coder"] == LEAD].groupby("code_id")["case_id"].nunique()
    assert {code: int(found[code]) for code in PLAN["published"]} == {
        code: printed[number] for code, number in PLAN["published"].items()
    }


def test_words_of_every_segment_are_those_that_the_program_gave(made):
    """Also in the text with other line ends, a byte order mark and emoji: the slice is what was marked."""
    projects, tables = made
    names = {s.guid: s.name for p in projects.values() for s in p.selections}
    segments = tables["segments"].assign(guid=tables["segments"]["guid"].str.split()).explode("guid")
    assert segments["text"].tolist() == [names[g] for g in segments["guid"]]
    assert set(tables["documents"]["reading"]) == {"codepoints_lf", "utf16_crlf", ""}


@pytest.mark.parametrize(
    ("kind", "table", "column"),
    [
        ("sources", "documents", "guid"), ("selections", "segments", "guid"), ("codings", "codings", "coding_id"),
        ("memos", "memos", "memo_id"),
    ],
)  # fmt: skip
def test_everything_that_came_in_is_in_a_table(made, kind, table, column):
    """GUID by GUID; nothing of the shipped interviews is set aside."""
    came = [thing.guid for project in made[0].values() for thing in getattr(project, kind)]
    kept = [guid for guids in made[1][table][column] for guid in guids.split()]
    assert sorted(came) == sorted(kept)
