"""Which gases are searched on an instrument's bands, and which are not, and why."""

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.gases import GasesOnBands, Growth
from cathartes.errors import NoSignatureError
from cathartes.products.summary import GasNotVisible
from cathartes.spectra.absorption import Quality
from cathartes.spectra.growth import band_growth
from cathartes.spectra.library import GasLibrary
from cathartes.spectra.response import SpectralBands
from cathartes.spectra.visibility import VisibilitySettings, search_visible

_GROWTH_DEPTHS = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 6.0)
"""Optical depths of a gas's strongest band at which its growth is tabulated."""
_FEW = 3
"""So many gases that can't be seen are named with the reason."""


def gases_on_bands(
    library: GasLibrary,
    bands: SpectralBands,
    used: NDArray[np.intp],
    visibility: VisibilitySettings,
) -> tuple[GasesOnBands, tuple[GasNotVisible, ...]]:
    """Return the gases that show on the used bands, and those that don't with the reason.

    Where a gas's spectrum is not known it is taken not to absorb.

    Parameters
    ----------
    library
        All gases wanted.
    bands : (band,)
        The cube's.
    used : (used,) int
        Bands of the window that is searched.
    visibility
        When a gas counts as visible.

    Raises
    ------
    NoSignatureError
        If no gas shows.
    """
    chosen = bands.select(used)
    seen = search_visible(library, chosen, settings=visibility)
    hidden = tuple(GasNotVisible(name=v.name, reason=v.reason) for v in seen if not v.visible)
    shown = {v.name: v.absorption_per_ppm_m for v in seen if v.visible}
    names = tuple(shown)
    if not names:
        low_um, high_um = chosen.centre_um.min(), chosen.centre_um.max()
        few = "".join(f" {gas.name}: {gas.reason.rstrip('.')}." for gas in hidden[:_FEW])
        raise NoSignatureError(
            f"none of the {len(library)} gases to be searched shows between {low_um:.3f} and "
            f"{high_um:.3f} um.{few if len(hidden) <= _FEW else ''} Search others (--gas), import "
            "a spectrum that covers these bands (`cathartes library import`), or give a cube with "
            "other bands; `cathartes library show GAS` says where each absorbs."
        )
    absorption = np.zeros((len(names), len(bands)))
    column_ppm_m = np.zeros((len(names), len(_GROWTH_DEPTHS)))
    share = np.ones((*column_ppm_m.shape, len(bands)))
    for g, (name, known) in enumerate(shown.items()):
        spectrum = library[name].spectrum
        if spectrum is not None and known is not None:
            mean = np.nan_to_num(known)
            absorption[g, used] = mean
            column_ppm_m[g] = np.array(_GROWTH_DEPTHS) / mean.max()
            share[g][:, used] = band_growth(spectrum, chosen, mean, column_ppm_m[g])
    shape_only = frozenset(
        name
        for name in names
        if (spectrum := library[name].spectrum) and spectrum.quality is Quality.SHAPE_ONLY
    )
    growth = Growth(column_ppm_m, share)
    return GasesOnBands(names, absorption, shape_only, growth), hidden
