"""What the tests of reports share: a small report made by hand, and the project's report made for real."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from definitions import document, made
from gkanalysis.codebook.reports import ChapterDefinition, Report, read_report
from gkanalysis.core.numbers import NBSP
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.exhibits import Figure, Row, Table
from gkanalysis.report.figures import draw

TEXT = """# Erstes Kapitel

Es sind [13 von 45]{.value #value-new}; siehe [](#tab) und [](#abb) in [](#zweites).

::: {.exhibit #tab}
:::

## Unterkapitel

::: {.exhibit #abb}
:::

::: kasten
**Empfehlung.** Erster Absatz.

- ein Punkt
- noch einer

Letzter Absatz.
:::

# Zweites Kapitel {#zweites}

Schluss mit Fußnote.[^1]

[^1]: Unten.
"""


@dataclass
class Small:
    """A report of two chapters, one table and one figure."""

    report: Report
    document: dict
    build: Path

    def prepared(self):
        """As `render` hands it to a format."""
        from gkanalysis.report.render import prepare

        return prepare(self.report, self.document, self.build)


@pytest.fixture
def bars():
    """A long table of two bars with two parts each, as figures take it."""
    return pd.DataFrame(
        {
            "label": ["Städte", "Städte", "Kreise", "Kreise"], "group": ["neu", "alt"] * 2,
            "group_label": ["neu gegründet", "angeknüpft"] * 2, "n": [3, 15, 9, 12], "base_n": [18, 18, 21, 21],
        }
    )  # fmt: skip


@pytest.fixture
def small(tmp_path, bars):
    """A function that makes the small report; `mark` is drawn into its figure."""

    def make(*, synthetic=True, text=TEXT, mark="", folder="build"):
        numbers = pd.DataFrame({"row": ["a", "b"], "n": [39, 6], "base_n": [45, 45]})
        percent = f"39{NBSP}(86,7{NBSP}%)"
        rows = (Row(("Bereich",), kind="block"), Row(("Jugendamt", percent)), Row(("davon", "6"), level=1))
        common = {"base": "Anzahl der Bündnisse", "source": "Quelle: Register."}
        table = Table(
            id="tab", label="Tabelle 1", title="Wer dabei ist", numbers=numbers, notes=("Eine Anmerkung.",),
            header=("Akteur", f"insgesamt* (n{NBSP}={NBSP}45)"), rows=rows, **common,
        )  # fmt: skip
        figure = Figure(
            id="abb", label="Abbildung 1", title="Städte knüpfen an", numbers=bars,
            alt="Geteilte Balken: neu 3 von 18 Städten.", draw=lambda: draw("segments", bars, mark=mark), **common,
        )  # fmt: skip
        build = tmp_path / folder
        report = made(
            id="klein", title="Ein „kleiner“ Bericht", subtitle="Untertitel", authors=("Erste", "Zweite"),
            institution="Institut", date="2019-09", language="de", sources=("quelle-2018",), keywords=("Bündnis",),
            chapters=(ChapterDefinition("eins", "01", {}),), description="Worum es geht",
        )  # fmt: skip
        told = document(build, text, (table, figure), synthetic, [["forms/Überblick.docx", "ab" * 32]])
        return Small(report, told, build)

    return make


@dataclass
class Built:
    """The project's own report, made in a copy of the project."""

    root: Path
    paths: ProjectPaths
    report: Report

    def file(self, suffix):
        return self.paths.reports / self.report.id / f"{self.report.id}.{suffix}"


@pytest.fixture(scope="session")
def built(finished):
    """The report of 2019 in its formats; only read."""
    return Built(finished, ProjectPaths.of(finished, Path("data/raw")), read_report(finished, "zwischenbericht-2019"))
