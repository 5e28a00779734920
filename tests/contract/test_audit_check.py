"""Whatever is done to a row of the audit behind its back is found, and where: in both databases."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text

import made_up_casebook as made_up
from cathartes.casework.audit import Checkpoint, next_entry
from cathartes.casework.review import Confidence, Judgement, RateVerdict, Verdict
from cathartes.casework.roles import Role
from cathartes.casework.user import User
from cathartes.pipeline.casebook_keeping import casebook_migrate
from cathartes.store.audit_check import check_audit
from cathartes.store.interface_audit import AuditFilter
from cathartes.store.open import open_casebook
from cathartes.store.schema import REVISIONS
from cathartes.store.tables import audit
from made_up_casebook import ME, NOW, begin, record
from older_casebooks import say_revision
from quick_casebooks import filled_once

SECOND = timedelta(seconds=1)


@pytest.fixture
def worked(opened):
    """Return a casebook in which work was done and reviewed."""
    work(opened.casebook)
    return opened.casebook


@filled_once
def work(casebook):
    begin(casebook)
    record(casebook, "o1", [made_up.detection("o1")])
    record(casebook, "o2", [], name="line-2")
    yes = Judgement(Verdict.PLUME, Confidence.HIGH, RateVerdict.MAY_BE_GIVEN, note="a plume")
    for name in ("ana", "eva"):
        casebook.add_user(User(name, name.title(), (Role.ANALYST,)), ME, NOW)
        casebook.add_review("o1-1", yes, name, NOW)


def behind_its_back(casebook, *statements: str) -> None:
    """Change rows although triggers refuse it, as who has the file or the server can."""
    postgres = casebook.database.dialect == "postgresql"
    off = ["SET LOCAL session_replication_role = replica"]
    if not postgres:
        with casebook.database.read() as connection:
            wanted = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN "
            names = connection.scalars(text(wanted + "('audit', 'reviews')")).all()
        off = [f"DROP TRIGGER {name}" for name in names]
    with casebook.database.change() as connection:
        for statement in (*off, *statements):
            connection.execute(text(statement))


def rewrite(casebook, entries) -> None:
    """Put other entries in the place of those there are."""
    behind_its_back(casebook, "DELETE FROM audit")
    columns = [column.name for column in audit.c]
    rows = [{name: getattr(one, name) for name in columns} for one in entries]
    with casebook.database.change() as connection:
        connection.execute(audit.insert(), rows)


def test_an_audit_that_nobody_touched_holds(worked):
    report = check_audit(worked, worked.audit_head())
    assert (report.is_whole, report.faults) == (True, ())
    assert report.head == worked.audit_head()
    last = list(worked.audit_entries())[-1]
    assert report.head == Checkpoint(last.number, last.hash, last.moment_utc)


FLIPS = [
    ("actor = 'eve'", "its hash does not fit its content"),
    ("action = 'mandate.add'", "its hash does not fit its content"),
    ("subject = 'other'", "its hash does not fit its content"),
    ("detail = '{}'", "its hash does not fit its content"),
    ("detail = detail || ' '", "its detail is not written as details are"),
    ("detail = '{\"a\":'", "it can't be read"),
    ('detail = \'{"a":"\\ud800"}\'', "it can't be read"),
    ("detail = '[1]'", "its detail is not written as details are"),
    ("hash = 'zz'", "its hash does not fit its content"),
    ("previous_hash = 'zz'", "its hash of the one before is no hash"),
]


@pytest.mark.parametrize(("change", "why"), FLIPS)
def test_a_changed_entry_is_named_with_what_is_wrong(worked, change, why):
    behind_its_back(worked, f"UPDATE audit SET {change} WHERE number = 3")  # noqa: S608
    first = check_audit(worked).faults[0]
    assert first.startswith("entry 3 was changed")
    assert why in first


def test_a_moment_moved_by_a_microsecond_is_found(worked):
    with worked.database.read() as connection:
        is_text = connection.dialect.name == "sqlite"
    later = "'2026-05-04T16:02:03.123457Z'" if is_text else "moment_utc + interval '1 us'"
    behind_its_back(worked, f"UPDATE audit SET moment_utc = {later} WHERE number = 3")  # noqa: S608
    assert "entry 3 was changed" in check_audit(worked).faults[0]


def test_a_dropped_entry_is_missing(worked):
    behind_its_back(worked, "DELETE FROM audit WHERE number = 3")
    assert check_audit(worked).faults[0] == "entry 3 is missing; the next one there is 4."
    behind_its_back(worked, "DELETE FROM audit WHERE number = 4")
    assert "entries 3 to 4 are missing" in check_audit(worked).faults[0]


def test_two_swapped_entries_are_found(worked):
    behind_its_back(
        worked,
        "UPDATE audit SET number = -1 WHERE number = 3",
        "UPDATE audit SET number = 3 WHERE number = 4",
        "UPDATE audit SET number = 4 WHERE number = -1",
    )
    numbers = [fault.number for fault in check_audit(worked).chain_faults]
    assert numbers[:2] == [3, 4]


@pytest.mark.parametrize("number", [0, -5])
def test_an_entry_put_before_the_first_is_found(worked, number):
    behind_its_back(
        worked,
        f"INSERT INTO audit SELECT {number}, moment_utc, actor, action, subject, "  # noqa: S608
        "detail, previous_hash, hash FROM audit WHERE number = 1",
    )
    fault = check_audit(worked).faults[0]
    assert fault.startswith(f"entry {number} stands where entry 1 should")


def test_an_entry_put_in_between_with_a_hash_that_fits_breaks_the_next(worked):
    entries = list(worked.audit_entries())
    old = entries[2]
    told = (old.moment_utc, "eve", old.action, old.subject, old.detail)
    entries[2] = next_entry(entries[1], *told)
    rewrite(worked, entries)
    assert check_audit(worked).faults[0].startswith("entry 4 does not follow the one before it")


def test_a_chain_cut_at_its_end_is_found_by_what_is_not_bound_any_more(worked):
    behind_its_back(worked, "DELETE FROM audit WHERE number > 2")
    report = check_audit(worked)
    assert report.chain_faults == ()
    assert "observation o1 is not in the audit." in report.content_faults
    assert "review o1-1/ana/1 is not in the audit." in report.content_faults


def test_a_chain_cut_where_nothing_is_bound_is_found_by_a_witnessed_head_alone(worked):
    worked.note("casebook.backup", "all.zip", {}, ME, NOW)
    witnessed = worked.audit_head()
    behind_its_back(worked, "DELETE FROM audit WHERE action = 'casebook.backup'")
    assert check_audit(worked).is_whole
    (fault,) = check_audit(worked, witnessed).faults
    last = witnessed.number - 1
    told = f"it was witnessed up to entry {witnessed.number}, and ends at entry {last}: it was cut."
    assert fault == told


def test_a_chain_written_anew_as_a_whole_is_found_by_a_witnessed_head_alone(worked):
    witnessed = worked.audit_head()
    anew = []
    for old in worked.audit_entries():
        told = (old.moment_utc + SECOND, old.actor, old.action, old.subject, old.detail)
        anew.append(next_entry(anew[-1] if anew else None, *told))
    rewrite(worked, anew)
    worked.note("later", "", {}, ME, NOW)
    assert check_audit(worked).is_whole
    (fault,) = check_audit(worked, Checkpoint.from_text(str(witnessed))).faults
    assert fault.startswith(f"entry {witnessed.number} has another hash than was witnessed")


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("UPDATE mandates SET retention_days = 999", "mandate MX-1 is not what the audit recorded"),
        ("DELETE FROM observations WHERE id = 'o1'", "observation o1 is in the audit, and is not"),
        ("DELETE FROM detections", "observation o1 is not what the audit recorded"),
        ("UPDATE reviews SET note = 'x'", "review o1-1/ana/1 is not what the audit recorded"),
        (
            "DELETE FROM reviews WHERE reviewer = 'eva'",
            "review o1-1/eva/1 is in the audit",
        ),
        (
            """UPDATE users SET roles = '["release authority"]' WHERE id = 'ana'""",
            "account ana is not what the audit recorded",
        ),
        ("UPDATE users SET password_hash = 'x'", "account eva is not what the audit recorded"),
        ("UPDATE users SET totp_secret = 'x'", "account eva is not what the audit recorded"),
        ("UPDATE users SET id = 'eve' WHERE id = 'eva'", "account eve is not in the audit"),
        ("DELETE FROM users WHERE id = 'eva'", "account eva is in the audit, and is not there"),
        ("UPDATE settlements SET state = 'rejected'", "detection o1-1: its settlement is not what"),
    ],
)
def test_what_the_audit_binds_is_checked(worked, statement, fault):
    behind_its_back(worked, statement)
    assert any(each.startswith(fault) for each in check_audit(worked).content_faults)


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        (
            "UPDATE mandates SET retention_days = -5",
            "mandate MX-1 is not what the audit recorded, and can't be: mandate MX-1",
        ),
        (
            """UPDATE users SET roles = '["king"]' WHERE id = 'ana'""",
            "account ana is not what the audit recorded, and can't be: 'king' is not a valid Role",
        ),
        (
            "UPDATE reviews SET verdict = 'maybe' WHERE reviewer = 'ana'",
            "review o1-1/ana/1 is not what the audit recorded, and can't be: 'maybe'",
        ),
        (
            "UPDATE sorties SET manifest = '{'",
            "sortie S1 is not what the audit recorded, and can't be:",
        ),
    ],
)
def test_what_cant_be_is_told_with_all_the_rest(worked, statement, fault):
    behind_its_back(worked, statement, "DELETE FROM observations WHERE id = 'o2'")
    report = check_audit(worked)
    assert any(each.startswith(fault) for each in report.content_faults), report
    gone = "observation o2 is in the audit, and is not there any more."
    assert gone in report.content_faults
    assert len([each for each in report.content_faults if "observation o1" in each]) == 0


def test_what_somebody_without_the_role_did_is_told_also_when_all_was_put_back(worked):
    """A role that was given behind the audit's back, used and taken away again."""
    record(worked, "o3", [made_up.detection("o3")], name="line-3")
    worked.add_user(User("aud", "Aud", (Role.AUDITOR,)), ME, NOW)
    behind_its_back(worked, """UPDATE users SET roles = '["analyst"]' WHERE id = 'aud'""")
    no = Judgement(Verdict.DOUBT, Confidence.HIGH, note="?")
    worked.add_review("o3-1", no, "aud", NOW)
    behind_its_back(worked, """UPDATE users SET roles = '["auditor"]' WHERE id = 'aud'""")
    (fault,) = check_audit(worked).faults
    number = worked.audit_head().number
    assert fault == (
        f"entry {number}: review.add of o3-1 by aud, who by the audit might not review then."
    )


