"""Numbers as German readers expect them. The only place where percent, decimal comma and rounding exist."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from gkanalysis.core.errors import NotebookError

NBSP = "\u00a0"
MINUS = "−"
FEW = 10  # a base below which no percentage is printed
NO_VALUE = "–"  # where a base is 0 or a number does not exist
WORDS = ["null", "eins", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf"]
MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip


def format_count(n: int) -> str:
    """A whole number with a dot before each third digit; a share or a mean must not be printed as a count.

    >>> format_count(23600), format_count(-5)
    ('23.600', '−5')
    """
    if n != int(n):
        what = f"{n} ist keine ganze Zahl und kann nicht als Anzahl stehen"
        raise NotebookError(f"{what}; für Kommazahlen gibt es format_decimal.")
    return f"{int(n):,}".replace(",", ".").replace("-", MINUS)


def format_percent(n: int, base_n: int, *, decimals: int | None = None) -> str:
    """The percentage of two counts, rounded once, half up, from the exact fraction; an en dash if the base is 0.

    By default whole below a base of 100: a decimal would pretend more than one case.

    >>> format_percent(39, 45).replace(NBSP, " "), format_percent(247, 288).replace(NBSP, " ")
    ('87 %', '85,8 %')
    """
    if not base_n:
        return NO_VALUE
    if decimals is None:
        decimals = 0 if base_n < 100 else 1
    steps = math.floor(Fraction(100 * int(n), int(base_n)) * 10**decimals + Fraction(1, 2))
    return f"{_comma(steps, decimals)}{NBSP}%"


def format_share(n: int, base_n: int) -> str:
    """A percentage as tables and figures print it: nothing below a base of 10, where the count says all.

    >>> format_share(39, 45).replace(NBSP, " "), format_share(4, 5)
    ('87 %', '')
    """
    return format_percent(n, base_n) if not base_n or base_n >= FEW else ""


def format_n_percent(n: int, base_n: int) -> str:
    """A count with its percentage in brackets; without it below a base of 10, and where there is nobody.

    >>> format_n_percent(39, 45).replace(NBSP, " "), format_n_percent(4, 5), format_n_percent(0, 45)
    ('39 (87 %)', '4', '0')
    """
    share = format_share(n, base_n) if n else ""
    return format_count(n) + (f"{NBSP}({share})" if share else "")


def format_decimal(value: float, *, decimals: int = 2) -> str:
    """A decimal number with comma, rounded half up as it is written; an en dash for NaN.

    >>> format_decimal(0.125), format_decimal(-1.5, decimals=1)
    ('0,13', '−1,5')
    """
    if math.isnan(value):
        return NO_VALUE
    scaled = Decimal(repr(float(value))).scaleb(decimals)
    return _comma(int(scaled.quantize(Decimal(1), rounding=ROUND_HALF_UP)), decimals)


def format_points(first: tuple[int, int], second: tuple[int, int], *, decimals: int = 0) -> str:
    """Difference of two shares (n, base_n) in percentage points, by default whole ones, with its sign.

    An en dash if one of the bases is 0.

    >>> format_points((15, 22), (7, 18)), format_points((36, 40), (33, 40), decimals=1)
    ('+29', '+7,5')
    """
    (n, base_n), (other_n, other_base_n) = (map(int, pair) for pair in (first, second))
    if not base_n or not other_base_n:
        return NO_VALUE
    difference = Fraction(n, base_n) - Fraction(other_n, other_base_n)
    steps = 10**decimals
    points = math.floor(abs(difference) * 100 * steps + Fraction(1, 2))  # half up, away from zero
    told = format_decimal(points / steps, decimals=decimals) if decimals else str(points)
    return "0" if not points else f"{'+' if difference > 0 else MINUS}{told}"


def format_p(p: float) -> str:
    """A p value: three decimals, never `0,000`.

    >>> format_p(0.0004).replace(NBSP, " "), format_p(0.0214)
    ('< 0,001', '0,021')
    """
    return f"<{NBSP}0,001" if p < 0.001 else format_decimal(p, decimals=3)


def format_date(date: str) -> str:
    """A date as prose writes it, from `2019`, `2019-09` or `2019-09-01`.

    >>> format_date("2019-09"), format_date("2019-09-01").replace(NBSP, " ")
    ('September 2019', '1. September 2019')
    """
    year, *rest = date.split("-")
    if not rest:
        return year
    month = f"{MONTHS[int(rest[0]) - 1]} {year}"
    return f"{int(rest[1])}.{NBSP}{month}" if rest[1:] else month


def number_word(n: int) -> str:
    """Small numbers as words, as German prose writes them up to twelve.

    >>> number_word(3), number_word(13)
    ('drei', '13')
    """
    return WORDS[n] if 0 <= n < len(WORDS) else format_count(n)


def _comma(steps: int, decimals: int) -> str:
    """A number given in units of its last digit, with comma and minus sign."""
    digits = str(abs(steps)).rjust(decimals + 1, "0")
    text = f"{digits[:-decimals]},{digits[-decimals:]}" if decimals else digits
    return MINUS + text if steps < 0 else text


def by_count(n: int, *, none: str, one: str, many: str) -> str:
    """The sentence that fits a count; `{n}` in `many` becomes the number, as a word up to twelve.

    For statements that stay true when data are corrected: none, one and many have wordings of their own.

    >>> by_count(3, none="Keiner fehlt.", one="Einer fehlt.", many="{n} fehlen.")
    'Drei fehlen.'
    """
    if n < 2:
        return one if n else none
    word = number_word(n)
    return many.replace("{n}", word[0].upper() + word[1:] if many.startswith("{n}") else word)
