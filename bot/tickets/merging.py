"""Tickets that are worked on together: what merging and splitting do to each, and how those of other rooms go along.

Within one room a merged ticket is over and its reporter joins the other; their promises count from the earliest report. In another
room, which may be another customer's, it stays a ticket with its own promises, archive and yes of its customer, and what is done
to the main ticket is done to it too. What one customer wrote is never shown to another.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from bot.tickets import events as e
from bot.tickets import joint_events as je
from bot.tickets import steps as s
from bot.tickets.errors import NotTheirs, TicketError
from bot.tickets.kinds import Closing, Kind, Status, WaitsFor
from bot.tickets.lifecycle import decide
from bot.tickets.model import Party, Reporter, Ticket
from bot.tickets.ownership import manager_named
from bot.tickets.rules import Rules

_MERGEABLE = (Kind.FAULT, Kind.QUESTION, Kind.REQUEST)
_WHY = "合并"
_MIRRORED_PAUSES = (WaitsFor.PARTS, WaitsFor.THIRD_PARTY)


class Together(msgspec.Struct, frozen=True):
    """What happens to the main ticket, and to each of the others in their order."""

    main: tuple[e.AnyEvent, ...]
    others: tuple[tuple[e.AnyEvent, ...], ...]


def merged(main: Ticket, others: Sequence[Ticket], by: Party, now: datetime, rules: Rules) -> Together:
    """Return what happens when somebody says that tickets are about one trouble.

    Raises:
        TicketError: It cannot be done, or is not theirs to do; the text says what works instead.
    """
    if not rules.role(by).is_staff:
        raise NotTheirs("合并由工程师来做。")
    for ticket in (main, *others):
        _be_free(ticket)
    for other in others:
        _be_like(main, other, rules)
    owner = _owner(main, others, by, rules)
    reporters = tuple(reporter for other in others for reporter in _reporters(other))
    first = decide(main, s.Claim(owner), now, rules) if owner is not None and main.owner is None else []
    return Together(
        main=(*first, je.Absorbed(by=by, reporters=reporters)),
        others=tuple(_merging(main, other, owner, by, now, rules) for other in others),
    )


def split(main: Ticket | None, ticket: Ticket, by: Party, rules: Rules) -> Together:
    """Return what happens when a merged ticket goes its own way again; its promises count as if it always had.

    Raises:
        TicketError: It is not merged, or not theirs to split.
    """
    into = ticket.follows
    if into is None:
        raise TicketError("{number} 没有并入别的单。", number=ticket.number)
    owner = main.owner if main is not None and main.owner else ticket.owner
    if not rules.role(by).is_staff:
        raise NotTheirs("拆分由工程师来做。")
    if owner is not None and by not in (owner, ticket.owner) and not rules.role(by).is_manager:
        raise NotTheirs("{number} 由 {owner} 负责，请 {owner} 来拆分。", number=into, owner=owner)
    return Together((je.Released(by=by, ticket=ticket.number),), ((je.Split(by=by, was=into),),))


def mirrored(
    follower: Ticket, main: Ticket, event: e.AnyEvent, now: datetime, rules: Rules
) -> list[e.AnyEvent]:
    """Return what an event of the main ticket does to one that goes along with it; most do nothing.

    Raises:
        TicketError: The rules refuse it for this ticket.
    """
    own = _as_own(follower, getattr(event, "by", None))
    match event:
        case e.Claimed() | e.HandedOver() | e.Reassigned():
            return _owned(follower, main.owner, event.by, now, rules)
        case e.Updated(by=by, text=text):
            return decide(own, s.Update(by, _without_others(text, follower, rules)), now, rules)
        case e.Answered(by=by, text=text):
            return decide(own, s.Answer(by, _without_others(text, follower, rules)), now, rules)
        case e.Paused(by=by, reason=reason, need=need, next_at=next_at) if reason in _MIRRORED_PAUSES:
            return decide(
                own, s.Pause(by, reason, _without_others(need, follower, rules), next_at), now, rules
            )
        case e.Resumed(by=by) if follower.waiting is not None and follower.waiting.reason in _MIRRORED_PAUSES:
            return decide(own, s.Resume(by), now, rules) if rules.role(by).is_staff else []
        case e.Resolved(by=by):
            done = (
                _without_others(each, follower, rules)
                for each in (event.cause, event.method, event.prevention)
            )
            return decide(own, s.Resolve(by, *done), now, rules)
        case e.Undone(by=by, word=word) if follower.undo is not None and follower.undo.word == word:
            return [e.Undone(by=by, word=word)] if follower.undo.by == by else []
        case e.Closed(closing=Closing.WITHDRAWN):
            return [je.Split(was=main.number)]
        case _:
            return []


def is_mergeable(ticket: Ticket) -> bool:
    """Say whether a ticket is what customers report, and so may be one with others."""
    return ticket.kind in _MERGEABLE


def _be_free(ticket: Ticket) -> None:
    number = ticket.number
    if ticket.follows is not None:
        raise TicketError(
            "{number} 已并入 {into}；要分开回“拆分 {number}”。", number=number, into=ticket.follows
        )
    if not is_mergeable(ticket):
        raise TicketError("{number} 不是客户报的问题，不能合并。", number=number)
    if ticket.status is not Status.OPEN:
        raise TicketError("{number} 已经处理完了，不用合并。", number=number)


def _be_like(main: Ticket, other: Ticket, rules: Rules) -> None:
    number, into = other.number, main.number
    if number == into:
        raise TicketError("{number} 不能并入自己。例：合并 {number} 到 1033", number=number)
    carried = sorted({each.number for each in other.reporters if each.number})
    if carried:
        raise TicketError(
            "{number} 下面已有 {numbers}：请先“拆分 {first}”，再一起合并。",
            number=number,
            numbers=tuple(map(str, carried)),
            first=carried[0],
        )
    if _duty(main, rules) != _duty(other, rules):
        raise TicketError("{number} 和 {into} 不在同一个值班群处理，不能合并。", number=number, into=into)
    if _is_same_place(main, other) and rank(other, rules) < rank(main, rules):
        raise TicketError(
            "{number} 是 {level}，比 {into} 急，请反过来：合并 {into} 到 {number}",
            number=number,
            level=other.level_name,
            into=into,
        )


def _owner(main: Ticket, others: Sequence[Ticket], by: Party, rules: Rules) -> Party | None:
    """Return who answers for all of them: whoever answers for the main one, else the only one who answers for any.

    Raises:
        NotTheirs: That takes a ticket from somebody, which only they or a manager may do.
    """
    owners = list(dict.fromkeys(each.owner for each in (main, *others) if each.owner is not None))
    owner = main.owner or (owners[0] if len(owners) == 1 else None)
    losing = [each for each in owners if each not in (owner, by)]
    if owner is None and owners and not rules.role(by).is_manager:
        raise NotTheirs(
            "这几单分别由 {owners} 负责，请 {manager} 来合并。",
            owners=tuple(owners),
            manager=manager_named(rules),
        )
    if losing and not rules.role(by).is_manager:
        raise NotTheirs(
            "要把 {owner} 的单并过来，请 {owner} 或 {manager} 来合并。",
            owner=losing[0],
            manager=manager_named(rules),
        )
    return owner or (owners[0] if owners else None)


def _merging(
    main: Ticket, other: Ticket, owner: Party | None, by: Party, now: datetime, rules: Rules
) -> tuple[e.AnyEvent, ...]:
    is_over = _is_same_place(main, other)
    is_part = bool(main.customer) and main.customer == other.customer
    going_along = je.Merged(by=by, into=main.number, is_over=is_over, is_part=is_part and not is_over)
    if is_over:
        return (going_along,)
    return (going_along, *_owned(other, owner, by, now, rules))


def _owned(ticket: Ticket, owner: Party | None, by: Party, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return what makes somebody the owner of a ticket that goes along with theirs."""
    if owner is None or ticket.owner == owner:
        return []
    if ticket.owner is None:
        return decide(replace(ticket, follows=None), s.Claim(owner), now, rules)
    return [e.Reassigned(by=by, to=owner, giver=ticket.owner, reason=_WHY)]


