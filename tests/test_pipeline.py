"""The whole way, run by make in copies of the project: same bytes everywhere, exact changes, nothing half-done."""

import hashlib
import json
import math
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import docx
import pandas as pd
import pytest
import yaml
from lxml import html

from gkanalysis.codebook.sources import received_sources
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.verify.rebuild import rebuilt_report
from tools.project import (
    FORMS,
    REPORT,
    ROOT,
    copy_project,
    environment,
    keep_report,
    make,
    make_command,
    rewrite_form,
    steps,
    unmark,
)
from tools.system import needs, run

DEFINITION = yaml.safe_load((ROOT / f"reports/{REPORT}.yml").read_text(encoding="utf-8"))
CHAPTERS = [
    "buendnisse",
    "akteure",
    "entwicklung",
    "anhang",
]  # of the register, of the forms, of the interviews, of all
SOURCES = DEFINITION["sources"]
FINISH = [f"finish {REPORT}"]
INTERVIEWS = "reflexionsgespraeche-2019"
OUT = f"reports/{REPORT}"
FLIPPED = "1.1.B04.4"  # VHS in the core group: no neighbour in rank changes places, no bounds come apart


def read(*names):
    """The steps that read these sources anew and judge them."""
    return [f"{step} {name}" for name in names for step in ("process", "read")]


def processed(*names):
    """The steps that only judge again what was read of these sources."""
    return [f"process {name}" for name in names]


def computed(*chapters):
    """The step that computes these chapters and finishes their report."""
    return [*FINISH, *(f"chapter {REPORT} {name}" for name in chapters)]


def outputs(folder):
    """Everything that a build leaves, as bytes by name."""
    found = {}
    for name in ("build", "data/processed", OUT):
        for path in sorted((folder / name).rglob("*")):
            if path.is_file() and path.name not in ("make.pid", "README.md"):
                found[path.relative_to(folder).as_posix()] = path.read_bytes()
    return found


def different(one, other):
    return sorted(n for n in one.keys() | other.keys() if one.get(n) != other.get(n))


def nothing_to_do(output):
    """Whether make printed its one line and ran nothing."""
    return len(output.splitlines()) == 1 and not steps(output) and "python" not in output


