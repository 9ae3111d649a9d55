"""Things that people name by id: a misspelt one is answered with those there are, and the one probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from gkanalysis.core.errors import NotebookError

MOST = 12  # ids that a sentence lists; who has more looks into the codebook


def listed(known: Iterable[object], name: object = "") -> str:
    """Ids as a sentence lists them: the first dozen, and the one that a misspelt name probably means.

    Examples
    --------
    >>> listed(["besteht", "keine"], "bestehtt")
    'besteht, keine (gemeint ist wohl „besteht“)'
    >>> listed([])
    'keine'
    """
    ids = [str(k) for k in known]
    if not ids:
        return "keine"
    more = f" … ({len(ids)} insgesamt)" if len(ids) > MOST else ""
    return ", ".join(ids[:MOST]) + more + guess(name, ids)


def enumeration(words: Iterable[object]) -> str:
    """Words in a row as German prose has them; "" if there are none.

    Examples
    --------
    >>> enumeration(["2018", "2019", "2020"]), enumeration(["2018"])
    ('2018, 2019 und 2020', '2018')
    """
    *first, last = [str(w) for w in words] or [""]
    return f"{', '.join(first)} und {last}" if first else last


def guess(name: object, known: Iterable[object]) -> str:
    """What a misspelt name probably means, in brackets that follow the list of names; "" if nothing is near."""
    close = get_close_matches(str(name).strip(), [str(k) for k in known], n=1, cutoff=0.7)
    return f" (gemeint ist wohl „{close[0]}“)" if close else ""


class Known(dict[str, Any]):
    """A mapping by id that answers an unknown one in German; `.get` and `in` are those of a dict.

    Parameters
    ----------
    content : id -> thing
    what : what the ids name, with its place, and what follows the id: ("Frage", "gibt es in prozess-2020 nicht")
    hint : what else to say to those who name something of another kind: id -> sentence

    Raises
    ------
    NotebookError
        For an id that is not there; the sentence lists those that are.

    Examples
    --------
    >>> Known({"ja": "Ja"}, ("Antwort", "gibt es bei Frage „1.1“ nicht"))["jaa"]
    Traceback (most recent call last):
        ...
    gkanalysis.core.errors.NotebookError: Antwort „jaa“ gibt es bei Frage „1.1“ nicht; vorhanden sind ja (gemeint ist wohl „ja“).
    """

    def __init__(
        self, content: Mapping[str, Any], what: tuple[str, str], hint: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(content)
        self.what, self.hint = what, dict(hint or {})

    def __missing__(self, name: object) -> Any:
        said = f"{self.what[0]} „{name}“ {self.what[1]}; "
        raise NotebookError(said + self.hint.get(str(name), f"vorhanden sind {listed(self, name)}") + ".")
