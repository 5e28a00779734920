from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.image import imread
from matplotlib.transforms import Bbox

from cathartes.detect.result import Outcome
from cathartes.products import quicklook_images
from cathartes.products.quicklook import _score_title, write_quicklook
from cathartes.products.quicklook_view import (
    main_view,
    north_in_pixels,
    reduced,
    scale_bar_m,
    strongest_score,
    whole_scene,
)
from cathartes.products.quicklook_words import _flagged


@pytest.mark.parametrize(
    ("shape", "n_plumes", "with_geometry"),
    [
        ((40, 60), 2, True),
        ((40, 60), 0, False),
        ((1, 320), 1, True),
        ((900, 20), 3, False),
        ((1, 1), 0, True),
        ((60, 20), 0, True),
    ],
)
def test_a_page_is_drawn_whatever_the_scene(
    tmp_path: Path,
    scan: Callable,
    flat_earth: type,
    shape: tuple[int, int],
    n_plumes: int,
    with_geometry: bool,
) -> None:
    geometry = flat_earth(shape=shape) if with_geometry else None
    write_quicklook(tmp_path / "q.png", *scan(shape, n_plumes, geometry=geometry))
    page = imread(tmp_path / "q.png")
    assert page.shape[:2] == (1380, 1950)
    assert (page[:, :, :3].std(axis=2) > 0.1).sum() > 1000, "there is colour: the outcome's banner"


def test_pages_differ_by_outcome_and_with_values_missing(tmp_path: Path, scan: Callable) -> None:
    nowhere = np.nan
    cases = {
        "found": scan(n_plumes=1),
        "unknown": scan(n_plumes=1, chemical="unknown", column_density_mean_ppm_m=nowhere,
                        column_density_sd_ppm_m=nowhere, probability=nowhere),
        "nothing": scan(n_plumes=0),
        "inconclusive": scan(n_plumes=0, outcome=Outcome.INCONCLUSIVE, reason="too dark " * 60),
    }  # fmt: skip
    pages = set()
    for name, (cube, detections) in cases.items():
        write_quicklook(tmp_path / name, cube, detections)
        pages.add((tmp_path / name).read_bytes())
    assert len(pages) == 4


def test_a_scene_of_nothing_but_missing_values_is_drawn(tmp_path: Path, scan: Callable) -> None:
    cube, detections = scan(n_plumes=0)
    for image in detections.planes.images.values():
        image[:] = np.nan
    write_quicklook(tmp_path / "q.png", cube, detections)
    assert (tmp_path / "q.png").stat().st_size > 10_000


def test_the_same_scan_gives_the_same_picture(tmp_path: Path, scan: Callable) -> None:
    for name in ("a.png", "b.png"):
        write_quicklook(tmp_path / name, *scan())
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_the_view_of_a_long_scene_holds_the_strongest_plume(scan: Callable) -> None:
    _, detections = scan((5000, 50), 3)
    view = main_view(detections, (0, 0))
    plume = detections.plumes[0]
    assert view.line_start <= plume.line_min <= plume.line_max < view.line_stop
    assert (view.sample_start, view.sample_stop) == (0, 50)
    assert view.n_lines <= 125
    _, nothing = scan((50, 5000), 0)
    assert main_view(nothing, (20, 4999)).sample_stop == 5000


