"""What the tests of verification share: the project's report."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from gkanalysis import __version__
from gkanalysis.codebook.reports import Report, read_report
from gkanalysis.verify.release import make_manifest
from tools.project import REPORT


@dataclass(frozen=True)
class Rebuilt:
    """A finished build in a project of its own, with published figures and a manifest of itself; only read."""

    root: Path
    folder: Path
    report: Report


@pytest.fixture(scope="session")
def rebuilt(finished, tmp_path_factory):
    """The report of 2019 in a copy of the project."""
    others = [p.stem for p in (finished / "reports").glob("*.yml") if p.stem != REPORT]
    root = tmp_path_factory.mktemp("neubau") / "gk"
    shutil.copytree(finished, root, ignore=shutil.ignore_patterns(*others))
    folder = root / "reports" / REPORT
    manifest = json.dumps(make_manifest(folder, REPORT, __version__, root), ensure_ascii=False)
    (root / "reports" / f"{REPORT}.manifest.json").write_text(manifest, encoding="utf-8")
    return Rebuilt(root, folder, read_report(root, REPORT))
