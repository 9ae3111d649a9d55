"""A panel to ask with: source, question, breakdown, comparison; it shows table, figure, test and the line behind."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gkanalysis.core.errors import GkError, NotebookError
from gkanalysis.core.lookup import answered
from gkanalysis.core.numbers import format_count, format_p
from gkanalysis.counts.compare import Comparison, compare, repeated
from gkanalysis.counts.data import REGISTER, Data
from gkanalysis.counts.export import write_file
from gkanalysis.counts.sources import KIND_LABELS, project_data, source_of
from gkanalysis.counts.table import SIGNIFICANT, Counted

ALL_CODES, NOTHING = ".codes", ""
DRAWN = 12  # rows that a figure shows, the most frequent ones
BASES = {
    NOTHING: "wie im Bericht", "cases:full": "nur voll auswertbare Bögen", "based_on:asked": "alle, die gefragt wurden",
    "based_on:answered": "alle mit gültiger Angabe", "based_on:mentioned": "alle mit einer Nennung",
}  # fmt: skip
ORDERS = {
    NOTHING: "wie im Bogen", "ordered": "häufigste zuerst", "flat.ordered": "häufigste zuerst, ohne Blöcke",
    "present": "ohne leere Zeilen",
}  # fmt: skip


def choices(data: Data) -> dict[str, str]:
    """Source -> its title, in the order of their years, waves before lists, the register last."""
    kinds, made = list(KIND_LABELS), {s: source_of(s, data) for s in data.sources}
    told = {
        s: f"{made[s].title_with_wave if data.kind(s) == 'forms' else made[s].title} ({KIND_LABELS[data.kind(s)]})"
        for s in sorted(made, key=lambda s: (made[s]._year(), kinds.index(data.kind(s)), s))
    }
    return told | {REGISTER: KIND_LABELS[REGISTER]}


def questions(data: Data, source: str) -> dict[str, str]:
    """Question, set, code or column of a source -> number and words; what is known of a form as a whole comes last."""
    have = source_of(source, data)._keys()
    if source == REGISTER:
        have = {v: data.variable_label(v) for v in have}
    if data.kind(source) == "forms":
        asked = {*data.book(source).sets, *data.book(source).items}
        have = {k: have[k] for k in sorted(have, key=lambda k: k not in asked)}
    told = {k: f"{k} {label}" for k, label in have.items() if label}
    return {ALL_CODES: "alle Codes"} | told if data.kind(source) == "interviews" else told


def search(told: Mapping[str, str], words: str) -> dict[str, list[str]]:
    """Questions that have all words, in the label or beginning the id: the very id, ids that begin so, others."""
    text = words.strip().lower()
    made: dict[str, list[str]] = {"is": [], "begins": [], "has": []}
    for k, label in told.items():
        low, said = k.lower(), label.removeprefix(k).lower()
        if all(low.startswith(w) or w in said for w in text.split()):
            made["is" if low == text else "begins" if low.startswith(text) else "has"].append(k)
    return made


def breakdowns(data: Data, source: str) -> dict[str, str]:
    """What a table can be divided by -> its words: variables of the register, and the closed questions of a wave."""
    told = {NOTHING: "nicht gegliedert"} | {v: data.variable_label(v) for v in data.variables}
    if data.kind(source) == "forms":
        told |= {k: f"{i.id} {i.words}" for k, i in _closed(data, source, "tick", "single").items()}
    return told


def comparisons(data: Data, source: str, key: str = "") -> dict[str, str]:
    """What a question can be put beside: the questions of the other waves, those that ask the same first."""
    others = [s for s in choices(data) if {data.kind(s), data.kind(source)} == {"forms"} and s != source]
    told = {k: f"{s}: {i.id} {i.label}" for s in others for k, i in _closed(data, s, "single").items()}
    asks = others and key in data.book(source).items
    same = [k for k in told if asks and _asks_same(data, (source, key), k.split(":"))]
    told |= {k: f"{told[k]} (fragt dasselbe)" for k in same}
    return {NOTHING: "nichts"} | {k: told[k] for k in (*same, *told)}


def _closed(data: Data, source: str, *kinds: str) -> dict[str, Any]:
    """Questions of a wave with printed answers: `source:item` -> item."""
    return {f"{source}:{i.id}": i for i in data.book(source).items.values() if i.kind in kinds}


def _asks_same(data: Data, one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one of two questions of different waves asks the other again."""
    return repeated(data, *one, other[0]) == other[1] or repeated(data, *other, one[0]) == one[1]


