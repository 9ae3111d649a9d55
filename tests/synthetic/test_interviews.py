"""The invented interviews: as planned, the same bytes whenever they are made, and read back as they were meant."""

import csv
import hashlib
import shutil
import zipfile
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import yaml

from forms import BOOK as FORMS_BOOK
from forms import ROOT
from gkanalysis.core.errors import GkError
from gkanalysis.ingest.qda.maxqda import read_maxqda
from gkanalysis.ingest.qda.qdpx import read_qdpx
from tools.synthetic.answers import make_forms
from tools.synthetic.interviews import make_interviews, make_project, write_interviews
from tools.synthetic.register import make_register

PLAN = yaml.safe_load((ROOT / "data/synthetic/reflexionsgespraeche-2019.yml").read_text(encoding="utf-8"))
CODES = yaml.safe_load((ROOT / "data/codebook/reflexionsgespraeche.yml").read_text(encoding="utf-8"))
SHIPPED = ROOT / "data/raw/reflexionsgespraeche-2019"
LEAD, SECOND, THIRD = "Kodierung A", "Kodierung B", "Kodierung C"
FILES = ["dokumente.csv", "namen.csv", "projekt.qdpx", "segmente.xlsx"]

with (ROOT / "data/published/zwischenbericht-2019.csv").open(encoding="utf-8") as lines:
    PUBLISHED = {row["id"]: row for row in csv.DictReader(lines)}


def figure(reference):
    published_id, column = reference.rsplit(".", 1)
    return int(PUBLISHED[published_id][column])


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


def test_shipped_files_are_reproducible(tmp_path, received):
    """Made anew, all files have the bytes that are shipped."""
    said = write_interviews(ROOT, tmp_path / "new", *received, figure)
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == FILES
    for name in FILES:
        assert (tmp_path / "new" / name).read_bytes() == (SHIPPED / name).read_bytes(), name
    assert said == "10 Gespräche mit 777 Kodierungen geschrieben; 8 von 8 gedruckten Angaben dazu getroffen."


def test_shipped_files_are_in_the_list_of_hashes():
    """SHA256SUMS has them with their present digests."""
    lines = (ROOT / "data/raw/SHA256SUMS").read_text(encoding="utf-8").splitlines()
    listed = dict(reversed(line.split("  ", 1)) for line in lines)
    for name in FILES:
        digest = hashlib.sha256((SHIPPED / name).read_bytes()).hexdigest()
        assert listed[f"reflexionsgespraeche-2019/{name}"] == digest


def test_every_transcript_is_coded_as_planned(interviews):
    """The lead coder's codes of each interview are exactly those that the plan lists for it."""
    marked = {name: {m.code_id for m in i.transcript.marks} for name, i in interviews.items()}
    assert marked == {
        name: {code for code, names in PLAN["codes"].items() if name in names} for name in PLAN["interviews"]
    }
    assert set(PLAN["codes"]) == set(CODES["codes"])


def test_published_figures_are_met_in_what_is_shipped(project):
    """Cases by code, counted in the received files from the lead coder's codings alone, are as printed."""
    sources, coders = project.by_guid("sources"), project.by_guid("coders")
    found = [
        (sources[c.source].name, project.code_paths[c.code])
        for c in project.codings
        if coders[c.coder].name == LEAD
    ]
    sheet = read_maxqda(SHIPPED / "segmente.xlsx")
    names = sheet.by_guid("coders")
    found += [("g10", sheet.code_paths[c.code]) for c in sheet.codings if names[c.coder].name == LEAD]
    cases = cases_by_code(found)
    for code, published_id in PLAN["published"].items():
        group, label = CODES["groups"][code.split(".")[0]]["label"], CODES["codes"][code]["label"]
        assert len(cases[f"{group} > {label}"]) == int(PUBLISHED[published_id]["numerator"]), code
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


def test_every_declared_mess_is_known(received):
    """Each kind of mess marks a form, so that none of them can be taken for an interview."""
    spec = yaml.safe_load((ROOT / "data/synthetic/strukturen-2018.yml").read_text(encoding="utf-8"))
    assert {f.mess for f in received[1]} == {"", *spec["mess"]}


def test_names_are_invented_and_put_in(interviews, received):
    """Each transcript speaks of its own place and names; no placeholder is left, no other alliance is named."""
    register = {name.split()[-1] for name in received[0]["name"]}
    names = PLAN["names"]
    assert not register & {*names["places"], *(p for persons in names["persons"] for p in persons)}
    for k, interview in enumerate(interviews.values()):
        text = interview.transcript.text
        own = interview.alliance["name"].split()[-1]
        assert {r for r in register if r in text} == {own}
        assert all(x in text for x in (names["places"][k], names["offices"][k], *names["persons"][k]))
        assert not set("<>{}|") & set(text)
        assert f"Kreis Kreis {own}" not in text


