"""What partners found as evidence: Bayes' rule of an imperfect test, and nothing beyond it."""

from dataclasses import replace
from datetime import timedelta
from math import exp, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.errors import InputError, SettingsError
from cathartes.pipeline.profile_file import shipped_profile
from cathartes.sites.build import build_sites
from cathartes.sites.inspection import Inspection, Said, assign, weigh_visit
from cathartes.sites.settings import InspectionSettings
from cathartes.sites.site import EvidenceKind
from made_up_sites import BEGAN, ORIGIN, detection, look, place_at

PROFILE = shipped_profile()
SETTINGS = InspectionSettings()
DAY = timedelta(days=1)


def inspection(said=Said.FOUND, day=1.0, *, radius_m=100.0, ids=("look-0-1",), **changes):
    told = {
        "release_id": "R-1", "partner": "office", "said": said, "moment_utc": BEGAN + day * DAY,
        "was_there": True, "site_id": "site-told", "detection_ids": frozenset(ids),
        "longitude_deg": ORIGIN[0], "latitude_deg": ORIGIN[1], "radius_m": radius_m,
    }  # fmt: skip
    return Inspection(**(told | changes))


def build(*answers, days=(0, 3), looks=None):
    seen = [detection(day, (0, 0)) for day in days]
    over = [look(day) for day in (looks if looks is not None else days)]
    (site,) = build_sites(seen, lambda _: over, [], PROFILE, answers=answers).sites
    return site


def test_a_prompt_visit_weighs_as_its_two_rates_say():
    found = weigh_visit(inspection(day=0), [BEGAN], SETTINGS)
    assert found.log_odds == pytest.approx(log(0.85 / 0.05))
    nothing = weigh_visit(inspection(Said.NOTHING, day=0), [BEGAN], SETTINGS)
    assert nothing.log_odds == pytest.approx(log(0.15 / 0.95))
    gone = weigh_visit(inspection(Said.DISMANTLED, day=0), [BEGAN], SETTINGS)
    assert gone.log_odds == pytest.approx(log(0.85 / 0.01))


def test_after_the_half_life_half_the_sites_have_moved():
    told = weigh_visit(inspection(Said.NOTHING, day=180), [BEGAN], SETTINGS)
    assert told.if_site == pytest.approx(1 - (0.5 * 0.85 + 0.5 * 0.05))


@pytest.mark.parametrize("said", [Said.NO_ACCESS, Said.DISPUTED])
def test_who_did_not_look_says_nothing(said):
    assert weigh_visit(inspection(said), [BEGAN], SETTINGS).log_odds == 0


@given(st.sampled_from([Said.FOUND, Said.DISMANTLED, Said.NOTHING]), st.floats(0, 5000),
       st.floats(0, 5000), st.floats(1, 5000))  # fmt: skip
def test_the_later_the_less_and_never_the_other_way(said, day, other, radius_m):
    def weight(at):
        return weigh_visit(inspection(said, at, radius_m=radius_m), [BEGAN], SETTINGS).log_odds

    soon, late = weight(min(day, other)), weight(max(day, other))
    sign = -1 if said is Said.NOTHING else 1
    assert sign * soon >= sign * late - 1e-12 >= -2e-12


@given(st.sampled_from([Said.FOUND, Said.NOTHING]), st.floats(10, 1e4), st.floats(10, 1e4))
def test_a_wide_circle_tells_less(said, radius_m, other_m):
    near, far = (
        abs(weigh_visit(inspection(said, radius_m=r), [BEGAN], SETTINGS).log_odds)
        for r in sorted((radius_m, other_m))
    )
    assert near >= far - 1e-12


@given(st.floats(0, 400), st.floats(10, 2000))
def test_what_inspections_say_holds_on_average(day, radius_m):
    """The weights are of one law: E[1/R | site] is 1, so that no answer is gained by asking."""
    at = {"day": day, "radius_m": radius_m}
    yes, no = (weigh_visit(inspection(s, **at), [BEGAN], SETTINGS) for s in (Said.FOUND, Said.NOTHING))
    assert yes.if_site + no.if_site == pytest.approx(1)
    assert yes.if_none + no.if_none == pytest.approx(1)
    mean = yes.if_site * exp(-yes.log_odds) + no.if_site * exp(-no.log_odds)
    assert mean == pytest.approx(1)


def test_each_answer_is_a_line_and_the_lines_sum_up():
    before = build()
    after = build(inspection())
    *others, line = after.evidence
    assert line.kind is EvidenceKind.RESPONSE
    assert line.refers_to == "R-1"
    assert [one.log_odds for one in others] == [one.log_odds for one in before.evidence]
    assert log(after.probability / (1 - after.probability)) == pytest.approx(
        sum(one.log_odds for one in after.evidence)
    )
    assert after.probability > before.probability


def test_by_sight_is_what_it_was_without_answers():
    before = build()
    after = build(inspection(Said.NOTHING))
    assert after.probability < before.probability
    assert after.by_sight[0] == pytest.approx(before.probability)
    assert before.by_sight == (before.probability, before.probability_low, before.probability_high)


