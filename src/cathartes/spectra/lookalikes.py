"""Which gases look alike to an instrument."""

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import NoSignatureError
from cathartes.spectra.library import Gas, GasLibrary, name_key
from cathartes.spectra.response import SpectralBands
from cathartes.spectra.visibility import absorption_on_bands_per_ppm_m

_MIN_BANDS = 5
_TWIN_RANGE_CM1 = (700.0, 1400.0)
_TWIN_STEP_CM1 = 4.0
_TWIN_CORRELATION = 0.98


def lookalike_matrix(
    library: GasLibrary, bands: SpectralBands
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    r"""Return how alike the gases look on an instrument's bands.

    .. math:: r_{gh} = \frac{\sum_b(\alpha_{gb}-\bar\alpha_g)(\alpha_{hb}-\bar\alpha_h)}
              {\sqrt{\sum_b(\alpha_{gb}-\bar\alpha_g)^2\sum_b(\alpha_{hb}-\bar\alpha_h)^2}}

    over the bands in which both are known. The mean is taken off because an absorption that is
    the same in all bands is not seen. Noise and background, which differ from band to band, are
    not in it: it tells which pairs a reviewer must beware of, not how often they are confused.

    Parameters
    ----------
    library
        Gases without a spectrum in these bands are left out.
    bands : (band,)

    Returns
    -------
    names : (gas,)
    correlation : (gas, gas)
        1 on the diagonal; NaN where fewer than five bands know both.

    Raises
    ------
    NoSignatureError
        If none of the gases has a spectrum in these bands.
    """
    names, rows = [], []
    for gas in library:
        if gas.spectrum is None:
            continue
        absorption = absorption_on_bands_per_ppm_m(gas.spectrum, bands)
        if np.isfinite(absorption).sum() >= _MIN_BANDS and np.nanmax(absorption) > 0:
            names.append(gas.name)
            rows.append(absorption)
    if not names:
        raise NoSignatureError(
            f"none of the {len(library)} gases has a spectrum in the instrument's {len(bands)} "
            "bands; import spectra that cover them (`cathartes library import`)."
        )
    correlation = np.eye(len(names))
    for g, first in enumerate(rows):
        for h in range(g):
            correlation[g, h] = correlation[h, g] = _correlation(first, rows[h])
    return tuple(names), correlation


def find_twins(gas: Gas, library: GasLibrary) -> tuple[tuple[str, float], ...]:
    """Return the gases of a library that a gas can't be told from: name and correlation.

    At 4 cm-1 from 700 to 1400 cm-1, where no two gases of the built-in library correlate by more
    than 0.95. It is most likely the same gas under another name.
    """
    wavenumber_cm1 = np.arange(_TWIN_RANGE_CM1[0], _TWIN_RANGE_CM1[1], _TWIN_STEP_CM1)
    bands = SpectralBands(1e4 / wavenumber_cm1, _TWIN_STEP_CM1 * 1e4 / wavenumber_cm1**2)
    others = [other for other in library if name_key(other.name) != name_key(gas.name)]
    try:
        names, correlation = lookalike_matrix(GasLibrary([gas, *others]), bands)
    except NoSignatureError:
        return ()
    if names[0] != gas.name:
        return ()
    pairs = zip(names[1:], correlation[0, 1:].tolist(), strict=True)
    return tuple((name, value) for name, value in pairs if value > _TWIN_CORRELATION)


def worst_pairs(
    names: tuple[str, ...], correlation: NDArray[np.float64]
) -> tuple[tuple[str, str, float], ...]:
    """Return every pair of a (gas, gas) correlation, the most alike first."""
    g, h = np.tril_indices(len(names), k=-1)
    value = correlation[g, h]
    order = np.argsort(-np.where(np.isfinite(value), value, -np.inf), kind="stable")
    return tuple((names[h[i]], names[g[i]], float(value[i])) for i in order)


def _correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    both = np.isfinite(first) & np.isfinite(second)
    if both.sum() < _MIN_BANDS:
        return float("nan")
    a, b = first[both] - first[both].mean(), second[both] - second[both].mean()
    norm = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / norm if norm > 0 else float("nan")
