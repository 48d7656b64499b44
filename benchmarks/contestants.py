"""The peers under load, each a process of its own: `python -m benchmarks.contestants bare FOLDER duty|alone` or `nonebot URL COMMAND COUNT`.

Each prints one line with its address, or nothing when it is the one to connect, and runs until its input is closed.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from benchmarks.load import DUTY
from benchmarks.reported import AT, answer, change, claim, claim_answer, claim_news, notice
from bot.store.contract import Store
from bot.store.sqlite.store import open_sqlite
from bot.tickets.model import Ticket


class Bare:
    """The barest aiohttp handler that saves a ticket durably and answers with its number."""

    def __init__(self, store: Store, *, has_duty: bool) -> None:
        self._store = store
        self._has_duty = has_duty
        self._numbers = itertools.count(1001)
        self._tickets: dict[int, Ticket] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def handle(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one QQ side."""
        socket = web.WebSocketResponse(compress=False)
        await socket.prepare(request)
        async for frame in socket:
            if frame.type is WSMsgType.TEXT:
                event = json.loads(frame.data)
                if event.get("post_type") == "message":
                    # Beside each other, or none could share a commit with another.
                    task = asyncio.create_task(self._answer(socket, event))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
        return socket

    async def _answer(self, socket: web.WebSocketResponse, event: dict[str, Any]) -> None:
        message, group = str(event["message_id"]), event["group_id"]
        room, sender = f"qq:group:{group}", f"qq:{event['user_id']}"
        text = "".join(part["data"]["text"] for part in event["message"])
        if text.startswith("接单"):
            await self._claim(socket, int(text[2:]), room=room, sender=sender, message=message)
            return
        number = next(self._numbers)
        if text.startswith("报障"):
            saved = change(
                number, room=room, sender=sender, message=message, text=text, has_duty=self._has_duty
            )
            await self._store.commit(saved)
            self._tickets[number] = saved.tickets[0].ticket
        elif not text.startswith("帮助"):
            return
        await socket.send_str(_call(group, [_quote(message), _said(answer(number))], f"{number}"))
        if self._has_duty:
            await socket.send_str(_call(DUTY, [_said(notice(number, text))], f"{number}d"))

    async def _claim(
        self, socket: web.WebSocketResponse, number: int, *, room: str, sender: str, message: str
    ) -> None:
        ticket = self._tickets[number]
        await self._store.commit(claim(ticket, room=room, sender=sender, message=message))
        duty, customers = (int(each.rpartition(":")[2]) for each in (room, ticket.address))
        reply = [_quote(message), _said(claim_answer(number, sender))]
        await socket.send_str(_call(duty, reply, f"c{number}"))
        await socket.send_str(_call(customers, [_said(claim_news(number, sender))], f"n{number}"))


def _quote(message: str) -> dict[str, Any]:
    return {"type": "reply", "data": {"id": message}}


def _said(text: str) -> dict[str, Any]:
    return {"type": "text", "data": {"text": text}}


def _call(group: int, message: list[dict[str, Any]], echo: str) -> str:
    params = {"group_id": group, "message": message}
    return json.dumps({"action": "send_group_msg", "params": params, "echo": echo})


async def bare(folder: Path, *, has_duty: bool) -> None:
    """Serve `/hooks/qq` with the barest handler."""
    store = await open_sqlite(folder / "bare.db", AT)
    app = web.Application()
    app.router.add_get("/hooks/qq", Bare(store, has_duty=has_duty).handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await runner.cleanup()
    await store.close()


def nonebot(url: str, command: str, count: int) -> None:
    """Connect to a QQ side with NoneBot2 and so many commands; the last one is answered, and nothing is saved."""
    # Here, because the bare peer must not pay for its import.
    import nonebot as framework
    from nonebot import on_command
    from nonebot.adapters.onebot.v11 import Adapter, Bot, MessageEvent, MessageSegment

    framework.init(
        driver="~aiohttp", onebot_ws_urls=[url], log_level="ERROR", command_start=["/", ""], command_sep=["."]
    )
    framework.get_driver().register_adapter(Adapter)
    names = [f"命令{number}" for number in range(1, count)]
    for name in [*names, command]:
        matcher = on_command(name, priority=1, block=True)

        @matcher.handle()
        async def _(bot: Bot, event: MessageEvent) -> None:
            message = MessageSegment.reply(event.message_id) + MessageSegment.text(answer(event.message_id))
            await bot.send(event, message)

    framework.run()


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        asyncio.run(bare(Path(sys.argv[2]), has_duty=sys.argv[3] == "duty"))
    else:
        nonebot(sys.argv[2], sys.argv[3], int(sys.argv[4]))
