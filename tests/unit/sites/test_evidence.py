"""What speaks for a site and what against: laws that any weights must keep."""

import hashlib
import math
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta
from shapely import Point, box

from cathartes.errors import SettingsError
from cathartes.pipeline.profile_file import shipped_profile
from cathartes.sites.association import attribute
from cathartes.sites.build import build_sites
from cathartes.sites.emitter import LawfulEmitter
from cathartes.sites.evidence import shown_probability
from cathartes.sites.hypotheses import bounded_log_ratio
from cathartes.sites.offset import moved
from cathartes.sites.settings import EvidenceSettings, SiteSettings
from cathartes.sites.sighting import to_sightings
from cathartes.sites.site import EvidenceKind
from cathartes.sites.working import Seen, Working
from made_up_sites import BEGAN, ORIGIN, detection, look

PROFILE = shipped_profile()
TWO = (("acetone", 0.9), ("acetic_acid", 0.8))


def site_of(detections, looks, emitters=(), settings=None):
    found = build_sites(detections, lambda _: looks, emitters, PROFILE, settings)
    assert len(found.sites) == 1
    return found.sites[0]


def scattered_detections(n, **kwargs):
    rng = np.random.default_rng(n)
    return [detection(k, rng.normal(0, 20, 2), **kwargs) for k in range(n)]


@pytest.mark.parametrize("n", [1, 2, 5])
def test_the_probability_is_the_logistic_of_the_sum_of_lines(n) -> None:
    emitter = LawfulEmitter("e", "Shop", "paint shop", ("acetone",), Point(ORIGIN))
    site = site_of(scattered_detections(n), [look(k) for k in range(8)], [emitter])
    total = math.fsum(line.log_odds for line in site.evidence)
    assert site.probability == pytest.approx(1 / (1 + math.exp(-total)), rel=1e-14)
    assert {line.kind for line in site.evidence} == {
        EvidenceKind.PRIOR, EvidenceKind.DETECTION, EvidenceKind.EMPTY_LOOK, EvidenceKind.PROFILE,
        EvidenceKind.PERSISTENCE, EvidenceKind.HOUR, EvidenceKind.LAWFUL_EMITTER,
    }  # fmt: skip


@pytest.mark.parametrize("seed", range(30))
def test_one_more_empty_look_never_raises_the_probability(seed) -> None:
    """Of whatever sensitivity, at whatever time, in a sortie of its own or in another's."""
    rng = np.random.default_rng(seed)
    detections = scattered_detections(int(rng.integers(1, 6)), chemicals=TWO)
    looks = [look(k, rng.lognormal(0, 1)) for k in range(8)]
    before = site_of(detections, looks)
    day = int(rng.integers(0, 10))
    more = look(day, rng.lognormal(0, 1.5), name="one more", hour=rng.uniform(0, 8))
    after = site_of(detections, [*looks, more])
    assert after.probability <= before.probability * (1 + 1e-12)
    [line] = [one for one in after.evidence if one.refers_to == "one more"]
    assert line.log_odds <= 1e-12


def test_the_better_an_empty_look_the_more_it_says_and_a_blind_one_nothing() -> None:
    seen = [detection(0, (0, 0))]
    without, blind, poor, good = (
        site_of(seen, [look(0), *more]).probability
        for more in ([], [look(1, None)], [look(1, 10.0)], [look(1, 0.3)])
    )
    assert without == blind
    assert blind > poor > good


def test_an_inconclusive_look_says_nothing() -> None:
    seen = [detection(0, (0, 0))]
    one, other = (site_of(seen, [look(0), *m]) for m in ([], [look(1, conclusive=False)]))
    assert one == other


def test_the_order_of_what_is_given_does_not_matter() -> None:
    detections, looks = scattered_detections(5, chemicals=TWO), [look(k) for k in range(9)]
    emitters = [
        LawfulEmitter(f"e{k}", "Shop", "shop", ("acetone",), Point(*moved(*ORIGIN, 30 * k, 0)))
        for k in range(3)
    ]
    there = build_sites(detections, lambda _: looks, emitters, PROFILE)
    back = build_sites(detections[::-1], lambda _: looks[::-1], emitters[::-1], PROFILE)
    assert there == back


def test_weaker_chance_makes_a_detection_stronger_evidence() -> None:
    probabilities = [
        site_of([detection(0, (0, 0), by_chance=e)], [look(0)]).probability
        for e in (1.0, 2e-1, 1e-1, 1e-2, 1e-3, 1e-5)
    ]
    assert probabilities == sorted(probabilities)
    beyond = site_of([detection(0, (0, 0), by_chance=1e-30)], [look(0)]).probability
    believed = site_of([detection(0, (0, 0), by_chance=1e-6)], [look(0)]).probability
    assert beyond == believed


