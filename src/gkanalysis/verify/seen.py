"""The finished page as its readers see it, against the objects behind it: numbers at their words, bases, pictures.

Nothing here asks how the page was made. What a number is, its words in the codebook say; what the page says of it is
read off the page. So a number of another question, a turned label, a bar of another length, a quotation in the wrong
place or another rule of rounding is found at a first release, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import floor
from pathlib import Path
from typing import Any

import pandas as pd
from lxml import html

from gkanalysis.core.numbers import MONTHS, WORDS
from gkanalysis.counts.count import TOGETHER, Count
from gkanalysis.counts.data import REGISTER, TOTAL, Data
from gkanalysis.disclosure.printed import exhibit_tables, find_numbers, n_and_base, values_by_id
from gkanalysis.disclosure.texts import texts_of
from gkanalysis.report.html import origin_anchor
from gkanalysis.verify.again import shown_beside, weak_again
from gkanalysis.verify.naive import Naive
from gkanalysis.verify.pictures import wrong_picture

BLOCKS = ("p", "li", "h2", "h3", "h4", "figcaption")
# What every sentence of a report is about says nothing on which number it is.
COMMON = frozenset(
    re.findall(
        r"\w+",
        "alle allen antwort antworten angabe angaben anzahl anteil basis befragte befragten bogen bogens bundnis "
        "bundnisse bundnissen dass dem durch eine einem einen einer eines falle fallen falls form frage fragen gesprach "
        "gesprache gesprachen gezahlt haben ihre ihrer ihren kein keine kommune kommunen land mehr nach nicht noch oder "
        "ohne sind unter viele vielen werden wird wurde wurden wer wie zeilen zwei",
    )
)
# Kinds of counts whose labels are shorter than what one says of them.
ALSO = dict.fromkeys(("Returns", "Flow", "AllWaves"), "geantwortet, antworteten, Arbeitshilfe") | {
    "Agreement": "Urteile, Vergleiche, Übereinstimmung", "OpenAgreement": "Vergleiche", "Openings": "offen, Öffnung", "Gaps": "Lücken", "Findings": "Hinweise",
}  # fmt: skip
# What a base line says, and the counts of which it is true.
BASES: Mapping[str, Callable[[Any], bool]] = {
    r"voll auswertbar(?!, | oder)": lambda c: getattr(c, "status", ()) == ("full",),
    "Gespräch": lambda c: type(c).__name__ == "Codings",
    "Vergleiche": lambda c: type(c).__name__ in ("Agreement", "OpenAgreement"),
    "Gebiete": lambda c: type(c).__name__ == "Nested",
    "Hinweise": lambda c: type(c).__name__ == "Findings",
    "beiden Wellen": lambda c: type(c).__name__ == "Change",
}
COUNTED = "Anteil an|Anzahl der|Nennungen|gültig"
# What notes say by rule; whether it is so, is worked out.
RULED = (r"(?<!\*)\* Basis unter 30", r"\*\* Basis unter 10", "nicht gesichert", "keine Stichprobe", "Frage angenommen")
MADE = "|".join(
    (*RULED, "nicht gedruckt, weil", "Ziehungen", "unter 0,667", "Nennungen aus", "haben hier etwas angekreuzt")
)
# What stands over counts besides groups and answers; and over days.
NUMBERED = (
    r"^(?:n|Datum|Anzahl|Wert|Inhalt|einig|Kommunen|Bündnisse|Besuche|Einträge|Tage|hier|gültige Angaben|Nennungen)$"
)
DATED = ("Datum", "Stand", "verschickt")
DRAWN = "rechts|in den Balken|jeder Punkt"  # what only a figure shows
# Kind of count -> what its base line must say in one way or another.
NEEDS = {
    "Choice": "gültig|Antwort", "Gaps": "gültig", "Open": "Antwort|Angabe|Kategorie", "Ticks": "Nennungen|gefragt|Befragt|voll auswertbar|dieser Antwort",
    "Category": "Bündniss", "Returns": "Bündniss|angefragt", "Flow": "Bündniss", "ListTotal": "Summe|Ankündigung",
}  # fmt: skip
NUMBER_WORDS = "|".join(w for w in (*WORDS[2:], *map(str.capitalize, WORDS[2:])))
YEAR = re.compile(r"(?:19|20)\d\d")
DIGITS = r"(?<![\w.,§-])(?<!FB )(?<!§ )(?<!Frage )(?<!Tabelle )\d+(?:[.,]\d+)*(?![\w-])"
TYPED = re.compile(rf"\b(?:(?:{'|'.join(MONTHS)})(?: (?:19|20)\d\d)?|(?:19|20)\d\d|{NUMBER_WORDS})\b|{DIGITS}")
WORDING = re.compile(
    r"-(n|of|percent|n_percent|base|published|published_of|said|word|word_capital|word_dative)(?:-\d+)?$"
)
TOKEN = re.compile("[a-z]{4,}")
CLAUSE, DENIAL = "[;:,–()]", re.compile(r"\b(?:nicht|kein\w*|nie|niemand\w*|weder|ohne)\b", re.IGNORECASE)
ENDS = rf"(?<!\d)(?<!\bMio)(?<!\bca)[.!?](?=\s|$)|(?<=\d)\.(?=\s(?!{'|'.join(MONTHS)})[A-ZÄÖÜ„]|$)|\n"
SHOWN = 60  # letters of what stands in one format only
NEXT = 25  # so many letters behind a number still name its group: „15 von 22 kreisfreien Städten“
Row = dict[str, str]


def seen_rows(folder: Path, data: Data, declared: Mapping[str, Any]) -> Iterator[Row]:
    """Rows of the certificate on what a reader of the page finds.

    `declared` are the bindings of published figures with what somebody else has entered beside them: `called`,
    `title_page`, `typed`.
    """
    page = html.document_fromstring((folder / f"{folder.name}.html").read_bytes(), html.HTMLParser(encoding="utf-8"))
    numbers, called = dict(find_numbers(folder)), declared.get("called") or {}
    yield from _numbers(page, numbers, data, called)
    yield from _exhibits(page, folder, numbers, data, called)
    spoken = {re.sub(r"\W+", "-", f"value-{i}"): spoken_of(v) for i, v in values_by_id(folder).items()}
    yield from _references(page, folder, spoken)
    yield from _quotations(page, spoken, data)
    yield from _typed(page, declared)
    yield from _lines(page, declared.get("lines") or {})
    yield from _in_other_formats(page, folder)
    for name in sorted(called.keys() - numbers.keys() - {e.get("id") for e in page.iter("figure")}):
        yield _row(
            name,
            "Eine solche Zahl steht nicht im Bericht; bitte den Eintrag unter „called“ streichen.",
            "unknown_number",
        )


def unread(folder: Path) -> str:
    """What of a finished page no program compares with anything, in a sentence for the certificate."""
    page = html.document_fromstring((folder / f"{folder.name}.html").read_bytes(), html.HTMLParser(encoding="utf-8"))
    blocks = [_with_places(b) for b in page.xpath("//main//p[not(@class)][not(ancestor::figure)] | //main//li")]
    said = [len(list(filter(str.strip, re.split(ENDS, text)))) for text, _ in blocks]
    told = [
        len({a - len(_sentence(text, a, b)[0]) for x, a, b in at if "value" in x.get("class", "")})
        for text, at in blocks
    ]
    tables = dict(exhibit_tables(folder))
    bare = [n for n, t in tables.items() if "definition" not in t]
    drawn = [
        p.stem
        for p in sorted((folder / "figures").glob("*.svg"))
        if wrong_picture(p.read_bytes(), tables[p.stem]) is None
    ]
    return (
        f"{sum(said) - sum(told)} von {sum(said)} Sätzen des Textes nennen nichts Gezähltes, dazu Überschriften, die Worte um die Zahlen, "
        f"Darstellungen ohne Zählung ({', '.join(bare) or 'keine'}) und nicht vermessene Abbildungen ({', '.join(drawn) or 'keine'}): "
        "Ob sie stimmen, weiß nur, wer sie liest"
    )


def _row(name: str, wrong: str, verdict: str = "differs") -> Row:
    """A row of the certificate; `verdict` is what it is if something is wrong."""
    return {"section": "seen", "id": f"gelesen/{name}", "verdict": verdict if wrong else "agrees", "message": wrong}


def _numbers(page: Any, numbers: Mapping[str, Any], data: Data, called: Mapping[str, str]) -> Iterator[Row]:
    """Each number of the text: its digits, and in its sentence a word of what it counts and of whom."""
    named = {origin_anchor(name): name for name in numbers}
    wrong: dict[str, tuple[str, str]] = {}
    for block in page.iter(*BLOCKS):
        text, places = _with_places(block)
        beside: dict[int, list[tuple[str, int, frozenset[str]]]] = {}  # beginning of a sentence -> its numbers
        for link, start, end in places:
            name = named.get((link.get("href") or "").partition("#")[2], "")
            if "value" not in link.get("class", "") or not name or not (wording := WORDING.search(link.get("id", ""))):
                continue
            cell, told, sentence = numbers[name], text[start:end], _sentence(text, start, end)
            n, base_n = n_and_base(cell)
            shown = (base_n, None) if wording[1] == "base" and base_n is not None else (n, base_n)
            slip, verdict = "" if wording[1] == "said" else wrong_text(told, *shown), "differs"
            if wording[1] == "base":
                slip = slip or _denied(sentence, told, "", called.get(name, ""))
            elif not slip and n != (base_n if TOGETHER in str(cell["row"]) else None):
                verdict, slip = (
                    "other_words",
                    _elsewhere(sentence, told, str(cell["definition"]), data, called.get(name, "")),
                )
                count, _, row, _ = Count.read(str(cell["definition"]))
                own = stems(f"{_about(data, count, row)} {called.get(name, '')}")
                before = beside.setdefault(start - len(sentence[0]), [])
                if not slip and (other := _exchanged(text, start - len(sentence[0]), before, start, own)):
                    slip = f"„{told}“ steht dort, wo von {other} die Rede ist: „{told.join(sentence).strip()}“"
                before.append((name, start, own))
            wrong[name] = (slip, verdict) if slip else wrong.get(name, ("", ""))
    yield from (_row(name, *slip) for name, slip in wrong.items())


def _denied(sentence: tuple[str, str], told: str, label: str, called: str) -> str:
    """A word such as „nicht“ beside a number of which the codebook has none, or the other way round; `called` may have it."""
    clause = re.split(CLAUSE, sentence[0])[-1] + told + re.split(CLAUSE, sentence[1])[0]
    left = clause.casefold().replace(called.casefold(), "") if called else clause
    if (denied := DENIAL.search(left)) and (called or not DENIAL.search(label)):
        return f"„{told}“ zählt „{label}“; daneben steht „{denied[0]}“: „{clause.strip()}“"
    if (denied := DENIAL.search(label)) and not called and not DENIAL.search("".join(sentence)):
        return f"„{told}“ zählt „{label}“; im Satz fehlt „{denied[0]}“: „{told.join(sentence).strip()}“"
    return ""


def _exchanged(
    text: str, since: int, before: Sequence[tuple[str, int, frozenset[str]]], at: int, own: frozenset[str]
) -> str:
    """The number before in a sentence in whose place another one stands: what it counts is named behind what this counts."""
    words = [m for m in TOKEN.finditer(_plain(text)) if since <= m.start() < at + NEXT and m[0] not in COMMON]
    for name, start, other in before:
        mine, theirs = (_places_of(words, *both) for both in ((own, other), (other, own)))
        if mine and theirs and max(mine) < min(theirs) and start < at:
            return f"„{name}“"
    return ""


def _places_of(words: Sequence[re.Match[str]], own: Iterable[str], other: Iterable[str]) -> list[int]:
    """Where words stand that speak of one number and not of another one; else such as are just the same."""
    near = [m.start() for m in words if any(alike(m[0], w) for w in own) and not any(alike(m[0], w) for w in other)]
    ends, out = ({_ending(w) for w in of} for of in (own, other))
    return near or [m.start() for m in words if _ending(m[0]) in ends - out]


def _elsewhere(sentence: tuple[str, str], told: str, line: str, data: Data, called: str) -> str:
    """What a sentence does not say of a number that stands in it: what is counted, or of whom."""
    count, by, row, group = Count.read(line)
    about = called or _about(data, count, row)
    shown = f"im Satz steht davon nichts: „{told.join(sentence).strip()}“"
    if (own := stems(about)) and not any(alike(a, b) for a in stems(" ".join(sentence)) for b in own):
        return f"„{told}“ zählt „{about}“; {shown}"
    if denied := _denied(sentence, told, _labels(data, count, row), called):
        return denied
    labels = data.group(by or "type").labels if group != TOTAL else {}
    owner: dict[str, set[str]] = {}
    for g, label in labels.items():
        for word in stems(label, frozenset()):
            owner.setdefault(_ending(word), set()).add(g)
    before, after = (
        [(m.start(), owner.get(_ending(m[0]), set())) for m in TOKEN.finditer(_plain(s))] for s in sentence
    )
    behind = min(NEXT, len(re.split("[;,)]", sentence[1])[0]))
    near = (
        [g for at, g in after if g and at < behind][:1]
        or [g for _, g in before if g][-1:]
        or [g for _, g in after if g][:1]
    )
    return "" if not labels or (near and group in near[0]) else f"„{told}“ zählt „{labels[group]}“; {shown}"


def _exhibits(
    page: Any, folder: Path, numbers: Mapping[str, Any], data: Data, called: Mapping[str, str]
) -> Iterator[Row]:
    """Each table and figure: cells at their labels, base, source and alternative text, and the picture."""
    tables = dict(exhibit_tables(folder))
    for exhibit in page.xpath("//figure[contains(@class, 'exhibit')]"):
        name = exhibit.get("id")
        table = tables.get(name, pd.DataFrame())
        lines = [str(d) for d in table.get("definition", ()) if isinstance(d, str)]
        counts = list({Count.read(line)[0] for line in lines})
        base, source = (" ".join(exhibit.xpath(f"string(p[@class='{k}'])").split()) for k in ("base", "source"))
        wrong = [
            *_wrong_cells(exhibit, numbers, data, called),
            *_wrong_beside(exhibit, numbers, data),
            _wrong_title(exhibit, called.get(name, ""), lines, table, data),
            *_wrong_notes(exhibit, counts, table, data),
            _wrong_base(base, counts, table, data),
            f"die Basis „{base}“ spricht von einer Abbildung"
            if not exhibit.xpath(".//img") and re.search(DRAWN, base)
            else "",
            _wrong_source(source, counts, data),
        ]
        label = exhibit.xpath("string(figcaption/span[@class='label'])")
        if (
            label.startswith("Übersicht")
            and label not in source
            and all(type(c).__name__ == "ListTotal" for c in counts)
        ):
            wrong.append(f"was hier niemand zählt, ist gedruckt als „{label}“; die Quelle nennt sie nicht")
        wrong += [
            f"Übersicht {n} heißt hier anders"
            for n in re.findall(r"Übersicht (\d+)", source)
            if name != f"uebersicht-{int(n):02}"
        ]
        if (image := next(exhibit.iter("img"), None)) is not None:
            wrong += [
                _wrong_alt(image.get("alt") or "", table),
                wrong_picture((folder / f"figures/{name}.svg").read_bytes(), table) or "",
            ]
        yield _row(name, "; ".join(filter(None, wrong)))


def linked_cells(page: Any) -> Iterator[tuple[str, Any, list[str], list[str]]]:
    """Each number in a table of a page: its anchor, its link, the words of its row and block, those of its column."""
    for table in page.iter("table"):
        heads = [plain_words(h) for h in table.xpath(".//thead/tr[last()]/*")]
        block: list[str] = []
        for row in table.xpath(".//tbody/tr"):
            block = (
                [plain_words(row)] if row.get("class") == "block" else block if row.getprevious() is not None else []
            )
            at, beside = 0, [plain_words(c) for c in row if c.tag == "th" or not c.xpath(".//a")]
            for cell in row:
                for link in cell.xpath(".//a[contains(@class, 'number')]"):
                    yield link.get("href").partition("#")[2], link, [*beside, *block], heads[at : at + 1]
                at += int(cell.get("colspan", 1))


def plain_words(element: Any) -> str:
    """The words of an element as a reader takes them: without marks of notes, line breaks and the base in a head."""
    return " ".join(element.text_content().partition("(n\u00a0=")[0].split()).rstrip("*").strip()


def _wrong_cells(exhibit: Any, numbers: Mapping[str, Any], data: Data, called: Mapping[str, str]) -> Iterator[str]:
    """Cells whose digits, row or column are not those of their number, by the codebook's words for it and for its group."""
    named = {origin_anchor(name): name for name in numbers}
    for anchor, link, beside, column in linked_cells(exhibit):
        name, told = named[anchor], link.text_content()
        count, by, row, group = Count.read(str(numbers[name]["definition"]))
        words = data.group(by or "type").labels[group] if group != TOTAL else ""
        if getattr(count, "step", 1) == 1 and (slip := wrong_text(told, *n_and_base(numbers[name]))):
            yield slip
        elif words and words not in [*column, *beside] and len(link.getparent().getparent()) > 2:
            yield f"„{told}“ steht nicht unter „{words}“"
        elif column and not (
            set(column) & {words, "insgesamt"}
            or re.search(NUMBERED, column[0])
            or column[0] in options(data, count).values()
        ):
            yield f"über der Anzahl „{told}“ steht „{column[0]}“"
        elif own := _wrong_row(data, count, row, [*beside, *column], exhibit, called.get(name, "")):
            yield f"„{told}“ ({name}) zählt „{own}“; gedruckt ist „{'; '.join([*beside, *column])}“"


