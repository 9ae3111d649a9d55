"""The codebook of coded interviews: which codes there are, in which groups, and whose codings count.

One YAML file per instrument and wave, written by hand and read strictly: a slip in it would silently turn codings
into unknown ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from gkanalysis.codebook.codebookcheck import load_yaml
from gkanalysis.core.errors import CodebookError
from gkanalysis.core.yamlproblem import why_unreadable

SEPARATOR = " > "  # between the labels of a path, as QDA programs show it
ID = re.compile(r"[a-z][a-z0-9_]*")
# key -> kind of its value, and whether it must be there
KEYS = {
    "instrument": (str, True), "title": (str, True), "wave": ((str, int), True), "lead_coder": (str, True),
    "case_variable": (str, True), "date_variable": (str, False), "type_variable": (str, False),
    "period": (list, True), "groups": (dict, True), "codes": (dict, True), "count_words": (dict, False),
    "speakers": (dict, False),
}  # fmt: skip
GROUP_KEYS = ("label", "section")
CODE_KEYS = ("label", "definition")


@dataclass(frozen=True, slots=True)
class CodeGroup:
    """A theme of the code system; `section` is the section of the report it belongs to, if any."""

    id: str
    label: str
    section: str


@dataclass(frozen=True, slots=True)
class InterviewCode:
    """One code; `path` is how it is called in a project: label of the group, then its own."""

    id: str
    group_id: str
    label: str
    path: str
    definition: str


@dataclass(frozen=True, slots=True)
class InterviewCodebook:
    """A checked codebook; see `read_interview_codebook`.

    Counts of cases rest on the codings of `lead_coder`. `case_variable`, `date_variable` and `type_variable` name
    variables of the project's cases that hold alliance, day and municipal type. `count_words` and `speakers` are as
    declared: the report reads and checks them.
    """

    instrument: str
    wave: str
    title: str
    lead_coder: str
    case_variable: str
    date_variable: str
    type_variable: str
    period: tuple[str, str]
    groups: Mapping[str, CodeGroup]
    codes: Mapping[str, InterviewCode]
    count_words: Mapping[str, Any]
    speakers: Mapping[str, Any]

    @property
    def source(self) -> str:
        """Name of the wave's folder and of its processed tables, e.g. `reflexionsgespraeche-2019`."""
        return f"{self.instrument}-{self.wave}"

    def group_codes(self, group_id: str) -> list[InterviewCode]:
        """The codes of a group in the order of the codebook."""
        return [code for code in self.codes.values() if code.group_id == group_id]


def read_interview_codebook(path: str | Path) -> InterviewCodebook:
    """Read and check a codebook of coded interviews.

    Parameters
    ----------
    path : path of the YAML file

    Raises
    ------
    CodebookError
        With every finding in one message: missing, unknown or repeated keys, a code without a group, a path that
        stands twice, a period that is none.

    Examples
    --------
    >>> book = read_interview_codebook("data/codebook/reflexionsgespraeche.yml")
    >>> book.source, book.codes["aufbau.neugruendung"].path
    ('reflexionsgespraeche-2019', 'Das Bündnis > Neugründung')
    """
    path = Path(path)
    try:
        declared = load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise CodebookError(
            f"Codebuch „{path}“ ist nicht lesbar: {why_unreadable(error)}. "
            "Bitte die Datei mit einem der vorhandenen Codebücher vergleichen."
        ) from None
    problems = list(_key_problems(declared)) or list(_content_problems(declared))
    if problems:
        raise CodebookError(f"Codebuch „{path}“ ist nicht stimmig: " + " ".join(problems))
    groups = {g: CodeGroup(g, d["label"], d["section"]) for g, d in declared["groups"].items()}
    codes = {}
    for code_id, d in declared["codes"].items():
        group = groups[code_id.partition(".")[0]]
        code_path = group.label + SEPARATOR + d["label"]
        codes[code_id] = InterviewCode(code_id, group.id, d["label"], code_path, d["definition"])
    first, last = (day.isoformat() for day in declared["period"])
    return InterviewCodebook(
        instrument=declared["instrument"],
        wave=str(declared["wave"]),
        title=declared["title"],
        lead_coder=declared["lead_coder"],
        case_variable=declared["case_variable"],
        date_variable=declared.get("date_variable", ""),
        type_variable=declared.get("type_variable", ""),
        period=(first, last),
        groups=groups,
        codes=codes,
        count_words=declared.get("count_words", {}),
        speakers=declared.get("speakers", {}),
    )


