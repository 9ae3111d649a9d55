"""A small project drawn in a test as text, and one check that a count gives the table drawn beside it, on both engines.

`Project` has a register of five alliances, two waves of one form, a list, published totals and interviews; a spec draws
the rows that it needs. A drawing has one line a row; columns are two spaces apart. In a wave, marks stand for states.
"""

import json
import re
from pathlib import Path

import pandas as pd

from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.data import Data
from gkanalysis.verify.naive import recount

WAVE, LATER, TALKS, LIST, TOTALS = "probe-2020", "danach-2022", "gespraeche-2019", "besuche", "summen"
MARKS = {
    "x": "selected", "-": "not_selected", "0": "not_answered", "/": "not_asked", "?": "illegible", "!": "contradictory",
}  # fmt: skip
GROUPS = {"stadt": "kreisfreie_stadt", "kreis": "kreis", "kommune": "kreisangehoerige_kommune"}
REGISTER = """
alliance_id  name         type     unit_id  joined_n
B1           Adlerstadt   stadt    S1       .
B2           Amselstadt   stadt    S2       .
B3           Kreis Ahorn  kreis    K1       4
B4           Kreis Birke  kreis    K2       1
B5           Spechtdorf   kommune  K1       .
"""
UNITS = """
unit_id  type   municipalities_n
S1       stadt  .
S2       stadt  .
K1       kreis  4
K2       kreis  6
K3       kreis  5
"""
FORM = """
instrument: {name}
wave: "{wave}"
title: Bogen {wave}
versions: {{lang: {{title: lange Fassung, sent: "{wave}-05", parts: [kopf, stand, huerden, sprache]}}, kurz: {{title: kurze Fassung, sent: "{wave}-05", parts: [kopf, stand, huerden]}}}}
parts:
  - {{id: kopf, kind: sheet, heading: Kopf, items: [{{id: K1, label: Name, kind: text}}, {{id: K2, label: Lage, kind: single, options: [{{id: s, label: Stadt, type: kreisfreie_stadt}}]}}]}}
  - id: stand
    kind: sheet
    number: "1"
    heading: Stand
    items:
      - {{id: "1.1", label: Besteht ein Konzept?, kind: single, options: [{{id: ja, label: Ja}}, {{id: geplant, label: Geplant, report: in Planung}}, {{id: nein, label: Nein}}]{single}}}
      - {{id: "1.2", label: Welche Vorhaben?, kind: text, asked_if: {{item: "1.1", value: ja}}}}
      - {{id: "1.3", label: Lücken bei der Sprache?, kind: single, gap_in: sprache, options: [{{id: ja, label: Ja, counts: true}}, {{id: nein, label: Nein}}]}}
      - {{id: "1.4", label: Plätze, kind: number}}
  - id: huerden
    kind: grid
    number: "2"
    heading: Wo es hakt
    columns: [{{id: 1, label: Bereich, kind: row_label}}, {{id: 2, label: Hürde, kind: tick}}]
    blocks: [{{id: H, label: Bereiche, rows: [{{id: H1, label: Übergang}}, {{id: H2, label: Räume}}, {{id: H3, label: keine davon}}]}}]
  - id: sprache
    kind: roster
    number: "3"
    heading: Angebote
    theme: Sprache
    printed_rows: 3
    columns:
      - {{id: 1, label: Titel, kind: text, aspect: present}}
      - {{id: 2, label: offen für Gestattete, kind: single, aspect: open_ag, options: [{{id: ja, label: ja, counts: true}}, {{id: nein, label: nein}}]}}
sets: [{{id: huerden, label: Hürden, part: huerden, column: 2{boxes}}}]
completeness: [{{id: full, label: voll, needs: [{{item: "1.1"}}]}}, {{id: partial, label: zum Teil, needs: [{{item: K1}}]}}, {{id: unusable, label: nicht, needs: []}}]
identity: {{name: K1, type: K2}}
contacts: {{verweigert: hat abgelehnt}}
"""
AGAIN = {
    "single": f', repeats: {{source: {WAVE}, item: "1.1", as_yes: [ja]}}', "boxes": f", repeats: {{source: {WAVE}, set: huerden}}"
}  # fmt: skip
BOOKS = {
    "probe": FORM.format(name="probe", wave="2020", single="", boxes=""),
    "danach": FORM.format(name="danach", wave="2022", **AGAIN),
    "kategorien": f"""
coders: [A, B]
items: [{{source: {WAVE}, item: "1.2", label: Vorhaben, categories: [{{id: sport, label: Sport, definition: Vereine.}}, {{id: kochen, label: Kochen, definition: Essen.}}]}}]
""",
    "gespraeche": """
instrument: gespraeche
wave: "2019"
title: Gespräche
lead_coder: A
case_variable: b
type_variable: t
date_variable: d
period: [2019-07-01, 2019-07-31]
groups: {aufbau: {label: Aufbau, section: "5.1"}, amt: {label: Amt, section: "5.2"}, rest: {label: Rest, section: ""}}
codes:
  aufbau.neu: {label: Neugründung, definition: Ein neues Gremium.}
  aufbau.alt: {label: Anknüpfung, definition: Eine alte Runde.}
  amt.daten: {label: Daten, definition: Zahlen des Amts.}
count_words: {base: 3, words: [{from: 1, to: 1, words: [ein Fall]}, {from: 2, to: 2, words: [zwei Fälle]}, {from: 3, to: 3, words: [alle Fälle]}]}
""",
    "besuche": """
instrument: besuche
title: Besuche
file: besuche.csv
columns: [{name: case_id, titles: [Bündnis]}, {name: form, kind: option, titles: [Art], options: {treffen: [Treffen], telefon: [Telefonat]}}, {name: days, kind: number, titles: [Tage]}, {name: note, titles: [Notiz], required: false, several: true}]
""",
    "summen": """
instrument: summen
title: Summen
file: summen.csv
published: true
columns: [{name: indicator}, {name: value, kind: number}, {name: unit, kind: option, options: {anzahl: [Anzahl], mio: [Mio. Euro]}}, {name: qualifier, required: false}, {name: part_of, required: false}, {name: as_of, kind: date}, {name: published_in}, {name: published_id}]
""",
    "register": """
as_of: 2020-01
tables: {buendnisse: {file: b.csv, key: alliance_id, columns: [{name: alliance_id, kind: id, label: Kennung}]}}
types: {kreisfreie_stadt: kreisfreie Städte, kreis: Kreise, kreisangehoerige_kommune: Kommunen}
nested_tables:
  uebersicht:
    - {id: mit, label: Kreise mit Bündnis, count: {frame: kreise, where: [{column: has_alliance, operator: "=", value: ja}]}, of: {frame: kreise}}
    - {id: alle_dabei, level: 1, label: alle beigetreten, count: {frame: kreise, where: [{column: joined_class, operator: "=", value: alle}]}, of: {frame: kreise, where: [{column: has_alliance, operator: "=", value: ja}]}}
    - {id: dabei, label: beteiligte Kommunen, count: {frame: kreise, sum_of: participating_n}, of: {frame: kreise, sum_of: municipalities_n}}
    - {id: eigene, label: Kommunen mit eigenem Bündnis, count: {frame: buendnisse, where: [{column: type, operator: "=", value: kreisangehoerige_kommune}]}}
""",
    "disclosure": "threshold: 3\nattributes: {}\nsources: {}\n",
}


