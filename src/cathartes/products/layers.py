"""The images of each gas: which are written, on which grid, under which names."""

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.result import Detections
from cathartes.errors import SettingsError
from cathartes.products.file_names import LABELS, chemical_stems, layer_path
from cathartes.products.layer_choice import LayerChoice, LayerGrid
from cathartes.products.raster import (
    write_cog,
    write_cog_in_thread,
)
from cathartes.scenes.geometry import Geometry, MapIndex
from cathartes.scenes.unplaced import not_georeferenced_is_fine
from cathartes.units import VOCABULARY

_OVERVIEWS = 4 / 3


@dataclass(frozen=True, slots=True)
class LayerQuantity:
    """One kind of image.

    Attributes
    ----------
    name
        In file names, and in the names of the planes of `Detections`.
    unit
        As in the vocabulary.
    long_name
        What it is, in words.
    """

    name: str
    unit: str
    long_name: str


QUANTITIES: tuple[LayerQuantity, ...] = (
    LayerQuantity(
        "score",
        VOCABULARY["score"].unit,
        f"{VOCABULARY['score'].long_name}, negative where a gas absorbs the ground's heat",
    ),
    LayerQuantity(
        "column_density_ppm_m",
        VOCABULARY["column_density_ppm_m"].unit,
        VOCABULARY["column_density_ppm_m"].long_name,
    ),
    LayerQuantity(
        "column_density_sd_ppm_m",
        VOCABULARY["column_density_ppm_m"].unit,
        "standard deviation of the column density of a gas",
    ),
    LayerQuantity("necl_ppm_m", VOCABULARY["necl_ppm_m"].unit, VOCABULARY["necl_ppm_m"].long_name),
    LayerQuantity(
        "detectable_column_ppm_m",
        VOCABULARY["detectable_column_ppm_m"].unit,
        VOCABULARY["detectable_column_ppm_m"].long_name,
    ),
)
DETECTABLE = QUANTITIES[-1]
SCORE = QUANTITIES[0]
GasImage: TypeAlias = tuple[str, LayerQuantity]
"""An image of one gas."""


@dataclass(frozen=True, slots=True)
class WrittenLayer:
    """A raster in the output folder.

    Attributes
    ----------
    path
        Relative to the folder, with forward slashes.
    chemical, quantity
        "" and "labels" for the label image.
    unit, grid
        Of its values; as in `LayerGrid`.
    """

    path: str
    chemical: str
    quantity: str
    unit: str
    grid: LayerGrid


def chosen_grid(grid: LayerGrid | None, geometry: Geometry | None) -> LayerGrid:
    """Return the grid asked for; by default a map if the cube has a geometry.

    Raises
    ------
    SettingsError
        If a map is asked for and the cube has no geometry.
    """
    if grid is LayerGrid.MAP and geometry is None:
        raise SettingsError(
            "a map grid is asked for (--grid map), and the cube has no geometry; use "
            "--grid sensor, or give the geometry (map info in the header, a GLT or an IGM file)."
        )
    if grid is not None:
        return grid
    return LayerGrid.SENSOR if geometry is None else LayerGrid.MAP


def chosen_images(
    detections: Detections, choice: LayerChoice, asked: Collection[str] = ()
) -> tuple[GasImage, ...]:
    """Return the images of gases that are written, in the order searched.

    Parameters
    ----------
    detections
    choice
    asked
        Chemicals whose score is written in any case, so that where nothing was found it can be
        seen how little it was.
    """
    if choice is LayerChoice.NONE:
        return ()
    found = {chemical for plume in detections.plumes for chemical in plume.chemicals}
    images: list[GasImage] = []
    for gas in detections.gases:
        if choice is not LayerChoice.FOUND or gas.name in found:
            images += [(gas.name, quantity) for quantity in chosen_quantities(choice)]
        elif gas.name in asked:
            images.append((gas.name, SCORE))
    return tuple(images)


def chosen_quantities(choice: LayerChoice) -> tuple[LayerQuantity, ...]:
    """Return the kinds of images that are written of each gas."""
    return (DETECTABLE,) if choice is LayerChoice.DETECTABILITY else QUANTITIES


def expected_bytes(n_lines: int, n_samples: int, n_images: int) -> int:
    """Return an upper estimate of the disk space of labels and images, uncompressed."""
    return int(n_lines * n_samples * 4 * (1 + n_images) * _OVERVIEWS)


def write_labels(folder: Path, detections: Detections) -> WrittenLayer:
    """Write the plume ids, always in the sensor's grid."""
    write_cog(
        folder / LABELS,
        detections.labels,
        grid=None,
        unit="1",
        long_name="plume id, 0 outside plumes",
        tags={"GRID": LayerGrid.SENSOR.value, "AXES": "line, sample"},
    )
    return WrittenLayer(LABELS, "", "labels", "1", LayerGrid.SENSOR)


def write_layers(
    folder: Path,
    detections: Detections,
    geometry: Geometry | None,
    *,
    images: tuple[GasImage, ...],
    grid: LayerGrid | None,
    workers: int = 1,
    on_layer: Callable[[int], None] | None = None,
) -> tuple[WrittenLayer, ...]:
    """Write images of gases as ``layers/<chemical>_<quantity>.tif``.

    Parameters
    ----------
    folder
        The output folder.
    detections
        Planes are read one at a time and thread.
    geometry
        Of the cube, if it has one.
    images, grid
        What is written; a grid of None means a map where there is a geometry.
    workers
        Threads that make and write images, one each at a time.
    on_layer
        Called with 1 after each image, for a progress bar.

    Raises
    ------
    SettingsError
        If a map is asked for and there is no geometry.
    """
    used = chosen_grid(grid, geometry)
    if not images:
        return ()
    (folder / layer_path("", "")).parent.mkdir(exist_ok=True)
    index = geometry.map_index() if geometry is not None and used is LayerGrid.MAP else None
    # Stems of all gases searched, so that a name does not depend on what was found.
    stems = chemical_stems(gas.name for gas in detections.gases)

    def write(gas: str, quantity: LayerQuantity) -> WrittenLayer:
        path = layer_path(stems[gas], quantity.name)
        write_cog_in_thread(
            folder / path,
            _on_grid(detections.planes.read(f"{quantity.name}/{gas}"), index),
            grid=None if index is None else index.grid,
            unit=quantity.unit,
            long_name=f"{quantity.long_name}: {gas}",
            tags={"CHEMICAL": gas, "QUANTITY": quantity.name, "GRID": used.value},
        )
        return WrittenLayer(path, gas, quantity.name, quantity.unit, used)

    written = []
    with not_georeferenced_is_fine(), ThreadPoolExecutor(workers) as pool:
        for layer in pool.map(write, *zip(*images, strict=True)):
            written.append(layer)
            if on_layer is not None:
                on_layer(1)
    return tuple(written)


def _on_grid(image: NDArray[np.float32], index: MapIndex | None) -> NDArray[np.float32]:
    return image if index is None else index.resample(image)
