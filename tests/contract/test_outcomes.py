"""Outcomes of a casebook, on every database: counted, evidence of sites, drills apart."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

import made_up_casebook as made_up
from cathartes.casework.outcomes import Stage
from cathartes.casework.release import Step
from cathartes.casework.release_material import Notice
from cathartes.casework.response import Answer
from cathartes.casework.review import Confidence, Judgement, Verdict
from cathartes.errors import ReleaseError, SettingsError
from cathartes.pipeline.outcomes import count_outcomes
from cathartes.pipeline.site_update import update_all_sites, update_answered_site
from cathartes.sites.observation import LookOutcome, Sensitivity
from cathartes.sites.site import EvidenceKind
from made_up_casebook import ME, MINUTE, NOW, record
from made_up_office import DAY, PLUME, answer, draft, open_office, partner, send, step

IN_TURN = True

LATER = NOW + 60 * DAY
BEFORE = NOW - MINUTE


def counted(opened, since=None, until=None, partner_id="", now=LATER, **told):
    return count_outcomes(opened.casebook, since, until, partner_id, now, **told)


def stages(told):
    return {one.stage: one.reached.n for one in told.stages}


@pytest.fixture
def office(opened):
    """Return a casebook with a confirmed site, built as a run builds it."""
    open_office(opened.casebook)
    update_all_sites(opened, ME)
    return opened


def site_of(opened):
    """Return the site that o1-1 belongs to."""
    (name,) = opened.casebook.detection("o1-1").site_ids
    return opened.casebook.site(name)


def answers_of(site):
    return [one for one in site.evidence if one.kind is EvidenceKind.RESPONSE]


def test_nothing_was_told(office):
    told = counted(office)
    assert stages(told)[Stage.UPHELD] == 1
    assert stages(told)[Stage.RELEASED] == 0
    assert told.flown.n_sorties == 1
    assert told.flown.looks[LookOutcome.DETECTIONS] == 1
    assert len(told.partners) == 1
    assert told.calibration.n == 0


def test_the_whole_way(office):
    before = site_of(office)
    send(office.casebook, site_id=before.id)
    assert stages(counted(office))[Stage.RELEASED] == 1
    assert stages(counted(office))[Stage.ANSWERED] == 0
    for said in (Answer.ACCEPTED, Answer.CONFIRMED, Answer.DISMANTLED, Answer.CLOSED):
        answer(office.casebook, said)
    told = counted(office)
    assert stages(told) == {Stage.FOUND: stages(told)[Stage.FOUND]} | dict.fromkeys(
        list(Stage)[1:], 1
    )
    (all_of_it, of_office) = told.partners
    assert (all_of_it.n_told, of_office.partner_id, of_office.n_dismantled) == (1, "office", 1)
    found = told.calibration
    assert (found.n, found.confirmed.n) == (1, 1)
    assert found.expected == pytest.approx(before.probability)
    assert told.relook == (before.id,)


def test_a_look_after_the_dismantling_is_the_look_again(office):
    send(office.casebook, site_id=site_of(office).id)
    answer(office.casebook, Answer.DISMANTLED)
    assert counted(office).relook
    record(office.casebook, "o9", began_utc=NOW + DAY, ended_utc=NOW + DAY, assets=())
    assert counted(office).relook == ()


def test_an_exercise_changes_nothing(office):
    site = site_of(office)
    before = counted(office)
    send(office.casebook, site_id=site.id, is_exercise=True)
    answer(office.casebook, Answer.CONFIRMED, is_exercise=True)
    assert update_answered_site(office, "R-1", ME).changed == ()
    update_all_sites(office, ME)
    assert site_of(office) == site
    assert counted(office) == before
    drill = counted(office, is_exercise=True)
    assert stages(drill)[Stage.CONFIRMED] == 1
    assert drill.is_exercise


def test_an_answer_is_evidence_line_by_line(office):
    before = site_of(office)
    send(office.casebook, site_id=before.id)
    answer(office.casebook, Answer.RECEIVED)
    assert update_answered_site(office, "R-1", ME).changed == ()
    answer(office.casebook, Answer.CONFIRMED, visited_on=date(2026, 5, 4))
    assert update_answered_site(office, "R-1", ME).changed == (before.id,)
    after = site_of(office)
    (line,) = answers_of(after)
    assert line.refers_to == "R-1"
    assert line.text.startswith("Partner office was there on 2026-05-04, less than a day from ")
    assert after.probability > before.probability
    assert after.by_sight[0] == pytest.approx(before.probability)
    assert update_answered_site(office, "R-1", ME).changed == ()


def test_an_answer_survives_another_first_detection(office):
    """An earlier flight shows it too: the site has another id, and keeps what was answered."""
    site = site_of(office)
    send(office.casebook, site_id=site.id)
    answer(office.casebook, Answer.CONFIRMED)
    update_answered_site(office, "R-1", ME)
    earlier = made_up.detection("o0", 1, seen=NOW - DAY)
    record(office.casebook, "o0", [earlier], began_utc=NOW - DAY, ended_utc=NOW - DAY, assets=())
    update_all_sites(office, ME)
    renamed = site_of(office)
    assert renamed.id != site.id
    assert [one.refers_to for one in answers_of(renamed)] == ["R-1"]
    assert stages(counted(office))[Stage.CONFIRMED] == 1
    assert counted(office).calibration.n == 1


def test_an_answer_survives_analysis_anew(office):
    """Other software, other ids of observations and detections: the place is followed."""
    site = site_of(office)
    send(office.casebook, site_id=site.id)
    answer(office.casebook, Answer.NOTHING_FOUND)
    again = made_up.detection("o1b", 1, places=((-103.0951, 20.205),))
    record(office.casebook, "o1b", [again], name="line-o1", assets=())
    update_all_sites(office, ME)
    (name,) = office.casebook.detection("o1b-1").site_ids
    assert name != site.id
    assert [one.refers_to for one in answers_of(office.casebook.site(name))] == ["R-1"]


def test_a_recalled_release_keeps_its_answers(office):
    """Else a "nothing found" that led to the recall would make the site likelier again."""
    site = site_of(office)
    send(office.casebook, site_id=site.id)
    answer(office.casebook, Answer.NOTHING_FOUND)
    update_answered_site(office, "R-1", ME)
    weighed = site_of(office)
    send(office.casebook, "R-2", site_id=site.id, notice=Notice.CANCEL, earlier=("R-1",))
    update_all_sites(office, ME)
    assert site_of(office) == weighed
    told = counted(office)
    assert told.n_nothing_found == 1
    assert told.partners[0].n_recalled == 1
    assert (told.calibration.n, told.calibration.confirmed.n) == (1, 0)


def test_an_update_after_an_answer_is_judged_by_what_was_seen(office):
    site = site_of(office)
    send(office.casebook, site_id=site.id)
    answer(office.casebook, Answer.CONFIRMED)
    update_answered_site(office, "R-1", ME)
    basis = office.casebook.present_basis(site.id, "office")
    assert basis.probability == pytest.approx(site.probability)
    kept = draft(office.casebook, release_id="R-2", site_id=site.id, notice=Notice.UPDATE,
                 earlier=("R-1",), basis=replace(basis, probability=0.123))  # fmt: skip
    assert kept.basis.probability == pytest.approx(site.probability)  # nobody writes their own


def test_what_is_overdue(office):
    send(office.casebook, site_id=site_of(office).id)
    assert counted(office, now=NOW + 29 * DAY).overdue == ()
    assert counted(office, now=NOW + 31 * DAY).overdue == ("R-1",)
    answer(office.casebook, Answer.RECEIVED)
    assert counted(office, now=NOW + 31 * DAY).overdue == ("R-1",)
    answer(office.casebook, Answer.DISPUTED, reason="It is a bakery.")
    assert counted(office, now=NOW + 31 * DAY).overdue == ()


def test_only_one_partners(office):
    office.casebook.add_partner(partner("other"), "ada", NOW)
    send(office.casebook, site_id=site_of(office).id)
    assert stages(counted(office, partner_id="other"))[Stage.RELEASED] == 0
    assert stages(counted(office, partner_id="office"))[Stage.RELEASED] == 1
    with pytest.raises(ReleaseError, match="nobody"):
        counted(office, partner_id="nobody")


def test_only_a_time(office):
    assert stages(counted(office, since=NOW))[Stage.FOUND] >= 1
    none = counted(office, until=NOW)
    assert (stages(none)[Stage.FOUND], none.flown.n_sorties) == (0, 0)
    with pytest.raises(SettingsError, match="the first must be before"):
        counted(office, since=NOW, until=NOW)


def test_what_is_still_open_to_a_reviewer_moves_nothing(office):
    """One of two reviews, and a mind that changed: the same numbers until somebody settles it."""
    before = counted(office)
    no = Judgement(Verdict.NOT_A_PLUME, Confidence.HIGH)
    office.casebook.add_review("o1-2", no, "ana", NOW)
    assert counted(office) == before
    office.casebook.add_review("o1-1", no, "ana", NOW + MINUTE)
    assert counted(office) == before


def test_a_low_confidence_is_reviewed_and_not_upheld(opened):
    made_up.begin(opened.casebook)
    record(opened.casebook, "o1", [made_up.detection("o1")], assets=())
    update_all_sites(opened, ME)
    for who in ("local:ana", "local:ben"):
        said = replace(PLUME, confidence=Confidence.LOW)
        opened.casebook.add_review("o1-1", said, who, NOW)
    told = stages(counted(opened))
    assert (told[Stage.REVIEWED], told[Stage.UPHELD]) == (1, 0)


def test_ground_that_is_seen_twice_is_one_ground(office):
    one = counted(office).flown.areas
    record(office.casebook, "o2", sensitivities=(Sensitivity("acetone", smallest_rate_kg_h=50.0),),
           assets=())  # fmt: skip
    record(office.casebook, "o3", outcome=LookOutcome.INCONCLUSIVE, reason="cloud", assets=())
    two = counted(office).flown.areas
    assert two[0].looked_km2 == pytest.approx(2 * one[0].looked_km2)
    assert two[0].ground_km2 == pytest.approx(one[0].ground_km2)
    # 0.04 degrees of longitude at 20.2 degrees north, and of latitude: 4.18 km by 4.43 km
    assert one[0].ground_km2 == pytest.approx(4.18 * 4.43, rel=0.005)
    for area in two[1:]:
        limits = [area.within_km2[rate] for rate in sorted(area.within_km2)]
        assert limits == sorted(limits)
        assert limits[-1] <= area.ground_km2 + 1e-9


def test_a_site_that_is_gone_stays_counted(office):
    site = site_of(office)
    send(office.casebook, site_id=site.id)
    answer(office.casebook, Answer.CONFIRMED)
    office.casebook.put_sites([], [site.id], ME, NOW)
    told = stages(counted(office))
    assert [told[stage] for stage in list(Stage)[1:7]] == [1] * 6
    assert counted(office).relook == ()


def test_refused_and_dropped_releases_are_none(office):
    draft(office.casebook, site_id=site_of(office).id)
    step(office.casebook, Step.DROP, "dora", why="Too early.")
    told = counted(office)
    assert stages(told)[Stage.RELEASED] == 0
    assert timedelta(0) == told.as_of_utc - LATER
