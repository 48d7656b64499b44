"""Whether finding out what a message asks for grows with the number of commands."""

from __future__ import annotations

import statistics
from time import perf_counter

from benchmarks.chatter import TALK
from benchmarks.table import Row, ratio_of
from bot import commands
from bot.vocabulary import SPECS

ROUNDS = 9
REPEATS = 400
TIMES = 10
TEXTS = (
    *TALK,
    "报障 二楼打印机不通电",
    "接单 1024",
    "／转交 1024 @老张 需要懂录播机的",
    "#进度 1024",
    "转叫 1024",
)


def run() -> list[Row]:
    """Measure; takes a few seconds."""
    few, many = [], []
    count = len(SPECS)
    for _ in range(ROUNDS):
        few.append(_rate())
        many.append(_rate_with(count * TIMES))
    return [
        Row(
            f"router, {count * TIMES} commands beside {count}",
            statistics.median(many),
            statistics.median(few),
            "messages/s",
            ratio_of(0.9),
            f"the same router with {count} commands",
        )
    ]


def _rate() -> float:
    start = perf_counter()
    for _ in range(REPEATS):
        for text in TEXTS:
            commands.parse(text)
    return REPEATS * len(TEXTS) / (perf_counter() - start)


def _rate_with(count: int) -> float:
    """Measure with more words in the router's own table: there is no other way in, because commands are not plug-ins."""
    known = dict(commands._BY_NAME)
    specs = tuple(known.values())
    try:
        commands._BY_NAME.update({f"词{number}": specs[number % len(specs)] for number in range(count)})
        return _rate()
    finally:
        commands._BY_NAME.clear()
        commands._BY_NAME.update(known)
