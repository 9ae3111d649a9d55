"""What a report prints about the cases of a source, read off the definitions of its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, urlsplit

from gkanalysis.codebook.policy import Policy
from gkanalysis.counts.data import Data
from gkanalysis.disclosure.answerclaims import answers, category, codings, compared, offers, single_response
from gkanalysis.disclosure.claims import Claims, Printed, SourceData, UnreadError
from gkanalysis.disclosure.countedrows import counted_rows
from gkanalysis.disclosure.listclaims import listed
from gkanalysis.disclosure.setclaims import any_answer, mentions, multiple_response, open_answers
from gkanalysis.disclosure.told import add_claims
from gkanalysis.disclosure.world import ALL


def read_claims(
    numbers: Iterable[tuple[str, Mapping[str, Any]]],
    data: Mapping[str, SourceData],
    policy: Policy,
    chapter_sources: Mapping[str, Sequence[str]],
    have: Data | None = None,
) -> Claims:
    """Everything that numbers with a definition say about confidential questions.

    Parameters
    ----------
    numbers : id and row of each printed number, as `gkanalysis.disclosure.printed.find_numbers` gives them
    chapter_sources : chapter -> sources it reads, for numbers that are counted rows
    """
    claims, numbers = Claims(), list(numbers)
    if have is not None:
        new = [(i, c) for i, c in numbers if "?" not in str(c["definition"]) and c["definition"] != "rows"]
        add_claims(new, have, data, policy, claims)
        numbers = [(i, c) for i, c in numbers if "?" in str(c["definition"]) or c["definition"] == "rows"]
    for number, cell in numbers:
        parts = urlsplit(str(cell["definition"]))
        known = {k: v[0] for k, v in parse_qs(parts.query).items()}
        read_by = chapter_sources.get(str(cell.get("chapter")), ())
        printed = Printed(number, cell, parts.path, known, data, policy, read_by, claims)
        readers = READERS if printed.source in data else SOURCELESS
        try:
            readers.get(printed.kind, _unknown)(printed)
        except UnreadError as reason:
            claims.unread.append((number, str(reason)))
        except KeyError as missing:
            claims.unread.append((number, f"{missing} gibt es in „{known.get('source')}“ nicht"))
    return claims


def _unknown(p: Printed) -> None:
    raise UnreadError(f"die Rechenvorschrift „{p.kind}“ ist der Prüfung nicht bekannt")


def _register(p: Printed) -> None:
    """The register is public."""
    p.claims.public += 1


def _whole(p: Printed) -> None:
    """A number about the material as a whole is harmless where even a single one of all cases may be counted."""
    if p.group != (ALL,) or p.rules.total_from != 1:
        _unknown(p)
    p.claims.public += 1


# these find out themselves whether and where there are cases behind a number
SOURCELESS = {
    "rows": counted_rows, "category": category, "nested": _register,
    "list_cases": listed, "list_rows": listed, "list_sum": listed, "list_total": listed,
    "agreement": _whole, "coverage": _whole, "meetings": _whole, "open_agreement": _whole,
}  # fmt: skip
READERS = SOURCELESS | {
    "single_response": single_response, "compared": compared, "offers": offers, "answers": answers, "codings": codings,
    "multiple_response": multiple_response, "open_answers": open_answers, "any_answer": any_answer, "mentions": mentions,
}  # fmt: skip
