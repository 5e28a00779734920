"""From the numbers of a file to values: scale, offset, and the numbers that stand for no value."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

TURNED_BANDS = 64
"""Most bands that are turned at a time from an order that is not the target's."""
_CACHE_ROWS, _CACHE_WAYS, _CACHE_LINE_BYTES = 64, 8, 64
"""Of the processor's first cache; what most have, and none has less."""


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


@cache
def bands_at_once(stride_bytes: int) -> int:
    """Return how many bands are turned at a time, so that a cache holds a line of it of each.

    In which row of the cache a number may stand is decided by its address: bands that lie a power
    of two apart, as those of 512 or 1024 samples do, have to share few rows.

    Parameters
    ----------
    stride_bytes
        From one band of a pixel to the next.
    """
    n_bands = TURNED_BANDS
    while n_bands > 1:
        lines = np.unique(np.arange(n_bands) * stride_bytes // _CACHE_LINE_BYTES)
        if np.bincount(lines % _CACHE_ROWS).max() <= _CACHE_WAYS:
            break
        n_bands //= 2
    return n_bands


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
        turned = not numbers.flags.c_contiguous
        step = bands_at_once(numbers.strides[-1]) if turned else numbers.shape[-1]
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
