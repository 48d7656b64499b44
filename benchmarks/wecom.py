"""How long WeCom waits for the answer to a callback: verified, opened, understood and saved, beside a handler that only saves."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from time import perf_counter
from urllib.parse import urlencode

from aiohttp import ClientSession, TCPConnector, web

from adapters.contract import Adapter, Incoming, Notice, Surroundings
from adapters.wechat.crypto import Seal, read_key, signature
from adapters.wecom.app import AppAdapter, Settings
from benchmarks.table import Row, at_most
from bot.clock import SystemClock
from bot.store.contract import Change, Store
from bot.store.registry import open_store

A_SECOND = 200
SECONDS = 5
TOKEN, AES_KEY, CORP, AGENT = (
    "token",
    "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
    "ww0123456789abcdef",
    1000002,
)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def run() -> list[Row]:
    """Measure; takes about ten seconds. Both sides share one process, so that the figures are rather too high than too low."""
    return asyncio.run(_measured())


async def _measured() -> list[Row]:
    settings = Settings(corp_id=CORP, agent_id=AGENT, secret="s", token=TOKEN, aes_key=AES_KEY)
    adapter = AppAdapter(settings, Surroundings(name="wecom", bot_name="小首", clock=SystemClock()))
    with tempfile.TemporaryDirectory() as folder:
        store = await open_store(f"sqlite:{folder}/wecom.db", SystemClock().now())
        try:
            reading = asyncio.create_task(_save(adapter, store))
            ours = await _waits(adapter.handle)
            await adapter.close()
            assert await reading == A_SECOND * SECONDS, "a message was lost"
            bare = await _waits(_saving(store))
        finally:
            await store.close()
    return [
        Row(
            f"WeCom callback, decrypted, saved, answered, {A_SECOND} a second, p99",
            _p99(ours),
            _p99(bare),
            "ms",
            at_most(50),
            "aiohttp handler on asyncio, same commit",
        ),
        Row(
            f"WeCom callback, {A_SECOND} a second, median",
            statistics.median(ours),
            statistics.median(bare),
            "ms",
        ),
    ]


async def _save(adapter: Adapter, store: Store) -> int:
    """Save each message durably, as the bot does, and let its callback be answered then; return how many there were."""
    saving = [asyncio.create_task(_saved(message, store)) async for message in adapter.incoming()]
    await asyncio.gather(*saving)
    return len(saving)


async def _saved(message: Incoming | Notice, store: Store) -> None:
    await store.commit(Change(at=SystemClock().now(), seen=f"{message.room}|{message.message_id}"))
    if message.receipt is not None:
        message.receipt.settle(is_saved=True)


def _saving(store: Store) -> Handler:
    numbers = count()

    async def bare(request: web.Request) -> web.Response:
        await request.read()
        await store.commit(Change(at=SystemClock().now(), seen=f"bare|{next(numbers)}"))
        return web.Response()

    return bare


async def _waits(handler: Handler) -> list[float]:
    """Return how many milliseconds each answer took, counted from the instant at which the callback was due."""
    callbacks = [_callback(number) for number in range(A_SECOND * SECONDS)]
    async with _served(handler) as url, ClientSession(connector=TCPConnector(limit=0)) as session:
        start = perf_counter() + 0.1

        async def one(number: int) -> float:
            due = start + number / A_SECOND
            await asyncio.sleep(due - perf_counter())
            query, body = callbacks[number]
            async with session.post(f"{url}?{query}", data=body) as response:
                assert response.status == 200
            return (perf_counter() - due) * 1000

        return await asyncio.gather(*(one(number) for number in range(len(callbacks))))


@asynccontextmanager
async def _served(handler: Handler) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_route("*", "/hooks/wecom", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/hooks/wecom"
    finally:
        await runner.cleanup()


def _callback(number: int) -> tuple[str, bytes]:
    """Return query and body of one callback, as WeCom would send it now."""
    now = str(int(SystemClock().now().timestamp()))
    message = (
        f"<xml><ToUserName>{CORP}</ToUserName><FromUserName>zhangsan</FromUserName><CreateTime>{now}</CreateTime>"
        f"<MsgType>text</MsgType><Content>三楼机房的打印机坏了，一直闪红灯</Content><MsgId>{number}</MsgId>"
        f"<AgentID>{AGENT}</AgentID></xml>"
    )
    sealed = Seal(read_key(AES_KEY), CORP).close(message.encode(), bytes(16))
    query = {"msg_signature": signature(TOKEN, now, "n", sealed), "timestamp": now, "nonce": "n"}
    body = f"<xml><ToUserName>{CORP}</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    return urlencode(query), body.encode()


def _p99(waits: list[float]) -> float:
    return statistics.quantiles(waits, n=100)[98]


if __name__ == "__main__":
    from benchmarks.table import lines

    print("\n".join(lines(run())))
