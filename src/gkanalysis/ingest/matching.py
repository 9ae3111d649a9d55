"""Tie what was found in a received form to the items of its codebook, with the certainty of each tie.

A place is found by the tag of its control, then by its position in the tables, then by its printed label.
A position counts only if the printed label in its row agrees. Two witnesses that contradict each other,
and marks that cannot be read, become `illegible` and go to the review list: nothing is guessed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from gkanalysis.codebook import TICK_KINDS, Codebook, FormTable, Slot
from gkanalysis.errors import IngestError
from gkanalysis.ingest.wordform import PLACEHOLDERS, Field, WordForm, WordTable

BOX_KINDS = frozenset({"checkbox", "legacy_checkbox", "mark"})
MIN_PRINTED = 0.5  # a form in which less than half of the printed labels is found is another document
_NOISE = re.compile(r"[\s\u00ad\u00a0]+|-\s+")


@dataclass(frozen=True, slots=True)
class Response:
    """What one form says to one item: one row of the long responses.

    `state` is selected or not_selected (tick), answered or not_answered (all other kinds), contradictory
    or illegible. `place` is the XPath of the answer in `part`; several places are joined by " | ".
    """

    item_id: str
    occurrence: int
    state: str
    value: str
    raw: str
    part: str
    place: str
    matched_by: str
    note: str = ""


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


def normalise(text: str) -> str:
    """A printed label for comparison: case, white space, soft hyphens and line-end hyphens do not count.

    >>> normalise("Migrantenselbst- organisationen ") == normalise("migrantenselbstorganisationen")
    True
    """
    return _NOISE.sub("", text).casefold()


class Matcher:
    """Matches forms of one instrument; the layout of each version is computed once.

    Examples
    --------
    >>> from gkanalysis.codebook import read_codebook
    >>> from gkanalysis.ingest.archive import open_word_file
    >>> from gkanalysis.ingest.wordform import read_word_form
    >>> matcher = Matcher(read_codebook("data/codebook/strukturen.yml"))
    >>> path = "data/raw/strukturen-2018/forms/Kurzfassung Kreis Wollgras.docx"
    >>> with open_word_file(path) as package:
    ...     match = matcher.match(read_word_form(package), path)
    >>> match.version, [r.value for r in match.responses if r.item_id == "K.1"]
    ('kurz', ['Kreis Wollgras'])
    """

    def __init__(self, book: Codebook) -> None:
        self.book = book
        self.layouts = {version: book.tables(version) for version in book.versions}
        self.placeholders = frozenset(map(normalise, (*book.placeholders, *PLACEHOLDERS)))
        printed = {
            version: {normalise(t) for table in tables for t in table.printed.values()}
            | {normalise(s.option_label) for table in tables for s in table.slots}
            | {normalise(t) for t in book.printed_paragraphs(version)}
            for version, tables in self.layouts.items()
        }
        self.printed = {version: texts | self.placeholders for version, texts in printed.items()}
        self.tags = {
            version: {name: s for table in tables for s in table.slots for name in (s.tag, s.bookmark)}
            for version, tables in self.layouts.items()
        }

    def match(self, form: WordForm, file: str) -> Match:
        """Tie the fields of a form to items.

        Raises
        ------
        IngestError
            If the document is not a form of this instrument.
        """
        texts = {t.number: {cell: normalise(x) for cell, x in t.texts.items()} for t in form.tables}
        best: tuple[int, str, dict[int, WordTable]] | None = None
        for version, layout in self.layouts.items():
            tables = _align_tables(layout, form.tables, texts)
            found, missing = _count_printed(layout, tables, texts)
            if found >= MIN_PRINTED * (found + missing) and (best is None or found - missing > best[0]):
                best = (found - missing, version, tables)
        if best is None:
            raise IngestError(
                f"„{file}“ ist kein Bogen der {self.book.title}: die gedruckten Beschriftungen fehlen. "
                "Bitte prüfen, ob die Datei in diesen Ordner gehört."
            )
        return _FormMatch(self, best[1], best[2], form, texts).run()


class _FormMatch:
    """The work on one form."""

    def __init__(
        self, matcher: Matcher, version: str, tables: Mapping[int, WordTable], form: WordForm, texts: Mapping
    ) -> None:
        self.matcher, self.version, self.tables, self.texts = matcher, version, tables, texts
        self.form = form
        self.result = Match(version)
        self.cells: dict[tuple[int, int, int], list[Field]] = defaultdict(list)
        self.tagged: dict[Slot, list[Field]] = defaultdict(list)
        self.used: set[int] = set()
        tags = matcher.tags[version]
        for f in form.fields:
            if f.table:
                self.cells[f.table, f.row, f.column].append(f)
            if f.tag and (slot := tags.get(f.tag)):
                self.tagged[slot].append(f)

    def run(self) -> Match:
        for layout in self.matcher.layouts[self.version]:
            by_item: dict[tuple[str, int], list[tuple[Slot, list[Field], str]]] = defaultdict(list)
            for slot, cell, how in self._places(layout):
                fields, how, problem = self._fields(slot, cell, how)
                if problem:
                    self._review(slot.item_id, problem, fields)
                by_item[slot.item_id, slot.occurrence].append((slot, fields, "" if problem else how))
            for (item_id, occurrence), found in by_item.items():
                response = self._response(item_id, found)
                if response and not (
                    found[0][0].extra and response.state in ("not_answered", "not_selected")
                ):
                    self.result.responses.append(replace(response, occurrence=occurrence))
        self._leftovers()
        return self.result

    def _places(self, layout: FormTable) -> Iterator[tuple[Slot, tuple[int, int, int] | None, str]]:
        """Each slot with its cell in the received form; rows added by hand get slots of their own."""
        table = self.tables.get(layout.number)
        if table is None:
            yield from ((slot, None, "") for slot in layout.slots)
            return
        texts = self.texts[table.number]
        label_column = 1 if layout.n_header_rows else 2
        where: dict[str, list[int]] = defaultdict(list)
        for (row, column), text in texts.items():
            if column == label_column:
                where[text].append(row)
        rows: dict[int, tuple[int, str]] = {}
        for row in range(layout.n_header_rows + 1, layout.last_printed_row + 1):
            label = normalise(layout.printed.get((row, label_column), ""))
            if label and texts.get((row, label_column)) == label:
                rows[row] = (row, "position")
            elif label and len(where[label]) == 1:
                rows[row] = (where[label][0], "label")
        columns = _columns(layout, texts, table.n_columns)
        last = max((r for r, _ in rows.values()), default=layout.n_header_rows)
        extra_rows = sorted({s.row for s in layout.slots if s.extra})
        for k, row in enumerate(extra_rows):
            if last + 1 + k <= table.n_rows:
                rows[row] = (last + 1 + k, "position")
        for slot in layout.slots:
            if slot.row in rows and slot.column in columns:
                row, how = rows[slot.row]
                yield slot, (table.number, row, columns[slot.column]), how
            else:
                yield slot, None, ""
        template = [s for s in layout.slots if extra_rows and s.row == extra_rows[-1]]
        for k in range(last + 1 + len(extra_rows), table.n_rows + 1 if extra_rows else 0):
            for slot in template:
                occurrence = slot.occurrence + k - last - len(extra_rows)
                if slot.column in columns:
                    added = replace(slot, occurrence=occurrence)
                    yield added, (table.number, k, columns[slot.column]), "position"

    def _fields(
        self, slot: Slot, cell: tuple[int, int, int] | None, how: str
    ) -> tuple[list[Field], str, str]:
        """The fields of a slot, how they were found, and what is wrong with that."""
        tagged = self.tagged.get(slot, ())
        if tagged:
            tag_cells = {(f.table, f.row, f.column) for f in tagged}
            if len(tagged) > 1 and len(tag_cells) > 1:
                return list(tagged), "tag", "Kennung steht an mehreren Stellen"
            place = next(iter(tag_cells))
            if cell and place != cell:
                return list(tagged), "tag", "Kennung und Stelle im Bogen widersprechen sich"
            cell, how = (place if place[0] else None), "tag"
            if cell is None:
                self.used.update(map(id, tagged))
                return list(tagged), how, ""
        if cell is None:
            return [], "", "Zeile oder Spalte im Bogen nicht gefunden"
        fields = self.cells.get(cell, [])
        self.used.update(map(id, fields))
        if slot.option:
            label = normalise(slot.option_label)
            fields = [
                f for f in fields if f in tagged or (not _other_tag(f, slot) and normalise(f.label) == label)
            ]
        return fields, how, ""

    def _response(self, item_id: str, found: list[tuple[Slot, list[Field], str]]) -> Response | None:
        slot, fields, how = found[0]
        if slot.option:
            return self._single(item_id, found)
        if not how:
            return _respond(item_id, "illegible", "", fields, "none")
        if slot.kind in TICK_KINDS:
            state, problem = _tick_state(fields)
            if problem:
                self._review(item_id, problem, fields)
            return _respond(item_id, state, "", fields, how)
        return self._text(item_id, fields, how)

    def _single(self, item_id: str, found: list[tuple[Slot, list[Field], str]]) -> Response:
        """One response from the boxes of all options: none, one, or several ticked."""
        ticked, unclear, places = [], False, []
        for slot, fields, how in found:
            state, problem = _tick_state(fields) if how else ("illegible", "")
            if how and not fields:
                state, problem = "illegible", f"Kästchen „{slot.option_label}“ nicht gefunden"
            if problem:
                self._review(item_id, problem, fields)
            unclear |= state == "illegible"
            if state == "selected":
                ticked.append(slot.option)
                places += fields
        how = next((h for _, _, h in found if h), "none")
        value = "|".join(ticked)
        if unclear:
            return _respond(item_id, "illegible", value, places, how)
        state = ("not_answered", "answered")[len(ticked)] if len(ticked) < 2 else "contradictory"
        return _respond(item_id, state, value, places or [f for _, fs, _ in found for f in fs], how)

    def _text(self, item_id: str, fields: list[Field], how: str) -> Response:
        values, notes = [], []
        for f in fields:
            if "container" in f.notes and len(fields) > 1:
                continue  # its text is that of the controls inside it
            if f.state == "unclear":
                self._review(item_id, "nicht eindeutig lesbar", [f])
                return _respond(item_id, "illegible", f.value, fields, how)
            if normalise(f.value) in self.matcher.placeholders and f.value:
                notes.append("placeholder")
            elif f.state in ("answered", "selected") and (f.value or f.raw):
                values.append(f.value or f.raw)
            notes += [n for n in f.notes if n.startswith("tracked") or n in ("struck", "off_list")]
        state = "answered" if values else "not_answered"
        return replace(
            _respond(item_id, state, "\n".join(values), fields, how), note=" ".join(dict.fromkeys(notes))
        )

    def _leftovers(self) -> None:
        """Whatever stands in the form outside every known place and is not printed there goes to review."""
        printed = self.matcher.printed[self.version]
        for f in self.form.fields:
            if id(f) in self.used or f.state in ("not_answered", "not_selected"):
                continue
            if f.kind in ("cell", "paragraph") and (
                normalise(f.value) in printed or not f.part.endswith("document.xml")
            ):
                continue
            self._review("", "Eintrag außerhalb der bekannten Felder", [f])

    def _review(self, item_id: str, reason: str, fields: Iterable[Field]) -> None:
        fields = list(fields)
        raw = " | ".join(f.raw or f.value for f in fields)
        part, place = _origin(fields)
        self.result.reviews.append(Review(item_id, reason, raw, part, place))


def _respond(item_id: str, state: str, value: str, fields: Iterable[Field], how: str) -> Response:
    fields = list(fields)
    part, place = _origin(fields)
    raw = " | ".join(f.raw for f in fields if f.raw)
    return Response(item_id, 1, state, value, raw, part, place, how)


def _origin(fields: list[Field]) -> tuple[str, str]:
    return (fields[0].part if fields else ""), " | ".join(f.place for f in fields)


def _other_tag(f: Field, slot: Slot) -> bool:
    """Whether a control says by its tag that it is another option of the same item."""
    return bool(f.tag) and f.tag not in (slot.tag, slot.bookmark) and f.tag.startswith(slot.item_id + ":")


def _tick_state(fields: list[Field]) -> tuple[str, str]:
    """State of a box and what is wrong with it: several witnesses in one cell must agree."""
    boxes = [f for f in fields if f.kind in BOX_KINDS]
    written = [
        f
        for f in fields
        if f.kind not in BOX_KINDS
        and f.state not in ("not_answered", "not_selected")
        and not (boxes and "container" in f.notes)  # LibreOffice wraps a box in a control that repeats its glyph
    ]
    states = {f.state for f in boxes}
    if "unclear" in states or (written and not boxes):
        return "illegible", "Kreuz nicht eindeutig"
    if len(states) > 1:
        return "illegible", "zwei Zeichen in einem Feld widersprechen sich"
    if written:
        return "illegible", "Text neben dem Kästchen"
    return (states.pop() if states else "not_selected"), ""


def _align_tables(
    layout: Iterable[FormTable], tables: Iterable[WordTable], texts: Mapping[int, Mapping]
) -> dict[int, WordTable]:
    """Table of the received form for each printed one: the unused table that shares most labels with it."""
    aligned: dict[int, WordTable] = {}
    free = {t.number: t for t in tables}
    content = {number: set(cells.values()) for number, cells in texts.items()}
    for printed in layout:
        labels = {normalise(t) for t in printed.printed.values()} - {""}
        best = max(free, key=lambda number: (len(labels & content[number]), -number), default=None)
        if best is not None and 3 * len(labels & content[best]) >= len(labels):
            aligned[printed.number] = free.pop(best)
    return aligned


def _count_printed(
    layout: Iterable[FormTable], tables: Mapping[int, WordTable], texts: Mapping[int, Mapping]
) -> tuple[int, int]:
    """How many printed texts stand in their table, and how many do not."""
    found = missing = 0
    for printed in layout:
        table = tables.get(printed.number)
        present = set(texts[table.number].values()) if table else set()
        labels = {normalise(t) for t in printed.printed.values()} - {""}
        found += len(labels & present)
        missing += len(labels - present)
    return found, missing


def _columns(layout: FormTable, texts: Mapping[tuple[int, int], str], n_columns: int) -> dict[int, int]:
    """Column of the received table for each printed column, by the text of its heading."""
    if not layout.n_header_rows:
        return {c: c + n_columns - layout.n_columns for c in range(1, layout.n_columns + 1)}
    head = min(2, layout.n_header_rows)
    columns = {}
    for column in range(1, layout.n_columns + 1):
        label = normalise(layout.printed[head, column])
        same = [c for r in range(1, head + 1) for c in range(1, n_columns + 1) if texts.get((r, c)) == label]
        if column in same:
            columns[column] = column
        elif len(set(same)) == 1:
            columns[column] = same[0]
    return columns
