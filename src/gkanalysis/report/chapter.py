"""What a notebook works with: the sources of a report, and a place where its tables, figures and quotations are kept.

Opened by hand in JupyterLab a chapter writes to `build/lab`, so trying things out never touches a report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import Answering, answered, enumeration
from gkanalysis.core.numbers import format_count, number_word
from gkanalysis.core.writing import write_json
from gkanalysis.counts.count import WEAK, Count, small_base_mark
from gkanalysis.counts.data import REGISTER, TOTAL, Data
from gkanalysis.counts.forms import Answered
from gkanalysis.counts.shown import Row, mark_notes
from gkanalysis.counts.sources import project_data, source_of
from gkanalysis.counts.table import Counted, Declared, Number, Said
from gkanalysis.counts.words import read_scale
from gkanalysis.report.exhibits import SYNTHETIC_NOTE, Exhibit, Figure, Table
from gkanalysis.report.quotations import Quotation, check_quotation, draw_speaker, find_segment
from gkanalysis.report.shown import Shown
from gkanalysis.report.waves import Waves, codebook_lines

ASSUMED = "Frage angenommen"
ASSUMED_NOTE = f"{ASSUMED}: Der Bogen ist nicht veröffentlicht; Frage und Antworten sind erdacht und zeigen nur, wie ausgewertet wird."
WORKING_PAPERS = "arbeit"  # folder of what a report makes for its authors only
Lines = Mapping[str, Any] | list[tuple[Any, ...]]


class Speaker:
    """How the speaker of a quotation is called, in all forms that the codebook declares: `speaker.capital`."""

    def __init__(self, forms: Mapping[str, str]) -> None:
        self._forms = dict(forms)

    def __getattr__(self, name: str) -> Said:
        if name.startswith("_") or name not in self._forms:
            raise AttributeError(
                f"Eine Form „{name}“ gibt es nicht; es gibt {', '.join(self.__dict__.get('_forms', ()))}."
            )
        return Said(self._forms[name], kind="drawn", of=[])


class Beside(dict[str, Any]):
    """Lines of a table whose columns are tables; see `Profile.stand`."""

    heads: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    withheld: list[dict[str, str]]


class Chapter(Answering):
    """One chapter of a report; see `chapter`. Opened by hand its cells may run again."""

    called = "Ein Kapitel hat nichts namens"
    threshold = Declared("The smallest count of a confidential answer that may be known.",
                         lambda chapter: number_word(chapter.data.policy.threshold))  # fmt: skip

    def __init__(self, chapter_id: str, data: Data, out: Path, by_hand: bool = False) -> None:
        self.id, self.data, self.out, self.by_hand = chapter_id, data, out, by_hand
        self._exhibits: dict[str, dict[str, Any]] = {}
        self._quotations: dict[str, tuple[str, str]] = {}
        self._words: list[str] = []
        write_json(out / "dataset.json", data.dataset)
        self._bind(read_scale(data.paths.codebooks).unbound)

    def __getitem__(self, source: str) -> Any:
        """A source by name, such as `chapter["strukturen-2018"]`; see `gkanalysis.source`."""
        opened = source_of(source, self.data)
        self._bind(getattr(opened, "bound_words", ()))
        return opened

    def _bind(self, words: Sequence[str]) -> None:
        """Keep which words must not stand in the text without a number behind them."""
        if not set(words) <= set(self._words):
            self._words = list(dict.fromkeys([*self._words, *words]))
            write_json(self.out / "dataset.json", {**self.data.dataset, "words": self._words})

    def _ipython_key_completions_(self) -> list[str]:
        return [*self.data.sources, REGISTER]

    @property
    def register(self) -> Any:
        """The register of the alliances."""
        return self[REGISTER]

    @property
    def mark(self) -> str:
        """Mark of synthetic data for figures; empty for real data. It comes from the data, not from a switch."""
        return SYNTHETIC_NOTE if self.data.dataset["synthetic"] else ""

    @property
    def exceptions(self) -> pd.DataFrame:
        """The signed exceptions of the policy: what and why, and the count that shows."""
        labels = {}
        for name in self.data.policy.sources:
            labels |= answer_labels(self.data, name)
        policy = self.data.policy
        rows = [(policy.allows(e, labels), e.n) for e in policy.exceptions]
        return pd.DataFrame(rows, columns=["text", "n"])

    def waves(self, names: str) -> Waves:
        """Several waves of forms in the order of time, their names joined by commas; see `report.waves`."""
        return Waves(self.data, names.split(","))

    def profile(self, alliance: str, stand: Mapping[str, Any], named: Sequence[str]) -> Any:
        """What a sheet says to an alliance; `stand` are headings with what is compared, `named` open questions."""
        from gkanalysis.report.profile import Profile

        return Profile(self.data, alliance, stand, named)

    def codebook(self, answered: Counted, exhibit_id: str = "", **about: Any) -> Shown:
        """Keep and show the listing of a codebook: every question, and how many answered it."""
        rows, frame = codebook_lines(answered), answered.frame
        kept = {name.partition(":")[0] for r in rows for name in r.numbers if name}
        about |= {"source": self[answered.count.source].source_line, "numbers": frame[frame["row"].isin(kept)]}
        return self._keep(Table(exhibit_id or self.id, "Tabelle", rows=rows, **about))

    # ---- exhibits ----

    def table(
        self,
        content: Counted | Lines | pd.DataFrame,
        exhibit_id: str = "",
        *,
        title: str,
        base: str = "",
        head: Sequence[str] = (),
        notes: Sequence[str] = (),
        source: str = "",
        widths: Sequence[float] = (),
    ) -> Shown:
        """Keep and show a table.

        Parameters
        ----------
        content : a table of one count; or lines, label -> number or several cells, also under headings (heading ->
            lines; a list of tuples where labels may repeat); or a frame of plain texts and whole numbers
        exhibit_id : names files and anchors; empty: that of the chapter
        title, base, notes, source : what stands above and below; base and source follow from the content if empty
        head : heading of the columns, or of the first ones
        widths : relative widths of the columns, where some hold sentences; empty: as their cells need

        Raises
        ------
        NotebookError
            If the id is taken, or a line has fewer or more cells than the heading.
        """
        if isinstance(content, Counted):
            header, rows = content.printed()
            header = (*head, *header[len(head) :])
            numbers, base, notes = content.frame, base or content.base_words, (*notes, *content.notes)
        elif isinstance(content, pd.DataFrame):
            header, numbers = tuple(head) or tuple(content.columns), content
            rows = tuple(
                Row(tuple(c if isinstance(c, str) else format_count(c) for c in r))
                for r in content.itertuples(index=False)
            )
        else:
            header, notes = (*head, *getattr(content, "heads", ())), (*notes, *getattr(content, "notes", ()))
            rows, numbers = lines(content, header)
        notes = (*notes, *[ASSUMED_NOTE] * self.is_assumed(content))
        return self._keep(
            Table(
                exhibit_id or self.id, "Tabelle", title, base, source or self._source(content), numbers, tuple(dict.fromkeys(notes)),
                getattr(content, "withheld", ()), header=header, rows=rows, widths=tuple(widths),
            )
        )  # fmt: skip

    def figure(
        self,
        content: Counted | Lines | pd.DataFrame,
        exhibit_id: str = "",
        *,
        title: str,
        kind: str = "",
        base: str = "",
        notes: Sequence[str] = (),
        source: str = "",
        slide: bool = False,
        highlight: Sequence[str] = (),
        drawn: pd.DataFrame | None = None,
        **options: Any,
    ) -> Shown:
        """Keep and show a figure.

        Parameters
        ----------
        content : a table of one count; or lines as for `table`; or a frame as `report.figures.draw` takes it
        kind : the form, see `report.figures.draw`; empty: the one that fits the numbers
        highlight : rows that the title speaks of
        drawn : what is drawn, where it differs from the numbers that are kept
        options : for the drawing

        Raises
        ------
        NotebookError
            If the id is taken, or the numbers would draw a wrong picture.
        """
        from gkanalysis.report.figures import default_kind, draw, has_intervals

        if not kind and isinstance(content, Counted) and is_whole(content.frame):
            kind = "units" if slide and content.frame["subgroup"].nunique() == 1 else "segments"
        numbers, assumed = figure_numbers(content, kind), self.is_assumed(content)
        mark, notes = " · ".join(filter(None, [self.mark, ASSUMED * assumed])), (*notes, *[ASSUMED_NOTE] * assumed)
        kind = kind or default_kind(numbers, slide=slide)
        if isinstance(content, Counted):
            base = base or content.asked_words(short=slide) + content.base_words
            if kind == "dots" and has_intervals(numbers):
                notes = (*notes, content.interval_note)
            highlight = [content.labels.get(h, h) for h in highlight]
            if kind == "units":
                base += "; jeder Punkt ist ein Bündnis"
            if kind == "bars":
                kin = {content.labels[r]: w for r, w in content.count.kin(self.data).items() if r in content.shown_rows}
                options = {"parts": [k for k in kin if kin[k]], "apart": [k for k in kin if not kin[k]]} | options
        return self._keep(
            Figure(
                exhibit_id or self.id, "Abbildung", title, base, source or self._source(content), numbers, tuple(notes),
                getattr(content, "withheld", ()), alt=alternative(kind, numbers),
                draw=lambda: draw(kind, numbers if drawn is None else drawn, mark=mark, slide=slide, highlight=highlight, **options),
            )
        )  # fmt: skip

    def _source(self, content: Any) -> str:
        """The source line of what is shown: its sources in the order of their numbers."""
        if isinstance(content, pd.DataFrame):
            raise NotebookError("Zu einer Tabelle aus Texten gehört die Quelle; bitte source=… angeben.")
        names = dict.fromkeys(count.source for count in counts_in(content))
        if len(names) == 1:
            return self[next(iter(names)) or REGISTER].source_line
        told = [self[n or REGISTER] for n in names]
        titles = ["Register der Bündnisse" if s.name == REGISTER else f"{s.title}, Welle {s.wave}" for s in told]
        return f"Quelle: {'; '.join(titles)}; eigene Berechnung" + ("; synthetische Daten." if self.mark else ".")

    def is_assumed(self, content: Any) -> bool:
        """Whether some number rests on a question that its codebook marks as `assumed`."""
        # that somebody answered anything is said of every question and rests on the words of none
        counts = (count for count in counts_in(content) if not isinstance(count, Answered))
        asked = {question for count in counts for question in count.asks(self.data)}
        return any(self.data.book(source).items[item.partition("/")[0]].assumed for source, item in asked)

    def quotation(self, source: str, exhibit_id: str, quote_id: str, text: str) -> Shown:
        """Show a quotation, checked against the coded segment with this quote id.

        Raises
        ------
        NotebookError
            If there is no such segment, or more was changed than cuts and descriptions in brackets.
        """
        check_quotation(text, find_segment(self.data.table(f"{source}-segments"), quote_id))
        self._quotations[exhibit_id] = (source, quote_id)
        return self._keep(Quotation(exhibit_id, quote_id, text, invented=bool(self.mark)))

    def speaker(self, exhibit_id: str) -> Speaker:
        """How the speaker of a quotation shown in this chapter is called: drawn at random, so the form tells nothing.

        Raises
        ------
        NotebookError
            If the chapter has no such quotation.
        """
        if exhibit_id not in self._quotations:
            have = enumeration(self._quotations) or "keine"
            raise NotebookError(
                f"Ein Zitat „{exhibit_id}“ hat dieses Kapitel vor dieser Zelle nicht gezeigt; gezeigt sind: {have}."
            )
        source, quote_id = self._quotations[exhibit_id]
        return Speaker(draw_speaker(quote_id, self.data.book(source).speakers))

    def working_paper(self, name: str, frame: pd.DataFrame) -> None:
        """Put a table beside the report for the team's own work: it holds raw answers and is not passed on."""
        path = self.out / WORKING_PAPERS / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        # for Excel: it takes a semicolon and a byte order mark as a sign of columns and umlauts
        frame.to_csv(path, index=False, sep=";", encoding="utf-8-sig", lineterminator="\n")

    def require(self, condition: bool, sentence: str) -> None:
        """State a judgement of the text; one that the data no longer support stops the build.

        For what words of the scale cannot say; see `Number.said`.

        Raises
        ------
        NotebookError
            If the condition does not hold.
        """
        if not condition:
            raise NotebookError(f"Der Text sagt: „{sentence}“ Die Daten sagen es nicht; bitte den Text ändern.")

    def _keep(self, exhibit: Exhibit | Quotation) -> Shown:
        if exhibit.id in self._exhibits and not self.by_hand:
            raise NotebookError(f"Die Darstellung „{exhibit.id}“ gibt es in diesem Kapitel schon.")
        if isinstance(exhibit, Exhibit):
            notes = dict.fromkeys((*exhibit.notes, *mark_notes(exhibit.numbers, self.data)))
            exhibit = replace(exhibit, notes=tuple(notes))
        exhibit.save(self.out)
        self._exhibits[exhibit.id] = exhibit.record()
        write_json(self.out / "exhibits.json", self._exhibits)
        return exhibit


