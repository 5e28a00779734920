"""What goes on behind the requests of an application, and ends with it."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, FastAPI, Request

from cathartes.web.chain_watch import ChainWatch
from cathartes.web.desk import Desk
from cathartes.web.live_feed import LiveFeed
from cathartes.web.refusals import Refusals


@dataclass(frozen=True, slots=True)
class Background:
    """Everything of the kind.

    Attributes
    ----------
    chain
        Checks the audit's chain.
    live
        Tells visitors what is new.
    refusals
        Puts them on record, of which a visitor could cause any number.
    """

    chain: ChainWatch
    live: LiveFeed
    refusals: Refusals

    def close(self, desk: Desk) -> None:
        """End it all, and enter what was only counted."""
        self.live.close()
        self.chain.close()
        self.refusals.tell_counts(desk.now(), all_of_them=True)


def begin_background(app: FastAPI, desk: Desk) -> None:
    """Give an application what goes on behind it; nothing runs before it is needed."""
    book = desk.casebook
    app.state.background = Background(ChainWatch(book), LiveFeed(desk), Refusals(book))


def background_of(request: Request) -> Background:
    """Return what goes on behind the application."""
    background: Background = request.app.state.background
    return background


InBackground = Annotated[Background, Depends(background_of)]
"""Type of a route's parameter that is what goes on behind."""
