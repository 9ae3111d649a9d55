"""The release manifest: one verdict per output, by what it is, and never green without a comparison."""

import json
import shutil
import zipfile

import pytest

from gkanalysis.core.errors import VerificationError
from gkanalysis.verify.release import (
    compare_inputs,
    compare_outputs,
    compare_texts,
    make_manifest,
    read_manifest,
    seen_content,
)

TABLE = "row,subgroup,n,base_n,share,ci_low\n1.1,alle,39,45,0.8666666666666667,0.75\n1.10,alle,9,45,0.2,\n"


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        ("", "", "identical"), ("39,45", "39.0,45", "same_values"), ("0.75", "0.7500", "same_values"), ("\n", "\r\n", "same_values"),
        ("0.8666666666666667", "0.8666666666666670", "within_tolerance"), ("0.75", "0.7500000009", "within_tolerance"),
        ("0.75", "0.7500000011", "differs"), ("39,45", "39.0000000001,45", "differs"), ("1.10", "1.1", "differs"),
        ("0.75", "", "differs"), ("0.75", "nan", "differs"), ("n,base_n", "base_n,n", "differs"), ("1.10,alle,9,45,0.2,\n", "", "differs"),
    ],
)  # fmt: skip
def test_verdict_on_tables(old, new, verdict):
    """Only measures have a tolerance, counts have none, ids that look like numbers are text, no row is missing."""
    for pair in ((TABLE, TABLE.replace(old, new)), (TABLE.replace(old, new), TABLE)):
        (row,) = compare_texts("t.csv", *pair)
        assert row["verdict"] == verdict


def value(name, text, wording="n", **more):
    return {"id": name, "wording": wording, "text": text} | more


