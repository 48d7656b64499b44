"""What the program failed at, as the administrator sees it, and trying again."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.contract import Incoming, RoomKind


def report(number: int = 7) -> Incoming:
    return Incoming(
        room="web:group:yucai",
        room_kind=RoomKind.GROUP,
        sender="web:wang",
        sender_name="王老师",
        message_id=f"p{number}",
        text="报障 <b>打印机</b>坏了",
    )


@pytest.mark.asyncio
async def test_a_failure_is_shown_with_its_traceback_and_counted(stand: Any) -> None:
    await stand.bot.failures.message(report(), stand.clock.now(), KeyError("no such calendar"))
    page = await stand.page("/letters")
    for text in ("育才群", "报障 &lt;b&gt;打印机&lt;/b&gt;坏了", "KeyError", "再试一次"):
        assert text in page
    assert 'href="/letters"' in await stand.page("/")
    figures = await stand.page("/metrics")
    assert "shouwen_open_failures 1.0" in figures
    assert 'shouwen_failures_total{kind="message"} 1.0' in figures


@pytest.mark.asyncio
async def test_trying_again_with_a_mended_program_handles_it(stand: Any) -> None:
    await stand.bot.failures.message(report(), stand.clock.now(), KeyError("x"))
    answer = await stand.post("/failures", {"key": "web:group:yucai|p7", "do": "retry"})
    await stand.bot.outbox.drain()
    assert answer.status == 303
    assert [said.room for said in stand.chat.said] == ["web:group:yucai", "web:group:duty"]
    assert await stand.bot.store.failures() == []


@pytest.mark.asyncio
async def test_it_can_be_let_go_of_once(stand: Any) -> None:
    await stand.bot.failures.message(report(), stand.clock.now(), KeyError("x"))
    assert (await stand.post("/failures", {"key": "web:group:yucai|p7", "do": "forget"})).status == 303
    assert stand.chat.said == []
    assert (await stand.post("/failures", {"key": "web:group:yucai|p7", "do": "forget"})).status == 409


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/metrics", "/api/v1/findings"])
async def test_the_figures_are_for_who_shows_the_token(opens: Any, path: str) -> None:
    stand = await opens(travel=False)
    stand.access._tokens.append(_digest("s3cret"))
    assert (await stand.client.get(path, allow_redirects=False)).status != 200
    wrong = await stand.client.get(path, headers={"Authorization": "Bearer nope"}, allow_redirects=False)
    assert wrong.status != 200
    right = {"Authorization": "Bearer s3cret"}
    assert (await stand.client.get(path, headers=right)).status == 200
    assert (await stand.client.get("/", headers=right, allow_redirects=False)).status != 200


def _digest(token: str) -> str:
    import hashlib

    return hashlib.sha256(token.encode()).hexdigest()
