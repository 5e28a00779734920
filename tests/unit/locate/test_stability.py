"""Stability classes by the numbers of their papers."""

from datetime import UTC, datetime

import numpy as np
import pytest

from cathartes.errors import SettingsError
from cathartes.locate.settings import AirSettings
from cathartes.locate.stability import (
    inverse_obukhov_per_m,
    stability_by_scatter,
    stability_by_sun,
    stability_of_obukhov,
    sun_elevation_deg,
)


def test_classes_have_the_obukhov_lengths_of_golder() -> None:
    """Seinfeld and Pandis (2006), eq. 16.83 at z0 = 0.1 m: A 1/L = -0.125, C -0.02, F 0.071."""
    assert inverse_obukhov_per_m([1, 3, 4, 6], 0.1) == pytest.approx([-0.125, -0.02, 0.0, 0.071])


@pytest.mark.parametrize("stability", [1.0, 2.5, 3.7, 4.6, 6.0])
def test_a_length_leads_back_to_its_class(stability: float) -> None:
    inverse = float(inverse_obukhov_per_m(stability, 0.03))
    assert stability_of_obukhov(1 / inverse, 0.03) == pytest.approx(stability)


def test_scatter_of_gifford() -> None:
    """25, 20, 15, 10, 5, 2.5 degrees are the middles of A to F over 0.15 m of roughness."""
    assert stability_by_scatter([25, 15, 10, 2.5], 0.15) == pytest.approx([1, 3, 4, 6])
    assert stability_by_scatter(10.0, 0.03) < 4.0, "smooth ground scatters less"


def test_turner_by_sun_and_wind() -> None:
    """Turner (1964): high sun and 1.5 m/s A-B, overcast-like strong wind D, calm night F."""
    assert stability_by_sun([70, 70, 10, -5, -5], [0.5, 8.0, 4.0, 0.5, 8.0]) == pytest.approx(
        [1, 3, 4, 6, 4]
    )


def test_the_sun_stands_where_almanacs_say() -> None:
    """Equinox noon on the equator at Greenwich within 2 degrees of the zenith (equation of time);
    midsummer noon at 51.48 N 62.0 degrees; midnight below the horizon."""
    noon = datetime(2024, 3, 20, 12, tzinfo=UTC).timestamp()
    assert sun_elevation_deg(noon, 0.0, 0.0) > 87.5
    summer = datetime(2024, 6, 20, 12, 2, tzinfo=UTC).timestamp()
    assert sun_elevation_deg(summer, 0.0, 51.48) == pytest.approx(61.95, abs=0.5)
    assert np.all(sun_elevation_deg(summer + 12 * 3600, 0.0, 51.48) < 0)


@pytest.mark.parametrize("roughness_m", [1e-5, 0.03, 1.0])
def test_neutral_air_is_neutral_over_any_ground_that_may_be_said(roughness_m: float) -> None:
    assert stability_of_obukhov(1e9, roughness_m) == pytest.approx(4.0, abs=0.01)
    assert AirSettings(roughness_m=roughness_m).roughness_m == roughness_m
    with pytest.raises(SettingsError, match=r"0\.00001 to 1 m is needed"):
        AirSettings(roughness_m=1.5)