def test_accounts_of_a_casebook_of_revision_0005_are_bound_when_it_is_migrated(opened, place):
    book = opened.casebook
    book.add_user(User("eva", "Eva", (Role.ANALYST,)), ME, NOW)
    rewrite(book, list(_without_account_hashes(book.audit_entries())))
    with book.database.change() as connection:
        say_revision(connection, "0005")
    opened.close()
    assert casebook_migrate(place) == ("0005", REVISIONS[-1])
    with open_casebook(place) as migrated:
        assert check_audit(migrated.casebook).is_whole
        behind_its_back(migrated.casebook, """UPDATE users SET roles = '["release authority"]'""")
        (fault,) = check_audit(migrated.casebook).faults
        assert fault == "account eva is not what the audit recorded."


def _without_account_hashes(entries):
    """Yield entries as the version before wrote them."""
    previous = None
    for old in entries:
        detail = {k: v for k, v in old.detail.items() if (old.subject, k) != ("eva", "sha256")}
        previous = next_entry(previous, old.moment_utc, old.actor, old.action, old.subject, detail)
        yield previous


@pytest.mark.both_databases
@pytest.mark.parametrize("table", ["audit", "reviews"])
def test_nothing_can_be_replaced_by_an_insertion(worked, table):
    before = list(worked.audit_entries()), list(worked.all_reviews())
    who = "reviewer" if table == "reviews" else "actor"
    with worked.database.read() as connection:
        every = text(f"SELECT * FROM {table}")  # noqa: S608
        row = dict(connection.execute(every).mappings().first())
    row[who] = "eve"
    names = ", ".join(row)
    values = ", ".join(f":{name}" for name in row)
    verb = "INSERT OR REPLACE" if worked.database.dialect == "sqlite" else "INSERT"
    statement = text(f"{verb} INTO {table} ({names}) VALUES ({values})")
    refused = pytest.raises(Exception, match=r"only grow|never changed|duplicate key")
    with refused, worked.database.change() as connection:
        connection.execute(statement, row)
    assert (list(worked.audit_entries()), list(worked.all_reviews())) == before


