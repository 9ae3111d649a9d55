"""Small wrong changes to the text of a report, to its figures and to what it is compared with; drawn by seed."""

from __future__ import annotations

import base64
import csv
import fnmatch
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pandas as pd

from gkanalysis.core.numbers import WORDS
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.disclosure.printed import find_numbers
from gkanalysis.report.definition import read_report
from gkanalysis.report.shown import EXPRESSION, VALUE
from gkanalysis.verify.published import judge_published, read_bindings
from gkanalysis.verify.relations import read_figures, read_relations
from tools.selftest.mutants import (
    Edit,
    Mutant,
    csv_bytes,
    draw_constant,
    draw_label,
    draw_register,
    draw_swap,
    draw_tick,
    edit_part,
    replace_piece,
)  # fmt: skip

COORDINATE = re.compile(r"(?<=[ML] )\d+(?=\.)")  # in the path of an SVG
DATA_URI = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")


def draw_mutants(root: Path, report: str, n: int, seed: int) -> list[Mutant]:
    """Draw `n` different mutants of a built project, of all kinds equally many as far as `n` allows.

    Only what the report is made from is changed; another source's codebook is nothing that its numbers could show.
    """
    folder, fields = f"reports/{report}", checkable_fields(root, report)
    sources = read_report(root, report).sources
    paths = ProjectPaths.of(root, Path("data/raw"))
    books = sorted({"register", *(paths.codebook(s).stem for s in sources)})
    draws = {
        "tick": lambda r: draw_tick(root, r, sources),
        "register": lambda r: draw_register(root, r),
        "label": lambda r: draw_label(root, r, books),
        "constant": lambda r: draw_constant(root, r, books),
        "swap": lambda r: draw_swap(root, r, books),
        "published": lambda r: draw_published(root, report, fields, r),
        "manifest": lambda r: draw_manifest(root, report, r),
        "figure": lambda r: draw_figure(root, report, r),
        "prose": lambda r: draw_prose(root, folder, r),
    }
    drawn: dict[str, Mutant] = {}
    for k, (kind, draw) in enumerate(draws.items()):
        random = Random(f"{seed}/{kind}")
        wanted = len(drawn) + n // len(draws) + (k < n % len(draws))
        while len(drawn) < wanted:
            mutant = draw(random)
            drawn.setdefault(str(mutant), mutant)
    return list(drawn.values())


def draw_settings(n: int, seed: int) -> Iterator[dict[str, str]]:
    """Settings of machines on which a rerun must give the same: time zone, locale, hash seed, threads, -j."""
    random = Random(f"{seed}/clean")
    for _ in range(n):
        yield {
            "TZ": random.choice(
                ("UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia")
            ),
            "PYTHONHASHSEED": str(random.randrange(1, 2**32)),
            "LANG": random.choice(("de_DE.UTF-8", "tr_TR.UTF-8", "en_US.UTF-8", "C")),
            "LC_ALL": random.choice(("C.UTF-8", "C", "POSIX")),
            "OMP_NUM_THREADS": random.choice("12"),
            "OPENBLAS_NUM_THREADS": random.choice("12"),
            "jobs": random.choice("1234"),
        }


def checkable_fields(root: Path, report: str) -> list[tuple[str, str]]:
    """Figures and columns (printed, numerator, base) of the published file that something else determines.

    A number of the report is bound to the figure, an equation contains it, it is the count or base of a printed
    percentage, or it stands in two columns. What remains can be checked by nothing: dates, ranges, amounts of money,
    and single counts from interviews and from the programme, whose data are not published.

    Returns
    -------
    list of (figure id, column)
    """
    published = root / "data/published" / report
    figures = read_figures(published.with_suffix(".csv"))
    declared = read_relations(published.with_suffix(".relations.yml"))
    rebuilt = {
        number: (int(cell["n"]), None if pd.isna(base := cell.get("base_n")) else int(base))
        for number, cell in find_numbers(root / "reports" / report)
    }
    judged = judge_published(figures, rebuilt, read_bindings(published.with_suffix(".numbers.yml")))
    judged = judged.set_index("id")
    patterns = [p for e in declared.get("one_number", []) + declared.get("equal", []) for p in e["terms"]]
    for entry in declared.get("sum", []) + declared.get("sum_each", []):
        if not entry.get("rest"):
            parts = [p["number"] if isinstance(p, dict) else p for p in entry["parts"]]
            patterns += [p.replace("{row}", "*") for p in (entry["total"], *parts)]
    equal = {
        n for p in patterns for n in fnmatch.filter((f"{i}.{x}" for i in figures for x in ("n", "base")), p)
    }
    fields = []
    for i, row in figures.items():
        percent = row["kind"] == "percent" and row["numerator"] and row["base"]
        bound = judged.n.notna()[i]
        if percent or (
            row["kind"] == "count" and row["printed"] == row["numerator"] and not row["qualifier"]
        ):
            fields.append((i, "printed"))
        if row["numerator"] and (percent or bound or f"{i}.n" in equal):
            fields.append((i, "numerator"))
        if row["base"] and (percent or f"{i}.base" in equal or (bound and judged.base_n.notna()[i])):
            fields.append((i, "base"))
    return fields


