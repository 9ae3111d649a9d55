"""Where a number comes from: its definition and every response or register row behind it, in the terminal and as a page."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gkanalysis.core.errors import GkError, UsageError, VerificationError
from gkanalysis.core.findings import place_words
from gkanalysis.core.paths import ProjectPaths
from gkanalysis.counts.count import EVIDENCE, Count
from gkanalysis.counts.data import TOTAL, Data
from gkanalysis.counts.forms import STATES as OF_ANSWERS
from gkanalysis.disclosure.printed import exhibit_tables, find_numbers, n_and_base, values_by_id
from gkanalysis.report.html import fill_page, origin_anchor
from gkanalysis.verify.naive import told

STATES = OF_ANSWERS | {
    "answered": "beantwortet", "not_asked": "nicht gefragt", "coded": "codiert", "not_coded": "nicht codiert",
    "interviewed": "Gespräch geführt", "": "",
}  # fmt: skip
# a number as the text of a chapter has it
VALUE = re.compile(r'\[((?:[^\]\\]|\\.)*)\]\{\.value #([^ }]+)(?: trace="([^"]*)")?\}')
SPOT = re.compile("\ue000([^\ue001]*)\ue001([^\ue002]*)\ue002")
INTERNAL = "Internes Arbeitspapier zum Nachprüfen, kein Teil des Berichts: Die Seite zeigt einzelne Antworten."


@dataclass(frozen=True)
class Trace:
    """The rows behind one number, with the columns `EVIDENCE`: `counted` in n, `rest` in the base but not in n.

    Where base and count can consist of different rows, `rest` is the whole base, under another title.
    """

    definition: str
    words: str
    medium: str
    n: int
    base_n: int | None
    counted: list[tuple[str, ...]]
    rest: list[tuple[str, ...]]
    rest_title: str = "In der Basis, aber nicht gezählt"


def trace_line(data: Data, line: str) -> Trace:
    """What stands behind a number, by its line (`Choice(source="strukturen-2018", item="2.1")["ja"]`)."""
    count, by, row, group = Count.read(line)
    cell = count.cell(data, row, group, by)
    of_group = "" if group == TOTAL else f"; Gruppe: {data.group(by or 'type').labels[group]}"
    medium = "Gespräch" if count.source and data.kind(count.source) == "interviews" else "Bogen"
    words = f"{_named(data, count.words(data, row))}{of_group}."
    behind = [cell.units.behind(at) for at in (cell.counted, cell.rest)]
    title = () if count.within else ("Die Basis, je Zeile mit ihrem Beitrag",)
    return Trace(line, words, medium, cell.n, cell.base_n, *behind, *title)


def _named(data: Data, words: str) -> str:
    """What was counted, with the names of sources instead of their ids."""
    for source in sorted(data.sources, key=len, reverse=True):
        if source in words:
            book = data.book(source)
            wave = "" if data.kind(source) == "lists" else f", Welle {book.wave}"
            words = words.replace(source, book.title + wave)
    return words


def trace_printed(data: Data, number_id: str, cell: Mapping[str, object]) -> Trace:
    """The trace of a number of `find_numbers`; a `VerificationError` if it does not add up to what is printed."""
    trace = trace_line(data, str(cell["definition"]))
    n, base_n = n_and_base(cell)
    if (trace.n, trace.base_n) != (n, base_n):
        raise VerificationError(f"{number_id}: im Bericht {n} von {base_n}, nachgezählt {trace.n} von {trace.base_n}")
    return trace


def find_untraced(report_folder: Path, paths: ProjectPaths) -> Iterator[tuple[str, str]]:
    """Numbers that have no rows of their own: (id, German sentence that says what they are derived from)."""
    for name, table in exhibit_tables(report_folder):
        if "definition" not in table:
            what = f"Zu den Zahlen der Darstellung „{name}“ gibt es keine Rechenvorschrift"
            yield name, f"{what}; sie lassen sich nicht einzeln verfolgen."
    for value_id, value in values_by_id(report_folder).items():
        if value.get("definition"):
            continue
        chapter, behind = str(value.get("chapter", "")), ", ".join(f"„{line}“" for line in value.get("of") or ())
        if value.get("kind") == "declared":
            source = "steht so in einem Codebuch oder folgt aus dem, was eingegangen ist"
        elif behind:
            source = f"folgt aus {behind}; diese Zahlen lassen sich einzeln verfolgen"
        else:
            names = _built(paths, report_folder.name, f"{chapter}/chapter.json").get("exhibits", ())
            named = ", ".join(f"„{n}“" for n in names) or "den Daten dieses Kapitels"
            source = f"folgt im Kapitel „{chapter}“ aus {named}, deren Zahlen sich einzeln verfolgen lassen"
        yield value_id, f"„{value['text']}“ zählt selbst keine Zeilen; es {source}."


def _built(paths: ProjectPaths, report: str, name: str) -> dict[str, Any]:
    """What a step of the build has left, as far as it is there."""
    path = paths.build / "reports" / report / name
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


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


def _cells(evidence: tuple[str, ...]) -> tuple[str, ...]:
    """What is told of one row: case, state, value, words in the form, file, place as people count, exact place."""
    row = dict(zip(EVIDENCE, evidence, strict=True))
    exact = " ".join(filter(None, (row["part"], row["place"])))
    place = place_words(row["place"].partition(" | ")[0])
    state = STATES.get(row["state"], row["state"])
    return row["case_id"], state, row["value"], shown_raw(row), row["file"], place, exact


def trace_lines(trace: Trace, number_id: str) -> Iterator[str]:
    """A trace for the terminal."""
    yield f"{number_id}: {told(trace.n, trace.base_n)}"
    yield trace.words
    yield f"Rechenvorschrift: {trace.definition}"
    both = (("Gezählt", trace.counted), (trace.rest_title, trace.rest))
    for title, rows in both if trace.rest or trace.base_n is not None else both[:1]:
        yield f"{title} ({len(rows)}):"
        for case, state, value, raw, file, _, exact in map(_cells, rows):
            said = ", ".join(filter(None, (state, value))) or "Zeile"
            said += f"; im {trace.medium}: {raw}" if raw else ""
            yield f"  {case}  {said}; {' '.join(filter(None, (file, exact)))}"


def origin_lines(paths: ProjectPaths, reports: Sequence[str], number_id: str) -> list[str]:
    """Where a number of one of these reports comes from, in German lines; a derived one gets a sentence.

    A `UsageError` if no report is finished, or none has such a number: it names the nearest ones.
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


