"""What a data folder says of itself: its title, and whether its data are invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gkanalysis.codebook import declared as d
from gkanalysis.core.errors import IngestError


class _Dataset(d.Declared):
    title: d.Text = d.key("Name der Daten, wie Berichte ihn nennen")
    synthetic: d.Flag = d.key("true: alles ist erfunden, jede Seite sagt es; false: wirkliche Angaben")
    note: d.AnyText = d.key("was sonst zu den Daten zu sagen ist", "")
    licence: d.AnyText = d.key("Lizenz", "")


DATASET = d.Declaration(
    "daten", "Beschreibung der Daten", _Dataset, ("data/raw/dataset.yml",), error=IngestError,
    hint="Nötig sind „title: …“ und „synthetic: true“ oder „synthetic: false“.",
)  # fmt: skip


def read_dataset(data: Path) -> dict[str, Any]:
    """`dataset.yml` of a data folder, as plain data; an `IngestError` if it does not say so, as nothing is assumed."""
    return DATASET.plain(data / "dataset.yml")
