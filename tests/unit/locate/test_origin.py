from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from numpy.typing import NDArray

from cathartes.errors import InputError
from cathartes.locate.column_map import ColumnMap, noise_of
from cathartes.locate.cones import (
    SHARPNESS_PX,
    UPWIND_PX,
    Cone,
    ConeSearch,
    OriginSettings,
    cone_columns_ppm_m,
)
from cathartes.locate.look_wind import LookWind
from cathartes.locate.mixed import find_origins
from cathartes.locate.origin import find_origin
from cathartes.simulate.column_scene import ColumnScene, column_scene

WEST_WIND = LookWind(4.0, 0.4, 270.0, 10.0)
SMALL = OriginSettings(cone_px=12, margin_px=5, bends_deg=(0.0,), direction_step_deg=10.0)


def cone_map(pixel_m: float = 5.0, noise: float = 15.0, seed: int = 1) -> ColumnMap:
    """A steady cone from (50, -150) m that opens to the east."""
    east = (np.arange(60) + 0.5) * pixel_m - 10.0 * pixel_m
    north = -(np.arange(60) + 0.5) * pixel_m + 30.0 * pixel_m
    cone = Cone(90.0, 0.1, 0.0, 300.0 * pixel_m)
    column = cone_columns_ppm_m(cone, east[None, :], north[:, None], pixel_m, 160.0)
    column = column + noise * np.random.default_rng(seed).standard_normal(column.shape)
    plume = cone_columns_ppm_m(cone, east[None, :], north[:, None], pixel_m, 160.0) > noise
    return ColumnMap(column, plume, noise, 0.0, pixel_m)


def scene_map(scene: ColumnScene) -> ColumnMap:
    column = scene.column_density_ppm_m
    return ColumnMap(column, scene.mask, noise_of(column, scene.mask), 0.0, scene.pixel_m)


def test_a_steady_cone_is_found_where_it_begins() -> None:
    origin = find_origin(cone_map(), WEST_WIND)
    east, north = origin.likeliest_m
    assert np.hypot(east - 50.0, north + 150.0) < 4.0
    assert abs(origin.cone.to_deg - 90.0) <= 7.5
    assert origin.probability.sum() == pytest.approx(1.0)


def test_moving_and_turning_the_map_moves_and_turns_the_origin() -> None:
    flat = cone_map()
    east, north = find_origin(flat, WEST_WIND).likeliest_m
    moved = ColumnMap(flat.column_density_ppm_m, flat.plume, 15.0, 0.0, 5.0, 1000.0, -700.0)
    assert find_origin(moved, WEST_WIND).likeliest_m == pytest.approx((east + 1000, north - 700))
    # Mirrored about the middle line, the wind from the east.
    mirrored = ColumnMap(flat.column_density_ppm_m[:, ::-1], flat.plume[:, ::-1], 15.0, 0.0, 5.0)
    other = find_origin(mirrored, LookWind(4.0, 0.4, 90.0, 10.0)).likeliest_m
    assert other == pytest.approx((300.0 - east, north), abs=2.6)


def slow_log_posterior(
    column_map: ColumnMap, search: ConeSearch, cone: Cone, wind: LookWind, settings: OriginSettings
) -> NDArray[np.float64]:
    """The sum over pixels for every place, one at a time."""
    y, x = search.misfit.shape
    pixel_m, torn = column_map.pixel_m, settings.torn
    result = np.zeros((y, x))
    to = np.deg2rad(cone.to_deg)
    rows, columns = np.indices((y, x))
    counts = np.zeros((y, x))
    height, width = column_map.plume.shape
    top, left = search.first_px
    for row, column in product(range(y), range(x)):
        counts[row, column] = 0 <= row + top < height and 0 <= column + left < width
    for row, column in product(range(y), range(x)):
        dx, dy = columns - column, rows - row
        laid = cone_columns_ppm_m(
            cone, dx * pixel_m, -dy * pixel_m, pixel_m, settings.cone_px * pixel_m
        )
        shown = np.arcsinh(torn * laid / search.noise_sd_ppm_m) / torn
        near = (np.abs(dx) <= settings.cone_px) & (np.abs(dy) <= settings.cone_px)
        shown = np.where(near, shown, 0.0) * counts
        gain = (search.misfit * shown - 0.5 * shown**2).sum()
        along = dx * np.sin(to) - dy * np.cos(to)
        beyond = 1.0 / (1.0 + np.exp((along + UPWIND_PX) / SHARPNESS_PX))
        result[row, column] = gain - 0.5 * (beyond * search.misfit**2)[search.plume].sum()
    turn = (cone.to_deg - 180.0 - wind.wind_from_deg) / search.direction_sd_deg
    return result / settings.tempering - 0.5 * turn**2


