"""Every kind of declaration as a JSON schema for editors, and all keys on one German page."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gkanalysis.codebook.categories import CATEGORIES
from gkanalysis.codebook.instrument import FORMS
from gkanalysis.codebook.interviews import INTERVIEWS
from gkanalysis.codebook.lists import LISTS
from gkanalysis.codebook.policy import POLICY
from gkanalysis.codebook.published import ACCEPTED, BINDINGS, RELATIONS
from gkanalysis.codebook.register import REGISTER
from gkanalysis.codebook.reports import REPORTS
from gkanalysis.codebook.sources import DATASET
from gkanalysis.codebook.words import WORDS

KINDS = (
    FORMS, INTERVIEWS, LISTS, CATEGORIES, REGISTER, WORDS, POLICY, REPORTS, RELATIONS, BINDINGS, ACCEPTED, DATASET,
)  # fmt: skip
DIALECT = "https://json-schema.org/draft/2020-12/schema"
FOLDER = Path("data/codebook")
HEAD = """\
# Was in den Dateien stehen kann

Diese Seite und die Schemata in `schema/` schreibt `gkanalysis schema` aus dem Programm; bitte nicht von Hand ändern.
Editoren mit YAML-Unterstützung (etwa Visual Studio Code mit der Erweiterung „YAML“) ergänzen und prüfen beim Schreiben,
wenn die erste Zeile der Datei ihr Schema nennt, wie `# yaml-language-server: $schema=schema/bogen.json`.
`[]` steht für jeden Eintrag einer Liste, `*` für jeden Namen eines Blocks. Tage und Nummern sind Texte: `"2.10"`, `"no"`.
"""


COLUMNS = ("| Schlüssel | Bedeutung | nötig | sonst gilt |", "|---|---|---|---|")


def schema_files() -> dict[Path, str]:
    """The schemata and the page: path below the project -> text.

    >>> files = schema_files()
    >>> json.loads(files[Path("data/codebook/schema/bericht.json")])["properties"]["title"]["description"]
    'Titel'
    """
    files, page = {}, [HEAD]
    for kind in KINDS:
        schema = _plain(kind.adapter.json_schema()) | {"$schema": DIALECT}
        schema["title"] = f"{kind.what}: {', '.join(kind.files)}"
        files[FOLDER / f"schema/{kind.id}.json"] = json.dumps(schema, ensure_ascii=False, indent=1) + "\n"
        page.append(f"## {kind.what} ({', '.join(kind.files)})\n\nSchema: `schema/{kind.id}.json`\n")
        page.append("\n".join([*COLUMNS, *_rows(schema, schema, "", set()), ""]))
    return files | {FOLDER / "README.md": "\n".join(page)}


def _plain(schema: Any) -> Any:
    """A schema without the names and English docstrings of the program."""
    if isinstance(schema, list):
        return [_plain(s) for s in schema]
    if not isinstance(schema, Mapping):
        return schema
    names = {"title", "description"} if "properties" in schema else {"title"}
    return {
        k: {n: _plain(s) for n, s in v.items()} if k in ("properties", "$defs") else _plain(v)
        for k, v in schema.items()
        if k not in names or not isinstance(v, str)
    }


def _rows(schema: Mapping[str, Any], here: Mapping[str, Any], path: str, seen: set[str]) -> Iterator[str]:
    """Key, meaning, whether it is needed, default of all keys below a place; a block that comes again is not repeated."""
    if "$ref" in here:
        name = here["$ref"].rpartition("/")[2]
        if name not in seen:
            yield from _rows(schema, schema["$defs"][name], path, seen | {name})
        return
    for other in (*here.get("anyOf", ()), *here.get("oneOf", ())):
        yield from _rows(schema, other, path, seen)
    if isinstance(here.get("items"), Mapping):
        yield from _rows(schema, here["items"], f"{path}[]", seen)
    if isinstance(here.get("additionalProperties"), Mapping):
        yield from _rows(schema, here["additionalProperties"], f"{path}.*" if path else "*", seen)
    kind = here.get("properties", {}).get("kind", {}).get("const")
    for name, value in here.get("properties", {}).items():
        full = ".".join(filter(None, (f"{path}({kind})" if kind else path, name)))
        default = value.get("default")
        is_said = default not in (None, "", []) and not isinstance(default, dict)
        shown = f"`{json.dumps(default, ensure_ascii=False)}`" if is_said else ""
        needed = "ja" if name in here.get("required", ()) else ""
        allowed = ", ".join(f"`{v}`" for v in value.get("enum", ()) if v)
        meaning = f"{value.get('description', '')}{f' ({allowed})' if allowed else ''}".replace("|", "\\|")
        yield f"| `{full}` | {meaning} | {needed} | {shown} |"
        yield from _rows(schema, value, full, seen)
