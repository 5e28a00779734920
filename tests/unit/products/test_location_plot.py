"""The plot of a location: its colours say what is gas and what is noise."""

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.text import Text

from cathartes.locate.regions import ellipse_of
from cathartes.locate.result import Interval, LogSources, Outcome, Reason, SourceEstimate
from cathartes.products import location_plot
from cathartes.products.location import Located
from cathartes.products.location_plot import write_location_plot
from cathartes.products.map_marks import CLEAN_TO_STRONG
from cathartes.scenes.logs.enhancement import estimate_enhancement
from cathartes.scenes.logs.gas_log import GasLog
from cathartes.simulate.flights import FRAME, FlightSettings, simulate_flight

NOTHING = LogSources(
    "methane", Outcome.CANNOT_LOCATE, Reason.NO_CONTRAST, "", (), None, None, "", (), (), 0.3
)


def darkest_share(tmp_path: Path, log: GasLog) -> float:
    """Return how much of the map has the colour of the strongest gas, beside the colour bar."""
    path = tmp_path / "sources.png"
    write_location_plot(path, Located((NOTHING,), FRAME, (), ()), [estimate_enhancement(log)], None)
    picture = imread(path)[:, :1000, :3]
    dark = np.abs(picture - to_rgb(CLEAN_TO_STRONG(0.999))).max(axis=-1) < 0.1
    return float(dark.mean())


def test_labels_of_near_sources_hide_neither_each_other_nor_a_source(monkeypatch) -> None:
    figure = Figure(figsize=(7.6, 7.6))
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.set_xlim(-50.0, 50.0)
    axes.set_ylim(-50.0, 50.0)
    places = np.array([[0.0, 0.0], [4.0, 3.0], [-5.0, -2.0], [47.0, 0.0]])
    spread = np.random.default_rng(1).normal(size=(400, 2))
    sources = tuple(
        SourceEstimate(
            place, Interval(1.0, 0.5, 2.0), Interval(1.0, 0.5, 2.0),
            ellipse_of(place + 3.0 * spread, 0.5), ellipse_of(place + 3.0 * spread, 0.9), 0.9,
        )
        for place in places
    )  # fmt: skip
    location_plot._draw_rates(axes, replace(NOTHING, sources=sources))
    figure.canvas.draw()
    boxes = [Text.get_window_extent(label) for label in axes.texts]
    assert len(boxes) == len(places)
    for one, other in combinations(boxes, 2):
        assert not one.overlaps(other)
    for box in boxes:
        assert all(axes.bbox.containsx(side) for side in (box.x0, box.x1))
        assert not any(box.contains(*pixel) for pixel in axes.transData.transform(places))


def test_clean_air_does_not_look_like_gas(tmp_path: Path) -> None:
    """Noise has no strongest colour, whatever the strongest of it is."""
    assert darkest_share(tmp_path, simulate_flight(510, FlightSettings(n_sources=0)).log) == 0.0


def test_standing_sensors_differ_by_what_they_see(tmp_path: Path) -> None:
    """One of two is in the plume: one spot is dark, not both."""
    flight = simulate_flight(510, FlightSettings(n_sources=0)).log
    n = len(flight) // 2 * 2
    second = np.arange(n) % 2
    gas = 0.5 * (np.sin(np.arange(n) / 30) > 0) + 0.5 * (np.arange(n) == n // 2)
    ppm = 2.0 + 0.005 * np.random.default_rng(1).normal(size=n)
    log = replace(
        flight, time_unix_s=flight.time_unix_s[:n],
        longitude_deg=flight.longitude_deg[0] + 1e-3 * second,
        latitude_deg=np.full(n, flight.latitude_deg[0]), altitude_agl_m=np.full(n, 2.0),
        sensors=("a", "b"), sensor_index=second, wind_speed_m_s=flight.wind_speed_m_s[:n],
        wind_from_deg=flight.wind_from_deg[:n],
        concentration_ppm=(ppm + np.where(second == 1, gas, 0.0))[None],
    )  # fmt: skip
    one = darkest_share(tmp_path, log)
    spike = replace(log, concentration_ppm=log.concentration_ppm + 2.0 * (np.arange(n) == 100))
    assert one > 0
    assert darkest_share(tmp_path, spike) < 1.5 * one


def test_without_a_log_there_are_no_colours_to_explain(tmp_path: Path) -> None:
    """Of plume maps alone nothing is coloured: the picture has greys only."""
    path = tmp_path / "sources.png"
    write_location_plot(path, Located((NOTHING,), FRAME, (), ()), [], None)
    assert np.ptp(imread(path)[..., :3], axis=-1).max() < 0.05
