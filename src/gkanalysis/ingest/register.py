"""The register of alliances: read against its codebook, with the frames that nested tables count in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.core.errors import IngestError, ValidationError
from gkanalysis.ingest.tables import check_rows, read_rows

TOWN = "kreisangehoerige_kommune"


def read_register(data: Path, codebook: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Read and check the tables of the register.

    Returns
    -------
    table id -> DataFrame, one row per unit, in the order of the file; counts are nullable integers

    Raises
    ------
    ValidationError
        With every finding at once: unreadable tables, repeated ids, unknown values, missing values,
        impossible counts, units that an alliance names and the register lacks or describes otherwise.
    """
    frames: dict[str, pd.DataFrame] = {}
    problems: list[str] = []
    for table_id, table in codebook["tables"].items():
        path = data / table["file"]
        columns = [c["name"] for c in table["columns"]]
        optional = [c["name"] for c in table["columns"] if c.get("optional")]
        try:
            rows = read_rows(path, columns, optional=optional)
        except IngestError as error:
            problems.append(str(error))
            continue
        problems += check_rows(rows, table, path)
        frames[table_id] = pd.DataFrame(rows, columns=[*columns, "row"])
    for table_id, frame in frames.items():
        table = codebook["tables"][table_id]
        where = f"„{data / table['file']}“, Zeile"
        for column in table["columns"]:
            name, target = column["name"], column.get("references")
            if target in frames:
                key, file = (codebook["tables"][target][k] for k in ("key", "file"))
                lost = frame[(frame[name] != "") & ~frame[name].isin(frames[target][key])]
                pairs = zip(lost["row"], lost[name], strict=True)
                problems += [f"{where} {row}: {name} „{value}“ steht nicht in „{file}“." for row, value in pairs]
        if table_id == "buendnisse" and "gebiete" in frames:
            problems += [f"{where} {row}: {p}." for row, p in _unit_problems(frames["gebiete"], frame)]
    if problems:
        raise ValidationError("Das Register ist nicht stimmig:\n" + "\n".join(f"  {p}" for p in problems))
    for table_id, table in codebook["tables"].items():
        counts = [c["name"] for c in table["columns"] if c["kind"] == "count"]
        frame = frames[table_id].drop(columns="row")
        frame[counts] = frame[counts].replace("", pd.NA).apply(pd.to_numeric).astype("Int64")
        frames[table_id] = frame
    return frames


def _unit_problems(units: pd.DataFrame, alliances: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """Row and what an alliance says that is not true of its unit; nested tables would count it nowhere or twice."""
    by_id = {u["unit_id"]: u for u in units.to_dict("records")}
    shared = set(alliances) & set(units) - {"unit_id", "name", "type", "row"}
    own_n = Counter(alliances.loc[alliances["type"] == TOWN, "unit_id"])
    first_row: dict[str, str] = {}
    for a in alliances.to_dict("records"):
        name, row, is_town = a["unit_id"], a["row"], a["type"] == TOWN
        if name not in by_id:
            continue
        unit = by_id[name]
        if unit["type"] != ("kreis" if is_town else a["type"]):
            yield row, f"type „{a['type']}“ passt nicht zum Gebiet „{name}“ ({unit['type']})"
            continue
        for column in (c for c in alliances.columns if c in shared):
            if a[column] != unit[column] and (a[column] or not is_town):
                yield row, f"{column} „{a[column]}“ ist im Gebiet „{name}“ „{unit[column]}“"
        if is_town:
            continue
        if name in first_row:
            yield row, f"das Gebiet „{name}“ hat schon ein Bündnis in Zeile {first_row[name]}"
        first_row[name] = row
        joined, own, members = a["joined_n"], a["own_alliances_n"], unit["municipalities_n"]
        if own.isdecimal() and int(own) != own_n[name]:
            yield row, f"own_alliances_n ist {own}, das Register enthält {own_n[name]} solche Bündnisse"
        if all(n.isdecimal() for n in (joined, own, members)) and int(joined) + int(own) > int(members):
            yield row, f"joined_n und own_alliances_n sind zusammen mehr als municipalities_n ({members})"


def register_frames(units: pd.DataFrame, alliances: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The frames that tables of the kind „x von y“ count in.

    Parameters
    ----------
    units : one row per city or county of the state
    alliances : one row per alliance

    Returns
    -------
    `kreisfreie_staedte`, `kreise` : one row per unit with `has_alliance` (ja, nein); counties also with
        `joined_n`, `own_n` (alliances run by municipalities of their own), `participating_n` and
        `joined_class`: alle, haelfte (at least half, not all), wenige, or keine (no county alliance)
    `buendnisse` : the alliances

    Examples
    --------
    >>> units = pd.DataFrame({"unit_id": ["K1"], "type": ["kreis"], "municipalities_n": [10]})
    >>> alliances = pd.DataFrame({"unit_id": ["K1", "K1"], "type": ["kreis", "kreisangehoerige_kommune"],
    ...                           "joined_n": [5, None], "own_alliances_n": [1, None]})
    >>> register_frames(units, alliances)["kreise"][["own_n", "participating_n", "joined_class"]].values.tolist()
    [[1, 6, 'haelfte']]
    """
    frames = {"buendnisse": alliances}
    for kind, name in (("kreisfreie_stadt", "kreisfreie_staedte"), ("kreis", "kreise")):
        frame = units[units["type"] == kind].reset_index(drop=True)
        own_level = alliances[alliances["type"] == kind]
        frame["has_alliance"] = frame["unit_id"].isin(own_level["unit_id"]).map({True: "ja", False: "nein"})
        frames[name] = frame
    counties = frames["kreise"]
    towns = alliances[alliances["type"] == TOWN]
    joined_n = alliances[alliances["type"] == "kreis"].set_index("unit_id")["joined_n"]
    for name, values in (("joined_n", joined_n), ("own_n", towns["unit_id"].value_counts())):
        counties[name] = counties["unit_id"].map(values).fillna(0).astype("Int64")
    counties["participating_n"] = counties["joined_n"] + counties["own_n"]
    joined, members = counties["joined_n"], counties["municipalities_n"]
    counties["joined_class"] = "wenige"
    counties.loc[2 * joined >= members, "joined_class"] = "haelfte"
    counties.loc[joined == members, "joined_class"] = "alle"
    counties.loc[counties["has_alliance"] == "nein", "joined_class"] = "keine"
    return frames
