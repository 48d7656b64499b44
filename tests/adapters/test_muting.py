"""A bot that is muted in a group: what it may not say waits, and the bot hears of it on the platforms that tell."""

from __future__ import annotations

from inspect import signature
from itertools import count
from typing import Any

import pytest
from telegram import ChatMemberMember, ChatMemberRestricted, User
from telegram.error import BadRequest

from adapters.contract import DeliveryFailed, Notice, Outgoing, What
from adapters.onebot.frames import Call, Frame
from adapters.onebot.notices import muted_all, muted_for, noticed
from adapters.onebot.sending import Sending
from adapters.onebot.wire import View
from adapters.telegram.failures import failure
from adapters.telegram.hearing import _notice
from adapters.telegram.wire import Standing, _may_speak
from tests.adapters.conftest import FakeClock

ROOM = "qq:group:123456"


class Refusing:
    """A QQ side that refuses everything, as it does while the account is muted."""

    def __init__(self, words: str = "禁言中", *, until: int = 0) -> None:
        self.words = words
        self.until = until  # as QQ tells it of a member
        self.asked = 0

    async def call(self, call: Call) -> Frame:
        if call.action == "get_group_member_info" and self.until:
            assert call.params == {"group_id": 123456, "user_id": 10001, "no_cache": True}
            return Frame(status="ok", retcode=0, data={"shut_up_timestamp": self.until}, echo=call.echo)
        if call.action != "send_group_msg":
            return Frame(status="failed", retcode=1404, echo=call.echo)
        self.asked += 1
        return Frame(status="failed", retcode=1200, wording=self.words, echo=call.echo)


def sending(side: Refusing | None = None, clock: FakeClock | None = None) -> Sending:
    async def caller(_room: str) -> Any:
        return side or Refusing()

    return Sending("qq", caller, (str(number) for number in count()), {"10001"}, clock or FakeClock())


async def refusal(sender: Sending) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as failed:
        await sender.send(Outgoing(key="a", room=ROOM, text="催办"))
    return failed.value


@pytest.mark.asyncio
async def test_what_a_muted_account_may_not_say_waits_until_somebody_is_heard():
    sender = sending()
    sender.noticed(Notice(what=What.MUTED, room=ROOM, key="1"))
    held = await refusal(sender)
    assert (held.until_heard, held.retry_after) == (True, None)
    assert "禁言中" in held.reason


@pytest.mark.asyncio
async def test_while_a_ban_lasts_qq_is_not_even_asked():
    side, clock = Refusing(), FakeClock()
    sender = sending(side, clock)
    ban = Frame(post_type="notice", notice_type="group_ban", sub_type="ban", user_id=10001, duration=600)
    sender.noticed(Notice(what=What.MUTED, room=ROOM, key="1"), muted_for(ban))
    assert (await refusal(sender)).until_heard
    assert side.asked == 0
    clock.advance(601)  # QQ does not tell that it is over
    assert (await refusal(sender)).until_heard
    assert side.asked > 0


@pytest.mark.asyncio
async def test_a_time_out_of_a_muted_account_is_no_message_that_arrived():
    sender = sending(Refusing("Timeout: NTEvent sendMsg"))
    assert (await refusal(sender)).is_unknown
    sender.noticed(Notice(what=What.MUTED, room=ROOM, key="1"))
    held = await refusal(sender)
    assert (held.until_heard, held.is_unknown) == (True, False)


@pytest.mark.asyncio
async def test_a_ban_that_began_while_nobody_listened_shows_when_a_message_fails():
    clock = FakeClock()
    side = Refusing("Timeout: NTEvent sendMsg", until=int(clock.now().timestamp()) + 600)
    sender = sending(side, clock)
    assert (await refusal(sender)).until_heard
    assert (await refusal(sender)).until_heard
    assert side.asked == 1
    clock.advance(601)
    assert (await refusal(sender)).until_heard
    assert side.asked == 2


@pytest.mark.parametrize(("duration", "user", "seconds"), [(600, 1, 600.0), (0, 1, 0.0), (-1, 0, 0.0), (600, 0, 0.0), ("x", 1, 0.0), (True, 1, 0.0), (1e30, 1, 2_592_000.0)])  # fmt: skip
def test_how_long_a_ban_lasts(duration, user, seconds):
    assert muted_for(Frame(duration=duration, user_id=user)) == seconds


@pytest.mark.asyncio
async def test_a_group_in_which_nobody_may_speak_is_one_where_words_wait():
    told = Frame(post_type="notice", notice_type="group_ban", sub_type="ban", group_id=123456, user_id=0)
    lifted = Frame(
        post_type="notice", notice_type="group_ban", sub_type="lift_ban", group_id=123456, user_id=0
    )
    view = View("qq", "小首", {})
    rule, end = muted_all(told, view), muted_all(lifted, view)
    assert rule is not None
    assert end is not None
    assert noticed(told, view, "10001") is None  # an account that manages the group may speak all the same
    sender = sending()
    sender.noticed(rule)
    assert (await refusal(sender)).until_heard
    sender.noticed(end)
    assert not (await refusal(sender)).until_heard
    one = Frame(post_type="notice", notice_type="group_ban", sub_type="ban", group_id=123456, user_id=20001)
    assert muted_all(one, view) is None


@pytest.mark.asyncio
async def test_a_refusal_without_muting_or_after_it_is_only_a_refusal():
    sender = sending()
    assert not (await refusal(sender)).until_heard
    sender.noticed(Notice(what=What.MUTED, room="qq:group:9", key="1"))
    assert not (await refusal(sender)).until_heard
    sender.noticed(Notice(what=What.MUTED, room=ROOM, key="2"))
    sender.noticed(Notice(what=What.UNMUTED, room=ROOM, key="3"))
    assert not (await refusal(sender)).until_heard


def test_telegram_tells_of_a_right_to_speak_that_is_taken_and_given_back():
    def told(before: bool, now: bool, status: str = "restricted", was: str = "restricted") -> What | None:
        standing = Standing("tg:group:-1", "群", status, was, may_speak=now, might_speak=before)
        notice = _notice(standing, 5)
        return notice.what if notice else None

    assert told(True, False) is What.MUTED
    assert told(False, True) is What.UNMUTED
    assert told(False, False) is told(True, True) is None
    assert told(True, True, "left") is What.BOT_REMOVED


def test_who_is_restricted_may_speak_only_where_it_says_so():
    user = User(7, "首问", is_bot=True)
    keys = dict.fromkeys(set(signature(ChatMemberRestricted).parameters) - {"user", "api_kwargs"}, True)
    for may in (True, False):
        member = ChatMemberRestricted(user=user, **{**keys, "can_send_messages": may, "until_date": None})
        assert _may_speak(member) is may
    assert _may_speak(ChatMemberMember(user=user))


def test_telegram_holds_what_a_muted_bot_may_not_say():
    muted = failure(BadRequest("Bad Request: not enough rights to send text messages to the chat"))
    assert muted.until_heard
    assert not failure(BadRequest("Bad Request: not enough rights to change chat title")).until_heard
