"""Quotations as exhibits: verbatim but for marked cuts and bracketed descriptions, without a trace to the speaker.

A notebook names a quotation by an id made from its own words: who does not have the transcripts cannot tell from
it which interview it comes from. The wording to print is checked against the stored segment, so that nothing but
the permitted changes can get in.
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from gkanalysis.core.errors import NotebookError
from gkanalysis.disclosure.verbatim import plain_words, quote_id
from gkanalysis.report.shown import Shown

CUT = "[...]"
_CHANGE = re.compile(r"\[[^\[\]]*\]|(?<!\w)[XY](?!\w)")
_FEWEST_WORDS = 3


@dataclass(frozen=True)
class Quotation(Shown):
    """A quotation ready to print: `text` without quotation marks, `quote_id` its origin."""

    id: str
    quote_id: str
    text: str
    invented: bool = False

    @property
    def caption(self) -> str:
        """The quotation as a line."""
        return in_quotation_marks(self.text)

    def save(self, folder: Path) -> None:
        """Nothing lies beside a quotation: its words are in the chapter file."""

    def record(self) -> dict[str, Any]:
        """What the chapter file keeps."""
        return {"id": self.id, "kind": "quotation", "label": ""} | asdict(self)

    def _repr_html_(self) -> str:
        return f"<blockquote>{html.escape(self.caption)}</blockquote>"


def check_quotation(printed: str, stored: str) -> None:
    """Refuse a wording that is not the stored one but for cuts `[...]`, descriptions `[Amt]` and X or Y.

    So other changed words are refused, a cut mark that cuts nothing, a torn word, and where hardly anything is left.

    >>> check_quotation("In X kannten wir [...] uns schon.", "In Musterstadt kannten wir ja alle uns schon.")
    >>> check_quotation("Wir kannten uns gut.", "Wir kannten uns schon.")
    Traceback (most recent call last):
    ...
    gkanalysis.core.errors.NotebookError: Im Zitat weicht „Wir kannten uns gut.“ vom Transkript ab; erlaubt sind Kürzungen [...], Beschreibungen in eckigen Klammern, X und Y.
    """
    text, wanted = plain_words(stored), plain_words(printed)
    fragments = [f.strip() for f in _CHANGE.split(wanted)]
    changes = _CHANGE.findall(wanted)
    if sum(len(f.split()) for f in fragments) < _FEWEST_WORDS:
        raise NotebookError(f"Das Zitat „{printed}“ besteht fast nur aus Kürzungen.")
    if (changes and not fragments[0] and changes[0] == CUT) or (changes and not fragments[-1] and changes[-1] == CUT):
        raise NotebookError(f"Das Zitat „{printed}“ beginnt oder endet mit einer Kürzung; die Marke kann entfallen.")
    for number in range(1, len(fragments) + 1):
        if not re.search(_pattern(fragments[:number]), text):
            raise NotebookError(_difference(fragments[:number], changes, text))


def _pattern(fragments: Sequence[str], gap: str = r"\s*\S.*?") -> str:
    """The fragments as whole words, with something cut or replaced between them."""
    bound = (
        (r"(?<!\w)" if f[:1].isalnum() else "") + re.escape(f) + (r"(?!\w)" if f[-1:].isalnum() else "")
        for f in fragments
    )
    return gap.join(bound)


def _difference(fragments: Sequence[str], changes: Sequence[str], text: str) -> str:
    """What is wrong with the last of the fragments."""
    last = fragments[-1]
    if last and re.search(_pattern(fragments, r"\s*"), text):
        return f"Vor „{last}“ steht {changes[len(fragments) - 2]}, aber dort fehlt nichts."
    return (
        f"Im Zitat weicht „{last}“ vom Transkript ab; "
        "erlaubt sind Kürzungen [...], Beschreibungen in eckigen Klammern, X und Y."
    )


def find_segment(segments: pd.DataFrame, wanted: str) -> str:
    """The text of the segment with a quote id; there is none if the transcript or its coding has changed."""
    for text in segments["text"].dropna().unique():
        if quote_id(text) == wanted:
            return str(text)
    raise NotebookError(
        f"Zum Zitat „{wanted}“ gibt es keine codierte Stelle; Transkript oder Codierung haben sich geändert. Bitte das Zitat neu wählen."
    )


def draw_speaker(wanted: str, declared: Mapping[str, Any]) -> dict[str, str]:
    """How the speaker of a quotation is called: female and male forms at random, from seed and quotation alone.

    >>> forms = {"seed": 1, "female": {"nominative": "eine Befragte"}, "male": {"nominative": "ein Befragter"}}
    >>> draw_speaker("q1", forms) == draw_speaker("q1", forms)
    True
    """
    digest = hashlib.sha256(f"{declared['seed']}:{wanted}".encode()).digest()
    return dict(declared["female" if digest[0] % 2 else "male"])


def in_quotation_marks(text: str) -> str:
    """A text in German quotation marks, with single ones inside.

    >>> in_quotation_marks("Das Wort „Vorsicht“ reicht.")
    '„Das Wort ‚Vorsicht‘ reicht.“'
    """
    return f"„{text.replace('„', '‚').replace('“', '‘')}“"
