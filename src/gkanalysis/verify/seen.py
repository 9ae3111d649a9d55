"""The finished page as its readers see it, against the objects behind it: numbers at their words, bases, pictures.

Nothing here asks how the page was made. So a number of another question, a turned label, a bar of another length, a
quotation in the wrong place or another rule of rounding is found at a first release, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
from gkanalysis.counts.forms import Answered, Open, Ticks
from gkanalysis.counts.lists import ListTotal
from gkanalysis.counts.talks import Codings
from gkanalysis.counts.waves import AllWaves, Returns
from gkanalysis.disclosure.printed import exhibit_tables, find_numbers, n_and_base, values_by_id
from gkanalysis.disclosure.texts import texts_of
from gkanalysis.report.html import origin_anchor
from gkanalysis.verify.again import shown_beside, weak_again
from gkanalysis.verify.naive import Naive
from gkanalysis.verify.pictures import letters, wrong_picture

BLOCKS = ("p", "li", "h2", "h3", "h4", "figcaption")
# What every sentence of a report is about says nothing on which number it is.
COMMON_WORDS = (
    "alle allen antwort antworten angabe angaben anzahl anteil basis befragte befragten bogen bogens bundnis "
    "bundnisse bundnissen dass dem durch eine einem einen einer eines falle fallen falls form frage fragen gesprach "
    "gesprache gesprachen gezahlt haben ihre ihrer ihren kein keine kommune kommunen land mehr nach nicht noch oder "
    "ohne sind unter viele vielen werden wird wurde wurden wer wie zeilen zwei"
)
COMMON = frozenset(COMMON_WORDS.split())
FULL = r"voll auswertbar(?!, | oder)"  # of a base line, true of counts of fully usable forms alone
COUNTED = "Anteil an|Anzahl der|Nennungen|gültig"
# What notes say by rule; whether it is so, is worked out. Written a second time on purpose, and not taken from where the
# notes are made (`counts.shown`, `report.chapter`): a note that lost or changed its words there is found here.
RULED = (r"(?<!\*)\* Basis unter 30", r"\*\* Basis unter 10", "nicht gesichert", "keine Stichprobe", "Frage angenommen")
OTHER_NOTES = ("nicht gedruckt, weil", "Ziehungen", "unter 0,667", "Nennungen aus", "haben hier etwas angekreuzt")
MADE = "|".join((*RULED, *OTHER_NOTES))
# What stands over counts besides groups and answers; and over days.
COLUMNS = "n|Datum|Anzahl|Wert|Inhalt|einig|Kommunen|Bündnisse|Besuche|Einträge|Tage|hier|gültige Angaben|Nennungen"
NUMBERED = f"^(?:{COLUMNS})$"
DATED = ("Datum", "Stand", "verschickt")
DRAWN = "rechts|in den Balken|jeder Punkt"  # what only a figure shows
NUMBER_WORDS = "|".join(w for w in (*WORDS[2:], *map(str.capitalize, WORDS[2:])))
SHARE = r"\d+(?:,\d+)?"
DIGITS_OF = re.compile(
    rf"(?:(?P<n>\d[\d.]*)(?: von (?P<base>\d[\d.]*))?(?: \((?P<share>{SHARE}) %\))?|(?P<only>{SHARE}) %)[*†]*$"
)
YEAR = re.compile(r"(?:19|20)\d\d")
DIGITS = r"(?<![\w.,§-])(?<!FB )(?<!§ )(?<!Frage )(?<!Tabelle )\d+(?:[.,]\d+)*(?![\w-])"
TYPED = re.compile(rf"\b(?:(?:{'|'.join(MONTHS)})(?: (?:19|20)\d\d)?|(?:19|20)\d\d|{NUMBER_WORDS})\b|{DIGITS}")
WORDING = re.compile(r"-(n|of|percent|n_percent|base|published|published_of|said|word(?:_capital|_dative)?)(?:-\d+)?$")
TOKEN = re.compile("[a-z]{4,}")
CLAUSE, DENIAL = "[;:,–()]", re.compile(r"\b(?:nicht|kein\w*|nie|niemand\w*|weder|ohne)\b", re.IGNORECASE)
ENDS = rf"(?<!\d)(?<!\bMio)(?<!\bca)[.!?](?=\s|$)|(?<=\d)\.(?=\s(?!{'|'.join(MONTHS)})[A-ZÄÖÜ„]|$)|\n"
SHOWN = 60  # letters of what stands in one format only
NEXT = 25  # so many letters behind a number still name its group: „15 von 22 kreisfreien Städten“
Row = dict[str, str]
Placed = tuple[str, int, frozenset[str]]  # a number, where it stands, the words of what it counts


def seen_rows(folder: Path, data: Data, declared: Mapping[str, Any]) -> Iterator[Row]:
    """Rows of the certificate on what a reader of the page finds; `declared`: the bindings of published figures."""
    page = Page(folder, data, declared)
    yield from page.numbers_of_text()
    yield from page.figures()
    yield from page.references()
    yield from page.quotations()
    yield from page.typed()
    yield from page.lines()
    yield from page.other_formats()
    for name in sorted(page.called.keys() - page.numbers.keys() - {e.get("id") for e in page.tree.iter("figure")}):
        wrong = "Eine solche Zahl steht nicht im Bericht; bitte den Eintrag unter „called“ streichen."
        yield _row(name, wrong, "unknown_number")


def read_page(content: bytes) -> Any:
    """The tree of a page."""
    return html.document_fromstring(content, html.HTMLParser(encoding="utf-8"))


def unread(folder: Path) -> str:
    """What of a finished page no program compares with anything, in a sentence for the certificate."""
    page = read_page((folder / f"{folder.name}.html").read_bytes())
    n_said = n_told = 0
    for block in page.xpath("//main//p[not(@class)][not(ancestor::figure)] | //main//li"):
        text, places = _with_places(block)
        n_said += len(list(filter(str.strip, re.split(ENDS, text))))
        n_told += len({a - len(_sentence(text, a, b)[0]) for x, a, b in places if "value" in x.get("class", "")})
    tables = dict(exhibit_tables(folder))
    bare = [n for n, t in tables.items() if "definition" not in t]
    pictures = {p.stem: p.read_bytes() for p in sorted((folder / "figures").glob("*.svg"))}
    drawn = [name for name, svg in pictures.items() if wrong_picture(svg, tables[name]) is None]
    return (
        f"{n_said - n_told} von {n_said} Sätzen des Textes nennen nichts Gezähltes, dazu Überschriften, die Worte um die Zahlen, "
        f"Darstellungen ohne Zählung ({', '.join(bare) or 'keine'}) und nicht vermessene Abbildungen ({', '.join(drawn) or 'keine'}): "
        "Ob sie stimmen, weiß nur, wer sie liest"
    )


def _row(name: str, wrong: str, verdict: str = "differs") -> Row:
    """A row of the certificate; `verdict` is what it is if something is wrong."""
    return {"section": "seen", "id": f"gelesen/{name}", "verdict": verdict if wrong else "agrees", "message": wrong}


class Page:
    """A finished page with what stands behind it, and what somebody else has entered beside its numbers.

    `declared` has `called`, `title_page`, `typed` and `lines`.
    """

    def __init__(self, folder: Path, data: Data, declared: Mapping[str, Any]) -> None:
        self.folder, self.data, self.declared, self.naive = folder, data, declared, Naive.of(data)
        self.tree = read_page((folder / f"{folder.name}.html").read_bytes())
        self.exhibits = self.tree.xpath("//figure[contains(@class, 'exhibit')]")
        self.numbers, self.tables = dict(find_numbers(folder)), dict(exhibit_tables(folder))
        self.named = {origin_anchor(name): name for name in self.numbers}
        self.called: Mapping[str, str] = declared.get("called") or {}
        # anchor of a value -> the lines of the numbers that it speaks of
        self.spoken = {re.sub(r"\W+", "-", f"value-{i}"): _spoken_of(v) for i, v in values_by_id(folder).items()}

    # ---- numbers of the text ----

    def numbers_of_text(self) -> Iterator[Row]:
        """Each number of the text: its digits, and in its sentence a word of what it counts and of whom."""
        wrong: dict[str, tuple[str, str]] = {}
        for block in self.tree.iter(*BLOCKS):
            text, places = _with_places(block)
            beside: dict[int, list[Placed]] = {}  # beginning of a sentence -> its numbers
            for link, start, end in places:
                name = self.named.get((link.get("href") or "").partition("#")[2], "")
                wording = WORDING.search(link.get("id", "")) if name and "value" in link.get("class", "") else None
                if not wording:
                    continue
                told, sentence, called = text[start:end], _sentence(text, start, end), self.called.get(name, "")
                n, base_n = n_and_base(self.numbers[name])
                shown = (base_n, None) if wording[1] == "base" and base_n is not None else (n, base_n)
                slip, verdict = "" if wording[1] == "said" else wrong_text(told, *shown), "differs"
                if wording[1] == "base":
                    slip = slip or _denied(sentence, told, "", called)
                elif not slip and n != (base_n if TOGETHER in str(self.numbers[name]["row"]) else None):
                    verdict, slip = "other_words", self._elsewhere(sentence, told, name)
                    count, _, row, _ = self.line(name)
                    own, begin = stems(f"{self._about(count, row)} {called}"), start - len(sentence[0])
                    before = beside.setdefault(begin, [])
                    if not slip and (other := _exchanged(text, begin, before, start, own)):
                        slip = f"„{told}“ steht dort, wo von {other} die Rede ist: „{told.join(sentence).strip()}“"
                    before.append((name, start, own))
                wrong[name] = (slip, verdict) if slip else wrong.get(name, ("", ""))
        yield from (_row(name, *slip) for name, slip in wrong.items())

    def line(self, name: str) -> tuple[Count, str, str, str]:
        """Count, grouping, row and group of a number."""
        return Count.read(str(self.numbers[name]["definition"]))

    def _elsewhere(self, sentence: tuple[str, str], told: str, name: str) -> str:
        """What a sentence does not say of a number that stands in it: what is counted, or of whom."""
        (count, by, row, group), called = self.line(name), self.called.get(name, "")
        about = called or self._about(count, row)
        shown = f"im Satz steht davon nichts: „{told.join(sentence).strip()}“"
        if (own := stems(about)) and not _share_a_word(own, stems(" ".join(sentence))):
            return f"„{told}“ zählt „{about}“; {shown}"
        if denied := _denied(sentence, told, self._labels(count, row), called):
            return denied
        labels = self.data.group(by or "type").labels if group != TOTAL else {}
        owner: dict[str, set[str]] = {}
        for g, label in labels.items():
            for word in stems(label, frozenset()):
                owner.setdefault(_ending(word), set()).add(g)
        words = ([(m.start(), owner.get(_ending(m[0]))) for m in TOKEN.finditer(_plain(s))] for s in sentence)
        before, after = ([(at, of) for at, of in told if of] for told in words)
        behind = min(NEXT, len(re.split("[;,)]", sentence[1])[0]))
        near = [g for at, g in after if at < behind][:1] or [g for _, g in before][-1:] or [g for _, g in after][:1]
        return "" if not labels or (near and group in near[0]) else f"„{told}“ zählt „{labels[group]}“; {shown}"

    def options(self, count: Count) -> Mapping[str, str]:
        """The rows of a count with their labels, made once."""
        return self.data._keep(("options", count), lambda: count.options(self.data))

    def _labels(self, count: Count, row: str) -> str:
        return "; ".join(self.options(count).get(r, r) for r in row.split(TOGETHER))

    def _about(self, count: Count, row: str) -> str:
        """The words of a number: the labels of its rows, its question or code."""
        told, kind = [self._labels(count, row), count.also], self.data.kind(count.source) if count.source else ""
        if kind == "interviews":
            codes = self.data.book(count.source).codes
            told += [codes[r].definition for r in row.split(TOGETHER) if r in codes]
        elif kind == "forms" and (item := self.data.book(count.source).items.get(getattr(count, "item", ""))):
            told.append(item.label)
        return "; ".join(filter(None, told))

    def _title(self, source: str) -> tuple[str, str]:
        """Title and wave of a source."""
        book = self.data.book(source)
        return str(book.title), str(getattr(book, "wave", "")) or str(book.title)

    # ---- tables and figures ----

    def figures(self) -> Iterator[Row]:
        """Each table and figure: cells at their labels, base, source and alternative text, and the picture."""
        for exhibit in self.exhibits:
            name, wrong = exhibit.get("id"), [*self._wrong_cells(exhibit), *self._wrong_beside(exhibit)]
            table = self.tables.get(name, pd.DataFrame())
            lines = [Count.read(d) for d in table.get("definition", ()) if isinstance(d, str)]
            counts = list({count for count, *_ in lines})
            base, source = (" ".join(exhibit.xpath(f"string(p[@class='{k}'])").split()) for k in ("base", "source"))
            wrong.append(self._wrong_title(exhibit, lines, table))
            wrong += self._wrong_notes(exhibit, counts, table)
            wrong.append(self._wrong_base(base, counts, table))
            image = next(exhibit.iter("img"), None)
            if not exhibit.xpath(".//img") and re.search(DRAWN, base):
                wrong.append(f"die Basis „{base}“ spricht von einer Abbildung")
            wrong.append(self._wrong_source(source, counts))
            label = exhibit.xpath("string(figcaption/span[@class='label'])")
            copied = label.startswith("Übersicht") and all(isinstance(c, ListTotal) for c in counts)
            if copied and label not in source:
                wrong.append(f"was hier niemand zählt, ist gedruckt als „{label}“; die Quelle nennt sie nicht")
            others = [n for n in re.findall(r"Übersicht (\d+)", source) if name != f"uebersicht-{int(n):02}"]
            wrong += [f"Übersicht {n} heißt hier anders" for n in others]
            if image is not None:
                picture = wrong_picture((self.folder / f"figures/{name}.svg").read_bytes(), table)
                wrong += [_wrong_alt(image.get("alt") or "", table), picture or ""]
            yield _row(name, "; ".join(filter(None, wrong)))

    def _wrong_cells(self, exhibit: Any) -> Iterator[str]:
        """Cells whose digits, row or column are not those of their number, by the codebook's words for it and its group."""
        for anchor, link, beside, column in linked_cells(exhibit):
            name, told = self.named[anchor], link.text_content()
            count, by, row, group = self.line(name)
            words = self.data.group(by or "type").labels[group] if group != TOTAL else ""
            over, printed = column[0] if column else "", [*beside, *column]
            if getattr(count, "step", 1) == 1 and (slip := wrong_text(told, *n_and_base(self.numbers[name]))):
                yield slip
            elif words and words not in printed and len(link.getparent().getparent()) > 2:
                yield f"„{told}“ steht nicht unter „{words}“"
            elif column and not self._fits_over(over, words, count):
                yield f"über der Anzahl „{told}“ steht „{over}“"
            elif own := self._wrong_row(count, row, printed, exhibit, self.called.get(name, "")):
                yield f"„{told}“ ({name}) zählt „{own}“; gedruckt ist „{'; '.join(printed)}“"

    def _fits_over(self, over: str, group: str, count: Count) -> bool:
        """Whether a heading may stand over a number of this group."""
        is_general = over in (group, "insgesamt") or re.search(NUMBERED, over)
        return bool(is_general or over in self.options(count).values())

    def _wrong_row(self, count: Count, row: str, printed: Sequence[str], exhibit: Any, called: str) -> str:
        """What a row should be called and is not: the codebook's words, or those that somebody has entered for it."""
        if exact := [called] if called else self.naive.headings(count):
            return "" if set(exact) & set(printed) else exact[0]
        waves = {s: any(w in printed[0] for w in self._title(s)) for s in self.data.sources}
        if isinstance(count, Returns) and any(waves.values()) and not waves[count.source]:
            return " ".join(self._title(count.source))
        if isinstance(count, Returns | AllWaves):  # a table of several waves says it in its title
            printed = [*printed, exhibit.xpath("string(figcaption)")]
        for part in row.split(TOGETHER):
            own = self.naive.printed(count, part) or [" ".join(self.options(count).get(part, part).split())]
            own = ["alle"] if part == TOTAL else own
            fits = re.compile("|".join(rf"(?<!\w){re.escape(w)}(?!\w)" for w in own), re.IGNORECASE)
            if own != [part] and not any(map(fits.search, printed)):
                return own[-1]
        return ""

    def _wrong_beside(self, exhibit: Any) -> Iterator[str]:
        """Shares, coefficients, differences and intervals that are no numbers of their own, by the heading of their column."""
        heads = _heads(exhibit)
        for row in exhibit.xpath(".//tbody/tr[td//a[contains(@class, 'number')]]"):
            own = self.numbers[self.named[row.xpath(".//td//a")[0].get("href").partition("#")[2]]]
            again = shown_beside(self.naive, own)
            for head, cell in zip(heads, row, strict=False):
                told = cell.text_content().replace("\u00a0", " ").rstrip("*†")
                if head in again and told not in (again[head], "•", "–", ""):
                    yield f"{row[0].text_content()}: {head} „{told}“, nachgerechnet „{again[head]}“"
                elif head in DATED and cell is not row[0] and not re.search(r"\d\d\d\d", told):
                    yield f"{row[0].text_content()}: unter „{head}“ steht „{told}“"

    def _wrong_title(self, exhibit: Any, lines: Sequence[tuple[Count, str, str, str]], table: pd.DataFrame) -> str:
        """A title that has no word of what its numbers count, or that two exhibits have."""
        label = exhibit.xpath("string(figcaption/span[@class='label'])")
        title = exhibit.xpath("string(figcaption)").replace(label, "", 1)
        if sum(e.xpath("string(figcaption)").endswith(title) for e in self.exhibits) > 1:
            return f"zwei Darstellungen heißen „{title.strip()}“"
        own = [called] if (called := self.called.get(exhibit.get("id"))) else []
        for count, _, row, _ in () if called else lines:
            own.append(self._about(count, row))
            own += self._title(count.source) if count.source in self.data.sources else ()
            own += [self.data.book(count.source).sets[count.set]["label"]] if hasattr(count, "set") else ()
        if not called:
            own += [str(x) for k in ("label", "block", "group_label") if k in table for x in table[k].unique()]
        if lines and not _share_a_word(stems(title), stems(" ".join(own))):
            return f"der Titel „{title.strip()}“ nennt nichts von dem, was die Zahlen zählen"
        return ""

    def _wrong_notes(self, exhibit: Any, counts: Sequence[Count], table: pd.DataFrame) -> Iterator[str]:
        """Marks and notes that say of the numbers what is not so, or that are missing where it is."""
        notes = " ".join(note.text_content() for note in exhibit.xpath("p[@class='note']")).replace("\u00a0", " ")
        holds = dict.fromkeys(RULED, False)
        for r in table[table["n"].notna()].itertuples() if counts else ():
            count, _, row, _ = Count.read(str(r.definition))
            items = getattr(self.data.book(count.source), "items", {}) if count.source in self.data.sources else {}
            weak = isinstance(count, Codings) and weak_again(self.naive, count, row) < 0.667
            is_bare = pd.isna(r.base_n) or not count.marked
            small = "" if is_bare else "**" if r.base_n < 10 else "*" if r.base_n < 30 else ""
            right, told = small + "†" * weak, "" if pd.isna(r.mark) else str(r.mark)
            if told != right:
                yield f"„{r.label}“ trägt „{told}“ statt „{right}“"
            asked = [items[i] for i in (getattr(count, "item", ""), getattr(count, "then_item", ""), row) if i in items]
            assumed = not isinstance(count, Answered) and any(i.assumed for i in asked)
            true = (small == "*", small == "**", weak, isinstance(count, Codings), assumed)
            holds = {words: holds[words] or now for words, now in zip(RULED, true, strict=True)}
        for words, now in holds.items():
            if counts and bool(re.search(words, notes)) != now:
                told = words.rpartition(")")[2].replace("\\", "")
                yield f"die Anmerkung „{told}“ {'fehlt' if now else 'gilt hier nicht'}: „{notes}“"
        for n, what, base in re.findall(r"(\d+) (Nennungen aus|von) (\d+) Bündnissen(?:\.| haben hier)", notes):
            if what == "von":
                again = [len(self.naive.ticked(c.source, c.status, c.set)) for c in counts if isinstance(c, Ticks)]
            else:
                again = [len(list(self.naive.mentions(c, TOTAL))) for c in counts if type(c) is Open]
            if again and (int(n) not in again or int(base) not in _bases(table)):
                yield f"die Anmerkung zählt {n} {what} {base}, nachgezählt sind es {again}"

    def _wrong_base(self, base: str, counts: Sequence[Count], table: pd.DataFrame) -> str:
        """What a base line says that its numbers are not."""
        asked = {str(getattr(c, "item", "")) for c in counts}
        asked |= {r for c in counts if hasattr(c, "set") for r in self.data.book(c.source).set_items(c.set)}
        questions = re.findall(r"Fragen?\s((\d+)(?:\.\d+)*)(?: bis ((?:\d+\.)*\d+))?", base.replace("\u00a0", " "))
        for first, _, last in questions if asked - {""} else ():
            if not last and not any(i == first or i.startswith(f"{first}.") for i in asked):
                return f"„Frage {first}“ steht unter Zahlen zu {', '.join(sorted(asked)[:3])}"
        if wrong := [n for n in re.findall(r"\(n\s=\s(\d+)\)", base) if int(n) not in _bases(table)]:
            return f"die Basis n = {wrong[0]} hat keine der Zahlen"
        if unsaid := [c for c in counts if not re.search(c.base_says, base)]:
            return f"die Basis „{base}“ sagt nicht, was für {unsaid[0].definition} gilt"
        there = {c.base_alone for c in counts} | {FULL for c in counts if getattr(c, "status", ()) == ("full",)}
        for words in (FULL, *sorted({kind.base_alone for kind in Count.kinds.values()} - {""})):
            if bool(re.search(words, base)) != (words in there):
                return f"die Basis „{base}“ passt nicht zu den Zahlen ({words})"
        is_bare = "n" not in table and re.search(COUNTED, base)
        return f"die Basis „{base}“ steht unter Worten ohne Zahl" if is_bare else ""

    def _wrong_source(self, source: str, counts: Sequence[Count]) -> str:
        """A source that numbers come from and the line does not name, or the other way round."""
        titles = {s: self._title(s) for s in self.data.sources} | {REGISTER: ("Register der Bündnisse", "")}
        own = {c.source or REGISTER for c in counts if not isinstance(c, ListTotal | AllWaves)}
        by_wave = {s for s in own if "Wellen" in source and titles[s][1] in source}
        missing = [titles[s][0] for s in own - by_wave if titles[s][0] not in source]
        other = [t[0] for s, t in titles.items() if s not in own and t[0] in source and t[1] in source]
        wrong = f"die Quelle „{source}“ nennt {'nicht ' * bool(missing)}„{(missing or other or [''])[0]}“"
        return wrong if missing or (other and counts) else ""

    # ---- what the text says without a number ----

    def _lines_in(self, block: Any) -> list[str]:
        """The lines of all numbers that a block of the page prints, or that its words follow from."""
        named = [e.get("id") or "" for e in block.iter("a", "span") if "value" in (e.get("class") or "")]
        return [line for k, own in self.spoken.items() if any(n.startswith(k) for n in named) for line in own if line]

    def references(self) -> Iterator[Row]:
        """Each exhibit that the text names shows what a number beside counts, or its title has a word of the sentence."""

        def about(lines: Iterable[Any]) -> set[tuple[Any, ...]]:
            counts = [Count.read(line)[0] for line in lines if isinstance(line, str)]
            return {(c.source, getattr(c, "item", getattr(c, "set", type(c).__name__[:4]))) for c in counts}

        titles = {}
        for exhibit in self.exhibits:
            groups = self.tables.get(exhibit.get("id"), {}).get("group_label", ())
            titles[exhibit.get("id")] = f"{exhibit.xpath('string(figcaption)')} {' '.join(map(str, groups))}"
        for block in self.tree.xpath("//main//p | //main//li"):
            text, places = _with_places(block)
            beside = about(self._lines_in(block))
            for link, start, end in places:
                name = (link.get("href") or "").removeprefix("#")
                shown = about(self.tables.get(name, {}).get("definition", ())) if name in titles else set()
                told = shown & beside or not shown or not beside
                if not told and not _share_a_word(stems(titles[name]), stems(" ".join(_sentence(text, start, end)))):
                    near = text[max(0, start - 80) : end + 60]
                    wrong = f"{link.text_content()} zeigt nichts, wovon der Satz spricht: „{near}“"
                    yield _row(f"verweis-{name}", wrong)

    def quotations(self) -> Iterator[Row]:
        """Each quotation: it was coded with a code that the text beside it speaks of, by its number or by its words."""
        beside: list[list[str]] = [[]]  # what is told before, between and behind the quotations
        words, quoted = [""], []
        for block in self.tree.xpath("//main//p | //main//h2 | //main//h3"):
            if block.getparent().tag == "blockquote":
                quoted.append(block.text_content().partition("[erfunden]")[0].strip())
                beside.append([])
                words.append("")
            elif block.tag == "p":
                beside[-1] += self._lines_in(block)
                words[-1] = block.text_content()
        for k, text in enumerate(quoted):
            near = [(c, row) for c, _, row, _ in map(Count.read, beside[k] or beside[k + 1]) if isinstance(c, Codings)]
            codes = self._codes_of(text)
            labels = {stems(self.data.book(source).codes[code].label) for source, code in codes}
            told = any(_share_a_word(label, stems(words[k])) for label in labels)
            fits = told or codes & {(c.source, row) for c, row in near}
            yield _row(f"zitat-{text[1:25]}", "" if fits else f"{text[:60]}…: Davon spricht der Text daneben nicht.")

    def _codes_of(self, quotation: str) -> set[tuple[str, str]]:
        """Source and id of the codes of the segments that hold the words of a quotation."""
        pieces = [_letters(p) for p in re.split(r"\[[^\]]*\]|(?<!\w)[XY](?!\w)", quotation)]
        made = set()
        for source in (s for s in self.data.sources if self.data.kind(s) == "interviews"):
            segments, given = self.data.table(f"{source}-segments"), self.data.table(f"{source}-codings")
            held = segments.loc[[all(p in _letters(str(t)) for p in pieces) for t in segments["text"]], "segment_id"]
            made |= {(source, c) for c in given.loc[given["segment_id"].isin(held), "code_id"]}
        return made

    def typed(self) -> Iterator[Row]:
        """What is typed: title page, dates and number words, against what somebody else has entered for them."""
        if front := self.declared.get("title_page"):
            printed = self.tree.xpath("//header//h1 | //header//p[not(@role)]")
            lines = [" ".join(e.text_content().split()) for e in printed]
            wrong = ", ".join(f"„{x}“" for x in front if x not in lines)
            told = f"{wrong} steht nicht auf der Titelseite; dort steht: {'; '.join(lines)}"
            yield _row("titelseite", told if wrong else "")
        known = {k.casefold(): words for k, words in (self.declared.get("typed") or {}).items()}
        for block in self.tree.xpath("//main//p | //main//li | //main//h2 | //main//h3") if known else ():
            text, places = _with_places(block)
            around = {x for e in block.iterancestors("section") for x in (e.get("id"), *(e.get("class") or "").split())}
            quoted = block.get("class") == "source" or block.getparent().tag == "blockquote"
            if quoted or around & {"datenstand", "impressum"}:
                continue
            # digits in a heading or below an exhibit have no sentence; its base is read above
            in_text = block.tag in ("p", "li") and not block.get("class") and "slide" not in around
            for told in TYPED.finditer(text.replace("\u00a0", " ")):
                start, end = told.span()
                is_digits = told[0][0].isdigit() and not YEAR.fullmatch(told[0])
                is_bare = is_digits and not (in_text and text[:start].strip())
                if is_bare or any(a <= start < b for _, a, b in places):  # the latter is a link
                    continue
                near = _plain(" ".join(_sentence(text, start, end)))
                if not any(_plain(word) in near for word in known.get(told[0].casefold(), ())):
                    shown = " ".join(text[max(0, start - 60) : end + 40].split())
                    yield _row(f"getippt-{told[0]}", f"„{told[0]}“ ist dort nicht bestätigt: „{shown}“")

    def lines(self) -> Iterator[Row]:
        """Typed notes of exhibits, and whom a recommendation speaks to, by place, as somebody else has entered them."""
        declared: Mapping[str, Sequence[str]] = self.declared.get("lines") or {}
        found: dict[str, list[str]] = {}
        typed = "//p[@class='note'] | //main//*[self::li or self::p]/strong[1]"
        for line in self.tree.xpath(typed) if declared else ():
            text = " ".join(line.text_content().split())
            if text.endswith(":"):
                text = re.split("[;,.]", " ".join(line.getparent().text_content().split()))[0]
            if not re.search(MADE, text) if line.tag == "p" else ":" in text:
                around = line.iterancestors("figure", "section", "main")
                place = next(e.get("id") for e in around if e.get("id") or e.tag == "main")
                found.setdefault(str(place), []).append(text)
        for place in sorted({*found, *declared}):
            both = found.get(place, ()), declared.get(place, ())
            wrong = [x for side in both for x in side if not all(x in other for other in both)]
            told = f"gedruckt oder eingetragen, nicht beides: „{'“, „'.join(wrong)}“"
            yield _row(f"zeilen-{place}", told if wrong else "")

    def other_formats(self) -> Iterator[Row]:
        """Whether Word file and PDF say what the page says, by letters: rows of tables in their order, and paragraphs."""
        tables = self.tree.xpath("//main//table[not(ancestor::details)]")
        tables = [[_letters(row.text_content()) for row in table.iter("tr")] for table in tables]
        beside = "//main//*[self::p or self::li or self::figcaption][not(ancestor::details or ancestor::table)]"
        blocks = [_letters(block.text_content()) for block in self.tree.xpath(beside)]
        for path in (p for kind in ("docx", "pdf") if (p := self.folder / f"{self.folder.name}.{kind}").exists()):
            is_pdf, texts, wrong = path.suffix == ".pdf", texts_of(path.name, path.read_bytes()), []
            said = _letters("".join(t for place, t in texts if "Absatz" in place or is_pdf))
            for rows in tables:
                at = 0
                for row in rows:
                    at = said.find(row, at) + len(row) if row in said[at:] else -1
                    if at < 0:
                        wrong.append(row)
                        break
            for text in blocks:  # a page of a PDF may end within one
                if text not in said and not (is_pdf and text[:SHOWN] in said and text[-SHOWN:] in said):
                    wrong.append(text)
            shown = "“, „".join(w[:SHOWN] for w in wrong[:3])
            told = f"anders als in der HTML-Fassung ({len(wrong)}-mal), zuerst „{shown}“"
            yield _row(path.suffix[1:], told if wrong else "")


