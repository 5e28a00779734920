"""Images that show nothing which those above them do not show are left out, and no others."""

import numpy as np
import pytest
from numpy.typing import NDArray

import web_desk

COLUMNS, ROWS = 48, 32
BOX = (-103.5, 20.0, -103.0, 20.4)
CHOOSE = """async ([images, box, most]) => {
  const { covering } = await import("/static/map/covering.js");
  return covering(images, box, most).map(({ id }) => id);
}"""


def shown(bounds: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which cells' middles an image holds: (row, column)."""
    west, south, east, north = BOX
    longitude = west + (np.arange(COLUMNS) + 0.5) / COLUMNS * (east - west)
    latitude = south + (np.arange(ROWS) + 0.5) / ROWS * (north - south)
    along = (bounds[0] <= longitude) & (longitude <= bounds[2])
    up = (bounds[1] <= latitude) & (latitude <= bounds[3])
    return up[:, None] & along


@pytest.mark.parametrize("seed", range(5))
def test_what_is_chosen_shows_all_there_is_and_each_of_it_something_new(
    watched, serve, tmp_path, seed
) -> None:
    draws = np.random.default_rng(seed)
    low = draws.uniform((-103.6, 19.95), (-103.1, 20.3), (40, 2))
    every = np.concatenate([low, low + draws.uniform(0.02, 0.15, (40, 2))], axis=1)
    images = [{"id": k, "bounds_deg": one.tolist()} for k, one in enumerate(every)]
    with web_desk.desk(tmp_path) as desk:
        watched.page.goto(serve(web_desk.quick_app(desk)) + "/sign-in")
        chosen = watched.page.evaluate(CHOOSE, [images, BOX, 40])
        assert watched.page.evaluate(CHOOSE, [images, BOX, 3]) == chosen[:3]
    kept = [k for k in range(40) if (shown(every[k]) & ~seen_by(every[:k])).any()]
    assert chosen == kept
    assert np.array_equal(seen_by(every[chosen]), seen_by(every))
    assert len(chosen) < 40


def seen_by(several: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which cells' middles any of several images holds."""
    return np.any([shown(one) for one in several] + [np.zeros((ROWS, COLUMNS), bool)], axis=0)
