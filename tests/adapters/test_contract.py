"""What every adapter promises, checked against the other side of its platform."""

from __future__ import annotations

import asyncio
from datetime import UTC

import pytest

from adapters.contract import Button, Capabilities, DeliveryFailed, Mention, Outgoing, RoomKind

pytestmark = pytest.mark.asyncio


def _room(platform) -> str:
    return getattr(platform, "room", f"{platform.adapter.name}:group:123456")


def _outgoing(platform, text: str, **more) -> Outgoing:
    return Outgoing(key=f"key of {text}", room=_room(platform), text=text, **more)


def _can_call(platform) -> bool:
    """Say whether a person can be called there at all: never where they are alone with the bot."""
    return platform.adapter.capabilities.can_mention and ":private:" not in _room(platform)


async def _may_speak(platform, times: int = 1) -> None:
    """Let people say something first where the bot can only answer."""
    if not platform.adapter.capabilities.can_push:
        for _ in range(times):
            await platform.says("王老师", "在吗")
            await platform.listener.next()


async def _send(platform, message: Outgoing):
    """Send a message while the platform takes it; return its id and what people see."""
    await _may_speak(platform)
    sending = asyncio.create_task(platform.adapter.send(message))
    shown = await platform.next_shown()
    return await asyncio.wait_for(sending, 10), shown


async def test_what_a_person_says_arrives_with_room_and_person(hearing_platform):
    await hearing_platform.says("王老师", "打印机坏了")
    message = await hearing_platform.listener.next()
    assert message.room == _room(hearing_platform)
    is_private = ":private:" in message.room
    assert message.room_kind is (RoomKind.PRIVATE if is_private else RoomKind.GROUP)
    assert message.sender == f"{hearing_platform.adapter.name}:20001"
    assert message.sender_name == "王老师"
    assert message.text == "打印机坏了"
    # Where only those are heard who call the bot, everything is said to it.
    assert message.is_addressed == (is_private or not hearing_platform.adapter.capabilities.sees_all_messages)
    assert message.command is None
    assert message.sent_at is None or message.sent_at.tzinfo is UTC


async def test_messages_arrive_in_order_and_each_has_its_own_id(hearing_platform):
    for number in range(20):
        await hearing_platform.says("老张", f"第 {number} 句")
    heard = [await hearing_platform.listener.next() for _ in range(20)]
    assert [message.text for message in heard] == [f"第 {number} 句" for number in range(20)]
    assert len({message.message_id for message in heard}) == 20
    assert all(message.message_id for message in heard)


async def test_calling_the_bot_makes_a_message_addressed_and_leaves_only_the_words(hearing_platform):
    await hearing_platform.says("王老师", "教师端登录不了", calls_bot=True)
    message = await hearing_platform.listener.next()
    assert message.is_addressed
    assert message.text == "教师端登录不了"


@pytest.mark.parametrize("call", ["@小首 打不开", "＠小首 打不开", "小首，打不开", "@小首打不开"])
async def test_the_typed_name_of_the_bot_addresses_it(hearing_platform, call):
    await hearing_platform.says("王老师", call)
    message = await hearing_platform.listener.next()
    assert (message.is_addressed, message.text) == (True, "打不开")


async def test_a_message_of_the_bot_is_shown_and_gets_an_id(platform):
    number, shown = await _send(platform, _outgoing(platform, "已建单 1001"))
    assert number
    assert (shown.room, shown.text) == (_room(platform), "已建单 1001")


@pytest.mark.parametrize(
    "text",
    [
        "[CQ:at,qq=all] 免费领取",
        "&#91;CQ:at&#44;qq=all&#93; &amp;",
        "<b>粗</b> **星** _下划线_ `代码` $(rm -rf) {name} %s",
        "两行\n第二行",
        "@所有人 @全体成员 @all",
        '<at id="all"></at> <at user_id="all">全体</at> <@all> <!channel> [点](javascript:alert(1))',
    ],
)
async def test_text_is_shown_as_it_stands_and_never_read_as_markup(platform, text):
    _, shown = await _send(platform, _outgoing(platform, text))
    assert shown.text == text
    assert shown.called == ()


