"""What is new reaches those who may know of it, and nobody else; streams end with the session."""

import asyncio
import threading
import time
from datetime import timedelta

import pytest

import made_up_casebook as made_up
import web_desk
from cathartes.casework.review import Confidence, Judgement, RateVerdict, Verdict
from cathartes.casework.roles import Role
from cathartes.errors import AccessError
from cathartes.store.interface import JobTally
from cathartes.web.event_names import EventNames
from cathartes.web.live_events import events_of, jobs_event
from cathartes.web.live_feed import MOST_BEHIND, MOST_OF_ONE, LiveFeed, TooManyStreamsError
from cathartes.web.visitor import Visitor
from made_up_casebook import NOW

YES = Judgement(Verdict.PLUME, Confidence.HIGH, RateVerdict.MAY_BE_GIVEN)
POLL_S = 0.01


@pytest.fixture
def desk(tmp_path):
    with web_desk.desk(tmp_path) as desk:
        yield desk


@pytest.fixture
def feed(desk):
    feed = LiveFeed(desk, POLL_S)
    yield feed
    feed.close()


def visitor(desk, name):
    """Return somebody who is signed in."""
    client = web_desk.client_of(desk, name)
    session = desk.casebook.session(client.session_sha256)
    return Visitor(desk.casebook.subject(name), name, session)


async def heard(onlooker, n, timeout_s=120.0):
    """Return the next events, so many."""
    found = [await asyncio.wait_for(onlooker.queue.get(), timeout_s) for _ in range(n)]
    return [None if one is None else (one[1].kind, dict(one[1].data)) for one in found]


async def news(onlooker, n):
    """Return the next events that are not about jobs, which come or not as it happens."""
    found = []
    while len(found) < n:
        found += [told for told in await heard(onlooker, 1) if told[0] != "jobs"]
    return found


async def nothing_more(onlooker):
    """Wait for some polls, and check that nothing came."""
    await asyncio.sleep(0.1)
    assert onlooker.queue.empty()


async def join(feed, desk, *names):
    """Let users look on."""
    loop = asyncio.get_running_loop()
    return [await asyncio.to_thread(feed.join, visitor(desk, name), loop) for name in names]


def record(desk, one_id, sortie_id, found=True):
    detections = [made_up.detection(one_id)] if found else []
    made_up.record(desk.casebook, one_id, detections, sortie_id=sortie_id)


def test_a_look_is_told_to_those_who_may_see_it(feed, desk):
    async def look_on():
        ana, cora, aud, ada = await join(feed, desk, "ana", "cora", "aud", "ada")
        await asyncio.to_thread(record, desk, "o8", "S2")
        for one in (ana, aud):
            look, detection = await news(one, 2)
            assert (look[0], look[1]["id"]) == ("observation", "o8")
            assert detection == ("detection", {"observation": "o8", "n": 1})
        await nothing_more(cora)
        await asyncio.to_thread(record, desk, "o9", "S1", False)
        (own,) = await news(cora, 1)
        assert (own[0], own[1]["id"], own[1]["n_detections"]) == ("observation", "o9", 0)
        await nothing_more(ada)

    asyncio.run(look_on())


def test_a_review_is_told_to_analysts_once_it_is_settled(feed, desk):
    async def look_on():
        ana, aud, ben = await join(feed, desk, "ana", "aud", "ben")
        await asyncio.to_thread(desk.casebook.add_review, "o1-1", YES, "ben", NOW)
        for one in (aud, ben):
            assert await heard(one, 1) == [("review", {"detection": "o1-1"})]
        await nothing_more(ana)
        await asyncio.to_thread(desk.casebook.add_review, "o1-1", YES, "eva", NOW)
        for one in (ana, aud, ben):
            assert await heard(one, 1) == [("review", {"detection": "o1-1"})]

    asyncio.run(look_on())


def test_who_comes_while_news_is_looked_for_misses_none(feed, desk, monkeypatch):
    """The worst moment: after a look for news began, before its end."""
    number, late = desk.casebook.audit_number, []

    async def look_on():
        loop = asyncio.get_running_loop()
        ana_too, ben_too = visitor(desk, "ana"), visitor(desk, "ben")

        def ben_comes():
            if threading.current_thread().name == "live" and not late:
                late.append(feed.join(ben_too, loop))
                record(desk, "o8", "S2")
            return number()

        monkeypatch.setattr(desk.casebook, "audit_number", ben_comes)
        ana = await asyncio.to_thread(feed.join, ana_too, loop)
        for one in (lambda: ana, lambda: late[0]):
            assert (await news(one(), 1))[0][0] == "observation"

    asyncio.run(look_on())


def test_the_progress_of_work_is_told(feed, desk):
    async def look_on():
        ana, cora = await join(feed, desk, "ana", "cora")
        put = [made_up.job("o11", "S2", "line-11"), made_up.job("o12", "S2", "line-12")]
        await asyncio.to_thread(desk.casebook.put_jobs, put)
        told = {"sortie": "S2", "waiting": 2, "working": 0, "done": 2}
        assert await heard(ana, 1) == [("jobs", told)]
        await asyncio.to_thread(desk.casebook.claim_job, ["o11"], "worker", NOW, 60)
        assert await heard(ana, 1) == [("jobs", told | {"waiting": 1, "working": 1})]
        await nothing_more(cora)

    asyncio.run(look_on())


