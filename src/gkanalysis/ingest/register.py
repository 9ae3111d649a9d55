"""The register of alliances: read against its codebook, with the frames that nested tables count in."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import yaml

from gkanalysis.errors import CodebookError, ValidationError
from gkanalysis.ingest.tables import check_rows, read_rows


def read_register_codebook(path: Path) -> dict[str, Any]:
    """The declaration of the register: tables, types, nested tables."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise CodebookError(f"Codebuch „{path}“ ist nicht lesbar: {error}.") from None


def read_register(data: Path, codebook: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Read and check the tables of the register.

    Returns
    -------
    table id -> DataFrame, one row per unit, in the order of the file; counts are nullable integers

    Raises
    ------
    ValidationError
        With every finding at once: repeated ids, unknown values, missing values, impossible counts,
        units that an alliance names and the register lacks.
    """
    frames, problems = {}, []
    for table_id, table in codebook["tables"].items():
        path = data / table["file"]
        columns = [c["name"] for c in table["columns"]]
        optional = [c["name"] for c in table["columns"] if c.get("optional")]
        rows = read_rows(path, columns, optional=optional)
        problems += check_rows(rows, table, path)
        frames[table_id] = pd.DataFrame(rows, columns=[*columns, "row"])
    for table_id, table in codebook["tables"].items():
        for column in table["columns"]:
            if target := column.get("references"):
                known = set(frames[target][codebook["tables"][target]["key"]])
                for row in frames[table_id].itertuples():
                    if (value := getattr(row, column["name"])) not in known:
                        problems.append(
                            f"„{data / table['file']}“, Zeile {row.row}: {column['name']} „{value}“ steht nicht in "
                            f"„{codebook['tables'][target]['file']}“."
                        )
    if problems:
        raise ValidationError("Das Register ist nicht stimmig:\n" + "\n".join(f"  {p}" for p in problems))
    for table_id, table in codebook["tables"].items():
        for column in table["columns"]:
            if column["kind"] == "count":
                values = frames[table_id][column["name"]].replace("", pd.NA)
                frames[table_id][column["name"]] = pd.to_numeric(values).astype("Int64")
        frames[table_id] = frames[table_id].drop(columns="row")
    return frames


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
    towns = alliances[alliances["type"] == "kreisangehoerige_kommune"]
    county_level = alliances[alliances["type"] == "kreis"].set_index("unit_id")
    counties["joined_n"] = counties["unit_id"].map(county_level["joined_n"]).fillna(0).astype("Int64")
    counties["own_n"] = counties["unit_id"].map(towns["unit_id"].value_counts()).fillna(0).astype("Int64")
    counties["participating_n"] = counties["joined_n"] + counties["own_n"]
    joined, members = counties["joined_n"], counties["municipalities_n"]
    counties["joined_class"] = "wenige"
    counties.loc[2 * joined >= members, "joined_class"] = "haelfte"
    counties.loc[joined == members, "joined_class"] = "alle"
    counties.loc[counties["has_alliance"] == "nein", "joined_class"] = "keine"
    return frames