def with_tick(built, target):
    """A copy of a build in which one box of one form is ticked; returns the name of the form."""
    shutil.copytree(built, target)
    data = target / "data"
    responses = pd.read_parquet(data / "processed/strukturen-2018-responses.parquet")
    cases = pd.read_parquet(data / "processed/strukturen-2018-cases.parquet")
    usable = cases[(cases["status"] == "full") & (cases["type"] == "kreis")]["case_id"]
    empty = responses[
        (responses["item_id"] == FLIPPED) & (responses["state"] == "not_selected") & responses["case_id"].isin(usable)
    ]
    tagged = empty[empty["matched_by"] == "tag"]["file"].iloc[0]

    def tick(text):
        box = rf'(<w:tag w:val="{re.escape(FLIPPED)}"/>(?:(?!</w:sdt>).)*?w14:checked w14:val=")0(".*?<w:t>)☐'
        changed, n = re.subn(box, r"\g<1>1\g<2>☒", text, count=1, flags=re.DOTALL)
        assert n == 1
        return changed

    form = target / FORMS / tagged
    old = hashlib.sha256(form.read_bytes()).hexdigest()
    rewrite_form(form, tick)
    sums = data / "raw/SHA256SUMS"
    new = hashlib.sha256(form.read_bytes()).hexdigest()
    sums.write_text(sums.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return tagged


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    """The project as it is now; whatever is edited during the tests stays out of all comparisons."""
    return copy_project(tmp_path_factory.mktemp("alles") / "gk")


@pytest.fixture(scope="session")
def sources(project, tmp_path_factory):
    """The project with one report and what it reads: each further source would make every build here longer."""
    folder = shutil.copytree(project, tmp_path_factory.mktemp("quelle") / "gk")
    keep_report(folder, REPORT, SOURCES, CHAPTERS)
    return folder


@pytest.fixture(scope="session")
def built(sources, tmp_path_factory):
    """A finished build under odd settings; tests work on copies of it, which keep the times and so need no new build."""
    place = tmp_path_factory.mktemp("eins")
    settings = place / "home/.config/matplotlib"
    settings.mkdir(parents=True)
    (settings / "matplotlibrc").write_text("font.size: 30\nsvg.fonttype: none\n")
    folder = shutil.copytree(sources, place / "Büro mit Leerzeichen")
    said = make(
        folder, "-j3", "reports", "data", HOME=str(place / "home"), TZ="Pacific/Auckland", LC_ALL="C",
        PYTHONHASHSEED="77", SOURCE_DATE_EPOCH="1", PYTHONDONTWRITEBYTECODE="1",
    )  # fmt: skip
    assert sorted(steps(said)) == sorted(["register", *read(*SOURCES), *computed(*CHAPTERS), "disclose"])
    return folder


@pytest.fixture(scope="session")
def ticked(built, tmp_path_factory):
    """A copy of the build after one tick: folder, form, what make printed."""
    folder = tmp_path_factory.mktemp("kreuz") / "gk"
    form = with_tick(built, folder)
    return folder, form, make(folder, "-j2", "report")


@pytest.fixture
def copied(built, tmp_path):
    return shutil.copytree(built, tmp_path / "gk")


def test_build_elsewhere_has_the_same_bytes(sources, built):
    """Folder, time zone, language, hash seed, home and order of the steps leave no trace; and it needs no network."""
    mine = outputs(built)
    with rebuilt_report(sources, REPORT) as folder:
        assert different(mine, outputs(folder.parents[1])) == ["build/together.ok"]
    made = {n.rpartition(".")[2] for n in mine if n.startswith(OUT)}
    assert made >= {"html", "pdf", "docx", "csv", "svg", "json"}


def test_second_make_does_nothing(copied):
    """Whichever door is used, also with the folder given in full, also after received files were only touched."""
    for path in (copied / "data/raw").rglob("*"):
        path.touch()
    assert nothing_to_do(make(copied, "report"))
    assert nothing_to_do(make(copied, "reports"))
    assert nothing_to_do(make(copied, "data"))
    assert nothing_to_do(make(copied, "report", f"DATA={copied}/data/raw/"))
    assert not (copied / "confidential").exists()


def reading(folder, *tables):
    """The chapters that read one of these tables the last time."""
    records = {c: json.loads((folder / f"build/reports/{REPORT}/{c}/inputs.json").read_bytes()) for c in CHAPTERS}
    return [c for c in CHAPTERS if set(tables) & set(records[c])]


@pytest.mark.parametrize(
    ("name", "old", "new", "before", "tables"),
    [
        ("../notebooks/04_akteure.ipynb", '"cells": [', '"cells":  [', None, ["akteure"]),
        ("raw/strukturen-2018/eingang.csv", ",2019-01-10,", ",2019-01-09,", ["process strukturen-2018"], ["strukturen-2018-cases"]),
        ("raw/register/buendnisse.csv", "B01,Eisvogelstadt,,", "B01,Eisvogelstadt,Eisvogel,", processed(*SOURCES), ["buendnisse", "strukturen-2018-cases"]),
        ("raw/dataset.yml", "title: ", "title: Andere ", processed(*SOURCES), None),
    ],
)  # fmt: skip
def test_change_reaches_what_depends_on_it(built, copied, name, old, new, before, tables):
    """A notebook is its chapter; lists and register cause no form to be read again; labels reach every chapter."""
    path = copied / "data" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    ran = steps(make(copied, "-j2", "data", f"build/reports/{REPORT}/finished.ok"))
    if before is None:
        assert ran == computed(*tables)
        return
    again = CHAPTERS if tables is None else reading(built, *tables)
    assert sorted(ran) == sorted(["register", *before, *computed(*again)])


DELETED = {
    f"{OUT}/{REPORT}.pdf": FINISH, f"{OUT}/herkunft.html": FINISH, f"{OUT}/values.json": FINISH, f"{OUT}/losses.csv": FINISH,
    f"{OUT}/tables/uebersicht-10.csv": FINISH, f"{OUT}/figures/gfs-sitz.svg": FINISH,
    f"build/reports/{REPORT}/document.json": FINISH, f"build/reports/{REPORT}/anhang/chapter.json": FINISH,
    "data/processed/strukturen-2018-losses.parquet": ["process strukturen-2018"],
    "build/strukturen-2018-rueckfragen.csv": ["process strukturen-2018"],
    "data/processed/gebiete.parquet": ["register"], "data/processed/dataset.json": ["register"],
    "build/interim/strukturen-2018/responses.parquet": read("strukturen-2018"),
    f"data/processed/{INTERVIEWS}-codings.parquet": [f"process {INTERVIEWS}"],
    f"build/interim/{INTERVIEWS}/projects.parquet": read(INTERVIEWS),
    f"build/interim/{INTERVIEWS}/files.csv": read(INTERVIEWS),
}  # fmt: skip


def test_deleted_output_is_made_again(built, copied, tmp_path):
    """Each file that a step leaves brings this step back when it is gone, and comes back with the same bytes."""
    fails = tmp_path / "python"  # at the first step
    fails.write_text(f'#!/bin/sh\ncase "$*" in *"-m gkanalysis "*) exit 1 ;; esac\nexec "{sys.executable}" "$@"\n')
    fails.chmod(0o755)
    for name, ran in DELETED.items():
        (copied / name).rename(copied / "weg")
        goal = "report" if ran == FINISH else "data"
        assert steps(make(copied, goal, python=str(fails), fails=True)) == ran[:1], name
        (copied / "weg").rename(copied / name)
    later = read("strukturen-2018", INTERVIEWS) + computed("anhang")
    for goals, expected in ((["data", "report"], later), (["data"], ["register"])):  # which concerns every chapter
        for name in (n for n, ran in DELETED.items() if (ran == ["register"]) == (expected == ["register"])):
            (copied / name).unlink()
        assert sorted(steps(make(copied, "-j2", *goals))) == sorted(expected)
        assert not different(outputs(built), outputs(copied))


def test_source_that_is_gone_stops_only_who_needs_it(copied):
    """Its tables go, and a report that does not need it is built."""
    chapters = [c for c in DEFINITION["chapters"] if c["id"] == "entwicklung"]
    small = DEFINITION | {"sources": [INTERVIEWS], "chapters": chapters}
    (copied / "reports/klein.yml").write_text(yaml.safe_dump(small, allow_unicode=True), encoding="utf-8")
    shutil.rmtree(copied / "data/raw/strukturen-2018")
    output = make(copied, "report", "REPORT=klein")
    assert "chapter klein entwicklung" in steps(output)
    assert not list((copied / "data/processed").glob("strukturen-2018*"))


def edit(path):
    """Another content with an older time, as from an archive or a synchronised folder."""
    path.write_bytes(path.read_bytes() + b"\n")
    os.utime(path, (10**9, 10**9))


@pytest.mark.parametrize("name", ["src/gkanalysis/stats/paired.py", "data/codebook/woerter.yml"])
def test_what_concerns_all_brings_every_step_back(copied, name):
    """Code is one dependency, and so are the codebooks that belong to no source; a touched file is no change."""
    (copied / name).touch()
    assert nothing_to_do(make(copied, "report"))
    edit(copied / name)
    every = ["register", *processed(*SOURCES), *FINISH]
    assert sorted(steps(make(copied, "-n", "report"))) == sorted(every)


def test_content_decides_what_is_made_again(copied):
    """An older time hides no change; a codebook concerns only who reads its source."""
    for name, goal, ran in (
        ("data/codebook/ereignisse.yml", "report", []),
        ("reports/reference.docx", f"{OUT}/{REPORT}.docx", FINISH),
        (f"reports/{REPORT}.yml", "report", computed(*CHAPTERS)),
        ("data/codebook/strukturen.yml", "data", read("strukturen-2018")),
    ):
        edit(copied / name)
        assert sorted(steps(make(copied, goal))) == sorted(ran), name


def test_source_whose_codebook_is_gone_is_told_each_time(copied):
    """Tables of before do not make `make data` green."""
    (copied / "data/codebook/strukturen.yml").rename(copied / "data/codebook/Strukturen.yml")
    for _ in range(2):
        assert "Für die Quelle „strukturen-2018“ fehlt ein Codebuch" in make(copied, "data", fails=True)


def test_what_people_write_into_files_of_the_build_is_kept(copied):
    """Decisions typed into the questions: make says that nobody reads them; the next questions put them aside."""
    asked = copied / "build/strukturen-2018-rueckfragen.csv"
    before = asked.read_bytes()
    asked.write_bytes(typed := before + b"nicht angekreuzt;MK\r\n")
    hint = "Hinweis: „build/strukturen-2018-rueckfragen.csv“ ist von Hand geändert"
    belongs = "gehört in „data/raw/strukturen-2018/entscheidungen.csv“"
    for goal in ("data", "report"):
        output = make(copied, goal)
        assert steps(output) == []
        assert hint in output
        assert belongs in output
    edit(copied / "data/raw/strukturen-2018/kontakte.csv")
    output = make(copied, "data")
    assert f"{hint}; " in output
    assert "liegt jetzt als „strukturen-2018-rueckfragen-von-hand.csv“ daneben" in output
    assert (asked.read_bytes(), asked.with_stem(f"{asked.stem}-von-hand").read_bytes()) == (before, typed)
    assert hint not in make(copied, "data")
    # `clean` names what was put aside and what is changed now, and removes nothing until a person has decided
    edit(copied / "build/strukturen-2018-findings.csv")
    assert "strukturen-2018-findings.csv, build/strukturen-2018-rueckfragen-von-hand.csv" in make(
        copied, "clean", fails=True
    )
    assert asked.exists()
    for path in copied.glob("build/strukturen-2018-*"):
        path.unlink()
    make(copied, "clean")
    assert not asked.parent.exists()


def test_what_is_not_in_git_is_told(copied):
    """Notebooks, codebooks and definitions that differ from the last commit; nothing else, and nothing without git."""
    git = ["git", "-c", "user.name=x", "-c", "user.email=x"]
    for words in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "x"]):
        subprocess.run([*git, *words], cwd=copied, check=True)
    assert nothing_to_do(make(copied, "report"))
    (copied / "README.md").write_text("x")
    (copied / "notebooks/neu.ipynb").write_text("{}")
    assert "Hinweis: noch nicht im Git: notebooks/neu.ipynb" in make(copied, "report").splitlines()