def test_who_was_away_is_told_what_was_missed_and_no_more(feed, desk):
    async def look_on():
        number = desk.casebook.audit_number()
        record(desk, "o8", "S2")
        (ana,) = await join(feed, desk, "ana")
        told = await asyncio.to_thread(feed.missed, ana, feed.names.name(number))
        assert [event.kind for _, event in told] == ["observation", "detection"]
        assert {one[0] for one in told} == {number + 1}
        assert feed.missed(ana, feed.names.name(number + 1)) == []
        assert feed.missed(ana, "") == []

    asyncio.run(look_on())


def test_who_was_away_too_long_is_told_to_load_again(feed, desk):
    for _ in range(MOST_BEHIND + 1):
        desk.casebook.note("x", "", {}, "ana", NOW)

    async def look_on():
        (ana,) = await join(feed, desk, "ana")
        for long_ago in (
            feed.names.name(0),
            LiveFeed(desk).names.name(1000),
            "1000",
            "ü",
            "9" * 99,
        ):
            assert [event.kind for _, event in feed.missed(ana, long_ago)] == ["reset"]

    asyncio.run(look_on())


def test_a_stream_ends_with_the_session_and_when_rights_change(feed, desk):
    async def look_on():
        ana, ben, eva = await join(feed, desk, "ana", "ben", "eva")
        desk.casebook.end_session(ana.session.token_sha256, NOW)
        assert await heard(ana, 1) == [None]
        desk.casebook.set_roles("ben", [Role.RELEASE_AUTHORITY], "", "ada", NOW)
        assert await heard(ben, 1) == [None]
        desk.now.pass_by(timedelta(minutes=31))
        assert await heard(eva, 1) == [None]

    asyncio.run(look_on())


def test_looking_on_is_no_use_of_a_session(desk):
    """Else a page that is left open would never be signed out."""
    ana = web_desk.client_of(desk, "ana", raise_server_exceptions=False)
    began = desk.casebook.session(ana.session_sha256).seen_utc
    desk.now.pass_by(timedelta(minutes=10))
    ana.app.state.background.live.close()
    assert ana.get("/events").status_code == 200
    assert desk.casebook.session(ana.session_sha256).seen_utc == began
    ana.get("/account")
    assert desk.casebook.session(ana.session_sha256).seen_utc > began


def test_streams_are_limited_for_each_visitor_and_for_programs_there_are_none(feed, desk):
    async def look_on():
        loop = asyncio.get_running_loop()
        ana = visitor(desk, "ana")
        some = [feed.join(ana, loop) for _ in range(MOST_OF_ONE)]
        with pytest.raises(TooManyStreamsError, match="close one"):
            feed.join(ana, loop)
        feed.join(visitor(desk, "ben"), loop)
        feed.leave(some[0])
        feed.join(ana, loop)
        with pytest.raises(AccessError, match="/api/v1"):
            feed.join(Visitor(ana.subject, "ana", None), loop)

    asyncio.run(look_on())


def test_one_thread_works_for_all_and_only_while_somebody_looks_on(feed, desk):
    def n_threads():
        return sum(one.name == "live" for one in threading.enumerate())

    async def look_on():
        before = n_threads()
        onlookers = await join(feed, desk, "ana", "ben", "eva")
        assert n_threads() == before + 1
        for one in onlookers:
            feed.leave(one)
        end = time.monotonic() + 120
        while n_threads() > before and time.monotonic() < end:
            await asyncio.sleep(0.02)
        assert n_threads() == before
        (again,) = await join(feed, desk, "ana")
        await asyncio.to_thread(record, desk, "o8", "S2")
        assert (await news(again, 1))[0][0] == "observation"

    asyncio.run(look_on())


def test_all_streams_end_when_the_server_is_told_to_stop(feed, desk):
    async def look_on():
        onlookers = await join(feed, desk, "ana", "aud")
        feed.close()
        for one in onlookers:
            assert await heard(one, 1) == [None]

    asyncio.run(look_on())


def test_who_reads_too_slowly_is_let_go(feed, desk):
    async def look_on():
        (ana,) = await join(feed, desk, "ana")
        for n in range(MOST_BEHIND + 1):
            ana.tell((n, jobs_event("S1", JobTally())))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert await heard(ana, 1) == [None]

    asyncio.run(look_on())


def test_what_is_no_news_is_no_event(desk):
    kinds = {
        entry.action: [event.kind for event in events_of(entry)]
        for entry in desk.casebook.audit_entries()
    }
    assert kinds["mandate.add"] == kinds["user.add"] == kinds["emitters.put"] == []
    assert kinds["sites.put"] == ["site"]


def test_names_of_events_tell_nobody_how_much_was_entered():
    """A blind reviewer who looks on again and again would learn when others review."""
    names = EventNames()
    told = [names.name(number) for number in (7, 7, 8)]
    assert len(set(told)) == 3
    assert [names.number(one, 8, 5) for one in told] == [7, 7, 8]
    assert names.number(told[0], 13, 5) is None
    assert not any(str(number) == one for number, one in zip((7, 7, 8), told, strict=True))
