"""`make verify` as a whole: every check runs whatever another one found, and nothing unexplained is ever green."""

import json
import shutil
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pandas as pd
import pytest
import yaml

from gkanalysis import __version__
from gkanalysis.__main__ import main
from gkanalysis.core.errors import VerificationError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.core.rawstate import misfit
from gkanalysis.counts.data import Data
from gkanalysis.verify import run
from gkanalysis.verify.accounts import account_rows
from gkanalysis.verify.rebuild import versions
from gkanalysis.verify.release import CERTIFICATE, make_manifest
from gkanalysis.verify.run import verify_report
from tools.project import REPORT

CLASH = "widerspruch:ja.n+nein.n+alle.n"
PAGE = "<table><thead><tr><th>Weg</th><th>insgesamt<br>(n&nbsp;=&nbsp;45)</th></tr></thead><tbody>" + "".join(
    f'<tr><th>{label}</th><td><a class="number" href="herkunft.html#z-kerngruppe_{row}_alle">{n} (x %)</a></td></tr>'
    for row, label, n in (("ja", "angeknüpft", 32), ("nein", "neu gegründet", 13))
)
FILES = {
    "csv": "id,section,label,subgroup,kind,printed,qualifier,numerator,base\nja,5.1,angeknüpft,,count,32,,32,\n"
    "nein,5.1,neu gegründet,,count,13,,13,\nalle,5,Bögen,,count,48,,48,\nfrei,5.3,Beiräte,,percent,39,,18,\n",
    "relations.yml": "sum: [{id: ganz, says: Neue und alte ergeben alle., total: alle.n, parts: [ja.n, nein.n]}]\n",
    "numbers.yml": 'bindings:\n- {match: ja, number: "kerngruppe:ja:alle"}\n- {match: nein, number: "kerngruppe:nein:alle"}\n'
    "not_checkable: [{match: alle|frei, reason: Nicht neu gerechnet.}]\n",
    "accepted.yml": f"- {{id: '{CLASH}', verdict: contradiction, reason: Im Druck nicht auflösbar.}}\n",
}  # fmt: skip


class Project:
    """A report of one table with the data of the real one; its rebuild is a copy of what stands in `built`."""

    def __init__(self, rebuilt, root):
        self.root, built = root, root / "neubau"
        self.folder, self.target, self.fails = built / "reports" / REPORT, root / "reports" / REPORT, ""
        self.report, self.paths = rebuilt.report, ProjectPaths.of(root, Path("data/raw"))
        for made in (self.folder / "tables", root / "data/published", root / "notebooks", self.target):
            made.mkdir(parents=True)
        for name in ("data", "build"):
            (built / name).symlink_to(rebuilt.root / name)
        for name in ("data/raw", "data/codebook"):
            (root / name).symlink_to(rebuilt.root / name)
        self.table = self.folder / "tables/kerngruppe.csv"
        shutil.copy(rebuilt.folder / "figures/kerngruppe.csv", self.table)
        (self.folder / "values.json").write_text("[]")
        (self.folder / f"{REPORT}.html").write_text(PAGE, encoding="utf-8")
        for suffix, text in FILES.items():
            self.file(suffix).write_text(text, encoding="utf-8")
        shutil.copytree(self.folder, self.target, dirs_exist_ok=True)
        self.manifest = root / f"reports/{REPORT}.manifest.json"
        self.release()

    def release(self):
        self.manifest.write_text(json.dumps(make_manifest(self.folder, REPORT, __version__, self.root)))

    def file(self, suffix):
        return self.root / f"data/published/{REPORT}.{suffix}"

    @contextmanager
    def rebuild(self, *_, **__):
        if self.fails:
            raise VerificationError(self.fails)
        yield self.folder

    def verify(self):
        """Exit status, what was said, the rows of the certificate by id, and section and verdict of the open ones."""
        try:
            said, code = verify_report(self.report, self.paths), 0
        except VerificationError as error:
            said, code = str(error), error.exit_code
        record = json.loads((self.target / "verification.json").read_text(encoding="utf-8"))
        assert record["passed"] == (code == 0)
        assert said.startswith(record["summary"])
        rows = {r["id"]: r for r in record["rows"]}
        opened = {i: (r["section"], r["verdict"]) for i, r in rows.items() if r["status"] == "open"}
        return code, said, rows, opened


