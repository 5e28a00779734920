"""The audit of a casebook: listed, shown, checked."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from cathartes.casework.audit import AuditEntry, Checkpoint
from cathartes.store.audit_check import AuditReport, check_audit
from cathartes.store.interface_audit import AuditFilter
from cathartes.store.open import open_casebook


def audit_list(
    casebook: str | Path,
    *,
    actor: str = "",
    action: str = "",
    subject: str = "",
    since_utc: datetime | None = None,
    until_utc: datetime | None = None,
    limit: int = 100,
) -> tuple[AuditEntry, ...]:
    """Return entries of a casebook's audit, the newest first.

    Parameters
    ----------
    casebook
        A folder, or ``postgresql://user@host/database``.
    actor, action, subject
        The whole word; "" if it does not matter.
    since_utc, until_utc
        At or after the one, before the other.
    limit
        How many at most.
    """
    wanted = AuditFilter(actor, action, subject, since_utc, until_utc)
    with open_casebook(casebook) as opened:
        return opened.casebook.audit_page(wanted, limit)


def audit_show(casebook: str | Path, number: int) -> AuditEntry:
    """Return one entry; CasebookError if it is not there."""
    with open_casebook(casebook) as opened:
        return opened.casebook.audit_entry(number)


def audit_verify(
    casebook: str | Path,
    *,
    expected_head: str = "",
    on_checked: Callable[[int], None] | None = None,
) -> AuditReport:
    """Compute a casebook's audit chain again, and every hash that it binds; evidence is not read.

    Parameters
    ----------
    casebook
        A folder, or ``postgresql://user@host/database``.
    expected_head
        ``NUMBER:HASH`` that was noted down before; the chain must still lead over it. Without it
        a chain that was cut or written anew as a whole looks whole.
    on_checked
        Told the number of each entry that was checked.

    Raises
    ------
    SettingsError
        If `expected_head` is no head.
    """
    witnessed = Checkpoint.from_text(expected_head) if expected_head else None
    with open_casebook(casebook) as opened:
        return check_audit(opened.casebook, witnessed, on_checked)


def audit_head(casebook: str | Path) -> Checkpoint:
    """Return the chain's head: what to note down elsewhere, to witness a rewrite later."""
    with open_casebook(casebook) as opened:
        return opened.casebook.audit_head()