def ask(
    data: Data, source: str, key: str, by: str = "", base: str = "", order: str = "", other: str = ""
) -> Counted | Comparison:
    """What the choices of the panel mean, as the interface has it.

    Parameters
    ----------
    source, key : a source, and a question, set, code or column of it
    by : a variable of the register, or `source:item`
    base, order : of `BASES` and `ORDERS`
    other : `source:item` of another wave, to compare with

    Raises
    ------
    NotebookError
        If it cannot be asked so; the sentence says why.
    """
    if other:
        return compare(source_of(source, data)[key], other)
    made = source_of(source, data)
    table = made.codes if key == ALL_CODES else made[key]
    if base:
        call, _, value = base.partition(":")
        table = getattr(table, call)(value)
    if by:
        item = by.partition(":")[2]
        table = table.by(made[item] if item else by)
    for call in order.split(".") if order else ():
        table = getattr(table, call)()
    return table


def remarks(table: Counted) -> Iterator[str]:
    """What must be known of a grouped table: whether its groups differ, and what of it may not be handed on."""
    if not table.grouped:
        return
    try:
        tests = table.tests
    except GkError:
        tests = None  # where groups overlap there is no test
    if tests is not None and tests["p_holm"].notna().any():
        certain = [table.labels[r] for r in tests.index[tests["p_holm"] < SIGNIFICANT]]
        n = int(tests["p_holm"].notna().sum())
        over = "" if tests["p_holm"].equals(tests["p"]) else f", nach Holm über {format_count(n)}"
        told = "kein Unterschied ist sicher vom Zufall zu trennen"
        if certain:
            told = f"Die Gruppen unterscheiden sich bei {', '.join(certain)}"
        smallest = format_p(float(tests["p_holm"].min()))
        yield f"Exakter Test je Zeile{over}: {told} (kleinstes p = {smallest}). Was man gesucht hat, bis es auffiel, ist nicht geprüft."
    least = table.data.policy.threshold
    single = [g for g in table.own_groups if any(0 < (table.sums[r, g][1] or 0) < least for r in table.shown_rows)]
    if single:
        yield f"In {', '.join(table.group_labels[g] for g in single)} stehen weniger als {least} Bündnisse: Das ist nur zum Erkunden und nicht zum Weitergeben."
    elif held := len(table.shielded().hidden):
        yield f"In einem Bericht stünden {format_count(held)} dieser Zellen als Strich; .shielded() zeigt, welche."


def drawn(table: Counted) -> tuple[bytes, bytes]:
    """The figure that fits a table, as SVG and PNG.

    Raises
    ------
    NotebookError
        If nothing can be drawn.
    """
    from gkanalysis.report.chapter import figure_numbers, is_whole
    from gkanalysis.report.figures import default_kind, draw

    shown = table.among(*table.own_groups) if table.own_groups else table
    if len(shown.shown_rows) > DRAWN:
        shown = shown.top(DRAWN)
    kind = "segments" if is_whole(shown.frame) else ""
    numbers = figure_numbers(shown, kind)
    try:
        return draw(kind or default_kind(numbers), numbers)
    except (GkError, ValueError):
        raise NotebookError(f"Für {table.line} gibt es keine Abbildung.") from None


