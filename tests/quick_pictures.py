"""Pictures with few dots and no layout, for runs whose pictures no test looks at.

They are a quarter of what a small run costs, and more of a small scan. Figures are made by the code
of the product; `unit/products` and `system/test_run_into_casebook.py` have them as they are drawn.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from matplotlib.figure import Figure

_save = Figure.savefig


def _save_quickly(figure: Figure, where: object, **changes: object) -> None:
    figure.set_layout_engine("none")
    for axes in figure.axes:
        axes.set_axis_off()
    _save(figure, where, **{**changes, "dpi": 10, "bbox_inches": None})


@contextmanager
def pictures_are_quick() -> Iterator[None]:
    """Draw little while the context is open."""
    with patch.object(Figure, "savefig", _save_quickly):
        yield


@contextmanager
def pictures_are_drawn() -> Iterator[None]:
    """Draw as the product does while the context is open."""
    with patch.object(Figure, "savefig", _save):
        yield
