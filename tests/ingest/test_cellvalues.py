"""A cell is read as German readers mean it; what can be read in two ways is not read."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkanalysis.codebook.lists import Column, normalised
from gkanalysis.ingest.cellvalues import read_cell
from gkanalysis.ingest.workbook import Cell, plain_number

NUMBER, INT, DAY, TEXT = (Column("x", kind) for kind in ("number", "int", "date", "text"))
FORM = Column("x", "option", options={"beratung": ("Beratung", "Beratung vor Ort"), "telefon": ("Telefon",)})
TRUE = Cell("bool", True, "WAHR")


def text(value):
    return Cell("text", value, value.strip())


def number(value):
    return Cell("number", value, plain_number(value))


def day(value, clock=""):
    return Cell("date", datetime.combine(value, time()), f"{value:%d.%m.%Y}{clock}")


READ = [
    # comma before decimals, dots or spaces between thousands, a point where nothing else can be meant
    *((NUMBER, text(written), value, "") for written, value in (
        ("5", 5), ("-5", -5), ("−5", -5), ("+5", 5), (" 5 ", 5), ("1,5", 1.5), ("0,05", 0.05), ("1.234,5", 1234.5),
        ("1 234,5", 1234.5), ("1\u202f234", 1234), ("23600", 23600),
    )),
    (NUMBER, text("12.345.678"), 12345678, "als 12345678 gelesen"),
    (NUMBER, text("0.125"), 0.125, "als 0,125 gelesen"),
    (INT, text("1.234"), 1234, "als 1234 gelesen"),
    (INT, text("1 234"), 1234, ""),
    (INT, text("5,0"), 5, ""),
    (INT, number(5.0), 5, ""),
    # day before month, with digits or words, or as ISO, or as the program stores it
    *((DAY, text(written), "2020-03-05", "") for written in (
        "05.03.2020", "5.3.2020", "5. 3. 2020", "2020-03-05", "5. März 2020", " 5. märz 2020",
    )),
    (DAY, day(date(2020, 3, 5)), "2020-03-05", ""),
    (DAY, day(date(2020, 3, 5), " 14:30"), "2020-03-05", "Uhrzeit 14:30 nicht übernommen"),
    # small letters, spaces and soft hyphens do not matter
    *((FORM, text(written), "beratung", "") for written in ("BERATUNG", " Beratung\u00a0vor  Ort ", "Be\u00adratung")),
    (TEXT, text(" a\r\nb "), "a\nb", ""),
    (TEXT, number(44795.0), "44795", "Zahl in einer Textspalte"),
    (TEXT, day(date(2020, 3, 5)), "05.03.2020", "Datum in einer Textspalte"),
    (TEXT, TRUE, "WAHR", "Wahrheitswert in einer Textspalte"),
]  # fmt: skip


SHARE = Cell("number", 0.25, "25 %", look="percent")
READ += [
    # what a cell shows as 25 % is 25 in a column of percents and 0.25 in one that ends at 1
    (Column("x", "number", titles=("Anteil in %",), high=100), SHARE, 25.0, "als 25 gelesen, gespeichert ist 0,25"),
    (Column("prozent", "int"), SHARE, 25, "als 25 gelesen, gespeichert ist 0,25"),
    (Column("x", "number", low=0, high=1), SHARE, 0.25, "als 0,25 gelesen"),
    (NUMBER, Cell("number", 7.0, "7", look="hidden"), 7.0, "die Zelle zeigt ihn nicht"),
    (NUMBER, Cell("number", 4000.0, "4000", look="scaled"), 4000.0, "die Zelle zeigt Tausender statt 4000"),
    (TEXT, SHARE, "25 %", "Zahl in einer Textspalte"),
]


@pytest.mark.parametrize(("column", "cell", "value", "hint"), READ)
def test_what_is_read(column, cell, value, hint):
    """The value, and what was noticed in reading it."""
    assert read_cell(cell, column) == (value, "", hint)


NOT_READ = [
    *((NUMBER, text(written), "keine Zahl") for written in (
        "ca. 20", "20-25", "39 %", "1,234.5", "1.23,4", "5 Tage", "1,5,2", "½", "٣", "1e5", "NaN", "1" * 31,
    )),
    (NUMBER, text("1.234"), "kann 1234 oder 1,234 heißen"),
    (NUMBER, SHARE, "kann 25 oder 0,25 heißen"),
    (INT, text("1,5"), "keine ganze Zahl"),
    (INT, number(1.5), "keine ganze Zahl"),
    (INT, number(1e300), "zu groß"),
    *((column, day(date(2020, 2, 1)), "hat das Programm eine Zahl dafür gehalten") for column in (NUMBER, INT)),
    *((column, TRUE, "ist ein Wahrheitswert") for column in (NUMBER, INT, DAY)),
    (DAY, text("5.3.20"), "zwei Ziffern"),
    (DAY, text("03/05/2020"), "was Tag und was Monat"),
    (DAY, text("31.02.2020"), "kein Tag des Kalenders"),
    (DAY, text("0.0.2020"), "kein Tag des Kalenders"),
    *((DAY, text(written), "kein Datum") for written in ("März 2020", "5. Marz 2020", "05.03.2020 bis 06.03.2020")),
    (DAY, number(43895.0), "als Datum formatiert wäre es der 05.03.2020"),
    (DAY, number(12.0), "Zahl und kein Datum"),
    *((FORM, text(written), "keine der Vorgaben") for written in ("Beratungen", "Beratung, Telefon", "1")),
    *((column, Cell("formula", "=A1*2", "12"), "ist eine Formel, gespeichertes Ergebnis „12“; Formeln werden nicht gerechnet")
      for column in (NUMBER, INT, DAY, TEXT, FORM)),
    (TEXT, Cell("formula", "=A1*2", ""), "ohne gespeichertes Ergebnis"),
    *((column, Cell("error", "#DIV/0!", "#DIV/0!"), "Fehlerwert") for column in (NUMBER, INT, DAY, TEXT, FORM)),
]  # fmt: skip


@pytest.mark.parametrize(("column", "cell", "reason"), NOT_READ)
def test_what_is_not_read(column, cell, reason):
    """Ambiguous, with words or units, in other scripts, impossible, not evaluated: no value, and a reason."""
    reading = read_cell(cell, column)
    assert reading.value is None
    assert reason in reading.problem


@given(st.decimals(-(10**9), 10**9, places=3), st.floats(-1e12, 1e12, allow_nan=False))
def test_numbers_come_back_as_written(value, stored):
    """Written in German, with or without dots between thousands; what the program stores is shown as the same number."""
    plain = f"{value:f}".replace(".", ",")
    grouped = f"{value:,f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    assert read_cell(text(plain), NUMBER).value == read_cell(text(grouped), NUMBER).value == float(value)
    assert read_cell(number(stored), NUMBER).value == stored
    assert float(plain_number(stored).replace(",", ".")) == pytest.approx(stored, abs=1e-19, rel=1e-15)


@given(st.dates(date(1900, 3, 1), date(2100, 1, 1)))
def test_days_come_back_as_written(value):
    """German and ISO notation give the same day."""
    assert read_cell(text(f"{value.day}.{value.month}.{value.year}"), DAY).value == value.isoformat()
    assert read_cell(text(value.isoformat()), DAY).value == value.isoformat()


def test_bounds_on_both_sides():
    """Bounds are allowed, what is beyond has a reason, and the sentence of what is allowed names them."""
    days = Column("days", "number", low=0, high=5)
    assert [read_cell(number(x), days).value for x in (0.0, 5.0)] == [0, 5]
    assert read_cell(number(-0.5), days).problem == "ist kleiner als 0"
    assert read_cell(text("5,01"), days).problem == "ist größer als 5"
    assert days.allowed == "eine Zahl, mit Komma vor den Nachkommastellen ab 0 bis 5"
    when = Column("day", "date", low="2019-01-01", high="2019-12-31")
    assert read_cell(text("31.12.2018"), when).problem == "ist kleiner als 01.01.2019"
    assert read_cell(text("31.12.2019"), when).value == "2019-12-31"
    assert FORM.allowed == "„Beratung“, „Telefon“"


def test_headings_are_compared_without_looks():
    """Line ends, spaces, capitals, soft hyphens, colons and stars."""
    assert normalised("Zahl der\nTage*:") == normalised(" zahl  DER\u00a0Ta\u00adge") == "zahl der tage"
