"""The invented interviews of a wave: transcripts, codings of several coders, and the files a QDA program would give.

The transcripts and the lead coder's codings are written by hand (data/synthetic/interviews); how often each code
occurs follows from the plan and is checked against the printed figures. Alliances, further coders and notes are
drawn from a seed; every interview and coder has a stream of its own, so that a change of one transcript leaves the
codings of the others as they are.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from gkanalysis.codebook.interviewcodebook import InterviewCodebook, read_interview_codebook
from gkanalysis.core.errors import GkError
from tools.qdpx import write_qdpx
from tools.synthetic.answers import Form
from tools.synthetic.interviewcases import choose_alliances, place_name
from tools.synthetic.interviewcoding import Interview, code_transcripts, write_notes
from tools.synthetic.interviewproject import make_project
from tools.synthetic.segmentsheet import segment_sheet
from tools.synthetic.transcripts import (
    Transcript,
    check_codes,
    fill_placeholders,
    parse_transcript,
)

SOURCE = "reflexionsgespraeche-2019"
PROJECT, SHEET, LIST, NAMES = "projekt.qdpx", "segmente.xlsx", "dokumente.csv", "namen.csv"


def make_interviews(
    root: Path, alliances: pd.DataFrame, forms: Iterable[Form], figure: Callable[[str], int]
) -> tuple[dict[str, Any], InterviewCodebook, list[Interview]]:
    """Read plan and transcripts and invent the rest.

    Parameters
    ----------
    root : folder of the project
    alliances, forms : the invented register and returned forms
    figure : gives the printed number behind a reference such as `r1-51-09.numerator`

    Returns
    -------
    plan, codebook, interviews in the order of the plan

    Raises
    ------
    GkError
        If a transcript is not written or coded as planned, no alliance fits, or a printed figure is not met.
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
    forms: Iterable[Form],
    figure: Callable[[str], int],
) -> str:
    """Write the invented interviews as received files into a folder of that source.

    Returns
    -------
    one German sentence on what was written

    Raises
    ------
    GkError
        As `make_interviews`.
    """
    plan, book, interviews = make_interviews(root, alliances, forms, figure)
    folder.mkdir(parents=True, exist_ok=True)
    in_sheet = [i for i in interviews if i.plan.get("file") == "maxqda"]
    in_project = [i for i in interviews if i not in in_sheet]
    write_qdpx(make_project(plan, book, in_project), folder / PROJECT)
    (folder / SHEET).write_bytes(segment_sheet(plan, book, in_sheet))
    with (folder / LIST).open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(["file", "document", "alliance_id", "date"])
        writer.writerows((SHEET, i.id, i.alliance["alliance_id"], i.plan["date"]) for i in in_sheet)
    write_names(plan, folder / NAMES)
    n = sum(len(i.codings) for i in interviews)
    return (
        f"{len(interviews)} Gespräche mit {n} Kodierungen geschrieben; {len(plan['published'])} von "
        f"{len(plan['published'])} gedruckten Angaben dazu getroffen."
    )


def write_names(plan: Mapping[str, Any], path: Path) -> None:
    """Write the team's list of names that must appear nowhere: persons, places and offices of the transcripts."""
    names = plan["names"]
    rows = sorted(
        {*(p for persons in names["persons"] for p in persons), *names["places"], *names["offices"]}
    )
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerows([["name"], *([n] for n in rows)])


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
