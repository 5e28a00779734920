"""Mandates and flight plans in a casebook: one call for each thing that people do with them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from cathartes.casework.mandate import Mandate
from cathartes.casework.plan import FlightPlan
from cathartes.errors import MandateError
from cathartes.pipeline.authority_files import read_mandate, read_plan
from cathartes.pipeline.owners import local_actor
from cathartes.store.open import open_casebook


def mandate_add(
    casebook: str | Path,
    file: str | Path,
    *,
    told: Mapping[str, object] | None = None,
    actor: str = "",
) -> Mandate:
    """Enter the mandate of a GeoJSON file; the casebook is made if there is none.

    Parameters
    ----------
    casebook
        Folder or URL.
    file, told
        As of `read_mandate`.
    actor
        Who enters it; ``local:<user>`` if empty.

    Raises
    ------
    CathartesError
        If it can't be read, or its id is taken.
    """
    mandate = read_mandate(Path(file), told)
    with open_casebook(casebook, create=True) as opened:
        opened.casebook.add_mandate(mandate, actor or local_actor(), datetime.now(UTC))
    return mandate


def mandate_list(casebook: str | Path) -> tuple[Mandate, ...]:
    """Return all mandates of a casebook, the newest first."""
    with open_casebook(casebook) as opened:
        return opened.casebook.mandates()


def mandate_show(casebook: str | Path, mandate_id: str) -> Mandate:
    """Return one mandate; MandateError if it is not there."""
    with open_casebook(casebook) as opened:
        return opened.casebook.mandate(mandate_id)


def mandate_revoke(casebook: str | Path, mandate_id: str, why: str, *, actor: str = "") -> Mandate:
    """Revoke a mandate from now on, with the reason; nothing more is analysed under it."""
    if not why.strip():
        raise MandateError(f"mandate {mandate_id}: no reason to revoke it; it is kept, say one.")
    with open_casebook(casebook) as opened:
        book = opened.casebook
        return book.revoke_mandate(mandate_id, why, actor or local_actor(), datetime.now(UTC))


def plan_add(
    casebook: str | Path,
    file: str | Path,
    *,
    told: Mapping[str, object] | None = None,
    actor: str = "",
) -> FlightPlan:
    """Enter the flight plan of a GeoJSON file, before the flight; the moment is kept."""
    now_utc = datetime.now(UTC)
    plan = read_plan(Path(file), now_utc, told)
    with open_casebook(casebook) as opened:
        _check_possible(plan, opened.casebook.mandate(plan.mandate_id), now_utc)
        opened.casebook.add_plan(plan, actor or local_actor(), now_utc)
    return plan


def _check_possible(plan: FlightPlan, mandate: Mandate, now_utc: datetime) -> None:
    """Check that something of a plan could be flown under its mandate; MandateError if not."""
    mandate.check_in_force(max(now_utc, mandate.valid_from_utc))
    if plan.ends_utc <= mandate.valid_from_utc or plan.begins_utc >= mandate.valid_until_utc:
        raise MandateError(
            f"flight plan {plan.id}: from {plan.begins_utc:%Y-%m-%d %H:%M} to "
            f"{plan.ends_utc:%Y-%m-%d %H:%M}, all outside mandate {mandate.id}, which holds from "
            f"{mandate.valid_from_utc:%Y-%m-%d} to {mandate.valid_until_utc:%Y-%m-%d}."
        )


def plan_list(casebook: str | Path, mandate_id: str = "") -> tuple[FlightPlan, ...]:
    """Return all flight plans, or those of one mandate, by their beginnings."""
    with open_casebook(casebook) as opened:
        return opened.casebook.plans(mandate_id)
