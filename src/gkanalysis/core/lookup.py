"""Things that people name by id: a misspelt one is answered with those there are, and the one probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

from gkanalysis.codebook.instrument import Codebook, Item
from gkanalysis.core.errors import NotebookError

MOST = 12  # ids that a sentence lists; who has more looks into the codebook
# kind of an item -> what it is called, and what shows it
KINDS = {
    "single": "eine Frage mit einer Antwort (Notebook 21_einzelfrage mit item_id)",
    "tick": "ein Kästchen zum Ankreuzen (Notebook 20_mehrfach mit der set_id seiner Mehrfachantworten)",
    "text": "eine offene Frage (Notebook 24_offene_antworten mit item_id, wenn „kategorien.yml“ Kategorien zu ihr hat)",
    "number": "eine Frage nach einer Zahl (dafür gibt es kein fertiges Notebook; die Zahlen gibt chapter.responses)",
}


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


def meant(name: str, known: Iterable[str]) -> str:
    """A sentence on what a name probably means, "" if nothing is near; it follows the sentence that it is missing."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.8)
    return f" Oder ist „{close[0]}“ gemeint?" if close else ""


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


def checked_codebook(book: Codebook, source: str) -> Codebook:
    """A codebook whose items and sets answer an unknown id in German.

    Raises
    ------
    NotebookError
        If the codebook is of another wave than the source: `prozess.yml` is found for any year of its instrument.

    Examples
    --------
    >>> from gkanalysis.codebook.instrument import read_codebook
    >>> checked_codebook(read_codebook("data/codebook/prozess.yml"), "prozess-2020").sets["thema"]
    Traceback (most recent call last):
        ...
    gkanalysis.core.errors.NotebookError: Mehrfachantworten „thema“ gibt es in prozess-2020 nicht; vorhanden sind themen (gemeint ist wohl „themen“).
    """
    if book.source != source:
        raise NotebookError(
            f"Die Welle „{source}“ gibt es nicht; das Codebuch ihres Instruments beschreibt „{book.source}“."
        )
    absent = f"gibt es in {book.source} nicht"
    as_set = {
        s: f"es sind Mehrfachantworten, die das Notebook 20_mehrfach mit set_id: {s} zeigt" for s in book.sets
    }
    as_item = {i.id: f"es ist {kind_words(book, i)}" for i in book.items.values()}
    return replace(
        book,
        items=Known(book.items, ("Frage", absent), as_set),
        sets=Known(book.sets, ("Mehrfachantworten", absent), as_item),
    )  # fmt: skip


def kind_words(book: Codebook, item: Item) -> str:
    """What kind of question an item is, and which notebook shows it.

    Examples
    --------
    >>> from gkanalysis.codebook.instrument import read_codebook
    >>> book = read_codebook("data/codebook/prozess.yml")
    >>> kind_words(book, book.items["2.T1.2"])
    'ein Kästchen zum Ankreuzen (Notebook 20_mehrfach mit set_id: themen)'
    """
    own = [s for s, d in book.sets.items() if (d["part"], d["column"]) == (item.part, item.column)]
    said = KINDS.get(item.kind, f"von der Art „{item.kind}“")
    return said.replace("der set_id seiner Mehrfachantworten", f"set_id: {own[0]}") if own else said


def answer_labels(book: Codebook, item_id: str) -> Known:
    """Answer -> printed label of a single choice, in the order of the form.

    Raises
    ------
    NotebookError
        If the codebook has no such item, or it is no single choice; then the sentence says what shows it.

    Examples
    --------
    >>> from gkanalysis.codebook.instrument import read_codebook
    >>> dict(answer_labels(read_codebook("data/codebook/prozess.yml"), "1.1"))
    {'ja': 'Ja', 'nein': 'Nein'}
    """
    item = checked_codebook(book, book.source).items[item_id]
    if item.kind != "single":
        raise NotebookError(
            f"Frage „{item_id}“ ({item.label}) in {book.source} hat keine Antworten zur Auswahl, sie ist {kind_words(book, item)}."
        )
    where = f"gibt es bei Frage „{item_id}“ in {book.source} nicht"
    return Known({o.id: o.label for o in item.options}, ("Antwort", where))


def set_labels(book: Codebook, set_id: str) -> Known:
    """Item -> printed label of a multiple response set, in the order of the form.

    Raises
    ------
    NotebookError
        If the codebook has no such set.
    """
    items = checked_codebook(book, book.source).set_items(set_id)
    where = f"gibt es bei den Mehrfachantworten „{set_id}“ in {book.source} nicht"
    return Known({i: book.items[i].label for i in items}, ("Antwort", where))


def require_base(base_n: int, what: str) -> None:
    """Refuse what nobody answered: „0 von 0“ is no finding.

    Raises
    ------
    NotebookError
        If the base is empty.
    """
    if not base_n:
        raise NotebookError(
            f"{what}: dazu hat kein Bündnis geantwortet, und „0 von 0“ ist kein Ergebnis; bitte das Kapitel weglassen, bis "
            "Antworten vorliegen, oder prüfen, ob Welle und Frage stimmen."
        )
