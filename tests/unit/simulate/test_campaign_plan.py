"""Where a campaign's places are, when they work, and what is flown over them."""

from datetime import datetime, timedelta
from itertools import combinations

import numpy as np
import pytest
from shapely import Point, unary_union

from cathartes.errors import InputError, SettingsError
from cathartes.simulate.campaign import Campaign, Spell, Standing
from cathartes.simulate.campaign_kinds import HIDDEN, REGISTERED, UNREGISTERED
from cathartes.simulate.campaign_plan import APART_M, INSIDE_M, draw_campaign
from cathartes.simulate.campaign_scene import sources_in
from cathartes.simulate.campaign_score import REACH_M
from cathartes.simulate.campaign_settings import CampaignSettings
from cathartes.spectra.builtin import builtin_library

SEEDS = range(20)


def drawn(**told: int) -> Campaign:
    return draw_campaign(CampaignSettings(**told))


def test_the_same_settings_give_the_same_campaign() -> None:
    assert drawn(seed=7) == drawn(seed=7)
    assert drawn(seed=7).sources != drawn(seed=8).sources


def test_more_flights_change_no_place_and_no_working_hour() -> None:
    few, many = drawn(seed=3, sorties=4), drawn(seed=3, sorties=30)
    assert few.sources == many.sources
    assert few.mandate == many.mandate


@pytest.mark.parametrize("seed", SEEDS)
def test_a_site_can_stand_at_one_place_alone(seed: int) -> None:
    campaign = drawn(seed=seed)
    points = [Point(one.east_m, one.north_m) for one in campaign.sources]
    assert all(campaign.mandate.buffer(-INSIDE_M + 1e-6).contains(point) for point in points)
    assert min(a.distance(b) for a, b in combinations(points, 2)) >= APART_M > 2 * REACH_M


@pytest.mark.parametrize("seed", SEEDS)
def test_the_mandates_edge_cuts_some_flight_lines_and_most_ground_is_inside(seed: int) -> None:
    campaign = drawn(seed=seed)
    lines = [cube.footprint for sortie in campaign.sorties for cube in sortie.cubes]
    inside = [campaign.mandate.intersection(line).area / line.area for line in lines]
    assert any(0.02 < share < 0.98 for share in inside)
    assert np.mean(inside) > 0.75


def test_every_cell_is_flown_as_often_as_the_others() -> None:
    """12 sorties of 4 cubes over 12 cells: 4 looks each; cubes overlap, so few places see less."""
    campaign = drawn(seed=5)
    lines = [cube.footprint for sortie in campaign.sorties for cube in sortie.cubes]
    assert unary_union(lines).covers(campaign.mandate.buffer(-1.0))
    spots = np.random.default_rng(1).uniform(size=(200, 2))
    west, south, east, north = campaign.mandate.bounds
    looks = [
        sum(line.contains(Point(west + u * (east - west), south + v * (north - south)))
            for line in lines)
        for u, v in spots
    ]  # fmt: skip
    assert 4.0 < np.mean(looks) < 6.5
    assert min(looks) >= 1


def test_hidden_places_rest_and_lawful_ones_do_not() -> None:
    sources = [one for seed in SEEDS for one in drawn(seed=seed).sources]
    for one in sources:
        total = sum((s.ends_utc - s.begins_utc for s in one.spells), timedelta())
        assert one.duty == pytest.approx(total / timedelta(weeks=6))
        assert (one.duty == 1.0) == (one.standing is not Standing.HIDDEN)
    hidden = [one.duty for one in sources if one.standing is Standing.HIDDEN]
    assert 0.2 < np.mean(hidden) < 0.4
    # Half of the looks by day find a hidden place at work.
    flights = [
        bool(source.rates_at(cube.start_utc))
        for seed in SEEDS
        for campaign in [drawn(seed=seed)]
        for sortie in campaign.sorties
        for cube in sortie.cubes
        for source in campaign.sources
        if source.standing is Standing.HIDDEN
    ]
    assert 0.4 < np.mean(flights) < 0.75


def test_a_spell_counts_from_its_beginning_to_before_its_end() -> None:
    source = next(s for s in drawn(seed=1).sources if s.standing is Standing.HIDDEN)
    spell = source.spells[0]
    assert source.rates_at(spell.begins_utc) == spell.rates
    assert source.rates_at(spell.ends_utc - timedelta(seconds=1)) == spell.rates
    assert source.rates_at(spell.ends_utc) == ()
    assert source.rates_at(spell.begins_utc - timedelta(seconds=1)) == ()


def test_a_hidden_place_shows_its_gases_together_and_alone() -> None:
    days = [
        len(spell.rates)
        for seed in SEEDS
        for source in drawn(seed=seed).sources
        if source.standing is Standing.HIDDEN
        for spell in source.spells
    ]
    assert set(days) == {1, 2}
    assert np.mean(np.equal(days, 1)) == pytest.approx(0.6, abs=0.05)


def test_a_plume_belongs_to_a_cube_into_which_the_wind_blows_it() -> None:
    campaign = drawn(seed=2)
    for sortie in campaign.sorties:
        for cube in sortie.cubes:
            there = sources_in(campaign, sortie, cube)
            assert all(source.rates_at(cube.start_utc) for source in there)
            inner = cube.footprint.buffer(-3 * cube.pixel_m)
            inside = {
                source.id
                for source in campaign.sources
                if source.rates_at(cube.start_utc)
                and inner.contains(Point(source.east_m, source.north_m))
            }
            assert inside <= {source.id for source in there}
            reach = cube.footprint.buffer(200.0)
            assert all(reach.contains(Point(s.east_m, s.north_m)) for s in there)


def test_every_gas_is_in_the_built_in_library_with_amounts() -> None:
    library = builtin_library()
    kinds = (*HIDDEN, *REGISTERED, *UNREGISTERED)
    gases = {gas for kind in kinds for gas, _ in kind.least}
    assert all(library[gas].spectrum is not None for gas in gases)
    assert all(library[gas].molar_mass_g_mol > 0 for gas in gases)
    assert all(len(kind.least) == 2 for kind in HIDDEN)


def test_settings_that_make_no_campaign_are_refused() -> None:
    with pytest.raises(SettingsError, match="sorties is 0; at least 1 is needed"):
        CampaignSettings(sorties=0)
    with pytest.raises(SettingsError, match="30 sorties in 2 weeks are more than one a day"):
        CampaignSettings(sorties=30, weeks=2)
    with pytest.raises(SettingsError, match="40 places at least 250 m from each other"):
        drawn(cells_east=1, cells_north=1, hidden=40, registered=0, unregistered=0)
    now = datetime.fromisoformat("2025-03-03T10:00Z")
    with pytest.raises(InputError, match="a time that lasts and rates above 0"):
        Spell(now, now, (("acetone", 1.0),))
    with pytest.raises(InputError, match="rates above 0"):
        Spell(now, now + timedelta(hours=1), ())
