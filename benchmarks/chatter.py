"""How fast people talking to each other pass by: messages that need no ticket, beside 500 entries of knowledge."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
from pathlib import Path
from time import perf_counter

from benchmarks.example import ENTRIES, write_config
from benchmarks.load import Load
from benchmarks.program import running, the_bot
from benchmarks.road import connected
from benchmarks.table import Row, at_least

MESSAGES = 4_000
ROUNDS = 5
TALK = (
    "好的",
    "收到，谢谢王老师",
    "今天下午两点在三楼会议室开教研会，请各位老师准时参加",
    "我把上周的教案放在共享文件夹里了，大家有空看一下",
    "明天早上升旗仪式，一年级到六年级都参加，注意着装",
    "食堂今天的菜不错，可以去试试",
    "那个表格我晚一点发给你",
    "王老师，您班里的家长会改到周五晚上七点半了，教室还是 301",
    "哈哈哈",
    "[图片] 这是昨天活动的照片，效果很好，辛苦大家",
    "周末有没有人一起去爬山，天气预报说是晴天",
    "体检报告已经到了，在办公室桌上，自己来拿",
)


def run() -> list[Row]:
    """Measure; takes about twenty seconds."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measured(Path(folder)))


async def _measured(folder: Path) -> list[Row]:
    ours, peer = [], []
    bare = ["-m", "benchmarks.contestants", "bare", str(folder), "alone"]
    with running(the_bot(write_config(folder))) as (_, bot_at), running(bare) as (_, bare_at):
        async with connected(bot_at) as to_bot, connected(bare_at) as to_bare:
            for load in (to_bot, to_bare):
                await _rate(load, len(TALK))
            for _ in range(ROUNDS):
                ours.append(await _rate(to_bot, MESSAGES))
                peer.append(await _rate(to_bare, MESSAGES))
    return [
        Row(
            f"chatter that needs no ticket, {ENTRIES} entries",
            statistics.median(ours),
            statistics.median(peer),
            "messages/s",
            at_least(5_000),
            "aiohttp handler that reads and drops",
        )
    ]


async def _rate(load: Load, count: int) -> float:
    """Return how many messages a second are read and understood; a last one that is answered says when it is done."""
    start = perf_counter()
    for number in range(count):
        await load.say(TALK[number % len(TALK)])
    await load.ask("帮助")
    return count / (perf_counter() - start)
