"""A LimeSurvey export: the answers (CSV with answer codes) against the questionnaire (.lss) that lies beside them.

Of the questionnaire, the columns that it gives, the codes of their answers and whether a condition hides them are read;
the two layouts of its sections (texts beside the questions, or in sections of their own) are both known.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import NamedTuple

from lxml import etree

from gkanalysis.codebook.columns import places
from gkanalysis.codebook.instrument import Codebook
from gkanalysis.core.errors import IngestError
from gkanalysis.ingest.archive import read_regular
from gkanalysis.ingest.refusal import RefusedSheetError, UnsafeContentError, printable
from gkanalysis.ingest.safexml import parse_xml
from gkanalysis.ingest.spreadsheets import closest, quoted
from gkanalysis.ingest.surveys import OF_LIMESURVEY, SHOWN, TableFile, label_slips, matches
from gkanalysis.ingest.tables import csv_delimiter, csv_text

FIXED: Mapping[str, Mapping[str, str]] = {
    "Y": {"Y": "Ja", "N": "Nein"},
    "G": {"F": "weiblich", "M": "männlich"},
    "5": {str(k): str(k) for k in range(1, 6)},
    "A": {str(k): str(k) for k in range(1, 6)},
    "B": {str(k): str(k) for k in range(1, 11)},
    "C": {"Y": "Ja", "N": "Nein", "U": "unsicher"},
    "E": {"I": "mehr", "S": "gleich", "D": "weniger"},
}
KINDS: Mapping[str, str] = (
    dict.fromkeys("L!OFH1YG5ABCERI", "single") | dict.fromkeys("MP", "tick") | dict.fromkeys("NK", "number")
) | {":": "number"}  # all others are texts
OTHER = "-oth-"


class Asked(NamedTuple):
    """A column of an export: its kind as a codebook calls it, question, label, codes with labels, its condition."""

    kind: str
    question: str
    label: str
    codes: Mapping[str, str] = {}
    condition: str = ""


class Questionnaire:
    """A questionnaire in its first language: title, columns by their headings, headings that stand twice."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        language = next((r["language"] for r in self._rows("surveys") if r.get("language")), "")

        def of(section: str, key: str) -> dict[str, dict[str, str]]:
            rows = self._rows(section)
            own = [r for r in rows if r.get("language", language) == language] or rows
            return {r[key]: r for r in own if key in r}

        words = of("question_l10ns", "qid")
        questions = [*of("questions", "qid").values()]
        self._parts = [*of("subquestions", "qid").values()]
        for q in (*questions, *self._parts):
            q["question"] = plain(q.get("question", words.get(q["qid"], {}).get("question", "")))
        of_answer = of("answer_l10ns", "aid")
        self._answers: dict[tuple[str, str], dict[str, str]] = {}
        seen: set[tuple[str, ...]] = set()
        for a in self._rows("answers"):
            key = (a["qid"], a.get("scale_id", "0"), a["code"])
            if a.get("language", language) == language or key not in seen:
                text = a.get("answer", of_answer.get(a.get("aid", ""), {}).get("answer", ""))
                self._answers.setdefault(key[:2], {})[a["code"]] = plain(text)
            seen.add(key)
        self._attributes = {(r["qid"], r["attribute"]): r.get("value", "") for r in self._rows("question_attributes") if "qid" in r}  # fmt: skip
        titles = [r.get("surveyls_title", "") for r in self._rows("surveys_languagesettings")]
        self.title = plain(next(iter(titles), ""))
        groups = {r["gid"]: r.get("grelevance", "") for r in self._rows("groups")}
        order = {gid: k for k, gid in enumerate(groups)}
        questions.sort(key=lambda q: (order.get(q.get("gid", ""), 0), int(q.get("question_order") or 0)))
        self.columns: dict[str, Asked] = {}
        self.twice: dict[str, None] = {}
        for q in questions:
            conditions = [q.get("relevance", ""), groups.get(q.get("gid", ""), "")]
            condition = " und ".join(c for c in conditions if c.strip() not in ("", "1"))
            for heading, asked in self._columns(q):
                if heading in self.columns:
                    self.twice[heading] = None
                self.columns[heading] = asked._replace(condition=condition)

    def _rows(self, section: str) -> list[dict[str, str]]:
        """The rows of a section."""
        return [{c.tag: c.text or "" for c in row} for row in self._root.iterfind(f"{section}/rows/row")]

    def _columns(self, q: Mapping[str, str]) -> Iterator[tuple[str, Asked]]:
        """The columns of one question."""
        code, kind, text = q["title"], q["type"], q["question"]
        parts = [p for p in self._parts if p.get("parent_qid") == q["qid"]]
        parts.sort(key=lambda p: int(p.get("question_order") or 0))
        rows = [p for p in parts if p.get("scale_id", "0") == "0"]
        codes = FIXED.get(kind) or self._answers.get((q["qid"], "0"), {})
        as_kind, has_other = KINDS.get(kind, "text"), q.get("other") == "Y"
        if kind == ":" and self._attributes.get((q["qid"], "multiflexible_checkbox")) == "1":
            as_kind, codes = "tick", {"1": "ja"}
        asked = Asked(as_kind, text, text, codes)
        if kind == "X":
            return
        if kind in ":;":
            columns = [p for p in parts if p.get("scale_id") == "1"]
            for p, c in product(rows, columns):
                yield f"{code}[{p['title']}_{c['title']}]", asked._replace(label=f"{p['question']}: {c['question']}")
        elif kind == "1":
            for p, scale in product(rows, (0, 1)):
                codes = self._answers.get((q["qid"], str(scale)), {})
                yield f"{code}[{p['title']}][{scale + 1}]", asked._replace(label=p["question"], codes=codes)
        elif kind == "R":
            ranked = codes or {p["title"]: p["question"] for p in rows}
            for k in range(1, len(codes or rows) + 1):
                yield f"{code}[{k}]", asked._replace(label=f"{text}, Rang {k}", codes=ranked)
        elif rows:
            for p in rows:
                own = {"Y": p["question"]} if kind in "MP" else codes
                yield f"{code}[{p['title']}]", asked._replace(label=p["question"], codes=own)
                if kind == "P":
                    yield f"{code}[{p['title']}comment]", Asked("text", text, f"{p['question']}: Anmerkung")
        else:
            yield code, asked._replace(codes=codes | ({OTHER: "Sonstiges"} if has_other else {}))
            if kind == "|":
                yield f"{code}[filecount]", Asked("number", text, f"{text}: Anzahl Dateien")
        if has_other:
            yield f"{code}[other]", Asked("text", text, f"{text}: Sonstiges")
            if kind == "P":
                yield f"{code}[othercomment]", Asked("text", text, f"{text}: Sonstiges, Anmerkung")
        if kind == "O":
            yield f"{code}[comment]", Asked("text", text, f"{text}: Anmerkung")


