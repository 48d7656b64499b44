"""The terminal: lines in the syntax of transcripts, buttons, quotes, and input that ends."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from adapters.console import ConsoleAdapter
from adapters.console.lines import NoSuchRoom, Presses, Says, Speaker, shown, understand
from adapters.contract import Button, DeliveryFailed, Mention, Outgoing, RoomKind

ROOMS = ("育才群", "育才群 二部", "值班群")


@pytest.mark.parametrize(
    ("line", "understood"),
    [
        ("育才群 王老师 > 报障 打印机坏了", Says(Speaker("育才群", "王老师"), "报障 打印机坏了")),
        ("育才群 二部 李老师 > 在吗", Says(Speaker("育才群 二部", "李老师"), "在吗")),
        ("育才群 老张 re 1024 > 我看一下", Says(Speaker("育才群", "老张"), "我看一下", "1024")),
        ("值班群 老张 [接单]", Presses(Speaker("值班群", "老张"), "接单")),
        ("[接单]", Presses(None, "接单")),
        ("私聊 陈经理 > 在吗", Says(Speaker(None, "陈经理"), "在吗")),
        ("育才群 王老师 > a > b", Says(Speaker("育才群", "王老师"), "a > b")),
        ("育才群 王老师 >", Says(Speaker("育才群", "王老师"), "")),
        ("打印机坏了", Says(None, "打印机坏了")),
        ("3 > 2", Says(None, "3 > 2")),
        ("教师端 一直 登录 不了 > 怎么办", Says(None, "教师端 一直 登录 不了 > 怎么办")),
        ("错误是 [超时]", Says(None, "错误是 [超时]")),
        ("育材群 王老师 > 在吗", NoSuchRoom("育材群")),
    ],
)
def test_lines_are_understood(line, understood):
    assert understand(line, ROOMS) == understood


def test_what_is_printed_cannot_steer_the_terminal():
    assert shown("育才群", "红\x1b[31m色\r\n二") == "育才群 < 红\ufffd[31m色\ufffd\n    二\n"


@pytest.mark.asyncio
async def test_the_first_line_says_who_speaks_where(console_platform):
    assert "育才群 的 王老师" in await console_platform.screen.next()


@pytest.mark.asyncio
async def test_plain_text_is_said_by_whoever_spoke_last(console_platform):
    console_platform.types("你好\n值班群 老张 > 来了\n我看看\n")
    said = [await console_platform.listener.next() for _ in range(3)]
    assert [(message.room, message.sender_name, message.text) for message in said] == [
        ("console:group:123456", "王老师", "你好"),
        ("console:group:654321", "老张", "来了"),
        ("console:group:654321", "老张", "我看看"),
    ]


@pytest.mark.asyncio
async def test_an_unknown_person_may_speak(console_platform):
    console_platform.types("育才群 路人 > 请问\n")
    message = await console_platform.listener.next()
    assert (message.sender, message.sender_name) == ("console:路人", "路人")


@pytest.mark.asyncio
async def test_people_are_mentioned_by_name(console_platform):
    console_platform.types("值班群 王老师 > 转交 1024 @老张\n")
    message = await console_platform.listener.next()
    assert message.mentions == (Mention("老张", "console:20002"),)


@pytest.mark.asyncio
async def test_a_button_says_its_command_about_its_message(console_platform):
    number = await console_platform.adapter.send(
        Outgoing(key="k", room="console:group:654321", text="🆕 1001", buttons=(Button("接单", "接单 1001"),))
    )
    assert (await console_platform.next_shown()).text == "🆕 1001\n[接单]"
    console_platform.types("值班群 老张 [接单]\n")
    message = await console_platform.listener.next()
    assert (message.command, message.text, message.quotes) == ("接单 1001", "", number)
    assert message.sender == "console:20002"


@pytest.mark.asyncio
async def test_a_quote_finds_the_latest_message_about_a_number(console_platform):
    adapter = console_platform.adapter
    await adapter.send(Outgoing(key="a", room="console:group:123456", text="已建单 1024"))
    latest = await adapter.send(Outgoing(key="b", room="console:group:123456", text="1024 由老张负责"))
    await adapter.send(Outgoing(key="c", room="console:group:654321", text="🆕 1024"))
    console_platform.types("育才群 王老师 re 1024 > 好的\n")
    assert (await console_platform.listener.next()).quotes == latest


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("育材群 王老师 > 在吗", "育材群"),
        ("值班群 老张 [接单]", "没有按钮"),
        ("育才群 老张 re 7 > 看", "没有说过"),
    ],
)
async def test_what_cannot_be_meant_is_answered_with_a_hint_and_not_said(console_platform, line, hint):
    await console_platform.screen.next()  # the welcome
    console_platform.types(f"{line}\n育才群 王老师 > 下一句\n")
    assert hint in await console_platform.screen.next()
    assert (await console_platform.listener.next()).text == "下一句"


@pytest.mark.asyncio
async def test_private_messages_go_both_ways(console_platform):
    console_platform.types("私聊 老张 > 在吗\n")
    message = await console_platform.listener.next()
    assert (message.room, message.room_kind) == ("console:private:20002", RoomKind.PRIVATE)
    assert message.is_addressed
    await console_platform.adapter.send(Outgoing(key="k", room=message.room, text="在"))
    shown_there = await console_platform.next_shown()
    assert (shown_there.room, shown_there.text) == ("私聊 老张", "在")


@pytest.mark.asyncio
async def test_input_that_is_no_terminal_is_read_to_its_end(surroundings):
    chunks = iter(
        [
            "报障 打印".encode(),
            "机坏了\n\n".encode()[:4],
            "机坏了\n\n".encode()[4:],
            "没有换行的最后一行".encode(),
            b"",
        ]
    )
    screen = io.StringIO()
    adapter = ConsoleAdapter(surroundings("console"), read=lambda: next(chunks), screen=screen)
    said = [message.text async for message in adapter.incoming()]
    assert said == ["报障 打印机坏了", "没有换行的最后一行"]


@pytest.mark.asyncio
async def test_a_terminal_that_is_gone_ends_the_conversation(surroundings):
    def read() -> bytes:
        raise OSError(5, "Input/output error")

    adapter = ConsoleAdapter(surroundings("console"), read=read, screen=io.StringIO())
    assert [message async for message in adapter.incoming()] == []


@pytest.mark.asyncio
async def test_ids_differ_from_those_of_an_earlier_run(surroundings):
    async def first_id() -> str:
        chunks = iter([b"hello\n", b""])
        adapter = ConsoleAdapter(surroundings("console"), read=lambda: next(chunks), screen=io.StringIO())
        (message,) = [message async for message in adapter.incoming()]
        return message.message_id

    assert await first_id() != await first_id()


@pytest.mark.asyncio
async def test_output_that_nobody_reads_is_a_failed_delivery(surroundings):
    screen = io.StringIO()
    screen.close()
    adapter = ConsoleAdapter(surroundings("console"), read=lambda: b"", screen=screen)
    with pytest.raises(DeliveryFailed) as failed:
        await adapter.send(Outgoing(key="k", room="console:group:123456", text="有人吗"))
    assert failed.value.retry_after is None


def test_a_waiting_terminal_does_not_hold_up_the_end_of_the_program():
    """Close while a thread still waits for input: the process ends by itself, quietly."""
    code = """
import asyncio, adapters.console
from adapters.contract import Surroundings

async def main():
    console = adapters.console.create(adapters.console.Settings(), Surroundings("c", "bot", None))
    async def read():
        async for message in console.incoming():
            pass
    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    await console.close()
    await reading

asyncio.run(main())
"""
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as program:
        assert program.wait(timeout=30) == 0
        assert program.stderr is not None
        assert program.stderr.read() == ""
