"""The strong pixels of plumes read again, and named one by one."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.averaging import square_sums
from cathartes.detect.bandset import Bandset, Tick
from cathartes.detect.bank import FilterBank
from cathartes.detect.identify import Prior
from cathartes.detect.outline import ring_labels
from cathartes.detect.pixelwise import (
    NamedPixels,
    candidate_gases,
    compare_with_name,
    pixel_posteriors,
    strong_pixels,
)
from cathartes.detect.result import UNKNOWN, Plume
from cathartes.detect.scales import PatchNoise

PARTS_FLAG = "another chemical in a part of it"


@dataclass(frozen=True, slots=True)
class PixelNamer:
    """What naming the pixels of plumes needs beside the plumes.

    Attributes
    ----------
    bandset
        The scene.
    bank
        Against the background of means over squares; gases' signatures first.
    names : (gas,)
    n_signatures
        Of gases: thin ones first, then denser ones.
    noise
        Of means over patches.
    prior
        What is believed of each pixel before.
    width_px, ring_gap_px, ring_width_px : [pixel]
        Of the squares searched, and of the clean surroundings of plumes.
    """

    bandset: Bandset
    bank: FilterBank
    names: tuple[str, ...]
    n_signatures: int
    noise: PatchNoise
    prior: Prior
    width_px: int
    ring_gap_px: int
    ring_width_px: int

    def name(
        self, labels: NDArray[np.int32], plumes: tuple[Plume, ...], tick: Tick
    ) -> tuple[tuple[Plume, ...], NamedPixels]:
        """Return the plumes with what their pixels say of their names, and the pixels.

        Parameters
        ----------
        labels : (line, sample) int32
        """
        if not plumes:
            return plumes, NamedPixels.none()
        line, sample, products, n_ring = self._products(labels, len(plumes), tick)
        gram = self.bank.gram[: self.n_signatures, : self.n_signatures]
        owner = labels[line, sample]
        told, pixels = [], []
        for plume in plumes:
            mine = owner == plume.id
            variance = float(self.noise.variance(self.width_px**2, n_ring[plume.id]))
            mine[mine] = strong_pixels(products[mine], gram, variance)
            with_pixels, named = self._name_one(
                plume, line[mine], sample[mine], products[mine], variance
            )
            told.append(with_pixels)
            pixels.append(named)
        return tuple(told), NamedPixels.joined(pixels)

    def _name_one(
        self,
        plume: Plume,
        line: NDArray[np.intp],
        sample: NDArray[np.intp],
        products: NDArray[np.float64],
        variance: float,
    ) -> tuple[Plume, NamedPixels]:
        gram = self.bank.gram[: self.n_signatures, : self.n_signatures]
        number = {name: gas for gas, name in enumerate(self.names)}
        own = tuple(
            number[name]
            for name in (plume.chemical, *(other for other, _ in plume.alternatives))
            if name != UNKNOWN
        )
        n_gases = len(self.names)
        gases = candidate_gases(own, products, gram, n_gases, self.prior.sign)
        probability, strength = pixel_posteriors(
            products, gram, variance, n_gases, self.prior, gases
        )
        main = strength.argmax(axis=1)
        found = compare_with_name(
            line, sample, main, probability, number.get(plume.chemical), self.width_px
        )
        plume = replace(
            plume,
            n_strong_pixels=found.n_strong,
            share_agreeing=found.share_agreeing,
            parts=tuple((self.names[gas], n) for gas, n in found.parts),
            flags=(*plume.flags, PARTS_FLAG) if found.parts else plume.flags,
        )
        chosen = probability[np.arange(line.size), main]
        fitted = chosen > 0
        return plume, NamedPixels(line[fitted], sample[fitted], main[fitted], chosen[fitted])

    def _products(
        self, labels: NDArray[np.int32], n_plumes: int, tick: Tick
    ) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
        """Return g = T x̃ of each usable pixel of plumes, less that of the plume's ring.

        Returns
        -------
        line, sample : (pixel,) int
        products : (pixel, signature)
            Of means over squares.
        n_ring : (1 + plume,) [pixel]
        """
        rings = ring_labels(labels, self.ring_gap_px, self.ring_width_px)
        # T W: from a spectrum to its products with the whitened signatures.
        whitening = self.bank.whitening.astype(np.float64)
        towards = (self.bank.whitened[: self.n_signatures] @ whitening).T
        filters, n_lines = towards.astype(np.float32), self.bandset.cube.n_lines
        around = np.zeros((n_plumes + 1, len(whitening)))
        n_ring = np.zeros(n_plumes + 1)
        lines, samples, products = [], [], []
        for start, stop in self.bandset.ranges():
            window = _window(labels[start:stop], rings[start:stop], self.width_px // 2)
            if window is None:
                continue
            first, last, columns = window
            reach = self.width_px // 2
            low, high = max(start + first - reach, 0), min(start + last + reach, n_lines)
            block = self.bandset.read(low, high)[:, columns]
            usable = self.bandset.usable(block)
            block -= self.bank.mean[columns]
            own = slice(start + first - low, start + last - low)
            here = slice(start + first, start + last)
            ring, inside = rings[here, columns], labels[here, columns]
            for number in np.unique(ring[usable[own] & (ring > 0)]):
                chosen = usable[own] & (ring == number)
                around[number] += block[own][chosen].sum(axis=0, dtype=np.float64)
                n_ring[number] += chosen.sum()
            sums, count = square_sums(block, usable, self.width_px)
            line, sample = np.nonzero(usable[own] & (inside > 0))
            mean = sums[own][line, sample] / count[own][line, sample][:, None]
            lines.append(line + start + first)
            samples.append(sample + columns.start)
            products.append(mean @ filters)
            tick("name pixels", stop / n_lines)
        tick("name pixels", 1.0)
        line, sample = np.concatenate(lines), np.concatenate(samples)
        surroundings = (around / np.maximum(n_ring, 1.0)[:, None]) @ towards
        g = np.concatenate(products).astype(np.float64) - surroundings[labels[line, sample]]
        return line, sample, g, n_ring


def _window(
    labels: NDArray[np.int32], rings: NDArray[np.int32], reach: int
) -> tuple[int, int, slice] | None:
    """Return the lines from and to which there are plumes or rings, and their columns, widened."""
    wanted = (labels > 0) | (rings > 0)
    lines, columns = np.flatnonzero(wanted.any(axis=1)), np.flatnonzero(wanted.any(axis=0))
    if not lines.size:
        return None
    span = slice(max(int(columns[0]) - reach, 0), int(columns[-1]) + 1 + reach)
    return int(lines[0]), int(lines[-1]) + 1, span
