"""What people declare in YAML: read once, checked by a model, and everything wrong said in German with its place.

Used as `d`: a declaration is a class of `d.Declared` whose fields say in German what each key means. Dates stay the
text that was written; texts, numbers and true/false are never taken for one another.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Generic, NamedTuple, NoReturn, TypeVar

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, TypeAdapter, ValidationError
from pydantic import dataclasses as pydantic_dataclasses
from pydantic.json_schema import WithJsonSchema

from gkanalysis.core.errors import CodebookError, GkError
from gkanalysis.core.lookup import listed

T = TypeVar("T")
Place = tuple[str | int, ...]  # keys and numbers of entries that lead to a value
Slips = Iterator[tuple[Place, str]]  # where something is wrong, and a clause that says what and what to do
IDS = ("id", "name", "match", "item", "number")  # keys by which an entry of a list is called
INDENT = "die Einrückung stimmt nicht"
QUOTES = "Text mit „:“, „#“ oder Anführungszeichen gehört ganz in Anführungszeichen"
# What the parser says, in C or in Python -> what usually lies behind it. The first that fits counts.
CAUSES = (
    (r"tab character|character '\\t'", "hier steht ein Tabulator; bitte mit Leerzeichen einrücken"),
    (r"cannot start any token", "mit diesem Zeichen darf kein Wert beginnen; ein Tabulator ist durch Leerzeichen zu ersetzen, "
     "Text mit „%“, „@“ oder „`“ am Anfang gehört in Anführungszeichen"),
    (r"mapping values are not allowed", f"ein „:“ steht, wo keines stehen darf; {QUOTES}, oder {INDENT}"),
    (r"unexpected end of stream", "ein Anführungszeichen wird geöffnet und nicht geschlossen"),
    (r"flow (?:sequence|mapping|node)", "eine Klammer ist nicht geschlossen, oder zwischen zwei Angaben fehlt ein Komma"),
    (r"expected key|block end|'-' indicator|block mapping start", f"{INDENT} (Gleiches steht gleich weit rechts, nur mit "
     f"Leerzeichen), ein „-“ fehlt, oder ein Anführungszeichen steht mitten im Text; {QUOTES}"),
    (r"expected ':'", "nach einem Namen fehlt „: “ mit Leerzeichen"),
    (r"comment or (?:a )?line break", "nach „|“ oder „>“ beginnt der Text erst in der nächsten Zeile"),
    (r"undefined alias|while scanning an? (?:alias|anchor)", "ein Text, der mit „*“ oder „&“ beginnt, gehört in Anführungszeichen"),
    (r"constructor for the tag|tag handle|scanning a tag", "ein Text, der mit „!“ beginnt, gehört in Anführungszeichen"),
    (r"unhashable key", "eine Klammer steht, wo ein Name stehen muss; Text mit „{“ oder „[“ am Anfang gehört in Anführungszeichen"),
    (r"unacceptable character|not allowed", "die Datei enthält ein unsichtbares Steuerzeichen; bitte löschen"),
)  # fmt: skip
OTHERWISE = f"hier ist die Gliederung nicht lesbar; bitte prüfen: Einrückung nur mit Leerzeichen, {QUOTES}"
UNREADABLE = {
    FileNotFoundError: "die Datei fehlt",
    UnicodeDecodeError: "die Datei ist nicht in UTF-8 gespeichert; bitte im Editor als UTF-8 speichern",
    RecursionError: "die Angaben sind zu tief ineinander geschachtelt",
    Exception: "die Datei lässt sich nicht öffnen; bitte die Zugriffsrechte prüfen",
}
BLOCK = "{given} steht, wo Angaben der Form „name: wert“ stehen müssen"
UNKNOWN = "unbekannt ist „{key}“{allowed}"
# type of an error of pydantic -> the clause; `given` is what was written, `key` the name of its place
SENTENCES = {
    "missing": "es fehlt „{key}“",
    "extra_forbidden": UNKNOWN,
    "unexpected_keyword_argument": UNKNOWN,
    "string_type": "{given} ist kein Text; bitte {remedy}",
    "string_too_short": "„{key}“ ist leer; nötig ist ein Text",
    "bool_type": "{given} ist nicht true oder false",
    "int_type": "{given} ist keine ganze Zahl",
    "greater_than_equal": "{given} ist zu klein; erlaubt sind ganze Zahlen ab {ge}",
    "less_than_equal": "{given} ist zu groß; erlaubt sind ganze Zahlen bis {le}",
    "tuple_type": "{given} ist keine Liste; bitte in eckige Klammern setzen oder mit „- “ untereinander schreiben",
    **dict.fromkeys(("dataclass_type", "dict_type", "mapping_type", "model_type"), BLOCK),
    "literal_error": "{given} gibt es nicht{allowed}",
    "union_tag_invalid": "„{tag}“ gibt es nicht{allowed}",
    "union_tag_not_found": "es fehlt „{tag_name}“",
    "invalid_key": "ein Name hier ist kein Text; bitte yes, no und Zahlen in Anführungszeichen setzen",
    "value_error": "{error}",
}


def choice(names: Iterable[object], name: object = "", word: str = "erlaubt") -> str:
    """The names there are, in brackets, and the one that a misspelt name probably means.

    >>> choice(["kopf", "fragen"], "kopff")
    ' (erlaubt: kopf, fragen; gemeint ist wohl „kopf“)'
    """
    return f" ({word}: {listed(filter(str, names), name).replace(' (gemeint', '; gemeint').rstrip(')')})"


def unknown(place: Place, what: str, names: Iterable[Any], there: Iterable[Any]) -> Slips:
    """A slip for every name that is none of those there are."""
    there = list(there)
    for name in names:
        if name not in there:
            yield place, f"{what} „{name}“ gibt es nicht{choice(there, name)}"


def twice(place: Place, names: Iterable[Any], what: str = "„{}“ steht doppelt") -> Slips:
    """A slip for every entry of a list whose name another before it has."""
    names = list(names)
    for k, name in enumerate(names):
        if name in names[:k]:
            yield (*place, k), what.format(name)


# ---- the vocabulary: blocks, keys, types of values ----


class Declared(BaseModel):
    """A block of keys; keys that it does not have are refused. It can be read like the mapping that was written."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def __getitem__(self, name: str) -> Any:
        return getattr(self, name)

    def get(self, name: str, default: Any = None) -> Any:
        """What was written under a key."""
        return getattr(self, name) if name in self.model_fields_set else default