@answered
def chapter(chapter_id: str, report: str = "", *, data: str = "data/raw", out: str = "") -> Chapter:
    """Open a chapter in a notebook.

    Parameters
    ----------
    chapter_id : id of the chapter in its report
    report : id of the report
    data : folder of the received data, from the project's root
    out : folder for exhibits; empty for `build/lab/<report>/<chapter_id>`

    Raises
    ------
    UsageError
        If the processed data are missing.
    """
    have = project_data(data)
    target = Path(out) if out else have.paths.build / "lab" / (report or "versuch") / chapter_id
    have.record = target / "inputs.json"
    write_json(have.record, have.read)
    return Chapter(chapter_id, have, target, by_hand=not out)


def answer_labels(data: Data, source: str) -> dict[tuple[str, str], str]:
    """Words for items and answers of a source: (source, item) and (source, "item=answer") -> label."""
    kind = data.kind(source)
    if kind == "interviews":
        codes = data.book(source).codes
        labels = {(source, c.id): f"Gespräche, {c.label}" for c in codes.values()}
        return labels | {(source, f"{c}=present"): "kommt vor" for c in codes}
    if kind != "forms":
        return {}
    book = data.book(source)
    labels = {(source, i.id): f"{book.title}, {i.label}" for i in book.items.values()}
    labels |= {(source, f"{i.id}={o.id}"): o.get("report", o.label) for i in book.items.values() for o in i.options}
    labels[source, "contact"] = f"{book.title}, Auskunft auf Nachfrage"
    return labels | {(source, f"contact={k}"): text for k, text in book.contacts.items()}


