"""What is told to whom: every step asked of `decide` and of the rules, on what is there then."""

from dataclasses import replace

import pytest

import made_up_casebook as made_up
import made_up_office as office
from cathartes.casework.partner import Delivery, Field, Way
from cathartes.casework.release import (
    Basis,
    NoReleaseError,
    ReleaseState,
    Step,
)
from cathartes.casework.review import Confidence, Judgement, RateVerdict, Verdict
from cathartes.casework.roles import Action, Role, Thing, decide
from cathartes.casework.tlp import Tlp
from cathartes.casework.user import User
from cathartes.errors import AccessError, MandateError, ReleaseError
from cathartes.store.interface_releases import Delivered, ReleaseFilter
from cathartes.store.releases_part import ACTIONS
from made_up_casebook import ME, MINUTE, NOW
from made_up_office import STAFF, approve, draft, send, step

IN_TURN = True

RELEASES = ("release.draft", "release.submit", "release.approve", "release.send")
FALSE = Judgement(Verdict.NOT_A_PLUME, Confidence.HIGH)


@pytest.fixture
def book(casebook):
    """Return a casebook with a staff and a confirmed site."""
    office.open_office(casebook)
    return casebook


def actions(book, release_id="R-1"):
    return [entry.action for entry in book.audit_of(release_id)]


def test_a_release_goes_its_way_in_steps_of_two_persons(book):
    drafted = draft(book, "dora")
    assert book.release("R-1") == drafted
    assert (drafted.state, drafted.authors) == (ReleaseState.DRAFT, ("dora",))
    submitted = step(book, Step.SUBMIT, "ana", now=NOW + MINUTE)
    assert book.release("R-1") == submitted
    assert (submitted.state, submitted.authors) == (ReleaseState.SUBMITTED, ("ana", "dora"))
    approved = step(book, Step.APPROVE, "rita", now=NOW + 2 * MINUTE)
    assert book.release("R-1") == approved
    assert (approved.state, approved.decided_by) == (ReleaseState.APPROVED, "rita")
    assert approved.decided_utc == NOW + 2 * MINUTE
    package = office.sealed()
    sent = step(book, Step.SEND, "rosa", now=NOW + 3 * MINUTE, sealed=package)
    assert book.release("R-1") == sent
    assert (sent.state, sent.sent_by, sent.decided_by) == (ReleaseState.SENT, "rosa", "rita")
    assert (sent.package_sha256, sent.due_utc) == (package.package_sha256, package.due_utc)
    assert actions(book) == list(RELEASES)
    last = book.audit_of("R-1")[-1]
    assert last.detail["content"] == sent.content_sha256
    assert (last.detail["package"], last.detail["key"]) == (package.package_sha256, "key-1")


def test_the_content_is_exactly_what_was_drafted(book):
    draft(book)
    told = office.content()
    assert book.release_content("R-1") == told
    assert book.release_content("R-1").canonical_json == told.canonical_json
    assert book.release("R-1").content_sha256 == told.sha256


def test_what_is_not_there_is_told_and_leaves_no_entry(book):
    n_entries = book.audit_number()
    for ask in (
        lambda: book.release("R-9"),
        lambda: book.release_content("R-9"),
        lambda: book.release_thing("R-9"),
        lambda: book.releases(ReleaseFilter(), after="R-9"),
        lambda: book.take_step("R-9", Step.SUBMIT, "dora", NOW),
        lambda: book.note_release_read("R-9", "dora", NOW),
    ):
        with pytest.raises(NoReleaseError, match="no release 'R-9'"):
            ask()
    assert book.audit_number() == n_entries


# --- who may ---


def at(book, state):
    """Bring a release to a state in which a step can be taken."""
    draft(book)
    if state is ReleaseState.DRAFT:
        return
    step(book, Step.SUBMIT, "dora")
    if state is ReleaseState.APPROVED:
        step(book, Step.APPROVE, "rita")


FROM = {
    Step.SUBMIT: ReleaseState.DRAFT,
    Step.DROP: ReleaseState.DRAFT,
    Step.APPROVE: ReleaseState.SUBMITTED,
    Step.REFUSE: ReleaseState.SUBMITTED,
    Step.SEND: ReleaseState.APPROVED,
}
PERSONS = [*(one.id for one in STAFF), "local:rita", "local:root", "nobody"]


def needed(taken):
    """Return what a step must be told."""
    if taken is Step.SEND:
        return {"sealed": office.sealed()}
    return {"why": "It is wrong."} if taken in {Step.REFUSE, Step.DROP} else {}