# --- searching ---


def _twin(entries, wanted: AuditFilter, limit: int, before: int | None):
    """Return what a page should hold: the slow simple way."""

    def fits(one) -> bool:
        return (
            wanted.actor in {"", one.actor}
            and wanted.action in {"", one.action}
            and wanted.subject in {"", one.subject}
            and (wanted.since_utc is None or one.moment_utc >= wanted.since_utc)
            and (wanted.until_utc is None or one.moment_utc < wanted.until_utc)
            and (before is None or one.number < before)
        )

    return tuple([one for one in reversed(entries) if fits(one)][:limit])


FILTERS: list[Callable[[], AuditFilter]] = [
    AuditFilter,
    lambda: AuditFilter(actor="eva"),
    lambda: AuditFilter(action="a.b", subject="s2"),
    lambda: AuditFilter(since_utc=NOW + 4 * SECOND),
    lambda: AuditFilter(until_utc=NOW + 4 * SECOND),
    lambda: AuditFilter(actor="ana", since_utc=NOW + 2 * SECOND, until_utc=NOW + 8 * SECOND),
    lambda: AuditFilter(since_utc=NOW + timedelta(days=1)),
    lambda: AuditFilter(until_utc=NOW - timedelta(days=1)),
]


@pytest.mark.parametrize("make", FILTERS)
def test_a_page_holds_what_a_plain_search_finds_also_when_the_clock_was_set_back(casebook, make):
    for k in range(30):
        moment = NOW + (k if k < 12 else k - 9) * SECOND
        casebook.note(("a.b", "c")[k % 2], f"s{k % 3}", {}, ("ana", "eva")[k % 3 == 0], moment)
    entries = list(casebook.audit_entries())
    wanted, had, before = make(), [], None
    while page := casebook.audit_page(wanted, 4, before):
        assert page == _twin(entries, wanted, 4, before)
        had += page
        before = page[-1].number
    assert tuple(had) == _twin(entries, wanted, 1000, None)
    assert casebook.audit_actions() == ("a.b", "c")
