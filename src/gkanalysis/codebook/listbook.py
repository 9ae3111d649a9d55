"""The codebook of a list: a spreadsheet that the team keeps or received, with one declared table in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from gkanalysis.codebook.codebookcheck import load_yaml
from gkanalysis.core.errors import CodebookError
from gkanalysis.core.yamlproblem import why_unreadable
from gkanalysis.ingest.tablespec import TableSpec, table_spec

ALLIANCE = "case_id"  # a column of this name holds ids of the register
OWN = ("file", "sheet", "row", "place")  # columns that say where a row stands; a declared one would be lost


@dataclass(frozen=True)
class ListBook:
    """A checked codebook; `file` is the name of the spreadsheet in the source's folder, `wave` may be empty.

    `is_published` says that the list reproduces what is published: real facts, also beside invented answers.
    """

    instrument: str
    wave: str
    title: str
    file: str
    spec: TableSpec
    is_published: bool = False

    @property
    def source(self) -> str:
        """Name of the source and of its folder.

        >>> ListBook("log", "2019", "Log", "log.csv", TableSpec(())).source
        'log-2019'
        """
        return f"{self.instrument}-{self.wave}" if self.wave else self.instrument


def read_list_book(path: Path) -> ListBook:
    """Read the codebook of a list.

    It declares `instrument`, `wave`, `title`, `file`, `published`, and the table as `table_spec` takes it.

    Raises
    ------
    CodebookError
        If it cannot be read, or something is missing or wrong.
    """
    try:
        content: Any = load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CodebookError(f"Codebuch „{path}“ ist nicht lesbar: {why_unreadable(error)}.") from None
    content = content if isinstance(content, dict) else {}
    missing = [
        k for k in ("instrument", "title", "file") if not isinstance(content.get(k), str) or not content[k]
    ]
    if missing or Path(str(content.get("file", ""))).name != content.get("file", ""):
        wrong = f"es fehlt ein Text zu „{missing[0]}“" if missing else "„file“ ist kein Name einer Datei"
        raise CodebookError(f"Codebuch „{path}“: {wrong}; bitte berichtigen.")
    spec = table_spec(content, f"Codebuch „{path}“")
    if taken := [c.name for c in spec.columns if c.name in OWN]:
        raise CodebookError(
            f"Codebuch „{path}“: „{taken[0]}“ ist als Name einer Spalte vergeben (sie nennt die Stelle einer Zeile; vergeben "
            f"sind {', '.join(OWN)}); bitte die Spalte anders nennen, ihre Überschrift kann bleiben."
        )
    published = content.get("published", False)
    if not isinstance(published, bool):
        raise CodebookError(f"Codebuch „{path}“: „published“ ist true oder false; bitte berichtigen.")
    wave = str(content.get("wave") or "")
    return ListBook(content["instrument"], wave, content["title"], content["file"], spec, published)
