"""Identification on real passive infrared: a cloud of ammonia against the sky, by an FTIR.

    CATHARTES_DATA=../shared/data python benchmarks/ftir_ammonia.py [--json]

The set holds raw intensities of black bodies at 274.5, 313.03 and 355.0 K, of the sky, and of the
sky through a cell of ammonia. What is measured:

1. Calibration. Per wavenumber a gain and an offset are fitted, by least squares, to the raw
   intensity of the black bodies against Planck's law: three points for two unknowns. Residual of
   each black body in K of brightness temperature (median and standard deviation over 750 to
   1300 cm-1 at 4 cm-1), and the error when the other two alone calibrate it.
2. Identification. Every gas of the built-in library that absorbs in 750 to 1300 cm-1 is fitted to
   the difference of both skies, at 1 and at 4 cm-1,

       dL = a (1 - exp(-alpha u)) (B(T_gas) - L_sky) + baseline,   a free, best u of 1 to 1e5 ppm m

   with the gas at 293.95 K (the author's note says 20.8 degrees C) and a Chebyshev polynomial of
   degree 5 as slowly varying baseline. Score: the share of the variance left by the baseline that
   the gas explains, and the correlation behind it; the sign of ``a`` says emission or absorption.
   The same without the saturation (``thin``): the shape that a thin plume would have.
3. `cathartes.detect.identify.identify` at 4 cm-1, all gases and mixtures at once, whitened by the
   noise, the baseline (as a covariance) and the sky's own spectrum (10 % of it).
4. The equivalent column density: the fit above with a = 1 and the measured spectrum of ammonia at
   its own resolution, and with the band model at 1 cm-1, the gas at 293.95 K. Nobody measured the
   true concentration; the column density is stated, not judged.

The raw intensities are magnitudes: where the sky is colder than what the instrument itself gives
off (about 820 to 900 and 1100 to 1180 cm-1) they are folded at zero, and the difference there has
a wrong sign by up to 0.3 W m-2 sr-1 um-1. That is left in.
"""

import argparse
import json
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.identify import Identification, Prior, identify
from cathartes.detect.settings import DetectSettings
from cathartes.detect.signature import saturated_absorption
from cathartes.scenes.radiometry import brightness_temperature_k, planck_radiance
from cathartes.spectra.builtin import builtin_library
from cathartes.spectra.library import GasSpectrum
from real_data import data_folder, measured_spectrum

BLACK_BODIES_K = {274.5: "G4_274_5K_BB.0", 313.03: "G4_313_03K_BB.0", 355.0: "G4_355_00K_BB.0"}
GAS_K = 293.95
RANGE_CM1 = (750.0, 1300.0)
MARGIN_CM1 = 20.0
OWN_RESOLUTION_CM1 = 0.5
"""Of the instrument, taken as two steps of its axis; the files do not state it."""
BASELINE_DEGREE = 5
COLUMNS_PPM_M = np.geomspace(1.0, 1e5, 101)


@dataclass(frozen=True, slots=True)
class Raw:
    """What the instrument recorded.

    Attributes
    ----------
    wavenumber_cm1 : (point,) [cm-1]
    black_bodies : (body, point) [intensity]
        In the order of `BLACK_BODIES_K`.
    sky, cloud : (point,) [intensity]
        Without and with ammonia.
    """

    wavenumber_cm1: NDArray[np.float64]
    black_bodies: NDArray[np.float64]
    sky: NDArray[np.float64]
    cloud: NDArray[np.float64]


def read_raw(folder: Path) -> Raw:
    """Read the set in the range that is used, with a margin for smoothing."""
    names = [*BLACK_BODIES_K.values(), "G4_SKY.0", "G4_SKY_AMMONIA.0"]
    tables = [np.loadtxt(folder / f"{name}.dpt", delimiter=",") for name in names]
    nu = tables[0][:, 0]
    chosen = (nu > RANGE_CM1[0] - MARGIN_CM1) & (nu < RANGE_CM1[1] + MARGIN_CM1)
    values = np.array([table[chosen, 1] for table in tables])
    return Raw(nu[chosen], values[:-2], values[-2], values[-1])


