"""What a cell means as a whole number, a number, a day, a text or an option, and why it may mean nothing.

German notation is the rule: decimal comma, day before month. What can be read in two ways is not read.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from gkanalysis.codebook.lists import Column, normalised, shown_bound
from gkanalysis.ingest.workbook import Cell

MONTHS = (
    *("januar", "februar", "märz", "april", "mai", "juni"),
    *("juli", "august", "september", "oktober", "november", "dezember"),
)

_INTEGER = re.compile(r"[+-]?[0-9]+")
_GROUPED = re.compile(r"[+-]?[1-9][0-9]{0,2}([. ][0-9]{3})+")
_COMMA = re.compile(r"[+-]?([0-9]+|[1-9][0-9]{0,2}([. ][0-9]{3})+),[0-9]+")
_POINT = re.compile(r"[+-]?[0-9]+\.[0-9]+")
_GERMAN_DAY = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_WRITTEN_DAY = re.compile(r"([0-9]{1,2})\.\s?([A-Za-zäÄ]+)\s([0-9]{4})")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}\.\s?[0-9]{1,2}\.\s?[0-9]{2}")
_SLASHES = re.compile(r"[0-9]{1,4}/[0-9]{1,2}/[0-9]{1,4}")
_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f]+")
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 80_000  # days of Excel from 1954 to 2119


class Reading(NamedTuple):
    """The value of a cell, or None; why it has none (`problem`), or what was noticed in reading it (`hint`)."""

    value: int | float | str | None
    problem: str = ""
    hint: str = ""


def read_cell(cell: Cell, column: Column) -> Reading:
    """Read one filled cell as its column declares it.

    Parameters
    ----------
    cell : Cell
    column : Column

    Returns
    -------
    Reading
        `value` is int, float, an ISO date as str, text without spaces around it, or the id of an option;
        `problem` and `hint` are parts of German sentences.

    Examples
    --------
    >>> read_cell(Cell("text", "1.234,5", "1.234,5"), Column("n", "number"))
    Reading(value=1234.5, problem='', hint='')
    >>> read_cell(Cell("text", "5.3.2020", "5.3.2020"), Column("day", "date")).value
    '2020-03-05'
    >>> read_cell(Cell("text", "1.234", "1.234"), Column("n", "number")).problem
    'kann 1234 oder 1,234 heißen'
    """
    if cell.kind == "formula":
        stored = f", gespeichertes Ergebnis „{cell.shown}“" if cell.shown else " ohne gespeichertes Ergebnis"
        return Reading(None, f"ist eine Formel{stored}; Formeln werden nicht gerechnet")
    if cell.kind == "error":
        return Reading(None, "ist ein Fehlerwert der Tabellenkalkulation")
    reading = _READERS[column.kind](cell, column)
    if reading.problem or reading.value is None:
        return reading
    if column.low is not None and reading.value < column.low:
        return Reading(None, f"ist kleiner als {shown_bound(column.low)}")
    if column.high is not None and reading.value > column.high:
        return Reading(None, f"ist größer als {shown_bound(column.high)}")
    return reading


def _number(cell: Cell, column: Column) -> Reading:
    """A number; whole if the column says so."""
    if cell.kind == "date":
        return Reading(None, "ist ein Datum; vielleicht hat das Programm eine Zahl dafür gehalten")
    if cell.kind == "bool":
        return Reading(None, "ist ein Wahrheitswert")
    if cell.kind == "number":
        value = Decimal(repr(cell.value))
        hint = ""
    else:
        value, problem, hint = _number_from_text(str(cell.value), whole=column.kind == "int")
        if value is None:
            return Reading(None, problem)
    if column.kind == "int":
        if value != value.to_integral_value():
            return Reading(None, "ist keine ganze Zahl")
        if abs(value) > 2**53:
            return Reading(None, "ist zu groß, um genau gespeichert zu sein")
        return Reading(int(value), "", hint)
    return Reading(float(value), "", hint)


def _number_from_text(text: str, *, whole: bool) -> tuple[Decimal | None, str, str]:
    """Number, problem and hint of a text in German notation."""
    text = _SPACES.sub(" ", text).strip().replace("−", "-")
    if len(text) > 30:
        return None, "ist keine Zahl", ""
    if _INTEGER.fullmatch(text):
        return Decimal(text), "", ""
    if _COMMA.fullmatch(text):
        return Decimal(text.replace(".", "").replace(" ", "").replace(",", ".")), "", ""
    if _GROUPED.fullmatch(text):
        joined = text.replace(".", "").replace(" ", "")
        if whole or text.count(".") != 1:
            hint = f"als {joined} gelesen" if "." in text else ""
            return Decimal(joined), "", hint
        return None, f"kann {joined} oder {text.replace('.', ',')} heißen", ""
    if _POINT.fullmatch(text):
        return Decimal(text), "", f"als {text.replace('.', ',')} gelesen"
    return None, "ist keine Zahl", ""


def _day(cell: Cell, _column: Column) -> Reading:
    """A day as ISO date."""
    if cell.kind == "date":
        clock = cell.shown.partition(" ")[2]
        return Reading(
            cell.value.date().isoformat(), "", f"Uhrzeit {clock} nicht übernommen" if clock else ""
        )
    if cell.kind == "number":
        if _FIRST_SERIAL < cell.value < _LAST_SERIAL:
            day = date.fromordinal(date(1899, 12, 30).toordinal() + int(cell.value))
            return Reading(None, f"ist eine Zahl (als Datum formatiert wäre es der {day:%d.%m.%Y})")
        return Reading(None, "ist eine Zahl und kein Datum")
    if cell.kind == "bool":
        return Reading(None, "ist ein Wahrheitswert")
    text = _SPACES.sub(" ", str(cell.value)).strip()
    if found := _ISO_DAY.fullmatch(text):
        parts = found.groups()
    elif found := _GERMAN_DAY.fullmatch(text):
        parts = found.groups()[::-1]
    elif (found := _WRITTEN_DAY.fullmatch(text)) and found[2].casefold() in MONTHS:
        parts = (found[3], MONTHS.index(found[2].casefold()) + 1, found[1])
    elif _SHORT_YEAR.fullmatch(text):
        return Reading(None, "hat eine Jahreszahl aus zwei Ziffern")
    elif _SLASHES.fullmatch(text):
        return Reading(None, "lässt offen, was Tag und was Monat ist")
    else:
        return Reading(None, "ist kein Datum")
    try:
        return Reading(date(*map(int, parts)).isoformat())
    except ValueError:
        return Reading(None, "ist kein Tag des Kalenders")


def _text(cell: Cell, _column: Column) -> Reading:
    """Text as it is shown, without spaces around it; inner line ends stay."""
    if cell.kind == "text":
        text = str(cell.value).replace("\r\n", "\n").replace("\r", "\n").strip(" \t\n\u00a0")
        return Reading(text or None)
    words = {"number": "Zahl", "date": "Datum", "bool": "Wahrheitswert"}
    return Reading(cell.shown, "", f"{words[cell.kind]} in einer Textspalte")


def _option(cell: Cell, column: Column) -> Reading:
    """Id of the option that was written, by its id or one of its texts."""
    wanted = normalised(cell.shown)
    for option, texts in column.options.items():
        if wanted in {normalised(t) for t in (option, *texts)}:
            return Reading(option)
    return Reading(None, "ist keine der Vorgaben")


_READERS = {"int": _number, "number": _number, "date": _day, "text": _text, "option": _option}
