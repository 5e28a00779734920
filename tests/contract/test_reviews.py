"""Reviews, whatever database holds them: who may, what counts, what is never changed, the queue."""

import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import pytest
from shapely import MultiPolygon, box
from sqlalchemy import inspect, text

import made_up_casebook as made_up
from cathartes.casework.review import Confidence, Flag, Judgement, RateVerdict, Verdict
from cathartes.casework.roles import Role
from cathartes.casework.settlement import ReviewState, Settlement, settle
from cathartes.casework.user import User
from cathartes.errors import AccessError, CasebookError, ReviewError
from cathartes.pipeline.casebook_keeping import casebook_migrate
from cathartes.store.backup import restore_backup, write_backup
from cathartes.store.check import check_casebook
from cathartes.store.digest import digest
from cathartes.store.open import existing_database, open_casebook
from cathartes.store.schema import REVISIONS
from made_up_casebook import ME, MINUTE, NOW, begin, record
from older_casebooks import drop_queues, say_revision, to_0001
from quick_casebooks import filled_once

IN_TURN = True

ANALYSTS = ("ana", "ben", "eva", "gil")
PLUME = Judgement(Verdict.PLUME, Confidence.HIGH, RateVerdict.MAY_BE_GIVEN)
FALSE = Judgement(Verdict.NOT_A_PLUME, Confidence.MEDIUM)
DOUBT = Judgement(Verdict.DOUBT, Confidence.LOW)
FULL = Judgement(
    Verdict.PLUME,
    Confidence.VERY_HIGH,
    RateVerdict.MAY_NOT_BE_GIVEN,
    (Flag.SHAPE, Flag.MISFIT),
    "a note: ü <script>\n",
    (-103.1, 20.25),
    made_up.detection().outline,
)


@pytest.fixture
def staffed(opened):
    """Return a casebook with two detections, analysts, and others."""
    staff(opened.casebook)
    return opened


@filled_once
def staff(casebook):
    begin(casebook)
    record(casebook, "o1", [made_up.detection("o1", n) for n in (1, 2)], assets=())
    for one in ANALYSTS:
        casebook.add_user(User(one, one.title(), (Role.ANALYST,)), ME, NOW)
    casebook.add_user(User("aud", "Aud", (Role.AUDITOR,)), ME, NOW)
    casebook.add_user(User("ada", "Ada", (Role.ADMINISTRATOR,)), ME, NOW)


@pytest.fixture
def book(staffed):
    return staffed.casebook


def say(casebook, *told, of="o1-1"):
    """Let persons judge, one after the other; return the reviews."""
    return [casebook.add_review(of, judgement, who, NOW) for who, judgement in told]


def state(casebook, of="o1-1"):
    return casebook.settlements([of])[of].state


def execute(opened, statement):
    """Change a casebook behind its back."""
    with opened.casebook.database.change() as connection:
        connection.execute(text(statement))


# --- one place decides who may ---


def test_a_review_comes_back_as_it_was_said_with_its_audit_entry(book):
    (kept,) = say(book, ("ana", FULL))
    assert book.reviews_of("o1-1") == (kept,)
    assert (kept.judgement, kept.reviewer, kept.moment_utc) == (FULL, "ana", NOW)
    assert kept.detection_sha256 == book.detection_sha256("o1-1")
    (entry,) = book.audit_of("o1-1")
    assert (entry.action, entry.actor) == ("review.add", "ana")
    assert entry.detail["review"] == kept.id


@pytest.mark.parametrize("who", ["aud", "ada", "nobody", "local:ana", "local:root", ""])
def test_who_is_no_analyst_reviews_nothing(book, who):
    before = book.audit_number()
    with pytest.raises(AccessError):
        book.add_review("o1-1", FALSE, who, NOW)
    assert book.reviews_of("o1-1") == ()
    assert book.audit_number() == before
    assert state(book) is ReviewState.CANDIDATE


