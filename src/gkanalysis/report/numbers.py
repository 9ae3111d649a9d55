"""Numbers as German readers expect them. The only place where percent, decimal comma and rounding exist."""

from __future__ import annotations

from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from fractions import Fraction

NBSP = "\u00a0"
WORDS = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
]
RULES = {"half_up": ROUND_HALF_UP, "truncate": ROUND_DOWN}


def format_count(n: int) -> str:
    """A whole number with a dot before each third digit.

    >>> format_count(23600)
    '23.600'
    """
    return f"{int(n):,}".replace(",", ".")


def format_percent(n: int, base_n: int, *, decimals: int = 1, rule: str = "half_up") -> str:
    """The percentage of two counts, rounded once from the exact fraction.

    Parameters
    ----------
    n, base_n : counts
    decimals : digits behind the comma
    rule : {"half_up", "truncate"}
        truncate only reproduces a print that cuts digits off.

    Returns
    -------
    str such as `86,7 %` with a no-break space; an en dash if the base is 0

    Examples
    --------
    >>> format_percent(39, 45).replace(NBSP, " "), format_percent(39, 45, rule="truncate").replace(NBSP, " ")
    ('86,7 %', '86,6 %')
    """
    if not base_n:
        return "–"
    step = Decimal(1).scaleb(-decimals)
    value = (Decimal(100 * int(n)) / Decimal(int(base_n))).quantize(step, rounding=RULES[rule])
    return f"{value}".replace(".", ",") + f"{NBSP}%"


def format_decimal(value: float, *, decimals: int = 2) -> str:
    """A decimal number with comma, rounded half up.

    >>> format_decimal(0.125)
    '0,13'
    """
    step = Decimal(1).scaleb(-decimals)
    return str(Decimal(repr(float(value))).quantize(step, rounding=ROUND_HALF_UP)).replace(".", ",")


def format_points(first: tuple[int, int], second: tuple[int, int]) -> str:
    """Difference of two shares (n, base_n) in whole percentage points, with its sign.

    >>> format_points((15, 22), (7, 18))
    '+29'
    """
    difference = Fraction(*map(int, first)) - Fraction(*map(int, second))
    points = int(abs(difference) * 100 + Fraction(1, 2))  # half up, away from zero
    return "0" if not points else f"{'+' if difference > 0 else '−'}{points}"


def format_p(p: float) -> str:
    """A p value: three decimals, never `0,000`.

    >>> format_p(0.0004), format_p(0.0214)
    ('< 0,001', '0,021')
    """
    return "< 0,001".replace(" ", NBSP) if p < 0.001 else format_decimal(p, decimals=3)


def number_word(n: int) -> str:
    """Small numbers as words, as German prose writes them up to twelve.

    >>> number_word(3), number_word(13)
    ('drei', '13')
    """
    return WORDS[n] if 0 <= n < len(WORDS) else format_count(n)
