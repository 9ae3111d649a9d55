"""Tie what was found in a received form to the items of its codebook, with the certainty of each tie.

A place is found by the tag of its control, by its position in the tables, or by its printed label; a position counts
only if the printed labels agree. People insert, delete, merge and split cells: what cannot be placed with certainty
has no place. Several witnesses of one answer must agree. What contradicts itself or stands where no answer is expected
goes to review.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import groupby, pairwise
from typing import Any, NamedTuple

from gkanalysis.codebook.instrument import TICK_KINDS, Codebook
from gkanalysis.codebook.layout import SHEET_HEAD, FormTable, Slot
from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.word.glyphs import MARKS, mark_state
from gkanalysis.ingest.word.model import EMPHASES, LEFT_OUT, PLACEHOLDERS, Field, WordForm, WordTable
from gkanalysis.ingest.word.model import TICK_KINDS as BOX_KINDS

MIN_PRINTED = 0.5  # a form in which less than half of the printed labels is found is another document
UNKNOWN = "Eintrag außerhalb der bekannten Felder"
REPRINTED = "gedruckter Text an einer anderen Stelle"
MARKED = "gedruckter Text ist hervorgehoben, vielleicht statt eines Kreuzes"
MARKED_BOX = "Beschriftung ist hervorgehoben, vielleicht statt eines Kreuzes"
EMPHASISED = "Gedrucktes ist fett, unterstrichen oder farbig, vielleicht statt eines Kreuzes"
EMPHASISED_BESIDE_TICK = "Gedrucktes ist fett, unterstrichen oder farbig, ein Kreuz steht da"
UNCLEAR = "Kreuz nicht eindeutig"
UNREAD = "Inhalt der Zelle wird nicht gelesen"
SHADED = "leeres Kästchen ist farbig hervorgehoben, vielleicht statt eines Kreuzes"
PICTURE = "Bild im Bogen, nicht gelesen"
OUTSIDE = "Verweis auf etwas außerhalb der Datei, dem nicht gefolgt wurde"
NOT_FOUND = "Zeile, Spalte oder Zelle im Bogen nicht gefunden"
BOX_NOT_FOUND = "Kästchen „{}“: nicht gefunden"
LABEL_GONE = "Beschriftung der Zeile ist durchgestrichen, gelöscht oder verborgen"
BESIDE_BOX = "Text neben dem Kästchen"
BESIDE_FIELD = "Text neben einem leeren Feld"
LIST_NUMBER = "nur die Nummer einer Liste, vielleicht getippt"
UNKNOWN_PROMPT = "Antwort oder Platzhaltertext, der nicht unter „placeholders“ im Codebuch steht"
EMPTY = frozenset({"not_answered", "not_selected"})

Cell = tuple[int, int, int]  # table, row, column
Place = tuple[Slot, Cell | None, str]
Tied = tuple[Slot, Sequence[Field]]
_CELL_PATH = re.compile(r".*/w:tc\[\d+\]")
_LIST_NUMBER = re.compile(r"^\(?(?:\d+(?:\.\d+)*[.)]?|[a-z][.)])")
_NOISE = re.compile(r"[\s\u00ad\u00a0]+|-\s+")
MARK_CHARACTERS = frozenset("".join(MARKS).casefold())
_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")
_TEXTS = ("cell", "paragraph")
# What a person is told of something that the reader only lists.
UNREAD_THINGS = {
    "shape": "gezeichnete Form", "ink": "Handschrift", "diagram": "Diagramm", "chart": "Diagramm", "picture": "Bild",
    "drawing": "Zeichnung", "activex": "Steuerelement", "embedded_object": "eingebettetes Objekt",
    "altChunk": "eingebettetes Dokument",
}  # fmt: skip
_MERE_PUNCTUATION = frozenset(".,;:–-_…")


class Response(NamedTuple):
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


class Review(NamedTuple):
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


@lru_cache(maxsize=4096)  # nearly all texts of a form are printed ones, the same in every form
def normalise(text: str) -> str:
    """Text for comparison: case, white space, soft and line-end hyphens do not count; ¹ is 1."""
    return _NOISE.sub("", text).translate(_DIGITS).casefold()


def _as_printed(text: str, printed: Collection[str]) -> str:
    """A normalised text, without the number that a list draws before it if it is printed without one."""
    bare = text if text in printed else _LIST_NUMBER.sub("", text)
    return bare if bare in printed else text


class _Print:
    """What a version of a form prints: texts by table, how often each, paragraphs, all together; slots by their tags."""

    def __init__(self, book: Codebook, version: str) -> None:
        self.version, self.layouts = version, book.tables(version)
        texts = {t.number: [*filter(None, map(normalise, t.printed.values()))] for t in self.layouts}
        self.labels = {number: frozenset(of_table) for number, of_table in texts.items()}
        self.counts = Counter(text for of_table in texts.values() for text in of_table)
        self.paragraphs = frozenset(map(normalise, book.printed_paragraphs(version)))
        self.texts = self.paragraphs.union(*self.labels.values())
        self.tags = {name: s for t in self.layouts for s in t.slots for name in (s.tag, s.bookmark)}


class Matcher:
    """Matches forms of one instrument; what each version prints is computed once."""

    def __init__(self, book: Codebook) -> None:
        self.book = book
        prompts = (item.prompt for item in book.items.values())
        self.placeholders = frozenset(map(normalise, (*book.placeholders, *PLACEHOLDERS, *prompts)))
        self.prints = [_Print(book, version) for version in book.versions]

    def match(self, form: WordForm, file: str) -> Match:
        """Tie the fields of a form to items; an `IngestError` if it is none of this instrument, or holds two."""
        all_printed = frozenset().union(*(p.texts for p in self.prints))
        tables = [_ReceivedTable(t, all_printed) for t in form.tables]
        best: tuple[int, _Print, dict[int, _ReceivedTable]] | None = None
        for version in self.prints:
            labels = version.labels
            aligned = _align(labels, tables)
            if len(aligned) < len(labels):
                aligned |= _split_joined(labels, aligned)
            n_there = sum(len(labels[number] & table.content) for number, table in aligned.items())
            n_printed = sum(map(len, labels.values()))
            if n_there >= MIN_PRINTED * n_printed and (best is None or 2 * n_there - n_printed > best[0]):
                best = (2 * n_there - n_printed, version, aligned)
        if best is None:
            told = f"„{file}“ ist kein Bogen der {self.book.title}: die gedruckten Beschriftungen fehlen"
            raise IngestError(f"{told}. Bitte prüfen, ob die Datei in diesen Ordner gehört.")
        there = Counter(text for table in tables for text in table.texts.values())
        for counts in (p.counts for p in self.prints):  # the second form may be of another version
            if sum(there[text] >= 2 * n for text, n in counts.items()) >= MIN_PRINTED * len(counts):
                raise IngestError(
                    f"In der Datei „{file}“ stehen zwei Bögen der {self.book.title}; welcher gilt, ist nicht sicher, also "
                    "zählt keiner. Bitte als zwei Dateien ablegen (einen leeren Bogen nur löschen)."
                )
        return _FormMatch(self, best[1], form, [*tables, *best[2].values()]).run(best[2])


class _ReceivedTable:
    """A received table with normalised texts and the columns in which the cells of each row begin."""

    def __init__(self, table: WordTable, printed: Collection[str]) -> None:
        self.number, self.n_rows = table.number, table.n_rows
        self.texts = {cell: _as_printed(normalise(text), printed) for cell, text in table.texts.items()}
        self.content = frozenset(self.texts.values())
        self.starts: dict[int, list[int]] = {}
        self._cells: dict[str, list[tuple[int, int]]] = {}

    def part(self, first: int, last: int) -> "_ReceivedTable":
        """Some rows of it as a table whose rows are counted as before."""
        part = copy(self)
        part.texts = {cell: text for cell, text in self.texts.items() if first <= cell[0] <= last}
        part.content, part.n_rows, part._cells = frozenset(part.texts.values()), last, {}
        return part

    def where(self, text: str) -> list[tuple[int, int]]:
        """Row and column of each cell with a text; a merged cell counts where it begins."""
        if not self._cells:
            for (row, column), there in self.texts.items():
                if column in self.starts.get(row, ()):
                    self._cells.setdefault(there, []).append((row, column))
        return self._cells.get(text, [])


def _align(labels: Mapping[int, frozenset[str]], tables: Sequence[_ReceivedTable]) -> dict[int, _ReceivedTable]:
    """Received table for each printed one, by the texts they share; the closest pair is tied first.

    A pair shares at least a third of the printed texts: headings alone, which the blocks of a grid have in
    common, tie a table only where nothing fits better.
    """
    aligned, taken = {}, set()
    shared = [(-len(words & t.content), number, k) for number, words in labels.items() for k, t in enumerate(tables)]
    for negative, number, k in sorted(shared):
        if number not in aligned and k not in taken and -3 * negative >= len(labels[number]):
            aligned[number] = tables[k]
            taken.add(k)
    return aligned


def _split_joined(
    labels: Mapping[int, frozenset[str]], aligned: Mapping[int, _ReceivedTable]
) -> dict[int, _ReceivedTable]:
    """Tables of which Word made one (the paragraph between is gone): rows belong to labels that one alone prints."""
    n_tables, found = Counter(text for words in labels.values() for text in words), {}
    own = {number: {text for text in words if n_tables[text] == 1} for number, words in labels.items()}
    for tied, table in aligned.items():
        lacking = [n for n in labels if n not in aligned and len(own[n]) <= 3 * len(own[n] & table.content)]
        owners = {r: n for (r, _), text in sorted(table.texts.items()) for n in (tied, *lacking) if text in own[n]}
        runs = [(n, list(rows)) for n, rows in groupby(owners, owners.get)]
        if not lacking or len(runs) != 1 + len(lacking) or any(not own[n] for n in lacking):
            continue
        firsts = [1]
        for (_, above), (number, rows) in pairwise(runs):
            first = rows[0]
            while first - 1 > above[-1]:
                texts = {text for (row, _), text in table.texts.items() if row == first - 1 and text}
                if len(texts) < 2 or not texts <= labels[number]:
                    break
                first -= 1
            firsts.append(first)
        lasts = [first - 1 for first in firsts[1:]] + [table.n_rows]
        found |= {n: table.part(*rows) for (n, _), *rows in zip(runs, firsts, lasts, strict=True)}
    return found


class _TablePlaces:
    """The places of all slots of a printed table in a received one.

    A row or column stands where the printed form has it only if its label is there too; else where its label stands
    once, or a row where its controls do (`tag_rows`).
    """

    def __init__(
        self, layout: FormTable, table: _ReceivedTable, tag_rows: Mapping[int, int], printed: Collection[str]
    ) -> None:
        self.layout, self.table, self._elsewhere = layout, table, printed
        self.columns: dict[int, int] = {}
        self.header_row, self.header_starts = 0, []
        printed = [(column, text) for (_, column), text in layout.printed.items()]
        if layout.n_header_rows:
            self._find_columns()
        else:
            head = [(column, normalise(text)) for column, text in enumerate(SHEET_HEAD, start=1)]
            self.header_row = int(all(table.texts.get((1, column)) == text for column, text in head))
            printed += head if self.header_row else []
        self.rows = self._find_rows(tag_rows)
        self._printed = {(self.columns.get(column, column), normalise(text)) for column, text in printed}

    def __iter__(self) -> Iterator[Place]:
        """Each slot with its cell and how that was found; rows added by hand get slots of their own."""
        by_row: dict[int, list[Slot]] = defaultdict(list)
        for slot in self.layout.slots:
            if slot.extra:
                by_row[slot.row].append(slot)
            else:
                yield slot, *self._cell(slot)
        printed_rows = sorted(by_row)
        for k, row in enumerate(self._free_rows() if by_row else ()):
            added = max(0, k + 1 - len(printed_rows))
            for slot in by_row[printed_rows[k - added]]:
                if cell := self._cell_at(row, slot.column):
                    own = replace(slot, occurrence=slot.occurrence + added) if added else slot
                    yield own, cell, "position"

    def prints(self, column: int, text: str) -> bool:
        """Whether the form itself prints a text in a column of the received table."""
        return (column, text) in self._printed

    def _find_columns(self) -> None:
        """Tie the printed columns to received ones by the lowest printed heading."""
        head = min(2, self.layout.n_header_rows)
        labels = {c: normalise(self.layout.printed[head, c]) for c in range(1, self.layout.n_columns + 1)}
        printed = Counter(row for (row, _), text in self.table.texts.items() if text in labels.values())
        rows = sorted({row for row, _ in self.table.texts})
        self.header_row = max(rows, key=lambda row: printed[row], default=0)
        for column, label in labels.items():
            columns = {c for r, c in self.table.where(label) if r <= self.header_row}
            if len(columns) == 1:
                self.columns[column] = columns.pop()
        heads = range(self.header_row - head + 1, self.header_row + 1)
        self.header_starts = sorted({c for r in heads for c in self.table.starts.get(r, ())})

    def _find_rows(self, tag_rows: Mapping[int, int]) -> dict[int, tuple[int, int, str]]:
        """Printed row -> received row, column of its label, and how it was found."""
        rows, n_heads = {}, self.layout.n_header_rows
        label_column, shift = (self.columns.get(1, 0), 0) if n_heads else (2, self.header_row)
        for row in range(n_heads + 1, self.layout.last_printed_row + 1):
            if not (label := normalise(self.layout.printed.get((row, 1 if n_heads else 2), ""))):
                continue
            cells = [(r, c) for r, c in self.table.where(label) if r > self.header_row]
            if n_heads:
                cells = [(r, c) for r, c in cells if c == label_column]
            if (row + shift, label_column) in cells:
                rows[row] = (row + shift, label_column, "position")
            elif len(cells) == 1:
                rows[row] = (*cells[0], "label")
            elif row in tag_rows:
                rows[row] = (tag_rows[row], label_column, "tag")
        return rows

    def _free_rows(self) -> Iterable[int]:
        """Rows below the last printed one, if that is certain to be the last."""
        if self.layout.last_printed_row <= self.layout.n_header_rows:
            last, printed = self.header_row, set(map(normalise, self.layout.printed.values()))
        else:
            printed = self._elsewhere
            last = self.rows.get(self.layout.last_printed_row, (0,))[0]
        if not last or any(row > last for row, _, _ in self.rows.values()):
            return ()
        label = self.columns.get(1, 0)  # a printed text, of another table, too, is nobody's own row
        texts = {row: self.table.texts.get((row, label), "") for row in range(last + 1, self.table.n_rows + 1)}
        return [row for row, text in texts.items() if not text or text not in printed]

    def _cell(self, slot: Slot) -> tuple[Cell | None, str]:
        """The cell of a slot, and how it was found."""
        if slot.row not in self.rows:
            return None, ""
        row, label_column, how = self.rows[slot.row]
        if not self.layout.n_header_rows:  # number, label, answer: the only cell right of the label
            right = [c for c in self.table.starts.get(row, ()) if c > label_column]
            return ((self.table.number, row, right[0]), how) if len(right) == 1 else (None, "")
        cell = self._cell_at(row, slot.column)
        moved = how == "position" and self.columns.get(slot.column) != slot.column
        return cell, ("label" if moved else how) if cell else ""

    def _cell_at(self, row: int, column: int) -> Cell | None:
        """The cell of a row under a heading; None in a row with merged or split cells."""
        starts = self.table.starts.get(row, ())
        if column not in self.columns or len(starts) != len(self.header_starts):
            return None
        return (self.table.number, row, starts[self.header_starts.index(self.columns[column])])


class _FormMatch:
    """The work on one form."""

    def __init__(self, matcher: Matcher, version: _Print, form: WordForm, tables: Iterable[_ReceivedTable]) -> None:
        self.print, self.form, self.tags = version, form, version.tags
        self.placeholders = matcher.placeholders.union(map(normalise, form.prompts))
        self.texts = {t.number: t.texts for t in form.tables}
        self.result = Match(version.version)
        self.cells: dict[Cell, list[Field]] = defaultdict(list)
        self.tagged: dict[int, list[Field]] = defaultdict(list)  # by id of the slot: each exists once
        self.gone: dict[tuple[int, int], list[Field]] = defaultdict(list)  # by row, what somebody took away
        self.used: set[int] = set()
        for f in form.fields:
            if f.table:
                self.cells[f.table, f.row, f.column].append(f)
                if f.kind == "cell" and not LEFT_OUT.keys().isdisjoint(f.notes):
                    self.gone[f.table, f.row].append(f)
            if f.tag and (slot := self.tags.get(f.tag)):
                self.tagged[id(slot)].append(f)
        starts: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for table, row, column in sorted(self.cells):
            starts[table][row].append(column)
        for received in tables:
            received.starts = starts[received.number]
        empty = [f.notes for f in form.fields if f.kind in BOX_KINDS and f.state == "not_selected"]
        looks = Counter(n for notes in empty for n in notes if n in ("marked", "shaded") or n.startswith("coloured:"))
        self.lifted = {look for look, n in looks.items() if 2 * n <= len(empty)}  # a look of most is the form's
        self.unread = self._unread_cells()

    def run(self, aligned: dict[int, _ReceivedTable]) -> Match:
        """Responses table by table, then what is left."""
        places: dict[int, list[_TablePlaces]] = defaultdict(list)
        for layout in self.print.layouts:
            slots: Iterable[Place] = [(s, None, "") for s in layout.slots if not s.extra]
            if table := aligned.get(layout.number):
                slots = _TablePlaces(layout, table, self._tag_rows(layout, table.number), self.print.texts)
                places[table.number].append(slots)
            by_item: dict[tuple[str, int], list[tuple[Slot, list[Field], str]]] = defaultdict(list)
            for slot, cell, how in slots:
                fields, how, problem = self._fields(slot, cell, how)
                if problem:
                    self._review(slot.item_id, problem, fields)
                by_item[slot.item_id, slot.occurrence].append((slot, fields, how))
            for parts in by_item.values():
                response = self._response(parts)
                if not (parts[0][0].extra and response.state in EMPTY):
                    self.result.responses.append(response)
        for table in (part for parts in places.values() for part in parts):
            self._emphasised_rows(table)
        self._leftovers(places)
        here = [s.place for s in self.form.skipped if s.what == "picture" and s.part == self.form.tables[0].part]
        if here := [place for place in here if not _CELL_PATH.match(place)]:  # not the letterhead
            told = f"{len(here)} Bild{'er' if len(here) > 1 else ''}"
            self.result.reviews.append(Review("", PICTURE, told, self.form.tables[0].part, " | ".join(here)))
        return self.result

    def _emphasised_rows(self, places: _TablePlaces) -> None:
        """Rows of boxes whose labels are lifted out of the others; a doubt if nothing else stands in the row."""
        labels = []
        for printed, (row, column, _) in places.rows.items() if places.layout.n_header_rows else ():
            there = self.cells[places.table.number, row, column]
            labels += [((printed, f), f.notes) for f in there if f.kind == "cell"]
        for printed, f in _lifted(labels):
            asked = {s.item_id for s in places.layout.slots if s.row == printed}
            is_answered = any(r.item_id in asked and r.state not in EMPTY for r in self.result.responses)
            self._review("", EMPHASISED_BESIDE_TICK if is_answered else EMPHASISED, [f])

    def _tag_rows(self, layout: FormTable, number: int) -> dict[int, int]:
        """Printed row -> the one received row in which the tags of its controls stand."""
        rows: dict[int, set[int]] = defaultdict(set)
        for slot in layout.slots if self.tagged else ():
            rows[slot.row].update(f.row for f in self.tagged.get(id(slot), ()) if f.table == number)
        return {row: there.pop() for row, there in rows.items() if len(there) == 1}

    def _unread_cells(self) -> dict[Cell, list[Field]]:
        """Cells with something in them that the reader does not understand, as fields in doubt."""
        unread: dict[Cell, list[Field]] = defaultdict(list)
        fields = self.form.fields if self.form.skipped else ()
        paths = {m[0]: (f.table, f.row, f.column) for f in fields if (m := _CELL_PATH.match(f.place))}
        for s in self.form.skipped:
            inside = _CELL_PATH.match(s.place)
            if s.what in ("drawing", "picture") and not s.text and not inside:
                continue  # a logo, or a page that somebody scanned
            cell = paths.get(inside[0], (0, 0, 0)) if inside else (0, 0, 0)
            text = s.text.partition(" ")[2] if s.what in ("altChunk", "activex") else s.text  # without the part's name
            kind = (s.what, "", "unclear", "", text or UNREAD_THINGS.get(s.what, s.what), "", "", ())
            unread[cell].append(Field(*kind, s.part, s.place, *cell, ("skipped",)))
        outer = {t.number: t.parent for t in self.form.tables if t.parent}
        for f in self.form.fields if outer else ():
            if f.table in outer and f.state not in EMPTY and f.value:
                cell = outer[f.table]
                while cell[0] in outer:
                    cell = outer[cell[0]]
                unread[cell].append(f)
        return unread

    def _fields(self, slot: Slot, cell: Cell | None, how: str) -> tuple[list[Field], str, str]:
        """The fields of a slot, how they were found ("" if not), and what is wrong with that."""
        if tagged := self.tagged.get(id(slot)):
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
        if not (fields := [f for f in self.cells[cell] if self.tags.get(f.tag, slot) is slot]):
            if slot.option and all(self.tags[f.tag].item_id == slot.item_id for f in self.cells[cell]):
                return [], how, ""  # the boxes of the other options: the choice says that this one is lacking
            return [], "", "Kennung und Stelle im Bogen widersprechen sich"
        self.used.update(map(id, fields))
        if self._lost_its_label(slot, cell):
            return fields, "", LABEL_GONE
        if unread := self.unread.pop(cell, None):
            self.used.update(map(id, unread))
            return [*fields, *unread], "", UNREAD
        return fields, how, ""

    def _lost_its_label(self, slot: Slot, cell: Cell) -> bool:
        """Whether the label of a row that its tags found was taken away: nobody knows whether the ticks still count."""
        table, row, column = cell
        if (table, row) not in self.gone:
            return False
        label, left = normalise(slot.row_label), [f for f in self.gone[table, row] if f.column < column]
        return any(label in normalise(f.raw) and label not in normalise(f.value) for f in left if label)

    def _response(self, parts: Sequence[tuple[Slot, list[Field], str]]) -> Response:
        """One response from the slots of an item, each with its fields and how they were found."""
        slot, fields, how = parts[0]
        together = fields if len(parts) == 1 else _each_once(f for _, fields, _ in parts for f in fields)
        if not all(how for _, _, how in parts):
            return _respond(slot, "illegible", "", together, "none")
        if slot.option:
            options = [(option, beside) for option, beside, _ in parts]
            response, problems, lifted = self._read_single(options, how)
            if BESIDE_BOX in problems:
                response = response._replace(raw=self._whole(together))
            for option in lifted:
                reason = EMPHASISED_BESIDE_TICK if response.value else EMPHASISED
                self._review(slot.item_id, reason, together, option.option_label)
        else:
            whole = self._whole(fields)
            by_kind = self._read_tick if slot.kind in TICK_KINDS else self._read_text
            read = self._read_choice if slot.choices else by_kind
            response, problems = read(slot, fields, how, whole)
            if response.state == "not_selected" and not self.lifted.isdisjoint(n for f in fields for n in f.notes):
                problems = [SHADED]
        for problem in problems:
            self._review(slot.item_id, problem, together)
        if out := [n for f in together for n in f.notes if n in LEFT_OUT]:
            note = " ".join(dict.fromkeys([*response.note.split(), *out]))
            response = response._replace(note=note, raw=" | ".join([f.raw for f in together if f.raw]))
        return response

    def _read_tick(self, slot: Slot, fields: Sequence[Field], how: str, whole: str) -> tuple[Response, list[str]]:
        """The response to a box of its own cell, and what is doubtful; `whole` is all text of the cell."""
        state, problem = self._tick_state(fields)
        if problem == UNCLEAR:
            problem = _taken_back((f for f in fields if not f.value), BOX_KINDS) or problem
        beside = normalise(whole)
        for f in fields:
            if f.kind in BOX_KINDS:
                beside = beside.replace(normalise(f.value), "", 1)
        if not problem and beside and beside not in self.placeholders:  # the reader takes it for the label of the box
            response = _respond(slot, "illegible", "", fields, how)._replace(raw=whole)
            return response, [BESIDE_BOX]
        return _respond(slot, state, "", fields, how), [problem] if problem else []

    def _read_single(self, parts: Sequence[Tied], how: str) -> tuple[Response, list[str], list[Slot]]:
        """One response from what can be the box of each option; what is doubtful, or else the options lifted out."""
        slot = parts[0][0]
        labels = [normalise(option.option_label) for option, _ in parts]
        cell = _each_once(f for _, fields in parts for f in fields)
        rest = {id(f): f for f in cell}
        ticked, places, problems, looks = [], [], [], []
        for (option, fields), label in zip(parts, labels, strict=True):
            boxes = [f for f in fields if f.kind in BOX_KINDS and self._ties(f, option, label, labels)]
            state, problem = self._tick_state(boxes) if boxes else ("", "")
            if not boxes:
                problems.append(_taken_back(fields) or BOX_NOT_FOUND.format(option.option_label))
            elif problem:
                problems.append(f"Kästchen „{option.option_label}“: {problem}")
            elif any(_says_more(f, option, label) for f in boxes):
                problems.append(BESIDE_BOX)
            if state == "selected":
                ticked.append(option.option)
                places += boxes
            looks.append((option, [note for f in boxes for note in f.notes]))
            for f in boxes:
                rest.pop(id(f))
        if any(_adds(f, labels) for f in rest.values()):
            problems.append("Eintrag neben den Kästchen")
        value = "|".join(ticked)
        if problems:
            return _respond(slot, "illegible", value, cell, how), list(dict.fromkeys(problems)), []
        state = ("not_answered", "answered")[len(ticked)] if len(ticked) < 2 else "contradictory"
        return _respond(slot, state, value, places or cell, how), [], _lifted(looks)

    def _read_text(self, slot: Slot, fields: Sequence[Field], how: str, whole: str) -> tuple[Response, list[str]]:
        """The response to a question that is answered in words; `whole` is all text of its cell."""
        if len(fields) > 1:  # the text of a container is that of the controls inside it
            fields = [f for f in fields if "container" not in f.notes]
        for f in fields:
            raw = normalise(f.raw)
            is_prompt = "placeholder_conflict" in f.notes and raw in self.placeholders
            is_typed = f.kind == "mark" and len(fields) > 1  # within a text, which is kept as a whole
            if f.state == "unclear" and not (is_prompt or is_typed):
                return _respond(slot, "illegible", f.value, fields, how), ["nicht eindeutig lesbar"]
            if "placeholder" in f.notes and raw not in self.placeholders and f.raw not in f.options:
                return _respond(slot, "illegible", "", fields, how), [UNKNOWN_PROMPT]
        values, drawn, notes = [], [], []
        for f in fields:
            if f.value and normalise(f.value) in self.placeholders:
                notes.append("placeholder")
            elif f.state not in EMPTY and (f.value or f.raw):
                (drawn if "textbox" in f.notes else values).append(f.value or f.raw)
            notes += [n for n in f.notes if n in ("tracked_insertion", "off_list")]
        if whole != "".join(values) and normalise(whole) not in self.placeholders | {normalise("".join(values))}:
            if not values:
                return _respond(slot, "illegible", whole, fields, how), [BESIDE_FIELD]
            values = [whole]  # boxes typed within a text are fields of their own, words before a control are its label
        values += drawn  # what stands in text boxes is no part of the text of the cell
        if not values and slot.kind == "number" and any("list_number" in f.notes for f in fields):
            return _respond(slot, "illegible", "", fields, how), [LIST_NUMBER]
        response = _respond(slot, "answered" if values else "not_answered", "\n".join(values), fields, how)
        return response._replace(note=" ".join(dict.fromkeys(notes))) if notes else response, []

    def _read_choice(self, slot: Slot, fields: Sequence[Field], how: str, whole: str) -> tuple[Response, list[str]]:
        """The response to a drop-down list, or to what was typed in its place: the one entry that it names."""
        response, problems = self._read_text(slot, fields, how, whole)
        if response.state != "answered":
            return response, problems
        chosen = [option for option, label in slot.choices if normalise(label) == normalise(response.value)]
        response = response._replace(raw=response.raw or response.value)
        if len(chosen) != 1:
            return response._replace(state="illegible"), ["keine der Vorgaben der Liste"]
        return response._replace(value=chosen[0]), problems

    def _ties(self, f: Field, option: Slot, label: str, labels: Sequence[str]) -> bool:
        """Whether a box is that of an option: by its tag, unless another option is printed beside it, or by label."""
        if (beside := normalise(f.label)) in labels:
            return beside == label
        if f.tag in self.tags:
            return self.tags[f.tag] is option
        return label == max((printed for printed in labels if beside.startswith(printed)), key=len, default="")

    def _tick_state(self, fields: Sequence[Field]) -> tuple[str, str]:
        """State of a box and what is wrong with it: several witnesses in one cell must agree."""
        boxes = [f for f in fields if f.kind in BOX_KINDS]
        beside = [f for f in fields if f.kind not in BOX_KINDS and f.state not in EMPTY]
        if boxes:  # LibreOffice wraps a box in a control of its glyph
            beside = [f for f in beside if "container" not in f.notes]
        written = any(normalise(f.value) not in self.placeholders for f in beside)
        if not boxes and not written and any("shaded" in f.notes for f in fields):
            return "illegible", "Feld eingefärbt statt angekreuzt"
        if not boxes and not written and (taken_back := _taken_back(f for f in fields if mark_state(f.raw))):
            return "illegible", taken_back
        states = {f.state for f in boxes}
        if any(f.state == "unclear" and "marked" in f.notes for f in boxes):
            return "illegible", MARKED_BOX
        if "unclear" in states or (written and not boxes):
            return "illegible", UNCLEAR
        if len(states) > 1:
            return "illegible", "zwei Zeichen in einem Feld widersprechen sich"
        if written:
            return "illegible", BESIDE_BOX
        return (states.pop() if states else "not_selected"), ""

    def _whole(self, fields: Sequence[Field]) -> str:
        """All text of the cell in which the first field stands."""
        first = fields[0]
        return self.texts.get(first.table, {}).get((first.row, first.column), "")

    def _leftovers(self, places: Mapping[int, Sequence[_TablePlaces]]) -> None:
        """Whatever stands in the form outside every known place and is not printed there goes to review."""
        paragraphs, printed = self.print.paragraphs | self.placeholders, self.print.texts
        labels = frozenset().union(*self.print.labels.values())
        shown = printed.union(normalise(f.value) for f in self.form.fields if f.kind in _TEXTS)
        for f in _each_once((*self.form.fields, *(f for fields in self.unread.values() for f in fields))):
            if id(f) in self.used or "container" in f.notes:
                continue
            text, label = _as_printed(normalise(f.value), printed), _as_printed(normalise(f.label), printed)
            beside = "" if f.kind in _TEXTS or label in shown else f.label  # else it is reviewed by itself
            if f.state in EMPTY and not beside:
                continue
            is_cell = f.kind == "cell" and any(table.prints(f.column, text) for table in places.get(f.table, ()))
            if is_cell or (f.kind == "paragraph" and text in paragraphs):
                if "marked" in f.notes:
                    self._review("", MARKED, [f])
                continue
            if f.kind == "cell" and text in self.placeholders:
                continue
            is_label = f.kind == "cell" and text in labels  # of another table, or on a second page
            reason = OUTSIDE if f.kind == "outside" else REPRINTED if is_label else UNKNOWN
            self._review("", reason, [f], beside)

    def _review(self, item_id: str, reason: str, fields: Iterable[Field], beside: str = "") -> None:
        """Enter a doubt; a person is shown the cell as it stands, if the doubt is about one cell."""
        fields = _each_once(fields)
        cells = {(f.table, f.row, f.column) for f in fields}
        table, *cell = cells.pop() if item_id and len(cells) == 1 else (0, 0, 0)
        raw = self.texts.get(table, {}).get(tuple(cell), "")
        unread = [f for f in fields if "skipped" in f.notes or (_leaves_out(f) and f.raw not in raw)] if raw else fields
        told = (f.raw if f.kind not in BOX_KINDS or _leaves_out(f) else _box_shown(f) for f in unread)
        raw = " | ".join(filter(None, [raw, *(text or f.value for text, f in zip(told, unread, strict=True)), beside]))
        self.result.reviews.append(Review(item_id, reason, raw, *_origin(fields)))


def _box_shown(f: Field) -> str:
    """A box as people see it, never the code of its state."""
    return f.value or {"1": "☒", "0": "☐"}.get(f.raw, f.raw)


def _each_once(fields: Iterable[Field]) -> list[Field]:
    return list({id(f): f for f in fields}.values())


def _origin(fields: Sequence[Field]) -> tuple[str, str]:
    """Part and joined places of fields; all fields of an answer stand in one part."""
    return (fields[0].part if fields else ""), " | ".join([f.place for f in fields])


def _respond(slot: Slot, state: str, value: str, fields: Sequence[Field], how: str) -> Response:
    """A response with the origin of all its fields."""
    raw = " | ".join([f.raw for f in fields if f.raw and not (state == "answered" and f.state in EMPTY)])
    return Response(slot.item_id, slot.occurrence, state, value, raw, *_origin(fields), how)


def _lifted(looks: Sequence[tuple[Any, Collection[str]]]) -> list[Any]:
    """What has an emphasis that others, each with the notes on its label, do not have: a look of all is the form's."""
    codes = Counter(note for _, notes in looks for note in set(notes) if note.startswith(EMPHASES))
    own = {code for code, n in codes.items() if n < len(looks)}
    return [it for it, notes in looks if not own.isdisjoint(notes)]


