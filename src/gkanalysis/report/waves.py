"""Several waves of forms in a chapter: who took part, what the same alliances say twice, and what must not be compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import enumeration
from gkanalysis.core.numbers import NBSP, by_count, format_count, format_decimal, format_points, number_word
from gkanalysis.counts import waves as counts
from gkanalysis.counts.count import count_of, small_base_mark
from gkanalysis.counts.data import TOTAL, Data
from gkanalysis.counts.forms import BASE_LABELS
from gkanalysis.counts.forms import codebook_lines as lines_of
from gkanalysis.counts.shown import Row
from gkanalysis.counts.sources import Wave, source_of
from gkanalysis.counts.table import SIGNIFICANT, Counted, Declared, Number, Said, declared, derived
from gkanalysis.disclosure.paired import Paired, shown_interval, weighed
from gkanalysis.stats.exact import holm
from gkanalysis.stats.paired import mcnemar_test, paired_difference

HELD_BACK = "•"
TICKED_ONLY = "wenn bei Mehrfachantworten nur Bündnisse zählen, die in beiden Wellen etwas angekreuzt haben"
SET = "set"  # kind of a multiple response set, beside the kinds of items
SINGLE = ("Frage mit einfacher Wahl", "Fragen mit einfacher Wahl")


class Again(NamedTuple):
    """A question that two waves ask word for word: kind of the item, or "set"; source and id, earlier and later."""

    kind: str
    first: tuple[str, str]
    second: tuple[str, str]


class Waves:
    """The waves of a chapter in the order of time; see `Chapter.waves`."""

    count = Declared("How many waves there are, as a word.", lambda w: number_word(len(w.all)))
    again_n = Declared("How many questions are asked again, as a word.", lambda w: number_word(len(w.asked_again)))

    def __init__(self, data: Data, names: Sequence[str]) -> None:
        self.data = data
        self.all: list[Wave] = [source_of(n, self.data) for n in names]
        if len({str(w.wave) for w in self.all}) < len(self.all):
            raise NotebookError(f"Von diesen Quellen gehören zwei zur selben Welle: {', '.join(names)}.")

    def __getitem__(self, k: int) -> Wave:
        return self.all[k]

    def titles(self, also: str = "") -> Said:
        """The forms after „stützt sich auf“, with the wave where the title does not name it, and what else there is."""
        names = [f"{w.title}".removeprefix("Arbeitshilfe ") for w in self.all]
        dated = [n if str(w.wave) in n else f"{n} ({w.wave})" for n, w in zip(names, self.all, strict=True)]
        forms = f"die Arbeitshilfe{'n' * (len(dated) > 1)} {enumeration(dated) if not also else ', '.join(dated)}"
        return declared(f"{forms}{' sowie ' * bool(also)}{also}")

    def source_line(self, waves: Iterable[str] = ()) -> str:
        """The source line of an exhibit on several waves; all if none are named."""
        named = sorted(waves) or [str(w.wave) for w in self.all]
        end = "; synthetische Daten." if self.data.dataset["synthetic"] else "."
        return f"Quelle: Arbeitshilfen der Wellen {enumeration(named)}; eigene Berechnung{end}"

    def returns(self, *states: str) -> dict[str, list[Any]]:
        """Lines of a table: wave -> alliances in each state, with their share of those asked."""
        return {
            str(w.wave): [w.returns[s].count if s == "asked" else w.returns[s].n_percent for s in states] for w in self.all
        }  # fmt: skip

    def returns_by(self, variable: str) -> dict[str, list[Any]]:
        """Lines of a table: wave -> returns in total and by a variable of the register."""
        tables = {str(w.wave): w.returns.by(variable) for w in self.all}
        return {wave: [t["returned", g].n_percent for g in t.group_labels] for wave, t in tables.items()}

    @property
    def patterns(self) -> Counted:
        """Alliances with a form in every wave, and those that came back after a wave without one."""
        return Counted(counts.AllWaves(waves=tuple(w.name for w in self.all)), self.data)

    def flow(self, first: Wave, then: Wave) -> Counted:
        """Who passes from which state to which between two waves."""
        return Counted(counts.Flow(source=first.name, then=then.name), self.data)

    def flows(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """The numbers of the flow figure, with the line that names each; and the same as the drawing takes them."""
        rows = []
        for first, then in pairwise((str(w.wave), w) for w in self.all):
            for n in self.flow(first[1], then[1]):
                a, b = n.row.split("-")
                ids = {"row": f"{first[0]}-{a}-{then[0]}-{b}", "label": f"{first[0]} → {then[0]}: {n.label}"}
                about = {"wave": first[0], "state": a, "next_wave": then[0], "next_row": b, "subgroup": TOTAL}
                rows.append(ids | about | {"n": n.n, "base_n": n.base_n, "definition": n.definition})
        more = {"base": "cases", "mark": "", "group": TOTAL, "group_label": "alle Bündnisse"}
        table = pd.DataFrame(rows).assign(**more, share=lambda t: t["n"] / t["base_n"])
        return table[table["n"] > 0].reset_index(drop=True), table.assign(row=table["state"])

    def kept(self, *phrases: str) -> Said:
        """Words on how many of those who return a form return one in the next wave, too: the first that fit every wave.

        Raises
        ------
        NotebookError
            If none of them does.
        """
        numbers, shares = [], []
        for first, then in pairwise(self.all):
            t = self.flow(first, then)
            back, gone = t["returned-returned"], t["returned-not_returned"]
            numbers += [back, gone]
            shares.append((back.n, back.n + gone.n))
        scale = numbers[0].counted.scale
        for phrase in phrases:
            try:
                for n, base_n in shares:
                    scale.check(phrase, n, base_n)
            except NotebookError:
                if phrase == phrases[-1]:
                    raise
            else:
                return derived(phrase, numbers)
        raise NotebookError("Welche Worte gemeint sind, fehlt; bitte angeben.")

    def instruments(self) -> pd.DataFrame:
        """The forms of all waves with their versions, when they came back, and how many fields they have."""
        rows = []
        for w in self.all:
            titles = "; ".join(str(v["title"]) for v in w.book.versions.values())
            rows.append((f"{w.book.title}: {titles}", str(w.wave), str(w.field_time), len(w.book.items)))
        return pd.DataFrame(rows, columns=["Arbeitshilfe und Fassungen", "Welle", "zurückgekommen", "Felder"])

    def assumptions(self) -> pd.DataFrame:
        """What the codebooks had to assume."""
        rows = [(text, str(w.wave)) for w in self.all for text in w.book.decisions]
        return pd.DataFrame(rows, columns=["Annahme", "Welle"])

    # ---- the same question twice ----

    @cached_property
    def asked_again(self) -> list[Again]:
        """The questions that the codebooks declare to be asked again (`repeats`): items in the order of time, then sets.

        Each is paired with the latest earlier one among these waves, also where the waves between are none of them.
        """
        names, made = {w.name for w in self.all}, []
        for w in self.all:
            asked = [(i.kind, i.id, i.repeats) for i in w.book.items.values()]
            asked += [(SET, s, w.book.set_repeat(s)) for s in w.book.sets]
            for kind, own, again in asked:
                while again and again.source not in names:
                    book = self.data.book(again.source)
                    again = book.set_repeat(again.set) if kind == SET else book.items[again.item].repeats
                if again:
                    made.append(Again(kind, (again.source, again.set if kind == SET else again.item), (w.name, own)))
        return sorted(made, key=lambda a: a.kind == SET)

    @cached_property
    def changes(self) -> Changes:
        """What can be compared: single choices and the rows of multiple response sets that are asked again.

        Raises
        ------
        NotebookError
            If no question of these waves is declared to repeat another.
        """
        rows: list[dict[str, Any]] = []
        for kind, first, second in self.asked_again:
            if kind == SET:
                old, new = (self.data.book(s) for s, _ in (first, second))
                pairs = zip(old.set_items(first[1]), new.set_items(second[1]), strict=True)
                about = {"block": new.sets[second[1]]["label"], "sets": (first[1], second[1])}
            elif kind == "single":
                pairs, about = [(first[1], second[1])], {"block": "", "sets": ()}
            else:
                continue
            for a, b in pairs:
                change = counts.Change.of(self.data, (first[0], a), (second[0], b))
                rows.append({"change": change, "label": self.data.book(second[0]).items[b].label, **about})
        if not rows:
            raise NotebookError(
                f"In den Wellen {', '.join(str(w.wave) for w in self.all)} ist keine Frage als gleich erklärt; bitte im Codebuch der "
                "späteren Welle „repeats“ ergänzen oder das Kapitel aus der Datei des Berichts streichen."
            )
        return Changes(self.data, rows)

    # ---- different questions side by side ----

    def unlike(self) -> tuple[list[Number], tuple[Said, ...]]:
        """Numbers of questions that are declared to be different ones, pair by pair, and why they show no change.

        Raises
        ------
        NotebookError
            If these waves have none.
        """
        of, made, notes = {w.name: w for w in self.all}, [], []
        for w in self.all:
            for item in w.book.items.values():
                for u in (u for u in item.not_comparable if u.source in of):
                    pair = [of[u.source][u.item][u.answers[0]], w[item.id][u.answers[1]]]
                    made += pair
                    notes += [declared(u.reason), declared(_caution(pair))]
        if not made:
            raise NotebookError(
                f"In den Wellen {', '.join(str(w.wave) for w in self.all)} sind keine Fragen als nicht vergleichbar erklärt; bitte im "
                "Codebuch der späteren Welle „not_comparable“ ergänzen oder das Kapitel aus der Datei des Berichts streichen."
            )
        return made, tuple(dict.fromkeys(notes))

    def unlike_pair(self) -> tuple[Number, Number]:
        """The two numbers of the first pair of different questions."""
        first, second, *_ = self.unlike()[0]
        return first, second


def _caution(pair: Sequence[Number]) -> str:
    """What keeps two shares from being a change."""
    asked = ", ".join(f"{n.wave}: {n.question}" for n in pair)
    told = f"{asked}; verschiedene Fragen, nicht vergleichbar als Veränderung."
    if len({n.base_n for n in pair}) > 1:
        bases = ", ".join(
            f"{n.wave}: {BASE_LABELS[n.counted.count.base].removeprefix('alle ')} (n{NBSP}={NBSP}{n.base_n})"
            for n in pair
        )
        told += f" {bases}; verschiedene Basen, nicht vergleichbar als Veränderung."
    return told


class Changes:
    """Changes of the same alliances between waves, one family of tests, and how much of each may be printed.

    `frame` has one row per question: label, block (label of the set), first_n, second_n, base_n, difference, interval,
    p (exact McNemar), p_holm, p_holm_ticked (rows of sets only of those who ticked something both times), detail.
    """

    tests_n = Declared("How many tests there are, as a word.", lambda made: number_word(int(made.frame["p"].count())))
    interval_note = "Intervall der Differenz zweier gepaarter Anteile nach Newcombe; es gilt, wenn Zufall ist, wer beide Male geantwortet hat."

    def __init__(self, data: Data, rows: list[dict[str, Any]]) -> None:
        self.data, self.rows = data, rows
        self.tables = [Counted(r["change"], data) for r in rows]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row per question; see the class."""
        changes = [r["change"] for r in self.rows]
        details = weighed(self.data, changes, self.data.policy.threshold)
        made = []
        for r in self.rows:
            a, lost, gained, d = r["change"].pairs(self.data)
            estimate, base_n = paired_difference(a, lost, gained, d), a + lost + gained + d
            ticked = replace(r["change"], sets=r["sets"]).pairs(self.data) if r["sets"] else (a, lost, gained, d)
            made.append(
                {
                    "label": r["label"], "block": r["block"], "first_n": a + lost, "second_n": a + gained, "base_n": base_n,
                    "base": r["change"].base, "difference": estimate.difference, "detail": details[r["change"]],
                    "interval": shown_interval(Paired(a, lost, gained, d)), "p": mcnemar_test(a, lost, gained, d),
                    "p_ticked": mcnemar_test(*ticked), "first_wave": self.data.book(r["change"].source).wave,
                    "second_wave": self.data.book(r["change"].then).wave,
                }
            )  # fmt: skip
        table = pd.DataFrame(made).astype({"p": "float64", "p_ticked": "float64"})
        return table.assign(p_holm=holm(table["p"]), p_holm_ticked=holm(table["p_ticked"]))

    @property
    def shown(self) -> pd.DataFrame:
        """The changes of which something may be printed.

        Raises
        ------
        NotebookError
            If there are none.
        """
        shown = self.frame[self.frame["detail"] != "nothing"]
        if shown.empty:
            raise NotebookError(
                "Von keiner Veränderung darf etwas gedruckt werden; bitte das Kapitel aus der Datei des Berichts streichen."
            )
        return shown

    def _said(self, text: str) -> Said:
        shown = [t for t, d in zip(self.tables, self.frame["detail"], strict=True) if d != "nothing"]
        return derived(text, [t["pairs"] for t in shown])

    def lines(self) -> tuple[tuple[str, ...], dict[str, list[tuple[Any, ...]]]]:
        """Heads, and lines under a heading per set: waves, pairs, yes in each, difference, interval.

        A number that must not be printed is a dot; a column with more dots than numbers is left out.
        """
        heads = ("Bündnisse", "zuerst", "später", "Differenz", "95-%-Intervall")
        made: dict[str, list[tuple[Any, ...]]] = {}  # a question asked in three waves has two lines
        for table, r in zip(self.tables, self.frame.to_dict("records"), strict=True):
            own, detail = self.frame[self.frame["block"] == r["block"]], r["detail"]
            title = f"{r['block']} (Mehrfachantwort)" if r["block"] else SINGLE[len(own) > 1]
            cells: list[Any] = [HELD_BACK] * 5
            if detail != "nothing":
                cells[0], cells[3] = table["pairs"].count, _points(r)
            if detail in ("interval", "counts"):
                cells[1:3] = [table[w].n_percent for w in ("first", "second")]
            if detail == "interval":
                cells[4] = " bis ".join(map(_signed, r["interval"]))
            line = (r["label"], f"{r['first_wave']}, {r['second_wave']}", *cells)
            made.setdefault(f"{title}; Basis: {BASE_LABELS[r['base']]}", []).append(line)
        every = [line for lines in made.values() for line in lines]
        kept = [k for k in range(2, 7) if 2 * sum(line[k] == HELD_BACK for line in every) <= len(every)]
        shown = {h: [(*line[:2], *(line[k] for k in kept)) for line in lines] for h, lines in made.items()}
        return tuple(heads[k - 2] for k in kept), shown

    @property
    def yes_words(self) -> str:
        """What counts as yes, as the form prints it: „Ja“ oder „besteht“, and a tick."""
        labels: dict[str, str] = {}
        for r in self.rows:
            for option in self.data.book(r["change"].then).items[r["change"].then_item].options:
                if option.id in r["change"].yes:
                    labels.setdefault(option.label.casefold(), f"„{option.label}“")
        return " oder ".join([*labels.values(), *["Kreuz"] * any(r["block"] for r in self.rows)])

    @property
    def pairs(self) -> Said:
        """How many alliances answered both times: „33 bis 40“."""
        least, most = self.shown["base_n"].min(), self.shown["base_n"].max()
        return self._said(format_count(most) if least == most else f"{format_count(least)} bis {format_count(most)}")

    @property
    def certainty(self) -> Said:
        """Which changes are certain, and whether that depends on who counts in multiple response sets."""
        certain, only = (self.shown[p] < SIGNIFICANT for p in ("p_holm", "p_holm_ticked"))
        told = _certain(self.shown[certain])
        if self.shown["block"].ne("").any():
            tail = f"Das hängt an der Basis: W{TICKED_ONLY[1:]}, {_certain(self.shown[only])}"
            told = f"{told}. " + (f"Das gilt auch, {TICKED_ONLY}" if (only == certain).all() else tail)
        return self._said(told)


