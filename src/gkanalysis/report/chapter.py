"""What a notebook works with: the data of a report, and a place where its exhibits and values are kept.

Opened by hand in JupyterLab a chapter writes to `build/lab`, so trying things out never touches a report.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pandas as pd

from gkanalysis.codebook.instrument import Codebook, read_codebook
from gkanalysis.codebook.interviews import InterviewCodebook
from gkanalysis.codebook.lists import read_list_book
from gkanalysis.codebook.lookup import answer_labels, checked_codebook, set_labels
from gkanalysis.codebook.register import read_register_codebook
from gkanalysis.codebook.sources import source_kind
from gkanalysis.core.errors import NotebookError, UsageError
from gkanalysis.core.lookup import Known, listed, meant, require_base
from gkanalysis.core.numbers import format_date
from gkanalysis.core.paths import ProjectPaths, project_root
from gkanalysis.core.writing import write_json
from gkanalysis.ingest.register import register_frames
from gkanalysis.report.countwords import CountWords
from gkanalysis.report.definitions import TOTAL, count_rows, define
from gkanalysis.report.exhibits import SYNTHETIC_NOTE, Exhibit
from gkanalysis.report.interviews import Interviews
from gkanalysis.report.quotations import Quotation
from gkanalysis.report.shown import Shown
from gkanalysis.report.values import Value, Values
from gkanalysis.tabulate import (
    count_row_from_mapping,
    multiple_response_table,
    nested_count_table,
    single_response_table,
)

WORKING_PAPERS = "arbeit"  # folder of what a report makes for its authors only


class Chapter:
    """One chapter of a report; see `open_chapter`."""

    def __init__(self, chapter_id: str, paths: ProjectPaths, out: Path) -> None:
        self.id, self.paths, self.out = chapter_id, paths, out
        self.values = Values()
        self._exhibits: dict[str, dict[str, Any]] = {}
        self._tables: dict[str, pd.DataFrame] = {}
        self._codebooks: dict[str, Codebook] = {}
        self._interviews: dict[str, Interviews] = {}
        self.dataset = self._json("dataset.json")

    def _json(self, name: str) -> dict[str, Any]:
        path = self.paths.processed / name
        if not path.exists():
            raise UsageError(f"„{path}“ fehlt; bitte zuerst im Terminal „make data“ ausführen.")
        return json.loads(path.read_text(encoding="utf-8"))

    def table(self, name: str) -> pd.DataFrame:
        """A processed table of the data such as `strukturen-2018-forms`, by the name of its file.

        Raises
        ------
        UsageError
            If there is none.
        """
        if name not in self._tables:
            path = self.paths.processed / f"{name}.parquet"
            if not path.exists():
                near = meant(name, (p.stem for p in sorted(path.parent.glob("*.parquet"))))
                raise UsageError(f"„{path}“ fehlt; bitte zuerst im Terminal „make data“ ausführen.{near}")
            self._tables[name] = pd.read_parquet(path)
        return self._tables[name].copy(deep=False)  # copied on write only

    @property
    def mark(self) -> str:
        """Mark of synthetic data for figures; empty for real data. It comes from the data, not from a switch."""
        return SYNTHETIC_NOTE if self.dataset["synthetic"] else ""

    @cached_property
    def register_codebook(self) -> dict[str, Any]:
        """The codebook of the register as it stands in its file."""
        return read_register_codebook(self.paths.codebooks / "register.yml")

    @cached_property
    def alliances(self) -> pd.DataFrame:
        """The register, one row per alliance."""
        return self.table("buendnisse")

    @cached_property
    def frames(self) -> dict[str, pd.DataFrame]:
        """Frames for tables of the kind „x von y“; see `register_frames`."""
        return register_frames(self.table("gebiete"), self.alliances)

    @property
    def types(self) -> list[str]:
        """Ids of the municipal types in the order of all tables."""
        return list(self.register_codebook["types"])

    @property
    def type_labels(self) -> dict[str, str]:
        """Subgroup -> printed label, the total included."""
        return {TOTAL: "insgesamt", **self.register_codebook["types"]}

    def option_labels(self, column: str) -> dict[str, str]:
        """Option -> label of a column of the register, in the order of the codebook."""
        columns = self.register_codebook["tables"]["buendnisse"]["columns"]
        return next(c["options"] for c in columns if c["name"] == column)

    def codebook(self, source: str) -> Codebook:
        """The codebook of a source such as `strukturen-2018`; an unknown id is answered with those there are."""
        if source not in self._codebooks:
            self._codebooks[source] = checked_codebook(read_codebook(self.paths.codebook(source)), source)
        return self._codebooks[source]

    def answers(self, source: str, item_id: str) -> Known:
        """Answer -> printed label of a single choice; other kinds of questions are refused."""
        return answer_labels(self.codebook(source), item_id)

    def ticks(self, source: str, set_id: str) -> Known:
        """Item -> printed label of a multiple response set."""
        return set_labels(self.codebook(source), set_id)

    def any_codebook(self, source: str) -> Codebook | InterviewCodebook:
        """The codebook of a source of forms or of interviews."""
        path = self.paths.codebook(source)
        return self.codebook(source) if source_kind(path).id == "forms" else self.interviews(source).codebook

    def answer_labels(self, sources: Iterable[str]) -> dict[tuple[str, str], str]:
        """Words for items and answers: (source, item) and (source, "item=answer") -> label.

        For lists that name single answers of several sources, such as the signed exceptions.
        """
        labels = {}
        for source in sources:
            if source == "register" or self._is_list(source):
                continue
            book = self.any_codebook(source)
            if isinstance(book, InterviewCodebook):
                labels |= {(source, code.id): f"Gespräche, {code.label}" for code in book.codes.values()}
                labels |= {(source, f"{code}=present"): "kommt vor" for code in book.codes}
                continue
            labels |= {(source, i.id): f"{book.title}, {i.label}" for i in book.items.values()}
            labels |= {
                (source, f"{i.id}={o.id}"): o.extra.get("report", o.label)
                for i in book.items.values()
                for o in i.options
            }
            labels[source, "contact"] = f"{book.title}, Auskunft auf Nachfrage"
            labels |= {(source, f"contact={k}"): text for k, text in book.contacts.items()}
        return labels

    def cases(self, source: str, *, status: Sequence[str] = ()) -> pd.DataFrame:
        """One row per alliance; with `status`, only those whose form has one of these."""
        cases = self.table(f"{source}-cases")
        return cases[cases["status"].isin(status)].reset_index(drop=True) if status else cases

    def responses(self, source: str, cases: pd.DataFrame | None = None) -> pd.DataFrame:
        """One row per case, item and occurrence; with `cases`, only theirs."""
        responses = self.table(f"{source}-responses")
        return (
            responses if cases is None else responses[responses["case_id"].isin(cases["case_id"])]
        ).reset_index(drop=True)

    def findings(self, source: str) -> pd.DataFrame:
        """What validation found in a source, one row per finding."""
        return self.table(f"{source}-findings")

    def findings_table(self, source: str) -> pd.DataFrame:
        """How often each rule of the validation found something: row (rule), label, n."""
        found = self.findings(source).groupby(["rule", "title"], sort=True).size().rename("n").reset_index()
        table = found.rename(columns={"rule": "row", "title": "label"}).assign(subgroup=TOTAL, base_n=None)
        return define(table, "findings", source=source)

    def losses(self, source: str) -> pd.DataFrame:
        """What came in and is not used as it came, one row each."""
        return self.table(f"{source}-losses")

    def nested(self, table_id: str) -> pd.DataFrame:
        """A table of the kind „x von y“ as the codebook of the register declares it."""
        rows = map(count_row_from_mapping, self.register_codebook["nested_tables"][table_id])
        return define(nested_count_table(self.frames, list(rows)), "nested", table=table_id)

    def category_table(
        self, frame: pd.DataFrame, column: str, options: Sequence[str], *, source: str = ""
    ) -> pd.DataFrame:
        """Counts of a column of the register or of the cases of a source, by type; every row is in the base.

        `options` are the values to count, in the order of the table; another value is an error.
        """
        key = "case_id" if source else "alliance_id"
        responses = pd.DataFrame(
            {"case_id": frame[key], "item_id": column, "state": "answered", "value": frame[column]}
        )
        cases = pd.DataFrame({"case_id": frame[key], "type": frame["type"]})
        table = single_response_table(
            responses, column, cases, options=list(options), by="type", groups=self.types, base="asked"
        )
        return define(
            table, "category", frame="cases" if source else "alliances", source=source, column=column
        )

    def single_response(self, source: str, item_id: str, cases: pd.DataFrame) -> pd.DataFrame:
        """Counts of a single choice by type, of the cases with a valid answer, with intervals."""
        options = list(self.answers(source, item_id))
        table = single_response_table(
            self.responses(source, cases), item_id, cases, options=options, by="type", groups=self.types,
            base="answered", population=self.population(),
        )  # fmt: skip
        require_base(_base(table), f"Frage „{item_id}“ in {source}")
        status = ",".join(cases["status"].unique())
        return define(table, "single_response", source=source, item=item_id, status=status, base="answered")

    def multiple_response(
        self, source: str, set_id: str, cases: pd.DataFrame, *, base: str = "asked"
    ) -> pd.DataFrame:
        """Counts of a multiple response set by type, with the named base and intervals."""
        items = self.codebook(source).set_items(set_id)
        table = multiple_response_table(
            self.responses(source, cases), items, cases, by="type", groups=self.types, base=base,
            population=self.population(),
        )  # fmt: skip
        require_base(_base(table), f"Mehrfachantworten „{set_id}“ in {source}")
        status = ",".join(cases["status"].unique())
        return define(table, "multiple_response", source=source, set=set_id, status=status, base=base)

    def interviews(self, source: str) -> Interviews:
        """The coded interviews of a source such as `reflexionsgespraeche-2019`."""
        if source not in self._interviews:
            self._interviews[source] = Interviews(self, source)
        return self._interviews[source]

    def population(self) -> dict[str, int]:
        """Number of alliances in the register by type and in total: the population of every wave."""
        counts = self.alliances["type"].value_counts()
        return {TOTAL: len(self.alliances), **{t: int(counts.get(t, 0)) for t in self.types}}

    def source(self, name: str) -> str:
        """The source line of an exhibit, which says so when the data are synthetic."""
        if name == "register":
            label = f"Register der Bündnisse, Stand {format_date(self.register_codebook['as_of'])}"
        elif self._is_list(name):
            label = read_list_book(self.paths.codebook(name)).title
        else:
            book = self.any_codebook(name)
            label = f"{book.title}, Welle {book.wave}"
        return f"Quelle: {label}; eigene Berechnung" + ("; synthetische Daten." if self.mark else ".")

    def _is_list(self, source: str) -> bool:
        """Whether a source is a list; its rows are the table `<source>-rows`."""
        return source_kind(self.paths.codebook(source)).id == "lists"

    def show(self, exhibit: Exhibit | Quotation) -> Shown:
        """Keep an exhibit with its numbers and show it."""
        if exhibit.id in self._exhibits:
            raise NotebookError(f"Die Darstellung „{exhibit.id}“ gibt es in diesem Kapitel schon.")
        exhibit.save(self.out)
        self._exhibits[exhibit.id] = exhibit.record()
        self._write("exhibits.json", self._exhibits)
        return Shown(exhibit)

    def working_paper(self, name: str, frame: pd.DataFrame) -> None:
        """Put a table beside the report for the team's own work: it holds raw answers and is not passed on."""
        path = self.out / WORKING_PAPERS / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        # for Excel: it takes a semicolon and a byte order mark as a sign of columns and umlauts
        frame.to_csv(path, index=False, sep=";", encoding="utf-8-sig", lineterminator="\n")

    def value(
        self, value_id: str, table: pd.DataFrame, *, row: str, subgroup: str = TOTAL, label: str = ""
    ) -> Value:
        """Keep one number of a table for the text; shown as `n von base_n`.

        Raises
        ------
        NotebookError
            If the table has no or several such rows.
        """
        hit = table[
            (table["row"] == row) & (table.get("subgroup", pd.Series(TOTAL, table.index)) == subgroup)
        ]
        if len(hit) != 1:
            raise NotebookError(
                f"Wert „{value_id}“: {len(hit)} Zeilen statt einer für Zeile „{row}“, Gruppe „{subgroup}“; Zeilen der Tabelle "
                f"sind {listed(table['row'].unique(), '' if len(hit) else row)}."
            )
        base = hit["base_n"].iloc[0]
        origin = {"row": row, "subgroup": subgroup, "chapter": self.id}
        if "definition" in hit:
            origin["definition"] = hit["definition"].iloc[0]
        kind, _, known = str(origin.get("definition", "")).partition("?")
        scale = self.interviews(parse_qs(known)["source"][0]).count_words if kind == "codings" else None
        return self.number(
            value_id, int(hit["n"].iloc[0]), None if pd.isna(base) else int(base), origin=origin, label=label,
            scale=scale,
        )  # fmt: skip

    def count(self, value_id: str, rows: pd.DataFrame, base: pd.DataFrame | None = None) -> Value:
        """Keep the number of rows of a frame for the text, with the rows it counts as its origin.

        Parameters
        ----------
        rows : one row per thing counted, with `case_id` or `alliance_id` (and `item_id`, `file`, `place`, if any)
        base : the rows that the count is taken of
        """
        origin = count_rows(rows, base) | {"chapter": self.id}
        return self.number(value_id, len(rows), None if base is None else len(base), origin=origin)

    def number(
        self,
        value_id: str,
        n: int,
        base_n: int | None = None,
        *,
        origin: Mapping[str, str] | None = None,
        label: str = "",
        forms: Mapping[str, str] | None = None,
        scale: CountWords | None = None,
    ) -> Value:
        """Keep a count that stands in no table, or a `label` that the data determine.

        `forms` are further wordings by name; `scale` says which words of the author may stand for the count.

        Raises
        ------
        NotebookError
            If a number is not whole, or the id is taken by another one.
        """
        for number in (n, base_n):
            if number is not None and number != int(number):
                raise NotebookError(
                    f"Wert „{value_id}“: {number} ist keine Anzahl; Kommazahlen stehen als label."
                )
        value = Value(
            value_id,
            int(n),
            None if base_n is None else int(base_n),
            dict(origin or {"chapter": self.id}),
            label,
            dict(forms or {}),
            scale,
        )
        self.values.add(value)
        self._write("values.json", self.values.records())
        return value

    def require(self, condition: bool, sentence: str) -> None:
        """State what the text says in words; a sentence that the data no longer support stops the build.

        Raises
        ------
        NotebookError
            If the condition does not hold.
        """
        if not condition:
            raise NotebookError(
                f"Der Text sagt: „{sentence}“ Die Daten sagen es nicht; bitte den Text ändern."
            )

    def _write(self, name: str, content: Any) -> None:
        write_json(self.out / name, content)


def _base(table: pd.DataFrame) -> int:
    """The base of the total of a table."""
    return int(table.loc[table["subgroup"] == TOTAL, "base_n"].max())


def open_chapter(report: str, chapter_id: str, *, data: str = "data/raw", out: str = "") -> Chapter:
    """Open a chapter of a report in a notebook.

    Parameters
    ----------
    report : id of the report
    chapter_id : id of the chapter
    data : folder of the received data, from the project's root
    out : folder for exhibits; empty for `build/lab/<report>/<chapter_id>`

    Raises
    ------
    UsageError
        If the processed data are missing.
    """
    root = project_root()
    paths = ProjectPaths.of(root, Path(data))
    target = Path(out) if out else paths.build / "lab" / report / chapter_id
    chapter = Chapter(chapter_id, paths, target)
    chapter._write("dataset.json", chapter.dataset)
    return chapter
