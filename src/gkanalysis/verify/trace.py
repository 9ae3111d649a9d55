"""Where a number comes from: its definition, n and base, and every response or register row behind it, in German words."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gkanalysis.core.errors import UsageError, VerificationError
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts import forms, lists, talks, waves  # noqa: F401, every kind of count is known
from gkanalysis.counts.count import EVIDENCE, Count
from gkanalysis.counts.data import TOTAL, Data
from gkanalysis.disclosure.printed import exhibit_tables, find_numbers, n_and_base, values_by_id

ORIGIN = EVIDENCE  # what is told of each row
STATES = {
    "selected": "angekreuzt", "not_selected": "nicht angekreuzt", "answered": "beantwortet",
    "not_answered": "keine Angabe", "not_asked": "nicht gefragt", "illegible": "unlesbar",
    "contradictory": "widersprüchlich", "coded": "kodiert", "not_coded": "nicht kodiert",
    "interviewed": "Gespräch geführt", "": "",
}  # fmt: skip


@dataclass(frozen=True)
class Trace:
    """The rows behind one number: `counted` are in n, `rest` are in the base but not in n.

    One entry per response or register row, the columns `ORIGIN`. In counts that add up a column `value` is what the row adds;
    base and count can consist of different rows then, and `apart` says that `rest` is the whole base.
    """

    definition: str
    words: str
    medium: str
    n: int
    base_n: int | None
    counted: list[tuple[str, ...]]
    rest: list[tuple[str, ...]]
    apart: bool = False


def trace_line(data: Data, line: str) -> Trace:
    """Count a number again by the line that names it, and say what stands behind it.

    Parameters
    ----------
    data : what was received
    line : what the column `definition` of a table says, e.g.
        `Choice(source="strukturen-2018", item="2.1")["ja"]`

    Raises
    ------
    VerificationError
        If the line is none, or names something that does not exist.
    """
    count, by, row, group = Count.read(line)
    cell = count.cell(data, row, group, by)
    of_group = "" if group == TOTAL else f"; Gruppe: {data.group(by or 'type').labels[group]}"
    medium = "Gespräch" if count.source and data.kind(count.source) == "interviews" else "Bogen"
    told, behind = (
        f"{count.words(data, row)}{of_group}.",
        (cell.units.behind(at) for at in (cell.counted, cell.rest)),
    )
    return Trace(line, told, medium, cell.n, cell.base_n, *behind, not count.within)


def trace_printed(data: Data, number_id: str, cell: Mapping[str, object]) -> Trace:
    """The trace of a number as `find_numbers` gives it.

    Raises
    ------
    VerificationError
        If it does not add up to what the report prints; the sentence names both.
    """
    trace = trace_line(data, str(cell["definition"]))
    printed = n_and_base(cell)
    if (trace.n, trace.base_n) != printed:
        raise VerificationError(
            f"{number_id}: im Bericht {printed[0]} von {printed[1]}, nachgezählt {trace.n} von {trace.base_n}"
        )
    return trace


def find_untraced(report_folder: Path, paths: ProjectPaths) -> Iterator[tuple[str, str]]:
    """Numbers that have no rows of their own: (id, German sentence that says what they are derived from)."""
    report = report_folder.name
    for name, table in exhibit_tables(report_folder):
        if "definition" not in table:
            yield (
                name,
                f"Zu den Zahlen der Darstellung „{name}“ gibt es keine Rechenvorschrift; sie lassen sich nicht einzeln verfolgen.",
            )
    for value_id, value in values_by_id(report_folder).items():
        if value.get("definition"):
            continue
        chapter, behind = (
            str(value.get("chapter", "")),
            ", ".join(f"„{line}“" for line in value.get("of") or ()),
        )
        if value.get("kind") == "declared":
            source = "steht so in einem Codebuch oder folgt aus dem, was eingegangen ist"
        elif behind:
            source = f"folgt aus {behind}; diese Zahlen lassen sich einzeln verfolgen"
        else:
            path = paths.build / "reports" / report / chapter / "chapter.json"
            names = json.loads(path.read_text(encoding="utf-8"))["exhibits"] if path.exists() else ()
            named = ", ".join(f"„{n}“" for n in names) or "den Daten dieses Kapitels"
            source = f"folgt im Kapitel „{chapter}“ aus {named}, deren Zahlen sich einzeln verfolgen lassen"
        yield value_id, f"„{value['text']}“ zählt selbst keine Zeilen; es {source}."


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
        for r in (dict(zip(ORIGIN, told, strict=True)) for told in rows):
            where = " ".join(x for x in (r["file"], r["part"], r["place"]) if x)
            said = ", ".join(x for x in (STATES.get(r["state"], r["state"]), r["value"]) if x)
            raw = f"; im {trace.medium}: {shown_raw(r)}" if shown_raw(r) else ""
            yield f"  {r['case_id']}  {said or 'Zeile'}{raw}; {where}"


def origin_lines(paths: ProjectPaths, reports: Sequence[str], number_id: str) -> list[str]:
    """Where a number of one of these reports comes from, in German lines; a derived one gets a sentence.

    Raises
    ------
    UsageError
        If no report is finished, or none has such a number; the message names the nearest ones.
    VerificationError
        If the rows do not add up to the number that the report prints.
    """
    names: dict[str, str] = {}
    for report in reports:
        folder = paths.reports / report
        if not (folder / "values.json").exists():
            continue
        numbers, derived = dict(find_numbers(folder)), dict(find_untraced(folder, paths))
        head = [f"Bericht: {report}"] if len(reports) > 1 else []
        if number_id in numbers:
            return head + list(trace_lines(trace_printed(Data(paths), number_id, numbers[number_id]), number_id))
        if sentence := derived.get(number_id, derived.get(number_id.partition(":")[0])):
            return [*head, f"{number_id}: {sentence}"]
        names = dict.fromkeys((*numbers, *derived), report) | names
    if not names:
        raise UsageError(f"Fertig ist noch kein Bericht ({', '.join(reports)}); bitte zuerst „make report“ ausführen.")
    near = difflib.get_close_matches(number_id, names, n=3) or list(names)[:3]
    named = ", ".join(f"{name} ({names[name]})" for name in near)
    raise UsageError(f"„{number_id}“ ist keine Zahl eines fertigen Berichts; gemeint sein könnte: {named}.")