class Picture:
    """A figure that lies in a file; JupyterLab shows it, with its source line."""

    def __init__(self, svg: bytes, written: str, below: str) -> None:
        self.svg, self.written, self.below = svg.decode("utf-8"), written, below

    def _repr_html_(self) -> str:
        below = "".join(f"<p>{html.escape(t)}</p>" for t in (self.below, f"Als Bild: {self.written}"))
        return self.svg[self.svg.index("<svg") :] + below

    def __repr__(self) -> str:
        return f"Als Bild: {self.written}"


@answered
def figure(table: Any, path: str = "") -> Picture:
    """The figure of a table as a picture for a slide or a letter, shown and written to `erkunden/` as PNG.

    Parameters
    ----------
    table : what `gk.source(…)[…]` gives; more than a dozen rows are cut to the most frequent
    path : file, ending in .png or .svg; real data only below `confidential/`

    Raises
    ------
    NotebookError
        If it is no table, or nothing can be drawn, or the place is not allowed.

    Examples
    --------
    >>> import gkanalysis as gk, tempfile
    >>> figure(gk.source("strukturen-2018")["2.1"], tempfile.mkdtemp() + "/kerngruppe.png")
    Als Bild: ...kerngruppe.png
    """
    if not isinstance(table, Counted):
        raise NotebookError('Gezeichnet wird eine Tabelle, etwa gk.figure(gk.source("strukturen-2018")["2.1"]).')
    svg, png = drawn(table)
    suffix = ".svg" if path.endswith(".svg") else ".png"
    written = write_file(table.data, table._file_name, suffix, path, svg if suffix == ".svg" else png)
    below = f"{table.asked_words()}{table.base_words}. {source_of(table.count.source, table.data).source_line}"
    return Picture(svg, written, below)


