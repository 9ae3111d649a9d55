"""A trace in German words: what was counted, and what stands at each place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping

from gkanalysis.core.errors import UsageError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.data import Data
from gkanalysis.disclosure.printed import find_numbers
from gkanalysis.verify.trace import Trace, find_untraced, trace_printed

STATES = {
    "selected": "angekreuzt", "not_selected": "nicht angekreuzt", "answered": "beantwortet",
    "not_answered": "keine Angabe", "not_asked": "nicht gefragt", "illegible": "unlesbar",
    "contradictory": "widersprüchlich", "coded": "kodiert", "not_coded": "nicht kodiert",
    "interviewed": "Gespräch geführt", "": "",
}  # fmt: skip


def shown_raw(row: Mapping[str, str]) -> str:
    """What stands in the form at a place; boxes and empty cells have no text of their own.

    >>> shown_raw({"raw": "", "state": "selected", "value": "", "place": "/w:p[1]/w:r[1]/w:fldChar[1]/w:ffData[1]"})
    'Kästchen (Formularfeld): angekreuzt'
    """
    if row["raw"] in ("0", "1") and "w:sdt" in row["place"]:
        return f"Kästchen: {row['raw']}"
    if row["raw"] or not row["place"].startswith("/"):
        return row["raw"]
    if "ffData" in row["place"] or "w:sdt" in row["place"]:
        kind = "Kästchen (Formularfeld)" if "ffData" in row["place"] else "Feld"
        if row["state"] == "answered":
            return f"{kind}: „{row['value']}“ angekreuzt"
        return f"{kind}: {STATES.get(row['state'], row['state'])}"
    return "leer"


def rest_title(trace: Trace) -> str:
    """Heading of the rows that are in the base."""
    return "Die Basis, je Zeile mit ihrem Beitrag" if trace.apart else "In der Basis, aber nicht gezählt"


def trace_lines(trace: Trace, number_id: str) -> Iterator[str]:
    """A trace for the terminal."""
    yield f"{number_id}: {trace.n}" + ("" if trace.base_n is None else f" von {trace.base_n}")
    yield trace.words
    yield f"Rechenvorschrift: {trace.definition}"
    for title, rows in (("Gezählt", trace.counted), (rest_title(trace), trace.rest)):
        if not len(rows) and (title != "Gezählt" and trace.base_n is None):
            continue
        yield f"{title} ({len(rows)}):"
        for r in rows.astype(str).to_dict("records"):
            where = " ".join(x for x in (r["file"], r["part"], r["place"]) if x)
            said = ", ".join(x for x in (STATES.get(r["state"], r["state"]), r["value"]) if x)
            raw = f"; im {trace.medium}: {shown_raw(r)}" if shown_raw(r) else ""
            yield f"  {r['case_id']}  {said or 'Zeile'}{raw}; {where}"


def report_of(paths: ProjectPaths, reports: Iterable[str], number_id: str) -> str:
    """The first of these reports, as far as they are finished, that has a number of this name.

    Raises
    ------
    UsageError
        If none has it; the message names the nearest ones of all.
    """
    known: dict[str, str] = {}
    for report in (r for r in reports if (paths.reports / r / "values.json").exists()):
        folder = paths.reports / report
        own = [name for name, _ in (*find_numbers(folder), *find_untraced(folder, paths))]
        if {number_id, number_id.partition(":")[0]} & {*own}:
            return report
        known |= {name: report for name in own if name not in known}
    if not known:
        raise UsageError("Es gibt noch keinen fertigen Bericht; bitte zuerst „make report“ ausführen.")
    near = difflib.get_close_matches(number_id, known, n=3) or list(known)[:3]
    named = ", ".join(f"{name} ({known[name]})" for name in near)
    raise UsageError(f"„{number_id}“ ist keine Zahl eines fertigen Berichts; gemeint sein könnte: {named}.")


def origin_lines(paths: ProjectPaths, report: str, number_id: str) -> list[str]:
    """Where one number of a finished report comes from, in German lines; a derived one gets a sentence.

    Raises
    ------
    UsageError
        If the report has not been built, or has no such number; the message names the nearest ones.
    VerificationError
        If the rows do not add up to the number that the report prints.
    """
    folder = paths.reports / report
    if not (folder / "values.json").exists():
        raise UsageError(f"Den Bericht „{report}“ gibt es noch nicht; bitte zuerst „make report“ ausführen.")
    numbers = dict(find_numbers(folder))
    if number_id not in numbers:
        derived = dict(find_untraced(folder, paths))
        if sentence := derived.get(number_id, derived.get(number_id.partition(":")[0])):
            return [f"{number_id}: {sentence}"]
        near = difflib.get_close_matches(number_id, [*numbers, *derived], n=3) or list(numbers)[:3]
        raise UsageError(
            f"„{number_id}“ ist keine Zahl von „{report}“; gemeint sein könnte: {', '.join(near)}."
        )
    return list(trace_lines(trace_printed(Data(paths), number_id, numbers[number_id]), number_id))
