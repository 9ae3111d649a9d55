"""Put the tables that commands have made into the README, between their marks: `python -m benchmarks.readme`."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLES = {"bench": "benchmarks/RESULTS.md", "selftest": "benchmarks/SELFTEST.md"}


def embed(readme: str, tables: dict[str, str]) -> str:
    """The README with each table between `<!-- name -->` and `<!-- /name -->`.

    >>> embed("a <!-- t -->old<!-- /t --> b", {"t": "new"})
    'a <!-- t -->\\nnew\\n<!-- /t --> b'
    """
    for name, text in tables.items():
        pattern = re.compile(rf"(<!-- {name} -->).*?(<!-- /{name} -->)", re.DOTALL)
        readme = pattern.sub(lambda m, text=text: f"{m[1]}\n{text.strip()}\n{m[2]}", readme)
    return readme


def made_tables() -> dict[str, str]:
    """The tables as the commands left them, by name; those that exist. What follows `<!-- more -->` stays behind."""
    texts = {n: (ROOT / p).read_text(encoding="utf-8") for n, p in TABLES.items() if (ROOT / p).exists()}
    return {n: text.split("<!-- more -->")[0] for n, text in texts.items()}


if __name__ == "__main__":
    path = ROOT / "README.md"
    path.write_text(embed(path.read_text(encoding="utf-8"), made_tables()), encoding="utf-8")
