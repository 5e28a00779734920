"""Numbers in sentences: two digits, and never as a power of ten."""

import numpy as np


def two_digits(value: float) -> str:
    """Return a number by its first two digits.

    >>> two_digits(0.01234)
    '0.012'
    >>> two_digits(1234.0)
    '1200'
    """
    return np.format_float_positional(value, 2, unique=False, fractional=False, trim="-")
