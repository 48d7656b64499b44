"""The words of the dashboard for what a ticket is and where it stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import assert_never

from bot.rooms.directory import Directory
from bot.store.messages import Delivery
from bot.tickets.errors import N_
from bot.tickets.kinds import Closing, Kind, Status
from bot.tickets.model import Ticket
from bot.tickets.speaker import Speaker

_KINDS = {
    Kind.FAULT: N_("报障"),
    Kind.QUESTION: N_("咨询"),
    Kind.REQUEST: N_("需求"),
    Kind.COMPLAINT: N_("投诉"),
    Kind.CALLBACK: N_("回访"),
    Kind.INSPECTION: N_("巡检"),
    Kind.HAZARD: N_("隐患"),
    Kind.IMPROVEMENT: N_("改善项"),
    Kind.TRAINING: N_("培训"),
    Kind.MAINTENANCE: N_("升级维护"),
}
_DELIVERIES = {
    Delivery.QUEUED: N_("等待发送"),
    Delivery.SENDING: N_("发送中"),
    Delivery.SENT: N_("已送达"),
    Delivery.HELD: N_("等群里有人说话再发"),
    Delivery.DEAD: N_("未送达"),
    Delivery.DROPPED: N_("过时未发"),
}
_ENDINGS = {
    Closing.CONFIRMED: N_("客户已确认"),
    Closing.SILENCE: N_("未回应，自动关闭"),
    Closing.WITHDRAWN: N_("已撤单"),
    Closing.DONE: N_("已完成"),
    Closing.MERGED: N_("已合并"),
    Closing.DECLINED: N_("合同外，已谢绝"),
}


def kind_name(kind: Kind, speaker: Speaker) -> str:
    """Return what kind of thing is owed."""
    return speaker.say(_KINDS[kind])


def state_name(ticket: Ticket, speaker: Speaker) -> str:
    """Return where a ticket is in its life, in one or two words."""
    match ticket.status:
        case Status.OPEN:
            return speaker.say("处理中") if ticket.owner else speaker.say("待接")
        case Status.SOLVED:
            return speaker.say("等确认")
        case Status.CLOSED:
            return speaker.say("已关闭")
        case _:
            assert_never(ticket.status)


def ending(closing: Closing, speaker: Speaker) -> str:
    """Return why a ticket is closed."""
    return speaker.say(_ENDINGS[closing])


def delivery_name(state: Delivery, speaker: Speaker) -> str:
    """Return how far a message has come."""
    return speaker.say(_DELIVERIES[state])


def left(due_at: datetime, speaker: Speaker) -> str:
    """Return how far away a due instant is; a promise kept at that very instant is kept."""
    rest = due_at - speaker.now
    if rest >= timedelta():
        return speaker.say("还有 {length}", length=rest)
    return speaker.say("超时 {length}", length=-rest)


def stamp(at: datetime, speaker: Speaker) -> str:
    """Return an instant as the archive writes it: date and local time to the second."""
    return f"{at.astimezone(speaker.zone):%Y-%m-%d %H:%M:%S}"


def place(address: str, directory: Directory, speaker: Speaker) -> str:
    """Return how people call a room: its configured name, or with whom the bot is alone there."""
    room = directory.room_at(address)
    if room is not None:
        return room.name
    adapter, _, rest = address.partition(":")
    kind, _, user = rest.partition(":")
    if kind != "private":
        return address
    person = directory.person(f"{adapter}:{user}")
    return speaker.say("私聊 {name}", name=person.name if person else user)
