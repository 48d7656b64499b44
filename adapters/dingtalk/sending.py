"""Sending to DingTalk: through the conversation while that is possible, since people can be called there; else by speaking first."""

from __future__ import annotations

from typing import Any, Final

import structlog

from adapters.contract import DeliveryFailed, File, Outgoing, RoomKind, Timekeeper
from adapters.dingtalk import cards, wire
from adapters.dingtalk.addresses import place
from adapters.dingtalk.api import Api
from adapters.dingtalk.outcome import Rejected
from adapters.dingtalk.quotes import Spoken
from adapters.remembered import Remembered, RememberedValues
from adapters.uploads import nothing_shown_yet
from adapters.values import word
from adapters.wording import N_, say

_log = structlog.get_logger(__name__)

_MOST: Final = 10_000
_MARGIN_MS: Final = 60_000


class Sending:
    """Remembers through what the latest conversations can be answered."""

    def __init__(self, api: Api, name: str, robot: str, clock: Timekeeper, template: str) -> None:
        self._api = api
        self._name = name
        self.robot = robot  # its code, until a message tells another
        self._clock = clock
        self._template = template  # of cards; empty where there are none
        self._doubtful = Remembered[str](_MOST)  # cards that may be there although nobody answered
        self.spoken = Spoken()
        self._sessions = RememberedValues[str, wire.Session](_MOST)
        self._log = _log.bind(adapter=name)

    def heard(self, session: wire.Session) -> None:
        """Note through what a conversation can be answered."""
        self.robot = session.robot or self.robot
        if not self._api.may_answer(session.webhook):
            self._log.warning("cannot be answered", action="dingtalk_webhook_refused", room=session.room)
            return
        self._sessions.note(session.room, session)

    async def send(self, message: Outgoing) -> str:
        """Send one message and return its id.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        place(message.room, self._name)
        if message.edits is not None:
            return await self._change(message, message.edits)
        session = self._session(message.room)
        # A card calls people also where the bot speaks first; an answer to the conversation does it with less.
        if self._template and (message.buttons or (session is None and message.mentions)):
            try:
                return await self._card(message)
            except Rejected as rejected:
                if rejected.retry_after is not None:
                    raise
                self._without_cards(rejected)
        if session is not None:
            body = wire.answer(message, self._name)
            try:
                await self._api.answer(session.webhook, body)
            except Rejected as rejected:
                if rejected.retry_after is not None:
                    raise
                self._sessions.take(message.room, None)  # it holds no longer: speak first
            else:
                number = f"key:{message.key}"
                self.spoken.remember(message, number, body["text"]["content"])
                return number
        return await self._push(message)

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Upload a file, send it by speaking first, and return its id.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        place(message.room, self._name)
        with nothing_shown_yet():
            media = await self._api.upload(file)
        return await self._pushed(
            *wire.push(message, self._name, self.robot, wire.document(file.name, media)), message
        )

    async def recall(self, room: str, message_id: str) -> None:
        """Take back what was said first; answers to a conversation have no id.

        Raises:
            DeliveryFailed: Too late, or not possible for this message.
        """
        kind, number = place(room, self._name)
        if message_id.startswith(cards.MARK):
            gone = Outgoing(key=message_id, room=room, text=say("（已撤回）"))
            await self._change(gone, message_id)
            return
        if message_id.startswith("key:"):
            raise DeliveryFailed(say("钉钉不能撤回通过会话回复的消息"))
        keys = {"robotCode": self.robot, "processQueryKeys": [message_id]}
        if kind is RoomKind.GROUP:
            await self._api.call("v1.0/robot/groupMessages/recall", {**keys, "openConversationId": number})
        else:
            await self._api.call("v1.0/robot/otoMessages/batchRecall", keys)

    def _session(self, room: str) -> wire.Session | None:
        session = self._sessions.get(room, None)
        still = session is not None and self._clock.now().timestamp() * 1000 < session.until_ms - _MARGIN_MS
        return session if still else None

    async def _card(self, message: Outgoing) -> str:
        body = cards.creation(message, self._name, self.robot, self._template)
        number = body["outTrackId"]
        try:
            answer = await self._api.call("v1.0/card/instances/createAndDeliver", body)
        except Rejected as rejected:
            # DingTalk knows a card by its number: one that may be there already is not made again, nor said as text.
            if number in self._doubtful and rejected.retry_after is None and not _lacks_right(rejected):
                return f"{cards.MARK}{number}"
            raise
        except DeliveryFailed as failed:
            if failed.is_unknown:
                self._doubtful.note(number)
            raise
        if not cards.is_delivered(answer):
            raise Rejected("card", say("卡片没有投放到群里"))
        self.spoken.remember(message, f"{cards.MARK}{number}", key=cards.carrier_of(answer))
        return f"{cards.MARK}{number}"

    async def _change(self, message: Outgoing, earlier: str) -> str:
        """Give a card another text; what was said as text stays, and the next message carries what is new."""
        if earlier.startswith(cards.MARK):
            body = cards.change(message, self._name, earlier.removeprefix(cards.MARK))
            await self._api.call("v1.0/card/instances", body, "PUT")
            self.spoken.remember(message, earlier)
        return earlier

    def _without_cards(self, rejected: Rejected) -> None:
        """Say it as text; where the right to cards is missing, everything from now on."""
        self._log.warning("no card", action="dingtalk_card_refused", why=rejected.reason)
        if _lacks_right(rejected):
            self._template = ""

    async def _push(self, message: Outgoing) -> str:
        return await self._pushed(*wire.push(message, self._name, self.robot), message)

    async def _pushed(self, path: str, body: dict[str, Any], message: Outgoing) -> str:
        found = await self._api.call(path, body)
        for key, words in (
            ("invalidStaffIdList", N_("钉钉没有送达：没有这个人，或他不在应用的可用范围里")),
            ("flowControlledStaffIdList", N_("钉钉没有送达：这个人收到的太多，被限制")),
        ):
            if found.get(key):
                raise DeliveryFailed(say(words))
        key = word(found, "processQueryKey")
        number = key or f"key:{message.key}"
        self.spoken.remember(message, number, key=key)
        return number


def _lacks_right(rejected: Rejected) -> bool:
    return "AccessDenied" in rejected.code