def _wrong_row(data: Data, count: Count, row: str, printed: Sequence[str], exhibit: Any, called: str) -> str:
    """What a row should be called and is not: the codebook's words, or those that somebody has entered for it."""
    naive = _naive(data)
    if called:
        return "" if called in printed else called
    if type(count).__name__ == "Change":
        return "" if (own := data.book(count.source).items[count.item].label) in printed else own
    if type(count).__name__ == "ListSum":
        heads = next(c.titles for c in data.book(count.source).spec.columns if c.name == count.amount)
        if not set(heads) & set(printed):
            return str(heads[0])
    waves = {s: [w for w in _title(data, s) if w in printed[0]] for s in data.sources}
    if type(count).__name__ == "Returns" and any(waves.values()) and not waves[count.source]:
        return " ".join(_title(data, count.source))
    for part in row.split(TOGETHER):
        own = naive.printed(count, part) or [" ".join(options(data, count).get(part, part).split())]
        own = ["alle"] if part == TOTAL else own
        if type(count).__name__ in ("Returns", "AllWaves"):  # a table of several waves says it in its title
            printed = [*printed, exhibit.xpath("string(figcaption)")]
        if own != [part] and not any(
            re.search(rf"(?<!\w){re.escape(w)}(?!\w)", p, re.IGNORECASE) for w in own for p in printed
        ):
            return own[-1]
    return ""


