"""Pictures that are put together and not drawn, for runs whose pictures no test looks at.

Drawn they are a quarter of what a small run costs, and more of a small scan. All the code of the
product runs, and Matplotlib's drawing does not; `unit/products` and
`system/test_run_into_casebook.py` have pictures as they are.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from matplotlib.figure import Figure
from PIL import Image

_save = Figure.savefig
NOTHING = Image.new("RGB", (8, 8), "white")


def _save_quickly(figure: Figure, where: object, **told: object) -> None:
    if told.get("format", Path(str(where)).suffix.lstrip(".")) == "png":
        NOTHING.save(where, "png")  # type: ignore[arg-type]
    else:
        _save(figure, where, **told)


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
