"""The whole way, run by make in copies of the project: same bytes everywhere, exact changes, nothing half-done."""

import csv
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import docx
import pandas as pd
import pytest
import yaml
from lxml import html

from gkanalysis.codebook.sources import KINDS
from gkanalysis.core.paths import ProjectPaths
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
CHAPTERS = [c["id"] for c in DEFINITION["chapters"]]
SOURCES = DEFINITION["sources"]
RENDERS = [f"render {REPORT} --format {f}" for f in ("html", "pdf", "docx")]
FINISH = [f"assemble {REPORT}", f"origins {REPORT}", *RENDERS]
INTERVIEWS = "reflexionsgespraeche-2019"
LIBRARIES = {
    "register": "LIB_INGEST",
    "ingest": "LIB_INGEST",
    "process": "LIB_INGEST",
    "origins": "LIB_VERIFY",
}
OUT = f"reports/{REPORT}"
FLIPPED = (
    "1.1.D03.4"  # Integration Point in the core group: no neighbour in rank is near enough to change places
)


def read(*names):
    """The steps that read these sources anew."""
    return [f"{step} {name}" for name in names for step in ("ingest", "process")]


def processed(*names):
    """The steps that only judge again what was read of these sources."""
    return [f"process {name}" for name in names]


FORMS_READ, INTERVIEWS_READ = read("strukturen-2018"), read(INTERVIEWS)


def computed(*chapters):
    """The step that computes these chapters."""
    return [f"chapter {REPORT}", *(f"chapter {REPORT} {name}" for name in chapters)]


def outputs(folder):
    """Everything that a build leaves, as bytes by name; the record of times is no output."""
    found = {}
    for name in ("build", "data/processed", OUT):
        for path in sorted((folder / name).rglob("*")):
            if path.is_file() and path.name != ".seen":
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
        (responses["item_id"] == FLIPPED)
        & (responses["state"] == "not_selected")
        & responses["case_id"].isin(usable)
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
    keep_report(folder, REPORT, SOURCES)
    return folder


@pytest.fixture(scope="session")
def built(sources, tmp_path_factory):
    """A finished build; tests work on copies of it, which keep the times and so need no new build."""
    folder = shutil.copytree(sources, tmp_path_factory.mktemp("eins") / "gk")
    printed = make(folder, "reports", "data", PYTHONPROFILEIMPORTTIME="1")
    (folder.parent / "printed.txt").write_text(printed, encoding="utf-8")
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


def test_build_elsewhere_has_the_same_bytes(sources, built, tmp_path):
    """Folder, time zone, language, hash seed, home and order of the steps leave no trace in any file."""
    folder = shutil.copytree(sources, tmp_path / "Büro mit Leerzeichen")
    settings = tmp_path / "home/.config/matplotlib"
    settings.mkdir(parents=True)
    (settings / "matplotlibrc").write_text("font.size: 30\nsvg.fonttype: none\n")
    make(
        folder, "-j3", "reports", "data", HOME=str(tmp_path / "home"), TZ="Pacific/Auckland",
        LANG="tr_TR.UTF-8", LC_ALL="C", PYTHONHASHSEED="77", SOURCE_DATE_EPOCH="1", PYTHONDONTWRITEBYTECODE="1",
    )  # fmt: skip
    mine, other = outputs(built), outputs(folder)
    assert not different(mine, other)
    made = {n.rpartition(".")[2] for n in mine if n.startswith(OUT)}
    assert made >= {"html", "pdf", "docx", "csv", "svg", "json"}


def test_second_make_does_nothing(built):
    """Without a change make starts no step, whichever door is used; the folder may also be given in full."""
    assert nothing_to_do(make(built, "report"))
    assert nothing_to_do(make(built, "reports"))
    assert nothing_to_do(make(built, "data"))
    assert nothing_to_do(make(built, "report", f"DATA={built}/data/raw/"))
    assert not (built / "confidential").exists()


def test_copy_with_other_times_is_not_built_again(copied):
    """What was received counts by content: touched forms and lists cause no work."""
    for path in (copied / "data/raw").rglob("*"):
        path.touch()
    assert nothing_to_do(make(copied, "report"))


def test_changed_notebook_reruns_its_chapter_only(copied):
    """One notebook is the source of one chapter; the report is assembled and set again."""
    (copied / "notebooks/03_kerngruppe.ipynb").touch()
    assert steps(make(copied, "report")) == [*computed("kerngruppe"), *FINISH]


