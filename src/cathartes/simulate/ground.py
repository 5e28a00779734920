"""The made-up landscape: parcels, roads, roofs, woods, water, heaps, and their temperatures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.errors import SettingsError
from cathartes.simulate.surfaces import Surface
from cathartes.simulate.texture import fractal_field, smooth_field

SUBPIXELS = 3
"""Each pixel's materials are looked up on so many by so many points."""
MOST_PARCELS = 100_000
"""More would take hours to paint."""
NIGHT_WARMTH = -0.15
"""Share of a material's daytime warmth that is left, with the sign turned, in a clear night."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The ground, each pixel made of at most two materials.

    Attributes
    ----------
    surfaces
        The materials.
    first, second : (line, sample) int
        Index into surfaces: the main material and the other one.
    first_share : (line, sample)
        Area share of the first, 0 to 1.
    first_k, second_k : (line, sample) [K]
        Temperature of either.
    illumination : (line, sample)
        Sunlight relative to a level open surface.
    """

    surfaces: tuple[Surface, ...]
    first: NDArray[np.intp]
    second: NDArray[np.intp]
    first_share: NDArray[np.float64]
    first_k: NDArray[np.float64]
    second_k: NDArray[np.float64]
    illumination: NDArray[np.float64]

    @property
    def shape(self) -> tuple[int, int]:
        """(line, sample)."""
        return self.first.shape[0], self.first.shape[1]

    @property
    def temperature_k(self) -> NDArray[np.float64]:
        """(line, sample) [K]: area mean of the two materials' temperatures."""
        return self.first_share * self.first_k + (1.0 - self.first_share) * self.second_k

    def part(self, first_line: int, first_sample: int, lines: int, samples: int) -> "Ground":
        """Return a part of the ground, which must lie inside."""
        window = np.s_[first_line : first_line + lines, first_sample : first_sample + samples]
        return Ground(
            self.surfaces, self.first[window], self.second[window], self.first_share[window],
            self.first_k[window], self.second_k[window], self.illumination[window],
        )  # fmt: skip

    def in_air(self, was_k: float, air_k: float, warmth: float) -> "Ground":
        """Return the same ground under other air, so much warmer than it as before times a factor.

        Parameters
        ----------
        was_k, air_k : [K]
            Air's temperature at the ground, before and now.
        warmth
            Factor; 1 keeps the differences.
        """
        return replace(
            self,
            first_k=air_k + warmth * (self.first_k - was_k),
            second_k=air_k + warmth * (self.second_k - was_k),
        )


@dataclass(frozen=True, slots=True)
class Landscape:
    """What the ground is like.

    Attributes
    ----------
    parcel_m : [m]
        Typical side of a field.
    built_share
        Share of parcels with buildings, 0 to 1.
    water_share, wood_share
        Share of the area.
    roads, heaps, hot_objects
        How many.
    sun
        True in daytime.
    contrast_k : [K]
        Standard deviation of the temperature between parcels of one material.
    """

    parcel_m: float
    built_share: float
    water_share: float
    wood_share: float
    roads: int
    heaps: int
    hot_objects: int
    sun: bool
    contrast_k: float


def _members(surfaces: Sequence[Surface], families: tuple[str, ...]) -> NDArray[np.intp]:
    found = [i for i, s in enumerate(surfaces) if s.family in families]
    return np.array(found or range(len(surfaces)), dtype=np.intp)


def _split(
    generator: np.random.Generator, box: tuple[float, float, float, float], side: float
) -> list[tuple[float, float, float, float]]:
    """Cut a box (u0, u1, v0, v1) in two, again and again, until parcels have about this side."""
    done, waiting = [], [box]
    while waiting:
        u0, u1, v0, v1 = waiting.pop()
        long = max(u1 - u0, v1 - v0)
        if long <= side * generator.uniform(0.6, 1.8):
            done.append((u0, u1, v0, v1))
            continue
        cut = generator.uniform(0.35, 0.65)
        if u1 - u0 >= v1 - v0:
            middle = u0 + cut * (u1 - u0)
            waiting += [(u0, middle, v0, v1), (middle, u1, v0, v1)]
        else:
            middle = v0 + cut * (v1 - v0)
            waiting += [(u0, u1, v0, middle), (u0, u1, middle, v1)]
    return done


@dataclass(slots=True)
class _Canvas:
    """Sub-pixel maps being painted: material, parcel, and the rotated coordinates in metres."""

    material: NDArray[np.intp]
    parcel: NDArray[np.intp]
    u: NDArray[np.float64]
    v: NDArray[np.float64]

    def paint(self, mask: NDArray[np.bool_], material: int, parcel: int) -> None:
        self.material[mask] = material
        self.parcel[mask] = parcel


