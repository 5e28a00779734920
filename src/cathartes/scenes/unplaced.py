"""Rasters that lie nowhere on the ground are no fault: rasterio's warning of them is kept still."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from rasterio.errors import NotGeoreferencedWarning

_LOCK = Lock()
_FILTER = ("ignore", None, NotGeoreferencedWarning, None, 0)
_n_inside = 0
_was_there = False


@contextmanager
def not_georeferenced_is_fine() -> Iterator[None]:
    """Keep rasterio from warning that an image in sensor geometry has no ground position.

    `warnings.catch_warnings` puts back all filters as they were when it began, those of other
    threads too: here the one filter stays while any thread needs it.
    """
    global _n_inside, _was_there  # noqa: PLW0603  # filters are the whole process's: so is this
    with _LOCK:
        if not _n_inside:
            _was_there = _FILTER in warnings.filters
        _n_inside += 1
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # moves to the front
    try:
        yield
    finally:
        with _LOCK:
            _n_inside -= 1
            if not _n_inside and not _was_there and _FILTER in warnings.filters:
                warnings.filters.remove(_FILTER)  # type: ignore[attr-defined]  # it is a list