# ---- lines of numbers ----


def counts_in(content: Any) -> list[Count]:
    """What is counted in a table, or by the numbers among the cells of lines."""
    if isinstance(content, Counted):
        return [content.count]
    if name := getattr(content, "record", {}).get("definition"):
        return [Count.read(name)[0]]
    if isinstance(content, str) or not isinstance(content, Mapping | Sequence):
        return []
    return [n for c in (content.values() if isinstance(content, Mapping) else content) for n in counts_in(c)]


def _pairs(content: Any) -> list[tuple[str, Any]]:
    """Lines as pairs of label and cells."""
    return list(content.items()) if isinstance(content, Mapping) else [(label, c) for label, *c in content]


def lines(content: Lines, header: Sequence[str] = ()) -> tuple[tuple[Row, ...], pd.DataFrame]:
    """Printed rows and long table of lines: label -> cells, or heading -> lines; a cell is a number or words.

    A mark for a small base that stands in the heading of a column does not stand at each number as well.
    """
    rows: list[Row] = []
    records: list[dict[str, Any]] = []
    for key, cells in _pairs(content):
        if isinstance(cells, Mapping) or (isinstance(cells, list) and isinstance(cells[0], tuple)):
            if key:
                rows.append(Row((key,), kind="block"))
            for label, own in _pairs(cells):
                rows.append(_line(label, own, key, records, header))
        else:
            rows.append(_line(key, cells, "", records, header))
    if not records:  # names without numbers
        block = ""
        for r in rows:
            block = r.cells[0] if r.kind == "block" else block
            records += [{"row": block, "label": block, "text": r.cells[0]}] if r.kind == "row" else []
    return tuple(rows), pd.DataFrame(records)


