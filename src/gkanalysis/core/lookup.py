"""Things that people name by id: a misspelt one is answered with those there are, and the one probably meant."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from functools import wraps
from inspect import Parameter, isfunction, signature
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any, ClassVar

from gkanalysis.core.errors import NotebookError, UnknownNameError
from gkanalysis.core.numbers import WORDS

EMPTY: Mapping[str, str] = MappingProxyType({})
MOST = 12  # ids that a sentence lists; who has more looks into the codebook


def listed(known: Iterable[object], name: object = "") -> str:
    """Ids as a sentence lists them: the first dozen, and the one that a misspelt name probably means.

    >>> listed(["besteht", "keine"], "bestehtt")
    'besteht, keine (gemeint ist wohl „besteht“)'
    >>> listed([])
    'keine'
    """
    ids = [str(k) for k in known]
    if not ids:
        return "keine"
    more = f" … {len(ids)} insgesamt" if len(ids) > MOST else ""
    return ", ".join(ids[:MOST]) + more + guess(name, ids)


def enumeration(words: Iterable[object]) -> str:
    """Words in a row as German prose has them; "" if there are none.

    >>> enumeration(["2018", "2019", "2020"]), enumeration(["2018"])
    ('2018, 2019 und 2020', '2018')
    """
    *first, last = [str(w) for w in words] or [""]
    return f"{', '.join(first)} und {last}" if first else last


def guess(name: object, known: Iterable[object]) -> str:
    """What a misspelt name probably means, in brackets that follow the list of names; "" if nothing is near."""
    close = get_close_matches(str(name).strip(), [str(k) for k in known], n=1, cutoff=0.7)
    return f" (gemeint ist wohl „{close[0]}“)" if close else ""


class Known(dict[str, Any]):
    """A mapping by id that answers an unknown one in German; `.get` and `in` are those of a dict.

    `what` are the words before and behind an id; `hint` is what else to say to those who name something of another kind.

    >>> Known({"ja": "Ja"}, ("Antwort", "gibt es bei Frage „1.1“ nicht"))["jaa"]
    Traceback (most recent call last):
        ...
    gkanalysis.core.errors.NotebookError: Antwort „jaa“ gibt es bei Frage „1.1“ nicht; vorhanden sind ja (gemeint ist wohl „ja“).
    """

    def __init__(self, content: Mapping[str, Any], what: tuple[str, str], hint: Mapping[str, str] = EMPTY) -> None:
        super().__init__(content)
        self.what, self.hint = what, hint

    def __missing__(self, name: object) -> Any:
        said = f"{self.what[0]} „{name}“ {self.what[1]}; "
        raise NotebookError(said + self.hint.get(str(name), f"vorhanden sind {listed(self, name)}") + ".")


# annotation of an argument -> what may be given, and its name; a room adds its own
TYPES: dict[str, tuple[Any, str]] = {
    "str": (str, "ein Text in Anführungszeichen"),
    "int": (Integral, "eine ganze Zahl"),
}
MANY = (Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD)


def answered(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that answers arguments which it does not take: too many, misspelt, a text for a number.

    >>> @answered
    ... def top(places: int): ...
    >>> top("drei")
    Traceback (most recent call last):
        ...
    gkanalysis.core.errors.NotebookError: top(places): „drei“ passt nicht zu „places“; erlaubt ist eine ganze Zahl (gemeint ist wohl 3).
    """
    takes_all = signature(function)
    takes = {k: p for k, p in takes_all.parameters.items() if k != "self"}
    shown = ", ".join("*" * (p.kind in MANY) + k for k, p in takes.items())
    call = f"[{shown}]" if function.__name__ == "__getitem__" else f"{function.__name__}({shown})"

    needed = [k for k, p in takes.items() if p.default is p.empty and p.kind not in MANY]

    @wraps(function)
    def asked(*args: Any, **named: Any) -> Any:
        try:
            given = takes_all.bind_partial(*args, **named).arguments
        except TypeError:
            wrong = next((k for k in named if k not in takes), "")
            told = f"„{wrong}“ gibt es dabei nicht{guess(wrong, takes)}" if wrong else "das sind zu viele Angaben"
            raise NotebookError(f"{call}: {told}; erlaubt ist, was in den Klammern steht.") from None
        if missing := [k for k in needed if k not in given]:
            raise NotebookError(f"{call}: es fehlt {listed(missing)}.")
        for name, value in given.items():
            kind, words = TYPES.get(str(takes_all.parameters[name].annotation), (object, ""))
            for v in value if takes_all.parameters[name].kind is Parameter.VAR_POSITIONAL else [value]:
                if not isinstance(v, kind):
                    v = getattr(v, "__name__", v)
                    what = f"{call}: „{v}“ passt nicht zu „{name}“"
                    raise NotebookError(f"{what}; erlaubt ist {words}{_as_type(v, kind)}.")
        return function(*args, **named)

    return asked


def _as_type(value: Any, kind: type) -> str:
    """What a value of another type probably means."""
    if kind is str and isinstance(value, Real):
        return f' (gemeint ist wohl "{value}")'
    text = str(value).strip().lower()
    number = str(WORDS.index(text)) if text in WORDS else text
    return f" (gemeint ist wohl {number})" if kind is Integral and number.isdigit() else ""


class Answering:
    """What people without Python ask: names and arguments that it does not take are answered in German.

    Subclasses say in `called` what they are; `_elsewhere` may say where a name belongs that they do not have.
    """

    called: ClassVar[str] = "Das Gefragte hat nichts namens"

    def __init_subclass__(cls, **known: Any) -> None:
        super().__init_subclass__(**known)
        for name, made in list(vars(cls).items()):
            if isfunction(made) and (name == "__getitem__" or not name.startswith("_")):
                setattr(cls, name, answered(made))

    def _elsewhere(self, name: str) -> str:
        return ""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or hasattr(type(self), name):  # a property that failed tells its own error
            return object.__getattribute__(self, name)
        made = (pair for c in type(self).__mro__ for pair in vars(c).items())
        have = dict.fromkeys(k for k, v in made if not k.startswith("_") and hasattr(v, "__get__"))
        where = self._elsewhere(name) or f"es gibt {listed(have, name)}"
        raise UnknownNameError(f"{self.called} „{name}“; {where}.")
