"""The picture of plumes' sources: there if there is one, and its words are right."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread

from cathartes.locate.column_map import ColumnMap
from cathartes.locate.look_wind import LookWind
from cathartes.locate.mixed import find_origins
from cathartes.locate.plume_source import PlumeSource
from cathartes.locate.rate import MapRate
from cathartes.products.plume_table import PlumeRow
from cathartes.products.rate_words import rate_words
from cathartes.products.source_plot import write_source_plot
from cathartes.products.summary import WindFacts
from cathartes.scenes.local_frame import LocalFrame
from cathartes.simulate.column_scene import column_scene

WIND = WindFacts(
    wind_speed_m_s=3.0,
    wind_speed_sd_m_s=0.6,
    wind_from_deg=270.0,
    wind_from_sd_deg=15.0,
    file=None,
)


def row(number: int) -> PlumeRow:
    fields = {
        name: (0 if field.annotation is int else None)
        for name, field in PlumeRow.model_fields.items()
        if field.is_required()
    }
    return PlumeRow.model_construct(**fields | {"id": number, "chemical": "ammonia"})


def source(number: int) -> PlumeSource:
    scene = column_scene(3, pixel_m=5.0)
    seen = ColumnMap(
        scene.column_density_ppm_m, scene.mask, scene.column_density_sd_ppm_m, 0.0, scene.pixel_m
    )
    wind = LookWind(scene.wind_speed_m_s, 0.5, scene.wind_from_deg, 15.0)
    rate = MapRate(140.0, 90.0, 210.0)
    frame = LocalFrame(8.5, 49.0)
    return PlumeSource(number, frame, find_origins(seen, wind), rate, None, seen=seen)


def test_each_plume_with_an_origin_has_a_panel(tmp_path: Path) -> None:
    one, two = source(1), source(2)
    unplaced = PlumeSource(3, None, (), MapRate(reason="stagnant"), None)
    write_source_plot(tmp_path / "1.png", [row(1)], [one], WIND)
    write_source_plot(tmp_path / "2.png", [row(n) for n in (1, 2, 3)], [one, two, unplaced], WIND)
    narrow, wide = imread(tmp_path / "1.png"), imread(tmp_path / "2.png")
    assert wide.shape[1] == 2 * narrow.shape[1]
    assert np.ptp(narrow) > 0.5


def test_without_an_origin_there_is_no_picture(tmp_path: Path) -> None:
    unplaced = PlumeSource(3, None, (), MapRate(reason="stagnant"), None)
    write_source_plot(tmp_path / "0.png", [row(3)], [unplaced], WIND)
    assert not (tmp_path / "0.png").exists()


@pytest.mark.parametrize(
    ("rate", "words"),
    [
        ((112.3, 67.4, 187.0), "110 kg/h (67 to 190)"),
        ((0.0123, 0.004, 1.0), "0.012 kg/h (0.004 to 1)"),
        ((5.0, 0.0, 12345.0), "5 kg/h (0 to 12000)"),
    ],
)
def test_a_rate_has_two_digits_and_no_power_of_ten(
    rate: tuple[float, float, float], words: str
) -> None:
    assert rate_words(*rate) == words
