"""What one reported fault, and one claim, bring about when they are saved, built by hand: the durable commits of the bare peer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from bot.store.contract import Change, Link, Saved
from bot.store.messages import Delivery, Queued
from bot.tickets.events import Claimed, Opened
from bot.tickets.kinds import ClockKind, Kind
from bot.tickets.model import Party, Promise, Ticket
from bot.tickets.records import Record, Source, sealed

DUTY_ROOM = "qq:group:700900"
AT = datetime(2026, 3, 6, 8, 45, tzinfo=UTC)
_PROMISES = tuple(
    Promise(kind=kind, within=timedelta(hours=hours), calendar="workday", ladder="standard")
    for kind, hours in ((ClockKind.RESPOND, 1), (ClockKind.RESOLVE, 8))
)


def change(number: int, *, room: str, sender: str, message: str, text: str, has_duty: bool = True) -> Change:
    """Return a ticket with its first record, a link, the answer and, with `has_duty`, the notice, as the bot saves them."""
    requester = Party(sender, "王老师")
    opened = Opened(
        number=number,
        kind=Kind.FAULT,
        room="yucai",
        customer="yucai",
        policy="edu",
        level="2",
        level_name="二级·个别服务",
        promises=_PROMISES,
        requester=requester,
        account=sender,
        address=room,
        text=text,
    )
    record = sealed(
        Record(number=number, seq=1, at=AT, event=opened, source=Source(message, sender, room)), ""
    )
    ticket = Ticket(
        number=number,
        version=1,
        head=record.hash,
        kind=Kind.FAULT,
        customer="yucai",
        room="yucai",
        policy="edu",
        level="2",
        level_name="二级·个别服务",
        requester=requester,
        account=sender,
        address=room,
        text=text,
        opened_at=AT,
        promises=_PROMISES,
    )
    due = AT + timedelta(minutes=30)
    return Change(
        at=AT,
        seen=f"{room}|{message}",
        tickets=(Saved(ticket=ticket, expected_version=0, records=(record,), next_due_at=due),),
        outgoing=(
            _queued(f"t{number}.1.0", room, answer(number), number),
            *([_queued(f"t{number}.card", DUTY_ROOM, notice(number, text), number)] if has_duty else []),
        ),
        links=(Link(room, message, ticket=number),),
    )


def claim(ticket: Ticket, *, room: str, sender: str, message: str) -> Change:
    """Return a ticket with its owner and the record of that, a link, the reply and the news for the customer."""
    owner, number = Party(sender, sender), ticket.number
    record = Record(
        number=number, seq=2, at=AT, event=Claimed(by=owner), source=Source(message, sender, room)
    )
    record = sealed(record, ticket.head)
    claimed = replace(
        ticket,
        version=2,
        head=record.hash,
        owner=owner,
        claimed_at=AT,
        changed_at=AT,
        happened={"claimed": (AT,)},
    )
    due = AT + timedelta(minutes=30)
    return Change(
        at=AT,
        seen=f"{room}|{message}",
        tickets=(Saved(ticket=claimed, expected_version=1, records=(record,), next_due_at=due),),
        outgoing=(
            _queued(f"t{number}.2.0", room, claim_answer(number, sender), number),
            _queued(f"t{number}.2.1", ticket.address, claim_news(number, sender), number),
        ),
        links=(Link(room, message, ticket=number),),
    )


def claim_answer(number: int, owner: str) -> str:
    """Return what the engineer reads."""
    return f"{number} 由 {owner} 接单（16:45）。"


def claim_news(number: int, owner: str) -> str:
    """Return what the customer reads."""
    return f"{number} 由 {owner} 负责，周一 09:15 前联系您。"


def notice(number: int, text: str) -> str:
    """Return what the duty room reads."""
    return f"🆕 {number} 二级｜育才小学｜王老师：{text}\n响应 周一 09:15 前。接单：回“接单 {number}”"


def answer(number: int) -> str:
    """Return what the reporter reads."""
    return f"已建单 {number}（二级·个别服务）。工程师最晚 周一 09:15 响应，有进展我在这里说。\n补充照片或说明，直接引用本条发就行。"


def _queued(key: str, room: str, text: str, number: int) -> Queued:
    return Queued(
        key=key, adapter="qq", room=room, text=text, created_at=AT, ticket=number, state=Delivery.SENDING
    )
