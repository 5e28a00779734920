"""Drafts made of a casebook: what is gathered, what follows what, and what stops them."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import pytest
from shapely import MultiPolygon, box

import releasable_casebook as made
from cathartes.casework.partner import Field
from cathartes.casework.release import ReleaseState, Step
from cathartes.casework.release_material import Notice
from cathartes.casework.review import Confidence, Judgement, RateVerdict, Verdict
from cathartes.casework.tlp import Tlp
from cathartes.errors import AccessError, EvidenceError, ReleaseError
from cathartes.pipeline.partner_facts import PartnerFacts
from cathartes.pipeline.partners import change_partner, disable_partner
from cathartes.pipeline.release_draft import (
    Wording,
    draft_release,
    new_release_id,
    recall_release,
    redraft_release,
    sender_named,
    update_release,
    wording_of,
)
from cathartes.pipeline.releases import preview_release, seen_sha256
from cathartes.pipeline.site_material import site_material
from cathartes.products.release.files import release_files
from cathartes.store.check import check_casebook
from cathartes.store.interface_releases import ReleaseFilter, Sealed
from cathartes.store.open import open_casebook
from made_up_release import LONGITUDE_DEG, observation, partner, site
from releasable_casebook import APPROVER, BOTH, DRAFTER, EMPTY, KEEPER, REVIEWER, SECOND, SITE

NOW = datetime(2031, 5, 4, 17, 2, 40, 987654, tzinfo=UTC)
LATER = NOW + timedelta(days=3)
SENDER = sender_named("Vuelo Químico")
WORDS = Wording(Tlp.AMBER, "Pronto.")
AGAIN = Wording(Tlp.AMBER, reason="It was a kiln.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return made.fill(tmp_path_factory.mktemp("drafts") / "casebook")


@pytest.fixture
def opened(folder, tmp_path):
    """Return a copy of a casebook with a finding and a partner who may have everything."""
    with open_casebook(shutil.copytree(folder, tmp_path / "casebook")) as opened:
        opened.casebook.add_partner(partner(*Field), KEEPER, NOW)
        yield opened


def draft(opened, words=WORDS, actor=DRAFTER):
    return draft_release(opened, SITE, "mx-authority", words, SENDER, actor, NOW)


def send(opened, release, now_utc=NOW):
    book, seen = opened.casebook, {"seen_sha256": release.content_sha256}
    book.take_step(release.id, Step.SUBMIT, DRAFTER, now_utc, **seen)
    book.take_step(release.id, Step.APPROVE, APPROVER, now_utc, **seen)
    sealed = Sealed(release.content_sha256, "1f3a", now_utc + timedelta(days=14))
    return book.take_step(release.id, Step.SEND, APPROVER, now_utc, sealed=sealed, **seen)


def test_ids_tell_nothing_and_are_each_another():
    ids = {new_release_id() for _ in range(1000)}
    assert len(ids) == 1000
    assert {len(one) for one in ids} == {16}
    assert not set("".join(ids)) & set("01IO")  # read aloud, none is taken for another


@pytest.mark.parametrize(
    ("name", "one_id"),
    [
        ("Air survey, Sonora", "air-survey-sonora"),
        ("Búsqueda Aérea №7", "busqueda-aerea-no7"),
        ("x" * 200, "x" * 64),
    ],
)
def test_the_senders_id_is_its_name_in_plain_letters(name, one_id):
    assert sender_named(name).id == one_id


def test_a_sender_without_plain_letters_has_an_id_too():
    assert sender_named("航空調査").id == sender_named("航空調査").id != sender_named("航空").id


def test_all_that_is_known_of_a_site_is_gathered(opened):
    found = site_material(opened, SITE)
    assert [one.detection.id for one in found.seen] == [
        "canary-observation-0-1", "canary-observation-1-1",
    ]  # fmt: skip
    assert all(one.settlement.confidence is Confidence.HIGH for one in found.seen)
    assert [len(one.flags) for one in found.seen] == [1, 1]
    empty, doubtful = found.looks
    assert empty.observation.id == f"canary-observation-{EMPTY}"
    (smallest,) = empty.smallest_rate_kg_h.values()
    assert smallest == pytest.approx(made.SMALLEST_KG_H)
    assert doubtful.observation.reason == "canary reason"
    assert [one.id for one in found.mandates] == ["M-1"]
    assert [one.name for one in found.emitters] == ["Granja El Ejemplo"]
    assert found.spectrum is not None
    assert found.ground is not None
    assert (found.ground.width, found.ground.height) == (300, 300)


def test_the_ground_is_that_of_the_look_that_shows_most_of_it(opened, tmp_path):
    """The last sighting may have seen the place at the edge of its strip."""
    folder = tmp_path / "more"
    folder.mkdir()
    half = MultiPolygon([box(-103.36, 20.66, LONGITUDE_DEG + 1e-4, 20.69)])
    last = replace(observation(2), footprint=half)
    made.record(opened, folder, last, 2, n_pixels=30)
    opened.casebook.put_sites([site(3)], (), "local:x", NOW)
    for reviewer in (REVIEWER, SECOND):
        judged = Judgement(Verdict.PLUME, Confidence.HIGH, RateVerdict.MAY_BE_GIVEN)
        opened.casebook.add_review("canary-observation-2-1", judged, reviewer, NOW)
    found = site_material(opened, SITE)
    assert found.seen[-1].observation.id == "canary-observation-2"
    assert found.ground is not None
    assert found.ground.width == 300


def test_flags_of_a_changed_mind_do_not_stay(opened):
    detection_id = "canary-observation-0-1"
    other = Judgement(Verdict.DOUBT, Confidence.MEDIUM)
    for reviewer in (REVIEWER, SECOND):
        opened.casebook.add_review(detection_id, other, reviewer, NOW)
    assert site_material(opened, SITE).seen[0].flags == ()


def test_evidence_that_is_not_what_its_hash_says_stops_a_draft(opened, tmp_path):
    look = opened.casebook.observation("canary-observation-1")
    asset = next(one for one in look.assets if one.role == "context")
    (path,) = (tmp_path / "casebook").rglob(asset.sha256)
    path.chmod(0o600)
    path.write_bytes(b"another image")
    with pytest.raises(EvidenceError):
        draft(opened)
    assert opened.casebook.releases(ReleaseFilter()) == ()


def test_a_preview_is_what_the_partner_sees_and_is_on_record(opened):
    release = draft(opened)
    found = preview_release(opened, release.id, APPROVER, NOW)
    assert found.content.sha256 == release.content_sha256
    assert found.content == opened.casebook.release_content(release.id)
    assert "Pronto." in found.summary
    assert len(found.withheld) == len(found.content.withheld)
    (read,) = [e for e in opened.casebook.audit_of(release.id) if e.action == "release.read"]
    assert (read.actor, read.detail["content"]) == (APPROVER, release.content_sha256)


def test_what_was_looked_at_is_told_by_twelve_digits_or_more(opened):
    release = draft(opened)
    whole = release.content_sha256
    assert seen_sha256(release, f" {whole[:12].upper()} ") == whole
    for seen in ("", whole[:11], f"{whole[:12]}x"):
        with pytest.raises(ReleaseError, match="release show"):
            seen_sha256(release, seen)


def test_a_draft_written_anew_keeps_its_words_and_what_it_follows(opened):
    first = send(opened, draft(opened))
    update = update_release(opened, first.id, AGAIN, SENDER, DRAFTER, LATER)
    kept = wording_of(opened, update.id)
    assert kept == AGAIN
    anew = redraft_release(opened, update.id, replace(kept, message="Dos."), SENDER, BOTH, LATER)
    content = opened.casebook.release_content(update.id)
    assert (anew.notice, anew.earlier_ids) == (Notice.UPDATE, (first.id,))
    assert (content.message, content.reason) == ("Dos.", "It was a kiln.")
    assert content.earlier[0].issued_utc == opened.casebook.release_content(first.id).issued_utc


def test_an_update_takes_the_place_of_what_was_sent(opened):
    first = send(opened, draft(opened))
    update = send(opened, update_release(opened, first.id, AGAIN, SENDER, DRAFTER, LATER), LATER)
    assert update.state is ReleaseState.SENT
    assert opened.casebook.release(first.id).state is ReleaseState.SUPERSEDED


def test_updates_and_recalls_name_all_that_led_to_them(opened):
    """An update that never reached the partner would leave the first notice standing."""
    book = opened.casebook
    first = send(opened, draft(opened))
    second = send(opened, update_release(opened, first.id, AGAIN, SENDER, DRAFTER, LATER), LATER)
    third = update_release(opened, second.id, AGAIN, SENDER, DRAFTER, LATER)
    third = redraft_release(opened, third.id, AGAIN, SENDER, DRAFTER, LATER)
    third = send(opened, third, LATER)
    recall = recall_release(opened, third.id, AGAIN, SENDER, DRAFTER, LATER)
    content = book.release_content(recall.id)
    assert recall.earlier_ids == (third.id,)
    assert [one.release_id for one in content.earlier] == [third.id, second.id, first.id]
    for one in content.earlier:
        assert one.issued_utc == book.release_content(one.release_id).issued_utc
    notice = ET.XML(release_files(content)["notification.xml"])
    references = notice.findtext("{*}references").split()
    assert [one.split(",")[1] for one in references] == [third.id, second.id, first.id]
    send(opened, recall, LATER)
    assert check_casebook(opened).faults == ()


def test_a_second_first_notice_of_one_site_is_stopped(opened):
    send(opened, draft(opened))
    second = draft(opened)
    with pytest.raises(ReleaseError, match="stands; draft an update of it"):
        send(opened, second)


def test_a_recall_goes_to_a_disabled_partner_of_a_site_that_is_gone(opened):
    """It holds something wrong, whatever has become of the partner, the site or the mandate."""
    book = opened.casebook
    first = send(opened, draft(opened))
    disable_partner(book, "mx-authority", KEEPER, LATER)
    book.put_sites([], [SITE], "local:x", LATER)
    book.revoke_mandate("M-1", "by letter", "local:x", LATER)
    recall = recall_release(opened, first.id, AGAIN, SENDER, DRAFTER, LATER)
    content = book.release_content(recall.id)
    assert content.finding is None
    assert content.reason == "It was a kiln."
    book.take_step(recall.id, Step.SUBMIT, DRAFTER, LATER, seen_sha256=content.sha256)
    for person in (DRAFTER, REVIEWER):  # two persons, as for all else
        with pytest.raises(AccessError):
            book.take_step(recall.id, Step.APPROVE, person, LATER, seen_sha256=content.sha256)
    redrafted = redraft_release(opened, recall.id, AGAIN, SENDER, DRAFTER, LATER)
    send(opened, redrafted, LATER)
    assert book.release(first.id).state is ReleaseState.RECALLED


def test_an_update_to_a_disabled_partner_is_stopped(opened):
    first = send(opened, draft(opened))
    disable_partner(opened.casebook, "mx-authority", KEEPER, LATER)
    with pytest.raises(ReleaseError, match="disabled"):
        update_release(opened, first.id, AGAIN, SENDER, DRAFTER, LATER)


def test_a_recall_above_a_ceiling_that_was_lowered_goes_out_with_a_lower_label(opened):
    first = send(opened, draft(opened))
    lower = PartnerFacts(ceiling=Tlp.GREEN)
    change_partner(opened.casebook, "mx-authority", lower, KEEPER, LATER)
    with pytest.raises(ReleaseError, match="up to TLP:GREEN"):
        recall_release(opened, first.id, AGAIN, SENDER, DRAFTER, LATER)
    recall = recall_release(opened, first.id, replace(AGAIN, tlp=Tlp.GREEN), SENDER, DRAFTER, LATER)
    assert send(opened, recall, LATER).tlp is Tlp.GREEN


def test_what_was_sent_is_not_written_anew(opened):
    first = send(opened, draft(opened))
    with pytest.raises(ReleaseError, match="release update"):
        redraft_release(opened, first.id, WORDS, SENDER, DRAFTER, LATER)


def test_a_review_turned_over_after_the_draft_stops_it(opened):
    release = draft(opened)
    other = Judgement(Verdict.NOT_A_PLUME, Confidence.HIGH)
    opened.casebook.add_review("canary-observation-1-1", other, REVIEWER, NOW)
    with pytest.raises(ReleaseError, match="what reviews confirm"):
        send(opened, release)


def test_an_approval_does_not_outlive_the_record_that_it_was_given_for(opened):
    book, release = opened.casebook, draft(opened)
    seen = {"seen_sha256": release.content_sha256}
    book.take_step(release.id, Step.SUBMIT, DRAFTER, NOW, **seen)
    book.take_step(release.id, Step.APPROVE, APPROVER, NOW, **seen)
    change_partner(book, "mx-authority", PartnerFacts(cell_m=1000), KEEPER, LATER)
    sealed = Sealed(release.content_sha256, "1f3a", LATER)
    with pytest.raises(ReleaseError, match="record of partner mx-authority was changed"):
        book.take_step(release.id, Step.SEND, APPROVER, LATER, sealed=sealed, **seen)
    assert book.release(release.id).state is ReleaseState.APPROVED


def test_what_is_said_of_a_partner_changes_that_alone(opened):
    there = opened.casebook.partner("mx-authority")
    changed = change_partner(
        opened.casebook, "mx-authority", PartnerFacts(cell_m=1000), KEEPER, LATER
    )
    assert changed == replace(there, cell_m=1000) == opened.casebook.partner("mx-authority")