def _spoken_of(value: Mapping[str, Any]) -> list[Any]:
    """The lines of the numbers that words speak of, without those that they are compared with."""
    lines = value.get("about") or value.get("of") or [value.get("definition")]
    return lines[:-1] if len(lines) > 1 and not value.get("about") else lines


def _bases(table: pd.DataFrame) -> set[int]:
    return {int(b) for b in table.get("base_n", pd.Series(dtype=float)).dropna()}


def _denied(sentence: tuple[str, str], told: str, label: str, called: str) -> str:
    """A word such as „nicht“ beside a number of which the codebook has none, or the other way round; `called` may have it."""
    clause = re.split(CLAUSE, sentence[0])[-1] + told + re.split(CLAUSE, sentence[1])[0]
    left = clause.casefold().replace(called.casefold(), "") if called else clause
    if (denied := DENIAL.search(left)) and (called or not DENIAL.search(label)):
        return f"„{told}“ zählt „{label}“; daneben steht „{denied[0]}“: „{clause.strip()}“"
    if (denied := DENIAL.search(label)) and not called and not DENIAL.search("".join(sentence)):
        return f"„{told}“ zählt „{label}“; im Satz fehlt „{denied[0]}“: „{told.join(sentence).strip()}“"
    return ""


def _exchanged(text: str, since: int, before: Sequence[Placed], at: int, own: frozenset[str]) -> str:
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


