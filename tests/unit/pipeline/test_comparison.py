"""Which plumes of two scans are one place, and what a scan could have seen there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from shapely.geometry import MultiPolygon, Point, box

from cathartes.detect.atmosphere import clear_air
from cathartes.detect.evidence import PlumeEvidence
from cathartes.detect.result import Detections, GasSearched, Outcome, Plume
from cathartes.detect.settings import DetectSettings
from cathartes.detect.tails import FalseAlarmLaw
from cathartes.detect.window import Regime
from cathartes.errors import SettingsError
from cathartes.pipeline.comparison import compare
from cathartes.pipeline.sighting import (
    TILE_PX,
    LocalMap,
    PlacedPlume,
    Sighting,
    tile_medians,
)
from cathartes.pipeline.together_settings import TogetherSettings
from cathartes.products.together import Place
from cathartes.scenes.cube import ArrayLines, Cube
from cathartes.scenes.geometry import AffineGeometry
from cathartes.spectra.response import SpectralBands
from made_up_spectra import made_up_spectrum

METRE_DEG = 1 / 111_320.0
START = datetime(2024, 5, 1, 10, tzinfo=UTC)
GASES = {Regime.EMISSIVE: ("ammonia", "SF6"), Regime.REFLECTIVE: ("methane", "ammonia")}


def plume(regime: Regime, gas: str, number: int = 1, snr: float = 12.0) -> Plume:
    """Return a plume of so many deviations of one gas, of two that have nothing in common."""
    names = GASES[regime]
    product = np.zeros(2)
    product[names.index(gas)] = snr
    band = np.linspace(1, 2, 4)
    return Plume(
        number, gas, 0.99, (), 1e-4, 1e-6, snr, 100, 0, 9, 0, 9, 5.0, 5.0, 40.0, snr, 1.0,
        0 if regime is Regime.REFLECTIVE else -1, (),
        made_up_spectrum(band, band, gas),
        evidence=PlumeEvidence(names, np.eye(2), product, 1.0, 0.1, 1, 0.01),
    )  # fmt: skip


def placed(regime: Regime, gas: str, east_m: float = 0.0, number: int = 1) -> PlacedPlume:
    """Return a plume of 20 by 20 m on the equator, so far east."""
    west = east_m * METRE_DEG
    outline = MultiPolygon([box(west, 0.0, west + 20 * METRE_DEG, 20 * METRE_DEG)])
    origin = Point(west + 10 * METRE_DEG, 10 * METRE_DEG)
    return PlacedPlume(plume(regime, gas, number), outline, origin, dict.fromkeys(GASES[regime], 1))


def sighting(
    regime: Regime, *plumes: PlacedPlume, after_s: float | None = 0.0, necl: float = 1.0
) -> Sighting:
    """Return a scan that looked at 400 by 400 m around the origin, in tiles of 10 m."""
    at = (np.arange(-20, 20) + 0.5) * 10 * METRE_DEG
    lon, lat = (v.ravel() for v in np.meshgrid(at, at))
    return Sighting(
        name=regime.value,
        regime=regime,
        start_utc=None if after_s is None else START + timedelta(seconds=after_s),
        plumes=plumes,
        score_threshold=6.0,
        thick_ppm_m=dict.fromkeys(GASES[regime], np.inf),
        longitude_deg=lon,
        latitude_deg=lat,
        necl_ppm_m={g: np.full(lon.size, necl, np.float32) for g in GASES[regime]},
        tile_m=10.0,
    )


HOW = TogetherSettings(position_error_m=10.0, drift_m_s=0.5, greatest_drift_m=50.0)


def told(*sightings: Sighting, how: TogetherSettings = HOW) -> list[Place]:
    return [place for place, _ in compare(sightings, DetectSettings(), how)]


@pytest.mark.parametrize(
    ("gas", "apart_m", "after_s", "one"),
    [
        ("ammonia", 13.9, 0.0, True),  # √2 · 10 m = 14.1 m
        ("ammonia", 14.5, 0.0, False),
        ("ammonia", 23.9, 20.0, True),  # and 20 s of 0.5 m/s
        ("ammonia", 24.5, 20.0, False),
        ("ammonia", 63.9, 3600.0, True),  # and no more than 50 m
        ("ammonia", 64.5, 3600.0, False),
        ("ammonia", 63.9, None, True),
        ("methane", 13.9, 3600.0, True),  # of other gases: they have to meet
        ("methane", 14.5, 3600.0, False),
    ],
)
def test_plumes_are_one_within_the_tolerance(gas, apart_m, after_s, one):
    a = sighting(Regime.EMISSIVE, placed(Regime.EMISSIVE, "ammonia"))
    b = sighting(Regime.REFLECTIVE, placed(Regime.REFLECTIVE, gas, 20 + apart_m), after_s=after_s)
    places = told(a, b)
    if one:
        (place,) = places
        assert place.distance_m == pytest.approx(apart_m, abs=0.2)
        assert place.tolerance_m > apart_m
        assert place.agreement == ("both" if gas == "ammonia" else "each its own")
        assert place.time_difference_s == after_s
    else:
        assert [len([x for x in p.looks if x.said == "plume"]) for p in places] == [1, 1]
    assert [p.id for p in places] == list(range(1, len(places) + 1))


def test_the_order_of_the_scans_tells_the_same_places():
    a = sighting(Regime.EMISSIVE, placed(Regime.EMISSIVE, "ammonia"),
                 placed(Regime.EMISSIVE, "SF6", 100, 2))  # fmt: skip
    b = sighting(Regime.REFLECTIVE, placed(Regime.REFLECTIVE, "ammonia"), after_s=30.0)
    here, there = told(a, b), told(b, a)
    assert sorted((p.chemical, p.agreement, round(p.probability, 9)) for p in here) == sorted(
        (p.chemical, p.agreement, round(p.probability, 9)) for p in there
    )
    assert {p.time_difference_s for p in here} == {30.0}


def test_a_scan_that_should_have_seen_it_is_told_from_one_that_could_not():
    """12 ppm m: 12 deviations where the threshold is 6, or a tenth of one; SF6 never shows."""
    ammonia = sighting(Regime.EMISSIVE, placed(Regime.EMISSIVE, "ammonia"))
    (against,) = told(ammonia, sighting(Regime.REFLECTIVE, necl=1.0))
    assert against.agreement == "one against the other"
    assert [(e.folder, e.gas) for e in against.expected] == [("reflective", "ammonia")]
    assert against.expected[0].score == pytest.approx(12.0, abs=1e-6)
    (blind,) = told(ammonia, sighting(Regime.REFLECTIVE, necl=120.0))
    assert (blind.agreement, blind.looks[1].said) == ("one", "could not see it")
    assert blind.probability > against.probability
    sf6 = sighting(Regime.EMISSIVE, placed(Regime.EMISSIVE, "SF6"))
    (never,) = told(sf6, sighting(Regime.REFLECTIVE, necl=1.0))
    assert (never.agreement, never.expected) == ("one", ())


def test_a_place_where_no_other_looked_is_told_as_the_scan_told_it():
    far = placed(Regime.EMISSIVE, "ammonia", 1000.0)
    (place,) = told(sighting(Regime.EMISSIVE, far), sighting(Regime.REFLECTIVE))
    assert (place.agreement, len(place.looks)) == ("one alone", 1)
    assert (place.chemical, place.probability) == ("ammonia", 0.99)
    blank = sighting(Regime.REFLECTIVE, necl=np.nan)
    (place,) = told(sighting(Regime.EMISSIVE, placed(Regime.EMISSIVE, "ammonia")), blank)
    assert place.agreement == "one alone", "no value there is no look"


def test_scans_of_one_window_are_not_compared_with_each_other():
    a = sighting(Regime.EMISSIVE, placed(Regime.EMISSIVE, "ammonia"))
    places = told(a, replace(a, name="again"), sighting(Regime.REFLECTIVE, necl=120.0))
    assert [p.looks[0].folder for p in places] == ["emissive", "again"]
    assert {p.agreement for p in places} == {"one"}


def test_a_plume_that_meets_two_is_a_place_with_each():
    a = sighting(Regime.EMISSIVE, placed(Regime.EMISSIVE, "ammonia"))
    b = sighting(Regime.REFLECTIVE, placed(Regime.REFLECTIVE, "ammonia"),
                 placed(Regime.REFLECTIVE, "methane", 5.0, 2))  # fmt: skip
    assert [[look.plume_id for look in p.looks] for p in told(a, b)] == [[1, 1], [1, 2]]


def test_time_makes_it_less_sure_that_a_plume_is_still_there():
    how = TogetherSettings(still_there=0.8, half_life_s=100.0)
    assert how.still_there_after(0.0) == 0.8
    assert how.still_there_after(-200.0) == pytest.approx(0.2)
    assert how.still_there_after(None) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"position_error_m": -1.0}, "numbers not below 0"),
        ({"drift_m_s": float("nan")}, "numbers not below 0"),
        ({"still_there": 1.0}, "between 0 and 1"),
        ({"half_life_s": 0.0}, "more than 0"),
    ],
)
def test_settings_that_make_no_sense_are_an_error(wrong, message):
    with pytest.raises(SettingsError, match=message):
        TogetherSettings(**wrong)


@pytest.mark.parametrize("shape", [(1, 1), (8, 8), (19, 25)])
def test_tiles_hold_the_lower_median_of_their_known_pixels(shape):
    rng = np.random.default_rng(1)
    image = rng.normal(size=shape).astype(np.float32)
    image[rng.random(shape) < 0.3] = np.nan
    image[rng.random(shape) < 0.1] = np.inf
    tiles = tile_medians(image)
    assert tiles.shape == tuple(-(-n // TILE_PX) for n in shape)
    for i, j in np.ndindex(tiles.shape):
        inside = image[i * 8 : i * 8 + 8, j * 8 : j * 8 + 8]
        known = sorted(inside[~np.isnan(inside)].tolist())
        wanted = known[(len(known) - 1) // 2] if known else np.nan
        np.testing.assert_equal(float(tiles[i, j]), wanted)


def test_the_local_map_is_in_metres():
    """A degree of longitude at 60° north: 55 800 m on WGS 84 (Snyder 1987, table 1)."""
    place = LocalMap.about(10.0, 60.0).place(Point(10.001, 60.0))
    assert place.x == pytest.approx(55.80, abs=0.01)
    assert place.y == pytest.approx(0.0, abs=0.01)


class Images:
    """A noise of the line's number, a contrast of minus the sample's."""

    def read(self, name):
        line, sample = np.indices((20, 30))
        values = line if name.startswith("square_necl") else -sample
        return values.astype(np.float32)


def test_a_sighting_holds_what_the_scan_could_see_where():
    labels = np.zeros((20, 30), np.int32)
    labels[2:6, 4:9] = 1
    one = replace(plume(Regime.EMISSIVE, "ammonia"), origin_line=3.5, origin_sample=6.5)
    law = FalseAlarmLaw.measure(np.linspace(0, 3, 100, dtype=np.float32))
    found = Detections(labels, (one,), (GasSearched("ammonia", 9.0, 5.5, law, 30.0, 0.0),), True,
                       Outcome.DETECTIONS, "", Images(), clear_air(4))  # fmt: skip
    cube = Cube("c", (20, 30, 4), SpectralBands(np.linspace(8, 9, 4), np.full(4, 0.1)),
                np.ones(4, bool), ArrayLines(np.zeros((1, 1, 4), np.float32)), start_utc=START,
                geometry=AffineGeometry((2.0, 0, 5e5, 0, -2.0, 5.4e6), "EPSG:32632", (20, 30)),
                )  # fmt: skip
    seen = Sighting.of_scan("a", cube, Regime.EMISSIVE, found)
    assert seen.tile_m == pytest.approx(16.0, rel=1e-3)
    assert seen.necl_ppm_m["ammonia"].reshape(3, 4)[:, 0].tolist() == [3.0, 11.0, 17.0]
    (mine,) = seen.plumes
    assert mine.contrast == {"ammonia": -6.0}
    assert mine.outline.contains(mine.origin)
    to_metres = LocalMap.about(mine.origin.x, mine.origin.y)
    # Tiles whose centres lie within half a diagonal, 11.3 m, of the plume: those of the first line.
    assert seen.necl_at(mine, to_metres) == {"ammonia": 3.0}
    away = replace(mine, origin=Point(mine.origin.x, mine.origin.y + 1e-3))
    assert seen.necl_at(away, to_metres) is None
