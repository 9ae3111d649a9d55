"""The invented interviews of a wave: transcripts, codings of several coders, and the files a QDA program would give.

The transcripts and the lead coder's codings are written by hand (data/synthetic/interviews); how often each code
occurs follows from the plan and is checked against the printed figures. Alliances, further coders and notes are
drawn from a seed; every interview and coder has a stream of its own, so that a change of one transcript leaves the
codings of the others as they are.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from gkanalysis.codebook.interviews import InterviewCodebook, read_interview_codebook
from gkanalysis.core.errors import GkError
from gkanalysis.ingest.qda.model import (
    Case,
    Code,
    Coder,
    Coding,
    Link,
    Memo,
    Project,
    Selection,
    Set,
    Source,
    Variable,
)
from gkanalysis.ingest.qda.qdpx import INTERNAL
from tools.qdpx import write_qdpx
from tools.synthetic.coding import (
    Coded,
    Interview,
    Transcript,
    check_codes,
    code_transcripts,
    fill_placeholders,
    parse_transcript,
    write_notes,
)
from tools.synthetic.register import COUNTY
from tools.synthetic.sheets import sheet_file, write_csv
from tools.synthetic.waves import Return

SOURCE = "reflexionsgespraeche-2019"
PROJECT, SHEET, LIST, NAMES = "projekt.qdpx", "segmente.xlsx", "dokumente.csv", "namen.csv"


def make_interviews(
    root: Path, alliances: pd.DataFrame, forms: Iterable[Return], figure: Callable[[str], int]
) -> tuple[dict[str, Any], InterviewCodebook, list[Interview]]:
    """Read plan and transcripts and invent the rest.

    Refused if a transcript is not written or coded as planned, no alliance fits, or a printed figure is not met.
    """
    plan = yaml.safe_load((root / "data/synthetic/reflexionsgespraeche-2019.yml").read_text(encoding="utf-8"))
    forms_plan = yaml.safe_load((root / "data/synthetic/strukturen-2018.yml").read_text(encoding="utf-8"))
    book = read_interview_codebook(root / "data/codebook/reflexionsgespraeche.yml")
    if plan["lead_coder"] != book.lead_coder:
        raise GkError(
            f"Der Plan nennt als maßgeblich „{plan['lead_coder']}“, das Codebuch „{book.lead_coder}“; bitte angleichen."
        )
    rng = np.random.default_rng(plan["seed"])
    chosen = choose_alliances(plan["interviews"], alliances, forms, rng)
    patterns = list(forms_plan["names"]["pattern"].values())
    transcripts = {
        name: _read_transcript(root, name, k, plan, place_name(chosen[name]["name"], patterns), book)
        for k, name in enumerate(plan["interviews"])
    }
    _check_published(plan, transcripts, figure)
    codings = code_transcripts(plan, list(book.codes), transcripts)
    notes = write_notes(plan, codings, rng)
    interviews = [
        Interview(name, plan["interviews"][name], chosen[name], transcripts[name], tuple(codings[name]), notes[name])
        for name in transcripts
    ]  # fmt: skip
    return plan, book, interviews


def write_interviews(
    root: Path,
    folder: Path,
    alliances: pd.DataFrame,
    forms: Iterable[Return],
    figure: Callable[[str], int],
) -> str:
    """Write the invented interviews as received files into a folder of that source."""
    plan, book, interviews = make_interviews(root, alliances, forms, figure)
    folder.mkdir(parents=True, exist_ok=True)
    in_sheet = [i for i in interviews if i.plan.get("file") == "maxqda"]
    in_project = [i for i in interviews if i not in in_sheet]
    write_qdpx(make_project(plan, book, in_project), folder / PROJECT)
    (folder / SHEET).write_bytes(segment_sheet(plan, book, in_sheet))
    listed = [(SHEET, i.id, i.alliance["alliance_id"], i.plan["date"]) for i in in_sheet]
    write_csv(folder / LIST, ["file", "document", "alliance_id", "date"], listed)
    write_names(plan, folder / NAMES)
    n = sum(len(i.codings) for i in interviews)
    return (
        f"{len(interviews)} Gespräche mit {n} Kodierungen geschrieben; {len(plan['published'])} von "
        f"{len(plan['published'])} gedruckten Angaben dazu getroffen."
    )


def write_names(plan: Mapping[str, Any], path: Path) -> None:
    """Write the team's list of names that must appear nowhere: persons, places and offices of the transcripts."""
    names = plan["names"]
    rows = sorted({*(p for persons in names["persons"] for p in persons), *names["places"], *names["offices"]})
    write_csv(path, ["name"], [(n,) for n in rows])


