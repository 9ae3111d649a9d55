"""The invented register: cities, counties and 58 alliances that meet every printed count of Übersicht 1."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tools.synthetic.solve import Program, total

CITY, COUNTY, TOWN = "kreisfreie_stadt", "kreis", "kreisangehoerige_kommune"
Figure = Callable[[str], int]


def make_register(
    spec: Mapping[str, Any], figure: Figure, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame, list[tuple[str, int, int]]]:
    """Invent the register.

    Returns one row per city or county, one row per alliance, and (name, printed, solved) of each printed figure.
    """
    want = {key: figure(reference) for key, reference in spec["register"].items()}
    counties, outcomes = _solve_counties(want, rng)
    names = {kind: list(spec["names"][kind]) for kind in (CITY, COUNTY, TOWN)}
    pattern = spec["names"]["pattern"]
    units = [
        {"unit_id": f"S{k:02}", "name": pattern[CITY].format(n), "type": CITY, "municipalities_n": pd.NA}
        for k, n in enumerate(names[CITY][: want["cities"]], start=1)
    ]
    units += [
        {
            "unit_id": f"K{k:02}",
            "name": pattern[COUNTY].format(n),
            "type": COUNTY,
            "municipalities_n": c["members"],
        }
        for k, (n, c) in enumerate(zip(names[COUNTY], counties, strict=True), start=1)
    ]
    for unit in units:
        district = int(rng.integers(1, 6))
        unit["bezirk"] = f"bezirk_{district}"
        unit["landesteil"] = "rheinland" if district in (1, 2) else "westfalen"
        unit["ruhr"] = "ja" if unit["type"] == CITY and rng.random() < 0.4 else "nein"
    alliances = _alliances(units, counties, names[TOWN], pattern[TOWN], want, rng)
    _seat_offices(alliances, spec["office"], figure, rng)
    frame = pd.DataFrame(alliances)
    order = ["alliance_id", "name", "aliases", "type", "unit_id", "bezirk", "landesteil", "ruhr", "office"]
    order += ["municipalities_n", "joined_n", "own_alliances_n"]
    return pd.DataFrame(units).astype({"municipalities_n": "Int64"}), frame[order], outcomes


def _solve_counties(
    want: Mapping[str, int], rng: np.random.Generator
) -> tuple[list[dict[str, int]], list[tuple[str, int, int]]]:
    """One dict a county: members, joined, own alliances, and whether the county has an alliance."""
    p = Program()
    n, n_with = want["counties"], want["counties_with"]
    inside, outside = range(n_with), range(n_with, n)
    sizes = rng.integers(7, 20, size=n)
    for i in range(n):
        p.variable(f"m{i}", 5, 27)
        p.target(f"size{i}", {f"m{i}": 1}, int(sizes[i]), weight=1)
        for k in (1, 2):
            p.variable(f"o{k}_{i}", 0, 1, rng.random())
        p.constrain({f"o1_{i}": 1, f"o2_{i}": 1}, high=1)
    for i in inside:
        p.variable(f"j{i}", 1, 27)
        for name in ("all", "half", "few"):
            p.variable(f"{name}{i}", 0, 1, rng.random())
        p.constrain({f"all{i}": 1, f"half{i}": 1, f"few{i}": 1}, 1, 1)
        m, j, big = f"m{i}", f"j{i}", 60
        own = {f"o1_{i}": 1.0, f"o2_{i}": 2.0}
        p.constrain({j: 1, m: -1, **own}, high=0)  # who runs an alliance of its own has not joined
        p.constrain({j: 1, m: -1, f"all{i}": -big}, low=-big)  # all: j >= m
        p.constrain({j: 1, m: -1, f"all{i}": -1}, high=-1)  # not all: j <= m - 1
        p.constrain({j: 2, m: -1, f"half{i}": -big}, low=-big)  # half: 2j >= m
        p.constrain({j: 2, m: -1, f"few{i}": big}, high=big - 1)  # few: 2j <= m - 1
    for name, key in (("all", "joined_all"), ("half", "joined_half"), ("few", "joined_few")):
        p.target(key, total(f"{name}{i}" for i in inside), want[key])
    p.target("municipalities_with", total(f"m{i}" for i in inside), want["municipalities_with"])
    p.target("municipalities", total(f"m{i}" for i in range(n)), want["municipalities"])
    p.target("joined", total(f"j{i}" for i in inside), want["joined"])
    for where, group in (("beside", inside), ("only", outside)):
        p.target(f"one_own_{where}", total(f"o1_{i}" for i in group), want[f"one_own_{where}"])
        p.target(f"two_own_{where}", total(f"o2_{i}" for i in group), want[f"two_own_{where}"])
    p.target("own_beside", _own(inside), want["own_beside"])
    p.target("own_without", _own(outside), want["own_without"])
    p.target("own", _own(range(n)), want["own"])
    p.target("counties_own_only", total(f"o{k}_{i}" for k in (1, 2) for i in outside), want["counties_own_only"])
    found = p.solve()
    counties = [
        {
            "members": found[f"m{i}"],
            "joined": found.get(f"j{i}", 0),
            "own": found[f"o1_{i}"] + 2 * found[f"o2_{i}"],
            "has_alliance": int(i in inside),
        }
        for i in range(n)
    ]
    order = rng.permutation(n)  # else the counties without an alliance would all come last
    return [counties[i] for i in order], p.outcomes()


def _own(group: range) -> dict[str, float]:
    return {f"o{k}_{i}": float(k) for k in (1, 2) for i in group}


def _alliances(
    units: list[dict], counties: list[dict], towns: list[str], town_pattern: str, want: Mapping[str, int], rng
) -> list[dict[str, Any]]:
    """One dict an alliance; ids are given in the order cities, counties, towns."""
    place = ("unit_id", "bezirk", "landesteil", "ruhr")
    cities = [u for u in units if u["type"] == CITY]
    left_out = set(rng.choice(len(cities), len(cities) - want["cities_with"], replace=False).tolist())
    rows = [
        {"name": u["name"], "type": CITY, **{k: u[k] for k in place}} for i, u in enumerate(cities) if i not in left_out
    ]
    county_units = [u for u in units if u["type"] == COUNTY]
    rows += [
        {
            "name": u["name"], "type": COUNTY, **{k: u[k] for k in place},
            "municipalities_n": c["members"], "joined_n": c["joined"], "own_alliances_n": c["own"],
        }
        for u, c in zip(county_units, counties, strict=True)
        if c["has_alliance"]
    ]  # fmt: skip
    names = iter(towns)
    rows += [
        {"name": town_pattern.format(next(names)), "type": TOWN, **{k: u[k] for k in place}}
        for u, c in zip(county_units, counties, strict=True)
        for _ in range(c["own"])
    ]
    for k, row in enumerate(rows, start=1):
        row["alliance_id"] = f"B{k:02}"
        row["aliases"] = ""
        for column in ("municipalities_n", "joined_n", "own_alliances_n"):
            row.setdefault(column, pd.NA)
    return rows


def _seat_offices(alliances: list[dict], office: Mapping[str, Any], figure: Figure, rng) -> None:
    """Say where each alliance is run from: printed counts for cities and counties, invented for towns."""
    elsewhere = [seat for seat, ref in office["elsewhere"].items() for _ in range(figure(ref + ".numerator"))]
    rng.shuffle(elsewhere)
    for kind in (CITY, COUNTY):
        rows = [a for a in alliances if a["type"] == kind]
        at_ki = set(rng.choice(len(rows), figure(office["ki"][kind] + ".numerator"), replace=False).tolist())
        for i, row in enumerate(rows):
            row["office"] = "ki" if i in at_ki else elsewhere.pop()
    for row in alliances:
        row.setdefault("office", str(rng.choice(["soziales", "integration", "soziales_integration"])))