def test_a_lasting_roof_does_not_run_away() -> None:
    """A hundred detections of one chemical are no surer than a few: rivals last too."""
    few, many = (
        site_of([detection(k, (0, 0)) for k in range(n)], [look(k) for k in range(n)])
        for n in (4, 100)
    )
    assert many.probability < few.probability < 0.5
    assert max(line.log_odds for line in many.evidence[2:]) < 2


def test_two_classes_of_the_profile_tell_more_than_one_and_a_farm_gas_less() -> None:
    one, two, farm = (
        site_of([detection(k, (0, 0), chemicals=c) for k in (0, 1)], [look(0), look(1)])
        for c in ((("acetone", 0.9),), TWO, (("methane", 0.9),))
    )
    assert two.probability > one.probability > farm.probability


def test_what_one_of_many_detections_names_is_less_sure() -> None:
    """Odds of 4 among five detections: 4 / 5. Named by all, they add up."""
    seen = [detection(k, (0, 0), chemicals=(("acetone", 0.8),)) for k in range(4)]
    once = [*seen, detection(4, (0, 0), chemicals=(("acetic_acid", 0.8),))]
    [cluster] = attribute(to_sightings(once), SiteSettings().association).clusters
    shows = shown_probability(cluster)
    assert shows["acetic_acid"] == pytest.approx(0.8 / 1.8)
    assert shows["acetone"] == pytest.approx(8.0 / 9.0)
    [alone] = attribute(to_sightings(seen[:1]), SiteSettings().association).clusters
    assert shown_probability(alone) == pytest.approx({"acetone": 0.8})


def test_however_telling_chemicals_are_mimics_bound_what_they_say() -> None:
    assert bounded_log_ratio(50.0, 1.0, 0.01) == pytest.approx(math.log(100))
    assert bounded_log_ratio(-2.0, 1.0, 0.01) == pytest.approx(-2.0, abs=0.01)
    steps = [bounded_log_ratio(r, 1.25, 0.01) for r in np.linspace(-3, 9, 30)]
    assert steps == sorted(steps)


def test_a_lawful_emitter_explains_its_chemicals_nearby_and_no_others() -> None:
    seen, looks = scattered_detections(3), [look(k) for k in range(3)]

    def near(chemicals, east_m=0.0):
        at = Point(*moved(*ORIGIN, east_m, 0.0))
        return site_of(seen, looks, [LawfulEmitter("shop", "Shop", "shop", chemicals, at)])

    without = site_of(seen, looks)
    fits, else_gas, far = near(("acetone",)), near(("ammonia",)), near(("acetone",), 3000.0)
    assert fits.explained_by == "shop"
    assert "Shop" in fits.evidence[-1].text
    assert fits.probability < 0.1 * without.probability
    assert else_gas.explained_by == ""
    assert fits.probability < else_gas.probability <= without.probability
    assert far == without


def test_a_large_area_explains_less_than_a_small_one() -> None:
    seen, looks = scattered_detections(3), [look(k) for k in range(3)]
    probabilities = []
    for half_deg in (0.0005, 0.005, 0.05):
        area = box(*(c - half_deg for c in ORIGIN), *(c + half_deg for c in ORIGIN))
        emitter = LawfulEmitter("zone", "Zone", "industry", ("acetone",), area)
        probabilities.append(site_of(seen, looks, [emitter]).probability)
    assert probabilities == sorted(probabilities)


def test_only_the_strongest_of_one_look_counts() -> None:
    one = site_of([detection(0, (0, 0))], [look(0)])
    both = site_of([detection(0, (0, 0)), detection(0, (5, 0), number=2)], [look(0)])
    assert [line.kind for line in both.evidence].count(EvidenceKind.DETECTION) == 2
    assert min(line.log_odds for line in both.evidence if line.refers_to[:4] == "look") == 0
    assert both.n_detections == both.n_looks == 1
    assert both.probability == pytest.approx(one.probability, rel=0.05)


def test_looks_of_one_sortie_count_less_than_of_several() -> None:
    """A source rests for a whole sortie: four empty looks within one are no four days."""
    seen = [detection(k, (0, 0), chemicals=TWO, by_chance=0.01) for k in (0, 1)]
    first = [look(0), look(1)]
    together = [*first, *(look(2, name=f"more-{k}") for k in range(4))]
    apart = [*first, *(look(2 + k) for k in range(4))]
    assert site_of(seen, together).probability > site_of(seen, apart).probability


