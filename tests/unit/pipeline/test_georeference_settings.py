"""What georeferencing may be told."""

import pytest

import cathartes
from cathartes.errors import SettingsError
from cathartes.pipeline.flight_terrain import read_geoid
from made_up_flights import straight_flight


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize(
    "name",
    [
        "ground_altitude_m",
        "dem_sd_m",
        "max_position_gap_s",
        "max_attitude_gap_s",
        "expected_above_ground_m",
        "above_ground_tolerance_m",
    ],
)
def test_settings_are_finite_numbers(name: str, value: float) -> None:
    with pytest.raises(SettingsError, match=f"{name} is {value:g}; a finite number is needed"):
        cathartes.GeoreferenceSettings(**{name: value})


@pytest.mark.parametrize("geoid", ["nan", float("inf")])
def test_a_geoid_that_is_no_number_is_refused(geoid: str | float) -> None:
    with pytest.raises(SettingsError, match="a finite height in metres, or a raster of it"):
        read_geoid(geoid, straight_flight().navigation)