def read_drawing(drawing):
    """Lines of a drawing as mappings; a dot is an empty cell, a number is one, and municipal types are written out."""
    heading, *lines = [re.split(r"\s{2,}", line.strip()) for line in drawing.strip().splitlines()]

    def value(text):
        number = re.fullmatch(r"\d+(\.5)?", text)
        return None if text == "." else float(text) if number else GROUPS.get(text, text)

    return [dict(zip(heading, map(value, line), strict=True)) for line in lines]


class Project:
    """The folders of a project; what is drawn becomes its processed tables."""

    def __init__(self, root):
        self.paths = ProjectPaths.of(root, root / "data/raw")
        for made in (self.paths.codebooks, self.paths.processed, self.paths.data):
            made.mkdir(parents=True)
        for name, text in BOOKS.items():
            (self.paths.codebooks / f"{name}.yml").write_text(text, encoding="utf-8")
        shipped = Path(__file__).parents[1] / "data/codebook/woerter.yml"
        (self.paths.codebooks / "woerter.yml").write_text(shipped.read_text(encoding="utf-8"), encoding="utf-8")
        (self.paths.processed / "dataset.json").write_text(json.dumps({"title": "x", "synthetic": True}))
        numbers = {"joined_n": "Int64", "municipalities_n": "Int64"}
        self.table("buendnisse", read_drawing(REGISTER), numbers)
        self.table("gebiete", read_drawing(UNITS), numbers)
        for source in (WAVE, LATER):
            self.table(f"{source}-mentions", [], columns="case_id item_id mention text category coder file place")

    def table(self, name, rows, types=None, columns=""):
        """Write a processed table; a list of rows, or a drawing."""
        frame = pd.DataFrame(read_drawing(rows) if isinstance(rows, str) else rows, columns=columns.split() or None)
        types = {c: t for c, t in (types or {}).items() if c in frame}
        frame = frame.astype(types | {c: "string" for c in frame if c not in types and frame[c].dtype == object})
        frame.to_parquet(self.paths.processed / f"{name}.parquet", index=False)
        return self

    def wave(self, drawing, source=WAVE):
        """Cases and responses: `case`, `status` (version and contact, if drawn), then one column an item.

        Several lines of a roster are joined by a comma; the file of B1 is `B1.docx`, its place the item's id.
        """
        cases, responses = [], []
        for line in drawing.strip().splitlines()[1:]:
            given = dict(zip(drawing.split("\n")[1].split(), line.split(), strict=True))
            case = {"case_id": given.pop("case"), "status": given.pop("status")}
            more = {"version": given.pop("version", "lang"), "contact": given.pop("contact", "-").strip("-")}
            file = "" if case["status"] == "missing" else f"{case['case_id']}.docx"
            cases.append(case | more | {"file": file, "received": "2020-05-04"})
            for item, cell in given.items():
                for k, text in enumerate(cell.split(",") if cell != "." else (), start=1):
                    state, value = MARKS.get(text, "answered"), "" if text in MARKS else text
                    about = {"item_id": item, "occurrence": k, "state": state, "value": value, "raw": value}
                    place = {"file": file, "part": "word/document.xml", "place": item, "version": more["version"]}
                    responses.append({"case_id": case["case_id"], **about, **place})
        return self.table(f"{source}-cases", cases).table(f"{source}-responses", responses)

    def mentions(self, drawing):
        """Mentions of the open item: case, number, text, category, coder."""
        rows = [r | {"item_id": "1.2", "file": f"{r['case_id']}.docx", "place": "1.2"} for r in read_drawing(drawing)]
        return self.table(f"{WAVE}-mentions", rows, {"mention": "int64"})

    def listing(self, drawing, source=LIST):
        """Rows of a list, numbered from 2."""
        rows = [
            r | {"file": f"{source}.csv", "row": k, "place": f"Zeile {k}"}
            for k, r in enumerate(read_drawing(drawing), 2)
        ]
        return self.table(f"{source}-rows", rows, {"row": "int64"})

    def talks(self, texts, codings):
        """Interviews g1, g2 … with B1, B2 …; a text is drawn, a dot is none. Codings: document, coder, code, from, to."""
        documents = [
            {"document_id": f"g{k}", "case_id": f"B{k}", "file": "p.qdpx", "text": None if t == "." else t}
            for k, t in enumerate(texts.split("|"), start=1)
        ]
        rows = [
            r | {"coding_id": f"c{k}", "segment_id": f"s{k}", "case_id": "B" + r["document_id"][1:]}
            for k, r in enumerate(read_drawing(codings))
        ]
        cases = [{k: d[k] for k in ("case_id", "file")} | {"status": "interviewed"} for d in documents]
        segments = [
            {"segment_id": r["segment_id"], "text": f"Stelle {k}", "place": f"Z {k}"} for k, r in enumerate(rows)
        ]
        self.table(f"{TALKS}-documents", documents).table(f"{TALKS}-cases", cases)
        return self.table(f"{TALKS}-codings", rows, {"start": "int64", "end": "int64"}).table(
            f"{TALKS}-segments", segments
        )

    @property
    def data(self):
        """What counts see."""
        return Data(self.paths)


