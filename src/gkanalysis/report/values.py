"""Numbers in prose: text refers to them by id, the renderer fills them in, JupyterLab shows them.

In a Markdown cell `` {eval}`v.new` `` stands for the value saved under the id `new`; `` {eval}`v.new.percent` ``
for another wording of the same value; `` {eval}`v.new.said("zwei Kommunen")` `` for words that the author chose and
that must fit the number. This is the inline expression of MyST.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from gkanalysis.core.errors import NotebookError, RenderError
from gkanalysis.core.lookup import guess, listed
from gkanalysis.core.numbers import NBSP, format_count, format_percent, number_word
from gkanalysis.report.countwords import CountWords
from gkanalysis.report.typed import typed_results, typed_sentence, unknown_value

REFERENCE = re.compile(r"""\{eval\}`v\.([a-z][a-z0-9_]*)(?:\.said\(["']([^"'`]+)["']\)|\.([a-z_]+))?`""")
WORDINGS = (
    "n",
    "word",
    "word_capital",
    "word_dative",
    "word_accusative",
    "of",
    "percent",
    "n_percent",
    "base",
)
SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~^$!@\"'-])")  # what pandoc could take for Markdown inside a line


class Text(str):
    """A string that shows itself without quotes, so that JupyterLab prints it as text."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


@dataclass(frozen=True)
class Value:
    """One number with its base and the place in a table it was taken from.

    Wordings: `n` 13 · `word` 13 (words up to zwölf), with `word_capital`, `word_dative`, `word_accusative` ·
    `of` 13 von 45 · `percent` 29 % · `n_percent` 13 (29 %) · `base` 45. The last four need a base.
    `forms` are further wordings that the data determine, by name. `scale` says which words of the author fit.

    Examples
    --------
    >>> new = Value("new", 13, 45)
    >>> new.of.replace(NBSP, " "), str(new.n_percent).replace(NBSP, " ")
    ('13 von 45', '13 (29 %)')
    """

    id: str
    n: int
    base_n: int | None = None
    origin: dict[str, str] = field(default_factory=dict, compare=False)
    label: str = ""
    forms: Mapping[str, str] = field(default_factory=dict)
    scale: CountWords | None = field(default=None, compare=False)

    @property
    def default(self) -> Text:
        """The wording used when a reference names none."""
        return Text(self.label) if self.label else self.of if self.base_n is not None else self.text_n

    @property
    def text_n(self) -> Text:
        """The count in digits."""
        return Text(format_count(self.n))

    @property
    def word(self) -> Text:
        """The count as a word up to twelve."""
        return Text(number_word(self.n))

    @property
    def of(self) -> Text:
        """Count and base."""
        return Text(f"{format_count(self.n)}{NBSP}von{NBSP}{format_count(self._base())}")

    @property
    def word_capital(self) -> Text:
        """As the first word of a sentence; one is „Ein“."""
        return Text("Ein" if self.n == 1 else self.word[0].upper() + self.word[1:])

    @property
    def word_dative(self) -> Text:
        """After „bei“: einem, zwei, ..."""
        return Text("einem" if self.n == 1 else self.word)

    @property
    def word_accusative(self) -> Text:
        """Before a masculine noun: einen, zwei, ..."""
        return Text("einen" if self.n == 1 else self.word)

    @property
    def base(self) -> Text:
        """The base alone."""
        return Text(format_count(self._base()))

    @property
    def percent(self) -> Text:
        """The share; below a base of 100 without decimals, which would pretend more than one case."""
        return Text(format_percent(self.n, self._base(), decimals=0 if self._base() < 100 else 1))

    @property
    def n_percent(self) -> Text:
        """Count and share."""
        return Text(f"{format_count(self.n)}{NBSP}({self.percent})")

    def said(self, phrase: str) -> Text:
        """Words of the author for the count, if the declared scale allows them for it.

        Raises
        ------
        RenderError
            If the value has no scale, or the words stand for another count.
        """
        if self.scale is None:
            raise RenderError(
                f"Zum Wert „{self.id}“ gehört keine Skala von Zahlwörtern; bitte die Zahl selbst nennen."
            )
        try:
            self.scale.check(phrase, self.n, self.base_n)
        except RenderError as error:
            raise RenderError(f"Wert „{self.id}“: {error}") from None
        return Text(phrase)

    def __getattr__(self, name: str) -> Text:
        forms = self.__dict__.get("forms", {})
        if name in forms:
            return Text(forms[name])
        raise AttributeError(f"Der Wert „{self.__dict__.get('id')}“ hat keine Fassung „{name}“.")

    def _base(self) -> int:
        if self.base_n is None:
            raise RenderError(f"Der Wert „{self.id}“ hat keine Basis; er kann nur als Anzahl stehen.")
        return self.base_n

    def __repr__(self) -> str:
        return self.default

    def wording(self, name: str | None) -> str:
        """The text of one wording.

        Raises
        ------
        RenderError
            If there is no such wording.
        """
        if name is None:
            return str(self.default)
        if name in self.forms:
            return self.forms[name]
        if name not in WORDINGS:
            known = (*WORDINGS, *self.forms)
            raise RenderError(
                f"Der Wert „{self.id}“ hat keine Fassung „{name}“; es gibt {', '.join(known)} oder keine Angabe{guess(name, known)}."
            )
        return str(self.text_n if name == "n" else getattr(self, name))


class Values:
    """The values of a chapter, by attribute: `v.new`. An id is given once."""

    def __init__(self) -> None:
        self._values: dict[str, Value] = {}

    def add(self, value: Value) -> Value:
        """Keep a value.

        Raises
        ------
        NotebookError
            If the id is taken by another number, or is no plain name.
        """
        if not re.fullmatch(r"[a-z][a-z0-9_]*", value.id) or hasattr(type(self), value.id):
            raise NotebookError(
                f"„{value.id}“ ist kein Name für einen Wert; erlaubt sind a–z, 0–9 und Unterstriche, vergeben sind add und records."
            )
        old = self._values.setdefault(value.id, value)
        if old != value:
            shown = " und ".join(f"{v.n} (Basis {v.base_n}) {v.label}".rstrip() for v in (old, value))
            raise NotebookError(f"Der Wert „{value.id}“ ist zweimal vergeben: {shown}.")
        return value

    def __getattr__(self, name: str) -> Value:
        try:
            return self.__dict__["_values"][name]
        except KeyError:
            raise AttributeError(
                f"Einen Wert „{name}“ hat bisher keine Zelle berechnet; berechnet sind {listed(self.__dict__['_values'], name)}."
            ) from None

    def __iter__(self) -> Iterator[Value]:
        return iter(self._values.values())

    def records(self) -> list[dict[str, Any]]:
        """One dict per value for the chapter file."""
        return [
            {
                "id": v.id, "n": v.n, "base_n": v.base_n, "label": v.label, "origin": v.origin,
                "forms": dict(v.forms), "scale": v.scale and v.scale.record(),
            }
            for v in self
        ]  # fmt: skip


def escape_markdown(text: str) -> str:
    """Text that pandoc prints as it stands, within a line.

    >>> escape_markdown("Träger *neu*")
    'Träger \\\\*neu\\\\*'
    """
    return SPECIAL.sub(r"\\\1", text)


@dataclass(frozen=True)
class Place:
    """Where a text stands: its chapter, and for messages the notebook and what the report writes into the chapter.

    `prefix` precedes the names of the chapter's own values in the report, `written` are the texts of the definition.
    """

    chapter: str
    notebook: str = ""
    definition: str = ""
    prefix: str = ""
    written: str = ""

    def short(self, value_id: str) -> str:
        """The name of a value as one writes it in the chapter."""
        return value_id.removeprefix(self.prefix)

    def said(self, mark: str) -> str:
        """The place of something in the text, for people: the definition if it stands there, else the notebook."""
        file = self.definition if mark in self.written else self.notebook
        return f"„{self.chapter}“ ({file})" if file else f"„{self.chapter}“"


def fill_references(
    text: str, values: dict[str, Value], used: dict[str, dict[str, Any]], where: str | Place
) -> str:
    """Replace the references in Markdown by spans that carry id and text.

    Parameters
    ----------
    text : Markdown
    values : all values of the report
    used : takes each reference with its text (for values.json and the check of unused ids)
    where : the chapter, for the message

    Raises
    ------
    RenderError
        For an id that no cell has computed, a wording that the value does not have, a result typed by hand.

    Examples
    --------
    >>> used = {}
    >>> fill_references("In {eval}`v.new.n` Fällen", {"new": Value("new", 13, 45)}, used, "kapitel")
    'In [13]{.value #value-new-n} Fällen'
    """

    place = where if isinstance(where, Place) else Place(where)
    own_values = {i: v for i, v in values.items() if v.origin.get("chapter", place.chapter) == place.chapter}

    def fill(match: re.Match[str]) -> str:
        value_id, phrase, wording = match.groups()
        short = place.short(value_id)
        at = place.said(match[0].replace(f"v.{value_id}", f"v.{short}"))
        if value_id not in values:
            others = values.keys() - own_values.keys()
            raise RenderError(f"{at} {unknown_value(short, map(place.short, own_values), others)}.")
        value = values[value_id]
        try:
            named = replace(value, id=short)
            shown, wording = (
                (str(named.said(phrase)), "said") if phrase else (named.wording(wording), wording)
            )
        except RenderError as error:
            raise RenderError(f"{at}: {error}") from None
        key = f"{value_id}.{wording}" if wording else value_id
        count = sum(k.split("#")[0] == key for k in used)
        used[f"{key}#{count + 1}" if count else key] = {
            "id": value_id,
            "wording": wording or "",
            "n": value.n,
            "base_n": value.base_n,
            "value": None if value.base_n in (None, 0) else value.n / value.base_n,
            "text": shown,
            **value.origin,
        }
        # ids and wordings have no hyphens: joined by hyphens they stay apart from each other
        anchor = "value-" + key.replace(".", "-") + (f"-{count + 1}" if count else "")
        trace = f" trace={value_id}" if "definition" in value.origin else ""
        return f"[{escape_markdown(shown)}]{{.value #{anchor}{trace}}}"

    own = REFERENCE.sub(" ", text)
    for scale in dict.fromkeys(
        v.scale for v in values.values() if v.scale and v.origin.get("chapter") == place.chapter
    ):
        for loose in scale.unbound(own):
            raise RenderError(
                f'In {place.said(loose)} steht „{loose}“ ohne Zahl dahinter; bitte {{eval}}`v.name.said("{loose}")` schreiben, damit das Wort geprüft wird.'
            )
    for phrase in typed_results(text):
        mine = [replace(v, id=place.short(i)) for i, v in own_values.items()]
        raise RenderError(f"{place.said(phrase)}: {typed_sentence(phrase, mine)}.")
    filled = REFERENCE.sub(fill, text)
    if found := re.search(r"\{eval\}(?: ?`[^`\n]*`?|\S*)", filled):
        wrong = found[0].replace(f"v.{place.prefix}", "v.") if place.prefix else found[0]
        raise RenderError(
            f"{place.said(wrong)} enthält einen unlesbaren Verweis auf einen Wert, „{wrong}“; die Form ist {{eval}}`v.name`."
        )
    return filled


def value_from_record(record: dict[str, Any]) -> Value:
    """A value as `Values.records` wrote it."""
    scale = record.get("scale")
    return Value(**record | {"scale": CountWords.from_record(scale) if scale else None})
