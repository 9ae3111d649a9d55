"""What kinds of sources there are: received forms, coded interviews, lists. The codebook of a source says which it is.

Each kind has its steps and its tables; nothing depends on the name of a source.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gkanalysis.core.errors import CodebookError


@dataclass(frozen=True, slots=True)
class SourceKind:
    """One kind of source.

    `declares` is the key that only codebooks of this kind have; `label` is what was received, in German. `interim`
    are the files that reading leaves, the last of them being the target of make; `tables` are those of the analysis.
    """

    id: str
    declares: str
    label: str
    interim: tuple[str, ...]
    tables: tuple[str, ...]


KINDS = (
    SourceKind(
        "forms",
        "parts",
        "Bögen",
        ("responses.parquet", "reviews.csv", "forms.csv"),
        ("cases", "responses", "mentions", "findings", "losses", "forms", "questions"),
    ),
    SourceKind(
        "interviews",
        "codes",
        "Projekte",
        ("projects.parquet", "files.csv"),
        (
            *("documents", "codes", "segments", "codings", "cases", "memos"),
            *("findings", "losses", "files", "questions"),
        ),
    ),
    SourceKind(
        "lists",
        "columns",
        "Liste",
        ("rows.parquet", "found.parquet", "files.csv"),
        ("rows", "findings", "losses", "files", "questions"),
    ),
)


def source_kind(codebook: Path) -> SourceKind:
    """The kind of source that a codebook describes, told by its keys without reading all of it.

    Raises
    ------
    CodebookError
        If the file is missing or fits no kind, or several.

    Examples
    --------
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
        raise CodebookError(
            f"Codebuch „{codebook}“ muss genau eines von {allowed} enthalten: Teile eines Bogens, Kodes von Gesprächen oder Spalten einer Liste."
        )
    return fitting[0]
