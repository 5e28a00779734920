"""Names that change from look to look: Ewens' law, and what it does to a site."""

from dataclasses import replace
from itertools import product
from math import log

import pytest

from cathartes.pipeline.profile_file import shipped_profile
from cathartes.sites.association import attribute
from cathartes.sites.build import build_sites
from cathartes.sites.naming import log_naming_ratio
from cathartes.sites.profile import Densities
from cathartes.sites.settings import SiteSettings
from cathartes.sites.sighting import to_sightings
from cathartes.sites.views import rates_of
from made_up_sites import detection, look

PROFILE = shipped_profile()


def urn_probability(names: tuple[int, ...], theta: float) -> float:
    """The slow twin: Hoppe's urn, look by look; a new name is the next number."""
    chance = 1.0
    for n, name in enumerate(names):
        before = names[:n].count(name)
        chance *= (before or theta) / (theta + n)
    return chance


@pytest.mark.parametrize("names", [(0,), (0, 0), (0, 1), (0, 1, 2), (0, 1, 0, 0, 2, 1)])
def test_the_ratio_is_that_of_two_urns(names) -> None:
    ratio = urn_probability(names, 3.0) / urn_probability(names, 0.5)
    assert log_naming_ratio(len(names), len(set(names)), 3.0, 0.5) == pytest.approx(log(ratio))


def test_the_urns_chances_sum_to_one() -> None:
    """Over all ways to name four looks anew or as before."""
    ways = [w for w in product(range(4), repeat=4)
            if all(w[k] <= max(w[:k], default=-1) + 1 for k in range(4))]  # fmt: skip
    assert sum(urn_probability(w, 3.0) for w in ways) == pytest.approx(1)


def site_named(*names):
    seen = [detection(k, (0, 0), chemicals=((name, 0.9),)) for k, name in enumerate(names)]
    found = build_sites(seen, lambda _: [look(k) for k in range(6)], [], PROFILE)
    [site] = found.sites
    return site


def test_three_names_in_three_looks_speak_against_a_site_and_one_name_does_not() -> None:
    def persistence(site):
        [line] = [one for one in site.evidence if "under" in one.text]
        return line

    same = persistence(site_named("acetone", "acetone", "acetone"))
    changing = persistence(site_named("acetone", "unknown", "methane"))
    assert changing.log_odds < same.log_odds
    assert changing.log_odds < 0
    assert "under one name" in same.text
    assert "under 3 names" in changing.text


def test_what_is_seen_without_a_rate_gave_off_what_the_look_could_see() -> None:
    """A look that sees from 200 kg/h on has not seen 3 kg/h; where there is a rate, it counts."""
    with_rate = detection(0, (0, 0))
    without = replace(with_rate, sources=(replace(with_rate.sources[0], rate=None),))
    told = SiteSettings()
    medians = []
    for one, smallest in [(without, 200.0), (without, 0.5), (with_rate, 200.0)]:
        [cluster] = attribute(to_sightings([one]), told.association).clusters
        rates = rates_of(cluster, [look(0, smallest)], told.evidence)
        medians.append(rates["acetone"].median_kg_h)
    assert medians == pytest.approx([200.0, 3.0, 3.0])


def test_densities_of_a_profile_count_before_the_defaults() -> None:
    """The density of sites stands in front of all: odds are in proportion to it."""
    denser = PROFILE.model_copy(update={"density": Densities(sites_per_km2=0.5, reason="told")})
    before, after = (
        build_sites([detection(0, (0, 0))], lambda _: [look(0)], [], one).sites[0]
        for one in (PROFILE, denser)
    )
    odds = [one.probability / (1 - one.probability) for one in (before, after)]
    assert odds[1] / odds[0] == pytest.approx(10, rel=1e-6)
