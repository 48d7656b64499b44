"""Every conversation says the same on Redis in several shards: all of them in the long round, a few in every run."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.replay import replay
from tests.redis_servers import Server

_FILES = sorted((Path(__file__).parents[1] / "transcripts").rglob("*.chat"))
_FEW = ("several-due-in-one-message",)  # joins what lies in different shards


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    is_long = metafunc.config.getoption("--long", default=False)
    files = _FILES if is_long else [path for path in _FILES if path.stem in _FEW]
    metafunc.parametrize("path", files, ids=[path.stem for path in files])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server("redis", tmp_path_factory.mktemp("conversations"))
    yield server
    server.end()


@pytest.mark.asyncio
async def test_a_conversation_says_the_same_in_three_shards(path: Path, server: Server) -> None:
    server.empty()
    text = await asyncio.to_thread(path.read_text, "utf-8")
    result = await replay(path, text, {}, store_url=f"{server.url}?shards=3")
    if result.difference:
        pytest.fail(result.difference, pytrace=False)