def data_mark(data: Data) -> str:
    """What kind of data a report is made from, in words for the head of a page."""
    if data.dataset["synthetic"]:
        return "Synthetische Daten: Bündnisse und Angaben sind erfunden."
    return "Vertrauliche Daten – nicht zur Weitergabe."


def trace_pages(data: Data, folder: Path, title: str) -> tuple[dict[str, str], dict[str, str]]:
    """The pages of one report as HTML, one a chapter and one that leads to them; number -> what it counts, in words.

    Numbers stand under the exhibit they belong to, those of the text under their sentence; each leads back there. A
    `VerificationError` names all numbers that are not what their own rows add up to.
    """
    document, printed = _built(data.paths, folder.name, "document.json"), values_by_id(folder)
    exhibits, back = document.get("exhibits", {}), f"../{folder.name}.html"
    said = _sentences(document.get("markdown", ""), {name: e["label"] for name, e in exhibits.items()})
    pages: dict[str, dict[str, list[dict[str, Any]]]] = {}  # chapter -> exhibit or "" -> numbers
    rows: dict[str, dict[tuple[str, ...], int]] = {}  # chapter -> each row behind a number -> its place on the page
    notes: dict[str, str] = {}
    wrong: list[str] = []

    def stands(number_id: str) -> list[tuple[str, str]]:
        own = "-".join(filter(None, (number_id, str(printed.get(number_id, {}).get("wording") or ""))))
        return said.get(number_id) or said.get("value-" + re.sub(r"\W+", "-", own), [])

    def add(number_id: str, title: str, words: str, trace: Trace | None = None) -> None:
        name = number_id.partition(":")[0]
        name = name if name in exhibits and number_id not in printed else ""
        place = exhibits[name] if name else printed.get(number_id, {})
        chapter = str(place.get("chapter") or folder.name)
        index = rows.setdefault(chapter, {})
        behind = (("Gezählt", trace.counted), (trace.rest_title, trace.rest)) if trace else ()
        cases = [(of, [(index.setdefault(key, len(index) + 1), key[0]) for key in keys]) for of, keys in behind]
        places = [f"{back}#{name}"] if name else [f"{back}#{anchor}" for anchor, _ in stands(number_id)]
        number = {"anchor": origin_anchor(number_id), "title": title, "words": words, "cases": cases, "places": places}
        number["line"] = trace.definition if trace else ""
        pages.setdefault(chapter, {}).setdefault(name, []).append(number)

    for number_id, cell in find_numbers(folder):
        try:
            trace = trace_printed(data, number_id, cell)
        except GkError as error:
            wrong.append(str(error))
            continue
        counted = told(trace.n, trace.base_n)
        notes[number_id] = f"{counted}. {trace.words}"
        labels = [str(cell[k]) for k in ("label", "group_label") if cell.get(k)] or [number_id]
        (_, sentence), *_ = [*stands(number_id), ("", f"{', '.join(labels)}: {counted}")]
        add(number_id, sentence, notes[number_id] if stands(number_id) else trace.words, trace)
    if wrong:
        raise VerificationError("Diese Zahlen gehen nicht auf:\n" + "\n".join(f"  {w}" for w in wrong))
    for number_id, words in find_untraced(folder, data.paths):
        (_, sentence), *_ = [*stands(number_id), ("", number_id)]
        add(number_id, sentence, words)
    order = [str(v.get("chapter")) for v in printed.values()]
    chapters = sorted(pages, key=lambda c: order.index(c) if c in order else len(order))
    names = {chapter: _chapter_title(data.paths, folder.name, chapter) or title for chapter in chapters}
    common = {"fonts": "", "report": folder.name, "title": f"Herkunft der Zahlen: {title}", "chapters": names}
    common["mark"] = f"{data_mark(data)} {INTERNAL}"
    made = {"herkunft.html": fill_page("herkunft.html", **common, here="")}
    headings = {n: f"{e['label']}: {e['title']}".removeprefix(": ") for n, e in exhibits.items()}
    headings[""] = "Zahlen im Text"
    for chapter, groups in pages.items():
        shown = [(n, heading, groups[n]) for n, heading in headings.items() if n in groups]
        here = {"here": chapter, "rows": map(_cells, rows[chapter]), "groups": shown}
        made[f"herkunft/{chapter}.html"] = fill_page("herkunft.html", **common, **here)
    return made, notes


