"""The release manifest of a report: what each output was at release, precise enough to say what differs.

Tables and values are kept as text, so that a difference can be named by its first cell.
"""

from __future__ import annotations

import csv
import io
import math
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal

from lxml import etree, html
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from gkanalysis.core.errors import VerificationError
from gkanalysis.core.paths import CERTIFICATE
from gkanalysis.core.rawstate import PROJECT

FORMAT = 1
INPUTS = ("data/raw", "data/codebook", "notebooks")
WORKING = ("arbeit/", "weitergabe/")  # papers with cases and files, copies: the manifest keeps their hash only
TOLERANCE = 1e-9  # shares and limits of intervals; counts must be the same
# The columns of tables that hold numbers. Elsewhere 1.1 and 1.10 are two different ids.
COUNTS = frozenset({"n", "base_n", "population_n", "level"})
MEASURES = frozenset({"share", "share_of_responses", "ci_low", "ci_high", "bound_low", "bound_high"})
SEEN = ("href", "id", "src", "alt", "descr", "Target")  # attributes whose change a reader would notice
WORDS = r"word/(document|footnotes|endnotes|header\d*|footer\d*)\.xml|ppt/slides/slide\d+\.xml"
LINKS = r"word/_rels/document\.xml\.rels|ppt/slides/_rels/.*\.rels"
Outputs = Mapping[str, Mapping[str, str]]
VALUES = TypeAdapter(list[dict[str, Any]])
PARTS = re.compile(rf"{WORDS}|{LINKS}|(word|ppt)/media/.*")  # of a Word or PowerPoint file


def make_manifest(
    folder: Path, report: str, version: str, root: Path | None = None, data: Path | None = None,
    versions: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:  # fmt: skip
    """Every output of a finished report as `Manifest` has it, and the inputs below `root`.

    `data` is the folder of received data, `data/raw` unless given; its files are named as if it were `data/raw`.
    """
    outputs: dict[str, dict[str, str]] = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        name = path.relative_to(folder).as_posix()
        if name in CERTIFICATE or path.name.startswith((".", "~$")):  # the latter: Word has the file open
            continue
        if path.suffix in (".csv", ".json") and not name.startswith(WORKING):
            outputs[name] = {"text": path.read_bytes().decode("utf-8", "replace")}
            continue
        outputs[name] = {"sha256": sha256(path.read_bytes()).hexdigest()}
        if path.suffix in (".html", ".docx", ".pptx"):
            with suppress(zipfile.BadZipFile, etree.LxmlError):  # a damaged file has no content to compare
                outputs[name]["content"] = sha256(seen_content(path)).hexdigest()
    inputs = _describe_inputs(root, data, report) if root else {}
    made = {"format": FORMAT, "report": report, "version": version, "versions": dict(versions)}
    return made | {"inputs": inputs, "outputs": outputs}


def _describe_inputs(root: Path, data: Path | None, report: str) -> dict[str, str]:
    """SHA-256 of all that a report is made from and judged by; the code is one of the versions (`rebuild`)."""
    inputs: dict[str, Path] = {}
    for name in INPUTS:
        folder = data if data and name == "data/raw" else root / name
        inputs |= {f"{name}/{p.relative_to(folder).as_posix()}": p for p in folder.rglob("*") if p.is_file()}
    definitions = (p for p in (root / "reports").glob("*") if p.suffix in PROJECT["reports"])
    inputs |= {f"reports/{p.name}": p for p in definitions}
    inputs |= {f"data/published/{p.name}": p for p in (root / "data/published").glob(f"{report}.*")}
    shown = sorted(n for n in inputs if not any(part.startswith(".") for part in n.split("/")))
    return {n: sha256(inputs[n].read_bytes()).hexdigest() for n in shown}


def seen_content(path: Path) -> bytes:
    """Words, links and pictures of an HTML, Word or PowerPoint file, without other markup, scripts and styles."""
    if path.suffix == ".html":
        return _seen(html.document_fromstring(path.read_bytes(), html.HTMLParser(encoding="utf-8")))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in sorted(archive.namelist()) if PARTS.fullmatch(name)}
    plain = etree.XMLParser(resolve_entities=False, no_network=True)
    seen = {n: c if "/media/" in n else _seen(etree.fromstring(c, plain)) for n, c in parts.items()}
    return b"\0".join(piece for name, content in seen.items() for piece in (name.encode(), content))