def _key_problems(declared: Any) -> Iterator[str]:
    """Keys that are missing, unknown, or hold another kind of value."""
    if not isinstance(declared, dict):
        yield "Die Datei enthält keine Angaben der Form „name: wert“."
        return
    for key in declared:
        if key not in KEYS:
            yield f"Der Schlüssel „{key}“ ist unbekannt (erlaubt: {', '.join(KEYS)})."
    for key, (kind, needed) in KEYS.items():
        value = declared.get(key)
        if key not in declared:
            if needed:
                yield f"Der Schlüssel „{key}“ fehlt."
        elif not isinstance(value, kind) or isinstance(value, bool) or not value:
            yield f"Der Schlüssel „{key}“ ist leer oder von falscher Art ({value!r})."


def _content_problems(declared: Mapping[str, Any]) -> Iterator[str]:
    """What cannot be right in a file whose keys are."""
    period = declared["period"]
    if len(period) != 2 or any(type(day) is not date for day in period) or period[0] > period[1]:
        yield "„period“ muss aus zwei Tagen bestehen, dem ersten und dem letzten: [2019-07-04, 2019-08-15]."
    entries = [("Gruppe", name, d, GROUP_KEYS) for name, d in declared["groups"].items()]
    entries += [("Kode", name, d, CODE_KEYS) for name, d in declared["codes"].items()]
    sound = True
    for what, name, entry, keys in entries:
        for problem in _entry_problems(what, name, entry, keys):
            sound = False
            yield problem
    if not sound:
        return
    groups = declared["groups"]
    yield from _repeated("Die Gruppe", (d["label"] for d in groups.values()))
    paths = []
    for code_id, d in declared["codes"].items():
        group_id = code_id.partition(".")[0]
        if group_id in groups:
            paths.append(groups[group_id]["label"] + SEPARATOR + d["label"])
        else:
            yield f"Kode „{code_id}“ nennt die unbekannte Gruppe „{group_id}“ (erlaubt: {', '.join(groups)})."
    yield from _repeated("Der Pfad", paths)


def _entry_problems(what: str, name: Any, entry: Any, keys: tuple[str, str]) -> Iterator[str]:
    """What is wrong with one group or code by itself."""
    parts = str(name).split(".")
    if len(parts) != (1 if what == "Gruppe" else 2) or not all(map(ID.fullmatch, parts)):
        form = "gruppe" if what == "Gruppe" else "gruppe.kode"
        yield f"{what} „{name}“: die Kennung hat nicht die Form „{form}“ (a–z, 0–9 und _)."
    if not isinstance(entry, dict) or set(entry) != set(keys):
        yield f"{what} „{name}“: nötig und erlaubt sind {' und '.join(keys)}."
        return
    for key, text in entry.items():
        if not isinstance(text, str):  # YAML reads 5.1 as a number and „no“ as false
            yield f"{what} „{name}“: {key} {text!r} ist kein Text; bitte in Anführungszeichen setzen."
        elif key != "section" and not text.strip():
            yield f"{what} „{name}“: {key} ist leer."
        elif key == "label" and SEPARATOR in text:
            yield f"{what} „{name}“: „{text}“ enthält „{SEPARATOR.strip()}“, das in Pfaden trennt."


def _repeated(what: str, texts: Iterator[str] | list[str]) -> Iterator[str]:
    for text, n in Counter(texts).items():
        if n > 1:
            yield f"{what} „{text}“ ist doppelt vergeben."
