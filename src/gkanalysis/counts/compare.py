"""Two waves compared: what the same alliances say twice, or two questions side by side that show no change."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import ClassVar

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import Answering, answered
from gkanalysis.core.numbers import format_p, format_percent, format_points
from gkanalysis.counts.data import Data
from gkanalysis.counts.forms import BASE_LABELS
from gkanalysis.counts.shown import Row, table_html, table_text
from gkanalysis.counts.sources import project_data, source_of
from gkanalysis.counts.table import Counted, Said, derived
from gkanalysis.counts.waves import Change
from gkanalysis.stats.paired import mcnemar_test


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Answering):
    """The same question to the same alliances in two waves; or two questions side by side that show no change.

    Examples
    --------
    >>> import gkanalysis as gk
    >>> gk.compare("prozess-2020:1.3", "entwicklungsstand-2021:1.1").is_same
    True
    """

    first: Counted
    second: Counted
    change: Counted | None
    reason: str = ""  # why they show no change

    called: ClassVar[str] = "Ein Vergleich hat nichts namens"

    @property
    def is_same(self) -> bool:
        """Whether the codebook says that both ask the same."""
        return self.change is not None

    @property
    def p(self) -> Said:
        """Exact McNemar test of the pairs: how likely chance alone makes such a change."""
        table = self._change()
        p = mcnemar_test(*table.count.pairs(table.data))
        return derived("–" if p is None else format_p(p), list(table))

    @property
    def difference(self) -> Said:
        """The difference of both shares of the pairs, in percentage points."""
        table = self._change()
        return table["second"].points(table["first"])

    def _change(self) -> Counted:
        if self.change is None:
            raise NotebookError(f"Beide fragen nicht dasselbe; das zeigt keine Veränderung. {self.reason}")
        return self.change

    def _paired(self) -> tuple[tuple[str, ...], list[Row], str, str]:
        """Heading, rows, base and caution of a change."""
        tables = {"first": self.first, "second": self.second}
        numbers = {f"{t.count.source}: ja": self._change()[r] for r, t in tables.items()}
        rows = [Row((label, str(n.of), format_percent(n.n, n.base_n, decimals=1))) for label, n in numbers.items()]
        about = f"Dieselben {self._change()['pairs'].n} Bündnisse, {BASE_LABELS[self._change().count.base]}"
        (n, base), (m, other) = ((x.n, x._base()) for x in (self._change()["second"], self._change()["first"]))
        points = format_points((n, base), (m, other), decimals=1)
        _, gone, come, _ = self._change().count.pairs(self._change().data)
        told = f"Von nein zu ja wechselten {come}, von ja zu nein {gone}. Differenz: {points} Prozentpunkte; exakter Test von McNemar: p = {self.p}. Bei so wenigen Bündnissen bleibt offen, wie groß die Veränderung ist."
        return ("Welle", "Anzahl", "Anteil"), rows, about, told

    def _repr_html_(self) -> str:
        if self.is_same:
            head, rows, about, told = self._paired()
            return table_html(head, rows, about, [told])
        caution = f"<p><strong>Nicht als Veränderung zu lesen:</strong> {html.escape(self.reason)}</p>"
        return self.first._repr_html_() + self.second._repr_html_() + caution

    def __repr__(self) -> str:
        if self.is_same:
            head, rows, about, told = self._paired()
            return f"{about}\n{table_text(head, rows)}\n{told}"
        return f"{self.first!r}\n\n{self.second!r}\n\nNicht als Veränderung zu lesen: {self.reason}"


@answered
def compare(first: str | Counted, second: str | Counted, data: str = "") -> Comparison:
    """Two questions of two waves, each written as `source:item`, or as the table of a question.

    Only what the codebook declares to ask the same (`repeats`) shows a change; others stand side by side with the reason.

    Raises
    ------
    NotebookError
        If a question is not written as `source:item`, does not exist, or is the same one twice.
    """
    have = first.data if isinstance(first, Counted) else project_data(data)
    one, other = _asked(first, have), _asked(second, have)
    if one == other:
        raise NotebookError(
            f"Beide Male ist „{':'.join(one)}“ gemeint; verglichen wird mit der Frage einer anderen Welle."
        )
    if repeated(have, *one, other[0]) == other[1]:
        one, other = other, one  # the earlier one first
    tables = [source_of(name, have)[item] for name, item in (one, other)]
    if repeated(have, *other, one[0]) == one[1]:
        return Comparison(*tables, Counted(Change.of(have, one, other), have))
    unlike = ((q, u) for q in (one, other) for u in have.book(q[0]).items[q[1]].not_comparable)
    reasons = [u.reason for q, u in unlike if {(u.source, u.item), q} == {one, other}]
    return Comparison(*tables, None, (*reasons, "Im Codebuch steht nicht, dass beide dasselbe fragen.")[0])


def _asked(question: str | Counted, data: Data) -> tuple[str, str]:
    """Source and item of a question; one that does not exist is answered."""
    is_table = isinstance(question, Counted)
    name, _, item = (f"{question.count.source}:{question.item}" if is_table else str(question)).rpartition(":")
    if not name or not item or data.kind(name) != "forms":
        raise NotebookError(
            f"„{question.line if is_table else question}“ ist keine Frage einer Welle; bitte als „Quelle:Nummer“ schreiben, etwa "
            '„prozess-2020:1.3“, oder als Tabelle, etwa gk.source("prozess-2020")["1.3"].'
        )
    data.book(name).items[item]
    return name, item


def repeated(data: Data, source: str, item: str, among: str) -> str:
    """The item of an earlier wave that an item asks again, also over waves between them; "" if there is none."""
    asked: tuple[str, str] | None = (source, item)
    while asked and asked[0] != among:
        asked = data.asked_before(*asked)
    return asked[1] if asked else ""
