"""The finished reports that lie in the project: accessible on a desk and a phone, and archivable.

Nothing is built here. What is not there is skipped; `make reports` makes all of them.
"""

from pathlib import Path

import pytest

from tools.axe import axe_violations, external_requests
from tools.system import needs
from tools.verapdf import verapdf

ROOT = Path(__file__).parents[2]
ELSEWHERE = {
    "zwischenbericht-2019",
    "folien-2022",
}  # built and looked at by test_html, test_typstpdf, test_slides*
REPORTS = sorted({p.stem for p in (ROOT / "reports").glob("*.yml")} - ELSEWHERE)


def finished(report, suffix):
    """A finished file of a report, or a skip."""
    path = ROOT / "reports" / report / f"{report}.{suffix}"
    if not path.exists():
        pytest.skip(f"„{path.name}“ ist nicht gebaut")
    return path


@needs("chromium")
@pytest.mark.parametrize("report", REPORTS)
def test_pages_are_accessible_and_offline(report):
    """axe finds nothing at either width, and the page asks for nothing."""
    page = finished(report, "html")
    assert {w: axe_violations(page, viewport=(w, 900)) for w in (1280, 390)} == {1280: [], 390: []}
    assert external_requests(page) == []


@needs("java", "jaxb")
def test_documents_meet_both_standards():
    """PDF/UA-1 and PDF/A-2a of all reports, in one run of the validator."""
    made = [p for r in REPORTS if (p := ROOT / "reports" / r / f"{r}.pdf").exists()]
    if not made:
        pytest.skip("kein Bericht ist gebaut")
    assert verapdf(made, ["ua1", "2a"]) == []
