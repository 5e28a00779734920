"""What a cube showed and could have shown, kept while the images of its scan can be read."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.result import Detections
from cathartes.detect.window import Regime
from cathartes.locate.map_silence import detectable_rate_kg_h
from cathartes.pipeline.observed import EvidenceFile
from cathartes.pipeline.plume_evidence import GatheredPlumes
from cathartes.pipeline.sighting import TILE_PX, tile_centres, tile_medians
from cathartes.products.evidence_json import evidence_text
from cathartes.products.origins import look_wind
from cathartes.products.plume_spectra import PLUME_SPECTRA
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
from cathartes.scenes.quantity import Quantity
from cathartes.sites.detection import Detection
from cathartes.sites.observation import Sensitivity
from cathartes.spectra.library import GasLibrary
from cathartes.units import CANONICAL_RADIANCE_UNIT

CONTEXT, SENSITIVITY = "context.tif", "sensitivity.tif"


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
    plumes
        None before a scan, and without geometry.
    """

    folder: Path
    values: dict[tuple[str, str], NDArray[np.float32]] = field(default_factory=dict)
    longitude_deg: NDArray[np.float64] | None = None
    latitude_deg: NDArray[np.float64] | None = None
    plumes: GatheredPlumes | None = None

    def take(self, cube: Cube, regime: Regime, found: Detections) -> None:
        """Keep tiles of each gas, the context image, and the plumes' spectra and pixels."""
        if cube.geometry is None:
            return
        self.longitude_deg, self.latitude_deg = tile_centres(found.labels.shape, cube.geometry)
        for gas in found.gases:
            for quantity, plane in ((NECL, "square_necl_ppm_m"), (DETECTABLE_COLUMN,) * 2):
                tiles = tile_medians(found.planes.read(f"{plane}/{gas.name}"))
                self.values[quantity, gas.name] = tiles.ravel()
        self._write_context(cube, regime, found)
        self.plumes = GatheredPlumes.of_scan(cube, cube.geometry, regime, found)

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

    def files(
        self, summary: ScanSummary, detections: Sequence[Detection]
    ) -> tuple[EvidenceFile, ...]:
        """Return the files of evidence: context, spectra of plumes, and the sensitivity map.

        Parameters
        ----------
        summary
        detections
            That are kept; of other plumes nothing is.
        """
        kept = []
        if (self.folder / CONTEXT).exists():
            kept.append(EvidenceFile(self.folder / CONTEXT, "context"))
        if self.plumes is not None:
            wind = None if summary.wind is None else look_wind(summary.wind)
            spectra = self.plumes.spectra(detections, wind, summary.scene.pixel_size_m or 1.0)
            if spectra is not None:
                text = evidence_text(spectra)
                (self.folder / PLUME_SPECTRA).write_text(text, encoding="utf-8")
                kept.append(EvidenceFile(self.folder / PLUME_SPECTRA, "plume_spectra"))
        longitude, latitude = self.longitude_deg, self.latitude_deg
        if longitude is not None and latitude is not None and np.isfinite(longitude).any():
            spacing_m = TILE_PX * (summary.scene.pixel_size_m or 1.0)
            seen = map_of_places(longitude, latitude, spacing_m, self.values)
            write_sensitivity(self.folder / SENSITIVITY, seen)
            kept.append(EvidenceFile(self.folder / SENSITIVITY, "sensitivity"))
        return tuple(kept)

    def _write_context(self, cube: Cube, regime: Regime, found: Detections) -> None:
        """Write the image of the ground that the search made on its way, on a map."""
        if cube.geometry is None:
            return
        unit = CANONICAL_RADIANCE_UNIT if cube.quantity is Quantity.RADIANCE else "1"
        long_name = "the ground: mean over the bands searched"
        if regime is Regime.EMISSIVE:
            unit, long_name = "K", "the ground: brightness temperature where the air is clear"
        index = cube.geometry.map_index()
        write_cog_in_thread(  # no warning to keep silent: it has a grid
            self.folder / CONTEXT,
            index.resample(found.planes.read("context")),
            grid=index.grid,
            unit=unit,
            long_name=long_name,
        )