def test_a_disabled_analyst_reviews_nothing_and_what_they_said_stays(book):
    say(book, ("ana", PLUME))
    book.disable_user("ana", "ada", NOW)
    with pytest.raises(AccessError, match="ana is nobody with a role"):
        book.add_review("o1-2", FALSE, "ana", NOW)
    say(book, ("ben", PLUME))
    assert state(book) is ReviewState.CONFIRMED


def test_the_person_at_the_machine_reviews_while_there_are_no_accounts_and_is_one_person(opened):
    casebook = opened.casebook
    begin(casebook)
    record(casebook, "o1", [made_up.detection("o1")], assets=())
    say(casebook, (ME, PLUME))
    casebook.add_user(User("ana", "Ana", (Role.ANALYST,)), ME, NOW)
    with pytest.raises(AccessError, match="nobody with a role"):
        say(casebook, (ME, FALSE))
    assert casebook.review_queue("ana") == ()
    with pytest.raises(ReviewError, match="what ana said before"):
        say(casebook, ("ana", PLUME))
    (again,) = say(casebook, ("ana", FULL))
    assert again.id != casebook.reviews_of("o1-1")[0].id
    assert casebook.settlements(["o1-1"])["o1-1"] == Settlement(
        ReviewState.IN_REVIEW, reviewers=("ana",)
    )


def test_what_is_settled_is_closed_to_others_and_what_is_inconclusive_to_all(book):
    say(book, ("ana", PLUME), ("ben", PLUME))
    with pytest.raises(AccessError, match="only who reviewed it can have another mind"):
        say(book, ("eva", PLUME))
    say(book, ("ana", PLUME), ("ben", FALSE), ("eva", DOUBT), of="o1-2")
    assert state(book, "o1-2") is ReviewState.INCONCLUSIVE
    for who in ("ana", "gil"):
        with pytest.raises(AccessError, match="inconclusive, which nobody can rewrite"):
            say(book, (who, FULL), of="o1-2")


def test_what_changed_since_it_was_seen_is_not_reviewed(book):
    seen = book.detection_sha256("o1-1")
    with pytest.raises(ReviewError, match="changed since it was looked at; nothing was kept"):
        book.add_review("o1-1", FALSE, "ana", NOW, "00" * 32)
    assert book.reviews_of("o1-1") == ()
    book.add_review("o1-1", FALSE, "ana", NOW, seen)


def test_the_site_that_it_is_attributed_to_is_no_part_of_what_was_seen(book):
    seen = book.detection_sha256("o1-1")
    book.put_sites([made_up.site("a", ["o1-1.1"])], [], ME, NOW)
    assert book.detection_sha256("o1-1") == seen


def test_the_same_again_adds_nothing(book):
    say(book, ("ana", FULL))
    with pytest.raises(ReviewError, match="this is what ana said before"):
        say(book, ("ana", FULL))
    say(book, ("ana", replace(FULL, note="another")), ("ana", FULL))
    assert len(book.reviews_of("o1-1")) == 3


def test_what_is_not_there_is_neither_reviewed_nor_skipped(book):
    for act in (
        lambda: say(book, ("ana", FALSE), of="o9-1"),
        lambda: book.skip_review("o9-1", "ana", NOW),
        lambda: book.detection_sha256("o9-1"),
    ):
        with pytest.raises(CasebookError, match="no detection 'o9-1'"):
            act()


def test_a_reviews_id_tells_nothing_of_others(book):
    (alone,) = say(book, ("ben", PLUME), of="o1-2")
    say(book, ("ana", PLUME))
    (second,) = say(book, ("ben", FALSE))
    assert alone.id.replace("o1-2", "o1-1") == second.id


def test_nothing_is_blind_any_more_once_it_was_settled(book):
    first = say(book, ("ana", PLUME), ("ben", PLUME), ("ana", FALSE))
    assert state(book) is ReviewState.IN_REVIEW
    later = say(book, ("eva", PLUME))
    assert [one.was_blind for one in (*first, *later)] == [True, True, False, False]
    assert state(book) is ReviewState.CONFIRMED


# --- for good ---


