"""The robot of one WeCom group: what goes out through its webhook."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from typing import Any, Final

from adapters.clock_check import compared
from adapters.contract import (
    Capabilities,
    DeliveryFailed,
    File,
    Finding,
    Incoming,
    Notice,
    Outgoing,
    Surroundings,
)
from adapters.delivery import Delivery
from adapters.inbox import Inbox
from adapters.splitting import split
from adapters.uploads import Upload, nothing_shown_yet
from adapters.wechat.answers import OK, Answer, media_of
from adapters.wechat.interface import Interface
from adapters.wecom.enterprise import PLATFORM
from adapters.wecom.errors import KEY_WRONG, LARGEST_FILE, failure
from adapters.wecom.robot import wire
from adapters.wecom.robot.settings import Settings
from adapters.wording import say

# Room for the mark of a repeated message in front of a part.
_LONGEST_PART: Final = wire.LIMIT - 48


class RobotAdapter:
    """Speaks into the one group that its webhook belongs to; nobody can be heard."""

    def __init__(self, settings: Settings, surroundings: Surroundings) -> None:
        self.name = surroundings.name
        self.capabilities = Capabilities(
            sees_all_messages=False,
            can_quote=False,
            per_minute=20,
            max_length=wire.LIMIT,
            length_unit="bytes",
            max_file_bytes=LARGEST_FILE,
        )
        self._settings = settings
        self._rooms = surroundings.rooms
        self._clock = surroundings.clock
        self._inbox = Inbox()  # stays empty: it only ends
        self._server = Interface(str(settings.address.origin()), PLATFORM)
        self._delivery = Delivery(partial(split, limit=_LONGEST_PART), self._send)

    def incoming(self) -> AsyncIterator[Incoming | Notice]:
        """Yield nothing until `close`: a webhook receives no messages."""
        return self._inbox.messages()

    async def send(self, message: Outgoing) -> str:
        """Deliver a message; the platform gives no id, so a name made of its key stands for it.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        return await self._delivery.deliver(message)

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Upload a file with the robot's own key and show it in the group.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        wire.check_group(message.room, self.name)
        address = self._settings.upload_address
        with nothing_shown_yet():
            answer = await self._server.request("POST", address, Upload("media", file))
        if answer.code != OK:
            raise failure(answer.code, answer.words)
        return await self._sent(message, {"msgtype": "file", "file": {"media_id": media_of(answer)}})

    async def close(self) -> None:
        """End all connections."""
        self._inbox.close()
        await self._server.close()

    async def examine(self) -> list[Finding]:
        """Look at the key, without saying anything in the group, and at the rooms that lead here."""
        times = compared(self._server.server_time, self._clock.now(), PLATFORM)
        return [await self._key(), self._powers(), *self._groups(), *times]

    async def _send(self, part: Outgoing) -> str:
        return await self._sent(part, wire.outgoing(part, self.name))

    async def _sent(self, part: Outgoing, body: dict[str, Any]) -> str:
        try:
            answer = await self._post(body)
        except DeliveryFailed as failed:
            if failed.is_unknown:
                # Nothing could recognise a repetition, and a webhook that is slow has usually done its work.
                raise DeliveryFailed(failed.reason, is_unknown=True) from failed
            raise
        if answer.code != OK:
            raise failure(answer.code, answer.words)
        return f"key:{part.key}"

    async def _post(self, body: dict[str, Any]) -> Answer:
        return await self._server.request("POST", self._settings.address, body)

    async def _key(self) -> Finding:
        try:
            # An empty text is refused, but only after the key was found to be right.
            answer = await self._post({"msgtype": "text", "text": {"content": ""}})
        except DeliveryFailed as failed:
            return Finding("webhook", False, failed.reason)
        if answer.code == KEY_WRONG:
            return Finding("webhook", False, failure(answer.code, answer.words).reason)
        return Finding("webhook", True, say("可用"))

    @staticmethod
    def _powers() -> Finding:
        says = say("只能说、听不到，每分钟最多 20 条：接单等要在有机器人或应用的地方回")
        return Finding(say("权限"), True, says)

    def _groups(self) -> list[Finding]:
        if len(self._rooms) <= 1:
            return []
        says = say(
            "{rooms} 都写着这个机器人，但它只在一个群里。请给每个群各建一个机器人。",
            rooms=tuple(room.name for room in self._rooms),
        )
        return [Finding(say("群"), False, says)]
