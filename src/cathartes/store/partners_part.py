"""The casebook's partners: who may be told, and how much."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import Connection, select

from cathartes.casework.partner import Partner
from cathartes.casework.roles import Action
from cathartes.errors import ReleaseError
from cathartes.store.allowed import check_allowed, refusals_kept
from cathartes.store.canonical import content_sha256, to_json
from cathartes.store.part import CasebookPart, enter
from cathartes.store.rows_releases import partner_of, values_of_partner
from cathartes.store.tables_releases import partners


class PartnersPart(CasebookPart):
    """Partners; see `cathartes.store.interface_releases.PartnerBook`."""

    def add_partner(self, partner: Partner, actor: str, now_utc: datetime) -> None:
        """Enter a partner."""
        refusals = refusals_kept(self._database, "partner", partner.id, "add", actor, now_utc)
        with refusals, self._database.change() as connection:
            _check_keeper(connection, actor, partner)
            if _find(connection, partner.id) is not None:
                raise ReleaseError(
                    f"partner {partner.id} is there already, and stays as it is; take another id, "
                    "or change it."
                )
            connection.execute(partners.insert().values(values_of_partner(partner)))
            detail = {"record": to_json(partner), "sha256": content_sha256(partner)}
            enter(connection, "partner.add", partner.id, detail, actor, now_utc)

    def change_partner(self, partner: Partner, actor: str, now_utc: datetime) -> None:
        """Put a record in the place of the one there was; the same again changes nothing."""
        refusals = refusals_kept(self._database, "partner", partner.id, "change", actor, now_utc)
        with refusals, self._database.change() as connection:
            _check_keeper(connection, actor, partner)
            before = partner_in(connection, partner.id)
            if before == partner:
                return
            row = values_of_partner(partner)
            connection.execute(partners.update().where(partners.c.id == partner.id).values(row))
            changed = {
                each.name: [to_json(getattr(one, each.name)) for one in (before, partner)]
                for each in fields(Partner)
                if getattr(before, each.name) != getattr(partner, each.name)
            }
            detail = {"changed": changed, "sha256": content_sha256(partner)}
            enter(connection, "partner.change", partner.id, detail, actor, now_utc)

    def partner(self, partner_id: str) -> Partner:
        """Return a partner."""
        with self._database.read() as connection:
            return partner_in(connection, partner_id)

    def partners(self) -> tuple[Partner, ...]:
        """Return all, by id."""
        with self._database.read() as connection:
            rows = connection.execute(select(partners).order_by(partners.c.id))
            return tuple(partner_of(row) for row in rows)


def partner_in(connection: Connection, partner_id: str) -> Partner:
    """Return a partner; ReleaseError, which lists those that are there, if it is not."""
    found = _find(connection, partner_id)
    if found is None:
        ids = connection.scalars(select(partners.c.id).order_by(partners.c.id)).all()
        there = f"there are: {', '.join(ids)}" if ids else "there is none"
        raise ReleaseError(
            f"no partner {partner_id[:100]!r} in this casebook; {there}. Enter it with "
            "`cathartes partner add`."
        )
    return found


def _find(connection: Connection, partner_id: str) -> Partner | None:
    row = connection.execute(select(partners).where(partners.c.id == partner_id)).one_or_none()
    return None if row is None else partner_of(row)


def _check_keeper(connection: Connection, actor: str, partner: Partner) -> None:
    check_allowed(connection, actor, Action.MANAGE_PARTNERS, f"partner {partner.id}")
