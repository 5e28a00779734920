"""Emission rates in words, the same on the terminal and in pictures."""

import numpy as np


def rate_words(rate_kg_h: float, low_kg_h: float, high_kg_h: float, *, apart: str = " ") -> str:
    """Return a rate with its interval, two digits each and never as a power of ten.

    >>> rate_words(112.3, 67.4, 187.0)
    '110 kg/h (67 to 190)'
    """
    middle, low, high = (
        np.format_float_positional(value, 2, unique=False, fractional=False, trim="-")
        for value in (rate_kg_h, low_kg_h, high_kg_h)
    )
    return f"{middle} kg/h{apart}({low} to {high})"
