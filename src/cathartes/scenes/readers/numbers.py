"""From the numbers of a file to values: scale, offset, and the numbers that stand for no value."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

TURNED_BANDS = 64
"""Bands that are turned at a time from an order that is not the target's: a cache holds them."""


def as_stored(number: ArrayLike, kind: np.dtype[Any]) -> NDArray[Any]:
    """Return numbers that a header states, of any shape, as a file of this type would hold them.

    Headers write -3.4028235e38 with some digits only, and attributes may be of a longer type than
    the numbers: then the two are not equal.
    """
    known = np.asarray(number, dtype=np.float64)
    if kind.kind != "f":
        return known
    with np.errstate(over="ignore"):
        return known.astype(kind)


def convert_numbers(
    numbers: NDArray[np.generic],
    target: NDArray[np.float32],
    *,
    scale: ArrayLike = 1.0,
    offset: ArrayLike = 0.0,
    fill: Iterable[ArrayLike] = (),
) -> None:
    """Fill an array with scale * number + offset, NaN where a number stands for no value.

    Parameters
    ----------
    numbers : (line, sample, band)
        As they are in the file; real.
    target : (line, sample, band), in the file's unit
        Is written. What float32 can't hold becomes infinite, or NaN.
    scale, offset : (band,) or ()
    fill : each (band,) or ()
        Before scale and offset; NaN is met by nothing.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        step = numbers.shape[-1] if numbers.flags.c_contiguous else TURNED_BANDS
        for first in range(0, numbers.shape[-1], step):
            target[..., first : first + step] = numbers[..., first : first + step]
        for apply, by, neutral in ((np.multiply, scale, 1.0), (np.add, offset, 0.0)):
            factor = np.asarray(by, dtype=np.float32)
            if (factor != neutral).any():
                apply(target, factor, out=target)
        for each in fill:
            known = as_stored(each, numbers.dtype)
            if not np.isnan(known).all():
                target[numbers == known] = np.nan