def test_the_line_says_who_when_and_how_telling_it_is():
    text = build(inspection(day=5)).evidence[-1].text
    assert text.startswith(f"Partner office was there on {BEGAN + 5 * DAY:%Y-%m-%d}, 2 days from ")
    assert text.endswith("of a site this is said with 84 %, of another place with 5 %.")
    assert "could not get in" in build(inspection(Said.NO_ACCESS)).evidence[-1].text
    assert "its reason is to be read" in build(inspection(Said.DISPUTED)).evidence[-1].text


def test_no_answer_takes_a_probable_site_out_of_the_world():
    seen = [detection(day, (0, 0), chemicals=(("acetone", 0.95),)) for day in range(6)]
    over = [look(day) for day in range(6)]
    free, denied = (
        build_sites(seen, lambda _: over, [], PROFILE, answers=told).sites[0]
        for told in ((), (inspection(Said.NOTHING, 5),))
    )
    assert denied.probability > free.probability * 0.15 / 0.95 * 0.99


def test_empty_looks_after_a_dismantling_speak_against_nothing():
    plain = build(inspection(Said.DISMANTLED, 4))
    looked = build(inspection(Said.DISMANTLED, 4), looks=(0, 3, 6, 9))
    assert looked.probability == pytest.approx(plain.probability)
    texts = [one.text for one in looked.evidence if one.kind is EvidenceKind.EMPTY_LOOK]
    assert len(texts) == 2
    assert all("after it was dismantled" in text for text in texts)
    assert build(looks=(0, 3, 6, 9)).probability < build().probability


def test_a_dismantled_place_is_to_be_looked_at_again():
    gone = build(inspection(Said.DISMANTLED, 4))
    assert gone.why.startswith("Dismantled on 2026-05-08, not looked at since: it is back at work ")
    assert "Look again" in gone.why
    assert gone.value > 0.2
    looked = build(inspection(Said.DISMANTLED, 4), looks=(0, 3, 6, 9))
    assert "2 looks since showed nothing" in looked.why
    assert looked.value < gone.value


def test_seen_again_it_is_as_any_other():
    back = build(inspection(Said.DISMANTLED, 4), days=(0, 3, 8), looks=(0, 3, 6, 8, 9))
    assert back.why.startswith("Seen again after it was dismantled on 2026-05-08. Seen in 3 of ")
    kinds = {one.refers_to: one.text for one in back.evidence}
    assert "dismantled" in kinds["look-6"]  # it was away
    assert "dismantled" not in kinds["look-9"]  # and should have shown again


def test_no_answer_changes_nothing_of_a_site():
    assert build() == build(inspection(ids=("look-99-1",), longitude_deg=10.0, site_id="gone"))


def test_an_answer_goes_with_the_detections():
    """A site whose first detection was found later has another id, and keeps its answer."""
    told = inspection(ids=("look-3-1",))
    one = build_sites([detection(3, (0, 0))], lambda _: [look(3)], [], PROFILE, answers=[told])
    both = [detection(0, (5, 0)), detection(3, (0, 0))]
    joined = build_sites(both, lambda _: [look(0), look(3)], [], PROFILE, answers=[told])
    assert one.sites[0].id != joined.sites[0].id
    assert joined.sites[0].evidence[-1].refers_to == "R-1"


def test_of_sites_that_were_split_that_with_most_has_it():
    told = inspection(ids=("a-1", "a-2", "b-1"))
    members = {"site-a": frozenset({"a-1", "a-2"}), "site-b": frozenset({"b-1"})}
    places = dict.fromkeys(members, place_at(0, 0))
    assert assign([told], members, places) == {"site-a": (told,)}


def test_of_what_was_analysed_anew_the_place_is_followed():
    told = inspection(ids=("gone-1",))
    members = {"site-a": frozenset({"x-1"}), "site-b": frozenset({"y-1"})}
    places = {"site-a": place_at(60, 0), "site-b": place_at(30, 40)}
    assert assign([told], members, places) == {"site-b": (told,)}
    far = {"site-a": place_at(160, 0), "site-b": place_at(400, 0)}
    wide = replace(told, radius_m=900.0)
    assert assign([wide], members, far) == {}
    assert assign([replace(told, site_id="site-a")], members, far) == {
        "site-a": (replace(told, site_id="site-a"),)
    }


def test_two_partners_are_two_lines():
    other = inspection(Said.NOTHING, 2, release_id="R-2", partner="court")
    lines = [one for one in build(inspection(), other).evidence
             if one.kind is EvidenceKind.RESPONSE]  # fmt: skip
    assert [one.refers_to for one in lines] == ["R-1", "R-2"]


def test_impossible_values_are_refused():
    with pytest.raises(InputError, match="a positive radius is needed"):
        inspection(radius_m=0.0)
    with pytest.raises(InputError, match="no time zone"):
        inspection(moment_utc=BEGAN.replace(tzinfo=None))
    with pytest.raises(SettingsError, match="finds is 1; less than 1"):
        InspectionSettings(finds=1.0)
