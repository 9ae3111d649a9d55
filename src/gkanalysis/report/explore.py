"""A panel to ask with: source, question, breakdown, comparison; it shows table, figure, test and the line behind."""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from typing import Any

from gkanalysis.core.errors import GkError
from gkanalysis.core.lookup import answered
from gkanalysis.core.numbers import format_count, format_p
from gkanalysis.counts.compare import Comparison, compare
from gkanalysis.counts.data import REGISTER, Data
from gkanalysis.counts.sources import KIND_LABELS, project_data, source_of
from gkanalysis.counts.table import SIGNIFICANT, Counted

ALL_CODES, NOTHING = ".codes", ""
DRAWN = 12  # rows that a figure shows, the most frequent ones
BASES = {
    NOTHING: "wie im Bericht", "cases:full": "nur voll auswertbare Bögen", "based_on:asked": "alle, die gefragt wurden",
    "based_on:answered": "alle mit gültiger Angabe", "based_on:mentioned": "alle mit einer Nennung",
}  # fmt: skip
ORDERS = {NOTHING: "wie im Bogen", "ordered": "häufigste zuerst", "present": "ohne leere Zeilen"}


def choices(data: Data) -> dict[str, str]:
    """Source -> its title, the register last."""
    told = {s: f"{data.book(s).title} {data.book(s).wave} ({KIND_LABELS[kind]})" for s, kind in data.sources.items()}
    return told | {REGISTER: KIND_LABELS[REGISTER]}


def questions(data: Data, source: str) -> dict[str, str]:
    """Question, set, code or column of a source -> number and words."""
    made = source_of(source, data)
    told = {k: f"{k} {label}".strip() for k, label in made._keys().items() if label or source == REGISTER}
    return {ALL_CODES: "alle Codes"} | told if data.kind(source) == "interviews" else told


def breakdowns(data: Data, source: str) -> dict[str, str]:
    """What a table can be divided by -> its words: variables of the register, and the closed questions of a wave."""
    told = {NOTHING: "nicht gegliedert"} | {v: data.variable_label(v) for v in data.variables}
    if data.kind(source) == "forms":
        told |= {
            f"{source}:{i.id}": f"{i.id} {i.label}"
            for i in data.book(source).items.values()
            if i.kind in ("tick", "single")
        }
    return told


def comparisons(data: Data, source: str) -> dict[str, str]:
    """What a question can be put beside: the questions of the other waves."""
    others = [s for s in data.of_kind("forms") if s != source] if data.kind(source) == "forms" else []
    told = {
        f"{s}:{i.id}": f"{s}: {i.id} {i.label}"
        for s in others
        for i in data.book(s).items.values()
        if i.kind == "single"
    }
    return {NOTHING: "nichts"} | told


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
        return compare(f"{source}:{key}", other)
    made = source_of(source, data)
    table = made.codes if key == ALL_CODES else made[key]
    if base:
        call, _, value = base.partition(":")
        table = getattr(table, call)(value)
    if by:
        item = by.partition(":")[2]
        table = table.by(made[item] if item else by)
    return getattr(table, order)() if order else table


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
        yield (
            f"Exakter Test je Zeile, nach Holm über {format_count(n)}: "
            + (
                f"Die Gruppen unterscheiden sich bei {', '.join(certain)}"
                if certain
                else "kein Unterschied ist sicher vom Zufall zu trennen"
            )
            + f" (kleinstes p = {format_p(float(tests['p_holm'].min()))}). Was man gesucht hat, bis es auffiel, ist nicht geprüft."
        )
    least = table.data.policy.threshold
    single = [
        table.group_labels[g]
        for g in table.own_groups
        if any(0 < (table.sums[r, g][1] or 0) < least for r in table.shown_rows)
    ]
    if single:
        yield f"In {', '.join(single)} stehen weniger als {least} Bündnisse: Das ist nur zum Erkunden und nicht zum Weitergeben."
    elif held := len(table.shielded().hidden):
        yield f"In einem Bericht stünden {format_count(held)} dieser Zellen als Strich; .shielded() zeigt, welche."


def figure(table: Counted) -> str:
    """The figure that fits a table, as SVG; "" where nothing can be drawn."""
    from gkanalysis.report.chapter import figure_numbers, is_whole
    from gkanalysis.report.figures import default_kind, draw

    shown = table.among(*table.own_groups) if table.own_groups else table
    if len(shown.shown_rows) > DRAWN:
        shown = shown.top(DRAWN)
    kind = "segments" if is_whole(shown.frame) else ""
    numbers = figure_numbers(shown, kind)
    try:
        svg = draw(kind or default_kind(numbers), numbers)[0].decode("utf-8")
    except (GkError, ValueError):
        return ""
    return svg[svg.index("<svg") :]


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
        self.answer, self.drawing = widgets.HTML(), widgets.HTML()
        self.box = widgets.VBox([
            self.source, self.search, self.key, self.by, self.base, self.order, self.other, self.answer, self.drawing,
        ])  # fmt: skip
        self.resting = False
        self.source.observe(self._choose, "value")
        self.search.observe(self._narrow, "value")
        for choice in (self.key, self.by, self.base, self.order, self.other):
            choice.observe(self._show, "value")
        self._choose()

    def _choose(self, _: object = None) -> None:
        """Another source: its questions, breakdowns and comparisons."""
        self.resting = True
        self.search.value = ""
        self.by.options, self.other.options = (
            _pairs(f(self.data, self.source.value)) for f in (breakdowns, comparisons)
        )
        for choice in (self.by, self.base, self.order, self.other):
            choice.value = NOTHING
        self.resting = False
        self._narrow()

    def _narrow(self, _: object = None) -> None:
        """Only the questions that have all words of the search."""
        words, kept = self.search.value.lower().split(), self.key.value
        told = {k: v for k, v in questions(self.data, self.source.value).items() if all(w in v.lower() for w in words)}
        self.resting = True
        self.key.options = _pairs(told)
        self.key.value = kept if kept in told else next(iter(told), None)
        self.resting = False
        self._show()

    def _show(self, _: object = None) -> None:
        """Ask, and show the answer or the sentence why not; the figure comes after the table."""
        if self.resting:
            return
        self.drawing.value = ""
        if self.key.value is None:
            self.answer.value = f"<p>Keine Frage enthält „{html.escape(self.search.value)}“.</p>"
            return
        chosen = (self.source.value, self.key.value, self.by.value, self.base.value, self.order.value, self.other.value)
        try:
            made = ask(self.data, *chosen)
            told = remarks(made) if isinstance(made, Counted) else ()
            below = "".join(f"<p>{html.escape(t)}</p>" for t in told)
            self.answer.value = f"<div class='jp-RenderedHTMLCommon'>{made._repr_html_()}{below}</div>"
        except GkError as error:
            self.answer.value = f"<p>{html.escape(str(error))}</p>"
            return
        if isinstance(made, Counted):
            self.drawing.value = figure(made)


def _pairs(told: Mapping[str, str]) -> list[tuple[str, str]]:
    """Choices as the widgets take them; words that stand twice get their id."""
    words = list(told.values())
    return [(v if words.count(v) == 1 else f"{v} [{k}]", k) for k, v in told.items()]


@answered
def explore(data: str = "") -> Any:
    """A panel in JupyterLab: choose source, question, breakdown, base, order, or another wave to compare with.

    It shows the table as a report prints it, its figure, an exact test with its caveat, what of it may not be handed
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
