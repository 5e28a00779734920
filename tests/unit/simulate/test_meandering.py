import numpy as np
import pytest

from cathartes.errors import SettingsError
from cathartes.simulate.column_scene import column_scene
from cathartes.simulate.meandering import Air, Release, make_eddies, residence_s_m2

AIR = Air(4.0, 270.0, 0.25, 150.0, 0.05, 0.05, 0.05)
STILL = Air(4.0, 270.0, 0.0, 150.0, 0.05, 0.05, 0.05)


def test_gas_in_the_scene_is_emission_times_the_time_since_it_began() -> None:
    """Rationale: nothing is lost. Expected: the integral is length over mean speed, 75 s."""
    generator = np.random.default_rng(1)
    (column,) = residence_s_m2(
        AIR, make_eddies(AIR, 8.0, generator), (Release(60.0, 20.0),), (120, 120), 5.0, 300.0,
        generator,
    )  # fmt: skip
    assert column.sum() * 25.0 == pytest.approx(75.0, rel=1e-6)


def test_without_eddies_it_goes_straight_at_the_profiles_speed() -> None:
    """Expected: by hand, from 10 m height and without rising, 4 m/s for 50 s from the west."""
    air = Air(4.0, 270.0, 0.0, 150.0, 0.05, 0.02, 1e-9)
    generator = np.random.default_rng(2)
    (column,) = residence_s_m2(
        air, make_eddies(air, 8.0, generator), (Release(40.5, 10.0, 10.0),), (80, 80), 5.0, 200.0,
        generator,
    )  # fmt: skip
    lines, samples = np.indices(column.shape) + 0.5
    assert (lines * column).sum() / column.sum() == pytest.approx(40.5, abs=0.01)
    assert (samples * column).sum() / column.sum() == pytest.approx(10.0 + 20.0, abs=0.3)
    # The flux across every section is the emission: column integral times 4 m/s.
    assert column[:, 15:45].sum(axis=0).mean() * 5.0 * 4.0 == pytest.approx(1.0, rel=0.02)


def test_near_the_ground_gas_is_slower_and_lies_denser() -> None:
    generator = np.random.default_rng(3)
    field = make_eddies(STILL, 8.0, generator)
    low, high = residence_s_m2(
        STILL, field, (Release(20.0, 5.0, 0.0), Release(60.0, 5.0, 10.0)), (80, 80), 5.0, 200.0,
        generator,
    )  # fmt: skip
    assert low[10:30, 10:20].sum() > 1.2 * high[50:70, 10:20].sum()


def test_eddies_have_the_spread_asked_and_no_divergence() -> None:
    generator = np.random.default_rng(4)
    place = generator.uniform(0.0, 5000.0, (4000, 2))
    spread = [
        make_eddies(AIR, 8.0, np.random.default_rng(seed)).at(place, 0.0).std(axis=0)
        for seed in range(20)
    ]
    assert np.sqrt((np.array(spread) ** 2).mean()) == pytest.approx(0.25 * 4.0, rel=0.05)
    field = make_eddies(AIR, 8.0, generator)
    step = 1e-3
    slope = sum(
        (field.at(place + step * axis, 0.0) - field.at(place - step * axis, 0.0)) @ axis
        for axis in np.eye(2)
    )
    assert np.abs(slope / (2 * step)).max() < 1e-6


def test_the_mast_sees_the_eddies_that_pass_it() -> None:
    speed, wind_from = make_eddies(STILL, 8.0, np.random.default_rng(5)).mast_wind((0.0, 0.0), 60.0)
    assert (speed, wind_from) == pytest.approx((4.0, 270.0))
    other, _ = make_eddies(AIR, 8.0, np.random.default_rng(5)).mast_wind((0.0, 0.0), 60.0)
    assert other != pytest.approx(4.0, rel=1e-3)


def test_the_same_seed_gives_the_same_map_and_truth() -> None:
    one, again = column_scene(950, 5.0), column_scene(950, 5.0)
    np.testing.assert_array_equal(one.column_density_ppm_m, again.column_density_ppm_m)
    assert one.origins_m == again.origins_m
    assert one.mask.any()


def test_air_that_can_not_be_is_refused() -> None:
    with pytest.raises(SettingsError, match="must be positive"):
        Air(0.0, 270.0, 0.2, 100.0, 0.05, 0.05, 0.05)