def test_the_interval_comes_from_how_wrong_the_weights_may_be() -> None:
    no_doubt = replace(EvidenceSettings(), density_log_sd=1e-9)
    seen, looks = [detection(0, (0, 0))], [look(0)]
    doubtful, sure = (site_of(seen, looks, (), SiteSettings(evidence=e))
                      for e in (EvidenceSettings(), no_doubt))  # fmt: skip
    assert doubtful.probability == sure.probability
    assert doubtful.probability_low < sure.probability_low < sure.probability
    assert sure.probability < sure.probability_high < doubtful.probability_high


def test_an_emitter_never_speaks_for_a_site() -> None:
    """Whatever it gives off, premises are no more suspect than open country."""
    seen, looks = scattered_detections(3, chemicals=TWO), [look(k) for k in range(3)]
    without = site_of(seen, looks)
    for chemicals in ((), ("ammonia",), ("acetone",), ("acetone", "acetic_acid")):
        for half_deg in (0.0001, 0.001, 0.02):
            area = box(*(c - half_deg for c in ORIGIN), *(c + half_deg for c in ORIGIN))
            emitter = LawfulEmitter("e", "Works", "works", chemicals, area)
            site = site_of(seen, looks, [emitter])
            assert site.probability <= without.probability
            assert site.evidence[-1].log_odds <= 0


@pytest.mark.parametrize("seed", range(5))
def test_the_likelihood_of_looks_is_the_integral_over_the_share(seed) -> None:
    """A slow twin by adaptive quadrature."""
    rng = np.random.default_rng(seed)
    looks = [
        Seen(f"s{rng.integers(4)}", rng.uniform(0.1, 0.97),
             float(rng.choice([-np.inf, rng.normal(1, 2)])))
        for _ in range(9)
    ]  # fmt: skip
    ours = Working(1.5, 2.0)
    gains = [ours.add(one) for one in looks]

    def product(w):
        total = beta(1.5, 2.0).pdf(w)
        for sortie in {one.sortie for one in looks}:
            own = [one for one in looks if one.sortie == sortie]
            factors = [1 + o.found_probability * (math.exp(o.log_strength) - 1) for o in own]
            total *= 1 - w + w * math.prod(factors)
        return total

    whole = quad(product, 0, 1)[0]
    assert ours.log_likelihood == pytest.approx(math.log(whole), abs=1e-7)
    assert math.fsum(gains) == pytest.approx(ours.log_likelihood)
    assert ours.mean_share() == pytest.approx(
        quad(lambda w: w * product(w), 0, 1)[0] / whole, abs=1e-7
    )


def test_a_site_keeps_its_id_and_two_of_one_detection_have_two() -> None:
    first = detection(0, (0, 0))
    one, more = (site_of([first, *m], [look(0)]) for m in ([], [detection(3, (5, 0))]))
    assert one.id == more.id == "site-" + hashlib.sha256(b"look-0-1").hexdigest()[:10]
    found = build_sites([detection(0, (0, 0), (900, 0))], lambda _: [look(0)], [], PROFILE)
    assert len({site.id for site in found.sites}) == 2


def test_a_detection_without_a_look_or_time_is_weighed_all_the_same() -> None:
    timeless = replace(detection(0, (0, 0)), seen_utc=None, expected_by_chance=None, snr=None)
    site = site_of([timeless], [])
    assert site.first_seen_utc is None
    assert (site.n_looks, site.n_detections) == (1, 1)
    assert 0 < site.probability < 1


def test_times_of_the_site_are_those_of_its_detections() -> None:
    site = site_of(scattered_detections(3), [look(k) for k in range(6)])
    assert (site.first_seen_utc, site.last_seen_utc) == (BEGAN, BEGAN + timedelta(days=2))
    assert (site.n_detections, site.n_looks) == (3, 6)


def test_a_probable_site_ranks_before_an_improbable_one() -> None:
    probable = [detection(k, (0, 0), chemicals=TWO) for k in range(3)]
    farm = [detection(k, (900, 0), chemicals=(("methane", 0.9),), number=2) for k in range(3)]
    found = build_sites([*farm, *probable], lambda _: [look(k) for k in range(4)], [], PROFILE)
    assert [site.chemicals[0] for site in found.sites] == ["acetone", "methane"]
    assert found.sites[0].why == (
        "Seen in 3 of 4 looks, at work about 69 % of the time. One more look shows it with 49 %, "
        "and changes little."
    )


def test_nothing_gives_nothing() -> None:
    found = build_sites([], lambda _: [], [], PROFILE)
    assert (found.sites, found.unattributed) == ((), ())


def test_settings_that_can_not_be_are_refused() -> None:
    with pytest.raises(SettingsError, match="sites_per_km2 is -1; a positive number"):
        EvidenceSettings(sites_per_km2=-1.0)
    with pytest.raises(SettingsError, match="usual_found is 1; less than 1"):
        EvidenceSettings(usual_found=1.0)
    assert SiteSettings().evidence == EvidenceSettings()
