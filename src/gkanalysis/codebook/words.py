"""The declared words for shares, comparisons and ranks, `data/codebook/woerter.yml`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from gkanalysis.codebook.declared import Declaration, Declared, Flag, Number, Slips, Some, Text, key

Share = Annotated[Number, Field(ge=0, le=1)]


class ShareWords(Declared):
    """Words that stand for a range of shares."""

    words: Some[Text] = key("Wörter, die im Text stehen dürfen")
    least: Share = key("kleinster Anteil, von 0 bis 1")
    most: Share = key("größter Anteil, von 0 bis 1")
    with_least: Flag = key("true: der kleinste Anteil gehört selbst dazu", False)
    with_most: Flag = key("true: der größte Anteil gehört selbst dazu", False)


class Words(Declared):
    """All declared words."""

    shares: Some[ShareWords] = key("Wörter für Anteile")
    more: Some[Text] = key("mehr als der Vergleich")
    fewer: Some[Text] = key("weniger als der Vergleich")
    same: Some[Text] = key("gleich viel wie der Vergleich")
    most: Some[Text] = key("der häufigste Wert")
    least: Some[Text] = key("der seltenste Wert")
    unsurpassed: Some[Text] = key("kein anderer Wert ist häufiger; andere können gleich sein")


def read_words(path: Path) -> Words:
    """Read and check the words.

    Raises
    ------
    CodebookError
        If the file cannot be read, or something in it is missing, unknown or of the wrong kind.
    """
    return WORDS.read(path)[0]


def _slips(words: Words, plain: Any) -> Slips:
    for k, share in enumerate(words.shares):
        if share.least > share.most:
            yield ("shares", k), f"„least: {share.least}“ ist größer als „most: {share.most}“"


WORDS = Declaration("woerter", "Wörter", Words, ("data/codebook/woerter.yml",), _slips, "sind")
