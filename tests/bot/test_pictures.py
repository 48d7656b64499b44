"""Pictures and files without words belong to the ticket they quote, or to nothing; nobody answers them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from adapters.contract import Attachment
from bot.assembly import assemble
from bot.clock import StillClock
from bot.config import for_replay, load
from bot.running import Bot
from bot.store.registry import open_store
from bot.terminal.replay import ChatAdapter
from bot.tickets import events as e
from bot.tickets import site_events as se
from bot.tickets import timing
from bot.tickets.kinds import ClockKind

_SCHOOL = Path(__file__).parents[1] / "transcripts" / "school.toml"
_PICTURE = (Attachment(kind="picture", name="红灯.jpg"),)


class Case:
    """A bot and what people send to it."""

    def __init__(self, bot: Bot, chat: ChatAdapter, clock: StillClock) -> None:
        self.bot = bot
        self.clock = clock
        self.chat = chat

    async def sends(
        self, room: str, person: str, text: str = "", *, quotes: str | None = None, picture: bool = False
    ) -> None:
        message = self.chat.heard(room, person, text, quotes=quotes)
        if picture:
            message = replace(message, attachments=_PICTURE)
        for _ in range(2):
            await self.bot.reception.receive(message)
            await self.bot.outbox.drain()

    async def events(self, number: int) -> list[e.AnyEvent]:
        return [record.event for record in await self.bot.store.records(number)]


@pytest_asyncio.fixture
async def case(tmp_path: Path) -> AsyncIterator[Case]:
    clock = StillClock(datetime(2026, 3, 3, 6, tzinfo=UTC))
    chat = ChatAdapter("小首", (), clock)
    config = for_replay(load(_SCHOOL, {}, is_replay=True))
    store = await open_store(f"sqlite:{tmp_path / 'pictures.db'}", clock.now())
    bot = await assemble(config, store, {"chat": chat}, clock)
    case = Case(bot, chat, clock)
    await case.sends("育才群", "王老师", "报障 打印机坏了")
    yield case
    await bot.outbox.close()
    await store.close()


@pytest.mark.asyncio
async def test_a_picture_that_quotes_the_bot_is_added_to_the_ticket(case: Case) -> None:
    said = len(case.chat.said)
    await case.sends("育才群", "王老师", quotes=case.chat.said[0].platform_id, picture=True)
    assert [event.text for event in await case.events(1001) if isinstance(event, e.Supplemented)] == [
        "[图片]"
    ]
    assert len(case.chat.said) == said


@pytest.mark.asyncio
async def test_a_picture_alone_belongs_to_nothing(case: Case) -> None:
    said = len(case.chat.said)
    await case.sends("育才群", "李老师", picture=True)
    assert len(await case.events(1001)) == 1
    assert len(case.chat.said) == said


@pytest.mark.asyncio
async def test_a_picture_right_after_a_report_belongs_to_its_ticket(case: Case) -> None:
    said = len(case.chat.said)
    await case.sends("育才群", "王老师", picture=True)
    assert isinstance((await case.events(1001))[-1], e.Supplemented)
    case.clock.move_to(case.clock.now() + timedelta(minutes=11))
    await case.sends("育才群", "王老师", picture=True)
    assert len(await case.events(1001)) == 2
    assert len(case.chat.said) == said


@pytest.mark.asyncio
async def test_a_picture_beside_words_is_kept_with_them_and_with_no_later_ticket(case: Case) -> None:
    report = case.chat.said[0].platform_id
    await case.sends("育才群", "王老师", "背面的标签", quotes=report, picture=True)
    await case.sends("育才群", "小李", "按这个接线", quotes=report, picture=True)
    added = [
        event.text for event in await case.events(1001) if isinstance(event, e.Supplemented | e.Responded)
    ]
    assert added == ["背面的标签 [图片]", "按这个接线 [图片]"]
    await case.sends("育才群", "王老师", "报障 空调不冷")
    opened = (await case.events(1002))[0]
    assert isinstance(opened, e.Opened)
    assert opened.text == "空调不冷"


@pytest.mark.asyncio
async def test_a_note_of_the_engineer_says_that_a_picture_came_with_it(case: Case) -> None:
    await case.sends("值班群", "小李", "接单 1001")
    await case.sends("值班群", "小李", "记录 1001 硒鼓型号见标签", picture=True)
    noted = [event.text for event in await case.events(1001) if isinstance(event, e.Noted)]
    assert noted == ["硒鼓型号见标签 [图片]"]


@pytest.mark.asyncio
async def test_the_rest_of_an_album_follows_its_first_picture_for_a_minute(case: Case) -> None:
    case.clock.move_to(case.clock.now() + timedelta(minutes=20))
    await case.sends("育才群", "王老师", quotes=case.chat.said[0].platform_id, picture=True)
    await case.sends("育才群", "王老师", picture=True)
    await case.sends("育才群", "李老师", picture=True)  # somebody else's
    assert len([event for event in await case.events(1001) if isinstance(event, e.Supplemented)]) == 2
    case.clock.move_to(case.clock.now() + timedelta(minutes=2))
    await case.sends("育才群", "王老师", picture=True)
    assert len([event for event in await case.events(1001) if isinstance(event, e.Supplemented)]) == 2


@pytest.mark.asyncio
async def test_a_picture_of_the_engineer_answers_the_customer(case: Case) -> None:
    await case.sends("育才群", "小李", quotes=case.chat.said[0].platform_id, picture=True)
    ticket = await case.bot.store.ticket(1001)
    assert ticket is not None
    assert ticket.owner is not None
    assert ticket.owner.name == "小李"
    respond = timing.clock(ticket, ClockKind.RESPOND, case.bot.rules)
    assert respond is not None
    assert respond.met_at is not None


@pytest.mark.asyncio
async def test_a_picture_that_quotes_a_foreign_ticket_is_left_alone(case: Case) -> None:
    card = case.chat.said[1].platform_id  # in the duty room
    said = len(case.chat.said)
    await case.sends("实验群", "吴老师", quotes=card, picture=True)
    assert len(await case.events(1001)) == 1
    assert len(case.chat.said) == said


@pytest.mark.asyncio
async def test_a_sticker_in_private_is_not_greeted(case: Case) -> None:
    said = len(case.chat.said)
    await case.sends("私聊 孙女士", "孙女士")
    assert len(case.chat.said) == said


@pytest.mark.asyncio
async def test_photos_of_an_engineer_are_kept_with_what_they_did_and_stand_on_the_record(case: Case) -> None:
    await case.sends("值班群", "老张", "接单 1001")
    await case.sends("值班群", "老张", "到场 1001", picture=True)
    await case.sends("值班群", "老张", picture=True)  # right after it
    case.clock.move_to(case.clock.now() + timedelta(minutes=2))
    await case.sends("值班群", "老张", picture=True)  # for a colleague
    await case.sends("值班群", "老张", "解决 1001 原因:卡纸 方法:取出 预防:换纸", picture=True)
    await case.sends("值班群", "小李", picture=True)
    shown = [event for event in await case.events(1001) if isinstance(event, se.Shown)]
    assert [(event.by.name, event.what) for event in shown] == [("老张", "[图片]")] * 3
    ticket = await case.bot.store.ticket(1001)
    assert ticket is not None
    speaker = case.bot.drafts.speaker("zh", case.clock.now())
    record = await case.bot.paperwork.record(ticket, speaker)
    assert ("照片和文件", "[图片]、[图片]、[图片]，在工程师处") in record.of.facts


@pytest.mark.asyncio
async def test_a_quoted_picture_among_staff_is_no_first_word_to_the_customer(case: Case) -> None:
    card = next(each for each in case.chat.said if each.message.room == "chat:group:值班群")
    await case.sends("值班群", "老张", quotes=card.platform_id, picture=True)
    assert [type(event) for event in await case.events(1001)] == [e.Opened, se.Shown]
    await case.sends("值班群", "王老师", quotes=card.platform_id, picture=True)  # nobody's who works here
    assert len([event for event in await case.events(1001) if isinstance(event, se.Shown)]) == 1