# the same for what code makes as well, from arguments in order
declared = pydantic_dataclasses.dataclass(frozen=True, config=ConfigDict(extra="forbid"))


def key(meaning: str, *default: Any, **more: Any) -> Any:
    """A key of a declaration: what it means in German, the value that holds if it is left out, limits."""
    return Field(*default, description=meaning, **more)


def several(value: Any) -> Any:
    """A list from nothing, one thing or several."""
    return () if value is None else value if isinstance(value, list | tuple) else (value,)


def refused(why: Callable[[Any], str]) -> BeforeValidator:
    """A further check of a value: the clause that says why it is wrong, "" if it is not.

    Before the type is checked; a value of another type should pass, so that it is only said to be that.
    """

    def run(value: Any) -> Any:
        if clause := why(value):
            raise ValueError(clause)
        return value

    return BeforeValidator(run)


def matching(pattern: str, form: str) -> BeforeValidator:
    """A text that has to be of a form, with the words for it."""
    fits = re.compile(pattern).fullmatch
    return refused(lambda v: f"„{v}“ {form}" if isinstance(v, str) and v and not fits(v) else "")


def number_of(length: int, clause: str) -> BeforeValidator:
    """A list of so many entries."""
    return refused(lambda v: "" if isinstance(v, list | tuple) and len(v) == length else clause)


def is_day(text: str) -> bool:
    """Whether a text is a day as in 2019-07-04."""
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False


def is_number(value: Any) -> bool:
    """Whether a value is a number, and no text that looks like one."""
    return isinstance(value, int | float) and not isinstance(value, bool)


