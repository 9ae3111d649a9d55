"""The release manifest: one row per output, and never green without a comparison."""

import json
import shutil

import pytest

from gkanalysis.core.errors import VerificationError
from gkanalysis.verify.manifest import (
    compare_inputs,
    compare_outputs,
    make_manifest,
    read_manifest,
)

VALUES = [{"id": "eingegangen", "wording": "of", "text": "48 von 58"}]


@pytest.fixture
def folder(tmp_path):
    """A finished report in small, `r` below a project."""
    root = tmp_path / "reports/r"
    files = {
        "tables/t.csv": "row,n,share\na,3,0.5\n", "figures/f.csv": "row,n\na,3\n", "figures/f.svg": "<svg/>",
        "r.html": "<p class='x'>Drei</p>", "r.pdf": "%PDF", "values.json": json.dumps(VALUES),
        "verification.html": "alt", "codecheck.yml": "alt", ".seen": "1",
    }  # fmt: skip
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def change(folder, name, old, new):
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def verdicts(manifest, folder):
    return {r["id"]: r["verdict"] for r in compare_outputs(manifest, folder)}


def test_a_manifest_has_the_text_of_numbers_and_hashes_of_the_rest(folder):
    """Certificates and hidden files are no outputs; tables and values are kept in full."""
    outputs = make_manifest(folder, "r", "0.1")["outputs"]
    assert outputs.keys() == {
        "tables/t.csv",
        "figures/f.csv",
        "figures/f.svg",
        "r.html",
        "r.pdf",
        "values.json",
    }
    assert outputs["tables/t.csv"] == {"text": "row,n,share\na,3,0.5\n"}
    assert outputs["r.html"].keys() == {"sha256", "content"}
    assert outputs["r.pdf"].keys() == {"sha256"}


def test_everything_the_same(folder):
    """One row per output and one per number in the text, all of them identical."""
    found = verdicts(make_manifest(folder, "r", "0.1"), folder)
    assert set(found.values()) == {"identical"}
    assert found.keys() == {
        "tables/t.csv", "figures/f.csv", "figures/f.svg", "r.html", "r.pdf", "values.json", "values.json#eingegangen.of",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "verdict"),
    [
        ("tables/t.csv", "3", "4", "differs"),
        ("tables/t.csv", "3", "3.0", "same_values"),
        ("tables/t.csv", "0.5", "0.50000000000001", "within_tolerance"),
        ("figures/f.svg", "<svg/>", "<svg />", "drawn_otherwise"),
        ("r.html", "'x'", "'y'", "same_values"),
        ("r.html", "Drei", "Vier", "differs"),
        ("r.pdf", "%PDF", "%PDF ", "differs"),
        ("values.json", "48 von", "47 von", "differs"),
        ("values.json", ", ", ",", "same_values"),
        ("values.json", "[", "", "not_checked"),
    ],
)
def test_verdict_on_a_changed_output(name, old, new, verdict, folder):
    """Each kind is judged by what it is: cells, words, numbers behind a picture, bytes."""
    manifest = make_manifest(folder, "r", "0.1")
    change(folder, name, old, new)
    found = verdicts(manifest, folder)
    assert found.pop(name) == verdict
    assert {v for n, v in found.items() if not n.startswith("values.json#")} == {"identical"}


def test_old_and_new_are_shown(folder):
    """First cell of a table, first number of the text with their number, beginnings of hashes."""
    manifest = make_manifest(folder, "r", "0.1")
    for name, old, new in (("tables/t.csv", "3", "4"), ("values.json", "48", "47"), ("r.pdf", "%", "!")):
        change(folder, name, old, new)
    rows = {r["id"]: r for r in compare_outputs(manifest, folder)}
    assert (rows["tables/t.csv"]["old"], rows["tables/t.csv"]["new"]) == ("3", "4")
    assert rows["tables/t.csv"]["message"] == "Zeile 2 (a, 3, 0.5), Spalte n"
    assert rows["values.json"]["message"] == "1 Zahlen im Text; die erste: eingegangen.of"
    assert rows["values.json#eingegangen.of"]["new"] == "47 von 58"
    assert len(rows["r.pdf"]["old"]) == len(rows["r.pdf"]["new"]) == 12


def test_a_picture_whose_numbers_differ_is_otherwise(folder):
    """A figure drawn from other numbers is no mere matter of drawing."""
    manifest = make_manifest(folder, "r", "0.1")
    change(folder, "figures/f.svg", "svg", "gvs")
    change(folder, "figures/f.csv", "3", "4")
    assert verdicts(manifest, folder)["figures/f.svg"] == "differs"


