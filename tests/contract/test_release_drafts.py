"""A draft says what it is, and rests on what is there; updates and recalls; all or nothing."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

import made_up_casebook as made_up
import made_up_office as office
from cathartes.casework.partner import Delivery, Field, Way
from cathartes.casework.release import ReleaseState, Step
from cathartes.casework.release_material import Earlier, Notice
from cathartes.casework.tlp import Tlp
from cathartes.errors import ReleaseError
from cathartes.store import releases_part
from cathartes.store.interface_releases import ReleaseFilter
from cathartes.store.open import open_casebook
from made_up_casebook import ME, MINUTE, NOW, record
from made_up_office import approve, draft, send, step

IN_TURN = True


@pytest.fixture
def book(casebook):
    """Return a casebook with a staff and a confirmed site."""
    office.open_office(casebook)
    return casebook


def release_and_content(book, **changes):
    """Return a release with its content, as `draft_release` takes them."""
    drafted = draft(book, "dora", "R-0", **changes)
    content = office.content("R-1", **changes)
    return replace(drafted, id="R-1", content_sha256=content.sha256), content


EARLIER = (Earlier("R-0", NOW),)


@pytest.mark.parametrize(
    ("told", "match"),
    [
        ({"message": "Look soon."}, "another content"),
        ({"tlp": "GREEN"}, "another label"),
        ({"is_exercise": True}, "another exercise"),
        ({"partner_id": "other"}, "another partner"),
        ({"release_id": "R-2"}, "another id"),
        ({"notice": Notice.UPDATE, "earlier": EARLIER, "reason": "x"}, "another notice"),
        ({"finding": None}, "another finding"),
        ({"mandate_ids": ("MX-2",)}, "must name the same mandates"),
        ({"mandate_ids": ()}, "must name the same mandates"),
    ],
)
def test_a_content_is_the_releases_own(book, told, match):
    release, _ = release_and_content(book)
    other = office.content(**({"release_id": "R-1"} | told))
    if match != "another content":
        release = replace(release, content_sha256=other.sha256)
    with pytest.raises(ReleaseError, match=match):
        book.draft_release(release, other, "dora", NOW)
    assert book.audit_of("R-1")[-1].action == "release.stopped"


def test_a_content_that_tells_more_than_the_partner_may_have_is_not_kept(book):
    """Whoever made it: the store does not trust its callers with what is withheld."""
    release, content = release_and_content(book)
    told = replace(content.finding, flags=())
    other = replace(content, finding=told)
    release = replace(release, content_sha256=other.sha256)
    with pytest.raises(ReleaseError, match="flags, which its record does not allow"):
        book.draft_release(release, other, "dora", NOW)
    assert book.audit_of("R-1")[-1].action == "release.stopped"


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"partner_sha256": "00" * 32}, "the record of partner office was changed while"),
        ({"site_sha256": "00" * 32}, "site a was changed while"),
        ({"detection_sha256": {}}, "what is attributed to site a was changed while"),
        ({"confirmed_sha256": ""}, "what reviews confirm of site a was changed while"),
        ({"observation_ids": ()}, "observation o1, which is not there or not named"),
        ({"observation_ids": ("o1", "o7")}, "observation o7, which is not there"),
        ({"mandate_ids": ()}, "it rests on flights under MX-1"),
    ],
)
def test_a_basis_is_what_is_there_and_leaves_nothing_out(book, changes, match):
    basis = replace(book.present_basis("a", "office"), **changes)
    with pytest.raises(ReleaseError, match=match):
        draft(book, basis=basis)


def test_an_empty_look_under_another_mandate_needs_that_one_too(book):
    book.add_mandate(made_up.mandate("MX-2", partners=()), ME, NOW)
    book.put_sortie(made_up.sortie("S2", "MX-2"), ME, NOW)
    record(book, "o2", sortie_id="S2", assets=(), mandate_id="MX-2")
    basis = replace(book.present_basis("a", "office"), observation_ids=("o1", "o2"))
    with pytest.raises(ReleaseError, match="it rests on flights under MX-2"):
        draft(book, basis=basis)
    both = ("MX-1", "MX-2")
    draft(book, basis=replace(basis, mandate_ids=both), mandate_ids=both)
    assert book.release("R-1").basis.mandate_ids == both
    with pytest.raises(ReleaseError, match="mandate MX-2 does not name partner office"):
        step(book, Step.SUBMIT, "dora")


def test_a_draft_is_written_anew_and_every_approval_of_it_is_void(book):
    approve(book)
    again = draft(book, "ana", now=NOW + MINUTE, message="Look soon.")
    assert again.state is ReleaseState.DRAFT
    assert (again.decided_by, again.decided_utc, again.why) == ("", None, "")
    assert again.authors == ("ana", "dora")
    with pytest.raises(ReleaseError, match="it is draft; to send it must be approved"):
        step(book, Step.SEND, "rita", sealed=office.sealed())
    assert [one.action for one in book.audit_of("R-1")][-2] == "release.redraft"


def test_what_was_approved_and_drafted_anew_word_for_word_needs_approval_again(book):
    approve(book)
    before = book.release("R-1").content_sha256
    assert draft(book, "dora").content_sha256 == before
    with pytest.raises(ReleaseError, match="to send it must be approved"):
        step(book, Step.SEND, "rita", sealed=office.sealed())


def test_a_refused_one_is_written_anew_and_goes_its_way(book):
    draft(book)
    step(book, Step.SUBMIT, "dora")
    refused = step(book, Step.REFUSE, "rita", why="The place is wrong.")
    assert (refused.state, refused.why) == (ReleaseState.REFUSED, "The place is wrong.")
    assert book.release("R-1") == refused
    assert send(book, message="The place is right.").state is ReleaseState.SENT


@pytest.mark.parametrize("state", ["sent", "dropped", "superseded"])
def test_what_was_told_or_dropped_is_not_written_anew(book, state):
    if state == "dropped":
        draft(book)
        step(book, Step.DROP, "dora", why="Not needed.")
    else:
        send(book)
    if state == "superseded":
        send(book, "R-2", notice=Notice.UPDATE, earlier=("R-1",))
    with pytest.raises(ReleaseError, match=f"it is {state}; to redraft it must be"):
        draft(book, message="x")


def test_an_id_is_one_releases_for_ever(book):
    draft(book)
    book.put_sites([made_up.site("b", ["o1-2.1"])], [], ME, NOW)
    book.add_partner(office.partner("other"), "ada", NOW)
    for told, match in (
        ({"site_id": "b"}, "another site_id"),
        ({"partner_id": "other"}, "another partner_id"),
        ({"is_exercise": True}, "another is_exercise"),
    ):
        with pytest.raises(ReleaseError, match=match):
            draft(book, **told)


def test_a_draft_brings_no_decision_along(book):
    drafted = draft(book, "dora", "R-0")
    content = office.content("R-1")
    forged = replace(
        drafted, id="R-1", content_sha256=content.sha256, authors=("nobody",),
        state=ReleaseState.APPROVED, decided_by="rita", decided_utc=NOW, package_sha256="ab" * 32,
        sent_by="rita", sent_utc=NOW,
    )  # fmt: skip
    book.draft_release(forged, content, "ana", NOW)
    kept = book.release("R-1")
    assert (kept.state, kept.decided_by, kept.package_sha256) == (ReleaseState.DRAFT, "", "")
    assert (kept.authors, kept.sent_by) == (("ana",), "")


# --- updates and recalls ---


def states(book):
    return {one.id: one.state.value for one in book.releases(ReleaseFilter())}


def test_an_update_supersedes_when_it_is_sent_and_not_before(book):
    send(book)
    approve(book, "R-2", notice=Notice.UPDATE, earlier=("R-1",))
    assert states(book) == {"R-1": "sent", "R-2": "approved"}
    step(book, Step.SEND, "rita", "R-2", sealed=office.sealed())
    assert states(book) == {"R-1": "superseded", "R-2": "sent"}
    last = book.audit_of("R-1")[-1]
    assert (last.action, last.actor, last.detail["by"]) == ("release.supersede", "rita", "R-2")


def test_a_second_alert_of_a_site_needs_to_be_an_update(book):
    send(book)
    draft(book, "dora", "R-2")
    with pytest.raises(ReleaseError, match="R-1 tells partner office of this site already"):
        step(book, Step.SUBMIT, "dora", "R-2")


def test_a_site_that_was_joined_under_another_id_is_still_the_same_finding(book):
    send(book)
    book.put_sites([made_up.site("z", ["o1-1.1"])], ["a"], ME, NOW)
    draft(book, "dora", "R-2", site_id="z")
    with pytest.raises(ReleaseError, match="R-1 tells partner office of this site already"):
        step(book, Step.SUBMIT, "dora", "R-2")


def test_of_two_updates_the_second_comes_too_late(book):
    send(book)
    for one in ("R-2", "R-3"):
        approve(book, one, notice=Notice.UPDATE, earlier=("R-1",))
    step(book, Step.SEND, "rita", "R-2", sealed=office.sealed())
    with pytest.raises(ReleaseError, match=r"R-1: it is superseded; to supersede it must be"):
        step(book, Step.SEND, "rita", "R-3", sealed=office.sealed())
    assert states(book) == {"R-1": "superseded", "R-2": "sent", "R-3": "approved"}


def test_a_recall_goes_out_whatever_became_of_site_mandate_and_partner(book):
    send(book)
    send(book, "R-2", notice=Notice.UPDATE, earlier=("R-1",))
    book.revoke_mandate("MX-1", "ended", ME, NOW)
    book.put_sites([], ["a"], ME, NOW)
    book.change_partner(office.partner(is_disabled=True), "ada", NOW)
    draft(book, "dora", "R-3", notice=Notice.CANCEL, earlier=("R-2", "R-1"))
    assert book.release("R-3").basis.observation_ids == ()
    step(book, Step.SUBMIT, "dora", "R-3")
    step(book, Step.APPROVE, "rita", "R-3")
    step(book, Step.SEND, "rita", "R-3", sealed=office.sealed())
    assert states(book) == {"R-1": "recalled", "R-2": "recalled", "R-3": "sent"}


def test_a_recall_needs_two_persons_too_and_none_of_the_reviewers(book):
    send(book)
    book.add_user(replace(office.STAFF[-1], id="zoe"), ME, NOW)
    book.put_sites([], ["a"], ME, NOW)
    draft(book, "zoe", "R-2", notice=Notice.CANCEL, earlier=("R-1",))
    step(book, Step.SUBMIT, "zoe", "R-2")
    assert book.release_thing("R-2").reviewers == {"ana", "ben"}
    with pytest.raises(Exception, match="another person must decide"):
        step(book, Step.APPROVE, "zoe", "R-2")
    step(book, Step.APPROVE, "rita", "R-2")


def test_after_a_recall_the_site_may_be_told_again(book):
    send(book)
    send(book, "R-2", notice=Notice.CANCEL, earlier=("R-1",))
    assert send(book, "R-3").state is ReleaseState.SENT


@pytest.mark.parametrize(
    ("earlier", "told", "match"),
    [
        (("R-9",), {}, "R-9 was not told to office"),
        (("O-1",), {}, "O-1 was not told to office"),
        (("R-1",), {"is_exercise": True}, "one is an exercise, the other is real"),
        (("D-1",), {}, "it is draft; to supersede it must be"),
    ],
)
def test_an_update_is_of_what_the_same_partner_has(book, earlier, told, match):
    draft(book, "dora", "D-1")
    send(book)
    book.add_partner(office.partner("other"), "ada", NOW)
    draft(book, "dora", "O-1", partner_id="other")
    draft(book, "dora", "R-2", notice=Notice.UPDATE, earlier=earlier, **told)
    with pytest.raises(ReleaseError, match=match):
        step(book, Step.SUBMIT, "dora", "R-2")


def test_a_content_names_all_that_led_to_it_and_when(book):
    send(book)
    send(book, "R-2", notice=Notice.UPDATE, earlier=("R-1",))
    second, first = office.chain(book, ("R-2",))
    for named, match in (
        ((second,), "R-1 is left out or wrong"),
        ((second, first, replace(first, release_id="R-0")), "R-0 is left out or wrong"),
        ((second, replace(first, issued_utc=NOW - office.DAY)), "R-1 is left out or wrong"),
    ):
        with pytest.raises(ReleaseError, match=match):
            draft(
                book, "dora", "R-3", notice=Notice.CANCEL, earlier=("R-2",), content_earlier=named
            )
    send(book, "R-3", notice=Notice.CANCEL, earlier=("R-2",))
    assert states(book) == {"R-1": "superseded", "R-2": "recalled", "R-3": "sent"}


def test_a_draft_is_of_the_moment_in_which_it_is_kept(book):
    """Who drafts can't say when: what a release may tell of goes by it."""
    with pytest.raises(ReleaseError, match="another time of issue"):
        draft(book, issued_utc=NOW - office.DAY)
    made = office.content("R-1")
    earlier = replace(draft(book, "dora", "R-0"), id="R-1", content_sha256=made.sha256)
    book.draft_release(replace(earlier, drafted_utc=NOW - office.DAY), made, "dora", NOW)
    assert book.release("R-1").drafted_utc == NOW


