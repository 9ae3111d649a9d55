"""A small set of slides made by hand: a section, a figure, a table, and what every set says of its data."""

import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd

from definitions import document, made
from gkanalysis.codebook.reports import ChapterDefinition, Report
from gkanalysis.core.numbers import NBSP
from gkanalysis.report.exhibits import Figure, Row, Table
from gkanalysis.report.figures import draw
from gkanalysis.report.html import render_html
from gkanalysis.report.pdf import fit_slides, render_pdf
from gkanalysis.report.pptx import render_pptx
from gkanalysis.report.slides import make_slides
from tools.project import ROOT

TEXT = """# Was bleibt

40 von 58 Bündnissen haben geantwortet.

## Die meisten Städte wollen weitermachen {#weiter}

[11 von 18]{.value #value-ja trace="balken:ja:kreisfreie_stadt"} Städten sagen **ja**; siehe [](#plan).

- ein "Punkt"
- noch einer

::: {.exhibit #balken}
:::

## Drei von vier setzen auf das Integrationsmanagement

::: {.exhibit #plan}
:::
"""
NOTE = "Mehrfachnennungen: die Anzahlen ergeben zusammen mehr als die Basis."
BARS = pd.DataFrame(
    {
        "label": ["Städte", "Städte", "Kreise", "Kreise"], "group": ["ja", "nein"] * 2,
        "group_label": ["ja", "nein"] * 2, "n": [11, 7, 9, 12], "base_n": [18, 18, 21, 21],
    }
)  # fmt: skip


@cache
def drawing(rows=2):
    """Bars as SVG and PNG; more rows make a taller figure."""
    bars = pd.concat([BARS.assign(label=BARS["label"] + f" {k}") for k in range(rows // 2)])
    return draw("segments", bars, mark="Synthetische Daten")


def table(rows=3, columns=3):
    """A table exhibit of so many rows and columns of numbers."""
    cells = tuple(f"{9 + k}{NBSP}(86,7{NBSP}%)" for k in range(columns - 1))
    heads = tuple(f"Gruppe {k} (n{NBSP}={NBSP}40)" for k in range(columns - 1))
    printed = (Row(("Verstetigung",), kind="block"), *(Row((f"Maßnahme {k}", *cells)) for k in range(rows)))
    return Table(
        id="plan", label="Tabelle", title="Geplante Maßnahmen", base="Basis: 40 Bündnisse", source="Quelle: Abfrage.",
        notes=(NOTE,), numbers=pd.DataFrame({"n": [1]}), header=("Maßnahme", *heads), rows=printed,
    )  # fmt: skip


def figure(rows=2):
    return Figure(
        id="balken", label="Abbildung", title="Sollen die Strukturen bleiben?", base="Basis: 39 Bündnisse",
        source="Quelle: Abfrage.", numbers=BARS, alt="Balken: ja 11 von 18 Städten, 9 von 21 Kreisen.",
        draw=lambda: drawing(rows),
    )  # fmt: skip


@dataclass
class Deck:
    """Slides of one chapter, with its drawings in a folder."""

    report: Report
    document: dict
    build: Path

    @property
    def reference(self):
        """The template of the project."""
        return ROOT / "reports/reference.pptx"

    def made(self):
        """What formats are set from, before the slides have their layouts."""
        return make_slides(self.report, copy.deepcopy(self.document), self.build)

    def slides(self):
        return self.made().slides

    def fitted(self):
        """What formats are set from, with the layout of each slide."""
        return fit_slides(self.made())

    def pdf(self):
        return render_pdf(self.fitted())

    def html(self):
        return render_html(self.fitted())

    def pptx(self, reference=None):
        return render_pptx(self.fitted(), reference or self.reference)


def make_deck(folder, text=TEXT, *, synthetic=True, exhibits=None, **report):
    """A set of slides in `folder`; `report` replaces entries of the definition."""
    known = {
        "id": "folien", "title": "Was bleibt von „Gemeinsam klappt’s“?", "subtitle": "Ergebnisse 2022",
        "authors": ("Erste", "Zweite"), "institution": "Institut", "date": "2022-06-15", "language": "de",
        "sources": ("nachhaltigkeit-2022",), "chapters": (ChapterDefinition("eins", "01", {}),),
        "keywords": ("Bündnis",), "description": "Worum es geht", "kind": "slides", "formats": ("html", "pdf", "pptx"),
    }  # fmt: skip
    told = document(folder, text, exhibits or [figure(), table()], synthetic, [["forms/a.docx", "ab" * 32]] * 40)
    return Deck(made(**known | report), told, folder)