def _naive(data: Data) -> Naive:
    return data._keep(("naive",), lambda: Naive(data))


def _wrong_beside(exhibit: Any, numbers: Mapping[str, Any], data: Data) -> Iterator[str]:
    """Shares, coefficients, differences and intervals that are no numbers of their own, by the heading of their column."""
    named = {origin_anchor(name): name for name in numbers}
    heads = [plain_words(h) for h in exhibit.xpath(".//thead/tr[last()]/*")]
    for row in exhibit.xpath(".//tbody/tr[td//a[contains(@class, 'number')]]"):
        own = numbers[named[row.xpath(".//td//a")[0].get("href").partition("#")[2]]]
        again = shown_beside(_naive(data), own)
        for head, cell in zip(heads, row, strict=False):
            told = cell.text_content().replace("\u00a0", " ").rstrip("*†")
            if head in again and told not in (again[head], "•", "–", ""):
                yield f"{row[0].text_content()}: {head} „{told}“, nachgerechnet „{again[head]}“"
            elif head in DATED and cell is not row[0] and not re.search(r"\d\d\d\d", told):
                yield f"{row[0].text_content()}: unter „{head}“ steht „{told}“"


def _wrong_title(exhibit: Any, called: str, lines: Sequence[str], table: pd.DataFrame, data: Data) -> str:
    """A title that has no word of what its numbers count, or that two exhibits have."""
    title = exhibit.xpath("string(figcaption)").replace(exhibit.xpath("string(figcaption/span[@class='label'])"), "", 1)
    named = [
        e.xpath("string(figcaption)").endswith(title) for e in exhibit.xpath("//figure[contains(@class, 'exhibit')]")
    ]
    numbers = [(count, row) for count, _, row, _ in map(Count.read, lines)]
    own = [called] if called else [_about(data, count, row) for count, row in numbers]
    own += (
        [] if called else [str(x) for k in ("label", "block", "group_label") if k in table for x in table[k].unique()]
    )
    own += [] if called else [" ".join(_title(data, c.source)) for c, _ in numbers if c.source in data.sources]
    own += [] if called else [data.book(c.source).sets[c.set]["label"] for c, _ in numbers if hasattr(c, "set")]
    if sum(named) > 1:
        return f"zwei Darstellungen heißen „{title.strip()}“"
    if lines and not any(alike(a, b) for a in stems(title) for b in stems(" ".join(own))):
        return f"der Titel „{title.strip()}“ nennt nichts von dem, was die Zahlen zählen"
    return ""


