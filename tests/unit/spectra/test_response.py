"""Responses that are none, and columns too dense for plain arithmetic."""

import numpy as np
import pytest

from cathartes.errors import InputError
from cathartes.spectra.response import (
    SpectralBands,
    TabulatedResponse,
    band_absorption_per_ppm_m,
    response_matrix,
)

_UM = np.linspace(9.9, 10.1, 5)


@pytest.mark.parametrize("response", [[0, 0, 0, 0, 0], [0, 1, np.nan, 1, 0], [0, 1, -1, 1, 0]])
def test_a_response_that_can_not_be_one_is_refused(response: list[float]) -> None:
    with pytest.raises(InputError, match="must be finite, 0 or more and not all 0"):
        TabulatedResponse(_UM, np.array(response))


def test_a_response_that_the_grid_misses_is_refused() -> None:
    table = TabulatedResponse(
        np.array([9.9, 9.9999, 10.0, 10.0001, 10.1]), np.array([0, 0, 1, 0, 0])
    )
    bands = SpectralBands(np.array([10.0]), np.array([0.1]), (table,))
    grid = np.arange(985.5, 1015.0, 1.0)
    with pytest.raises(InputError, match=r"response is 0 at all .* points .* use a finer grid"):
        response_matrix(bands, grid)


@pytest.mark.filterwarnings("error")
def test_a_dense_column_has_a_finite_absorption() -> None:
    """The least absorbing part of a band decides in the end."""
    nu = np.arange(990.0, 1011.0, 1.0)
    bands = SpectralBands(1e4 / nu, 4.0 * 1e4 / nu**2)
    grid = bands.wavenumber_grid_cm1(0.1)
    matrix = response_matrix(bands, grid)
    alpha = 0.05 + 0.04 * np.sin(grid)
    thin, dense = (band_absorption_per_ppm_m(matrix, alpha, u) for u in (1e-6, 1e7))
    np.testing.assert_allclose(thin, matrix @ alpha, rtol=1e-6)
    np.testing.assert_allclose(dense, 0.01, rtol=1e-2)
