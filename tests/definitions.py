"""Checked definitions of reports without their files."""

from gkanalysis.codebook.reports import Report


def made(**more):
    """A report with what `more` says of it."""
    known = {"id": "b", "title": "T", "authors": ("A",), "institution": "I", "date": "2019", "language": "de"}
    return Report.model_construct(**known | {"sources": (), "chapters": (), "description": "D"} | more)
