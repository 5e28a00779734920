"""Which chemical each strong pixel of a plume shows, as an image with a legend, and how surely."""

import json
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.result import Detections
from cathartes.products.file_names import CHEMICAL_ID, CHEMICAL_PROBABILITY
from cathartes.products.layer_choice import LayerChoice, LayerGrid
from cathartes.products.layers import WrittenLayer, chosen_grid
from cathartes.products.raster import write_cog
from cathartes.scenes.geometry import Geometry


def chemical_legend(detections: Detections) -> dict[str, str]:
    """Return the number of each gas in the image, as text, and its name; 0 is no strong pixel."""
    return {str(number): gas.name for number, gas in enumerate(detections.gases, start=1)}


def chemical_images(
    detections: Detections,
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the number of the chemical that shows most in each pixel, and its probability.

    Returns
    -------
    chemical_id : (line, sample) int32
        0 but in strong pixels of plumes, else as in `chemical_legend`.
    probability : (line, sample) float32
        That the chemical is there; NaN but in strong pixels.
    """
    named = detections.named
    chemical_id = np.zeros(detections.labels.shape, dtype=np.int32)
    chemical_id[named.line, named.sample] = named.gas + 1
    probability = np.full(detections.labels.shape, np.nan, dtype=np.float32)
    probability[named.line, named.sample] = named.probability
    return chemical_id, probability


def write_chemicals(
    folder: Path,
    detections: Detections,
    geometry: Geometry | None,
    *,
    choice: LayerChoice,
    grid: LayerGrid | None,
) -> tuple[WrittenLayer, ...]:
    """Write both images, unless no layers are wanted or no pixel is strong.

    The legend is in the tag ``LEGEND`` of the first one, as JSON.

    Parameters
    ----------
    folder
        The output folder.
    geometry
        Of the cube, if it has one.
    choice, grid
        As in `write_layers`.

    Raises
    ------
    SettingsError
        If a map is asked for and there is no geometry.
    """
    used = chosen_grid(grid, geometry)
    if choice is LayerChoice.NONE or not detections.named.line.size:
        return ()
    (folder / CHEMICAL_ID).parent.mkdir(exist_ok=True)
    chemical_id, probability = chemical_images(detections)
    index = geometry.map_index() if geometry is not None and used is LayerGrid.MAP else None
    if index is not None:
        # Numbers of gases are far below 2^24: as float32 they are exact.
        numbers = index.resample(chemical_id.astype(np.float32))
        chemical_id = np.nan_to_num(numbers, nan=0.0).astype(np.int32)
        probability = index.resample(probability)
    map_grid = None if index is None else index.grid
    tags = {"QUANTITY": "chemical_id", "GRID": used.value}
    write_cog(
        folder / CHEMICAL_ID,
        chemical_id,
        grid=map_grid,
        unit="1",
        long_name="chemical that shows most in a strong pixel of a plume, 0 elsewhere",
        tags=tags | {"LEGEND": json.dumps(chemical_legend(detections), ensure_ascii=False)},
    )
    write_cog(
        folder / CHEMICAL_PROBABILITY,
        probability,
        grid=map_grid,
        unit="1",
        long_name="probability that this chemical is in the pixel",
        tags=tags | {"QUANTITY": "chemical_probability"},
    )
    return (
        WrittenLayer(CHEMICAL_ID, "", "chemical_id", "1", used),
        WrittenLayer(CHEMICAL_PROBABILITY, "", "chemical_probability", "1", used),
    )