@pytest.mark.parametrize("cone_px", [12, 40], ids=["shorter than the map", "longer"])
def test_correlations_are_the_sum_over_pixels(cone_px: int) -> None:
    """The two correlations and the sum upwind against a loop over places.

    The sum upwind is tabulated each quarter pixel: 0.4 % of the greatest is allowed.
    """
    settings = replace(SMALL, cone_px=cone_px)
    flat = cone_map()
    cut = ColumnMap(flat.column_density_ppm_m[20:40, 5:32], flat.plume[20:40, 5:32], 15.0, 0.0, 5.0)
    search = ConeSearch.of(cut, WEST_WIND, settings, None)
    for cone in (Cone(90.0, 0.1, 0.0, 1500.0), Cone(110.0, 0.2, 0.0, 900.0)):
        fast = search.log_posterior(cone, (0.0, 0.0))
        slow = slow_log_posterior(cut, search, cone, WEST_WIND, settings)
        assert np.abs(fast - slow).max() < 4e-3 * np.abs(slow).max()


def test_origins_of_torn_plumes_beat_the_brightest_pixel() -> None:
    """Twelve made-up looks at 5 m: median within a pixel, and nearer than the brightest pixel."""
    ours, brightest = [], []
    for seed in range(900, 912):
        scene = column_scene(seed, 5.0)
        column_map = scene_map(scene)
        wind = LookWind(scene.told_speed_m_s, 0.0, scene.told_from_deg, 15.0)
        east, north = find_origin(column_map, wind).likeliest_m
        ours.append(np.hypot(east - scene.origins_m[0][0], north - scene.origins_m[0][1]))
        seen = np.where(scene.mask, scene.column_density_ppm_m, -np.inf)
        row, column = np.unravel_index(int(seen.argmax()), seen.shape)
        bright = ((column + 0.5) * 5.0, -(row + 0.5) * 5.0)
        brightest.append(np.hypot(*(np.array(bright) - scene.origins_m[0])))
    assert np.median(ours) < 5.0
    assert np.median(ours) < np.median(brightest)


def test_two_origins_across_the_wind_are_told_apart_and_one_is_left_whole() -> None:
    one = cone_map()
    assert len(find_origins(one, WEST_WIND)) == 1
    shifted = np.roll(one.column_density_ppm_m, 14, axis=0)
    both = ColumnMap(
        one.column_density_ppm_m + shifted,
        one.plume | np.roll(one.plume, 14, axis=0),
        21.0, 0.0, 5.0,
    )  # fmt: skip
    found = find_origins(both, WEST_WIND)
    assert len(found) == 2
    norths = sorted(origin.likeliest_m[1] for origin in found)
    assert norths == pytest.approx([-220.0, -150.0], abs=5.0)


def test_regions_are_nested_and_hold_what_they_say() -> None:
    origin = find_origin(cone_map(), WEST_WIND)
    half, most = origin.region(0.5), origin.region(0.9)
    assert (most | half == most).all()
    assert 0.9 <= origin.probability[most].sum() <= 1.0
    assert origin.radius_m(0.5) < origin.radius_m(0.9)


def test_a_map_without_a_plume_or_surroundings_is_refused() -> None:
    with pytest.raises(InputError, match="a plume are needed"):
        ColumnMap(np.zeros((4, 4)), np.zeros((4, 4), bool), 1.0, 0.0, 5.0)
    with pytest.raises(InputError, match="to know the noise"):
        noise_of(np.full((10, 10), np.nan), np.zeros((10, 10), bool))