def test_further_coders_disagree_as_declared(interviews):
    """Second coder on all, third on two interviews; about an eighth missed, most of the rest the same."""
    coders = {name: {c.coder for c in i.codings} for name, i in interviews.items()}
    third = PLAN["third_coder"]["interviews"]
    assert coders == {n: {LEAD, SECOND, THIRD} if n in third else {LEAD, SECOND} for n in interviews}
    lead = {(n, c.mark) for n, i in interviews.items() for c in i.codings if c.coder == LEAD}
    second = {(n, c.mark) for n, i in interviews.items() for c in i.codings if c.coder == SECOND}
    places = {(n, m.code_id, at) for n, m in second for at in range(m.start, m.end)}
    lost = [m for n, m in lead if not any((n, m.code_id, at) in places for at in range(m.start, m.end))]
    assert len(lost) / len(lead) == pytest.approx(PLAN["disagreement"]["missed"] + 0.06, abs=0.04)
    assert len(lead & second) / len(lead) == pytest.approx(0.62, abs=0.06)


def test_notes_are_few_and_none_twice(interviews):
    """2 to 4 memos an interview by its own coders; a coding's memo is by who made the coding."""
    notes = {name: i.notes for name, i in interviews.items()}
    assert all(2 <= len(n) <= 4 for n in notes.values())
    texts = [n.text for some in notes.values() for n in some]
    assert len(texts) == len(set(texts))
    assert all(n.coded is None or n.author == n.coded.coder for some in notes.values() for n in some)
    assert all(n.coded for n in notes["g10"])


def test_coders_work_in_order_on_working_days(interviews):
    """Nobody codes two things at one moment, at night or on a weekend, or before the last interview."""
    for coder in (LEAD, SECOND, THIRD):
        times = [c.created for i in interviews.values() for c in i.codings if c.coder == coder]
        assert all(a < b for a, b in pairwise(times))
        assert all(t.weekday() < 5 and 9 <= t.hour < 18 for t in times)
        assert min(times).date() > max(p["date"] for p in PLAN["interviews"].values())


def test_project_reads_back_as_it_was_made(made, project):
    """Codes, texts, positions, codings, cases, memos, link and set are all there, and nothing was lost."""
    plan, book, every = made
    assert project == make_project(plan, book, [i for i in every if i.id != "g10"])
    assert project.losses == ()
    assert "synthetisch" in project.name


def test_positions_hold_the_coded_words(project, interviews):
    """Each selection, read back, is the stretch that was coded, also where the program counts otherwise."""
    texts = {s.guid: s for s in project.sources}
    for selection in project.selections:
        assert texts[selection.source].text[selection.start : selection.end] == selection.name
    found = Counter()
    selections = project.by_guid("selections")
    for c in project.codings:
        s = selections[c.selection]
        found[texts[c.source].name, s.start, s.end] += 1
    marks = Counter(
        (n, c.mark.start, c.mark.end) for n, i in interviews.items() for c in i.codings if n != "g10"
    )
    assert found == marks


def test_one_text_is_stored_as_windows_programs_do(project):
    """g08 has a byte order mark, CRLF, and laughs before its codings, so its written positions differ from code points."""
    readings = {s.name: s.reading for s in project.sources}
    assert readings.pop("g08") == "utf16_crlf"
    assert set(readings.values()) == {"codepoints_lf"}
    source = next(s for s in project.sources if s.name == "g08")
    first = min(s.start for s in project.selections if s.source == source.guid)
    assert "🙂" in source.text[:first] or source.text.index("🙂") < 300
    with zipfile.ZipFile(SHIPPED / "projekt.qdpx") as archive:
        stored = {name: archive.read(name) for name in archive.namelist() if name.startswith("sources/")}
    marked = [data for data in stored.values() if data.startswith(b"\xef\xbb\xbf")]
    assert [data.decode("utf-8-sig") for data in marked] == [source.text.replace("\n", "\r\n")]
    assert sum(b"\r" in data for data in stored.values()) == 1


def test_cases_name_their_alliance(project, interviews):
    """Every document of the project is a case with alliance, type and day; the tenth stands in the team's list."""
    found = {}
    for case in project.cases:
        (guid,) = case.sources
        found[project.by_guid("sources")[guid].name] = (case.name, case.values)
    assert found == {
        n: (i.alliance["name"], {"buendnis": i.alliance["alliance_id"], "typ": i.plan["type"], "datum": str(i.plan["date"])})
        for n, i in interviews.items() if n != "g10"
    }  # fmt: skip
    listed = (SHIPPED / "dokumente.csv").read_text(encoding="utf-8").splitlines()
    assert listed == [
        "file,document,alliance_id,date",
        f"segmente.xlsx,g10,{interviews['g10'].alliance['alliance_id']},2019-08-15",
    ]


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


def test_a_missing_transcript_is_refused(copied, received):
    """The message names the file."""
    (copied / "data/synthetic/interviews/g07.txt").unlink()
    with pytest.raises(GkError, match=r"g07\.txt.*fehlt"):
        make_interviews(copied, *received, figure)


def test_a_change_of_one_interview_leaves_the_others(copied, received, interviews):
    """Each interview and coder draws from a seed of its own."""
    path = copied / "data/synthetic/interviews/g01.txt"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("\n\nI: Und die Prozess", "\n\nB: Ja, so war das.\n\nI: Und die Prozess"),
        encoding="utf-8",
    )
    changed = {i.id: i for i in make_interviews(copied, *received, figure)[2]}
    assert changed["g01"].transcript != interviews["g01"].transcript
    assert all(changed[n].codings == interviews[n].codings for n in interviews if n != "g01")
