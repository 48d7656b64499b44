"""A whole case in two Telegram groups, through the running program: reported, claimed by a button, handed over, resolved, rated."""

from __future__ import annotations

import pytest
from telegram import MessageEntity

from bot.tickets.kinds import Closing, Status
from bot.tickets.records import first_break
from tests.adapters.telegram_peers import TOKEN
from tests.e2e.conftest import CONFIG, configured, run, saved_by  # noqa: F401 - the program as a process

pytestmark = pytest.mark.asyncio

CUSTOMER, DUTY = 123456, 654321
WANG, ZHANG, LI = (20001, "王老师"), (20002, "老张"), (20004, "小李")

TELEGRAM = CONFIG.replace(
    'type = "onebot"\naccess_token = "s3cret"', 'type = "telegram"\ntoken = "TOKEN"\nbase_url = "BASE"'
)
TELEGRAM = (
    TELEGRAM.replace("per_minute = 0\n", "")
    .replace('"qq', '"tg')
    .replace(
        "[[customers]]",
        '[[people]]\nid = "li"\nname = "小李"\nrole = "engineer"\naccounts = ["tg:20004"]\n[[customers]]',
        1,
    )
)


class Rooms:
    """Both groups: what people say and press there, and what the bot says; edits of its cards are kept aside."""

    def __init__(self, api) -> None:
        self.api = api
        self.cards = []  # edits, oldest first
        self._numbers = {}

    async def says(self, room, person, text, **more):
        update = self.api.said(*person, text, **more)
        update["message"]["chat"]["id"] = room
        await self.api.happens(update)
        return update["message"]["message_id"]

    async def presses(self, person, shown, label):
        """Press a button of a message, as it was sent."""
        rows = shown.keyboard.inline_keyboard
        data = next(button.callback_data for row in rows for button in row if button.text == label)
        update = self.api.pressed(*person, self.api.number_of(shown), data)
        update["callback_query"]["message"]["chat"]["id"] = shown.chat
        await self.api.happens(update)

    async def next(self, *rooms):
        """Return the next messages, one for each of these rooms, in their order."""
        found = {}
        while len(found) < len(rooms):
            sent = await self.api.next_sent()
            if sent.method == "editMessageText":
                self.cards.append(sent.text)
                continue
            assert sent.chat in rooms, sent
            assert sent.chat not in found, sent
            found[sent.chat] = sent
        return [found[room] for room in rooms]

    async def card_says(self, words):
        """Wait until a card was edited so; the pace of the group decides when."""
        while not any(words in text for text in self.cards):
            sent = await self.api.next_sent()
            assert sent.method == "editMessageText", sent
            self.cards.append(sent.text)


async def test_a_whole_case_on_telegram(run, configured, bot_api, saved_by):  # noqa: F811
    config = configured(text=TELEGRAM.replace("TOKEN", TOKEN).replace("BASE", bot_api.base_url))
    program = await run(config)
    await program.address()
    rooms = Rooms(bot_api)

    report = await rooms.says(CUSTOMER, WANG, "报障 三楼投影机不亮 @somebody")
    told, card = await rooms.next(CUSTOMER, DUTY)
    assert told.text.startswith("已建单 1001")
    assert told.answers.message_id == report
    assert card.text.startswith("🆕 1001 二级｜育才小学｜王老师：三楼投影机不亮 @\u2060somebody")

    await rooms.presses(ZHANG, card, "接单")
    claimed, owner = await rooms.next(DUTY, CUSTOMER)
    await bot_api.called("answerCallbackQuery")
    assert claimed.text.startswith("1001 由 老张 接单（")
    assert owner.text.startswith("1001 由 老张 负责，")
    await rooms.says(DUTY, LI, "抢单 1001")
    (refused,) = await rooms.next(DUTY)
    assert "老张" in refused.text

    await rooms.says(CUSTOMER, ZHANG, "我十分钟后到", reply_to_message=bot_api.message(told))
    await rooms.says(DUTY, ZHANG, "转交 1001 @小李 需要懂投影的")
    (offered,) = await rooms.next(DUTY)
    assert offered.called == (LI[0],)
    await rooms.presses(LI, offered, "接受")
    given, changed = await rooms.next(DUTY, CUSTOMER)
    assert given.text.startswith("1001 已由 老张 转给 小李（")
    assert changed.text.startswith("1001 现由 小李 处理")

    await rooms.says(DUTY, LI, "解决 1001 原因:灯泡老化 方法:换灯泡 预防:定期除尘")
    (solved,) = await rooms.next(CUSTOMER)
    assert solved.text.startswith("✅ 1001 已处理（小李）：灯泡老化，换灯泡。")
    assert solved.called == (WANG[0],)
    assert solved.labels == ("好了", "还有问题")
    await rooms.presses(WANG, solved, "好了")
    (closed,) = await rooms.next(CUSTOMER)
    assert closed.text.startswith("谢谢确认，1001 已关闭。")
    await rooms.says(CUSTOMER, WANG, "5 4 来得很快")
    await rooms.says(CUSTOMER, WANG, "/mine@sim_bot", entities=[MessageEntity("bot_command", 0, 13)])
    await rooms.next(CUSTOMER)  # said after the rating, which itself is met with silence
    await rooms.card_says("小李 负责")

    program.terminate()
    assert await program.ended() == 0
    assert TOKEN not in program.said()
    store = await saved_by(config)
    ticket, records = await store.ticket(1001), await store.records(1001)
    await store.close()
    assert (ticket.status, ticket.closing) == (Status.CLOSED, Closing.CONFIRMED)
    assert (ticket.survey.speed, ticket.survey.quality, ticket.survey.comment) == (5, 4, "来得很快")
    assert first_break(records) is None
    happened = [type(record.event).__name__ for record in records]
    assert happened[:2] == ["Opened", "Claimed"]
    assert "Responded" in happened[2:4]  # the two groups are read side by side
    assert happened[-4:] == ["Resolved", "Closed", "SurveyAsked", "Rated"]


async def test_what_telegram_brings_once_more_to_the_next_run_has_no_effect(run, configured, bot_api):  # noqa: F811
    config = configured(text=TELEGRAM.replace("TOKEN", TOKEN).replace("BASE", bot_api.base_url))
    program = await run(config)
    await program.address()
    rooms = Rooms(bot_api)
    await rooms.says(CUSTOMER, WANG, "报障 打印机卡纸")
    _, card = await rooms.next(CUSTOMER, DUTY)
    await rooms.presses(ZHANG, card, "接单")
    await rooms.next(DUTY, CUSTOMER)
    program.terminate()
    assert await program.ended() == 0

    bot_api.forgets_confirmations()
    again = await run(config)
    await again.address()
    await rooms.says(CUSTOMER, WANG, "我的单")
    (mine,) = await rooms.next(CUSTOMER)
    assert "1001" in mine.text
    assert "1002" not in mine.text
