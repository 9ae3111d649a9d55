"""The declared words for shares, comparisons and ranks, `data/codebook/woerter.yml`."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gkanalysis.core.errors import CodebookError


class ShareWords(BaseModel):
    """Words that stand for a range of shares."""

    model_config = ConfigDict(extra="forbid")
    words: list[str] = Field(min_length=1, description="Wörter, die im Text stehen dürfen")
    least: float = Field(ge=0, le=1, description="kleinster Anteil")
    most: float = Field(ge=0, le=1, description="größter Anteil")
    with_least: bool = Field(False, description="ob der kleinste Anteil selbst dazugehört")
    with_most: bool = Field(False, description="ob der größte Anteil selbst dazugehört")


class Words(BaseModel):
    """All declared words."""

    model_config = ConfigDict(extra="forbid")
    shares: list[ShareWords] = Field(description="Wörter für Anteile")
    more: list[str] = Field(description="mehr als der Vergleich")
    fewer: list[str] = Field(description="weniger als der Vergleich")
    same: list[str] = Field(description="gleich viel wie der Vergleich")
    most: list[str] = Field(description="der häufigste Wert")
    least: list[str] = Field(description="der seltenste Wert")


def read_words(path: Path) -> Words:
    """Read and check the words.

    Raises
    ------
    CodebookError
        If the file cannot be read, or something in it is missing, unknown or of the wrong kind.
    """
    try:
        return Words.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise CodebookError(f"„{path}“ ist nicht lesbar: {error}") from None