def _seen(tree: etree._Element) -> bytes:
    elements = [e for e in tree.iter(etree.Element) if e.tag not in ("style", "script")]
    words = " ".join(" ".join(filter(None, (e.text, e.tail))) for e in elements).split()
    attributes = [f"{name}={value}" for e in elements for name, value in e.items() if name in SEEN]
    return "\0".join([" ".join(words), *attributes]).encode("utf-8")


class Manifest(BaseModel):
    """The shape of a manifest. `versions`: program -> version; `inputs`: path -> sha256.

    `outputs`: path -> `text` of tables and values; `sha256` of all else and of working papers, with `content`, that of
    words, links and pictures, for HTML and Office files.
    """

    format: Literal[1]
    report: str
    version: str
    versions: dict[str, str] = {}
    inputs: dict[str, str]
    outputs: dict[str, Annotated[dict[Literal["text", "sha256", "content"], str], Field(min_length=1)]]


def read_manifest(path: Path) -> dict[str, Any]:
    """Read a committed manifest; a `VerificationError` if it is missing, unreadable or of another format."""
    try:
        return Manifest.model_validate_json(path.read_bytes()).model_dump()
    except FileNotFoundError:
        why = "fehlt; ohne Stand der Veröffentlichung gibt es keinen Vergleich. „make release“ hält den jetzigen Stand fest."
    except (OSError, ValidationError):
        why = (
            f"ist nicht lesbar, unvollständig oder nicht im Format {FORMAT}; bitte den Stand aus dem Git "
            "wiederherstellen oder mit „make release“ neu festhalten."
        )
    raise VerificationError(f"„{path}“ {why}")


def compare_inputs(manifest: Mapping[str, Any], root: Path, data: Path | None = None) -> Iterator[dict[str, str]]:
    """One row for all inputs that are the same, and one for each that is not what it was at release."""
    before, now = manifest["inputs"], _describe_inputs(root, data, manifest["report"])
    same = sum(now.get(name) == before[name] for name in before)
    verdict = "identical" if same else "not_checked"
    yield _row("inputs", verdict, f"{same} Dateien sind, was sie bei der Veröffentlichung waren.")
    for name in sorted(name for name in {*before, *now} if now.get(name) != before.get(name)):
        message = "Daten, Codebuch, Notebook, Definition oder gedruckte Angabe wurde geändert."
        yield _row(name, "differs", message, *(h[:12] if h else "fehlt" for h in (before.get(name), now.get(name))))


def compare_outputs(manifest: Mapping[str, Any], folder: Path) -> Iterator[dict[str, str]]:
    """One row per output of a rebuilt report, and one per number in the text (`values.json#<value>.<wording>`)."""
    before = manifest["outputs"]
    now = make_manifest(folder, "", "")["outputs"] if folder.is_dir() else {}
    for name in sorted({*before, *now}):
        if name not in now:
            yield _row(name, "not_rebuilt", "Die Datei ist bei der Nachrechnung nicht entstanden.")
        elif name not in before:
            yield _row(name, "not_checked", "Die Datei steht nicht im Stand der Veröffentlichung.")
        elif "text" in now[name]:
            yield from compare_texts(name, before[name].get("text"), now[name]["text"])
        else:
            yield _compare_bytes(name, before, now)


def _row(name: str, verdict: str, message: str = "", old: str = "", new: str = "") -> dict[str, str]:
    return {"id": name, "verdict": verdict, "old": old, "new": new, "message": message}


def _compare_bytes(name: str, before: Outputs, now: Outputs) -> dict[str, str]:
    """Verdict on a file of which the release has hashes; a picture has its numbers beside it."""
    old, new = before[name], now[name]
    if old.get("sha256") == new["sha256"]:
        return _row(name, "identical")
    verdict, message = "differs", "andere Bytes"
    numbers = f"{name.rpartition('.')[0]}.csv" if name.endswith((".svg", ".png")) else ""
    if numbers in before and before[numbers].get("text") == now.get(numbers, {}).get("text"):
        verdict, message = "drawn_otherwise", "Die Zahlen dahinter sind dieselben; das Bild ist ein anderes."
    elif numbers:
        message = "Zahlen und Bild sind andere."
    elif "content" in new and old.get("content") == new["content"]:
        verdict, message = "same_values", "Wörter, Verweise und Bilder sind dieselben."
    elif "content" in new:
        message = "Wörter, Verweise oder Bilder sind andere."
    return _row(name, verdict, message, str(old.get("sha256"))[:12], new["sha256"][:12])


