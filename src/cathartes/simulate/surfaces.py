"""What the ground is made of: reflectance over wavelength, and what makes materials differ.

Emissivity is one minus reflectance (Kirchhoff; opaque, Lambertian surfaces). The built-in materials
are parametric and ours: a thermal level with Gaussian features (reststrahlen bands of quartz,
carbonate, gypsum, ...), and a reflective curve through nine points with Gaussian absorptions.
Positions follow common knowledge of mineral spectra; they are plausible, not measured.
"""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator

from cathartes.errors import InputError, SettingsError
from cathartes.simulate.materials import MATERIALS, REFLECTIVE_KNOTS_UM, Material

THERMAL_FROM_UM = 4.0
FARTHEST_UM = 0.15
"""So near must a point of a measured spectrum be: features of solids are wider."""


class Surface(Protocol):
    """One material of the ground."""

    @property
    def name(self) -> str:
        """Its name, unique in a set."""

    @property
    def family(self) -> str:
        """Its kind: vegetation, soil, pavement, water, roof, metal, mineral."""

    def reflectance(self, wavelength_um: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (point,) reflectance, 0 to 1."""


@dataclass(frozen=True, slots=True)
class ParametricSurface:
    """A built-in material."""

    material: Material

    @property
    def name(self) -> str:
        """Its name."""
        return self.material.name

    @property
    def family(self) -> str:
        """Its kind."""
        return self.material.family

    def reflectance(self, wavelength_um: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (point,) reflectance; the thermal curve from 4 um on."""
        lam = np.asarray(wavelength_um, dtype=np.float64)
        thermal = np.full(lam.shape, 1.0 - self.material.thermal_emissivity)
        for centre, width, height in self.material.thermal_features:
            thermal += height * np.exp(-0.5 * ((lam - centre) / width) ** 2)
        curve = PchipInterpolator(REFLECTIVE_KNOTS_UM, self.material.reflective)
        low, high = REFLECTIVE_KNOTS_UM[0], REFLECTIVE_KNOTS_UM[-1]
        reflective = np.asarray(curve(np.clip(lam, low, high)))
        for centre, width, depth in self.material.reflective_features:
            reflective = reflective * (1.0 - depth * np.exp(-0.5 * ((lam - centre) / width) ** 2))
        return np.clip(np.where(lam >= THERMAL_FROM_UM, thermal, reflective), 0.001, 0.999)


@dataclass(frozen=True, slots=True)
class TabulatedSurface:
    """A measured material.

    Attributes
    ----------
    wavelength_um : (point,) [um], ascending
    values : (point,) reflectance
    """

    name: str
    family: str
    wavelength_um: NDArray[np.float64]
    values: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.wavelength_um.shape != self.values.shape or self.values.size < 2:
            raise InputError(
                f"surface {self.name}: {self.wavelength_um.size} wavelengths and "
                f"{self.values.size} values; as many of each are needed, at least 2."
            )
        if not (np.diff(self.wavelength_um) > 0).all() or not np.isfinite(self.values).all():
            raise InputError(
                f"surface {self.name}: wavelengths must ascend and values be finite; sort the "
                "table and cut its gaps out."
            )

    def reflectance(self, wavelength_um: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (point,) reflectance, held constant beyond the table."""
        return np.clip(np.interp(wavelength_um, self.wavelength_um, self.values), 0.001, 0.999)


@dataclass(frozen=True, slots=True)
class SurfaceFile:
    """A file that materials were read from: its name, and its SHA-256 in hexadecimal."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class SurfaceSet:
    """Measured materials to build a ground from.

    Attributes
    ----------
    surfaces
        At least one.
    files
        What they were read from; empty if from no file.
    """

    surfaces: tuple[TabulatedSurface, ...]
    files: tuple[SurfaceFile, ...] = ()

    def __post_init__(self) -> None:
        if not self.surfaces:
            raise InputError("a set of surfaces is empty; one surface at least is needed.")

    def uncovered_um(self, centre_um: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return those of some wavelengths that a spectrum says nothing of.

        Parameters
        ----------
        centre_um : (band,) [um]

        Returns
        -------
        (uncovered band,) [um]: farther than `FARTHEST_UM` from every point of a table.
        """
        far = np.zeros(centre_um.shape, dtype=bool)
        for surface in self.surfaces:
            after = np.searchsorted(surface.wavelength_um, centre_um)
            around = np.stack([after - 1, after]).clip(0, surface.wavelength_um.size - 1)
            far |= np.abs(surface.wavelength_um[around] - centre_um).min(axis=0) > FARTHEST_UM
        return np.asarray(centre_um[far])


def builtin_surfaces(surface_set: str = "all") -> tuple[Surface, ...]:
    """Return the built-in materials of one half, or all.

    ``a`` and ``b`` share no material, and each has every family: tune on one, judge on the other.

    Raises
    ------
    SettingsError
        If the set's name is not ``a``, ``b`` or ``all``.
    """
    if surface_set not in {"a", "b", "all"}:
        raise SettingsError(f"surface set {surface_set!r}; 'a', 'b' and 'all' exist.")
    chosen = [m for m in MATERIALS if surface_set in {"all", m.half}]
    return tuple(ParametricSurface(material) for material in chosen)


def varied(
    surfaces: tuple[Surface, ...], variants: int, generator: np.random.Generator
) -> tuple[Surface, ...]:
    """Return each parametric surface and so many variants of it; others as they are.

    No two fields are quite alike, and a background of a few exact spectra would be easier to
    model than any real one. A variant's level moves by 0.006, its thermal features grow or shrink
    by a third and move by 0.03 um, its reflective curve is scaled by a sixth and bent by a tenth
    (standard deviations).
    """
    made: list[Surface] = []
    for surface in surfaces:
        made.append(surface)
        if not isinstance(surface, ParametricSurface):
            continue
        base = surface.material
        for number in range(1, variants + 1):
            level = base.thermal_emissivity + 0.006 * generator.standard_normal()
            features = tuple(
                (c + 0.03 * generator.standard_normal(), w * np.exp(0.1 * generator.normal()),
                 h * np.exp(0.33 * generator.standard_normal()))
                for c, w, h in base.thermal_features
            )  # fmt: skip
            bend = np.linspace(-1.0, 1.0, len(base.reflective)) * 0.1 * generator.normal()
            factor = np.exp(0.16 * generator.standard_normal() + bend)
            curve = tuple(float(v) for v in np.clip(np.array(base.reflective) * factor, 0, 0.95))
            made.append(
                ParametricSurface(
                    replace(
                        base, name=f"{base.name}-{number}", reflective=curve,
                        thermal_emissivity=float(np.clip(level, 0.02, 0.995)),
                        thermal_features=features,
                        warmth_k=base.warmth_k + 1.5 * generator.standard_normal(),
                    )
                )
            )  # fmt: skip
    return tuple(made)