@dataclass(frozen=True, slots=True)
class Calibration:
    """Gain and offset: raw = gain * radiance + offset.

    Attributes
    ----------
    gain : (point,) [intensity W-1 m2 sr um]
    offset : (point,) [intensity]
    """

    gain: NDArray[np.float64]
    offset: NDArray[np.float64]

    def radiance(self, raw: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return (..., point) [W m-2 sr-1 um-1]."""
        return (raw - self.offset) / self.gain


def calibrate(
    wavenumber_cm1: NDArray[np.float64], temperature_k: list[float], raw: NDArray[np.float64]
) -> Calibration:
    """Fit gain and offset, wavenumber by wavenumber, by least squares.

    Parameters
    ----------
    wavenumber_cm1 : (point,) [cm-1]
    temperature_k : (body,) [K]
    raw : (body, point) [intensity]
    """
    planck = planck_radiance(1e4 / wavenumber_cm1, np.array(temperature_k)[:, None])
    centred = planck - planck.mean(axis=0)
    gain = (centred * (raw - raw.mean(axis=0))).sum(axis=0) / (centred**2).sum(axis=0)
    return Calibration(gain, raw.mean(axis=0) - gain * planck.mean(axis=0))


def smoothed(
    values: NDArray[np.float64], nu: NDArray[np.float64], at: NDArray[np.float64], fwhm_cm1: float
) -> NDArray[np.float64]:
    """Return (..., point) averaged by a Gaussian of that width about each wavenumber ``at``."""
    step = float(np.median(np.diff(nu)))
    half = int(np.ceil(1.5 * fwhm_cm1 / step))
    near = np.clip(np.searchsorted(nu, at)[:, None] + np.arange(-half, half + 1), 0, nu.size - 1)
    weight = np.exp(-4 * np.log(2) * ((nu[near] - at[:, None]) / fwhm_cm1) ** 2)
    weight /= weight.sum(axis=1, keepdims=True)
    return np.asarray((values[..., near] * weight).sum(axis=-1))


def _to_resolution(fwhm_cm1: float) -> float:
    """Return the width by which the instrument's own resolution becomes that one, [cm-1]."""
    return float(np.sqrt(fwhm_cm1**2 - OWN_RESOLUTION_CM1**2))


@dataclass(frozen=True, slots=True)
class BlackBodyError:
    """Brightness temperature less true temperature, over the range."""

    temperature_k: float
    residual_k: float
    residual_sd_k: float
    left_out_k: float
    left_out_sd_k: float


def black_body_errors(raw: Raw) -> tuple[BlackBodyError, ...]:
    """Return the residual of each black body, and its error where the other two calibrate."""
    nu, temperatures = raw.wavenumber_cm1, list(BLACK_BODIES_K)
    at = np.arange(RANGE_CM1[0], RANGE_CM1[1], 4.0)

    def error_k(bodies: list[int], judged: int) -> NDArray[np.float64]:
        fit = calibrate(nu, [temperatures[b] for b in bodies], raw.black_bodies[bodies])
        radiance = fit.radiance(raw.black_bodies[judged])
        mean = smoothed(radiance, nu, at, 4.0)
        return brightness_temperature_k(1e4 / at, mean) - temperatures[judged]

    errors = []
    for judged, (others) in zip(
        range(3), [list(pair) for pair in combinations(range(3), 2)][::-1], strict=True
    ):
        own, left_out = error_k([0, 1, 2], judged), error_k(others, judged)
        errors.append(
            BlackBodyError(
                temperatures[judged],
                float(np.median(own)),
                float(own.std()),
                float(np.median(left_out)),
                float(left_out.std()),
            )
        )
    return tuple(errors)


@dataclass(frozen=True, slots=True)
class Difference:
    """The cloud against the sky, at one resolution.

    Attributes
    ----------
    wavenumber_cm1 : (point,) [cm-1]
        Two points a resolution.
    change : (point,) [W m-2 sr-1 um-1]
        With ammonia less without.
    contrast : (point,) [W m-2 sr-1 um-1]
        Planck at the gas's temperature less the sky.
    sky : (point,) [W m-2 sr-1 um-1]
    resolution_cm1 : [cm-1]
    """

    wavenumber_cm1: NDArray[np.float64]
    change: NDArray[np.float64]
    contrast: NDArray[np.float64]
    sky: NDArray[np.float64]
    resolution_cm1: float

    @property
    def baseline(self) -> NDArray[np.float64]:
        """(point, degree + 1): slowly varying functions."""
        x = np.interp(self.wavenumber_cm1, RANGE_CM1, (-1.0, 1.0))
        return np.asarray(np.polynomial.chebyshev.chebvander(x, BASELINE_DEGREE))


def difference(raw: Raw, resolution_cm1: float) -> Difference:
    """Calibrate by all three black bodies and bring to a resolution."""
    nu = raw.wavenumber_cm1
    fit = calibrate(nu, list(BLACK_BODIES_K), raw.black_bodies)
    sky, cloud = fit.radiance(raw.sky), fit.radiance(raw.cloud)
    at = np.arange(RANGE_CM1[0], RANGE_CM1[1], resolution_cm1 / 2)
    width = _to_resolution(resolution_cm1)
    sky_there = smoothed(sky, nu, at, width)
    return Difference(
        at,
        smoothed(cloud - sky, nu, at, width),
        planck_radiance(1e4 / at, GAS_K) - sky_there,
        sky_there,
        resolution_cm1,
    )


@dataclass(frozen=True, slots=True)
class GasFit:
    """How one gas fits.

    Attributes
    ----------
    explained
        Share of the variance left by the baseline that the gas explains.
    correlation
        Its root, with the sign of the amplitude: positive is emission.
    column_density_ppm_m : [ppm m]
        That shaped the saturation; 0 for the thin limit.
    """

    gas: str
    explained: float
    correlation: float
    column_density_ppm_m: float


def emissivities(
    spectrum: GasSpectrum, scene: Difference, columns_ppm_m: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return 1 - transmittance at the scene's resolution, (column, point).

    Transmittance is computed on a fine grid and averaged; a spectrum of 1 cm-1 resolution is taken
    as it is at 1 cm-1.
    """
    step = min(0.25, spectrum.resolution_cm1 / 4)
    nu = np.arange(RANGE_CM1[0] - MARGIN_CM1, RANGE_CM1[1] + MARGIN_CM1, step)
    alpha = np.nan_to_num(spectrum.absorption_per_ppm_m(nu, GAS_K))
    fine = -np.expm1(-np.outer(columns_ppm_m, alpha))
    more = scene.resolution_cm1**2 - spectrum.resolution_cm1**2
    if more < 1e-6:
        return np.array([np.interp(scene.wavenumber_cm1, nu, row) for row in fine])
    return smoothed(fine, nu, scene.wavenumber_cm1, float(np.sqrt(more)))


def fit_gas(gas: str, spectrum: GasSpectrum, scene: Difference, *, thin: bool) -> GasFit | None:
    """Fit one gas and the baseline; None where it does not absorb in the range.

    Parameters
    ----------
    thin
        Whether to take the shape of the thin limit, instead of the best of all columns.
    """
    columns = np.array([1e-4]) if thin else COLUMNS_PPM_M
    shapes = emissivities(spectrum, scene, columns) * scene.contrast
    if not np.abs(shapes[-1]).max() > 0:
        return None
    basis, _ = np.linalg.qr(scene.baseline)
    left = scene.change - basis @ (basis.T @ scene.change)
    rest = shapes - (shapes @ basis) @ basis.T
    correlation = rest @ left / np.maximum(np.linalg.norm(rest, axis=1), 1e-300)
    correlation /= np.linalg.norm(left)
    best = int(np.argmax(np.abs(correlation)))
    r = float(correlation[best])
    return GasFit(gas, r**2, r, 0.0 if thin else float(columns[best]))


def rank_gases(scene: Difference, *, thin: bool) -> tuple[GasFit, ...]:
    """Fit every gas of the built-in library, best first."""
    fits = [
        fit_gas(gas.name, gas.spectrum, scene, thin=thin)
        for gas in builtin_library()
        if gas.spectrum is not None
    ]
    return tuple(sorted((fit for fit in fits if fit), key=lambda fit: -fit.explained))


def identify_gases(raw: Raw) -> tuple[tuple[str, ...], Identification]:
    """Identify at 4 cm-1 with all gases and mixtures, as detection does for a plume."""
    scene = difference(raw, 4.0)
    every = slice(None, None, 2)
    fine = difference(raw, 1.0)
    ripple = np.diff(smoothed(fine.change, fine.wavenumber_cm1, np.arange(1210.0, 1295.0), 1.0))
    noise = float(1.4826 * np.median(np.abs(ripple)) / np.sqrt(2))
    basis = scene.baseline[every]
    sky = 0.1 * scene.sky[every]
    covariance = noise**2 * np.eye(sky.size) + basis @ basis.T + np.outer(sky, sky)
    value, vectors = np.linalg.eigh(covariance)
    whiten = (vectors / np.sqrt(value)).T
    names, thin = [], []
    for gas in builtin_library():
        if gas.spectrum is None:
            continue
        absorption = emissivities(gas.spectrum, scene, np.array([1e-3]))[0, every] / 1e-3
        if absorption.max() > 1e-7:
            names.append(gas.name)
            thin.append(absorption)
    settings = DetectSettings()
    shapes = saturated_absorption(np.array(thin), settings.optical_depths)
    prior = Prior(
        max_gases=settings.mixture_max_gases,
        extra_gas=settings.prior_extra_gas,
        unknown=settings.prior_unknown,
        signature_error=settings.signature_error,
        sign=0,
    )
    found = identify(
        whiten @ scene.change[every],
        (shapes * scene.contrast[every]) @ whiten.T,
        1.0,
        len(names),
        prior,
    )
    return tuple(names), found


def equivalent_column_ppm_m(scene: Difference, spectrum: GasSpectrum) -> tuple[float, float]:
    """Return the column density of the best fit with a = 1, and its relative misfit.

    Returns
    -------
    column_density_ppm_m : [ppm m]
    misfit
        Norm of what is left over, against that of what the baseline left.
    """
    columns = np.geomspace(10.0, 1e5, 401)
    shapes = emissivities(spectrum, scene, columns) * scene.contrast
    basis, _ = np.linalg.qr(scene.baseline)
    left = scene.change - basis @ (basis.T @ scene.change)
    rest = shapes - (shapes @ basis) @ basis.T
    misfit = np.linalg.norm(left - rest, axis=1) / np.linalg.norm(left)
    best = int(np.argmin(misfit))
    return float(columns[best]), float(misfit[best])


def measure(data: Path) -> dict[str, object]:
    """Return every figure."""
    raw = read_raw(data / "lwir_ftir_ammonia")
    scenes = {fwhm: difference(raw, fwhm) for fwhm in (1.0, 4.0)}
    names, found = identify_gases(raw)
    order = np.argsort(-found.probability)[:3]
    measured = measured_spectrum(data, "ammonia")
    model = builtin_library()["ammonia"].spectrum
    columns = {"measured spectrum": equivalent_column_ppm_m(scenes[1.0], measured)}
    if model is not None:
        columns["band model"] = equivalent_column_ppm_m(scenes[1.0], model)
    return {
        "black_bodies": [asdict(error) for error in black_body_errors(raw)],
        "ranking": {
            f"{fwhm:g} cm-1, {'thin' if thin else 'saturating'}": [
                asdict(fit) for fit in rank_gases(scene, thin=thin)
            ]
            for fwhm, scene in scenes.items()
            for thin in (False, True)
        },
        "identify": {
            "probability": {names[g]: float(found.probability[g]) for g in order},
            "unknown": found.unknown,
            "best_set": [names[g] for g in found.best_set],
        },
        "column_density_ppm_m": columns,
    }


def show(result: dict[str, object]) -> None:
    """Print the tables."""
    print("| black body K | residual K | sd over the range K | by the other two K | sd K |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for body in result["black_bodies"]:
        cells = (f"{v:+.2f}" if "sd" not in k else f"{v:.2f}" for k, v in list(body.items())[1:])
        print(f"| {body['temperature_k']:.2f} | {' | '.join(cells)} |")
    print("\n| fit | gases | first | explained | correlation | second | explained | correlation |")
    print("| --- | ---: | --- | ---: | ---: | --- | ---: | ---: |")
    for title, fits in result["ranking"].items():
        cells = (f"{f['gas']} | {f['explained']:.3f} | {f['correlation']:+.3f}" for f in fits[:2])
        print(f"| {title} | {len(fits)} | {' | '.join(cells)} |")
    said = result["identify"]
    chances = ", ".join(f"{name} {p:.4f}" for name, p in said["probability"].items())
    print(f"\nidentify: {chances}; unknown {said['unknown']:.4f}; set {said['best_set']}")
    for spectrum, (column, misfit) in result["column_density_ppm_m"].items():
        print(f"ammonia, {spectrum}: {column:.0f} ppm m, misfit {misfit:.2f}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    result = measure(data_folder("lwir_ftir_ammonia"))
    if arguments.json:
        print(json.dumps(result, indent=2))
    else:
        show(result)


if __name__ == "__main__":
    main()
