"""What we say over a WebSocket: the text frames of one round of the loop leave with one call of the system."""

from __future__ import annotations

import asyncio
from struct import Struct
from typing import Final

from aiohttp import ClientWebSocketResponse, WSMsgType, web

Socket = ClientWebSocketResponse | web.WebSocketResponse

_WHOLE_TEXT: Final = 0x81  # a text in one frame
_MEDIUM = Struct("!BBH")
_SHORT: Final = 125  # bytes: the head of a longer text says its length in two more
# Bytes. A longer text is waited for until it is on its way, so that a side that does not read is noticed.
_LONG: Final = 1 << 14


class Outlet:
    """Says texts in order.

    Where many messages are under way, their answers come in bunches (what shares a commit is acknowledged together), and a call of
    the system for each costs more than making it: it wakes the other side every time. A server's frames are plain enough to be put
    together here (RFC 6455, 5.2: a head and the text; it masks nothing); those of a client, long texts, and whatever is said to somebody
    who does not keep up with reading, go through the library one by one.
    """

    def __init__(self, socket: Socket, transport: asyncio.Transport | None) -> None:
        """Take `transport`, under a server's socket without compression; None: every text goes through the library."""
        self._socket = socket
        self._transport = transport
        self._loop = asyncio.get_running_loop()
        self._waiting: list[bytes] = []

    async def say(self, text: bytes) -> None:
        """Say a text; waits while the other side does not read.

        Raises:
            ConnectionError: The connection has ended.
        """
        transport = self._transport
        if transport is None or len(text) > _LONG or transport.get_write_buffer_size():
            self.flush()
            await self._socket.send_frame(text, WSMsgType.TEXT)
            return
        if self._socket.closed or transport.is_closing():
            raise ConnectionResetError("the connection is closing")
        if not self._waiting:
            self._loop.call_soon(self.flush)
        self._waiting.append(_head(len(text)))
        self._waiting.append(text)

    def flush(self) -> None:
        """Hand over to the system what was said in this round so far."""
        if self._waiting and self._transport is not None:
            together = b"".join(self._waiting)
            self._waiting.clear()
            self._transport.write(together)  # one that has ended by now drops it: nobody will answer


def _head(length: int) -> bytes:
    return bytes((_WHOLE_TEXT, length)) if length <= _SHORT else _MEDIUM.pack(_WHOLE_TEXT, 126, length)