def linked_cells(page: Any) -> Iterator[tuple[str, Any, list[str], list[str]]]:
    """Each number in a table of a page: its anchor, its link, the words of its row and block, those of its column."""
    for table in page.iter("table"):
        heads, block = _heads(table), []
        for row in table.xpath(".//tbody/tr"):
            if row.get("class") == "block" or row.getprevious() is None:
                block = [plain_words(row)] if row.get("class") == "block" else []
            at, beside = 0, [plain_words(c) for c in row if c.tag == "th" or not c.xpath(".//a")]
            for cell in row:
                for link in cell.xpath(".//a[contains(@class, 'number')]"):
                    yield link.get("href").partition("#")[2], link, [*beside, *block], heads[at : at + 1]
                at += int(cell.get("colspan", 1))


def _heads(table: Any) -> list[str]:
    """The headings of the columns of a table."""
    return [plain_words(h) for h in table.xpath(".//thead/tr[last()]/*")]


def plain_words(element: Any) -> str:
    """The words of an element as a reader takes them: without marks of notes, line breaks and the base in a head."""
    return " ".join(element.text_content().partition("(n\u00a0=")[0].split()).rstrip("*").strip()


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


def _letters(text: str) -> str:
    return letters(text).casefold()


def _share_a_word(some: Iterable[str], others: Iterable[str]) -> bool:
    return any(alike(a, b) for a in some for b in others)


def wrong_text(text: str, n: int, base_n: int | None) -> str:
    """What is wrong with the digits of a printed number: count, base and percent are worked out again.

    >>> wrong_text("13 von 45", 13, 45), wrong_text("12 (27 %)", 13, 45)
    ('', 'gedruckt „12 (27 %)“, gezählt 13 von 45')
    """
    told = text.replace("\u00a0", " ").strip()
    match = DIGITS_OF.match(told)
    if told.casefold() in WORDS[2:] and WORDS.index(told.casefold()) != n:
        return f"gedruckt „{told}“, gezählt {n}"
    if not match:
        return ""
    share = match["share"] or match["only"]
    right = all(match[k] is None or int(match[k].replace(".", "")) == own for k, own in (("n", n), ("base", base_n)))
    if share is not None and base_n:
        decimals = len(share.partition(",")[2])
        exact = floor(Fraction(100 * n, base_n) * 10**decimals + Fraction(1, 2))
        right = right and int(share.replace(",", "")) == exact and (decimals == 0) == (base_n < 100)
    return "" if right else f"gedruckt „{told}“, gezählt {n}" + ("" if base_n is None else f" von {base_n}")


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