def test_outputs_that_only_one_side_has(folder):
    """Not rebuilt, and not in the release; a report that was not built at all has no green row."""
    manifest = make_manifest(folder, "r", "0.1")
    (folder / "r.pdf").rename(folder / "neu.pdf")
    found = verdicts(manifest, folder)
    assert (found["r.pdf"], found["neu.pdf"]) == ("not_rebuilt", "not_checked")
    shutil.rmtree(folder)
    assert set(verdicts(manifest, folder).values()) == {"not_rebuilt"}


def test_a_table_of_which_the_release_has_a_hash_only_is_not_checked(folder):
    """Text is compared itself, never by a hash beside it."""
    manifest = make_manifest(folder, "r", "0.1")
    manifest["outputs"]["tables/t.csv"] = {"sha256": "0" * 64}
    assert verdicts(manifest, folder)["tables/t.csv"] == "not_checked"


def test_other_json_is_compared_as_it_stands(folder):
    """A JSON file that is no list of values has no values that could be the same."""
    (folder / "extra.json").write_text('{"a": 1}')
    manifest = make_manifest(folder, "r", "0.1")
    (folder / "extra.json").write_text('{"a": 2}')
    assert verdicts(manifest, folder)["extra.json"] == "differs"


def test_inputs_that_were_changed_are_named(folder):
    """Data, codebooks, notebooks, definitions: changed, new and lost, each with the beginning of its hash."""
    root = folder.parents[1]
    files = ("data/raw/forms/a.docx", "data/codebook/c.yml", "notebooks/01.ipynb", "reports/r.yml")
    for name in (*files, "notebooks/.ipynb_checkpoints/x.ipynb"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    manifest = make_manifest(folder, "r", "0.1", root)
    assert manifest["inputs"].keys() == set(files)
    (same,) = compare_inputs(manifest, root)
    assert (same["verdict"], same["message"][:9]) == ("identical", "4 Dateien")
    (root / files[0]).write_text("anders")
    (root / files[1]).unlink()
    (root / "notebooks/02.ipynb").write_text("neu")
    rows = {r["id"]: r for r in compare_inputs(manifest, root)}
    assert rows.pop("inputs")["message"][:9] == "2 Dateien"
    assert {n: (r["verdict"], "fehlt" in (r["old"], r["new"])) for n, r in rows.items()} == {
        files[0]: ("differs", False), files[1]: ("differs", True), "notebooks/02.ipynb": ("differs", True),
    }  # fmt: skip


def test_received_data_of_ones_own_are_compared_under_the_same_names(folder):
    """A data folder elsewhere stands for data/raw."""
    root = folder.parents[1]
    (root / "echt/forms").mkdir(parents=True)
    (root / "echt/forms/a.docx").write_text("a")
    manifest = make_manifest(folder, "r", "0.1", root, root / "echt")
    assert "data/raw/forms/a.docx" in manifest["inputs"]
    assert [r["verdict"] for r in compare_inputs(manifest, root, root / "echt")] == ["identical"]
    assert {r["verdict"] for r in compare_inputs(manifest, root)} > {"differs"}


def test_a_manifest_without_inputs_is_not_green(folder):
    """Nothing to compare with is not the same."""
    assert next(r["verdict"] for r in compare_inputs(make_manifest(folder, "r", "0.1"), folder.parents[1])) == "not_checked"  # fmt: skip


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "fehlt; ohne Stand der Veröffentlichung gibt es keinen Vergleich. „make release“ hält den jetzigen Stand fest."),
        ("{", "ist nicht lesbar; bitte den Stand aus dem Git wiederherstellen."),
        ("[]", "hat das Format None, gelesen wird 1;"),
        ('{"format": 2}', "hat das Format 2, gelesen wird 1; bitte mit der passenden Fassung prüfen oder den Stand mit „make release“ neu festhalten."),
        ('{"format": 1, "inputs": {}}', "ist unvollständig"),
        ('{"format": 1, "inputs": {}, "outputs": {"a": {}}}', "ist unvollständig"),
        ('{"format": 1, "inputs": {}, "outputs": {"a": {"text": 5}}}', "ist unvollständig"),
        ('{"format": 1, "inputs": {"a": 5}, "outputs": {}}', "ist unvollständig"),
    ],
)  # fmt: skip
def test_manifests_that_cannot_be_used(text, sentence, tmp_path):
    """Missing, broken, of another format, incomplete: one sentence with the path and what to do."""
    path = tmp_path / "r.manifest.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(VerificationError) as error:
        read_manifest(path)
    assert sentence in str(error.value)
    assert f"„{path}“" in str(error.value)
