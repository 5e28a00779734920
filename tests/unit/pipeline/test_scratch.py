"""Scratch images: any number, written in parts in any order, and read by several threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cathartes.errors import OutputError
from cathartes.pipeline.scratch import ScratchPlanes


def test_images_come_back_whatever_the_order_of_their_lines(tmp_path):
    images = np.random.default_rng(1).standard_normal((5, 9, 4)).astype(np.float32)
    with ScratchPlanes(9, 4, tmp_path) as planes:
        for start in (6, 0, 3):
            for number, image in enumerate(images):
                planes.write_lines(f"score/{number}", start, image[start : start + 3])
        planes.write_lines("score/2", 0, np.asfortranarray(-images[2]))
        with ThreadPoolExecutor(3) as pool:
            found = list(pool.map(lambda n: planes.read(f"score/{n}"), range(5)))
    images[2] *= -1
    np.testing.assert_array_equal(found, images)
    assert not any(tmp_path.iterdir()), "the end of the context removes them"


def test_outside_the_context_nothing_is_kept(tmp_path):
    planes = ScratchPlanes(2, 2, tmp_path)
    with pytest.raises(RuntimeError, match="outside their context"):
        planes.write_lines("a", 0, np.zeros((2, 2), np.float32))


def test_what_cannot_be_written_says_so(tmp_path):
    with ScratchPlanes(2, 2, tmp_path) as planes:
        (folder,) = tmp_path.iterdir()
        (folder / "planes.f32").mkdir()
        with pytest.raises(OutputError, match="Free some space"):
            planes.write_lines("a", 0, np.zeros((2, 2), np.float32))
