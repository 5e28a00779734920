"""Several sorties, one posterior: what must hold whatever the sorties are."""

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.stats import beta

from cathartes.errors import InputError
from cathartes.locate.common_result import CommonSources, Emission
from cathartes.locate.reasons import Doubt
from cathartes.locate.result import Outcome, Reason
from cathartes.locate.sorties import Sighting, Sortie, View
from cathartes.locate.together import excluded_from_kg_h, locate_together

MARGIN_M = 4.0


@dataclass(frozen=True)
class Listens:
    """A view that would have shown rates far above a known one, everywhere."""

    sd_kg_h: float

    def log_ratio(self, place_m: np.ndarray, rate_kg_h: np.ndarray) -> np.ndarray:
        return np.tile(-0.5 * (rate_kg_h / self.sd_kg_h) ** 2, (place_m.shape[0], 1))


def seen(
    east_m: float,
    north_m: float = 0.0,
    *,
    sd_m: float = 10.0,
    rate_kg_h: float | None = 5.0,
    seed: int = 0,
    doubt: Doubt | None = None,
) -> Sighting:
    """Return particles whose mean, covariance and rate are exactly these."""
    rng = np.random.default_rng(seed)
    off = rng.normal(size=(256, 2))
    off -= off.mean(axis=0)
    off = off @ np.linalg.inv(np.linalg.cholesky(np.cov(off.T))).T
    log_rate = 0.2 * rng.normal(size=256)
    rate = np.full(256, np.nan) if rate_kg_h is None else rate_kg_h * np.exp(log_rate)
    place = np.array([east_m, north_m]) + sd_m * off
    return Sighting(f"at {east_m:g}", place, rate, np.full(256, 1.5), 0.99, doubt)


def day(number: int, *sightings: Sighting, sd_kg_h: float | None = None) -> Sortie:
    view = View("log", sightings) if sd_kg_h is None else View("log", sightings, Listens(sd_kg_h))
    return Sortie(f"day {number}", 86_400.0 * number, (view,))


def together(*sorties: Sortie) -> CommonSources:
    return locate_together("methane", sorties)


def half_axes(found: CommonSources) -> tuple[float, float]:
    return found.sources[0].estimate.region_90.half_axes_m


def test_two_equal_sorties_shrink_the_region_by_the_root_of_two() -> None:
    """Of Gaussians the product's covariance is half; kernels and tails may cost a sixth."""
    one = together(day(0, seen(0.0)))
    two = together(day(0, seen(0.0)), day(1, seen(0.0, seed=1)))
    ratio = np.prod(half_axes(two)) / np.prod(half_axes(one))
    assert np.sqrt(ratio) == pytest.approx(np.sqrt(0.5), rel=1 / 6)


def test_places_are_weighted_by_their_precision() -> None:
    """Rationale: the product of N(0, 10²) and N(12, 5²) is N(9.6, 4.47²)."""
    found = together(day(0, seen(0.0, sd_m=10.0)), day(1, seen(12.0, sd_m=5.0, seed=1)))
    (source,) = found.sources
    assert source.estimate.place_m[0] == pytest.approx(9.6, abs=1.5)
    assert source.particles.place_m[:, 0].std() == pytest.approx(4.47, rel=0.2)


def test_the_order_of_sorties_does_not_matter() -> None:
    sorties = [day(0, seen(0.0), seen(90.0)), day(1, seen(3.0, seed=1)), day(2, sd_kg_h=1.0)]
    forth, back = together(*sorties), together(*reversed(sorties))
    for one, other in zip(forth.sources, back.sources, strict=True):
        np.testing.assert_array_equal(one.particles.place_m, other.particles.place_m)
        np.testing.assert_array_equal(one.particles.rate_kg_h, other.particles.rate_kg_h)
        assert one.sorties == other.sorties


def test_a_sortie_that_could_not_have_seen_changes_nothing() -> None:
    (alone,) = together(day(0, seen(0.0))).sources
    (beside,) = together(day(0, seen(0.0)), day(1)).sources
    np.testing.assert_allclose(beside.estimate.place_m, alone.estimate.place_m, atol=1.0)
    assert beside.estimate.rate_kg_h.median == pytest.approx(
        alone.estimate.rate_kg_h.median, rel=0.05
    )
    assert beside.working_share.median == pytest.approx(alone.working_share.median, abs=0.03)
    assert beside.sorties[1].probability == pytest.approx(0.75, abs=0.03)  # mean of Beta(3/2, 1/2)
    assert beside.sorties[1].emission is Emission.NOT_KNOWN
    assert beside.sorties[1].below_kg_h is None


def test_a_sortie_that_would_have_seen_it_lowers_the_working_share() -> None:
    (source,) = together(day(0, seen(0.0)), day(1, sd_kg_h=0.1), day(2, sd_kg_h=0.1)).sources
    assert [told.emission for told in source.sorties] == [
        Emission.EMITTED, Emission.DID_NOT, Emission.DID_NOT,
    ]  # fmt: skip
    (always,) = together(day(0, seen(0.0))).sources
    assert source.working_share.median < always.working_share.median
    assert source.sorties[1].rate_kg_h is None


@pytest.mark.parametrize(("n_seen", "n_silent"), [(1, 0), (1, 3), (3, 1), (4, 0)])
def test_the_working_share_is_jeffreys_where_states_are_sure(n_seen: int, n_silent: int) -> None:
    days = [day(k, seen(0.0, seed=k)) for k in range(n_seen)]
    days += [day(n_seen + k, sd_kg_h=0.01) for k in range(n_silent)]
    (source,) = together(*days).sources
    expected = beta.ppf([0.05, 0.5, 0.95], 0.5 + n_seen, 0.5 + n_silent)
    told = source.working_share
    np.testing.assert_allclose([told.p05, told.median, told.p95], expected, atol=0.03)


