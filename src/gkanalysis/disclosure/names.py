"""Which names must not appear in a report: from register, lists of receipts, forms and transcripts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping

import pandas as pd

from gkanalysis.codebook.policy import NameRules, Policy
from gkanalysis.disclosure.matching import Index, Name, words

SHORTEST = 3  # letters of a name of one word; shorter ones are found within longer names only
BIG = "".join(c for c in map(chr, (*range(0x250), *range(0x1E00, 0x1F00))) if c.isupper())  # of all Latin scripts
SMALL = r"[^\W\d_]"
PARTICLES = r"(?:(?:von|vom|van|de|del|della|di|da|dos|du|la|le|los|der|den|dem|zu|zum|zur|ten|ter|el|al|bin|ibn|bint|af|av)[ \u00a0]|(?:al|el)-|[dlo]’|d')*"
SURNAME = rf"{PARTICLES}[{BIG}][\w’'-]+"
INNER_PARTICLE = re.compile(rf"^[{BIG}]\S*[ \u00a0](?![{BIG}])")
AFTER_TITLE = re.compile(
    rf"\b(?:Frau|Herrn?|Hr\.|Fr\.)\s+((?:(?:Dr|Prof|Dipl)\.[\w.-]*\s+)*)({SURNAME}(?:[ \u00a0]{SURNAME})?)"
)
FULL_NAME = re.compile(rf"(?<!\w)[{BIG}]{SMALL}+(?:-{SMALL}+)?\s+{PARTICLES}[{BIG}]{SMALL}+(?:-{SMALL}+)?(?!\w)")
EMAIL = re.compile(r"[\w.+-]+@([\w-]+)(?:\.[\w-]+)+")
PLACE_SAID = "Ort im Gespräch"
CONTENTS = {"name": "Name", "person": "Person", "office": "Stelle", "contact": "Erreichbarkeit"}
CAPITAL = rf"[{BIG}]\w+(?:-\w+)*"
KINDS = "Amt|Stelle|Büro|Fachbereich|Stabsstelle|Referat|Dezernat|Abteilung|Sachgebiet|Fachdienst|Fachstelle|Zentrum"
OFFICE = re.compile(
    rf"\b(?:{SMALL}*(?:{KINDS.lower()})|{KINDS})s?\s+für\s+((?:{CAPITAL})(?:(?:,\s+|\s+und\s+|\s+)(?:{CAPITAL}))*)"
)
PLACE = re.compile(rf"\b(?:([Ii]n|[Aa]us|[Nn]ach)|(?:Land)?[Kk]reis|(?:Kreis)?[Ss]tadt|Gemeinde)\s+({CAPITAL})")
# what stands before a common noun and hardly ever before a place
DETERMINERS = {
    "der", "die", "das", "des", "dem", "den", "ein", "eine", "einen", "einem", "einer", "eines", "kein",
    "keine", "keinen", "keinem", "keiner", "im", "zum", "zur", "am", "vom", "beim", "ins", "ans", "mein",
    "meine", "meinen", "meinem", "meiner", "unser", "unsere", "unseren", "unserem", "unserer", "ihr", "ihre",
    "ihren", "ihrem", "ihrer", "sein", "seine", "seinen", "seinem", "dieser", "diese", "dieses", "diesen",
    "diesem", "jeder", "jede", "jedes", "jeden", "jedem", "welche", "welcher", "viel", "viele", "vielen",
    "wenig", "wenige", "alle", "allen", "manche", "mehr", "zwei", "drei", "vier", "fünf", "sechs", "zehn",
}  # fmt: skip
GERMAN_WORD = re.compile(r"\w+(?:-\w+)*")


def collect_names(
    register: Mapping[str, pd.DataFrame], forms: Mapping[str, pd.DataFrame], interviews: Mapping[str, pd.DataFrame],
    lists: Iterable[pd.DataFrame], public_texts: Iterable[str], policy: Policy,
) -> Index:  # fmt: skip
    """All names that a finished report is searched for.

    `forms` and `interviews` are texts by source, as `received` reads them. In `lists` a column `name` holds names, and what
    follows „Frau“ and „Herr“ is one. What consists only of words of `public_texts` (printed labels) is no name.
    """
    rules, public_texts = policy.names, list(public_texts)
    vocabulary = {w for t in (*public_texts, *rules.generic, *rules.public) for w in words(t)}
    names = [*_register_names(register, rules)]
    names += (n for source, texts in forms.items() for n in _form_names(source, texts, policy))
    for source, texts in interviews.items():
        names += _interview_names(source, texts, public_texts, policy)
    names += (n for table in lists for n in _list_names(table))
    public, common = ({tuple(words(w)) for w in of} for of in (rules.public, rules.common_words))
    kept = []
    for name in names:
        told = tuple(words(name.text))
        short = not told or (len(told) == 1 and len(told[0]) < SHORTEST)
        printed = name.kind != "Ort" and all(w in vocabulary or w.isdigit() for w in told)
        if short or printed or told in public:
            continue
        # a name that is a common word as well is searched after words that make it a place only
        before = ("Stadt ", "Kreis ", "Gemeinde ", "in ") if told in common else ("",)
        kept += [Name(word + name.text, name.kind, name.origin) for word in before]
    return Index.of(kept)


def place_names(text: str, rules: NameRules) -> list[str]:
    """A name of a place and what is left of it without words such as Kreis and Stadt.

    >>> place_names("Kreis Sonnentau", NameRules(generic=("Kreis",)))
    ['Kreis Sonnentau', 'Sonnentau']
    """
    generic = {w for g in rules.generic for w in words(g)}
    core = " ".join(p for p in re.split(r"[\s,()]+", text) if p and not set(words(p)) <= generic)
    return list(dict.fromkeys(t for t in (text, core) if words(t)))


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
    lines = lines.assign(value=lines["value"].fillna("").str.strip()).query("value != ''")
    lines = lines.assign(key=[" ".join(words(v)) for v in lines["value"]])
    cases = lines.groupby("key")["case_id"].nunique()
    lines = lines[lines["key"].map(cases) < policy.threshold]
    for row in lines.drop_duplicates("key").itertuples():
        where = f"{source}, {row.item_id}, {row.case_id}"
        if row.content in CONTENTS:
            yield Name(row.value, CONTENTS[row.content], where)
            yield from (Name(n, "Person", where) for n in person_names(row.value, row.content == "person"))
            yield from (Name(m[1], "Erreichbarkeit", where) for m in EMAIL.finditer(row.value))
        elif row.content == "free" and len(row.key.split()) >= policy.names.verbatim_words:
            yield Name(row.value, "Freitext", where)


def person_names(text: str, whole: bool = False) -> list[str]:
    """Names of persons in a text: after Frau and Herr; with `whole` also first name and surname.

    >>> person_names("Frau Dr. Anna Muster und Herrn Beispiel"), person_names("Anna Muster, Leitung", whole=True)
    (['Anna Muster', 'Muster', 'Beispiel'], ['Anna Muster', 'Muster'])
    >>> person_names("Frau von der Linden, Herr ŞAHİN")
    ['von der Linden', 'Linden', 'ŞAHİN']
    """
    found = [m[2] for m in AFTER_TITLE.finditer(text)]
    if whole:
        found += [m[0] for m in FULL_NAME.finditer(AFTER_TITLE.sub(" ", text))]
    # behind a first name „von der“ may begin a surname or an office: then not the last word, but the first is a name
    names = [n for f in found for n in (f, f.split()[0 if INNER_PARTICLE.search(f) else -1])]
    return [n for n in dict.fromkeys(names) if len(n) >= SHORTEST]


def _interview_names(source: str, texts: pd.DataFrame, public_texts: Iterable[str], policy: Policy) -> Iterator[Name]:
    """Documents, persons, offices and places of interviews.

    An office or place that as many interviews name as the threshold says leads to none of them.
    """
    rows = texts.fillna("").astype(str).drop_duplicates().to_dict("records")
    nouns = common_nouns([*(r["text"] for r in rows), *public_texts]) | set(policy.names.nouns)
    spoken: dict[tuple[str, str], dict[str, None]] = {}  # what it is and the name -> the documents that name it
    for row in rows:
        text = row["text"]
        for key in {row["document_id"], row["name"]} - {""}:
            yield Name(key, "Kennung", f"{source}, {row['document_id'] or 'Notizen'}")
        told = {"Person": person_names(text), "Stelle": office_names(text), PLACE_SAID: spoken_places(text, nouns)}
        for kind, name in ((kind, name) for kind, names in told.items() for name in names):
            spoken.setdefault((kind, name), {})[row["document_id"]] = None
    for (kind, name), said_in in spoken.items():
        where = f"{source}, {next(iter(said_in)) or 'Notizen'}"
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


def office_names(text: str) -> list[str]:
    """Names of offices in a text: „Amt für …“ and the like, with all that „und“ joins.

    >>> office_names("Das Amt für Ankommen und Teilhabe war da, und eine Stelle für das Büro gab es.")
    ['Amt für Ankommen und Teilhabe']
    """
    return list(dict.fromkeys(m[0] for m in OFFICE.finditer(text)))


def common_nouns(texts: Iterable[str]) -> set[str]:
    """Capitalised words that texts use like common nouns: in lower case elsewhere, or after an article.

    >>> sorted(common_nouns(["Die Wirklichkeit ist anders. In Finkenau folgt der kleine Rat dem großen Plan."]))
    ['Plan', 'Rat', 'Wirklichkeit']
    """
    lower, nouns, capital = set(), set(), set()
    for text in texts:
        before, adjective = "", False
        for word in GERMAN_WORD.findall(text):
            if word[0].islower():
                lower.add(word)
                adjective = (before in DETERMINERS or adjective) and bool(re.search(r"e[nmrs]?$", word))
            else:
                capital.add(word)
                if before in DETERMINERS or adjective:
                    nouns.add(word)
                adjective = False
            before = word.lower() if word.lower() in DETERMINERS else ""
            adjective = adjective and not before
    return nouns | {w for w in capital if w.lower() in lower}


def spoken_places(text: str, nouns: Collection[str]) -> list[str]:
    """Places in a text: capitalised words after in, aus, nach, Stadt, Kreis, Gemeinde that are no common nouns.

    >>> spoken_places("In Wirklichkeit war das in Finkenau und im Kreis Moosheim.", {"Wirklichkeit"})
    ['Finkenau', 'Moosheim']
    """
    return list(dict.fromkeys(m[2] for m in PLACE.finditer(text) if m[2] not in nouns))
