import numpy as np
import pytest

from cathartes.errors import InputError, SettingsError
from cathartes.locate.column_map import ColumnMap, noise_of
from cathartes.locate.cross_section import cross_section_weights
from cathartes.locate.effective_wind import SourceHeight, relative_speed
from cathartes.locate.flux_weights import FluxWeights
from cathartes.locate.integrated_mass import integrated_mass_weights
from cathartes.locate.look_wind import LookWind, wind_of_look
from cathartes.locate.origin import OriginPosterior, find_origin
from cathartes.locate.rate import MapRate, RateSettings, estimate_rate
from cathartes.scenes.wind.history import WindHistory, constant_wind
from cathartes.scenes.wind.said import is_said_wind, parse_said_wind
from cathartes.simulate.column_scene import GAS_G_MOL, ColumnScene, column_scene


def map_of(scene: ColumnScene) -> ColumnMap:
    column = scene.column_density_ppm_m
    return ColumnMap(column, scene.mask, noise_of(column, scene.mask), 0.1, scene.pixel_m)


SCENE = column_scene(905, 5.0)
MAP = map_of(SCENE)
WIND = LookWind(SCENE.wind_speed_m_s, 0.2 * SCENE.wind_speed_m_s, SCENE.told_from_deg, 15.0)
ORIGIN = find_origin(MAP, WIND)
AT_HEIGHT = RateSettings(SourceHeight(SCENE.height_m, SCENE.height_m))


def rate(
    column_map: ColumnMap = MAP,
    wind: LookWind = WIND,
    origins: tuple[OriginPosterior, ...] = (ORIGIN,),
) -> MapRate:
    return estimate_rate(column_map, wind, origins, GAS_G_MOL, AT_HEIGHT)


def test_the_rate_is_in_its_interval_and_grows_with_wind_and_gas() -> None:
    found = rate()
    assert found.reason == ""
    assert found.rate_kg_h_p05 < SCENE.rate_kg_h < found.rate_kg_h_p95
    assert found.agree
    assert found.cross_section_kg_h == pytest.approx(found.rate_kg_h, rel=0.5)
    faster = LookWind(2 * WIND.wind_speed_m_s, 2 * WIND.wind_speed_sd_m_s, WIND.wind_from_deg, 15.0)
    assert rate(wind=faster).rate_kg_h == pytest.approx(2 * found.rate_kg_h)
    denser = ColumnMap(3 * MAP.column_density_ppm_m, MAP.plume, 3 * MAP.noise_sd_ppm_m, 0.1, 5.0)
    assert rate(denser).rate_kg_h == pytest.approx(3 * found.rate_kg_h)


def test_an_even_band_of_gas_has_its_line_integral_by_both_methods() -> None:
    """Rationale: gas of 100 ppm m in a band 20 m wide is 2000 ppm m2 across the wind everywhere.

    Expected: both weights give it; the mass to the pixel in which the band ends.
    """
    column = np.zeros((60, 80))
    column[28:32, 10:60] = 100.0
    band = ColumnMap(column, column > 0, 1.0, 0.0, 5.0)
    start = (50.0, -150.0)
    mass, section = integrated_mass_weights(band, start), cross_section_weights(band, start)
    assert mass.integral_ppm_m2(band) == pytest.approx(2000.0, rel=0.02)
    assert section.integral_ppm_m2(band) == pytest.approx(2000.0, rel=0.03)


def test_noise_is_that_of_the_outline_moved_over_the_scene() -> None:
    """White noise: root of the sum of squared weights. A raised background is taken off."""
    generator = np.random.default_rng(3)
    column = 2.0 + generator.standard_normal((120, 120))
    plume = np.zeros((120, 120), bool)
    plume[50:54, 50:62] = True
    weights = FluxWeights(np.where(plume, 0.5, 0.0), 60.0)
    mean, sd = weights.background_ppm_m2(ColumnMap(column, plume, 1.0, 0.0, 5.0))
    assert mean == pytest.approx(2.0 * 0.5 * 48, rel=0.02)
    assert sd == pytest.approx(0.5 * np.sqrt(48), rel=0.2)


def test_without_a_free_place_noise_is_that_of_pixels_and_more() -> None:
    column = np.full((10, 10), np.nan)
    column[3:6, 3:8] = 50.0
    plume = np.isfinite(column)
    weights = FluxWeights(np.where(plume, 1.0, 0.0), 25.0)
    mean, sd = weights.background_ppm_m2(ColumnMap(column, plume, 2.0, 0.0, 5.0))
    assert mean == 0.0
    assert sd == pytest.approx(2.0 * 2.0 * np.sqrt(15))


