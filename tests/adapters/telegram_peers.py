"""Telegram's side: a Bot API server whose updates and answers are built, and whose calls are read, by python-telegram-bot."""

from __future__ import annotations

import asyncio
import io
import itertools
import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import web
from telegram import (
    CallbackQuery,
    Chat,
    ChatMemberAdministrator,
    ChatMemberMember,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    Message,
    MessageEntity,
    ReplyParameters,
    Update,
    User,
    WebhookInfo,
)

TOKEN = "7000001:AA-hush_hush_hush"
SECRET = "webhook_s3cret"
ME = User(7000001, "首问", is_bot=True, username="Sim_Bot", can_read_all_group_messages=True)
NOON = datetime(2026, 3, 6, 4, 0, tzinfo=UTC)
GROUP = 123456


@dataclass(frozen=True)
class Sent:
    """A call that shows something, read by python-telegram-bot's types."""

    method: str
    chat: int
    text: str
    entities: tuple[MessageEntity, ...]
    keyboard: InlineKeyboardMarkup | None
    answers: ReplyParameters | None
    preview: LinkPreviewOptions | None
    parameters: Mapping[str, str]

    @property
    def called(self) -> tuple[int, ...]:
        return tuple(entity.user.id for entity in self.entities if entity.user is not None)

    @property
    def labels(self) -> tuple[str, ...]:
        rows = self.keyboard.inline_keyboard if self.keyboard else ()
        return tuple(button.text for row in rows for button in row)


def refusal(code: int, description: str, **parameters: Any) -> dict[str, Any]:
    more = {"parameters": parameters} if parameters else {}
    return {"ok": False, "error_code": code, "description": description, **more}


