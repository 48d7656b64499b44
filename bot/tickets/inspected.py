"""What an inspection has found: how the engineer's words are read, and the report that the customer gets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from bot.tickets.model import Finding, Party, Ticket
from bot.tickets.papers import Attached, Paper, Table, file_name
from bot.tickets.planned_events import Inspected
from bot.tickets.rules import Rules
from bot.tickets.service_records import shown_by_staff
from bot.tickets.speaker import Speaker
from bot.tickets.voices import title

# The last clause of a finding, where it says that something is fine: 其余正常, 交换机正常, 未发现异常.
_FINE: Final = re.compile(
    r"(?:^|[\s,，。.、])(?:[^\s,，。.、]*(?<![不没未非])(?:正常|良好)|(?:均|都)?(?:未|没有?)发现\S*(?:异常|问题|隐患)|(?:均|都)?(?:无|没有?)(?:异常|问题|隐患)"
    r"|(?:the\s+)?rest\s+(?:is\s+)?(?:fine|ok)|all\s+(?:fine|ok|good)|nothing\s+found)[\s,，。.!！]*$",
    re.IGNORECASE,
)
_EVERYTHING: Final = re.compile(
    r"其[余他它]|全部|一切|所有|均|都|^(?:未|没有?|无)|\brest\b|\ball\b|\bnothing\b", re.IGNORECASE
)
_APART: Final = re.compile(r"[;；\n]+")
_MARKS = " ,，。.、!！"
_MOST_FINDINGS: Final = 9
_WIDTHS: Final = (24, 12, 34, 12, 18)
_FOLLOWED_WIDTHS: Final = (24, 12, 34, 12, 18)


def findings(text: str) -> tuple[str, ...]:
    """Return what was found and must be dealt with: `服务器磁盘82% 其余正常` is one thing, `全部正常` is none."""
    found = [part for each in _APART.split(text) if (part := _parted(each)[0])]
    kept, more = found[: _MOST_FINDINGS - 1], found[_MOST_FINDINGS - 1 :]
    return (*kept, "；".join(more)) if more else tuple(kept)


def fine(text: str) -> tuple[str, ...]:
    """Return what the engineer called fine, in their words: `其余正常`."""
    return tuple(word for each in _APART.split(text) for word in _parted(each)[1])


def _parted(text: str) -> tuple[str, list[str]]:
    """Return what was found, and the clauses at its end that say what is fine."""
    found, clauses = text.strip(_MARKS), list[str]()
    while match := _FINE.search(found):
        clauses.insert(0, match[0].strip(_MARKS))
        found = found[: match.start()].strip(_MARKS)
    return found, clauses


def report(event: Inspected, at: datetime, ticket: Ticket, speaker: Speaker, rules: Rules) -> Attached:
    """Return the report of an inspection that was done at an instant, in the speaker's language.

    It says what the engineer handed in and what follows from it; notes of the duty room are no part of it.
    """
    say = speaker.say
    customer = rules.customers.get(ticket.customer) or ticket.room
    paper = Paper(
        title=say("{customer} {title} 报告", customer=customer, title=title(ticket)),
        facts=_facts(event, at, ticket, customer, speaker),
        tables=(_results(event, at, ticket, speaker, rules), *_followed(event, ticket, speaker)),
        notes=(say("结果原话：{text}", text=event.text),),
        signatures=(say("工程师签字"), say("客户签字")),
    )
    name = file_name(customer, title(ticket))
    return Attached(name=name, of=paper, page=f"/tickets/{ticket.number}/report", is_internal=False)


def _facts(
    event: Inspected, at: datetime, ticket: Ticket, customer: str, speaker: Speaker
) -> tuple[tuple[str, str], ...]:
    say = speaker.say
    due = next((each.at for each in ticket.agreements), None)
    appointment = ticket.appointment
    facts = (
        (say("客户"), customer),
        (say("巡检"), title(ticket)),
        (say("单号"), str(ticket.number)),
        (say("约定时间"), _dated(appointment.at, speaker) if appointment else ""),
        (say("应完成"), _dated(due, speaker) if due else ""),
        (say("完成时间"), _dated(at, speaker)),
        (say("检查人"), event.by.name),
        (say("结论"), _verdict(event.findings, speaker)),
        (say("照片和文件"), shown_by_staff(ticket, speaker)),
    )
    return tuple(fact for fact in facts if fact[1])


def _verdict(found: Sequence[Finding], speaker: Speaker) -> str:
    if not found:
        return speaker.say("没有发现问题")
    return speaker.say("{count} 项需要处理", count=len(found))


def _results(event: Inspected, at: datetime, ticket: Ticket, speaker: Speaker, rules: Rules) -> Table:
    say = speaker.say
    plan = rules.plans.get(ticket.plan)
    rows = tuple(_rows(event, plan.items if plan else (), speaker))
    signed = tuple((*row, event.by.name, _dated(at, speaker)) for row in rows)
    return Table(
        heading=say("检查结果"),
        columns=(say("检查项"), say("结果"), say("备注"), say("检查人"), say("时间")),
        rows=signed,
        widths=_WIDTHS,
        marked=frozenset(range(len(event.findings))),
    )


def _rows(event: Inspected, items: Sequence[str], speaker: Speaker) -> Iterator[tuple[str, str, str]]:
    """Yield item, result and remark: first what was found, then what is fine, then what nobody spoke of."""
    say, left = speaker.say, list(items)
    for each in event.findings:
        item = next((item for item in left if _folded(item) in _folded(each.text)), "")
        if item:
            left.remove(item)
        remark = say("{text}（隐患单 {number}）", text=each.text, number=each.number)
        yield item or each.text, say("需要处理"), remark
    said = fine(event.text)
    if not items:
        for clause in said:
            yield clause, say("正常"), ""
        return
    is_all = any(_EVERYTHING.search(clause) for clause in said)
    for item in left:
        named = next((clause for clause in said if _folded(item) in _folded(clause)), "")
        yield item, say("正常") if named or is_all else say("没有提到"), named


def _followed(event: Inspected, ticket: Ticket, speaker: Speaker) -> tuple[Table, ...]:
    if not event.findings:
        return ()
    say, owner = speaker.say, ticket.owner or event.by
    return (
        Table(
            heading=say("后续处理"),
            columns=(say("问题"), say("隐患单"), say("怎么跟进"), say("负责人")),
            rows=tuple(_following(each, owner, speaker) for each in event.findings),
            widths=_FOLLOWED_WIDTHS,
        ),
    )


def _following(found: Finding, owner: Party, speaker: Speaker) -> tuple[str, ...]:
    how = speaker.say("在群里发“进度 {number}”随时能看", number=found.number)
    return found.text, str(found.number), how, owner.name


def _dated(at: datetime, speaker: Speaker) -> str:
    return f"{at.astimezone(speaker.zone):%Y-%m-%d %H:%M}"


def _folded(text: str) -> str:
    return "".join(text.casefold().split())
