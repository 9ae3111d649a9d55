"""One form as it came in beside what was read of it, and the decision on what is unclear."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterator
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import Answering, Known, answered
from gkanalysis.core.writing import write_bytes
from gkanalysis.counts.data import Data
from gkanalysis.counts.forms import ENTRIES, STATES
from gkanalysis.counts.shown import Shown
from gkanalysis.counts.sources import alliance_id, project_data
from gkanalysis.ingest.office import open_word_file
from gkanalysis.ingest.received import file_of
from gkanalysis.ingest.tables import read_rows
from gkanalysis.ingest.word.form import read_word_form
from gkanalysis.settle.checksums import digest
from gkanalysis.settle.validate import DECISION_COLUMNS, GERMAN, decided_rows, decision_problem

UNCLEAR = ("illegible", "contradictory")
LOOKS = {True: "background:#fde2b8", False: "background:#e3eef6"}  # unclear, read
PLAIN = " style='text-align: left'"
DECISIONS = "entscheidungen.csv"


class Sentence(str):
    """A sentence that a notebook shows as it is."""

    def __repr__(self) -> str:
        return str(self)


class Form(Answering):
    """A form: shown, it is its tables with what was read in each cell; unclear places are marked.

    `unclear` lists what a person should look at, `decide` enters what they found. The received file is never changed.
    """

    called: ClassVar[str] = "Ein Bogen hat nichts namens"

    def __init__(self, source: str, case_id: str, data: Data) -> None:
        self.source, self.data, self.book = source, data, data.book(source)
        cases = data.cases(source).set_index("case_id")
        self.file = str(cases["file"].get(case_id, ""))
        if not self.file:
            raise NotebookError(f"Von {case_id} liegt in {source} kein Bogen vor; wer antwortete, zeigt .returns.")
        self.name = f"{cases['name'][case_id]} ({case_id})"
        rows = data.table(f"{source}-responses")
        self.responses = rows[rows["file"] == self.file].assign(state=lambda r: r["state"].astype(str))

    @cached_property
    def unclear(self) -> Shown:
        """What a person should look at: findings on this form, and answers that no rule could read."""
        found = self.data.table(f"{self.source}-findings")
        found = found[(found["file"] == self.file) & (found["severity"] != "hint")]
        told = found.assign(read=found["item_id"].map(self.answers).fillna(""))
        return Shown.of(told, item_id="Frage", raw="im Bogen", read="gilt als", message="Hinweis")

    @cached_property
    def answers(self) -> dict[str, str]:
        """Item -> what was read, in words; of an item on several lines all of them."""
        told: dict[str, list[str]] = {}
        given = self.responses
        for r in given[(given["state"] != "not_asked") | (given["place"] != "")].itertuples():
            told.setdefault(r.item_id, []).append(self._words(r))
        return {item: " | ".join(words) for item, words in told.items()}

    def _words(self, r: Any) -> str:
        """What one response counts as."""
        answer = self.book.items[r.item_id].option_label(r.value)
        return answer if r.state == "answered" else STATES.get(r.state, "nicht gefragt")

    def decide(self, item: str, decision: str, reason: str, by: str, line: int = 1) -> str:
        """Enter a decision in `entscheidungen.csv`; it counts from the next `make data` on and stays in the losses.

        Parameters
        ----------
        item : id of the question
        decision : angekreuzt, nicht angekreuzt, unlesbar, keine Angabe; the id of an option; else the text
        reason, by : why, and who decided; today's date is added
        line : of a question that stands on several lines

        Raises
        ------
        NotebookError
            If it is no possible answer, or decided already; nothing is written then.
        """
        row = {
            "file": self.file, "item_id": item, "occurrence": str(line), "decision": GERMAN.get(decision.casefold(), decision),
            "reason": reason.strip(), "decided_by": by.strip(),
        }  # fmt: skip
        index = decided_rows(row, self.responses)
        done = set(self.responses.index[self.responses["note"] == "decided"])
        if problem := decision_problem(row, self.responses, index, done, self.book):
            raise NotebookError(f"Frage {item}: {problem}.")
        rows = self._entered()
        if (self.file, item, str(line)) in [(r["file"], r["item_id"], r["occurrence"] or "1") for r in rows]:
            raise NotebookError(f"Frage {item} ist in „{DECISIONS}“ schon entschieden; bitte dort ändern.")
        row |= {"decision": decision, "reason": f"{reason.strip()} ({date.today():%d.%m.%Y})"}
        made = io.StringIO()
        writer = csv.DictWriter(made, DECISION_COLUMNS, delimiter=";", lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows([*rows, row])
        write_bytes(self.data.paths.data / self.source / DECISIONS, made.getvalue().encode("utf-8"))
        return Sentence(
            f"Eingetragen in {DECISIONS}: {item} gilt als „{decision}“, ab dem nächsten „make data“ (im Terminal, oder hier in "
            "einer Zelle mit !make data); danach die Zellen von oben neu rechnen."
        )

    def _entered(self) -> list[dict[str, str]]:
        """The lines of `entscheidungen.csv`."""
        path = self.data.paths.data / self.source / DECISIONS
        return read_rows(path, DECISION_COLUMNS) if path.exists() else []

    @property
    def decided(self) -> Shown:
        """What was decided on this form, by whom and why, and whether it counts already."""
        done = set(self.responses.loc[self.responses["note"] == "decided", "item_id"])
        rows = Shown([r for r in self._entered() if r["file"] == self.file], columns=DECISION_COLUMNS)
        rows["counts"] = ["ja" if i in done else "ab dem nächsten „make data“" for i in rows["item_id"]]
        return Shown.of(rows, item_id="Frage", decision="entschieden", reason="Grund", decided_by="von", counts="gilt")

    def _cells(self) -> dict[tuple[int, int, int], list[Any]]:
        """Table, row and column of each cell -> the responses that were read there."""
        at = {f.place: (f.table, f.row, f.column) for f in self._read.fields}
        found: dict[tuple[int, int, int], list[Any]] = {}
        for r in self.responses[self.responses["place"] != ""].itertuples():
            for place in r.place.split(" | "):
                if where := at.get(place):
                    found.setdefault(where, []).append(r)
        return found

    @cached_property
    def _read(self) -> Any:
        path = self.data.paths.data / self.source / "forms" / self.file
        known = self.data.table(f"{self.source}-forms").set_index("file")["sha256"]
        if not path.exists() or digest(path) != known[self.file]:
            raise NotebookError(f"„{path}“ ist nicht mehr der Bogen, der gelesen wurde; bitte „make data“ ausführen.")
        with open_word_file(path) as package:
            return read_word_form(package, self.book.placeholders)

    def _repr_html_(self) -> str:
        parts = [f"<h4>{html.escape(self.name)}: {html.escape(self.file)}</h4>"]
        parts += [shown._repr_html_() for shown in (self.unclear, self.decided) if len(shown)]
        return "".join([*parts, *self._tables()])

    def _tables(self) -> Iterator[str]:
        """The tables of the form as they came in; below an answer what was read."""
        doubted = set(self.unclear["Frage"])
        if file_of(self.file) != self.file:  # a row of a table
            lines = []
            for r in self.responses[self.responses["place"] != ""].itertuples():
                told = (r.place, r.item_id, self.book.items[r.item_id].label, r.raw, self._words(r))
                look = LOOKS[r.item_id in doubted]
                lines.append("".join(f"<td style='{look}'>{html.escape(c)}</td>" for c in told))
            yield f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"
            return
        cells = self._cells()
        for table in self._read.tables:
            lines = []
            for row in range(1, table.n_rows + 1):
                shown = []
                for column in range(1, table.n_columns + 1):
                    text = html.escape(table.texts.get((row, column), "")).replace("\n", "<br>")
                    read = {r.item_id: r for r in cells.get((table.number, row, column), ())}
                    unclear = any(r.state in UNCLEAR or r.item_id in doubted for r in read.values())
                    told = "; ".join(f"{i}: {self._words(r)}" for i, r in read.items() if r.state != "not_answered")
                    look = f" style='{LOOKS[unclear]}; text-align: left'" if read and (unclear or told) else ""
                    below = f"<br><small>{html.escape(told)}</small>" if told else ""
                    shown.append(f"<td{look or PLAIN}>{text}{below}</td>")
                lines.append(f"<tr>{''.join(shown)}</tr>")
            yield f"<p>Tabelle {table.number}</p><table>{''.join(lines)}</table>"

    def __repr__(self) -> str:
        n = int(self.responses["state"].isin([*ENTRIES, "selected"]).sum())
        return f"{self.name}: {self.file}, {n} Angaben gelesen\n{self.unclear!r}"


@answered
def form(source: str, name: str = "", data: str = "") -> Form | Shown:
    """A form of an alliance: what came in, beside what was read; without an alliance a list of what is unclear.

    For work on the data, as `alliance`.

    Parameters
    ----------
    source : a wave of forms
    name : the alliance, by id or name
    data : folder of the received data, from the project's root

    Raises
    ------
    NotebookError
        If there is no such alliance or wave, or it sent no form.

    Examples
    --------
    >>> import gkanalysis as gk
    >>> gk.form("strukturen-2018", "B37").unclear["gilt als"].tolist()
    ['widersprüchlich']
    """
    have = project_data(data)
    waves = Known(dict.fromkeys(have.of_kind("forms")), ("Welle", "gibt es nicht"))
    waves[source]
    if not name:
        found = have.table(f"{source}-findings")
        found = found[(found["severity"] != "hint") & found["file"].ne("")]
        told = found.assign(case_id=have.named(found["case_id"]))
        heads = {"case_id": "Bündnis", "item_id": "Frage", "raw": "im Bogen", "message": "Hinweis"}
        return Shown.of(told, **heads).titled(f"Zu prüfen in {source}", f"{source}-unklar", have)
    return Form(source, alliance_id(have, name), have)
