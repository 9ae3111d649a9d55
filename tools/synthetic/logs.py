"""An invented log of visits, from its plan and the columns that its codebook declares; other tables are copied."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gkanalysis.codebook.codebookcheck import load_yaml
from gkanalysis.core.errors import GkError
from tools.synthetic.segmentsheet import sheet_file
from tools.synthetic.wavereturns import REST, Figure
from tools.synthetic.waves import published_figures

MARK = "Synthetisches Protokoll: erfundene Bündnisse, erfundene Besuche"
Rows = list[list[Any]]


def write_tables(root: Path, raw: Path, alliances: pd.DataFrame) -> list[str]:
    """Write all planned logs and copy all ready tables below the folder of received data.

    Parameters
    ----------
    root : folder of the project; plans are `data/synthetic/*.yml` with `kind: log`
    raw : folder of received data
    alliances : the invented register

    Returns
    -------
    A German sentence per source

    Raises
    ------
    GkError
        If a plan does not fit its codebook.
    """
    said = []
    for path in sorted((root / "data/synthetic").glob("*.yml")):
        plan = load_yaml(path.read_text(encoding="utf-8"))
        if not isinstance(plan, dict) or plan.get("kind") != "log":
            continue
        book = load_yaml((root / f"data/codebook/{path.stem}.yml").read_text(encoding="utf-8"))
        rows = make_log(plan, book, alliances, published_figures(root, path.stem, plan.get("published", "")))
        (raw / path.stem).mkdir(parents=True)
        content = sheet_file(rows, book["sheet"], f"{book['title']} (synthetisch)", MARK)
        (raw / path.stem / book["file"]).write_bytes(content)
        said.append(f"{path.stem}: {len(rows) - 1} Zeilen.")
    for folder in sorted((root / "data/synthetic/tables").glob("*/")):
        shutil.copytree(folder, raw / folder.name)
        said.append(f"{folder.name}: wie in „data/synthetic/tables“.")
    return said


def make_log(
    plan: Mapping[str, Any], book: Mapping[str, Any], alliances: pd.DataFrame, figure: Figure
) -> Rows:
    """The headings and rows of a log: visits of each alliance until its days are used up, ordered by day.

    Parameters
    ----------
    plan : `period`, `days` (`each`, and the lengths of `visits` to draw from), `columns`: for each column of the
        codebook its `role` (unit, day, length), a number of `units` by value, the chances of `options`, or `texts`
    book : declaration of the table
    alliances : the register
    figure : gives the printed number behind a reference

    Raises
    ------
    GkError
        If the plan names other columns than the codebook.
    """
    names = [c["name"] for c in book["columns"]]
    if list(plan["columns"]) != names:
        raise GkError(f"Plan des Protokolls: Spalten und Reihenfolge sind nicht die des Codebuchs ({', '.join(names)}).")  # fmt: skip
    rng = np.random.default_rng(plan["seed"])
    ids = alliances["alliance_id"].tolist()
    of_unit = {n: _by_unit(d["units"], ids, figure, rng) for n, d in plan["columns"].items() if "units" in d}
    first, last = plan["period"]["from"], plan["period"]["to"]
    workdays = [d for k in range((last - first).days + 1) if (d := first + timedelta(days=k)).weekday() < 5]
    rows = []
    for unit in ids:
        lengths = _lengths(plan["days"], rng)
        chosen = sorted(rng.choice(len(workdays), len(lengths), replace=False))
        for k, length in zip(chosen, lengths, strict=True):
            roles = {"unit": unit, "day": datetime.combine(workdays[k], time()), "length": length}
            rows.append(
                (workdays[k], [_value(n, d, roles, of_unit, rng) for n, d in plan["columns"].items()])
            )
    rows.sort(key=lambda row: row[0])
    return [[c.get("titles", [c["name"]])[0] for c in book["columns"]], *(row for _, row in rows)]


def _by_unit(
    counts: Mapping[str, Any], ids: Sequence[str], figure: Callable[[str], int], rng: np.random.Generator
) -> dict[str, str]:
    """Value of each unit: each has its number of units, one of them the rest."""
    order = rng.permutation(list(ids)).tolist()
    found: dict[str, str] = {}
    for value, n in counts.items():
        wanted = figure(n) if isinstance(n, str) and n != REST else n
        found |= {order.pop(): value for _ in range(0 if wanted == REST else wanted)}
    rest = next(value for value, n in counts.items() if n == REST)
    return found | dict.fromkeys(order, rest)


def _lengths(days: Mapping[str, Any], rng: np.random.Generator) -> list[float]:
    """Lengths of visits that add up to the days of a unit; the last one is what is left."""
    left, lengths = float(days["each"]), []
    while left > 0:
        lengths.append(min(left, float(rng.choice(days["visits"]))))
        left -= lengths[-1]
    return lengths


def _value(
    name: str,
    declared: Mapping[str, Any],
    roles: Mapping[str, Any],
    of_unit: Mapping[str, Mapping[str, str]],
    rng,
) -> Any:
    """What stands in one cell."""
    if "role" in declared:
        return roles[declared["role"]]
    if "units" in declared:
        return of_unit[name][roles["unit"]]
    if "options" in declared:
        return str(rng.choice(list(declared["options"]), p=list(declared["options"].values())))
    if rng.random() >= declared.get("share", 1):
        return ""
    n = int(rng.integers(1, declared.get("most", 1) + 1))
    return "; ".join(rng.choice(declared["texts"], n, replace=False).tolist())
