"""A wave that nobody has programmed: a codebook, a plan and lines of a report, and the tables are there."""

import lxml.html
import pandas as pd

from gkanalysis.codebook.instrument import read_codebook
from tools.project import change_yaml, copy_project, keep_report, make
from tools.synthetic.make import write_source
from tools.synthetic.waves import make_waves
from wavebook import PLAN, TYPES, repeating, write_wave

SOURCE = "probe-2023"
FINAL = "abschlussbericht-2023"
OTHERS = ["prozess-2020", "entwicklungsstand-2021", "nachhaltigkeit-2022"]


def declare_categories(root):
    """Lines of the category codebook for the open answers of the wave."""
    coded = next(t["categories"] for t in PLAN["texts"] if "categories" in t)
    declared = [{"id": c, "label": c, "definition": f"Vorhaben: {c}."} for c in coded]
    with change_yaml(root / "data/codebook/kategorien.yml") as known:
        known["items"].append({"source": SOURCE, "item": "1.4", "label": "Vorhaben", "categories": declared})


def write_raw(root):
    """What came in from the wave, as its plan says."""
    register = pd.read_csv(root / "data/raw/register/buendnisse.csv", dtype=str)
    wave = next(w for w in make_waves(root, register, set()) if w.book.source == SOURCE)
    write_source(root / "data/raw" / SOURCE, wave.book, wave.forms, wave.contacts, wave.categories)


def add_to_final_report(root):
    """The wave in the chapters over all waves, beside three others, and a codebook of its own; nothing else is kept."""
    sources = [*OTHERS, SOURCE]
    with change_yaml(root / f"reports/{FINAL}.yml") as report:
        report["sources"] = sources
        kept = ("wellen", "angenommen", "veraenderung", "methoden")
        report["chapters"] = [c for c in report["chapters"] if c["id"] in kept]
        for chapter in report["chapters"]:
            chapter["parameters"]["sources"] = ",".join(sources)
        codebook = {"id": "codebuch-probe", "notebook": "92_codebuch", "title": "Codebuch 2023: Probe"}
        codebook["parameters"] = {"chapter_id": "codebuch-probe", "source": SOURCE}
        report["chapters"].append(codebook)
    with change_yaml(root / "data/codebook/disclosure.yml") as policy:
        policy["sources"][SOURCE] = policy["sources"]["nachhaltigkeit-2022"]


def printed(root, exhibit):
    """The lines of a table of the finished page, without what links and spaces add: first cell -> all others."""
    page = lxml.html.parse(str(root / f"reports/{FINAL}/{FINAL}.html"))
    (table,) = page.xpath(f"//figure[@id='{exhibit}']//table")
    lines = [[c.text_content().replace("\xa0", " ") for c in row.xpath("th|td")] for row in table.xpath(".//tr")]
    return {tuple(line[:2]) if exhibit == "veraenderung" else line[0]: line[1:] for line in lines}


def code_of(root):
    """Every file below src and notebooks."""
    files = (p for folder in ("src", "notebooks") for p in (root / folder).rglob("*") if p.is_file())
    return {p.relative_to(root): p.read_bytes() for p in files if "__pycache__" not in p.parts}


def test_a_new_wave_appears_in_the_report(tmp_path):
    """20 items of every kind, added by data files alone, reach returns, flow, panel and appendix of the finished page."""
    root = copy_project(tmp_path)
    keep_report(root, FINAL, OTHERS)
    code = code_of(root)
    plan = {"returns": {"full": {TYPES[0]: 8, TYPES[1]: 8}, "partial": {TYPES[2]: 2}}}
    repeated = {"source": "nachhaltigkeit-2022", "item": "3.1", "as_yes": ["ja"]}
    write_wave(root, repeating("1.1", "Maßnahmen zur lebensweltlichen Integration", **repeated), **plan)
    declare_categories(root)
    add_to_final_report(root)
    write_raw(root)
    book = read_codebook(root / "data/codebook/probe.yml")
    assert (len(book.items), {i.kind for i in book.items.values()}) == (20, {"text", "single", "number", "tick"})
    make(root, "report", f"REPORT={FINAL}")

    responses = pd.read_parquet(root / f"data/processed/{SOURCE}-responses.parquet")
    counts = responses[responses["state"] == "selected"]["item_id"].value_counts().to_dict()
    assert counts == {f"2.{row}.2": n for row, n in PLAN["sets"]["ziele"]["rows"].items()}
    assert responses.query("item_id == '1.1' and value == 'ja'")["case_id"].nunique() == 10
    assert printed(root, "wellen-tabelle")["2023"] == ["58", "18 (31 %)", "37 (64 %)", "3 (5 %)"]
    assert printed(root, "wellen-typ")["2023"] == ["18 (31 %)", "8 (36 %)", "8 (33 %)", "2 (17 %)"]
    flow = {k: int(cells[0]) for k, cells in printed(root, "wellen-verlauf").items() if k.startswith("2022 →")}
    assert sum(flow.values()) == 58
    assert sum(n for k, n in flow.items() if k.endswith("→ Rücklauf")) == 18
    assert sum(n for k, n in flow.items() if k.startswith("2022 → 2023: Rücklauf")) == 40

    answers = [
        pd.read_parquet(root / f"data/processed/{source}-responses.parquet").query(
            f"item_id == '{item}' and state == 'answered'"
        )
        for source, item in (("nachhaltigkeit-2022", "3.1"), (SOURCE, "1.1"))
    ]
    both = set(answers[0]["case_id"]) & set(answers[1]["case_id"])
    lines = printed(root, "veraenderung")
    question = "Maßnahmen zur lebensweltlichen Integration"
    assert lines[question, "2022, 2023"][1] == str(len(both))
    assert (question, "2021, 2022") in lines
    assert "Arbeitshilfe „Probe“: Bogen" in printed(root, "methoden-instrumente")
    assert printed(root, "codebuch-probe")["1.2 Dauerhaft: Ja / Nein (nur nach 1.1 „Ja“)"] == ["eine", "10 von 10*"]
    assert code_of(root) == code