def reading(*tables):
    """The chapters that declare one of these tables among their inputs."""
    return [c["id"] for c in DEFINITION["chapters"] if set(tables) & set(c["inputs"])]


def change_receipts(raw):
    path = raw / "strukturen-2018/eingang.csv"
    path.write_text(
        path.read_text(encoding="utf-8").replace(",2019-01-10,", ",2019-01-09,"), encoding="utf-8"
    )


def change_list(raw):
    path = raw / INTERVIEWS / "dokumente.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("2019-08-15", "2019-08-14"), encoding="utf-8")


def change_register(raw):
    path = raw / "register/buendnisse.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("B01,Eisvogelstadt,,", "B01,Eisvogelstadt,Eisvogel,"), encoding="utf-8")


def change_title(raw):
    path = raw / "dataset.yml"
    path.write_text(path.read_text(encoding="utf-8").replace("title: ", "title: Andere "), encoding="utf-8")


def change_codebook(raw):
    (raw.parent / "codebook/strukturen.yml").touch()


@pytest.mark.parametrize(
    ("change", "before", "chapters"),
    [
        (change_receipts, ["register", "process strukturen-2018"], reading("strukturen-2018-cases")),
        (
            change_list,
            ["register", *INTERVIEWS_READ],
            reading(f"{INTERVIEWS}-documents", f"{INTERVIEWS}-cases"),
        ),
        (
            change_register,
            ["register", *processed(*SOURCES)],
            reading("buendnisse", "strukturen-2018-cases"),
        ),
        (change_title, ["register", *processed(*SOURCES)], CHAPTERS),
        (change_codebook, ["register", *read(*SOURCES)], CHAPTERS),
    ],
)
def test_change_reaches_what_depends_on_it(copied, change, before, chapters):
    """Lists and register cause no form to be read again; labels and the mark of the data reach every chapter."""
    change(copied / "data/raw")
    ran = steps(make(copied, "-j2", "data", f"build/reports/{REPORT}/chapters.ok"))
    assert sorted(ran) == sorted([*before, *computed(*chapters)])


@pytest.mark.parametrize(
    ("name", "goal", "ran"),
    [
        (f"{OUT}/{REPORT}.pdf", "report", [RENDERS[1]]),
        (f"{OUT}/herkunft.html", f"{OUT}/herkunft.html", [f"origins {REPORT}"]),
        (f"{OUT}/values.json", f"{OUT}/values.json", [f"assemble {REPORT}"]),
        (f"{OUT}/losses.csv", f"{OUT}/values.json", [f"assemble {REPORT}"]),
        (f"{OUT}/arbeit/werte.json", f"{OUT}/values.json", [f"assemble {REPORT}"]),
        (f"{OUT}/tables/uebersicht-10.csv", f"{OUT}/values.json", [f"assemble {REPORT}"]),
        (f"{OUT}/figures/gfs-sitz.svg", f"{OUT}/values.json", [f"assemble {REPORT}"]),
        (f"build/reports/{REPORT}/document.json", f"{OUT}/values.json", [f"assemble {REPORT}"]),
        (f"build/reports/{REPORT}/anhang/chapter.json", f"{OUT}/values.json", [*computed("anhang"), f"assemble {REPORT}"]),
        ("data/processed/strukturen-2018-losses.parquet", "data", ["process strukturen-2018"]),
        ("data/processed/gebiete.parquet", "data", ["register"]),
        ("data/processed/dataset.json", "data", ["register"]),
        ("build/interim/strukturen-2018/responses.parquet", "data", FORMS_READ),
        (f"data/processed/{INTERVIEWS}-codings.parquet", "data", [f"process {INTERVIEWS}"]),
        (f"build/interim/{INTERVIEWS}/projects.parquet", "data", INTERVIEWS_READ),
        (f"build/interim/{INTERVIEWS}/files.csv", "data", INTERVIEWS_READ),
    ],
)  # fmt: skip
def test_deleted_output_is_made_again(built, copied, name, goal, ran):
    """Each file that a step leaves brings this step back when it is gone, and comes back with the same bytes."""
    (copied / name).unlink()
    assert steps(make(copied, goal)) == ran
    assert not different(outputs(built), outputs(copied))


def test_source_that_is_gone_stops_the_report(copied):
    """Tables of a source that was taken away are not taken for current."""
    shutil.rmtree(copied / "data/raw/strukturen-2018")
    said = make(copied, "report", fails=True)
    assert re.search(r"Fehler: Die Tabelle „strukturen-2018-\w+“ entsteht nicht aus „data/raw“", said)


