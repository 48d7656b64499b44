"""One account at a gateway: what comes in over the WebSocket, and what goes out over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any, Final

import structlog
from msgspec.structs import replace

from adapters.contract import (
    Capabilities,
    DeliveryFailed,
    File,
    Finding,
    Incoming,
    Notice,
    Outgoing,
    RoomKind,
    Surroundings,
)
from adapters.delivery import Delivery
from adapters.dialling import Ended, NotConnected, dialled, keep_connected
from adapters.inbox import Inbox
from adapters.receipt import Receipt
from adapters.remembered import RememberedValues
from adapters.satori import examination, wire
from adapters.satori.api import Api
from adapters.satori.examination import events_at
from adapters.satori.line import Line, Progress
from adapters.satori.settings import Settings
from adapters.server import SOON
from adapters.sessions import faithful
from adapters.splitting import split
from adapters.values import word
from adapters.wording import say

_log = structlog.get_logger(__name__)

_MOST: Final = 10_000
_LARGEST_FILE: Final = 5_000_000  # it stands in the message itself
_UPLOADING: Final = 60.0  # seconds, until the platform behind the gateway has it as well


class SatoriAdapter:
    """Speaks for one account."""

    def __init__(
        self,
        settings: Settings,
        surroundings: Surroundings,
        *,
        jitter: Callable[[], float],  # in [0, 1)
    ) -> None:
        self.name = surroundings.name
        self.capabilities = Capabilities(
            has_buttons=settings.buttons,
            per_minute_room=settings.per_minute_room or None,
            max_length=wire.LIMIT,
            max_file_bytes=_LARGEST_FILE,
        )
        self._settings = settings
        self._surroundings = surroundings
        self._clock = surroundings.clock
        self._jitter = jitter
        self._people = {person.account: person.name for person in surroundings.people}
        self._api = Api(settings)
        self._delivery = Delivery(partial(split, limit=wire.LIMIT, size=len), self._send)
        self._inbox = Inbox()
        self._view: wire.View | None = None  # from the moment the gateway has said who the bot is
        self._line: Line | None = None
        self._progress = Progress()
        self._channels = RememberedValues[str, str](_MOST)  # in which a person is talked to alone
        self._log = _log.bind(adapter=self.name)

    @property
    def is_connected(self) -> bool:
        """True while events come in."""
        return self._line is not None and self._line.is_ready

    def incoming(self) -> AsyncIterator[Incoming | Notice]:
        """Yield what people say; the connection is kept open for as long as this is read."""
        dialling = keep_connected(self._connect, adapter=self.name, clock=self._clock, jitter=self._jitter)
        return self._inbox.fed_by(dialling)

    async def send(self, message: Outgoing) -> str:
        """Deliver a message, or change one, and return its id.

        Raises:
            DeliveryFailed: Not connected yet, refused, or it is unknown whether it arrived.
        """
        wire.place(message.room, self.name)
        if self._inbox.is_closed:
            raise DeliveryFailed(say("正在停止"), retry_after=SOON)
        return await self._delivery.deliver(message)

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Deliver a file and return the id of its message.

        Raises:
            DeliveryFailed: Not connected yet, refused, or it is unknown whether it arrived.
        """
        view = self._known()
        channel = await self._channel(message.room, view)
        body = {"channel_id": channel, "content": wire.document(file)}
        sent = await self._api.call("message.create", view.login, body, patience_seconds=_UPLOADING)
        first = sent[0] if isinstance(sent, list) and sent else sent
        return word(first, "id") or f"key:{message.key}"

    async def recall(self, room: str, message_id: str) -> None:
        """Take a message of the bot back.

        Raises:
            DeliveryFailed: Too late, or the gateway cannot.
        """
        view = self._known()
        channel = await self._channel(room, view)
        await self._api.call("message.delete", view.login, {"channel_id": channel, "message_id": message_id})

    async def close(self) -> None:
        """End all connections; `incoming` ends after what has already arrived."""
        self._inbox.close()
        if self._line is not None:
            await self._line.close()
        await self._api.close()

    async def examine(self) -> list[Finding]:
        """Look whether the gateway takes the token, has the account, and knows the rooms."""
        return await examination.look(
            self._settings, self._api, self._surroundings.rooms, self._clock.now(), self.name
        )

    async def _connect(self) -> Ended:
        """Make one connection and return how it ended."""
        async with faithful() as session:
            try:
                socket = await dialled(session, events_at(self._settings.url))
            except NotConnected as error:
                return Ended(str(error))
            self._line = Line(
                socket, adapter=self.name, clock=self._clock, begin=self._begin, take=self._take
            )
            try:
                return await self._line.serve(self._settings.token, self._progress)
            finally:
                self._line = None

    def _begin(self, ready: Any) -> str:
        found = wire.logins(ready)
        wanted = self._settings.login
        login = next((each for each in found if wanted in ("", f"{each.platform}:{each.user}")), None)
        if login is None:
            return f"网关没有帐号 {wanted}" if wanted else "网关没有登录任何帐号"
        self._view = wire.View(self.name, self._surroundings.bot_name, login, self._people)
        self.capabilities = replace(
            self.capabilities,
            can_edit="message.update" in login.features,
            can_recall="message.delete" in login.features,
        )
        return ""

    def _take(self, event: Any) -> Receipt | None:
        view = self._known()
        if not wire.is_for(event, view.login):
            return None
        person, channel = wire.channel_of(event)
        if person:
            self._channels.note(person, channel)
        found = wire.happening(event, view)
        if found is None:
            self._log.debug("event ignored", action="satori_event_ignored", kind=word(event, "type")[:60])
            return None
        receipt = self._inbox.put_for_receipt(found)
        if receipt is None:  # never saved: after the next loss it is told again
            self._log.error("too many messages are waiting", action="satori_not_taken", room=found.room)
            return Receipt()
        return receipt

    async def _send(self, part: Outgoing) -> str:
        view = self._known()
        kind, _ = wire.place(part.room, self.name)
        channel = await self._channel(part.room, view)
        body = {
            "channel_id": channel,
            "content": wire.content(part, self.name, kind, has_buttons=self._settings.buttons),
        }
        if part.edits is not None:
            await self._api.call("message.update", view.login, {**body, "message_id": part.edits})
            return part.edits
        sent = await self._api.call("message.create", view.login, body)
        first = sent[0] if isinstance(sent, list) and sent else sent
        return word(first, "id") or f"key:{part.key}"

    async def _channel(self, room: str, view: wire.View) -> str:
        """Return the channel that a room is; with a person one is made when there is none yet."""
        kind, number = wire.place(room, self.name)
        if kind is RoomKind.GROUP:
            return number
        if not (channel := self._channels.get(number, "")):
            made = await self._api.call("user.channel.create", view.login, {"user_id": number})
            channel = word(made, "id")
            if not channel:
                raise DeliveryFailed(say("网关没有给出私聊的频道"))
            self._channels.note(number, channel)
        return channel

    def _known(self) -> wire.View:
        if self._view is None:
            raise DeliveryFailed(say("还没有连上 Satori 网关"), retry_after=SOON)
        return self._view