@pytest.mark.parametrize("taken", list(FROM), ids=str)
def test_every_step_is_theirs_who_may_and_every_denial_is_on_record(book, taken):
    at(book, FROM[taken])
    before, thing = book.release("R-1"), book.release_thing("R-1")
    assert thing == Thing(
        reviewers=frozenset({"ana", "ben"}), authors=frozenset({"dora"}), partner="office"
    )
    allowed = []
    for who in PERSONS:
        if decide(book.subject(who), ACTIONS[taken], thing).allowed:
            allowed.append(who)
            continue
        n_entries = len(book.audit_of("R-1"))
        with pytest.raises(AccessError, match="release R-1: "):
            step(book, taken, who, **needed(taken))
        assert book.release("R-1") == before
        last = book.audit_of("R-1")[-1]
        assert len(book.audit_of("R-1")) == n_entries + 1
        assert (last.action, last.actor) == ("release.denied", who)
        assert last.detail["asked"] == taken.value
        assert last.detail["why"]
    assert allowed
    taken_by = step(book, taken, allowed[0], **needed(taken))
    assert taken_by.state is before.after(taken)


def test_drafting_is_asked_of_decide_too(book):
    for who in PERSONS:
        if decide(book.subject(who), Action.DRAFT_RELEASE).allowed:
            draft(book, who, f"R-{who}")
            assert book.release(f"R-{who}").authors == (who,)
            continue
        with pytest.raises(AccessError):
            draft(book, who, "R-x")
        assert book.audit_of("R-x")[-1].detail["asked"] == "draft"
    assert "release.draft" not in actions(book, "R-x")


@pytest.mark.parametrize("how", ["draft", "redraft", "submit", "review", "early review"])
def test_who_wrote_or_reviewed_does_not_approve_and_does_not_refuse(book, how):
    other = Judgement(Verdict.PLUME, Confidence.MEDIUM, RateVerdict.MAY_BE_GIVEN)
    if how == "early review":  # before it came to the site
        book.add_review("o1-2", office.PLUME, "rosa", NOW)
        book.put_sites([made_up.site("a", ["o1-1.1", "o1-2.1"])], [], ME, NOW)
    if how == "review":
        book.put_sites([made_up.site("a", ["o1-1.1", "o1-2.1"])], [], ME, NOW)
    draft(book, "rosa" if how == "draft" else "dora")
    if how == "redraft":
        draft(book, "rosa")
        draft(book, "dora")
    step(book, Step.SUBMIT, "rosa" if how == "submit" else "dora")
    if how == "review":
        book.add_review("o1-2", other, "rosa", NOW)
    for taken in (Step.APPROVE, Step.REFUSE):
        with pytest.raises(AccessError, match="another person must decide"):
            step(book, taken, "rosa", why="x")
    assert book.release("R-1").state is ReleaseState.SUBMITTED
    step(book, Step.APPROVE, "rita")


def test_no_role_and_no_account_of_the_machine_is_exempt(book):
    book.add_user(User("zoe", "Zoe", (Role.RELEASE_AUTHORITY,)), ME, NOW)
    draft(book, "zoe")
    step(book, Step.SUBMIT, "dora")
    for who in ("zoe", "local:zoe", "local:root", "ada"):
        with pytest.raises(AccessError):
            step(book, Step.APPROVE, who)


def test_a_casebook_without_accounts_drafts_and_releases_nothing(casebook):
    made_up.begin(casebook)
    with pytest.raises(AccessError):
        casebook.add_partner(office.partner(), ME, NOW)
    assert casebook.audit_of("office")[-1].action == "partner.denied"


@pytest.mark.parametrize("how", ["review", "role", "disabled"])
def test_an_approval_does_not_outlive_the_right_to_it(book, how):
    book.put_sites([made_up.site("a", ["o1-1.1", "o1-2.1"])], [], ME, NOW)
    draft(book)
    step(book, Step.SUBMIT, "dora")
    step(book, Step.APPROVE, "rosa")
    match how:
        case "review":
            book.add_review("o1-2", office.PLUME, "rosa", NOW)
        case "role":
            book.set_roles("rosa", (Role.ANALYST,), "", ME, NOW)
        case "disabled":
            book.disable_user("rosa", ME, NOW)
    with pytest.raises(ReleaseError, match="rosa approved it, and may not any more"):
        step(book, Step.SEND, "rita", sealed=office.sealed())
    assert book.release("R-1").state is ReleaseState.APPROVED
    assert actions(book)[-1] == "release.stopped"


# --- what is asked ---


@pytest.mark.parametrize("taken", [Step.SUBMIT, Step.APPROVE, Step.SEND], ids=str)
@pytest.mark.parametrize("seen", ["", "00" * 32])
def test_what_was_not_looked_at_does_not_go_on(book, taken, seen):
    at(book, FROM[taken])
    with pytest.raises(ReleaseError, match="another than was looked at"):
        step(book, taken, "rita", **needed(taken), seen_sha256=seen)
    assert book.release("R-1").state is FROM[taken]
    assert actions(book)[-1] == "release.stopped"


