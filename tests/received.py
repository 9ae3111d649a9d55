"""Small data folders drawn in a test: real forms, a register of three alliances, and the team's lists."""

import csv
from pathlib import Path

import pandas as pd

from forms import BOOK, Drawn
from gkanalysis.ingest.forms import ingest_forms
from gkanalysis.settle.process import process_source
from tools.synthetic.wordwriter import write_form

ALLIANCES = pd.DataFrame(
    [
        ("B1", "Amselstadt", "", "kreisfreie_stadt", "S1"),
        ("B2", "Kreis Borretsch", "Landkreis Borretsch", "kreis", "K1"),
        ("B3", "Gemeinde Bläuling", "", "kreisangehoerige_kommune", "K1"),
    ],
    columns=["alliance_id", "name", "aliases", "type", "unit_id"],
)
COUNTED = {"1.1.A03.4": "x", "2.1:ja": "x"}  # what makes a form fully usable


class Received:
    """A data folder; each method adds to it, `process` runs the two steps on it."""

    def __init__(self, root: Path):
        self.root = root
        self.folder = root / "strukturen-2018"
        self.forms = self.folder / "forms"
        self.forms.mkdir(parents=True)
        (root / "dataset.yml").write_text("title: Test\nsynthetic: true\n", encoding="utf-8")
        self.lists = {"eingang": [["file", "received", "alliance_id", "channel", "note"]]}

    def add(self, file, answers, version="kurz", style="typed_x", *, alliance="B1", received="2019-05-01"):
        """A form, drawn or written, and its line in the list of receipts unless `alliance` is None."""
        is_drawn = isinstance(answers, Drawn)
        (self.forms / file).write_bytes(answers.data() if is_drawn else write_form(BOOK, version, answers, style))
        if alliance is not None:
            self.line("eingang", file, received, alliance, "E-Mail", "")
        return self

    def line(self, name, *cells):
        headings = {
            "kontakte": ["alliance_id", "date", "result"],
            "entscheidungen": ["file", "item_id", "occurrence", "decision", "reason", "decided_by"],
        }
        self.lists.setdefault(name, [headings.get(name)]).append(list(cells))
        return self

    def write_lists(self):
        for name, rows in self.lists.items():
            with (self.folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as lines:
                csv.writer(lines).writerows(rows)

    def process(self):
        """The tables of `process_source`; the forms are read anew."""
        self.write_lists()
        interim = self.root.parent / "interim"
        _, self.refused = ingest_forms(self.forms, BOOK, interim)
        return process_source(self.root, interim, BOOK, {"buendnisse": ALLIANCES})


def found(tables, rule):
    """The findings of one rule as dicts."""
    findings = tables["findings"]
    return findings[findings["rule"] == rule].to_dict("records")


def rules(tables):
    """The rules that found something, in order, each as often as it did."""
    return sorted(tables["findings"]["rule"])


def state(tables, case_id, item_id, occurrence=1):
    """(state, value) of one response."""
    r = tables["responses"]
    r = r[(r["case_id"] == case_id) & (r["item_id"] == item_id) & (r["occurrence"] == occurrence)]
    return r["state"].item(), r["value"].item()
