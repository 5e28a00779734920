"""Our reweighted filter against mag1c itself, where the package is installed.

Rationale: the equations leave details open (what the covariance is divided by, when the diagonal is
added, what a weight of nought is); the authors' code settles them.
Expected: the same pixels above nought, but for fewer than one in a thousand, and values that differ
by the rounding of float32 statistics.
Source: `pip install mag1c` (BSD-3-Clause), github.com/markusfoote/mag1c; not a dependency.
"""

import numpy as np
import pytest

from cathartes.detect.reweighted import reweighted_column_filter

torch = pytest.importorskip(
    "torch", reason="torch is not installed: mag1c's own code can't be asked"
)
mag1c = pytest.importorskip(
    "mag1c.mag1c", reason="mag1c is not installed: its own code can't be asked"
)


def theirs(radiance, change, monkeypatch):
    # mag1c calls it by a name that torch 2.x took away.
    monkeypatch.setattr(
        torch, "cholesky", lambda matrix, upper=False: torch.linalg.cholesky(matrix, upper=upper)
    )
    template = torch.as_tensor(change * 1e5, dtype=torch.float64)
    amount = np.empty(radiance.shape[:2])
    for j in range(radiance.shape[1]):
        x = torch.from_numpy(np.ascontiguousarray(radiance[None, :, j])).to(torch.float64)
        mask = torch.ones(x.shape[:2], dtype=torch.bool)
        found, _ = mag1c.acrwl1mf(x, template, 30, False, False, False, 1.0, 1e-4, mask)
        amount[:, j] = found.numpy()[0, :, 0]
    return amount


@pytest.mark.parametrize("peak_ppm_m", [0.0, 300.0, 2000.0])
def test_the_answer_is_that_of_mag1c(peak_ppm_m, monkeypatch):
    generator = np.random.default_rng(11)
    n_lines, n_samples, n_bands = 1000, 8, 60
    surfaces = np.cumsum(generator.normal(0, 0.05, (6, n_bands)), axis=1)
    radiance = 9 + generator.normal(0, 1, (n_lines, n_samples, 6)) @ surfaces
    change = -2e-4 * np.exp(-0.5 * ((np.arange(n_bands) - 25) / 3) ** 2)
    plume = np.zeros((n_lines, n_samples, 1))
    plume[300:360, 2:6] = generator.uniform(0, peak_ppm_m, (60, 4, 1))
    radiance = radiance * np.exp(plume * change) + generator.normal(0, 0.02, radiance.shape)
    radiance = radiance.astype(np.float32)
    expected = theirs(radiance, change, monkeypatch)
    found = reweighted_column_filter(radiance, change)
    assert ((found > 0) != (expected > 0)).mean() < 1e-3
    both = (found > 0) & (expected > 0)
    error = np.abs(found - expected)[both]
    # √(n b) half-steps of 2^-24 of the ground's variance over the noise's, in noise-equivalents:
    # tests/unit/detect/test_detect_column_filter.py, as is the 4. The least value at rest,
    # at z = 2, is one.
    rounding = np.sqrt(n_lines * n_bands) * 2.0**-24 * radiance.var(axis=0).mean() / 0.02**2
    allowed = rounding * np.quantile(expected[both], 0.02)
    assert np.quantile(error - 2e-4 * expected[both], 0.95) < 4 * allowed