@pytest.mark.parametrize(
    "taken", [Step.REDRAFT, Step.ACKNOWLEDGE, Step.SUPERSEDE, Step.RECALL], ids=str
)
def test_what_follows_from_something_else_nobody_does(book, taken):
    send(book)
    with pytest.raises(ReleaseError, match="it follows from something else"):
        step(book, taken, "rita")
    assert book.release("R-1").state is ReleaseState.SENT


@pytest.mark.parametrize(
    ("taken", "told", "match"),
    [
        (Step.DROP, {}, "to drop it, say why"),
        (Step.DROP, {"why": " "}, "to drop it, say why"),
        (Step.DROP, {"why": "x" * 4001}, "a reason of up to 4000"),
        (Step.DROP, {"why": "\0"}, "a reason of up to 4000"),
        (Step.REFUSE, {}, "to refuse it, say why"),
        (Step.SUBMIT, {"sealed": office.sealed()}, "only then"),
        (Step.SEND, {}, "a sealed package is needed"),
        (Step.SEND, {"sealed": office.sealed(package_sha256="x")}, "needs a SHA-256"),
        (Step.SEND, {"sealed": office.sealed(sender_key="")}, "needs a SHA-256"),
        (Step.SEND, {"sealed": office.sealed(due_utc=NOW.replace(tzinfo=None))}, "no time zone"),
    ],
)
def test_a_step_needs_what_it_needs(book, taken, told, match):
    at(book, FROM[taken])
    with pytest.raises(ReleaseError, match=match):
        step(book, taken, "rita", **told)
    assert book.release("R-1").state is FROM[taken]


def test_a_package_is_sent_once(book):
    approve(book, "R-1", is_exercise=True, tlp="GREEN")
    approve(book, "R-2")
    package = office.sealed()
    step(book, Step.SEND, "rita", "R-1", sealed=package)
    with pytest.raises(ReleaseError, match="its package is that of release R-1"):
        step(book, Step.SEND, "rita", "R-2", sealed=package)


# --- on what is there then ---


def change_partner(book):
    book.change_partner(office.partner(fields=frozenset({Field.RATE})), "ada", NOW)


def disable_partner(book):
    book.change_partner(office.partner(is_disabled=True), "ada", NOW)


def revoke(book):
    book.revoke_mandate("MX-1", "ended", ME, NOW)


def change_site(book):
    book.put_sites([made_up.site("a", ["o1-1.1"], probability=0.6)], [], ME, NOW)


def attribute_more(book):
    book.put_sites([made_up.site("a", ["o1-1.1", "o1-2.1"])], [], ME, NOW)


def take_away(book):
    book.put_sites([], ["a"], ME, NOW)


def have_another_mind(book):
    book.add_review("o1-1", FALSE, "ana", NOW)


def be_less_sure(book):
    book.add_review("o1-1", replace(office.PLUME, confidence=Confidence.MEDIUM), "ana", NOW)


CHANGES = [
    (change_partner, "the record of partner office was changed", ReleaseError),
    (disable_partner, "the record of partner office was changed", ReleaseError),
    (revoke, "mandate MX-1 was revoked", MandateError),
    (change_site, "site a is changed", ReleaseError),
    (attribute_more, "site a is changed", ReleaseError),
    (take_away, "site a is gone", ReleaseError),
    (have_another_mind, "what reviews confirm of site a changed", ReleaseError),
    (be_less_sure, "what reviews confirm of site a changed", ReleaseError),
]


@pytest.mark.parametrize("taken", [Step.SUBMIT, Step.APPROVE, Step.SEND], ids=str)
@pytest.mark.parametrize(("change", "match", "error"), CHANGES)
def test_what_has_changed_since_it_was_drafted_stops_it(book, taken, change, match, error):
    at(book, FROM[taken])
    change(book)
    with pytest.raises(error, match=match):
        step(book, taken, "rita", **needed(taken))
    assert book.release("R-1").state is FROM[taken]
    assert book.audit_of("R-1")[-1].detail["asked"] == taken.value


@pytest.mark.parametrize(
    "judgements",
    [
        (),
        (office.PLUME,),
        (FALSE, FALSE),
        (office.PLUME, FALSE),
        (replace(office.PLUME, confidence=Confidence.LOW), office.PLUME),
    ],
)
def test_only_what_is_confirmed_with_at_least_medium_confidence_goes_on(book, judgements):
    book.put_sites([made_up.site("b", ["o1-2.1"])], [], ME, NOW)
    for who, judgement in zip(("ana", "ben"), judgements, strict=False):
        book.add_review("o1-2", judgement, who, NOW)
    draft(book, site_id="b")
    with pytest.raises(ReleaseError, match="nothing else is released"):
        step(book, Step.SUBMIT, "dora")


