"""The chain: nothing in it can be changed, left out, added or moved without being found."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cathartes.casework.audit import EMPTY_HEAD, AuditEntry, check_chain, next_entry
from cathartes.errors import AuditError

BEGIN = datetime(2026, 5, 1, 12, 30, 1, 250, tzinfo=UTC)


def chain(n: int) -> list[AuditEntry]:
    """Return a chain of so many entries."""
    entries: list[AuditEntry] = []
    for k in range(n):
        moment = BEGIN + timedelta(seconds=k)
        before = entries[-1] if entries else None
        told = {"k": k, "name": "Ü"}
        entries.append(next_entry(before, moment, "local:anna", "mandate.add", f"M-{k}", told))
    return entries


def test_the_head_is_that_of_the_last_entry_and_of_an_empty_chain_zeros() -> None:
    entries = chain(3)
    assert check_chain(entries) == entries[-1].hash
    assert check_chain([]) == EMPTY_HEAD


def test_the_hash_is_that_of_the_canonical_text_behind_the_hash_before() -> None:
    """RFC 8785 of ASCII keys and small numbers is JSON with sorted keys and no blanks."""
    (first,) = chain(1)
    content = {
        "number": 1,
        "moment": "2026-05-01T12:30:01.000250+00:00",
        "actor": "local:anna",
        "action": "mandate.add",
        "subject": "M-0",
        "detail": {"k": 0, "name": "Ü"},
    }
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert first.hash == sha256(bytes(32) + text.encode()).hexdigest()


def _flip(entries: list[AuditEntry], at: int) -> list[AuditEntry]:
    changed = replace(entries[at], subject="M-9999")
    return [*entries[:at], changed, *entries[at + 1 :]]


def _drop(entries: list[AuditEntry], at: int) -> list[AuditEntry]:
    return [*entries[:at], *entries[at + 1 :]]


def _swap(entries: list[AuditEntry], at: int) -> list[AuditEntry]:
    other = (at + 1) % len(entries)
    swapped = list(entries)
    swapped[at], swapped[other] = swapped[other], swapped[at]
    return swapped


def _forge(entries: list[AuditEntry], at: int) -> list[AuditEntry]:
    """Change an entry and give it the hash that fits: the next one does not."""
    before = entries[at - 1] if at else None
    old = entries[at]
    forged = next_entry(before, old.moment_utc, "local:eve", old.action, old.subject, old.detail)
    return [*entries[:at], forged, *entries[at + 1 :]]


@pytest.mark.parametrize("spoil", [_flip, _swap, _forge, _drop])
@given(at=st.integers(0, 6))
def test_whatever_is_done_to_an_entry_is_found(
    spoil: Callable[[list[AuditEntry], int], list[AuditEntry]], at: int
) -> None:
    with pytest.raises(AuditError, match=r"entry \d"):
        check_chain(spoil(chain(8), at))


def test_a_chain_cut_at_its_end_is_still_a_chain_so_that_heads_must_be_witnessed() -> None:
    entries = chain(4)
    assert check_chain(entries[:-1]) == entries[-2].hash