# One tick


def counts(folder):
    """Subgroup -> (n, base_n) of the ticked row of Übersicht 10."""
    table = pd.read_csv(folder / OUT / "tables/uebersicht-10.csv").set_index(["row", "subgroup"])
    return {s: (int(table.n[FLIPPED, s]), int(table.base_n[FLIPPED, s])) for s in ("alle", "kreis")}


def words(folder, kind):
    """How often each word stands in the tables of a page or Word file, or anywhere in the PDF."""
    path = folder / OUT / f"{REPORT}.{kind}"
    if kind == "html":
        page = html.parse(str(path), html.HTMLParser(encoding="utf-8"))
        texts = [c.text_content() for c in page.xpath("//table//th|//table//td")]
    elif kind == "docx":
        texts = [c.text for t in docx.Document(str(path)).tables for row in t.rows for c in row.cells]
    else:
        texts = [run(["pdftotext", "-layout", path, "-"])]
    return Counter(word for text in texts for word in text.split())


def test_tick_reruns_what_depends_on_it(built, ticked):
    """The chapters that read the forms are computed again, the one on the register is not."""
    again = reading(built, "strukturen-2018-cases", "strukturen-2018-responses")
    assert {"akteure", "anhang"} <= set(again)
    assert "buendnisse" not in again
    assert sorted(steps(ticked[2])) == sorted(
        # the checksums of all sources are in one list, which changed: each source is checked against it again
        ["register", "read strukturen-2018", *processed(*SOURCES), *computed(*again)]
    )
    told = f"{REPORT}: 4 Zahlen sind anders als im vorigen Bau. Geändert ist: strukturen-2018/forms/{ticked[1]}"
    assert told in ticked[2].splitlines()