def test_an_undecided_sortie_is_weighed_as_a_twin_by_brute_force_says() -> None:
    """Twin: sums over w and the rate for a source whose typical rate one sortie alone tells."""
    sd_kg_h = 4.0
    (source,) = together(day(0, seen(0.0, rate_kg_h=5.0)), day(1, sd_kg_h=sd_kg_h)).sources
    rng = np.random.default_rng(3)
    n = 400_000
    share = rng.beta(0.5, 0.5, n)
    # The second rate about the first one's: two steps of the slab, and the first one's own error.
    rate = 5.0 * np.exp(np.hypot(0.2, np.sqrt(2) * 0.7) * rng.normal(size=n))
    emits = rng.uniform(size=n) < share
    weight = share * np.where(emits, np.exp(-0.5 * (rate / sd_kg_h) ** 2), 1.0)
    expected = weight[emits].sum() / weight.sum()
    assert source.sorties[1].probability == pytest.approx(expected, abs=0.04)
    assert source.sorties[1].emission is Emission.NOT_KNOWN


def test_a_bound_is_where_silence_is_twenty_times_less_likely() -> None:
    """Of exp(-q²/2s²) that is at 2.448 s; interpolated on a grid, to a tenth."""
    grid = np.geomspace(1e-3, 1e5, 41)
    silent = Listens(2.0).log_ratio(np.zeros((3, 2)), grid)
    assert excluded_from_kg_h([silent]) == pytest.approx(2.448 * 2.0, rel=0.15)
    assert excluded_from_kg_h([np.zeros((3, 41))]) is None


def test_far_sightings_are_two_sources_and_near_ones_of_one_view_too() -> None:
    found = together(day(0, seen(0.0)), day(1, seen(150.0)))
    assert len(found.sources) == 2
    found = together(day(0, seen(0.0), seen(20.0, seed=1)))
    assert len(found.sources) == 2


def test_two_sources_of_each_sortie_are_paired() -> None:
    first = day(0, seen(0.0, rate_kg_h=3.0), seen(60.0, rate_kg_h=9.0))
    second = day(1, seen(64.0, seed=1, rate_kg_h=9.0), seen(-3.0, seed=2, rate_kg_h=3.0))
    found = together(first, second)
    assert [tuple(t.seen_as for t in s.sorties) for s in found.sources] == [
        (("at 60",), ("at 64",)), (("at 0",), ("at -3",)),
    ]  # fmt: skip
    assert min(source.association for source in found.sources) > 0.9
    assert found.warnings == ()


def test_sorties_that_contradict_each_other_are_said_to() -> None:
    """Three standard deviations apart: one source or two?"""
    found = together(day(0, seen(0.0)), day(1, seen(44.0, seed=1)))
    assert any("do not agree" in text for text in found.warnings)


def test_a_map_and_a_log_of_one_time_share_the_rate() -> None:
    """Rationale: the product of two log-normal laws of one width lies at their geometric mean."""
    log, scan = View("log", (seen(0.0, rate_kg_h=4.0),)), View("map", (seen(2.0, seed=1),))
    (source,) = locate_together("methane", [Sortie("morning", 0.0, (log, scan))]).sources
    (told,) = source.sorties
    assert told.seen_as == ("at 0", "at 2")
    assert told.rate_kg_h is not None
    assert told.rate_kg_h.median == pytest.approx(np.sqrt(4.0 * 5.0), rel=0.06)
    assert told.rate_kg_h.p95 / told.rate_kg_h.p05 < np.exp(2 * 1.645 * 0.2)


def test_a_sighting_without_a_rate_leaves_the_rate_to_others() -> None:
    (source,) = together(day(0, seen(0.0)), day(1, seen(0.0, seed=1, rate_kg_h=None))).sources
    assert source.sorties[0].rate_kg_h is not None
    assert source.sorties[0].rate_kg_h.median == pytest.approx(5.0, rel=0.15)
    assert source.sorties[1].emission is Emission.EMITTED
    assert source.sorties[1].rate_kg_h is not None
    assert source.sorties[1].rate_kg_h.p95 / source.sorties[1].rate_kg_h.p05 > 10.0


def test_a_doubt_of_one_sortie_is_kept_and_another_sortie_removes_it() -> None:
    doubt = Doubt(Reason.ONE_TRANSECT, "gas was seen at one distance only.")
    alone = together(day(0, seen(0.0, doubt=doubt)))
    assert (alone.outcome, alone.reason) == (Outcome.CANNOT_LOCATE, Reason.ONE_TRANSECT)
    assert alone.sources == ()
    assert alone.total_rate_kg_h is not None
    agreed = together(day(0, seen(0.0, doubt=doubt)), day(1, seen(1.0, seed=1, doubt=doubt)))
    assert agreed.outcome is Outcome.LOCATED


def test_nothing_seen_is_not_located() -> None:
    found = together(day(0, sd_kg_h=1.0), day(1))
    assert (found.outcome, found.reason, found.sources) == (
        Outcome.CANNOT_LOCATE, Reason.NO_CONTRAST, (),
    )  # fmt: skip


def test_sorties_of_one_name_are_refused() -> None:
    with pytest.raises(InputError, match="each needs a name of its own"):
        together(day(0, seen(0.0)), day(0, seen(0.0)))


def test_particles_that_tell_no_place_are_refused() -> None:
    with pytest.raises(InputError, match="3 particles"):
        Sighting("few", np.zeros((3, 2)), np.ones(3), np.ones(3), 1.0)
    with pytest.raises(InputError, match="not of one number"):
        Sighting("odd", np.zeros((30, 2)), np.ones(29), np.ones(30), 1.0)
