"""The declared words for shares, comparisons and ranks, `data/codebook/woerter.yml`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from gkanalysis.codebook import declared as d

Share = Annotated[d.Number, Field(ge=0, le=1)]

KINDS = ("more", "fewer", "same", "most", "least", "unsurpassed")


class ShareWords(d.Declared):
    """Words that stand for a range of shares."""

    words: d.Some[d.Text] = d.key("Wörter, die im Text stehen dürfen")
    least: Share = d.key("kleinster Anteil, von 0 bis 1")
    most: Share = d.key("größter Anteil, von 0 bis 1")
    with_least: d.Flag = d.key("true: der kleinste Anteil gehört selbst dazu", False)
    with_most: d.Flag = d.key("true: der größte Anteil gehört selbst dazu", False)


class Words(d.Declared):
    """All declared words."""

    shares: d.Some[ShareWords] = d.key("Wörter für Anteile")
    more: d.Some[d.Text] = d.key("mehr als der Vergleich")
    fewer: d.Some[d.Text] = d.key("weniger als der Vergleich")
    same: d.Some[d.Text] = d.key("gleich viel wie der Vergleich")
    most: d.Some[d.Text] = d.key("der häufigste Wert")
    least: d.Some[d.Text] = d.key("der seltenste Wert")
    everyday: d.Many[d.Text] = d.key("Wörter, die auch anderes heißen und im Text ohne Zahl stehen dürfen", ())
    unsurpassed: d.Some[d.Text] = d.key("kein anderer Wert ist häufiger; andere können gleich sein")


def _slips(words: Words) -> d.Slips:
    for k, share in enumerate(words.shares):
        if share.least > share.most:
            yield ("shares", k), f"„least: {share.least}“ ist größer als „most: {share.most}“"
    known = {w for s in words.shares for w in s.words}.union(*(getattr(words, kind) for kind in KINDS))
    for k, word in enumerate(words.everyday):
        if word not in known:
            yield ("everyday", k), f"„{word}“ steht in keiner der Listen und muss hier nicht ausgenommen werden"


WORDS = d.Declaration("woerter", "Wörter", Words, ("data/codebook/woerter.yml",), _slips, "sind")
read_words = WORDS.read
