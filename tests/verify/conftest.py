"""What the tests of verification share: the project's report, rebuilt once as `make verify` does it."""

import json
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

from gkanalysis import __version__
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.data import Data
from gkanalysis.report.definition import read_report
from gkanalysis.verify.rebuild import rebuilt_report
from gkanalysis.verify.release import make_manifest
from tools.project import REPORT, ROOT


@dataclass(frozen=True)
class Rebuilt:
    """A finished build in a project of its own, with published figures and a manifest of itself; only read."""

    folder: Path

    @property
    def root(self):
        """The project."""
        return self.folder.parents[1]

    @property
    def paths(self):
        """Its folders."""
        return ProjectPaths.of(self.root, Path("data/raw"))

    @property
    def report(self):
        """Its definition."""
        return read_report(self.root, REPORT)

    @cached_property
    def data(self):
        """Its data."""
        return Data(self.paths)

    @property
    def html(self):
        """The finished page."""
        return self.folder / f"{REPORT}.html"


@pytest.fixture(scope="session")
def rebuilt():
    """The report of 2019, from the received data in an empty folder, offline, under other settings."""
    with rebuilt_report(ROOT, REPORT) as folder:
        root = folder.parents[1]
        shutil.copytree(ROOT / "data/published", root / "data/published")
        manifest = make_manifest(folder, REPORT, __version__, root)
        path = root / "reports" / f"{REPORT}.manifest.json"
        path.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
        yield Rebuilt(folder)