@pytest.fixture(scope="module")
def sums(rebuilt):
    """The sums of what came in, which is the same in all tests here: to read each form again takes two seconds."""
    return list(account_rows(Data(ProjectPaths.of(rebuilt.root, Path("data/raw"))), rebuilt.report.sources))


@pytest.fixture
def project(rebuilt, sums, tmp_path, monkeypatch):
    """A small report that is green."""
    made = Project(rebuilt, tmp_path)
    monkeypatch.setattr(run, "rebuilt_report", made.rebuild)
    monkeypatch.setattr(run, "account_rows", lambda *_: [dict(row) for row in sums])
    return made


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_a_report_that_is_as_released(project):
    """Green, with rows of all kinds and what could not be compared; the certificate says how it came about."""
    code, said, rows, _ = project.verify()
    assert code == 0
    assert said.startswith("Bestanden: ")
    assert (
        "diesem Bericht: 0 offen; Befunde zur gedruckten Veröffentlichung: 0 offen, 1 bekannt und begründet; 2 ohne Vergleich."
        in said
    )
    assert {r["section"] for r in rows.values()} == {"input", "output", "delivered", "trace", "account", "published", "contradiction"}  # fmt: skip
    assert rows["ja"]["status"] == rows["tables/kerngruppe.csv"]["status"] == "good"
    assert rows["basis:frei.percent"]["message"].endswith("Anteil 39 % bei „Beiräte“ (5.3; frei): 46.")
    assert {p.name for p in project.target.iterdir()} == {"tables", "values.json", f"{REPORT}.html", *CERTIFICATE}
    page = (project.target / "verification.html").read_text(encoding="utf-8")
    for words in ("Synthetische Daten", "TZ=Pacific/Chatham", "Netz", "1e-09; Anzahlen", __version__):
        assert words in page
    digest = sha256((project.target / "values.json").read_bytes()).hexdigest()
    assert (digest in page, "nicht aus einem Git" in page, "Alle, die das Projekt haben" in page) == (True, True, True)
    listed = yaml.safe_load((project.target / "codecheck.yml").read_text(encoding="utf-8"))["manifest"]
    assert [m["file"] for m in listed] == ["tables/kerngruppe.csv", "values.json", f"{REPORT}.html"]
    assert misfit(str(project.target)) == ""


def change(path, text="<p>Anderer Bericht</p>"):
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("do", "found"),
    [
        (lambda at: change(at / f"{REPORT}.html"), {f"beiliegend/{REPORT}.html": ("delivered", "differs")}),
        (lambda at: change(at / "tables/kerngruppe.csv", (at / "tables/kerngruppe.csv").read_text(encoding="utf-8").replace("32", "23", 1)), {"beiliegend/tables/kerngruppe.csv": ("delivered", "differs")}),
        (lambda at: (at / "values.json").unlink(), {"beiliegend/values.json": ("delivered", "not_checked")}),
        (lambda at: (at / f"{REPORT}.pdf").write_bytes(b"%PDF"), {f"beiliegend/{REPORT}.pdf": ("delivered", "not_rebuilt")}),
        (lambda at: (at / f"{REPORT}.docx").write_bytes(b"PK?"), {f"beiliegend/{REPORT}.docx": ("delivered", "not_rebuilt")}),
        (lambda at: (at / "~$bericht.docx").write_bytes(b"x"), {}),
        (shutil.rmtree, {"delivered": ("problem", "problem")}),
    ],
)  # fmt: skip
def test_the_certificate_is_about_the_files_beside_it(do, found, project):
    """Edited, from another build, missing, left over, none at all: each is named, and is the only thing that is wrong."""
    do(project.target)
    code, said, _, opened = project.verify()
    assert (opened, code) == (found, 0 if not found else 15 if "differs" in str(found) else 17)
    assert all(name in said for name in found)


