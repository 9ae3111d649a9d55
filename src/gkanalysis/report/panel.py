"""What a notebook does with several waves of forms: who took part, and what the same alliances say twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from gkanalysis.codebook.policy import read_policy
from gkanalysis.core.errors import NotebookError
from gkanalysis.core.numbers import format_date
from gkanalysis.report.definitions import TOTAL
from gkanalysis.report.oldfigures import flow_numbers
from gkanalysis.report.panelchange import (
    Again,
    asked_again,
    change_numbers,
    define_one,
    pair_items,
    repeated_pairs,
    weigh_change,
)
from gkanalysis.tabulate.comparison import compare_shares, side_by_side
from gkanalysis.tabulate.panel import attrition_table, flow_table

if TYPE_CHECKING:
    from gkanalysis.codebook.instrument import Item, Unlike
    from gkanalysis.report.chapter import Chapter
    from gkanalysis.tabulate.change import WaveItem

USABLE = ("full", "partial")  # a form with one of these counts as returned
REFUSED = "verweigert"  # what the list of contacts says of an alliance that declined


class Panel:
    """The alliances over several waves of forms, in a chapter.

    Parameters
    ----------
    chapter : Chapter
    sources : the waves in the order of time, such as `prozess-2020`

    Raises
    ------
    NotebookError
        If two of the sources are of the same wave.
    """

    def __init__(self, chapter: Chapter, sources: Sequence[str]) -> None:
        self.chapter = chapter
        self.sources = {str(chapter.codebook(s).wave): s for s in sources}
        if len(self.sources) < len(sources):
            raise NotebookError(f"Von diesen Quellen gehören zwei zur selben Welle: {', '.join(sources)}.")

    @property
    def waves(self) -> list[str]:
        """The waves as their codebooks name them."""
        return list(self.sources)

    @cached_property
    def cases(self) -> pd.DataFrame:
        """All alliances of the register: `case_id`, `type`."""
        return self.chapter.alliances[["alliance_id", "type"]].rename(columns={"alliance_id": "case_id"})

    @cached_property
    def participation(self) -> pd.DataFrame:
        """One row per alliance and wave: `case_id`, `wave`, `status` as `tabulate.panel` names it."""
        parts = []
        for wave, source in self.sources.items():
            cases = self.chapter.cases(source)
            status = pd.Series("not_returned", index=cases.index)
            status = status.mask(cases["contact"] == REFUSED, "declined")
            status = status.mask(cases["status"].isin(USABLE), "returned")
            parts.append(pd.DataFrame({"case_id": cases["case_id"], "wave": wave, "status": status}))
        return pd.concat(parts, ignore_index=True)

    @property
    def always_returned(self) -> int:
        """How many alliances returned a form in every wave."""
        returned = self.participation["status"].eq("returned").groupby(self.participation["case_id"]).all()
        return int(returned.sum())

    @property
    def came_back(self) -> int:
        """How many alliances returned a form again after a wave without one."""
        returned = self.participation["status"].eq("returned").groupby(self.participation["case_id"])
        marks = returned.agg(lambda r: "".join("R" if x else "." for x in r))
        return int(marks.str.contains(r"R\.+R").sum())

    def source(self, waves: Iterable[str] = ()) -> str:
        """The source line of an exhibit on several waves; all if none are named."""
        named = list(waves) or self.waves
        line = f"Quelle: Arbeitshilfen der Wellen {', '.join(named[:-1])} und {named[-1]}; eigene Berechnung"
        return line + ("; synthetische Daten." if self.chapter.mark else ".")

    def instruments(self) -> pd.DataFrame:
        """The forms of all waves, with their versions and number of fields.

        Returns
        -------
        DataFrame, one row per wave: `row`, `wave`, `label` (title and versions), `sent`, `n` (fields)
        """
        rows = []
        for wave, source in self.sources.items():
            book = self.chapter.codebook(source)
            sent = sorted(str(v["sent"]) for v in book.versions.values())
            shown = " und ".join(format_date(s) for s in dict.fromkeys(sent))
            titles = "; ".join(str(v["title"]) for v in book.versions.values())
            rows.append((wave, wave, f"{book.title}: {titles}", shown, len(book.items)))
        return pd.DataFrame(rows, columns=["row", "wave", "label", "sent", "n"])

    def decisions(self) -> pd.DataFrame:
        """What the codebooks had to assume: one row per assumption, `row`, `wave`, `label`."""
        rows = [
            (f"{wave}-{k}", wave, text)
            for wave, source in self.sources.items()
            for k, text in enumerate(self.chapter.codebook(source).decisions, start=1)
        ]
        return pd.DataFrame(rows, columns=["row", "wave", "label"])

    def attrition(self, *, by_type: bool = False) -> pd.DataFrame:
        """Alliances by state of participation, wave by wave.

        Returns
        -------
        DataFrame as `tabulate.panel.attrition_table` gives it, one row per wave, state and subgroup: `state` is
        the state, `row` wave and state
        """
        groups = {"by": "type", "groups": self.chapter.types} if by_type else {}
        table = attrition_table(self.participation, self.waves, self.cases, **groups)
        table = table.rename(columns={"row": "state"})
        table.insert(1, "row", table["wave"] + "-" + table["state"])
        known = [self._state(w, s) for w, s in table[["wave", "state"]].values]
        return table.assign(definition=[define_one("attrition", **k) for k in known])

    def flow(self) -> pd.DataFrame:
        """Who passes from which state to which; refusals count as no return.

        Returns
        -------
        DataFrame as `tabulate.panel.flow_table` gives it, of all alliances
        """
        return flow_table(self.participation, self.waves, self.cases, merge={"declined": "not_returned"})

    def flow_numbers(
        self, flow: pd.DataFrame, labels: Mapping[str, str], *, empty: bool = False
    ) -> pd.DataFrame:
        """The numbers of the flow figure, each with a name and its definition; with `empty`, also n = 0."""
        numbers = flow_numbers(flow, labels, {TOTAL: "alle Bündnisse"}, empty=empty)
        known = [
            {
                **self._state(a, x, merged=True),
                **{f"next_{k}": v for k, v in self._state(b, y, merged=True).items()},
            }
            for a, x, b, y in numbers[["wave", "row", "next_wave", "next_row"]].values
        ]
        names = (
            numbers["wave"] + "-" + numbers["row"] + "-" + numbers["next_wave"] + "-" + numbers["next_row"]
        )
        return numbers.assign(row=names, definition=[define_one("attrition", **k) for k in known])

    def pair(
        self, question: str, first: tuple[str, str], second: tuple[str, str], yes: Sequence[str]
    ) -> tuple[WaveItem, WaveItem]:
        """The same single choice in two waves, for `change`.

        Parameters
        ----------
        question : id of the line
        first, second : wave and item, such as ("2020", "1.3")
        yes : answers that count as yes; all others count as no

        Raises
        ------
        NotebookError
            If label or options differ: only what asks the same can be paired.
        """
        return pair_items(self.chapter, self.sources, question, first, second, yes)

    @cached_property
    def asked_again(self) -> list[Again]:
        """The questions of any kind that the codebooks declare to be asked again; see `report.panelchange`."""
        return asked_again(self.chapter, self.sources)

    @cached_property
    def repeated(self) -> list[tuple[WaveItem, WaveItem]]:
        """The single choices and the rows of multiple response sets that are asked again, for `change`.

        Each is paired with the latest earlier one among the sources that asks the same, also where the waves
        between them are none of the sources.

        Raises
        ------
        NotebookError
            If no question of these waves is declared to repeat another.
        """
        return repeated_pairs(self.chapter, self.sources)

    @property
    def yes_words(self) -> str:
        """What counts as yes in `repeated`, as the form prints it: „Ja“ oder „besteht“, and a tick."""
        labels: dict[str, str] = {}
        for _, item in self.repeated:
            asked = self.chapter.codebook(self.sources[item.wave]).items[item.item_id]
            for option in asked.options:
                if option.id in item.yes:
                    labels.setdefault(option.label.casefold(), f"„{option.label}“")
        ticks = ["Kreuz"] * any(item.block for _, item in self.repeated)
        return " oder ".join([*labels.values(), *ticks])

    def change(self, pairs: Sequence[tuple[WaveItem, WaveItem]]) -> pd.DataFrame:
        """Change of the same alliances between two waves, and how much of it may be printed.

        Returns
        -------
        DataFrame as `tabulate.change.change_table` gives it, one row per question, with `p_holm_ticked` and
        `detail`: see `report.panelchange.weigh_change`
        """
        waves = {w.wave for pair in pairs for w in pair}
        answers = {
            w: self.chapter.responses(s, self.chapter.cases(s, status=USABLE))
            for w, s in self.sources.items()
            if w in waves
        }
        threshold = read_policy(self.chapter.paths.codebooks / "disclosure.yml").threshold
        return weigh_change(answers, pairs, self.cases, threshold)

    def change_numbers(self, table: pd.DataFrame, pairs: Sequence[tuple[WaveItem, WaveItem]]) -> pd.DataFrame:
        """The numbers of a change that may be printed, in long form.

        Returns
        -------
        DataFrame, per question up to three rows: `row` the question (n: alliances with valid answers in both
        waves, of all), and, where `detail` allows it, the question with `-first` and `-second` (n: those with
        yes, of the pairs); `label`, `wave`, `subgroup`, `n`, `base_n`, `base`, `points`, `low`, `high` (percentage
        points), `definition`
        """
        return change_numbers(table, pairs, self.sources, len(self.cases))

    @cached_property
    def unlike(self) -> list[tuple[str, str, Unlike, Item]]:
        """The questions on one theme that the codebooks declare to be different ones: earlier wave, wave, what, item.

        Raises
        ------
        NotebookError
            If these waves have none.
        """
        of_source = {source: wave for wave, source in self.sources.items()}
        found = [
            (of_source[u.source], wave, u, item)
            for wave, source in self.sources.items()
            for item in self.chapter.codebook(source).items.values()
            for u in item.not_comparable
            if u.source in of_source
        ]
        if not found:
            raise NotebookError(
                f"In den Wellen {', '.join(self.waves)} sind keine Fragen als nicht vergleichbar erklärt; bitte im Codebuch der "
                "späteren Welle „not_comparable“ ergänzen oder das Kapitel aus der Datei des Berichts streichen."
            )
        return found

    def compare(self) -> tuple[pd.DataFrame, tuple[str, ...]]:
        """Shares on different questions side by side, pair by pair, with the sentences that they are no change.

        Returns
        -------
        DataFrame, one row per pair and wave: `row` (waves and items of the pair, and the wave), `label`, `answer`,
        `wave`, `subgroup`, `n`, `base_n`, `base`, `share`, `definition`; and the notes to print under it
        """
        rows = []
        for earlier, later, unlike, item in self.unlike:
            pair = "-".join((earlier, unlike.item, later, item.id))
            asked = zip((earlier, later), (unlike.item, item.id), unlike.answers, strict=True)
            rows += [{"row": pair, **self._share(*one)} for one in asked]
        compared = compare_shares(pd.DataFrame(rows))
        warnings = dict.fromkeys(w for w in compared["warning"] if w)
        notes = (*dict.fromkeys(u.reason for *_, u, _ in self.unlike), *warnings)
        side_by_side(compared, notes)
        return compared.assign(row=compared["row"] + "-" + compared["wave"]), notes

    def _share(self, wave: str, item_id: str, option: str) -> dict[str, Any]:
        """One answer of a wave, of all with a valid answer."""
        source = self.sources[wave]
        item = self.chapter.codebook(source).items[item_id]
        counted = self.chapter.single_response(source, item_id, self.chapter.cases(source, status=USABLE))
        (found,) = counted[(counted["row"] == option) & (counted["subgroup"] == TOTAL)].to_dict("records")
        known = {"source": source, "item": item_id, "option": option, "status": ",".join(USABLE)}
        words = {"label": item.label, "answer": next(o.label for o in item.options if o.id == option)}
        return {
            "subgroup": TOTAL, "wave": wave, "question": f"{source} {item_id}", **words, "n": found["n"],
            "base_n": found["base_n"], "base": "answered", "definition": define_one("compared", **known),
        }  # fmt: skip

    def _state(self, wave: str, state: str, *, merged: bool = False) -> dict[str, str]:
        source = self.sources[wave]
        return {
            "source": source,
            "state": "not_returned,declined" if merged and state == "not_returned" else state,
        }