AnyText = Annotated[str, Strict()]
Text = Annotated[str, Strict(), Field(min_length=1)]
NO_ID = 'enthält Leer- oder Anführungszeichen; bitte ohne schreiben, außen nur gerade: "1.1"'
Id = Annotated[Text, matching("[^\\s„“”‚‘’»«\"']+", NO_ID)]
# names of answers and columns may be written as numbers
_WRITTEN = BeforeValidator(lambda v: str(v) if is_number(v) else v, json_schema_input_type=str | float)
AnyWritten = Annotated[AnyText, _WRITTEN]
Written = Annotated[Text, _WRITTEN]
Flag = Annotated[bool, Strict()]
Whole = Annotated[int, Strict()]
NO_NUMBER = refused(lambda v: "" if is_number(v) else "{given} ist keine Zahl")
Number = Annotated[Any, NO_NUMBER, WithJsonSchema({"type": "number"})]
Many = Annotated[tuple[T, ...], BeforeValidator(lambda value: () if value is None else value)]
FILLED = refused(lambda v: "{key} ist leer; nötig ist mindestens ein Eintrag" if v in (None, [], (), {}) else "")
Some = Annotated[tuple[T, ...], FILLED]
WORDS = {"type": ["string", "number", "array", "null"], "items": {"type": ["string", "number"]}}
Words = Annotated[tuple[Written, ...], BeforeValidator(several), WithJsonSchema(WORDS)]
# a block that is passed on as a plain mapping with the keys that were written; {} if it was not
PLAIN = AfterValidator(lambda block: block.model_dump(by_alias=True, exclude_unset=True) if block else {})


# ---- reading: what was written, and where ----