def test_tick_changes_its_two_counts_and_nothing_else(built, ticked):
    """Of all counts of Übersicht 10 two grow by one; no other table and figure moves, and of the values one mean."""
    key, name = ["row", "subgroup"], f"{OUT}/tables/uebersicht-10.csv"
    old, new = (pd.read_csv(f / name).set_index(key).sort_index() for f in (built, ticked[0]))
    grown = new["n"] - old["n"]
    assert grown[grown != 0].to_dict() == {(FLIPPED, "alle"): 1, (FLIPPED, "kreis"): 1}
    # the share of all responses has the number of responses below the line, so it moves for the whole column
    rest = [c for c in old.columns if c != "share_of_responses"]
    moved = (old[rest].fillna("") != new[rest].fillna("")).any(axis=1)
    assert moved[moved].index.tolist() == [(FLIPPED, "alle"), (FLIPPED, "kreis")]
    changed = different(outputs(built), outputs(ticked[0]))
    exhibits = [n for n in changed if n.startswith(f"{OUT}/") and n.endswith((".csv", ".svg"))]
    assert [n.replace("weitergabe/", "") for n in exhibits if "weitergabe/" in n] == [
        n for n in exhibits if "weitergabe/" not in n
    ]
    assert [n for n in exhibits if "weitergabe/" not in n] == [f"{OUT}/tables/akteure-alle.csv", name]
    values, after = (json.loads((f / OUT / "values.json").read_text(encoding="utf-8")) for f in (built, ticked[0]))
    assert values == after


