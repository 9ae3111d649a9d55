"""Small surveys drawn in a test: a codebook, a table of answers in any format, and the two steps on them."""

import yaml

from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.ingest.forms import ingest_forms
from gkanalysis.settle.process import process_source
from received import ALLIANCES

YES_NO = [{"id": "ja", "label": "Ja", "value": "1"}, {"id": "nein", "label": "Nein", "value": "2"}]
GOALS = ["Sprache", "Arbeit"]


def codebook(**changes):
    """A survey of seven items: name, a choice with a filter behind it, a number, a text, two boxes."""
    book = {
        "instrument": "umfrage",
        "wave": "2024",
        "title": "Umfrage",
        "versions": {"online": {"title": "online", "sent": "2024-03", "parts": ["fragen", "ziele"]}},
        "table": {
            "case": "Bündnis", "received": "Tag", "not_asked": ["-77"], "not_answered": ["-99"], "ticked": ["x"], "not_ticked": [""],
            "unused": ["Anmerkung *"],
        },
        "parts": [
            {
                "id": "fragen", "kind": "sheet", "number": "1", "heading": "Fragen",
                "items": [
                    {"id": "1.1", "label": "Konzept", "kind": "single", "options": YES_NO, "column": "Q1"},
                    {"id": "1.2", "label": "Seit wann", "kind": "text", "column": "Q2", "asked_if": {"item": "1.1", "value": "ja"}},
                    {"id": "1.3", "label": "Plätze", "kind": "number", "min": 0, "max": 900, "column": "Q3"},
                ],
            },
            {
                "id": "ziele", "kind": "grid", "number": "2", "heading": "Ziele",
                "columns": [{"id": 1, "label": "Ziel", "kind": "row_label"}, {"id": 2, "label": "wichtig", "kind": "tick", "column": "Q4[{row}]"}],
                "blocks": [{"id": "Z", "label": "Ziele", "rows": [{"id": f"Z{k}", "label": g, "code": f"SQ00{k}"} for k, g in enumerate(GOALS, 1)]}],
            },
        ],
        "sets": [{"id": "ziele", "label": "Ziele", "part": "ziele", "column": 2}],
        "completeness": [
            {"id": "full", "label": "voll auswertbar", "needs": [{"item": "1.1"}, {"set": "ziele"}]},
            {"id": "partial", "label": "zum Teil auswertbar", "needs": [{"item": "1.1"}]},
            {"id": "unusable", "label": "nicht auswertbar", "needs": []},
        ],
        "identity": {},
    }  # fmt: skip
    return book | changes


class SurveyFolder:
    """A data folder with one survey; `add` puts a file into it, `process` runs the two steps."""

    def __init__(self, root, **changes):
        self.root, self.folder = root / "raw", root / "raw/umfrage-2024/forms"
        self.folder.mkdir(parents=True)
        (self.root / "dataset.yml").write_text("title: Test\nsynthetic: true\n", encoding="utf-8")
        self.path, self.interim = root / "umfrage.yml", root / "interim"
        self.declare(**changes)

    def declare(self, **changes):
        """Write the codebook; `table` changes single keys of that block."""
        book = codebook(**{k: v for k, v in changes.items() if k != "table"})
        book["table"] = book["table"] | changes.get("table", {})
        self.path.write_text(yaml.safe_dump(book, allow_unicode=True, sort_keys=False), encoding="utf-8")
        return self

    def add(self, content, name="antworten.csv"):
        """A file among the answers, as text or bytes."""
        (self.folder / name).write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return self

    @property
    def refused(self):
        """What reading refuses, as sentences."""
        return ingest_forms(self.folder, read_codebook(self.path), self.interim)[1]

    def process(self):
        """The tables of the analysis."""
        assert self.refused == []
        return process_source(self.root, self.interim, read_codebook(self.path), {"buendnisse": ALLIANCES})


def answers(tables):
    """(case, item) -> state and value."""
    rows = tables["responses"].astype("str")
    return {(r.case_id, r.item_id): (r.state, r.value) for r in rows.itertuples()}
