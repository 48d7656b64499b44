"""Sending to Feishu: new messages, answers that quote, and changes of what was said; never shown twice within an hour."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import structlog

from adapters.contract import DeliveryFailed, File, Outgoing, RoomKind
from adapters.feishu import writing
from adapters.feishu.addresses import MESSAGE, place
from adapters.feishu.api import Api
from adapters.feishu.outcome import QUOTE_GONE, Rejected
from adapters.remembered import RememberedValues
from adapters.uploads import Upload, nothing_shown_yet
from adapters.values import part, word
from adapters.wording import say

_log = structlog.get_logger(__name__)

_MESSAGES: Final = "im/v1/messages"
_REMEMBERED: Final = 10_000


class Sending:
    """Remembers which messages are cards: a card and a post are changed in different ways."""

    def __init__(self, api: Api, name: str) -> None:
        self._api = api
        self._name = name
        self._cards = RememberedValues[str, bool](_REMEMBERED)
        self._log = _log.bind(adapter=name)

    async def send(self, part: Outgoing) -> str:
        """Send or change one message and return its id.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        kind, number = place(part.room, self._name)
        if part.edits is not None:
            return await self._change(part, kind)
        try:
            return await self._new(part, kind, number)
        except DeliveryFailed as failed:
            if not failed.is_unknown or failed.retry_after is None:
                raise
        return await self._new(part, kind, number)  # if the first has arrived, the second does not

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Upload a file, send it, and return the id of its message.

        Raises:
            DeliveryFailed: Refused, not reached, or it is unknown whether it arrived.
        """
        kind, number = place(message.room, self._name)
        fields = {"file_type": writing.file_type(file.name), "file_name": file.name}
        with nothing_shown_yet():
            uploaded = await self._api.call("POST", "im/v1/files", Upload("file", file, fields))
        key = word(part(uploaded, "data"), "file_key")
        if not key:
            raise DeliveryFailed(say("飞书没有收下文件"))
        body = {"msg_type": "file", "content": msgspec.json.encode({"file_key": key}).decode()}
        to = "chat_id" if kind is RoomKind.GROUP else "open_id"
        request = {**body, "uuid": writing.idempotency(message), "receive_id": number}
        answer = await self._api.call("POST", _MESSAGES, request, {"receive_id_type": to})
        return word(part(answer, "data"), "message_id") or f"key:{message.key}"

    async def recall(self, room: str, message_id: str) -> None:
        """Take a message of the bot back.

        Raises:
            DeliveryFailed: Too late, not the bot's, or not reached.
        """
        place(room, self._name)
        if not MESSAGE.fullmatch(message_id):
            raise DeliveryFailed(say("“{number}”不是飞书的消息", number=message_id))
        await self._api.call("DELETE", f"{_MESSAGES}/{message_id}")

    async def _new(self, message: Outgoing, kind: RoomKind, number: str) -> str:
        request = {**self._written(message, kind), "uuid": writing.idempotency(message)}
        if message.quotes is not None and MESSAGE.fullmatch(message.quotes):
            try:
                answer = await self._api.call("POST", f"{_MESSAGES}/{message.quotes}/reply", request)
                return self._sent(answer, message)
            except Rejected as rejected:
                if rejected.code not in QUOTE_GONE:
                    raise
                self._log.info("said without quoting", action="feishu_quote_gone", why=rejected.reason)
        to = "chat_id" if kind is RoomKind.GROUP else "open_id"
        answer = await self._api.call(
            "POST", _MESSAGES, {**request, "receive_id": number}, {"receive_id_type": to}
        )
        return self._sent(answer, message)

    async def _change(self, message: Outgoing, kind: RoomKind) -> str:
        number = message.edits or ""
        if not MESSAGE.fullmatch(number):
            raise DeliveryFailed(say("“{number}”不是飞书的消息", number=number))
        known = self._cards.get(number, None)
        if known is not False:
            try:
                content = writing.card(message, self._name, kind)
                await self._api.call("PATCH", f"{_MESSAGES}/{number}", {"content": content})
                return number
            except Rejected as rejected:
                # Said by an earlier run, so it may be none; Feishu has no code for just that.
                if known or rejected.retry_after is not None:
                    raise
        request = {"msg_type": "post", "content": writing.post(message, self._name, kind)}
        await self._api.call("PUT", f"{_MESSAGES}/{number}", request)
        return number

    def _written(self, message: Outgoing, kind: RoomKind) -> dict[str, Any]:
        if writing.is_card(message):
            return {"msg_type": "interactive", "content": writing.card(message, self._name, kind)}
        return {"msg_type": "post", "content": writing.post(message, self._name, kind)}

    def _sent(self, answer: dict[str, Any], message: Outgoing) -> str:
        number = word(part(answer, "data"), "message_id")
        if not number:
            return f"key:{message.key}"
        self._cards.note(number, writing.is_card(message))
        return number