async def test_people_are_called_once_where_the_platform_can(platform):
    called = Mention("老张", f"{platform.adapter.name}:20002")
    _, shown = await _send(platform, _outgoing(platform, "⏳ 1026 @老张 @老张", mentions=(called,)))
    assert shown.text == "⏳ 1026 @老张 @老张"
    assert shown.called == ((called.account,) if _can_call(platform) else ())


async def test_whoever_is_named_without_an_at_is_called_all_the_same(platform):
    """Of a missed promise the duty room reads 已报 陈经理: the sentence is what calls them."""
    called = Mention("老张", f"{platform.adapter.name}:20002")
    _, shown = await _send(platform, _outgoing(platform, "⚠️ 1026 响应超时，已报 老张。", mentions=(called,)))
    assert shown.text.replace("@", "") == "⚠️ 1026 响应超时，已报 老张。"
    assert shown.called == ((called.account,) if _can_call(platform) else ())


async def test_whoever_is_named_at_the_end_of_a_long_text_is_called_once(platform):
    called = Mention("老张", f"{platform.adapter.name}:20002")
    lines = ["x" * 99] * (platform.adapter.capabilities.max_length // 100 + 5)
    text = "\n".join([*lines, "已报 老张。"])
    await _may_speak(platform, times=3)
    sending = asyncio.create_task(platform.adapter.send(_outgoing(platform, text, mentions=(called,))))
    calls: list[str] = []
    while "已报" not in (shown := await platform.next_shown()).text:
        calls += shown.called
    await asyncio.wait_for(sending, 20)
    assert [*calls, *shown.called] == ([called.account] if _can_call(platform) else [])


async def test_nobody_can_be_made_to_call_everybody(platform):
    everybody = Mention("全体", f"{platform.adapter.name}:all")
    _, shown = await _send(platform, _outgoing(platform, "@全体 注意", mentions=(everybody,)))
    assert shown.called == ()
    assert shown.text == "@全体 注意"


async def test_an_answer_quotes_where_the_platform_can(hearing_platform):
    await hearing_platform.says("王老师", "在吗")
    question = await hearing_platform.listener.next()
    _, shown = await _send(hearing_platform, _outgoing(hearing_platform, "在", quotes=question.message_id))
    assert shown.text == "在"
    assert shown.quotes == (question.message_id if hearing_platform.adapter.capabilities.can_quote else None)


async def test_buttons_never_cost_the_text(platform):
    _, shown = await _send(
        platform, _outgoing(platform, "接单：回“接单 1001”", buttons=(Button("接单", "接单 1001"),))
    )
    assert shown.text.startswith("接单：回“接单 1001”")
    assert ("[接单]" in shown.text) == platform.adapter.capabilities.has_buttons


async def test_many_messages_at_once_all_arrive_and_get_ids_of_their_own(platform):
    texts = {f"第 {number} 条" for number in range(30)}
    await _may_speak(platform, times=len(texts))
    sending = [asyncio.create_task(platform.adapter.send(_outgoing(platform, text))) for text in texts]
    shown = {(await platform.next_shown()).text for _ in texts}
    numbers = await asyncio.wait_for(asyncio.gather(*sending), 10)
    assert shown == texts
    assert len(set(numbers)) == len(texts)


@pytest.mark.parametrize("room", ["elsewhere:group:1", "", "group", "qq:group:"])
async def test_a_room_of_somebody_else_is_refused_for_good(platform, room):
    with pytest.raises(DeliveryFailed) as failed:
        await platform.adapter.send(Outgoing(key="k", room=room, text="有人吗"))
    assert failed.value.retry_after is None
    assert not failed.value.is_unknown


async def test_closing_ends_what_comes_in_and_what_goes_out(platform):
    await platform.adapter.close()
    await platform.listener.ended()
    with pytest.raises(DeliveryFailed):
        await platform.adapter.send(_outgoing(platform, "太晚了"))
    await platform.adapter.close()


async def test_an_adapter_says_what_it_can_do(platform):
    assert isinstance(platform.adapter.capabilities, Capabilities)
    assert platform.adapter.name in _room(platform)