def test_reduction_keeps_the_strongest_of_either_sign() -> None:
    image = np.zeros((400, 300), dtype=np.float32)
    image[17, 18] = 5
    image[203, 290] = -7
    image[0:20, 100:120] = np.nan
    small = reduced(image, 100, "strongest")
    assert small.shape == (100, 75)
    assert (small[17 // 4, 18 // 4], small[203 // 4, 290 // 4]) == (5, -7)
    assert np.isnan(small[2, 27])
    np.testing.assert_allclose(np.nansum(reduced(image, 100, "mean")) * 16, -2, rtol=1e-5)


def test_the_strongest_score_keeps_its_sign(scan: Callable) -> None:
    _, detections = scan((4, 4), 0)
    detections.planes.images["score/ammonia"][:] = 3
    detections.planes.images["score/R-134a"][:] = -4
    detections.planes.images["score/R-134a"][0, 0] = np.nan
    strongest = strongest_score(detections, ("ammonia", "R-134a"))
    assert strongest[0, 0] == 3
    assert (strongest.ravel()[1:] == -4).all()


def test_north_is_where_latitude_grows(flat_earth: type) -> None:
    across, down = north_in_pixels(flat_earth(), whole_scene((40, 60)))
    assert (across, down) == (pytest.approx(0, abs=1e-6), pytest.approx(-1))


def test_without_ground_positions_there_is_no_north(flat_earth: type) -> None:
    blind = flat_earth(blind_samples=frozenset(range(100)))
    assert north_in_pixels(blind, whole_scene((40, 60))) is None


@pytest.mark.parametrize(("width_m", "bar_m"), [(900, 200), (700, 200), (10.0, 2.0), (7e4, 2e4)])
def test_scale_bars_are_round(width_m: float, bar_m: float) -> None:
    assert scale_bar_m(width_m) == pytest.approx(bar_m)


def test_no_label_lies_over_the_arrow_to_north_or_the_scale(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scan: Callable, flat_earth: type
) -> None:
    """Wherever a plume is, also in the corners where these two are drawn."""
    drawn: list[Bbox] = []
    texts: list[tuple[str, Bbox]] = []
    draw_scale, label_plumes = quicklook_images.draw_scale, quicklook_images.label_plumes

    def scale(*given: Any) -> tuple[Bbox, ...]:
        drawn.extend(boxes := draw_scale(*given))
        return boxes

    def label(axes: Any, *given: Any) -> None:
        label_plumes(axes, *given)
        renderer = axes.figure.canvas.get_renderer()
        texts.extend((t.get_text(), t.get_window_extent(renderer)) for t in axes.texts)

    monkeypatch.setattr(quicklook_images, "draw_scale", scale)
    monkeypatch.setattr(quicklook_images, "label_plumes", label)
    shape = (40, 60)
    for corner in ((1, 50), (33, 6)):
        cube, detections = scan(shape, 1, geometry=flat_earth(shape=shape))
        plume = replace(detections.plumes[0], line_min=corner[0], line_max=corner[0] + 3,
                        sample_min=corner[1] - 4, sample_max=corner[1])  # fmt: skip
        write_quicklook(tmp_path / "q.png", cube, replace(detections, plumes=(plume,)))
    labels = [box for text, box in texts if text.startswith("1 ")]
    assert len(drawn) == 8
    assert len(labels) == 2
    assert not [1 for box in labels if box.count_overlaps(drawn)]


def test_every_flag_is_in_the_picture_with_its_plumes(scan: Callable) -> None:
    """Words that a reviewer must see: not the strongest plume's alone."""
    _, detections = scan((40, 60), 3)
    first, second, third = (
        replace(plume, flags=flags)
        for plume, flags in zip(
            detections.plumes, (("a",), ("optically thick", "a"), ("a",)), strict=True
        )
    )
    assert _flagged((first, second, third)) == "Flagged: a (all); optically thick (2)."
    assert _flagged((replace(first, flags=()),)) == ""


def test_a_title_stays_in_its_panel() -> None:
    gases = ("ammonia", "SF6", "1,1,1-trichloroethane")
    assert _score_title(gases, 6.0).endswith("ammonia, SF6, 1,1,1-trichloroethane")
    assert _score_title(gases, 3.0) == "Score, strongest of 3 gases"


def test_no_word_leaves_the_page(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scan: Callable
) -> None:
    """The reason why a scan is inconclusive must be legible to its end, whatever its letters."""
    pages: list[Figure] = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, *_, **__: pages.append(figure))
    reason = (
        "144 usable pixels are too few to know the ground in 80 bands; at least 2 pixels a band "
        "are needed. Give more lines, MAXIMUM NOISE AND WIND WERE MEASURED, or more samples."
    )
    cube, detections = scan(n_plumes=0, outcome=Outcome.INCONCLUSIVE, reason=reason)
    write_quicklook(tmp_path / "q.png", replace(cube, name="Überflug " * 20), detections)
    (page,) = pages
    renderer = page.canvas.get_renderer()  # type: ignore[attr-defined]
    right = page.bbox.width - 0.45 * page.dpi
    assert [t.get_text() for t in page.texts if t.get_window_extent(renderer).x1 > right] == []
    assert page.texts[0].get_text().endswith("…")
