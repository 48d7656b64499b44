"""How fast people talking to each other pass by: messages that need no ticket, beside 500 entries of knowledge."""

from __future__ import annotations

import asyncio
import random
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

from benchmarks.example import ENTRIES, write_config
from benchmarks.load import Load
from benchmarks.program import running, the_bot, worked
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
_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"


def run() -> list[Row]:
    """Measure; takes about twenty seconds."""
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(_measured(Path(folder)))


async def _measured(folder: Path) -> list[Row]:
    ours, peer, never_twice, core = [], [], [], []
    bare = ["-m", "benchmarks.contestants", "bare", str(folder), "alone"]
    chance = random.Random(1)
    with running(the_bot(write_config(folder))) as (bot, bot_at), running(bare) as (_, bare_at):
        async with connected(bot_at) as to_bot, connected(bare_at) as to_bare:
            for load in (to_bot, to_bare):
                await _rate(load, TALK)
            for _ in range(ROUNDS):
                before = worked(bot.pid)
                ours.append(await _rate(to_bot, _talk()))
                core.append((worked(bot.pid) - before) / MESSAGES)
                peer.append(await _rate(to_bare, _talk()))
                never_twice.append(await _rate(to_bot, _talk(chance)))
    dropped = statistics.median(peer)
    name, what = (
        f"chatter that needs no ticket, {ENTRIES} entries",
        "aiohttp handler on asyncio that reads and drops",
    )
    return [
        Row(name, statistics.median(ours), dropped, "messages/s", at_least(5_000), what),
        Row("… no text twice", statistics.median(never_twice), dropped, "messages/s", None, what),
        Row("… of a core for one", statistics.median(core) * 1e6, None, "µs"),
    ]


def _talk(chance: random.Random | None = None) -> list[str]:
    """Return what is said in one round; with chance every text calls somebody else."""
    said = [TALK[number % len(TALK)] for number in range(MESSAGES)]
    if chance is None:
        return said
    return [f"{text}，{''.join(chance.choices(_SURNAMES, k=3))}老师" for text in said]


async def _rate(load: Load, texts: Sequence[str]) -> float:
    """Return how many messages a second are read and understood; a last one that is answered says when it is done."""
    start = perf_counter()
    for text in texts:
        await load.say(text)
    await load.ask("帮助")
    return len(texts) / (perf_counter() - start)