def cell_of(n, base_n):
    """A number as drawings have it: 3/4, or 3 without a base."""
    return f"{n}" if base_n is None or pd.isna(base_n) else f"{n}/{base_n}"


def check(project, count, expected, by="type"):
    """The table is the one drawn: rows, groups, n and base; each number is the same alone, and recounted naively."""
    data = project.data
    heading, *lines = [re.split(r"\s{2,}", line.strip()) for line in expected.strip().splitlines()]
    groups = [GROUPS.get(g, g) for g in heading]
    by = by if len(groups) > 1 else ""
    drawn = {(row, g): cell for row, *cells in lines for g, cell in zip(groups, cells, strict=True)}
    table = count.table(data, by=by)
    made = {(r.row, r.subgroup): cell_of(r.n, r.base_n) for r in table.itertuples() if r.subgroup in groups}
    assert made == drawn
    assert list(dict.fromkeys(table["row"])) == [row for row, *_ in lines]
    for r in table.itertuples():
        alone = count.cell(data, r.row, r.subgroup, by)
        assert cell_of(alone.n, alone.base_n) == cell_of(*recount(data, r.definition)) == cell_of(r.n, r.base_n)
        assert set(alone.rows["case_id"]) <= set(alone.units.rows["case_id"])


def behind(project, count, row, *, rest=False):
    """The rows of the received material behind a number, as „case file place“."""
    cell = count.cell(project.data, row)
    rows = cell.rest_rows if rest else cell.rows
    return [" ".join(filter(None, (r.case_id, r.file, r.place))) for r in rows.itertuples()]


def claims(project, count, row):
    """What a printed cell gives away: kind, question, states, column of the number."""
    return [(s.kind, s.name, s.states, s.of) for s in count.says(project.data, row)]
