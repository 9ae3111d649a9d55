"""A cell is read as German readers mean it; what can be read in two ways is not read."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gkanalysis.codebook.lists import KIND_TEXTS, KINDS, Column, normalised
from gkanalysis.ingest.cellvalues import read_cell
from gkanalysis.ingest.workbook import Cell, plain_number

NUMBER, INT, DAY, TEXT = (Column("x", kind) for kind in ("number", "int", "date", "text"))
FORM = Column("x", "option", options={"beratung": ("Beratung", "Beratung vor Ort"), "telefon": ("Telefon",)})


def text(value):
    """A cell with text."""
    return Cell("text", value, value.strip())


def number(value):
    """A cell with a number."""
    return Cell("number", value, plain_number(value))


def day(value, clock=""):
    """A cell with a day."""
    return Cell("date", datetime.combine(value, time()), f"{value:%d.%m.%Y}{clock}")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("5", 5), ("-5", -5), ("−5", -5), ("+5", 5), (" 5 ", 5), ("1,5", 1.5), ("0,05", 0.05), ("1.234,5", 1234.5),
        ("12.345.678", 12345678), ("1 234,5", 1234.5), ("1\u202f234", 1234), ("1.5", 1.5), ("0.125", 0.125), ("23600", 23600),
    ],
)  # fmt: skip
def test_numbers_in_german_notation(written, value):
    """Comma before decimals, dots or spaces between thousands, a point where nothing else can be meant."""
    assert read_cell(text(written), NUMBER).value == value


@pytest.mark.parametrize(
    "written", ["1.234", "23.600", "ca. 20", "20-25", "39 %", "1,234.5", "1.23,4", "5 Tage", "1,5,2", "½", "٣", "", "1e5", "NaN", "1" * 31]
)  # fmt: skip
def test_what_is_no_number_or_two(written):
    """Ambiguous, with words, with units, in other scripts: no value, and a reason."""
    found = read_cell(text(written), NUMBER)
    assert found.value is None
    assert found.problem


def test_thousands_or_decimals():
    """1.234 may be either as a number; as a whole number it is a thousand, which is noted."""
    assert read_cell(text("1.234"), NUMBER).problem == "kann 1234 oder 1,234 heißen"
    assert read_cell(text("1.234"), INT) == (1234, "", "als 1234 gelesen")
    assert read_cell(text("1 234"), INT) == (1234, "", "")


@pytest.mark.parametrize(
    ("cell", "value"), [(text("5,0"), 5), (number(5.0), 5), (text("1,5"), None), (number(1.5), None), (number(1e300), None)]
)  # fmt: skip
def test_whole_numbers(cell, value):
    """Only whole values, and only those that a float holds exactly."""
    found = read_cell(cell, INT)
    assert (found.value, bool(found.problem)) == (value, value is None)


@given(st.decimals(-(10**9), 10**9, places=3))
def test_numbers_come_back_as_written(value):
    """A number written in German, with or without dots between thousands, is the same number."""
    plain = f"{value:f}".replace(".", ",")
    grouped = f"{value:,f}".replace(",", " ").replace(".", ",").replace(" ", ".")
    assert read_cell(text(plain), NUMBER).value == read_cell(text(grouped), NUMBER).value == float(value)


@given(st.floats(-1e12, 1e12, allow_nan=False))
def test_numbers_of_the_program_come_back(value):
    """What the program stores is taken as it is, and shown so that it reads as the same number."""
    assert read_cell(number(value), NUMBER).value == value
    assert float(plain_number(value).replace(",", ".")) == pytest.approx(value, abs=1e-19, rel=1e-15)


@pytest.mark.parametrize(
    "cell",
    [text("05.03.2020"), text("5.3.2020"), text("5. 3. 2020"), text("2020-03-05"), text("5. März 2020"), text(" 5. märz 2020"), day(date(2020, 3, 5))],
)  # fmt: skip
def test_days(cell):
    """Day before month, with digits or words, or as ISO, or as the program stores it."""
    assert read_cell(cell, DAY) == ("2020-03-05", "", "")


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (text("5.3.20"), "zwei Ziffern"), (text("03/05/2020"), "was Tag und was Monat"), (text("31.02.2020"), "kein Tag des Kalenders"),
        (text("März 2020"), "kein Datum"), (text("5. Marz 2020"), "kein Datum"), (text("05.03.2020 bis 06.03.2020"), "kein Datum"),
        (number(43895.0), "als Datum formatiert wäre es der 05.03.2020"), (number(12.0), "Zahl und kein Datum"),
        (Cell("bool", True, "WAHR"), "Wahrheitswert"), (text("0.0.2020"), "kein Tag des Kalenders"),
    ],
)  # fmt: skip
def test_what_is_no_day(cell, said):
    """Ambiguous, impossible, or a number that only looks like one."""
    found = read_cell(cell, DAY)
    assert found.value is None
    assert said in found.problem


@given(st.dates(date(1900, 3, 1), date(2100, 1, 1)))
def test_days_come_back_as_written(value):
    """German and ISO notation give the same day."""
    assert read_cell(text(f"{value.day}.{value.month}.{value.year}"), DAY).value == value.isoformat()
    assert read_cell(text(value.isoformat()), DAY).value == value.isoformat()


def test_time_of_day_is_noted():
    """The day is taken, the time is not, and a hint says so."""
    assert read_cell(day(date(2020, 3, 5), " 14:30"), DAY) == (
        "2020-03-05",
        "",
        "Uhrzeit 14:30 nicht übernommen",
    )


def test_options_by_id_or_text():
    """Small letters, spaces and soft hyphens do not matter; anything else is no option."""
    for written in ("beratung", "BERATUNG", " Beratung\u00a0vor  Ort ", "Be\u00adratung"):
        assert read_cell(text(written), FORM).value == "beratung"
    for written in ("Beratungen", "Beratung, Telefon", "1"):
        assert read_cell(text(written), FORM).problem == "ist keine der Vorgaben"
    assert FORM.allowed == "„beratung“, „telefon“"


def test_text_of_other_cells():
    """Numbers and days in a text column are taken as they are shown, with a hint."""
    assert read_cell(text(" a\r\nb "), TEXT) == ("a\nb", "", "")
    assert read_cell(number(44795.0), TEXT) == ("44795", "", "Zahl in einer Textspalte")
    assert read_cell(day(date(2020, 3, 5)), TEXT).value == "05.03.2020"
    assert read_cell(Cell("bool", True, "WAHR"), TEXT).hint == "Wahrheitswert in einer Textspalte"


@pytest.mark.parametrize("column", [NUMBER, INT, DAY, TEXT, FORM], ids=lambda c: c.kind)
def test_formulas_and_errors_have_no_value(column):
    """A stored result is named, never taken; errors of the program are no values."""
    found = read_cell(Cell("formula", "=A1*2", "12"), column)
    assert found == (None, "ist eine Formel, gespeichertes Ergebnis „12“; Formeln werden nicht gerechnet", "")
    assert "ohne gespeichertes Ergebnis" in read_cell(Cell("formula", "=A1*2", ""), column).problem
    assert read_cell(Cell("error", "#DIV/0!", "#DIV/0!"), column).problem


@pytest.mark.parametrize("column", [NUMBER, INT], ids=lambda c: c.kind)
def test_days_and_truths_are_no_numbers(column):
    """Excel makes days of 1.2; such a cell is not a number."""
    assert "hat das Programm eine Zahl dafür gehalten" in read_cell(day(date(2020, 2, 1)), column).problem
    assert read_cell(Cell("bool", False, "FALSCH"), column).problem == "ist ein Wahrheitswert"


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


def test_headings_are_compared_without_looks():
    """Line ends, spaces, capitals, soft hyphens, colons and stars."""
    assert normalised("Zahl der\nTage*:") == normalised(" zahl  DER\u00a0Ta\u00adge") == "zahl der tage"


def test_every_kind_says_what_is_allowed():
    """A text for each kind but options, which name themselves."""
    assert set(KIND_TEXTS) == set(KINDS) - {"option"}
