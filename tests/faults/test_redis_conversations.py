"""Every conversation says the same on Redis, on Redis in several shards, on Valkey and on a cluster: all of them in the long round.

A few run in every test; that all of them say what they should on SQLite is `tests/test_transcripts.py`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from bot.terminal.replay import replay

_FILES = sorted((Path(__file__).parents[1] / "transcripts").rglob("*.chat"))
_FEW = ("several-due-in-one-message", "several-groups-merged")  # join what lies in different shards
_SHORT = {"redis, three shards": _FEW, "valkey": _FEW, "cluster": _FEW}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    is_long = metafunc.config.getoption("--long", default=False)
    kinds = {"redis": (), **_SHORT}
    cases = [(kind, path) for kind, few in kinds.items() for path in _FILES if is_long or path.stem in few]
    metafunc.parametrize(("kind", "path"), cases, ids=[f"{kind}-{path.stem}" for kind, path in cases])


@pytest.mark.asyncio
@pytest.mark.fault("transcripts")
async def test_a_conversation_says_the_same_on_every_store(kind: str, path: Path, started, held) -> None:
    server = started(kind.partition(",")[0])
    url = f"{server.url}?shards=3" if kind.endswith("three shards") else server.url
    text = await asyncio.to_thread(path.read_text, "utf-8")
    result = await replay(path, text, {}, store_url=url)
    if result.difference:
        pytest.fail(result.difference, pytrace=False)
    held()
