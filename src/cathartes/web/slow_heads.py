"""Connections on which no request comes are let go: who holds them open holds others out."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from cathartes.web.settings import HEAD_TIME_S


class ImpatientProtocol(H11Protocol):
    """HTTP/1.1 that waits so long for a request's head, and no longer.

    uvicorn limits the time between requests, and not that of a request that trickles in
    ("slow loris"): as many such as it takes connections, and nobody else is served.
    """

    head_time_s = HEAD_TIME_S
    _head_ends: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take bytes; wait on if the head is not whole."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._end_watch()
        super().connection_lost(exc)

    def _watch(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._end_watch()
        elif self._head_ends is None:
            self._head_ends = self.loop.call_later(self.head_time_s, self.transport.close)

    def _end_watch(self) -> None:
        if self._head_ends is not None:
            self._head_ends.cancel()
            self._head_ends = None
