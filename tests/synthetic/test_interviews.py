"""The invented interviews: as planned, the same bytes whenever they are made, and read back as they were meant."""

import shutil
from collections import Counter

import numpy as np
import pytest
import yaml

from forms import BOOK as FORMS_BOOK
from forms import ROOT
from gkanalysis.core.errors import GkError
from gkanalysis.ingest.qda.maxqda import read_maxqda
from gkanalysis.ingest.qda.qdpx import read_qdpx
from tools.synthetic.answers import make_forms
from tools.synthetic.interviews import make_interviews, make_project
from tools.synthetic.register import make_register
from tools.synthetic.waves import published_figures

PLAN = yaml.safe_load((ROOT / "data/synthetic/reflexionsgespraeche-2019.yml").read_text(encoding="utf-8"))
CODES = yaml.safe_load((ROOT / "data/codebook/reflexionsgespraeche.yml").read_text(encoding="utf-8"))
SHIPPED = ROOT / "data/raw/reflexionsgespraeche-2019"
LEAD = "Kodierung A"
figure = published_figures(ROOT, "probe", "zwischenbericht-2019")


@pytest.fixture(scope="module")
def received():
    """Register and forms of the first wave, as the generator makes them."""
    spec = yaml.safe_load((ROOT / "data/synthetic/strukturen-2018.yml").read_text(encoding="utf-8"))
    rng = np.random.default_rng(spec["seed"])
    _, alliances, _ = make_register(spec, figure, rng)
    forms, _, _ = make_forms(spec, FORMS_BOOK, alliances, figure, rng)
    return alliances, forms


@pytest.fixture(scope="module")
def made(received):
    return make_interviews(ROOT, *received, figure)


@pytest.fixture(scope="module")
def interviews(made):
    return {i.id: i for i in made[2]}


@pytest.fixture(scope="module")
def project():
    return read_qdpx(SHIPPED / "projekt.qdpx")


@pytest.fixture
def copied(tmp_path):
    """A copy of what the generator reads, to be broken."""
    for name in ("codebook", "synthetic"):
        shutil.copytree(ROOT / "data" / name, tmp_path / "data" / name)
    return tmp_path


def cases_by_code(found):
    """Code -> interviews that the lead coder gave it."""
    cases = {}
    for name, code in found:
        cases.setdefault(code, set()).add(name)
    return cases


def test_published_figures_are_met_in_what_is_shipped(project):
    """Cases by code, counted in the received files from the lead coder's codings alone, are as printed."""
    sources, coders = project.by_guid("sources"), project.by_guid("coders")
    found = [
        (sources[c.source].name, project.code_paths[c.code]) for c in project.codings if coders[c.coder].name == LEAD
    ]
    sheet = read_maxqda(SHIPPED / "segmente.xlsx")
    names = sheet.by_guid("coders")
    found += [("g10", sheet.code_paths[c.code]) for c in sheet.codings if names[c.coder].name == LEAD]
    cases = cases_by_code(found)
    for code, published_id in PLAN["published"].items():
        group, label = CODES["groups"][code.split(".")[0]]["label"], CODES["codes"][code]["label"]
        assert len(cases[f"{group} > {label}"]) == figure(f"{published_id}.numerator"), code
        assert cases[f"{group} > {label}"] == set(PLAN["codes"][code])


def test_alliances_fit_the_plan(interviews, received):
    """Ten alliances of ten units, two from each region, none with a messy form; type, 2.1 and office as planned."""
    alliances, forms = received
    chosen = [i.alliance for i in interviews.values()]
    assert len({a["alliance_id"] for a in chosen}) == len({a["unit_id"] for a in chosen}) == 10
    assert set(Counter(a["bezirk"] for a in chosen).values()) == {2}
    assert not {a["alliance_id"] for a in chosen} & {f.alliance_id for f in forms if f.mess}
    register = alliances.set_index("alliance_id")
    answers = {f.alliance_id: f.answers for f in forms}
    for name, wanted in PLAN["interviews"].items():
        alliance = interviews[name].alliance["alliance_id"]
        yes, no = (f"2.1:{x}" in answers[alliance] for x in ("ja", "nein"))
        assert (yes, no) == (wanted["structure"] == "attached", wanted["structure"] == "new")
        assert register.loc[alliance, "type"] == wanted["type"]
        assert register.loc[alliance, "office"] == wanted.get("office", register.loc[alliance, "office"])


def test_project_reads_back_as_it_was_made(made, project):
    """Codes, texts, positions, codings, cases, memos, link and set are all there, and nothing was lost."""
    plan, book, every = made
    assert project == make_project(plan, book, [i for i in every if i.id != "g10"])
    assert project.losses == ()
    assert "synthetisch" in project.name


def test_spreadsheet_reads_back(interviews):
    """Every coding of g10 is one row: path of the code, coder, and the coded words."""
    sheet = read_maxqda(SHIPPED / "segmente.xlsx")
    selections, coders = sheet.by_guid("selections"), sheet.by_guid("coders")
    found = Counter(
        (sheet.code_paths[c.code], coders[c.coder].name, selections[c.selection].name) for c in sheet.codings
    )
    text = interviews["g10"].transcript.text
    paths = {
        code: f"{CODES['groups'][code.split('.')[0]]['label']} > {d['label']}" for code, d in CODES["codes"].items()
    }  # fmt: skip
    assert found == Counter(
        (paths[c.mark.code_id], c.coder, text[c.mark.start : c.mark.end]) for c in interviews["g10"].codings
    )
    assert [s.name for s in sheet.sources] == ["g10"]
    assert {x.kind for x in sheet.losses} == {"unused_column"}
    times = Counter(c.created.isoformat() for c in interviews["g10"].codings)
    assert Counter(c.created for c in sheet.codings) == times
    notes = {n.text for n in interviews["g10"].notes}
    assert {m.text for m in sheet.memos} == notes


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("{bedarf.workshop|", "{bedarf.befragung|", "g02.txt.*bedarf.befragung.*nicht im Plan"),
        ("{bedarf.workshop|", "{bedarf.werkstatt|", "g02.txt.*bedarf.werkstatt.*nicht im Codebuch"),
        ("<nachbarort>", "nebenan", "g02.txt.*nachbarort.*nicht verwendet"),
    ],
)
def test_a_changed_transcript_is_refused(copied, received, old, new, what):
    """The message names file and code."""
    path = copied / "data/synthetic/interviews/g02.txt"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(GkError, match=what):
        make_interviews(copied, *received, figure)


def test_a_plan_that_misses_a_printed_figure_is_refused(copied, received):
    """Transcripts as planned are not enough: the counts of cases must be the printed ones."""
    with pytest.raises(GkError, match=r"„bedarf.workshop“ ist in 1 Gesprächen markiert, gedruckt ist 3"):
        make_interviews(copied, *received, lambda x: 3 if x == "r1-54-01.numerator" else figure(x))
