"""What a cube showed and could have shown, kept while the images of its scan can be read."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.result import Detections
from cathartes.detect.window import Regime
from cathartes.locate.map_silence import detectable_rate_kg_h
from cathartes.pipeline.observed import EvidenceFile
from cathartes.pipeline.sighting import TILE_PX, tile_centres, tile_medians
from cathartes.products.origins import look_wind
from cathartes.products.raster import write_cog_in_thread
from cathartes.products.sensitivity import (
    DETECTABLE_COLUMN,
    NECL,
    SMALLEST_RATE,
    map_of_places,
    write_sensitivity,
)
from cathartes.products.summary import ScanSummary
from cathartes.scenes.cube import Cube
from cathartes.sites.observation import Sensitivity
from cathartes.spectra.library import GasLibrary

CONTEXT, SPECTRA, SENSITIVITY = "context.tif", "spectra.json", "sensitivity.tif"


@dataclass(slots=True)
class CubeLook:
    """Takes from a scan's images what is to be kept, and writes it into a folder.

    Attributes
    ----------
    folder
    values : (quantity, chemical) → (tile,)
        What could have been seen in each tile; infinite where none could, NaN without values.
    longitude_deg, latitude_deg : (tile,) [deg]
        Centres; None before a scan, and without geometry.
    """

    folder: Path
    values: dict[tuple[str, str], NDArray[np.float32]] = field(default_factory=dict)
    longitude_deg: NDArray[np.float64] | None = None
    latitude_deg: NDArray[np.float64] | None = None

    def take(self, cube: Cube, regime: Regime, found: Detections) -> None:  # noqa: ARG002
        """Keep tiles of each gas, the context image, and the plumes' spectra."""
        if cube.geometry is None:
            return
        self.longitude_deg, self.latitude_deg = tile_centres(found.labels.shape, cube.geometry)
        for gas in found.gases:
            for quantity, plane in ((NECL, "square_necl_ppm_m"), (DETECTABLE_COLUMN,) * 2):
                tiles = tile_medians(found.planes.read(f"{plane}/{gas.name}"))
                self.values[quantity, gas.name] = tiles.ravel()
        index = cube.geometry.map_index()
        write_cog_in_thread(  # no warning to keep silent: it has a grid
            self.folder / CONTEXT,
            index.resample(found.planes.read("context")),
            grid=index.grid,
            unit="1",
            long_name="the ground, grey",
        )
        (self.folder / SPECTRA).write_text(_spectra_text(found), encoding="utf-8")

    def sensitivities(self, summary: ScanSummary, library: GasLibrary) -> tuple[Sensitivity, ...]:
        """Return how well each gas could be seen; with a wind also the smallest rate, by tiles."""
        wind, pixel_m = summary.wind, summary.scene.pixel_size_m
        rates: dict[str, float | None] = {}
        if wind is not None and pixel_m is not None:
            for gas in summary.gases_searched:
                column = self.values[DETECTABLE_COLUMN, gas.name].astype(np.float64)
                molar_mass = library[gas.name].molar_mass_g_mol
                rate = detectable_rate_kg_h(column, pixel_m, look_wind(wind), molar_mass)
                self.values[SMALLEST_RATE, gas.name] = rate.astype(np.float32)
                known = rate[~np.isnan(rate)]
                median = float(np.median(known)) if known.size else np.inf
                rates[gas.name] = median if np.isfinite(median) else None
        return tuple(
            Sensitivity(
                gas.name,
                necl_ppm_m=gas.necl_median_ppm_m,
                detectable_column_ppm_m=gas.detectable_column_median_ppm_m,
                smallest_rate_kg_h=rates.get(gas.name),
                blind_share=gas.blind_share,
            )
            for gas in summary.gases_searched
        )

    def files(self, summary: ScanSummary) -> tuple[EvidenceFile, ...]:
        """Return the files of evidence: context, spectra, and the sensitivity map."""
        kept = [
            EvidenceFile(self.folder / name, name.split(".", maxsplit=1)[0])
            for name in (CONTEXT, SPECTRA)
            if (self.folder / name).exists()
        ]
        longitude, latitude = self.longitude_deg, self.latitude_deg
        if longitude is not None and latitude is not None and np.isfinite(longitude).any():
            spacing_m = TILE_PX * (summary.scene.pixel_size_m or 1.0)
            seen = map_of_places(longitude, latitude, spacing_m, self.values)
            write_sensitivity(self.folder / SENSITIVITY, seen)
            kept.append(EvidenceFile(self.folder / SENSITIVITY, "sensitivity"))
        return tuple(kept)


def _spectra_text(found: Detections) -> str:
    """Return the plumes' measured and fitted spectra as JSON."""

    def numbers(values: NDArray[np.float64]) -> list[float | None]:
        return [round(float(v), 7) if np.isfinite(v) else None for v in values]

    told = [
        {
            "plume": plume.id,
            "chemical": plume.chemical,
            "wavelength_um": numbers(plume.spectrum.wavelength_um),
            "signal": numbers(plume.spectrum.signal),
            "signal_sd": numbers(plume.spectrum.signal_sd),
            "fit": numbers(plume.spectrum.fit),
            "runner_up": plume.spectrum.runner_up,
            "runner_up_fit": numbers(plume.spectrum.runner_up_fit),
        }
        for plume in found.plumes
    ]
    return json.dumps(told, allow_nan=False) + "\n"
