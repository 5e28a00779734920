"""One scene from its settings: landscape, air, plumes, detector; with the truth beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from cathartes.errors import InputError, SettingsError
from cathartes.scenes.air import Air, check_covered, thermal_path
from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.scenes.geometry import AffineGeometry, MapGrid
from cathartes.scenes.instrument import Instrument, SpectralRange
from cathartes.simulate.emissive import EmissiveGround
from cathartes.simulate.gaslayer import GasLayer, absorption_table
from cathartes.simulate.ground import Ground, Landscape, make_ground
from cathartes.simulate.materials import FAMILY_WARMTH_K
from cathartes.simulate.noise import Striping, column_errors
from cathartes.simulate.plume import (
    PlumeShape,
    column_per_emission_ppm_m,
    drop_faint,
    unit_plume,
)
from cathartes.simulate.reflective import ReflectiveGround
from cathartes.simulate.settings import PlumeSettings, SceneSettings
from cathartes.simulate.snr import clutter_inverse_root, optimal_snr
from cathartes.simulate.surfaces import (
    ParametricSurface,
    Surface,
    SurfaceFile,
    SurfaceSet,
    builtin_surfaces,
    varied,
)
from cathartes.simulate.truth import PlumeTruth, Truth
from cathartes.spectra.library import GasLibrary
from cathartes.spectra.response import SpectralBands, response_matrix

LINES_AT_ONCE = 32


@dataclass(frozen=True, slots=True)
class SimulatedScene:
    """A made-up scene and everything that is true about it.

    Attributes
    ----------
    settings
        What it was made from, filled.
    radiance : (line, sample, band) float32 [W m-2 sr-1 um-1]
        As the instrument reports it.
    bands : (band,)
    instrument
        Name.
    map_grid
        Where its pixels lie; line 0 is the northern edge.
    truth
        What is in it.
    surface_files
        What the ground's materials were read from; empty for the built-in ones.
    """

    settings: SceneSettings
    radiance: NDArray[np.float32]
    bands: SpectralBands
    instrument: str
    map_grid: MapGrid
    truth: Truth
    surface_files: tuple[SurfaceFile, ...] = ()

    def to_cube(self) -> Cube:
        """Return the scene as a cube in memory, as a reader would give it."""
        return Cube(
            name=self.settings.name,
            shape=(self.radiance.shape[0], self.radiance.shape[1], self.radiance.shape[2]),
            bands=self.bands,
            band_valid=np.ones(len(self.bands), dtype=bool),
            source=ArrayLines(self.radiance),
            geometry=AffineGeometry(
                self.map_grid.transform, self.map_grid.crs, self.map_grid.shape
            ),
            sun_zenith_deg=self.settings.sun_zenith_deg,
            air_temperature_k=self.settings.air.temperature_k,
            instrument=self.instrument,
        )


def simulate_scene(
    settings: SceneSettings,
    library: GasLibrary,
    instrument: Instrument,
    surfaces: SurfaceSet | None = None,
    ground: Ground | None = None,
) -> SimulatedScene:
    """Make a scene.

    Parameters
    ----------
    library
        Spectra of the gases; another one than the detector's makes a fairer trial.
    surfaces
        Measured materials of the ground; None takes the built-in set that the settings name.
    ground
        Ground that is there already, of the settings' lines and samples, such as a part of a larger
        one (`Ground.part`); None makes it as the settings say.

    Raises
    ------
    SettingsError
        If a plume's source leaves the scene without gas, the settings contradict each other, or
        the air is not known at some bands.
    UnknownGasError
        If the library lacks a gas.
    NoSignatureError
        If the instrument can't see a gas.
    InputError
        If the surfaces say nothing of some bands.
    """
    # One generator a purpose: adding a plume must not change the landscape or the noise.
    seeds = np.random.SeedSequence(settings.seed).spawn(3)
    for_ground, for_plumes, for_detector = (np.random.default_rng(s) for s in seeds)
    pixel_m, altitude_m = pixel_and_altitude(settings, instrument)
    grid = _map_grid(settings, pixel_m)
    is_emissive = instrument.spectral_range is SpectralRange.EMISSIVE
    check_covered(instrument.bands.centre_um, is_emissive=is_emissive)
    air = Air(**settings.air.model_dump())
    if ground is None:
        ground = scene_ground(settings, instrument, for_ground, surfaces)
    elif ground.shape != (settings.lines, settings.samples):
        raise SettingsError(
            f"ground of {ground.shape[0]} x {ground.shape[1]} pixels for a scene of "
            f"{settings.lines} x {settings.samples}; the same number is needed."
        )
    layers = tuple(
        _layer(plume, settings, library, pixel_m, for_plumes) for plume in settings.plumes
    )
    nu = instrument.bands.wavenumber_grid_cm1(settings.resolution_cm1)
    matrix = response_matrix(instrument.bands, nu)
    clear: EmissiveGround | ReflectiveGround
    if is_emissive:
        clear = EmissiveGround(ground, thermal_path(air, altitude_m, nu), matrix)
    else:
        if not settings.is_day:
            raise SettingsError(
                f"{instrument.name} sees sunlight and the scene is at night; set sun_zenith_deg "
                "below 85."
            )
        clear = ReflectiveGround(ground, air, altitude_m, settings.sun_zenith_deg, nu, matrix)
    gases = tuple(dict.fromkeys(gas for layer in layers for gas in layer.columns))
    absorption = absorption_table(library, gases, nu) if gases else {}
    observed, plume = _observe(settings, instrument, clear, layers, ground.shape, for_detector)
    root = _inverse_root(observed, instrument, settings.detector.noise_factor)
    snr = np.zeros((len(gases), *ground.shape), dtype=np.float32)
    if plume.pixels.size:
        through = _through(clear, layers, absorption, plume.pixels)
        flat = observed.reshape(-1, observed.shape[-1])
        flat[plume.pixels] = plume.observe(through, instrument, settings.detector.noise_factor)
        snr.reshape(len(gases), -1)[:, plume.pixels] = _snr_of_gases(
            clear, layers, gases, absorption, plume, through, root
        )
    truth = _truth(settings, ground, layers, gases, snr, instrument.spectral_range)
    files = () if surfaces is None else surfaces.files
    return SimulatedScene(settings, observed, instrument.bands, instrument.name, grid, truth, files)


def pixel_and_altitude(settings: SceneSettings, instrument: Instrument) -> tuple[float, float]:
    """Return the pixel's side and the sensor's height above the ground, both [m]."""
    altitude_m = settings.altitude_m or instrument.altitude_m
    return settings.pixel_m or instrument.ifov_mrad * 1e-3 * altitude_m, altitude_m


def _materials(
    settings: SceneSettings,
    instrument: Instrument,
    surfaces: SurfaceSet | None,
    generator: np.random.Generator,
) -> tuple[Surface, ...]:
    if surfaces is None:
        land = settings.landscape
        return varied(builtin_surfaces(land.surface_set), land.variants, generator)
    uncovered = surfaces.uncovered_um(instrument.bands.centre_um)
    if uncovered.size:
        raise InputError(
            f"surfaces measured at other wavelengths: {uncovered.size} of {len(instrument.bands)} "
            f"bands of {instrument.name}, from {uncovered.min():.3g} to {uncovered.max():.3g} um, "
            "lie outside or in a gap; take other surfaces, or the built-in ones."
        )
    return surfaces.surfaces


def scene_ground(
    settings: SceneSettings,
    instrument: Instrument,
    generator: np.random.Generator,
    surfaces: SurfaceSet | None = None,
) -> Ground:
    """Make the ground that the settings of a scene tell of.

    Parameters
    ----------
    generator
        Same generator state, same ground.
    surfaces
        Measured materials; None takes the built-in set that the settings name.

    Raises
    ------
    SettingsError
        If there is no such ground.
    InputError
        If the surfaces say nothing of some bands.
    """
    materials = _materials(settings, instrument, surfaces, generator)
    pixel_m, _ = pixel_and_altitude(settings, instrument)
    land = settings.landscape.model_dump(exclude={"surface_set", "variants"})
    warmth = {
        s.name: (s.material.warmth_k, s.material.texture_k)
        if isinstance(s, ParametricSurface)
        else FAMILY_WARMTH_K.get(s.family, FAMILY_WARMTH_K["soil"])
        for s in materials
    }
    return make_ground(
        (settings.lines, settings.samples), pixel_m, materials,
        Landscape(**land, sun=settings.is_day),
        settings.air.temperature_k, warmth, generator,
    )  # fmt: skip


def _layer(
    plume: PlumeSettings,
    settings: SceneSettings,
    library: GasLibrary,
    pixel_m: float,
    generator: np.random.Generator,
) -> GasLayer:
    shape = PlumeShape(
        plume.line, plume.sample, settings.wind_from_deg, plume.length_m, plume.source_width_m,
        plume.growth, plume.meander, plume.filaments,
    )  # fmt: skip
    is_inside = 0 <= plume.line <= settings.lines and 0 <= plume.sample <= settings.samples
    if plume.peak_ppm_m is not None and not is_inside:
        raise SettingsError(
            f"plume of {', '.join(plume.gases)} at line {plume.line}, sample {plume.sample} has "
            f"its source outside the scene of {settings.lines} lines and {settings.samples} "
            "samples, where peak_ppm_m says nothing of it; move its source inside, or give "
            "emission_kg_h for gas that drifts in."
        )
    unit = unit_plume(shape, (settings.lines, settings.samples), pixel_m, generator)
    if not unit.max() > 0:
        raise SettingsError(
            f"plume of {', '.join(plume.gases)} at line {plume.line}, sample {plume.sample} lies "
            f"outside the scene of {settings.lines} lines and {settings.samples} samples; move "
            "its source inside."
        )
    first, reference = next(iter(plume.gases.items()))
    if plume.peak_ppm_m is not None:
        column = unit * (plume.peak_ppm_m / unit.max())
    else:
        if not library[first].molar_mass_g_mol > 0:
            raise SettingsError(
                f"{first} has no molar mass in the library, so that {plume.emission_kg_h} kg h-1 "
                "are no known number of molecules; give peak_ppm_m, or import the gas with "
                "molar_mass_g_mol."
            )
        mass_kg_m2 = (plume.emission_kg_h or 0.0) / 3600.0 / settings.wind_speed_m_s
        column = unit * mass_kg_m2 * column_per_emission_ppm_m(library[first].molar_mass_g_mol)
    column = drop_faint(column)
    columns = {library[g].name: column * (part / reference) for g, part in plume.gases.items()}
    if len(columns) < len(plume.gases):
        raise SettingsError(
            f"plume of {', '.join(plume.gases)} at line {plume.line}, sample {plume.sample} names "
            f"one gas twice: they are {', '.join(columns)} alone; give each gas one amount."
        )
    return GasLayer(columns, settings.air.temperature_k + plume.temperature_difference_k)


@dataclass(frozen=True, slots=True)
class _PlumePixels:
    """Pixels with gas, and what the detector did to them: kept so that only the gas changes.

    ``pixels`` (pixel,) flat numbers; ``quiet`` (pixel, band) plume-free radiance; ``draw`` unit
    normal noise; ``gain`` and ``offset`` of their columns.
    """

    pixels: NDArray[np.intp]
    quiet: NDArray[np.float64]
    draw: NDArray[np.float32]
    gain: NDArray[np.float64]
    offset: NDArray[np.float64]

    def observe(
        self, radiance: NDArray[np.float64], instrument: Instrument, noise_factor: float
    ) -> NDArray[np.float32]:
        noise = noise_factor * instrument.noise.nesr(radiance) * self.draw
        return np.asarray(radiance * self.gain + self.offset + noise, dtype=np.float32)


def _observe(
    settings: SceneSettings,
    instrument: Instrument,
    clear: EmissiveGround | ReflectiveGround,
    layers: Sequence[GasLayer],
    shape: tuple[int, int],
    generator: np.random.Generator,
) -> tuple[NDArray[np.float32], _PlumePixels]:
    """Return the plume-free scene as the detector reports it, and what plume pixels need."""
    detector, n_bands = settings.detector, len(instrument.bands)
    n_pixels = shape[0] * shape[1]
    some = np.arange(0, n_pixels, max(1, n_pixels // 500), dtype=np.intp)
    mean_nesr = instrument.noise.nesr(clear.radiance(some).mean(axis=0))
    striping = Striping(
        detector.stripe_offset_nesr, detector.stripe_gain, detector.trend, detector.bad_columns
    )
    fixed = column_errors(striping, shape[1], mean_nesr, generator)
    present = np.zeros(n_pixels, dtype=bool)
    for layer in layers:
        present |= layer.present.ravel()
    observed = np.empty((*shape, n_bands), dtype=np.float32)
    kept: list[tuple[NDArray[np.float64], NDArray[np.float32]]] = []
    for start in range(0, shape[0], LINES_AT_ONCE):
        stop = min(start + LINES_AT_ONCE, shape[0])
        pixels = np.arange(start * shape[1], stop * shape[1], dtype=np.intp)
        level = clear.radiance(pixels)
        draw = generator.standard_normal(level.shape, dtype=np.float32)
        inside = present[pixels]
        kept.append((level[inside], draw[inside]))
        noise = detector.noise_factor * instrument.noise.nesr(level) * draw
        block = level.reshape(-1, shape[1], n_bands) * fixed.gain + fixed.offset
        observed[start:stop] = block + noise.reshape(block.shape)
    where = np.flatnonzero(present)
    column = where % shape[1]
    quiet, draws = (np.concatenate(part) for part in zip(*kept, strict=True))
    return observed, _PlumePixels(where, quiet, draws, fixed.gain[column], fixed.offset[column])


def _inverse_root(
    observed: NDArray[np.float32], instrument: Instrument, noise_factor: float
) -> NDArray[np.float64]:
    """Return the root of the clutter's inverse covariance; rounding to float32 is noise too."""
    flat = observed.reshape(-1, observed.shape[-1])
    mean = flat.mean(axis=0, dtype=np.float64)
    rounding = np.finfo(np.float32)
    noise = np.hypot(noise_factor * instrument.noise.nesr(mean), rounding.eps * np.abs(mean))
    return clutter_inverse_root(flat, noise + rounding.tiny)


