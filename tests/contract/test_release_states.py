"""Anybody may try anything in any order: nothing is sent that should not be, all is on record."""

from collections import Counter, defaultdict
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import made_up_casebook as made_up
import made_up_office as office
from cathartes.casework.partner import Field
from cathartes.casework.release import OPEN, TOLD, ReleaseState, Step
from cathartes.casework.release_material import Notice
from cathartes.casework.response import Answer
from cathartes.casework.review import Confidence, Judgement, RateVerdict, Verdict
from cathartes.casework.roles import Role
from cathartes.casework.settlement import ReviewState, settle
from cathartes.casework.tlp import Tlp
from cathartes.casework.user import User
from cathartes.errors import AccessError, CasebookError, MandateError, ReleaseError, ReviewError
from cathartes.store import refused
from cathartes.store.check import check_casebook
from cathartes.store.interface_releases import ReleaseFilter
from cathartes.store.open import open_casebook
from effort import effort
from made_up_casebook import ME, NOW, record

BOTH = (Role.ANALYST, Role.RELEASE_AUTHORITY)
PERSONS = ("ana", "ben", "dora", "rita", "rosa", "zoe")
ANYBODY = st.sampled_from([*PERSONS, "ada", "aud", "pia", "local:rita"])
ROLES = st.sampled_from([(Role.ANALYST,), (Role.RELEASE_AUTHORITY,), BOTH, BOTH, BOTH])
WRITERS = st.sampled_from(["dora", "dora", "dora", "zoe", "rita", "rosa", "pia", "local:dora"])
ANY = st.integers(0, 5)
SITES = {"a": "o1-1", "b": "o2-1"}
MANDATES = {"a": "MX-1", "b": "MX-2"}
PARTNERS = {"office": ("MX-1", "MX-2"), "other": ("MX-1",)}
"""Which mandates name which partner."""
STEPS = (Step.SUBMIT, Step.APPROVE, Step.REFUSE, Step.DROP, Step.SEND)
PLUMES = st.builds(
    Judgement, st.just(Verdict.PLUME), st.sampled_from(Confidence), st.sampled_from(RateVerdict)
)
OTHERS = st.builds(Judgement, st.just(Verdict.NOT_A_PLUME), st.sampled_from(Confidence))
PROFILES = st.fixed_dictionaries(
    {
        "fields": st.sampled_from([frozenset(), frozenset({Field.RATE})]),
        "ceiling": st.sampled_from([Tlp.GREEN, Tlp.AMBER, Tlp.AMBER]),
        "mandate_ids": st.sampled_from([(), ("MX-1",), *3 * [("MX-1", "MX-2")]]),
        "is_disabled": st.sampled_from([*4 * [False], True]),
    }
)
REFUSED = (AccessError, ReleaseError, MandateError)


