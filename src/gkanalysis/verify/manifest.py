"""The release manifest of a report: what each output was at release, precise enough to say what differs.

One JSON file per report, committed. Tables and values are kept as text, so that a difference can be named by its
first cell; everything else by its SHA-256.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import math
import re
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gkanalysis.errors import VerificationError

FORMAT = 1
INPUTS = ("data/raw", "data/codebook", "notebooks")
TOLERANCE = 1e-9  # shares and interval limits; counts must be the same
TEXT_KINDS = frozenset({".csv", ".json"})
VERDICTS = {
    "identical": "gleiche Bytes",
    "same_values": "gleiche Werte, andere Bytes",
    "within_tolerance": "gleich im Rahmen der Toleranz",
    "differs": "weicht ab",
    "not_rebuilt": "nicht neu erzeugt",
    "not_checked": "nicht geprüft",
}


def describe_inputs(root: Path) -> dict[str, str]:
    """SHA-256 of everything a report is made from besides the code: data, codebooks, notebooks, definitions.

    The code is judged by what it makes.
    """
    files = [p for folder in INPUTS for p in (root / folder).rglob("*") if p.is_file()]
    files += [p for p in (root / "reports").glob("*") if p.suffix in (".yml", ".docx")]
    files = [p for p in files if not any(part.startswith(".") for part in p.relative_to(root).parts)]
    return {p.relative_to(root).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(files)}


def compare_inputs(manifest: Mapping[str, Any], root: Path) -> Iterator[dict[str, str]]:
    """One row for all inputs that are the same, and one for each that is not what it was at release."""
    expected, found = manifest["inputs"], describe_inputs(root)
    same = [name for name in expected if found.get(name) == expected[name]]
    yield {
        "id": "inputs",
        "verdict": "identical",
        "message": f"{len(same)} Dateien sind, was sie bei der Veröffentlichung waren.",
    }
    for name in sorted(set(expected) | set(found)):
        if found.get(name) != expected.get(name):
            old, new = (h[:12] if h else "fehlt" for h in (expected.get(name), found.get(name)))
            message = "Daten, Codebuch, Notebook oder Berichtsdefinition wurde geändert."
            yield {"id": name, "verdict": "differs", "old": old, "new": new, "message": message}


def make_manifest(folder: Path, report: str, version: str, root: Path | None = None) -> dict[str, Any]:
    """Describe every output of a finished report, and the inputs below `root`.

    Returns
    -------
    dict with format, report, version, `inputs`: path -> sha256, and `outputs`: path -> sha256, and text for
        tables and values
    """
    outputs: dict[str, dict[str, str]] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if name.startswith(("verification", ".")) or name.endswith(("codecheck.yml", "herkunft.html")):
            continue
        data = path.read_bytes()
        outputs[name] = {"sha256": hashlib.sha256(data).hexdigest()}
        if path.suffix in TEXT_KINDS:
            outputs[name]["text"] = data.decode("utf-8")
        elif path.suffix in (".html", ".docx"):
            outputs[name]["words"] = hashlib.sha256(visible_text(path).encode("utf-8")).hexdigest()
    inputs = describe_inputs(root) if root else {}
    return {"format": FORMAT, "report": report, "version": version, "inputs": inputs, "outputs": outputs}


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a committed manifest.

    Raises
    ------
    VerificationError
        If it is missing, unreadable or of another format.
    """
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise VerificationError(
            f"„{path}“ fehlt; ohne Stand der Veröffentlichung gibt es keinen Vergleich."
        ) from None
    except (OSError, ValueError):
        raise VerificationError(
            f"„{path}“ ist nicht lesbar; bitte den Stand aus dem Git wiederherstellen."
        ) from None
    if manifest.get("format") != FORMAT:
        raise VerificationError(
            f"„{path}“ hat das Format {manifest.get('format')}, gelesen wird {FORMAT}; bitte mit der passenden Fassung prüfen."
        )
    return manifest