def _paint_parcels(
    canvas: _Canvas,
    generator: np.random.Generator,
    surfaces: Sequence[Surface],
    landscape: Landscape,
) -> int:
    """Paint fields and yards with buildings; return the number of parcels."""
    fields = _members(surfaces, ("vegetation", "soil"))
    paved = _members(surfaces, ("pavement",))
    roofs = _members(surfaces, ("roof", "metal"))
    box = (canvas.u.min(), canvas.u.max() + 1e-6, canvas.v.min(), canvas.v.max() + 1e-6)
    boxes = _split(generator, box, landscape.parcel_m)
    count = 0
    for u0, u1, v0, v1 in boxes:
        inside = (canvas.u >= u0) & (canvas.u < u1) & (canvas.v >= v0) & (canvas.v < v1)
        rows, columns = np.nonzero(inside)
        if rows.size == 0:
            continue
        built = generator.random() < landscape.built_share
        canvas.paint(inside, int(generator.choice(paved if built else fields)), count)
        count += 1
        if not built:
            continue
        window = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
        u, v = canvas.u[window], canvas.v[window]
        for _ in range(generator.integers(2, 9)):
            half_u, half_v = generator.uniform(4.0, 25.0), generator.uniform(4.0, 14.0)
            if 2.5 * max(half_u, half_v) > min(u1 - u0, v1 - v0):
                continue
            cu = generator.uniform(u0 + half_u, u1 - half_u)
            cv = generator.uniform(v0 + half_v, v1 - half_v)
            roof = (np.abs(u - cu) < half_u) & (np.abs(v - cv) < half_v)
            canvas.material[window][roof] = generator.choice(roofs)
            canvas.parcel[window][roof] = count
            count += 1
    return count


def _paint_nature(
    canvas: _Canvas,
    generator: np.random.Generator,
    surfaces: Sequence[Surface],
    landscape: Landscape,
    cell_m: float,
    count: int,
) -> int:
    """Paint woods, water and heaps over the parcels; return the number of parcels."""
    shape = (canvas.material.shape[0], canvas.material.shape[1])
    size_m = 0.7 * landscape.parcel_m
    for share, family, scale in (
        (landscape.wood_share, "vegetation", 0.5),
        (landscape.water_share, "water", 0.8),
    ):
        if share > 0:
            field = fractal_field(generator, shape, (scale * size_m / cell_m, 6.0 / cell_m))
            blob = field > np.quantile(field, 1.0 - share)
            members = _members(surfaces, (family,))
            canvas.paint(blob, int(members[-1]), count)
            count += 1
    minerals = _members(surfaces, ("mineral",))
    spread = (np.ptp(canvas.u), np.ptp(canvas.v))
    for _ in range(landscape.heaps):
        cu = canvas.u.min() + generator.random() * spread[0]
        cv = canvas.v.min() + generator.random() * spread[1]
        a, b = generator.uniform(5.0, 30.0, size=2)
        heap = ((canvas.u - cu) / a) ** 2 + ((canvas.v - cv) / b) ** 2 < 1.0
        canvas.paint(heap, int(generator.choice(minerals)), count)
        count += 1
    return count


def _paint_roads(
    canvas: _Canvas,
    generator: np.random.Generator,
    surfaces: Sequence[Surface],
    landscape: Landscape,
    count: int,
) -> int:
    paved = _members(surfaces, ("pavement",))
    for road in range(landscape.roads):
        along, across = (canvas.u, canvas.v) if road % 2 else (canvas.v, canvas.u)
        middle = generator.uniform(across.min(), across.max())
        bend, length = generator.uniform(0.0, 40.0), generator.uniform(300.0, 1500.0)
        centre = middle + bend * np.sin(along / length * 2 * np.pi + generator.uniform(0, 6.3))
        width = generator.uniform(5.0, 14.0)
        canvas.paint(np.abs(across - centre) < 0.5 * width, int(generator.choice(paved)), count)
        count += 1
    return count


