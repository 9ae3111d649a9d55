"""Invented interviews as a project of a QDA program: codes, coders, documents, codings, cases, notes."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from gkanalysis.codebook.interviewcodebook import InterviewCodebook
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
from tools.synthetic.interviewcoding import Coded, Interview

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


def make_project(
    plan: Mapping[str, Any], book: InterviewCodebook, interviews: Sequence[Interview]
) -> Project:
    """Put interviews into one project.

    Equal stretches of a document are one selection, whoever coded them; every interview is a case with alliance,
    type and day as variables.

    Parameters
    ----------
    plan : names the set of all documents, and the link
    book : gives the code system: groups, which cannot be given, and their codes
    interviews : in the order in which they stand in the project
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
    for colour, group in zip(COLOURS, book.groups.values(), strict=True):
        yield Code(guid("group", group.id), group.label, is_codable=False, color=colour)
        for code in book.group_codes(group.id):
            parent = guid("group", group.id)
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
