"""Two waves drawn in a test that ask the same set of boxes, the same choice and the same number."""

import json

import pandas as pd

from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.chapter import Chapter

FORM = """
instrument: {name}
wave: "{wave}"
title: Bogen {wave}
population: buendnisse
versions:
  bogen: {{title: Fassung, sent: "{wave}-05", parts: [stand, huerden]}}
parts:
  - id: stand
    kind: sheet
    number: "1"
    heading: Stand
    items:
      - {{id: "1.1", label: Sitzungen, kind: single, options: [{{id: ja, label: Ja}}, {{id: nein, label: Nein}}]{single}}}
      - {{id: "1.2", label: Anzahl, kind: number{number}}}
  - id: huerden
    kind: grid
    number: "2"
    heading: Wo es hakt
    columns: [{{id: 1, label: Bereich, kind: row_label}}, {{id: 2, label: Hürde, kind: tick}}]
    blocks: [{{id: H, label: Bereiche, rows: [{{id: H1, label: Übergang}}, {{id: H2, label: Räume}}]}}]
sets: [{{id: huerden, label: Hürden, part: huerden, column: 2{boxes}}}]
completeness: [{{id: full, label: voll, needs: [{{item: "1.1"}}]}}, {{id: unusable, label: nicht, needs: []}}]
identity: {{}}
"""
AGAIN = {
    "single": ', repeats: {source: eins-2021, item: "1.1", as_yes: [ja]}',
    "number": ', repeats: {source: eins-2021, item: "1.2"}',
    "boxes": ", repeats: {source: eins-2021, set: huerden}",
}
REGISTER = "as_of: 2020-01-01\ntypes: {kreis: Kreise, stadt: Städte}\ntables: {}\nnested_tables: {}\n"
POLICY = "threshold: 3\nattributes: {}\nsources: {}\nderived: []\n"
STATES = {"x": "selected", "-": "not_selected", "?": "illegible"}
# A character an alliance: ticked, not ticked, illegible, no form. Of 24 pairs eight gain H1; of 25 eight lose H2.
# The first three ticked nothing the first time, those at 21 to 23 nothing the second time.
BOXES = {
    "eins-2021": {
        "2.H1.2": "--------xxxxxxxx--------?xxx..",
        "2.H2.2": "---xxxxx--------xxxxxxxxxxxx..",
    },
    "zwei-2022": {
        "2.H1.2": "xxxxxxxxxxxxxxxx--------x.....",
        "2.H2.2": "----------------xxxxx---x.....",
    },
}


def draw_boxes(folder, again=AGAIN):
    """The chapter of 30 alliances in two waves; all with a form said yes to 1.1 both times."""
    processed, books = folder / "data/processed", folder / "data/codebook"
    for made in (processed, books, folder / "data/raw"):
        made.mkdir(parents=True)
    (books / "register.yml").write_text(REGISTER, encoding="utf-8")
    (books / "disclosure.yml").write_text(POLICY, encoding="utf-8")
    (processed / "dataset.json").write_text(json.dumps({"title": "x", "synthetic": True}), encoding="utf-8")
    ids = [f"B{k:02d}" for k in range(1, 31)]
    pd.DataFrame({"alliance_id": ids, "type": "kreis"}).to_parquet(processed / "buendnisse.parquet")
    for source, boxes in BOXES.items():
        name, _, wave = source.partition("-")
        said = dict.fromkeys(AGAIN, "") | (again if name == "zwei" else {})
        (books / f"{name}.yml").write_text(FORM.format(name=name, wave=wave, **said), encoding="utf-8")
        came = [mark != "." for mark in boxes["2.H1.2"]]
        files = [f"{wave} {i}.docx" if c else "" for i, c in zip(ids, came, strict=True)]
        cases = {"case_id": ids, "type": "kreis", "status": ["full" if c else "missing" for c in came]}
        pd.DataFrame(cases | {"contact": "", "file": files}).to_parquet(processed / f"{source}-cases.parquet")
        rows = [
            {"case_id": i, "item_id": item, "state": STATES[mark], "value": "", "file": file, "raw": mark}
            for item, marks in boxes.items()
            for i, mark, file in zip(ids, marks, files, strict=True)
            if file
        ]
        rows += [
            {"case_id": i, "item_id": "1.1", "state": "answered", "value": "ja", "file": file, "raw": "Ja"}
            for i, file in zip(ids, files, strict=True)
            if file
        ]
        frame = pd.DataFrame(rows).assign(part="word/document.xml", place="/x")
        frame.to_parquet(processed / f"{source}-responses.parquet")
    return Chapter("kapitel", ProjectPaths.of(folder, folder / "data/raw"), folder / "out")
