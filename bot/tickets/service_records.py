"""The service record of a ticket (客服维护工作单): what the customer may see of it and signs, and nothing that the duty room keeps to itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec

from bot.tickets import remote
from bot.tickets.alerts import promise_name
from bot.tickets.model import Ticket
from bot.tickets.papers import Attached, Paper, Table, file_name
from bot.tickets.rules import Rules
from bot.tickets.simulating import Course
from bot.tickets.speaker import Speaker
from bot.tickets.verdicts import said

_WIDTHS: Final = (20, 62, 12, 12)
_PROMISE_WIDTHS: Final = (20, 62)


class Words(msgspec.Struct, frozen=True):
    """What was said in the customer's room, and when: by the bot, or by the customer `who`."""

    at: datetime
    text: str
    who: str = ""


def service_record(
    ticket: Ticket, course: Course | None, words: Sequence[Words], speaker: Speaker, rules: Rules
) -> Attached:
    """Return the record of a ticket in the speaker's language; without a course its promises cannot be computed any more."""
    say = speaker.say
    customer = rules.customers.get(ticket.customer) or ticket.room
    paper = Paper(
        title=say("{customer} 服务工作单 {number}", customer=customer, number=ticket.number),
        facts=tuple(fact for fact in _facts(ticket, customer, speaker) if fact[1]),
        tables=(*_promises(course, speaker), *_spoken(words, speaker)),
        notes=(say("档案共 {count} 条，指纹 {head}", count=ticket.version, head=ticket.head),),
        signatures=(say("工程师签字"), say("客户签字")),
    )
    name = file_name(customer, say("工作单{number}", number=ticket.number))
    return Attached(name=name, of=paper, page=f"/tickets/{ticket.number}/record", is_internal=False)


def _facts(ticket: Ticket, customer: str, speaker: Speaker) -> Iterator[tuple[str, str]]:
    say, done, survey = speaker.say, ticket.resolution, ticket.survey
    yield say("客户"), customer
    yield say("单号"), str(ticket.number)
    yield say("提出人"), ticket.requester.name
    yield say("问题"), ticket.text
    yield say("级别"), ticket.level_name
    yield say("提出时间"), dated(ticket.opened_at, speaker)
    yield say("负责人"), ticket.owner.name if ticket.owner else ""
    yield say("接单时间"), dated(ticket.claimed_at, speaker)
    yield say("同意远程"), dated(_latest(ticket, remote.ALLOWED), speaker)
    yield say("上门工程师"), ticket.coming.name if ticket.coming else ""
    yield say("到场时间"), dated(_latest(ticket, "arrived"), speaker)
    yield say("设备"), say("、").join(ticket.assets)
    yield say("代用设备"), dated(_latest(ticket, "loaned"), speaker)
    yield say("解决时间"), dated(ticket.solved_at, speaker)
    if done is not None:
        yield say("原因"), done.cause
        yield say("方法"), done.method
        yield say("预防"), done.prevention
    yield say("照片和文件"), shown_by_staff(ticket, speaker)
    yield say("关单时间"), dated(ticket.closed_at, speaker)
    if survey is not None and survey.speed is not None:
        yield (
            say("评分"),
            say("速度 {speed}，质量 {quality}", speed=survey.speed, quality=survey.quality),
        )


def _latest(ticket: Ticket, name: str) -> datetime | None:
    return max(ticket.happened.get(name, ()), default=None)


def _promises(course: Course | None, speaker: Speaker) -> Iterator[Table]:
    if course is None or not course.outcomes:
        return
    rows = tuple(
        (speaker.say(promise_name(course.kinds[clock])), said(outcome, speaker))
        for clock, outcome in course.outcomes.items()
    )
    yield Table(
        heading=speaker.say("承诺"),
        columns=(speaker.say("时限"), speaker.say("结果")),
        rows=rows,
        widths=_PROMISE_WIDTHS,
    )


def _spoken(words: Sequence[Words], speaker: Speaker) -> Iterator[Table]:
    if not words:
        return
    yield Table(
        heading=speaker.say("群里的经过"),
        columns=(speaker.say("时间"), speaker.say("内容")),
        rows=tuple((dated(each.at, speaker), _line(each, speaker)) for each in words),
        widths=_WIDTHS,
    )


def _line(words: Words, speaker: Speaker) -> str:
    return speaker.say("{who}：{text}", who=words.who, text=words.text) if words.who else words.text


def shown_by_staff(ticket: Ticket, speaker: Speaker) -> str:
    """Return what staff have to show about a ticket, which is in no paper: nobody keeps pictures."""
    what = speaker.say("、").join(ticket.shown)
    return speaker.say("{what}，在工程师处", what=what) if what else ""


def dated(at: datetime | None, speaker: Speaker) -> str:
    """Return an instant with its date, as it stands on paper; empty for none."""
    return f"{at.astimezone(speaker.zone):%Y-%m-%d %H:%M}" if at else ""
