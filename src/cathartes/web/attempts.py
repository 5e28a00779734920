"""One try of a visitor to prove who they are."""

from fastapi import Request

from cathartes.pipeline.sign_in import Attempt, Proof, attempted, known_user_id
from cathartes.web.desk import Desk
from cathartes.web.known_browser import origin_of


def attempt(request: Request, desk: Desk, user_id: str, proof: Proof) -> Attempt:
    """Let a visitor try to prove that an account is theirs."""
    known_id = known_user_id(user_id)
    origin = origin_of(request, desk, known_id, desk.casebook.credentials(known_id))
    return attempted(desk.casebook, known_id, origin, proof, desk.now())
