"""What goes out through the long connection: words, cards with buttons, changes of cards, and files."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Awaitable, Callable
from typing import Any, Final

import structlog
from msgspec.structs import replace

from adapters.contract import DeliveryFailed, File, Outgoing, Timekeeper
from adapters.remembered import RememberedValues
from adapters.said import Said
from adapters.uploads import nothing_shown_yet
from adapters.values import word
from adapters.wechat.answers import OK, Rejected, code
from adapters.wecom import cards
from adapters.wecom.aibot import frames, wire
from adapters.wecom.aibot.frames import Frame
from adapters.wecom.aibot.presses import Presses
from adapters.wecom.aibot.replies import Replies
from adapters.wecom.doubtful import Doubtful
from adapters.wecom.errors import REPLY_IMPOSSIBLE, failure
from adapters.wording import say

_log = structlog.get_logger(__name__)

CHUNK: Final = 512 * 1024  # bytes of a file in one frame
_MOST: Final = 1000

Request = Callable[[str, dict[str, Any], str], Awaitable[Frame]]  # cmd, body, req_id; raises DeliveryFailed


class Sending:
    """Sends one part of a message after the other."""

    def __init__(
        self, request: Request, new_id: Callable[[str], str], *, name: str, clock: Timekeeper, has_cards: bool
    ) -> None:
        self._request = request
        self._new_id = new_id
        self._name = name
        self._clock = clock
        self._has_cards = has_cards
        self.replies = Replies()
        self.presses = Presses()
        self.said = Said()
        self._doubtful = Doubtful(_MOST)
        # Cards that stand, by the keys of their messages; whom they name is still to be called.
        self._uncalled = RememberedValues[str, str](_MOST)
        self._log = _log.bind(adapter=name)

    async def send(self, part: Outgoing) -> str:
        """Send one part and return its id.

        Raises:
            DeliveryFailed: Not connected, refused, or it is unknown whether it arrived.
        """
        sent = wire.outgoing(part, self._name)
        number = await self._as_card(part, sent) if self._has_cards and cards.fits(part) else ""
        if not number:
            number = await self._answered(part, sent.answered) or await self._pushed(sent.pushed())
        self.said.remember(part.room, number, part.text, sent.content)
        return number

    async def change(self, message: Outgoing, earlier: str) -> str:
        """Give a card another text and other buttons while WeCom allows it; else it stays, and the next message carries what is new.

        Raises:
            DeliveryFailed: The room is not one of this adapter.
        """
        wire.outgoing(message, self._name)
        number = cards.number_in(earlier)
        through = self.presses.take(number, self._clock.monotonic()) if number else ""
        if through:
            body = {"response_type": "update_template_card", "template_card": cards.card(message, number)}
            try:
                answer = await self._request(frames.UPDATE, body, through)
                _delivered(answer, through)
            except DeliveryFailed as failed:
                self._log.info("card not changed", action="wecom_card_unchanged", why=failed.reason)
        return earlier

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Upload a file piece by piece, send it, and return the id of its frame.

        Raises:
            DeliveryFailed: Not connected, refused, or it is unknown whether it arrived.
        """
        sent = wire.outgoing(message, self._name)
        with nothing_shown_yet():
            media = await self._upload(file)
        shown = {"msgtype": "file", "file": {"media_id": media}}
        return await self._answered(message, lambda _: shown) or await self._pushed(
            {"chatid": sent.chat, **shown}
        )

    def forget(self) -> None:
        """Forget what holds for one connection only: the ids of its frames."""
        self.replies.clear()
        self.presses.clear()

    async def _as_card(self, part: Outgoing, sent: wire.Sent) -> str:
        """Send a card, and behind it who is called, since a card calls nobody; return nothing where it must be said as text."""
        number = self._uncalled.take(part.key, "")
        try:
            number = number or await self._card(part, sent)
        except Rejected as rejected:
            if rejected.retry_after is not None:
                raise
            self._log.warning("no card", action="wecom_card_refused", why=rejected.reason)
            return ""
        if calls := wire.calls(part, self._name):
            try:
                await self._pushed(replace(sent, content=calls).pushed())
            except DeliveryFailed:
                self._uncalled.note(part.key, number)
                raise
        return number

    async def _card(self, part: Outgoing, sent: wire.Sent) -> str:
        task = cards.number_of(part)
        shown = {"msgtype": "template_card", "template_card": cards.card(part, task)}
        with self._doubtful.trying(task):
            if not await self._answered(part, lambda _: shown):
                await self._pushed({"chatid": sent.chat, **shown})
        return f"{cards.MARK}{task}"

    async def _answered(self, part: Outgoing, body: Callable[[str], dict[str, Any]]) -> str:
        """Send through the message that is answered; return nothing when that is not possible any more."""
        reply = self.replies.take(part.quotes, part.room, self._clock.monotonic())
        if reply is None:
            return ""
        stream = self._new_id("stream")
        answer = await self._request(frames.RESPOND, body(stream), reply.through)
        return "" if code(answer.errcode) in REPLY_IMPOSSIBLE else _delivered(answer, stream)

    async def _pushed(self, body: dict[str, Any]) -> str:
        number = self._new_id(frames.SEND)
        return _delivered(await self._request(frames.SEND, body, number), number)

    async def _upload(self, file: File) -> str:
        content = file.content
        pieces = [content[start : start + CHUNK] for start in range(0, len(content), CHUNK)] or [b""]
        begun = await self._asked(
            frames.UPLOAD,
            {
                "type": "file",
                "filename": file.name,
                "total_size": len(content),
                "total_chunks": len(pieces),
                "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
            },
        )
        upload = word(begun, "upload_id")
        for index, piece in enumerate(pieces):
            said = {
                "upload_id": upload,
                "chunk_index": index,
                "base64_data": base64.b64encode(piece).decode(),
            }
            await self._asked(frames.UPLOAD_PIECE, said)
        media = word(await self._asked(frames.UPLOAD_END, {"upload_id": upload}), "media_id")
        if not upload or not media:
            raise DeliveryFailed(say("平台没有收下文件"))
        return media

    async def _asked(self, cmd: str, body: dict[str, Any]) -> Any:
        answer = await self._request(cmd, body, self._new_id(cmd))
        _delivered(answer, "")
        return answer.body


def _delivered(answer: Frame, number: str) -> str:
    errcode = code(answer.errcode)
    if errcode == OK:
        return number
    if errcode is None:
        raise DeliveryFailed(say("企业微信的确认看不懂，不知是否送到"), is_unknown=True)
    raise failure(errcode, answer.errmsg if isinstance(answer.errmsg, str) else "")
