"""The release manifest of a report: what each output was at release, precise enough to say what differs.

One JSON file per report, committed. Tables and values are kept as text, so that a difference can be named by its
first cell; of everything else the SHA-256 of the bytes, and of what a reader sees of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gkanalysis.core.errors import VerificationError
from gkanalysis.verify.compare import compare_tables, compare_values, seen_content

FORMAT = 1
INPUTS = ("data/raw", "data/codebook", "notebooks")
TEXT_KINDS = frozenset({".csv", ".json"})
WORKING = "arbeit/"  # papers with cases and files: the manifest is public, so it keeps their hash only
VERDICTS = {
    "identical": "gleiche Bytes",
    "same_values": "gleiche Werte, andere Bytes",
    "within_tolerance": "gleich im Rahmen der Toleranz",
    "drawn_otherwise": "gleiche Werte, anders gezeichnet",
    "differs": "weicht ab",
    "not_rebuilt": "nicht neu erzeugt",
    "not_checked": "nicht geprüft",
}


def describe_inputs(root: Path, data: Path | None = None) -> dict[str, str]:
    """SHA-256 of everything a report is made from besides the code: data, codebooks, notebooks, definitions.

    The code is judged by what it makes. `data` is the folder of received data, `data/raw` unless given; its files
    are named as if it were `data/raw`.
    """
    found: dict[str, Path] = {}
    for name in INPUTS:
        folder = data if data and name == "data/raw" else root / name
        found |= {f"{name}/{p.relative_to(folder).as_posix()}": p for p in folder.rglob("*") if p.is_file()}
    definitions = [p for p in (root / "reports").glob("*") if p.suffix in (".yml", ".docx", ".pptx")]
    found |= {f"reports/{p.name}": p for p in definitions}
    shown = {n: p for n, p in found.items() if not any(part.startswith(".") for part in n.split("/"))}
    return {n: _sha256(shown[n].read_bytes()) for n in sorted(shown)}


def compare_inputs(
    manifest: Mapping[str, Any], root: Path, data: Path | None = None
) -> Iterator[dict[str, str]]:
    """One row for all inputs that are the same, and one for each that is not what it was at release."""
    expected, found = manifest["inputs"], describe_inputs(root, data)
    same = [name for name in expected if found.get(name) == expected[name]]
    yield {
        "id": "inputs",
        "verdict": "identical" if same else "not_checked",
        "message": f"{len(same)} Dateien sind, was sie bei der Veröffentlichung waren.",
    }
    for name in sorted(set(expected) | set(found)):
        if found.get(name) != expected.get(name):
            old, new = (h[:12] if h else "fehlt" for h in (expected.get(name), found.get(name)))
            message = "Daten, Codebuch, Notebook oder Berichtsdefinition wurde geändert."
            yield {"id": name, "verdict": "differs", "old": old, "new": new, "message": message}


def make_manifest(
    folder: Path, report: str, version: str, root: Path | None = None, data: Path | None = None
) -> dict[str, Any]:
    """Describe every output of a finished report, and the inputs below `root`.

    Returns
    -------
    dict with format, report, version, `inputs`: path -> sha256, and `outputs`: path -> text for tables and values,
        sha256 for everything else and for working papers, and `content`, the sha256 of words, links and pictures, for HTML and DOCX
    """
    outputs: dict[str, dict[str, str]] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if name.startswith("verification.") or name == "codecheck.yml" or path.name.startswith("."):
            continue
        content = path.read_bytes()
        if path.suffix in TEXT_KINDS and not name.startswith(WORKING):
            outputs[name] = {"text": content.decode("utf-8")}
            continue
        outputs[name] = {"sha256": _sha256(content)}
        if path.suffix in (".html", ".docx", ".pptx"):
            outputs[name]["content"] = _sha256(seen_content(path))
    inputs = describe_inputs(root, data) if root else {}
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
            f"„{path}“ fehlt; ohne Stand der Veröffentlichung gibt es keinen Vergleich. "
            "„make release“ hält den jetzigen Stand fest."
        ) from None
    except (OSError, ValueError):
        raise VerificationError(
            f"„{path}“ ist nicht lesbar; bitte den Stand aus dem Git wiederherstellen."
        ) from None
    found = manifest.get("format") if isinstance(manifest, dict) else None
    if found != FORMAT:
        raise VerificationError(
            f"„{path}“ hat das Format {found}, gelesen wird {FORMAT}; bitte mit der passenden Fassung prüfen "
            "oder den Stand mit „make release“ neu festhalten."
        )
    shaped = all(isinstance(manifest.get(k), dict) for k in ("inputs", "outputs"))
    if not shaped or not (
        all(isinstance(o, dict) and {"text", "sha256"} & o.keys() for o in manifest["outputs"].values())
        and all(
            isinstance(v, str)
            for o in (manifest["inputs"], *manifest["outputs"].values())
            for v in o.values()
        )
    ):
        raise VerificationError(f"„{path}“ ist unvollständig; bitte den Stand aus dem Git wiederherstellen.")
    return manifest


def compare_outputs(manifest: Mapping[str, Any], folder: Path) -> Iterator[dict[str, str]]:
    """Compare a rebuilt report with its manifest: one row per output, and one per number in the text.

    Yields
    ------
    dict with id (path, or `values.json#<value>.<wording>`), verdict, old, new, message
    """
    expected = manifest["outputs"]
    found = make_manifest(folder, "", "")["outputs"] if folder.is_dir() else {}
    for name in sorted(set(expected) | set(found)):
        row = {"id": name, "old": "", "new": "", "message": ""}
        if name not in found:
            yield row | {"verdict": "not_rebuilt", "message": "Die Datei ist beim Neubau nicht entstanden."}
        elif name not in expected:
            message = "Die Datei steht nicht im Stand der Veröffentlichung."
            yield row | {"verdict": "not_checked", "message": message}
        else:
            yield row | _compare(name, expected, found)
            if name == "values.json":
                yield from compare_values(expected[name].get("text", ""), found[name]["text"])


def _compare(name: str, expected: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, str]:
    """Verdict on one output; text is compared itself, never by a hash that stands beside it."""
    old, new = expected[name], found[name]
    if "text" in new:
        if "text" not in old:
            return {
                "verdict": "not_checked",
                "message": "Im Stand der Veröffentlichung fehlt der Text dieser Datei.",
            }
        if old["text"] == new["text"]:
            return {"verdict": "identical"}
        if name.endswith(".csv"):
            return compare_tables(old["text"], new["text"])
        if name != "values.json":
            return {"verdict": "differs", "message": "anderer Text"}
        rows = [r for r in compare_values(old["text"], new["text"]) if r["verdict"] != "identical"]
        if not rows:
            return {"verdict": "same_values"}
        first = rows[0]["id"].partition("#")[2]
        said = f"{len(rows)} Zahlen im Text; die erste: {first}" if first else rows[0]["message"]
        return rows[0] | {"id": name, "message": said}
    if old.get("sha256") == new["sha256"]:
        return {"verdict": "identical"}
    hashes = {"old": str(old.get("sha256"))[:12], "new": new["sha256"][:12]}
    if name.endswith((".svg", ".png")):
        numbers = name.rpartition(".")[0] + ".csv"
        same = numbers in expected and expected[numbers].get("text") == found.get(numbers, {}).get("text")
        message = "Die Zahlen dahinter sind dieselben; das Bild ist ein anderes." if same else "Zahlen und Bild sind andere."  # fmt: skip
        return hashes | {"verdict": "drawn_otherwise" if same else "differs", "message": message}
    if "content" in new:
        if old.get("content") == new["content"]:
            return hashes | {
                "verdict": "same_values",
                "message": "Wörter, Verweise und Bilder sind dieselben.",
            }
        return hashes | {"verdict": "differs", "message": "Wörter, Verweise oder Bilder sind andere."}
    return hashes | {"verdict": "differs", "message": "andere Bytes"}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