def test_no_rate_in_stagnant_air() -> None:
    found = rate(wind=LookWind(0.6, 0.2, 270.0, 15.0))
    assert np.isnan(found.rate_kg_h)
    assert "stagnant" in found.reason


def test_no_rate_of_mixed_or_unknown_sources() -> None:
    assert "2 sources are mixed" in rate(origins=(ORIGIN, ORIGIN)).reason
    assert "no origin" in rate(origins=()).reason
    anywhere = np.full(ORIGIN.probability.shape, 1.0 / ORIGIN.probability.size)
    wide = OriginPosterior(
        anywhere, ORIGIN.cell_m, ORIGIN.east_m, ORIGIN.north_m, ORIGIN.cone, ORIGIN.log_gain
    )
    assert "the origin is unknown" in rate(origins=(wide,)).reason


def test_no_rate_where_the_plume_begins_outside_the_scene() -> None:
    column = MAP.column_density_ppm_m.copy()
    east, north = ORIGIN.likeliest_m
    row, middle = int(-north / 5.0), int(east / 5.0)
    column[max(row - 9, 0) : row + 10, max(middle - 9, 0) : middle + 10] = np.nan
    hidden = ColumnMap(column, MAP.plume, MAP.noise_sd_ppm_m, 0.1, 5.0)
    found = rate(hidden)
    assert np.isnan(found.rate_kg_h)
    assert found.reason


def test_no_rate_without_columns_or_above_noise() -> None:
    empty = np.where(MAP.plume, np.nan, MAP.column_density_ppm_m)
    bare = ColumnMap(empty, MAP.plume, MAP.noise_sd_ppm_m, 0.1, 5.0)
    assert "have a column density" in rate(bare).reason
    noise = np.random.default_rng(2).standard_normal(MAP.plume.shape)
    assert "not above" in rate(ColumnMap(noise, MAP.plume, 1.0, 0.1, 5.0)).reason


def test_higher_and_longer_plumes_are_carried_faster() -> None:
    low, _ = relative_speed(100.0, SourceHeight(0.0, 0.0))
    high, _ = relative_speed(100.0, SourceHeight(10.0, 10.0))
    far, _ = relative_speed(1000.0, SourceHeight(0.0, 0.0))
    assert low < far
    assert low < high
    assert relative_speed(100.0, SourceHeight(3.0, 3.0))[1] == 0.0
    assert relative_speed(100.0, SourceHeight())[1] > 0.05
    with pytest.raises(SettingsError, match="the lower first"):
        SourceHeight(5.0, 2.0)


def test_wind_of_a_look_is_the_mean_of_the_minutes_before_at_10_m() -> None:
    said = constant_wind(
        3.0, 245.0, wind_speed_sd_m_s=0.6, wind_from_sd_deg=15.0, height_agl_m=10.0
    )
    look = wind_of_look(said, None)
    assert (look.wind_speed_m_s, look.wind_speed_sd_m_s) == pytest.approx((3.0, 0.6))
    low = constant_wind(3.0, 245.0, wind_speed_sd_m_s=0.6, wind_from_sd_deg=15.0, height_agl_m=2.0)
    assert wind_of_look(low, None).wind_speed_m_s > 3.5
    time = np.arange(0.0, 3600.0, 60.0)
    history = WindHistory(
        time, np.where(time < 1800, 2.0, 6.0), np.full(60, 90.0), 0.3, 5.0, 10.0, "station"
    )
    assert wind_of_look(history, 1700.0).wind_speed_m_s == pytest.approx(2.0)
    assert wind_of_look(history, 3500.0).wind_speed_m_s == pytest.approx(6.0)
    with pytest.raises(InputError, match="does not say when"):
        wind_of_look(history, None)


@pytest.mark.parametrize("text", ["3.2±0.6,245±15", "3.2+-0.6, 245+-15", "3.2+/-0.6,245+/-15@10"])
def test_a_wind_is_said_in_a_few_characters(text: str) -> None:
    assert is_said_wind(text)
    wind = parse_said_wind(text)
    assert wind.wind_speed_m_s[0] == 3.2
    assert wind.wind_from_deg[0] == 245.0
    assert (wind.wind_speed_sd_m_s, wind.wind_from_sd_deg, wind.height_agl_m) == (0.6, 15.0, 10.0)


def test_a_wind_without_errors_is_asked_for_them_and_a_file_is_a_file() -> None:
    assert is_said_wind("3.2,245")
    with pytest.raises(SettingsError, match="with their errors"):
        parse_said_wind("3.2,245")
    assert not is_said_wind("mast, north.csv")
    assert not is_said_wind("wind.csv")
