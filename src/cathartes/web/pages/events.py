"""What is new, as a stream of server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from cathartes.web.background import InBackground
from cathartes.web.guard import AccountHolder, guarded_router
from cathartes.web.live_feed import HEARTBEAT_S, LiveFeed, Onlooker, Told

router: APIRouter = guarded_router()

_HEADERS = {"x-accel-buffering": "no", "cache-control": "no-store"}
_RETRY_MS = 3000
_MOST_DIGITS = 18


@router.get("/events")
async def stream_events(
    request: Request, visitor: AccountHolder, background: InBackground
) -> StreamingResponse:
    """Tell what is new for as long as the visitor is signed in."""
    feed, loop = background.live, asyncio.get_running_loop()
    onlooker = await run_in_threadpool(feed.join, visitor, loop)
    try:
        missed = await run_in_threadpool(feed.missed, onlooker, _last_seen(request))
    except BaseException:
        feed.leave(onlooker)
        raise
    stream = _stream(feed, onlooker, missed)
    return StreamingResponse(stream, media_type="text/event-stream", headers=_HEADERS)


async def _stream(feed: LiveFeed, onlooker: Onlooker, missed: Sequence[Told]) -> AsyncIterator[str]:
    """Yield events, and a sign of life where there are none, until the end."""
    try:
        yield f"retry: {_RETRY_MS}\nid: {onlooker.number}\nevent: begin\ndata: {{}}\n\n"
        for told in missed:
            yield _text(told)
        while True:
            try:
                told_now = await asyncio.wait_for(onlooker.queue.get(), HEARTBEAT_S)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if told_now is None:
                return
            yield _text(told_now)
    finally:
        feed.leave(onlooker)


def _text(told: Told) -> str:
    number, event = told
    return f"id: {number}\nevent: {event.kind}\ndata: {json.dumps(dict(event.data))}\n\n"


def _last_seen(request: Request) -> int | None:
    """Return the number of the last event that a browser had; None if it had none."""
    told = request.headers.get("last-event-id", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) <= _MOST_DIGITS else None
