"""Checked definitions of reports without their files, and the documents that chapters would have made for them."""

import json

from gkanalysis.codebook.reports import Report


def made(**more):
    """A report with what `more` says of it."""
    known = {"id": "b", "title": "T", "authors": ("A",), "institution": "I", "date": "2019", "language": "de"}
    return Report.model_construct(**known | {"sources": (), "chapters": (), "description": "D"} | more)


def document(folder, text, exhibits, synthetic, raw_files):
    """A text with exhibits, whose files lie in `folder`, as a chapter „eins“ leaves it."""
    for exhibit in exhibits:
        exhibit.save(folder / "eins")
    records = json.loads(json.dumps([e.record() for e in exhibits]))
    return {
        "markdown": text, "exhibits": {r["id"]: r | {"chapter": "eins"} for r in records}, "synthetic": synthetic,
        "dataset": "Probe_daten", "raw_files": raw_files, "version": "1.2.3",
    }  # fmt: skip
