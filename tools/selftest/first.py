"""Errors of the kinds that a first release can carry: of those who write, ask, count, draw and set; drawn by seed.

Places are drawn from what a report is really made of. A change of code is made in the process that builds: it does
wrong at one number, figure or form, so that each mutant is another one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd

from gkanalysis.codebook.reports import read_report
from gkanalysis.core.numbers import WORDS
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.data import Data
from tools.selftest.mutants import Mutant

OPPOSITE = {
    "häufiger": "seltener", "seltener": "häufiger", "ebenso oft": "häufiger", "am häufigsten": "am seltensten",
    "am höchsten": "am niedrigsten", "am niedrigsten": "am höchsten", "die häufigste": "der seltenste",
    "am seltensten": "am häufigsten", "weit häufiger": "seltener", "ebenso viele": "weniger",
}  # fmt: skip
SCALE = ["allen", "den meisten", "mehreren", "einigen", "zwei", "einer"]
SAID = re.compile(r"""\.(?:said|most_said)\(["']([^"']*)["']""")
EXPRESSION = re.compile(r"\{eval\}`[^`]*`")
CODE = re.compile(r'codes\["([a-z_]+\.[a-z_]+)"\]')
ITEM = re.compile(r'(?<=\[")(\d+(?:\.\d+)+(?:\.[A-D]\d\d\.\d)?)(?="\])')
GROUP = re.compile(r'(?<=, ")(kreisfreie_stadt|kreis|kreisangehoerige_kommune)(?="\])')
QUOTE = re.compile(r'(?<="), ("q[0-9a-f]{8}", "(?:[^"\\]|\\.)*")')
BASE = re.compile(r'(?<=base=)"[^"]*"')
SOURCE = re.compile(r'(?<=source=)"[^"]*"')
YEAR = re.compile(r"\b(?:19|20)\d\d\b")
NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(WORDS[2:])})\b", re.IGNORECASE)
GROUPS = ("kreisfreie_stadt", "kreis", "kreisangehoerige_kommune")


@dataclass(frozen=True)
class TextMutant(Mutant):
    """An error in a notebook: only its `chapters` are computed again."""

    chapters: tuple[str, ...] = ()


@dataclass(frozen=True)
class CodePatch(Mutant):
    """An error in the code: `patch` changes functions of the running process, so it belongs into a child."""

    patch: Callable[[Path], None] = lambda _: None
    chapters: tuple[str, ...] = ()
    reads: str = ""  # the source that is read anew, if the error is in reading

    def apply(self, root: Path) -> None:
        """Change the code."""
        self.patch(root)


def wrapped(module: Any, name: str, change: Callable[..., Any]) -> None:
    """Put `change` around a function: it gets the result, then the arguments."""
    right = getattr(module, name)
    setattr(module, name, lambda *a, **k: change(right(*a, **k), *a, **k))


# ---- notebooks ----


def texts(root: Path, report: str, kinds: str) -> Iterator[tuple[str, int, str, tuple[str, ...]]]:
    """Path, number of the cell, text, and the chapters of each cell of these kinds that the report uses."""
    chapters: dict[str, list[str]] = {}
    for chapter in read_report(root, report).chapters:
        chapters.setdefault(chapter.notebook, []).append(chapter.id)
    for name, ids in chapters.items():
        path = f"notebooks/{name}.ipynb"
        for k, cell in enumerate(json.loads((root / path).read_text(encoding="utf-8"))["cells"]):
            if cell["cell_type"] in kinds and "parameters" not in cell["metadata"].get("tags", ()):
                yield path, k, "".join(cell["source"]), tuple(ids)


def in_cells(
    kind: str, path: str, edits: Sequence[tuple[int, int, int, str]], about: str, chapters: tuple[str, ...]
) -> TextMutant:
    """A mutant of a notebook: in cell k the text from start to end becomes another, last place first."""

    def edit(data: bytes) -> bytes:
        book = json.loads(data)
        for k, start, end, new in sorted(edits, reverse=True):
            text = "".join(book["cells"][k]["source"])
            book["cells"][k]["source"] = (text[:start] + new + text[end:]).splitlines(keepends=True)
        return (json.dumps(book, ensure_ascii=False, indent=1) + "\n").encode("utf-8")

    return TextMutant(kind, path, about, edit, chapters)


def one_place(
    root: Path, report: str, random: Random, kind: str, kinds: str, pattern: re.Pattern[str],
    other: Callable[[str, re.Match[str]], Any], within: re.Pattern[str] | None = None,
) -> TextMutant:  # fmt: skip
    """A mutant at one place where a pattern stands and `other` (text of the cell, match) knows something else for it."""
    places = []
    for path, k, text, chapters in texts(root, report, kinds):
        inside = [m.span() for m in within.finditer(text)] if within else []
        for m in pattern.finditer(text):
            held = any(a <= m.start() and m.end() <= b for a, b in inside)
            if held == bool(within) and (new := other(text, m)) is not None and new != m[0]:
                places.append((path, k, m, new, chapters))
    path, k, m, new, chapters = random.choice(places)
    new = random.choice(new) if isinstance(new, list) else new
    return in_cells(kind, path, [(k, *m.span(), new)], f"cell {k + 1}, {m.start()}: {m[0]} → {new}", chapters)


def draw_direction(root: Path, report: str, random: Random) -> TextMutant:
    """A comparison or rank turned round: in the words that are bound, or typed in their place."""

    def turned(_: str, m: re.Match[str]) -> Any:
        said = SAID.search(m[0])
        word = next((w for w in sorted(OPPOSITE, key=len, reverse=True) if said and w in said[1].casefold()), None)
        if word is None:
            return None
        new = re.sub(word, OPPOSITE[word], said[1], flags=re.IGNORECASE)
        new = new.capitalize() if said[1][0].isupper() else new
        return [m[0].replace(said[1], new), new]

    return one_place(root, report, random, "direction", "markdown", EXPRESSION, turned)


def draw_scale(root: Path, report: str, random: Random) -> TextMutant:
    """Another word of the scale for a count, bound or typed."""

    def other(_: str, m: re.Match[str]) -> Any:
        said = SAID.search(m[0])
        words = [w for w in SCALE if said and re.match(rf"{w}\b", said[1])]
        new = [said[1].replace(words[0], w, 1) for w in SCALE if w != words[0]] if words else []
        return [m[0].replace(said[1], n) for n in new] + new[:2] or None

    return one_place(root, report, random, "scale", "markdown", EXPRESSION, other)


def draw_number_word(root: Path, report: str, random: Random) -> TextMutant:
    """A number in words that is another one, where it is typed."""

    def next_word(text: str, m: re.Match[str]) -> Any:
        if any(a.start() <= m.start() < a.end() for a in EXPRESSION.finditer(text)):
            return None
        k = WORDS.index(m[0].casefold())
        new = [WORDS[j] for j in (k - 1, k + 1) if 1 < j < len(WORDS)]
        return [n.capitalize() for n in new] if m[0][0].isupper() else new

    return one_place(root, report, random, "number_word", "markdown", NUMBER_WORD, next_word)


def draw_year(root: Path, report: str, random: Random) -> TextMutant:
    """A year of the text one earlier or later."""

    def beside(text: str, m: re.Match[str]) -> Any:
        if any(a.start() <= m.start() < a.end() for a in EXPRESSION.finditer(text)):
            return None
        return [str(int(m[0]) - 1), str(int(m[0]) + 1)]

    return one_place(root, report, random, "year", "markdown", YEAR, beside)


def draw_code(root: Path, report: str, random: Random) -> TextMutant:
    """A code of another theme in the text."""
    known = sorted({m[1] for *_, text, _ in texts(root, report, "markdown") for m in CODE.finditer(text)})

    def other(_: str, m: re.Match[str]) -> Any:
        return [m[0].replace(m[1], c) for c in known if c.partition(".")[0] != m[1].partition(".")[0]]

    return one_place(root, report, random, "code", "markdown", CODE, other)


def draw_item(root: Path, report: str, random: Random) -> TextMutant:
    """The question, or the line of the form, beside the one that is meant."""
    paths = ProjectPaths.of(root, Path("data/raw"))
    data = Data(paths)
    books = [data.book(s) for s in read_report(root, report).sources if data.kind(s) == "forms"]

    def beside(_: str, m: re.Match[str]) -> Any:
        for book in books:
            if m[0] in book.items:
                kin = [i.id for i in book.items.values() if (i.part, i.kind, i.column) == (book.items[m[0]].part, book.items[m[0]].kind, book.items[m[0]].column)]  # fmt: skip
                k = kin.index(m[0])
                return [*kin[max(k - 1, 0) : k], *kin[k + 1 : k + 2]] or None
        return None

    return one_place(root, report, random, "item", "code markdown", ITEM, beside)


def draw_group(root: Path, report: str, random: Random) -> TextMutant:
    """Kreis and Stadt exchanged in a number of the text."""
    return one_place(root, report, random, "group", "markdown", GROUP, lambda _, m: [g for g in GROUPS if g != m[0]])


def draw_base(root: Path, report: str, random: Random) -> TextMutant:
    """A base line of another exhibit, or another question, state or number in it."""
    bases = sorted({m[0] for *_, text, _ in texts(root, report, "code") for m in BASE.finditer(text)})

    def other(_: str, m: re.Match[str]) -> Any:
        edits = (("2.1", "2.2"), ("2.4", "2.3"), ("voll auswertbar", "auswertbar"), ("gültiger", "jeder"))
        return [m[0].replace(a, b) for a, b in edits if a in m[0]] + [b for b in bases if b != m[0]]

    return one_place(root, report, random, "base", "code", BASE, other)


def draw_source(root: Path, report: str, random: Random) -> Mutant:
    """A source line of another exhibit: typed in a notebook, or set by the code."""
    if random.random() < 0.5:
        lines = sorted({m[0] for *_, text, _ in texts(root, report, "code") for m in SOURCE.finditer(text)})
        return one_place(root, report, random, "source", "code", SOURCE, lambda _, m: [x for x in lines if x != m[0]])
    exhibits = _document(root, report)["exhibits"]
    name = random.choice(sorted(exhibits))
    own, chapter = exhibits[name]["source"], exhibits[name]["chapter"]
    line = random.choice(sorted({e["source"] for e in exhibits.values()} - {own}))

    def patch(_: Path) -> None:
        from gkanalysis.report.exhibits import Figure, Table

        for kind in (Table, Figure):
            right = kind.record
            kind.record = lambda self, right=right: right(self) | ({"source": line} if self.id == name else {})

    return CodePatch("source", "src/gkanalysis/report", f"{name}: {own} → {line}", bytes, patch, (chapter,))


def draw_quotes(root: Path, report: str, random: Random) -> TextMutant:
    """Two quotations of a notebook in each other's place."""
    cells: dict[str, list[Any]] = {}
    for path, k, text, chapters in texts(root, report, "code"):
        cells.setdefault(path, []).extend((k, m, chapters) for m in QUOTE.finditer(text) if "quotation(" in text)
    path = random.choice([p for p, found in cells.items() if len(found) > 1 for _ in found])
    (k, one, chapters), (j, other, _) = random.sample(cells[path], 2)
    edits = [(k, *one.span(1), other[1]), (j, *other.span(1), one[1])]
    return in_cells("quotes", path, edits, f"{one[1][:40]} and {other[1][:40]} in each other's place", chapters)


def draw_title(root: Path, report: str, random: Random) -> Mutant:
    """Title, subtitle or date of the report: a letter missing, a word of another place, a month or year off."""
    path = f"reports/{report}.yml"
    text = (root / path).read_text(encoding="utf-8")
    key = random.choice(("title", "subtitle", "date", "date", "authors"))
    line = re.search(rf"^{key}: (.*)$", text, re.MULTILINE)
    if key == "date":
        year, month = map(int, line[1].split("-"))
        step = random.choice((-12, -3, -1, 1, 2, 12))
        at = 12 * year + month - 1 + step
        new = f"{at // 12}-{at % 12 + 1:02}"
    else:
        words = list(re.finditer(r"\w{5,}", line[1]))
        word = random.choice(words)
        at = word.start() + random.randrange(1, len(word[0]) - 1)
        new = line[1][:at] + line[1][at + 1 :]

    def edit(data: bytes) -> bytes:
        return (text[: line.start(1)] + new + text[line.end(1) :]).encode("utf-8")

    return TextMutant("title", path, f"{line[1]} → {new}", edit, ())


# ---- code ----


def _document(root: Path, report: str) -> Any:
    return json.loads((root / "build/reports" / report / "document.json").read_text(encoding="utf-8"))


def _chapters(root: Path, report: str, numbers: Iterable[str]) -> tuple[str, ...]:
    """The chapters that print numbers, by the ids of these."""
    exhibits, first = _document(root, report)["exhibits"], [n.partition(":")[0] for n in numbers]
    return tuple(dict.fromkeys(exhibits[n]["chapter"] if n in exhibits else n for n in first))


def _tables(root: Path, report: str) -> dict[str, pd.DataFrame]:
    folder = root / "reports" / report
    return {p.stem: pd.read_csv(p, dtype={"row": str}) for p in sorted(folder.glob("[ft]*s/*.csv"))}


def draw_alt(root: Path, report: str, random: Random) -> CodePatch:
    """A number, or a label, of an alternative text that is another one."""
    figures = {k: e for k, e in _document(root, report)["exhibits"].items() if e["kind"] == "figure"}
    name = random.choice(sorted(figures))
    alt = figures[name]["alt"]
    place = random.choice(list(re.finditer(r"(?<=: )\d+(?= von)|(?<=von )\d+", alt)))
    told = re.findall(r"(?:^|[.;] )([^.;]+?)((?:, [^,.;:]+)?: \d+ von \d+)", alt)
    pairs = [
        (x, y)
        for x, own in told
        for y, other in told
        if x != y and own != other and own.partition(":")[0] == other.partition(":")[0]
    ]
    if random.random() < 0.3 and pairs:
        a, b = random.choice(pairs)
        new = alt.replace(f"{a}", "\0").replace(f"{b}", f"{a}").replace("\0", f"{b}")
    else:
        new = alt[: place.start()] + str(int(place[0]) + random.choice((-1, 1, 10))) + alt[place.end() :]

    def patch(_: Path) -> None:
        from gkanalysis.report.exhibits import Figure

        right = Figure.record
        Figure.record = lambda self: right(self) | ({"alt": new} if self.id == name else {})

    k = next((k for k, (x, y) in enumerate(zip(alt, new, strict=False)) if x != y), len(new))
    about = f"{name}: …{alt[k - 20 : k + 12]}… → …{new[k - 20 : k + 12]}…"
    return CodePatch("alt", "src/gkanalysis/report/chapter.py", about, bytes, patch, (figures[name]["chapter"],))


def draw_bar(root: Path, report: str, random: Random) -> CodePatch:
    """A bar, a part of a bar or a dot that is drawn longer or shorter than its number."""
    figures = {k: e for k, e in _document(root, report)["exhibits"].items() if e["kind"] == "figure"}
    name, at, times = random.choice(sorted(figures)), random.randrange(100), random.choice((0.8, 0.9, 1.07, 1.2))

    def patch(_: Path) -> None:
        from gkanalysis.report import chapter
        from gkanalysis.report import figures as drawing

        asked: list[str] = []
        right_figure, right_bytes = chapter.Chapter.figure, drawing.to_bytes

        def figure(self: Any, content: Any, exhibit_id: str = "", **more: Any) -> Any:
            asked[:] = [exhibit_id or self.id]
            return right_figure(self, content, exhibit_id, **more)

        def to_bytes(canvas: Any) -> tuple[bytes, bytes]:
            if asked == [name]:
                bars = [
                    b for axes in canvas.axes for b in axes.patches if hasattr(b, "get_width") and b.get_width() > 0
                ]
                bars = [b for b in bars if "#edf1f3" not in _colour(b)] or bars
                dots = [c for axes in canvas.axes for c in axes.collections if len(getattr(c, "get_offsets", list)())]
                if bars:
                    bar = bars[at % len(bars)]
                    bar.set_width(bar.get_width() * times)
                elif dots:
                    marks = dots[at % len(dots)]
                    places = marks.get_offsets()
                    places[at % len(places), 0] *= times
                    marks.set_offsets(places)
            return right_bytes(canvas)

        chapter.Chapter.figure, drawing.to_bytes = figure, to_bytes

    about = f"{name}: bar or dot {at} drawn {times:g} times as long"
    return CodePatch("bar", "src/gkanalysis/report/figures.py", about, bytes, patch, (figures[name]["chapter"],))


def _colour(bar: Any) -> str:
    from matplotlib.colors import to_hex

    return to_hex(bar.get_facecolor()).casefold()


def draw_rounding(root: Path, report: str, random: Random) -> CodePatch:
    """A percentage that is cut off, rounded up, or has another number of decimals; for one share of the report."""
    pairs = sorted(
        {
            (int(r.n), int(r.base_n), name)
            for name, table in _tables(root, report).items() if {"base_n", "share"} <= {*table} and (root / f"reports/{report}/tables/{name}.csv").exists()
            for r in table.dropna(subset=["n", "base_n"]).itertuples() if r.n and r.base_n >= 10
        }
    )  # fmt: skip
    rules: dict[str, Callable[[int, int], str]] = {
        "cut off": lambda n, b: f"{100 * n // b}\u00a0%",
        "rounded up": lambda n, b: f"{-(-100 * n // b)}\u00a0%",
        "one decimal more": lambda n, b: f"{100 * n / b:.1f}\u00a0%".replace(".", ","),
    }
    rule = random.choice(sorted(rules))
    n, base_n, name = random.choice(pairs)

    def patch(_: Path) -> None:
        import gkanalysis.core.numbers as numbers
        import gkanalysis.counts.table as table

        def wrong(right: str, x: int, b: int, **_: Any) -> str:
            return rules[rule](x, b) if (x, b) == (n, base_n) else right

        wrapped(numbers, "format_percent", wrong)
        table.format_percent = numbers.format_percent

    return CodePatch(
        "rounding",
        "src/gkanalysis/core/numbers.py",
        f"{name}, {n} of {base_n}: {rule}",
        bytes,
        patch,
        _chapters(root, report, [name]),
    )


def draw_tail(root: Path, report: str, random: Random) -> CodePatch:
    """One tail of a test or interval instead of two, for one number; no correction, or another one; no finite population."""
    intervals = sorted(
        {
            (int(r.n), int(r.base_n), int(r.population_n), name)
            for name, table in _tables(root, report).items() if "ci_low" in table
            for r in table.dropna(subset=["ci_low", "n"]).itertuples() if 0 < r.n < r.base_n < r.population_n
        }
    )  # fmt: skip
    n, base_n, population_n, name = random.choice(intervals)
    what = random.choice(("interval: one tail", "interval: one tail", "interval: no finite population", "test: one tail", "Holm: none", "Holm: as Bonferroni"))  # fmt: skip
    tested = [
        c for *_, text, ids in texts(root, report, "markdown") if re.search(r"\.p\(|significant", text) for c in ids
    ]

    def patch(_: Path) -> None:
        from gkanalysis.counts import count, table
        from gkanalysis.stats import exact
        from gkanalysis.stats import intervals as made

        if what.startswith("interval"):
            right = made.finite_population_interval

            def interval(x: int, b: int, size: int, **_: Any) -> Any:
                if (x, b, size) != (n, base_n, population_n):
                    return right(x, b, size)
                return right(x, b, 20 * size) if "finite" in what else right(x, b, size, level=0.9)

            count.finite_population_interval = interval
        elif what.startswith("Holm"):

            def correction(right: Any, ps: Any) -> Any:
                ps = pd.Series(ps, dtype=float)
                return (ps if "none" in what else (ps * (2 * ps.count())).clip(upper=1)).to_numpy()

            wrapped(exact, "holm", correction)
        else:
            wrapped(exact, "freeman_halton_test", lambda p, *_: p / 2)
            if hasattr(table, "freeman_halton_test"):
                table.freeman_halton_test = exact.freeman_halton_test

    of_interval = what.startswith("interval")
    about = f"{name}, {what} ({n} of {base_n}, {population_n})" if of_interval else what
    chapters = _chapters(root, report, [name]) if of_interval else tuple(dict.fromkeys(tested))
    return CodePatch("tail", "src/gkanalysis/stats", about, bytes, patch, chapters)


def draw_sign(root: Path, report: str, random: Random) -> CodePatch:
    """A paired difference with the other sign, of one question or of all; one tail of McNemar's test, or no correction."""
    rows = sorted(_tables(root, report)["veraenderung"]["row"])
    k = random.randrange(len(rows))
    what = random.choice(("cell", "cell", "cell", "turned", "McNemar: one tail", "Holm: none", "Holm: as Bonferroni"))

    def patch(_: Path) -> None:
        from gkanalysis.report import waves

        if what == "cell":
            calls = iter(range(10**6))
            wrapped(
                waves,
                "_points",
                lambda x, *_: x.translate(str.maketrans("+−", "−+")) if next(calls) % len(rows) == k else x,
            )
        elif what == "turned":
            right = waves.paired_difference
            waves.paired_difference = lambda a, b, c, d: right(a, b, c, d)._replace(
                difference=(b - c) / (a + b + c + d)
            )
        elif what.startswith("McNemar"):
            wrapped(waves, "mcnemar_test", lambda p, *_: p and p / 2)
        else:
            wrapped(waves, "holm", lambda _, p: (p if "none" in what else (p * 2 * len(p)).clip(upper=1)).to_numpy())

    about = f"{rows[k]}: sign of the difference turned" if what == "cell" else what
    return CodePatch("sign", "src/gkanalysis/report/waves.py", about, bytes, patch, ("veraenderung",))


def draw_coefficient(root: Path, report: str, random: Random) -> CodePatch:
    """An alpha, an end of its interval, kappa, or a median that is another one."""
    tables = {k: t for k, t in _tables(root, report).items() if "alpha" in t}
    name = random.choice(sorted(tables))
    rows = tables[name].dropna(subset=["alpha"])
    row, column = random.choice(sorted(rows["row"])), random.choice(("alpha", "alpha_low", "alpha_high", "kappa"))
    step = random.choice((-0.1, -0.02, 0.02, 0.1))

    def patch(_: Path) -> None:
        from gkanalysis.counts import talks

        def wrong(made: pd.DataFrame, *_: Any, level: str, **__: Any) -> pd.DataFrame:
            own = "alle" if row in ("document", "frequency", "segment") else row
            if own in made.index and (own == row or level == row):
                made.loc[own, column] += step
            return made

        wrapped(talks, "coder_coefficients", wrong)

    about = f"{name}, {row}: {column} {step:+g}"
    return CodePatch(
        "coefficient", "src/gkanalysis/stats/coders.py", about, bytes, patch, _chapters(root, report, [name])
    )


def draw_reader(root: Path, report: str, random: Random) -> CodePatch:
    """A rule of the reader of forms that takes one tick of a form for none, or an empty box for one."""
    data = Data(ProjectPaths.of(root, Path("data/raw")))
    source = random.choice([s for s in read_report(root, report).sources if data.kind(s) == "forms"])
    form = random.choice(sorted(p.name for p in (root / "data/raw" / source / "forms").glob("*.docx")))
    kind, state, at = random.choice(("checkbox", "legacy_checkbox", "mark")), random.choice(("selected", "not_selected")), random.randrange(400)  # fmt: skip

    def patch(_: Path) -> None:
        from gkanalysis.ingest import forms

        opened: list[str] = []
        wrapped(forms, "open_word_file", lambda package, path, *_: opened.append(Path(path).name) or package)

        def wrong(read: Any, *_: Any, **__: Any) -> Any:
            ticks = [k for k, f in enumerate(read.fields) if f.state == state]
            places = [k for k in ticks if read.fields[k].kind == kind] or ticks
            if opened[-1:] != [form] or not places:
                return read
            fields, k = list(read.fields), places[at % len(places)]
            fields[k] = fields[k]._replace(state={"selected": "not_selected", "not_selected": "selected"}[state])
            return (
                read._replace(fields=tuple(fields))
                if hasattr(read, "_replace")
                else replace(read, fields=tuple(fields))
            )

        wrapped(forms, "read_word_form", wrong)

    return CodePatch(
        "reader",
        "src/gkanalysis/ingest/word",
        f"{form}: {kind} {at} that is {state} read as the opposite",
        bytes,
        patch,
        ("*",),
        source,
    )


def draw_labels(root: Path, report: str, random: Random) -> Mutant:
    """The words under which two answers, codes, themes or types are printed, in each other's place."""
    data = Data(ProjectPaths.of(root, Path("data/raw")))
    books = sorted(
        {data.paths.codebook(s).stem for s in read_report(root, report).sources} | {"register", "kategorien"}
    )
    places = []
    for book in books:
        path = f"data/codebook/{book}.yml"
        text = (root / path).read_text(encoding="utf-8")
        found: dict[str, list[Any]] = {}
        for m in re.finditer(r"(?:label|report): (\"[^\"]*\"|[^,}\"\n]+)(?=[,}\n])", text):
            line = text.rfind("\n", 0, m.start())
            indent = len(text[line + 1 :]) - len(text[line + 1 :].lstrip())
            found.setdefault(f"{m[0].partition(':')[0]} {indent}", []).append(m)
        for own in found.values():
            places += [(path, text, a, b) for a, b in pairwise(own) if a[1] != b[1] and b.start() - a.start() < 400]
    path, text, a, b = random.choice(places)

    def edit(_: bytes) -> bytes:
        return (text[: a.start(1)] + b[1] + text[a.end(1) : b.start(1)] + a[1] + text[b.end(1) :]).encode("utf-8")

    return Mutant("labels", path, f"{a[1]} and {b[1]} in each other's place", edit)


def draw_delivered(root: Path, report: str, random: Random) -> Mutant:
    """A file that lies beside the certificate is another one: a number of a table, a word of the page, a byte."""
    folder = root / "reports" / report
    path = random.choice(
        sorted(
            p
            for p in folder.rglob("*.*")
            if p.suffix in (".pdf", ".docx", ".pptx", ".html", ".csv", ".svg", ".json") and "arbeit" not in p.parts
        )
    )
    data = path.read_bytes()
    places = (
        [m.start() for m in re.finditer(rb"(?<=[ >,(])[1-8](?=[ <,).])", data)]
        if path.suffix in (".html", ".csv", ".svg", ".json")
        else []
    )
    at = random.choice(places) if places else random.randrange(len(data) // 3, len(data) * 9 // 10)
    new = bytes([data[at] + 1 if places else data[at] ^ 1])
    return Mutant(
        "delivered",
        path.relative_to(root).as_posix(),
        f"byte {at}: {data[at : at + 1]!r} → {new!r}",
        lambda d: d[:at] + new + d[at + 1 :],
    )


DRAWS: dict[str, Callable[[Path, str, Random], Mutant]] = {
    name.removeprefix("draw_"): draw for name, draw in list(globals().items()) if name.startswith("draw_")
}
