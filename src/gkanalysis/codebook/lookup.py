"""Items, answers and sets of a codebook by id: an unknown one is answered in German, and with what shows the other kinds."""

from __future__ import annotations

from gkanalysis.codebook.instrument import Codebook, Item
from gkanalysis.core.errors import NotebookError
from gkanalysis.core.lookup import Known

# kind of an item -> what it is called, and what shows it
KINDS = {
    "single": "eine Frage mit einer Antwort (Notebook 21_einzelfrage mit item_id)",
    "tick": "ein Kästchen zum Ankreuzen (Notebook 20_mehrfach mit der set_id seiner Mehrfachantworten)",
    "text": "eine offene Frage (Notebook 24_offene_antworten mit item_id, wenn „kategorien.yml“ Kategorien zu ihr hat)",
    "number": "eine Frage nach einer Zahl (dafür gibt es kein fertiges Notebook; die Zahlen gibt chapter.responses)",
}


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
    return book.model_copy(
        update={
            "items": Known(book.items, ("Frage", absent), as_set),
            "sets": Known(book.sets, ("Mehrfachantworten", absent), as_item),
        }
    )


def kind_words(book: Codebook, item: Item) -> str:
    """What kind of question an item is, and which notebook shows it.

    Examples
    --------
    >>> from gkanalysis.codebook.instrument import read_codebook
    >>> book = read_codebook("data/codebook/prozess.yml")
    >>> kind_words(book, book.items["2.T1.2"])
    'ein Kästchen zum Ankreuzen (Notebook 20_mehrfach mit set_id: themen)'
    """
    own = [s for s, d in book.sets.items() if (d.part, d.column) == (item.part, item.column)]
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