def test_a_drill_goes_all_the_way_beside_what_is_real(book):
    send(book)
    send(book, "D-1", is_exercise=True)
    send(book, "D-2", is_exercise=True, notice=Notice.UPDATE, earlier=("D-1",))
    assert states(book) == {"R-1": "sent", "D-1": "superseded", "D-2": "sent"}


# --- all or nothing ---


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_killed_anywhere_in_a_step_nothing_of_it_is_there(book, monkeypatch, nth):
    send(book)
    approve(book, "R-2", notice=Notice.UPDATE, earlier=("R-1",))
    before, n_entries = book.releases(ReleaseFilter()), book.audit_number()
    whole, left = releases_part.put_release, [nth]

    def killed(*told):
        left[0] -= 1
        if left[0] == 0:
            raise Killed
        whole(*told)
        if left[0] == 1 and nth == 3:  # after all was written, before it was kept
            raise Killed

    monkeypatch.setattr(releases_part, "put_release", killed)
    with pytest.raises(Killed):
        step(book, Step.SEND, "rita", "R-2", sealed=office.sealed())
    monkeypatch.undo()
    assert book.releases(ReleaseFilter()) == before
    assert book.audit_number() == n_entries
    step(book, Step.SEND, "rita", "R-2", sealed=office.sealed())
    assert states(book) == {"R-1": "superseded", "R-2": "sent"}


