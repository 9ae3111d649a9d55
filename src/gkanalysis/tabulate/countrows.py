"""Declared rows of the kind "x of y": what to count, under which conditions, and of what.

Rows are data, written in YAML; a word that is not understood is refused with the words that are.
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gkanalysis.core.errors import TabulationError
from gkanalysis.tabulate.bases import quoted

OPERATORS: dict[str, Callable] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "in": lambda column, values: column.isin(values),
}

# What people call the entries of a YAML file.
YAML_KINDS = {str: "Text", int: "Zahl", list: "Liste", Mapping: "Abschnitt", object: "Wert"}


@dataclass(frozen=True)
class Condition:
    """One comparison of a column with a value: = != < <= > >=, or "in" with several values."""

    column: str
    operator: str
    value: object

    def __post_init__(self) -> None:
        if self.operator not in OPERATORS:
            raise TabulationError(
                f"Bedingung zu „{self.column}“: Der Vergleich „{self.operator}“ ist unbekannt, erlaubt sind "
                f"{quoted(OPERATORS, limit=len(OPERATORS))}; bitte einen davon angeben, in YAML in "
                "Anführungszeichen."
            )
        if (self.operator == "in") != isinstance(self.value, list | tuple):
            raise TabulationError(
                f"Bedingung zu „{self.column}“: Der Wert „{self.value}“ passt nicht zum Vergleich "
                f"„{self.operator}“, erlaubt ist bei „in“ eine Liste und sonst ein einzelner Wert; bitte beides "
                "aufeinander abstimmen."
            )
        if self.operator == "in":
            object.__setattr__(self, "value", tuple(self.value))

    @property
    def values(self) -> tuple:
        """All values compared with, one unless the operator is "in"."""
        return self.value if self.operator == "in" else (self.value,)


@dataclass(frozen=True)
class Count:
    """Number of rows of a frame that meet all conditions, or the sum of a column over them."""

    frame: str
    where: tuple[Condition, ...] = ()
    sum_of: str | None = None


@dataclass(frozen=True)
class CountRow:
    """One row "x of y"; `of` is None for a bare count, `level` its indentation below the row above."""

    id: str
    label: str
    count: Count
    of: Count | None = None
    level: int = 0


def count_row_from_mapping(mapping: Mapping) -> CountRow:
    """Count row from a mapping as a YAML file holds it.

    Parameters
    ----------
    mapping : mapping
        `id`, `label`, `count`, and if wanted `of` and `level`. `count` and `of` hold `frame`, and if wanted
        `where` (list of mappings with `column`, `operator`, `value`) and `sum_of`. YAML needs quotation marks
        around the operators.

    Returns
    -------
    CountRow

    Raises
    ------
    TabulationError
        If a key is unknown or lacking, or a value is of the wrong kind.

    Examples
    --------
    >>> count_row_from_mapping({
    ...     "id": "allied", "label": "Kreise mit Bündnis",
    ...     "count": {"frame": "districts",
    ...               "where": [{"column": "has_alliance", "operator": "=", "value": True}]},
    ... }).count
    Count(frame='districts', where=(Condition(column='has_alliance', operator='=', value=True),), sum_of=None)
    """
    place = "Zähltabelle"
    if isinstance(mapping, Mapping) and "id" in mapping:
        place += f", Zeile „{mapping['id']}“"
    fields = _fields(
        mapping, place, {"id": str, "label": str, "count": Mapping}, {"of": Mapping, "level": int}
    )
    for part in ("count", "of"):
        if part in fields:
            fields[part] = _count_from_mapping(fields[part], f"{place}, {part}")
    return CountRow(**fields)


def _count_from_mapping(mapping: Mapping, place: str) -> Count:
    """Count from its mapping."""
    fields = _fields(mapping, place, {"frame": str}, {"where": list, "sum_of": str})
    needed = {"column": str, "operator": str, "value": object}
    conditions = [_fields(entry, f"{place}, where", needed, {}) for entry in fields.pop("where", ())]
    return Count(where=tuple(Condition(**condition) for condition in conditions), **fields)


def _fields(mapping: object, place: str, needed: dict[str, type], optional: dict[str, type]) -> dict:
    """Entries of a mapping that are not empty; an unknown, lacking or unfit one is refused."""
    kinds = needed | optional
    allowed = ", ".join(f"„{key}“ ({YAML_KINDS[kind]})" for key, kind in kinds.items())
    if not isinstance(mapping, Mapping):
        raise TabulationError(
            f"{place}: „{mapping}“ ist kein Abschnitt mit Angaben, erlaubt sind {allowed}; bitte so angeben."
        )
    fields = {key: value for key, value in mapping.items() if value is not None}
    problems = {
        "unbekannt": [key for key in fields if key not in kinds],
        "nötig und fehlt": [key for key in needed if key not in fields],
        "von der falschen Art": [
            key for key in fields if not isinstance(fields[key], kinds.get(key, object))
        ],
    }
    for problem, keys in problems.items():
        if keys:
            raise TabulationError(
                f"{place}: Die Angabe {quoted(keys)} ist {problem}, erlaubt sind {allowed}; bitte berichtigen."
            )
    return fields