def _through(
    clear: EmissiveGround | ReflectiveGround,
    layers: Sequence[GasLayer],
    absorption: Mapping[str, NDArray[np.float64]],
    pixels: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Return (pixel, band) radiance of pixels under those layers that have gas there."""
    there = np.stack([layer.present.ravel()[pixels] for layer in layers], axis=1)
    patterns, pattern_of = np.unique(there, axis=0, return_inverse=True)
    out: NDArray[np.float64] | None = None
    for number, pattern in enumerate(patterns):
        chosen = pattern_of.ravel() == number
        over = [layer for layer, is_there in zip(layers, pattern, strict=True) if is_there]
        part = clear.radiance_through(pixels[chosen], over, absorption)
        if out is None:
            out = np.empty((pixels.size, part.shape[1]))
        out[chosen] = part
    if out is None:
        raise SettingsError("no pixel holds gas; this scene has no plume to see through.")
    return out


def _snr_of_gases(
    clear: EmissiveGround | ReflectiveGround,
    layers: Sequence[GasLayer],
    gases: tuple[str, ...],
    absorption: Mapping[str, NDArray[np.float64]],
    plume: _PlumePixels,
    through: NDArray[np.float64],
    root: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return (gas, pixel) optimal SNR of each gas alone."""
    total = optimal_snr(through - plume.quiet, root)
    has = np.zeros((len(gases), plume.pixels.size), dtype=bool)
    for g, gas in enumerate(gases):
        for layer in layers:
            if gas in layer.columns:
                has[g] |= layer.columns[gas].ravel()[plume.pixels] > 0
    alone = has.sum(axis=0) == 1
    snr = np.where(has & alone, total, 0.0)
    for g, gas in enumerate(gases):
        mixed = has[g] & ~alone
        if mixed.any():
            single = [layer.only(gas) for layer in layers if gas in layer.columns]
            seen = _through(clear, single, absorption, plume.pixels[mixed])
            snr[g, mixed] = optimal_snr(seen - plume.quiet[mixed], root)
    return snr


def _truth(
    settings: SceneSettings,
    ground: Ground,
    layers: Sequence[GasLayer],
    gases: tuple[str, ...],
    snr: NDArray[np.float32],
    spectral_range: SpectralRange,
) -> Truth:
    columns = np.zeros((len(gases), *ground.shape), dtype=np.float32)
    labels = np.zeros(ground.shape, dtype=np.int32)
    nearest = np.zeros(ground.shape)
    contrast = np.full(ground.shape, np.nan, dtype=np.float32)
    for number, layer in enumerate(layers, start=1):
        first = next(iter(layer.columns.values()))
        relative = first / first.max()
        stronger = relative > nearest
        labels[stronger], nearest[stronger] = number, relative[stronger]
        if spectral_range is SpectralRange.EMISSIVE:
            contrast[stronger] = (layer.temperature_k - ground.temperature_k)[stronger]
        for gas, column in layer.columns.items():
            columns[gases.index(gas)] += column.astype(np.float32)
    plumes = tuple(
        _plume_truth(number, plume, layer, gases, snr, labels)
        for number, (plume, layer) in enumerate(zip(settings.plumes, layers, strict=True), start=1)
    )
    return Truth(
        gases, columns, snr, labels, ground.temperature_k.astype(np.float32), contrast,
        ground.first.astype(np.int16), tuple(s.name for s in ground.surfaces), plumes,
    )  # fmt: skip


def _plume_truth(
    number: int,
    plume: PlumeSettings,
    layer: GasLayer,
    gases: tuple[str, ...],
    snr: NDArray[np.float32],
    labels: NDArray[np.int32],
) -> PlumeTruth:
    own = labels == number
    strength = {gas: float(snr[gases.index(gas)][own].max(initial=0.0)) for gas in layer.columns}
    ranked = sorted(layer.columns, key=lambda gas: -strength[gas])
    return PlumeTruth(
        number, tuple((gas, float(layer.columns[gas].max())) for gas in ranked),
        plume.line, plume.sample, layer.temperature_k, plume.emission_kg_h,
        strength[ranked[0]], int(own.sum()),
    )  # fmt: skip


def _map_grid(settings: SceneSettings, pixel_m: float) -> MapGrid:
    """Return where the pixels lie.

    Raises
    ------
    SettingsError
        If the coordinate reference system is not known, or no map in metres.
    """
    try:
        crs = CRS.from_user_input(settings.crs)
    except CRSError as error:
        raise SettingsError(
            f"crs {settings.crs!r} is not known ({error}); give a map projection in metres, like "
            "EPSG:32632."
        ) from error
    units = {axis.unit_name for axis in crs.axis_info[:2]}
    if not crs.is_projected or units != {"metre"}:
        raise SettingsError(
            f"crs {settings.crs!r} ({crs.name}) counts in {' and '.join(sorted(units))}; pixels "
            "have sides in metres: give a map projection in metres, like EPSG:32632."
        )
    transform = (
        pixel_m, 0.0, settings.origin_easting_m, 0.0, -pixel_m, settings.origin_northing_m,
    )  # fmt: skip
    return MapGrid(transform, settings.crs, (settings.lines, settings.samples))