def compare_texts(name: str, old_text: str | None, new_text: str) -> Iterator[dict[str, str]]:
    """Verdict on a table, or on the values of a report and on each of them.

    >>> (row,) = compare_texts("t.csv", "row,n\\n1.1,5\\n", "row,n\\n1.1,6\\n")
    >>> row["verdict"], row["old"], row["new"], row["message"]
    ('differs', '5', '6', 'Zeile 2 (1.1, 5), Spalte n')
    """
    if old_text is None:
        yield _row(name, "not_checked", "Im Stand der Veröffentlichung fehlt der Text dieser Datei.")
    elif name.endswith(".csv"):
        yield _compare_table(name, old_text, new_text)
    elif name != "values.json":
        yield _row(name, *(["identical"] if old_text == new_text else ["differs", "anderer Text"]))
    else:
        rows = list(_compare_values(f"{name}#", old_text, new_text))
        if wrong := [r for r in rows if r["verdict"] != "identical"]:
            first = wrong[0]["id"].partition("#")[2]
            message = f"{len(wrong)} Zahlen im Text; die erste: {first}" if first else wrong[0]["message"]
            yield wrong[0] | {"id": name, "message": message}
        else:
            yield _row(name, "identical" if old_text == new_text else "same_values")
        yield from rows


def _compare_table(name: str, old_text: str, new_text: str) -> dict[str, str]:
    """Cell by cell; the first cell that differs is named."""
    old, new = (list(csv.reader(io.StringIO(t))) for t in (old_text, new_text))
    columns = max([*old[:1], *new[:1]], key=len, default=[])
    verdict = "identical" if old_text == new_text else "same_values"
    for number, (a, b) in enumerate(zip_longest(old, new, fillvalue=()), start=1):
        for column, x, y in zip_longest(columns, a, b):
            close = _compare_cells(column, x, y)
            if close == "differs":
                message = f"Zeile {number} ({', '.join((a or b)[:3])}), Spalte {column}"
                return _row(name, close, message, *("fehlt" if c is None else c for c in (x, y)))
            verdict = close if close == "within_tolerance" else verdict
    return _row(name, verdict)


def _compare_cells(column: str, x: str | None, y: str | None) -> str:
    """Verdict on two cells; only columns that are declared so are numbers, and only measures may differ at all."""
    if x != y and x is not None and y is not None and column in COUNTS | MEASURES:
        with suppress(InvalidOperation):
            if Decimal(x) == Decimal(y):
                return "same_values"
            if column in MEASURES and math.isclose(float(x), float(y), rel_tol=0, abs_tol=TOLERANCE):
                return "within_tolerance"
    return "same_values" if x == y else "differs"


def _compare_values(prefix: str, old_text: str, new_text: str) -> Iterator[dict[str, str]]:
    """One row per number in the text; old and new are the words that stand there, or what of the value differs."""
    before, now = "Im Stand der Veröffentlichung", "Im neuen Text"
    sides = [(where, _values(text)) for where, text in ((before, old_text), (now, new_text))]
    if unreadable := [where for where, named in sides if named is None]:
        yield _row(prefix, "not_checked", f"{unreadable[0]} ist die Liste der Zahlen nicht lesbar.")
        return
    (_, old), (_, new) = sides
    for name in old | new:
        a, b = old.get(name), new.get(name)
        if a is None:
            yield _row(prefix + name, "not_checked", f"{before} gibt es diese Zahl nicht.")
        elif b is None:
            yield _row(prefix + name, "not_rebuilt", f"{now} gibt es diese Zahl nicht.")
        elif a == b:
            yield _row(prefix + name, "identical", new=str(b.get("text", "")))
        else:
            key = next(k for k in a | b if a.get(k) != b.get(k))
            texts = ("" if v.get(key) is None else str(v[key]) for v in (a, b))
            shown = (t if len(t) <= 80 else f"{t[:77]}…" for t in texts)
            yield _row(prefix + name, "differs", f"erster Unterschied: {key}", *shown)


def _values(text: str) -> dict[str, dict[str, Any]] | None:
    """Values by id and wording; the second use of a wording gets a number. None if it is no list of values."""
    named: dict[str, dict[str, Any]] = {}
    uses: Counter[str] = Counter()
    try:
        for value in VALUES.validate_json(text):
            name = ".".join(filter(None, (str(value.get("id")), str(value.get("wording") or ""))))
            uses[name] += 1
            named[f"{name}#{uses[name]}" if uses[name] > 1 else name] = value
    except ValidationError:
        return None
    return named
