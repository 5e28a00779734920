"""Pieces of plumes: which are kept, which join, and that nobody takes a neighbour's pixels."""

from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.detect import describe, step, strange
from cathartes.detect.cores import cores_of_labels, read_cores
from cathartes.detect.describe import Verdict
from cathartes.detect.outline import Seed, ring_labels
from cathartes.detect.pieces import Pieces
from cathartes.detect.result import UNKNOWN
from cathartes.detect.settings import DetectSettings
from cathartes.detect.step import quiet

NAMES = ("a", "b", "c")


def verdict(chemical):
    unknown = chemical == "unknown"
    return Verdict(
        np.zeros(3), np.zeros(3), 1.0, None, 0 if unknown else NAMES.index(chemical), unknown
    )


def pieces_in_a_row(chemicals):
    """Pieces of 4 x 4 pixels, 2 apart, the strongest first."""
    labels = np.zeros((20, 6 * len(chemicals) + 4), np.int32)
    for piece in range(len(chemicals)):
        labels[8:12, 6 * piece + 2 : 6 * piece + 6] = piece + 1
    seeds = tuple(Seed(9, 6 * k + 3, 20.0 - k, 0, 1) for k in range(len(chemicals)))
    return Pieces(labels, seeds, tuple(verdict(c) for c in chemicals))


@dataclass
class Reader:
    """Tells what it was asked."""

    settings: DetectSettings
    signatures: SimpleNamespace
    asked: list

    def describe(self, number, seed, verdict, labels, rings):
        self.asked.append((number, seed, np.unique(labels).tolist(), np.unique(rings).tolist()))
        return verdict


def described(pieces):
    reader = Reader(DetectSettings(), SimpleNamespace(names=NAMES), [])
    labels, plumes = pieces.describe(reader)
    assert [number for number, *_ in reader.asked] == list(range(1, len(plumes) + 1))
    for _, _, seen, rings in reader.asked:
        assert seen == list(range(len(plumes) + 1))
        assert set(rings) <= set(seen)
    return labels, [seed for _, seed, *_ in reader.asked]


def test_pieces_that_go_leave_no_gap_and_take_no_neighbour():
    """Of six the first and the fourth go: the two of one chemical at the fourth's sides don't join
    by that, they are 8 pixels apart."""
    pieces = pieces_in_a_row(["unknown", "a", "b", "unknown", "b", "c"])
    kept = pieces.where(lambda _, said: not said.unknown)
    assert [s.score for s in kept.seeds] == [19.0, 18.0, 16.0, 15.0]
    labels, seeds = described(kept)
    np.testing.assert_array_equal(labels, np.array([0, 0, 1, 2, 0, 3, 4])[pieces.labels])
    assert seeds == list(kept.seeds)

    none = pieces.where(lambda *_: False)
    labels, seeds = described(none)
    assert not labels.any()
    assert seeds == []


def test_neighbours_of_one_chemical_are_one_plume_told_by_its_strongest_piece():
    pieces = pieces_in_a_row(["a", "b", "b", "c"])
    labels, seeds = described(pieces)
    np.testing.assert_array_equal(labels, np.array([0, 1, 2, 2, 3])[pieces.labels])
    assert [s.score for s in seeds] == [20.0, 19.0, 17.0]


def test_the_strongest_piece_is_the_first_of_its_plume():
    """Pieces 2 pixels apart join, and so a third to the second."""
    pieces = pieces_in_a_row(["a", "b", "b", "b", "a", "unknown"])
    assert pieces.plumes(NAMES) == (1, 2, 2, 2, 3, 4)
    assert pieces.strongest(NAMES) == (0, 1, 1, 1, 4, 5)


def test_those_beside_take_no_pixel_from_those_before():
    first = pieces_in_a_row(["a", "b"])
    second = pieces_in_a_row(["unknown", "unknown"])
    second = replace(second, labels=np.roll(second.labels, 2, axis=1))
    both = first.beside(second)
    assert len(both.seeds) == len(both.verdicts) == 4
    np.testing.assert_array_equal(both.labels[first.labels > 0], first.labels[first.labels > 0])
    only = (first.labels == 0) & (second.labels > 0)
    np.testing.assert_array_equal(both.labels[only], second.labels[only] + 2)


