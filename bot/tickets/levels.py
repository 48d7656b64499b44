"""Which level a ticket has, what it promises, and what a change of level does to its clocks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from bot.tickets import coverage, timing
from bot.tickets import events as e
from bot.tickets import steps as s
from bot.tickets.errors import N_, NotTheirs, Phrase, TicketError
from bot.tickets.evolve import evolve
from bot.tickets.kinds import ClockKind, Kind
from bot.tickets.model import Promise, Ticket
from bot.tickets.planned import promises_of
from bot.tickets.rules import Level, Policy, Rules
from bot.tickets.voices import level_word

_FORESEES: Final = re.compile(  # 明天全校考试，请提前检查一下: of a later day, and nothing fails
    r"(?:明[天早晚日]|大?后天|下个?(?:周|星期|月)|(?:这个?|本)?(?:周|星期)[一二三四五六日天]|\d{1,2}[月.-]\d{1,2}[日号]?|\d{1,2}号)"
    r"[^。！!]{0,30}(?:要用|使用|考试|会议|开会|活动|演练|检查|调试|测试|准备|保障|支持|培训|公开课|典礼|运动会)"
)
_FAILS: Final = re.compile(r"[不没无坏断错挂崩瘫停死黑]|故障|失败|异常")

_LEVELLED = (Kind.FAULT, Kind.QUESTION, Kind.REQUEST, Kind.TRAINING)
_WITHOUT_LEVEL = (Kind.CALLBACK, Kind.INSPECTION, Kind.HAZARD, Kind.MAINTENANCE, Kind.IMPROVEMENT)


def opened(step: s.Open, rules: Rules) -> e.Opened:
    """Return the opening of a ticket under its policy, or under the survey's rules for a callback."""
    level = _level(step, rules) if step.kind not in _WITHOUT_LEVEL else None
    promises = level.promises if level else ()
    if step.kind in _WITHOUT_LEVEL:
        is_free = step.kind is Kind.CALLBACK and step.due_at is None
        promises = _callback(rules) if is_free else promises_of(step, rules)
    elif step.uncovered is not None or step.outside:
        promises = coverage.promises_outside(level, rules)
    return e.Opened(
        number=step.number,
        kind=level.kind if level and step.kind is Kind.FAULT else step.kind,
        room=step.room,
        customer=step.customer,
        policy=step.policy,
        level=level.id if level else "",
        level_name=level.name if level else "",
        promises=promises,
        requester=step.requester,
        account=step.account,
        address=step.address,
        text=step.text,
        by=step.by,
        tried=step.tried,
        subject=step.subject,
        owner=step.owner,
        links=step.links,
        reason=step.reason,
        plan=step.plan,
        due_at=step.due_at,
        latest_at=step.latest_at,
        announce_at=step.announce_at,
        appointment=step.appointment,
        uncovered=step.uncovered,
        outside=step.outside,
        language=step.language,
        former=step.former,
        is_urgent=step.is_urgent or bool(_urgent_words_in(step.text, rules.urgent_words)),
    )


def level_by_words(policy: Policy, text: str, urgent_words: Sequence[str] = ()) -> Level | None:
    """Return the most urgent level one of whose keywords stands in the text, or the default level.

    An urgent word means the most urgent level, unless the policy has it among the keywords of another.
    """
    urgent = _urgent_words_in(text, urgent_words)
    if urgent:
        named = (level for level in policy.levels if any(word in level.keywords for word in urgent))
        return next(named, policy.levels[0])
    for level in () if _FORESEES.search(text) and not _FAILS.search(text) else policy.levels:
        if any(word in text for word in level.keywords):
            return level
    return policy.level(policy.default_level)


def _urgent_words_in(text: str, urgent_words: Sequence[str]) -> list[str]:
    return [
        word
        for word in urgent_words
        if word in text and re.search(f"(?<![不没非无未]){re.escape(word)}", text)
    ]


def level_named(policy: Policy, word: str) -> Level | None:
    """Return the level a person means by `1`, `一级`, `瘫痪`, `一级·瘫痪` or `level 1`, or None."""
    said = word.casefold()
    return next((level for level in (*policy.levels, *policy.others) if said in _names(level)), None)