def _wrong_notes(exhibit: Any, counts: Sequence[Count], table: pd.DataFrame, data: Data) -> Iterator[str]:
    """Marks and notes that say of the numbers what is not so, or that are missing where it is."""
    notes = " ".join(note.text_content() for note in exhibit.xpath("p[@class='note']")).replace("\u00a0", " ")
    naive, holds = _naive(data), dict.fromkeys(RULED, False)
    for r in table[table["n"].notna()].itertuples() if counts else ():
        count, _, row, _ = Count.read(str(r.definition))
        kind, items = (
            type(count).__name__,
            getattr(data.book(count.source), "items", {}) if count.source in data.sources else {},
        )
        alpha = weak_again(naive, count, row) if kind == "Codings" else 1.0
        small = "" if pd.isna(r.base_n) or not count.marked else "**" if r.base_n < 10 else "*" if r.base_n < 30 else ""
        right, told = small + "†" * (alpha < 0.667), "" if pd.isna(r.mark) else str(r.mark)
        if told != right:
            yield f"„{r.label}“ trägt „{told}“ statt „{right}“"
        asked = [items[i] for i in (getattr(count, "item", ""), getattr(count, "then_item", ""), row) if i in items]
        true = (
            small == "*",
            small == "**",
            alpha < 0.667,
            kind == "Codings",
            kind != "Answered" and any(i.assumed for i in asked),
        )
        holds = {words: holds[words] or now for words, now in zip(RULED, true, strict=True)}
    for words, now in holds.items():
        if counts and bool(re.search(words, notes)) != now:
            yield f"die Anmerkung „{words.rpartition(')')[2].replace(chr(92), '')}“ {'fehlt' if now else 'gilt hier nicht'}: „{notes}“"
    for n, what, base in re.findall(r"(\d+) (Nennungen aus|von) (\d+) Bündnissen(?:\.| haben hier)", notes):
        again = [
            (len(list(naive.mentions(c, TOTAL))) if what != "von" else len(naive.ticked(c.source, c.status, c.set)))
            for c in counts if type(c).__name__ == ("Ticks" if what == "von" else "Open")
        ]  # fmt: skip
        if again and (int(n) not in again or int(base) not in {int(b) for b in table["base_n"].dropna()}):
            yield f"die Anmerkung zählt {n} {what} {base}, nachgezählt sind es {again}"


