"""Fit the simulator's atmosphere tables to MODTRAN outputs, and print how well they fit.

    CATHARTES_DATA=../shared/data python tools/fit_atmosphere.py [--check]

Reads ``hytes_modtran/lut/*.chn`` (water vapour x ozone on HyTES bands) and
``spectra/atmosphere/horizon5kmtropical.fl7`` (transmittance of each gas, 5 km, sea level), writes
``src/cathartes/scenes/data/atmosphere_{thermal,reflective}.csv``. The runs with 1.5 and
2.5 g cm-2 of water are kept out of the fit: ``tests/reference/test_scenes_air_reference.py`` uses
them. Runs with 3.5 g cm-2 and more are left out too: MODTRAN cuts their water at saturation.
"""

import argparse
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize, nnls

from cathartes.scenes.air import Air, Layering, thermal_path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "src" / "cathartes" / "scenes" / "data"
FIT_WATER = (0.5, 1.0, 2.0, 3.0)
HELD_OUT_WATER = (1.5, 2.5)
OZONE = (0.01, 0.075, 0.15, 0.2)
TRANSMITTANCE_COLUMN, WIDTH_COLUMN, REFLECTED_COLUMN = 24, 8, 16
PATH_COLUMNS = [11, 12]
SENSOR_M = 100_000.0
# The runs do not say their model atmosphere. The mid-latitude summer one (294.2 K at the ground)
# fits; left free, temperature and continuum height trade against each other.
GROUND_AIR_K = 294.2
# The horizontal path of the .fl7 file: MODTRAN's tropical model at sea level, 5 km.
HORIZON_KM = 5.0
HORIZON_WATER_G_M3 = 19.0
WATER_SCALE_KM = 2.0
AIR_SCALE_KM = 8.0
GAS_COLUMNS = {"H2O": 2, "O3": 4, "H2O_CONT": 7, "CO2": 13, "CO": 14, "CH4": 15, "N2O": 16,
               "O2": 17}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One MODTRAN run, each (band,): wavelength [um], transmittance, radiances [W m-2 sr-1 um-1].

    ``reflected`` is the sky's radiance as it arrives at the sensor from a perfect mirror.
    """

    wavelength_um: NDArray[np.float64]
    transmittance: NDArray[np.float64]
    path_radiance: NDArray[np.float64]
    reflected: NDArray[np.float64]


def read_runs(folder: Path) -> dict[tuple[float, float], Run]:
    """Return the runs by (water [g cm-2], ozone [atm cm])."""
    runs = {}
    for path in sorted(folder.glob("*.chn")):
        found = re.search(r"H2OSTR-([\d.]+)_O3STR-([\d.]+)\.chn", path.name)
        if not found:
            continue
        rows = [
            [float(word) for word in line.split()[:26]]
            for line in path.read_text(errors="replace").splitlines()
            if re.match(r"^\s*\d{4,5}\.\d+\s+\d", line)
        ]
        table = np.array(rows)
        key = (float(found[1]), float(found[2]))
        # Channel radiances are in W cm-2 sr-1 over the channel's width, which is in nm.
        per_um = 1e4 / (table[:, WIDTH_COLUMN] * 1e-3)
        runs[key] = Run(
            table[:, 0] / 1e3,
            table[:, TRANSMITTANCE_COLUMN],
            table[:, PATH_COLUMNS].sum(axis=1) * per_um,
            table[:, REFLECTED_COLUMN] * per_um,
        )
    return runs


def read_horizon(path: Path) -> dict[str, NDArray[np.float64]]:
    """Return wavenumber [cm-1] and each gas's optical depth over the horizontal path."""
    rows = []
    for line in path.read_text(errors="replace").splitlines()[11:]:
        words = line.split()
        if len(words) > 20 and re.fullmatch(r"\d+\.\d*", words[0]):
            rows.append([float(word) for word in words[:22]])
    table = np.array(rows)
    depth = {
        name: -np.log(np.clip(table[:, column], 3e-4, 1.0)) for name, column in GAS_COLUMNS.items()
    }
    # The file's gas columns follow its header, COMBIN being the second one of the line.
    return {"wavenumber_cm1": table[:, 0], **depth}