@needs("poppler")
@pytest.mark.parametrize("kind", ["html", "docx", "pdf"])
def test_tick_changes_these_words_of_the_report(built, ticked, kind):
    """Two cells in each of two tables, and the checksum of the files in the imprint."""
    gained = words(ticked[0], kind) - words(built, kind)
    # half up; below a base of 100 no decimals
    cells = {s: (str(n + 1), str(math.floor(100 * (n + 1) / base + 0.5))) for s, (n, base) in counts(built).items()}
    expected = Counter()
    for n, percent in cells.values():
        expected.update({n: 2, f"({percent}": 2})
    assert expected <= gained
    assert [w for w in gained - expected if not re.fullmatch(r"[0-9a-f]{16}\.", w)] == []


def test_sources_that_come_in_later_are_read_alone(project, built, copied):
    """Every other shipped source, added to a finished build, is read; no old one is again."""
    shutil.copytree(project / "data/raw", copied / "data/raw", dirs_exist_ok=True)
    later = sorted(set(received_sources(ProjectPaths.of(copied, Path("data/raw")))) - set(SOURCES))
    assert later
    assert sorted(steps(make(copied, "-j2", "data"))) == sorted(["register", *read(*later)])
    old, new = outputs(built), outputs(copied)
    listed = {"build/rules.mk", "build/state/all", "build/state/layout", "data/processed/raw-files.csv"}
    assert {n for n in old if old[n] != new.get(n)} == listed
    assert nothing_to_do(make(copied, "data"))


# Interrupted


def changed_since(folder, name):
    """A condition: the file has other bytes than now."""
    path = folder / name
    before = path.read_bytes() if path.exists() else b""
    return lambda: path.exists() and path.read_bytes() != before


def appears(folder, pattern):
    """Something that matches is there."""

    def condition():
        try:
            return any(folder.glob(pattern))
        except FileNotFoundError:  # the build removed it while we looked
            return False

    return condition