def test_one_row_for_each_number_in_the_text():
    """The same, changed, gone, new, and the second use of a wording; what stands there is shown, or what differs."""
    old = [value("a", "58"), value("a", "9"), value("b", "48 von 58", "of", n=48), value("weg", "3"), value("c", "x", rows=[1])]  # fmt: skip
    new = [value("a", "58"), value("a", "8"), value("b", "47 von 58", "of", n=47), value("c", "x", rows=[2]), value("neu", "1")]  # fmt: skip
    rows = compare_texts("values.json", *map(json.dumps, (old, new)))
    assert [(r["id"].partition("#")[2], r["verdict"], r["old"], r["new"]) for r in rows] == [
        ("", "differs", "9", "8"), ("a.n", "identical", "", "58"), ("a.n#2", "differs", "9", "8"),
        ("b.of", "differs", "48 von 58", "47 von 58"), ("weg.n", "not_rebuilt", "", ""), ("c.n", "differs", "[1]", "[2]"),
        ("neu.n", "not_checked", "", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("broken", ["", "{", '{"a": 1}', "[1]"])
def test_values_that_cannot_be_read_are_never_the_same(broken):
    """Neither side gives a green row when its list is broken, not even if both are."""
    for pair in ((broken, "[]"), ("[]", broken), (broken, broken)):
        rows = list(compare_texts("values.json", *pair))
        assert {r["verdict"] for r in rows} == {"not_checked"}
        assert "ist die Liste der Zahlen nicht lesbar." in rows[0]["message"]


PARTS = {
    "r.html": "<html><head><style>p{}</style></head><body><p id='x' class='a'>39 von <a href=\"#b\">45</a></p><img src='data:1' alt='Balken'></body></html>",
    "word/document.xml": "<d><t>39 von 45</t><p descr='Balken'/></d>", "word/footnotes.xml": "<t>Fuß</t>",
    "word/_rels/document.xml.rels": "<R Target='x'/>", "word/media/image1.png": "png", "docProps/core.xml": "2019",
}  # fmt: skip


@pytest.mark.parametrize(
    ("part", "old", "new", "seen"),
    [
        ("r.html", "39", "40", True), ("r.html", "#b", "#c", True), ("r.html", "id='x'", "id='y'", True), ("r.html", "data:1", "data:2", True),
        ("r.html", "Balken", "Torten", True), ("r.html", "<p", "<p>x</p><p", True), ("r.html", "class='a'", "class='b'", False),
        ("r.html", "<p ", "<p  ", False), ("r.html", "p{}", "p{a}", False), ("r.html", "von <", "von\n <", False),
        ("word/document.xml", "39", "40", True), ("word/document.xml", "Balken", "Torten", True), ("word/footnotes.xml", "Fuß", "Fuss", True),
        ("word/_rels/document.xml.rels", "x", "y", True), ("word/media/image1.png", "png", "gnp", True),
        ("docProps/core.xml", "2019", "2020", False), ("word/document.xml", "<t>", "<t rsid='1'>", False),
    ],
)  # fmt: skip
def test_what_a_reader_sees_of_a_file(part, old, new, seen, tmp_path):
    """Words, notes, targets of links, anchors, pictures and descriptions; not classes, spaces, styles, properties."""
    page, word, contents = tmp_path / "r.html", tmp_path / "r.docx", []
    for parts in (PARTS, PARTS | {part: PARTS[part].replace(old, new)}):
        page.write_text(parts["r.html"], encoding="utf-8")
        with zipfile.ZipFile(word, "w") as archive:
            for name, text in parts.items():
                archive.writestr(name, text)
        contents.append(seen_content(page if part == "r.html" else word))
    assert (contents[0] != contents[1]) == seen


@pytest.fixture
def folder(tmp_path):
    """A finished report in small, `r` below a project."""
    root = tmp_path / "reports/r"
    files = {
        "tables/t.csv": "row,n,share\na,3,0.5\n", "figures/f.csv": "row,n\na,3\n", "figures/f.svg": "<svg/>",
        "r.html": "<p class='x'>Drei</p>", "r.pdf": "%PDF", "values.json": json.dumps([value("eingegangen", "48 von 58", "of")]),
        "verification.html": "alt", "codecheck.yml": "alt", ".seen": "1", "extra.json": "{}", "arbeit/a.csv": "fall",
    }  # fmt: skip
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def verdicts(manifest, folder):
    return {r["id"]: r["verdict"] for r in compare_outputs(manifest, folder)}


def test_a_manifest_has_the_text_of_numbers_and_hashes_of_the_rest(folder):
    """Certificates and hidden files are no outputs; working papers are hashes only; unchanged is identical."""
    manifest = make_manifest(folder, "r", "0.1")
    assert {name: set(o) for name, o in manifest["outputs"].items()} == {
        "tables/t.csv": {"text"}, "figures/f.csv": {"text"}, "figures/f.svg": {"sha256"}, "r.html": {"sha256", "content"},
        "r.pdf": {"sha256"}, "values.json": {"text"}, "extra.json": {"text"}, "arbeit/a.csv": {"sha256"},
    }  # fmt: skip
    assert verdicts(manifest, folder) == dict.fromkeys([*manifest["outputs"], "values.json#eingegangen.of"], "identical")  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new", "verdict", "message"),
    [
        ("tables/t.csv", "3", "4", "differs", "Zeile 2 (a, 3, 0.5), Spalte n"),
        ("tables/t.csv", "3", "3.0", "same_values", ""),
        ("figures/f.svg", "<svg/>", "<svg />", "drawn_otherwise", "Die Zahlen dahinter sind dieselben; das Bild ist ein anderes."),
        ("r.html", "'x'", "'y'", "same_values", "Wörter, Verweise und Bilder sind dieselben."),
        ("r.html", "Drei", "Vier", "differs", "Wörter, Verweise oder Bilder sind andere."),
        ("r.pdf", "%PDF", "%PDF ", "differs", "andere Bytes"),
        ("values.json", "48 von", "47 von", "differs", "1 Zahlen im Text; die erste: eingegangen.of"),
        ("values.json", ", ", ",", "same_values", ""),
        ("values.json", "[", "", "not_checked", "Im neuen Text ist die Liste der Zahlen nicht lesbar."),
        ("extra.json", "{}", "{ }", "differs", "anderer Text"),
    ],
)  # fmt: skip
def test_verdict_on_a_changed_output(name, old, new, verdict, message, folder):
    """Each kind is judged by what it is: cells, words, numbers behind a picture, bytes."""
    manifest = make_manifest(folder, "r", "0.1")
    path = folder / name
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    rows = {r["id"]: r for r in compare_outputs(manifest, folder)}
    changed = rows.pop(name)
    assert (changed["verdict"], changed["message"]) == (verdict, message)
    assert {r["verdict"] for n, r in rows.items() if not n.startswith("values.json#")} == {"identical"}


def test_what_cannot_be_compared_is_not_green(folder):
    """Only one side has it, the numbers of a picture changed too, a table is a hash only, nothing was built."""
    manifest = make_manifest(folder, "r", "0.1")
    manifest["outputs"]["tables/t.csv"] = {"sha256": "0" * 64}
    (folder / "r.pdf").rename(folder / "neu.pdf")
    (folder / "figures/f.svg").write_text("<gvs/>")
    (folder / "figures/f.csv").write_text("row,n\na,4\n")
    got = verdicts(manifest, folder)
    assert (got["r.pdf"], got["neu.pdf"], got["tables/t.csv"], got["figures/f.svg"]) == ("not_rebuilt", "not_checked", "not_checked", "differs")  # fmt: skip
    shutil.rmtree(folder)
    assert set(verdicts(manifest, folder).values()) == {"not_rebuilt"}


def test_inputs_that_were_changed_are_named(folder):
    """Data (also of a folder of one's own), codebooks, notebooks, definitions: changed, new and lost."""
    root = folder.parents[1]
    files = ("echt/forms/a.docx", "data/codebook/c.yml", "notebooks/01.ipynb", "reports/r.yml", "notebooks/.x/x.ipynb")
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(name)
    manifest = make_manifest(folder, "r", "0.1", root, root / "echt")
    (same,) = compare_inputs(manifest, root, root / "echt")
    assert (same["verdict"], same["message"][:9]) == ("identical", "4 Dateien")
    (root / files[0]).write_text("anders")
    (root / files[1]).unlink()
    (root / "notebooks/02.ipynb").write_text("neu")
    _, *rows = compare_inputs(manifest, root, root / "echt")
    assert [(r["id"], "fehlt" in (r["old"], r["new"])) for r in rows] == [
        ("data/codebook/c.yml", True), ("data/raw/forms/a.docx", False), ("notebooks/02.ipynb", True),
    ]  # fmt: skip
    assert next(compare_inputs(make_manifest(folder, "r", "0.1"), root))["verdict"] == "not_checked"


MANIFEST = '{"format": 1, "version": "0.1", "inputs": {}, "outputs": {}}'


@pytest.mark.parametrize("text", [
    None, "{", "[]", MANIFEST.replace("1", "2"), MANIFEST.replace("inputs", "in"), MANIFEST.replace("{}}", '{"a": {}}}'), MANIFEST.replace("{},", '{"a": 5},'),
])  # fmt: skip
def test_manifests_that_cannot_be_used(text, tmp_path):
    """Missing, broken, of another format, incomplete: one sentence with the path and what to do."""
    path = tmp_path / "r.manifest.json"
    sentence = (
        "fehlt; ohne Stand der Veröffentlichung gibt es keinen Vergleich. „make release“ hält den jetzigen Stand fest."
    )
    if text is not None:
        path.write_text(text)
        sentence = "ist nicht lesbar, unvollständig oder nicht im Format 1; bitte den Stand aus dem Git wiederherstellen oder mit „make release“ neu festhalten."
    with pytest.raises(VerificationError) as error:
        read_manifest(path)
    assert str(error.value) == f"„{path}“ {sentence}"
