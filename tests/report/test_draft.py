"""A draft says on every page what it is, lies below `confidential/`, and is not stopped by what it must not give away."""

from pathlib import Path

from gkanalysis.core.paths import ProjectPaths
from gkanalysis.report.document import data_mark, data_sign


def test_a_draft_is_marked_and_lies_apart(monkeypatch):
    """The switch is the environment's, as make passes it on; without it nothing is a draft."""
    shipped = ProjectPaths.of(Path("."), Path("data/raw"))
    assert (data_sign(True), shipped.reports.as_posix()) == ("Synthetische Daten", "reports")
    monkeypatch.setenv("ENTWURF", "1")
    draft = ProjectPaths.of(Path("."), Path("data/raw"))
    assert draft.reports.as_posix() == "confidential/entwurf-raw/reports"
    assert data_sign(False) == "ENTWURF · Vertraulich"
    assert data_mark(True).startswith("ENTWURF für Kolleginnen und Kollegen: nicht weitergeben")
