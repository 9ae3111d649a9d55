"""Numbers in prose: text refers to them by id, JupyterLab and the runner show them.

In a Markdown cell `` {eval}`v.new` `` stands for the value saved under the id `new`; `` {eval}`v.new.percent` ``
for another wording of the same value; `` {eval}`v.new.said("zwei Kommunen")` `` for words that the author chose and
that must fit the number. This is the inline expression of MyST.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from gkanalysis.core.errors import NotebookError, RenderError
from gkanalysis.core.lookup import guess, listed
from gkanalysis.core.numbers import NBSP, format_count, format_percent, number_word
from gkanalysis.report.countwords import CountWords
from gkanalysis.report.shown import VALUE

# name of a wording -> what it prints of a value
WORDINGS: dict[str, Callable[[Value], str]] = {
    "n": lambda v: format_count(v.n),
    "word": lambda v: number_word(v.n),
    # as the first word of a sentence; after „bei“; before a masculine noun
    "word_capital": lambda v: "Ein" if v.n == 1 else number_word(v.n)[0].upper() + number_word(v.n)[1:],
    "word_dative": lambda v: "einem" if v.n == 1 else number_word(v.n),
    "word_accusative": lambda v: "einen" if v.n == 1 else number_word(v.n),
    "of": lambda v: f"{format_count(v.n)}{NBSP}von{NBSP}{format_count(v._base())}",
    # below a base of 100 a decimal would pretend more than one case
    "percent": lambda v: format_percent(v.n, v._base(), decimals=0 if v._base() < 100 else 1),
    "n_percent": lambda v: f"{format_count(v.n)}{NBSP}({WORDINGS['percent'](v)})",
    "base": lambda v: format_count(v._base()),
}


class Text(str):
    """A wording of a value: shows itself without quotes, and to the runner as the value that it words."""

    value: Value
    wording: str

    def __repr__(self) -> str:
        return str(self)

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return self.value.bundle(str(self), self.wording) if hasattr(self, "value") else {}


class Digits(int):
    """The count of a value as a plain number that the runner knows as its value."""

    value: Value

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return self.value.bundle(self.value.wording("n"), "n") if hasattr(self, "value") else {}


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

    def __post_init__(self) -> None:
        digits = Digits(self.n)
        digits.value = self
        object.__setattr__(self, "n", digits)

    def _text(self, text: str, wording: str) -> Text:
        """A wording that knows whose it is."""
        worded = Text(text)
        worded.value, worded.wording = self, wording
        return worded

    def bundle(self, text: str, wording: str) -> dict[str, Any]:
        """What an expression in the text shows in JupyterLab, and what the runner keeps of the number."""
        known = {"id": self.id, "n": int(self.n), "base_n": self.base_n, **self.origin}
        return {"text/plain": text, VALUE: {**known, "text": text, "wording": wording}}

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, Any]:
        return self.bundle(self.wording(None), "")

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
        return self._text(phrase, "said")

    def __getattr__(self, name: str) -> Text:
        if name.startswith("_") or (name not in WORDINGS and name not in self.forms):
            raise AttributeError(self._unknown(name))
        return self._text(self.wording(name), name)

    def _unknown(self, name: str) -> str:
        """The sentence on a wording that there is not."""
        there = () if name.startswith("_") else (*WORDINGS, *self.forms)
        hint = f"es gibt {', '.join(there)} oder keine Angabe{guess(name, there)}"
        return f"Der Wert „{self.id}“ hat keine Fassung „{name}“; {hint}." if there else name

    def _base(self) -> int:
        if self.base_n is None:
            raise RenderError(f"Der Wert „{self.id}“ hat keine Basis; er kann nur als Anzahl stehen.")
        return self.base_n

    def __repr__(self) -> str:
        return self.wording(None)

    def wording(self, name: str | None) -> str:
        """The text of one wording.

        Raises
        ------
        RenderError
            If there is no such wording.
        """
        if name is None:
            return self.label or self.wording("n" if self.base_n is None else "of")
        if name in self.forms:
            return self.forms[name]
        if name not in WORDINGS:
            raise RenderError(self._unknown(name))
        return WORDINGS[name](self)


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


def value_from_record(record: dict[str, Any]) -> Value:
    """A value as `Values.records` wrote it."""
    scale = record.get("scale")
    return Value(**record | {"scale": CountWords.from_record(scale) if scale else None})