def _points(r: Any) -> str:
    return format_points((r["second_n"], r["base_n"]), (r["first_n"], r["base_n"]))


def _signed(points: int) -> str:
    text = format_decimal(float(points), decimals=0)
    return f"+{text}" if points > 0 else text


def _certain(rows: pd.DataFrame) -> str:
    """Which changes are certain; a tick is given more often, which is neither good nor bad."""
    told = []
    for r in rows.to_dict("records"):
        where = f"Anteil beim zweiten Mal {'höher' if r['difference'] > 0 else 'niedriger'}"
        if r["block"]:
            where = f"„{r['block']}“, beim zweiten Mal {'öfter' if r['difference'] > 0 else 'seltener'} angekreuzt"
        told.append(f"„{r['label']}“ ({where})")
    named = enumeration(told)
    return by_count(
        len(rows), none="ist keine gesichert", one=f"ist eine gesichert: {named}", many=f"sind {{n}} gesichert: {named}"
    )


def codebook_lines(answered: Counted) -> tuple[Row, ...]:
    """Printed rows of the listing of a codebook: a heading per part, then question, kind and „39 von 41“."""
    rows, heading = [], None
    for line in lines_of(answered.data.book(answered.count.source)):
        if line.heading != heading:
            heading = line.heading
            rows.append(Row((heading,), kind="block"))
        number = (line.row, TOTAL) if line.items else ()
        shown = count_of(*answered.sums[number]) + small_base_mark(answered.sums[number][1]) if number else ""
        numbers = ("", "", ":".join(number)) if number else ()
        rows.append(Row((line.label, line.kind, shown), level=line.level, numbers=numbers))
    return tuple(rows)