class Releasing(RuleBasedStateMachine):
    """Two sites under a mandate each, two partners, releases, and who did what to them."""

    new_place = None
    reached = None

    def __init__(self) -> None:
        super().__init__()
        self.opened = open_casebook(self.new_place())
        self.book = self.opened.casebook
        self.kept = defaultdict(list)  # reviews by detection
        self.partners = {}
        self.revoked = set()
        self.writers = defaultdict(set)
        self.approvals = {}
        self.sent = {}
        self.log = defaultdict(list)
        self.ids = []
        self.begin()

    def begin(self):
        for one in (*office.STAFF, User("zoe", "Zoe", BOTH)):
            self.book.add_user(one, ME, NOW)
        for one, who in (("MX-1", ("office", "other")), ("MX-2", ("office",))):
            self.book.add_mandate(made_up.mandate(one, partners=who), ME, NOW)
        for number, (site_id, mandate_id) in enumerate(MANDATES.items(), start=1):
            self.book.put_sortie(made_up.sortie(f"S{number}", mandate_id), ME, NOW)
            found = [made_up.detection(f"o{number}")]
            record(self.book, f"o{number}", found, sortie_id=f"S{number}", assets=(),
                   mandate_id=mandate_id)  # fmt: skip
            self.book.put_sites([made_up.site(site_id, [f"o{number}-1.1"])], [], ME, NOW)
        for one, mandate_ids in PARTNERS.items():
            self.partners[one] = office.partner(one, mandate_ids=mandate_ids)
            self.book.add_partner(self.partners[one], "ada", NOW)
        for who in ("ana", "ben"):
            self.kept["o1-1"].append(self.book.add_review("o1-1", office.PLUME, who, NOW))

    # --- what people do ---

    @rule(who=ANYBODY, one_id=st.sampled_from(list(SITES.values())), judgement=PLUMES | OTHERS)
    def review(self, who, one_id, judgement):
        with suppress(AccessError, ReviewError):
            self.kept[one_id].append(self.book.add_review(one_id, judgement, who, NOW))

    @rule(who=st.sampled_from(PERSONS), roles=ROLES)
    def give_roles(self, who, roles):
        self.book.set_roles(who, roles, "", ME, NOW)

    @rule(partner_id=st.sampled_from(list(PARTNERS)), told=PROFILES)
    def change_partner(self, partner_id, told):
        self.partners[partner_id] = office.partner(partner_id, **told)
        self.book.change_partner(self.partners[partner_id], "ada", NOW)

    @rule(site_id=st.sampled_from(list(SITES)), value=st.sampled_from([1.0, 2.0]))
    def join_again(self, site_id, value):
        source_ids = [f"{SITES[site_id]}.1"]
        self.book.put_sites([made_up.site(site_id, source_ids, value=value)], [], ME, NOW)

    @precondition(lambda self: len(self.sent) > 1 and not self.revoked)
    @rule(mandate_id=st.sampled_from(["MX-1", "MX-2"]))
    def revoke(self, mandate_id):
        self.book.revoke_mandate(mandate_id, "ended", ME, NOW)
        self.revoked.add(mandate_id)

    def draft(self, who, one_id, site_id, partner_id, is_exercise, **told):
        if told.get("notice") is not Notice.CANCEL:
            told["mandate_ids"] = (MANDATES[site_id],)
        is_new = one_id not in self.ids
        try:
            office.draft(self.book, who, one_id, site_id=site_id, partner_id=partner_id,
                         is_exercise=is_exercise, **told)  # fmt: skip
        except REFUSED as error:
            self.note_refusal(one_id, error)
        else:
            self.log[one_id].append("release.draft" if is_new else "release.redraft")
            self.writers[one_id].add(who.removeprefix("local:"))
            self.approvals.pop(one_id, None)
            self.ids += [one_id] if is_new else []

    @rule(
        who=WRITERS,
        site_id=st.sampled_from(["a", "a", "b"]),
        partner_id=st.sampled_from(["office", "office", "other"]),
        tlp=st.sampled_from(["GREEN", "AMBER"]),
        is_exercise=st.sampled_from([False, False, True]),
    )
    def draft_alert(self, who, site_id, partner_id, tlp, is_exercise):
        one_id = f"R-{len(self.log) + 1}"
        self.draft(who, one_id, site_id, partner_id, is_exercise, tlp=tlp)

    @rule(
        who=WRITERS,
        which=ANY,
        other=ANY,
        notice=st.sampled_from([Notice.UPDATE, Notice.CANCEL]),
        is_exercise=st.sampled_from([None, None, None, True, False]),
    )
    def draft_follower(self, who, which, other, notice, is_exercise):
        if not self.ids:
            return
        one, another = self.book.release(self.pick(which)), self.pick(other)
        told = [one.id] if which % 3 else sorted({one.id, another})
        if is_exercise is None:
            is_exercise = one.is_exercise
        self.draft(who, f"R-{len(self.log) + 1}", one.site_id, one.partner_id, is_exercise,
                   notice=notice, earlier=tuple(told))  # fmt: skip

    @rule(who=WRITERS, which=ANY, message=st.sampled_from(["", "Look soon."]))
    def redraft(self, who, which, message):
        if not self.ids:
            return
        one = self.book.release(self.pick(which))
        self.draft(who, one.id, one.site_id, one.partner_id, one.is_exercise, message=message,
                   notice=one.notice, earlier=one.earlier_ids)  # fmt: skip

    def pick(self, which):
        """Return one of the releases that there are, the last for 0."""
        return self.ids[-1 - which % len(self.ids)]

    @rule(who=ANYBODY, which=ANY, step=st.sampled_from(STEPS), looked=st.booleans())
    def take_any(self, who, which, step, looked):
        if self.ids:
            self.take(who, self.pick(which), step, looked=looked)

    def take(self, who, one_id, step, *, looked=True):
        before = self.book.release(one_id)
        told = {} if looked else {"seen_sha256": "00" * 32}
        if step is Step.SEND:
            told["sealed"] = office.sealed()
        if step in {Step.REFUSE, Step.DROP}:
            told["why"] = "So it is."
        try:
            after = office.step(self.book, step, who, one_id, **told)
        except REFUSED as error:
            self.note_refusal(one_id, error)
            assert self.book.release(one_id) == before
            return
        self.log[one_id].append(f"release.{step.value}")
        self.reached[after.state] += 1
        person = who.removeprefix("local:")
        assert who == person, "nobody of the machine's takes a step where there are accounts"
        if step is Step.SUBMIT:
            self.writers[one_id].add(person)
        elif step is Step.APPROVE:
            self.check_apart(before, person)
            self.approvals[one_id] = person, before.content_sha256
        elif step is Step.SEND:
            self.check_sent(before, after)

    @rule(which=ANY, how_far=st.integers(1, 3))
    def go_on(self, which, how_far):
        """Take what steps there are to take, by who has no part in it."""
        if not self.ids:
            return
        one_id = self.pick(which)
        apart = ((Step.SUBMIT, "dora"), (Step.APPROVE, "rita"), (Step.SEND, "rita"))
        first = {ReleaseState.SUBMITTED: 1, ReleaseState.APPROVED: 2}
        start = first.get(self.book.release(one_id).state, 0)
        for step, who in apart[start : start + how_far]:
            self.take(who, one_id, step)

    @rule(
        site_id=st.sampled_from(["a", "b"]), partner_id=st.sampled_from(list(PARTNERS)), which=ANY
    )
    def tell(self, site_id, partner_id, which):
        """Do all that is needed to tell a partner, as far as it can be done."""
        for who in ("ana", "ben"):
            self.review(who, SITES[site_id], office.PLUME)
        self.draft("dora", f"R-{len(self.log) + 1}", site_id, partner_id, which % 2 == 0)
        self.go_on(0, 3)

    @rule(who=st.sampled_from(["pia", "quin", "rita"]), which=ANY,
          what=st.sampled_from([Answer.RECEIVED, Answer.ACCEPTED, Answer.CONFIRMED]),
          is_wrong=st.sampled_from([False, False, True]), is_file=st.booleans())  # fmt: skip
    def answer(self, who, which, what, is_wrong, is_file):
        if not self.ids:
            return
        one_id = self.pick(which)
        before = self.book.release(one_id)
        is_exercise = before.is_exercise is not is_wrong
        file = office.sealed().package_sha256 if is_file else ""
        partner_id = {"pia": "office", "quin": "other"}.get(who, "office")
        one = office.kept(
            what, one_id, by=who, partner_id=partner_id, file=file, is_exercise=is_exercise
        )
        try:
            self.book.add_response(one, who, NOW)
        except REFUSED as error:
            self.note_refusal(one_id, error, "response")
        else:
            self.log[one_id].append("response.add")
            assert before.state in OPEN
            assert (before.partner_id, before.is_exercise) == (partner_id, is_exercise)
            if before.state is ReleaseState.SENT:
                self.log[one_id].append("release.acknowledge")

    def note_refusal(self, one_id, error, kind="release"):
        how = "denied" if isinstance(error, AccessError) else "stopped"
        self.log[one_id].append(f"{kind}.{how}")

    # --- what must hold, told here by its plain meaning ---

    def check_apart(self, release, person):
        """Check that a person neither wrote a release nor reviewed anything of its site."""
        reviewers = {one.person for one in self.kept[SITES[release.site_id]]}
        assert person not in self.writers[release.id] | reviewers

    def check_sent(self, before, after):
        """Check all that must hold of what was just sent."""
        approver, approved = self.approvals[before.id]
        assert approved == before.content_sha256 == after.content_sha256
        content = self.book.release_content(before.id)
        assert content.sha256 == approved
        self.check_apart(before, approver)
        partner = self.partners[content.recipient.id]
        assert after.partner_id == partner.id
        assert Tlp(content.tlp) <= partner.ceiling
        self.sent[before.id] = after
        self.reached[before.notice] += 1
        for one in before.earlier_ids:
            is_recall = before.notice is Notice.CANCEL
            self.log[one].append("release.recall" if is_recall else "release.supersede")
            earlier = self.book.release(one)
            wanted = ReleaseState.RECALLED if is_recall else ReleaseState.SUPERSEDED
            assert (earlier.state, earlier.partner_id) == (wanted, partner.id)
        if before.notice is Notice.CANCEL:
            return
        mandate_id = MANDATES[before.site_id]
        assert mandate_id not in self.revoked
        assert mandate_id in PARTNERS[partner.id]
        assert mandate_id in partner.mandate_ids
        assert not partner.is_disabled
        settled = settle(self.kept[SITES[before.site_id]])
        assert settled.state is ReviewState.CONFIRMED
        assert settled.confidence.rank >= Confidence.MEDIUM.rank

    @invariant()
    def what_was_told_stays_and_nothing_else_was(self):
        for one in self.book.releases(ReleaseFilter()):
            if one.state in TOLD:
                was = self.sent[one.id]
                assert (one.content_sha256, one.package_sha256) == (
                    was.content_sha256,
                    was.package_sha256,
                )
                assert one.decided_by == self.approvals[one.id][0]
            else:
                assert one.id not in self.sent
                assert one.package_sha256 == ""

    @invariant()
    def the_audit_has_every_step_and_every_refusal(self):
        for one_id, wanted in self.log.items():
            assert [one.action for one in self.book.audit_of(one_id)] == wanted

    @invariant()
    def no_partner_has_two_alerts_of_a_site(self):
        standing = [
            (one.site_id, one.partner_id, one.is_exercise)
            for one in self.book.releases(ReleaseFilter(states=OPEN))
            if one.notice is not Notice.CANCEL
        ]
        assert len(standing) == len(set(standing))

    @invariant()
    def what_open_releases_rest_on_stays(self):
        held = self.book.held_observations()
        for one in self.book.releases(ReleaseFilter(states=OPEN)):
            assert held >= set(one.basis.observation_ids)
        for one_id in held:
            with pytest.raises(CasebookError):
                self.book.remove_observations([one_id], "old", ME, NOW)

    def teardown(self):
        report = check_casebook(self.opened)
        self.opened.close()
        assert (report.audit_faults, report.faults) == ((), ())


def test_nothing_is_ever_sent_that_should_not_be(new_casebook, monkeypatch):
    monkeypatch.setattr(refused, "LISTED", 10**6)  # all of it is one moment, and is counted
    told = {"new_place": staticmethod(new_casebook), "reached": Counter()}
    machine = type("Releasing", (Releasing,), told)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=effort(6, 20),
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert machine.reached[ReleaseState.SENT] > 0, machine.reached