def _read_transcript(
    root: Path, name: str, k: int, plan: Mapping[str, Any], place: str, book: InterviewCodebook
) -> Transcript:
    """The transcript of an interview with its names, coded as planned."""
    path = root / f"data/synthetic/interviews/{name}.txt"
    try:
        raw = path.read_text(encoding="utf-8")
    except OSError:
        raise GkError(f"Das Transkript „{path}“ fehlt; der Plan nennt das Gespräch „{name}“.") from None
    names = plan["names"]
    fill = {"ort": place, "nachbarort": names["places"][k], "amt": names["offices"][k]}
    fill |= {f"person{n}": surname for n, surname in enumerate(names["persons"][k], start=1)}
    transcript = parse_transcript(name, fill_placeholders(raw, fill, f"{name}.txt"))
    planned = [code for code, interviews in plan["codes"].items() if name in interviews]
    check_codes(transcript, planned, book.codes)
    return transcript


def _check_published(plan: Mapping[str, Any], transcripts: Mapping[str, Transcript], figure) -> None:
    """Refuse codings that do not give the printed numbers of cases."""
    for code, published_id in plan["published"].items():
        n = sum(any(m.code_id == code for m in t.marks) for t in transcripts.values())
        printed = figure(f"{published_id}.numerator")
        if n != printed:
            raise GkError(
                f"Kode „{code}“ ist in {n} Gesprächen markiert, gedruckt ist {printed} ({published_id}); "
                "bitte Transkripte und Plan berichtigen."
            )


STRUCTURES = {"ja": "attached", "nein": "new"}  # item 2.1 of the form


def choose_alliances(
    interviews: Mapping[str, Mapping[str, Any]],
    alliances: pd.DataFrame,
    forms: Iterable[Return],
    rng: np.random.Generator,
) -> dict[str, dict[str, Any]]:
    """Give every planned interview an alliance of its own.

    No alliance twice, no county together with one of its towns if that can be, regions as evenly used as can be. An
    interview says `type`, `structure`, and where it matters `office`, `municipalities`, `beside`; alliances without a
    fully usable form, and those of the declared mess, are left out.
    """
    rows = _eligible(alliances, forms)
    rows = [rows[i] for i in rng.permutation(len(rows))]
    fitting = {name: [r for r in rows if _fits(r, wanted)] for name, wanted in interviews.items()}
    chosen: dict[str, dict[str, Any]] = {}
    units, regions = Counter(), Counter()
    for name in sorted(interviews, key=lambda n: len(fitting[n])):  # who has least choice comes first
        left = [r for r in fitting[name] if r not in chosen.values()]
        if not left:
            wanted = ", ".join(f"{k}: {v}" for k, v in interviews[name].items())
            raise GkError(
                f"Gespräch „{name}“: Kein Bündnis des Registers mit brauchbarem Bogen passt zu {{{wanted}}}; "
                "bitte den Plan (data/synthetic/reflexionsgespraeche-2019.yml) ändern."
            )
        best = min(left, key=lambda r: (units[r["unit_id"]], regions[r["bezirk"]]))
        chosen[name] = best
        units[best["unit_id"]] += 1
        regions[best["bezirk"]] += 1
    return {name: chosen[name] for name in interviews}