def _wrong_base(base: str, counts: Sequence[Count], table: pd.DataFrame, data: Data) -> str:
    """What a base line says that its numbers are not."""
    asked = {str(getattr(c, "item", "")) for c in counts} | {
        r for c in counts if hasattr(c, "set") for r in data.book(c.source).set_items(c.set)
    }
    for first, _, last in (
        re.findall(r"Fragen?\s((\d+)(?:\.\d+)*)(?: bis ((?:\d+\.)*\d+))?", base.replace("\u00a0", " "))
        if asked - {""}
        else ()
    ):
        if not last and not any(i == first or i.startswith(f"{first}.") for i in asked):
            return f"„Frage {first}“ steht unter Zahlen zu {', '.join(sorted(asked)[:3])}"
    bases = {int(b) for b in table.get("base_n", pd.Series(dtype=float)).dropna()}
    if wrong := [n for n in re.findall(r"\(n\s=\s(\d+)\)", base) if int(n) not in bases]:
        return f"die Basis n = {wrong[0]} hat keine der Zahlen"
    for count in counts:
        if not re.search(NEEDS.get(type(count).__name__, ""), base):
            return f"die Basis „{base}“ sagt nicht, was für {count.definition} gilt"
    if wrong := [told for told, holds in BASES.items() if bool(re.search(told, base)) != any(map(holds, counts))]:
        return f"die Basis „{base}“ passt nicht zu den Zahlen ({wrong[0]})"
    return f"die Basis „{base}“ steht unter Worten ohne Zahl" if "n" not in table and re.search(COUNTED, base) else ""


