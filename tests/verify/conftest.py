"""What the tests of verification share: the project's report, rebuilt once as `make verify` does it."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from gkanalysis import __version__
from gkanalysis.codebook.reports import Report, read_report
from gkanalysis.verify.rebuild import rebuilt_report
from gkanalysis.verify.release import make_manifest
from tools.project import REPORT, ROOT


@dataclass(frozen=True)
class Rebuilt:
    """A finished build in a project of its own, with published figures and a manifest of itself; only read."""

    root: Path
    folder: Path
    report: Report


@pytest.fixture(scope="session")
def rebuilt():
    """The report of 2019, from the received data in an empty folder, offline, under other settings."""
    with rebuilt_report(ROOT, REPORT) as folder:
        root = folder.parents[1]
        shutil.copytree(ROOT / "data/published", root / "data/published")
        manifest = json.dumps(make_manifest(folder, REPORT, __version__, root), ensure_ascii=False)
        (root / "reports" / f"{REPORT}.manifest.json").write_text(manifest, encoding="utf-8")
        yield Rebuilt(root, folder, read_report(root, REPORT))