def _reporters(ticket: Ticket) -> tuple[Reporter, ...]:
    """Return who reported a ticket, as further reporters of the one it is merged into."""
    first = Reporter(
        party=ticket.requester,
        account=ticket.account,
        address=ticket.address,
        room=ticket.room,
        customer=ticket.customer,
        text=ticket.text,
        at=ticket.opened_at,
        number=ticket.number,
        language=ticket.language,
    )
    return (first, *(replace(each, number=ticket.number) for each in ticket.reporters))


def _as_own(ticket: Ticket, by: Party | None) -> Ticket:
    """Return a ticket as the rules shall see it where its main ticket has decided: nobody is refused for not being its owner."""
    helpers = (*ticket.helpers, by) if by is not None else ticket.helpers
    return replace(ticket, follows=None, helpers=helpers)


def _without_others(text: str, ticket: Ticket, rules: Rules) -> str:
    """Return words of staff as the customer of a ticket may read them: without the names of other customers."""
    for customer, name in rules.customers.items():
        if customer != ticket.customer and name:
            text = text.replace(name, "…")
    return text


def _is_same_place(one: Ticket, other: Ticket) -> bool:
    return one.address == other.address and one.room == other.room


def _duty(ticket: Ticket, rules: Rules) -> str:
    room = rules.rooms.get(ticket.room)
    return room.duty if room else ""


def rank(ticket: Ticket, rules: Rules) -> int:
    """Return the place of its level in its policy, 0 for the most urgent."""
    policy = rules.policies.get(ticket.policy)
    levels = [level.id for level in policy.levels] if policy else []
    return levels.index(ticket.level) if ticket.level in levels else len(levels)
