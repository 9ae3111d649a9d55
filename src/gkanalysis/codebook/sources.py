"""What a data folder says of itself, and sources of three kinds, whatever they are called, as their codebooks say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from importlib import import_module
from pathlib import Path
from typing import Any

from gkanalysis.codebook import declared as d
from gkanalysis.core.errors import CodebookError, IngestError, UsageError
from gkanalysis.core.paths import ProjectPaths


class _Dataset(d.Declared):
    title: d.Text = d.key("Name der Daten, wie Berichte ihn nennen")
    synthetic: d.Flag = d.key("true: alles ist erfunden, jede Seite sagt es; false: wirkliche Angaben")
    note: d.AnyText = d.key("was sonst zu den Daten zu sagen ist", "")
    licence: d.AnyText = d.key("Lizenz", "")


DATASET = d.Declaration(
    "daten", "Beschreibung der Daten", _Dataset, ("data/raw/dataset.yml",), error=IngestError,
    hint="Nötig sind „title: …“ und „synthetic: true“ oder „synthetic: false“.",
)  # fmt: skip


def read_dataset(data: Path) -> dict[str, Any]:
    """`dataset.yml` of a data folder, as plain data; an `IngestError` if it does not say so, as nothing is assumed."""
    return DATASET.plain(data / "dataset.yml")


@dataclass(frozen=True, slots=True)
class SourceKind:
    """One kind of source.

    `declares` is the key that only codebooks of this kind have, `reader` reads them; `label` is what was received, in
    German. `received` are patterns of what must lie in its folder, `part` is the part of it that is read. `interim` are
    the files that reading leaves; `tables` are those of the analysis.
    """

    id: str
    declares: str
    reader: str
    label: str
    received: tuple[str, ...]
    part: str
    interim: tuple[str, ...]
    tables: tuple[str, ...]

    def read(self, codebook: Path) -> Any:
        """The codebook of a source of this kind, checked."""
        module, _, name = self.reader.partition(":")
        return getattr(import_module(f"gkanalysis.codebook.{module}"), name)(codebook)


KINDS = (
    SourceKind(
        "forms", "parts", "instrument:read_codebook", "Bögen", ("forms",), "forms",
        ("responses.parquet", "reviews.csv", "forms.csv"),
        ("cases", "responses", "mentions", "findings", "losses", "forms", "questions"),
    ),
    SourceKind(
        "interviews", "codes", "interviews:read_interview_codebook", "Projekte", ("*.qdpx", "*.xlsx"), "lists",
        ("projects.parquet", "files.csv"),
        ("documents", "codes", "segments", "codings", "cases", "memos", "findings", "losses", "files", "questions"),
    ),
    SourceKind(
        "lists", "columns", "lists:read_list_book", "Liste", ("*",), "lists",
        ("rows.parquet", "found.parquet", "files.csv"), ("rows", "findings", "losses", "files", "questions"),
    ),
)  # fmt: skip


def received_sources(paths: ProjectPaths) -> dict[str, SourceKind]:
    """The sources of a data folder with their kinds: folders in which lies what their codebook describes.

    A folder with another codebook or none is taken for what it looks like, so that reading it says what is wrong; a
    folder without a codebook that holds neither forms nor projects is no source.
    """
    if not paths.data.is_dir():
        raise UsageError(f"Den Ordner „{paths.data}“ gibt es nicht; bitte --data prüfen.")
    sources = {}
    for folder in sorted(p for p in paths.data.iterdir() if p.is_dir() and p.name != "register"):
        names = [p.name.lower() for p in folder.iterdir()]
        lying = [k for k in KINDS if any(fnmatchcase(n, r) for n in names for r in k.received)]
        try:
            kinds = [source_kind(paths.codebook(folder.name))]
        except CodebookError:
            kinds = lying
        except UsageError:
            kinds = [k for k in lying if k.received != ("*",)]
        if kinds and kinds[0] in lying:
            if not re.fullmatch(r"[\w.-]+", folder.name):
                remedy = f"{paths.if_copy(folder.name)}bitte umbenennen"
                raise UsageError(f"Der Ordner „{folder}“ hat Leer- oder Sonderzeichen im Namen: {remedy}.")
            sources[folder.name] = kinds[0]
    return sources


def is_source_codebook(path: Path) -> bool:
    """Whether a codebook describes one source, whichever kind; others (register, policy, words) concern all."""
    try:
        source_kind(path)
    except CodebookError:
        return False
    return True


def source_kind(codebook: Path) -> SourceKind:
    """The kind of source that a codebook describes, told by its keys without reading all of it.

    >>> source_kind(Path("data/codebook/strukturen.yml")).id
    'forms'
    >>> source_kind(Path("data/codebook/reflexionsgespraeche.yml")).id
    'interviews'
    """
    try:
        lines = codebook.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        raise CodebookError(f"Codebuch „{codebook}“ ist nicht lesbar ({type(error).__name__}).") from None
    keys = {line.partition(":")[0].strip() for line in lines if line[:1].isalpha()}
    fitting = [kind for kind in KINDS if kind.declares in keys]
    if len(fitting) != 1:
        allowed = " oder ".join(f"„{kind.declares}“" for kind in KINDS)
        what = "Teile eines Bogens, Codes von Gesprächen oder Spalten einer Liste"
        raise CodebookError(f"Codebuch „{codebook}“ muss genau eines von {allowed} enthalten: {what}.")
    return fitting[0]
