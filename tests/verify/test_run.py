"""`make verify` as a whole: every check runs whatever another one found, and nothing unexplained is ever green."""

import json
import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
import yaml

from gkanalysis import __version__
from gkanalysis.__main__ import main
from gkanalysis.core.errors import VerificationError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.verify import run
from gkanalysis.verify.release import compare_outputs, make_manifest, read_manifest
from gkanalysis.verify.run import CERTIFICATE, verify_report
from tools.project import REPORT, ROOT

PUBLISHED = """\
id,section,label,subgroup,kind,printed,qualifier,numerator,base
ja,5.1,angeknüpft,,count,32,,32,
nein,5.1,neu gegründet,,count,13,,13,
alle,5,Bögen,,count,48,,48,
frei,5.3,Beiräte,,percent,39,,18,
"""
RELATIONS = "sum: [{id: ganz, says: Neue und alte ergeben alle., total: alle.n, parts: [ja.n, nein.n]}]\n"
NUMBERS = """\
bindings:
  - {match: ja, number: "kerngruppe:ja:alle"}
  - {match: nein, number: "kerngruppe:nein:alle"}
not_checkable: [{match: alle|frei, reason: Nicht neu gerechnet.}]
"""
ACCEPTED = (
    "- {id: 'widerspruch:ja.n+nein.n+alle.n', verdict: contradiction, reason: Im Druck nicht auflösbar.}\n"
)


class Project:
    """A report of one table with the data of the real one; its rebuild is a copy of what stands in `built`."""

    def __init__(self, rebuilt, root):
        self.root, self.built = root, root / "neubau"
        self.folder = self.built / "reports" / REPORT
        (self.folder / "tables").mkdir(parents=True)
        for name in ("data", "build"):
            (self.built / name).symlink_to(rebuilt.root / name)
        shutil.copy(rebuilt.folder / "tables/kerngruppe.csv", self.folder / "tables")
        self.write(self.folder / "values.json", "[]")
        self.write(self.folder / f"{REPORT}.html", "<p>Bericht</p>")
        (root / "data").mkdir()
        for name in ("raw", "codebook"):
            (root / "data" / name).symlink_to(rebuilt.root / "data" / name)
        (root / "notebooks").mkdir()
        texts = {
            "csv": PUBLISHED,
            "relations.yml": RELATIONS,
            "numbers.yml": NUMBERS,
            "accepted.yml": ACCEPTED,
        }
        for suffix, text in texts.items():
            self.write(self.file(suffix), text)
        self.release()
        self.report, self.paths = rebuilt.report, ProjectPaths.of(root, Path("data/raw"))
        self.fails = ""

    def write(self, path, text):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def file(self, suffix):
        return self.root / f"data/published/{REPORT}.{suffix}"

    def release(self):
        """Keep what stands in `built` as the release."""
        made = make_manifest(self.folder, REPORT, __version__, self.root)
        self.write(self.root / f"reports/{REPORT}.manifest.json", json.dumps(made))

    @contextmanager
    def rebuild(self, *_, **__):
        if self.fails:
            raise VerificationError(self.fails)
        yield self.folder

    def verify(self):
        """Exit status, what was said, and the rows of the certificate by id."""
        try:
            said, code = verify_report(self.report, self.paths), 0
        except VerificationError as error:
            said, code = str(error), error.exit_code
        record = json.loads((self.root / f"reports/{REPORT}/verification.json").read_text(encoding="utf-8"))
        assert record["passed"] == (code == 0)
        assert said.startswith(record["summary"])
        return code, said, {r["id"]: r for r in record["rows"]}

    def open(self):
        """Exit status, and verdict and section of each open row."""
        code, _, rows = self.verify()
        return code, {i: (r["section"], r["verdict"]) for i, r in rows.items() if r["status"] == "open"}


@pytest.fixture
def project(rebuilt, tmp_path, monkeypatch):
    """A small report that is green."""
    made = Project(rebuilt, tmp_path)
    monkeypatch.setattr(run, "rebuilt_report", made.rebuild)
    return made


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_report_that_is_as_released(project):
    """Green, with rows of all kinds, what is known and what could not be compared; three files."""
    code, said, rows = project.verify()
    assert code == 0
    assert said.startswith("Bestanden: ")
    assert ", kein offener Befund, 1 bekannter und begründeter Befund, 2 ohne Vergleich." in said
    assert {r["section"] for r in rows.values()} == {
        "input",
        "output",
        "trace",
        "account",
        "published",
        "contradiction",
    }
    assert rows["ja"]["status"] == rows["tables/kerngruppe.csv"]["status"] == "good"
    assert (
        rows["basis:frei.percent"]["message"]
        == "Nicht gedruckte Basis zu Anteil 39 % bei „Beiräte“ (5.3; frei): 46."
    )
    assert {p.name for p in (project.root / "reports" / REPORT).iterdir()} == set(CERTIFICATE)


