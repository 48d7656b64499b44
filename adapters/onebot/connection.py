"""QQ accounts on one adapter: their connections, what comes in, and what goes out."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from functools import partial
from typing import Any, Final

import structlog
from aiohttp import ClientWebSocketResponse, web

from adapters.admission import Refused as PostRefused
from adapters.admission import body_of
from adapters.contract import (
    Attachment,
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
from adapters.inbox import Inbox
from adapters.onebot import examination, files, posts, wire
from adapters.onebot.admission import Refused, Role, admit
from adapters.onebot.calls import RECONNECTING, Caller, NoSuchPower, Unanswered, ask
from adapters.onebot.catching_up import CatchingUp, Known, since
from adapters.onebot.dial import LARGEST_ACCEPTED, keep_connected
from adapters.onebot.frames import Call, Frame
from adapters.onebot.http_api import HttpApi, keep_watch
from adapters.onebot.link import Link
from adapters.onebot.names import is_nameless, named
from adapters.onebot.notices import file_key, muted_all, muted_for, noticed
from adapters.onebot.outcome import check
from adapters.onebot.outlet import Socket
from adapters.onebot.requests import accepted, trusted
from adapters.onebot.sending import Sending, logged_out
from adapters.onebot.settings import Settings
from adapters.onebot.voices import Voices, is_alone
from adapters.powers import FileUnavailable
from adapters.splitting import split
from adapters.wording import say

_log = structlog.get_logger(__name__)

_MOST_ACCOUNTS: Final = 100
_MOST_ROOMS: Final = 200  # that are caught up with after a reconnect
_ACQUAINTANCE: Final = (
    ("get_group_list", "group_id", RoomKind.GROUP),
    ("get_friend_list", "user_id", RoomKind.PRIVATE),
)
_SAVE_WITHIN: Final = 8.0  # seconds; QQ sides wait for ten or more for the answer to what they post
_LONGEST: Final = 2000
_LARGEST_FILE: Final = 20_000_000  # QQ takes more, but it travels as base64 in one frame


class OneBotAdapter:
    """Speaks for one or more QQ accounts. The newest connection of an account for each role is the one that counts."""

    def __init__(
        self,
        settings: Settings,
        surroundings: Surroundings,
        *,
        jitter: Callable[[], float],  # in [0, 1)
    ) -> None:
        self.name = surroundings.name
        self.capabilities = Capabilities(
            per_minute_room=settings.per_minute_room or None,
            per_minute=settings.per_minute or None,
            can_recall=True,
            shows_pictures=True,
            max_length=_LONGEST,
            max_file_bytes=_LARGEST_FILE,
        )
        self._settings = settings
        self._clock = surroundings.clock
        self._zone = surroundings.zone
        self._jitter = jitter
        names = {person.account: person.name for person in surroundings.people}
        self._view = wire.View(surroundings.name, surroundings.bot_name, names)
        groups = f"{self.name}:group:"
        self._rooms = tuple(room for room in surroundings.rooms if room.address.startswith(groups))
        self._groups = tuple(room.address for room in self._rooms)
        self._chats = tuple(wire.chat_with(person.account) for person in surroundings.people[:_MOST_ROOMS])
        self._http = HttpApi(settings, self._clock) if settings.mode == "http" else None
        self._voices = Voices()
        self._own = {settings.self_id} - {""}  # accounts of the bot
        self._known = Known()
        self._inbox = Inbox()
        self._echoes = _echoes()
        self._sending = Sending(self.name, self._caller_for, self._echoes, self._own, self._clock)
        self._delivery = Delivery(partial(split, limit=_LONGEST, size=len), self._sending.send)
        self._trusted = trusted(surroundings.people)
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_closed = False
        self._log = _log.bind(adapter=surroundings.name)

    @property
    def is_connected(self) -> bool:
        """True while a connection of the QQ side takes calls; over HTTP, while its interface answers."""
        if self._http is not None:
            return self._http.is_reached and not self._is_closed
        return any(self._voices.caller(account) for account in self._voices.accounts)

    def incoming(self) -> AsyncIterator[Incoming | Notice]:
        """Yield what people say; a forward connection is open for as long as this is read."""
        if self._settings.mode == "forward":
            return self._inbox.fed_by(self._dial())
        if self._http is not None:
            back = partial(self._come_back, self._settings.self_id)
            return self._inbox.fed_by(keep_watch(self._http, self._echoes, self._clock, self._jitter, back))
        return self._inbox.messages()

    async def send(self, message: Outgoing) -> str:
        """Deliver a message and return its id on QQ. Without a connection it waits a moment for the QQ side to come back.

        Raises:
            DeliveryFailed: Not connected, refused, or it is unknown whether it arrived.
        """
        return await self._delivery.deliver(message)

    async def send_file(self, message: Outgoing, file: File) -> str:
        """Put a file into a room and return its id, where QQ gives one.

        Raises:
            DeliveryFailed: Not connected, refused, or it is unknown whether it arrived.
        """
        return await self._sending.send_file(message, file)

    async def fetch(self, room: str, attachment: Attachment, most: int) -> bytes:
        """Return the content of a file that somebody sent.

        Raises:
            FileUnavailable: Too large, expired, or not to be had.
        """
        try:
            caller = await self._caller_for(room)
        except DeliveryFailed as failed:
            raise FileUnavailable(failed.reason) from failed
        hosts = self._settings.file_hosts
        return await files.fetch(caller, self._echoes, room, attachment, most=most, hosts=hosts)

    async def recall(self, room: str, message_id: str) -> None:
        """Take back what the bot has said.

        Raises:
            DeliveryFailed: It is too late, or not known any more.
        """
        await self._sending.recall(room, message_id)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Take a reverse WebSocket of the QQ side and serve it until it ends, or one posted event."""
        if self._settings.mode == "forward":
            return web.Response(status=404, text="this adapter connects by itself (mode = forward)")
        if self._is_closed:
            return web.Response(status=503, text="shutting down")
        return await (self._upgrade(request) if self._http is None else self._posted(request))

    async def close(self) -> None:
        """End all connections; `incoming` ends after what has already arrived."""
        self._is_closed = True
        self._inbox.close()
        self._voices.wake()  # nobody will come
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(link.close("bye") for link in self._voices.links))
        if self._http is not None:
            await self._http.close()

    async def examine(self) -> list[Finding]:
        """Look at the token, the connection, the accounts behind it, and whether they are in the configured groups."""
        return await examination.of(
            self._settings,
            adapter=self.name,
            clock=self._clock,
            callers=[each for account in self._voices.connected if (each := self._voices.caller(account))],
            http=self._http,
            groups=self._rooms,
            echoes=self._echoes,
            zone=self._zone,
        )

    # --- connections ---

    async def _dial(self) -> None:
        await keep_connected(
            self._settings,
            adapter=self.name,
            clock=self._clock,
            jitter=self._jitter,
            serve=self._serve_forward,
        )

    async def _serve_forward(self, socket: ClientWebSocketResponse) -> bool:
        return (await self._serve(socket, Role.UNIVERSAL, self._settings.self_id)).is_refused

    async def _upgrade(self, request: web.Request) -> web.StreamResponse:
        verdict = admit(self._settings, request.headers, request.query)
        if isinstance(verdict, Refused):
            self._log.warning(
                "connection refused", action="onebot_refused", status=verdict.status, why=verdict.reason
            )
            return web.Response(status=verdict.status, text=verdict.reason)
        socket = web.WebSocketResponse(
            autoping=False, max_msg_size=LARGEST_ACCEPTED, compress=False, timeout=2.0
        )
        if not socket.can_prepare(request).ok:
            return web.Response(
                status=426, text="a WebSocket is expected here", headers={"Upgrade": "websocket"}
            )
        await socket.prepare(request)
        await self._serve(socket, verdict.role, verdict.account, request.transport)
        return socket

    async def _serve(
        self, socket: Socket, role: Role, account: str, transport: asyncio.Transport | None = None
    ) -> Link:
        link = Link(
            socket,
            adapter=self.name,
            clock=self._clock,
            call_timeout=self._settings.api_timeout_seconds,
            transport=transport,
            on_login=lambda: self._start(self._come_back(account)),
        )
        older = self._voices.join(account, role, link)
        self._note_own(account)
        self._log.info("connected", action="onebot_connected", role=role, account=account)
        catching = self._catching(account)
        behind = asyncio.create_task(self._catch_up(self._voices.caller(account), catching, account))
        try:
            # The older one is told beside the work of the new one: it may be dead and slow to notice.
            serving = link.serve(partial(self._take, account, catching))
            await asyncio.gather(serving, *([older.close("replaced")] if older else []))
        finally:
            behind.cancel()
            self._voices.leave(account, role, link)
            self._log.info("disconnected", action="onebot_disconnected", role=role, account=account)
        return link

    async def _caller_for(self, room: str) -> Caller:
        """Return who takes calls for a room; wait a moment for the QQ side to come back.

        Raises:
            DeliveryFailed: Nobody is connected.
        """
        if self._http is not None and not self._is_closed:
            return self._http
        link = self._voices.caller_for(room)
        if link is None and not self._is_closed:
            link = await self._voices.caller_soon(room, self._clock, RECONNECTING)
        if link is None:
            is_out = self._voices.connected != self._voices.accounts
            why = logged_out() if is_out else say("QQ 端没有连接")
            raise DeliveryFailed(why, retry_after=RECONNECTING)
        return link

    # --- what comes in ---

    async def _posted(self, request: web.Request) -> web.Response:
        try:
            body = await body_of(request)
            frame = posts.admit(self._settings, request.headers, body, self._clock.now())
        except PostRefused as refused:
            self._log.warning(
                "post refused", action="onebot_refused", status=refused.status, why=refused.reason
            )
            return web.Response(status=refused.status)
        account = request.headers.get("X-Self-ID", "").strip()
        happening = self._read(frame, account)
        if isinstance(happening, Notice) and is_nameless(happening):
            happening = await named(happening, self._http, next(self._echoes))
        if happening is None or self._is_repeated_file(happening):
            return web.Response(status=204)
        receipt = self._inbox.put_for_receipt(happening)
        is_saved = receipt is not None and await receipt.wait(_SAVE_WITHIN)
        if is_saved and isinstance(happening, Incoming):
            self._known.is_new(happening, account)  # it is among what is fetched later
        return web.Response(status=204 if is_saved else 503)

    def _take(self, account: str, catching: CatchingUp, frame: Frame) -> None:
        if (mine := self._settings.self_id) and (wire.identity(frame.self_id) or mine) != mine:
            self._log.warning("event of another account", action="onebot_other_account")
            return
        happening = self._read(frame, account)
        if happening is None or not self._voices.hears(happening.room, account):
            return  # of a room that another of our accounts hears
        if isinstance(happening, Notice) and is_nameless(happening):
            self._start(self._put_named(happening, account))
        elif isinstance(happening, Notice):
            self._put(happening)
        elif not self._is_repeated_file(happening):
            catching.take(happening)

    def _read(self, frame: Frame, account: str) -> Incoming | Notice | None:
        me = wire.identity(frame.self_id) or account
        self._note_own(me)
        if frame.post_type == "notice":
            happening: Incoming | Notice | None = noticed(frame, self._view, me, self._own)
        else:
            happening = wire.incoming(frame, self._view, me, self._own)
        if frame.post_type == "request":
            self._asked(frame, account)
        if frame.notice_type == "bot_offline":
            self._log.error("QQ has logged the account out", action="onebot_account_offline", account=me)
        rule = happening if isinstance(happening, Notice) else muted_all(frame, self._view)
        if rule is not None:
            self._sending.noticed(rule, muted_for(frame))
        if happening is None:
            self._log.debug(
                "event ignored",
                action="onebot_event_ignored",
                post_type=frame.post_type,
                notice=frame.notice_type,
            )
        return happening

    def _asked(self, frame: Frame, account: str) -> None:
        call = accepted(frame, self.name, self._trusted, next(self._echoes))
        caller = self._http or self._voices.caller(account)
        self._log.info(
            "somebody asks for the bot" if call is None else "accepted",
            action="onebot_request",
            kind=str(frame.request_type)[:32],
            account=f"{self.name}:{wire.identity(frame.user_id)}",
        )
        if call is None or caller is None:
            return
        self._start(self._accept(caller, call))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _put_named(self, notice: Notice, account: str) -> None:
        self._put(await named(notice, self._voices.caller(account), next(self._echoes)))

    async def _accept(self, caller: Caller, call: Call) -> None:
        try:
            check(await caller.call(call))
        except (Unanswered, DeliveryFailed) as failed:
            self._log.warning("not accepted", action="onebot_request_failed", why=str(failed))

    def _note_own(self, account: str) -> None:
        if account and len(self._own) < _MOST_ACCOUNTS:
            self._own.add(account)

    def _is_repeated_file(self, happening: Incoming | Notice) -> bool:
        """Recognise a file that is told of twice, as a message and as a notice."""
        if not isinstance(happening, Incoming) or happening.text:
            return False
        keys = [file_key(each.reference) for each in happening.attachments if each.kind == "file"]
        return any(key and not self._known.is_first(happening.room, f"content of {key}") for key in keys)

    def _put(self, happening: Incoming | Notice) -> None:
        if not self._inbox.put(happening) and not self._is_closed:
            self._log.error(
                "too many messages are waiting", action="onebot_message_lost", room=happening.room
            )

    # --- what was missed ---

    def _catching(self, account: str) -> CatchingUp:
        rooms = dict.fromkeys((*self._groups, *self._voices.rooms_of(account, _MOST_ROOMS), *self._chats))
        is_wanted = self._settings.history_minutes > 0
        here = [room for room in rooms if is_alone(room) or self._voices.may_hear(room, account)]
        return CatchingUp(
            here if is_wanted else [], account, hand_on=self._put, known=self._known, adapter=self.name
        )

    async def _catch_up(self, caller: Caller | None, catching: CatchingUp, account: str) -> None:
        def read(frame: Frame) -> Incoming | None:
            me = wire.identity(frame.self_id) or account
            return wire.incoming(frame, self._view, me, self._own, is_late=True)

        if caller is not None and len(self._voices.accounts) > 1:
            await self._settle(caller, account)
        begin = since(self._clock.now(), self._settings.history_minutes)
        await catching.run(caller, self._echoes, read, since=begin)

    async def _come_back(self, account: str) -> None:
        """Fetch what was said while QQ did not have an account, or nobody answered over HTTP."""
        await self._catch_up(self._http or self._voices.caller(account), self._catching(account), account)

    async def _settle(self, caller: Caller, account: str) -> None:
        """Find out in which groups an account is and whom it knows, so that each is spoken to by an account that is there."""
        for action, key, kind in _ACQUAINTANCE:
            try:
                found = await ask(caller, action, next(self._echoes))
            except NoSuchPower as missing:
                self._log.info("not told where it is", action="onebot_no_groups", why=str(missing))
                continue
            told = found if isinstance(found, list) else []
            numbers = (wire.identity(each.get(key)) for each in told if isinstance(each, dict))
            self._voices.settle((f"{self.name}:{kind}:{number}" for number in numbers if number), account)


def _echoes() -> Iterator[str]:
    """Return names for requests; a late answer to an earlier run of the program matches none of them."""
    run = secrets.token_hex(4)
    return (f"{run}-{number}" for number in itertools.count(1))
