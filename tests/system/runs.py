"""What whole runs are made from: a scene, a cube, a command's answer."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cathartes.scenes.instrument import load_instrument
from cathartes.scenes.radiometry import planck_radiance

YARD = """
name = "yard"
seed = 5
lines = 96
samples = 128

[[plumes]]
gases = { SF6 = 1.0 }
line = 50.5
sample = 30.5
peak_ppm_m = 6.0
length_m = 160.0
"""


@dataclass(frozen=True)
class Said:
    """What a command left with and printed."""

    code: int
    out: str
    err: str


Run = Callable[..., Said]


def ground(n_lines: int = 40, n_samples: int = 32, seed: int = 3) -> np.ndarray:
    """Return (line, sample, band) radiance [W m-2 sr-1 um-1] of plume-free ground, lwir-drone-like.

    Temperatures of 295 K with a spread of 3 K, emissivity 0.98 with a spread in each band, noise.
    """
    generator = np.random.default_rng(seed)
    centre_um = load_instrument("lwir-drone-like").bands.centre_um
    temperature_k = 295.0 + 3.0 * generator.standard_normal((n_lines, n_samples, 1))
    slope = 0.01 * generator.standard_normal((n_lines, n_samples, 1)) * (centre_um - 10.0)
    noise = 1.0 + 1e-3 * generator.standard_normal((n_lines, n_samples, centre_um.size))
    return np.asarray(planck_radiance(centre_um, temperature_k) * (0.98 + slope) * noise)


def left_in(folder: Path) -> list[str]:
    """Return the names of all that lies in a folder, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())
