"""Where a platform can edit, the card in the duty room always shows how its ticket stands; nothing is said for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from msgspec.structs import replace

from adapters.contract import Capabilities, DeliveryFailed, KnownPerson, Outgoing
from bot.assembly import assemble
from bot.clock import StillClock
from bot.config import for_replay, load
from bot.store.messages import Delivery
from bot.store.registry import open_store
from bot.terminal.replay import ChatAdapter, address

_START = datetime(2026, 3, 3, 6, tzinfo=UTC)  # 14:00 in Shanghai
_SCHOOL = Path(__file__).parents[1] / "transcripts" / "school.toml"


class EditingChat(ChatAdapter):
    """A chat that lets the bot edit, and that may refuse what is said in one room."""

    def __init__(self, people: tuple[KnownPerson, ...], clock: StillClock) -> None:
        super().__init__("小首", people, clock)
        self.capabilities = replace(self.capabilities, can_edit=True)
        self.refuses: str | None = None

    async def send(self, message: Outgoing) -> str:
        if message.room == self.refuses:
            raise DeliveryFailed("not in this room")
        return await super().send(message)


class Case:
    """People and a bot in one chat."""

    def __init__(self, chat: EditingChat, clock: StillClock) -> None:
        self.chat = chat
        self.clock = clock

    async def start(self, folder: Path) -> None:
        config = for_replay(load(_SCHOOL, {}, is_replay=True))
        self.store = await open_store(f"sqlite:{folder / 'cards.db'}", self.clock.now())
        self.bot = await assemble(config, self.store, {"chat": self.chat}, self.clock)

    async def say(self, room: str, person: str, text: str) -> None:
        await self.bot.reception.receive(self.chat.heard(room, person, text))
        await self.bot.outbox.drain()

    async def wait(self, length: timedelta) -> None:
        self.clock.move_to(self.clock.now() + length)
        await self.bot.tick(self.clock.now())
        await self.bot.outbox.drain()

    def in_duty(self) -> list[Outgoing]:
        return [said.message for said in self.chat.said if said.message.room == address("值班群")]

    def edits(self) -> list[Outgoing]:
        return [message for message in self.in_duty() if message.edits is not None]


@pytest_asyncio.fixture
async def case(tmp_path: Path) -> AsyncIterator[Case]:
    clock = StillClock(_START)
    chat = EditingChat((KnownPerson("chat:老张", "老张", "engineer"),), clock)
    case = Case(chat, clock)
    await case.start(tmp_path)
    yield case
    await case.bot.outbox.close()
    await case.store.close()


def test_a_plain_chat_cannot_edit() -> None:
    assert not Capabilities().can_edit


@pytest.mark.asyncio
async def test_a_claim_shows_on_the_card(case: Case) -> None:
    await case.say("育才群", "王老师", "报障 打印机坏了")
    (card,) = case.in_duty()
    assert [button.command for button in card.buttons] == ["接单 1001"]
    await case.say("值班群", "小李", "接单 1001")
    (edit,) = case.edits()
    assert edit.text == "🆕 1001 三级｜育才小学｜王老师：打印机坏了\n小李 负责，响应 14:30 前"
    assert edit.edits == next(said.platform_id for said in case.chat.said if said.message is card)
    assert edit.buttons == ()
    assert edit.mentions == ()


@pytest.mark.asyncio
async def test_the_card_follows_a_ticket_to_its_end(case: Case) -> None:
    await case.say("育才群", "王老师", "报障 打印机坏了")
    await case.say("育才群", "小李", "1001 我来看看")
    await case.say("值班群", "小李", "改级 1001 一级 全校都打不了")
    await case.say("值班群", "小李", "解决 1001 原因:卡纸 方法:取出 预防:用好纸")
    await case.say("育才群", "王老师", "2")
    await case.say("值班群", "小李", "解决 1001 原因:卡纸 方法:取出 预防:用好纸")
    await case.say("育才群", "王老师", "1")
    assert [edit.text.splitlines()[1] for edit in case.edits()] == [
        "小李 负责，解决 明天 13:30 前",
        "小李 负责，解决 18:00 前",
        "小李 已处理，等客户确认",
        "小李 负责，响应 14:05 前",
        "小李 已处理，等客户确认",
        "已确认关闭（14:00）",
    ]
    assert case.edits()[1].text.startswith("🔴 1001 一级｜")


@pytest.mark.asyncio
async def test_a_ticket_closed_in_silence_shows_it(case: Case) -> None:
    await case.say("育才群", "王老师", "报障 打印机坏了")
    await case.say("值班群", "小李", "解决 1001 原因:卡纸 方法:取出 预防:用好纸")
    await case.wait(timedelta(days=2))
    assert case.edits()[-1].text.splitlines()[1] == "已关闭（未回应）（14:00）"


@pytest.mark.asyncio
async def test_what_does_not_show_on_the_card_edits_nothing(case: Case) -> None:
    await case.say("育才群", "王老师", "报障 打印机坏了")
    await case.say("值班群", "小李", "接单 1001")
    await case.say("值班群", "小李", "记录 1001 看过了")
    await case.say("值班群", "小李", "更新 1001 马上好")
    await case.say("值班群", "老张", "接单 1001")
    await case.say("育才群", "王老师", "补充 1001 二楼")
    assert len(case.edits()) == 1


@pytest.mark.asyncio
async def test_a_card_that_never_arrived_is_not_replaced_by_a_new_message(case: Case) -> None:
    case.chat.refuses = address("值班群")
    await case.say("育才群", "王老师", "报障 打印机坏了")
    case.chat.refuses = None
    await case.say("值班群", "小李", "接单 1001")
    assert [message.text for message in case.in_duty()] == ["1001 由 小李 接单（14:00）。"]
    states = {message.key: message.state for message in await case.store.said_about(1001)}
    assert states["t1001.card"] is Delivery.DEAD
    assert states["t1001.card.2"] is Delivery.DROPPED
