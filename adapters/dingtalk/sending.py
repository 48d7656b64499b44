"""Sending to DingTalk: through the conversation while that is possible, since people can be called there; else by speaking first."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import structlog

from adapters.contract import DeliveryFailed, Outgoing, RoomKind, Timekeeper
from adapters.dingtalk import wire
from adapters.dingtalk.api import Api
from adapters.dingtalk.outcome import Rejected
from adapters.values import word
from adapters.wording import N_, say

_log = structlog.get_logger(__name__)

_MOST: Final = 10_000
_MARGIN_MS: Final = 60_000


class Sending:
    """Remembers through what the latest conversations can be answered."""

    def __init__(self, api: Api, name: str, robot: str, clock: Timekeeper) -> None:
        self._api = api
        self._name = name
        self.robot = robot  # its code, until a message tells another
        self._clock = clock
        self._sessions: OrderedDict[str, wire.Session] = OrderedDict()
        self._log = _log.bind(adapter=name)

    def heard(self, session: wire.Session) -> None:
        """Note through what a conversation can be answered."""
        self.robot = session.robot or self.robot
        if not self._api.may_answer(session.webhook):
            self._log.warning("cannot be answered", action="dingtalk_webhook_refused", room=session.room)
            return
        self._sessions[session.room] = session
        self._sessions.move_to_end(session.room)
        if len(self._sessions) > _MOST:
            self._sessions.popitem(last=False)

    async def send(self, message: Outgoing) -> str:
        """Send one message and return its id.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        wire.place(message.room, self._name)
        if message.edits is not None:
            raise DeliveryFailed(say("钉钉机器人不能修改已发出的文字"))
        session = self._sessions.get(message.room)
        if session is not None and self._clock.now().timestamp() * 1000 < session.until_ms - _MARGIN_MS:
            try:
                await self._api.answer(session.webhook, wire.answer(message, self._name))
            except Rejected as rejected:
                if rejected.retry_after is not None:
                    raise
                self._sessions.pop(message.room, None)  # it holds no longer: speak first
            else:
                return f"key:{message.key}"
        return await self._push(message)

    async def recall(self, room: str, message_id: str) -> None:
        """Take back what was said first; answers to a conversation have no id.

        Raises:
            DeliveryFailed: Too late, or not possible for this message.
        """
        kind, number = wire.place(room, self._name)
        if message_id.startswith("key:"):
            raise DeliveryFailed(say("钉钉不能撤回通过会话回复的消息"))
        keys = {"robotCode": self.robot, "processQueryKeys": [message_id]}
        if kind is RoomKind.GROUP:
            await self._api.call("v1.0/robot/groupMessages/recall", {**keys, "openConversationId": number})
        else:
            await self._api.call("v1.0/robot/otoMessages/batchRecall", keys)

    async def _push(self, message: Outgoing) -> str:
        path, body = wire.push(message, self._name, self.robot)
        found = await self._api.call(path, body)
        for key, words in (
            ("invalidStaffIdList", N_("钉钉没有送达：没有这个人，或他不在应用的可用范围里")),
            ("flowControlledStaffIdList", N_("钉钉没有送达：这个人收到的太多，被限制")),
        ):
            if found.get(key):
                raise DeliveryFailed(say(words))
        return word(found, "processQueryKey") or f"key:{message.key}"
