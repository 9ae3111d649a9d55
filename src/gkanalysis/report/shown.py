"""The output of a cell that shows an exhibit, as JupyterLab and the renderer read it."""

from __future__ import annotations

from typing import Any

from gkanalysis.report.exhibits import Exhibit
from gkanalysis.report.quotations import Quotation


class Shown:
    """The output of a cell that shows an exhibit: a page for people, an id for the renderer."""

    MIME = "application/vnd.gkanalysis.exhibit+json"

    def __init__(self, exhibit: Exhibit | Quotation) -> None:
        self._exhibit = exhibit

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return {
            self.MIME: {"id": self._exhibit.id},
            "text/html": self._exhibit._repr_html_(),
            "text/plain": self._exhibit.caption,
        }
