"""What an open path shows is an integral: the points that stand for it are close enough."""

import numpy as np
import pytest

from cathartes.locate.blocks import gather_blocks

NEAR_M, FAR_M = np.array([0.0, 0.0, 1.6]), np.array([50.0, 0.0, 1.6])


@pytest.mark.parametrize("middle_m", [16.1, 17.0, 18.3, 19.6, 24.9])
@pytest.mark.parametrize("width_m", [1.5, 2.0, 4.0])
def test_a_path_sees_the_whole_of_a_plume_wherever_it_crosses(
    middle_m: float, width_m: float
) -> None:
    """A plume ten metres from its source is two metres wide: points 6 m apart are a fifth wrong."""
    once = np.zeros(1)
    blocks = gather_blocks(
        once, NEAR_M[None], FAR_M[None], np.zeros(1, dtype=np.intp), once, once + 0.1, once + 0.1,
        60.0,
    )  # fmt: skip
    plume = np.exp(-0.5 * ((blocks.place_m[:, 0] - middle_m) / width_m) ** 2)
    exact = np.sqrt(2 * np.pi) * width_m / FAR_M[0]
    assert blocks.averaged(plume)[0] == pytest.approx(exact, rel=0.02)
