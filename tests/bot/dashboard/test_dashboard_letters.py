"""What was not delivered, and trying again."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from adapters.contract import DeliveryFailed
from adapters.wording import say
from bot.store.contract import Change
from bot.store.messages import Delivery, Queued


@pytest_asyncio.fixture
async def refused(stand: Any) -> Any:
    """A stand whose duty room could not be written to once."""
    stand.chat.refused["web:group:duty"] = DeliveryFailed("被移出群")
    await stand.say("王老师", "报障 打印机坏了")
    stand.chat.refused.clear()
    return stand


async def key(stand: Any) -> str:
    (letter,) = await stand.bot.store.dead_letters()
    return str(letter.key)


@pytest.mark.asyncio
async def test_letters_show_room_text_reason_and_time(refused: Any) -> None:
    page = await refused.page("/letters")

    for text in (
        "值班群",
        "🆕 1001",
        "被移出群",
        "2026-03-06 10:00:00",
        "试过 1 次",
        'href="/tickets/1001"',
        "重试",
    ):
        assert text in page


@pytest.mark.asyncio
async def test_trying_again_delivers(refused: Any) -> None:
    answer = await refused.post("/letters", {"key": await key(refused)})
    await refused.bot.outbox.drain()

    assert (answer.status, answer.headers["Location"]) == (303, "/letters")
    assert [said.room for said in refused.chat.said] == ["web:group:yucai", "web:group:duty"]
    assert "都送到了" in await refused.page("/letters")


@pytest.mark.asyncio
async def test_htmx_gets_what_is_left_and_a_notice(refused: Any) -> None:
    answer = await refused.post("/letters", {"key": await key(refused)}, HX_Request="true")
    text = await answer.text()

    assert answer.status == 200
    assert "<html" not in text
    assert "已重新排队发送。" in text


@pytest.mark.asyncio
async def test_trying_again_twice_says_that_it_is_gone(refused: Any) -> None:
    letter = await key(refused)
    await refused.post("/letters", {"key": letter})
    await refused.bot.outbox.drain()

    again = await refused.post("/letters", {"key": letter})
    nothing = await refused.post("/letters", {})

    assert (again.status, nothing.status) == (409, 409)
    assert "已经不在未送达里" in await again.text()
    assert len(refused.chat.said) == 2


@pytest.mark.asyncio
async def test_a_letter_of_an_adapter_that_is_gone_stays(refused: Any) -> None:
    (letter,) = await refused.bot.store.dead_letters()
    orphan = replace(letter, key="orphan", adapter="qq", room="qq:group:1", state=Delivery.QUEUED)
    await refused.bot.store.commit(Change(at=refused.clock.now(), outgoing=(orphan,)))
    await refused.bot.store.update_outgoing([replace(orphan, state=Delivery.DEAD)])

    answer = await refused.post("/letters", {"key": "orphan"})

    assert answer.status == 409
    assert "适配器 qq 没有启用" in await answer.text()
    assert {each.key for each in await refused.bot.store.dead_letters()} == {letter.key, "orphan"}


@pytest.mark.asyncio
async def test_private_rooms_are_called_by_their_person(stand: Any) -> None:
    now = stand.clock.now()
    known = Queued(key="a", adapter="web", room="web:private:chen", text="低分", created_at=now)
    other = Queued(key="b", adapter="web", room="web:private:9", text="喂", created_at=now)
    await stand.bot.store.commit(Change(at=now, outgoing=(known, other)))
    await stand.bot.store.update_outgoing([replace(each, state=Delivery.DEAD) for each in (known, other)])

    page = await stand.page("/letters")

    assert "私聊 陈经理" in page
    assert "私聊 9" in page
    assert "没有说明原因" in page


@pytest.mark.asyncio
async def test_why_is_said_in_the_language_of_the_page(stand: Any) -> None:
    why = say(
        "取不到 access token：{why}", why=say("连不上 {server}（{why}）", server="https://x", why="OSError")
    )
    stand.chat.refused["web:group:duty"] = DeliveryFailed(why)
    await stand.say("王老师", "报障 打印机坏了")

    chinese, english = await stand.page("/letters"), await stand.page("/letters?lang=en")

    assert "取不到 access token：连不上 https://x（OSError）" in chinese
    assert "No access token: https://x cannot be reached (OSError)" in english
    assert "取不到" not in english


async def dead(stand: Any, *keys: str) -> None:
    """Messages to the duty room that the platform refused for good."""
    now = stand.clock.now()
    said = [Queued(key=key, adapter="web", room="web:group:duty", text=key, created_at=now) for key in keys]
    await stand.bot.store.commit(Change(at=now, outgoing=tuple(said)))
    await stand.bot.store.update_outgoing([replace(each, state=Delivery.DEAD) for each in said])


@pytest.mark.asyncio
async def test_what_nobody_needs_any_more_is_let_go_and_not_sent(refused: Any) -> None:
    letter = await key(refused)
    page = await refused.page("/letters")
    assert "不用再发" in page
    assert "全部重试" not in page  # there is one

    answer = await refused.post("/letters", {"key": letter, "do": "forget"}, HX_Request="true")
    again = await refused.post("/letters", {"key": letter, "do": "forget"})
    await refused.bot.outbox.drain()

    assert "已去掉。" in await answer.text()
    assert again.status == 409
    assert "都送到了" in await refused.page("/letters")
    assert [said.room for said in refused.chat.said] == ["web:group:yucai"]
    assert (await refused.bot.store.outgoing(letter)).state is Delivery.DROPPED


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("do", "said", "notice"),
    [("retry", ["a", "b"], "2 条已重新排队发送。"), ("forget", [], "已去掉 2 条。")],
)
async def test_all_of_a_room_are_settled_at_once(stand: Any, do: str, said: list[str], notice: str) -> None:
    await dead(stand, "a", "b")
    page = await stand.page("/letters")
    assert "2 条消息" in page
    assert "全部重试" in page

    form = [("key", "a"), ("key", "b"), ("do", do)]
    answer = await stand.post("/letters", form, HX_Request="true")
    await stand.bot.outbox.drain()

    assert notice in await answer.text()
    assert [each.text for each in stand.chat.said] == said
    assert await stand.bot.store.dead_letters() == []
