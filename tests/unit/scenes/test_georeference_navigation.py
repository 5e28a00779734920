"""Navigation: between its records, at its edges, and what it can't be."""

from dataclasses import replace

import numpy as np
import pytest

from cathartes.errors import InputError, SettingsError
from cathartes.scenes.georeference.camera import Camera, Side, pinhole_line
from cathartes.scenes.georeference.frames import (
    body_to_local,
    local_to_earth,
    to_attitude_deg,
    to_geodetic,
)
from cathartes.scenes.georeference.navigation import Attitudes, Navigation, Track
from cathartes.scenes.georeference.plausibility import (
    check_above_ground,
    check_navigation,
    clock_hint,
)
from made_up_flights import START, line_camera, straight_flight

GAPS = {"max_position_gap_s": 1.0, "max_attitude_gap_s": 0.25}


def changed(navigation: Navigation, part: str, **columns: np.ndarray) -> Navigation:
    return replace(navigation, **{part: replace(getattr(navigation, part), **columns)})


def test_positions_and_attitudes_keep_their_own_rates() -> None:
    """Expected: the flight's own formula between records at 5 and 50 Hz; 20 m/s straight on."""
    flight = straight_flight(sway_deg=2.0, track_deg=90.0)
    poses = flight.poses(line_camera())
    lon, lat, height = to_geodetic(poses.camera_m)
    np.testing.assert_allclose(height, 500.0, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(poses.camera_velocity_m_s, axis=1), 20.0, atol=0.01)
    local = np.swapaxes(local_to_earth(lon, lat), 1, 2) @ poses.body_to_earth
    roll, pitch, heading = to_attitude_deg(local).T
    wanted = [2.0 * np.sin(2 * np.pi * hz * flight.time_s + k) for k, hz in enumerate((0.3, 0.2))]
    # Straight between records 20 ms apart: 2 deg (2 pi 0.3 Hz)^2 (0.02 s)^2 / 8 = 4e-4 deg.
    np.testing.assert_allclose(roll, wanted[0], atol=4e-4)
    np.testing.assert_allclose(pitch, wanted[1], atol=4e-4)
    assert np.ptp(heading) == pytest.approx(4.0, abs=0.1)


def test_heading_through_north_does_not_turn_the_long_way_round() -> None:
    track = straight_flight(track_deg=0.0).navigation.track
    attitudes = Attitudes([0.0, 0.2], [0.0, 0.0], [0.0, 0.0], [359.0, 1.0])
    poses = Navigation(START, track, attitudes).poses_at(np.array([0.1]), np.zeros(3), **GAPS)
    lon, lat, _ = to_geodetic(poses.camera_m)
    local = np.swapaxes(local_to_earth(lon, lat), 1, 2) @ poses.body_to_earth
    np.testing.assert_allclose(to_attitude_deg(local), [[0.0, 0.0, 0.0]], atol=1e-9)


def test_the_lever_arm_turns_with_the_body() -> None:
    """Expected: heading east, forward 2 m is 2 m east, right 1 m is south, down 3 m lower."""
    flight = straight_flight(track_deg=90.0, speed_m_s=1e-6)
    bare, armed = (
        flight.poses(line_camera(lever_arm_m=arm)) for arm in ((0.0, 0.0, 0.0), (2.0, 1.0, 3.0))
    )
    lon, lat, _ = to_geodetic(bare.camera_m)
    shift = np.einsum("nij,ni->nj", local_to_earth(lon, lat), armed.camera_m - bare.camera_m)
    np.testing.assert_allclose(shift[:5], [[-1.0, 2.0, 3.0]] * 5, atol=1e-6)