def _says_more(f: Field, option: Slot, label: str) -> bool:
    """Whether somebody wrote beside a box: other words than the printed option, or than its row if it has none."""
    beside = normalise(f.label)
    return beside != normalise(option.row_label) and not set(beside.replace(label, "", 1)) <= _MERE_PUNCTUATION


def _taken_back(fields: Iterable[Field], kinds: Collection[str] = _TEXTS) -> str:
    """What is wrong with a tick that was struck out or hidden, in words that people find in the form; "" if none was."""
    words = ((_box_shown(f), f) if f.kind in BOX_KINDS else (f.raw, f) for f in fields if f.kind in kinds)
    words = ((raw, LEFT_OUT[n]) for raw, f in words for n in f.notes if n in ("struck", "hidden"))
    return next((f"„{raw}“ ist {word}" for raw, word in words), "")


def _leaves_out(f: Field) -> bool:
    """Whether more stands in a text or typed mark than counts."""
    return f.kind in (*_TEXTS, "mark") and not LEFT_OUT.keys().isdisjoint(f.notes)


def _adds(f: Field, labels: Iterable[str]) -> bool:
    """Whether a field beside the boxes says more than the printed options; a typed x keeps its whole line."""
    if "container" in f.notes or f.state in EMPTY:
        return False
    if f.kind in BOX_KINDS or "inline_mark" not in f.notes:
        return True
    text = normalise(f.value)
    for label in sorted(labels, key=len, reverse=True):
        text = text.replace(label, "", 1)
    return not set(text) <= MARK_CHARACTERS
