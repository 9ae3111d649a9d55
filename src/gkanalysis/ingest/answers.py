"""What the fields found at one place of a form say: a tick, a single choice or a text, and what is unclear.

Each reader gives the response and the sentences for the review list. Several witnesses must agree; an entry that adds
something to a box makes it illegible, because only a person can weigh the two.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gkanalysis.codebook.layout import Slot
from gkanalysis.ingest.placing import normalise
from gkanalysis.ingest.word.glyphs import MARKS
from gkanalysis.ingest.word.model import TICK_KINDS as BOX_KINDS
from gkanalysis.ingest.word.model import Field

EMPTY = frozenset({"not_answered", "not_selected"})
BOX_NOT_FOUND = "Kästchen „{}“: nicht gefunden"
_MARK_CHARACTERS = frozenset("".join(MARKS).casefold())


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


def respond(slot: Slot, state: str, value: str, fields: Iterable[Field], how: str) -> Response:
    """A response with the origin of all its fields."""
    fields = list(fields)
    raw = " | ".join(f.raw for f in fields if f.raw)
    return Response(slot.item_id, slot.occurrence, state, value, raw, *origin(fields), how)


def origin(fields: Sequence[Field]) -> tuple[str, str]:
    """Part and joined places of fields; all fields of an answer stand in one part."""
    return (fields[0].part if fields else ""), " | ".join(f.place for f in fields)


def read_tick(
    slot: Slot, fields: Sequence[Field], how: str, placeholders: Collection[str], whole: str
) -> tuple[Response, list[str]]:
    """The response to a box of its own cell; `whole` is all text of the cell."""
    state, problem = _tick_state(fields, placeholders)
    beside = normalise(whole)
    for f in fields:
        if f.kind in BOX_KINDS:
            beside = beside.replace(normalise(f.value), "", 1)
    if not problem and beside and beside not in placeholders:  # the reader takes it for the label of the box
        response = replace(respond(slot, "illegible", "", fields, how), raw=whole)
        return response, ["Text neben dem Kästchen"]
    return respond(slot, state, "", fields, how), [problem] if problem else []


def read_single(
    parts: Sequence[tuple[Slot, Sequence[Field]]],
    how: str,
    tags: Mapping[str, Slot],
    placeholders: Collection[str],
) -> tuple[Response, list[str]]:
    """One response from the boxes of all options, each with the fields that can be its box: none, one, or several.

    `tags` names the option that a control was made for.
    """
    slot = parts[0][0]
    labels = [normalise(option.option_label) for option, _ in parts]
    cell = list({id(f): f for _, fields in parts for f in fields}.values())
    rest = {id(f): f for f in cell}
    ticked, places, problems = [], [], []
    for (option, fields), label in zip(parts, labels, strict=True):
        boxes = [f for f in fields if f.kind in BOX_KINDS and _ties(f, option, label, labels, tags)]
        state, problem = _tick_state(boxes, placeholders) if boxes else ("", "")
        if not boxes:
            problems.append(BOX_NOT_FOUND.format(option.option_label))
        elif problem:
            problems.append(f"Kästchen „{option.option_label}“: {problem}")
        if state == "selected":
            ticked.append(option.option)
            places += boxes
        for f in boxes:
            rest.pop(id(f))
    if any(_adds(f, labels) for f in rest.values()):
        problems.append("Eintrag neben den Kästchen")
    value = "|".join(ticked)
    if problems:
        return respond(slot, "illegible", value, cell, how), problems
    state = ("not_answered", "answered")[len(ticked)] if len(ticked) < 2 else "contradictory"
    return respond(slot, state, value, places or cell, how), []


def read_text(
    slot: Slot, fields: Sequence[Field], how: str, placeholders: Collection[str], whole: str
) -> tuple[Response, list[str]]:
    """The response to a question that is answered in words; `whole` is all text of its cell."""
    if len(fields) > 1:  # the text of a container is that of the controls inside it
        fields = [f for f in fields if "container" not in f.notes]
    if any(f.state == "unclear" for f in fields):
        value = next(f.value for f in fields if f.state == "unclear")
        return respond(slot, "illegible", value, fields, how), ["nicht eindeutig lesbar"]
    values, notes = [], []
    for f in fields:
        if f.value and normalise(f.value) in placeholders:
            notes.append("placeholder")
        elif f.state not in EMPTY and (f.value or f.raw):
            values.append(f.value or f.raw)
        notes += [n for n in f.notes if n.startswith("tracked") or n in ("struck", "off_list")]
    if values and len(fields) > 1 and any(f.kind in BOX_KINDS for f in fields):
        values = [whole]  # boxes typed within a text are fields of their own: only the whole has its order
    response = respond(slot, "answered" if values else "not_answered", "\n".join(values), fields, how)
    return replace(response, note=" ".join(dict.fromkeys(notes))) if notes else response, []


def read_choice(
    slot: Slot, fields: Sequence[Field], how: str, placeholders: Collection[str], whole: str
) -> tuple[Response, list[str]]:
    """The response to a drop-down list, or to what was typed in its place: the one entry that it names."""
    response, problems = read_text(slot, fields, how, placeholders, whole)
    if response.state != "answered":
        return response, problems
    chosen = [option for option, label in slot.choices if normalise(label) == normalise(response.value)]
    response = replace(response, raw=response.raw or response.value)
    if len(chosen) != 1:
        return replace(response, state="illegible"), ["keine der Vorgaben der Liste"]
    return replace(response, value=chosen[0]), problems


def _ties(f: Field, option: Slot, label: str, labels: Sequence[str], tags: Mapping[str, Slot]) -> bool:
    """Whether a box is that of an option: by its tag, unless another option is printed beside it, or by label."""
    beside = normalise(f.label)
    return beside == label or (tags.get(f.tag) == option and beside not in labels)


def _tick_state(fields: Sequence[Field], placeholders: Collection[str]) -> tuple[str, str]:
    """State of a box and what is wrong with it: several witnesses in one cell must agree."""
    boxes = [f for f in fields if f.kind in BOX_KINDS]
    beside = [f for f in fields if f.kind not in BOX_KINDS and f.state not in EMPTY]
    if boxes:  # LibreOffice wraps a box in a control of its glyph
        beside = [f for f in beside if "container" not in f.notes]
    written = any(normalise(f.value) not in placeholders for f in beside)
    states = {f.state for f in boxes}
    if "unclear" in states or (written and not boxes):
        return "illegible", "Kreuz nicht eindeutig"
    if len(states) > 1:
        return "illegible", "zwei Zeichen in einem Feld widersprechen sich"
    if written:
        return "illegible", "Text neben dem Kästchen"
    return (states.pop() if states else "not_selected"), ""


def _adds(f: Field, labels: Iterable[str]) -> bool:
    """Whether a field beside the boxes says more than the printed options; a typed x keeps its whole line."""
    if "container" in f.notes or f.state in EMPTY:
        return False
    if f.kind in BOX_KINDS or "inline_mark" not in f.notes:
        return True
    text = normalise(f.value)
    for label in sorted(labels, key=len, reverse=True):
        text = text.replace(label, "", 1)
    return not set(text) <= _MARK_CHARACTERS
