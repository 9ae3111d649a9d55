"""A log of visits, a list of totals and one of events in a data folder drawn in a test, with a chapter that reads them."""

import json

import pandas as pd
import yaml

from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.chapter import Chapter

TYPES = {"stadt": "Städte", "kreis": "Kreise"}
VISITS = ["case_id", "days", "team", "form", "agreed", "state"]
TOTALS = [
    "indicator",
    "label",
    "value",
    "unit",
    "qualifier",
    "part_of",
    "as_of",
    "published_in",
    "published_id",
]
EVENTS = ["date", "location", "kind", "topic"]
OPTIONS = {
    "team": {"x": ["Team X"], "y": ["Team Y"]}, "form": {"rat": ["Beratung"], "tel": ["Telefon"]},
    "state": {"offen": ["offen"], "fertig": ["erledigt"]}, "kind": {"start": ["Auftakt"], "ende": ["Abschluss"]},
    "unit": {"anzahl": ["Anzahl"], "prozent": ["Prozent"], "mio_euro": ["Mio. Euro"]},
}  # fmt: skip
LISTS = {
    "log": (VISITS, [
        ["B1", 0.5, "x", "rat", "Termin", "offen"], ["B1", 1.5, "x", "tel", None, "fertig"],
        ["B2", 2.0, "y", "rat", "Brief", "fertig"],
    ]),
    "totals": (TOTALS, [
        ["reached", "erreichte Menschen", 23600, "anzahl", "etwa", None, "2023-06-30", "Seite", "c-1"],
        ["drafts", "Skizzen", 93, "anzahl", None, None, "2023-06-30", "Seite", "c-2"],
        ["projects", "Projekte", 19, "anzahl", None, "drafts", "2023-06-30", "Seite", "c-3"],
        ["fund", "Fonds", 50, "mio_euro", None, None, "2019-12-31", "Bericht", "r-1"],
        ["women", "Frauen", 27, "prozent", "rund", None, "2023-06-30", "Seite", "c-4"],
    ]),
    "events": (EVENTS, [
        ["2019-04-03", "Sonnentau", "start", "Bedarf"], ["2018-11-27", "digital", "start", "Auftakt"],
        ["2020-01-09", "Sonnentau", "ende", "Rückblick"],
    ]),
}  # fmt: skip
KINDS = {"days": "number", "value": "number", "date": "date", "as_of": "date"}


class LogFolder:
    """The folders; `changes` replace the rows of a list, `synthetic` says what the data are."""

    def __init__(self, root, *, synthetic=False, **changes):
        self.paths = ProjectPaths.of(root, root / "data/raw")
        for made in (self.paths.codebooks, self.paths.processed):
            made.mkdir(parents=True)
        for name, (columns, rows) in LISTS.items():
            self.write(name, columns, changes.get(name, rows))
        register = pd.DataFrame({"alliance_id": ["B1", "B2", "B3"], "type": ["kreis", "stadt", "stadt"]})
        register.to_parquet(self.paths.processed / "buendnisse.parquet", index=False)
        dataset = json.dumps({"title": "x", "synthetic": synthetic})
        (self.paths.processed / "dataset.json").write_text(dataset, encoding="utf-8")
        book = {"as_of": "2019-07-01", "types": TYPES, "tables": {}}
        (self.paths.codebooks / "register.yml").write_text(yaml.safe_dump(book), encoding="utf-8")

    def write(self, name, columns, rows):
        """Codebook and processed table of a list."""
        declared = [
            {"name": c, "titles": [f"Spalte {c}"], "kind": "option" if c in OPTIONS else KINDS.get(c, "text")}
            | ({"options": OPTIONS[c]} if c in OPTIONS else {})
            | ({"required": False} if c in ("agreed", "qualifier", "part_of") else {})
            for c in columns
        ]
        book = {"instrument": name, "title": f"Liste {name}", "file": f"{name}.csv", "columns": declared}
        if name != "log":
            book["published"] = True
        text = yaml.safe_dump(book, sort_keys=False)
        (self.paths.codebooks / f"{name}.yml").write_text(text, encoding="utf-8")
        table = pd.DataFrame(rows, columns=columns)
        table = table.assign(file=f"{name}.csv", row=range(2, len(rows) + 2))
        table["place"] = [f"Zeile {k}" for k in table["row"]]
        table.to_parquet(self.paths.processed / f"{name}-rows.parquet", index=False)

    def chapter(self):
        """A chapter over the lists."""
        chapter = Chapter("kapitel", self.paths, self.paths.root / "out")
        chapter.register_codebook = {"types": TYPES, "as_of": "2019-07-01"}
        return chapter
