"""Who opens connections and sends no request holds nobody out ("slow loris")."""

import asyncio
from contextlib import asynccontextmanager

import pytest
import uvicorn
from uvicorn.server import ServerState

from cathartes.web import serve, slow_heads
from cathartes.web.settings import HEAD_TIME_S, ServeSettings

WHOLE = b"GET / HTTP/1.1\r\nHost: here\r\n\r\n"


async def _app(_scope, _receive, send):
    await asyncio.sleep(0.8)  # longer than a head may take: an answer has all the time it needs
    headers = [(b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})


class _Quick(slow_heads.ImpatientProtocol):
    head_time_s = 0.6


@asynccontextmanager
async def listening():
    config = uvicorn.Config(_app, lifespan="off")
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: _Quick(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    async with server:
        yield server.sockets[0].getsockname()[1], state


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: here\r\nX-a:"])
def test_a_connection_without_a_request_is_let_go(sent):
    async def hold_on():
        async with listening() as (port, state):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(sent)
            assert await asyncio.wait_for(reader.read(), 120) == b""
            assert not state.connections
            writer.close()

    asyncio.run(hold_on())


def test_one_that_trickles_is_let_go_and_one_that_is_answered_is_not():
    async def trickle():
        async with listening() as (port, _state):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for _ in range(2):  # the second over the same connection
                writer.write(WHOLE)
                assert (await reader.readuntil(b"ok")).startswith(b"HTTP/1.1 200")
            ended = asyncio.create_task(reader.read())
            for byte in WHOLE[:-4] * 30:
                if ended.done():
                    break
                writer.write(bytes([byte]))
                await asyncio.sleep(0.01)
            assert ended.done()
            writer.close()

    asyncio.run(trickle())


def test_the_workstation_is_served_so():
    config = serve._configuration(_app, ServeSettings())
    assert config.http is slow_heads.ImpatientProtocol
    assert slow_heads.ImpatientProtocol.head_time_s == HEAD_TIME_S