def _two_materials(
    stack: NDArray[np.intp],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Return the two commonest materials of (subpixel, line, sample) and the first one's share."""
    votes = np.stack([(stack == stack[i]).sum(axis=0) for i in range(stack.shape[0])])
    best = votes.argmax(axis=0)[None]
    first = np.take_along_axis(stack, best, 0)[0]
    top = np.take_along_axis(votes, best, 0)[0]
    votes = np.where(stack == first, 0, votes)
    best = votes.argmax(axis=0)[None]
    other = np.take_along_axis(votes, best, 0)[0]
    second = np.where(other > 0, np.take_along_axis(stack, best, 0)[0], first)
    return first, second, top / (top + other)


def make_ground(
    shape: tuple[int, int],
    pixel_m: float,
    surfaces: Sequence[Surface],
    landscape: Landscape,
    air_temperature_k: float,
    warmth: Mapping[str, tuple[float, float]],
    generator: np.random.Generator,
) -> Ground:
    """Return a landscape.

    Parameters
    ----------
    shape
        (line, sample).
    pixel_m : [m]
        Side of a pixel.
    surfaces
        Materials to build from.
    warmth
        By name, of every surface: difference to the air in sun, spread inside a parcel, [K].
    generator
        Same generator state, same landscape.

    Raises
    ------
    SettingsError
        If there is no surface, the shape is empty, or there would be over `MOST_PARCELS` parcels.
    """
    if not surfaces or min(shape) < 1:
        raise SettingsError(
            f"{len(surfaces)} surfaces and shape {shape}; one surface and one pixel at least."
        )
    parcels = shape[0] * shape[1] * (pixel_m / landscape.parcel_m) ** 2
    if not parcels <= MOST_PARCELS:
        raise SettingsError(
            f"{shape[0]} x {shape[1]} pixels of {pixel_m:g} m hold {parcels:.2g} parcels of "
            f"{landscape.parcel_m:g} m; at most {MOST_PARCELS} are painted: give a greater "
            "parcel_m, or smaller pixels."
        )
    cell_m = pixel_m / SUBPIXELS
    fine = (shape[0] * SUBPIXELS, shape[1] * SUBPIXELS)
    y, x = np.meshgrid(
        cell_m * np.arange(fine[0], dtype=float), cell_m * np.arange(fine[1], dtype=float),
        indexing="ij",
    )  # fmt: skip
    turn = np.deg2rad(generator.uniform(8.0, 35.0) * generator.choice([-1.0, 1.0]))
    canvas = _Canvas(
        np.zeros(fine, dtype=np.intp), np.zeros(fine, dtype=np.intp),
        x * np.cos(turn) + y * np.sin(turn), -x * np.sin(turn) + y * np.cos(turn),
    )  # fmt: skip
    count = _paint_parcels(canvas, generator, surfaces, landscape)
    count = _paint_nature(canvas, generator, surfaces, landscape, cell_m, count)
    count = _paint_roads(canvas, generator, surfaces, landscape, count)
    blocks = canvas.material.reshape(shape[0], SUBPIXELS, shape[1], SUBPIXELS)
    stack = blocks.transpose(1, 3, 0, 2).reshape(SUBPIXELS**2, *shape)
    first, second, share = _two_materials(stack)
    parcel = canvas.parcel[SUBPIXELS // 2 :: SUBPIXELS, SUBPIXELS // 2 :: SUBPIXELS]
    second, share = _partial_cover(generator, surfaces, first, second, share, parcel, count)
    offset = landscape.contrast_k * generator.standard_normal(count + 1)[parcel]
    calm = np.isin(first, _members(surfaces, ("water",)))
    offset = np.where(calm, 0.2 * offset, offset)
    relief = fractal_field(generator, shape, (40.0, 12.0, 3.0, 1.0))
    grain = 0.6 * smooth_field(generator, shape, 1.0) + 0.8 * smooth_field(generator, shape, 3.0)
    day = 1.0 if landscape.sun else NIGHT_WARMTH
    mean = np.array([day * warmth[s.name][0] for s in surfaces])
    spread = np.array([warmth[s.name][1] for s in surfaces])
    spread = spread * (1.0 if landscape.sun else 0.4)
    trend = air_temperature_k + 0.6 * relief
    first_k = trend + offset + mean[first] + spread[first] * grain
    second_k = trend + offset + mean[second] + spread[second] * grain
    first_k = _heat_objects(generator, landscape.hot_objects, first_k)
    light = np.exp(0.05 * relief + 0.06 * grain)
    return Ground(tuple(surfaces), first, second, share, first_k, second_k, light)


def _partial_cover(
    generator: np.random.Generator,
    surfaces: Sequence[Surface],
    first: NDArray[np.intp],
    second: NDArray[np.intp],
    share: NDArray[np.float64],
    parcel: NDArray[np.intp],
    count: int,
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Let soil show through vegetation, and grass through soil, in pixels of one material."""
    soils, greens = _members(surfaces, ("soil",)), _members(surfaces, ("vegetation",))
    partner = np.where(
        generator.random(count + 1) < 0.5,
        generator.choice(soils, count + 1), generator.choice(greens, count + 1),
    )[parcel]  # fmt: skip
    cover = generator.uniform(0.0, 0.45, count + 1)[parcel]
    shape = (first.shape[0], first.shape[1])
    rows = fractal_field(generator, shape, (8.0, 2.5, 0.8))
    open_land = np.isin(first, np.concatenate([soils, greens])) & (share == 1.0)
    mixed = np.clip(cover * (1.0 + 0.5 * rows), 0.0, 0.7)
    return np.where(open_land, partner, second), np.where(open_land, 1.0 - mixed, share)


def _heat_objects(
    generator: np.random.Generator, number: int, temperature_k: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the temperatures with a few small hot things: stacks, flares, engines."""
    heated = temperature_k.copy()
    for _ in range(number):
        line = generator.integers(0, heated.shape[0])
        sample = generator.integers(0, heated.shape[1])
        height, width = generator.integers(1, 4, size=2)
        warmer = generator.uniform(15.0, 90.0)
        heated[line : line + height, sample : sample + width] += warmer
    return heated
