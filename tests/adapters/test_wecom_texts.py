"""Texts on their way to WeCom: cut by bytes, delivered part by part, shown as they stand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from adapters.contract import DeliveryFailed, Mention, Outgoing, RoomKind
from adapters.delivery import Delivery, parts_of
from adapters.markdown import plain
from adapters.said import Said
from adapters.splitting import size_in_bytes, split
from adapters.wechat.answers import code
from adapters.wecom.aibot import wire as aibot
from adapters.wecom.aibot.markdown import rendered
from adapters.wecom.errors import failure
from tests.adapters.wecom_peers import calls_in, shown

WORDS = st.text(st.characters(codec="utf-8"), max_size=400)


# --- Cutting ------------------------------------------------------------------------------------------------------


@given(WORDS, st.integers(4, 60))
def test_parts_are_short_enough_and_lose_only_white_space(text, limit):
    parts = split(text, limit)
    assert all(size_in_bytes(part) <= limit for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert len(parts) == 1 or all(parts)


@given(WORDS)
def test_a_text_that_fits_is_left_alone(text):
    assert split(text, max(size_in_bytes(text), 1)) == [text]


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        ("第一段话。\n\n第二段话。", 20, ["第一段话。", "第二段话。"]),
        ("第一行字\n第二行字\n第三行字", 28, ["第一行字\n第二行字", "第三行字"]),
        ("先重启。再登录！还不行？打电话", 30, ["先重启。再登录！", "还不行？打电话"]),
        ("one two three four", 10, ["one two", "three four"]),
        ("一二三四五六", 9, ["一二三", "四五六"]),
        ("ab👨‍👩‍👧cd", 20, ["ab👨‍👩‍👧", "cd"]),
        ("aaaa👨‍👩‍👧", 18, ["aaaa", "👨‍👩‍👧"]),
        ("。一二三四五六七八", 20, ["。一二三四五", "六七八"]),
    ],
)
def test_a_long_text_is_cut_where_a_reader_would_pause(text, limit, parts):
    assert split(text, limit) == parts


def test_the_limit_counts_bytes_not_characters():
    assert [len(part) for part in split("汉" * 700, 2000)] == [666, 34]


# --- Delivering ---------------------------------------------------------------------------------------------------


class Line:
    """A platform that takes parts and fails when told to."""

    def __init__(self, *failures: DeliveryFailed | None) -> None:
        self.failures = list(failures)
        self.got: list[Outgoing] = []

    async def send(self, part: Outgoing) -> str:
        if self.failures and (failed := self.failures.pop(0)):
            raise failed
        self.got.append(part)
        return f"id-{len(self.got)}"

    @property
    def texts(self) -> list[str]:
        return [part.text for part in self.got]


LATER = DeliveryFailed("忙", retry_after=timedelta(seconds=5))
CUT = DeliveryFailed("断", retry_after=timedelta(seconds=5), is_unknown=True)
DOUBT = DeliveryFailed("超时", is_unknown=True)


def delivery(line: Line) -> Delivery:
    return Delivery(lambda text: split(text, 9), line.send)


def message(text: str = "一二三四五六七", **more) -> Outgoing:
    return Outgoing(key="k", room="wecom:group:1", text=text, **more)


@pytest.mark.asyncio
async def test_a_long_message_arrives_in_order_under_the_id_of_its_beginning():
    line = Line()
    assert await delivery(line).deliver(message()) == "id-1"
    assert line.texts == ["一二三", "四五六", "七"]


@pytest.mark.asyncio
async def test_what_has_arrived_is_not_sent_again():
    line = Line(None, LATER)
    sender = delivery(line)
    with pytest.raises(DeliveryFailed):
        await sender.deliver(message())
    assert await sender.deliver(message()) == "id-1"
    assert line.texts == ["一二三", "四五六", "七"]


@pytest.mark.asyncio
async def test_a_part_that_may_have_arrived_is_marked_when_it_is_sent_again():
    line = Line(None, CUT)
    sender = delivery(line)
    with pytest.raises(DeliveryFailed) as failed:
        await sender.deliver(message())
    assert failed.value.is_unknown
    await sender.deliver(message("（重发）一二三四五六七"))
    assert line.texts == ["一二三", "（重发）四五六", "七"]


@pytest.mark.asyncio
async def test_doubt_about_one_part_does_not_cost_the_others():
    line = Line(DOUBT)
    with pytest.raises(DeliveryFailed) as failed:
        await delivery(line).deliver(message())
    assert (failed.value.is_unknown, failed.value.retry_after) == (True, None)
    assert line.texts == ["四五六", "七"]


@pytest.mark.asyncio
async def test_a_short_message_that_failed_is_simply_sent_again():
    line = Line(LATER)
    sender = delivery(line)
    with pytest.raises(DeliveryFailed):
        await sender.deliver(message("一"))
    assert await sender.deliver(message("一")) == "id-1"


@pytest.mark.asyncio
async def test_half_a_character_stops_no_message():
    line = Line()
    await delivery(line).deliver(message("a\ud83d"))
    assert line.texts == ["a?"]


def test_the_first_part_quotes_and_everybody_is_called_once():
    zhang, li = Mention("老张", "wecom:zhang"), Mention("小李", "wecom:li")
    parts = list(
        parts_of(message("", mentions=(zhang, li), quotes="q"), ["@老张 看", "@老张 @小李 也看", "完"])
    )
    assert [part.mentions for part in parts] == [(zhang,), (li,), ()]
    assert [part.quotes for part in parts] == ["q", None, None]


# --- Markdown -----------------------------------------------------------------------------------------------------

LINES = st.lists(
    st.text(st.sampled_from('ab1*_`~[]()<>#+-=.!|&;@\\:/汉" '), max_size=20).map(str.strip).filter(bool),
    min_size=1,
    max_size=4,
).map("\n".join)


@given(LINES)
@example("# 标题")
@example("1. 一\n2) 二\n- 三\n+ 四")
@example("标题\n===\n---")
@example("a | b\n--|--\n1 | 2")
@example("[CQ:at,qq=all] &#91; &amp; <b>粗</b> <https://a.b> ![x](y)")
@example("~~~\ncode\n~~~")
@example("https://a.b/c_d_e?x=1&y=2*3*4")
def test_text_reads_as_it_stands_in_commonmark(text):
    assert shown(plain(text)) == text


def test_an_address_stays_one():
    assert (
        plain("看 https://kb.example.com/K_037?a=1&b=2~3 里")
        == "看 https://kb.example.com/K_037?a=1&b=2~3 里"
    )


@given(st.text(st.sampled_from("<@>allzhng\\ "), max_size=30))
def test_no_text_calls_anybody(text):
    assert calls_in(plain(text)) == []


@given(WORDS, WORDS)
def test_a_longer_text_is_never_smaller_as_markdown(text, more):
    assert len(plain(text)) <= len(plain(text + more))


def test_people_are_called_in_a_group_and_named_elsewhere():
    called = (Mention("老张", "wecom:zhang"), Mention("全体", "wecom:all"), Mention("外人", "qq:1"))
    text = message("@老张 @全体 @外人 <@li> 来", mentions=called)
    assert rendered(text, "wecom", RoomKind.GROUP) == "<@zhang> @全体 @外人 \\<\u200b@li\\> 来"
    assert calls_in(rendered(text, "wecom", RoomKind.PRIVATE)) == []


def test_a_part_fits_as_markdown_even_when_every_character_needs_care():
    parts = aibot.parts("*" * 30_000)
    assert len(parts) > 2
    assert all(len(plain(part).encode()) <= 20_480 for part in parts)


# --- Quotes -------------------------------------------------------------------------------------------------------


def test_a_quoted_message_is_found_by_its_words():
    said = Said()
    said.remember("r", "1", "⏳ 1026 还没人接", "⏳ 1026 还没人接")
    said.remember("r", "2", "@老张 小李请你接 1024 *急*", "<@zhang> 小李请你接 1024 \\*急\\*")
    assert said.number_of("r", "⏳1026 还没人接") == "1"
    assert said.number_of("r", "@老张 小李请你接 1024 *急*") == "2"
    assert said.number_of("r", "@zhang 小李请你接 1024 急") == "2"
    assert said.number_of("elsewhere", "⏳ 1026 还没人接") is None
    assert said.number_of("r", "") is None


def test_of_two_that_begin_alike_the_latest_is_meant_and_old_ones_are_forgotten():
    said = Said()
    for number in range(5000):
        said.remember("r", str(number), f"第 {number % 2500} 条")
    assert said.number_of("r", "第 2499 条") == "4999"
    assert said.number_of("r", "第 0 条") is None


# --- Error codes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("errcode", [-1, 45009, 846609, 40001])
def test_a_passing_error_says_when_to_try_again(errcode):
    assert failure(errcode, "x").retry_after


@pytest.mark.parametrize("errcode", [60020, 81013, 40003, 40058, 45002, 93000, 40008, 41001, 123456])
def test_a_lasting_error_says_that_trying_again_is_useless(errcode):
    failed = failure(errcode, "hint: x")
    assert failed.retry_after is None
    assert str(errcode) in failed.reason


def test_what_the_administrator_has_to_do_is_said():
    assert "可信 IP" in failure(60020, "not allow to access from your ip").reason


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (0, 0),
        ("0", 0),
        ("-1", -1),
        (True, None),
        (None, None),
        ("x", None),
        (1.0, None),
        ("--1", None),
        ("", None),
        ("9" * 99, None),
    ],
)
def test_codes_are_read_as_numbers_or_digits(value, number):
    assert code(value) == number
