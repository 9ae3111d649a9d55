"""A drawn survey of any size: its codebook, its answers as SPSS and CSV file, and the register of those who answered."""

import shutil
import time
from pathlib import Path

import yaml

N_TICKS, N_NUMBERS, N_TEXTS = 22, 10, 8  # the other items are choices of five
SOURCE = "umfrage-2024"
TYPES = ["kreisfreie_stadt", "kreis", "kreisangehoerige_kommune"]


def project(root: Path):
    """Folders of a build below a folder."""
    from gkanalysis.core.paths import ProjectPaths

    build = root / "build"
    return ProjectPaths(root, root / "raw", build / "interim", root / "processed", build, root / "reports")


def draw(folder: str, n_cases: str, n_items: str, suffix: str) -> None:
    """Write the project of a survey with so many cases and items; 5 % of the choices are missing values, 2 % empty."""
    import numpy as np
    import pandas as pd
    import pyreadstat

    root, n, m = Path(folder), int(n_cases), int(n_items)
    rng, n_ticks = np.random.default_rng(20240305), min(N_TICKS, int(n_items) // 3)
    ids = [f"C{k:06}" for k in range(n)]
    items, columns = [], {"id": rng.permutation(ids)}
    for k in range(1, m - n_ticks + 1):
        item = {"id": f"1.{k}", "label": f"Frage {k}", "column": f"q{k}"}
        if k <= N_NUMBERS:
            item |= {"kind": "number", "min": 0, "max": 900}
            columns[f"q{k}"] = rng.integers(0, 900, n).astype(float)
        elif k <= N_NUMBERS + N_TEXTS:
            item |= {"kind": "text"}
            own = rng.integers(0, 20_000, n)
            columns[f"q{k}"] = np.where(rng.random(n) < 0.5, "", np.char.add("Antwort ", own.astype(str)))
        else:
            options = [{"id": f"o{v}", "label": f"Antwort {v}", "value": str(v)} for v in range(1, 6)]
            item |= {"kind": "single", "options": options}
            values = rng.integers(1, 6, n).astype(float)
            values[rng.random(n) < 0.05], values[rng.random(n) < 0.02] = -99, np.nan
            columns[f"q{k}"] = values
        items.append(item)
    rows = [{"id": f"Z{k}", "label": f"Ziel {k}"} for k in range(1, n_ticks + 1)]
    columns |= {f"m_{r['id']}": rng.integers(0, 2, n).astype(float) for r in rows}
    ticks = [
        {"id": 1, "label": "Ziel", "kind": "row_label"},
        {"id": 2, "label": "wichtig", "kind": "tick", "column": "m_{row}"},
    ]
    first = f"1.{N_NUMBERS + N_TEXTS + 1}"
    book = {
        "instrument": "umfrage", "wave": "2024", "title": "Umfrage",
        "versions": {"online": {"title": "online", "sent": "2024-03", "parts": ["fragen", "ziele"]}},
        "table": {"case": "id", "not_answered": ["-99"], "ticked": ["1"], "not_ticked": ["0"]},
        "parts": [
            {"id": "fragen", "kind": "sheet", "number": "1", "heading": "Fragen", "items": items},
            {"id": "ziele", "kind": "grid", "number": "2", "heading": "Ziele", "columns": ticks, "blocks": [{"id": "Z", "label": "Ziele", "rows": rows}]},
        ],
        "sets": [{"id": "ziele", "label": "Ziele", "part": "ziele", "column": 2}],
        "completeness": [{"id": "full", "label": "voll", "needs": [{"item": first}, {"set": "ziele"}]}, {"id": "unusable", "label": "nicht", "needs": []}],
        "identity": {},
    }  # fmt: skip
    paths = project(root)
    forms = paths.data / SOURCE / "forms"
    for made in (forms, paths.processed, paths.codebooks):
        made.mkdir(parents=True)
    (paths.codebooks / "umfrage.yml").write_text(
        yaml.safe_dump(book, allow_unicode=True, sort_keys=False), encoding="utf-8"
    )
    (paths.data / "dataset.yml").write_text("title: Probe\nsynthetic: true\n", encoding="utf-8")
    shutil.copy(Path(__file__).parents[1] / "data/codebook/register.yml", paths.codebooks)
    register = {"alliance_id": ids, "name": [f"Ort {i}" for i in ids], "aliases": "", "type": rng.choice(TYPES, n)}
    pd.DataFrame(register).to_parquet(paths.processed / "buendnisse.parquet")
    pd.DataFrame(register).to_parquet(paths.processed / "gebiete.parquet")
    frame, path = pd.DataFrame(columns), forms / f"answers.{suffix}"
    if suffix == "sav":
        choices = [i["column"] for i in items if i["kind"] == "single"]
        pyreadstat.write_sav(frame, path, missing_ranges={c: [-99] for c in choices})
    else:
        frame.to_csv(path, sep=";", decimal=",", index=False, float_format="%g")


def build(folder: str) -> int:
    """From the file to the processed tables, both steps of a build; the number of responses."""
    import pyarrow.parquet as pq

    from gkanalysis.pipeline import build_interim, build_processed

    paths = project(Path(folder))
    build_interim(paths, SOURCE)
    build_processed(paths, SOURCE)
    return pq.read_metadata(paths.processed / f"{SOURCE}-responses.parquet").num_rows


def read(folder: str) -> int:
    """The file as pyreadstat or pandas reads it into memory, and nothing else."""
    import pandas as pd
    import pyreadstat

    (path,) = (project(Path(folder)).data / SOURCE / "forms").iterdir()
    if path.suffix == ".sav":
        return len(pyreadstat.read_sav(path, user_missing=True)[0])
    return len(pd.read_csv(path, sep=";", decimal=","))


def count(folder: str) -> dict[str, float]:
    """Seconds for the first table over the processed responses (read once), and for the set by type after it."""
    from gkanalysis.counts.data import Data
    from gkanalysis.counts.forms import Choice, Ticks

    data, seconds = Data(project(Path(folder))), []
    for what in (Choice(source=SOURCE, item=f"1.{N_NUMBERS + N_TEXTS + 1}"), Ticks(source=SOURCE, set="ziele")):
        start = time.perf_counter()
        what.table(data, by="type")
        seconds.append(time.perf_counter() - start)
    return dict(zip(("first", "set"), seconds, strict=True))