def test_certificate_says_how_it_came_about(project):
    """Settings, network, tolerance and versions stand in it; the manifest for CODECHECK lists the outputs."""
    project.verify()
    folder = project.root / "reports" / REPORT
    page = (folder / "verification.html").read_text(encoding="utf-8")
    for words in ("Synthetische Daten", "TZ=Pacific/Chatham", "Netz", "1e-09; Anzahlen", __version__):
        assert words in page
    listed = yaml.safe_load((folder / "codecheck.yml").read_text(encoding="utf-8"))["manifest"]
    assert [m["file"] for m in listed] == ["tables/kerngruppe.csv", "values.json", f"{REPORT}.html"]


def test_a_changed_cell_is_found_by_every_check_that_can_see_it(project):
    """Against the release, against the responses, and against the printed figure."""
    path = project.folder / "tables/kerngruppe.csv"
    table = pd.read_csv(path)
    row = table.index[(table["row"] == "ja") & (table["subgroup"] == "alle")][0]
    table.loc[row, "n"] += 1
    table.to_csv(path, index=False)
    code, found = project.open()
    assert code == 15
    assert found == {
        "tables/kerngruppe.csv": ("output", "differs"), "kerngruppe:ja:alle": ("trace", "does_not_add_up"), "ja": ("published", "differs"),
    }  # fmt: skip


def test_terminal_names_the_first_findings_in_german(project):
    """Id, verdict and message; then where all of them stand."""
    edit(project.file("csv"), "ja,5.1,angeknüpft,,count,32,,32,", "ja,5.1,angeknüpft,,count,33,,33,")
    _, said, _ = project.verify()
    assert "\n  ja: weicht ab; angeknüpft (5.1): gedruckt 33, neu gerechnet 32\n" in said
    assert said.endswith(f"Alle stehen in „{project.root / 'reports' / REPORT / 'verification.html'}“.")


