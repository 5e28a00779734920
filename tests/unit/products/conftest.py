"""Made-up results of a scan, for the products' unit tests."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import pytest
from numpy.typing import ArrayLike, NDArray

from cathartes.detect.atmosphere import AirOrigin, Atmosphere
from cathartes.detect.result import Detections, GasSearched, Outcome, Plume
from cathartes.detect.tails import FalseAlarmLaw
from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.scenes.geometry import MapGrid, MapIndex
from cathartes.spectra.response import SpectralBands
from made_up_spectra import made_up_spectrum

GASES = ("ammonia", "1,1,1-trichloroethane", "R-134a", "sulfur hexafluoride")

NO_TAIL = FalseAlarmLaw.measure(np.linspace(0.0, 3.0, 100, dtype=np.float32))


class PlanesInMemory:
    """Planes as a dictionary; remembers what was read."""

    def __init__(self, images: dict[str, NDArray[np.float32]]) -> None:
        self.images = images
        self.read_names: list[str] = []

    def read(self, name: str) -> NDArray[np.float32]:
        self.read_names.append(name)
        return self.images[name]


@dataclass
class FlatEarth:
    """Pixels of 1/1000 degree; line 0, sample 0 at (lon, lat); lines run south."""

    lon: float = 10.0
    lat: float = 50.0
    shape: tuple[int, int] = (40, 60)
    step_deg: float = 1e-3
    blind_samples: frozenset[int] = field(default_factory=frozenset)

    def to_lon_lat(
        self, line: ArrayLike, sample: ArrayLike
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        line = np.asarray(line, dtype=np.float64)
        sample = np.asarray(sample, dtype=np.float64)
        lon = (self.lon + self.step_deg * sample + 180) % 360 - 180
        blind = np.isin(np.floor(sample), list(self.blind_samples))
        return np.where(blind, np.nan, lon), self.lat - self.step_deg * line

    def pixel_size_m(self) -> float:
        return 111_320 * self.step_deg

    def map_index(self) -> MapIndex:
        step = self.step_deg
        grid = MapGrid((step, 0, self.lon, 0, -step, self.lat), "EPSG:4326", self.shape)
        line, sample = np.indices(self.shape)
        line = line.copy()
        line[0, 0] = sample[0, 0] = -1
        return MapIndex(grid, line, sample)


def make_plume(plume_id: int, labels: NDArray[np.int32], **changes: object) -> Plume:
    line, sample = np.nonzero(labels == plume_id)
    wavelength_um = np.linspace(7.5, 12.0, 64)
    shape = np.exp(-0.5 * ((wavelength_um - 10.35) / 0.1) ** 2)
    facts: dict[str, object] = {
        "id": plume_id, "chemical": GASES[(plume_id - 1) % len(GASES)], "probability": 0.97,
        "alternatives": (("methanol", 0.02), ("ethylene", 0.01)), "expected_by_chance": 1e-6,
        "false_alarm_probability": 1e-6,
        "snr_max": 12.5, "n_pixels": int(line.size), "line_min": int(line.min()),
        "line_max": int(line.max()), "sample_min": int(sample.min()),
        "sample_max": int(sample.max()), "origin_line": float(line[0]) + 0.5,
        "origin_sample": float(sample[0]) + 0.5, "column_density_max_ppm_m": 900.0,
        "column_density_mean_ppm_m": 300.0, "column_density_sd_ppm_m": 25.0,
        "thermal_contrast": 1, "flags": ("look-alike possible",),
        "spectrum": made_up_spectrum(wavelength_um, 0.3 * shape, runner_up="methanol"),
    }  # fmt: skip
    return Plume(**(facts | changes))  # type: ignore[arg-type]


def make_scan(
    shape: tuple[int, int] = (40, 60),
    n_plumes: int = 2,
    *,
    geometry: object = None,
    outcome: Outcome | None = None,
    reason: str = "",
    **changes: object,
) -> tuple[Cube, Detections]:
    """Return a cube and what a scan of it might have said; plumes are blocks of up to 3 by 5."""
    rng = np.random.default_rng(11)
    labels = np.zeros(shape, dtype=np.int32)
    for plume_id in range(1, n_plumes + 1):
        line = (plume_id * 7) % max(1, shape[0] - 3)
        sample = (plume_id * 11) % max(1, shape[1] - 5)
        labels[line : line + 3, sample : sample + 5] = plume_id
    images = {"context": rng.normal(9, 1, shape).astype(np.float32)}
    for number, gas in enumerate(GASES, 1):
        images[f"score/{gas}"] = rng.normal(0, 1, shape).astype(np.float32) + 9 * (labels == number)
        images[f"column_density_ppm_m/{gas}"] = 20 * images[f"score/{gas}"]
        images[f"column_density_sd_ppm_m/{gas}"] = np.full(shape, 20, dtype=np.float32)
        images[f"necl_ppm_m/{gas}"] = np.full(shape, 18, dtype=np.float32)
        images[f"necl_ppm_m/{gas}"][-1, -1] = np.inf
        images[f"detectable_column_ppm_m/{gas}"] = 7 * images[f"necl_ppm_m/{gas}"]
    detections = Detections(
        labels=labels,
        plumes=tuple(make_plume(i, labels, **changes) for i in range(1, n_plumes + 1)),
        gases=tuple(
            GasSearched(g, necl, 5.2, NO_TAIL, 7.0 * necl, 0.5 if necl < 99 else 1.0)
            for g, necl in zip(
                GASES, (18.0 if g != "R-134a" else np.inf for g in GASES), strict=True
            )
        ),
        chance_measured=True,
        outcome=outcome or (Outcome.DETECTIONS if n_plumes else Outcome.NOTHING_FOUND),
        reason=reason,
        planes=PlanesInMemory({name: np.float32(image) for name, image in images.items()}),
        air=Atmosphere(np.full(8, 0.8), np.ones(8), AirOrigin.SCENE, 1.5, 0.3, 295.0),
    )
    cube = Cube(
        name="line07",
        shape=(*shape, 64),
        bands=SpectralBands(np.linspace(7.5, 12.0, 64), np.full(64, 0.07)),
        band_valid=np.ones(64, dtype=bool),
        source=ArrayLines(np.zeros((1, 1, 64), dtype=np.float32)),
        start_utc=datetime(2024, 5, 1, 12, 3, 4, tzinfo=UTC),
        geometry=geometry,  # type: ignore[arg-type]
        instrument="HyTES",
    )
    return cube, detections


@pytest.fixture
def scan() -> Callable[..., tuple[Cube, Detections]]:
    """Return the maker of made-up scans."""
    return make_scan


@pytest.fixture
def flat_earth() -> type[FlatEarth]:
    """Return the made-up geometry."""
    return FlatEarth
