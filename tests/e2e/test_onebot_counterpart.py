"""A QQ side written against published libraries (nonebot-adapter-onebot, websockets) talks to the running program."""

from __future__ import annotations

import itertools

import pytest
from nonebot.adapters.onebot.v11 import Message, MessageSegment
from websockets.exceptions import InvalidStatus

from bot.tickets.kinds import Closing, Status
from bot.tickets.records import first_break

pytestmark = pytest.mark.asyncio

CUSTOMER, DUTY = 123456, 654321
WANG, ZHANG = 20001, 20002


def remembers_ids(peer):
    """Let the peer give every message of the bot an id, and return where it is kept by the message's first line."""
    kept: dict[str, int] = {}
    numbers = itertools.count(5001)

    def answer(call):
        number = next(numbers)
        for part in call["params"]["message"]:
            if part["type"] == "text":
                kept.setdefault(part["data"]["text"].splitlines()[0], number)
        return {"status": "ok", "retcode": 0, "data": {"message_id": number}}

    peer.answer = answer
    return kept


async def next_in(peer, *groups):
    """Return the next messages of the bot, one for each of these groups, in their order."""
    sent = [await peer.next_sent() for _ in groups]
    by_group = {message.group_id: message for message in sent}
    assert set(by_group) == set(groups)
    return [by_group[group] for group in groups]


async def test_a_whole_case_on_qq(run, configured, hooks, qq_peer, saved_by):
    config = configured()
    program = await run(config)
    peer = await qq_peer(hooks(await program.address()), token="s3cret")
    ids = remembers_ids(peer)

    report = await peer.group_says(CUSTOMER, WANG, "报障 三楼投影机不亮", card="王老师")
    told, card = await next_in(peer, CUSTOMER, DUTY)
    assert told.text.startswith("已建单 1001（二级·个别服务）")
    assert told.message["reply", 0].data["id"] == str(report)
    assert card.text.startswith("🆕 1001 二级｜育才小学｜王老师：三楼投影机不亮")

    await peer.group_says(DUTY, ZHANG, "接单 1001", card="老张")
    claimed, owner = await next_in(peer, DUTY, CUSTOMER)
    assert claimed.text.startswith("1001 由 老张 接单（")
    assert owner.text.startswith("1001 由 老张 负责，")

    first_line = next(line for line in ids if line.startswith("已建单 1001"))
    quoting = MessageSegment.reply(ids[first_line]) + MessageSegment.text(" 我十分钟后到")
    await peer.group_says(CUSTOMER, ZHANG, quoting, card="老张")
    await peer.group_says(CUSTOMER, ZHANG, "进度 1001", card="老张")
    await next_in(peer, CUSTOMER)  # said after the quoting answer, which itself is met with silence
    await peer.group_says(DUTY, ZHANG, "解决 1001 原因:灯泡老化 方法:换灯泡 预防:定期除尘", card="老张")
    (solved,) = await next_in(peer, CUSTOMER)
    assert solved.text.startswith("✅ 1001 已处理（老张）：灯泡老化，换灯泡。")
    assert [part.data["qq"] for part in solved.message["at"]] == [str(WANG)]

    await peer.group_says(CUSTOMER, WANG, "1", card="王老师")
    (closed,) = await next_in(peer, CUSTOMER)
    assert closed.text.startswith("谢谢确认，1001 已关闭。")
    await peer.group_says(CUSTOMER, WANG, "5 4 来得很快", card="王老师")
    await peer.group_says(CUSTOMER, WANG, "我的单", card="王老师")
    await next_in(peer, CUSTOMER)  # said after the rating, which itself is met with silence
    assert peer.nothing_sent()

    program.terminate()
    assert await program.ended() == 0
    store = await saved_by(config)
    ticket, records = await store.ticket(1001), await store.records(1001)
    await store.close()
    assert (ticket.status, ticket.closing) == (Status.CLOSED, Closing.CONFIRMED)
    assert (ticket.survey.speed, ticket.survey.quality, ticket.survey.comment) == (5, 4, "来得很快")
    happened = [type(record.event).__name__ for record in records]
    assert happened == ["Opened", "Claimed", "Responded", "Resolved", "Closed", "SurveyAsked", "Rated"]
    assert records[2].event.text == "我十分钟后到"
    assert first_break(records) is None


async def test_a_redelivered_message_has_no_effect(run, configured, hooks, qq_peer):
    program = await run(configured())
    url = hooks(await program.address())
    peer = await qq_peer(url, token="s3cret")
    await peer.group_says(CUSTOMER, WANG, "报障 打印机卡纸", card="王老师")
    await next_in(peer, CUSTOMER, DUTY)
    again = await qq_peer(url, token="s3cret")  # its ids begin where those of the first one did
    await again.group_says(CUSTOMER, WANG, "报障 打印机卡纸", card="王老师")
    await again.group_says(CUSTOMER, WANG, "我的单", card="王老师")
    (mine,) = await next_in(again, CUSTOMER)
    assert "1001" in mine.text
    assert "1002" not in mine.text


@pytest.mark.parametrize(("token", "status"), [("", 401), ("wr0ng", 403)])
async def test_a_wrong_token_is_refused(run, configured, hooks, qq_peer, token, status):
    program = await run(configured())
    url = hooks(await program.address())
    with pytest.raises(InvalidStatus) as refused:
        await qq_peer(url, token=token)
    assert refused.value.response.status_code == status
    assert token not in program.said() or not token


@pytest.mark.parametrize("as_string", [False, True])
async def test_hostile_text_arrives_as_text(run, configured, hooks, qq_peer, as_string):
    program = await run(configured())
    peer = await qq_peer(hooks(await program.address()), token="s3cret")
    words = Message([MessageSegment.text("报障 [CQ:at,qq=all] 打印机 @全体成员 {number} <b>坏了</b>")])
    await peer.group_says(CUSTOMER, 30001, words, card="[CQ:at,qq=all]", as_string=as_string)
    _, card = await next_in(peer, CUSTOMER, DUTY)
    assert {part.type for part in card.message} == {"text"}
    assert "[CQ:at,qq=all] 打印机 @全体成员 {number} <b>坏了</b>" in card.text