def test_files_that_no_longer_fit_the_certificate_are_named(project):
    """As make says it after each build: changed, missing, or a certificate of which nothing can be said."""
    assert misfit(str(project.target)) == ""  # there is none
    project.verify()
    change(project.target / f"{REPORT}.html")
    (project.target / "values.json").unlink()
    hint = f"Hinweis: Der Prüfbericht zu „{REPORT}“ gilt nicht für das, was neben ihm liegt; anders sind: "
    assert (
        misfit(str(project.target)) == f"{hint}values.json, {REPORT}.html. „make verify REPORT={REPORT}“ prüft neu.\n"
    )
    change(project.target / "verification.json", '{"passed": true}')
    assert misfit(str(project.target)).startswith(f"{hint}verification.json.")


def test_a_changed_cell_is_found_by_every_check_that_can_see_it(project):
    """Against the release, against the responses, and against the printed figure, as the terminal says in German."""
    table = pd.read_csv(project.table)
    table.loc[(table["row"] == "ja") & (table["subgroup"] == "alle"), "n"] += 1
    table.to_csv(project.table, index=False)
    code, said, _, opened = project.verify()
    assert code == 15
    assert opened == {
        "tables/kerngruppe.csv": ("output", "differs"), "beiliegend/tables/kerngruppe.csv": ("delivered", "differs"), "kerngruppe:ja:alle": ("trace", "does_not_add_up"), "ja": ("published", "differs"),
    }  # fmt: skip
    assert "\n  ja: weicht ab; angeknüpft (5.1): gedruckt 32, neu gerechnet 33\n" in said
    assert said.endswith(f"Alle stehen in „{project.target / 'verification.html'}“.")


def test_labels_that_changed_places_are_found_without_a_release(project):
    """The numbers are right by their ids, and a reader takes one for the other: the comparison is by what is printed."""
    swapped = PAGE.replace("angeknüpft", "x").replace("neu gegründet", "angeknüpft").replace("x<", "neu gegründet<")
    for folder in (project.folder, project.target):
        change(folder / f"{REPORT}.html", swapped)
    project.release()
    code, said, rows, opened = project.verify()
    assert (code, opened) == (15, dict.fromkeys(("ja", "nein"), ("published", "other_words")))
    assert (
        rows["nein"]["message"]
        == "neu gegründet (5.1): im fertigen Bericht steht die Zahl bei „13 (x %); angeknüpft; insgesamt“"
    )
    assert "\n  ja: gleiche Zahl, aber bei anderen Wörtern; " in said


def test_other_versions_pass_and_say_so_unless_they_change_a_number(project):
    """Provenance is compared as such; where an output differs, what ran otherwise stands beside it."""
    content = json.loads(project.manifest.read_text()) | {"versions": versions() | {"Python": "3.9.1", "Code": "abc"}}
    project.manifest.write_text(json.dumps(content))
    code, _, rows, _ = project.verify()
    assert (code, rows["programme"]["verdict"], rows["programme"]["status"]) == (0, "other_versions", "good")
    entstand = f"Die Veröffentlichung entstand mit Python 3.9.1 (hier {versions()['Python']}), Code abc (hier {versions()['Code']})."
    assert rows["programme"]["message"] == entstand
    for folder in (project.folder, project.target):
        edit(folder / "tables/kerngruppe.csv", "ja,alle Bündnisse,alle", "ja,Alle Bündnisse,alle")
    code, _, rows, opened = project.verify()
    assert (code, opened["tables/kerngruppe.csv"], "programme" in rows) == (15, ("output", "differs"), False)
    assert rows["tables/kerngruppe.csv"]["message"].endswith(f"; {entstand}")


PROBLEM, GONE = ("problem", "problem"), {CLASH: ("problem", "gone")}


