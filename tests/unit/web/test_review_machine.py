"""Several persons review over HTTP in any order: what each is told never tells of the others."""

import re
import tempfile
from contextlib import ExitStack
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

import web_desk
from cathartes.casework.settlement import settle
from effort import effort

ANALYSTS = ("ana", "ben", "eva")
ONES = ("o1-1", "o1-2")
SAID = st.fixed_dictionaries(
    {
        "verdict": st.sampled_from(["plume", "not a plume", "doubt", "perhaps"]),
        "rate": st.sampled_from(["may be given", "may not be given", ""]),
        "confidence": st.sampled_from(["low", "very high", ""]),
    }
)


class Reviewing(RuleBasedStateMachine):
    """A workstation with three analysts signed in, who review two detections."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.desk = self.stack.enter_context(web_desk.desk(Path(folder)))
        self.clients = {who: web_desk.client_of(self.desk, who) for who in ANALYSTS}

    @rule(who=st.sampled_from(ANALYSTS), one=st.sampled_from(ONES), said=SAID)
    def review(self, who, one, said):
        client = self.clients[who]
        before = self.desk.casebook.reviews_of(one)
        seen = self.desk.casebook.detection_sha256(one)
        note = f"canary of {who}"
        form = said | {"csrf": client.csrf, "seen_sha256": seen, "note": note}
        status = client.post(f"/detections/{one}/reviews", data=form).status_code
        n_more = len(self.desk.casebook.reviews_of(one)) - len(before)
        assert (status, n_more) in {(303, 1), (303, 0), (403, 0), (409, 0)}
        answered = said["verdict"] != "perhaps" and said["confidence"]
        if not answered or (said["verdict"] == "plume" and not said["rate"]):
            assert status == 409
        elif settle(before).state == "inconclusive":
            assert status in {303, 403}
            assert n_more == 0

    @invariant()
    def one_reads_of_others_what_is_settled_and_nothing_else(self):
        for one in ONES:
            kept = self.desk.casebook.reviews_of(one)
            settlement = settle(kept)
            for who, client in self.clients.items():
                told = client.get(f"/api/v1/detections/{one}/reviews").json()["reviews"]
                readable = [
                    each.judgement.note
                    for each in kept
                    if settlement.is_settled or each.reviewer == who
                ]
                assert [each["note"] for each in told] == readable
                page = client.get(f"/detections/{one}").text
                shown = set(re.findall(r"canary of (\w+)", page))
                assert shown == {note.removeprefix("canary of ") for note in readable}

    @invariant()
    def a_queue_has_what_is_open_and_not_reviewed(self):
        for who, client in self.clients.items():
            told = client.get("/api/v1/review/queue").json()
            ids = [each["id"] for each in told["detections"]]
            wanted = [
                one
                for one in (*ONES, "o3-1")
                if not (found := settle(self.desk.casebook.reviews_of(one))).is_settled
                and who not in found.reviewers
            ]
            assert sorted(ids) == sorted(wanted)
            assert told["n_waiting"] == len(wanted)

    def teardown(self):
        self.stack.close()


def test_what_each_is_told_never_tells_of_the_others():
    run_state_machine_as_test(
        Reviewing,
        settings=settings(
            max_examples=effort(2, 4),
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
