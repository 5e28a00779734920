"""What is told of a scene's images without making them, against the images themselves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from cathartes.detect.detectability import DetectabilityCurve
from cathartes.detect.planes import GasScale, MemoryPlanes, ScenePlanes
from cathartes.detect.quantify import SaturationCurve

CURVE = DetectabilityCurve(np.array([1.0, 10.0, 100.0]), np.array([50.0, 6.0, 1.5]))
contrasts = arrays(
    np.float32,
    (3, 5),  # odd: the middle one is a pixel's own
    elements=st.one_of(st.just(np.nan), st.floats(-60, 60, width=32)),
)


def planes_of(contrast: NDArray[np.float32]) -> ScenePlanes:
    store = MemoryPlanes(*contrast.shape)
    store.write_lines("contrast/ammonia", 0, contrast)
    saturation = SaturationCurve(np.array([0.0, 1.0]), np.array([0.0, 1.0]))
    return ScenePlanes(
        store=store,
        scales={"ammonia": GasScale(20.0, 5.0, saturation)},
        emissive=True,
        min_contrast=1.0,
        contrast_sd=0.0,
        relative_error=0.0,
        detectability={"ammonia": CURVE},
    )


@given(contrast=contrasts)
def test_sensitivity_is_what_the_images_say(contrast: NDArray[np.float32]) -> None:
    """Median NECL, median detectable column and blind share, by the images of all three."""
    planes = planes_of(contrast)
    if np.isfinite(contrast).sum() % 2 == 0:
        contrast[0, 0] = np.nan if np.isfinite(contrast[0, 0]) else np.float32(3.0)
        planes = planes_of(contrast)
    necl, column = planes.necl("ammonia"), planes.detectable_column("ammonia")
    said = planes.sensitivity("ammonia")
    if np.isnan(necl).all():
        assert np.isnan(said).all()
        return
    known = column[~np.isnan(column)]
    expected = (np.median(necl[~np.isnan(necl)]), np.median(known), np.isinf(known).mean())
    assert said == pytest.approx(expected, rel=1e-6)
