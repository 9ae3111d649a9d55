"""A wave with one coded open item, drawn in a test: its folder with the team's spreadsheet, and a chapter over it."""

import json

import pandas as pd
import yaml

from gkanalysis.codebook.categories import read_category_book
from gkanalysis.codebook.instrument import read_codebook
from gkanalysis.core.findings import Log
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.chapter import Chapter
from gkanalysis.settle.mentions import read_mentions
from wavebook import BOOK, TYPES

SOURCE, ITEM = "probe-2023", "1.4"
HEADING = "source;case_id;item_id;mention;text;category;coder"
CATEGORIES = {
    "coders": ["A", "B"],
    "items": [
        {
            "source": SOURCE, "item": ITEM, "label": "Vorhaben",
            "categories": [
                {"id": c, "label": c.title(), "definition": f"Alles mit {c}."} for c in ("sport", "kochen", "sonstiges")
            ],
        },
        {"source": "andere-2020", "item": "9", "label": "X", "categories": [{"id": "x", "label": "X", "definition": "X."}]},
    ],
}  # fmt: skip
# case, type, state and text of the open item
ANSWERS = (
    ("B1", TYPES[0], "answered", "Fußball; Kochen am Abend;"),
    ("B2", TYPES[0], "answered", "Schwimmen;Laufen"),
    ("B3", TYPES[1], "answered", "Grillen"),
    ("B4", TYPES[1], "not_answered", ""),
    ("B5", TYPES[2], "not_asked", "Kochen"),
)
CODED = (
    "B1;1.4;1;Fußball;sport;A",
    "B1;1.4;2;Kochen am Abend;kochen;A",
    "B1;1.4;2;Kochen am Abend;sonstiges;B",
    "B2;1.4;1;Schwimmen;sport;A",
    "B2;1.4;2;Laufen;sport;A",
    "B3;1.4;1;Grillen;kochen, sonstiges;A",
)


class OpenFolder:
    """The folders of the wave; `coded` are lines of `kategorien.csv` without the source, None: no such file."""

    def __init__(self, root, coded=CODED, categories=CATEGORIES):
        self.paths = ProjectPaths.of(root, root / "data/raw")
        self.folder = self.paths.data / SOURCE
        for made in (self.folder, self.paths.codebooks, self.paths.processed):
            made.mkdir(parents=True)
        for name, content in (("probe", BOOK), ("kategorien", categories)):
            text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
            (self.paths.codebooks / f"{name}.yml").write_text(text, encoding="utf-8")
        types = {t: t for t in TYPES}
        register = {"as_of": "2023-01-01", "types": types, "tables": {}, "nested_tables": {}}
        (self.paths.codebooks / "register.yml").write_text(yaml.safe_dump(register), encoding="utf-8")
        if coded is not None:
            lines = [HEADING, *(f"{SOURCE};{line}" for line in coded)]
            (self.folder / "kategorien.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.book = read_codebook(self.paths.codebooks / "probe.yml")
        rows = [
            {"case_id": c, "item_id": ITEM, "occurrence": 1, "state": s, "value": v, "raw": v, "file": f"{c}.docx"}
            for c, _, s, v in ANSWERS
        ]  # fmt: skip
        self.responses = pd.DataFrame(rows).assign(part="word/document.xml", place="/w:p[1]")
        self.cases = pd.DataFrame({"case_id": [a[0] for a in ANSWERS], "type": [a[1] for a in ANSWERS]})
        self.cases = self.cases.assign(status="full", file=self.cases["case_id"] + ".docx")

    def read(self):
        """Mentions, and the findings that reading them left."""
        log = Log()
        book = read_category_book(self.paths.codebooks / "kategorien.yml")
        mentions = read_mentions(self.folder, self.responses, self.book, book, log)
        return mentions, log.finding_table()

    def chapter(self):
        """A chapter over the tables of the wave."""
        alliances = self.cases.rename(columns={"case_id": "alliance_id"})[["alliance_id", "type"]]
        tables = {
            "buendnisse": alliances, f"{SOURCE}-cases": self.cases, f"{SOURCE}-responses": self.responses,
            f"{SOURCE}-mentions": self.read()[0],
        }  # fmt: skip
        for name, table in tables.items():
            table.to_parquet(self.paths.processed / f"{name}.parquet", index=False)
        dataset = json.dumps({"title": "x", "synthetic": True})
        (self.paths.processed / "dataset.json").write_text(dataset, encoding="utf-8")
        return Chapter("kapitel", self.paths, self.paths.root / "out")
