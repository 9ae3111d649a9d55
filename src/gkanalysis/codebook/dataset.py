"""What a data folder says of itself: its title, and whether its data are invented."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from gkanalysis.codebook.declared import AnyText, Declaration, Declared, Flag, Text, key
from gkanalysis.core.errors import IngestError


class Dataset(Declared):
    """`dataset.yml` of a data folder."""

    title: Text = key("Name der Daten, wie Berichte ihn nennen")
    synthetic: Flag = key("true: alles ist erfunden, jede Seite sagt es; false: wirkliche Angaben")
    note: AnyText = key("was sonst zu den Daten zu sagen ist", "")
    licence: AnyText = key("Lizenz", "")


def read_dataset(data: Path) -> dict[str, Any]:
    """What the data folder says of itself: title, and whether its data are synthetic.

    Raises
    ------
    IngestError
        If `dataset.yml` is missing or does not say so; nothing is assumed.
    """
    return DATASET.read(data / "dataset.yml")[1]


DATASET = Declaration(
    "daten", "Beschreibung der Daten", Dataset, ("data/raw/dataset.yml",), error=IngestError,
    hint="Nötig sind „title: …“ und „synthetic: true“ oder „synthetic: false“.",
)  # fmt: skip
