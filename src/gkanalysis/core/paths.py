"""Where things are. Shipped data build in the repository's folders, a folder of one's own builds apart.

The two cannot mix: outputs from another data folder go below `confidential/`, which git ignores. Nor can two
data folders of the same name: the results say which one they belong to.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gkanalysis.core.errors import UsageError
from gkanalysis.core.rawstate import StateError, claim_folder, results_folder

CERTIFICATE = ("verification.html", "verification.json", "codecheck.yml")  # what `make verify` puts beside a report


@dataclass(frozen=True, slots=True)
class ProjectPaths:
    """Folders of one build.

    >>> ProjectPaths.of(Path("."), Path("data/raw")).processed.as_posix()
    'data/processed'
    >>> ProjectPaths.of(Path("."), Path("/srv/echt")).processed.as_posix()
    'confidential/echt/processed'
    """

    root: Path
    data: Path
    interim: Path
    processed: Path
    build: Path
    reports: Path

    @classmethod
    def of(cls, root: Path, data: Path) -> ProjectPaths:
        """Folders for a project and a data folder; creates nothing but the note whose results these are."""
        folder = results_folder(str(data), str(root))
        if not folder:
            build = root / "build"
            return cls(root, root / data, build / "interim", root / "data/processed", build, root / "reports")
        work = root / folder
        try:
            if (root / data).is_dir():
                claim_folder(str(work), str(root / data))
        except StateError as error:
            raise UsageError(str(error)) from None
        build = work / "build"
        return cls(root, root / data, build / "interim", work / "processed", build, work / "reports")

    @property
    def codebooks(self) -> Path:
        """Folder of the codebooks."""
        return self.root / "data/codebook"

    def codebook(self, source: str) -> Path:
        """Codebook of a source: `strukturen-2018` is read by `strukturen.yml` unless it has one of its own."""
        for name in (source, source.rpartition("-")[0]):
            if name and (self.codebooks / f"{name}.yml").exists():
                return self.codebooks / f"{name}.yml"
        remedy = f"{self.if_copy(source)}bitte dort „{source}.yml“ anlegen"
        raise UsageError(f"Für die Quelle „{source}“ fehlt ein Codebuch in „{self.codebooks}“: {remedy}.")

    def if_copy(self, source: str) -> str:
        """What to do with a folder if it is a copy of another one, whose name is in its own, as a clause; else ""."""
        others = sorted(p.name for p in self.data.iterdir() if p.is_dir()) if self.data.is_dir() else ()
        of = next((name for name in others if name != source and name in source), "")
        return of and f"ist der Ordner eine Kopie von „{of}“, bitte aus „{self.data}“ herausnehmen, sonst "


def project_root(start: Path | None = None) -> Path:
    """The folder with `pyproject.toml` and codebooks at or above the working directory."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "pyproject.toml").exists() and (folder / "data/codebook").is_dir():
            return folder
    raise UsageError("Bitte im Ordner des Projekts arbeiten; „pyproject.toml“ wurde nicht gefunden.")