def level_at_start(
    policy: Policy | None, text: str, *, may_be_number: bool = False
) -> tuple[Level | None, str]:
    """Return the level that a text begins with, and the rest: `一级 教务系统打不开`, `Level 1 the server is down`.

    A bare number names a level only where one is asked for: `改级 1024 2 仅教师端受影响`.
    """
    words = text.split()
    first = words[0].casefold() if policy and words else ""
    levels = policy.levels if policy and words else ()
    if policy and may_be_number:  # where a level is asked for, it may be none: 改级 1024 培训 想学怎么录课
        levels = (*levels, *policy.others)
    names = [name for level in levels for name in _names(level) if name.startswith(first)]
    longest = max((name.count(" ") + 1 for name in names), default=0)
    for count in range(longest, 0, -1):
        name = " ".join(words[:count])
        # `报障 1 号教室没电`: a bare number begins a sentence more often than it names a level.
        level = level_named(policy, name) if policy and (may_be_number or not name.isdigit()) else None
        if level is not None:
            return level, text.split(maxsplit=count)[count].strip() if len(words) > count else ""
    return None, text.strip()


def _names(level: Level) -> tuple[str, ...]:
    return _names_of(level.id, level.name)


@lru_cache(maxsize=1024)
def _names_of(level_id: str, level_name: str) -> tuple[str, ...]:
    """Return everything people call a level, folded; names may have several words."""
    parts = (part.strip() for part in level_name.split("·"))
    names = (level_id, level_name, *parts, f"{level_id}级", f"level {level_id}")
    return tuple(" ".join(name.casefold().split()) for name in names)


def most_urgent(ticket: Ticket, rules: Rules) -> Level | None:
    """Return the most urgent level of a ticket's policy, when the ticket has a lesser one."""
    policy = rules.policies.get(ticket.policy)
    level = policy.levels[0] if policy is not None and policy.levels else None
    return level if level is not None and ticket.level and level.id != ticket.level else None


def changed_level(ticket: Ticket, step: s.ChangeLevel, now: datetime, rules: Rules) -> list[e.AnyEvent]:
    """Return the change of level. Staff change it with a reason; the requester may ask for the former level back, or raise it."""
    policy = rules.policies.get(ticket.policy)
    level = policy.level(step.level) if policy else None
    if level is None:
        names = tuple(each.name for each in (*policy.levels, *policy.others)) if policy else Phrase(N_("无"))
        raise TicketError("没有这个级别。{number} 可选：{levels}", number=ticket.number, levels=names)
    is_theirs = rules.may_answer(ticket, step.by) and (step.is_raised or level.id == ticket.level_before)
    if not rules.role(step.by).is_staff and not is_theirs:
        raise NotTheirs("{number} 的级别由工程师来改；不同意调整可以回“维持”。", number=ticket.number)
    if level.id == ticket.level:
        raise TicketError("{number} 已经是{level}。", number=ticket.number, level=level.name)
    if not step.reason.strip() and not is_theirs:
        raise TicketError(
            "请带上原因，例：改级 {number} {level} 仅教师端受影响",
            number=ticket.number,
            level=level_word(level.name),
        )
    change = e.LevelChanged(
        by=step.by,
        level=level.id,
        level_name=level.name,
        was=ticket.level,
        promises=level.promises,
        reason=step.reason.strip(),
        kind=level.kind if ticket.kind in _LEVELLED and level.kind is not ticket.kind else None,
    )
    past = _left_in_the_past(ticket, change, now, rules)
    return [replace(change, graced=past, grace=rules.grace) if past else change]


def _left_in_the_past(ticket: Ticket, change: e.LevelChanged, now: datetime, rules: Rules) -> tuple[str, ...]:
    """Return the clocks whose new due instant would be over already although the old one was not."""
    after = evolve(ticket, change, now)
    was_due = {clock.id: clock.due_at for clock in timing.clocks(ticket, rules)}
    found = []
    for clock in timing.clocks(after, rules):
        old = was_due.get(clock.id)
        is_past = clock.is_running and clock.due_at is not None and clock.due_at <= now
        if is_past and clock.rule.beats is None and not (old and old <= now):
            found.append(clock.id)
    return tuple(found)


def _level(step: s.Open, rules: Rules) -> Level | None:
    policy = rules.policies.get(step.policy)
    if policy is None:
        return None
    if step.level is None:
        of_kind = next((each for each in policy.others if each.kind is step.kind), None)
        return of_kind or level_by_words(policy, step.text, rules.urgent_words)
    level = policy.level(step.level)
    if level is None:
        raise TicketError("没有这个级别，可选：{levels}", levels=tuple(level.name for level in policy.levels))
    return level


def _callback(rules: Rules) -> tuple[Promise, ...]:
    survey = rules.survey
    return (
        Promise(
            kind=ClockKind.RESOLVE,
            within=survey.callback_within,
            calendar=survey.callback_calendar,
            ladder=survey.callback_ladder,
        ),
    )
