"""Vectors from an address: kept, asked for once, never waited for long, and missed by nobody while it is silent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from aiohttp import web
from structlog.testing import capture_logs

from bot.config import load
from bot.configuration.model import EmbeddingsConfig
from bot.knowledge.embeddings import Embeddings, EmbeddingsFault
from bot.knowledge.live import Knowledge, Thresholds
from bot.knowledge.understanding import Understanding
from bot.store.knowledge_contract import Learning
from bot.store.registry import open_store
from bot.terminal.command_line import voice_of
from bot.terminal.doctor import _embeddings
from bot.terminal.housekeeping import ask_faq
from faq.entries import Entry
from faq.knowledge import Hit
from tests.bot.office import START

pytest.importorskip("numpy", reason="comes with the extra `semantic`")
_TOPICS = ("密码口令", "打印纸张", "工资薪水")
_KEY = "sk-secret-key"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


def _vector(text: str) -> list[float]:
    """A direction for each topic on top of one that all texts share, as many models have it."""
    return [sum(text.count(letter) for letter in topic) for topic in _TOPICS] + [1.0]


class Service:
    """An address that counts what it is asked, and may misbehave."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.keys: set[str] = set()
        self.answer: Answer = self.well
        self.elsewhere = 0
        self.url = ""

    async def well(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.keys.add(request.headers.get("Authorization", ""))
        self.asked += body["input"]
        data = [{"index": n, "embedding": _vector(text)} for n, text in enumerate(body["input"])]
        return web.json_response({"data": data[::-1], "model": body["model"]})

    async def route(self, request: web.Request) -> web.StreamResponse:
        return await self.answer(request)

    async def silent(self, request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    async def other(self, request: web.Request) -> web.StreamResponse:
        self.elsewhere += 1
        return web.json_response({})


@pytest_asyncio.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    app = web.Application()
    app.router.add_post("/v1/embeddings", service.route)
    app.router.add_post("/elsewhere", service.other)
    runner = web.AppRunner(app, shutdown_timeout=0.05, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield service
    await runner.cleanup()


@pytest.fixture
def config(service: Any) -> EmbeddingsConfig:
    return EmbeddingsConfig(
        url=f"{service.url}/v1/",
        model="m",
        key=_KEY,
        within=timedelta(seconds=0.2),
        batch_within=timedelta(seconds=5),
    )


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Any]:
    store = await open_store(f"sqlite:{tmp_path / 'e.db'}", START)
    entries = (
        Entry(id="K-001", question="密码忘了", answer="重设"),
        Entry(id="K-002", question="打印没反应", answer="重启"),
    )
    await store.learn(Learning(at=START, entries=entries))
    yield store
    await store.close()


async def _look(knowledge: Knowledge, text: str) -> list[Hit]:
    await knowledge.hear(text)
    return knowledge.find(text, "", START)


async def _known(store: Any, config: EmbeddingsConfig) -> Knowledge:
    understanding = Understanding(Embeddings(config), store, is_levelled=True)
    knowledge = Knowledge(store, Thresholds(0.9, 0.4), ZoneInfo("Asia/Shanghai"), understanding=understanding)
    await knowledge.load(START)
    return knowledge


@pytest.mark.asyncio
async def test_vectors_come_in_the_order_of_the_texts_and_the_key_goes_along(
    service: Service, config: Any
) -> None:
    async with Embeddings(config) as embeddings:
        assert [list(each) for each in await embeddings.vectors(["密码", "打印"])] == [
            _vector("密码"),
            _vector("打印"),
        ]
    assert service.keys == {f"Bearer {_KEY}"}
    assert _KEY not in repr(config)


@pytest.mark.asyncio
async def test_an_answer_of_many_pieces_is_read_whole(service: Service, config: Any) -> None:
    async def long(request: web.Request) -> web.StreamResponse:
        count = len((await request.json())["input"])
        return web.json_response(
            {"data": [{"index": n, "embedding": [0.123456789] * 2000} for n in range(count)]}
        )

    service.answer = long
    async with Embeddings(config) as embeddings:
        assert [len(each) for each in await embeddings.vectors(["密码"] * 64)] == [2000] * 64


async def _broken(response: Callable[[], web.Response], service: Service, config: EmbeddingsConfig) -> str:
    async def answer(request: web.Request) -> web.StreamResponse:
        return response()

    service.answer = answer
    async with Embeddings(config) as embeddings:
        with pytest.raises(EmbeddingsFault) as fault:
            await embeddings.vectors(["密码", "打印"])
    assert _KEY not in str(fault.value)
    return str(fault.value)


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("response", "why"),
    [
        (lambda: web.Response(status=401, text="no"), "HTTP 401"),
        (lambda: web.Response(status=500), "HTTP 500"),
        (lambda: web.Response(status=307, headers={"Location": "/elsewhere"}), "HTTP 307"),
        (lambda: web.Response(text="<html>"), "not an embeddings answer"),
        (lambda: web.json_response({"data": []}), "not a vector for each text"),
        (
            lambda: web.json_response({"data": [{"index": n, "embedding": [0.1] * (n + 1)} for n in (0, 1)]}),
            "not a vector for each text",
        ),
        (
            lambda: web.json_response({"data": [{"index": n, "embedding": []} for n in (0, 1)]}),
            "not a vector for each text",
        ),
    ],
    ids=["refused", "broken", "redirected", "page", "nothing", "sizes", "empty"],
)
async def test_what_is_no_answer_is_named(service: Service, config: Any, response: Any, why: str) -> None:
    assert await _broken(response, service, config) == why
    assert service.elsewhere == 0


@pytest.mark.asyncio
async def test_a_text_is_found_by_its_meaning_and_the_next_start_asks_nothing(
    service: Service, config: Any, store: Any
) -> None:
    knowledge = await _known(store, config)
    assert await _look(knowledge, "口令想不起来") == []
    assert await knowledge.understand() == 2
    [best, *_] = await _look(knowledge, "口令想不起来")
    assert best.entry.id == "K-001"
    assert best.sentence is not None
    await _look(knowledge, "口令想不起来")
    assert sorted(service.asked) == sorted(["密码忘了", "打印没反应", "口令想不起来"])
    await knowledge.close()
    service.asked.clear()
    again = await _known(store, config)
    assert await again.understand() == 2
    assert service.asked == []
    await again.close()


@pytest.mark.asyncio
async def test_another_model_means_something_else(service: Service, config: Any, store: Any) -> None:
    first = await _known(store, config)
    await first.understand()
    await first.close()
    service.asked.clear()
    other = await _known(store, replace(config, model="n"))
    assert await other.understand() == 2
    assert len(service.asked) == 2
    await other.close()


@pytest.mark.asyncio
async def test_while_the_address_is_silent_answers_go_on_without_and_it_is_left_alone(
    service: Service, config: Any, store: Any
) -> None:
    knowledge = await _known(store, config)
    await knowledge.understand()
    service.answer = service.silent
    with capture_logs() as logs:
        hits = await _look(knowledge, "我忘了密码")
        await _look(knowledge, "打印又没反应")
    assert hits[0].entry.id == "K-001"
    assert hits[0].sentence is None
    assert [each["action"] for each in logs] == ["embeddings_silent"]
    assert _KEY not in repr(logs)
    assert knowledge.understanding is not None
    assert knowledge.understanding.fault == "timeout"
    await knowledge.close()


@pytest.mark.asyncio
async def test_the_command_line_and_the_doctor_say_whether_it_answers(
    service: Service, config: Any, store: Any, tmp_path: Path
) -> None:
    assert store is not None
    file = tmp_path / "c.toml"
    file.write_text(
        f'[store]\nurl = "sqlite:e.db"\n[faq]\nembeddings = {{ url = "{config.url}", model = "m", key = "env:K", batch_within = "1s" }}\n',
        encoding="utf-8",
    )
    whole = load(file, {"K": _KEY}, is_replay=True)
    said = await ask_faq(whole, "口令想不起来", None, is_explained=True)
    assert f"句意向量：m@{config.url}。" in said
    [finding] = await _embeddings(whole, voice_of("zh"))
    assert (finding.is_well, finding.says) == (True, "m 可用，4 维")
    await _broken(lambda: web.Response(status=401), service, config)
    said = await ask_faq(whole, "口令想不起来", None, is_explained=True)
    assert f"句意向量 m@{config.url} 现在没有（HTTP 401；还差 2 个问法），先不按句意比。" in said
    [finding] = await _embeddings(whole, voice_of("zh"))
    assert (finding.is_well, finding.says) == (
        False,
        "m 没有回答（HTTP 401）；答案先不按句意找，请检查 [faq] embeddings",
    )
    assert _KEY not in repr(whole)
