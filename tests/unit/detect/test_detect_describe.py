"""What is said of plumes that the scene gives reason to doubt."""

from dataclasses import replace

import pytest

from cathartes.detect import describe
from cathartes.detect.describe import GROUND_FLAG, SEVERAL_FLAG, THICK_FLAG
from cathartes.detect.imitation import IMITATED
from cathartes.detect.settings import DetectSettings


def test_three_plumes_of_one_chemical_are_flagged_and_two_are_not(make_emissive):
    """Roofs are many, vents are few."""
    places = [(30, 30), (75, 90), (120, 40)]
    for n, flagged in ((3, True), (2, False)):
        scene = make_emissive(22, [("deltane", i, j, 80.0) for i, j in places[:n]])
        plumes = [p for p in scene.detect().plumes if p.chemical == "deltane"]
        assert len(plumes) == n
        assert all((SEVERAL_FLAG in p.flags) is flagged for p in plumes)


@pytest.mark.parametrize(
    ("left", "fade", "doubted"), [(0.2, 1.2, True), (0.2, 1.9, False), (0.05, 1.2, False)]
)
def test_what_gases_leave_and_does_not_fade_may_be_ground(
    make_emissive, monkeypatch, left, fade, doubted
):
    """It is flagged, and chance is no less than of ground that imitates gas; who allows less chance
    does not see it."""
    scene = make_emissive(22, [("deltane", 75, 60, 150.0)])
    identify = describe.identify

    def leaving(*args):
        return replace(identify(*args), pair_misfit=left)

    monkeypatch.setattr(describe, "identify", leaving)
    monkeypatch.setattr(describe, "greatest_fade", lambda *_: fade)
    (plume,) = scene.detect().plumes
    assert (GROUND_FLAG in plume.flags) is doubted
    assert (plume.expected_by_chance >= IMITATED) is doubted
    assert plume.expected_by_chance == pytest.approx(IMITATED if doubted else 0.0, abs=1e-3)
    strict = scene.detect(DetectSettings(max_expected_by_chance=IMITATED / 2))
    assert len(strict.plumes) == (0 if doubted else 1)


def test_a_plume_in_sunlight_is_thick_on_the_whole_way_of_the_light(make_reflective):
    """Light crosses it twice, 2.15 times its depth with the sun at 30 degrees: a vertical optical
    depth of 0.36 in the strongest band dims it as 0.78 does, and 0.12 as 0.25."""
    dense, thin = (
        make_reflective(7, [("alphane", 60, 60, peak)]).detect().plumes[0]
        for peak in (4200.0, 1400.0)
    )
    assert THICK_FLAG in dense.flags
    assert dense.column_density_max_ppm_m * 1e-4 < 0.5
    assert THICK_FLAG not in thin.flags


def test_what_was_found_can_be_read_at_a_prompt(make_emissive):
    """Plumes and their numbers, and no array: its spectra had been hundreds of lines."""
    found = make_emissive(22, [("deltane", 75, 60, 150.0)]).detect()
    said = repr(found)
    assert "chemical='deltane'" in said
    assert "array(" not in said
    assert len(said) < 2500
