"""One measurement in a process of its own, so that peaks and imports do not mix: prints one JSON object.

Everything runs on one core, where the system lets a process choose.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

N_ITEMS = 22
SOURCE, SET = "strukturen-2018", "kerngruppe"
GROUPS = ["kreisfreie_stadt", "kreis", "kreisangehoerige_kommune"]


def ingest(folder: str, out: str) -> dict:
    """Read a folder of forms as a build does: states, places, certainty; writes Parquet and CSV."""
    from gkanalysis.codebook.instrument import read_codebook
    from gkanalysis.ingest.forms import ingest_forms

    book = read_codebook(Path("data/codebook/strukturen.yml"))
    start = time.perf_counter()
    refused = ingest_forms(Path(folder), book, Path(out))
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "forms": len(os.listdir(folder)) - len(refused), "peak_mb": peak_mb()}


def python_docx(folder: str, out: str) -> dict:
    """Read the texts of all table cells with python-docx: no states of controls, no places, nothing written."""
    import docx

    files = sorted(Path(folder).iterdir())
    start = time.perf_counter()
    for path in files:
        for table in docx.Document(str(path)).tables:
            for row in table.rows:
                for cell in row.cells:
                    _ = cell.text
    return {"seconds": time.perf_counter() - start, "forms": len(files), "peak_mb": peak_mb()}


def multiresponse(method: str, n_cases: str) -> dict:
    """Tabulate a set of 22 options by type: seconds (best of three)."""
    work: Callable = {"ours": tabulate_ours, "groupby": tabulate_groupby, "crosstab": tabulate_crosstab}[method]
    work(*make_responses(1000))  # imports are not counted
    data = make_responses(int(n_cases))
    seconds = []
    for _ in range(3):
        start = time.perf_counter()
        work(*data)
        seconds.append(time.perf_counter() - start)
    return {"seconds": min(seconds)}


def make_responses(n_cases: int) -> tuple:
    """22 items for each case, case by case, as a build stores them: categories, four states, three types."""
    import numpy as np
    import pandas as pd

    from gkanalysis.codebook.instrument import read_codebook

    rng = np.random.default_rng(20190815)
    items = read_codebook(Path("data/codebook/strukturen.yml")).set_items(SET)[:N_ITEMS]
    states = ["selected", "not_selected", "not_answered", "not_asked"]
    case_ids = pd.array([f"B{k:06d}" for k in range(n_cases)], dtype="str")
    drawn = rng.choice(4, size=n_cases * N_ITEMS, p=[0.4, 0.5, 0.08, 0.02]).astype(np.int8)
    responses = pd.DataFrame(
        {
            "case_id": case_ids.repeat(N_ITEMS),
            "item_id": pd.Categorical.from_codes(np.tile(np.arange(N_ITEMS, dtype=np.int8), n_cases), items),
            "state": pd.Categorical.from_codes(drawn, states),
        }
    )
    types = pd.Categorical.from_codes(rng.integers(0, 3, n_cases).astype(np.int8), GROUPS)
    return responses, items, pd.DataFrame({"case_id": case_ids, "type": types})


def tabulate_ours(responses, items, cases):
    """Counts, named base, shares and intervals by type, with every check."""
    from gkanalysis.core.paths import ProjectPaths
    from gkanalysis.counts.data import Data
    from gkanalysis.counts.forms import Ticks

    class Drawn(Data):
        def table(self, name):
            return {
                f"{SOURCE}-responses": responses,
                f"{SOURCE}-cases": cases.assign(status="full", contact=""),
                "buendnisse": cases.rename(columns={"case_id": "alliance_id"}),
            }[name]

    data = Drawn(ProjectPaths.of(Path.cwd(), Path("data/raw")))
    return Ticks(source=SOURCE, set=SET).table(data, by="type")


def tabulate_groupby(responses, items, cases):
    """The shortest pandas way to counts and bases; checks nothing."""
    merged = responses.merge(cases, on="case_id")
    asked = merged[merged["state"] != "not_asked"].groupby("type", observed=False)["case_id"].nunique()
    n = merged[merged["state"] == "selected"].groupby(["item_id", "type"], observed=False).size()
    return n, asked


def tabulate_crosstab(responses, items, cases):
    """The same with pandas.crosstab."""
    import pandas as pd

    group = responses["case_id"].map(cases.set_index("case_id")["type"])
    n = pd.crosstab(responses["item_id"], [group, responses["state"]])
    asked = responses["case_id"][responses["state"] != "not_asked"].drop_duplicates()
    return n, group.loc[asked.index].value_counts()


def survey(what: str, *arguments: str) -> dict:
    """Draw, read or build a survey: seconds and peak; see `benchmarks.survey`."""
    from benchmarks import survey as drawn

    start = time.perf_counter()
    done = getattr(drawn, what)(*arguments)
    return {"seconds": time.perf_counter() - start, "peak_mb": peak_mb(), "done": done}


def peak_mb() -> float:
    """Largest resident memory of this process so far."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3


if __name__ == "__main__":
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    measurement = {"ingest": ingest, "python_docx": python_docx, "multiresponse": multiresponse, "survey": survey}[
        sys.argv[1]
    ]
    print(json.dumps(measurement(*sys.argv[2:])))
