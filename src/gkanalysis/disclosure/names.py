"""Which names must not appear in a report: from register, lists of receipts, forms and transcripts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import pandas as pd

from gkanalysis.disclosure.matching import Index, Name, words
from gkanalysis.disclosure.policy import NameRules, Policy
from gkanalysis.disclosure.spokennames import common_nouns, office_names, spoken_places

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
    interviews : source -> one row per text of a document, segment or memo: `document_id`, `name`, `text`; an interview
        whose text is not stored is searched through its segments
    lists : further tables; names in them are found after „Frau“ and „Herr“, and in a column `name`
    public_texts : printed labels of codebooks; what consists of their words only is no name
    policy : threshold, generic, common and public words
    """
    rules, public_texts = policy.names, list(public_texts)
    vocabulary = {w for t in (*public_texts, *rules.generic, *rules.public) for w in words(t)}
    names = [*_register_names(register, rules)]
    for source, texts in forms.items():
        names += _form_names(source, texts, policy)
    for source, texts in interviews.items():
        names += _interview_names(source, texts, public_texts, policy)
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


def _interview_names(
    source: str, texts: pd.DataFrame, public_texts: Iterable[str], policy: Policy
) -> Iterator[Name]:
    """Documents, persons, offices and places of interviews.

    An office or place that as many interviews name as the threshold says leads to none of them.
    """
    rows = texts.fillna("").astype(str).drop_duplicates().to_dict("records")
    nouns = common_nouns([*(r["text"] for r in rows), *public_texts]) | set(policy.names.nouns)
    spoken: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for key in {row["document_id"], row["name"]} - {""}:
            yield Name(key, "Kennung", f"{source}, {row['document_id'] or 'Notizen'}")
        for kind, found in (
            ("Person", person_names(row["text"])),
            ("Stelle", office_names(row["text"])),
            ("Ort im Gespräch", spoken_places(row["text"], nouns)),
        ):
            for name in found:
                said_in = spoken.setdefault((kind, name), [])
                said_in += [row["document_id"]] * (row["document_id"] not in said_in)
    for (kind, name), said_in in spoken.items():
        where = f"{source}, {said_in[0] or 'Notizen'}"
        if kind == "Person" or len(said_in) < policy.threshold:
            yield from (Name(n, kind, where) for n in _inflected(name))


def _inflected(name: str) -> Iterator[str]:
    """A name of several words also with its first word in the genitive: „des Amtes für …“."""
    yield name
    first, _, rest = name.partition(" ")
    if rest and first.lower().endswith("amt"):
        yield from (f"{first}{ending} {rest}" for ending in ("s", "es"))


def _list_names(table: pd.DataFrame) -> Iterator[Name]:
    where = f"Liste „{table.attrs.get('name', '')}“"
    for column in table:
        cells = table[column].dropna().astype(str)
        for text in dict.fromkeys(cells):
            if column == "name":
                yield from (Name(n, "Name", where) for n in _inflected(text))
            yield from (Name(n, "Person", where) for n in person_names(text))
