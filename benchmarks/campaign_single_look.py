"""Print how often a single look finds a working place of made-up campaigns, and what it invents.

    python benchmarks/campaign_single_look.py [--campaigns N] [--seed FIRST]

Every cube of the campaigns is scanned with the wind that its sortie states. A place is found if a
plume's origin of some chemical lies within the distance of a hit; an origin farther than a plume's
length from every place with gas in the cube is invented. By standing and, of hidden places, by the
greatest optimal signal-to-noise ratio of a pixel; with the processor time of a scan.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
from pyproj import Transformer
from shapely import Point

from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.scan import ScanSettings, scan
from cathartes.scenes.instrument import load_instrument
from cathartes.simulate.campaign import Campaign, CampaignSortie, Standing
from cathartes.simulate.campaign_plan import draw_campaign
from cathartes.simulate.campaign_scene import (
    PLUME_LENGTH_M,
    campaign_ground,
    simulate_cube,
    sources_in,
)
from cathartes.simulate.campaign_score import REACH_M
from cathartes.simulate.campaign_settings import CampaignSettings
from cathartes.simulate.settings import SceneSettings

SNR_EDGES = (0.0, 4.0, 6.0, 9.0, 14.0, np.inf)


def main() -> None:
    """Simulate, scan, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--campaigns", type=int, default=2)
    parser.add_argument("--seed", type=int, default=20_000)
    told = parser.parse_args()
    looks: list[tuple[Standing, float, bool]] = []
    invented: list[int] = []
    spent_s: list[float] = []
    for number in range(told.campaigns):
        campaign = draw_campaign(CampaignSettings(seed=told.seed + number))
        for found, n_invented, scan_s in scanned(campaign):
            looks += found
            invented.append(n_invented)
            spent_s.append(scan_s)
    for standing in Standing:
        hits = [hit for one, _, hit in looks if one is standing]
        print(f"{standing.value:<13}{sum(hits):4d} of {len(hits)} working looks: {share(hits)}")
    for low, high in pairwise(SNR_EDGES):
        hits = [h for one, snr, h in looks if one is Standing.HIDDEN and low <= snr < high]
        print(f"  hidden, SNR {low:g} to {high:g}: {sum(hits)} of {len(hits)}, {share(hits)}")
    print(f"invented origins: {sum(invented)} in {len(invented)} cubes")
    print(f"processor time of a scan [s]: mean {np.mean(spent_s):.1f}, greatest {max(spent_s):.1f}")


def share(hits: list[bool]) -> str:
    """Return the share of hits in words."""
    return f"{np.mean(hits):.2f}" if hits else "-"


def scanned(
    campaign: Campaign,
) -> Iterator[tuple[list[tuple[Standing, float, bool]], int, float]]:
    """Yield for each cube (standing, SNR, found) of places at work, invented origins, seconds."""
    instrument, library = load_instrument(campaign.settings.instrument), working_library()
    ground = campaign_ground(campaign, instrument)
    for sortie in campaign.sorties:
        for cube in sortie.cubes:
            made = simulate_cube(campaign, sortie, cube, ground, library, instrument)
            with tempfile.TemporaryDirectory() as folder:
                began_s = time.process_time()
                settings = ScanSettings(wind=wind_words(sortie), workers=1)
                scan(made.to_cube(), Path(folder) / "scan", library, settings=settings)
                spent_s = time.process_time() - began_s
                origins = origins_m(Path(folder) / "scan" / "sources.geojson")
            there = sources_in(campaign, sortie, cube)
            places = [np.array([one.east_m, one.north_m]) for one in there]
            looks = [
                (source.standing, plume.snr_max,
                 any(np.hypot(*(origin - place)) <= REACH_M for origin in origins))
                for source, place, plume in zip(there, places, made.truth.plumes, strict=True)
                if cube.footprint.contains(Point(place))
            ]  # fmt: skip
            invented = sum(
                all(np.hypot(*(origin - place)) > PLUME_LENGTH_M for place in places)
                for origin in origins
            )
            yield looks, invented, spent_s


def wind_words(sortie: CampaignSortie) -> str:
    """Return the wind as the sortie states it."""
    weather = sortie.weather
    return (
        f"{weather.said_speed_m_s:.1f}+-{weather.said_speed_sd_m_s:.1f},"
        f"{weather.said_from_deg:.0f}+-{weather.said_from_sd_deg:.0f}"
    )


def origins_m(path: Path) -> list[np.ndarray]:
    """Return the likeliest origins of a scan, (east, north) [m] from the area's corner."""
    if not path.is_file():
        return []
    scene = SceneSettings()
    to_map = Transformer.from_crs("EPSG:4326", scene.crs, always_xy=True)
    corner = np.array([scene.origin_easting_m, scene.origin_northing_m])
    shapes = [one["geometry"] for one in json.loads(path.read_text("utf-8"))["features"]]
    return [
        np.array(to_map.transform(*one["coordinates"][:2])) - corner
        for one in shapes
        if one is not None and one["type"] == "Point"
    ]


if __name__ == "__main__":
    main()