def _wrong_source(source: str, counts: Sequence[Count], data: Data) -> str:
    """A source that numbers come from and the line does not name, or the other way round."""
    titles = {s: _title(data, s) for s in data.sources} | {REGISTER: ("Register der Bündnisse", "")}
    own = {c.source or REGISTER for c in counts if type(c).__name__ not in ("ListTotal", "AllWaves")}
    missing = [
        titles[s][0] for s in own if titles[s][0] not in source and not ("Wellen" in source and titles[s][1] in source)
    ]
    other = [t[0] for s, t in titles.items() if s not in own and t[0] in source and t[1] in source]
    wrong = f"die Quelle „{source}“ nennt {'nicht ' * bool(missing)}„{(missing or other or [''])[0]}“"
    return wrong if missing or (other and counts) else ""


def _title(data: Data, source: str) -> tuple[str, str]:
    book = data.book(source)
    return str(book.title), str(getattr(book, "wave", "")) or str(book.title)


def _wrong_alt(alt: str, table: pd.DataFrame) -> str:
    """Numbers of the words for those who do not see a figure that are none of the figure, or are missing there."""
    pairs = [(int(r.n), None if pd.isna(r.base_n) else int(r.base_n)) for r in table.itertuples()]
    told = Counter((int(n), int(b)) for n, b in re.findall(r"(\d+) von (\d+)", alt))
    if told - Counter(pairs) or (len(pairs) == told.total() and not alt):
        return f"der Alternativtext nennt {' von '.join(map(str, next(iter(told - Counter(pairs)))))}"
    for r in table.itertuples() if told.total() == len(pairs) else ():
        names = [x for x in (str(r.label), str(r.group_label)) if x in alt]
        if not re.search(rf"{'.*?'.join(map(re.escape, names))}: {int(r.n)} von {int(r.base_n)}", alt):
            return f"der Alternativtext sagt zu „{r.label}“ etwas anderes"
    return ""


def spoken_of(value: Mapping[str, Any]) -> list[Any]:
    """The lines of the numbers that words speak of, without those that they are compared with."""
    lines = value.get("about") or value.get("of") or [value.get("definition")]
    return lines[:-1] if len(lines) > 1 and not value.get("about") else lines


def _lines_in(block: Any, spoken: Mapping[str, Sequence[Any]]) -> list[str]:
    """The lines of all numbers that a block of the page prints, or that its words follow from."""
    named = [e.get("id") or "" for e in block.iter("a", "span") if "value" in (e.get("class") or "")]
    return [line for k, own in spoken.items() if any(n.startswith(k) for n in named) for line in own if line]


def _references(page: Any, folder: Path, spoken: Mapping[str, Sequence[Any]]) -> Iterator[Row]:
    """Each exhibit that the text names: it shows what a number beside counts, or its title has a word of the sentence."""

    def about(line: str) -> tuple[Any, ...]:
        count = Count.read(line)[0]
        asked = next((getattr(count, k) for k in ("item", "set") if hasattr(count, k)), type(count).__name__[:4])
        return count.source, asked

    tables = dict(exhibit_tables(folder))
    titles = {f.get("id"): f.xpath("string(figcaption)") for f in page.xpath("//figure[contains(@class, 'exhibit')]")}
    titles = {
        name: f"{title} {' '.join(map(str, tables.get(name, {}).get('group_label', ())))}"
        for name, title in titles.items()
    }
    for block in page.xpath("//main//p | //main//li"):
        text, places = _with_places(block)
        beside = {about(line) for line in _lines_in(block, spoken)}
        for link, start, end in places:
            name = (link.get("href") or "").removeprefix("#")
            shown = {about(d) for d in tables.get(name, {}).get("definition", ()) if isinstance(d, str)}
            near = stems(" ".join(_sentence(text, start, end)))
            if (
                name in titles
                and shown
                and beside
                and not shown & beside
                and not any(alike(a, b) for a in stems(titles[name]) for b in near)
            ):
                yield _row(
                    f"verweis-{name}",
                    f"{link.text_content()} zeigt nichts, wovon der Satz spricht: „{text[max(0, start - 80) : end + 60]}“",
                )