def test_velocity_of_the_camera_has_the_turning_lever_arm_in_it() -> None:
    """Expected: finite differences of the camera's own positions."""
    flight = straight_flight(sway_deg=5.0)
    camera = line_camera(lever_arm_m=(3.0, -2.0, 1.0))
    poses = flight.poses(camera)
    step = 1e-4
    ahead, behind = (
        replace(flight, time_s=flight.time_s + s).poses(camera).camera_m for s in (step, -step)
    )
    np.testing.assert_allclose(poses.camera_velocity_m_s, (ahead - behind) / (2 * step), atol=2e-3)


def test_a_dropout_leaves_its_lines_unknown_and_no_others() -> None:
    """Rationale: a straight line over a long gap is a wrong place that looks like a right one."""
    flight = straight_flight()
    for part, first, last in (("track", 4.0, 6.5), ("attitudes", 4.0, 4.5)):
        record = getattr(flight.navigation, part)
        kept = (record.time_s <= first) | (record.time_s >= last)
        cut = changed(
            flight.navigation, part, **{n: getattr(record, n)[kept] for n in record.__slots__}
        )
        known = cut.poses_at(flight.time_s, np.zeros(3), **GAPS).known
        gap_start, gap_end = (getattr(cut, part).time_s[k] for k in
                              ((getattr(cut, part).time_s <= first).sum() - 1,
                               (getattr(cut, part).time_s <= first).sum()))  # fmt: skip
        inside = (flight.time_s > gap_start) & (flight.time_s < gap_end)
        assert inside.any()
        np.testing.assert_array_equal(known, ~inside)
        ends = cut.poses_at(np.array([gap_start, gap_end]), np.zeros(3), **GAPS)
        assert ends.known.all()  # at a record nothing is interpolated


def test_lines_outside_the_navigation_are_unknown() -> None:
    flight = straight_flight()
    first, last = flight.navigation.interval_s
    known = flight.navigation.poses_at(
        np.array([first - 0.01, first, last, last + 0.01, np.nan]), np.zeros(3), **GAPS
    ).known
    assert known.tolist() == [False, True, True, False, False]


@pytest.mark.parametrize(
    ("part", "columns", "message"),
    [
        ("track", {"time_s": [0.0, 2.0, 1.0, 3.0]}, "goes from 2.000000 to 1.000000 s at record 3"),
        ("track", {"time_s": [0.0, 1.0, 1.0, 3.0]}, "jumped back, or records are out of order"),
        ("track", {"latitude_deg": [150.0] * 4}, "latitudes up to 150 .* the other way round"),
        ("track", {"altitude_m": [1.0, np.nan, 1.0, 1.0]}, "altitude_m of record 2 is nan"),
        ("track", {"altitude_m": [1.0]}, "altitude_m of shape .1,. and 4 times"),
        ("track", {"sd_m": [[-1.0, 1.0]] * 4}, "nothing negative"),
        ("attitudes", {"pitch_deg": [0.0, 95.0, 0.0, 0.0]}, "pitch of up to 95; degrees within 90"),
        ("attitudes", {"heading_deg": [0.0, 400.0, 0.0, 0.0]}, "heading of up to 400"),
    ],
)
def test_navigation_that_cannot_be_is_refused(part, columns, message) -> None:
    track = Track(*([np.arange(4.0)] * 4))
    attitudes = Attitudes(*([np.arange(4.0)] * 4))
    navigation = Navigation(START, track, attitudes)
    with pytest.raises(InputError, match=message):
        changed(navigation, part, **columns)


def test_a_clock_that_jumps_ahead_is_told_from_a_gap() -> None:
    """A gap in which the aircraft flew on is no jump; one in which it stood still is."""
    flight = straight_flight(sway_deg=0.3).navigation
    track = flight.track
    ahead = np.where(np.arange(track.time_s.size) >= 20, track.time_s + 3600.0, track.time_s)
    with pytest.raises(InputError, match=r"from position 20 to 21 .* 3600.200 s .* clock jumped"):
        check_navigation(changed(flight, "track", time_s=ahead))
    kept = (track.time_s < 3.0) | (track.time_s > 8.0)
    gap = changed(flight, "track", **{n: getattr(track, n)[kept] for n in track.__slots__})
    assert check_navigation(gap) == ()


