"""What a configuration promises, in words: how unclear words are read, and what contracts say beside their clocks."""

from __future__ import annotations

from collections.abc import Iterator

from bot.config import Config
from bot.tickets.errors import N_
from bot.tickets.maintenance import hours_of
from bot.tickets.rules import Policy
from bot.tickets.speaker import Speaker
from scheduler.periods import Span

_SPANS = {
    Span.MONTH: N_("每月"),
    Span.QUARTER: N_("每季"),
    Span.YEAR: N_("每年"),
    Span.FOREVER: N_("合同期内"),
}


def account(config: Config, speaker: Speaker) -> list[str]:
    """Return for every policy in use which customers have it, what it says beside its clocks, and how it is read."""
    lines: list[str] = []
    for policy in config.policies.values():
        theirs = tuple(each.name for each in config.customers if each.policy == policy.id)
        if theirs:
            lines.append(speaker.say("{policy}（{customers}）", policy=policy.name, customers=theirs))
            lines.extend(f"  {line}" for line in _lines(policy, speaker))
    for plan in config.plans.values():
        due = plan.next_due(speaker.now)
        when = speaker.time(due) if due else "–"
        name = next(each.name for each in config.customers if each.id == plan.customer)
        lines.append(
            speaker.say(
                "计划 {id}：{customer} {title}，下次 {time} 到期",
                id=plan.id,
                customer=name,
                title=plan.name,
                time=when,
            )
        )
    return lines


def _lines(policy: Policy, speaker: Speaker) -> Iterator[str]:
    say = speaker.say
    if policy.work_window is not None:
        hours = hours_of(policy.work_window)
        free = (say("非工作日"),) if policy.work_window.non_working_days else ()
        yield say("升级只在 {hours}", hours=(*hours, *free))
    for ratio in policy.ratios:
        goal = (
            say("{share}% 以上", share=ratio.at_least)
            if ratio.at_least is not None
            else say("{share}% 以下", share=ratio.at_most)
        )
        yield say("{name}：{span} {goal}", name=ratio.name, span=say(_SPANS[ratio.period]), goal=goal)
    for quota in policy.quotas:
        bears = quota.limit if quota.trips == "above" else quota.limit - 1
        yield say(
            "{name}：{span}最多 {count} 次", name=quota.name, span=say(_SPANS[quota.period]), count=bears
        )
    if policy.callback is not None:
        yield say("解决后回访：随机 {share}%", share=policy.callback.random)
    for level in policy.levels:
        for reading in level.readings:
            yield say("{level}：{reading}", level=level.name, reading=reading)
