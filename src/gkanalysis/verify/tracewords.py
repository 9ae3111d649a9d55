"""A trace in German words: what was counted, and what stands at each place."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from gkanalysis.codebook.interviews import InterviewCodebook
from gkanalysis.core.errors import UsageError, VerificationError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.count import Count
from gkanalysis.counts.data import Data
from gkanalysis.disclosure.printed import find_numbers
from gkanalysis.tabulate.agreement import COMPARED_LABELS
from gkanalysis.verify.trace import Trace, find_untraced, trace_cell
from gkanalysis.verify.tracelists import LIST_KINDS, list_words
from gkanalysis.verify.traceoffers import offer_words
from gkanalysis.verify.traceopen import category_of, open_words
from gkanalysis.verify.tracepanel import panel_words

if TYPE_CHECKING:
    from gkanalysis.report.chapter import Chapter

BASES = {
    "asked": "alle, denen die Frage gestellt wurde",
    "answered": "alle mit gültiger Antwort",
    "mentioned": "alle mit mindestens einer Nennung",
    "valid": "alle mit gültiger Antwort in dieser Zeile",
}
STATES = {
    "selected": "angekreuzt", "not_selected": "nicht angekreuzt", "answered": "beantwortet",
    "not_answered": "keine Angabe", "not_asked": "nicht gefragt", "illegible": "unlesbar",
    "contradictory": "widersprüchlich", "coded": "kodiert", "not_coded": "nicht kodiert",
    "interviewed": "Gespräch geführt", "": "",
}  # fmt: skip


INTERVIEW_KINDS = ("codings", "coverage", "meetings", "agreement")
PANEL_KINDS = ("attrition", "change", "compared", "answers")
OPEN_KINDS = ("mentions", "any_answer", "open_agreement")


def definition_words(chapter: Chapter, trace: Trace) -> str:
    """What was counted and of what, in one sentence."""
    if "?" not in trace.definition and trace.definition != "rows":
        count, _, row, group = Count.read(trace.definition)
        told = "" if group == "alle" else f"; Gruppe: {chapter.type_labels.get(group, group)}"
        return f"{count.words(Data(chapter.paths), row)}{told}."
    parts = urlsplit(trace.definition)
    known = {name: values[0] for name, values in parse_qs(parts.query).items()}
    if parts.path == "rows":
        return "Gezählt sind die Zeilen, die das Notebook ausgewählt und mit dem Wert gespeichert hat."
    if parts.path == "nested":
        rows = chapter.register_codebook["nested_tables"][known["table"]]
        label = next(r["label"] for r in rows if r["id"] == trace.row)
        return f"Gezählt ist im Register „{label}“ (Codebuch des Registers, {known['table']}, {trace.row})."
    if parts.path == "findings":
        return f"Gezählt sind die Funde der Prüfung von {known['source']} nach der Regel {trace.row}."
    if parts.path in PANEL_KINDS:
        return panel_words(chapter, parts.path, known)
    if parts.path in OPEN_KINDS:
        return open_words(chapter, parts.path, known, trace.row)
    if parts.path in LIST_KINDS:
        return list_words(chapter, parts.path, known, trace.row, trace.subgroup)
    group = chapter.type_labels.get(trace.subgroup, trace.subgroup)
    if parts.path in INTERVIEW_KINDS:
        return _interview_words(chapter.interviews(known["source"]).codebook, parts.path, known, trace.row)
    if parts.path == "category":
        of = f"Fälle von {known['source']}" if known["frame"] == "cases" else "Bündnisse des Registers"
        return f"Gezählt sind {of} mit {known['column']} = „{trace.row}“; Gruppe: {group}."
    book = chapter.codebook(known["source"])
    labels = {rule["id"]: rule["label"] for rule in book.completeness}
    forms = " oder ".join(labels.get(s, s) for s in known["status"].split(","))
    if parts.path == "offers":
        return f"{offer_words(book, known, trace.row)}; Gruppe: {group}; Bögen: {forms}."
    tail = f"Gruppe: {group}; Bögen: {forms}; Basis: {BASES.get(known['base'], known['base'])}."
    if parts.path == "multiple_response":
        label = book.items[trace.row].label
        return f"Gezählt ist {trace.row} „{label}“ angekreuzt ({book.sets[known['set']]['label']}); {tail}"
    item = book.items[known["item"]]
    if parts.path == "open_answers":
        category = category_of(chapter, known, trace.row)
        return f"Gezählt sind Bündnisse, in deren Antwort auf {item.id} „{item.label}“ {known['coder']} die Kategorie „{category.label}“ wenigstens einmal vergeben hat; {tail} Definition: {category.definition}"
    option = next((o.label for o in item.options if o.id == trace.row), trace.row)
    return f"Gezählt ist bei {item.id} „{item.label}“ die Antwort „{option}“; {tail}"


def _interview_words(book: InterviewCodebook, kind: str, known: Mapping[str, str], row: str) -> str:
    """What was counted in coded interviews."""
    if row == "interviewed":
        return f"Gezählt sind die geführten Gespräche ({book.title})."
    if kind == "codings":
        code = book.codes[row]
        return f"Gezählt sind Kommunen, in deren Gespräch {known['coder']} den Kode „{code.path}“ wenigstens einmal vergeben hat; Basis: alle Gespräche. Definition: {code.definition}"
    if kind == "coverage":
        return f"Gezählt sind Zeichen der gespeicherten Texte, denen {known['coder']} einen Kode der Gruppe „{book.groups[row].label}“ gab; Basis: alle Zeichen dieser Texte."
    if kind == "meetings":
        pair = " und ".join(f"„{book.groups[g].label}“" for g in row.split(" + "))
        return f"Gezählt sind Kommunen, in deren Gespräch sich Stellen der Gruppen {pair} überschneiden ({known['coder']}); Basis: Gespräche mit gespeichertem Text."
    if known["by"] == "code":
        about = f"Kommt der Kode „{book.codes[row].path}“ im Gespräch vor?"
    else:
        about = f"{COMPARED_LABELS[row]}, alle Kodes."
    return f"Gezählt sind Vergleiche zweier Kodierender, die übereinstimmen; Basis: alle Vergleiche. {about}"


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


def trace_lines(chapter: Chapter, trace: Trace, number_id: str) -> Iterator[str]:
    """A trace for the terminal."""
    yield f"{number_id}: {trace.n}" + ("" if trace.base_n is None else f" von {trace.base_n}")
    yield definition_words(chapter, trace)
    yield f"Rechenvorschrift: {trace.definition}"
    medium = "Gespräch" if trace.definition.startswith(INTERVIEW_KINDS) else "Bogen"
    for title, rows in (("Gezählt", trace.counted), (rest_title(trace), trace.rest)):
        if not len(rows) and (title != "Gezählt" and trace.base_n is None):
            continue
        yield f"{title} ({len(rows)}):"
        for r in rows.astype(str).to_dict("records"):
            where = " ".join(x for x in (r["file"], r["part"], r["place"]) if x)
            said = ", ".join(x for x in (STATES.get(r["state"], r["state"]), r["value"]) if x)
            raw = f"; im {medium}: {shown_raw(r)}" if shown_raw(r) else ""
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
    from gkanalysis.report.chapter import Chapter

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
    cell = numbers[number_id]
    chapter = Chapter("trace", paths, folder)
    trace = trace_cell(chapter, cell)
    check_printed(trace, cell, number_id)
    return list(trace_lines(chapter, trace, number_id))


def check_printed(trace: Trace, cell: Mapping[str, object], number_id: str) -> None:
    """Compare a trace with the number that the report prints.

    Raises
    ------
    VerificationError
        If they differ; the sentence names both.
    """
    base = cell.get("base_n")
    printed = (int(cell["n"]), None if base is None or base != base else int(base))  # type: ignore[call-overload]
    if (trace.n, trace.base_n) != printed:
        raise VerificationError(
            f"{number_id}: im Bericht {printed[0]} von {printed[1]}, nachgezählt {trace.n} von {trace.base_n}"
        )