class Panel:
    """The choices as widgets; every change asks anew. `box` is what JupyterLab shows."""

    def __init__(self, data: Data) -> None:
        import ipywidgets as widgets

        self.data = data
        wide = {"style": {"description_width": "8em"}, "layout": {"width": "46em"}}

        def pick(description: str, told: Mapping[str, str]) -> Any:
            return widgets.Dropdown(description=description, options=_pairs(told), **wide)

        self.source = pick("Quelle", choices(data))
        self.search = widgets.Text(description="Suche", placeholder="Wörter oder Nummer der Frage", **wide)
        self.key, self.by, self.other = pick("Frage", {}), pick("gegliedert nach", {}), pick("verglichen mit", {})
        self.base, self.order = pick("Basis", BASES), pick("Reihenfolge", ORDERS)
        self.draws = widgets.Checkbox(description="Abbildung", **wide)
        self.answer, self.drawing, self.made = widgets.HTML(), widgets.HTML(), None
        self.box = widgets.VBox([
            self.source, self.search, self.key, self.by, self.base, self.order, self.other, self.draws, self.answer, self.drawing,
        ])  # fmt: skip
        self.resting = False
        self.source.observe(self._choose, "value")
        self.search.observe(self._narrow, "value")
        self.key.observe(self._keyed, "value")
        for choice in (self.by, self.base, self.order, self.other):
            choice.observe(self._show, "value")
        self.draws.observe(self._draw, "value")
        self._choose()

    def _choose(self, _: object = None) -> None:
        """Another source: its questions, breakdowns, bases (only forms have several) and comparisons."""
        self.resting = True
        self.search.value = ""
        self.by.options = _pairs(breakdowns(self.data, self.source.value))
        forms = self.data.kind(self.source.value) == "forms"
        self.base.options = _pairs(BASES if forms else {NOTHING: BASES[NOTHING]})
        for choice in (self.by, self.base, self.order):
            choice.value = NOTHING
        self.resting = False
        self._narrow()

    def _narrow(self, typed: object = None) -> None:
        """Only the questions that are searched for, the nearest first; one that stays chosen is not asked again."""
        if self.resting:
            return
        told, kept = questions(self.data, self.source.value), self.key.value
        ranks = [found for found in search(told, self.search.value).values() if found]
        self.resting = True
        self.key.options = _pairs({k: told[k] for found in ranks for k in found})
        self.key.value = kept if ranks and kept in ranks[0] else ranks[0][0] if ranks else None
        self.resting = False
        if typed is None or self.key.value is None or self.key.value != kept:
            self._keyed()

    def _keyed(self, _: object = None) -> None:
        """Another question: what asks the same comes first among the comparisons."""
        if self.resting:
            return
        self.resting = True
        self.other.options = _pairs(comparisons(self.data, self.source.value, self.key.value or ""))
        self.resting = False
        self._show()

    def _show(self, _: object = None) -> None:
        """Ask, and show the answer or the sentence why not; the figure comes after the table."""
        if self.resting:
            return
        self.drawing.value, self.made = "", None
        self.answer.value = "<p>…</p>"  # what stood here belonged to another choice
        if self.key.value is None:
            self.answer.value = f"<p>Keine Frage enthält „{html.escape(self.search.value)}“.</p>"
            return
        chosen = (self.source.value, self.key.value, self.by.value, self.base.value, self.order.value, self.other.value)
        try:
            self.made = ask(self.data, *chosen)
            told = remarks(self.made) if isinstance(self.made, Counted) else self._compared()
            below = "".join(f"<p>{html.escape(t)}</p>" for t in told)
            if self.other.value:
                line = f'gk.compare("{self.source.value}:{self.key.value}", "{self.other.value}")'
                below += f"<p><code>{html.escape(line)}</code></p>"
            self.answer.value = f"<div class='jp-RenderedHTMLCommon'>{self.made._repr_html_()}{below}</div>"
        except GkError as error:
            self.answer.value, self.made = f"<p>{html.escape(str(error))}</p>", None
        self._draw()

    def _compared(self) -> Iterator[str]:
        """What else is chosen, and does not hold for a comparison."""
        if idle := [f"„{c.description}“" for c in (self.by, self.base, self.order) if c.value]:
            yield f"Der Vergleich zeigt beide Fragen ganz; was bei {', '.join(idle)} gewählt ist, gilt hier nicht."

    def _draw(self, _: object = None) -> None:
        """The figure, if it is wanted: drawing takes longer than counting."""
        self.drawing.value = ""
        if not self.draws.value or self.made is None:
            return
        try:
            if not isinstance(self.made, Counted):
                raise NotebookError("Für einen Vergleich gibt es keine Abbildung.")
            svg = drawn(self.made)[0].decode("utf-8")
            line = html.escape(f"gk.figure({self.made.line})")
            self.drawing.value = svg[svg.index("<svg") :] + f"<p>Als Bilddatei: <code>{line}</code></p>"
        except GkError as error:
            self.drawing.value = f"<p>{html.escape(str(error))}</p>"


def _pairs(told: Mapping[str, str]) -> list[tuple[str, str]]:
    """Choices as the widgets take them; words that stand twice get their id."""
    words = list(told.values())
    return [(v if words.count(v) == 1 else f"{v} [{k}]", k) for k, v in told.items()]


@answered
def explore(data: str = "") -> Any:
    """A panel in JupyterLab: choose source, question, breakdown, base, order, or another wave to compare with.

    It shows the table as a report prints it, its figure if that is wanted, an exact test with its caveat, what of it may not be handed
    on, and the line of Python that makes the table, ready for a chapter.

    Parameters
    ----------
    data : folder of the received data, from the project's root; by default the one that the lab was opened with

    Examples
    --------
    >>> from gkanalysis.counts.sources import project_data
    >>> ask(project_data(), "prozess-2020", "1.3", by="type").line
    'gk.source("prozess-2020")["1.3"].by("type")'
    """
    return Panel(project_data(data)).box