def _sentences(markdown: str, labels: Mapping[str, str]) -> dict[str, list[tuple[str, str]]]:
    """Number of a text, or its anchor if it counts nothing -> where it stands: anchor, and the sentence without marks."""
    found: dict[str, list[tuple[str, str]]] = {}
    for line in markdown.splitlines():
        marked = VALUE.sub("\ue000\\2\ue001\\3\ue002\\1", line)
        marked = re.sub(r"\[([^\]]*)\]\(#?([^)]*)\)", lambda m: m[1] or labels.get(m[2], "…"), marked)
        marked = re.sub(r"\{[^}]*\}|\*\*|\\|^[-#:>\d. ]+ ", "", marked)
        for sentence in re.split(r"(?<=[.!?]) +(?=[\ue000„A-ZÄÖÜ])", marked):
            plain = SPOT.sub("", sentence).strip()
            for anchor, number in SPOT.findall(sentence):
                found.setdefault(number or anchor, []).append((anchor, plain))
    return found


def _chapter_title(paths: ProjectPaths, report: str, chapter: str) -> str:
    """The heading with which a chapter begins."""
    markdown = _built(paths, report, f"{chapter}/chapter.json").get("markdown", "")
    heading = re.search(r"^#+ (.*?)(?: \{.*)?$", markdown, re.MULTILINE)
    return VALUE.sub(r"\1", heading[1]).replace("\\", "") if heading else ""