@given(seed=st.integers(0, 1000), n_pieces=st.integers(1, 4))
def test_pieces_read_as_cores_are_means_less_their_rings(seed, n_pieces, make_bandset):
    """Against one sum over all pixels each, whatever the pieces' shapes."""
    rng = np.random.default_rng(seed)
    labels = np.zeros((30, 26), np.int32)
    for number in range(1, n_pieces + 1):
        i, j = rng.integers(0, 24), rng.integers(0, 20)
        labels[i : i + rng.integers(1, 8), j : j + rng.integers(1, 7)] = number
    numbers = np.unique(labels[labels > 0])
    labels = np.searchsorted(numbers, labels).astype(np.int32) + (labels > 0)
    values = rng.normal(3, 1, (30, 26, 3)).astype(np.float32)
    values[rng.random((30, 26)) < 0.05] = np.nan
    weight = rng.uniform(0.1, 5, labels.shape).astype(np.float32)
    mean = rng.normal(3, 1, (26, 3)).astype(np.float32)
    rings = ring_labels(labels, 2, 6)
    cores = cores_of_labels(labels, rings, weight)
    read = read_cores(make_bandset(values, 7 * 4 * 26 * 3), mean, cores, "identify", quiet)
    good = np.isfinite(values).all(axis=2)
    pixels = values.astype(np.float64) - mean
    assert len(cores) == labels.max()
    for number, core in enumerate(cores, start=1):
        inside, ring = (labels == number) & good, (rings == number) & good
        assert core.n_pixels == (labels == number).sum()
        w = weight[inside].astype(np.float64)
        expected = w @ pixels[inside] / max(w.sum(), 1e-30)
        expected -= pixels[ring].sum(axis=0) / max(ring.sum(), 1)
        np.testing.assert_allclose(read.signal[number - 1], expected, atol=1e-5)
        assert read.n_ring[number - 1] == ring.sum()
        if w.size:
            assert read.n_core[number - 1] == pytest.approx(w.sum() ** 2 / (w @ w), rel=1e-5)


@pytest.mark.parametrize(
    ("core_explained", "fade", "kept"), [(True, 2.6, 1), (False, 2.6, 0), (True, 1.4, 0)]
)
def test_what_no_gas_explains_goes_unless_its_core_is_explained_and_it_fades(
    make_emissive, monkeypatch, core_explained, fade, kept
):
    """The strongest of three round plumes turns out unknown; a fade of 1.4 is that of a patch."""
    places = {"betane": (75, 60, 150.0), "gammane": (35, 30, 80.0), "deltane": (115, 90, 80.0)}
    scene = make_emissive(35, [(gas, *place) for gas, place in places.items()])
    plain = scene.detect()
    assert sorted(p.chemical for p in plain.plumes) == sorted(places)
    target = scene.gases.names.index("betane")
    identify = describe.identify

    def disguised(*args):
        found = identify(*args)
        if found.probability.argmax() != target:
            return found
        return replace(found, unknown=1.0, probability=0 * found.probability, best_set=())

    monkeypatch.setattr(describe, "identify", disguised)
    if not core_explained:
        monkeypatch.setattr(step, "peak_misfits", lambda _, peaks, *__: np.ones(peaks.height.size))
    monkeypatch.setattr(describe, "greatest_fade", lambda *_: fade)
    monkeypatch.setattr(strange, "LEAST_STRENGTH", np.inf)  # nothing is found by its form
    found = scene.detect()
    named = [p for p in found.plumes if p.chemical != UNKNOWN]
    assert sorted(p.chemical for p in named) == ["deltane", "gammane"]
    assert len(found.plumes) == 2 + kept
    assert [p.id for p in found.plumes] == [*range(1, 3 + kept)]
    assert np.unique(found.labels).tolist() == [*range(3 + kept)]
    assert (found.labels[75, 60] > 0) == kept
    for plume in named:
        (same,) = [p for p in plain.plumes if p.chemical == plume.chemical]
        np.testing.assert_array_equal(found.labels == plume.id, plain.labels == same.id)


@pytest.mark.parametrize(
    ("core", "pair_misfit", "unknown", "law"),
    [
        (True, 0.1, False, "explained"),
        (False, 0.1, False, "every"),
        (True, 0.4, False, "every"),
        (True, 0.1, True, "every"),
    ],
)
def test_the_law_of_explained_hills_is_for_what_a_pair_explains_throughout(
    core, pair_misfit, unknown, law
):
    """Decoys' hills are counted by the same question; what three gases explain is not of them."""
    expected = {"explained": 0.01, "every": 1.0}
    laws = SimpleNamespace(
        of=lambda *, explained: SimpleNamespace(
            expected=lambda _: expected["explained" if explained else "every"]
        )
    )
    found = SimpleNamespace(pair_misfit=pair_misfit)
    says = Verdict(np.zeros(3), np.zeros(3), 1.0, found, 0, unknown)
    seed = Seed(0, 0, 9.0, 0, 1, explained=core)
    reader = SimpleNamespace(laws=laws, like_ground=lambda *_: False)
    chance = describe.PlumeReader.chance_by_height(reader, seed, says)
    assert chance == expected[law]
