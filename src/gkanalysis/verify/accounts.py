"""What came in is used or set aside: the sums that must be right at every stage."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter


def account_rows(chapter: Chapter, sources: Sequence[str]) -> Iterator[dict[str, Any]]:
    """One row per sum: received = used + set aside, for files, forms, alliances and answers.

    Yields
    ------
    dict with section, id, verdict (adds_up, does_not_add_up), old (what came in), new (where it went), message
    """
    for source in sources:
        book = chapter.codebook(source)
        forms, cases = chapter._table(f"{source}-forms"), chapter.cases(source)
        losses, responses = chapter.losses(source), chapter.responses(source)
        files = sum(p.is_file() for p in (chapter.paths.data / source / "forms").iterdir())
        read, left_out = (forms["status"] == "read").sum(), (forms["status"] == "left_out").sum()
        yield _row(f"{source}: Dateien", files, {"gelesen": read, "ausgelassen": left_out})
        counted = cases[cases["file"] != ""]
        replaced = ((losses["unit"] == "form") & (losses["rule"] == "V06")).sum()
        yield _row(f"{source}: Bögen", read, {"gezählt": len(counted), "durch spätere ersetzt": replaced})
        status = cases["status"].value_counts()
        labels = {r["id"]: r["label"] for r in book.completeness} | {"missing": "nicht eingegangen"}
        yield _row(f"{source}: Bündnisse", len(chapter.alliances), {labels[k]: n for k, n in status.items()})
        items = [i.id for i in book.items.values() if i.label and book.part(i.part)["kind"] != "roster"]
        rows = responses[responses["item_id"].isin(items) & (responses["occurrence"] == 1)]
        states = rows["state"].value_counts()
        yield _row(
            f"{source}: Antworten", len(counted) * len(items), {str(k): n for k, n in states.items() if n}
        )
        for rule, state, what in (
            ("V07", "contradictory", "widersprüchliche Antworten"),
            ("V08", "illegible", "unlesbare Einträge"),
        ):
            held = responses[responses["state"] == state]
            named = losses[
                (losses["unit"] == "response")
                & losses["rule"].isin([rule, "V11"] if rule == "V08" else [rule])
            ]
            yield _row(f"{source}: {what}", len(held), {"mit Grund in losses.csv": len(named)})


def _row(name: str, came_in: int, went: dict[str, int]) -> dict[str, Any]:
    went = {k: int(n) for k, n in went.items()}
    adds_up = int(came_in) == sum(went.values())
    return {
        "section": "account",
        "id": name,
        "verdict": "adds_up" if adds_up else "does_not_add_up",
        "old": str(came_in),
        "new": " + ".join(f"{n} {k}" for k, n in went.items()),
    }
