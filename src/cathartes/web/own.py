"""What is a visitor's own: a collector alone sees looks of the sorties they entered."""

from cathartes.casework.roles import Action, Thing, is_own
from cathartes.web.desk import Desk
from cathartes.web.guard import require
from cathartes.web.visitor import Visitor

_NOBODY = "nobody"
"""Owner of a sortie whose entry the audit does not have: it is no visitor's own."""


def owner_of(desk: Desk, sortie_id: str) -> str:
    """Return who entered a sortie."""
    entries = desk.casebook.audit_of(sortie_id)
    return next((one.actor for one in entries if one.action == "sortie.add"), _NOBODY)


def check_own(desk: Desk, visitor: Visitor, sortie_id: str) -> None:
    """Check that a visitor may see a sortie and its looks; AccessError if not."""
    if visitor.sees_own_only:
        require(visitor, Action.READ_LOOKS, Thing(owner=owner_of(desk, sortie_id)))


def own_sorties(desk: Desk, visitor: Visitor) -> frozenset[str] | None:
    """Return the ids of the sorties that a visitor may see; None: all."""
    if not visitor.sees_own_only:
        return None
    name = visitor.id.removeprefix("local:")
    actors = [one for one in (name, f"local:{name}") if is_own(visitor.subject, one)]
    return desk.casebook.sortie_ids_entered_by(actors)
