"""Lists page by page: each agrees with a slow simple twin that reads everything and filters it."""

from datetime import timedelta

import numpy as np
import pytest

import made_up_casebook as made_up
from cathartes.errors import CasebookError
from cathartes.sites.observation import LookOutcome, ObservationKind
from cathartes.store.filters import LookFilter, SiteFilter
from made_up_casebook import ME, NOW, begin, record
from quick_casebooks import filled_once

HOSTILE = ('%"_\\', "a,b", "ü")
SITE_FILTERS = [
    SiteFilter(),
    SiteFilter(chemical="acetone"),
    SiteFilter(chemical="aceton"),
    SiteFilter(chemical=HOSTILE[0]),
    SiteFilter(chemical="%"),
    SiteFilter(least_probability=0.5),
    SiteFilter(explained=True),
    SiteFilter(chemical="ü", explained=False, since_utc=NOW + timedelta(hours=3)),
]
LOOK_FILTERS = [
    LookFilter(),
    LookFilter(outcome=LookOutcome.INCONCLUSIVE),
    LookFilter(kind=ObservationKind.LOG, sortie_ids=frozenset({"S1"})),
    LookFilter(sortie_ids=frozenset()),
    LookFilter(since_utc=NOW + timedelta(hours=2), until_utc=NOW + timedelta(hours=5)),
]


def pages(page_of, limit):
    """Return all ids, page by page."""
    ids, after = [], ""
    while page := page_of(limit, after):
        assert len(page) <= limit
        ids += [one.id for one in page]
        after = page[-1].id
    return ids


@pytest.fixture
def filled(casebook):
    """Return a casebook of sites and looks with ties, some without a time."""
    fill(casebook)
    return casebook


@filled_once
def fill(casebook):
    rng = np.random.default_rng(3)
    begin(casebook, n_sorties=2)
    names = ("acetone", "ammonia", *HOSTILE)
    sites = []
    for n in range(30):
        p = float(rng.uniform(0.1, 0.9))
        sites.append(
            made_up.site(
                f"site-{n:02}",
                value=float(rng.integers(0, 4)),
                chemicals=tuple(rng.choice(names, 2, replace=False).tolist()),
                probability=p,
                probability_low=p / 2,
                probability_high=p,
                explained_by="dairy-1" if rng.uniform() < 0.3 else "",
                last_seen_utc=None if n % 7 == 0 else NOW + timedelta(hours=int(rng.integers(6))),
            )
        )
    casebook.put_sites(sites, [], ME, NOW)
    for n in range(20):
        began = None if n % 6 == 0 else NOW + timedelta(hours=int(rng.integers(6)))
        told = {}
        if n % 3 == 0:
            told = {"outcome": LookOutcome.INCONCLUSIVE, "reason": "cloud"}
        kind = ObservationKind.LOG if n % 4 == 0 else ObservationKind.CUBE
        found = () if n % 3 == 0 or n % 2 else (made_up.detection(f"o{n}"),)
        told |= {"sortie_id": f"S{1 + n % 2}", "kind": kind, "began_utc": began}
        record(casebook, f"o{n}", found, ended_utc=began, **told)


def _is_wanted_site(site, wanted):
    return (
        (not wanted.chemical or wanted.chemical in site.chemicals)
        and site.probability >= wanted.least_probability
        and (wanted.explained is None or wanted.explained == bool(site.explained_by))
        and (
            wanted.since_utc is None
            or (site.last_seen_utc is not None and site.last_seen_utc >= wanted.since_utc)
        )
    )


def _is_wanted_look(look, wanted):
    began = look.began_utc
    return (
        (wanted.outcome is None or look.outcome is wanted.outcome)
        and (wanted.kind is None or look.kind is wanted.kind)
        and (wanted.sortie_ids is None or look.sortie_id in wanted.sortie_ids)
        and (wanted.since_utc is None or (began is not None and began >= wanted.since_utc))
        and (wanted.until_utc is None or (began is not None and began < wanted.until_utc))
    )


@pytest.mark.parametrize("limit", [1, 7, 100])
@pytest.mark.parametrize("wanted", SITE_FILTERS)
def test_sites_are_listed_by_value(filled, wanted, limit):
    every = filled.ranked_sites(1000)
    twin = [one.id for one in every if _is_wanted_site(one, wanted)]
    found = pages(lambda limit, after: filled.sites_page(wanted, limit, after), limit)
    assert found == twin


@pytest.mark.parametrize("limit", [1, 7, 100])
@pytest.mark.parametrize("wanted", LOOK_FILTERS)
def test_looks_are_listed_newest_first(filled, wanted, limit):
    def age(one):
        return (one.began_utc is None, -(one.began_utc or NOW).timestamp(), one.id)

    twin = [one.id for one in filled.observations() if _is_wanted_look(one, wanted)]
    by_age = {one.id: age(one) for one in filled.observations()}
    found = pages(lambda limit, after: filled.looks_page(wanted, limit, after), limit)
    assert found == sorted(twin, key=by_age.__getitem__)


def test_sorties_of_a_person_are_those_they_entered(filled):
    filled.put_sortie(made_up.sortie("S3"), "ben", NOW)
    filled.put_sortie(made_up.sortie("S3", manifest={"changed": 1}), ME, NOW)
    assert filled.sortie_ids_entered_by([ME]) == {"S1", "S2"}
    assert filled.sortie_ids_entered_by(["ben", "local:ben"]) == {"S3"}
    own = pages(lambda n, after: filled.sorties_page(frozenset({"S3", "S1"}), n, after), 1)
    assert own == ["S1", "S3"]
    assert [one.id for one in filled.sorties_page(None)] == ["S1", "S2", "S3"]


def test_counts_are_those_of_what_is_there(filled):
    counted = filled.outcomes_of(["S1", "S2", "S9"])
    for sortie_id in ("S1", "S2"):
        outcomes = [one.outcome for one in filled.observations(sortie_id)]
        assert counted[sortie_id] == {one: outcomes.count(one) for one in set(outcomes)}
    assert counted["S9"] == {}
    ids = [one.id for one in filled.observations()]
    assert filled.n_detections_of(ids) == {one: len(filled.detections_of(one)) for one in ids}


def test_jobs_that_are_not_done_come_first(filled):
    filled.put_jobs([made_up.job("late", "S1", "line-late")])
    first, *others = filled.jobs_page("S1", 100)
    assert first.id == "late"
    assert others == [one for one in filled.jobs("S1") if one.id != "late"]
    assert len(filled.jobs_page("S1", 3)) == 3


def test_things_by_id_leave_out_what_is_gone(filled):
    assert [one.id for one in filled.observations_of_ids(["o1", "gone", "o1"])] == ["o1"]
    found = filled.detections_of_ids(["o2-1", "gone", "o4-1"])
    assert {one.detection.id for one in found} == {"o2-1", "o4-1"}


def test_a_list_says_when_it_can_not_go_on(filled):
    with pytest.raises(CasebookError, match="begin the list again"):
        filled.sites_page(SiteFilter(), after="gone")
    with pytest.raises(CasebookError, match="begin the list again"):
        filled.looks_page(LookFilter(), after="gone")