@pytest.mark.both_databases
@pytest.mark.parametrize(
    "statement", ["UPDATE reviews SET verdict = 'plume'", "DELETE FROM reviews", "TRUNCATE reviews"]
)
def test_a_review_is_never_changed(staffed, statement):
    if "TRUNCATE" in statement and staffed.casebook.database.dialect == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    before = say(staffed.casebook, ("ana", FALSE))
    with pytest.raises(Exception, match="a review is never changed"):
        execute(staffed, statement)
    assert list(staffed.casebook.reviews_of("o1-1")) == before


def test_reviews_stay_when_their_detection_goes_and_count_again_when_the_same_comes(book):
    kept = say(book, ("ana", PLUME), ("ben", PLUME))
    book.remove_observations(["o1"], "past its retention", ME, NOW)
    assert list(book.reviews_of("o1-1")) == kept
    assert book.review_queue("eva") == ()
    assert book.review_queue_size("eva") == 0
    with pytest.raises(CasebookError, match="no detection"):
        say(book, ("ana", FALSE))
    record(book, "o1", [made_up.detection("o1", n) for n in (1, 2)], assets=())
    assert state(book) is ReviewState.CONFIRMED
    assert book.review_queue("eva") == ("o1-2",)


def test_reviews_of_another_content_under_the_same_id_count_no_more(book):
    say(book, ("ana", PLUME), ("ben", PLUME))
    seen = book.detection_sha256("o1-1")
    book.remove_observations(["o1"], "run again", ME, NOW)
    record(book, "o1", [made_up.detection("o1", snr=3.0)], assets=())
    assert book.settlements(["o1-1"]) == {"o1-1": Settlement()}
    assert book.review_queue("ana") == ("o1-1",)
    with pytest.raises(ReviewError, match="changed since"):
        book.add_review("o1-1", PLUME, "ana", NOW, seen)
    (again,) = say(book, ("ana", PLUME))
    assert again.was_blind
    assert state(book) is ReviewState.IN_REVIEW
    assert book.review_queue("ben") == ("o1-1",)
    say(book, ("ben", FALSE))
    assert len(book.reviews_of("o1-1")) == 4
    assert state(book) is ReviewState.IN_REVIEW


@pytest.mark.both_databases
def test_two_at_once_both_count(place, staffed):
    def review(who):
        with open_casebook(place) as own:
            return own.casebook.add_review("o1-1", PLUME, who, NOW)

    with ThreadPoolExecutor(2) as pool:
        kept = list(pool.map(review, ("ana", "ben")))
    assert all(one.was_blind for one in kept)
    assert staffed.casebook.settlements(["o1-1"])["o1-1"] == settle(kept)
    assert state(staffed.casebook) is ReviewState.CONFIRMED


# --- the queue ---


def test_the_queue_has_the_best_site_first_its_newest_first_then_the_unattributed(book):
    found = [made_up.detection("o2", n) for n in range(1, 6)]
    record(book, "o2", [replace(one, seen_utc=NOW + one.number * MINUTE) for one in found])
    low = made_up.site("low", ["o1-1.1", "o2-1.1"], value=1.0)
    high = made_up.site("high", ["o2-2.1", "o2-4.1"], value=2.0)
    book.put_sites([low, high], [], ME, NOW)
    wanted = ("o2-4", "o2-2", "o2-1", "o1-1", "o2-5", "o2-3", "o1-2")
    assert book.review_queue("ana") == wanted
    assert book.review_queue("ana", 3) == wanted[:3]
    book.skip_review("o2-4", "ana", NOW)
    book.skip_review("o2-5", "ana", NOW + MINUTE)
    book.skip_review("o2-4", "ana", NOW + 2 * MINUTE)
    say(book, ("ana", FALSE), of="o2-1")
    assert book.review_queue("ana") == ("o2-2", "o1-1", "o2-3", "o1-2", "o2-5", "o2-4")
    assert book.review_queue("ben") == wanted
    assert (book.review_queue_size("ana"), book.review_queue_size("ben")) == (6, 7)
    say(book, ("ben", FALSE), of="o2-1")
    assert book.review_queue("eva") == tuple(one for one in wanted if one != "o2-1")
    say(book, ("ana", DOUBT), of="o2-4")
    assert "o2-4" not in book.review_queue("ana")


