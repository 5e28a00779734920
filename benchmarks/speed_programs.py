"""The programs that `speed.py` times: our filters and those of others, on the same arrays.

Nothing is imported before it is used: each runs in a process of its own, and in the interpreter
that has it. A cube is (line, sample, band) float32, gases (gas, band) relative changes of radiance
per ppm m; the first gas is the one of jobs with one gas.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

N_GASES = 20
ITERATIONS = 30
PPM_M = 1e5
"""Unit of the peers' templates, ppm m."""
Array = Any
Job = Callable[[Array, Array], Array]


# Our own filters


def our_column_filter(cube: Array, gases: Array) -> Array:
    """Our column filter."""
    return import_module("cathartes.detect.column_filter").column_matched_filter(cube, gases[0])


def our_mag1c(cube: Array, gases: Array) -> Array:
    """Our reweighted estimator."""
    reweighted = import_module("cathartes.detect.reweighted")
    return reweighted.reweighted_column_filter(cube, gases[0], iterations=ITERATIONS)


def _our_bank(cube: Array, gases: Array, width_px: int, sample_bytes: int) -> tuple[Any, ...]:
    """Return a bandset, a background and a bank, as the detector makes them."""
    cubes, bandsets = (
        import_module("cathartes.scenes.cube"),
        import_module("cathartes.detect.bandset"),
    )
    samples, banks = (
        import_module("cathartes.detect.sample"),
        import_module("cathartes.detect.bank"),
    )
    signature = import_module("cathartes.detect.signature")
    bands = import_module("cathartes.spectra.response").SpectralBands(
        np.linspace(2.1, 2.5, cube.shape[2]), np.full(cube.shape[2], 0.005)
    )
    scene = cubes.Cube(
        "speed", cube.shape, bands, np.ones(cube.shape[2], bool), cubes.ArrayLines(cube)
    )
    bandset = bandsets.Bandset(scene, np.arange(cube.shape[2]), 16 * 2**20)
    sample = samples.gather_sample(bandset, width_px, sample_bytes, lambda *_: None)
    background = sample.background(
        sample.valid, per_column=True, stripe_smoothing_samples=15.0, averaged=width_px > 1
    )
    names = tuple(f"gas {i}" for i in range(len(gases)))
    signatures = signature.reflective_signatures(names, -gases, background.mean.mean(axis=0), 1.0)
    return bandset, banks, banks.make_bank(signatures, background)


def our_pixel_bank(cube: Array, gases: Array) -> Array:
    """Statistics from sampled lines, one factorisation, one product: amounts of all gases."""
    bandset, _, bank = _our_bank(cube, gases, 1, 128 * 2**20)
    filters = bank.amount_filters.astype(np.float32)
    amount = np.empty((len(gases), *cube.shape[:2]), np.float32)
    for start, stop in bandset.ranges():
        pixels = bandset.read(start, stop)
        pixels -= bank.mean
        found = filters @ pixels.reshape(-1, cube.shape[2]).T
        amount[:, start:stop] = found.reshape(-1, stop - start, cube.shape[1])
    return amount


def our_pixel_bank_all(cube: Array, gases: Array) -> Array:
    """Our classical bank, every pixel in the statistics, as the peers have them."""
    return import_module("cathartes.detect.scene_filter").scene_matched_filters(cube, gases)


def our_detector_bank(cube: Array, gases: Array) -> Array:
    """Do as the detector does: means over squares, all scores and the Mahalanobis distance."""
    averaging = import_module("cathartes.detect.averaging")
    bandset, banks, bank = _our_bank(cube, gases, 3, 128 * 2**20)
    n_bands = cube.shape[2]
    score = np.empty((len(gases), *cube.shape[:2]), np.float32)
    for start, stop in bandset.ranges():
        low, high = max(start - 1, 0), min(stop + 1, cube.shape[0])
        block = bandset.read(low, high)
        usable = np.isfinite(block).all(axis=2)
        block -= bank.mean
        sums, count = averaging.square_sums(block, usable, 3)
        sums, count = sums[start - low : stop - low], count[start - low : stop - low]
        pixels = (sums / count[:, :, None]).reshape(-1, n_bands)
        part = score[:, start:stop].reshape(len(gases), -1)
        for first in range(0, len(pixels), 4096):
            part[:, first : first + 4096], _ = banks.apply_bank(pixels[first : first + 4096], bank)
        score[:, start:stop] = part.reshape(len(gases), stop - start, -1)
    return score


# Peers: as their own programs call them, one gas at a time


def spectral_column_filter(cube: Array, gases: Array) -> Array:
    """Spectral Python, a column at a time."""
    algorithms = import_module("spectral.algorithms")
    amount = np.empty(cube.shape[:2], np.float32)
    for sample in range(cube.shape[1]):
        column = cube[:, sample]
        ground = algorithms.calc_stats(column)
        target = ground.mean * (1 + gases[0])
        amount[:, sample] = np.squeeze(algorithms.matched_filter(column, target, ground))
    return amount


