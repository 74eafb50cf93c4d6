"""Numbers as a reader expects them: three significant digits, thin thousands, powers of ten for the extremes."""

from __future__ import annotations

import math

ABSENT = "–"
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
LARGEST_PLAIN = 1e6
SMALLEST_PLAIN = 1e-3


MINUS = "−"


def number(value: object, digits: int = 3) -> str:
    """`value` with `digits` significant digits; a dash where there is none.

    >>> number(0.0123456), number(1234.5), number(3.2e9)
    ('0.0123', '1\u202f234', '3.20 × 10⁹')
    """
    if value is None or isinstance(value, bool) or not isinstance(value, int | float):
        return ABSENT if value is None else str(value)
    if not math.isfinite(value):
        return "∞" if value == math.inf else ABSENT
    if value < 0:
        return MINUS + number(-value, digits)
    if value == 0:
        return "0"
    if value >= LARGEST_PLAIN or value < SMALLEST_PLAIN:
        return _power(value, digits)
    if value == int(value):
        return f"{int(value):,}".replace(",", THIN_SPACE)
    decimals = max(digits - 1 - math.floor(math.log10(value)), 0)
    return f"{value:,.{decimals}f}".replace(",", THIN_SPACE)


def trimmed(value: object, digits: int = 4) -> str:
    """`value` with at most `digits` significant digits and no trailing zeros: what a record states, not more.

    >>> trimmed(0.37), trimmed(3.7e-5)
    ('0.37', '3.7 × 10⁻⁵')
    """
    shown = number(value, digits)
    mantissa, times, power = shown.partition(" × ")
    return (mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa) + times + power


def _power(value: float, digits: int) -> str:
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(SUPERSCRIPT)}"


def span(low: object, high: object, digits: int = 3) -> str:
    """`low`–`high`, or a dash where either is absent."""
    if number(low) == ABSENT or number(high) == ABSENT:
        return ABSENT
    return f"{number(low, digits)} to {number(high, digits)}"


def percent(share: float, digits: int = 0) -> str:
    """A share in [0, 1] in per cent."""
    return f"{100 * share:.{digits}f}{THIN_SPACE}%" if math.isfinite(share) else ABSENT
