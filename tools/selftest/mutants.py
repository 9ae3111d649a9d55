"""Small wrong changes to what a report is counted from: forms, register, codebooks; drawn by seed.

Changes to its text and to what it is compared with are in `mutants_results`. A change of a received file is also made in
`data/raw/SHA256SUMS`, as by somebody who means it: no finding may rest on that list alone.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import yaml

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
        """Change the file below `root`, and the list of hashes if it is a received one.

        Raises
        ------
        ValueError
            If the file would stay as it is: such a mutant would prove nothing.
        """
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


def _codebook(
    root: Path, random: Random, books: Sequence[str], usable: Callable[[str], Any]
) -> tuple[str, str]:
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
    return last[-1] in LABELS or bool(
        {"options", "types"} & set(last[:-1]) and last[-2] in ("options", "types")
    )


def _name(where: Sequence[Any]) -> str:
    return "/".join(map(str, where))