@pytest.mark.parametrize(
    ("suffix", "old", "new", "code", "opened"),
    [
        ("csv", "count,13,,13", "count,14,,14", 15, {"nein": ("published", "differs")}),
        ("csv", "48,,48", "45,,45", 17, GONE),
        ("numbers.yml", "kerngruppe:nein:alle", "kerngruppe:niemand:alle", 17, {"nein": ("published", "unknown_number")}),
        ("relations.yml", "nein.n", "niemand.n", 17, {"beziehung-1": PROBLEM, **GONE}),
        ("accepted.yml", "reason: Im Druck nicht auflösbar.", "reason: ''", 15, {"accepted": PROBLEM, CLASH: ("contradiction", "contradiction")}),
        ("accepted.yml", "- {id: 'w", "- {id: ja, verdict: differs, reason: im DRUCK  nicht auflösbar}\n- {id: 'w", 15, {"accepted": PROBLEM, CLASH: ("contradiction", "contradiction")}),
        ("accepted.yml", "- {id: 'w", "- {id: weg, verdict: differs, reason: alt}\n- {id: 'w", 17, {"weg": ("problem", "gone")}),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_file_is_open_and_the_rest_is_checked(suffix, old, new, code, opened, project):
    """One row each; everything else has been checked and is as before."""
    edit(project.file(suffix), old, new)
    _, _, _, wrong = project.verify()  # what is published, bound, related and accepted is part of the release
    assert wrong.pop(f"data/published/{REPORT}.{suffix}") == ("input", "differs")
    project.release()
    status, _, rows, wrong = project.verify()
    assert (status, wrong) == (code, opened)
    assert {"trace", "output", "account", "input"} <= {r["section"] for r in rows.values()}
    if suffix != "numbers.yml" and "published" not in opened:
        assert rows["ja"]["verdict"] == "agrees"


def test_without_a_release_or_with_another_ones_nothing_is_green(project):
    """Said once; all other checks have run."""
    edit(project.manifest, f'"version": "{__version__}"', '"version": "0.0.7"')
    code, _, rows, opened = project.verify()
    assert (code, list(opened), rows["tables/kerngruppe.csv"]["verdict"]) == (17, ["fassung-1"], "identical")
    assert f"stammt aus der Fassung 0.0.7, hier läuft {__version__}" in rows["fassung-1"]["message"]
    project.manifest.unlink()
    code, _, rows, opened = project.verify()
    assert (code, len(opened), rows["ja"]["verdict"]) == (17, 1, "agrees")
    assert "gibt es keinen Vergleich" in rows[next(iter(opened))]["message"]
    assert not {r["section"] for r in rows.values()} & {"input", "output"}


def test_a_build_that_fails_leaves_a_certificate_that_is_red(project, monkeypatch):
    """Why it failed stands in it, figures are still checked against each other; a run without end leaves none."""
    project.fails = "Die Nachrechnung ist gescheitert:\nKapitel drei"
    code, _, rows, _ = project.verify()
    assert (code, rows["rebuild"]["message"]) == (17, project.fails)
    assert rows["tables/kerngruppe.csv"]["verdict"] == "not_rebuilt"
    assert rows["published"]["verdict"] == "problem"
    assert rows[CLASH]["status"] == "accepted"
    project.fails = ""
    monkeypatch.setattr(run, "account_rows", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        verify_report(project.report, project.paths)
    assert not {p.name for p in project.target.iterdir()} & set(CERTIFICATE)


def test_commands_for_verifying_and_releasing(project, rebuilt, monkeypatch, capsys):
    """What is released has a certificate that passed; without it, or beside another file, the command says so."""
    definition = (rebuilt.root / f"reports/{REPORT}.yml").read_text(encoding="utf-8")
    (project.root / f"reports/{REPORT}.yml").write_text(f"{definition}\nformats: [html]\n", encoding="utf-8")
    (project.root / "pyproject.toml").touch()
    (project.root / "notebooks").rmdir()
    (project.root / "notebooks").symlink_to(rebuilt.root / "notebooks")
    monkeypatch.chdir(project.root)
    missing = f"Einen bestandenen Prüfbericht dazu gibt es nicht; „make verify REPORT={REPORT}“"
    for command, printed in (("release", missing), ("verify", "Bestanden: "), ("release", "")):
        assert main([command, REPORT]) == 0
        assert printed in (said := capsys.readouterr().out)
        assert ("Prüfbericht dazu" in said) == (printed == missing)
    change(project.target / f"{REPORT}.html")
    assert main(["release", REPORT]) == 0
    assert missing in capsys.readouterr().out