def out_and_back(pause_s: float, turn_deg: float) -> Navigation:
    """Return a flight to the north at 20 m/s whose positions stop for a while, then go on.

    After 4 s it is where it was, a tenth of a second's way on in the new direction.
    """
    time_s = np.arange(0.0, 8.0, 0.1)
    later = time_s >= 4.0
    way_m = 20.0 * np.minimum(time_s, 3.9)
    after_m = np.where(later, 20.0 * (time_s - 3.9), 0.0)
    north_m = way_m + after_m * np.cos(np.radians(turn_deg))
    east_m = after_m * np.sin(np.radians(turn_deg))
    time_s = time_s + pause_s * later
    metres_per_deg = 111_229.0  # along a meridian at 50 degrees
    track = Track(
        time_s,
        8.0 + east_m / (111_320.0 * np.cos(np.radians(50.0))),
        50.0 + north_m / metres_per_deg,
        np.full(time_s.size, 500.0),
    )
    level = np.zeros(time_s.size)
    return Navigation(START, track, Attitudes(time_s, level, level, np.where(later, turn_deg, 0.0)))


@pytest.mark.parametrize("turn_deg", [180.0, 90.0])
def test_a_gap_in_which_the_aircraft_turned_is_no_jump_of_the_clock(turn_deg: float) -> None:
    """Rationale: positions are lost in steep turns, and lines are flown to and fro.

    Expected: refused only where it flies on in the same direction.
    """
    (remark,) = check_navigation(out_and_back(60.0, turn_deg))
    assert "from position 40 to 41 the clock goes on by 60.100 s" in remark
    assert "it turned or stood there, or the clock jumped" in remark
    with pytest.raises(InputError, match="the clock jumped"):
        check_navigation(out_and_back(60.0, 10.0))


@pytest.mark.parametrize("log_hz", [5.0, 25.0])
def test_a_receiver_that_repeats_its_last_fix_is_refused(log_hz: float) -> None:
    """Rationale: in a dropout the last fix is written again; so do logs faster than the receiver.

    Expected: at 5 Hz, fixes 21 to 26 the same; at 25 Hz, fixes of 5 Hz written five times each.
    """
    flight = straight_flight(position_rate_hz=log_hz).navigation
    index = np.arange(flight.track.time_s.size)
    held = np.where((index > 20) & (index < 26), 20, index) if log_hz == 5.0 else index // 5 * 5
    columns = {n: getattr(flight.track, n)[held] for n in ("longitude_deg", "latitude_deg")}
    span = "21 to 26 are the same for 1.00 s" if log_hz == 5.0 else "1 to 5 are the same for 0.16 s"
    with pytest.raises(InputError, match=f"positions {span}"):
        check_navigation(changed(flight, "track", **columns))


def test_an_aircraft_that_stands_before_it_flies_is_not_refused() -> None:
    flight = straight_flight().navigation
    held = np.maximum(np.arange(flight.track.time_s.size), 20)
    columns = {n: getattr(flight.track, n)[held] for n in ("longitude_deg", "latitude_deg")}
    assert check_navigation(changed(flight, "track", **columns)) == ()


def test_radians_given_as_degrees_are_refused() -> None:
    flight = straight_flight(track_deg=120.0, sway_deg=1.0).navigation
    angles = {n: np.radians(getattr(flight.attitudes, n)) for n in ("roll_deg", "pitch_deg")}
    radians = changed(
        flight, "attitudes", heading_deg=np.radians(flight.attitudes.heading_deg), **angles
    )
    with pytest.raises(InputError, match=r"1 if they are radians.*multiply roll, pitch"):
        check_navigation(radians)
    # Within 30 degrees of north an aircraft may fly so by its wind: 20 degrees are 0.349.
    north = straight_flight(track_deg=20.0, crab_deg=2.0).navigation
    (remark,) = check_navigation(
        changed(north, "attitudes", heading_deg=np.radians(north.attitudes.heading_deg))
    )
    assert "are 20 degrees off the direction of flight, and 2 if they are radians" in remark
    # A flight to the north has headings that are small in degrees too, and is none of it.
    assert check_navigation(straight_flight(track_deg=1.0).navigation) == ()


