"""Rates in words: two digits, and never as a power of ten."""

from cathartes.locate.digits import two_digits


def rate_words(rate_kg_h: float, low_kg_h: float, high_kg_h: float, *, apart: str = " ") -> str:
    """Return a rate with its interval.

    >>> rate_words(112.3, 67.4, 187.0)
    '110 kg/h (67 to 190)'
    """
    middle, low, high = map(two_digits, (rate_kg_h, low_kg_h, high_kg_h))
    return f"{middle} kg/h{apart}({low} to {high})"