@pytest.mark.parametrize(
    ("suffix", "old", "new", "code", "found"),
    [
        ("csv", "count,13,,13", "count,14,,14", 15, {"nein": ("published", "differs")}),
        ("csv", "48,,48", "45,,45", 17, {"widerspruch:ja.n+nein.n+alle.n": ("problem", "gone")}),
        ("csv", "39,,18", "84,,34", 15, {"widerspruch:frei.n+frei.percent": ("contradiction", "contradiction")}),
        ("csv", ",base", "", 17, {"angaben-1": ("problem", "problem")}),
        ("numbers.yml", "kerngruppe:nein:alle", "kerngruppe:niemand:alle", 17, {"nein": ("published", "unknown_number")}),
        ("numbers.yml", "alle|frei", "alle", 17, {"frei": ("published", "not_bound")}),
        ("numbers.yml", "match: nein", "match: jein", 17, {"nein": ("published", "not_bound"), "angaben-1": ("problem", "problem")}),
        ("numbers.yml", "bindings:", "zuordnung:", 17, {"published": ("problem", "problem")}),
        ("relations.yml", "nein.n", "niemand.n", 17, {"beziehung-1": ("problem", "problem"), "widerspruch:ja.n+nein.n+alle.n": ("problem", "gone")}),
        ("relations.yml", "sum: [", "sum: ", 17, {"beziehung-1": ("problem", "problem"), "widerspruch:ja.n+nein.n+alle.n": ("problem", "gone")}),
        ("accepted.yml", "reason: Im Druck nicht auflösbar.", "reason: ''", 15, {"accepted": ("problem", "problem"), "widerspruch:ja.n+nein.n+alle.n": ("contradiction", "contradiction")}),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_open_and_the_rest_is_checked(suffix, old, new, code, found, project):
    """One row each; everything else has been checked and is as before."""
    edit(project.file(suffix), old, new)
    if old == ",base":  # all cells of the column go
        lines = project.file("csv").read_text(encoding="utf-8").splitlines()
        project.write(
            project.file("csv"), "\n".join([lines[0], *(x.rpartition(",")[0] for x in lines[1:])]) + "\n"
        )
    status, _, rows = project.verify()
    opened = {i: (r["section"], r["verdict"]) for i, r in rows.items() if r["status"] == "open"}
    assert (status, opened) == (code, found)
    assert {"trace", "output", "account", "input"} <= {r["section"] for r in rows.values()}
    if suffix != "numbers.yml":
        assert rows["ja"]["verdict"] == "agrees"


def test_an_accepted_finding_that_is_none_is_open_even_if_it_never_was_one(project):
    """The list of known findings holds nothing that does not exist."""
    with project.file("accepted.yml").open("a", encoding="utf-8") as lines:
        lines.write("- {id: nein, verdict: differs, reason: alt}\n")
    code, said, _ = project.verify()
    assert code == 17
    assert "1 offener Befund" in said
    assert "\n  nein: eingetragen, besteht aber nicht mehr; „weicht ab“ war eingetragen (alt);" in said


@pytest.mark.parametrize("text", ["- {id: ja}", "- ja", "a: b", "[", ACCEPTED + ACCEPTED])
def test_a_list_of_known_findings_that_cannot_be_used(text, project):
    """One sentence, and nothing is taken as known."""
    project.write(project.file("accepted.yml"), text)
    code, found = project.open()
    assert code == 15
    assert found["accepted"] == ("problem", "problem")
    assert "widerspruch:ja.n+nein.n+alle.n" in found


def test_without_a_release_nothing_is_green(project):
    """Said once; all other checks have run."""
    (project.root / f"reports/{REPORT}.manifest.json").unlink()
    code, _, rows = project.verify()
    assert code == 17
    opened = [r for r in rows.values() if r["status"] == "open"]
    assert len(opened) == 1
    assert "ohne Stand der Veröffentlichung gibt es keinen Vergleich" in opened[0]["message"]
    assert not {r["section"] for r in rows.values()} & {"input", "output"}
    assert rows["ja"]["verdict"] == "agrees"


def test_release_of_another_version_is_said_and_compared_all_the_same(project):
    """One sentence names both versions; the outputs have their rows."""
    path = project.root / f"reports/{REPORT}.manifest.json"
    edit(path, f'"version": "{__version__}"', '"version": "0.0.7"')
    code, _, rows = project.verify()
    assert code == 17
    assert [r["message"] for r in rows.values() if r["status"] == "open"] == [
        f"„{path.name}“ stammt aus der Fassung 0.0.7, hier läuft {__version__}; bitte mit der passenden Fassung prüfen oder „make release“ ausführen."
    ]
    assert rows["tables/kerngruppe.csv"]["verdict"] == "identical"


def test_a_build_that_fails_leaves_a_certificate_that_is_red(project):
    """Why it failed stands first; outputs are not rebuilt, figures still checked against each other."""
    project.fails = "Der Neubau ist gescheitert:\nKapitel drei"
    code, _, rows = project.verify()
    assert code == 17
    assert rows["rebuild"]["message"] == project.fails
    assert rows["tables/kerngruppe.csv"]["verdict"] == "not_rebuilt"
    assert rows["published"]["verdict"] == "problem"
    assert rows["widerspruch:ja.n+nein.n+alle.n"]["status"] == "accepted"


def test_an_interrupted_run_leaves_no_certificate_of_an_earlier_one(project, monkeypatch):
    """A green page never stands for a run that came to no end."""
    project.verify()
    monkeypatch.setattr(run, "account_rows", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        verify_report(project.report, project.paths)
    assert not any((project.root / "reports" / REPORT / name).exists() for name in CERTIFICATE)


def test_time_stamps_are_not_trusted(project):
    """Files that look older than the release are compared by what they hold."""
    path = project.folder / f"{REPORT}.html"
    edit(path, "Bericht", "Gericht")
    os.utime(path, (0, 0))
    assert project.open() == (15, {f"{REPORT}.html": ("output", "differs")})


def test_shipped_report_is_green_with_its_own_manifest(rebuilt, tmp_path, monkeypatch, capsys):
    """The whole of it by the command: status 0, and each output, number and printed figure has its row."""
    root = tmp_path / "gk"
    shutil.copytree(rebuilt.root, root, ignore=shutil.ignore_patterns(REPORT, "build", "processed", "src"))

    @contextmanager
    def built(*_, **__):
        yield rebuilt.folder

    monkeypatch.setattr(run, "rebuilt_report", built)
    monkeypatch.chdir(root)
    status = main(["verify", REPORT])
    printed = capsys.readouterr()
    assert (status, printed.err) == (0, "")
    assert printed.out.startswith("Bestanden: ")
    rows = json.loads((root / "reports" / REPORT / "verification.json").read_text(encoding="utf-8"))["rows"]
    ids = {r["id"] for r in rows}
    outputs = {p.relative_to(rebuilt.folder).as_posix() for p in rebuilt.folder.rglob("*") if p.is_file()}
    assert outputs <= ids
    figures = pd.read_csv(root / f"data/published/{REPORT}.csv", dtype=str)["id"]
    assert set(figures) <= ids
    assert sum(r["section"] == "trace" and r["verdict"] == "adds_up" for r in rows) > 400


def test_committed_release_holds_the_numbers_that_this_project_computes(rebuilt):
    """Whoever changes a number commits a new release with it: tables, numbers of figures and of the text."""
    manifest = read_manifest(ROOT / f"reports/{REPORT}.manifest.json")
    rows = [
        r
        for r in compare_outputs(manifest, rebuilt.folder)
        if r["id"].partition("#")[0].endswith((".csv", ".json"))
    ]
    assert len(rows) > 50
    assert [r for r in rows if r["verdict"] not in ("identical", "same_values", "within_tolerance")] == []
