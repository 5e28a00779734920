"""Figures look the same whatever a user's own settings of Matplotlib are."""

from collections.abc import Iterator
from contextlib import contextmanager

import matplotlib as mpl


@contextmanager
def own_style() -> Iterator[None]:
    """Draw figures with Matplotlib's defaults: the same evidence has the same bytes everywhere."""
    with mpl.rc_context():
        mpl.rcdefaults()  # not the backend
        yield