def test_a_detection_of_several_sites_is_in_the_queue_once_and_hides_nothing(book):
    places = tuple((-103.1 + 0.01 * n, 20.2) for n in range(3))
    found = [made_up.detection("o2", n, places=places) for n in range(1, 5)]
    record(book, "o2", found)
    sites = [
        made_up.site(f"s{k}", [f"o2-{n}.{k}" for n in range(1, 5)], value=float(k))
        for k in (1, 2, 3)
    ]
    book.put_sites(sites, [], ME, NOW)
    wanted = ("o2-4", "o2-3", "o2-2", "o2-1", "o1-1", "o1-2")
    for limit in range(1, 7):
        assert book.review_queue("ana", limit) == wanted[:limit]


@pytest.mark.parametrize("name", ["a_a", "a.a", "aXa", "a"])
def test_names_alike_have_each_their_queue(book, name):
    book.add_user(User("a_a" if name != "a_a" else "aba", "A", (Role.ANALYST,)), ME, NOW)
    say(book, ("a_a" if name != "a_a" else "aba", FALSE))
    assert "o1-1" in book.review_queue(name)


# --- keeping ---


def test_a_backup_has_the_reviews(staffed, new_place, tmp_path):
    book = staffed.casebook
    say(book, ("eva", PLUME), ("ana", DOUBT), ("ben", PLUME), ("ana", FULL))
    book.skip_review("o1-2", "ana", NOW)
    write_backup(staffed, tmp_path / "backup.zip")
    where, evidence = new_place()
    restore_backup(tmp_path / "backup.zip", where, evidence, ME, NOW)
    with open_casebook(where) as restored:
        again = restored.casebook
        assert again.reviews_of("o1-1") == book.reviews_of("o1-1")
        assert again.settlements(["o1-1", "o1-2"]) == book.settlements(["o1-1", "o1-2"])
        assert again.review_queue("gil") == book.review_queue("gil")
        assert check_casebook(restored).is_whole
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["tables"]["reviews"]["rows"] == 4


def guards_off(opened):
    """Return what takes the guard of reviews away."""
    if opened.casebook.database.dialect == "postgresql":
        return ["ALTER TABLE reviews DISABLE TRIGGER USER"]
    return ["DROP TRIGGER reviews_no_update", "DROP TRIGGER reviews_no_delete"]


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE reviews SET verdict = 'doubt'", "review o1-1/ana/1 is not what the audit"),
        ("UPDATE reviews SET reviewer = 'gil'", "review o1-1/ana/1 is not what the audit"),
        ("UPDATE reviews SET note = note || '.'", "review o1-1/ana/1 is not what the audit"),
        ("UPDATE reviews SET id = 'x'", "review x is not in the audit"),
        ("DELETE FROM reviews", "review o1-1/ana/1 is in the audit, and is not"),
        ("UPDATE settlements SET state = 'confirmed'", "o1-1: its settlement is not what its"),
        ("DELETE FROM settlements", "o1-1: its settlement is not what its reviews come to"),
        ("UPDATE settlements SET detection_id = 'o1-2'", "o1-2: its settlement is not what its"),
    ],
)
def test_reviews_changed_behind_the_casebooks_back_are_found(staffed, statement, fault):
    say(staffed.casebook, ("ana", FALSE))
    assert check_casebook(staffed).is_whole
    for one in (*guards_off(staffed), statement):
        execute(staffed, one)
    report = check_casebook(staffed)
    assert any(fault in one for one in (*report.audit_faults, *report.faults)), report


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        (
            {"origin_deg": (0.0, 0.0)},
            r"longitude 0, latitude 0: more than 20 km from the detection",
        ),
        ({"outline": MultiPolygon([box(-103.2, 20.1, -103.0, 20.5)])}, "more than 20 km from the"),
        ({"note": "as\u202eseen"}, r"the character U\+202E is not printable"),
        ({"note": "\x1b[31m"}, r"the character U\+001B is not printable"),
    ],
)
def test_what_a_reviewer_can_not_mean_is_refused(staffed, changes, match):
    with pytest.raises(ReviewError, match=match):
        say(staffed.casebook, ("ana", replace(DOUBT, **changes)))
    assert staffed.casebook.reviews_of("o1-1") == ()
    say(staffed.casebook, ("ana", replace(DOUBT, note="dos líneas\r\ny\tmás")))