class BotApi:
    """Keeps updates until they are confirmed, holds empty polls, checks what it is sent as strictly as Telegram."""

    def __init__(self) -> None:
        self.me = ME
        self.base_url = ""
        self.sent: asyncio.Queue[Sent] = asyncio.Queue()
        self.calls: list[tuple[str, dict[str, str]]] = []
        self.offsets: list[int | None] = []
        self.webhook = WebhookInfo("", False, 0)
        self.members: dict[int, Any] = {}  # what the bot is in a chat; a refusal is a dictionary
        self.moved: dict[int, int] = {}
        self.date = NOON
        self.files: dict[str, bytes] = {}  # by path
        self.raw_answers: dict[str, deque[Any]] = {}  # to be given instead: a refusal, bytes, or None to cut
        self.kills_next_poll: str | None = None  # "before", "midway" or "after" it is answered
        self._updates: list[dict[str, Any]] = []
        self._all: list[dict[str, Any]] = []
        self._first: dict[tuple[int, int], str] = {}  # what messages said before they were edited
        self._numbers = itertools.count(1)
        self._changed = asyncio.Condition()
        self._texts: dict[tuple[int, int], str] = {}
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._connections: set[asyncio.BaseTransport] = set()

    # --- the server

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        app.router.add_get("/file/bot{token}/{path:.*}", self._file)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.02, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self.base_url = f"http://127.0.0.1:{self._port}/bot"

    async def stop(self) -> None:
        """Die without a word: what is under way is cut, new connections are refused."""
        for connection in tuple(self._connections):
            connection.abort()  # type: ignore[attr-defined]
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def answers(self, method: str, *raw: Any) -> None:
        """Let the next calls of a method be answered otherwise: a refusal, bytes, or None for a cut connection."""
        self.raw_answers.setdefault(method, deque()).extend(raw)

    async def called(self, method: str, times: int = 1) -> list[dict[str, str]]:
        """Wait until a method was called that often, and return its parameters."""

        def those() -> list[dict[str, str]]:
            return [parameters for name, parameters in self.calls if name == method]

        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: len(those()) >= times)
        return those()

    async def next_sent(self) -> Sent:
        async with asyncio.timeout(10):
            return await self.sent.get()

    # --- people

    def number_of(self, sent: Sent) -> int:
        """Return the id of a message of the bot."""
        return next(
            number for (chat, number), text in self._first.items() if (chat, text) == (sent.chat, sent.text)
        )

    def message(self, sent: Sent) -> Message:
        """Return a message of the bot, to be answered."""
        return Message(
            self.number_of(sent), NOON, Chat(sent.chat, Chat.SUPERGROUP), from_user=self.me, text=sent.text
        )

    def forgets_confirmations(self) -> None:
        """Bring everything once more, as if no confirmation had ever come."""
        self._updates = list(self._all)

    async def happens(self, update: dict[str, Any]) -> None:
        """Let an update be fetched."""
        await self.happens_raw({"update_id": next(self._numbers), **update})

    async def happens_raw(self, update: Any) -> None:
        async with self._changed:
            self._updates.append(update)
            self._all.append(update)
            self._changed.notify_all()

    def said(
        self, user: int, name: str, text: str, *, calls_bot: bool = False, **more: Any
    ) -> dict[str, Any]:
        """Return the update of a message in the group, with the call of the bot as clients write it."""
        entities = list(more.pop("entities", ()))
        if calls_bot:
            call = f"@{(self.me.username or '').lower()}"
            text = f"{call} {text}"
            entities.append(MessageEntity(MessageEntity.MENTION, 0, len(call)))
        message = Message(
            next(self._numbers),
            NOON,
            Chat(GROUP, Chat.SUPERGROUP, title="育才群"),
            from_user=User(user, name, is_bot=False),
            text=text,
            entities=entities,
            **more,
        )
        return plain(Update(0, message=message), without="update_id")

    def pressed(self, user: int, name: str, message_id: int, data: str, **more: Any) -> dict[str, Any]:
        on = Message(message_id, NOON, Chat(GROUP, Chat.SUPERGROUP), from_user=self.me, text="…", **more)
        query = CallbackQuery(
            f"q{next(self._numbers)}", User(user, name, is_bot=False), "1", data=data, message=on
        )
        return plain(Update(0, callback_query=query), without="update_id")

    # --- the methods

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        parameters = {**request.query, **{key: str(value) for key, value in (await request.post()).items()}}
        assert request.transport is not None
        self._connections.add(request.transport)
        try:
            return await self._answer(request, method, parameters)
        finally:
            self._connections.discard(request.transport)

    async def _answer(
        self, request: web.Request, method: str, parameters: dict[str, str]
    ) -> web.StreamResponse:
        if request.match_info["token"] != TOKEN:
            return self._json(refusal(401, "Unauthorized"))
        async with self._changed:
            self.calls.append((method, parameters))
            self._changed.notify_all()
        if waiting := self.raw_answers.get(method):
            raw = waiting.popleft()
            if raw is None:
                request.transport.abort()  # type: ignore[union-attr]
                return web.Response()
            if isinstance(raw, bytes):
                return web.Response(body=raw)
            return self._json(raw)
        if method == "getUpdates":
            return await self._updates_for(request, parameters)
        result = getattr(self, f"_{method}")(parameters)
        is_refusal = isinstance(result, dict) and result.get("ok") is False
        return self._json(result if is_refusal else {"ok": True, "result": result})

    def _json(self, answer: dict[str, Any]) -> web.Response:
        date = format_datetime(self.date, usegmt=True)
        return web.json_response(answer, status=answer.get("error_code", 200), headers={"Date": date})

    async def _updates_for(self, request: web.Request, parameters: dict[str, str]) -> web.StreamResponse:
        assert set(json.loads(parameters["allowed_updates"])) == {
            "message",
            "callback_query",
            "my_chat_member",
        }
        offset = int(parameters["offset"]) if "offset" in parameters else None
        self.offsets.append(offset)
        if self.webhook.url:
            return self._json(refusal(409, "Conflict: can't use getUpdates method while webhook is active"))
        async with self._changed:
            if offset is not None:
                self._updates = [one for one in self._updates if not (_number(one) or 0) < offset]
            await self._changed.wait_for(lambda: self._updates)
            answer = self._json({"ok": True, "result": self._updates[: int(parameters["limit"])]})
        return await self._perhaps_killed(request, answer)

    async def _perhaps_killed(self, request: web.Request, answer: web.Response) -> web.StreamResponse:
        kind, self.kills_next_poll = self.kills_next_poll, None
        assert request.transport is not None
        if kind == "before":
            request.transport.abort()
        elif kind == "midway":
            partial = web.StreamResponse(headers={"Content-Type": "application/json"})
            body = answer.body
            assert isinstance(body, bytes)
            partial.content_length = len(body)
            await partial.prepare(request)
            await partial.write(body[: len(body) // 2])
            request.transport.close()
            return partial
        return answer

    async def _file(self, request: web.Request) -> web.StreamResponse:
        content = self.files.get(request.match_info["path"])
        is_ours = request.match_info["token"] == TOKEN
        return web.Response(body=content) if content is not None and is_ours else web.Response(status=404)

    def _getFile(self, parameters: dict[str, str]) -> Any:  # noqa: N802
        number = parameters["file_id"]
        path = f"documents/{number}"
        if path not in self.files:
            return refusal(400, "Bad Request: invalid file_id")
        size = len(self.files[path])
        return {"file_id": number, "file_unique_id": "u", "file_size": size, "file_path": path}

    def _getMe(self, _: dict[str, str]) -> Any:  # noqa: N802 - Telegram's names
        return plain(self.me)

    def _setMyCommands(self, _: dict[str, str]) -> Any:  # noqa: N802
        return True

    def _getWebhookInfo(self, _: dict[str, str]) -> Any:  # noqa: N802
        return plain(self.webhook)

    def _setWebhook(self, parameters: dict[str, str]) -> Any:  # noqa: N802
        self.webhook = WebhookInfo(parameters["url"], False, 0)
        return True

    def _deleteWebhook(self, _: dict[str, str]) -> Any:  # noqa: N802
        self.webhook = WebhookInfo("", False, 0)
        return True

    def _answerCallbackQuery(self, _: dict[str, str]) -> Any:  # noqa: N802
        return True

    def _getChat(self, parameters: dict[str, str]) -> Any:  # noqa: N802
        if refused := self._migrated(int(parameters["chat_id"])):
            return refused
        return {
            "id": int(parameters["chat_id"]),
            "type": "group",
            "title": "育才群",
            "accent_color_id": 0,
            "max_reaction_count": 11,
            "accepted_gift_types": {
                "unlimited_gifts": True,
                "limited_gifts": True,
                "unique_gifts": True,
                "premium_subscription": True,
                "gifts_from_channels": True,
            },
        }

    def _getChatMember(self, parameters: dict[str, str]) -> Any:  # noqa: N802
        member = self.members.get(int(parameters["chat_id"]), ChatMemberMember(self.me))
        return member if isinstance(member, dict) else plain(member)

    def _sendMessage(self, parameters: dict[str, str]) -> Any:  # noqa: N802
        sent = _read("sendMessage", parameters)
        if refused := self._refused(sent):
            return refused
        return self._shown(sent, next(self._numbers))

    def _editMessageText(self, parameters: dict[str, str]) -> Any:  # noqa: N802
        sent = _read("editMessageText", parameters)
        if refused := self._refused(sent):
            return refused
        key = (sent.chat, int(parameters["message_id"]))
        if key not in self._texts:
            return refusal(400, "Bad Request: message to edit not found")
        if self._texts[key] == sent.text:
            return refusal(
                400,
                "Bad Request: message is not modified: specified new message content and reply markup are "
                "exactly the same as a current content and reply markup of the message",
            )
        return self._shown(sent, key[1])

    def _shown(self, sent: Sent, number: int) -> Any:
        self._texts[(sent.chat, number)] = sent.text
        self._first.setdefault((sent.chat, number), sent.text)
        self.sent.put_nowait(sent)
        chat = Chat(sent.chat, Chat.PRIVATE if sent.chat > 10**9 else Chat.SUPERGROUP)
        return plain(Message(number, NOON, chat, from_user=self.me, text=sent.text, entities=sent.entities))

    def _refused(self, sent: Sent) -> dict[str, Any] | None:
        if refused := self._migrated(sent.chat):
            return refused
        assert "parse_mode" not in sent.parameters
        length = len(sent.text.encode("utf-16-le")) // 2
        if not sent.text.strip():
            return refusal(400, "Bad Request: message text is empty")
        if length > 4096:
            return refusal(400, "Bad Request: message is too long")
        for entity in sent.entities:
            if entity.offset < 0 or entity.length <= 0 or entity.offset + entity.length > length:
                return refusal(400, "Bad Request: can't parse entities: entity beyond the end of the text")
        for row in sent.keyboard.inline_keyboard if sent.keyboard else ():
            for button in row:
                if not 0 < len(str(button.callback_data).encode()) <= 64:
                    return refusal(400, "Bad Request: BUTTON_DATA_INVALID")
        return None

    def _migrated(self, chat: int) -> dict[str, Any] | None:
        if new := self.moved.get(chat):
            words = "Bad Request: group chat was upgraded to a supergroup chat"
            return refusal(400, words, migrate_to_chat_id=new)
        return None


@dataclass
class WebhookCaller:
    """Telegram as it brings updates: again until they are taken."""

    url: str
    session: Any
    headers: dict[str, str] = field(default_factory=lambda: {"X-Telegram-Bot-Api-Secret-Token": SECRET})
    numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    async def brings(self, update: dict[str, Any]) -> int:
        return (await self.tells(update))[0]

    async def tells(self, update: dict[str, Any]) -> tuple[int, str]:
        return await self._post(json.dumps({"update_id": next(self.numbers), **update}).encode(), {})

    async def posts(self, body: bytes, **headers: str) -> int:
        return (await self._post(body, headers))[0]

    async def _post(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        given = {**self.headers, **headers}
        async with self.session.post(self.url, data=io.BytesIO(body), headers=given) as answer:
            return answer.status, await answer.text()


def administrator() -> ChatMemberAdministrator:
    rights = dict.fromkeys(
        (
            "can_be_edited", "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
            "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users",
            "can_post_stories", "can_edit_stories", "can_delete_stories",
        ),
        False,
    )  # fmt: skip
    return ChatMemberAdministrator(ME, **rights)


def plain(thing: Any, *, without: str = "") -> dict[str, Any]:
    """Return an object of python-telegram-bot as the JSON that Telegram sends."""
    found: dict[str, Any] = json.loads(thing.to_json())
    found.pop(without, None)
    return found


def _read(method: str, parameters: dict[str, str]) -> Sent:
    def part(key: str) -> Any:
        return json.loads(parameters[key]) if key in parameters else None

    keyboard, answers, preview = part("reply_markup"), part("reply_parameters"), part("link_preview_options")
    return Sent(
        method,
        int(parameters["chat_id"]),
        parameters["text"],
        MessageEntity.de_list(part("entities") or [], None),
        InlineKeyboardMarkup.de_json(keyboard, None) if keyboard else None,
        ReplyParameters.de_json(answers, None) if answers else None,
        LinkPreviewOptions.de_json(preview, None) if preview else None,
        parameters,
    )


def _number(update: Any) -> int | None:
    return update.get("update_id") if isinstance(update, dict) else None