def test_heading_far_from_the_track_is_a_remark_and_a_hovering_drone_has_no_track() -> None:
    (remark,) = check_navigation(straight_flight(track_deg=120.0, crab_deg=-60.0).navigation)
    assert "differ by 60 degrees" in remark
    assert check_navigation(straight_flight(crab_deg=-60.0, speed_m_s=0.2).navigation) == ()


def test_height_above_ground_against_the_plan() -> None:
    """Rationale: 47 m is the geoid in central Europe: the mistake must be named, not only seen."""
    check_above_ground(118.0, 120.0, 20.0, np.nan)
    with pytest.raises(InputError, match=r"The geoid is 47 m above the ellipsoid.*explains it"):
        check_above_ground(73.0, 120.0, 20.0, 47.0)
    with pytest.raises(InputError, match=r"73 m above the ground, and 120 m.*Check what"):
        check_above_ground(73.0, 120.0, 20.0, np.nan)


@pytest.mark.parametrize(
    ("early", "late", "word"),
    [(18.0, -100.0, "18 s ahead"), (-7000.0, 7200.0, "local time"), (300.0, -1.0, "time_offset_s")],
)
def test_a_hint_on_clocks_that_differ(early, late, word) -> None:
    assert word in clock_hint(early, late)


def test_boresight_turns_the_look_vectors_as_the_body_would_be_turned() -> None:
    """A pitch of the mount and one of the aircraft are the same, and so the other angles."""
    camera = line_camera(boresight_deg=(3.0, -2.0, 5.0))
    expected = line_camera().look @ body_to_local(3.0, -2.0, 5.0).T
    np.testing.assert_allclose(camera.look_in_body(), expected)
    assert camera.look_in_body()[60, 0] < 0  # nose down: it looks behind


def test_pinhole_line_by_hand() -> None:
    """Expected: four pixels of 10 mrad: tangents -15, -5, 5, 15 mrad from left to right."""
    look = Camera(pinhole_line(4, 10.0, Side.LEFT)).look
    np.testing.assert_allclose(look[:, 1] / look[:, 2], [-0.015, -0.005, 0.005, 0.015])
    right = pinhole_line(4, 10.0, Side.RIGHT, centre_sample=0.5)
    np.testing.assert_allclose(right[:, 1], [0.0, -0.01, -0.02, -0.03])


@pytest.mark.parametrize(
    ("look", "message"),
    [
        ([[0, 0, -1.0]], "z is not positive"),
        ([[0, 0.1, 1], [0, 0.3, 1], [0, 0.2, 1]], "samples do not look one beside the other"),
        ([[0, 0.1]], "sample, 3"),
        ([[0, np.nan, 1.0]], "finite"),
    ],
)
def test_a_camera_that_cannot_be_is_refused(look, message) -> None:
    with pytest.raises(SettingsError, match=message):
        Camera(np.array(look))


def test_standard_deviations_go_from_records_to_lines() -> None:
    flight = straight_flight().navigation
    n = flight.track.time_s.size
    sd = np.column_stack([np.linspace(1.0, 2.0, n), np.full(n, 3.0)])
    poses = changed(flight, "track", sd_m=sd).poses_at(np.array([0.2, 6.0]), np.zeros(3), **GAPS)
    first, middle = np.interp([0.2, 6.0], flight.track.time_s, sd[:, 0])
    np.testing.assert_allclose(poses.position_sd_m, [[first, 3.0], [middle, 3.0]])
    assert np.isnan(poses.attitude_sd_deg).all()
