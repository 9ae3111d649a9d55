"""What real returns have, by declaration: each kind of mess gets a form of its own, counted answers stay as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from gkanalysis.codebook.instrument import Codebook
from gkanalysis.core.errors import GkError
from tools.synthetic.waveanswers import planned_items
from tools.synthetic.wavereturns import TICK, Return, is_answered, is_asked

KEYS = frozenset({"kind", "type", "item", "text"})
TYPED = "typed_x"  # in a control Word itself flags a placeholder, and a box or a list takes no words


def make_mess(plan: Mapping[str, Any], book: Codebook, forms: list[Return]) -> None:
    """Put the declared mess into the forms; a form that was sent twice is one form more.

    `mess` in the plan is a list of `kind`, maybe the `type` of the alliance, and what the kind needs:
    `twice`; `both_answers` with `item`; `filter_broken` with `item` and `text`; `entry` with `item` and `text`, which
    is typed where no counted answer stands (a placeholder, a word for a number, a mark in doubt, an entry that no list has);
    `other_name` with `text`.

    Raises
    ------
    GkError
        If no form fits, or the kind is unknown.
    """
    jobs = []
    for mess in plan.get("mess", ()):
        fits, change = _kind(mess, plan, book)
        jobs.append((mess, [f for f in forms if fits(f) and mess.get("type", f.type) == f.type], change))
    taken: set[str] = set()
    for mess, fitting, change in sorted(
        jobs, key=lambda job: len(job[1])
    ):  # what fits few forms chooses first
        form = next((f for f in fitting if f.alliance_id not in taken), None)
        if form is None:
            raise GkError(f"{book.source}: für „{mess['kind']}“ ({mess.get('item', 'Bogen')}) im Plan passt kein Bogen; bitte Item oder Art ändern.")  # fmt: skip
        taken.add(form.alliance_id)
        change(form)
        if mess["kind"] == "twice":
            forms.append(_draft(form, book))


def _kind(
    mess: Mapping[str, Any], plan: Mapping[str, Any], book: Codebook
) -> tuple[Callable[[Return], bool], Callable[[Return], None]]:
    """Which forms a mess fits, and what it changes in one."""
    if strange := sorted(set(mess) - KEYS):
        raise GkError(f"{book.source}: „{strange[0]}“ unter „mess“ im Plan ist unbekannt; Texte mit Komma brauchen Anführungszeichen.")  # fmt: skip
    kind, item_id = mess["kind"], mess.get("item", "")
    head = set(book.identity.values())
    if kind == "twice":
        return (lambda f: f.status == "full"), (lambda f: setattr(f, "remark", "korrigiert"))
    if kind == "other_name":
        return (lambda f: True), (lambda f: f.answers.update({book.identity["name"]: mess["text"]}))
    stem, _, rest = item_id.partition(":")
    (item,) = planned_items(book, [stem.partition("#")[0]])

    counted = {*plan.get("items", {}), *(i for s in plan.get("sets", {}) for i in book.set_items(s))}
    counted |= {i for entry in plan.get("texts", ()) for i in entry["items"]}

    def free(form: Return) -> bool:
        return is_asked(form, item, book) and not (item.id in counted and is_answered(form, item.id))

    if kind == "both_answers" and len(item.options) > 1 and not item.control and item.id not in head:
        both = {f"{item.id}:{o.id}": TICK for o in item.options[:2]}
        return free, (lambda f: f.answers.update(both))
    if kind == "filter_broken" and item.asked_if:

        def beside(form: Return) -> bool:
            return book.in_version(item, form.version) and not is_asked(form, item, book)

        return beside, (lambda f: f.answers.update({item.id: mess["text"]}))
    if kind == "entry" and not rest and item.id not in head:

        def write(form: Return) -> None:
            form.style = TYPED
            form.answers[item.id] = mess["text"]

        return free, write
    raise GkError(f"{book.source}: „{kind}“ mit „{item_id}“ im Plan ist unbekannt oder an dieser Stelle nicht möglich.")  # fmt: skip


def _draft(form: Return, book: Codebook) -> Return:
    """What was sent before the corrected form: every third answer is still missing."""
    head = tuple(book.identity.values())
    body = [tag for tag in form.answers if not tag.startswith(head)]
    kept: Sequence[str] = [tag for tag in form.answers if tag not in set(body[::3])]
    answers = {tag: form.answers[tag] for tag in kept}
    return replace(form, answers=answers, remark="", received=form.received - timedelta(days=9))
