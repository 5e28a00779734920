"""Cores of hills and their surroundings, read again: against loops over pixels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.detect.cores import (
    CORE_REACH_PX,
    RING_GAP_PX,
    WINDOW_REACH_PX,
    Core,
    read_cores,
)
from cathartes.detect.pursuit import Family, misfit
from cathartes.detect.step import quiet


def hill(shape, line, sample, width=2.0, height=10.0):
    i, j = np.ogrid[: shape[0], : shape[1]]
    return (height * np.exp(-0.5 * ((i - line) ** 2 + (j - sample) ** 2) / width**2)).astype("f4")


def simple_hill(height, line, sample):
    """Pixels of the window joined to the peak, corners included, above 0.6 of it."""
    found, todo = {(line, sample)}, [(line, sample)]
    while todo:
        i, j = todo.pop()
        for a, b in np.ndindex(3, 3):
            p = (i + a - 1, j + b - 1)
            inside = all(0 <= v < n for v, n in zip(p, height.shape, strict=True))
            near = max(abs(p[0] - line), abs(p[1] - sample)) <= WINDOW_REACH_PX
            if inside and near and p not in found and height[p] >= 0.6 * height[line, sample]:
                found.add(p)
                todo.append(p)
    return found


@given(
    line=st.integers(0, 29),
    sample=st.integers(0, 24),
    width=st.floats(0.5, 12.0),
    gaps=st.sampled_from([0.0, 0.1]),
    seed=st.integers(0, 100),
)
def test_a_core_is_its_hill_near_the_peak_and_its_ring_what_is_not_near_the_hill(
    line, sample, width, gaps, seed
):
    """Whatever the place: cut by the scene's edges, by gaps, and wider than the window."""
    rng = np.random.default_rng(seed)
    height = hill((30, 25), line, sample, width) + rng.uniform(0, 0.5, (30, 25)).astype("f4")
    height[line, sample] = 12.0
    gap = rng.random((30, 25)) < gaps
    gap[line, sample] = False
    height[gap] = np.nan
    core = Core.around(height, line, sample)
    inside = simple_hill(np.nan_to_num(height), line, sample)
    rows, columns = core.weight.shape
    for a, b in np.ndindex(rows, columns):
        i, j = core.line + a, core.sample + b
        near = max(abs(i - line), abs(j - sample)) <= CORE_REACH_PX
        expected = height[i, j] if (i, j) in inside and near else 0.0
        assert core.weight[a, b] == expected
        gap_px = min(max(abs(i - p), abs(j - q)) for p, q in inside)
        assert core.ring[a, b] == (gap_px > RING_GAP_PX)
    held = [p for p in inside if max(abs(p[0] - line), abs(p[1] - sample)) <= CORE_REACH_PX]
    assert core.n_pixels == len(held)
    reach = (line - core.line, core.line + rows - 1 - line)
    assert max(reach) <= WINDOW_REACH_PX
    assert core.line == max(line - WINDOW_REACH_PX, 0)
    assert core.sample == max(sample - WINDOW_REACH_PX, 0)


@pytest.mark.parametrize("lines_a_block", [50, 7, 1])
def test_cores_are_read_as_a_loop_over_pixels_reads_them(make_bandset, lines_a_block):
    """Weighted means less the ring's, gaps left out of both; 1e-5 of values near 5."""
    rng = np.random.default_rng(1)
    values = rng.normal(5, 1, (50, 40, 3)).astype(np.float32)
    values[rng.random((50, 40)) < 0.1, 1] = np.nan
    mean = rng.normal(5, 0.1, (40, 3)).astype(np.float32)
    height = hill((50, 40), 3, 4) + hill((50, 40), 30, 22, 3.0)
    cores = [Core.around(height, 3, 4), Core.around(height, 30, 22)]
    read = read_cores(make_bandset(values, lines_a_block * 4 * 40 * 3), mean, cores, "cores", quiet)
    for k, core in enumerate(cores):
        total, w_sum, w_square, around, n_ring = np.zeros(3), 0.0, 0.0, np.zeros(3), 0
        for a, b in np.ndindex(core.weight.shape):
            x = values[core.line + a, core.sample + b].astype(float) - mean[core.sample + b]
            if not np.isfinite(x).all():
                continue
            w = float(core.weight[a, b])
            total, w_sum, w_square = total + w * x, w_sum + w, w_square + w**2
            if core.ring[a, b]:
                around, n_ring = around + x, n_ring + 1
        np.testing.assert_allclose(read.signal[k], total / w_sum - around / n_ring, atol=1e-5)
        assert read.n_core[k] == pytest.approx(w_sum**2 / w_square)
        assert read.n_ring[k] == n_ring


def test_lines_without_a_core_are_not_read(make_bandset, monkeypatch):
    bandset = make_bandset(np.zeros((90, 40, 3), np.float32), 4 * 40 * 3 * 10)
    seen = []
    original = type(bandset).read

    def read(self, start, stop):
        seen.append((start, stop))
        return original(self, start, stop)

    monkeypatch.setattr(type(bandset), "read", read)
    core = Core.around(hill((90, 40), 45, 20), 45, 20)
    read_cores(bandset, np.zeros((40, 3), np.float32), [core], "cores", quiet)
    assert seen == [(33, 40), (40, 50), (50, 58)]
    seen.clear()
    assert read_cores(bandset, np.zeros((40, 3), np.float32), [], "cores", quiet).signal.shape == (
        0,
        3,
    )
    assert seen == []


@given(seed=st.integers(0, 1000), n=st.integers(1, 5))
def test_a_misfit_is_what_least_squares_of_the_best_pair_leaves(seed, n):
    """Left over less noise, as a part of what the pair explains, and never negative."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(0, 1, (n, 10))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    x = rng.normal(0, 1, (20, 10)) + 8 * rng.dirichlet(np.ones(n), 20) @ rows
    family = Family((rows @ rows.T).astype("f4"), np.ones(n, np.float32), 10, 15.0, two_sided=True)
    noise = rng.uniform(0, 10, 20)
    z, d2 = (rows @ x.T).astype("f4"), (x**2).sum(axis=1).astype("f4")
    found = misfit(z, d2, noise, family)
    for p in range(20):
        h = int(np.argmax(np.abs(rows @ x[p])))
        out = np.eye(10) - np.outer(rows[h], rows[h])
        left = [
            (s @ out @ x[p]) ** 2 / (s @ out @ s) if abs(s @ rows[h]) < 0.9 else 0.0 for s in rows
        ]
        pair = (rows[h] @ x[p]) ** 2 + max(left)
        expected = max(x[p] @ x[p] - pair - noise[p], 0.0) / pair
        assert found[p] == pytest.approx(expected, rel=1e-3, abs=1e-3)