def _line(label: str, cells: Any, block: str, records: list[dict[str, Any]], header: Sequence[str]) -> Row:
    own = (cells,) if isinstance(cells, str | Number | int) else tuple(cells)
    texts, names, taken = [label], [""], {(r["row"], r["subgroup"]) for r in records}
    for cell in own:
        record = number_record(cell)
        if record is None:
            texts.append(format_count(cell) if isinstance(cell, int) else str(cell))
            names.append("")
            continue
        row = next(r for r in record.pop("rows") if (r, record["subgroup"]) not in taken)
        taken.add((row, record["subgroup"]))
        records.append({"row": row, "label": label, "block": block, **record})
        marked = len(texts) < len(header) and "*" in header[len(texts)]
        texts.append((cell if isinstance(cell, Said) else repr(cell)) + record["mark"].lstrip("*" * marked))
        names.append(f"{row}:{record['subgroup']}")
    return Row(tuple(texts), level=1 if block else 0, numbers=tuple(names))


def number_record(cell: Any) -> dict[str, Any] | None:
    """A number, or a wording of one, as a row of a long table; `rows` are ids for it; None for words."""
    record = getattr(cell, "record", {})
    if "definition" not in record:
        return None
    name, n, base_n = (record[k] for k in ("definition", "n", "base_n"))
    count, _, row, group = Count.read(name)
    kind, item = type(count).__name__, getattr(count, "item", "")
    short = f"{item}{'=' if kind == 'Choice' else '/'}{row}" if item else row
    long = "-".join(filter(None, (kind, getattr(count, "column", ""), short)))
    small = small_base_mark(base_n) if count.marked and base_n is not None else ""
    return {
        "rows": [short if kind == "Choice" else row, short, f"{count.source}:{short}", long, f"{count.source}:{long}", name],
        "subgroup": group, "n": n, "base_n": base_n, "base": count.base, "share": n / base_n if base_n else None,
        "mark": small + WEAK * ("reading" in record), "definition": name,
    }  # fmt: skip


