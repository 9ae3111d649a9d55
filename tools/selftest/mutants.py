"""Small wrong changes to what a report is made of, counted by and compared with; drawn by seed.

A change of a received file is also made in `data/raw/SHA256SUMS`, as by somebody who means it: no finding may rest on
that list alone.
"""

from __future__ import annotations

import base64
import csv
import fnmatch
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pandas as pd
import yaml

from gkanalysis.codebook.published import read_bindings, read_relations
from gkanalysis.codebook.reports import read_report
from gkanalysis.core.numbers import WORDS
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.count import TOGETHER, Count, Units
from gkanalysis.counts.data import TOTAL, Data
from gkanalysis.disclosure.printed import find_numbers, n_and_base
from gkanalysis.report.shown import EXPRESSION, VALUE
from gkanalysis.verify.printed import read_figures
from gkanalysis.verify.published import judge_published

Edit = Callable[[bytes], bytes]
# What of a codebook is text for readers, and what decides how things are read and counted.
LABELS = frozenset(["label", "short", "heading", "title", "printed", "report", "group"])
CONSTANTS = frozenset(
    ["min", "max", "lead_coder", "threshold", "column", "columns", "item", "set", "value", "operator", "sum_of", "frame", "at_most", "type", "name", "as_of", "sent", "content", "answer_outside", "extra_rows", "printed_rows", "duplicates", "asked_if", "only_if"]
)  # fmt: skip
CONTROL = re.compile(r'(w14:checked w14:val=")([01])("/>.*?<w:t(?: [^>]*)?>)[☐☒](?=</w:t>)', re.DOTALL)
LEGACY = re.compile(r'(<w:default w:val="0"/>)(<w:checked/>)?(?=</w:checkBox>)')
TYPED = re.compile(r"(<w:t(?: [^>]*)?>)([x☐☒])(?=</w:t>)")


@dataclass(frozen=True)
class Mutant:
    """One change: `edit` turns the bytes of the file `path` (below the project) into others.

    `about` says which, so that a mutant that nothing found can be looked at.
    """

    kind: str
    path: str
    about: str
    edit: Edit

    def apply(self, root: Path) -> None:
        """Change the file below `root`, and the list of hashes if it is a received one."""
        path, sums = root / self.path, root / "data/raw/SHA256SUMS"
        old = path.read_bytes()
        new = self.edit(old)
        if new == old:
            raise ValueError(f"{self}: changes nothing")
        path.write_bytes(new)
        if self.path.startswith("data/raw/") and sums.exists():
            old_sum, new_sum = (hashlib.sha256(x).hexdigest() for x in (old, new))
            sums.write_text(sums.read_text(encoding="utf-8").replace(old_sum, new_sum), encoding="utf-8")

    def __str__(self) -> str:
        return f"{self.path}: {self.about}"


FAULTS = ("not counted", "counted twice", "not in the base")


@dataclass(frozen=True)
class CodeMutant(Mutant):
    """A count that counts wrong: the first unit of the number `line` is not counted, counted twice, or not in the base.

    `apply` changes the engine of the running process, so it belongs into a child; the naive engine stays as it is.
    """

    line: str = ""
    fault: str = ""
    chapters: tuple[str, ...] = ("*",)

    def apply(self, root: Path) -> None:
        """Change the kind of count that counts the number."""
        count, _, row, _ = Count.read(self.line)
        kind, right = type(count), type(count).units

        def units(asked: Count, data: Data) -> Any:
            made = right(asked, data)
            if asked != count:
                return made
            return replace(made, rows=self.spoiled(made, row.split(TOGETHER)))

        kind.units = units

    def spoiled(self, made: Units, asked: Sequence[str]) -> pd.DataFrame:
        """The units with the fault."""
        rows = made.rows.assign(weight=made.plain["weight"])
        here = rows["row"].isin(asked)
        chosen = here & rows["n"].astype("bool")
        if self.fault == "not in the base":
            outside = ~np.isin(made.code, made.code[chosen])
            chosen = here & outside & rows["base"].astype("boolean").fillna(False).astype("bool")
        chosen &= made.code == made.code[chosen][0]
        column = {"not counted": "n", "counted twice": "weight", "not in the base": "base"}[self.fault]
        rows[column] = rows[column].where(~chosen, 2 * rows[column] if column == "weight" else False)
        return rows


