"""Compare the text of tables and values cell by cell, and what a reader sees of an HTML or Word file."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import zip_longest
from pathlib import Path
from typing import Any

TOLERANCE = 1e-9  # shares and limits of intervals; counts must be the same
# The columns of tables that hold numbers. Elsewhere 1.1 and 1.10 are two different ids.
COUNTS = frozenset({"n", "base_n", "population_n", "level"})
MEASURES = frozenset({"share", "share_of_responses", "ci_low", "ci_high"})


def compare_tables(old_text: str, new_text: str) -> dict[str, str]:
    """Cell by cell; names the first cell that differs.

    Returns
    -------
    dict with verdict (same_values, within_tolerance, differs), old, new, message

    Examples
    --------
    >>> compare_tables("row,n\\n1.1,5\\n", "row,n\\n1.1,6\\n")["message"]
    'Zeile 2 (1.1, 5), Spalte n'
    """
    old, new = (list(csv.reader(io.StringIO(t))) for t in (old_text, new_text))
    verdict = "same_values"
    for number, (a, b) in enumerate(zip_longest(old, new), start=1):
        if a is None or b is None:
            shown = {"old": ", ".join(a[:3]) if a else "fehlt", "new": ", ".join(b[:3]) if b else "fehlt"}
            message = f"Zeile {number} gibt es nur einmal; bisher {len(old)} Zeilen, jetzt {len(new)}"
            return {"verdict": "differs", "message": message} | shown
        for k, (x, y) in enumerate(zip_longest(a, b)):
            column = old[0][k] if k < len(old[0]) else str(k + 1)
            close = _close(column, x, y)
            if close == "differs":
                message = f"Zeile {number} ({', '.join(a[:3])}), Spalte {column}"
                shown = {"old": "fehlt" if x is None else x, "new": "fehlt" if y is None else y}
                return {"verdict": "differs", "message": message} | shown
            if close == "within_tolerance":
                verdict = close
    return {"verdict": verdict, "old": "", "new": "", "message": ""}


def _close(column: str, x: str | None, y: str | None) -> str:
    """Verdict on two cells; only known columns are numbers, and only measures may differ at all."""
    if x == y or x is None or y is None:
        return "same_values" if x == y else "differs"
    if column in COUNTS | MEASURES:
        try:
            if Decimal(x) == Decimal(y):
                return "same_values"
            if column in MEASURES and math.isclose(float(x), float(y), rel_tol=0, abs_tol=TOLERANCE):
                return "within_tolerance"
        except InvalidOperation:
            pass
    return "differs"


def compare_values(old_text: str, new_text: str) -> Iterator[dict[str, str]]:
    """One row per number in the text, in the order of the text.

    Yields
    ------
    dict with id (`values.json#<value>.<wording>`), verdict (identical, differs, not_rebuilt, not_checked), old, new
        and message; old and new are the words that stand there, or the part of the value that differs
    """
    old, new = _by_name(old_text), _by_name(new_text)
    if old is None or new is None:
        what = "Im Stand der Veröffentlichung" if old is None else "Im neuen Text"
        message = f"{what} ist die Liste der Zahlen nicht lesbar."
        yield {"id": "values.json#", "verdict": "not_checked", "old": "", "new": "", "message": message}
        return
    for name in dict.fromkeys([*old, *new]):
        row = {"id": f"values.json#{name}", "old": "", "new": "", "message": ""}
        a, b = old.get(name), new.get(name)
        if a is None or b is None:
            verdict = "not_checked" if a is None else "not_rebuilt"
            what = "Im Stand der Veröffentlichung" if a is None else "Im neuen Text"
            yield row | {"verdict": verdict, "message": f"{what} gibt es diese Zahl nicht."}
        elif a == b:
            yield row | {"verdict": "identical", "new": str(b.get("text", ""))}
        else:
            key = next(k for k in [*a, *b] if a.get(k) != b.get(k))
            first = {"old": _short(a.get(key)), "new": _short(b.get(key))}
            yield row | {"verdict": "differs", "message": f"erster Unterschied: {key}"} | first


def _by_name(text: str) -> dict[str, dict[str, Any]] | None:
    """Values by id and wording; the second use of a wording gets a number. None if it is no list of values."""
    try:
        content = json.loads(text)
    except ValueError:
        return None
    if not isinstance(content, list) or not all(isinstance(value, dict) for value in content):
        return None
    named: dict[str, dict[str, Any]] = {}
    uses: Counter[str] = Counter()
    for value in content:
        name = ".".join(filter(None, (str(value.get("id")), str(value.get("wording") or ""))))
        uses[name] += 1
        named[f"{name}#{uses[name]}" if uses[name] > 1 else name] = value
    return named


def _short(value: object) -> str:
    text = "" if value is None else str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"


def seen_content(path: Path) -> bytes:
    """Words, links and pictures of an HTML, Word or PowerPoint file, without other markup, scripts and styles."""
    if path.suffix in (".docx", ".pptx"):
        with zipfile.ZipFile(path) as archive:
            names = sorted(archive.namelist())
            text = re.compile(
                r"word/(document|footnotes|endnotes|header\d*|footer\d*)\.xml|ppt/slides/slide\d+\.xml"
            )
            markup = "\n".join(archive.read(n).decode("utf-8") for n in names if text.fullmatch(n))
            relations = re.compile(r"word/_rels/document\.xml\.rels|ppt/slides/_rels/.*\.rels")
            links = [archive.read(n) for n in names if relations.fullmatch(n)]
            media = ("word/media/", "ppt/media/")
            pictures = [n.encode() + archive.read(n) for n in names if n.startswith(media)]
    else:
        markup = path.read_text(encoding="utf-8")
        links, pictures = (_attributes(markup, names) for names in ("href|id", "src"))
        markup = re.sub(r"(?s)<(style|script)\b.*?</\1>", "", markup)
    alts = b" ".join(_attributes(markup, "alt|descr")).decode("utf-8")
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", markup) + " " + alts).strip()
    return b"\0".join([words.encode("utf-8"), *links, *pictures])


def _attributes(markup: str, names: str) -> list[bytes]:
    """Values of attributes in their order, whichever quotation marks they stand in.

    >>> _attributes("<a href='x' id=\\"y\\">", "href|id")
    [b'x', b'y']
    """
    return [m[2].encode("utf-8") for m in re.finditer(rf"(?s)\b(?:{names})=([\"'])(.*?)\1", markup)]
