"""Forms about releases, as FastAPI reads them."""

from typing import Annotated

from fastapi import Depends, Form

from cathartes.web.release_work import TypedWording

_Text = Annotated[str, Form()]
"""What is too long is refused by what reads it, with what was typed shown again."""


def _typed_wording(
    tlp: Annotated[str, Form(max_length=40)] = "",
    message: _Text = "",
    why: _Text = "",
    sender: _Text = "",
) -> TypedWording:
    return TypedWording(tlp, message, why, sender)


WordingForm = Annotated[TypedWording, Depends(_typed_wording)]
SeenForm = Annotated[str, Form(max_length=64)]
"""The SHA-256 of the content that was looked at: in every form about a release."""
WhyForm = _Text
"""Types of a route's parameters."""