def replace_piece(start: int, end: int, new: str) -> Edit:
    """The edit that replaces a piece of a text by its place.

    >>> replace_piece(1, 2, "ö")("abc".encode()).decode()
    'aöc'
    """

    def edit(data: bytes) -> bytes:
        text = data.decode("utf-8")
        return (text[:start] + new + text[end:]).encode("utf-8")

    return edit


def edit_part(part: str, change: Edit) -> Edit:
    """The edit that changes one part of an archive; the others keep their bytes, order and times."""

    def edit(data: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = [(i, archive.read(i)) for i in archive.infolist()]
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            for info, content in parts:
                archive.writestr(info, change(content) if info.filename == part else content)
        return buffer.getvalue()

    return edit


def draw_tick(root: Path, random: Random, sources: Sequence[str] = ("*",)) -> Mutant:
    """A tick set or taken away in a form of one of the sources: content control, old field, or typed by hand."""
    forms = sorted(f for s in sources for f in (root / "data/raw").glob(f"{s}/forms/*.docx"))
    wanted = random.choice(("control", "legacy", "typed"))
    for form in random.sample(forms, len(forms)):
        with zipfile.ZipFile(form) as archive:
            text = archive.read("word/document.xml").decode("utf-8")
        way = "control" if "<w14:checkbox>" in text else "legacy" if "<w:checkBox>" in text else "typed"
        if way == wanted:
            break
    place = random.choice(list({"control": CONTROL, "legacy": LEGACY, "typed": TYPED}[way].finditer(text)))
    if way == "control":
        on = place[2] == "0"
        new = place[1] + "01"[on] + place[3] + "☐☒"[on]
    elif way == "legacy":
        on = not place[2]
        new = place[1] + ("<w:checked/>" if on else "")
    else:
        on = place[2] == "☐"
        new = place[1] + {"x": "", "☒": "☐", "☐": "☒" if ">☒<" in text else "x"}[place[2]]
    before = text[: place.start()].split("<w:tr>")
    where = f"row {len(before) - 1}, cell {before[-1].count('<w:tc>')}"
    edit = edit_part("word/document.xml", replace_piece(place.start(), place.end(), new))
    about = f"tick {'set' if on else 'taken away'} ({way}) in {where}"
    return Mutant("tick", form.relative_to(root).as_posix(), about, edit)


def draw_register(root: Path, random: Random) -> Mutant:
    """A cell of the register changed, or a row lost, doubled or in another's place."""
    path = random.choice(sorted((root / "data/raw/register").glob("*.csv")))
    with path.open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    k = random.randrange(len(rows))
    key, other = rows[k][0], (k + 1) % len(rows)
    if (kind := random.choice(("cell", "cell", "cell", "lost", "doubled", "moved"))) == "lost":
        del rows[k]
        about = f"row {key} lost"
    elif kind == "doubled":
        rows.insert(k, rows[k])
        about = f"row {key} doubled"
    elif kind == "moved":
        about = f"rows {key} and {rows[other][0]} in each other's place"
        rows[k], rows[other] = rows[other], rows[k]
    else:
        column = random.randrange(1, len(header))
        old = rows[k][column]
        values = sorted({r[column] for r in rows} - {old})
        if old.isdigit():
            new = str(int(old) + random.choice((-1, 1)))
        else:
            new = random.choice(values) if 1 < len(values) < 60 and header[column] != "name" else f"{old}x"
        rows[k][column] = new
        about = f"{key}, {header[column]}: “{old}” → “{new}”"
    return Mutant("register", path.relative_to(root).as_posix(), about, lambda _: csv_bytes([header, *rows]))


def csv_bytes(rows: Sequence[Sequence[str]]) -> bytes:
    """Rows as CSV."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    return buffer.getvalue().encode("utf-8")


def draw_label(root: Path, random: Random, books: Sequence[str] = ("*",)) -> Mutant:
    """One letter missing in a label of a codebook."""
    path, text = _codebook(root, random, books, _labels)
    where, node = random.choice(_labels(text))
    start, end = node.start_mark.index, node.end_mark.index
    letters = [k for k in range(start + 1, end - 1) if text[k].isalpha() and text[k] != text[k + 1]]
    at = random.choice(letters)
    about = f"{_name(where)}: letter {at - start + 1} of “{node.value}” missing"
    return Mutant("label", path, about, replace_piece(at, at + 1, ""))


def draw_constant(root: Path, random: Random, books: Sequence[str] = ("*",)) -> Mutant:
    """A value of a codebook that decides how answers are read and counted."""
    path, text = _codebook(root, random, books, _constants)
    chosen = _constants(text)
    name = random.choice(sorted({name for _, name, _ in chosen}))
    where, name, node = random.choice([c for c in chosen if c[1] == name])
    others = sorted({n.value for _, other, n in chosen if other == name} - {node.value})
    if node.value.isdigit():
        new = str(int(node.value) + 1)
    else:
        new = random.choice(others) if others and name != "id" else f"{node.value}x"
    new = json.dumps(new) if node.style else new
    edit = replace_piece(node.start_mark.index, node.end_mark.index, new)
    return Mutant("constant", path, f"{_name(where)}: {node.value} → {new}", edit)


def draw_swap(root: Path, random: Random, books: Sequence[str] = ("*",)) -> Mutant:
    """The ids or the labels of two options, rows or items of one list in each other's place."""
    path, text = _codebook(root, random, books, _lists)
    (where, part), nodes = random.choice(_lists(text))
    first, second = sorted(random.sample(nodes, 2), key=lambda n: n.start_mark.index)
    (a, b), (c, d) = ((n.start_mark.index, n.end_mark.index) for n in (first, second))
    edit = replace_piece(a, d, text[c:d] + text[b:c] + text[a:b])
    about = f"{_name(where)}: {part} “{first.value}” and “{second.value}” in each other's place"
    return Mutant("swap", path, about, edit)


def _constants(text: str) -> list[tuple[tuple[Any, ...], str, yaml.Node]]:
    """Values of a codebook that decide something: path, name, node."""
    found = []
    for where, node in _scalars(yaml.compose(text)):
        name = next((k for k in reversed(where) if isinstance(k, str)), "")
        if name in CONSTANTS or (name == "id" and {"options", "rows", "completeness"} & set(where)):
            found.append((where, name, node))
    return found


def _labels(text: str) -> list[Any]:
    """Paths and nodes of texts for readers."""
    return [(p, n) for p, n in _scalars(yaml.compose(text)) if _is_label(p) and len(n.value) > 3]


def _lists(text: str) -> list[Any]:
    """Ids and labels that stand in one list and are not all the same, with the path of the list."""
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for where, node in _scalars(yaml.compose(text)):
        if where[-1] in ("id", "label"):
            groups.setdefault((where[:-2], where[-1]), []).append(node)
        elif len(where) > 1 and where[-2] in ("options", "types"):
            groups.setdefault((where[:-1], "label"), []).append(node)
    return [(key, nodes) for key, nodes in groups.items() if len({n.value for n in nodes}) > 1]


def _codebook(root: Path, random: Random, books: Sequence[str], usable: Callable[[str], Any]) -> tuple[str, str]:
    """One of the codebooks of these names in which there is something to change."""
    paths = sorted(p for b in books for p in (root / "data/codebook").glob(f"{b}.yml"))
    for path in random.sample(paths, len(paths)):
        if usable(text := path.read_text(encoding="utf-8")):
            break
    return path.relative_to(root).as_posix(), text


def _scalars(node: yaml.Node, where: tuple[Any, ...] = (), seen: set[int] | None = None) -> Iterator[Any]:
    """Every scalar value of a YAML document with its path; one that is referred to twice comes once."""
    seen = set() if seen is None else seen
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _scalars(value, (*where, key.value), seen)
    elif isinstance(node, yaml.SequenceNode):
        for k, value in enumerate(node.value):
            yield from _scalars(value, (*where, k), seen)
    elif where:
        yield where, node


def _is_label(where: tuple[Any, ...]) -> bool:
    last = [k for k in where if isinstance(k, str)]
    return last[-1] in LABELS or bool({"options", "types"} & set(last[:-1]) and last[-2] in ("options", "types"))


def _name(where: Sequence[Any]) -> str:
    return "/".join(map(str, where))


COORDINATE = re.compile(r"(?<=[ML] )\d+(?=\.)")  # in the path of an SVG
DATA_URI = re.compile(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)")


def draw_mutants(root: Path, report: str, n: int, seed: int, kinds: Sequence[str]) -> list[Mutant]:
    """Draw `n` different mutants of each of these kinds of a built project; fewer where there are not so many.

    Only what the report is made from is changed; another source's codebook is nothing that its numbers could show.
    """
    from tools.selftest.first import DRAWS

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
        "count": lambda r: draw_count(root, report, r),
    }
    made: list[Mutant] = []
    for kind in kinds:
        random, drawn = Random(f"{seed}/{kind}"), dict[str, Mutant]()
        draw = draws.get(kind) or (lambda r, kind=kind: DRAWS[kind](root, report, r))
        for _ in range(20 * n):
            if len(drawn) < n:
                mutant = draw(random)
                drawn.setdefault(str(mutant), mutant)
        made += drawn.values()
    return made