# One tick


def counts(folder, row=FLIPPED):
    """Subgroup -> (n, base_n) of a row of Übersicht 10."""
    table = pd.read_csv(folder / OUT / "tables/uebersicht-10.csv").set_index(["row", "subgroup"])
    return {s: (int(table.n[row, s]), int(table.base_n[row, s])) for s in ("alle", "kreis")}


def percent(n, base_n):
    return f"{100 * n / base_n:.1f} %".replace(".", ",")


def count_percent(n, base_n):
    return f"{n} ({percent(n, base_n)})"


def expected_in_tables(built):
    """(column, before, after) of the two cells that the tick changes in a table by type of municipality."""
    n = counts(built)
    return [
        (column, count_percent(*n[s]), count_percent(n[s][0] + 1, n[s][1]))
        for column, s in ((1, "alle"), (3, "kreis"))
    ]


def cells_of_html(folder):
    """{(exhibit, row, first cell of the row, column): text} of every table of the HTML report."""
    page = html.parse(str(folder / OUT / f"{REPORT}.html"), html.HTMLParser(encoding="utf-8"))
    found = {}
    for table in page.iter("table"):
        owner = next(a.get("id") for a in table.iterancestors("figure", "section", "body") if a.get("id"))
        for number, row in enumerate(table.iter("tr")):
            texts = [" ".join(c.text_content().split()) for c in row]
            found |= {(owner, number, texts[0], column): text for column, text in enumerate(texts)}
    return found


def cells_of_docx(folder):
    """{(number of the table, row, first cell of the row, column): text} of every table of the Word report."""
    tables = docx.Document(str(folder / OUT / f"{REPORT}.docx")).tables
    found = {}
    for number, table in enumerate(tables):
        for index, row in enumerate(table.rows):
            texts = [" ".join(c.text.split()) for c in row.cells]
            found |= {(number, index, texts[0], column): text for column, text in enumerate(texts)}
    return found


def changes(before, after):
    """(table, first cell of the row, column, before, after) of every cell that differs; the shape is the same."""
    assert before.keys() == after.keys()
    return sorted((k[0], *k[-2:], before[k], after[k]) for k in before if before[k] != after[k])


def test_tick_reruns_what_depends_on_it(ticked):
    """The chapters that read the forms are computed again, the one on the register is not."""
    again = reading("strukturen-2018-cases", "strukturen-2018-responses")
    assert {"akteure", "anhang"} <= set(again)
    assert "buendnisse" not in again
    assert sorted(steps(ticked[2])) == sorted(
        # the checksums of all sources are in one list, which changed: each source is checked against it again
        ["register", "ingest strukturen-2018", *processed(*SOURCES), *computed(*again), *FINISH]
    )


def test_tick_changes_its_two_counts_in_the_table(built, ticked):
    """Of all counts of Übersicht 10 two grow by one: in total and for the type of municipality."""
    key = ["row", "subgroup"]
    old, new = (
        pd.read_csv(f / OUT / "tables/uebersicht-10.csv").set_index(key).sort_index()
        for f in (built, ticked[0])
    )
    grown = new["n"] - old["n"]
    assert grown[grown != 0].to_dict() == {(FLIPPED, "alle"): 1, (FLIPPED, "kreis"): 1}
    # The share of all responses has the number of responses below the line, so it moves for the whole column.
    rest = [c for c in old.columns if c != "share_of_responses"]
    moved = (old[rest].fillna("") != new[rest].fillna("")).any(axis=1)
    assert moved[moved].index.tolist() == [(FLIPPED, "alle"), (FLIPPED, "kreis")]
    moved = old["share_of_responses"] != new["share_of_responses"]
    touched = old.index.get_level_values("subgroup").isin(["alle", "kreis"]) & (old["n"] > 0)
    assert moved.tolist() == touched.tolist()


def test_tick_changes_no_other_exhibit_and_one_value(built, ticked):
    """The other tables and figures are the same, and of the values in the text only the mean size moved."""
    changed = different(outputs(built), outputs(ticked[0]))
    assert [n for n in changed if n.startswith(f"{OUT}/") and n.endswith((".csv", ".svg"))] == [
        f"{OUT}/figures/akteure-typ.csv",
        f"{OUT}/figures/akteure-typ.svg",
        f"{OUT}/tables/akteure-alle.csv",
        f"{OUT}/tables/uebersicht-10.csv",
    ]
    old, new = (json.loads((f / OUT / "values.json").read_text(encoding="utf-8")) for f in (built, ticked[0]))
    assert {a["id"] for a, b in zip(old, new, strict=True) if a != b} == {"mittlere_groesse"}


