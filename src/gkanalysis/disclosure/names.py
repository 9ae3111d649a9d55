"""Which names must not appear in a report: from register, lists of receipts, forms and transcripts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from gkanalysis.disclosure.matching import Index, Name, words
from gkanalysis.disclosure.policy import NameRules, Policy

SHORTEST = 3  # letters of a name of one word; shorter ones are found within longer names only
AFTER_TITLE = re.compile(
    r"\b(?:Frau|Herrn?|Hr\.|Fr\.)\s+((?:(?:Dr|Prof|Dipl)\.[\w.-]*\s+)*)([A-ZÄÖÜ][\w’'-]+(?:[ \u00a0][A-ZÄÖÜ][\w’'-]+)?)"
)
FULL_NAME = re.compile(
    r"\b([A-ZÄÖÜ][a-zäöüß]+(?:-[A-ZÄÖÜ]?[a-zäöüß]+)?)\s+((?:von |van |de )?[A-ZÄÖÜ][a-zäöüß]+(?:-[A-ZÄÖÜ][a-zäöüß]+)?)\b"
)
EMAIL = re.compile(r"[\w.+-]+@([\w-]+)(?:\.[\w-]+)+")
CONTENTS = {"name": "Name", "person": "Person", "office": "Stelle", "contact": "Erreichbarkeit"}


@dataclass
class Sought:
    """The names that are searched, and how many were left out for which reason."""

    index: Index
    left_out: dict[str, int] = field(default_factory=dict)


def collect_names(
    register: Mapping[str, pd.DataFrame],
    forms: Mapping[str, pd.DataFrame],
    interviews: Mapping[str, pd.DataFrame],
    lists: Iterable[pd.DataFrame],
    public_texts: Iterable[str],
    policy: Policy,
) -> Sought:
    """All names that a finished report is searched for.

    Parameters
    ----------
    register : frames with `name`, and if they have it `aliases` and `alliance_id`
    forms : source -> one row per text that a form holds: `case_id`, `item_id`, `content`, `value`
    interviews : source -> one row per document: `document_id`, `name`, `text`
    lists : further tables; names in them are found after „Frau“ and „Herr“, and in a column `name`
    public_texts : printed labels of codebooks; what consists of their words only is no name
    policy : threshold, generic, common and public words
    """
    rules = policy.names
    vocabulary = {w for t in (*public_texts, *rules.generic, *rules.public) for w in words(t)}
    names = [*_register_names(register, rules)]
    for source, texts in forms.items():
        names += _form_names(source, texts, policy)
    for source, documents in interviews.items():
        names += _interview_names(source, documents)
    for table in lists:
        names += _list_names(table)
    sought = Sought(Index())
    kept = []
    public = {tuple(words(p)) for p in rules.public}
    common = {tuple(words(w)): w for w in rules.common_words}
    for name in names:
        told = tuple(words(name.text))
        reason = (
            "leer oder zu kurz" if not told or (len(told) == 1 and len(told[0]) < SHORTEST)
            else "in den Regeln als öffentlich genannt" if told in public
            else "besteht aus Wörtern der Codebücher" if name.kind != "Ort" and set(told) <= vocabulary | _numbers(told)
            else ""
        )  # fmt: skip
        if reason:
            sought.left_out[reason] = sought.left_out.get(reason, 0) + 1
        elif told in common:
            kept += [
                Name(f"{before} {name.text}", name.kind, name.origin)
                for before in ("Stadt", "Kreis", "Gemeinde", "in")
            ]
        else:
            kept.append(name)
    sought.index = Index.of(kept)
    return sought


def _numbers(told: Iterable[str]) -> set[str]:
    return {w for w in told if w.isdigit()}


def place_names(text: str, rules: NameRules) -> list[str]:
    """A name of a place and what is left of it without words such as Kreis and Stadt.

    >>> place_names("Kreis Sonnentau", NameRules(generic=("Kreis",)))
    ['Kreis Sonnentau', 'Sonnentau']
    """
    generic = {w for g in rules.generic for w in words(g)}
    parts = [p for p in re.split(r"[\s,()]+", text) if p]
    core = [p for p in parts if not set(words(p)) <= generic]
    joined = " ".join(core)
    return list(dict.fromkeys(t for t in (text, joined) if t and words(t)))


def _register_names(register: Mapping[str, pd.DataFrame], rules: NameRules) -> Iterator[Name]:
    for table, frame in register.items():
        for row in frame.to_dict("records"):
            where = f"Register „{table}“"
            for text in [row["name"], *str(row.get("aliases") or "").split("|")]:
                for name in place_names(str(text).strip(), rules):
                    yield Name(name, "Ort", where)
            if row.get("alliance_id"):
                yield Name(str(row["alliance_id"]), "Kennung", where)


def _form_names(source: str, texts: pd.DataFrame, policy: Policy) -> Iterator[Name]:
    """Lines of the fields for names, persons, offices and contacts; and sentences of free texts.

    What several alliances wrote leads to none of them, from the threshold on.
    """
    lines = texts.assign(value=texts["value"].str.split(r"[\n;]", regex=True)).explode("value")
    lines = lines.assign(value=lines["value"].str.strip())
    lines = lines[lines["value"].fillna("") != ""]
    lines = lines.assign(key=[" ".join(words(v)) for v in lines["value"]])
    cases = lines.groupby("key")["case_id"].nunique()
    lines = lines[lines["key"].map(cases) < policy.threshold]
    for row in lines.drop_duplicates("key").itertuples():
        where = f"{source}, {row.item_id}, {row.case_id}"
        if row.content in CONTENTS:
            yield Name(row.value, CONTENTS[row.content], where)
            yield from (Name(n, "Person", where) for n in person_names(row.value, row.content == "person"))
            for found in EMAIL.finditer(row.value):
                yield Name(found[1], "Erreichbarkeit", where)
        elif row.content == "free" and len(row.key.split()) >= policy.names.verbatim_words:
            yield Name(row.value, "Freitext", where)


def person_names(text: str, whole: bool = False) -> list[str]:
    """Names of persons in a text: after Frau and Herr; with `whole` also first name and surname.

    >>> person_names("Frau Dr. Anna Muster und Herrn Beispiel"), person_names("Anna Muster, Leitung", whole=True)
    (['Anna Muster', 'Muster', 'Beispiel'], ['Anna Muster', 'Muster'])
    """
    found = [m[2] for m in AFTER_TITLE.finditer(text)]
    if whole:
        found += [m[0] for m in FULL_NAME.finditer(AFTER_TITLE.sub(" ", text))]
    names = [n for f in found for n in (f, f.split()[-1])]
    return [n for n in dict.fromkeys(names) if len(n) >= SHORTEST]


def _interview_names(source: str, documents: pd.DataFrame) -> Iterator[Name]:
    for row in documents.to_dict("records"):
        where = f"{source}, {row['document_id']}"
        for key in {str(row["document_id"]), str(row.get("name") or "")} - {""}:
            yield Name(key, "Kennung", where)
        for name in person_names(str(row.get("text") or "")):
            yield Name(name, "Person", where)


def _list_names(table: pd.DataFrame) -> Iterator[Name]:
    where = f"Liste „{table.attrs.get('name', '')}“"
    for column in table:
        cells = table[column].dropna().astype(str)
        for text in dict.fromkeys(cells):
            if column == "name":
                yield Name(text, "Name", where)
            yield from (Name(n, "Person", where) for n in person_names(text))
