"""The simulator as an adapter: the simulated platform on one side, its pages on the other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

from aiohttp import web

from adapters.contract import Capabilities, DeliveryFailed, File, Incoming, Outgoing, Surroundings
from adapters.web.chat import Chat
from adapters.web.pages import Pages
from adapters.web.refusals import Reason, Refused

LARGEST_FILE = 10_000_000  # it stays in memory while its message does
AFTER_RESTART = timedelta(seconds=5)


class WebAdapter:
    """A platform that can do everything and refuses nothing; it forgets what was said when the program ends."""

    def __init__(self, surroundings: Surroundings) -> None:
        self.name = surroundings.name
        self.capabilities = Capabilities(can_edit=True, has_buttons=True, max_file_bytes=LARGEST_FILE)
        self._chat = Chat(surroundings)
        self._pages = Pages(self._chat, surroundings)

    def incoming(self) -> AsyncIterator[Incoming]:
        """Yield what people say, oldest first, until `close`."""
        return self._chat.incoming()

    async def send(self, message: Outgoing) -> str:
        """Show a message or replace one, and return its id.

        Raises:
            DeliveryFailed: There is no such room, or the edited message is a person's.
        """
        try:
            return self._chat.show(message)
        except Refused as refusal:
            again = AFTER_RESTART if refusal.reason is Reason.CLOSED else None
            raise DeliveryFailed(f"{message.room}: {refusal}", retry_after=again) from refusal

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Show a file to be downloaded, and return the id of the message.

        Raises:
            DeliveryFailed: There is no such room.
        """
        try:
            return self._chat.show(message, file)
        except Refused as refusal:
            again = AFTER_RESTART if refusal.reason is Reason.CLOSED else None
            raise DeliveryFailed(f"{message.room}: {refusal}", retry_after=again) from refusal

    async def close(self) -> None:
        """Send the browsers home; `incoming` then ends."""
        self._chat.close()

    def routes(self) -> list[web.AbstractRouteDef]:
        """Return `/chat` and what is below it."""
        return self._pages.routes()