def test_tick_changes_these_cells_of_the_html(built, ticked):
    """Cell by cell: two counts in both tables, two numbers under the figure, the checksum of the form."""
    found = changes(cells_of_html(built), cells_of_html(ticked[0]))
    n, base_n = counts(built)["kreis"]
    numbers = [(2, str(n), str(n + 1)), (4, percent(n, base_n), percent(n + 1, base_n))]
    expected = [(t, *c) for t in ("akteure-alle", "uebersicht-10") for c in expected_in_tables(built)]
    expected += [("akteure-typ", *c) for c in numbers]
    of_file = [c for c in found if c[0] == "rohdateien"]
    assert sorted((t, *rest) for t, _, *rest in found if t != "rohdateien") == sorted(expected)
    assert {label for t, label, *_ in found if t != "rohdateien"} == {"Integration Point"}
    assert [(c[1], c[2]) for c in of_file] == [("strukturen-2018/forms (49 Dateien)", 1)]


def test_tick_changes_these_cells_of_the_docx(built, ticked):
    """Cell by cell: two counts in both tables, the checksum of the form."""
    found = changes(cells_of_docx(built), cells_of_docx(ticked[0]))
    of_file = [c for c in found if c[1].startswith("strukturen-2018/forms")]
    in_tables = [c for c in found if c not in of_file]
    assert len({c[0] for c in in_tables}) == 2
    assert {c[1] for c in in_tables} == {"Integration Point"}
    assert sorted(tuple(c[2:]) for c in in_tables) == sorted(expected_in_tables(built) * 2)
    assert [(c[1], c[2]) for c in of_file] == [("strukturen-2018/forms (49 Dateien)", 1)]


@needs("poppler")
def test_tick_changes_these_lines_of_the_pdf(built, ticked):
    """Line by line: the row of the actor in both tables, the checksum of the form, and not a word more."""
    lines = []
    for folder in (built, ticked[0]):
        text = run(["pdftotext", "-layout", folder / OUT / f"{REPORT}.pdf", "-"])
        cells = (re.split(r"\s{2,}", line.strip()) for line in text.splitlines() if line.strip())
        lines.append([[" ".join(c.split()) for c in row] for row in cells])
    found = [(a, b) for a, b in zip(*lines, strict=True) if a != b]
    tables, of_file = found[:2], found[2:]
    for before, after in tables:
        assert before[0] == after[0] == "Integration Point"
        moved = [(k, a, b) for k, (a, b) in enumerate(zip(before, after, strict=True)) if a != b]
        assert moved == expected_in_tables(built)
    assert [a[0] for a, _ in of_file] == ["strukturen-2018/forms (49 Dateien)"]


# What the Makefile knows of the library


def watched_modules(folder):
    """Name of a variable of the Makefile -> the files that bring a step back when they change."""
    database = make(folder, "-n", "-p", "help")
    return {
        name: set(re.search(rf"^{name} := (.*)$", database, re.MULTILINE)[1].split())
        for name in ("LIB_INGEST", "LIB_REPORT", "LIB_VERIFY")
    }


def imported(folder, printed):
    """(steps so far, module of the project) of every import that the steps reported."""
    seen = []
    for line in printed.splitlines():
        seen += steps(line)
        if seen and (found := re.match(r"import time:.*\|\s*(gkanalysis\S*)", line)):
            path = "src/" + found[1].replace(".", "/") + ".py"
            if (folder / path).exists():
                yield seen, path


def test_steps_import_only_what_make_watches(built):
    """A module that a step imports is among its prerequisites, so a change in it is never overlooked."""
    printed = (built.parent / "printed.txt").read_text(encoding="utf-8")
    watched, seen = watched_modules(built), []
    for seen, path in imported(built, printed):
        assert path in watched[LIBRARIES.get(seen[-1].split()[0], "LIB_REPORT")], (seen[-1], path)
    assert sorted(seen) == sorted(["register", *read(*SOURCES), *computed(*CHAPTERS), *FINISH, "disclose"])