def _quotations(page: Any, spoken: Mapping[str, Sequence[Any]], data: Data) -> Iterator[Row]:
    """Each quotation: it was coded with a code that the text beside it speaks of, by its number or by its words."""
    beside: list[list[str]] = [[]]  # what is told before, between and behind the quotations
    words, quoted = [""], []
    for block in page.xpath("//main//p | //main//h2 | //main//h3"):
        if block.getparent().tag == "blockquote":
            quoted.append(block.text_content().partition("[erfunden]")[0].strip())
            beside.append([])
            words.append("")
        elif block.tag == "p":
            beside[-1] += _lines_in(block, spoken)
            words[-1] = block.text_content()
    for k, text in enumerate(quoted):
        near = {
            (c.source, row)
            for c, _, row, _ in map(Count.read, beside[k] or beside[k + 1])
            if type(c).__name__ == "Codings"
        }
        codes = _codes_of(text, [s for s in data.sources if data.kind(s) == "interviews"], data)
        told = any(alike(a, b) for s, c in codes for a in stems(data.book(s).codes[c].label) for b in stems(words[k]))
        yield _row(
            f"zitat-{text[1:25]}",
            "" if codes & near or told else f"{text[:60]}…: Davon spricht der Text daneben nicht.",
        )


def _codes_of(quotation: str, sources: Iterable[str], data: Data) -> set[tuple[str, str]]:
    """The codes of the segments that hold the words of a quotation."""
    pieces = [_letters(p) for p in re.split(r"\[[^\]]*\]|(?<!\w)[XY](?!\w)", quotation)]
    made = set()
    for source in sources:
        segments, given = data.table(f"{source}-segments"), data.table(f"{source}-codings")
        held = segments.loc[[all(p in _letters(str(t)) for p in pieces) for t in segments["text"]], "segment_id"]
        made |= {(source, c) for c in given.loc[given["segment_id"].isin(held), "code_id"]}
    return made


def _letters(text: str) -> str:
    return re.sub(r"\W+", "", text).casefold()


def _typed(page: Any, declared: Mapping[str, Any]) -> Iterator[Row]:
    """What nobody counts and is typed: title page, dates and number words, against what somebody else has entered for them."""
    if front := declared.get("title_page"):
        lines = [" ".join(e.text_content().split()) for e in page.xpath("//header//h1 | //header//p[not(@role)]")]
        wrong = [f"„{x}“" for x in front if x not in lines]
        yield _row(
            "titelseite",
            f"{', '.join(wrong)} steht nicht auf der Titelseite; dort steht: {'; '.join(lines)}" if wrong else "",
        )
    known = {k.casefold(): words for k, words in (declared.get("typed") or {}).items()}
    for block in page.xpath("//main//p | //main//li | //main//h2 | //main//h3") if known else ():
        text, places = _with_places(block)
        around = {x for e in block.iterancestors("section") for x in (e.get("id"), *(e.get("class") or "").split())}
        if (
            block.get("class") == "source"
            or block.getparent().tag == "blockquote"
            or around & {"datenstand", "impressum"}
        ):
            continue
        for told in TYPED.finditer(text.replace("\u00a0", " ")):
            start, end = told.span()
            near = _plain(" ".join(_sentence(text, start, end)))
            plain = (
                block.tag in ("p", "li") and not block.get("class") and "slide" not in around and text[:start].strip()
            )
            if any(a <= start < b for _, a, b in places) or (
                told[0][0].isdigit() and not YEAR.fullmatch(told[0]) and not plain
            ):
                continue  # a link; or digits in a heading or below an exhibit, whose base is read above
            if not any(_plain(word) in near for word in known.get(told[0].casefold(), ())):
                shown = " ".join(text[max(0, start - 60) : end + 40].split())
                yield _row(f"getippt-{told[0]}", f"„{told[0]}“ ist dort nicht bestätigt: „{shown}“")


def _lines(page: Any, declared: Mapping[str, Sequence[str]]) -> Iterator[Row]:
    """Typed notes of exhibits, and whom a recommendation speaks to, place by place as somebody else has entered them."""
    found: dict[str, list[str]] = {}
    for line in page.xpath("//p[@class='note'] | //main//*[self::li or self::p]/strong[1]") if declared else ():
        text = " ".join(line.text_content().split())
        text = re.split("[;,.]", " ".join(line.getparent().text_content().split()))[0] if text.endswith(":") else text
        if not re.search(MADE, text) if line.tag == "p" else ":" in text:
            place = next(
                e.get("id") for e in line.iterancestors("figure", "section", "main") if e.get("id") or e.tag == "main"
            )
            found.setdefault(str(place), []).append(text)
    for place in sorted({*found, *declared}):
        wrong = [
            x
            for x in (*found.get(place, ()), *declared.get(place, ()))
            if x not in found.get(place, ()) or x not in declared.get(place, ())
        ]
        yield _row(
            f"zeilen-{place}", f"gedruckt oder eingetragen, nicht beides: „{'“, „'.join(wrong)}“" if wrong else ""
        )


