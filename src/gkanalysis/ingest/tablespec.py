"""The declaration of a spreadsheet's table, as a codebook gives it: a new table is an edit to data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gkanalysis.core.errors import CodebookError
from gkanalysis.ingest.cellvalues import KINDS, Column, normalised


@dataclass(frozen=True)
class TableSpec:
    """A declared table: its columns, the sheet it is on, and the columns that identify a row.

    Attributes
    ----------
    columns : tuple of Column
    sheets : tuple of str
        Names that the sheet may have; empty: the only sheet with these headings, or a CSV file.
    key : tuple of str
        Columns whose values together may stand in one row only.
    """

    columns: tuple[Column, ...]
    sheets: tuple[str, ...] = ()
    key: tuple[str, ...] = ()


def table_spec(declaration: Mapping[str, Any], where: str = "Tabelle") -> TableSpec:
    """The declaration of a table from YAML: `sheet`, `key`, `columns`.

    Parameters
    ----------
    declaration : mapping
        `columns`: list of mappings with `name` and optionally `kind`, `titles`, `options` (list, or mapping
        from option to texts), `low`, `high`, `required`, `may_be_absent`; `sheet`: name or list of names;
        `key`: list.
    where : str
        What is declared, for the sentence of an error.

    Raises
    ------
    CodebookError
        With every mistake at once.

    Examples
    --------
    >>> spec = table_spec({"sheet": "Log", "key": ["id"], "columns": [{"name": "id", "titles": ["Kennung"]}]})
    >>> spec.columns[0].titles
    ('Kennung',)
    """
    problems: list[str] = []
    columns = []
    for number, declared in enumerate(declaration.get("columns") or [], 1):
        if not isinstance(declared, Mapping) or not isinstance(declared.get("name"), str):
            problems.append(f"Spalte {number} braucht einen Namen (name)")
            continue
        strange = sorted(map(str, set(declared) - set(Column.__dataclass_fields__)))
        problems += [
            f"Spalte „{declared['name']}“: „{key}“ ist keine Angabe zu einer Spalte" for key in strange
        ]
        column = _column({k: v for k, v in declared.items() if k not in strange})
        if column.kind not in KINDS or (column.kind == "option") != bool(column.options):
            problems.append(
                f"Spalte „{column.name}“: Art „{column.kind}“ ist unbekannt oder passt nicht zu den Vorgaben "
                f"(erlaubt: {', '.join(KINDS)})"
            )
        columns.append(column)
    headings = Counter(t for c in columns for t in {normalised(t) for t in (c.name, *c.titles)})
    problems += [f"die Überschrift „{h}“ gehört zu zwei Spalten" for h, n in headings.items() if n > 1]
    key = tuple(map(str, _listed(declaration.get("key"))))
    names = {c.name for c in columns}
    problems += [f"der Schlüssel nennt die unbekannte Spalte „{k}“" for k in key if k not in names]
    if not columns:
        problems.append("es ist keine Spalte angegeben")
    if problems:
        raise CodebookError(f"{where}: {'; '.join(problems)}; bitte die Angaben berichtigen.")
    return TableSpec(tuple(columns), tuple(map(str, _listed(declaration.get("sheet")))), key)


def _column(declared: Mapping[str, Any]) -> Column:
    """A column from its declaration; YAML may have read ids, titles and days as numbers and dates."""
    options = declared.get("options") or {}
    if not isinstance(options, Mapping):
        options = dict.fromkeys(_listed(options))
    fields = dict(declared)
    fields["options"] = {str(o): tuple(map(str, _listed(texts))) for o, texts in options.items()}
    fields["titles"] = tuple(map(str, _listed(declared.get("titles"))))
    if declared.get("kind") == "date":
        fields |= {k: str(declared[k]) for k in ("low", "high") if declared.get(k) is not None}
    return Column(**fields)


def _listed(value: Any) -> list[Any]:
    """A list from nothing, one thing or several."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
