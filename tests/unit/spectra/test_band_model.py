"""A sum of Gaussian bands: what it refuses, and where it knows nothing."""

import numpy as np
import pytest

from cathartes.errors import InputError
from cathartes.spectra.band_model import BandModel

ONE = BandModel([950.0], [4.0], [2e-18], ((900.0, 1000.0),), ((1000.0, 1100.0), (1200.0, 1300.0)))


def test_peak_of_one_band_is_that_of_a_gaussian_of_its_area() -> None:
    (peak,) = ONE.cross_section_cm2([950.0])
    assert peak == pytest.approx(2e-18 / 4.0 * 0.93943728, rel=1e-7)


def test_half_maximum_lies_half_a_width_from_the_centre() -> None:
    below, peak, above = ONE.cross_section_cm2([948.0, 950.0, 952.0])
    assert (below / peak, above / peak) == pytest.approx((0.5, 0.5), rel=1e-12)


def test_absorption_per_ppm_m_is_that_of_an_ideal_gas() -> None:
    # 1 ppm m at 296 K and 1 atm: 2.479e15 molecules cm-2 (architecture, physics page).
    (sigma,), (alpha,) = ONE.cross_section_cm2([950.0]), ONE.absorption_per_ppm_m([950.0])
    assert alpha / sigma == pytest.approx(2.4794e15, rel=1e-4)
    (warm,) = ONE.absorption_per_ppm_m([950.0], temperature_k=592.0)
    assert warm == pytest.approx(alpha / 2.0, rel=1e-12)


def test_measured_and_transparent_ranges_join_and_the_rest_is_unknown() -> None:
    assert ONE.coverage_cm1 == ((900.0, 1100.0), (1200.0, 1300.0))
    known = np.isfinite(ONE.cross_section_cm2([899.9, 900.0, 1100.0, 1150.0, 1250.0, 1301.0]))
    assert known.tolist() == [False, True, True, False, True, False]


def test_coarser_resolution_adds_widths_in_quadrature_and_keeps_the_area() -> None:
    coarse = ONE.at_resolution(4.0)
    assert coarse.fwhm_cm1[0] == pytest.approx(np.sqrt(16.0 + 16.0 - 1.0))
    assert coarse.strength_cm[0] == ONE.strength_cm[0]
    assert coarse.resolution_cm1 == 4.0


def test_finer_resolution_than_the_table_is_refused() -> None:
    with pytest.raises(InputError, match=r"0\.5 cm-1 was asked .* good for 1 cm-1; import"):
        ONE.at_resolution(0.5)


@pytest.mark.parametrize(
    ("centre", "width", "strength", "measured", "message"),
    [
        ([1.0, 2.0], [1.0], [1.0], ((0.0, 5.0),), "2 centres, 1 widths and 1 strengths"),
        ([1.0], [1.0], [np.nan], ((0.0, 5.0),), "not finite"),
        ([1.0], [0.9], [1.0], ((0.0, 5.0),), "narrowest band is 0.9 cm-1"),
        ([1.0], [1.0], [-1.0], ((0.0, 5.0),), "strength is negative"),
        ([1.0], [1.0], [1.0], ((5.0, 0.0),), "range 5 to 0 cm-1; it must run upwards"),
    ],
)
def test_wrong_figures_are_refused_by_name(
    centre: list[float],
    width: list[float],
    strength: list[float],
    measured: tuple[tuple[float, float], ...],
    message: str,
) -> None:
    with pytest.raises(InputError, match=message):
        BandModel(centre, width, strength, measured)


def test_no_points_and_no_bands_are_fine() -> None:
    assert ONE.cross_section_cm2([]).size == 0
    empty = BandModel([], [], [], ((900.0, 1000.0),))
    assert empty.cross_section_cm2([950.0]).tolist() == [0.0]


def test_figures_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="read-only"):
        ONE.strength_cm[0] = 1.0