def draw_settings(n: int, seed: int) -> Iterator[dict[str, str]]:
    """Settings of machines on which a rerun must give the same: time zone, locale, hash seed, threads, -j."""
    random = Random(f"{seed}/clean")
    for _ in range(n):
        yield {
            "TZ": random.choice(("UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia")),
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

    Returned as (figure id, column).
    """
    published = root / "data/published" / report
    figures = read_figures(published.with_suffix(".csv"))
    declared = read_relations(published.with_suffix(".relations.yml"))
    rebuilt = dict(find_numbers(root / "reports" / report))
    judged = judge_published(figures, rebuilt, read_bindings(published.with_suffix(".numbers.yml")))
    new = {row["id"]: row["new"] for row in judged}
    patterns = [p for e in (*declared.one_number, *declared.equal) for p in e.terms]
    for entry in (*declared.sum, *declared.sum_each):
        if not entry.rest:
            patterns += [p.replace("{row}", "*") for p in (entry.total, *(p.number for p in entry.parts))]
    equal = {n for p in patterns for n in fnmatch.filter((f"{i}.{x}" for i in figures for x in ("n", "base")), p)}
    fields = []
    for i, row in figures.items():
        percent = row["kind"] == "percent" and row["numerator"] and row["base"]
        bound = new[i] != ""
        if percent or (row["kind"] == "count" and row["printed"] == row["numerator"] and not row["qualifier"]):
            fields.append((i, "printed"))
        if row["numerator"] and (percent or bound or f"{i}.n" in equal):
            fields.append((i, "numerator"))
        if row["base"] and (percent or f"{i}.base" in equal or (bound and " von " in new[i])):
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
    path = random.choice(sorted(folder.rglob(f"*.{kind}")) if kind in ("svg", "png") else [folder / f"{report}.{kind}"])
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


def draw_count(root: Path, report: str, random: Random) -> Mutant:
    """A kind of count that does wrong at one number of the report, which it prints for all together."""
    from tools.selftest.first import _chapters

    printed: dict[str, dict[str, list[str]]] = {fault: {} for fault in FAULTS}
    named: dict[str, list[str]] = {}
    for name, cell in find_numbers(root / "reports" / report):
        (n, base_n), line = n_and_base(cell), str(cell["definition"])
        named.setdefault(line, []).append(name)
        count, _, _, group = Count.read(line)
        for fault, possible in zip(FAULTS, (n, n, (base_n or 0) > n and count.within), strict=True):
            if possible and group == TOTAL:
                printed[fault].setdefault(type(count).__name__, []).append(line)
    fault = random.choice(FAULTS)
    kind = random.choice(sorted(printed[fault]))
    line = random.choice(sorted(printed[fault][kind]))
    about, chapters = f"{line}: the first unit {fault}", _chapters(root, report, named[line])
    return CodeMutant("count", "src/gkanalysis/counts", about, lambda data: data, line, fault, chapters)


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
