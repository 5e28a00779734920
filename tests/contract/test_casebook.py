"""What every casebook does, whatever database holds it: authority, work, results, sites."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiPolygon, Point, box

import made_up_casebook as made_up
from cathartes.casework.audit import check_chain
from cathartes.errors import CasebookError, InputError, MandateError
from cathartes.sites.site import EvidenceKind, EvidenceLine
from cathartes.store.interface import Box, FoundDetection, JobState, Removed
from cathartes.store.open import open_casebook
from effort import effort
from made_up_casebook import ME, MINUTE, NOW, begin, record

EARTH = Box(-180, -90, 180, 90)


def actions(casebook):
    """Return what the audit says was done."""
    return [entry.action for entry in casebook.audit_entries()]


# --- authority ---


def test_a_mandate_comes_back_as_it_was_entered(casebook):
    entered = made_up.mandate(area=MultiPolygon([box(0, 0, 1.1, 1), box(2, 2, 3, 3)]))
    casebook.add_mandate(entered, ME, NOW)
    assert casebook.mandate("MX-1") == entered
    assert actions(casebook) == ["mandate.add"]


def test_a_time_of_another_zone_comes_back_as_the_same_moment(casebook):
    local = NOW.astimezone(timezone(timedelta(hours=-6)))
    casebook.add_mandate(made_up.mandate(valid_from_utc=local), ME, local)
    found = casebook.mandate("MX-1").valid_from_utc
    assert found == NOW
    assert found.utcoffset() == timedelta(0)
    check_chain(casebook.audit_entries())


def test_the_same_mandate_again_changes_nothing_and_another_content_is_refused(casebook):
    casebook.add_mandate(made_up.mandate(), ME, NOW)
    casebook.add_mandate(made_up.mandate(), ME, NOW)
    with pytest.raises(MandateError, match=r"MX-1 is in the casebook with another content.*id"):
        casebook.add_mandate(made_up.mandate(retention_days=91), ME, NOW)
    assert casebook.mandate("MX-1") == made_up.mandate()
    assert actions(casebook) == ["mandate.add"]


def test_a_mandate_is_revoked_once_and_stays_so(casebook):
    casebook.add_mandate(made_up.mandate(), ME, NOW)
    revoked = casebook.revoke_mandate("MX-1", "court order", ME, NOW)
    assert revoked == replace(made_up.mandate(), revoked_utc=NOW, revoked_why="court order")
    assert casebook.mandate("MX-1") == revoked
    with pytest.raises(MandateError, match="revoked on 2026-05-04 16:02 UTC already"):
        casebook.revoke_mandate("MX-1", "again", ME, NOW)
    with pytest.raises(MandateError, match=r"was revoked on .* needs another id"):
        casebook.add_mandate(made_up.mandate(), ME, NOW)
    assert actions(casebook) == ["mandate.add", "mandate.revoke"]


def test_a_mandate_that_is_not_there_is_told_with_those_that_are(casebook):
    with pytest.raises(MandateError, match="there is none"):
        casebook.mandate("MX-9")
    casebook.add_mandate(made_up.mandate("B"), ME, NOW)
    casebook.add_mandate(made_up.mandate("A"), ME, NOW)
    with pytest.raises(MandateError, match=r"no mandate 'MX-9'.*there are: A, B"):
        casebook.mandate("MX-9")
    with pytest.raises(MandateError, match="there are: A, B"):
        casebook.revoke_mandate("MX-9", "", ME, NOW)


def test_mandates_are_listed_the_newest_first(casebook):
    for one_id, day in (("a", 5), ("c", 1), ("b", 1)):
        start = NOW - timedelta(days=day)
        casebook.add_mandate(made_up.mandate(one_id, valid_from_utc=start), ME, NOW)
    assert [one.id for one in casebook.mandates()] == ["b", "c", "a"]


def test_flight_plans_are_kept_under_their_mandate(casebook):
    casebook.add_mandate(made_up.mandate(), ME, NOW)
    casebook.add_mandate(made_up.mandate("MX-2"), ME, NOW)
    late = made_up.plan("late", begins_utc=NOW + 5 * MINUTE)
    early = made_up.plan("early", route=LineString([(-103.1, 20.1, 80.0), (-103.1, 20.2, 90.5)]))
    other = made_up.plan("other", "MX-2")
    for one in (late, early, other):
        casebook.add_plan(one, ME, NOW)
    assert casebook.plan("early") == early
    assert casebook.plans("MX-1") == (early, late)
    assert casebook.plans() == (early, other, late)
    with pytest.raises(MandateError, match="early was entered already"):
        casebook.add_plan(early, ME, NOW)
    with pytest.raises(MandateError, match="no mandate 'MX-9'"):
        casebook.add_plan(made_up.plan("x", "MX-9"), ME, NOW)
    with pytest.raises(MandateError, match=r"no flight plan 'x'.*early, late, other"):
        casebook.plan("x")
    assert actions(casebook)[2:] == ["plan.add"] * 3


# --- work ---


def test_a_sortie_is_entered_once_and_a_change_is_on_record(casebook):
    casebook.add_mandate(made_up.mandate(), ME, NOW)
    casebook.add_mandate(made_up.mandate("MX-2"), ME, NOW)
    casebook.put_sortie(made_up.sortie(), ME, NOW)
    casebook.put_sortie(made_up.sortie(), ME, NOW)
    assert casebook.sortie("S1") == made_up.sortie()
    changed = made_up.sortie(manifest={"wind": "4±1"})
    casebook.put_sortie(changed, ME, NOW)
    assert casebook.sorties() == (changed,)
    with pytest.raises(CasebookError, match="S1 is in the casebook under the mandate MX-1"):
        casebook.put_sortie(made_up.sortie(mandate_id="MX-2"), ME, NOW)
    assert actions(casebook)[2:] == ["sortie.add", "sortie.change"]


def test_a_sortie_needs_its_mandate_and_a_plan_of_it(casebook):
    with pytest.raises(MandateError, match="no mandate 'MX-1'"):
        casebook.put_sortie(made_up.sortie(), ME, NOW)
    casebook.add_mandate(made_up.mandate(), ME, NOW)
    casebook.add_mandate(made_up.mandate("MX-2"), ME, NOW)
    with pytest.raises(CasebookError, match="its flight plan plan-1 is not in the casebook"):
        casebook.put_sortie(made_up.sortie(plan_id="plan-1"), ME, NOW)
    casebook.add_plan(made_up.plan(mandate_id="MX-2"), ME, NOW)
    with pytest.raises(CasebookError, match="plan-1 is one of the mandate MX-2"):
        casebook.put_sortie(made_up.sortie(plan_id="plan-1"), ME, NOW)
    with pytest.raises(CasebookError, match="no sortie 'S1'"):
        casebook.sortie("S1")


def test_sorties_are_listed_by_time_those_without_one_last(casebook):
    casebook.add_mandate(made_up.mandate(), ME, NOW)
    for one_id, began in (("c", NOW + MINUTE), ("a", None), ("b", NOW), ("B", NOW)):
        casebook.put_sortie(replace(made_up.sortie(one_id), began_utc=began), ME, NOW)
    assert [one.id for one in casebook.sorties()] == ["B", "b", "c", "a"]


def test_jobs_are_entered_once_and_claimed_in_their_order(casebook):
    begin(casebook, 2)
    jobs = [made_up.job(one_id) for one_id in ("z", "a", "m")]
    assert casebook.put_jobs(jobs) == tuple(jobs)
    other = made_up.job("other", "S2")
    assert casebook.put_jobs([jobs[1], other]) == (jobs[1], other)
    assert casebook.jobs() == (*jobs, other)
    assert casebook.jobs("S2") == (other,)
    ids = ["a", "m", "z"]
    claimed = [casebook.claim_job(ids, "w", NOW, 60) for _ in range(4)]
    assert [one and one.id for one in claimed] == ["z", "a", "m", None]
    assert claimed[0] == replace(
        jobs[0], state=JobState.WORKING, attempts=1, owner="w", lease_until_utc=NOW + MINUTE
    )
    assert casebook.put_jobs([jobs[0]]) == (claimed[0],)
    assert actions(casebook) == ["mandate.add", "sortie.add", "sortie.add"]


def test_a_lease_ends_is_prolonged_or_is_free_when_its_owner_is_gone(casebook):
    begin(casebook)
    casebook.put_jobs([made_up.job()])
    casebook.claim_job(["o1"], "first", NOW, 60)
    assert casebook.claim_job(["o1"], "second", NOW + 59 * MINUTE / 60, 60) is None
    assert casebook.keep_job("o1", "first", NOW + MINUTE / 2, 60)
    assert casebook.claim_job(["o1"], "second", NOW + MINUTE, 60) is None
    assert casebook.claim_job(["o1"], "second", NOW, 60, gone=["third"]) is None
    taken = casebook.claim_job(["o1"], "second", NOW, 60, gone=["first"])
    assert (taken.owner, taken.attempts) == ("second", 2)
    assert not casebook.keep_job("o1", "first", NOW, 60)
    late = casebook.claim_job(["o1"], "third", NOW + MINUTE, 60)
    assert (late.owner, late.attempts) == ("third", 3)


def test_a_dropped_job_waits(casebook):
    begin(casebook)
    casebook.put_jobs([made_up.job()])
    casebook.claim_job(["o1"], "w", NOW, 60)
    casebook.drop_job("o1", "stranger", "no")
    assert casebook.jobs()[0].state is JobState.WORKING
    casebook.drop_job("o1", "w", "out of memory")
    waits = replace(made_up.job(), attempts=1, trouble="out of memory")
    assert casebook.jobs() == (waits,)


def test_a_job_needs_its_sortie(casebook):
    with pytest.raises(CasebookError, match="refuses this, and nothing of it was kept"):
        casebook.put_jobs([made_up.job()])


# --- results ---


def test_an_observation_is_recorded_with_all_that_belongs_to_it(casebook):
    begin(casebook)
    found = [made_up.detection(number=n, places=((-103.1, 20.2), (-103.0, 20.1))) for n in (2, 1)]
    seen = record(casebook, found=found)
    assert casebook.observation("o1") == seen
    assert casebook.observations() == casebook.observations("S1") == (seen,)
    assert casebook.observations("S2") == ()
    unattributed = [FoundDetection(one, ("", "")) for one in found]
    assert casebook.detections_of("o1") == (unattributed[1], unattributed[0])
    assert casebook.detection("o1-2") == unattributed[0]
    assert casebook.timings_s("o1") == {"scan": 1.5}
    assert casebook.evidence_sha256() == {"12" * 32}
    done = replace(made_up.job(name="line-o1"), state=JobState.DONE, attempts=1)
    assert casebook.jobs() == (done,)
    assert actions(casebook)[-1] == "observation.record"
    check_chain(casebook.audit_entries())


def test_a_result_of_a_job_that_is_anothers_is_not_kept(casebook):
    begin(casebook)
    casebook.put_jobs([made_up.job()])
    casebook.claim_job(["o1"], "slow", NOW, 60)
    casebook.claim_job(["o1"], "quick", NOW + MINUTE, 60)
    told = (made_up.observation(), [made_up.detection()], {})
    assert not casebook.record_observation(*told, "slow", ME, NOW)
    assert casebook.observations() == ()
    assert casebook.record_observation(*told, "quick", ME, NOW)
    assert not casebook.record_observation(*told, "quick", ME, NOW)
    assert len(casebook.observations()) == 1
    assert actions(casebook).count("observation.record") == 1


def test_a_later_observation_of_the_same_name_supersedes_the_earlier(casebook):
    begin(casebook)
    record(casebook, "o1", [made_up.detection("o1")], name="line-1")
    casebook.put_sites([made_up.site(source_ids=["o1-1.1"])], [], ME, NOW)
    new = record(casebook, "o2", [made_up.detection("o2")], name="line-1")
    assert casebook.observations() == (new,)
    assert [one.detection.id for one in casebook.detections_in(EARTH)] == ["o2-1"]
    assert [job.id for job in casebook.jobs()] == ["o2"]
    assert casebook.site("site-a").source_ids == ()
    *_, last = casebook.audit_entries()
    assert (last.subject, last.detail["superseded"]) == ("o2", "o1")
    with pytest.raises(CasebookError, match=r"'o1'.*superseded"):
        casebook.observation("o1")
    with pytest.raises(CasebookError, match=r"'o1'.*superseded"):
        casebook.timings_s("o1")
    with pytest.raises(CasebookError, match=r"'o1-1'.*superseded"):
        casebook.detection("o1-1")


def test_a_detection_of_another_observation_is_refused(casebook):
    begin(casebook)
    with pytest.raises(InputError, match="o2-1 is of the observation o2, not of o1"):
        record(casebook, "o1", [made_up.detection("o2")])
    assert casebook.observations() == ()


def test_numbers_that_are_none_are_refused_and_nothing_is_kept(casebook):
    begin(casebook)
    before = len(actions(casebook))
    for wrong in (
        {"snr": float("nan")},
        {"expected_by_chance": float("inf")},
        {"properties": {"x": float("nan")}},
        {"properties": {"x": 2**60}},
    ):
        casebook.put_jobs([made_up.job()])
        casebook.claim_job(["o1"], "w", NOW, 0)
        found = [made_up.detection(**wrong)]
        with pytest.raises(InputError, match=r"can't be kept"):
            casebook.record_observation(made_up.observation(), found, {}, "w", ME, NOW)
    assert casebook.observations() == ()
    assert casebook.jobs()[0].state is JobState.WORKING
    assert len(actions(casebook)) == before


def test_observations_are_found_by_their_footprints(casebook):
    begin(casebook)
    for one_id, west in (("b", 0.0), ("a", 0.0), ("far", 5.0)):
        footprint = MultiPolygon([box(west, 0, west + 1, 1)])
        record(casebook, one_id, footprint=footprint)
    record(casebook, "nowhere", footprint=None)

    def over(*bounds):
        return [one.id for one in casebook.observations_over(Box(*bounds))]

    assert over(1, 1, 4, 4) == ["a", "b"]
    assert over(1 + 1e-12, 0, 5 - 1e-12, 1) == []
    assert over(-180, -90, 180, 90) == ["a", "b", "far"]


def test_removed_observations_leave_their_hashes_on_record(casebook):
    begin(casebook)
    shared, own = made_up.observation().assets[0], "34" * 32
    record(casebook, "o1", [made_up.detection("o1")], assets=(shared, replace(shared, sha256=own)))
    record(casebook, "o2", [made_up.detection("o2")])
    casebook.put_sites([made_up.site(source_ids=["o1-1.1", "o2-1.1"])], [], ME, NOW)
    removed = casebook.remove_observations(["o1"], "past its retention", ME, NOW)
    assert removed == Removed(("o1",), ("o1-1",), (own,))
    assert [one.id for one in casebook.observations()] == ["o2"]
    assert [one.id for one in casebook.jobs()] == ["o2"]
    assert casebook.site("site-a").source_ids == ("o2-1.1",)
    *_, last = casebook.audit_entries()
    assert last.action == "observation.remove"
    assert last.detail["why"] == "past its retention"
    assert last.detail["files"] == ["ab" * 32, "cd" * 32]
    assert last.detail["evidence"] == ["12" * 32, own]
    with pytest.raises(CasebookError, match="'o1'"):
        casebook.remove_observations(["o2", "o1"], "again", ME, NOW)
    assert [one.id for one in casebook.observations()] == ["o2"]
    assert casebook.remove_observations([], "none", ME, NOW) == Removed((), (), ())


# --- sites ---


def with_sources(casebook, n=4):
    """Record an observation of detections that have one source each."""
    begin(casebook)
    record(casebook, "o1", [made_up.detection("o1", number) for number in range(1, n + 1)])


def test_a_site_comes_back_with_evidence_and_sources_in_order(casebook):
    with_sources(casebook)
    entered = made_up.site(source_ids=["o1-2.1", "o1-1.1"])
    casebook.put_sites([entered], [], ME, NOW)
    assert casebook.site("site-a") == entered
    assert casebook.sites_in(EARTH) == (entered,)
    assert casebook.ranked_sites() == (replace(entered, evidence=()),)
    assert casebook.detection("o1-2").site_ids == ("site-a",)
    assert casebook.detection("o1-3").site_ids == ("",)
    assert actions(casebook)[-1] == "sites.put"


def test_put_sites_replaces_removes_and_frees_sources_at_once(casebook):
    with_sources(casebook)
    a, b = made_up.site("a", ["o1-1.1", "o1-2.1"]), made_up.site("b", ["o1-3.1"])
    casebook.put_sites([a, b, made_up.site("c")], [], ME, NOW)
    moved = made_up.site("a", ["o1-3.1", "o1-1.1"], value=7.0)
    casebook.put_sites([moved], ["b"], ME, NOW)
    assert casebook.sites_in(EARTH) == (moved, made_up.site("c"))
    assert [casebook.detection(f"o1-{n}").site_ids for n in (1, 2, 3)] == [("a",), ("",), ("a",)]
    with pytest.raises(CasebookError, match="no site 'b'"):
        casebook.site("b")


def test_a_source_belongs_to_one_site_and_must_be_there(casebook):
    with_sources(casebook)
    a = made_up.site("a", ["o1-1.1"])
    casebook.put_sites([a], [], ME, NOW)
    with pytest.raises(CasebookError, match=r"o1-1\.1 would belong to the sites a and b"):
        casebook.put_sites([made_up.site("b", ["o1-1.1"])], [], ME, NOW)
    both = [made_up.site(one, ["o1-2.1"]) for one in ("b", "c")]
    with pytest.raises(CasebookError, match="would belong to the sites b and c"):
        casebook.put_sites(both, [], ME, NOW)
    with pytest.raises(CasebookError, match=r"no source 'o9-1\.1'.*Join the sites again"):
        casebook.put_sites([made_up.site("a", ["o9-1.1"])], [], ME, NOW)
    assert casebook.sites_in(EARTH) == (a,)


def test_sites_are_ranked_by_value_then_id(casebook):
    values = {"d": 1.0, "b": 2.5, "a": 1.0, "c": -3.0}
    casebook.put_sites([made_up.site(one, value=v) for one, v in values.items()], [], ME, NOW)
    assert [one.id for one in casebook.ranked_sites()] == ["b", "a", "d", "c"]
    assert [one.id for one in casebook.ranked_sites(2, 1)] == ["a", "d"]
    assert casebook.ranked_sites(10, 4) == ()


def test_sites_made_of_what_is_no_more_are_not_put(casebook):
    begin(casebook)
    record(casebook, "o1", [made_up.detection("o1", 1)])
    as_of = casebook.audit_number()
    casebook.note("meanwhile", "x", {}, ME, NOW)
    late = [made_up.site("a", ["o1-1.1"])]
    assert not casebook.put_sites(late, [], ME, NOW, as_of)
    assert casebook.ranked_sites() == ()
    assert casebook.put_sites(late, [], ME, NOW, casebook.audit_number())
    assert [one.id for one in casebook.ranked_sites()] == ["a"]


def test_a_site_that_lost_evidence_is_marked_until_it_is_put_again(casebook):
    begin(casebook)
    for name in ("o1", "o2", "o3"):
        record(casebook, name, [made_up.detection(name, 1)])
    lines = [
        EvidenceLine(EvidenceKind.DETECTION, 2.0, "seen", "o1-1"),
        EvidenceLine(EvidenceKind.EMPTY_LOOK, -1.0, "not seen", "o2"),
    ]
    told = [
        made_up.site("a", ["o1-1.1"], evidence=(lines[0],)),
        made_up.site("b", ["o3-1.1"], evidence=(lines[1],)),
        made_up.site("c", evidence=()),
    ]
    casebook.put_sites(told, [], ME, NOW)
    assert casebook.stale_site_ids() == ()
    casebook.remove_observations(["o1"], "old", ME, NOW)
    assert casebook.stale_site_ids() == ("a",)
    record(casebook, "o4", name="line-o2")  # supersedes o2
    assert casebook.stale_site_ids() == ("a", "b")
    casebook.put_sites([told[1]], ["a"], ME, NOW)
    assert casebook.stale_site_ids() == ()


def test_one_profile_is_kept_and_takes_the_place_of_the_other(casebook):
    assert casebook.profile() == ""
    casebook.put_profile("a = 1", ME, NOW)
    casebook.put_profile("a = 2", ME, NOW)
    assert casebook.profile() == "a = 2"
    assert actions(casebook) == ["profile.put"] * 2


def test_emitters_are_replaced_and_found_by_their_boxes(casebook):
    farm = made_up.emitter("farm", box(1, 1, 2, 2))
    works = made_up.emitter("works", MultiPolygon([box(3, 3, 4, 4), box(5, 5, 6, 6)]))
    point = made_up.emitter("a point", Point(9, 9))
    casebook.put_emitters([works, farm, point], ME, NOW)
    assert casebook.emitters() == (point, farm, works)
    assert casebook.emitters_in(Box(2, 2, 3, 3)) == (farm, works)
    assert casebook.emitters_in(Box(4.2, 4.2, 4.8, 4.8)) == (works,)  # its box, not its area
    assert casebook.emitters_in(Box(9, 9, 9, 9)) == (point,)
    moved = replace(farm, area=box(9, 9, 10, 10), name="moved")
    casebook.put_emitters([moved], ME, NOW)
    casebook.put_emitters([], ME, NOW)
    assert casebook.emitters_in(Box(0, 0, 2, 2)) == ()
    assert casebook.emitters_in(Box(9.5, 9.5, 11, 11)) == (moved,)
    assert actions(casebook) == ["emitters.put"] * 2


# --- values as they are ---

ONE_CASEBOOK = settings(
    max_examples=effort(10, 25),
    suppress_health_check=[HealthCheck.function_scoped_fixture],  # each example empties it
)


def record_alone(casebook, seen, found, timings_s):
    """Record one observation in a casebook that has no other."""
    casebook.remove_observations([one.id for one in casebook.observations()], "", ME, NOW)
    casebook.put_jobs([made_up.job("o1", name="line-o1")])
    casebook.claim_job(["o1"], "w", NOW, 60)
    assert casebook.record_observation(seen, found, timings_s, "w", ME, NOW)


@given(data=st.data())
@ONE_CASEBOOK
def test_any_observation_comes_back_as_it_was(any_casebook, data):
    seen = data.draw(made_up.observations())
    numbers = range(1, data.draw(st.integers(0, 2)) + 1)
    found = [data.draw(made_up.detections("o1", number)) for number in numbers]
    timings = data.draw(st.dictionaries(made_up.TEXTS, made_up.REALS, max_size=3))
    record_alone(any_casebook, seen, found, timings)
    assert any_casebook.observation("o1") == seen
    assert [one.detection for one in any_casebook.detections_of("o1")] == found
    assert any_casebook.timings_s("o1") == timings


@given(longitude=st.floats(-180, 180), latitude=st.floats(-90, 90), moment=made_up.MOMENTS)
@ONE_CASEBOOK
def test_a_place_is_found_in_the_box_that_is_just_itself(any_casebook, longitude, latitude, moment):
    one = made_up.detection("o1", seen=moment, places=((longitude, latitude),))
    record_alone(any_casebook, made_up.observation("o1", name="line-o1"), [one], {})
    itself = Box(longitude, latitude, longitude, latitude)
    assert any_casebook.detections_in(itself, moment) == (FoundDetection(one, ("",)),)
    assert any_casebook.detections_in(itself, moment + timedelta(microseconds=1)) == ()


@pytest.fixture
def any_casebook(casebook):
    """Return a casebook that examples fill and empty again."""
    begin(casebook)
    return casebook


# --- opening again ---


def test_what_was_kept_is_there_when_opened_again(place):
    with open_casebook(place) as opened:
        begin(opened.casebook)
        seen = record(opened.casebook, found=[made_up.detection()])
    with open_casebook(place) as opened:
        assert opened.casebook.observations() == (seen,)
        assert opened.casebook.sorties() == (made_up.sortie(),)
        check_chain(entries := list(opened.casebook.audit_entries()))
        assert [entry.number for entry in entries] == [1, 2, 3]
        assert list(opened.casebook.audit_entries(after=2)) == entries[2:]
        assert entries[0].moment_utc == NOW.astimezone(UTC)
        assert isinstance(entries[0].moment_utc, datetime)