def figure_numbers(content: Any, kind: str = "") -> pd.DataFrame:
    """What a figure shows, as a long table with `label`, `group`, `group_label`."""
    if isinstance(content, pd.DataFrame):
        return content
    if not isinstance(content, Counted):
        table = lines(content)[1]
        blocks = table["block"].ne("").all()
        group = table["block"] if blocks else TOTAL
        return table.assign(group=group, group_label=table["block"] if blocks else "alle Bündnisse")
    table = content.frame.assign(group_label=content.frame["group_label"].replace("insgesamt", "alle Bündnisse"))
    if kind == "segments":
        return table.assign(label=table["group_label"], group=table["row"], group_label=table["label"])
    return table.assign(group=table["subgroup"])


def is_whole(table: pd.DataFrame) -> bool:
    """Whether the rows of each group are few and parts that add up to its base: they divide one bar."""
    sums = table.groupby("subgroup").agg(n=("n", "sum"), base_n=("base_n", "first"))
    return bool((sums["n"] == sums["base_n"]).all()) and table["row"].nunique() <= 3


KIND_WORDS = {
    "bars": "Waagerechte Balken", "segments": "Geteilte Balken", "units": "Punkte, einer je Bündnis",
    "dots": "Punkte mit Intervallen auf einer Skala von 0 bis 100 Prozent", "matrix": "Matrix mit Zahlen",
    "flow": "Ströme zwischen Wellen",
}  # fmt: skip


def alternative(kind: str, numbers: pd.DataFrame) -> str:
    """What a figure shows, for those who do not see it: its form and its numbers."""
    naming = [c for c in ("label", "group_label") if numbers[c].nunique() > 1] or ["label"]
    told = [
        f"{', '.join(r[c] for c in naming)}: {r['n']}" + ("" if pd.isna(r["base_n"]) else f" von {r['base_n']}")
        for r in numbers.to_dict("records")
    ]
    return f"{KIND_WORDS[kind]}. {'; '.join(told)}."
