"""What a self-test found, as a table for the README."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tools.selftest.mutants import Mutant

KINDS = {
    "tick": "a tick in a form",
    "register": "a row or cell of the register",
    "label": "a letter of a label in a codebook",
    "constant": "a constant in a codebook",
    "swap": "two options or items swapped",
    "published": "a published figure",
    "manifest": "a committed table cell",
    "figure": "a byte in a figure",
    "prose": "a number retyped in prose",
}
SECTIONS = {
    "build": "build refuses",
    "output": "outputs",
    "trace": "trace",
    "account": "accounts",
    "published": "published",
    "contradiction": "contradictions",
    "input": "inputs",
}
NOT_INPUT = SECTIONS.keys() - {"input"}
Found = dict[str, str]  # section -> its first open finding; also „number“ (an output of numbers) and „crash“


@dataclass(frozen=True)
class SelfTest:
    """What was found of which mutant, and what was found in clean reruns."""

    seed: int
    found: list[tuple[Mutant, Found]]
    reruns: list[tuple[dict[str, str], Found]]

    @property
    def survivors(self) -> list[str]:
        """Mutants that stayed green and reruns that did not, in words."""
        green = [f"{m.kind}: {m} stays green" for m, found in self.found if not found]
        return green + [f"clean rerun {s}: {f}" for s, f in self.reruns if f]


def table(result: SelfTest) -> str:
    """The result as Markdown: one row per kind of mutant, one for the clean reruns, then what to look at."""
    head = [
        "what was changed",
        "mutants",
        "found",
        "without „inputs“",
        "in a number",
        *SECTIONS.values(),
        "stayed green",
    ]
    lines = [f"| {' | '.join(head)} |", "|---|" + "--:|" * (len(head) - 1)]
    for kind, label in [*KINDS.items(), ("", "**all**")]:
        found = [f for m, f in result.found if kind in ("", m.kind)]
        counts = Counter(section for f in found for section in f)
        cells = [
            len(found),
            sum(map(bool, found)),
            sum(bool(f.keys() & NOT_INPUT) for f in found),
            counts["number"],
        ]
        cells += [*(counts[s] for s in SECTIONS), sum(not f for f in found)]
        lines.append(f"| {label} | {' | '.join(map(str, cells))} |")
    red = sum(bool(f) for _, f in result.reruns)
    lines += [
        "",
        f"Clean reruns: {len(result.reruns)}, of which {red} turned red. Seed {result.seed}.",
        "",
        "<!-- more -->",
    ]
    for title, names in (
        ("Stayed green", result.survivors),
        (
            "Found by the hashes of the inputs only",
            [f"{m.kind}: {m}" for m, f in result.found if f and not f.keys() & NOT_INPUT],
        ),
        (
            "Refused without a German sentence",
            [f"{m.kind}: {m} ({f['crash']})" for m, f in result.found if "crash" in f],
        ),
    ):
        if names:
            lines += ["", f"{title}:", "", *(f"- {n}" for n in names)]
    return "\n".join(lines) + "\n"
