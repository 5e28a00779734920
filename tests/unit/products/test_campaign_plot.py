"""Plots of a campaign's score are pictures, with nothing found too."""

from pathlib import Path

import pytest
from matplotlib.image import imread
from shapely import box

from cathartes.products.campaign_plot import write_growth_plot, write_reliability_plot
from cathartes.simulate.campaign import Standing
from cathartes.simulate.campaign_score import Looked, LookedPlace, StatedSite, score_sites

PLACES = (LookedPlace("a", Standing.HIDDEN, 500.0, 500.0, 3, 2),)


def looked(n_sorties: int) -> Looked:
    return Looked(n_sorties, box(0.0, 0.0, 1000.0 * n_sorties, 1000.0), PLACES)


def site(name: str, east_m: float, probability: float) -> StatedSite:
    return StatedSite(name, east_m, 500.0, 100.0, 100.0, 0.0, probability, is_explained=False)


@pytest.mark.parametrize("sites", [(), (site("1", 510.0, 0.8), site("2", 900.0, 0.3))])
def test_plots_are_written(tmp_path: Path, sites: tuple[StatedSite, ...]) -> None:
    growth = [score_sites(sites[:n], looked(n)) for n in (1, 2, 3)]
    write_growth_plot(tmp_path / "growth.png", growth)
    write_reliability_plot(tmp_path / "reliability.png", growth[-1])
    for name in ("growth.png", "reliability.png"):
        image = imread(tmp_path / name)
        assert image.shape[2] == 4
        assert image[..., :3].min() < 0.5 < image[..., :3].max()