def draw_published(root: Path, report: str, fields: list[tuple[str, str]], random: Random) -> Mutant:
    """A published figure off by one in its last digit; by more where it is printed with „knapp“ or the like."""
    path = f"data/published/{report}.csv"
    with (root / path).open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    column = random.choice(("printed", "numerator", "base"))
    figure = random.choice([i for i, c in fields if c == column])
    row = next(r for r in rows if r[0] == figure)
    k = header.index(column)
    old, step = row[k], random.choice((-1, 1))
    if column == "printed" and row[header.index("qualifier")]:
        step *= 10
    digits = old.replace(".", "")
    new = str(abs(int(digits) + step)).rjust(len(digits), "0")
    row[k] = f"{new[:-1]}.{new[-1]}" if "." in old else new
    about = f"{figure}, {column}: {old} → {row[k]}"
    return Mutant("published", path, about, lambda _: csv_bytes([header, *rows]))


def draw_manifest(root: Path, report: str, random: Random) -> Mutant:
    """A committed table cell changed; a hash beside it, if there is one, stays."""
    path = f"reports/{report}.manifest.json"
    manifest = json.loads((root / path).read_text(encoding="utf-8"))
    name = random.choice(sorted(n for n in manifest["outputs"] if n.startswith("tables/")))
    output = manifest["outputs"][name]
    header, *rows = csv.reader(io.StringIO(output["text"]))
    row = random.choice(rows)
    k = random.choice([k for k, cell in enumerate(row) if cell])
    old = row[k]
    last = old[:-1] + str((int(old[-1]) + 1) % 10) if old[-1].isdigit() else f"{old}x"
    row[k] = f"{float(old) + 0.001:.6f}" if re.fullmatch(r"\d\.\d{3,}", old) else last
    output["text"] = csv_bytes([header, *rows]).decode("utf-8")
    about = f"{name}, {row[0]}, {header[k]}: “{old}” → “{row[k]}”"
    content = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
    return Mutant("manifest", path, about, lambda _: content.encode("utf-8"))


def draw_figure(root: Path, report: str, random: Random) -> Mutant:
    """One byte of a figure of the rebuilt report: in its own file, and as it stands in HTML and DOCX."""
    folder = root / "reports" / report
    kind = random.choice(("svg", "png", "html", "docx"))
    path = random.choice(
        sorted(folder.rglob(f"*.{kind}")) if kind in ("svg", "png") else [folder / f"{report}.{kind}"]
    )
    data = path.read_bytes()
    edit: Edit
    if kind == "svg":
        about, edit = _shifted(data.decode("utf-8"), random)
    elif kind == "html":
        text = data.decode("utf-8")
        number, image = random.choice(list(enumerate(DATA_URI.finditer(text), start=1)))
        about, change = _shifted(base64.b64decode(image[1]).decode("utf-8"), random)
        changed = base64.b64encode(change(base64.b64decode(image[1]))).decode("ascii")
        edit, about = replace_piece(image.start(1), image.end(1), changed), f"figure {number}, {about}"
    elif kind == "png":
        start = random.randrange(len(data) // 4, len(data) - 100)
        edit, about = _flipped(start), f"byte {start}"
    else:
        with zipfile.ZipFile(path) as archive:
            images = [(i.filename, i.file_size) for i in archive.infolist() if "/media/" in i.filename]
        name, size = random.choice(images)
        start = random.randrange(size // 4, size - 100)
        edit, about = edit_part(name, _flipped(start)), f"{name}, byte {start}"
    return Mutant("figure", path.relative_to(root).as_posix(), about, edit)


def draw_prose(root: Path, folder: str, random: Random) -> Mutant:
    """A reference to a value in the text of a notebook, typed by hand instead: right, or off by one."""
    report = read_report(root, Path(folder).name)
    chapter = random.choice(report.chapters)
    path = root / "notebooks" / f"{chapter.notebook}.ipynb"
    book = json.loads(path.read_text(encoding="utf-8"))
    executed = root / "build/reports" / report.id / chapter.id / "executed.ipynb"
    shown = {c["id"]: c for c in json.loads(executed.read_text(encoding="utf-8"))["cells"]}
    places = []
    for cell in (c for c in book["cells"] if c["cell_type"] == "markdown"):
        kept = shown[cell["id"]]["metadata"].get("user_expressions", ())
        for place, result in zip(EXPRESSION.finditer("".join(cell["source"])), kept, strict=False):
            text = result["result"]["data"][VALUE]["text"]
            if result["expression"] == place[2] and _counts(text):
                places.append((cell, place, text))
    if not places:
        return draw_prose(root, folder, random)
    cell, place, right = random.choice(places)
    typed = random.choice((right, _off_by_one(right)))
    source = "".join(cell["source"])
    cell["source"] = (source[: place.start()] + typed + source[place.end() :]).splitlines(keepends=True)
    content = json.dumps(book, ensure_ascii=False, indent=1) + "\n"
    about = f"{cell['id']}: {place[0]} typed as “{typed}”, {'right' if typed == right else f'not “{right}”'}"
    return Mutant("prose", path.relative_to(root).as_posix(), about, lambda _: content.encode("utf-8"))


def _counts(text: str) -> bool:
    return any(c.isdigit() for c in text) or text.lower() in WORDS


def _off_by_one(text: str) -> str:
    """The first number of a text one higher."""
    if text.lower() in WORDS:
        return WORDS[(WORDS.index(text.lower()) + 1) % len(WORDS)]
    return re.sub(r"\d+", lambda m: str(int(m[0]) + 1), text, count=1)


def _shifted(svg: str, random: Random) -> tuple[str, Edit]:
    """A coordinate of a path moved by five points."""
    place = random.choice(list(COORDINATE.finditer(svg)))
    new = place[0][:-1] + str((int(place[0][-1]) + 5) % 10)
    about = f"coordinate at {place.start()}: {place[0]} → {new}"
    return about, replace_piece(place.start(), place.end(), new)


def _flipped(at: int) -> Edit:
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