def compare_outputs(manifest: Mapping[str, Any], folder: Path) -> Iterator[dict[str, str]]:
    """Compare a rebuilt report with its manifest, one row per output.

    Yields
    ------
    dict with id (path), verdict, old, new, message
    """
    expected = manifest["outputs"]
    found = make_manifest(folder, manifest["report"], "")["outputs"]
    for name in sorted(set(expected) | set(found)):
        row = {"id": name, "old": "", "new": "", "message": ""}
        if name not in found:
            yield row | {"verdict": "not_rebuilt", "message": "Die Datei ist beim Neubau nicht entstanden."}
        elif name not in expected:
            yield row | {
                "verdict": "not_checked",
                "message": "Die Datei steht nicht im Stand der Veröffentlichung.",
            }
        elif found[name]["sha256"] == expected[name]["sha256"]:
            yield row | {"verdict": "identical"}
        else:
            yield row | _difference(name, expected, found)


def _difference(name: str, expected: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, str]:
    """Verdict on an output whose bytes changed."""
    old, new = expected[name], found[name]
    if name.endswith(".csv"):
        return _compare_tables(old["text"], new["text"])
    if name.endswith(".json"):
        return _compare_values(old["text"], new["text"])
    if name.endswith((".svg", ".png")):
        numbers = name.rpartition(".")[0] + ".csv"
        same = numbers in expected and expected[numbers].get("text") == found.get(numbers, {}).get("text")
        message = "Die Zahlen dahinter sind dieselben; gezeichnet wurde anders." if same else ""
        return {"verdict": "same_values" if same else "differs", "message": message}
    if "words" in old and old["words"] == new.get("words"):
        return {"verdict": "same_values", "message": "Der Text ist Wort für Wort derselbe."}
    return {
        "verdict": "differs",
        "old": old["sha256"][:12],
        "new": new["sha256"][:12],
        "message": "andere Bytes",
    }


def _compare_tables(old_text: str, new_text: str) -> dict[str, str]:
    """Cell by cell; names the first cell that differs."""
    old, new = (list(csv.reader(io.StringIO(t))) for t in (old_text, new_text))
    if [len(r) for r in old] != [len(r) for r in new] or old[:1] != new[:1]:
        return {
            "verdict": "differs",
            "old": f"{len(old)} Zeilen",
            "new": f"{len(new)} Zeilen",
            "message": "Zeilen oder Spalten sind andere.",
        }
    verdict = "same_values"
    for number, (a, b) in enumerate(zip(old, new, strict=True), start=1):
        for column, x, y in zip(old[0], a, b, strict=True):
            if x == y:
                continue
            if not _close(x, y):
                message = f"Zeile {number} ({', '.join(a[:3])}), Spalte {column}"
                return {"verdict": "differs", "old": x, "new": y, "message": message}
            verdict = "within_tolerance"
    return {"verdict": verdict, "message": ""}


def _close(x: str, y: str) -> bool:
    try:
        return "." in x + y and math.isclose(float(x), float(y), rel_tol=0, abs_tol=TOLERANCE)
    except ValueError:
        return False


def _compare_values(old_text: str, new_text: str) -> dict[str, str]:
    old, new = json.loads(old_text), json.loads(new_text)
    for a, b in zip(old, new, strict=False):
        if a != b:
            key = next((k for k in a if a[k] != b.get(k)), "")
            message = f"Wert „{a.get('id')}“, {key}"
            return {"verdict": "differs", "old": str(a.get(key)), "new": str(b.get(key)), "message": message}
    if len(old) != len(new):
        return {
            "verdict": "differs",
            "old": str(len(old)),
            "new": str(len(new)),
            "message": "Anzahl der Werte",
        }
    return {"verdict": "same_values", "message": ""}


def visible_text(path: Path) -> str:
    """The words of an HTML or Word file, without markup, scripts, styles and images."""
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as archive:
            markup = archive.read("word/document.xml").decode("utf-8")
    else:
        markup = path.read_text(encoding="utf-8")
        markup = re.sub(r"(?s)<(style|script)\b.*?</\1>", "", markup)
    alts = " ".join(re.findall(r'(?:alt|descr)="([^"]*)"', markup))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", markup) + " " + alts).strip()