def test_reviews_of_what_is_gone_are_no_fault(staffed):
    say(staffed.casebook, ("ana", FALSE), ("ben", FALSE))
    staffed.casebook.remove_observations(["o1"], "old", ME, NOW)
    assert check_casebook(staffed).is_whole


@pytest.mark.both_databases
def test_a_casebook_of_revision_0001_is_migrated_with_all_that_is_in_it(opened, place):
    begin(opened.casebook)
    record(opened.casebook, "o1", [made_up.detection("o1", n) for n in (1, 2)], assets=())
    before = digest(opened.casebook)
    there = {"reviews", "settlements", "skips", "users", "web_sessions"}
    opened.close()
    with closing(existing_database(place)) as older:
        with older.change() as connection:
            to_0001(connection)
        with older.read() as connection:
            assert not there & set(inspect(connection).get_table_names())
    with pytest.raises(CasebookError, match=r"at revision 0001.*casebook migrate"):
        open_casebook(place)
    assert casebook_migrate(place) == ("0001", REVISIONS[-1])
    with open_casebook(place) as migrated:
        assert digest(migrated.casebook) == before
        assert migrated.casebook.review_queue(ME) == ("o1-1", "o1-2")
        kept = say(migrated.casebook, (ME, FULL))
        assert list(migrated.casebook.reviews_of("o1-1")) == kept
        with pytest.raises(Exception, match="a review is never changed"):
            execute(migrated, "DELETE FROM reviews")
        assert check_casebook(migrated).is_whole


@pytest.mark.both_databases
def test_a_casebook_of_revision_0003_is_migrated_and_its_queues_are_as_they_were(staffed, place):
    book = staffed.casebook
    record(book, "o2", [made_up.detection("o2", n) for n in range(1, 6)], assets=())
    book.put_sites([made_up.site("a", ["o1-1.1", "o2-1.1", "o2-2.1"])], [], ME, NOW)
    say(book, ("ana", PLUME), ("ben", PLUME))
    say(book, ("ana", PLUME), of="o2-1")
    say(book, ("ana", PLUME), of="o2-3")
    say(book, ("ana", PLUME), ("ben", FALSE), ("eva", DOUBT), of="o2-4")
    book.skip_review("o2-2", "ben", NOW)
    before = {one: (book.review_queue(one), book.review_queue_size(one)) for one in ANALYSTS}
    staffed.close()
    with closing(existing_database(place)) as older, older.change() as connection:
        drop_queues(connection)
        say_revision(connection, "0003")
    assert casebook_migrate(place) == ("0003", REVISIONS[-1])
    with open_casebook(place) as migrated:
        book = migrated.casebook
        after = {one: (book.review_queue(one), book.review_queue_size(one)) for one in ANALYSTS}
        assert after == before
        assert check_casebook(migrated).is_whole


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE queue_totals SET n = n + 1",
        "DELETE FROM queue_sites",
        "UPDATE queue_sites SET value = value + 1",
        "DELETE FROM queue_passed",
        "DELETE FROM queue_unattributed",
        "UPDATE queue_unattributed SET seen_utc = NULL",
    ],
)
def test_a_queue_changed_behind_the_casebooks_back_is_found(staffed, statement):
    book = staffed.casebook
    book.put_sites([made_up.site("a", ["o1-1.1"])], [], ME, NOW)
    say(book, ("ana", FALSE))
    assert check_casebook(staffed).is_whole
    execute(staffed, statement)
    assert any("review queue: queue_" in one for one in check_casebook(staffed).faults)
