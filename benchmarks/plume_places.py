"""Print how often the stated places of plumes hold their sources, as scanned and as kept.

    python benchmarks/plume_places.py made-up-1 cases-1 [made-up-2 cases-2 ...]

Folders that `cathartes simulate campaign` wrote, each with the casebook into which it was run. The
true source of an origin is the nearest place at work that gives off the plume's gas, at most 450 m
upwind of it, and across the wind at most 40 m and 0.7 of that; a plume without one is left out and
counted. `scan` are the origins by wind and shape, `casebook` what is made of them there.
"""

import argparse
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from cathartes.pipeline.observed import place_of_particles
from cathartes.pipeline.plume_places import CONTINUES
from cathartes.pipeline.simulated_campaign import read_campaign_truth
from cathartes.simulate.campaign_truth import CampaignTruth, TruePlace
from cathartes.sites.detection import PlaceMethod
from cathartes.sites.downwind import downwind_m
from cathartes.sites.observation import Observation, ObservationKind, Wind
from cathartes.sites.offset import offset_m
from cathartes.sites.place import Place
from cathartes.store.open import OpenedCasebook, open_casebook

BEHIND_M, LONGEST_M, WIDE_M, OPENS = -60.0, 450.0, 40.0, 0.7
CHI2 = {"50 %": 1.386, "90 %": 4.605}
ROWS = ("all", "pieces", "others")


@dataclass(frozen=True)
class Placed:
    """A plume's source: its place as scanned and as kept, and the true one."""

    is_piece: bool
    scan: Place
    kept: Place
    true: Place | None
    wind: Wind


def main() -> None:
    """Read, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pair", nargs="+", type=Path, help="campaign and casebook, in turn")
    told = parser.parse_args().pair
    every = [
        one
        for folder, casebook in zip(told[::2], told[1::2], strict=True)
        for one in plumes_of(folder, casebook)
    ]
    found = [one for one in every if one.true is not None]
    print(f"{len(every)} plumes with an origin; {len(every) - len(found)} without a true source")
    head = ("places", "plumes", *(f"in {level}" for level in CHI2), "downwind of it [m]: mean, sd",
            "off [m]: median, 90 %", "radius [m]")  # fmt: skip
    print(" | ".join(head))
    for name in ROWS:
        chosen = [p for p in found if name == "all" or p.is_piece == (name == "pieces")]
        for which in ("scan", "casebook"):
            if chosen:
                print(f"{name}, {which} | {len(chosen)} | " + row(chosen, which))


def row(chosen: list[Placed], which: str) -> str:
    """Return a row of the table."""
    places = [one.scan if which == "scan" else one.kept for one in chosen]
    square, along, off = [], [], []
    for place, one in zip(places, chosen, strict=True):
        if one.true is None:
            continue
        apart = np.array(offset_m(place.longitude_deg, place.latitude_deg,
                                  one.true.longitude_deg, one.true.latitude_deg))  # fmt: skip
        square.append(float(apart @ np.linalg.solve(place.covariance_m2, apart)))
        along.append(downwind_m(place, one.true, one.wind)[0])
        off.append(float(np.hypot(*apart)))
    held = [f"{np.mean(np.array(square) <= limit):.2f}" for limit in CHI2.values()]
    radius = np.median([place.radius_m for place in places])
    return " | ".join(
        [*held, f"{np.mean(along):.0f}, {np.std(along):.0f}",
         f"{np.median(off):.0f}, {np.quantile(off, 0.9):.0f}", f"{radius:.0f}"]
    )  # fmt: skip


def plumes_of(folder: Path, casebook: Path) -> Iterator[Placed]:
    """Yield the plumes of a campaign's cubes that have an origin by wind and shape."""
    truth = read_campaign_truth(folder)
    with open_casebook(casebook) as opened:
        for one in opened.casebook.observations():
            if one.kind is ObservationKind.CUBE and one.wind is not None:
                scanned = scanned_places(opened, one)
                for found in opened.casebook.detections_of(one.id):
                    plume, source = found.detection, found.detection.sources[0]
                    if source.method is PlaceMethod.POSTERIOR and plume.number in scanned:
                        begins = scanned[plume.number]
                        true = true_source(truth, one, begins, plume.chemical)
                        yield Placed(CONTINUES in plume.flags, begins, source.place, true, one.wind)


def scanned_places(opened: OpenedCasebook, one: Observation) -> dict[int, Place]:
    """Return the first origin of each plume, by its number, from the scan's own files."""
    asset = {a.role: a.sha256 for a in one.assets if a.role in ("origins", "sources", "summary")}
    if "origins" not in asset:
        return {}
    read = opened.evidence.read
    pixel_m = json.loads(read(asset["summary"]))["scene"]["pixel_size_m"]
    places: dict[int, Place] = {}
    with np.load(io.BytesIO(read(asset["origins"])), allow_pickle=False) as arrays:
        for feature in json.loads(read(asset["sources"]))["features"]:
            told = feature["properties"]
            if feature["geometry"]["type"] == "Point" and told["plume_id"] not in places:
                particles = (arrays[f"source/{told['id']}/{axis}_deg"]
                             for axis in ("longitude", "latitude"))  # fmt: skip
                places[told["plume_id"]] = place_of_particles(*particles).less_certain(pixel_m)
    return places


def true_source(
    truth: CampaignTruth, one: Observation, begins: Place, chemical: str
) -> Place | None:
    """Return the place that the plume is of; None if there is none."""
    [moment] = [
        x.start_utc for x in truth.looks if (x.sortie_id, x.name) == (one.sortie_id, one.name)
    ]
    near = []
    for place in truth.places:
        if chemical in gases_at(place, moment) and one.wind is not None:
            there = Place(place.longitude_deg, place.latitude_deg, 1.0, 1.0)
            along, across = downwind_m(begins, there, one.wind)
            if BEHIND_M <= along <= LONGEST_M and across <= WIDE_M + OPENS * max(along, 0.0):
                near.append((np.hypot(along, across), place.id, there))
    return min(near, key=lambda found: found[:2])[2] if near else None


def gases_at(place: TruePlace, moment: datetime) -> set[str]:
    """Return the gases that a place gives off."""
    works = [spell for spell in place.spells if spell.begins_utc <= moment <= spell.ends_utc]
    return {gas for spell in works for gas, _ in spell.rates}


if __name__ == "__main__":
    main()
