"""Flights whose poses are known exactly, for tests of georeferencing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from pyproj import Geod

from cathartes.scenes.georeference.camera import Camera, Side, pinhole_line
from cathartes.scenes.georeference.navigation import Attitudes, LinePoses, Navigation, Track

CAMERA_TOML = """
[pinhole]
n_samples = {samples}
ifov_mrad = {ifov_mrad}
first_sample = "left"
[mounting]
boresight_roll_deg = 0.0
boresight_pitch_deg = 0.0
boresight_yaw_deg = 0.0
lever_arm_forward_m = 0.0
lever_arm_right_m = 0.0
lever_arm_down_m = 0.0
[timing]
time_offset_s = 0.0
"""
START = datetime(2026, 5, 4, 10, 0, 0, tzinfo=UTC)
GEOD = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Flight:
    """A straight flight, and when its lines were taken."""

    navigation: Navigation
    time_s: np.ndarray

    def poses(self, camera: Camera, **gaps: float) -> LinePoses:
        """Return the poses of its lines."""
        longest = {"max_position_gap_s": 1.0, "max_attitude_gap_s": 0.25} | gaps
        return self.navigation.poses_at(
            self.time_s + camera.time_offset_s, np.array(camera.lever_arm_m), **longest
        )


def straight_flight(
    *,
    n_lines: int = 200,
    line_period_s: float = 0.05,
    speed_m_s: float = 20.0,
    track_deg: float = 30.0,
    altitude_m: float = 500.0,
    longitude_deg: float = 8.0,
    latitude_deg: float = 50.0,
    sway_deg: float = 0.0,
    crab_deg: float = 0.0,
    position_rate_hz: float = 5.0,
    attitude_rate_hz: float = 50.0,
) -> Flight:
    """Return a flight along a geodesic; it starts a second before its first line.

    Roll, pitch and heading sway by so many degrees, at 0.3, 0.2 and 0.1 Hz.
    """
    end_s = n_lines * line_period_s + 2.0

    def along(time_s: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        n = time_s.size
        distance = (time_s - 1.0) * speed_m_s
        return GEOD.fwd(
            np.full(n, longitude_deg), np.full(n, latitude_deg), np.full(n, track_deg), distance
        )

    time_s = np.arange(0.0, end_s, 1 / position_rate_hz)
    lon, lat, _ = along(time_s)
    track = Track(time_s, lon, lat, np.full(time_s.size, altitude_m))
    time_s = np.arange(0.0, end_s, 1 / attitude_rate_hz) + 0.003
    _, _, back = along(time_s)
    sway = [sway_deg * np.sin(2 * np.pi * hz * time_s + k) for k, hz in enumerate((0.3, 0.2, 0.1))]
    heading = (back + 180.0 + crab_deg + sway[2]) % 360.0
    attitudes = Attitudes(time_s, sway[0], sway[1], heading)
    return Flight(
        Navigation(START, track, attitudes), 1.0 + (np.arange(n_lines) + 0.5) * line_period_s
    )


def line_camera(n_samples: int = 120, ifov_mrad: float = 4.0, **mounting: object) -> Camera:
    """Return a pinhole camera whose first sample looks to the left."""
    return Camera(pinhole_line(n_samples, ifov_mrad, Side.LEFT), **mounting)


def texture(longitude_deg: np.ndarray, latitude_deg: np.ndarray, seed: int = 5) -> np.ndarray:
    """Return a made-up image of the ground: waves of 6 to 60 m, the same from everywhere."""
    generator = np.random.default_rng(seed)
    east = np.radians(longitude_deg - 8.0) * 6378137.0 * np.cos(np.radians(50.0))
    north = np.radians(latitude_deg - 50.0) * 6371000.0
    value = np.zeros_like(east)
    for _ in range(60):
        length, angle, phase = (generator.uniform(*r) for r in ((6, 60), (0, np.pi), (0, 6.28)))
        way = east * np.cos(angle) + north * np.sin(angle)
        value += np.sqrt(length) * np.sin(2 * np.pi * way / length + phase)
    return value


def write_navigation(path: Path, navigation: Navigation, reference: str | None) -> Path:
    """Write a flight as our CSV: rows of positions, rows of attitudes, on one clock."""
    track, attitudes = navigation.track, navigation.attitudes
    rows = [
        (t, f"{lon:.10f},{lat:.10f},{alt:.4f},,,")
        for t, lon, lat, alt in zip(
            track.time_s, track.longitude_deg, track.latitude_deg, track.altitude_m, strict=True
        )
    ]
    rows += [(t, f",,,{roll:.6f},{pitch:.6f},{heading:.6f}") for t, roll, pitch, heading in zip(
        attitudes.time_s, attitudes.roll_deg, attitudes.pitch_deg, attitudes.heading_deg,
        strict=True)]  # fmt: skip
    note = "" if reference is None else f"# altitude_reference = {reference}\n"
    head = "time_utc,longitude_deg,latitude_deg,altitude_m,roll_deg,pitch_deg,heading_deg\n"
    body = "".join(f"{utc(t)},{cells}\n" for t, cells in sorted(rows))
    path.write_text(note + head + body)
    return path


def write_line_times(path: Path, time_s: np.ndarray) -> Path:
    """Write when each line was taken."""
    path.write_text("time_utc\n" + "".join(f"{utc(t)}\n" for t in time_s))
    return path


def utc(time_s: float) -> str:
    """Return a time of the flight as text."""
    return (START + timedelta(seconds=float(time_s))).isoformat()
