"""Origin and rate from made-up column maps, beside the brightest pixel and published methods.

    python benchmarks/map_rates.py --maps 100 --first 30000

Maps of seeds from 20 000 on, never used for tuning, with 5 m and 30 m pixels: plumes as one look
sees them (docs/explanation/plume-sources.md), outlines as a scan draws them, wind told with an
error of 15 degrees and 20 percent, once as the greatest error, once as one standard deviation.
"""

import argparse
import time
from collections import defaultdict

import numpy as np

from cathartes.locate.column_map import ColumnMap, noise_of
from cathartes.locate.column_mass import mass_per_column_kg_m2
from cathartes.locate.cross_section import cross_section_weights
from cathartes.locate.effective_wind import SourceHeight
from cathartes.locate.flux_weights import FluxWeights
from cathartes.locate.integrated_mass import integrated_mass_weights, root_area_weights
from cathartes.locate.look_wind import LookWind
from cathartes.locate.mixed import find_origins
from cathartes.locate.rate import RateSettings, estimate_rate
from cathartes.simulate.column_scene import (
    GAS_G_MOL,
    JUDGING_FROM_SEED,
    ColumnScene,
    WindError,
    column_scene,
)

SOME_UPWIND = 5


def column_map_of(scene: ColumnScene, part: float = 1.0) -> ColumnMap:
    """Return the map as a scan would hand it on, all columns times a part."""
    column = part * scene.column_density_ppm_m
    return ColumnMap(column, scene.mask, noise_of(column, scene.mask), 0.0, scene.pixel_m)


def told_wind(scene: ColumnScene, errors: WindError) -> LookWind:
    """Return the wind as told, with its standard deviation."""
    part = 1.0 / np.sqrt(3.0) if errors.bounded else 1.0
    return LookWind(
        scene.told_speed_m_s,
        errors.speed * part * scene.told_speed_m_s,
        scene.told_from_deg,
        errors.direction_deg * part,
    )


def brightest_m(column_map: ColumnMap) -> tuple[float, float]:
    """Return the place of the outline's brightest pixel."""
    seen = np.where(column_map.plume, column_map.column_density_ppm_m, -np.inf)
    row, column = np.unravel_index(int(seen.argmax()), seen.shape)
    east, north = column_map.centres_m()
    return float(east[column]), float(north[row])


def most_upwind_m(column_map: ColumnMap, wind_from_deg: float) -> tuple[float, float]:
    """Return the mean place of the outline's pixels that lie farthest upwind."""
    rows, columns = np.nonzero(column_map.plume)
    east, north = (axis[index] for axis, index in
                   zip(column_map.centres_m(), (columns, rows), strict=True))  # fmt: skip
    angle = np.deg2rad(wind_from_deg)
    first = np.argsort(east * np.sin(angle) + north * np.cos(angle))[-SOME_UPWIND:]
    return float(east[first].mean()), float(north[first].mean())


def bare_rate(column_map: ColumnMap, weights: FluxWeights, speed_m_s: float) -> float:
    """Return a rate by a speed that is not ours, [kg h-1]."""
    carried = weights.integral_ppm_m2(column_map) * mass_per_column_kg_m2(GAS_G_MOL)
    return float(speed_m_s * carried * 3600.0)


def level_of(probability: np.ndarray, row: int, column: int) -> float:
    """Return the probability of the smallest region that holds a cell."""
    y, x = probability.shape
    if not (0 <= row < y and 0 <= column < x):
        return 1.0
    return float(probability[probability > probability[row, column]].sum())


