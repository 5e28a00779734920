"""Imaging spectrometers as values: bands, noise, and typical geometry, from small TOML files."""

import difflib
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cathartes.errors import SettingsError
from cathartes.scenes.instrument_file import InstrumentFile
from cathartes.scenes.radiometry import EMISSIVE_FROM_UM
from cathartes.scenes.toml_file import parse_toml
from cathartes.spectra.response import SpectralBands


class SpectralRange(StrEnum):
    """What an instrument mostly sees: heat given off, or sunlight thrown back."""

    EMISSIVE = "emissive"
    REFLECTIVE = "reflective"


@dataclass(frozen=True, slots=True)
class NoiseModel:
    r"""Standard deviation of an instrument's noise, per band.

    .. math:: \sigma_b(L) = a_b \sqrt{\max(b_b + L, 0)} + c_b

    A constant noise is a = 0. The form is the one in which imaging-spectrometer teams publish
    their fits; photon noise gives the root, reading noise b, a floor c.

    Attributes
    ----------
    a : (band,) [W0.5 m-1 sr-0.5 um-0.5]
    b, c : (band,) [W m-2 sr-1 um-1]

    Raises
    ------
    SettingsError
        If lengths differ, a value is not finite, a is negative, or there is no noise at all.
    """

    a: NDArray[np.float64]
    b: NDArray[np.float64]
    c: NDArray[np.float64]

    def __post_init__(self) -> None:
        for name in ("a", "b", "c"):
            values = np.array(getattr(self, name), dtype=np.float64)
            values.setflags(write=False)
            object.__setattr__(self, name, values)
        if self.a.ndim != 1 or not self.a.shape == self.b.shape == self.c.shape:
            raise SettingsError(
                f"noise model: a, b and c of shapes {self.a.shape}, {self.b.shape} and "
                f"{self.c.shape}; one value a band is needed in each."
            )
        if not np.isfinite(np.concatenate([self.a, self.b, self.c])).all():
            raise SettingsError("noise model: some values are not finite; mend the noise table.")
        if (self.a < 0).any() or ((self.a == 0) & (self.c <= 0)).any():
            raise SettingsError(
                "noise model: a must not be negative, and where it is 0 the constant c must be "
                "positive: a band without noise can't be weighed against others."
            )

    def nesr(self, radiance: ArrayLike) -> NDArray[np.float64]:
        """Return the noise-equivalent spectral radiance at a radiance.

        Parameters
        ----------
        radiance : (..., band) [W m-2 sr-1 um-1]

        Returns
        -------
        (..., band) [W m-2 sr-1 um-1]
        """
        level = np.maximum(self.b + np.asarray(radiance, dtype=np.float64), 0.0)
        return np.asarray(self.a * np.sqrt(level) + self.c)


@dataclass(frozen=True, slots=True)
class Instrument:
    """An imaging spectrometer as it flies.

    Attributes
    ----------
    name
        ``-like`` names are ours: they resemble an instrument's published figures, no more.
    bands : (band,)
    noise : (band,)
    n_samples
        Pixels across the track.
    ifov_mrad : [mrad]
        Angle that one pixel sees.
    altitude_m : [m]
        Typical height above the ground.
    integration_s : [s]
        Time one line is exposed; None if not stated.
    description
        One line for lists.
    """

    name: str
    bands: SpectralBands
    noise: NoiseModel
    n_samples: int
    ifov_mrad: float
    altitude_m: float
    integration_s: float | None = None
    description: str = ""

    def __post_init__(self) -> None:
        if len(self.bands) != self.noise.a.size:
            raise SettingsError(
                f"instrument {self.name}: {len(self.bands)} bands and a noise model of "
                f"{self.noise.a.size}; as many of each are needed."
            )
        if self.n_samples < 1 or min(self.ifov_mrad, self.altitude_m) <= 0:
            raise SettingsError(
                f"instrument {self.name}: {self.n_samples} samples, {self.ifov_mrad} mrad, "
                f"{self.altitude_m} m; all must be positive."
            )

    @property
    def ground_sampling_distance_m(self) -> float:
        """Side of a pixel below the aircraft at the typical altitude, [m]."""
        return self.ifov_mrad * 1e-3 * self.altitude_m

    @property
    def spectral_range(self) -> SpectralRange:
        """Emissive where most bands lie beyond 5 um."""
        emissive = float(np.median(self.bands.centre_um)) > EMISSIVE_FROM_UM
        return SpectralRange.EMISSIVE if emissive else SpectralRange.REFLECTIVE


def builtin_instruments() -> tuple[str, ...]:
    """Return the names of the instruments that come with Cathartes, sorted."""
    folder = resources.files("cathartes.scenes").joinpath("data", "instruments")
    return tuple(
        sorted(
            entry.name.removesuffix(".toml")
            for entry in folder.iterdir()
            if entry.name.endswith(".toml")
        )
    )


def load_instrument(name_or_path: str | Path) -> Instrument:
    """Return a built-in instrument by its name, or read one from a TOML file.

    The file's keys are in ``docs/reference/instruments.md``.

    Raises
    ------
    SettingsError
        If there is neither an instrument nor a file of that name, or the file is wrong; the
        message names the key.
    """
    text = str(name_or_path)
    path = Path(name_or_path)
    if text in builtin_instruments():
        folder = resources.files("cathartes.scenes").joinpath("data", "instruments")
        return parse_instrument(folder.joinpath(f"{text}.toml").read_text("utf-8"), text)
    if path.is_file():
        try:
            return parse_instrument(path.read_text("utf-8"), path.name)
        except UnicodeDecodeError as error:
            raise SettingsError(
                f"instrument file {path.name} is no text ({error}); a TOML file is needed."
            ) from error
    near = difflib.get_close_matches(text, builtin_instruments(), n=2, cutoff=0.4)
    hint = f" Nearest: {', '.join(near)}." if near else ""
    raise SettingsError(
        f"no instrument and no file {text!r}.{hint} Built in are: "
        f"{', '.join(builtin_instruments())}; or give the path of a TOML file "
        "(docs/reference/instruments.md)."
    )


def parse_instrument(text: str, origin: str) -> Instrument:
    """Return the instrument that a TOML text describes.

    Parameters
    ----------
    text
        The file's content.
    origin
        The file's name, for messages.

    Raises
    ------
    SettingsError
        If the text is no TOML, or a key is missing, unknown or wrong.
    """
    file = parse_toml(
        text, origin, InstrumentFile, "instrument file", "docs/reference/instruments.md"
    )
    bands = file.bands.to_bands()
    a, b, c = file.noise.coefficients(bands.centre_um)
    return Instrument(
        name=file.name,
        bands=bands,
        noise=NoiseModel(a, b, c),
        n_samples=file.n_samples,
        ifov_mrad=file.ifov_mrad,
        altitude_m=file.altitude_m,
        integration_s=file.integration_s,
        description=file.description,
    )