def killed(folder, line, condition, **variables):
    """Run make until it has printed a step and the condition holds, then kill it with all its children."""
    process = subprocess.Popen(
        make_command("report"), cwd=folder, env=environment(**variables), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, encoding="utf-8", start_new_session=True,
    )  # fmt: skip
    try:
        next(text for text in process.stdout if line in text)
        while process.poll() is None and not condition():
            time.sleep(0.001)
        return process.poll() is None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_killed_at_any_moment_nothing_is_lost_or_left(built, ticked, request, tmp_path):
    """At every stage over older results, then `--kills` times anywhere, hard, by Ctrl-C or by the system: the same bytes after it."""
    folder, scratch, chance = tmp_path / "gk", tmp_path / "tmp", random.Random(11)
    scratch.mkdir()
    with_tick(built, folder)
    moments = [
        ("register", appears(folder, "data/processed/.register.*/*")),
        ("process", appears(folder, "build/interim/.strukturen-2018.*/*")),
        ("process", appears(folder, "data/processed/.strukturen-2018.*/*")),
        ("process", changed_since(folder, "data/processed/strukturen-2018-responses.parquet")),
        (FINISH[0], appears(folder, f"build/reports/{REPORT}/.akteure*/*")),
        (FINISH[0], changed_since(folder, f"{OUT}/herkunft/akteure.html")),
    ]
    for line, condition in moments:
        assert killed(folder, line, condition, TMPDIR=str(scratch)), line

    def start():
        return subprocess.Popen(
            make_command("-j2", "report"), cwd=folder, env=environment(TMPDIR=str(scratch)), stdout=-1, stderr=-2,
            start_new_session=True, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # nohup ignores it
        )  # fmt: skip

    for _ in range(request.config.getoption("--kills")):
        while True:
            process = start()
            time.sleep(chance.uniform(0, 8))
            if process.poll() is None:
                break
            assert not process.returncode, process.communicate()[0].decode()
            shutil.rmtree(folder)
            with_tick(built, folder)
        os.killpg(process.pid, chance.choice([signal.SIGKILL, signal.SIGINT, signal.SIGTERM]))
        process.communicate(timeout=60)  # until the last child has closed its output
    assert not start().communicate()[0].count(b"Fehler")
    assert not different(outputs(ticked[0]), outputs(folder))
    names = [
        sorted(p.relative_to(f) for p in f.rglob("*") if "__pycache__" not in p.parts) for f in (ticked[0], folder)
    ]
    assert names[0] == names[1]
    assert not list(scratch.iterdir())  # no folder, copy or process more
    assert nothing_to_do(make(folder, "report"))


# A folder of one's own


@pytest.fixture(scope="session")
def real_data(sources, tmp_path_factory):
    """The shipped data as if they had been received: not marked as invented anywhere."""
    target = shutil.copytree(sources / "data/raw", tmp_path_factory.mktemp("eigene") / "echt")
    (target / "SHA256SUMS").unlink()
    dataset = target / "dataset.yml"
    dataset.write_text("title: Eingegangene Bögen\nsynthetic: false\n", encoding="utf-8")
    for path in target.rglob("*"):
        unmark(path)
    return target


def test_data_of_ones_own_build_apart(built, copied, real_data, tmp_path):
    """They go to confidential/, say so, leave the shipped results alone, and never meet invented forms."""
    data = tmp_path / "Größe" / "echt"
    shutil.copytree(real_data, data)
    page = f"confidential/echt/{OUT}/{REPORT}.html"
    make(copied, "-j2", page, f"DATA={data}")
    assert not different(outputs(built), outputs(copied))
    text = html.parse(str(copied / page), html.HTMLParser(encoding="utf-8")).getroot().text_content()
    assert "Die Daten sind vertraulich" in text
    assert "ynthetisch" not in text
    assert nothing_to_do(make(copied, page, f"DATA={os.path.relpath(data, copied)}"))

    twin = shutil.copytree(data, tmp_path / "anderswo" / "echt")
    said = make(copied, "report", f"DATA={twin}", fails=True)
    assert f"liegen Ergebnisse aus „{data}“, nicht aus „{twin}“; bitte einen der Ordner umbenennen" in said
    assert len(said.splitlines()) == 1

    invented = next(p for p in sorted((copied / FORMS).iterdir()) if "Knabenkraut" not in p.name)
    shutil.copy(invented, data / "strukturen-2018/forms" / invented.name)
    said = make(copied, "-j2", page, f"DATA={data}", fails=True)
    assert "V18 erfundene und echte Daten gemischt: 1 Datei trägt das Kennzeichen erfundener Daten" in said
    assert f"„synthetic: false“: „{invented.name}“" in said
    assert "Traceback" not in said