def judge(seed: int, pixel_m: float, errors: WindError, out: dict[str, list[float]]) -> None:
    """Add what one map says to the lists by name."""
    scene = column_scene(seed, pixel_m, errors=errors)
    column_map, wind = column_map_of(scene), told_wind(scene, errors)
    began = time.perf_counter()
    origins = find_origins(column_map, wind)
    known = RateSettings(SourceHeight(scene.height_m, scene.height_m), terrain_sd=0.0)
    rate = estimate_rate(column_map, wind, origins, GAS_G_MOL, known)
    out["seconds"].append(time.perf_counter() - began)
    blind = estimate_rate(column_map, wind, origins, GAS_G_MOL, RateSettings(terrain_sd=0.0))
    true_east, true_north = scene.origins_m[0]
    origin = origins[0]
    for name, (east, north) in {
        "ours": origin.likeliest_m,
        "brightest pixel": brightest_m(column_map),
        "most upwind part": most_upwind_m(column_map, scene.told_from_deg),
    }.items():
        out[f"m: {name}"].append(float(np.hypot(east - true_east, north - true_north)))
    out["level"].append(
        level_of(
            origin.probability,
            int(np.floor((origin.north_m - true_north) / origin.cell_m)),
            int(np.floor((true_east - origin.east_m) / origin.cell_m)),
        )
    )
    out["radius"].append(origin.radius_m(0.9))
    out["mixed"].append(float(len(origins) > 1))
    out["no rate"].append(float(not np.isfinite(rate.rate_kg_h)))
    told = scene.told_speed_m_s
    bright = brightest_m(column_map)
    root = root_area_weights(column_map)
    rates = {
        "ours, height known": rate.rate_kg_h,
        "ours, height not known": blind.rate_kg_h,
        "ours by cross-sections, height known": rate.cross_section_kg_h,
        "IME, root of area, U10": bare_rate(column_map, root, told),
        "IME, root of area, 0.43 + 0.36 U10 (HyperGas)": bare_rate(
            column_map, root, 0.43 + 0.36 * told
        ),
        "IME, length from the brightest pixel, U10 (emit-ghg)": bare_rate(
            column_map, integrated_mass_weights(column_map, bright), told
        ),
        "CSF from the brightest pixel, U10": bare_rate(
            column_map, cross_section_weights(column_map, bright), told
        ),
    }
    for name, value in rates.items():
        out[f"q: {name}"].append(value / scene.rate_kg_h)
    for name, each in (("held known", rate), ("held unknown", blind)):
        if np.isfinite(each.rate_kg_h):
            inside = each.rate_kg_h_p05 <= scene.rate_kg_h <= each.rate_kg_h_p95
            out[name].append(float(inside))
    out["length"].append(integrated_mass_weights(column_map, origin.likeliest_m).length_m / pixel_m)


def show(pixel_m: float, errors: WindError, out: dict[str, list[float]]) -> None:
    """Print the rows."""
    kind = "greatest error" if errors.bounded else "one standard deviation"
    print(f"\n{pixel_m:g} m pixels, wind 15 degrees and 20 % as {kind}, {len(out['level'])} maps")
    for name in [key for key in out if key.startswith("m: ")]:
        off = np.array(out[name])
        tail = np.quantile(off, 0.9)
        print(f"  origin, {name[3:]}: median {np.median(off):.1f} m, 90 % {tail:.1f} m")
    level = np.array(out["level"])
    print(
        f"  regions of 50 and 90 % hold {np.mean(level < 0.5):.0%} and {np.mean(level < 0.9):.0%}; "
        f"radius of the second {np.median(out['radius']):.1f} m; taken for mixed "
        f"{np.mean(out['mixed']):.0%}; no rate {np.mean(out['no rate']):.0%}"
    )
    long = np.array(out["length"]) >= 20
    for name in [key for key in out if key.startswith("q: ")]:
        ratio = np.array(out[name])
        given = np.isfinite(ratio)
        far = ratio[given & long]
        print(
            f"  rate, {name[3:]}: bias {ratio[given].mean() - 1:+.1%}, "
            f"sd {ratio[given].std():.1%}; of 20 pixels and more: "
            f"{far.mean() - 1:+.1%}, {far.std():.1%} ({far.size})"
        )
    print(
        f"  intervals of 90 % hold {np.mean(out['held known']):.0%} (height known), "
        f"{np.mean(out['held unknown']):.0%} (not known); {np.median(out['seconds']):.2f} s a map"
    )


def show_mixed(n_maps: int) -> None:
    """Print how often two origins in one plume are told apart."""
    told, off = [], []
    seed = JUDGING_FROM_SEED
    while len(told) < n_maps:
        scene = column_scene(seed, 5.0, n_origins=2)
        seed += 1
        column_map = column_map_of(scene)
        east, north = column_map.centres_m()
        rows, columns = np.nonzero(column_map.plume)
        near = [np.hypot(east[columns] - e, north[rows] - n).min() for e, n in scene.origins_m]
        if max(near) > 12.5:
            continue  # only one of the two is in the outline
        found = find_origins(column_map, told_wind(scene, WindError()))
        told.append(len(found))
        if len(found) == 2:
            off += [
                min(np.hypot(o.likeliest_m[0] - e, o.likeliest_m[1] - n) for o in found)
                for e, n in scene.origins_m
            ]
    print(
        f"\ntwo origins 30 to 80 m apart in one outline, 5 m pixels, {len(told)} maps: told apart "
        f"{np.mean(np.array(told) == 2):.0%}, their origins off by {np.median(off):.1f} m (median)"
    )


def main() -> None:
    """Print all."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--maps", type=int, default=100)
    parser.add_argument("--first", type=int, default=JUDGING_FROM_SEED)
    parser.add_argument("--mixed", type=int, default=30)
    options = parser.parse_args()
    for pixel_m in (5.0, 30.0):
        for errors in (WindError(bounded=True), WindError()):
            out: dict[str, list[float]] = defaultdict(list)
            for seed in range(options.first, options.first + options.maps):
                judge(seed, pixel_m, errors, out)
            show(pixel_m, errors, out)
    show_mixed(options.mixed)


if __name__ == "__main__":
    main()
