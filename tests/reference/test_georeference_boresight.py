"""Boresight from two made-up lines whose mount is known: found, with its error, or refused."""

from functools import lru_cache

import numpy as np
import pytest

from cathartes.errors import InputError, SettingsError
from cathartes.scenes.georeference.boresight import (
    BoresightEstimate,
    BoresightSettings,
    TiePoints,
    _moved_pixels,
    estimate_boresight,
)
from cathartes.scenes.georeference.matching import MatchSettings, SeenLine, find_tie_points
from cathartes.scenes.georeference.pushbroom import to_ground
from cathartes.scenes.georeference.terrain import LevelGround
from made_up_flights import GEOD, Flight, line_camera, straight_flight, texture

TRUE_DEG = (0.35, -0.2, 0.4)
GROUND = LevelGround(100.0)
PIXEL_M = 1.2


def shifted(azimuth_deg: float, distance_m: float) -> dict[str, float]:
    lon, lat, _ = GEOD.fwd(8.0, 50.0, azimuth_deg, distance_m)
    return {"longitude_deg": lon, "latitude_deg": lat}


def flights() -> dict[str, Flight]:
    common = {"n_lines": 300, "sway_deg": 0.5}
    west = GEOD.fwd(8.0, 50.0, 0.0, 150.0)
    start = GEOD.fwd(west[0], west[1], 270.0, 150.0)
    return {
        "north": straight_flight(track_deg=0.0, **common),
        "back": straight_flight(track_deg=180.0, **shifted(0.0, 300.0), **common),
        "beside": straight_flight(track_deg=0.0, **shifted(90.0, 90.0), **common),
        "across": straight_flight(
            track_deg=90.0, longitude_deg=start[0], latitude_deg=start[1], **common
        ),
    }


def seen(flight: Flight, seed: int) -> SeenLine:
    """Return a line as the true camera sees it, with noise of 0.3 of its contrast."""
    camera = line_camera(160, 3.0)
    poses = flight.poses(camera)
    points = to_ground(poses, camera.with_boresight(TRUE_DEG).look_in_body(), GROUND)
    image = texture(points.longitude_deg, points.latitude_deg)
    noise = np.random.default_rng(seed).standard_normal(image.shape)
    return SeenLine(poses, image + 0.3 * image.std() * noise)


@lru_cache
def estimated(other: str) -> BoresightEstimate:
    a, b = seen(flights()["north"], 1), seen(flights()[other], 2)
    camera = line_camera(160, 3.0)
    ties = find_tie_points(a, b, camera.look_in_body(), GROUND, PIXEL_M)
    return estimate_boresight(camera, a.poses, b.poses, ties, GROUND)


@pytest.mark.parametrize(
    ("other", "refused"),
    [("across", ()), ("back", ("yaw",)), ("beside", ("roll", "pitch")),
     ("north", ("roll", "pitch", "yaw"))],
)  # fmt: skip
def test_what_two_lines_tell_is_found_and_the_rest_refused(other: str, refused) -> None:
    """Rationale: an angle that the lines do not constrain must not come out as a number.

    Expected: crossing lines tell all three; opposite ones over one track see the ends of their
    swaths turn alike under yaw; parallel ones in one direction move together under roll and
    pitch; one line twice tells nothing. What is told lies within three of
    its standard deviations of the truth, and moves no pixel by half of one.
    """
    found = estimated(other)
    assert found.refused == refused
    told = found.determined
    assert (np.abs(found.boresight_deg - TRUE_DEG)[told] < 3 * found.sd_deg[told]).all()
    np.testing.assert_array_equal(found.boresight_deg[~told], 0.0)
    assert (found.sd_deg[~told] > 3 * np.degrees(1e-3)).all()


def test_ties_agree_to_a_fraction_of_a_pixel() -> None:
    assert estimated("across").tie_sd_m < 0.25 * PIXEL_M
    assert estimated("across").n_ties > 20


def test_roll_of_crossing_lines_is_good_to_a_hundredth_of_a_degree() -> None:
    """Expected: positions off by 0.1 m at 400 m are 0.014 deg, shared by two lines."""
    assert estimated("across").sd_deg[0] < 0.015


def test_how_far_an_angle_moves_a_pixel_by_hand() -> None:
    """Expected, for pixels of 3 mrad out to 0.2385: 0.1 deg, 1.745 mrad, of pitch is 0.582 pixels;
    of yaw 0.2385 of that; of roll, at the slant end, 1 + 0.2385 squared of it."""
    moved = _moved_pixels(line_camera(160, 3.0), np.full(3, 0.1))
    np.testing.assert_allclose(moved, 0.5818 * np.array([1.0569, 1.0, 0.2385]), rtol=1e-3)


def test_wrong_ties_are_left_out() -> None:
    a, b = seen(flights()["north"], 1), seen(flights()["across"], 2)
    camera = line_camera(160, 3.0)
    ties = find_tie_points(a, b, camera.look_in_body(), GROUND, PIXEL_M)
    wrong = TiePoints(ties.line_a, ties.sample_a, ties.line_b + np.where(
        np.arange(len(ties)) % 8 == 0, 9.0, 0.0), ties.sample_b)  # fmt: skip
    found = estimate_boresight(camera, a.poses, b.poses, wrong, GROUND)
    assert found.n_outliers >= len(ties) // 8
    np.testing.assert_allclose(found.boresight_deg, estimated("across").boresight_deg, atol=0.03)


def test_lines_that_do_not_overlap_are_refused() -> None:
    far = straight_flight(n_lines=300, **shifted(90.0, 5000.0))
    a, b = seen(flights()["north"], 1), seen(far, 2)
    camera = line_camera(160, 3.0)
    ties = find_tie_points(a, b, camera.look_in_body(), GROUND, PIXEL_M)
    assert len(ties) == 0
    with pytest.raises(InputError, match=r"0 tie points .* 10 at least are needed"):
        estimate_boresight(camera, a.poses, b.poses, ties, GROUND)


def test_settings_that_cannot_be_are_refused() -> None:
    with pytest.raises(SettingsError, match="positions are never exact"):
        BoresightSettings(relative_position_sd_m=0.0)
    with pytest.raises(SettingsError, match="an odd chip"):
        MatchSettings(chip_px=24)
    line = seen(flights()["north"], 1)
    with pytest.raises(InputError, match="an image of shape"):
        find_tie_points(SeenLine(line.poses, line.image[1:]), line,
                        line_camera(160, 3.0).look_in_body(), GROUND, PIXEL_M)  # fmt: skip
