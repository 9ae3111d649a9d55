"""What a cell means as a whole number, a number, a day, a text or an option, and why it may mean nothing.

German notation is the rule: decimal comma, day before month. What can be read in two ways is not read.
"""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from gkanalysis.codebook.lists import Column, normalised, shown_bound
from gkanalysis.ingest.workbook import Cell, plain_number

MONTHS = (
    *("januar", "februar", "märz", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "dezember"),
)

_INTEGER = re.compile(r"[+-]?[0-9]+")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}([. ][0-9]{3})+")
_COMMA = re.compile(r"[+-]?([0-9]+|[1-9][0-9]{0,2}([. ][0-9]{3})+),[0-9]+")
_POINT = re.compile(r"[+-]?[0-9]+\.[0-9]+")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_GERMAN_DAY = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2}(?=\.)|[A-Za-zäÄ]+(?=\s))[.\s]\s?([0-9]{4})")
_UNCLEAR_DAYS = (
    (re.compile(r"[0-9]{1,2}\.\s?[0-9]{1,2}\.\s?[0-9]{2}"), "hat eine Jahreszahl aus zwei Ziffern"),
    (re.compile(r"[0-9]{1,4}/[0-9]{1,2}/[0-9]{1,4}"), "lässt offen, was Tag und was Monat ist"),
)
_NO_NUMBER = {
    "date": "ist ein Datum; vielleicht hat das Programm eine Zahl dafür gehalten",
    "bool": "ist ein Wahrheitswert",
}
_PERCENT = re.compile("%|prozent|percent", re.IGNORECASE)
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000  # days of Excel from 1954 to 2119


class Reading(NamedTuple):
    """The value of a cell, or None; why it has none (`problem`), or what was noticed in reading it (`hint`)."""

    value: int | float | str | None
    problem: str = ""
    hint: str = ""


def read_cell(cell: Cell, column: Column) -> Reading:
    """Read one filled cell as its column declares it: an int, float, ISO date, text, or the id of an option."""
    if cell.kind == "formula":
        stored = f", gespeichertes Ergebnis „{cell.shown}“" if cell.shown else " ohne gespeichertes Ergebnis"
        return Reading(None, f"ist eine Formel{stored}; Formeln werden nicht gerechnet")
    if cell.kind == "error":
        return Reading(None, "ist ein Fehlerwert der Tabellenkalkulation")
    try:
        value, hint = _READERS[column.kind](cell, column)
        if value is not None and column.low is not None and value < column.low:
            raise _UnreadableError(f"ist kleiner als {shown_bound(column.low)}")
        if value is not None and column.high is not None and value > column.high:
            raise _UnreadableError(f"ist größer als {shown_bound(column.high)}")
    except _UnreadableError as error:
        return Reading(None, str(error))
    return Reading(value, "", hint)


class _UnreadableError(Exception):
    """Why a cell has no value: the end of a German sentence."""


def _number(cell: Cell, column: Column) -> tuple[int | float, str]:
    """A number; whole if the column says so."""
    if cell.kind in _NO_NUMBER:
        raise _UnreadableError(_NO_NUMBER[cell.kind])
    is_whole = column.kind == "int"
    value, hint = _stored(cell, column) if cell.kind == "number" else _decimal(str(cell.value), is_whole)
    if not is_whole:
        return float(value), hint
    if value != value.to_integral_value():
        raise _UnreadableError("ist keine ganze Zahl")
    if abs(value) > 2**53:
        raise _UnreadableError("ist zu groß, um genau gespeichert zu sein")
    return int(value), hint


