"""Invented returns of any wave of forms, made from its plan in `data/synthetic` and its codebook alone.

Nothing here knows a wave by name. A plan is a YAML file with `kind: wave`, named after its source; the same alliances
come back in all waves, with a tendency of their own, so that waves can be compared and attrition makes sense.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from gkanalysis.codebook.codebookcheck import load_yaml
from gkanalysis.codebook.instrument import Codebook, read_codebook
from gkanalysis.core.errors import GkError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.core.yamlproblem import why_unreadable
from tools.synthetic.waveanswers import Outcome, solve_answers
from tools.synthetic.wavemess import make_mess
from tools.synthetic.wavereturns import Figure, Return, choose_returns, draw_contacts, fill_head
from tools.synthetic.wavetexts import fill_numbers, fill_tables, fill_texts

NEEDED = {"seed": int, "field": dict, "returns": dict, "styles": dict, "file_name": (str, dict)}
KNOWN = {
    *NEEDED, "kind", "published", "versions", "contacts", "items", "sets", "implies", "texts", "coder",
    "second_coder", "numbers", "tables", "mess",
}  # fmt: skip


@dataclass(frozen=True)
class Wave:
    """All that is written for one wave: forms and contacts in the order of their days, coded mentions, outcomes."""

    book: Codebook
    forms: tuple[Return, ...]
    contacts: tuple[dict[str, Any], ...]
    categories: tuple[tuple, ...]
    outcomes: tuple[Outcome, ...]


def make_waves(root: Path, alliances: pd.DataFrame, returned: Collection[str]) -> Iterator[Wave]:
    """Invent all planned waves, in the order in which they were in the field.

    Parameters
    ----------
    root : folder of the project
    alliances : the invented register
    returned : ids of the alliances that returned the first wave

    Raises
    ------
    GkError
        If a plan is incomplete, does not fit its codebook, or cannot be met.
    """
    earlier = [frozenset(returned)]
    for source, plan in sorted(
        read_plans(root).items(), key=lambda entry: (entry[1]["field"]["from"], entry[0])
    ):
        try:
            wave = make_wave(source, plan, root, alliances, earlier)
        except (KeyError, TypeError, AttributeError, ValueError, IndexError) as error:
            raise GkError(
                f"Der Plan „{source}“ ist nicht stimmig ({type(error).__name__}: {error}); bitte mit einem der vorhandenen vergleichen."
            ) from error
        earlier.append(frozenset(f.alliance_id for f in wave.forms))
        yield wave


def read_plans(root: Path) -> dict[str, dict[str, Any]]:
    """The plans of all waves by source.

    Raises
    ------
    GkError
        If one is unreadable, or a key is missing or unknown.
    """
    plans = {}
    for path in sorted((root / "data/synthetic").glob("*.yml")):
        try:
            plan = load_yaml(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError) as error:
            raise GkError(f"Der Plan „{path}“ ist nicht lesbar: {why_unreadable(error)}.") from None
        if not isinstance(plan, dict) or plan.get("kind") != "wave":
            continue
        wrong = [f"„{k}“ fehlt oder ist von falscher Art" for k, kind in NEEDED.items() if not isinstance(plan.get(k), kind)]  # fmt: skip
        wrong += [f"„{k}“ ist unbekannt" for k in plan if k not in KNOWN]
        days = [plan.get("field", {}).get(k) for k in ("from", "to")] if not wrong else [date.min] * 2
        if not all(isinstance(d, date) for d in days) or days[0] > days[1]:
            wrong.append("„field“ braucht zwei Tage wie 2022-02-07 in ihrer Reihenfolge (from, to)")
        if wrong:
            raise GkError(f"Der Plan „{path}“ ist nicht stimmig: {'; '.join(wrong)}.")
        plans[path.stem] = plan
    return plans


def make_wave(
    source: str, plan: Mapping[str, Any], root: Path, alliances: pd.DataFrame, earlier: list[frozenset[str]]
) -> Wave:
    """Invent one wave; `earlier` has the alliances that returned each wave before."""
    book = read_codebook(ProjectPaths.of(root, root / "data/raw").codebook(source))
    if book.source != source:
        raise GkError(f"Zum Plan „{source}“ fehlt ein Codebuch; gefunden ist nur das von „{book.source}“.")
    figure = published_figures(root, source, plan.get("published", ""))
    rng = np.random.default_rng(plan["seed"])
    forms = choose_returns(plan, book, alliances, earlier, rng)
    outcomes: list[Outcome] = []
    if isinstance(wanted := plan["returns"].get("returned"), str):
        outcomes.append((wanted.rpartition(".")[0], figure(wanted), len(forms)))
    outcomes += solve_answers(plan, book, forms, figure, rng)
    categories, coded = fill_texts(plan, book, forms, figure, rng)
    fill_numbers(plan, book, forms, rng)
    fill_tables(plan, book, forms, rng)
    for form in forms:
        fill_head(form, book)
    make_mess(plan, book, forms)
    tags = {v: {s.tag for t in book.tables(v) for s in t.slots} for v in book.versions}
    for form in forms:
        if strange := sorted(set(form.answers) - tags[form.version]):
            raise GkError(f"{source}: „{strange[0]}“ aus dem Plan steht nicht im Bogen „{form.version}“.")
    contacts = draw_contacts(plan, alliances, forms, rng)
    return Wave(
        book,
        tuple(sorted(forms, key=lambda f: (f.received, f.alliance_id))),
        tuple(sorted(contacts, key=lambda c: (c["date"], c["alliance_id"]))),
        tuple(categories),
        (*outcomes, *coded),
    )


def published_figures(root: Path, source: str, published: str) -> Figure:
    """A function that gives the printed number behind a reference such as `s22-08.numerator`.

    Parameters
    ----------
    root : folder of the project
    source : for the sentence of an error
    published : name of the file of published figures; "" if there is none
    """
    rows: dict[str, dict[str, str]] = {}
    if published:
        with (root / f"data/published/{published}.csv").open(encoding="utf-8", newline="") as lines:
            rows = {row["id"]: row for row in csv.DictReader(lines)}

    def figure(reference: str) -> int:
        figure_id, _, column = reference.rpartition(".")
        text = rows.get(figure_id, {}).get(column, "")
        if not text.isdecimal():
            raise GkError(f"{source}: zu „{reference}“ steht in „{published}.csv“ keine ganze Zahl.")
        return int(text)

    return figure
