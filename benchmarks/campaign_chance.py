"""Print how many plumes are found in campaigns' cubes without any, and how many were stated.

    python benchmarks/campaign_chance.py [--campaigns N] [--seed FIRST] [--sorties N]

The cubes of made-up campaigns, with all that is in them but their sources, are scanned. Chance is
stated to show at most so many named plumes a cube as the limit on `expected_by_chance`, and as many
unknown ones as strange hills of ground pass for one, up to the same limit.
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from cathartes.pipeline.gas_library import working_library
from cathartes.pipeline.scan import ScanSettings, scan
from cathartes.products.layer_choice import LayerChoice
from cathartes.scenes.instrument import load_instrument
from cathartes.simulate.campaign import Campaign
from cathartes.simulate.campaign_plan import draw_campaign
from cathartes.simulate.campaign_scene import campaign_ground, simulate_cube
from cathartes.simulate.campaign_settings import CampaignSettings
from cathartes.sites.detection import UNKNOWN

LIMITS = (0.1, 0.03, 0.01)


def main() -> None:
    """Simulate, scan, count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--campaigns", type=int, default=3)
    parser.add_argument("--seed", type=int, default=40)
    parser.add_argument("--sorties", type=int, default=5)
    told = parser.parse_args()
    cubes: list[list[tuple[str, float]]] = []
    for number in range(told.campaigns):
        campaign = draw_campaign(CampaignSettings(seed=told.seed + number))
        cubes += found_in(replace(campaign, sources=()), told.sorties)
    print(f"{len(cubes)} cubes without a plume; expected by chance at most, stated, found by name,")
    print("found unknown:")
    for limit in LIMITS:
        found = [name for plumes in cubes for name, expected in plumes if expected <= limit]
        n_unknown = found.count(UNKNOWN)
        stated = limit * len(cubes)
        print(f"  {limit:<5g} {stated:6.2f} {len(found) - n_unknown:4d} {n_unknown:4d}")


def found_in(campaign: Campaign, n_sorties: int) -> Iterator[list[tuple[str, float]]]:
    """Yield for each cube the names of its plumes, with what chance is said to show of each."""
    instrument, library = load_instrument(campaign.settings.instrument), working_library()
    ground = campaign_ground(campaign, instrument)
    settings = ScanSettings(workers=1, layers=LayerChoice.NONE)
    for sortie in campaign.sorties[:n_sorties]:
        for cube in sortie.cubes:
            made = simulate_cube(campaign, sortie, cube, ground, library, instrument)
            with tempfile.TemporaryDirectory() as folder:
                told = scan(made.to_cube(), Path(folder) / "scan", library, settings=settings)
            yield [(one.chemical, one.expected_by_chance) for one in told.plumes]


if __name__ == "__main__":
    main()
