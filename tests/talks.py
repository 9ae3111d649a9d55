"""A chapter over three small interviews drawn in a test: processed tables and a codebook of two codes."""

import json

import pandas as pd

from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.chapter import Chapter

SOURCE = "gespraeche-2019"
CODEBOOK = """
instrument: gespraeche
wave: 2019
title: Gespräche
lead_coder: A
case_variable: buendnis
period: [2019-07-01, 2019-08-31]
groups:
  land: {label: Land, section: "1"}
codes:
  land.warten: {label: Warten, definition: Es wird gewartet.}
  land.fristen: {label: Fristen, definition: Fristen sind zu kurz.}
count_words:
  base: 3
  words:
    - {from: 1, to: 1, words: [eine Kommune]}
    - {from: 2, to: 2, words: [zwei Kommunen]}
    - {from: 3, to: 3, words: [alle Kommunen]}
speakers:
  seed: 1
  female: {nominative: eine Befragte, capital: Eine Befragte}
  male: {nominative: ein Befragter, capital: Ein Befragter}
"""
REGISTER = "as_of: 2019-07-01\ntypes: {kreis: Kreise}\ntables: {}\nnested_tables: {}\n"
# document, code, coder, start, end: in g1 both agree, in g2 B misses the code, in g3 B sets other borders
CODINGS = [
    ("g1", "land.warten", "A", 0, 20),
    ("g1", "land.warten", "B", 0, 20),
    ("g1", "land.fristen", "B", 30, 40),
    ("g2", "land.warten", "A", 0, 20),
    ("g2", "land.fristen", "A", 30, 40),
    ("g2", "land.fristen", "B", 30, 40),
    ("g3", "land.fristen", "A", 0, 20),
    ("g3", "land.fristen", "B", 0, 10),
]
TEXT = "Wir warten auf Papier. Die Fristen waren viel zu kurz."


def draw_chapter(folder):
    """The chapter `kapitel` with the interviews g1 to g3 of the cases B1 to B3."""
    processed, books = folder / "data/processed", folder / "data/codebook"
    for made in (processed, books, folder / "data/raw"):
        made.mkdir(parents=True)
    (books / "gespraeche.yml").write_text(CODEBOOK, encoding="utf-8")
    (books / "register.yml").write_text(REGISTER, encoding="utf-8")
    (processed / "dataset.json").write_text(json.dumps({"title": "x", "synthetic": True}), encoding="utf-8")
    codings = pd.DataFrame(CODINGS, columns=["document_id", "code_id", "coder", "start", "end"])
    place = codings["start"].astype(str) + "-" + codings["end"].astype(str)
    codings["segment_id"] = codings["document_id"] + ":" + place
    codings["case_id"] = codings["document_id"].str.replace("g", "B")
    codings["coding_id"] = [str(k) for k in codings.index]
    segments = codings.drop_duplicates("segment_id")[["segment_id", "document_id", "case_id", "start", "end"]]
    segments = segments.assign(
        text=[f"{d}: {TEXT[s:e]}" for d, s, e in segments[["document_id", "start", "end"]].values],
        place=[f"Zeichen {s + 1} bis {e}" for s, e in segments[["start", "end"]].values],
    )
    names = ["g1", "g2", "g3"]
    cases = pd.DataFrame(
        {"case_id": ["B1", "B2", "B3"], "type": "kreis", "status": "interviewed", "file": "x.qdpx"}
    )
    documents = pd.DataFrame(
        {"document_id": names, "name": names, "case_id": cases["case_id"], "file": "x.qdpx", "text": TEXT}
    )
    tables = {"codings": codings, "segments": segments, "cases": cases, "documents": documents}
    for name, table in tables.items():
        table.to_parquet(processed / f"{SOURCE}-{name}.parquet", index=False)
    return Chapter("kapitel", ProjectPaths.of(folder, folder / "data/raw"), folder / "out")