class _PlainLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # the loader in C is ten times faster
    """YAML in which a key that stands twice is an error; plain YAML silently keeps the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
        keys = [k for k, _ in node.value if k.tag != "tag:yaml.org,2002:merge"]
        for (number,), clause in twice((), (str(k.value) for k in keys)):
            raise yaml.constructor.ConstructorError(None, None, clause, keys[number].start_mark)
        return super().construct_mapping(node, deep)


class _Loader(_PlainLoader):
    """Days are texts."""


_Loader.add_constructor("tag:yaml.org,2002:timestamp", yaml.SafeLoader.construct_yaml_str)


def load_yaml(text: str) -> Any:
    """Parse YAML that people write by hand; a key that stands twice is an error, as any other of YAML.

    >>> load_yaml("sets: [a]")
    {'sets': ['a']}
    """
    return yaml.load(text, _PlainLoader)


def why_unreadable(error: Exception) -> str:
    """What a person must know of an error in reading a file, as a clause: where it is and what to do.

    >>> try:
    ...     yaml.safe_load("title: Ein Titel: lang")
    ... except yaml.YAMLError as error:
    ...     print(why_unreadable(error)[:62])
    Zeile 1, Spalte 17: ein „:“ steht, wo keines stehen darf; Text
    """
    if isinstance(error, yaml.YAMLError):
        problem = " ".join(filter(None, (getattr(error, "context", None), getattr(error, "problem", str(error)))))
        mark = getattr(error, "problem_mark", None)
        if "unexpected end of stream" in problem and getattr(error, "context_mark", None):
            mark = error.context_mark  # where the quotation mark is, not where the file ends
        where = f"Zeile {mark.line + 1}, Spalte {mark.column + 1}: " if mark else ""
        if "steht doppelt" in problem:  # our own sentence
            return f"{where}{problem}; bitte eines von beiden löschen"
        return where + next((text for pattern, text in CAUSES if re.search(pattern, problem)), OTHERWISE)
    return next(text for kind, text in UNREADABLE.items() if isinstance(error, kind))


class Problem(NamedTuple):
    """Something that is wrong; `line` is 0 where it is not known."""

    line: int
    sentence: str
    place: Place


@dataclass(frozen=True)
class Document:
    """The content of a file and where everything in it stands; without a node nothing has a line."""

    content: Any
    node: yaml.Node | None = None

    @classmethod
    def load(cls, text: str) -> Document:
        """One pass of the parser gives the content and the nodes that know their lines."""
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            return cls(None if node is None else loader.construct_document(node), node)
        finally:
            loader.dispose()

    def written(self, place: Place) -> tuple[int, str]:
        """Line (from 1; 0 if unknown) and written text at a place; the last place above that is there."""
        node, line = self.node, self.node.start_mark.line + 1 if self.node else 0
        for part in place:
            if isinstance(node, yaml.MappingNode):
                pair = next(((k, v) for k, v in node.value if k.value == str(part)), None)
                if pair:
                    line, node = pair[0].start_mark.line + 1, pair[1]
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
                line = node.start_mark.line + 1
        return line, node.value if isinstance(node, yaml.ScalarNode) else ""

    def steps(self, place: Place) -> Iterator[tuple[Any, str | int]]:
        """Containers on the way and the step that each takes; names of alternatives in a model are no steps."""
        here = self.content
        for part in place:
            is_entry = isinstance(here, list | tuple) and isinstance(part, int) and part < len(here)
            if is_entry or (isinstance(here, dict) and part in here):
                yield here, part
                here = here[part]

    def problem(self, place: Place, clause: str) -> Problem:
        """Something wrong: „Zeile 12, parts › kopf › items › K.3: …“; an entry of a list goes by its id."""
        names, way = [], []
        for here, part in self.steps(place):
            entry, is_list = here[part], isinstance(here, list | tuple)
            way.append(part)
            ids = IDS if is_list and isinstance(entry, dict) else ()
            own = next((k for k in ids if isinstance(entry.get(k), str | int | float)), None)
            own = own and (self.written((*way, own))[1] or str(entry[own]))
            names.append(own or str(part + 1 if is_list else part))
        line = self.written(place)[0]
        where = ", ".join(filter(None, (f"Zeile {line}" if line else "", " › ".join(names))))
        return Problem(line, f"{where}: {clause}." if where else f"{clause}.", place)

    def shown(self, place: Place, value: Any) -> str:
        """A value in a sentence, as it was written."""
        if isinstance(value, dict | list | tuple):
            return "ein Block" if isinstance(value, dict) else "eine Liste"
        text = self.written(place)[1] or ("" if value is None else str(value))
        return f"„{text}“" if text else "eine leere Stelle"

    def mended(self, errors: Iterable[Mapping[str, Any]]) -> Any:
        """The content without what is wrong by itself; a number where text has to stand becomes what was written."""
        copy = Document(deepcopy(self.content), self.node)
        for error in errors:
            place, (*_, (here, name)) = error["loc"], [(None, None), *copy.steps(error["loc"])]
            if isinstance(here, dict) and name == place[-1]:
                if error["type"] == "string_type" and (text := self.written(place)[1]):
                    here[name] = text
                elif error["type"] == "literal_error":  # its block is not checked further
                    here[name] = re.findall(r"'([^']*)'", error["ctx"]["expected"])[0]
                else:
                    here.pop(name, None)
        return copy.content


# ---- checking ----


@dataclass(frozen=True)
class Declaration(Generic[T]):
    """A kind of file that people write: how it is called, its model, and what else has to hold.

    `what` and `verb` begin its sentences („Codebuch „x.yml“ ist …“), `check` takes what was declared and yields what a
    model by itself cannot see; `hint` ends the sentence that it cannot be read. `id` names its schema, `files` (globs)
    those that it describes.
    """

    id: str
    what: str
    model: Any
    files: tuple[str, ...]
    check: Callable[..., Slips] = lambda value, *context: iter(())
    verb: str = "ist"
    error: type[GkError] = CodebookError
    hint: str = ""

    @cached_property
    def adapter(self) -> TypeAdapter[T]:
        """What validates the content."""
        return TypeAdapter(self.model)

    def load(self, path: Path) -> Document:
        """The content of a file with its places; the error of this kind if it is missing or no YAML."""
        try:
            return Document.load(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
            why = f"{self.what} „{path}“ {self.verb} nicht lesbar: {why_unreadable(error)}."
            raise self.error(f"{why} {self.hint}".strip()) from None

    def read(self, path: str | Path, *context: Any) -> T:
        """What a file declares, or the error with everything that is wrong; `context` is what `check` needs besides."""
        value, problems = self.validate(self.load(Path(path)), *context)
        if problems:
            self.refuse(path, problems)
        return value

    def plain(self, path: str | Path) -> Any:
        """The plain content of a file that was checked."""
        self.read(path)
        return self.load(Path(path)).content

    def refuse(self, path: str | Path, problems: Iterable[Problem]) -> NoReturn:
        """Raise the error that lists problems, each in a line of its own if there are several."""
        lines = list(dict.fromkeys(p.sentence for p in problems))
        between = " " if len(lines) == 1 else "\n  "
        raise self.error(between.join([f"{self.what} „{path}“ {self.verb} nicht stimmig:", *lines]))

    def validate(self, document: Document, *context: Any) -> tuple[T | None, list[Problem]]:
        """The declaration, None if there is none, and what is wrong, by line.

        What is wrong by itself is taken out, so that the rest can be checked in the same pass.
        """
        value, slips, unknown = None, [], []
        try:
            value = self.adapter.validate_python(document.content)
        except ValidationError as error:
            errors = error.errors(include_url=False)
            slips = [(e["loc"], self._clause(document, e)) for e in errors]
            unknown = [[p for _, p in document.steps(e["loc"])][:-1] for e in errors if e["type"] == "literal_error"]
            with suppress(ValidationError):
                value = self.adapter.validate_python(document.mended(errors))
        for place, clause in self.check(value, *context) if value is not None else ():
            way = [p for _, p in document.steps(place)]
            slips += [] if any(u and way[: len(u)] == u for u in unknown) else [(place, clause)]
        problems = dict.fromkeys(document.problem(*slip) for slip in slips)
        return value, sorted(problems, key=lambda p: p.line)

    def _clause(self, document: Document, error: Mapping[str, Any]) -> str:
        """The German clause for an error of the model."""
        place, value, context = error["loc"], error["input"], error.get("ctx", {})
        name, given = str(place[-1]) if place else "", document.shown(place, value)
        template = SENTENCES.get(error["type"], "{given} ist hier nicht zulässig")
        if name == "[key]" and error["type"] == "string_type":
            return f"der Name {document.shown(place[:-1], place[-2])} ist kein Text; bitte in Anführungszeichen setzen"
        allowed = choice(re.findall(r"'([^']*)'", str(context.get("expected", ""))), value)
        if template is UNKNOWN:
            allowed = choice(_keys(self.adapter.json_schema(), place[:-1]), name, "bekannt")
        elif error["type"] == "union_tag_invalid":
            allowed = choice(re.findall(r"'([^']*)'", context["expected_tags"]), context["tag"])
        is_other = value is None or isinstance(value, dict | list)
        remedy = "einen Text eintragen" if is_other else "in Anführungszeichen setzen"
        tag_name = str(context.get("discriminator", "")).strip("'")
        clause = template.format(**context, key=name, given=given, remedy=remedy, allowed=allowed, tag_name=tag_name)
        return clause.replace("{given}", given).replace("{key}", f"„{name}“")


def _keys(schema: Mapping[str, Any], place: Place) -> list[str]:
    """The keys that a model has at a place."""
    here: Mapping[str, Any] = schema
    for part in (None, *place):
        if part is not None:
            inner = here.get("properties", {}).get(part)
            tagged = here.get("discriminator", {}).get("mapping", {}).get(part)
            rest = here.get("items") if isinstance(part, int) else here.get("additionalProperties")
            here = inner or ({"$ref": tagged} if tagged else rest if isinstance(rest, dict) else here)
        while "$ref" in here or "anyOf" in here:
            blocks = [o for o in here.get("anyOf", ()) if o.get("type") in (None, "object", "array")]
            target = schema["$defs"][here["$ref"].rpartition("/")[2]] if "$ref" in here else {}
            here = target or next(iter(blocks), {})
    return list(here.get("properties", ()))
