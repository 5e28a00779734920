"""The casebook's mandates and flight plans."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from cathartes.casework.mandate import Mandate
from cathartes.casework.plan import FlightPlan
from cathartes.errors import MandateError
from cathartes.store.canonical import content_sha256, utc_text
from cathartes.store.part import CasebookPart, enter
from cathartes.store.rows_authority import mandate_of, plan_of, values_of_mandate, values_of_plan
from cathartes.store.tables import mandates, plans


class AuthorityPart(CasebookPart):
    """Mandates and flight plans; see `cathartes.store.interface.Casebook`."""

    def add_mandate(self, mandate: Mandate, actor: str, now_utc: datetime) -> None:
        """Enter a mandate; the same again changes nothing."""
        with self._database.change() as connection:
            there = _find_mandate(connection, mandate.id)
            if there == mandate:
                return
            if there is not None:
                raise MandateError(_taken(there, mandate))
            connection.execute(mandates.insert().values(values_of_mandate(mandate)))
            detail = {
                "authority": mandate.authority,
                "reference": mandate.reference,
                "valid_from": utc_text(mandate.valid_from_utc),
                "valid_until": utc_text(mandate.valid_until_utc),
                "retention_days": mandate.retention_days,
                "sha256": content_sha256(mandate),
            }
            enter(connection, "mandate.add", mandate.id, detail, actor, now_utc)

    def revoke_mandate(self, mandate_id: str, why: str, actor: str, now_utc: datetime) -> Mandate:
        """Revoke a mandate from now on."""
        with self._database.change() as connection:
            there = mandate_in(connection, mandate_id)
            if there.revoked_utc is not None:
                raise MandateError(
                    f"mandate {mandate_id} was revoked on {there.revoked_utc:%Y-%m-%d %H:%M} UTC "
                    "already; nothing was changed."
                )
            connection.execute(
                mandates.update()
                .where(mandates.c.id == mandate_id)
                .values(revoked_utc=now_utc, revoked_why=why)
            )
            enter(connection, "mandate.revoke", mandate_id, {"why": why}, actor, now_utc)
            return mandate_in(connection, mandate_id)

    def mandate(self, mandate_id: str) -> Mandate:
        """Return a mandate."""
        with self._database.read() as connection:
            return mandate_in(connection, mandate_id)

    def mandates(self) -> tuple[Mandate, ...]:
        """Return all, the one that begins last first."""
        newest = select(mandates).order_by(mandates.c.valid_from_utc.desc(), mandates.c.id)
        with self._database.read() as connection:
            return tuple(mandate_of(row) for row in connection.execute(newest))

    def add_plan(self, plan: FlightPlan, actor: str, now_utc: datetime) -> None:
        """Enter a flight plan."""
        with self._database.change() as connection:
            mandate_in(connection, plan.mandate_id)
            if connection.execute(select(plans.c.id).where(plans.c.id == plan.id)).first():
                raise MandateError(
                    f"flight plan {plan.id} was entered already, and an entered plan stays as it "
                    "is; give a changed one another id."
                )
            connection.execute(plans.insert().values(values_of_plan(plan)))
            detail = {
                "mandate": plan.mandate_id,
                "begins": utc_text(plan.begins_utc),
                "ends": utc_text(plan.ends_utc),
                "sha256": content_sha256(plan),
            }
            enter(connection, "plan.add", plan.id, detail, actor, now_utc)

    def plan(self, plan_id: str) -> FlightPlan:
        """Return a flight plan."""
        with self._database.read() as connection:
            row = connection.execute(select(plans).where(plans.c.id == plan_id)).one_or_none()
            if row is None:
                ids = connection.scalars(select(plans.c.id).order_by(plans.c.id)).all()
                there = f"there are: {', '.join(ids)}" if ids else "there is none"
                raise MandateError(
                    f"no flight plan {plan_id!r} in this casebook; {there}. Enter it with "
                    "`cathartes plan add`, before the flight."
                )
            return plan_of(row)

    def plans(self, mandate_id: str = "") -> tuple[FlightPlan, ...]:
        """Return all, or those of one mandate, by their beginnings."""
        wanted = select(plans).order_by(plans.c.begins_utc, plans.c.id)
        if mandate_id:
            wanted = wanted.where(plans.c.mandate_id == mandate_id)
        with self._database.read() as connection:
            return tuple(plan_of(row) for row in connection.execute(wanted))


def _find_mandate(connection: Connection, mandate_id: str) -> Mandate | None:
    row = connection.execute(select(mandates).where(mandates.c.id == mandate_id)).one_or_none()
    return None if row is None else mandate_of(row)


def mandate_in(connection: Connection, mandate_id: str) -> Mandate:
    """Return a mandate; MandateError, which lists those that are there, if it is not."""
    found = _find_mandate(connection, mandate_id)
    if found is None:
        ids = connection.scalars(select(mandates.c.id).order_by(mandates.c.id)).all()
        there = f"there are: {', '.join(ids)}" if ids else "there is none"
        raise MandateError(
            f"no mandate {mandate_id!r} in this casebook; {there}. Enter it with "
            "`cathartes mandate add`."
        )
    return found


def _taken(there: Mandate, given: Mandate) -> str:
    """Return what to say when a mandate's id is taken."""
    if replace(there, revoked_utc=None, revoked_why="") == given and there.revoked_utc:
        return (
            f"mandate {there.id} is in the casebook, and was revoked on "
            f"{there.revoked_utc:%Y-%m-%d %H:%M} UTC; a new mandate needs another id."
        )
    return (
        f"mandate {there.id} is in the casebook with another content (reference "
        f"{there.reference}); an entered mandate stays as it is: give this one another id."
    )
