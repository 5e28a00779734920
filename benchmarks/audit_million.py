"""How fast the auditor's page and the check of the chain are with a million entries.

    python benchmarks/audit_million.py /tmp/audit-million [entries]

The casebook is made in the folder if it is not there. The times are medians of 9, of the whole
answer as the application gives it.
"""

import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from starlette.testclient import TestClient

from cathartes.casework.audit import EMPTY_HEAD, entry_hash
from cathartes.casework.roles import Role
from cathartes.casework.user import User
from cathartes.store.audit_check import check_audit
from cathartes.store.open import open_casebook
from cathartes.store.tables import audit
from cathartes.web.app import make_app
from cathartes.web.desk import Desk

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 20_000


def fill(casebook, n_entries: int) -> None:
    """Enter so many entries: sign-ins of a hundred users, with a rare action among them."""
    head, rows = EMPTY_HEAD, []
    for number in range(1, n_entries + 1):
        actor = f"user{number % 100}"
        action = "user.roles" if number % 50_000 == 0 else "sign-in"
        moment = BEGIN + timedelta(seconds=number)
        told = (number, moment, actor, action, actor, {"how": "password"})
        found = entry_hash(head, *told)
        names = ("number", "moment_utc", "actor", "action", "subject", "detail")
        rows.append(dict(zip(names, told, strict=True)) | {"previous_hash": head, "hash": found})
        head = found
        if len(rows) == BATCH or number == n_entries:
            with casebook.database.change() as connection:
                connection.execute(audit.insert(), rows)
            rows = []


def median_ms(ask) -> float:
    """Return the median time of nine calls."""
    times = []
    for _ in range(9):
        begin = time.perf_counter()
        ask()
        times.append(time.perf_counter() - begin)
    return 1e3 * statistics.median(times)


def main(where: Path, n_entries: int) -> None:
    """Make the casebook if need be, and print a table."""
    with open_casebook(where, create=True) as opened:
        casebook = opened.casebook
        if casebook.audit_number() < n_entries:
            fill(casebook, n_entries)
            end_utc = BEGIN + timedelta(seconds=n_entries + 1)
            casebook.add_user(User("aud", "Auditor", (Role.AUDITOR,)), "local:me", end_utc)
        desk = Desk(str(where), casebook, opened.evidence)
        client = TestClient(make_app(desk), base_url="http://127.0.0.1:8321")
        desk.links.add("a link", "aud")
        client.get("/sign-in/link", params={"secret": "a link"}, follow_redirects=False)
        client.app.state.background.chain.close()  # the pages alone
        for words, query in (
            ("newest", {}),
            ("in the middle", {"before": n_entries // 2}),
            ("of one user", {"actor": "user7"}),
            ("a rare action", {"action": "user.roles"}),
            ("a rare action of one user", {"action": "user.roles", "actor": "user0"}),
            ("since a day", {"since": "2026-01-10"}),
            (
                "of one user since the last hour",
                {"actor": "user7", "since": "2026-01-12T13:00:00Z"},
            ),
            ("before a day", {"until": "2026-01-02"}),
            ("nothing", {"actor": "nobody"}),
        ):
            answer = client.get("/audit", params=query)
            shown = answer.text.count('<td class="number">')
            ms = median_ms(lambda query=query: client.get("/audit", params=query))
            print(f"/audit {words:34} {answer.status_code} {shown:3} rows {ms:8.1f} ms")
        begin = time.perf_counter()
        report = check_audit(casebook)
        took_s = time.perf_counter() - begin
        print(f"audit verify: {report.head.number} entries in {took_s:.1f} s, {report.is_whole=}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000)