def test_killed_while_drafting_nothing_is_there(book, monkeypatch):
    def killed(*_):
        raise Killed

    monkeypatch.setattr(releases_part, "pin_evidence", killed)
    n_entries = book.audit_number()
    with pytest.raises(Killed):
        draft(book)
    monkeypatch.undo()
    assert book.releases(ReleaseFilter()) == ()
    assert book.audit_number() == n_entries
    draft(book)


@pytest.mark.both_databases
def test_of_many_who_send_at_once_one_does(book, place):
    approve(book)
    begin = Barrier(4)

    def send_it(_):
        with open_casebook(place) as own:
            begin.wait()
            try:
                step(own.casebook, Step.SEND, "rita", sealed=office.sealed())
            except ReleaseError as error:
                return str(error)
            return "sent"

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(send_it, range(4)))
    assert told[-1] == "sent"
    assert all("it is sent; to send it must be approved" in one for one in told[:3])
    done = [one.action for one in book.audit_of("R-1")]
    assert (done.count("release.send"), done.count("release.stopped")) == (1, 3)


# --- partners ---


def test_a_partner_is_kept_as_it_is(book):
    full = office.partner(
        "other", name="Otra: ü", languages=("es-MX", "en"),
        fields=frozenset({Field.RATE, Field.CHEMICALS}), cell_m=10, ceiling=Tlp.AMBER_STRICT,
        mandate_ids=("MX-1", "MX-2"),
        deliveries=(
            Delivery(Way.FOLDER, "/mnt/share"),
            Delivery(Way.TAK, "tak.example:8089"),
        ),
    )  # fmt: skip
    book.add_partner(full, "ada", NOW)
    assert book.partner("other") == full
    assert [one.id for one in book.partners()] == ["office", "other"]
    with pytest.raises(ReleaseError, match="partner other is there already"):
        book.add_partner(replace(full, name="x"), "ada", NOW)
    assert book.partner("other") == full


def test_a_changed_partner_is_told_field_by_field(book):
    before = book.partner("office")
    book.change_partner(before, "ada", NOW)
    assert book.audit_of("office")[-1].action == "partner.add"
    after = replace(before, fields=frozenset({Field.RATE}), cell_m=100)
    book.change_partner(after, "ada", NOW + timedelta(days=1))
    assert book.partner("office") == after
    last = book.audit_of("office")[-1]
    assert last.action == "partner.change"
    assert last.detail["changed"] == {"fields": [[], ["rate"]], "cell_m": [1000, 100]}
    with pytest.raises(ReleaseError, match="no partner 'x' in this casebook; there are: office"):
        book.change_partner(office.partner("x"), "ada", NOW)


@pytest.mark.parametrize("who", ["dora", "rita", "aud", "pia", "local:ada", "nobody"])
def test_only_an_administrator_keeps_partners(book, who):
    for keep in (book.add_partner, book.change_partner):
        with pytest.raises(Exception, match="to manage partners one must be administrator"):
            keep(office.partner("office", name="x"), who, NOW)
        assert book.audit_of("office")[-1].action == "partner.denied"
    assert book.partner("office").name == "Oficina de Prueba"