def _stored(cell: Cell, column: Column) -> tuple[Decimal, str]:
    """Number of a cell that may show another one: 0.25 as 25 %, 4000 as 4, or nothing."""
    value = Decimal(repr(cell.value))
    if cell.look == "clock":
        hours, minutes = divmod(round(value * 1440), 60)
        clock = f"ist eine Uhrzeit oder Dauer ({hours}:{minutes:02})"
        raise _UnreadableError(f"{clock}, gespeichert als {plain_number(value)}")
    if cell.look != "percent":
        scaled = f"die Zelle zeigt Tausender statt {plain_number(value)}"
        return value, {"hidden": "die Zelle zeigt ihn nicht", "scaled": scaled}.get(cell.look, "")
    if column.high == 100 or _PERCENT.search(" ".join((column.name, *column.titles))):
        return value * 100, f"als {plain_number(value * 100)} gelesen, gespeichert ist {plain_number(value)}"
    if column.high is not None and column.high <= 1:
        return value, f"als {plain_number(value)} gelesen"
    raise _UnreadableError(f"kann {plain_number(value * 100)} oder {plain_number(value)} heißen")


def _decimal(text: str, is_whole: bool) -> tuple[Decimal, str]:
    """Number of a text in German notation, and what was noticed."""
    text = _SPACES.sub(" ", text).strip().replace("−", "-")
    joined, comma = text.replace(".", "").replace(" ", ""), text.replace(".", ",")
    if len(text) <= 30:
        if _INTEGER.fullmatch(text) or _COMMA.fullmatch(text):
            return Decimal(joined.replace(",", ".")), ""
        if _GROUPED.fullmatch(text):
            if not is_whole and text.count(".") == 1:
                raise _UnreadableError(f"kann {joined} oder {comma} heißen")
            return Decimal(joined), f"als {joined} gelesen" if "." in text else ""
        if _POINT.fullmatch(text):
            return Decimal(text), f"als {comma} gelesen"
    raise _UnreadableError("ist keine Zahl")


def _day(cell: Cell, _column: Column) -> tuple[str, str]:
    """A day as ISO date."""
    if cell.kind == "date":
        clock = cell.shown.partition(" ")[2]
        return cell.value.date().isoformat(), f"Uhrzeit {clock} nicht übernommen" if clock else ""
    if cell.kind == "number" and _FIRST_SERIAL < cell.value < _LAST_SERIAL:
        day = date(1899, 12, 30) + timedelta(days=int(cell.value))
        raise _UnreadableError(f"ist eine Zahl (als Datum formatiert wäre es der {day:%d.%m.%Y})")
    if cell.kind in ("number", "bool"):
        raise _UnreadableError("ist eine Zahl und kein Datum" if cell.kind == "number" else "ist ein Wahrheitswert")
    text = _SPACES.sub(" ", str(cell.value)).strip()
    if iso := _ISO_DAY.fullmatch(text):
        year, month, day = iso.groups()
    elif (german := _GERMAN_DAY.fullmatch(text)) and (german[2].isdecimal() or german[2].casefold() in MONTHS):
        day, month, year = german.groups()
        month = month if month.isdecimal() else MONTHS.index(month.casefold()) + 1
    else:
        unclear = (problem for pattern, problem in _UNCLEAR_DAYS if pattern.fullmatch(text))
        raise _UnreadableError(next(unclear, "ist kein Datum"))
    try:
        return date(int(year), int(month), int(day)).isoformat(), ""
    except ValueError:
        raise _UnreadableError("ist kein Tag des Kalenders") from None


def _text(cell: Cell, _column: Column) -> tuple[str | None, str]:
    """Text as it is shown, without spaces around it; inner line ends stay."""
    if cell.kind == "text":
        text = str(cell.value).replace("\r\n", "\n").replace("\r", "\n").strip(" \t\n\u00a0")
        return text or None, ""
    words = {"number": "Zahl", "date": "Datum", "bool": "Wahrheitswert"}
    return cell.shown, f"{words[cell.kind]} in einer Textspalte"


def _option(cell: Cell, column: Column) -> tuple[str, str]:
    """Id of the option that was written, by its id or one of its texts."""
    wanted = normalised(cell.shown)
    for option, texts in column.options.items():
        if wanted in map(normalised, (option, *texts)):
            return option, ""
    raise _UnreadableError("ist keine der Vorgaben")


_READERS = {"int": _number, "number": _number, "date": _day, "text": _text, "option": _option}
