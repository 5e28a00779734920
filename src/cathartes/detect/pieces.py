"""Outlined pieces: what each is, which of them are kept, and which make one plume."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cathartes.detect.bandset import Bandset, Tick
from cathartes.detect.cores import cores_of_labels, read_cores
from cathartes.detect.describe import Described, PlumeReader, Verdict
from cathartes.detect.outline import Seed, join_pieces, ring_labels
from cathartes.detect.result import UNKNOWN


@dataclass(frozen=True, slots=True)
class Pieces:
    """Outlined pieces of a scene.

    Attributes
    ----------
    labels : (line, sample) int32
        0 outside, else 1 + the index of the piece.
    seeds, verdicts
        One a piece.
    """

    labels: NDArray[np.int32]
    seeds: tuple[Seed, ...]
    verdicts: tuple[Verdict, ...]

    @classmethod
    def read(
        cls,
        bandset: Bandset,
        reader: PlumeReader,
        labels: NDArray[np.int32],
        seeds: tuple[Seed, ...],
        score_of: Callable[[int], NDArray[np.float32]],
        other: NDArray[np.bool_],
        tick: Tick,
    ) -> "Pieces":
        """Read the mean spectrum of each piece less its surroundings', and judge it.

        Parameters
        ----------
        labels : (line, sample) int32
        score_of : index of `Seed.gas` → (line, sample)
            By which a piece's pixels count.
        other : (line, sample) bool
            What surroundings keep away from too.
        """
        weight = np.zeros(labels.shape, np.float32)
        for number, seed in enumerate(seeds, start=1):
            inside = labels == number
            weight[inside] = np.clip(score_of(seed.gas)[inside] * seed.sign, 0.1, None)
        gap_px, width_px = reader.settings.ring_gap_px, reader.settings.ring_width_px
        rings = ring_labels(
            np.where(other & (labels == 0), len(seeds) + 1, labels), gap_px, width_px
        )
        cores = cores_of_labels(labels, np.where(rings <= len(seeds), rings, 0), weight)
        read = read_cores(bandset, reader.bank.mean, cores, "identify", tick)
        variance = reader.noise.variance(read.n_core, read.n_ring)
        verdicts = (
            reader.verdict(signal, float(v))
            for signal, v in zip(read.signal, variance, strict=True)
        )
        return cls(labels, seeds, tuple(verdicts))

    def where(self, keep: Callable[[Seed, Verdict], bool]) -> "Pieces":
        """Return the pieces of which something is true."""
        return self.only([keep(*pair) for pair in zip(self.seeds, self.verdicts, strict=True)])

    def only(self, kept: Sequence[bool]) -> "Pieces":
        """Return some of the pieces: whether each, (piece,)."""
        numbers = np.flatnonzero(kept)
        renumber = np.zeros(len(self.seeds) + 1, dtype=np.int32)
        renumber[numbers + 1] = np.arange(1, numbers.size + 1)
        return Pieces(
            renumber[self.labels],
            tuple(self.seeds[n] for n in numbers),
            tuple(self.verdicts[n] for n in numbers),
        )

    def plumes(self, names: tuple[str, ...]) -> tuple[int, ...]:
        """Return the plume that each piece is part of: (piece,) from 1; names are of gases."""
        chemicals = (UNKNOWN if v.unknown else names[v.main] for v in self.verdicts)
        return join_pieces(self.labels, tuple(chemicals))

    def strongest(self, names: tuple[str, ...]) -> tuple[int, ...]:
        """Return the index of the strongest piece of each piece's plume, (piece,)."""
        plume_of = self.plumes(names)
        return tuple(plume_of.index(plume) for plume in plume_of)

    def beside(self, others: "Pieces") -> "Pieces":
        """Return these pieces and behind them others, which take no pixel from them."""
        free = (self.labels == 0) & (others.labels > 0)
        labels = np.where(free, others.labels + len(self.seeds), self.labels)
        return Pieces(
            labels.astype(np.int32), self.seeds + others.seeds, self.verdicts + others.verdicts
        )

    def describe(self, reader: PlumeReader) -> tuple[NDArray[np.int32], tuple[Described, ...]]:
        """Join the pieces of one plume, and say of each what it is.

        Parameters
        ----------
        reader
            Its false-alarm laws are of pixels away from these pieces.

        Returns
        -------
        labels : (line, sample) int32
        plumes
        """
        plume_of = self.plumes(reader.signatures.names)
        labels = np.array([0, *plume_of], dtype=np.int32)[self.labels]
        rings = ring_labels(labels, reader.settings.ring_gap_px, reader.settings.ring_width_px)
        strongest = [plume_of.index(n) for n in range(1, max(plume_of, default=0) + 1)]
        return labels, tuple(
            reader.describe(number, self.seeds[piece], self.verdicts[piece], labels, rings)
            for number, piece in enumerate(strongest, start=1)
        )