def read_questionnaire(path: Path) -> Questionnaire:
    """Read an .lss file; an `IngestError` if it is none, or no safe XML."""
    try:
        root = parse_xml(read_regular(path, RefusedSheetError))
    except UnsafeContentError:
        root = None
    if root is None or root.tag != "document" or root.findtext("LimeSurveyDocType") != "Survey":
        told = f"„{path.name}“ ist kein Fragebogen von LimeSurvey"
        raise IngestError(f"{told}; bitte die Umfragestruktur (.lss) ausführen.")
    return Questionnaire(root)


def plain(text: str) -> str:
    """Text of a questionnaire without its HTML.

    >>> plain("<p>Wie <b>oft</b>?</p>")
    'Wie oft?'
    """
    import html

    text = re.sub(r"<(script|style).*?</\1>|</?(b|i|u|em|strong|span|a|sub|sup)\b[^>]*>", "", text, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())


def check_export(file: TableFile, data: bytes, beside: Sequence[Path], book: Codebook, name: str) -> None:
    """Check answers, questionnaire and codebook against each other; what is wrong goes to the problems of the file."""
    problems = file.problems
    if len(beside) != 1:
        there = quoted(p.name for p in beside) or "keine"
        problems.append(f"Neben der Ausfuhr muss genau ein Fragebogen (.lss) liegen, da {'ist' if len(beside) < 2 else 'sind'} {there}; bitte in LimeSurvey die Umfragestruktur ausführen.")  # fmt: skip
        return
    asked, lss = read_questionnaire(beside[0]), beside[0].name
    file.labels = {column: a.codes for column, a in asked.columns.items()}
    text = csv_text(data, name)
    rest = re.sub('"[^"]*"', "", text)
    if bare := re.search(rf"[^{re.escape(csv_delimiter(text)[1])}\s]+", rest):
        problems.append(
            f"„{printable(bare[0])}“ steht ohne Anführungszeichen; LimeSurvey setzt sie um jeden Wert, und ohne sie heißt ein "
            "Feld „nicht gezeigt“. Die Datei wurde wohl mit Excel gespeichert; bitte die Ausfuhr unverändert ablegen."
        )
    titles = [t for t in file.titles if not matches(t, OF_LIMESURVEY)]
    for title in asked.twice:
        problems.append(f"Die Kennung „{title}“ steht in „{lss}“ bei zwei Fragen; bitte in LimeSurvey eine umbenennen und neu ausführen.")  # fmt: skip
    for title in (t for t in titles if t not in asked.columns):
        problems.append(f"Die Spalte „{printable(title)}“ kommt in „{lss}“ nicht vor.{closest(title, asked.columns, 0.6)} Bitte Antworten und Fragebogen derselben Umfrage ablegen, die Überschriften als Fragencode.")  # fmt: skip
    if lacking := [c for c in asked.columns if c not in titles]:
        more = f" und {len(lacking) - SHOWN} weitere" if len(lacking) > SHOWN else ""
        problems.append(f"„{lss}“ fragt {quoted(lacking[:SHOWN])}{more}, in der Ausfuhr {'fehlt die Spalte' if len(lacking) == 1 else 'fehlen die Spalten'}; bitte mit allen Spalten ausführen.")  # fmt: skip
    for p in places(book):
        if p.column not in asked.columns:
            continue
        there, where = asked.columns[p.column], f"„{p.column}“ ({p.item.id})"
        if there.kind != p.item.kind:
            problems.append(f"{where} ist in „{lss}“ eine Frage der Art „{there.kind}“, im Codebuch „{p.item.kind}“; bitte „kind“ berichtigen.")  # fmt: skip
            continue
        if p.item.kind == "single":
            slips = list(label_slips(p.item, there.codes, dict(book.table.listed(p.item))))
            problems += [f"{where}: {clause}." for _, clause in slips]
        if there.condition and not p.item.asked_if:
            file.note(f"{where} zeigt LimeSurvey nur unter einer Bedingung ({printable(there.condition, 80)}), das Codebuch nennt keinen Filter; bitte „asked_if“ prüfen.")  # fmt: skip
