"""A wave that nobody has programmed: a codebook, a plan and lines of a report, and the tables are there."""

import pandas as pd
import yaml

from forms import ROOT
from gkanalysis.codebook import read_codebook
from gkanalysis.codebookcheck import load_yaml
from gkanalysis.synthetic.make import write_source
from gkanalysis.synthetic.waves import make_waves
from tools.project import copy_project, make, steps
from wavebook import BOOK, PLAN, TYPES, write_wave

SOURCE = "probe-2023"
REPORT = "zwischenbericht-2019"


def test_a_wave_of_20_items_needs_no_code(tmp_path):
    """20 items of every kind, added by data files only, go from Word forms to the tables that a report takes."""
    root = copy_project(tmp_path)
    plan = {"returns": {"full": {TYPES[0]: 8, TYPES[1]: 8}, "partial": {TYPES[2]: 2}}}
    write_wave(root, **plan)
    book = read_codebook(root / "data/codebook/probe.yml")
    assert len(book.items) == 20
    assert {i.kind for i in book.items.values()} == {"text", "single", "number", "tick"}
    report = root / f"reports/{REPORT}.yml"
    lines = load_yaml(report.read_text(encoding="utf-8"))
    chapter = {"id": "probe", "notebook": "02_ruecklauf", "parameters": {"source": SOURCE}}
    chapter["inputs"] = [f"{SOURCE}-cases", f"{SOURCE}-responses"]
    lines["sources"].append(SOURCE)
    lines["chapters"].append(chapter)
    report.write_text(yaml.safe_dump(lines, allow_unicode=True, sort_keys=False), encoding="utf-8")

    coded = next(t["categories"] for t in PLAN["texts"] if "categories" in t)
    declared = [{"id": c, "label": c, "definition": f"Vorhaben: {c}."} for c in coded]
    categories = root / "data/codebook/kategorien.yml"
    known = load_yaml(categories.read_text(encoding="utf-8"))
    known["items"].append({"source": SOURCE, "item": "1.4", "label": "Vorhaben", "categories": declared})
    categories.write_text(yaml.safe_dump(known, allow_unicode=True, sort_keys=False), encoding="utf-8")

    register = pd.read_csv(root / "data/raw/register/buendnisse.csv", dtype=str)
    wave = next(w for w in make_waves(root, register, set()) if w.book.source == SOURCE)
    write_source(root / "data/raw" / SOURCE, wave.book, wave.forms, wave.contacts, wave.categories)
    said = make(root, f"data/processed/{SOURCE}-responses.parquet")
    assert sorted(steps(said)) == [f"ingest {SOURCE}", f"process {SOURCE}", "register"]

    cases = pd.read_parquet(root / f"data/processed/{SOURCE}-cases.parquet")
    assert cases["status"].value_counts().to_dict() == {"missing": 40, "full": 16, "partial": 2}
    responses = pd.read_parquet(root / f"data/processed/{SOURCE}-responses.parquet")
    assert set(responses["item_id"]) == set(book.items)
    counts = responses[responses["state"] == "selected"]["item_id"].value_counts().to_dict()
    assert counts == {f"2.{row}.2": n for row, n in PLAN["sets"]["ziele"]["rows"].items()}
    assert responses.query("item_id == '1.1' and value == 'ja'")["case_id"].nunique() == 10
    rules = (root / f"build/rules/{REPORT}.mk").read_text(encoding="utf-8")
    assert f"data/processed/{SOURCE}-cases.parquet" in rules
    assert not [
        p for p in ROOT.glob("src/**/*.py") if BOOK["instrument"] + "-2023" in p.read_text(encoding="utf-8")
    ]


def test_no_wave_is_known_by_name():
    """The generator of waves names none of the sources."""
    sources = [p.stem for p in (ROOT / "data/synthetic").glob("*.yml")]
    for path in ROOT.glob("src/gkanalysis/synthetic/wave*.py"):
        text = path.read_text(encoding="utf-8")
        assert [s for s in sources if s in text or s.rpartition("-")[0] in text] == []
