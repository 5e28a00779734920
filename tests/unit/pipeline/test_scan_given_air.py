"""A scan under a given table of the air, and what it says of what could be seen."""

from pathlib import Path

import numpy as np
import pytest

from cathartes.errors import InputError, SettingsError
from cathartes.pipeline.scan import ScanSettings, scan
from cathartes.pipeline.settings_file import read_scan_settings
from cathartes.products.fingerprint import sha256_of
from cathartes.products.layer_choice import LayerChoice
from cathartes.products.raster import read_image
from cathartes.scenes.air import Air, thermal_path
from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.scenes.instrument import load_instrument
from cathartes.scenes.radiometry import planck_radiance
from cathartes.spectra.response import SpectralBands

TWO_GASES = ScanSettings(gases=("SF6", "ammonia"))


def cube(**other: object) -> Cube:
    """Return a cube in memory: ground of 295 K and 3 K about it."""
    generator = np.random.default_rng(11)
    bands = load_instrument("lwir-drone-like").bands
    temperature_k = 295.0 + 3.0 * generator.standard_normal((30, 24, 1))
    noise = 1.0 + 1e-3 * generator.standard_normal((30, 24, len(bands)))
    values = np.asarray(planck_radiance(bands.centre_um, temperature_k) * noise, dtype=np.float32)
    facts = {"air_temperature_k": 290.0, "bands": bands} | other
    return Cube(
        name="yard", shape=values.shape, band_valid=np.ones(len(bands), dtype=bool),
        source=ArrayLines(values), **facts,
    )  # fmt: skip


def written_air(folder: Path, waters: tuple[float, ...] = (1.0,), from_cm1: float = 600.0) -> Path:
    """Write a table of the model's own air under a drone."""
    nu = np.arange(from_cm1, 1700.0, 2.0)
    lines = ["wavenumber [cm-1],transmittance,path_radiance [W m-2 sr-1 um-1],water [g cm-2]"]
    for water in waters:
        path = thermal_path(Air(water, 0.3, 290.0), 100.0, nu)
        values = np.stack([nu, path.transmittance, path.path_radiance, np.full_like(nu, water)], 1)
        lines += [",".join(f"{x:.9g}" for x in row) for row in values]
    file = folder / "air.csv"
    file.write_text("\n".join(lines))
    return file


def test_a_given_table_is_used_and_named(tmp_path: Path) -> None:
    """Its state and median transmittance stand in the summary, its file among the inputs."""
    file = written_air(tmp_path)
    told = ScanSettings(gases=TWO_GASES.gases, atmosphere=file)
    summary = scan(cube(), tmp_path / "out", settings=told)
    assert summary.air is not None
    assert summary.air.origin == "given table"
    assert summary.air.water_g_cm2 == 1.0
    assert summary.air.ozone_atm_cm is None
    assert summary.air.file is not None
    assert (summary.air.file.name, summary.air.file.sha256) == ("air.csv", sha256_of(file)[0])
    assert summary.air.file in summary.inputs
    assert summary.settings["atmosphere"] == "air.csv", "no folder of anybody's machine"
    assert 0.9 < (summary.air.transmittance_median or 0) < 1.0


def test_without_a_table_the_air_is_the_scenes(tmp_path: Path) -> None:
    summary = scan(cube(), tmp_path / "out", settings=TWO_GASES)
    assert summary.air is not None
    assert summary.air.origin == "estimated from the scene"
    assert summary.air.file is None


def test_of_several_states_the_scene_chooses(tmp_path: Path) -> None:
    file = written_air(tmp_path, (0.5, 1.0, 2.0))
    told = ScanSettings(gases=TWO_GASES.gases, atmosphere=file)
    summary = scan(cube(), tmp_path / "out", settings=told)
    assert summary.air is not None
    assert summary.air.origin == "given table, its state chosen by the scene"
    assert 0.5 <= (summary.air.water_g_cm2 or 0) <= 2.0


def test_a_table_that_does_not_reach_is_refused_before_the_work(tmp_path: Path) -> None:
    file = written_air(tmp_path, from_cm1=900.0)
    with pytest.raises(InputError, match="bands searched lie outside"):
        scan(cube(), tmp_path / "out", settings=ScanSettings(atmosphere=file))
    assert not (tmp_path / "out").exists()


def test_a_cube_in_sunlight_takes_no_table(tmp_path: Path) -> None:
    file = written_air(tmp_path)
    bands = SpectralBands(
        np.linspace(2.1, 2.4, len(cube().bands)), np.full(len(cube().bands), 0.01)
    )
    told = ScanSettings(atmosphere=file)
    with pytest.raises(SettingsError, match=r"in sunlight.*leave it out"):
        scan(cube(bands=bands, sun_zenith_deg=30.0), tmp_path / "out", settings=told)


def test_a_settings_file_names_a_table_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "my.toml"
    file.write_text('atmosphere = "air.csv"\n')
    assert read_scan_settings(file).atmosphere == tmp_path / "air.csv"


def test_where_a_gas_could_not_be_seen_is_a_layer_and_a_number(tmp_path: Path) -> None:
    """The layer's share without value is the summary's blind share, its median the summary's."""
    told = ScanSettings(gases=TWO_GASES.gases, layers=LayerChoice.DETECTABILITY)
    summary = scan(cube(air_temperature_k=294.0), tmp_path / "out", settings=told)
    assert len([f for f in summary.files if f.quantity == "detectable_column_ppm_m"]) == 2
    for gas in summary.gases_searched:
        file = tmp_path / "out" / "layers" / f"{gas.name}_detectable_column_ppm_m.tif"
        image = read_image(file)
        assert gas.blind_share == pytest.approx(np.isnan(image).mean(), abs=1e-6)
        assert 0 < (gas.blind_share or 0) < 0.5
        seen = np.where(np.isnan(image), np.inf, image)
        assert gas.detectable_column_median_ppm_m == pytest.approx(np.median(seen), rel=0.02)
        assert gas.detectable_column_median_ppm_m > (gas.necl_median_ppm_m or 0)


def test_an_assumed_contrast_leaves_the_blind_share_unknown(tmp_path: Path) -> None:
    summary = scan(cube(air_temperature_k=None), tmp_path / "out", settings=TWO_GASES)
    assert [gas.blind_share for gas in summary.gases_searched] == [None, None]