def _eligible(alliances: pd.DataFrame, forms: Iterable[Return]) -> list[dict[str, Any]]:
    """Rows of the register with the `structure` of their form, and whether the county has an alliance, too."""
    structures = {}
    for form in forms:
        said = [structure for answer, structure in STRUCTURES.items() if f"2.1:{answer}" in form.answers]
        if form.status == "full" and not form.mess and len(said) == 1:
            structures[form.alliance_id] = said[0]
    counties = set(alliances.loc[alliances["type"] == COUNTY, "unit_id"])
    return [
        {**row, "structure": structures[row["alliance_id"]], "beside": row["unit_id"] in counties}
        for row in alliances.to_dict("records")
        if row["alliance_id"] in structures
    ]


def _fits(row: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether an alliance is what an interview asks for; what the plan leaves open fits."""
    keys = {"type": "type", "structure": "structure", "office": "office", "beside": "beside"}
    keys["municipalities"] = "municipalities_n"
    return all(row[column] == wanted[key] for key, column in keys.items() if key in wanted)


def place_name(name: str, patterns: Sequence[str]) -> str:
    """What people call the place in a sentence that already says „Kreis“ or „Stadt“.

    >>> place_name("Kreis Ginster", ["{0}stadt", "Kreis {0}"]), place_name("Finkenstadt", ["{0}stadt", "Kreis {0}"])
    ('Ginster', 'Finkenstadt')
    """
    for pattern in patterns:
        before = pattern.partition("{0}")[0]
        if before and name.startswith(before):
            return name.removeprefix(before)
    return name


HEADINGS = (
    *("Farbe", "Kommentar", "Dokumentgruppe", "Dokumentname", "Code", "Anfang", "Ende", "Gewicht", "Segment"),
    *("Bearbeitet von", "Bearbeitet am", "Autor", "Erstellt am", "Fläche", "Abdeckungsgrad %"),
)
ORIGIN = "gkanalysis synthetic"
TITLE = "Reflexionsgespräche 2019 (synthetisch)"  # readers take the word as the mark of invented data
MARK = "Synthetisches Gespräch: erfundene Kommune, erfundene Personen, erfundene Aussagen"
READING = "codepoints_lf"
READINGS = {"crlf_bom_emoji": "utf16_crlf"}  # how a program of another system stores a text and counts in it
COLOURS = ("#1f4e79", "#2e75b6", "#548235", "#bf8f00", "#c55a11", "#7030a0", "#a50021", "#3b3838", "#00808a")
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_OID, "gkanalysis synthetic")


def guid(*parts: object) -> str:
    """A GUID that depends on its parts only: made again, a project has the same bytes.

    >>> guid("code", "a.b") == guid("code", "a.b") != guid("coder", "a.b")
    True
    """
    return str(uuid.uuid5(_NAMESPACE, "/".join(map(str, parts))))


def make_project(plan: Mapping[str, Any], book: InterviewCodebook, interviews: Sequence[Interview]) -> Project:
    """Put interviews into one project.

    Equal stretches of a document are one selection, whoever coded them; every interview is a case with alliance,
    type and day as variables.
    """
    coders = dict.fromkeys(c.coder for i in interviews for c in i.codings)
    keys = (book.case_variable, book.type_variable or "typ", book.date_variable or "datum")
    return Project(
        name=TITLE,
        origin=ORIGIN,
        codes=tuple(_codes(book)),
        coders=tuple(Coder(guid("coder", c), c) for c in sorted(coders)),
        sources=tuple(
            Source(guid("source", i.id), i.id, text=i.transcript.text, note=MARK,
                   path=f"{INTERNAL}{guid('source', i.id)}.txt", reading=READINGS.get(i.plan.get("text"), READING))
            for i in interviews
        ),
        selections=tuple(s for i in interviews for s in _selections(i)),
        codings=tuple(
            Coding(_coding(i, c), _selection(i, c), guid("source", i.id), guid("code", c.mark.code_id),
                   guid("coder", c.coder), c.created.isoformat() + "Z")
            for i in interviews for c in sorted(i.codings, key=lambda c: (c.mark.start, c.mark.end))
        ),
        cases=tuple(
            Case(guid("case", i.id), i.alliance["name"], (guid("source", i.id),),
                 dict(zip(keys, (i.alliance["alliance_id"], i.alliance["type"], i.plan["date"].isoformat()), strict=True)))
            for i in interviews
        ),
        variables=tuple(
            Variable(guid("variable", k), k, kind) for k, kind in zip(keys, ("Text", "Text", "Date"), strict=True)
        ),
        memos=tuple(
            Memo(guid("memo", i.id, k), _coding(i, n.coded) if n.coded else guid("source", i.id),
                 guid("coder", n.author), n.text)
            for i in interviews for k, n in enumerate(i.notes, start=1)
        ),
        links=(_link(plan, interviews),),
        sets=(Set(guid("set"), plan["set"], tuple(guid("source", i.id) for i in interviews)),),
    )  # fmt: skip


def _codes(book: InterviewCodebook):
    """Groups, each followed by its codes."""
    for colour, (group_id, group) in zip(COLOURS, book.groups.items(), strict=True):
        parent = guid("group", group_id)
        yield Code(parent, group.label, is_codable=False, color=colour)
        for code in book.group_codes(group_id):
            yield Code(guid("code", code.id), code.label, parent, True, code.definition, colour)


def _selections(interview: Interview) -> list[Selection]:
    """Every stretch that somebody coded, once, by its place; its name is its text, as programs write it."""
    text = interview.transcript.text
    places = sorted({(c.mark.start, c.mark.end) for c in interview.codings})
    return [
        Selection(
            guid("selection", interview.id, start, end),
            guid("source", interview.id),
            start,
            end,
            text[start:end],
        )
        for start, end in places
    ]


def _selection(interview: Interview, coded: Coded) -> str:
    return guid("selection", interview.id, coded.mark.start, coded.mark.end)


def _coding(interview: Interview, coded: Coded) -> str:
    return guid("coding", interview.id, coded.coder, coded.mark.code_id, coded.mark.start, coded.mark.end)


def _link(plan: Mapping[str, Any], interviews: Sequence[Interview]) -> Link:
    """From the first stretch with the code of the plan in one interview to the first in another."""
    wanted = plan["link"]
    ends = [
        next(_selection(i, c) for i in interviews if i.id == wanted[end] for c in i.codings
             if c.mark.code_id == wanted["code"])
        for end in ("from", "to")
    ]  # fmt: skip
    return Link(guid("link"), wanted["name"], *ends, "OneWay")


def segment_sheet(plan: Mapping[str, Any], book: InterviewCodebook, interviews: Sequence[Interview]) -> bytes:
    """The spreadsheet of all codings of some interviews, by document and place."""
    rows = [list(HEADINGS)]
    for interview in interviews:
        text = interview.transcript.text
        comments = {n.coded: n.text for n in interview.notes}
        for coded in sorted(interview.codings, key=lambda c: (c.mark.start, -c.mark.end, c.created)):
            mark, when = coded.mark, coded.created
            paragraphs = [text.count("\n", 0, at) + 1 for at in (mark.start, mark.end)]
            share = round(100 * (mark.end - mark.start) / len(text), 2)
            rows.append(
                ["●", comments.get(coded, ""), plan["set"], interview.id, book.codes[mark.code_id].path,
                 *paragraphs, 0, text[mark.start : mark.end], coded.coder, when, coded.coder, when,
                 mark.end - mark.start, share]
            )  # fmt: skip
    return sheet_file(rows, "Codierte Segmente", TITLE, MARK)