def sources_of(folder):
    """The sources of a data folder that have steps; which ones do is said by their codebooks."""
    paths = ProjectPaths.of(folder, Path("data/raw"))
    declares = {kind.declares for kind in KINDS}
    books = {p.name: paths.codebook(p.name) for p in paths.data.iterdir() if p.is_dir()}
    keys = {s: re.findall(r"^(\w+):", b.read_text(encoding="utf-8"), re.MULTILINE) for s, b in books.items()}
    return sorted(s for s in keys if declares & set(keys[s]))


def test_sources_that_come_in_later_are_read_alone(project, built, copied):
    """Every other shipped source, added to a finished build, is read by watched modules; no old one is again."""
    shutil.copytree(project / "data/raw", copied / "data/raw", dirs_exist_ok=True)
    later = sorted(set(sources_of(copied)) - set(SOURCES))
    assert later
    printed = make(copied, "-j2", "data", PYTHONPROFILEIMPORTTIME="1")
    assert sorted(steps(printed)) == sorted(["register", *read(*later)])
    watched = watched_modules(copied)["LIB_INGEST"]
    assert not {path for _, path in imported(copied, printed)} - watched
    old, new = outputs(built), outputs(copied)
    listed = {"build/state/all", "data/processed/raw-files.csv"}
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


def killed(folder, line, condition):
    """Run make until it has printed a step and the condition holds, then kill it with all its children."""
    process = subprocess.Popen(
        make_command("report"), cwd=folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, encoding="utf-8", start_new_session=True,
    )  # fmt: skip
    printed = ""
    try:
        for text in process.stdout:
            printed += text
            if line in text:
                break
        while process.poll() is None and not condition():
            time.sleep(0.001)
        return process.poll() is None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def test_killed_make_leaves_nothing_that_counts_as_finished(built, ticked, tmp_path):
    """Killed at every stage over older results, the build ends with the bytes of one that was left alone."""
    folder = tmp_path / "gk"
    with_tick(built, folder)
    moments = [
        ("register", appears(folder, "data/processed/.register.*/*")),
        ("ingest", appears(folder, "build/interim/.strukturen-2018.*/*")),
        ("ingest", changed_since(folder, "build/interim/strukturen-2018/responses.parquet")),
        ("process", appears(folder, "data/processed/.strukturen-2018.*/*")),
        ("process", changed_since(folder, "data/processed/strukturen-2018-responses.parquet")),
        (f"chapter {REPORT}", appears(folder, f"build/reports/{REPORT}/.kerngruppe*/*")),
        (f"assemble {REPORT}", changed_since(folder, f"build/reports/{REPORT}/document.json")),
        (f"origins {REPORT}", lambda: True),
        (RENDERS[0], changed_since(folder, f"{OUT}/herkunft.html")),
        (RENDERS[1], changed_since(folder, f"{OUT}/{REPORT}.html")),
    ]
    for line, condition in moments:
        assert killed(folder, line, condition), line
    make(folder, "report")
    assert not different(outputs(ticked[0]), outputs(folder))
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


# What was printed in 2019


def published(prefix):
    """Figures of the printed report by id; only those with a count."""
    with (ROOT / "data/published/zwischenbericht-2019.csv").open(encoding="utf-8") as file:
        return {r["id"]: r for r in csv.DictReader(file) if r["id"].startswith(prefix) and r["numerator"]}


def test_overview_1_equals_the_printed_one(built):
    """Every count of Übersicht 1, with its base where the print has one."""
    ours = pd.read_csv(built / OUT / "tables/uebersicht-01.csv", dtype=str, keep_default_na=False)
    printed = {i.removeprefix("r1-"): (r["numerator"], r["base"]) for i, r in published("r1-u1-").items()}
    assert len(printed) == 19
    assert dict(zip(ours["row"], zip(ours["n"], ours["base_n"], strict=True), strict=True)) == printed


def test_overview_10_equals_the_printed_one(built):
    """Every count of Übersicht 10 with its base: 21 actors in four columns."""
    ours = pd.read_csv(built / OUT / "tables/uebersicht-10.csv")
    found = {(r.label, r.subgroup): (r.n, r.base_n) for r in ours.itertuples()}
    printed = published("r1-u10-")
    heads = {
        r["subgroup"]: int(r["numerator"]) for i, r in printed.items() if "-n" in i.removeprefix("r1-u10")
    }
    rows = {
        (r["label"], r["subgroup"]): (int(r["numerator"]), int(r["base"]))
        for i, r in printed.items()
        if "-n" not in i.removeprefix("r1-u10")
    }
    assert len(rows) == 84
    assert found == rows
    assert {s: base for (_, s), (_, base) in rows.items()} == heads