def _in_other_formats(page: Any, folder: Path) -> Iterator[Row]:
    """Whether Word file and PDF say what the page says, letter by letter: rows of tables in their order, and paragraphs."""
    tables = [
        [_letters(row.text_content()) for row in table.iter("tr")]
        for table in page.xpath("//main//table[not(ancestor::details)]")
    ]
    blocks = page.xpath("//main//*[self::p or self::li or self::figcaption][not(ancestor::details or ancestor::table)]")
    for path in (p for kind in ("docx", "pdf") if (p := folder / f"{folder.name}.{kind}").exists()):
        texts = texts_of(path.name, path.read_bytes())
        said, wrong = _letters("".join(t for place, t in texts if "Absatz" in place or path.suffix == ".pdf")), []
        for rows in tables:
            at = 0
            for row in rows:
                at = said.find(row, at) + len(row) if row in said[at:] else -1
                if at < 0:
                    wrong.append(row)
                    break
        for text in map(_letters, (b.text_content() for b in blocks)):  # a page may end within one
            if text not in said and not (path.suffix == ".pdf" and text[:SHOWN] in said and text[-SHOWN:] in said):
                wrong.append(text)
        shown = "“, „".join(w[:SHOWN] for w in wrong[:3])
        yield _row(
            path.suffix[1:], f"anders als in der HTML-Fassung ({len(wrong)}-mal), zuerst „{shown}“" if wrong else ""
        )


def _with_places(block: Any) -> tuple[str, list[tuple[Any, int, int]]]:
    """The text of a block, and where in it each link stands."""
    pieces: list[str] = []
    places: list[tuple[Any, int, int]] = []

    def take(element: Any) -> None:
        start = sum(map(len, pieces))
        pieces.append(element.text or "")
        for child in element:
            take(child)
            pieces.append(child.tail or "")
        if element.tag in ("a", "span"):
            places.append((element, start, sum(map(len, pieces))))

    take(block)
    return "".join(pieces), places


def _sentence(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after a place in its sentence; a colon or semicolon within does not end it."""
    return re.split(ENDS, text[:start])[-1], re.split(ENDS, text[end:])[0]


def wrong_text(text: str, n: int, base_n: int | None) -> str:
    """What is wrong with the digits of a printed number: count, base and percent are worked out again.

    >>> wrong_text("13 von 45", 13, 45), wrong_text("12 (27 %)", 13, 45)
    ('', 'gedruckt „12 (27 %)“, gezählt 13 von 45')
    """
    told = text.replace("\u00a0", " ").strip()
    match = re.match(
        r"(?:(?P<n>\d[\d.]*)(?: von (?P<base>\d[\d.]*))?(?: \((?P<share>\d+(?:,\d+)?) %\))?|(?P<only>\d+(?:,\d+)?) %)[*†]*$",
        told,
    )
    if told.casefold() in WORDS[2:] and WORDS.index(told.casefold()) != n:
        return f"gedruckt „{told}“, gezählt {n}"
    if not match:
        return ""
    share = match["share"] or match["only"]
    right = all(
        match[k] is None or int(match[k].replace(".", "")) in own for k, own in (("n", (n,)), ("base", (base_n,)))
    )
    if share is not None and base_n:
        decimals = len(share.partition(",")[2])
        exact = floor(Fraction(100 * n, base_n) * 10**decimals + Fraction(1, 2))
        right = right and int(share.replace(",", "")) == exact and (decimals == 0) == (base_n < 100)
    return "" if right else f"gedruckt „{told}“, gezählt {n}" + ("" if base_n is None else f" von {base_n}")


def options(data: Data, count: Count) -> Mapping[str, str]:
    """The rows of a count with their labels, made once."""
    return data._keep(("options", count), lambda: count.options(data))


def _labels(data: Data, count: Count, row: str) -> str:
    return "; ".join(options(data, count).get(r, r) for r in row.split(TOGETHER))


def _about(data: Data, count: Count, row: str) -> str:
    """The words of a number: the labels of its rows, its question or code."""
    told = [_labels(data, count, row)]
    told += [ALSO.get(type(count).__name__, "")]
    kind = data.kind(count.source) if count.source else ""
    if kind == "interviews":
        codes = data.book(count.source).codes
        told += [codes[r].definition for r in row.split(TOGETHER) if r in codes]
    elif kind == "forms" and (item := data.book(count.source).items.get(getattr(count, "item", ""))):
        told.append(item.label)
    return "; ".join(filter(None, told))


@cache
def stems(text: str, common: frozenset[str] = COMMON) -> frozenset[str]:
    """The words of a text that say what it is about, without accents.

    >>> sorted(stems("Die Träger der Jugendhilfe, alle Bündnisse"))
    ['jugendhilfe', 'trager']
    """
    return frozenset(TOKEN.findall(_plain(text))) - common


def alike(a: str, b: str) -> bool:
    """Whether two words begin alike, or one is a part of the other."""
    return a[:5] == b[:5] or (len(a) > 4 and a[:6] in b) or (len(b) > 4 and b[:6] in a)


def _plain(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(c))


def _ending(word: str) -> str:
    """A word without the ending of its case."""
    return re.sub("(?:en|er|es|em|e|n)$", "", word)