def spectral_bank(cube: Array, gases: Array) -> Array:
    """Spectral Python with one set of statistics for all gases."""
    algorithms = import_module("spectral.algorithms")
    ground = algorithms.calc_stats(cube)
    return np.stack(
        [np.squeeze(algorithms.matched_filter(cube, ground.mean * (1 + g), ground)) for g in gases]
    )


def _mag1c(cube: Array, gas: Array, iterations: int, dtype: str, *, whole: bool = False) -> Array:
    """Return mag1c's estimate by columns, or of the whole cube in one."""
    torch = import_module("torch")
    torch.set_num_threads(1)
    estimate = import_module("mag1c.mag1c").acrwl1mf
    # mag1c calls it by a name that torch 2.x took away.
    torch.cholesky = lambda matrix, upper=False: torch.linalg.cholesky(matrix, upper=upper)
    kind = getattr(torch, dtype)
    template = torch.as_tensor(gas * PPM_M, dtype=kind)
    plain = iterations == 0
    amount = np.empty(cube.shape[:2], np.float32)
    groups = [slice(None)] if whole else [slice(i, i + 1) for i in range(cube.shape[1])]
    for group in groups:
        pixels = np.ascontiguousarray(cube[:, group]).reshape(1, -1, cube.shape[2])
        x = torch.from_numpy(pixels).to(kind)
        mask = torch.ones(x.shape[:2], dtype=torch.bool)
        found, _ = estimate(
            x, template, iterations, plain, plain, plain, 1.0, 0.0 if whole else 1e-4, mask
        )
        amount[:, group] = found.numpy().reshape(amount[:, group].shape)
    return amount


def mag1c_column_filter(cube: Array, gases: Array) -> Array:
    """Return mag1c's first step alone, float32."""
    return _mag1c(cube, gases[0], 0, "float32")


def mag1c_float32(cube: Array, gases: Array) -> Array:
    """Return mag1c in float32, its default on a graphics card."""
    return _mag1c(cube, gases[0], ITERATIONS, "float32")


def mag1c_float64(cube: Array, gases: Array) -> Array:
    """Return mag1c in float64, its default on a processor: the answer to agree with."""
    return _mag1c(cube, gases[0], ITERATIONS, "float64")


def mag1c_bank(cube: Array, gases: Array) -> Array:
    """One gas of the bank, the whole cube as one group; the others cost the same again."""
    return _mag1c(cube, gases[0], 0, "float32", whole=True)


def _fastmag1c(cube: Array, gases: Array, method: str) -> Array:
    import_module("torch").set_num_threads(1)
    retrieve = import_module("fastmag1c").retrieve
    return retrieve(cube, template=gases[0] * PPM_M, method=method, device="cpu")


def fastmag1c_column_filter(cube: Array, gases: Array) -> Array:
    """Return the filter of fastmag1c, albedo corrected."""
    return _fastmag1c(cube, gases, "rmf")


def fastmag1c(cube: Array, gases: Array) -> Array:
    """Return fastmag1c's own estimator."""
    return _fastmag1c(cube, gases, "fastmag1c")


def marshsi_column_filter(cube: Array, gases: Array) -> Array:
    """Return marshsi's column filter, float64 as its own callers do."""
    filters = import_module("marshsi.matched_filters_upv")
    return filters.AT_MF_select_window_alt(cube.astype(np.float64), gases[0] * PPM_M)


def marshsi_mag1c(cube: Array, gases: Array) -> Array:
    """Return marshsi's copy of mag1c, float32."""
    torch = import_module("torch")
    torch.set_num_threads(1)
    theirs = import_module("marshsi.emit.mag1c")
    template = torch.as_tensor(gases[0] * PPM_M, dtype=torch.float32)
    groups = np.broadcast_to(np.arange(cube.shape[1]), cube.shape[:2])
    found, _ = theirs.func_by_groups(
        lambda x: theirs.acrwl1mf(x, template, ITERATIONS, alpha=1e-4),
        cube,
        groups,
        disable_pbar=True,
    )
    return found.numpy()


OURS = "cathartes"
JOBS: dict[str, dict[str, Job]] = {
    "column filter": {
        OURS: our_column_filter,
        "spectral": spectral_column_filter,
        "mag1c": mag1c_column_filter,
        "fastmag1c": fastmag1c_column_filter,
        "marshsi": marshsi_column_filter,
    },
    "mag1c estimator": {
        OURS: our_mag1c,
        "mag1c": mag1c_float32,
        "mag1c (float64)": mag1c_float64,
        "fastmag1c": fastmag1c,
        "marshsi": marshsi_mag1c,
    },
    "20-gas bank": {
        OURS: our_pixel_bank_all,
        "cathartes (statistics from a sample)": our_pixel_bank,
        "cathartes (means over squares, as detected)": our_detector_bank,
        "spectral": spectral_bank,
        "mag1c": mag1c_bank,
    },
}
TIMES = {("20-gas bank", "mag1c"): N_GASES}
"""Jobs of which one gas is timed: by how much to multiply."""
