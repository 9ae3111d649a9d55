"""Tie what was found in a received form to the items of its codebook, with the certainty of each tie.

A place is found by the tag of its control, by its position in the tables, or by its printed label; a position counts
only if the printed labels agree. What contradicts itself or stands where no answer is expected goes to review.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gkanalysis.codebook.instrument import TICK_KINDS, Codebook
from gkanalysis.codebook.layout import FormTable, Slot
from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.answers import (
    EMPTY,
    Response,
    origin,
    read_choice,
    read_single,
    read_text,
    read_tick,
    respond,
)
from gkanalysis.ingest.placing import (
    Cell,
    Place,
    ReceivedTable,
    TablePlaces,
    align_tables,
    normalise,
    printed_labels,
)
from gkanalysis.ingest.word.model import PLACEHOLDERS, Field, WordForm

MIN_PRINTED = 0.5  # a form in which less than half of the printed labels is found is another document
NOT_FOUND = "Zeile, Spalte oder Zelle im Bogen nicht gefunden"
_CELL_PATH = re.compile(r".*/w:tc\[\d+\]")


@dataclass(frozen=True, slots=True)
class Review:
    """Something in a form that a person has to look at, with the item it may belong to."""

    item_id: str
    reason: str
    raw: str
    part: str
    place: str


@dataclass(slots=True)
class Match:
    """All responses of one form, in the order of the printed form, and what could not be tied."""

    version: str
    responses: list[Response] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)


class Matcher:
    """Matches forms of one instrument; the layout of each version is computed once.

    Examples
    --------
    >>> from gkanalysis.codebook.instrument import read_codebook
    >>> from gkanalysis.ingest.office import open_word_file
    >>> from gkanalysis.ingest.word.form import read_word_form
    >>> matcher = Matcher(read_codebook("data/codebook/strukturen.yml"))
    >>> path = "data/raw/strukturen-2018/forms/Kurzfassung Kreis Wollgras.docx"
    >>> with open_word_file(path) as package:
    ...     match = matcher.match(read_word_form(package), path)
    >>> match.version, [r.value for r in match.responses if r.item_id == "K.1"]
    ('kurz', ['Kreis Wollgras'])
    """

    def __init__(self, book: Codebook) -> None:
        self.book = book
        self.placeholders = frozenset(map(normalise, (*book.placeholders, *PLACEHOLDERS)))
        self.layouts = {version: book.tables(version) for version in book.versions}
        self.labels = {
            version: {table.number: printed_labels(table) for table in layout}
            for version, layout in self.layouts.items()
        }
        self.paragraphs = {v: frozenset(map(normalise, book.printed_paragraphs(v))) for v in book.versions}
        self.tags = {
            version: {name: s for table in layout for s in table.slots for name in (s.tag, s.bookmark)}
            for version, layout in self.layouts.items()
        }

    def match(self, form: WordForm, file: str) -> Match:
        """Tie the fields of a form to items.

        Raises
        ------
        IngestError
            If the document is not a form of this instrument.
        """
        tables = [ReceivedTable(t) for t in form.tables]
        best: tuple[int, str, dict[int, ReceivedTable]] | None = None
        for version, labels in self.labels.items():
            aligned = align_tables(labels, tables)
            found = sum(len(labels[number] & table.content) for number, table in aligned.items())
            printed = sum(map(len, labels.values()))
            if found >= MIN_PRINTED * printed and (best is None or 2 * found - printed > best[0]):
                best = (2 * found - printed, version, aligned)
        if best is None:
            raise IngestError(
                f"„{file}“ ist kein Bogen der {self.book.title}: die gedruckten Beschriftungen fehlen. "
                "Bitte prüfen, ob die Datei in diesen Ordner gehört."
            )
        return _FormMatch(self, best[1], form, tables).run(best[2])


class _FormMatch:
    """The work on one form."""

    def __init__(
        self, matcher: Matcher, version: str, form: WordForm, tables: Iterable[ReceivedTable]
    ) -> None:
        self.matcher, self.version, self.form = matcher, version, form
        self.tags = matcher.tags[version]
        self.texts = {t.number: t.texts for t in form.tables}
        self.result = Match(version)
        self.cells: dict[Cell, list[Field]] = defaultdict(list)
        self.tagged: dict[Slot, list[Field]] = defaultdict(list)
        self.used: set[int] = set()
        for f in form.fields:
            if f.table:
                self.cells[f.table, f.row, f.column].append(f)
            if slot := self.tags.get(f.tag):
                self.tagged[slot].append(f)
        starts: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for table, row, column in sorted(self.cells):
            starts[table][row].append(column)
        for received in tables:
            received.starts = starts[received.number]
        self.unread = self._unread_cells()

    def run(self, aligned: dict[int, ReceivedTable]) -> Match:
        places: dict[int, TablePlaces] = {}
        for layout in self.matcher.layouts[self.version]:
            found: Iterable[Place] = [(s, None, "") for s in layout.slots if not s.extra]
            if table := aligned.get(layout.number):
                found = places[table.number] = TablePlaces(
                    layout, table, self._tag_rows(layout, table.number)
                )
            by_item: dict[tuple[str, int], list[tuple[Slot, list[Field], str]]] = defaultdict(list)
            for slot, cell, how in found:
                fields, how, problem = self._fields(slot, cell, how)
                if problem:
                    self._review(slot.item_id, problem, fields)
                by_item[slot.item_id, slot.occurrence].append((slot, fields, how))
            for parts in by_item.values():
                response = self._response(parts)
                if not (parts[0][0].extra and response.state in EMPTY):
                    self.result.responses.append(response)
        self._leftovers(places)
        return self.result

    def _tag_rows(self, layout: FormTable, number: int) -> dict[int, int]:
        """Printed row -> the one received row in which the tags of its controls stand."""
        rows: dict[int, set[int]] = defaultdict(set)
        for slot in layout.slots:
            rows[slot.row].update(f.row for f in self.tagged.get(slot, ()) if f.table == number)
        return {row: found.pop() for row, found in rows.items() if len(found) == 1}

    def _unread_cells(self) -> dict[Cell, list[Field]]:
        """Cells with something in them that the reader does not understand, as fields in doubt."""
        if not self.form.skipped:
            return {}
        paths = {
            m[0]: (f.table, f.row, f.column) for f in self.form.fields if (m := _CELL_PATH.match(f.place))
        }
        unread: dict[Cell, list[Field]] = defaultdict(list)
        for s in self.form.skipped:
            inside = _CELL_PATH.match(s.place)
            if s.what == "drawing" and not s.text and not inside:
                continue  # a logo
            cell = paths.get(inside[0], (0, 0, 0)) if inside else (0, 0, 0)
            kind = (s.what, "", "", "unclear", "", s.text or s.what, "", "", ())
            unread[cell].append(Field(*kind, s.part, s.place, *cell, ("skipped",)))
        return unread

    def _fields(self, slot: Slot, cell: Cell | None, how: str) -> tuple[list[Field], str, str]:
        """The fields of a slot, how they were found ("" if not), and what is wrong with that."""
        if tagged := self.tagged.get(slot):
            places = {(f.table, f.row, f.column) for f in tagged}
            self.used.update(map(id, tagged))
            if len(places) > 1:
                return tagged, "", "Kennung steht an mehreren Stellen"
            (place,) = places
            if cell and place != cell:
                return tagged, "", "Kennung und Stelle im Bogen widersprechen sich"
            if not place[0]:
                return tagged, "tag", ""
            cell, how = place, "tag"
        if cell is None:
            return [], "", NOT_FOUND
        fields = [f for f in self.cells[cell] if self.tags.get(f.tag, slot) == slot]
        if (
            not fields
            and slot.option
            and all(self.tags[f.tag].item_id == slot.item_id for f in self.cells[cell])
        ):
            return [], how, ""  # the boxes of the other options: the choice says that this one is lacking
        if not fields:
            return [], "", "Kennung und Stelle im Bogen widersprechen sich"
        self.used.update(map(id, fields))
        if unread := self.unread.pop(cell, None):
            return [*fields, *unread], "", "Inhalt der Zelle wird nicht gelesen"
        return fields, how, ""

    def _response(self, parts: Sequence[tuple[Slot, list[Field], str]]) -> Response:
        slot, fields, how = parts[0]
        placeholders = self.matcher.placeholders
        if not all(how for _, _, how in parts):
            found = {id(f): f for _, fields, _ in parts for f in fields}
            return respond(slot, "illegible", "", found.values(), "none")
        if slot.option:
            options = [(option, found) for option, found, _ in parts]
            response, problems = read_single(options, how, self.tags, placeholders)
        else:
            first = fields[0]
            whole = self.texts.get(first.table, {}).get((first.row, first.column), "")
            read = read_choice if slot.choices else read_tick if slot.kind in TICK_KINDS else read_text
            response, problems = read(slot, fields, how, placeholders, whole)
        for problem in problems:
            self._review(slot.item_id, problem, [f for _, found, _ in parts for f in found])
        return response

    def _leftovers(self, places: dict[int, TablePlaces]) -> None:
        """Whatever stands in the form outside every known place and is not printed there goes to review."""
        paragraphs = self.matcher.paragraphs[self.version] | self.matcher.placeholders
        for f in (*self.form.fields, *(f for fields in self.unread.values() for f in fields)):
            if id(f) in self.used or f.state in EMPTY or "container" in f.notes:
                continue
            text = normalise(f.value)
            if f.kind in ("cell", "paragraph") and text in self.matcher.placeholders:
                continue
            if f.kind == "paragraph" and text in paragraphs:
                continue
            if f.kind == "cell" and f.table in places and places[f.table].prints(f.column, text):
                continue
            self._review("", "Eintrag außerhalb der bekannten Felder", [f])

    def _review(self, item_id: str, reason: str, fields: Iterable[Field]) -> None:
        """Enter a doubt; a person is shown the cell as it stands, if the doubt is about one cell."""
        fields = list({id(f): f for f in fields}.values())
        cells = {(f.table, f.row, f.column) for f in fields}
        table, *cell = cells.pop() if item_id and len(cells) == 1 else (0, 0, 0)
        raw = self.texts.get(table, {}).get(tuple(cell), "")
        raw = raw or " | ".join(said for f in fields if (said := f.raw or f.value))
        self.result.reviews.append(Review(item_id, reason, raw, *origin(fields)))