def fit_thermal(runs: dict[tuple[float, float], Run]) -> NDArray[np.float64]:
    """Return rows (wavenumber, uniform, water, water exponent, continuum, ozone, its exponent)."""
    cases = [(w, o) for w in FIT_WATER for o in OZONE]
    water, ozone = np.array(cases).T
    transmittance = np.array([runs[case].transmittance for case in cases])
    depth = -np.log(np.clip(transmittance, 1e-5, 1.0))
    centre_um = runs[cases[0]].wavelength_um
    rows = []
    for b, centre in enumerate(centre_um):
        best: tuple[float, list[float]] | None = None
        weight = np.maximum(transmittance[:, b], 0.02)
        for p_w in np.arange(0.4, 1.01, 0.1):
            for p_o in np.arange(0.6, 1.01, 0.1):
                basis = np.stack([np.ones_like(water), water**p_w, water**2, ozone**p_o], axis=1)
                found, residual = nnls(basis * weight[:, None], depth[:, b] * weight)
                if best is None or residual < best[0]:
                    u, line, cont, o3 = found
                    best = (residual, [1e4 / centre, u, line, p_w, cont, o3, p_o])
        if best is not None:
            rows.append(best[1])
    return np.array(rows)[::-1]


def extend_thermal(
    inner: NDArray[np.float64], horizon: dict[str, NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Return the table with rows added on both ends (7.2-14.3 um), from the horizontal path."""
    nu = horizon["wavenumber_cm1"]
    outside = ((nu >= 700) & (nu < inner[0, 0] - 2)) | ((nu > inner[-1, 0] + 2) & (nu <= 1390))
    water_path = HORIZON_WATER_G_M3 * HORIZON_KM * 0.1
    exponent = 0.6
    # Continuum grows with the integral of density squared; for a column W of scale height H that
    # is W^2 / 2H, so the horizontal path counts as an effective W^2 of 2 H rho^2 L.
    squared = 2.0 * WATER_SCALE_KM * HORIZON_KM * (HORIZON_WATER_G_M3 * 0.1) ** 2
    uniform = sum(horizon[gas] for gas in ("CO2", "CO", "CH4", "N2O"))
    air = (AIR_SCALE_KM / HORIZON_KM) ** 0.6
    rows = np.stack(
        [nu, np.asarray(uniform) * air, horizon["H2O"] / water_path**exponent,
         np.full_like(nu, exponent), horizon["H2O_CONT"] / squared, np.zeros_like(nu),
         np.ones_like(nu)], axis=1)[outside]  # fmt: skip
    table = np.concatenate([inner, rows])
    return table[np.argsort(table[:, 0])]


def fit_reflective(horizon: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return rows (wavelength, water, CO2, CH4, other gases, O2): optical depth of one column.

    One column is 1 g cm-2 of water, one vertical atmosphere of the mixed gases. Growth with the
    square-root-like exponent of overlapping lines is applied by the model, with the same exponent.
    """
    nu = horizon["wavenumber_cm1"]
    wavelength = np.arange(0.36, 2.6, 0.0025)
    water_path = HORIZON_WATER_G_M3 * HORIZON_KM * 0.1
    air = HORIZON_KM / AIR_SCALE_KM

    def sampled(depth: NDArray[np.float64], path: float, power: float) -> NDArray[np.float64]:
        values = []
        for centre in wavelength:
            inside = np.abs(1e4 / nu - centre) <= max(0.00175, 6e-4 * centre**2)
            values.append(depth[inside].mean() if inside.any() else 0.0)
        return np.array(values) / path**power

    water = horizon["H2O"] + horizon["H2O_CONT"]
    return np.stack(
        [wavelength, sampled(water, water_path, 0.55), sampled(horizon["CO2"], air, 0.6),
         sampled(horizon["CH4"], air, 0.65), sampled(horizon["N2O"] + horizon["CO"], air, 0.65),
         sampled(horizon["O2"], air, 0.55)], axis=1)  # fmt: skip


def model_transmittance(
    table: NDArray[np.float64], wavelength_um: NDArray[np.float64], water: float, ozone: float
) -> NDArray[np.float64]:
    """Return the fitted transmittance at the bands of a run."""
    nu = 1e4 / wavelength_um
    u, line, p_w, cont, o3, p_o = (np.interp(nu, table[:, 0], table[:, c]) for c in range(1, 7))
    return np.asarray(np.exp(-(u + line * water**p_w + cont * water**2 + o3 * ozone**p_o)))


def fit_layering(runs: dict[tuple[float, float], Run]) -> tuple[Layering, float]:
    """Return the layering that fits best, and the air temperature at the ground used, [K]."""
    chosen = [(0.5, 0.01), (1.0, 0.15), (2.0, 0.075), (3.0, 0.2)]

    def unpack(x: NDArray[np.float64]) -> tuple[Layering, float]:
        heights = [max(float(v), 0.1) for v in x[:4]]
        down = tuple(float(v) for v in x[4:8])
        return Layering(*heights, down), GROUND_AIR_K  # type: ignore[arg-type]

    def misfit(x: NDArray[np.float64]) -> float:
        layering, ground_k = unpack(x)
        total = 0.0
        for key in chosen:
            path, sky = radiance_errors(runs[key], key, layering, ground_k)
            total += float((path**2).mean() + (sky**2).mean())
        return total

    start = np.array([8.0, 1.5, 1.0, 23.0, 2.0, 0.9, 1.7, 2.0])
    found = minimize(misfit, start, method="Nelder-Mead", options={"maxiter": 4000, "fatol": 1e-7})
    return unpack(found.x)


def radiance_errors(
    run: Run, key: tuple[float, float], layering: Layering, ground_k: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the errors of path and reflected radiance, (band,) [W m-2 sr-1 um-1]."""
    path = thermal_path(Air(*key, ground_k), SENSOR_M, 1e4 / run.wavelength_um, layering)
    return (
        path.path_radiance - run.path_radiance,
        path.downwelling * run.transmittance - run.reflected,
    )


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="report only, write nothing")
    arguments = parser.parse_args()
    data = Path(os.environ.get("CATHARTES_DATA", ROOT.parent / "shared" / "data"))
    runs = read_runs(data / "hytes_modtran" / "lut")
    if not runs:
        sys.exit(f"no MODTRAN runs under {data}; set CATHARTES_DATA.")
    horizon = read_horizon(data / "spectra" / "atmosphere" / "horizon5kmtropical.fl7")
    inner = fit_thermal(runs)
    for title, waters in (("fitted", FIT_WATER), ("kept out", HELD_OUT_WATER)):
        errors = [
            model_transmittance(inner, runs[w, o].wavelength_um, w, o) - runs[w, o].transmittance
            for w in waters
            for o in OZONE
        ]
        print(f"{title}: rms {np.std(errors):.4f}, largest {np.abs(errors).max():.4f}")
    if not arguments.check:
        write_tables(inner, horizon)
    layering, ground_k = fit_layering(runs)
    print(f"layering (copy into Layering's defaults): {layering}, ground air {ground_k:.1f} K")
    for title, waters in (("fitted", FIT_WATER), ("kept out", HELD_OUT_WATER)):
        pairs = [
            radiance_errors(runs[w, o], (w, o), Layering(), ground_k) for w in waters for o in OZONE
        ]
        for name, errors in zip(("path", "reflected"), zip(*pairs, strict=True), strict=True):
            rms, largest = np.sqrt(np.mean(np.square(errors))), np.abs(errors).max()
            print(f"{title}: {name} radiance rms {rms:.3f}, largest {largest:.3f} W m-2 sr-1 um-1")


def write_tables(inner: NDArray[np.float64], horizon: dict[str, NDArray[np.float64]]) -> None:
    """Write both tables."""
    TARGET.mkdir(parents=True, exist_ok=True)
    np.savetxt(
        TARGET / "atmosphere_thermal.csv",
        extend_thermal(inner, horizon),
        fmt=["%.3f", "%.5f", "%.5f", "%.2f", "%.6f", "%.4f", "%.2f"],
        delimiter=",",
        header="wavenumber_cm1,uniform,water,water_exponent,water_continuum,ozone,ozone_exponent",
        comments="",
    )
    np.savetxt(
        TARGET / "atmosphere_reflective.csv",
        fit_reflective(horizon),
        fmt=["%.4f"] + ["%.5f"] * 5,
        delimiter=",",
        header="wavelength_um,water,carbon_dioxide,methane,other_mixed,oxygen",
        comments="",
    )
    print(f"written to {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
