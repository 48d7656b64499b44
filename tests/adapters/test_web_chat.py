"""The simulated platform without HTTP: who may say what where, and what becomes of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from adapters.contract import (
    Adapter,
    Button,
    DeliveryFailed,
    HasPages,
    Incoming,
    KnownPerson,
    KnownRoom,
    Mention,
    Outgoing,
    RoomKind,
    Surroundings,
)
from adapters.web import Settings, create
from adapters.web.chat import MOST_UNREAD, Chat
from adapters.web.history import MOST_MESSAGES, MOST_PRIVATE_ROOMS
from adapters.web.people import MOST_VISITORS, is_name
from adapters.web.refusals import Reason, Refused

NOON = datetime(2026, 3, 6, 4, 0, tzinfo=UTC)
YUCAI, DUTY = "web:group:yucai", "web:group:duty"
WANG, ZHANG = "web:wang", "web:zhang"


class StillClock:
    """A clock that only moves when it is told to."""

    def __init__(self) -> None:
        self.instant = NOON

    def now(self) -> datetime:
        return self.instant

    def monotonic(self) -> float:
        return self.instant.timestamp()

    async def sleep(self, length: timedelta) -> None:
        self.instant += length


def surroundings(**changes: object) -> Surroundings:
    values: dict[str, object] = {
        "name": "web",
        "bot_name": "小首",
        "clock": StillClock(),
        "rooms": (KnownRoom(YUCAI, "育才群"), KnownRoom(DUTY, "值班群")),
        "people": (
            KnownPerson(WANG, "王老师", "contact"),
            KnownPerson(ZHANG, "老张", "engineer"),
            KnownPerson("web:sanzhang", "老张三", "engineer"),
        ),
    }
    return Surroundings(**{**values, **changes})


@pytest.fixture
def chat() -> Chat:
    return Chat(surroundings())


def outgoing(text: str, *, room: str = YUCAI, key: str | None = None, **more: object) -> Outgoing:
    return Outgoing(key=key or text, room=room, text=text, **more)


async def first(messages: AsyncIterator[Incoming]) -> Incoming:
    return await anext(messages)


def texts(chat: Chat, room: str = YUCAI) -> list[str]:
    return [message.text for message in chat.rooms.find(room).messages.values()]


def test_the_simulator_is_an_adapter_with_pages() -> None:
    adapter: Adapter = create(Settings(), surroundings())

    assert isinstance(adapter, HasPages)
    assert adapter.name == "web"
    power = adapter.capabilities
    assert (power.can_edit, power.has_buttons, power.can_mention, power.can_quote) == (True,) * 4
    assert not power.can_recall
    assert power.reply_window is None


@pytest.mark.asyncio
async def test_what_a_person_says_comes_in(chat: Chat) -> None:
    said = chat.say(room=YUCAI, person=WANG, text=" 打印机坏了 ")

    assert await first(chat.incoming()) == Incoming(
        room=YUCAI,
        room_kind=RoomKind.GROUP,
        sender=WANG,
        sender_name="王老师",
        message_id=said,
        text="打印机坏了",
        sent_at=NOON,
    )


@pytest.mark.asyncio
@pytest.mark.parametrize("text", ["@小首 打印不出来", "＠小首打印不出来"])
async def test_the_name_of_the_bot_is_removed_but_stays_visible(chat: Chat, text: str) -> None:
    chat.say(room=YUCAI, person=WANG, text=text)

    incoming = await first(chat.incoming())

    assert (incoming.is_addressed, incoming.text) == (True, "打印不出来")
    assert texts(chat) == [text]


@pytest.mark.asyncio
async def test_calling_a_known_person_is_a_mention(chat: Chat) -> None:
    chat.say(room=DUTY, person=WANG, text="转交 1024 ＠老张三 和 @老张，@没人")

    incoming = await first(chat.incoming())

    assert set(incoming.mentions) == {Mention("老张三", "web:sanzhang"), Mention("老张", ZHANG)}
    assert incoming.text == "转交 1024 @老张三 和 @老张，@没人"


@pytest.mark.asyncio
async def test_a_private_message_is_addressed_and_opens_the_room(chat: Chat) -> None:
    chat.say(room="web:private:zhang", person=ZHANG, text="我的单")

    incoming = await first(chat.incoming())

    assert (incoming.room_kind, incoming.is_addressed) == (RoomKind.PRIVATE, True)
    assert [room.address for room in chat.rooms.all()] == [YUCAI, DUTY, "web:private:zhang"]


def test_nobody_speaks_in_the_private_room_of_another(chat: Chat) -> None:
    with pytest.raises(Refused) as refusal:
        chat.say(room="web:private:zhang", person=WANG, text="我是老张")

    assert refusal.value.reason is Reason.NOT_YOURS


@pytest.mark.asyncio
async def test_a_visitor_is_whoever_they_say_they_are(chat: Chat) -> None:
    chat.say(room=YUCAI, person="web:孙老师", text="在吗")

    incoming = await first(chat.incoming())

    assert (incoming.sender, incoming.sender_name) == ("web:孙老师", "孙老师")
    assert [person.name for person in chat.people.all()][-1] == "孙老师"


@pytest.mark.asyncio
async def test_the_bot_reaches_a_visitor_whom_it_knew_before_a_restart(chat: Chat) -> None:
    chat.show(outgoing("回访一下", room="web:private:孙老师"))

    assert chat.rooms.all()[-1].address == "web:private:孙老师"


@pytest.mark.asyncio
async def test_a_visitor_with_the_name_of_a_known_person_is_that_person(chat: Chat) -> None:
    chat.say(room="web:private:老张", person="web:老张", text="我的单")

    incoming = await first(chat.incoming())

    assert (incoming.sender, incoming.room) == (ZHANG, "web:private:zhang")


@pytest.mark.parametrize("name", ["", " ", "a:b", "@老张", "甲" * 41, " 孙老师", "孙\n老师", "\u200b"])
def test_what_is_no_name(name: str) -> None:
    assert not is_name(name)


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"room": "web:group:nowhere"}, Reason.UNKNOWN_ROOM),
        ({"room": "qq:group:yucai"}, Reason.UNKNOWN_ROOM),
        ({"room": "web:private:"}, Reason.UNKNOWN_ROOM),
        ({"room": "web"}, Reason.UNKNOWN_ROOM),
        ({"person": "wang"}, Reason.UNKNOWN_PERSON),
        ({"person": "qq:10001"}, Reason.UNKNOWN_PERSON),
        ({"person": "web:"}, Reason.UNKNOWN_PERSON),
        ({"text": " \n "}, Reason.EMPTY),
        ({"text": "长" * 4001}, Reason.TOO_LONG),
        ({"quotes": "never-said"}, Reason.UNKNOWN_MESSAGE),
    ],
)
def test_what_cannot_be_said(chat: Chat, asked: dict[str, str], reason: Reason) -> None:
    with pytest.raises(Refused) as refusal:
        chat.say(**{"room": YUCAI, "person": WANG, "text": "你好", **asked})

    assert refusal.value.reason is reason
    assert texts(chat) == []


def test_a_message_of_another_room_cannot_be_quoted(chat: Chat) -> None:
    elsewhere = chat.say(room=DUTY, person=ZHANG, text="内部")

    with pytest.raises(Refused):
        chat.say(room=YUCAI, person=WANG, text="什么", quotes=elsewhere)


@pytest.mark.asyncio
async def test_a_pressed_button_says_its_command(chat: Chat) -> None:
    card = chat.show(outgoing("🆕 1024", room=DUTY, buttons=(Button("接单", "接单 1024"),)))

    pressed = chat.press(room=DUTY, person=ZHANG, message=card, command="接单 1024")

    incoming = await first(chat.incoming())
    assert (incoming.command, incoming.text, incoming.quotes) == ("接单 1024", "", card)
    assert (incoming.message_id, incoming.sender) == (pressed, ZHANG)


def test_a_button_that_an_edit_took_away_cannot_be_pressed(chat: Chat) -> None:
    card = chat.show(outgoing("🆕 1024", room=DUTY, buttons=(Button("接单", "接单 1024"),)))
    chat.show(outgoing("1024 由 小李 接单", room=DUTY, edits=card))

    with pytest.raises(Refused) as refusal:
        chat.press(room=DUTY, person=ZHANG, message=card, command="接单 1024")

    assert refusal.value.reason is Reason.UNKNOWN_BUTTON


def test_only_people_who_are_here_can_be_called(chat: Chat) -> None:
    chat.say(room=YUCAI, person="web:孙老师", text="在吗")
    calls = (Mention("全体", "web:all"), Mention("老张", ZHANG), Mention("孙老师", "web:孙老师"))

    shown = chat.show(outgoing("@全体 @老张 @孙老师", mentions=calls))

    assert chat.rooms.find(YUCAI).messages[shown].mentions == calls[1:]


def test_an_edit_replaces_text_in_its_place(chat: Chat) -> None:
    card = chat.show(outgoing("🆕 1024"))
    chat.say(room=YUCAI, person=WANG, text="谢谢")

    again = chat.show(outgoing("1024 由 老张 接单", edits=card))

    assert again == card
    assert texts(chat) == ["1024 由 老张 接单", "谢谢"]
    assert chat.rooms.find(YUCAI).messages[card].is_edited


def test_an_edit_of_what_was_said_before_a_restart_appears_under_its_old_id(chat: Chat) -> None:
    card = chat.show(outgoing("1024 已解决", edits="from-before"))

    assert card == "from-before"
    assert texts(chat) == ["1024 已解决"]
    chat.say(room=YUCAI, person=WANG, text="好了", quotes=card)


def test_the_same_message_delivered_twice_is_shown_once(chat: Chat) -> None:
    once = chat.show(outgoing("已建单 1024", key="a"))
    twice = chat.show(outgoing("已建单 1024", key="a"))

    assert once == twice
    assert texts(chat) == ["已建单 1024"]


@pytest.mark.asyncio
async def test_the_bot_cannot_change_what_a_person_said() -> None:
    adapter = create(Settings(), surroundings())
    said = adapter._chat.say(room=YUCAI, person=WANG, text="我说的")

    with pytest.raises(DeliveryFailed) as failure:
        await adapter.send(outgoing("你没说过", edits=said))

    assert failure.value.retry_after is None


@pytest.mark.asyncio
@pytest.mark.parametrize("room", ["web:group:nowhere", "qq:group:yucai", "web:private:a:b"])
async def test_an_unknown_room_takes_no_message(room: str) -> None:
    adapter = create(Settings(), surroundings())

    with pytest.raises(DeliveryFailed) as failure:
        await adapter.send(outgoing("有人吗", room=room))

    assert failure.value.retry_after is None
    assert not failure.value.is_unknown


@pytest.mark.asyncio
async def test_closing_ends_what_comes_in_and_keeps_what_goes_out_for_later() -> None:
    adapter = create(Settings(), surroundings())
    adapter._chat.say(room=YUCAI, person=WANG, text="最后一句")
    await adapter.close()
    await adapter.close()

    assert [incoming.text async for incoming in adapter.incoming()] == ["最后一句"]
    with pytest.raises(DeliveryFailed) as failure:
        await adapter.send(outgoing("晚了"))
    assert failure.value.retry_after is not None
    with pytest.raises(Refused):
        adapter._chat.say(room=YUCAI, person=WANG, text="晚了")


def test_rooms_remember_their_latest_messages_only(chat: Chat) -> None:
    for number in range(MOST_MESSAGES + 3):
        chat.show(outgoing(f"第 {number} 条"))

    remembered = texts(chat)
    assert (len(remembered), remembered[0]) == (MOST_MESSAGES, "第 3 条")


def test_private_rooms_and_visitors_are_remembered_up_to_a_number(chat: Chat) -> None:
    for number in range(MOST_VISITORS + 1):
        chat.say(room=f"web:private:客{number}", person=f"web:客{number}", text="在吗")

    assert len(chat.rooms.all()) == 2 + MOST_PRIVATE_ROOMS
    assert len(chat.people.all()) == 3 + MOST_VISITORS
    assert "web:客0" not in {person.account for person in chat.people.all()}


def test_people_are_told_to_wait_when_the_bot_reads_nothing(chat: Chat) -> None:
    for number in range(MOST_UNREAD):
        chat.say(room=YUCAI, person=WANG, text=str(number))

    with pytest.raises(Refused) as refusal:
        chat.say(room=YUCAI, person=WANG, text="还有")

    assert refusal.value.reason is Reason.BUSY
    assert "还有" not in texts(chat)


def test_ids_are_not_used_again_after_a_restart() -> None:
    ids = {Chat(surroundings()).say(room=YUCAI, person=WANG, text="同一句") for _ in range(50)}

    assert len(ids) == 50


def test_a_private_room_of_the_configuration_keeps_its_name() -> None:
    chat = Chat(surroundings(rooms=(KnownRoom("web:private:zhang", "老张的小窗"),)))
    chat.show(outgoing("你有一单", room="web:private:zhang"))

    assert [(room.name, room.person.name) for room in chat.rooms.all() if room.person] == [
        ("老张的小窗", "老张")
    ]


def test_a_private_room_for_nobody_is_a_mistake_of_the_configuration() -> None:
    with pytest.raises(ValueError, match="web:private:a:b"):
        Chat(surroundings(rooms=(KnownRoom("web:private:a:b", "谁的？"),)))
