"""What is kept of each plume beside its record: its spectrum with fits, and its profile."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.result import Detections, Plume
from cathartes.detect.window import Regime
from cathartes.locate.axis_profile import principal_bearing_deg, profile_along
from cathartes.locate.look_wind import LookWind
from cathartes.products.evidence_json import series
from cathartes.products.plume_spectra import (
    PlumeSpectra,
    Profile,
    plume_record,
    profile_record,
)
from cathartes.scenes.cube import Cube
from cathartes.scenes.geometry import Geometry
from cathartes.scenes.quantity import Quantity
from cathartes.sites.detection import Detection
from cathartes.sites.offset import offset_m
from cathartes.units import CANONICAL_RADIANCE_UNIT


@dataclass(frozen=True, slots=True)
class PlumePixels:
    """A plume with the columns of its pixels on the ground.

    Attributes
    ----------
    plume
    longitude_deg, latitude_deg : (pixel,) [deg]
        Pixels that lie somewhere.
    quantity
        Of the values: column density [ppm m], or the amount [ppm m K] where none can be stated.
    values, values_sd : (pixel,) [its unit]
        Of the main gas; NaN where not known.
    strongest
        Longitude and latitude of its strongest part, [deg].
    """

    plume: Plume
    longitude_deg: NDArray[np.float64]
    latitude_deg: NDArray[np.float64]
    quantity: Literal["column_density_ppm_m", "amount_ppm_m_k"]
    values: NDArray[np.float64]
    values_sd: NDArray[np.float64]
    strongest: tuple[float, float]

    def profile(
        self, detection: Detection, wind: LookWind | None, pixel_m: float
    ) -> Profile | None:
        """Return its profile downwind of its likeliest source, or from its strongest part on.

        Parameters
        ----------
        detection
            Whose first source is the origin, if there is a wind that is a guide.
        wind
            Of the look; None if not known.
        pixel_m : [m]
            Side of a pixel.

        Returns
        -------
        None if no pixel has a value.
        """
        if not np.isfinite(self.values).any():
            return None
        axis: Literal["wind", "principal"] = "principal"
        origin = self.strongest
        downwind = wind is not None and not wind.stagnant and bool(detection.sources)
        if downwind:
            place = detection.sources[0].place
            axis, origin = "wind", (place.longitude_deg, place.latitude_deg)
        east, north = offset_m(*origin, self.longitude_deg, self.latitude_deg)
        bearing = principal_bearing_deg(east, north)
        if wind is not None and downwind:
            bearing = (wind.wind_from_deg + 180.0) % 360.0
        along = profile_along(east, north, self.values, self.values_sd, bearing, pixel_m)
        return profile_record(axis, self.quantity, *origin, along)


@dataclass(frozen=True, slots=True)
class GatheredPlumes:
    """The plumes of a scan with what can be read of them only while it goes on.

    Attributes
    ----------
    unit, amount_unit
        Of spectra, and of fitted amounts.
    pixels : number of the plume → its pixels
    """

    unit: str
    amount_unit: Literal["ppm m", "ppm m K"]
    pixels: Mapping[int, PlumePixels]

    @classmethod
    def of_scan(
        cls, cube: Cube, geometry: Geometry, regime: Regime, found: Detections
    ) -> "GatheredPlumes":
        """Read the columns of the plumes' pixels."""
        pixels: dict[int, PlumePixels] = {}
        searched = {gas.name for gas in found.gases}
        for chemical in dict.fromkeys(plume.chemical for plume in found.plumes):
            kinds = ("column_density_ppm_m", "column_density_sd_ppm_m", "amount")
            images = tuple(
                found.planes.read(f"{kind}/{chemical}") for kind in kinds if chemical in searched
            )
            for plume in found.plumes:
                if plume.chemical == chemical:
                    pixels[plume.id] = _pixels_of(plume, found.labels, geometry, images)
        return cls(
            unit=CANONICAL_RADIANCE_UNIT if cube.quantity is Quantity.RADIANCE else "1",
            amount_unit="ppm m K" if regime is Regime.EMISSIVE else "ppm m",
            pixels=pixels,
        )

    def spectra(
        self, detections: Iterable[Detection], wind: LookWind | None, pixel_m: float
    ) -> PlumeSpectra | None:
        """Return what is kept of those plumes that are detections; None without any.

        Parameters
        ----------
        detections
            That the mandate allows to keep, by the numbers of their plumes.
        wind
            Of the look; None if not known.
        pixel_m : [m]
        """
        kept = [(one, self.pixels[one.number]) for one in detections]
        if not kept:
            return None
        first = kept[0][1].plume.spectrum
        return PlumeSpectra(
            unit=self.unit,
            amount_unit=self.amount_unit,
            band=tuple(int(number) for number in first.band),
            wavelength_um=series(first.wavelength_um),
            background_sd=series(first.background_sd),
            plumes=tuple(
                plume_record(
                    one.number,
                    held.plume.chemical,
                    held.plume.n_pixels,
                    held.plume.spectrum,
                    held.profile(one, wind, pixel_m),
                )
                for one, held in kept
            ),
        )


def _pixels_of(
    plume: Plume,
    labels: NDArray[np.int32],
    geometry: Geometry,
    images: tuple[NDArray[np.float32], ...],
) -> PlumePixels:
    """Return a plume's pixels.

    Parameters
    ----------
    plume, labels, geometry
    images : of (line, sample)
        Column density, its standard deviation, and the amount of its gas; () of an unknown one.
    """
    line, sample = np.nonzero(labels == plume.id)
    longitude, latitude = geometry.to_lon_lat(line + 0.5, sample + 0.5)
    placed = np.isfinite(longitude) & np.isfinite(latitude)
    line, sample = line[placed], sample[placed]
    nowhere = np.full(line.size, np.nan)
    held = [image[line, sample].astype(np.float64) for image in images]
    column, sd, amount = held or (nowhere, nowhere, nowhere)
    stated = bool(np.isfinite(column).any())
    at = geometry.to_lon_lat([plume.origin_line], [plume.origin_sample])
    return PlumePixels(
        plume,
        longitude[placed],
        latitude[placed],
        "column_density_ppm_m" if stated else "amount_ppm_m_k",
        column if stated else amount,
        sd if stated else nowhere,
        (float(at[0][0]), float(at[1][0])),
    )
