"""Cut scores of separate squares: what is kept, whatever blocks it comes in."""

import numpy as np
import pytest

from cathartes.detect.bank import cosine_score
from cathartes.detect.cells import GREATEST, Cells

N_BANDS = 40
ROW, SCALE = np.array([0, 1, 4]), np.array([1.0, 2.0, 0.5], np.float32)


def filled(shape, width_px, blocks, seed=1):
    """Cells put together from blocks of so many lines, and what they were made from."""
    rng = np.random.default_rng(seed)
    n_pixels = shape[0] * shape[1]
    z = rng.normal(0.0, 2.0, (5, n_pixels)).astype(np.float32)
    distance = rng.uniform(30.0, 60.0, n_pixels).astype(np.float32)
    usable = rng.random(shape) > 0.2
    cells = Cells.empty(*shape, width_px, ROW, SCALE)
    first = 0
    for n_lines in blocks:
        pixels = slice(first * shape[1], (first + n_lines) * shape[1])
        here = usable[first : first + n_lines]
        cells.put(first, here, z[:, pixels], distance[pixels], N_BANDS)
        first += n_lines
    return cells, z, distance, usable


@pytest.mark.parametrize("width_px", [1, 3, 5])
@pytest.mark.parametrize("blocks", [(17,), (1,) * 17, (2, 4, 1, 10)])
def test_a_cell_is_the_cut_score_of_its_middle_pixel_whatever_the_blocks(width_px, blocks):
    cells, z, distance, usable = filled((17, 13), width_px, blocks)
    step = max(width_px, 3)
    assert cells.step_px == step
    for signature, row in enumerate(ROW):
        score = cells.score(signature)
        for line, i in enumerate(range(step // 2, 17, step)):
            for sample, j in enumerate(range(step // 2, 13, step)):
                pixel = i * 13 + j
                whole = cosine_score(z[row, pixel], distance[pixel], N_BANDS) / SCALE[signature]
                told = np.clip(whole, -GREATEST, GREATEST) if usable[i, j] else 0.0
                assert score[line, sample] == pytest.approx(told, abs=GREATEST / 127 / 2 + 1e-6)
    assert cells.of_pixels(usable).shape == cells.kept.shape[1:]


def test_cells_cover_the_scene_and_meet_their_middles():
    cells = Cells.empty(17, 13, 3, ROW, SCALE)
    marked = np.zeros(cells.kept.shape[1:], bool)
    marked[2, 1] = marked[-1, -1] = True
    pixels = cells.to_pixels(marked, (17, 13))
    expected = np.zeros((17, 13), bool)
    expected[6:9, 3:6] = expected[15:, 9:] = True
    assert np.array_equal(pixels, expected)
    assert np.array_equal(cells.of_pixels(pixels), marked)
    assert cells.to_pixels(np.ones_like(marked), (17, 13)).all()
    for lines, samples in ((slice(0, 2), slice(1, 3)), (slice(1, len(marked)), slice(2, None))):
        window = lines, slice(samples.start, samples.stop or marked.shape[1])
        part, (line, sample) = cells.to_window(marked[window], window, (17, 13))
        here = pixels[line : line + part.shape[0], sample : sample + part.shape[1]]
        np.testing.assert_array_equal(part, here)