def test_a_partner_that_the_mandate_does_not_name_is_told_nothing(book):
    book.add_partner(office.partner("other"), "ada", NOW)
    draft(book, partner_id="other")
    with pytest.raises(ReleaseError, match="mandate MX-1 does not name partner other"):
        step(book, Step.SUBMIT, "dora")


def test_a_mandate_that_the_partners_profile_lacks_stops_it(book):
    book.change_partner(office.partner(mandate_ids=()), "ada", NOW)
    draft(book)
    with pytest.raises(ReleaseError, match="may not be told under mandate MX-1"):
        step(book, Step.SUBMIT, "dora")


def test_a_label_above_the_partners_ceiling_stops_it(book):
    book.change_partner(office.partner(ceiling=Tlp.GREEN), "ada", NOW)
    draft(book)
    with pytest.raises(ReleaseError, match="it is TLP:AMBER, and the partner may get up to"):
        step(book, Step.SUBMIT, "dora")


def test_nobody_is_no_partner(book):
    for nobody in ("", "everybody"):
        with pytest.raises(ReleaseError, match="partner"):
            draft(book, partner_id=nobody)


# --- lists ---


def test_releases_are_listed_the_last_drafted_first_page_by_page(book):
    for number in range(7):
        draft(book, "dora", f"R-{number}", now=NOW + (number // 2) * MINUTE)
    draft(book, "dora", "D-1", is_exercise=True)
    wanted = ["R-6", "R-4", "R-5", "R-2", "R-3", "D-1", "R-0", "R-1"]
    found, after = [], ""
    while page := book.releases(ReleaseFilter(), 3, after):
        found += [one.id for one in page]
        after = found[-1]
    assert found == wanted
    assert [one.id for one in book.all_releases()] == sorted(wanted)
    real = book.releases(ReleaseFilter(is_exercise=False))
    assert [one.id for one in real] == [one for one in wanted if one != "D-1"]
    step(book, Step.SUBMIT, "dora", "R-2")
    submitted = book.releases(ReleaseFilter(states=frozenset({ReleaseState.SUBMITTED})))
    assert [one.id for one in submitted] == ["R-2"]
    assert len(book.releases(ReleaseFilter(partner_id="office", site_id="a"))) == 8
    assert book.releases(ReleaseFilter(partner_id="other")) == ()
    assert book.releases(ReleaseFilter(site_id="b")) == ()


def test_reading_and_delivering_are_on_record(book):
    draft(book)
    book.note_release_read("R-1", "rita", NOW)
    assert book.audit_of("R-1")[-1].action == "release.read"
    way = Delivery(Way.FOLDER, "/mnt/share")
    tries = (Delivered(way, False, "No space is left."), Delivered(way, True, "Written."))
    with pytest.raises(ReleaseError, match="it is draft, and can't be delivered"):
        book.note_delivery("R-1", tries[0], "rita", NOW)
    assert book.deliveries("R-1") == ()
    step(book, Step.DROP, "dora", why="Begun anew.")
    send(book, "R-2")
    for one in tries:
        book.note_delivery("R-2", one, "rita", NOW)
    assert book.deliveries("R-2") == tries
    assert book.audit_of("R-2")[-1].detail["package"] == book.release("R-2").package_sha256


@pytest.mark.parametrize("taken", list(FROM), ids=str)
@pytest.mark.parametrize("who", ["dora", "ana", "rita", "rosa", "aud", "local:root"])
def test_what_hinders_a_step_is_told_beforehand_and_is_just_that(book, taken, who):
    book.put_sites([made_up.site("a", ["o1-1.1", "o1-2.1"])], [], ME, NOW)
    at(book, FROM[taken])
    if taken is Step.SEND:
        book.change_partner(office.partner(ceiling=Tlp.GREEN), "ada", NOW)
    n_entries = book.audit_number()
    told = book.hindrance("R-1", taken, who, NOW)
    assert book.audit_number() == n_entries
    if told:
        with pytest.raises((AccessError, ReleaseError)) as refused:
            step(book, taken, who, **needed(taken))
        assert str(refused.value) == told
    else:
        step(book, taken, who, **needed(taken))


def test_the_basis_is_what_is_there(book):
    basis = book.present_basis("a", "office")
    assert basis.detection_sha256 == {"o1-1": book.detection_sha256("o1-1")}
    assert (basis.observation_ids, basis.mandate_ids) == (("o1",), ("MX-1",))
    assert basis.probability == book.site("a").by_sight[0]
    assert book.present_basis("gone", "office") == Basis(basis.partner_sha256)
    with pytest.raises(ReleaseError, match="no partner 'other' in this casebook; there are"):
        book.present_basis("a", "other")
