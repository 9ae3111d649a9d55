"""The register of alliances: read against its codebook, with the frames that nested tables count in."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.core.errors import IngestError, ValidationError
from gkanalysis.ingest.tables import read_rows

TOWN = "kreisangehoerige_kommune"


def read_register(data: Path, codebook: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Read and check the tables of the register: one row per unit, in the order of the file; counts are nullable.

    A `ValidationError` has every finding at once: unreadable tables, repeated ids, unknown values, missing values,
    impossible counts, units that an alliance names and the register lacks or describes otherwise.
    """
    tables, problems = codebook["tables"], []
    rows_of: dict[str, list[dict[str, str]]] = {}
    names = {table_id: [c["name"] for c in table["columns"]] for table_id, table in tables.items()}
    for table_id, table in tables.items():
        optional = [c["name"] for c in table["columns"] if c.get("optional")]
        try:
            rows_of[table_id] = read_rows(data / table["file"], names[table_id], optional=optional)
        except IngestError as error:
            problems.append(str(error))
    for table_id, rows in rows_of.items():
        found = [*_row_problems(rows, tables[table_id]), *_lost_references(rows, tables[table_id], rows_of, tables)]
        if table_id == "buendnisse" and "gebiete" in rows_of:
            found += _unit_problems(rows_of["gebiete"], rows)
        problems += [f"„{data / tables[table_id]['file']}“, Zeile {row}: {problem}." for row, problem in found]
    if problems:
        raise ValidationError("Das Register ist nicht stimmig:\n" + "\n".join(f"  {p}" for p in problems))
    frames = {table_id: pd.DataFrame(rows, columns=names[table_id]) for table_id, rows in rows_of.items()}
    for table_id, frame in frames.items():
        counts = [c["name"] for c in tables[table_id]["columns"] if c["kind"] == "count"]
        frame[counts] = frame[counts].replace("", pd.NA).apply(pd.to_numeric).astype("Int64")
    return frames


def _row_problems(rows: Sequence[Mapping[str, str]], table: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Row and what is wrong with its key, or with a value that the codebook of its table does not allow."""
    seen: dict[str, str] = {}
    columns = {column["name"]: column for column in table["columns"]}
    for row in rows:
        if (key := row[table["key"]]) in seen:
            yield row["row"], f"{table['key']} „{key}“ steht schon in Zeile {seen[key]}"
        seen[key] = row["row"]
        for name, column in columns.items():
            unmet = {k: v for k, v in column.get("only_if", {}).items() if row[k] != v}
            is_open = any(_value_problem(row, columns[k]) for k in unmet)  # what rules the cell is itself wrong
            if unmet and not row[name]:
                continue
            if unmet and not is_open:
                allowed = " und ".join(f"{k} „{v}“" for k, v in unmet.items())
                advice = f"bitte leeren oder {' und '.join(unmet)} berichtigen"
                yield row["row"], f"{name} „{row[name]}“ ist nur bei {allowed} vorgesehen; {advice}"
            elif problem := _value_problem(row, column):
                yield row["row"], f"{name} {problem}"


def _value_problem(row: Mapping[str, str], column: Mapping[str, Any]) -> str:
    """What is wrong with the value of a column that may have one, as the end of a sentence."""
    if not (value := row[column["name"]]):
        return "" if column.get("optional") else f"fehlt ({column['label']})"
    if column["kind"] == "enum" and value not in column["options"]:
        return f"„{value}“ ist unbekannt; erlaubt sind {', '.join(column['options'])}"
    if column["kind"] == "count":
        n, limit = _whole(value), _whole(row.get(column.get("at_most", ""), ""))
        if n is None:
            return f"„{value}“ ist keine ganze Zahl"
        if limit is not None and n > limit:
            return f"({value}) ist größer als {column['at_most']} ({limit})"
    return ""


def _whole(text: str) -> int | None:
    """A count as it is written; None for anything else, and for more than a billion."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _lost_references(
    rows: Sequence[Mapping[str, str]], table: Mapping[str, Any], rows_of: Mapping[str, Any], tables: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Row and an id that the table of its kind lacks."""
    for column in (c for c in table["columns"] if c.get("references") in rows_of):
        name, target = column["name"], tables[column["references"]]
        there = {"", *(row[target["key"]] for row in rows_of[column["references"]])}
        lost = [(row["row"], row[name]) for row in rows if row[name] not in there]
        yield from ((row, f"{name} „{value}“ steht nicht in „{target['file']}“") for row, value in lost)


def _unit_problems(
    units: Sequence[Mapping[str, str]], alliances: Sequence[Mapping[str, str]]
) -> Iterator[tuple[str, str]]:
    """Row and what an alliance says that is not true of its unit; nested tables would count it nowhere or twice."""
    by_id = {u["unit_id"]: u for u in units}
    own_n = Counter(a["unit_id"] for a in alliances if a["type"] == TOWN)
    first_row: dict[str, str] = {}
    for a in alliances:
        name, row, is_town = a["unit_id"], a["row"], a["type"] == TOWN
        if name not in by_id:
            continue
        unit = by_id[name]
        if unit["type"] != ("kreis" if is_town else a["type"]):
            yield row, f"type „{a['type']}“ passt nicht zum Gebiet „{name}“ ({unit['type']})"
            continue
        for column in (c for c in a if c in unit and c not in ("unit_id", "name", "type", "row")):
            if a[column] != unit[column] and (a[column] or not is_town):
                yield row, f"{column} „{a[column]}“ ist im Gebiet „{name}“ „{unit[column]}“"
        if is_town:
            continue
        if name in first_row:
            yield row, f"das Gebiet „{name}“ hat schon ein Bündnis in Zeile {first_row[name]}"
        first_row[name] = row
        joined, own, members = map(_whole, (a["joined_n"], a["own_alliances_n"], unit["municipalities_n"]))
        if own is not None and own != own_n[name]:
            yield row, f"own_alliances_n ist {own}, das Register enthält {own_n[name]} solche Bündnisse"
        if None not in (joined, own, members) and joined + own > members:
            yield row, f"joined_n und own_alliances_n sind zusammen mehr als municipalities_n ({members})"


def register_frames(units: pd.DataFrame, alliances: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The frames that tables of the kind „x von y“ count in.

    From the units (cities and counties of the state) and the alliances: `kreisfreie_staedte` and `kreise` have one row
    per unit with `has_alliance` (ja, nein); counties also with `joined_n`, `own_n` (alliances run by municipalities of
    their own), `participating_n`, `outside_n` and `joined_class`: alle, haelfte (at least half, not all), wenige, or
    keine (no county alliance). `buendnisse` are the alliances.

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
    counties["outside_n"] = members.astype("Int64") - counties["participating_n"]
    counties["joined_class"] = "wenige"
    counties.loc[2 * joined >= members, "joined_class"] = "haelfte"
    counties.loc[joined == members, "joined_class"] = "alle"
    counties.loc[counties["has_alliance"] == "nein", "joined_class"] = "keine"
    return frames
