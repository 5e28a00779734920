from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import rasterio

from cathartes.errors import SettingsError
from cathartes.products.layer_choice import LayerChoice, LayerGrid
from cathartes.products.layers import (
    chosen_grid,
    chosen_images,
    expected_bytes,
    write_labels,
    write_layers,
)
from cathartes.products.raster import read_image


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in (folder / "layers").iterdir())


def test_found_layers_have_the_contracts_names(tmp_path: Path, scan: Callable) -> None:
    _, detections = scan(n_plumes=2)
    written = write_layers(
        tmp_path, detections, None, images=chosen_images(detections, LayerChoice.FOUND), grid=None
    )
    assert names(tmp_path) == [
        "1-1-1-trichloroethane_column_density_ppm_m.tif",
        "1-1-1-trichloroethane_column_density_sd_ppm_m.tif",
        "1-1-1-trichloroethane_detectable_column_ppm_m.tif",
        "1-1-1-trichloroethane_necl_ppm_m.tif",
        "1-1-1-trichloroethane_score.tif",
        "ammonia_column_density_ppm_m.tif",
        "ammonia_column_density_sd_ppm_m.tif",
        "ammonia_detectable_column_ppm_m.tif",
        "ammonia_necl_ppm_m.tif",
        "ammonia_score.tif",
    ]
    assert {layer.grid for layer in written} == {LayerGrid.SENSOR}
    assert {layer.chemical for layer in written} == {"ammonia", "1,1,1-trichloroethane"}
    np.testing.assert_array_equal(
        read_image(tmp_path / "layers/ammonia_score.tif"), detections.planes.images["score/ammonia"]
    )


def test_all_layers_and_none(tmp_path: Path, scan: Callable) -> None:
    _, detections = scan(n_plumes=0)
    seen: list[int] = []
    write_layers(
        tmp_path,
        detections,
        None,
        images=chosen_images(detections, LayerChoice.ALL),
        grid=None,
        on_layer=seen.append,
    )
    assert len(names(tmp_path)) == sum(seen) == 20
    other = tmp_path / "other"
    other.mkdir()
    for choice in (LayerChoice.NONE, LayerChoice.FOUND):
        assert (
            write_layers(
                other, detections, None, images=chosen_images(detections, choice), grid=None
            )
            == ()
        )
    assert list(other.iterdir()) == [], "no empty folder of layers"


def test_of_what_was_asked_for_and_not_found_the_score_is_written(scan: Callable) -> None:
    _, detections = scan(n_plumes=1)
    found, other = detections.plumes[0].chemical, detections.gases[-1].name
    assert other != found
    images = chosen_images(detections, LayerChoice.FOUND, [found, other, "never searched"])
    assert [name for name, _ in images] == [found] * 5 + [other]
    assert images[-1][1].name == "score"
    assert chosen_images(detections, LayerChoice.NONE, [other]) == ()


def test_a_partner_more_probable_than_not_has_its_images_too(scan: Callable) -> None:
    _, detections = scan(n_plumes=1)
    partner = detections.gases[-1].name
    plume = replace(detections.plumes[0], alternatives=((partner, 0.8),))
    images = chosen_images(replace(detections, plumes=(plume,)), LayerChoice.FOUND)
    assert {name for name, _ in images} == {plume.chemical, partner}


def test_detectability_is_one_layer_of_every_gas(tmp_path: Path, scan: Callable) -> None:
    """Where a plume could not be seen is asked of gases that were not found, too."""
    _, detections = scan(n_plumes=0)
    written = write_layers(
        tmp_path,
        detections,
        None,
        images=chosen_images(detections, LayerChoice.DETECTABILITY),
        grid=None,
    )
    assert {layer.quantity for layer in written} == {"detectable_column_ppm_m"}
    assert len(names(tmp_path)) == len(written) == len(detections.gases)
    blind = read_image(tmp_path / "layers/ammonia_detectable_column_ppm_m.tif")
    assert np.isnan(blind[-1, -1]), "a pixel that could show no plume has no value"


def test_a_plume_of_an_unknown_chemical_has_no_layers(tmp_path: Path, scan: Callable) -> None:
    _, detections = scan(n_plumes=1, chemical="unknown")
    assert (
        write_layers(
            tmp_path,
            detections,
            None,
            images=chosen_images(detections, LayerChoice.FOUND),
            grid=None,
        )
        == ()
    )


def test_with_geometry_layers_are_on_a_map_by_default(
    tmp_path: Path, scan: Callable, flat_earth: type
) -> None:
    _, detections = scan(n_plumes=1)
    write_layers(
        tmp_path,
        detections,
        flat_earth(),
        images=chosen_images(detections, LayerChoice.FOUND),
        grid=None,
    )
    with rasterio.open(tmp_path / "layers/ammonia_score.tif") as dataset:
        assert dataset.crs.to_epsg() == 4326
        assert dataset.tags()["GRID"] == "map"
        mapped = dataset.read(1)
    score = detections.planes.images["score/ammonia"]
    assert np.isnan(mapped[0, 0]), "no pixel falls there"
    np.testing.assert_array_equal(mapped[1:], score[1:])


def test_a_sensor_grid_can_be_asked_for(tmp_path: Path, scan: Callable, flat_earth: type) -> None:
    _, detections = scan(n_plumes=1)
    (first, *_) = write_layers(
        tmp_path,
        detections,
        flat_earth(),
        images=chosen_images(detections, LayerChoice.FOUND),
        grid=LayerGrid.SENSOR,
    )
    assert first.grid is LayerGrid.SENSOR


def test_a_map_without_geometry_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"--grid map.*no geometry.*--grid sensor"):
        chosen_grid(LayerGrid.MAP, None)


def test_an_infinite_necl_is_no_value(tmp_path: Path, scan: Callable) -> None:
    _, detections = scan(n_plumes=1)
    write_layers(
        tmp_path, detections, None, images=chosen_images(detections, LayerChoice.FOUND), grid=None
    )
    necl = read_image(tmp_path / "layers/ammonia_necl_ppm_m.tif")
    assert np.isnan(necl[-1, -1])
    assert np.isfinite(necl).sum() == necl.size - 1


def test_labels_are_in_the_sensors_grid(tmp_path: Path, scan: Callable) -> None:
    _, detections = scan(n_plumes=2)
    layer = write_labels(tmp_path, detections)
    assert (layer.path, layer.grid) == ("labels.tif", LayerGrid.SENSOR)
    np.testing.assert_array_equal(read_image(tmp_path / "labels.tif"), detections.labels)


def test_the_estimate_of_space_is_an_upper_one(tmp_path: Path, scan: Callable) -> None:
    _, detections = scan((600, 500), n_plumes=1)
    write_labels(tmp_path, detections)
    write_layers(
        tmp_path, detections, None, images=chosen_images(detections, LayerChoice.ALL), grid=None
    )
    written = sum(p.stat().st_size for p in tmp_path.rglob("*.tif"))
    assert written < expected_bytes(600, 500, 20) < 10 * written
