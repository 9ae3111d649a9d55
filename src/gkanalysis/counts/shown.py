"""How tables show themselves: rows as a report prints them, in a notebook, and where there is only text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.findings import place_words
from gkanalysis.core.numbers import NBSP, format_decimal, format_n_percent, format_p, format_share
from gkanalysis.counts.count import LEAST_ALPHA, SMALL_BASE, VERY_SMALL_BASE, WEAK, Count, count_of
from gkanalysis.counts.export import COMMON, plain_file, write_excel
from gkanalysis.counts.forms import STATES

if TYPE_CHECKING:
    from gkanalysis.counts.table import Counted

HIDDEN = "–"
LONG = 1000  # rows that a notebook shows of a table


@dataclass(frozen=True)
class Row:
    """One printed row: `kind` is row or block (a heading inside the table); `level` indents the first cell.

    `numbers` has one entry per cell: `row:subgroup` of the number printed there, or nothing.
    """

    cells: tuple[str, ...]
    kind: str = "row"
    level: int = 0
    numbers: tuple[str, ...] = ()


def mark_notes(numbers: pd.DataFrame, data: Any) -> tuple[str, ...]:
    """What the marks beside some numbers say, wherever these are printed."""
    marks = set(numbers["mark"].fillna("")) if "mark" in numbers else set()
    limits = {"*": SMALL_BASE, "**": VERY_SMALL_BASE}
    small = [f"{m} Basis unter {n}" for m, n in limits.items() if m in {x.rstrip(WEAK) for x in marks}]
    notes = [f"{', '.join(small)}: Ein Fall mehr ändert den Anteil stark; maßgeblich ist die Anzahl."] if small else []
    if any(WEAK in m for m in marks):
        row = next(r for r in numbers.itertuples() if WEAK in r.mark)
        count, _, name, _ = Count.read(row.definition)
        notes.append(
            f"{WEAK} Übereinstimmung nicht gesichert (Alpha unter {format_decimal(LEAST_ALPHA, decimals=3)}); gezählt {count.reading(data, name)}."
        )
    return tuple(notes)


def common_mark(marks: pd.Series) -> str:
    """The mark for a small base that all numbers of a column have: its heading carries it, and not each number.

    >>> common_mark(pd.Series(["*", "*†"])), common_mark(pd.Series(["*", "**"]))
    ('*', '')
    """
    small = set(marks.str.rstrip(WEAK))
    return small.pop() if len(small) == 1 else ""


def dash_note(threshold: int, *, beside_total: bool = False) -> str:
    """What a dash stands for.

    >>> dash_note(3)
    '–: nicht gedruckt, weil hinter dem Ja oder dem Nein 1 oder 2 Bündnisse stehen.'
    """
    few = {1: "1 Bündnis steht", 2: "1 oder 2 Bündnisse stehen"}
    behind = few.get(threshold - 1, f"1 bis {threshold - 1} Bündnisse stehen")
    told = " oder weil sich das sonst aus der Summe ergäbe" if beside_total else ""
    return f"{HIDDEN}: nicht gedruckt, weil hinter dem Ja oder dem Nein {behind}{told}."


def layout(table: Counted) -> tuple[tuple[str, ...], tuple[Row, ...]]:
    """A table as it is printed.

    One base a group: „39 (86,7 %)“, the base in the heading. A base of its own in each row: „22 von 23“ and percent.
    No base: the count.
    """
    frame, count, first = table.frame, table.count, "Angabe"
    if frame.empty:
        return (first,), ()
    there = {*frame["subgroup"], *(g for _, g in table.hidden)}
    groups = [g for g in table.groups or table.group_labels if g in there]
    cells = {(r.row, r.subgroup): r for r in frame.itertuples()}
    level = dict(zip(frame["row"], frame["level"], strict=True)) if "level" in frame else {}
    if count.own_columns:
        return (first, *count.columns), tuple(_own_rows(table, groups, cells))
    several = len(groups) > 1
    common = {g: common_mark(of["mark"]) for g, of in frame.groupby("subgroup")}
    one_base = several and not table.hidden and frame.groupby("subgroup")["base_n"].nunique(dropna=False).eq(1).all()
    if several:
        heads = table.group_heads if one_base else tuple(table.group_labels[g] + common.get(g, "") for g in groups)
    elif frame["base_n"].isna().all():
        heads = (count.unit_label,)
    elif not count.percent:
        heads = (f"{count.unit_label}{common[groups[0]]} (n{NBSP}={NBSP}{count_of(frame['base_n'].iloc[0])})",)
    else:
        heads = (count.unit_label + common[groups[0]], "Anteil")

    def text(c: Any) -> str:
        if c is None:
            return HIDDEN  # a number that must not be printed
        mark = c.mark.removeprefix(common[c.subgroup])
        if one_base:
            return format_n_percent(c.n, c.base_n) + mark
        return (count_of(c.n, c.base_n) if count.percent else count_of(c.n)) + mark

    def more(c: Any) -> Iterator[str]:
        if len(heads) > 1:
            has_share = c is not None and not pd.isna(c.base_n)
            yield format_share(c.n, c.base_n) if has_share else ""
        for own in count.columns.values():
            yield "" if c is None else own(c)

    def printed(row: str) -> Row:
        own = [cells.get((row, g)) for g in groups]
        texts = [*map(text, own), *(() if several else more(own[0]))]
        names = [f"{row}:{g}" if (row, g) in cells else "" for g in groups]
        names += [""] * (len(texts) - len(names))
        return Row((table.labels[row], *texts), level=int(level.get(row, 0)), numbers=("", *names))

    rows: list[Row] = []
    for heading, inside in table.blocks.items():
        rows += [Row((heading,), kind="block")] if heading else []
        rows += map(printed, inside)
    return (first, *heads, *(() if several else count.columns)), tuple(rows)


def _own_rows(table: Counted, groups: Sequence[str], cells: Mapping[tuple[str, str], Any]) -> Iterator[Row]:
    """Rows of a count that prints only its own columns: a line a row, or a line a group."""
    for row in table.shown_rows:
        if len(groups) > 1 and len(table.shown_rows) > 1:
            yield Row((table.labels[row],), kind="block")
        for g in groups:
            own = [text(cells[row, g]) for text in table.count.columns.values()]
            label = table.group_labels[g] if len(groups) > 1 else table.labels[row]
            yield Row((label, *own), numbers=(*[""] * len(own), f"{row}:{g}"))


class Shown(pd.DataFrame):
    """A frame that shows itself whole: every column, long texts uncut, no row numbers."""

    @property
    def _constructor(self) -> type[Shown]:
        return Shown

    @classmethod
    def of(cls, rows: pd.DataFrame, **heads: str) -> Shown:
        """Some columns of a frame under German headings: column -> heading."""
        if "place" in heads:
            rows = rows.assign(place=rows["place"].map(place_words))
        return cls(rows[list(heads)].rename(columns=heads).reset_index(drop=True))

    def titled(self, title: str, name: str, data: Any) -> Shown:
        """With a heading, a name for its file, and the data that it comes from: real ones stay below `confidential/`."""
        self.attrs.update(title=title, name=re.sub(r"[^\w.-]+", "-", name), data=str(data.paths.data))
        return self

    def to_excel(self, path: str = "", **more: Any) -> Any:
        """A workbook of it in `erkunden/`, as of every table; see `Exported.to_excel`."""
        from gkanalysis.counts.sources import project_data

        if "data" not in self.attrs:
            raise NotebookError(
                "Diese Liste geht nicht nach Excel; bitte die Tabelle oder Quelle nehmen, aus der sie kommt."
            )
        file = plain_file(self.attrs["name"], self.attrs["title"], self.reset_index(drop=True))
        return write_excel(project_data(self.attrs["data"]), file, path)

    def _in_words(self) -> pd.DataFrame:
        """With German headings and places as people count them."""
        told = pd.DataFrame(self).drop(columns="part", errors="ignore")
        if "place" in told:
            told["place"] = told["place"].map(place_words)
        if "state" in told:
            told["state"] = told["state"].astype(str).replace(STATES)
        return told.rename(columns=COMMON)

    def _repr_html_(self) -> str:
        head = f"<h4>{html.escape(self.attrs['title'])}</h4>" if "title" in self.attrs else ""
        if self.empty:
            return f"{head}<p>Keine Zeilen.</p>"
        told = self._in_words()
        # pandas writes a line break as \\n
        uncut = dict.fromkeys(told.select_dtypes(["object", "str"]), lambda v: "" if pd.isna(v) else str(v))
        with pd.option_context("display.max_colwidth", None):
            table = told.to_html(index=False, na_rep="", max_rows=LONG, formatters=uncut)
        return head + re.sub("<(t[dh])>", r"<\1 style='text-align: left; white-space: pre-line'>", table)

    def __repr__(self) -> str:
        if self.empty:
            return "Keine Zeilen."
        return self._in_words().to_string(index=False, na_rep="", max_rows=LONG, max_colwidth=60)


class Tests(Shown):
    """Exact tests row by row (index): `p`, `p_holm`, `spread`; shown with the labels of the rows and what they mean."""

    _metadata: ClassVar[list[str]] = ["labels"]

    @property
    def _constructor(self) -> type[Tests]:
        return Tests

    def _in_words(self) -> pd.DataFrame:
        return pd.DataFrame({
            "Angabe": [self.labels.get(r, r) for r in self.index], "p": self["p"].map(format_p).to_list(),
            "p nach Holm": self["p_holm"].map(format_p).to_list(),
            "größter Abstand (Prozentpunkte)": [format_decimal(100 * s, decimals=0) for s in self["spread"]],
        })  # fmt: skip

    def _repr_html_(self) -> str:
        told = "Exakter Test (Freeman und Halton), ob sich die Gruppen unterscheiden; „nach Holm“ gilt, wenn man alle Zeilen ansieht. Was man gesucht hat, bis es auffiel, ist nicht geprüft."
        return super()._repr_html_() + f"<p>{told}</p>"


def table_text(header: Sequence[str], rows: Sequence[Row]) -> str:
    """A table where there is only text."""
    return "\n".join("  ".join(line) for line in (header, *(r.cells for r in rows)))


def table_html(
    header: Sequence[str], rows: Sequence[Row], caption: str, notes: Sequence[str] = (), line: str = ""
) -> str:
    """A table for JupyterLab, with notes and the line that made it."""
    head = "".join(f"<th scope='col'>{html.escape(h)}</th>" for h in header)
    body = "".join(
        f"<tr><th colspan='{len(header)}'>{html.escape(r.cells[0])}</th></tr>"
        if r.kind == "block"
        else "<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in r.cells) + "</tr>"
        for r in rows
    )
    head, body = f"<thead><tr>{head}</tr></thead>", f"<tbody>{body}</tbody>"
    table = f"<table><caption>{html.escape(caption)}</caption>{head}{body}</table>"
    # JupyterLab sets every cell to the right, labels as well
    table = re.sub("<tr><(t[dh])", r"<tr><\1 style='text-align: left'", table)
    below = "".join(f"<p>{html.escape(n)}</p>" for n in notes)
    return table + below + (f"<p><code>{html.escape(line)}</code></p>" if line else "")
