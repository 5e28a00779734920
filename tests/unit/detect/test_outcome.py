"""What may be said of a whole scene, of which a part alone can be read."""

import numpy as np

from cathartes.detect.result import Outcome
from cathartes.scenes.cube import ArrayLines


def test_a_mostly_empty_scene_without_a_plume_is_inconclusive(make_emissive):
    scene = make_emissive(201, shape=(90, 80))
    values = scene.values.astype(np.float32)
    values[:60] = np.nan
    found = scene.detect(source=ArrayLines(values))
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "only 33% of the pixels" in found.reason


def test_where_nobody_meant_to_look_is_no_fault_of_the_scene(make_emissive):
    """A mandate that covers a third of a scene: that third may well be empty."""
    scene = make_emissive(201, shape=(90, 80))
    values = scene.values.astype(np.float32)
    values[:60] = np.nan
    looked = np.zeros((90, 80), bool)
    looked[60:] = True
    found = scene.detect(source=ArrayLines(values), looked=looked)
    assert found.outcome is Outcome.NOTHING_FOUND
    values[70:] = np.nan  # of what was meant to be seen, a third is left
    found = scene.detect(source=ArrayLines(values), looked=looked)
    assert found.outcome is Outcome.INCONCLUSIVE
    assert "only 33% of the pixels" in found.reason
