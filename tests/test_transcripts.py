"""Conversations are replayed against the real desk on SQLite, and telling ones on Redis; the bot says exactly what they expect, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from unicodedata import east_asian_width

import pytest

from bot.terminal.replay import NothingToPoint, replay
from bot.terminal.transcripts import TranscriptFault
from bot.texts import Texts
from tests.redis_servers import Server

_FOLDER = Path(__file__).parent / "transcripts"
_FILES = sorted(_FOLDER.rglob("*.chat"))  # presets/: one for every policy that ships with the bot

# What another store could do differently: races of deadlines, questions by number, quotes, restarts, surveys, edited cards.
# The others differ in rules and words only; `make faults` replays every one on Redis too.
_TELLING = re.compile(r"restart|ladder|survey|candidates|hand-over|quote|undo|callback|reopen|storm|several")


def _is_telling(path: Path) -> bool:
    return _TELLING.search(path.stem) is not None


def _text(path: Path) -> str:
    return path.read_text("utf-8")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server("redis", tmp_path_factory.mktemp("redis"))
    yield server
    server.end()


@pytest.mark.asyncio
@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
async def test_the_bot_says_what_the_conversation_expects(path: Path, tmp_path: Path) -> None:
    result = await replay(path, _text(path), {}, store_url=f"sqlite:{tmp_path / 'replay.db'}")
    if result.difference:
        pytest.fail(result.difference, pytrace=False)


@pytest.mark.asyncio
@pytest.mark.parametrize("path", [path for path in _FILES if _is_telling(path)], ids=lambda path: path.stem)
async def test_it_says_the_same_on_redis(path: Path, server: Server) -> None:
    server.empty()
    result = await replay(path, _text(path), {}, store_url=server.url)
    if result.difference:
        pytest.fail(result.difference, pytrace=False)


@pytest.mark.parametrize("path", _FILES, ids=lambda path: path.stem)
def test_the_first_line_says_what_a_conversation_shows(path: Path) -> None:
    first = _text(path).splitlines()[0]
    assert first.startswith("# ")
    assert first.endswith((".", "!"))


def test_what_the_bot_says_is_short() -> None:
    """At most four lines and few words; nobody reads more in a group. Lists that were asked for may be longer.

    Counted as wide as it is shown: a Chinese character takes the room of two letters.
    """
    for path in _FILES:
        for number, line in enumerate(_text(path).splitlines(), 1):
            text = line.partition(" < ")[2]
            is_list = (
                path.stem.endswith("help-by-role")
                or "的时限：" in text
                or "Deadlines of" in text
                or "的服务承诺（" in text
                or "What we promise" in text
                or text.count("⏳") + text.count("⚠️") > 1
            )
            if not line.startswith("#") and " > " not in line and not is_list:
                assert text.count("\\n") <= 3, f"{path.name}:{number} has too many lines"
                assert sum(1 + (east_asian_width(letter) in "WF") for letter in text) <= 260, (
                    f"{path.name}:{number} is too long"
                )


async def _difference(tmp_path: Path, *lines: str) -> str:
    path = _written(tmp_path, *lines)
    return (await replay(path, _text(path), {})).difference


async def _updated(tmp_path: Path, *lines: str) -> list[str]:
    path = _written(tmp_path, *lines)
    return (await replay(path, _text(path), {})).lines


def _written(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "case.chat"
    path.write_text("\n".join([f"config: {_FOLDER / 'school.toml'}", *lines]) + "\n", "utf-8")
    return path


_REPORT = (
    "@ 2026-03-03 14:00",
    "育才群 王老师 > 报障 打印机坏了",
    "育才群 < 已建单 1001*",
    "值班群 < 🆕 1001*",
)


@pytest.mark.asyncio
async def test_every_form_of_line_is_understood(tmp_path: Path) -> None:
    difference = await _difference(
        tmp_path,
        "# A comment may stand anywhere.",
        *_REPORT,
        "",
        "... 15m",
        "Tue 14:15 值班群 < ⏳ 1001*@老张",
        "! restart",
        "值班群 老张 [接单]",
        "值班群 < 1001 由 老张 接单（14:15）。",
        "育才群 < *老张*",
        "育才群 老张 re 1001 > 我看一下",
        "值班群 老张 > 解决 1001 原因:卡纸 方法:取出 预防:用好纸",
        "* < ✅ 1001*卡纸*\\n@王老师*",
        "育才群 王老师 > 1",
        "育才群 < 谢谢确认*",
        "育才群 王老师 > 1 1",
        "私聊 陈经理 < 📞*",
        "育才群 < *",
        "私聊 陈经理 > 回访 1001 已电话，客户接受",
        "私聊 陈经理 < *",
        "@ 2026-03-03 18:00",
    )
    assert difference == ""


@pytest.mark.asyncio
async def test_a_message_nobody_expected_fails(tmp_path: Path) -> None:
    difference = await _difference(tmp_path, *_REPORT[:-1])
    assert (
        "+值班群 < 🆕 1001 三级｜育才小学｜王老师：打印机坏了\\n响应 14:30 前。接单：回“接单 1001”"
        in difference
    )


@pytest.mark.asyncio
async def test_a_message_that_does_not_come_fails(tmp_path: Path) -> None:
    difference = await _difference(tmp_path, *_REPORT, "育才群 王老师 > 谢谢", "育才群 < 不客气")
    assert "-育才群 < 不客气" in difference


@pytest.mark.asyncio
async def test_other_words_fail(tmp_path: Path) -> None:
    difference = await _difference(tmp_path, *_REPORT[:2], "育才群 < 已建单 1002*", _REPORT[3])
    assert "-育才群 < 已建单 1002*" in difference
    assert "+育才群 < 已建单 1001（" in difference


@pytest.mark.asyncio
async def test_another_time_fails(tmp_path: Path) -> None:
    difference = await _difference(tmp_path, *_REPORT, "... 15m", "Tue 14:14 值班群 < *1001*")
    assert "+Tue 14:15 值班群 < ⏳ 1001" in difference


@pytest.mark.asyncio
@pytest.mark.parametrize("stamp", ["14:15", "Tue 14:15", "2026-03-03 14:15"])
async def test_a_time_may_be_written_with_or_without_its_day(tmp_path: Path, stamp: str) -> None:
    assert await _difference(tmp_path, *_REPORT, "... 15m", f"{stamp} 值班群 < *1001*") == ""


@pytest.mark.asyncio
async def test_another_order_in_one_room_fails(tmp_path: Path) -> None:
    difference = await _difference(
        tmp_path,
        *_REPORT,
        "... 24m",
        "值班群 < *@老张 @刘组长",
        "值班群 < *到期（三级｜育才小学｜打印机坏了）@老张",
    )
    assert difference


@pytest.mark.asyncio
async def test_messages_to_different_rooms_may_be_expected_in_any_order(tmp_path: Path) -> None:
    assert await _difference(tmp_path, *_REPORT[:2], _REPORT[3], _REPORT[2]) == ""


@pytest.mark.asyncio
async def test_an_update_rewrites_only_what_differs(tmp_path: Path) -> None:
    lines = await _updated(
        tmp_path,
        *_REPORT,
        "# the second teacher",
        "育才群 李老师 > 报障 投影坏了",
        "育才群 < 已建单 1007*",
        "值班群 < 🆕 1002*",
        "... 1m",
        "育才群 < 还在吗",
    )
    assert lines[1:5] == list(_REPORT)
    assert lines[5:7] == ["# the second teacher", "育才群 李老师 > 报障 投影坏了"]
    assert lines[7].startswith("育才群 < 已建单 1002（三级·个别服务）。")
    assert lines[8:] == ["值班群 < 🆕 1002*", "... 1m"]


@pytest.mark.asyncio
async def test_an_updated_conversation_passes(tmp_path: Path) -> None:
    lines = await _updated(tmp_path, *_REPORT[:2], "... 15m", "! restart 20m", "值班群 小李 > 接单")
    assert await _difference(tmp_path, *lines[1:]) == ""


@pytest.mark.asyncio
async def test_a_restart_may_take_a_while(tmp_path: Path) -> None:
    assert await _difference(tmp_path, *_REPORT, "! restart 40m", "值班群 < ⚠️ 1001*晚了 10 分钟*") == ""


@pytest.mark.asyncio
async def test_a_ticket_nobody_mentioned_cannot_be_quoted(tmp_path: Path) -> None:
    with pytest.raises(NothingToPoint, match="1002"):
        await _difference(tmp_path, *_REPORT, "育才群 王老师 re 1002 > 还有")


@pytest.mark.asyncio
async def test_a_button_nobody_offered_cannot_be_pressed(tmp_path: Path) -> None:
    with pytest.raises(NothingToPoint, match="好了"):
        await _difference(tmp_path, *_REPORT, "育才群 王老师 [好了]")


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("lines", "number"),
    [
        (("育才群 王老师 > 报障 打印机坏了",), 2),
        (("育才群 < 已建单 1001",), 2),
        (("@ 明天下午",), 2),
        (("@ 2026-03-03 14:00", "... 一会儿"), 3),
        (("@ 2026-03-03 14:00", "! shutdown"), 3),
        (("@ 2026-03-03 14:00", "! restart soon"), 3),
        (("@ 2026-03-03 14:00", "育才群 > 报障 打印机坏了"), 3),
        (("@ 2026-03-03 14:00", "", "# why", "育才群 王老师 报障 打印机坏了"), 5),
    ],
)
async def test_a_bad_line_is_named_by_its_number(tmp_path: Path, lines: tuple[str, ...], number: int) -> None:
    with pytest.raises(TranscriptFault, match=f"第 {number} 行"):
        await _difference(tmp_path, *lines)


@pytest.mark.asyncio
async def test_what_is_wrong_in_a_line_is_said_in_english_too(tmp_path: Path) -> None:
    with pytest.raises(TranscriptFault) as raised:
        await _difference(tmp_path, "@ 2026-03-03 14:00", "... 一会儿")
    assert raised.value.said(Texts().translator("en")) == (
        "Line 3: the length “一会儿” makes no sense, write it as 45s, 5m, 2h, 1h30m or 2d"
    )


@pytest.mark.asyncio
async def test_an_empty_conversation_says_how_one_begins(tmp_path: Path) -> None:
    with pytest.raises(TranscriptFault, match="@ 2026-03-06 16:45"):
        await _difference(tmp_path, "# nothing yet")
