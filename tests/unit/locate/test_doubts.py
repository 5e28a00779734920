"""What forbids to name a place though gas was seen: by how well it is explained."""

import numpy as np
import pytest

from cathartes.locate.blocks import Blocks
from cathartes.locate.reasons import EVEN, doubt_after
from cathartes.locate.regions import ellipse_of
from cathartes.locate.result import Interval, Reason, SourceEstimate
from cathartes.locate.wind_rows import WindRows

N = 40
PPM = np.ones(N)
EASTWARD = WindRows(np.array([0.0, 1000.0]), np.full(2, 4.0), np.zeros(2))


def along_the_wind() -> Blocks:
    """A block a place, over 200 m along the wind and 30 m across it, all in gas."""
    place = np.column_stack([np.linspace(20, 220, N), np.linspace(-15, 15, N), np.full(N, 10.0)])
    return Blocks(
        np.arange(N) * 10.0, place, np.full((N, 3), 0.5), np.arange(N), np.ones(N), PPM,
        np.full(N, 0.01), np.zeros(N),
    )  # fmt: skip


def source(probability: float) -> SourceEstimate:
    rng = np.random.default_rng(1)
    level, some = 5.0 * rng.normal(size=(200, 2)), Interval.of(rng.uniform(1, 2, 200))
    regions = ellipse_of(level, 0.5), ellipse_of(level, 0.9)
    return SourceEstimate(np.zeros(2), some, some, *regions, probability)


@pytest.mark.parametrize(
    ("misfit", "probability", "reason"),
    [
        (0.4, 0.99, None),
        (0.99, EVEN, None),
        (1.0, 0.99, Reason.WIND),
        (0.4, EVEN - 0.01, Reason.NO_CONTRAST),
    ],
)
def test_what_is_not_explained_is_not_placed(misfit, probability, reason) -> None:
    found = doubt_after(along_the_wind(), EASTWARD, PPM, (source(probability),), 100.0, misfit)
    assert (None if found is None else found.reason) == reason
