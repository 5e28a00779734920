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


@router.get("/events")
async def stream_events(
    request: Request, visitor: AccountHolder, background: InBackground
) -> StreamingResponse:
    """Tell what is new for as long as the visitor is signed in."""
    feed, loop = background.live, asyncio.get_running_loop()
    onlooker = await run_in_threadpool(feed.join, visitor, loop)
    try:
        last_seen = request.headers.get("last-event-id", "")
        missed = await run_in_threadpool(feed.missed, onlooker, last_seen)
    except BaseException:
        feed.leave(onlooker)
        raise
    stream = _stream(feed, onlooker, missed)
    return StreamingResponse(stream, media_type="text/event-stream", headers=_HEADERS)


async def _stream(feed: LiveFeed, onlooker: Onlooker, missed: Sequence[Told]) -> AsyncIterator[str]:
    """Yield events, and a sign of life where there are none, until the end."""
    try:
        name = feed.names.name(onlooker.number)
        yield f"retry: {_RETRY_MS}\nid: {name}\nevent: begin\ndata: {{}}\n\n"
        for told in missed:
            yield _text(feed, told)
        while True:
            try:
                told_now = await asyncio.wait_for(onlooker.queue.get(), HEARTBEAT_S)
            except TimeoutError:
                yield ": still here\n\n"
                continue
            if told_now is None:
                return
            yield _text(feed, told_now)
    finally:
        feed.leave(onlooker)


def _text(feed: LiveFeed, told: Told) -> str:
    number, event = told
    data = json.dumps(dict(event.data))
    return f"id: {feed.names.name(number)}\nevent: {event.kind}\ndata: {data}\n\n"
