"""Who sends back a form of a wave, in which version, how and when: alliances that returned before come back sooner."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from zlib import crc32

import numpy as np
import pandas as pd

from gkanalysis.codebook.instrument import Codebook, Item
from gkanalysis.core.errors import GkError

TICK = "x"
REST = "rest"
LOYALTY = 0.9  # what each earlier return adds to the inclination to return; the chance in it is about 1.3
PULL = 0.5  # what one standard deviation of an alliance's tendency adds
Figure = Callable[[str], int]


@dataclass
class Return:
    """One form to be written: who sent it when, in which version and style, and its answers by slot."""

    alliance_id: str
    name: str
    type: str
    version: str
    style: str
    received: date
    status: str
    title: str
    answers: dict[str, str] = field(default_factory=dict)
    remark: str = ""

    @property
    def file_name(self) -> str:
        """The name of the file, with a remark in brackets as people add it."""
        return f"{self.title}{f' ({self.remark})' if self.remark else ''}.docx"


def steady(*words: str) -> float:
    """A standard normal value that belongs to these words, the same in every wave.

    Examples
    --------
    >>> steady("B01") == steady("B01") != steady("B02")
    True
    """
    return float(np.random.default_rng(crc32("|".join(words).encode())).standard_normal())


def choose_returns(
    plan: Mapping[str, Any],
    book: Codebook,
    alliances: pd.DataFrame,
    earlier: Sequence[Collection[str]],
    rng: np.random.Generator,
) -> list[Return]:
    """Draw the returned forms of a wave.

    Parameters
    ----------
    plan : `returns` has the number of forms by completeness and type of alliance, `versions` the number by version
    book : the codebook of the wave
    alliances : the register, one row per alliance
    earlier : ids of the alliances that returned each earlier wave
    rng : seeded generator

    Returns
    -------
    One return per alliance, without answers, in the order of the register

    Raises
    ------
    GkError
        If more forms are planned than there are alliances of a type.
    """
    status: dict[str, str] = {}
    planned = [(s, plan["returns"].get(s, {})) for s in ("full", "partial")]
    for kind in alliances["type"].unique():
        ids = alliances.loc[alliances["type"] == kind, "alliance_id"].tolist()
        statuses = [s for s, counts in planned for _ in range(counts.get(kind, 0))]
        if len(statuses) > len(ids):
            raise GkError(
                f"{book.source}: geplant sind {len(statuses)} Bögen der Art „{kind}“, es gibt {len(ids)} Bündnisse."
            )
        inclined = [
            LOYALTY * sum(i in group for group in earlier) + PULL * steady(i) + rng.gumbel() for i in ids
        ]
        order = np.argsort(inclined)[::-1]  # the least inclined of those who return leave a part open
        status |= {ids[k]: s for k, s in zip(order, statuses, strict=False)}
    versions = _versions(plan, book, status, rng)
    styles, chances = list(plan["styles"]), list(plan["styles"].values())
    first, last = plan["field"]["from"], plan["field"]["to"]
    forms = []
    for row in alliances[alliances["alliance_id"].isin(list(status))].itertuples():
        version = versions[row.alliance_id]
        title = plan["file_name"]
        title = title[version] if isinstance(title, Mapping) else title
        received = first + timedelta(days=int(rng.integers(0, (last - first).days + 1)))
        forms.append(
            Return(
                row.alliance_id, row.name, row.type, version, str(rng.choice(styles, p=chances)), received,
                status[row.alliance_id], title.format(name=row.name),
            )
        )  # fmt: skip
    return forms


def _versions(
    plan: Mapping[str, Any], book: Codebook, status: Mapping[str, str], rng: np.random.Generator
) -> dict[str, str]:
    """Version of each form: fully usable ones have the counted versions, all others the one with the rest."""
    counts = plan.get("versions", dict.fromkeys(book.versions, REST))
    rest = [v for v, n in counts.items() if n == REST]
    if set(counts) != set(book.versions) or len(rest) != 1:
        raise GkError(
            f"{book.source}: „versions“ im Plan muss jede Fassung des Codebuchs nennen, eine davon als „{REST}“."
        )
    chosen = iter(rng.permutation([i for i, s in status.items() if s == "full"]).tolist())
    versions = {next(chosen): v for v, n in counts.items() if n != REST for _ in range(n)}
    return dict.fromkeys(status, rest[0]) | versions


def draw_contacts(
    plan: Mapping[str, Any], alliances: pd.DataFrame, forms: Sequence[Return], rng: np.random.Generator
) -> list[dict[str, Any]]:
    """Draw which of the alliances without a form said why, one dict per call."""
    back = {f.alliance_id for f in forms}
    silent = iter(rng.permutation([i for i in alliances["alliance_id"] if i not in back]).tolist())
    return [
        {"alliance_id": next(silent), "date": plan["field"]["to"] + timedelta(days=int(rng.integers(3, 30))), "result": result}
        for result, n in plan.get("contacts", {}).items()
        for _ in range(n)
    ]  # fmt: skip


def fill_head(form: Return, book: Codebook) -> None:
    """Name and location, by which the form is told to belong to its alliance."""
    form.answers[book.identity["name"]] = form.name
    item = book.items[book.identity["type"]]
    option = next(o.id for o in item.options if o.extra.get("type") == form.type)
    choose(form, item, option)


def choose(form: Return, item: Item, option: str) -> None:
    """Enter the answer to a single choice, as a box or in a list."""
    form.answers |= {item.id: option} if item.control else {f"{item.id}:{option}": TICK}


def chosen(form: Return, item: Item) -> str:
    """The option of a single choice that a form has; "" if none or several."""
    if item.control:
        return form.answers.get(item.id, "")
    found = [o.id for o in item.options if f"{item.id}:{o.id}" in form.answers]
    return found[0] if len(found) == 1 else ""


def is_asked(form: Return, item: Item, book: Codebook) -> bool:
    """Whether the version prints an item and its filter, answered as it is, leads there."""
    if not book.in_version(item, form.version):
        return False
    return not item.asked_if or chosen(form, book.items[item.asked_if[0]]) == item.asked_if[1]


def is_answered(form: Return, item_id: str) -> bool:
    """Whether anything stands at an item."""
    return any(tag == item_id or tag.startswith((f"{item_id}:", f"{item_id}#")) for tag in form.answers)


def needs_of(book: Codebook) -> Iterator[tuple[str, list[str]]]:
    """What a fully usable form must have: items, or sets with one tick at least, each as (id, its items)."""
    for need in book.completeness[0]["needs"] if book.completeness else ():
        for kind, name in need.items():
            if kind in ("item", "set"):
                yield name, book.set_items(name) if kind == "set" else [name]
